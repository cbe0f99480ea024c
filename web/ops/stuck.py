"""What does not go on by itself: terms, entries and rulings set aside, e-mails parked, payments without an answer.

Bounded lists.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from arbitration import outgoing
from arbitration.models import Outgoing
from common.errors import Refused
from disputes import refusals, sweep
from disputes.models import Deadline
from enforcement import execution
from enforcement.models import Step
from engine import delivery, health
from evidence import preparation, record_pictures
from evidence.models import Damage, Exhibit
from journal.kinds import Kind
from journal.models import Entry, Undelivered
from notifications import sending
from notifications.models import Email
from web.ops import happenings, shell
from web.ops.deadlines import duty_name

MOST = 50
REFUSED_SINCE = timedelta(days=30)

AGAIN: dict[str, Callable[[int, datetime], None]] = {
    "deadline": lambda pk, now: sweep.try_again(pk),
    "entry": lambda pk, now: delivery.try_again(pk),
    "ruling": lambda pk, now: outgoing.try_again(pk),
    "email": lambda pk, now: sending.try_again(pk),
    "file": lambda pk, now: _prepare_again(pk, now),
    "step": lambda pk, now: execution.ask_again(pk, now=now),
    "picture": lambda pk, now: record_pictures.try_again(pk, now=now),
}


@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """Everything that waits for a person, and whether the clockwork keeps up."""
    desk = shell.enter(request)
    state = health.look(desk.now)
    context = shell.around(
        desk,
        "stuck",
        health=state,
        deadlines=[
            (deadline, duty_name(deadline))
            for deadline in Deadline.objects.filter(set_aside_at__isnull=False, state=Deadline.PENDING)
            .select_related("case")
            .order_by("set_aside_at", "id")[:MOST]
        ],
        entries=[
            (row, happenings.name(row.entry, row.stream.case))
            for row in Undelivered.objects.filter(set_aside_at__isnull=False)
            .select_related("entry", "stream__case")
            .order_by("entry_id")[:MOST]
        ],
        rulings=_unserved() if state.unserved else [],
        emails=[
            (email, happenings.name(email.notice.entry, email.notice.case), happenings.cause(email.error))
            for email in Email.objects.filter(state=Email.PARKED)
            .select_related("notice__case", "notice__entry")
            .order_by("id")[:MOST]
        ],
        steps=list(
            Step.objects.filter(next_attempt_at__isnull=False, state__in=[Step.UNKNOWN, Step.PENDING], attempts__gt=0)
            .select_related("execution__case")
            .order_by("next_attempt_at", "id")[:MOST]
        ),
        refused=[
            (entry, happenings.cause(entry.data.get("code", "")))
            for entry in Entry.objects.filter(kind=Kind.PAYMENT_REFUSED.value, at__gt=desk.now - REFUSED_SINCE)
            .select_related("stream__case")
            .order_by("-at")[:MOST]
        ],
        files=list(
            Exhibit.objects.filter(blob__preparation__set_aside_at__isnull=False)
            .select_related("dossier__case", "blob__preparation")
            .order_by("blob__preparation__set_aside_at", "id")[:MOST]
        ),
        damaged=_damaged() if state.damaged else [],
        pictures=[
            (
                picture,
                f"{urlsplit(picture.url).hostname or picture.url[:60]} · {picture.sha256[:12]}",
                _why(picture.code),
            )
            for picture in record_pictures.given_up()[:MOST]
        ],
        most=MOST,
    )
    return render(request, "ops/stuck.html", context)


def _unserved() -> list[Outgoing]:
    """Rulings that were sent out and could not be served."""
    aside = Outgoing.objects.filter(set_aside_at__isnull=False).select_related("ruling__case")
    return list(aside.order_by("set_aside_at", "id")[:MOST])


def _damaged() -> list[tuple[Exhibit, Damage, str]]:
    """Files that the daily reading found gone or altered, by exhibit: there is nothing to press, only a backup to find."""
    rows = list(Damage.objects.filter(gone_at__isnull=True).order_by("found_at", "id")[:MOST])
    exhibits = Exhibit.objects.filter(blob__in=[row.blob_id for row in rows]).select_related("dossier__case")
    of_blob = {exhibit.blob_id: exhibit for exhibit in exhibits.order_by("-id")}
    said = {"missing": _("gone"), "altered": _("altered")}
    return [(of_blob[row.blob_id], row, f"{said[row.state]} · {row.kind}") for row in rows if row.blob_id in of_blob]


# Why a picture of a listing could not be had; other codes are those of files, or what a server answered.
_NO_PICTURE: dict[str, str | Promise] = {
    "": gettext_lazy("every worker that fetched it died"),
    "not_there": gettext_lazy("it is not there any more"),
    "too_big": gettext_lazy("it is larger than 20 MB"),
    "timed_out": gettext_lazy("it took too long"),
    "not_reached": gettext_lazy("the host does not answer"),
    "connection_lost": gettext_lazy("the connection was lost"),
    "another_picture": gettext_lazy("what is there now is another picture"),
    "host_not_named": gettext_lazy("its host is not in HENG_PICTURE_HOSTS"),
    "no_picture": gettext_lazy("what is there is no picture"),
}


def _why(code: str) -> str:
    if code in _NO_PICTURE:
        return str(_NO_PICTURE[code])
    return refusals.say(Refused(code)) if code in refusals.SENTENCES else code


def _prepare_again(preparation_id: int, now: datetime) -> None:
    preparation.try_again(preparation_id, now=now)


@require_POST
def again(request: HttpRequest, what: str, pk: int) -> HttpResponse:
    """Try one of them again. Trying what has gone on meanwhile changes nothing."""
    desk = shell.enter(request)
    act = AGAIN.get(what)
    if act is None:
        raise Http404
    try:
        act(pk, desk.now)
    except Step.DoesNotExist:
        raise Http404 from None
    messages.success(request, _("It will be tried again with the next round, within seconds."))
    return HttpResponseRedirect(reverse("ops:stuck"))
