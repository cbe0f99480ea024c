"""One case beside the list that it stands in: as much as it takes to decide what to do with it."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404

from disputes.models import Statement
from web import case_page, fetch
from web.case_page import CasePage
from web.merchant import acts
from web.merchant.reply import case_claim
from web.merchant.shell import Desk
from web.party import choices
from web.party.choices import Choices


@dataclass(frozen=True)
class Preview:
    page: CasePage
    claim: str
    story: str
    buttons: Choices


def of(desk: Desk, number: str) -> Preview | None:
    """The case under this number, if the reader may see it; a number that is none previews nothing."""
    if not number:
        return None
    try:
        case, now = fetch.case_and_now_or_404(number, desk.actor)
    except Http404:
        return None
    page = case_page.build(case, desk.actor, now)
    said = Statement.objects.filter(case=case, side="buyer", kind__in=["request", "story"]).order_by("-at", "-id")
    return Preview(
        page=page,
        claim=case_claim(case),
        story=said.values_list("text", flat=True).first() or "",
        buttons=choices.of(page, first=acts.FIRST, second=acts.SECOND, pages=acts.pages_for(case, now)),
    )
