"""B15: what the buyer was told, newest first. The words are made when they are read, in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from common import clock
from common.actor import Role
from disputes.models import Case
from notifications import inbox, words
from notifications.models import Notice
from web import fetch
from web.buyer import lists

AUDIENCES = ("buyer",)


@dataclass(frozen=True, slots=True)
class Message:
    notice: Notice
    text: str


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """By case, the case with the newest message first."""
    actor = fetch.actor_or_404(request, Role.BUYER)
    assert actor.id is not None
    before = request.GET.get("before", "")
    page = inbox.page(actor.id, AUDIENCES, before=int(before) if before.isascii() and before.isdigit() else None)
    shown = page[: inbox.PAGE]
    following = f"?before={shown[-1].pk}" if len(page) > inbox.PAGE else ""
    nav = lists.nav(actor, "inbox")
    context = {
        "now": clock.now(),
        "nav": nav,
        "talks": _by_case(shown),
        "has_unread": any(item.count for item in nav),
        "next_href": following,
        "first_href": reverse("buyer:inbox") if before else "",
    }
    return render(request, "buyer/inbox.html", context)


@require_POST
def mark_read(request: HttpRequest) -> HttpResponse:
    actor = fetch.actor_or_404(request, Role.BUYER)
    assert actor.id is not None
    inbox.mark_read(actor.id, AUDIENCES, now=clock.now())
    return HttpResponseRedirect(reverse("buyer:inbox"))


def _by_case(shown: Sequence[Notice]) -> list[tuple[Case, list[Message]]]:
    """One page's messages, newest first, kept together by case."""
    talks: dict[int, tuple[Case, list[Message]]] = {}
    for notice in shown:
        talks.setdefault(notice.case_id, (notice.case, []))[1].append(Message(notice, _text(notice)))
    return list(talks.values())


def _text(notice: Notice) -> str:
    return words.sentence(notice.kind, notice.audience, notice.params, notice.case.title)
