"""What the arbitrator asked for, as a card: to the side that was asked with where to give it, to the desk with what came."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from common.actor import Actor
from disputes import supplements
from disputes.lifecycle import Event, State
from disputes.models import Case, Supplement
from disputes.supplements import Piece, Status
from rulebook.rules import Rules
from web import case_page, wording
from web.case_page import ExhibitView

_SIDES = {"buyer": "b", "merchant": "m"}


def card(
    case: Case, actor: Actor, exhibits: Iterable[ExhibitView], rules: Rules, now: datetime
) -> dict[str, Any] | None:
    """What this side was asked for, while it can be given and until it is ruled. One query, once it was asked."""
    side = actor.side.value if actor.side else ""
    mine = [exhibit for exhibit in exhibits if exhibit.mine and not exhibit.withdrawn and not exhibit.lost]
    asked = [item for item in supplements.latest(case) if item.side == side] if _is_of_now(case) else []
    if not asked:
        return None
    rows = [_row(item, mine, case, rules, now) for item in asked]
    open_now = any(row["state"] == "need" for row in rows)
    till = ""
    if open_now and case.due_at is not None:
        till = _("Give it until %(at)s. What is not given then counts by the rule on who has to prove it.") % {
            "at": wording.deadline(case.due_at, now)
        }
    for row in rows:
        if row["state"] == "need":
            act = reverse(case_page.ACT_ROUTES[actor.role], args=[case.number, Event.EVIDENCE_ADDED.value])
            row["href"] = f"{act}?code={row['code']}"
    done = sum(row["state"] == "done" for row in rows)
    return {"rows": rows, "done": done, "total": len(rows), "till": till, "open": open_now}


def at_the_desk(case: Case, exhibits: Iterable[Any], rules: Rules, now: datetime) -> list[dict[str, Any]]:
    """The same of both sides, to whoever decides: what came, what is still open, what was not given. At most one query."""
    if not _is_of_now(case):
        return []
    rows = [row for row in exhibits if row.withdrawn_at is None]
    return [
        {"side": _SIDES[item.side]} | _row(item, [row for row in rows if row.side == item.side], case, rules, now)
        for item in supplements.latest(case)
    ]


def _is_of_now(case: Case) -> bool:
    return bool(case.asked) and State(case.state) in (State.MORE_EVIDENCE, State.UNDER_REVIEW)


def _row(item: Supplement, pieces: Iterable[Piece], case: Case, rules: Rules, now: datetime) -> dict[str, Any]:
    numbers = supplements.given(item, pieces)
    status = supplements.status(item, numbers, case, now)
    words = {
        Status.GIVEN: " ".join(numbers) or _("said in words"),
        Status.OPEN: "",
        Status.LAPSED: _("not given"),
    }
    return {
        "code": item.code,
        "name": str(rules.evidence(item.code).name) if item.code in rules.exhibits else item.code,
        "why": _("Point %(number)s: %(why)s") % {"number": item.point.number, "why": item.why.text},
        "state": {Status.GIVEN: "done", Status.OPEN: "need", Status.LAPSED: "bad"}[status],
        "status": words[status],
        "icon": "upload",
    }
