"""A claim on its way to the platform: what the buyer typed, kept on the server until it is filed or can no longer be.

The buyer's own affair: nothing here moves the case, is journalled, or reaches another side. Evidence that is given before
filing lies in the case's own dossier and is shown to nobody until `settle`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from common import digest
from common.actor import Actor, Role
from common.acts import act, require_act
from common.errors import Missing, Refused
from disputes import access, queries
from disputes.lifecycle import LIFECYCLE, NEGOTIATION, Event, State
from disputes.models import Case, FilingDraft
from evidence import dossiers
from evidence.models import Exhibit, Holder

# Longer than any field may be in the end: what is too long is kept, and its writer told.
LONGEST = 4_000
MOST_FIELDS = 30
_FILES_FROM = [state.value for state in NEGOTIATION]


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A field that another page changed after this one was read: ``text`` is what stood there, ``at`` since when.

    ``kept``: it stands still, because this page did not touch the field; else it was newer here, and is replaced.
    """

    field: str
    text: str
    at: datetime
    kept: bool


@dataclass(frozen=True, slots=True)
class Saved:
    draft: FilingDraft
    elsewhere: tuple[Elsewhere, ...] = ()


@act
def begin(case_id: int, *, actor: Actor, now: datetime) -> FilingDraft:
    """The buyer has begun to write a claim. Harmless to repeat: a draft that is there stays."""
    case = _lock(case_id, actor)
    if Event.INTERVENTION_REQUESTED not in LIFECYCLE.open_to(State(case.state), Role.BUYER):
        raise Refused("not_in_this_state", state=case.state, event=Event.INTERVENTION_REQUESTED.value)
    return FilingDraft.objects.get_or_create(case=case, defaults={"begun_at": now, "saved_at": now})[0]


@act
def save(
    case_id: int,
    typed: Mapping[str, str],
    *,
    read: Mapping[str, str],
    shown: Mapping[str, str] | None = None,
    page: str,
    actor: Actor,
    now: datetime,
) -> Saved:
    """What was typed is kept, field by field; of two devices the newest wins.

    ``read``: the marks of what had been said when the page was made; of a field that nothing had been said of there is
    none. ``shown``: the marks of what the page showed, where that was something else, as a proposal is: what it only
    showed never replaces what was typed elsewhere. ``page`` names the page, which may save many times. Raises `Missing`
    where no draft is being written.
    """
    case = _lock(case_id, actor)
    draft = FilingDraft.objects.filter(case=case).first()
    if draft is None:
        raise Missing
    elsewhere, changed = [], False
    for field, text in list(typed.items())[:MOST_FIELDS]:
        text = text[:LONGEST]
        there = draft.body.get(field)
        if there is not None:
            before, known = there["text"], read.get(field, "")
            was_shown = (shown or {}).get(field, known)
            if text == before:
                continue
            if there["page"] != page and was_shown and mark(before) != known:
                untouched = mark(text) == was_shown
                elsewhere.append(Elsewhere(field, before, datetime.fromisoformat(there["at"]), kept=untouched))
                if untouched:
                    continue
        draft.body[field] = _said(text, page, now)
        changed = True
    if changed:
        draft.saved_at = max(now, draft.begun_at)
        draft.save(update_fields=["body", "saved_at"])
    return Saved(draft, tuple(elsewhere))


@act
def discard(case_id: int, *, actor: Actor, now: datetime) -> None:
    """The buyer does not want to file after all: words are gone, and what was uploaded counts for nothing."""
    case = _lock(case_id, actor)
    if FilingDraft.objects.filter(case=case).delete()[0]:
        _take_back(case, now)


def settle(case: Case, *, actor: Actor, now: datetime) -> list[Exhibit]:
    """The claim is filed: the draft is gone. What the buyer uploaded with it is shown to the other side from now on.

    Where somebody else asked the platform first, nothing is shown that the buyer has not sent. One query if there was no
    draft, two if nothing was uploaded.
    """
    require_act()
    if not FilingDraft.objects.filter(case=case).delete()[0] or not _unseen(case).exists():
        return []
    if actor.role is Role.BUYER:
        return dossiers.show(case.dossier_id, side=Holder.BUYER.value, now=now)
    _take_back(case, now)
    return []


def takes_evidence(case: Case, actor: Actor) -> bool:
    """Whether what the buyer uploads now belongs to a claim that is still being written. One query at most."""
    writes = actor.role is Role.BUYER and actor.client_id is None and case.state in _FILES_FROM
    return writes and FilingDraft.objects.filter(case=case).exists()


def of(case: Case) -> FilingDraft | None:
    return FilingDraft.objects.filter(case=case).first()


def forget(now: datetime) -> int:
    """A chore: what was typed for a claim that can no longer be filed goes away. 200 at most."""
    over = FilingDraft.objects.exclude(case__state__in=_FILES_FROM).order_by("pk")
    return sum(_forget(case_id, now) for case_id in over.values_list("pk", flat=True)[:200])


@act
def _forget(case_id: int, now: datetime) -> int:
    case = queries.lock(case_id)
    if case.state in _FILES_FROM or not FilingDraft.objects.filter(case=case).delete()[0]:
        return 0
    _take_back(case, now)
    return 1


def _lock(case_id: int, actor: Actor) -> Case:
    case = queries.lock(case_id)
    if actor.role is not Role.BUYER:
        raise Missing
    access.require_party(case, actor)
    return case


def _unseen(case: Case) -> QuerySet[Exhibit]:
    return Exhibit.objects.filter(
        dossier_id=case.dossier_id, side=Holder.BUYER.value, visible_at__isnull=True, withdrawn_at__isnull=True
    )


def _take_back(case: Case, now: datetime) -> None:
    """Uploads of a claim that was never filed count for nothing, and nobody but the buyer ever saw them."""
    require_act()
    for exhibit_id in _unseen(case).values_list("pk", flat=True):
        dossiers.withdraw(exhibit_id, actor=Actor.buyer(case.buyer_id), now=now)


def mark(text: str) -> str:
    """What a page carries along of a field that it showed."""
    return digest.sha256(text.encode())[:12]


def _said(text: str, page: str, now: datetime) -> dict[str, str]:
    return {"text": text, "at": now.isoformat(), "page": page[:40]}
