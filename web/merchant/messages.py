"""What the shop's member was told, newest first. The words are made here, in the reader's language."""

from __future__ import annotations

from django.contrib import messages as status
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from notifications import inbox as notices
from notifications import words
from web.merchant import shell

AUDIENCES = ("merchant",)


@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """One page of notices about cases of the chosen shop."""
    desk = shell.enter(request)
    assert desk.actor.id is not None
    after = request.GET.get("after", "")
    before = int(after) if after.isdecimal() and len(after) < 19 else None
    found = notices.page(desk.actor.id, AUDIENCES, before=before, merchant_id=desk.actor.merchant_id)
    page = found[: notices.PAGE]
    told = [
        {
            "notice": notice,
            "text": words.sentence(notice.kind, notice.audience, notice.params, notice.case.title),
            "href": reverse("merchant:case", args=[notice.case.number]),
        }
        for notice in page
    ]
    context = {
        "told": told,
        "next": page[-1].pk if len(found) > notices.PAGE else None,
        "is_later_page": before is not None,
        "unread": any(notice.read_at is None for notice in page),
    }
    return render(request, "merchant/messages.html", shell.around(desk, "messages", **context))


@require_POST
def mark_read(request: HttpRequest) -> HttpResponse:
    desk = shell.enter(request)
    assert desk.actor.id is not None
    notices.mark_read(desk.actor.id, AUDIENCES, now=desk.now, merchant_id=desk.actor.merchant_id)
    status.success(request, _("All messages are marked as read."))
    return HttpResponseRedirect(reverse("merchant:messages"))
