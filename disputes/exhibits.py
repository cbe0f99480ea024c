"""How something that a side shows comes on the file of a case: a file, a text, a stretch of the record.

Plain functions inside the acts that share them. Whoever calls holds the lock of the case and has asked whose case it is.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from common.actor import Actor
from common.acts import require_act
from common.errors import Refused
from disputes import drafts
from disputes.lifecycle import Event, State
from disputes.models import Case
from disputes.transitions import advance
from evidence import checklist, dossiers, media
from evidence.intake import Received
from evidence.models import Dossier, Exhibit
from rulebook import queries as rulebook

# Where a sealed file is opened once more by the first thing that comes in.
_REOPENING = (State.MORE_EVIDENCE.value, State.AWAITING_APPEAL_ANSWER.value)
TEXT = "text/plain"


def add_file(
    case: Case, received: Received, *, code: str, name: str = "", note: str = "", actor: Actor, now: datetime
) -> Exhibit:
    """The received file is an exhibit of the actor's side; the same bytes again are the one that is there.

    Raises `Refused`: `evidence_code_unknown`, `evidence_kind_differs`, and what `dossiers.add` and the table say.
    """
    _require_kind(case, code, received.mime)

    def add(side: str, shown: bool) -> Exhibit:
        return dossiers.add(
            case.dossier_id, received, side=side, code=code, name=name, note=note, actor=actor, now=now, shown=shown
        )

    return put(case, add, sha256=received.sha256, actor=actor, now=now)


def add_text(
    case: Case, text: str, *, code: str, name: str = "", note: str = "", actor: Actor, now: datetime
) -> Exhibit:
    """What was typed is an exhibit of the actor's side, to the letter; the same words again are the one that is there.

    Raises `Refused`: `evidence_code_unknown`, `evidence_not_in_words`, and what `dossiers.add_text` and the table say.
    """
    _require_kind(case, code, TEXT)

    def add(side: str, shown: bool) -> Exhibit:
        return dossiers.add_text(
            case.dossier_id, text, side=side, code=code, name=name, note=note, actor=actor, now=now, shown=shown
        )

    return put(case, add, sha256=dossiers.digest_of_text(text), actor=actor, now=now)


def put(case: Case, add: Callable[[str, bool], Exhibit], *, sha256: str, actor: Actor, now: datetime) -> Exhibit:
    """Let ``add(side, shown)`` put it into the dossier, move the case, and write the journal: once for the same digest.

    What comes while the buyer's claim is still being written goes with it: nothing has happened in the case, and nobody
    else sees it yet.
    """
    require_act()
    assert actor.side is not None
    side = actor.side.value
    own = Exhibit.objects.filter(dossier_id=case.dossier_id, side=side, withdrawn_at__isnull=True)
    known = own.filter(sha256=sha256).first()
    if known is not None:
        return known
    if drafts.takes_evidence(case, actor):
        return add(side, False)
    if case.state in _REOPENING and Dossier.objects.filter(pk=case.dossier_id, sealed_at__isnull=False).exists():
        dossiers.reopen(case.dossier_id)
    exhibit = add(side, True)
    advance(case, Event.EVIDENCE_ADDED, actor=actor, now=now, data=exhibit.as_entry_data())
    return exhibit


def _require_kind(case: Case, code: str, mime: str) -> None:
    """Also of what is there already: nobody is told that it stands for what it cannot."""
    sort = rulebook.rules(case.substance_rules_id).exhibits.get(code)
    wrong = checklist.against(sort, mime, films=media.takes_films())
    if wrong:
        raise Refused(wrong, evidence_code=code)
