"""A case of the queue at a glance, beside the list: what is claimed, what is asked, what is on file. Names no party."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Count
from django.http import Http404
from django.urls import reverse

from common.actor import Actor
from common.ids import is_shaped_like_case_number
from disputes import queries as cases
from disputes.lifecycle import Event, State
from disputes.models import Case
from evidence.models import Exhibit
from web import asked, fetch, records
from web.desk import offered, shell


def of(number: str, actor: Actor, now: datetime) -> dict[str, Any] | None:
    """``None`` for what this reader may not see. ``take_href`` is empty where nobody can take it now. Three queries."""
    if not is_shaped_like_case_number(number):
        return None
    try:
        case = fetch.case_or_404(number, actor)
    except Http404:
        return None
    waits = State(case.state) is State.AWAITING_ASSIGNMENT and case.suspended_at is None
    opens = offered.open_until(case, now)
    return {
        "case": case,
        "type_name": shell.type_name(case),
        "remedy": asked.name(case),
        "points": [records.masked(point.text) for point in cases.points(case)],
        "counts": _counts(case),
        "take_href": reverse("desk:act", args=[case.number, Event.TAKEN.value]) if waits and not opens else "",
    }


def _counts(case: Case) -> list[tuple[str, int]]:
    """How much each side gave, and what the platform holds: buyer first."""
    on_file = Exhibit.objects.filter(dossier_id=case.dossier_id, withdrawn_at__isnull=True).order_by()
    found = dict(on_file.values_list("side").annotate(n=Count("pk")))
    return [(key, found.get(side, 0)) for key, side in (("b", "buyer"), ("m", "merchant"), ("p", "platform"))]
