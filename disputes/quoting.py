"""A stretch of the talk inside the platform, put in by a side from the platform's own record, which nobody can alter."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from common import digest
from common.actor import Actor
from common.acts import act
from common.errors import Refused
from disputes import access, exhibits, queries
from disputes.models import Case
from evidence import dossiers
from evidence.models import Exhibit, Holder, Kind

CODE = "E02"
MOST_MESSAGES = 100


@act
def quote_chat(
    case_id: int, first: int, last: int, *, note: str = "", actor: Actor, now: datetime, seen: int | None = None
) -> Exhibit:
    """Messages ``first`` to ``last`` of the record, counted from 0, both included, are an exhibit of this side.

    The same stretch again is the exhibit that is there. Raises `Refused`: `chat_not_on_file`, `range_is_empty`,
    `range_too_long`, and what evidence is refused for.
    """
    case = queries.lock(case_id, seen=seen)
    access.require_party(case, actor)
    record = record_of(case)
    if record is None:
        raise Refused("chat_not_on_file")
    said = messages(record)
    if not 0 <= first <= last < len(said):
        raise Refused("range_is_empty")
    if last - first >= MOST_MESSAGES:
        raise Refused("range_too_long", most=MOST_MESSAGES)
    chosen = said[first : last + 1]
    content = {
        "chat": {"from": chosen[0]["at"], "to": chosen[-1]["at"], "earlier": first > 0, "messages": chosen},
        "of": {"exhibit": record.public_id, "number": record.number, "sha256": record.sha256, "first": first},
    }

    def add(side: str, shown: bool) -> Exhibit:
        return dossiers.add_quote(
            case.dossier_id, content, side=side, code=CODE, note=note, actor=actor, now=now, shown=shown
        )

    return exhibits.put(case, add, sha256=digest.of(content), actor=actor, now=now)


def record_of(case: Case) -> Exhibit | None:
    """The platform's record of the talk, as it was taken when the case was filed."""
    own = Exhibit.objects.filter(dossier_id=case.dossier_id, side=Holder.PLATFORM.value, kind=Kind.RECORD, code=CODE)
    return own.order_by("-place").first()


def messages(record: Exhibit) -> list[dict[str, Any]]:
    content = record.content or {}
    return list((content.get("chat") or {}).get("messages", []))


def since_first_complaint(case: Case, said: list[dict[str, Any]]) -> int:
    """Where a stretch begins by default: two messages before the refund was asked for."""
    begun = next(
        (n for n, message in enumerate(said) if datetime.fromisoformat(message["at"]) >= case.opened_at), len(said)
    )
    return max(0, min(begun, len(said) - 1) - 2)
