"""What a side says in its own words, kept where it can be erased; the journal names only its id."""

from __future__ import annotations

from datetime import datetime

from common.actor import Actor
from common.acts import require_act
from common.errors import Refused
from disputes.models import Case, Statement

LONGEST = 500


def add(case: Case, kind: str, text: str, *, actor: Actor, now: datetime, required: bool = False) -> Statement | None:
    """Keep ``text`` (at most 500 characters). ``None`` if it is empty and need not be there."""
    require_act()
    text = text.strip()
    if not text:
        if required:
            raise Refused("text_missing", field=kind)
        return None
    if len(text) > LONGEST:
        raise Refused("text_too_long", field=kind, longest=LONGEST, length=len(text))
    side = actor.side
    return Statement.objects.create(
        case=case,
        side=side.value if side else "platform",
        kind=kind,
        text=text,
        by_id=actor.id,
        at=now,
    )


def ref(statement: Statement | None) -> dict[str, int]:
    """How a journal entry names it."""
    return {"statement": statement.pk} if statement is not None else {}
