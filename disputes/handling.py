"""Who in the shop looks after a case, what colleagues tell each other about it, and what they have typed so far.

The shop's own affair: nothing here moves a case, stops a clock or is shown to another side.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from accounts import hats, shop_desk
from accounts.models import Membership, Right
from common.actor import Actor, Role
from common.acts import act, require_act
from common.errors import Missing, Refused
from disputes import access, queries
from disputes.models import Case, Handling, ReplyDraft, ShopNote
from journal import book
from journal.kinds import Kind

LONGEST_NOTE = 300
# How long after the last saved word somebody still counts as working on the answer.
WORKING = timedelta(minutes=15)
DRAFTS_KEPT = timedelta(days=30)


@act
def assign(
    case_id: int, *, member_id: int | None, note: str = "", only_if_free: bool = False, actor: Actor, now: datetime
) -> Handling:
    """This member looks after the case from now on (``None``: nobody in particular), with a note for them.

    ``only_if_free`` refuses a case that a colleague has already.
    """
    case = _lock(case_id, actor)
    if member_id is not None and not _is_member(case.merchant_id, member_id):
        raise Missing
    standing = Handling.objects.filter(case=case).first()
    if only_if_free and standing is not None and standing.member_id not in (None, member_id):
        raise Refused("colleague_has_it")
    handling, _ = Handling.objects.update_or_create(
        case=case, defaults={"merchant_id": case.merchant_id, "member_id": member_id, "at": now}
    )
    if note.strip():
        _note(case, note, to=member_id, actor=actor, now=now)
    if member_id is not None and (standing is None or standing.member_id != member_id or note.strip()):
        book.record(case.stream_id, Kind.SHOP_ASSIGNED, data={"member": member_id}, actor=actor, now=now)
    return handling


@act
def note(case_id: int, *, text: str, actor: Actor, now: datetime) -> ShopNote:
    """A word among colleagues, kept with the case."""
    case = _lock(case_id, actor)
    if not text.strip():
        raise Refused("text_missing")
    return _note(case, text, to=None, actor=actor, now=now)


@act
def let_go(merchant_id: int, member_id: int, *, actor: Actor, now: datetime) -> int:
    """Whoever has left the shop looks after none of its open cases any more. Returns how many wait for somebody."""
    if actor.merchant_id != merchant_id or Right.MANAGE not in hats.rights_of(actor):
        raise Missing
    theirs = Handling.objects.filter(merchant_id=merchant_id, member_id=member_id, case__closed_at__isnull=True)
    return theirs.update(member=None, at=now)


def route(case: Case, *, now: datetime) -> None:
    """A new case goes to the member whom the shop's rules name. Harmless to repeat: a case that has somebody stays."""
    require_act()
    rules = shop_desk.rules_of(case.merchant_id)
    if not rules:
        return
    people = shop_desk.people_of(case.merchant_id, now)
    member = shop_desk.choose(rules, people, type_code=case.type_code, sku=case.line.sku)
    if member is not None:
        Handling.objects.get_or_create(
            case=case, defaults={"merchant_id": case.merchant_id, "member_id": member, "at": now}
        )


# --- what is typed and not sent -----------------------------------------------------------------------------------


@act
def save_draft(case_id: int, *, body: dict[str, Any], actor: Actor, now: datetime) -> ReplyDraft:
    """What was typed is kept for the whole shop; the newest save wins."""
    case = _lock(case_id, actor)
    draft, _ = ReplyDraft.objects.update_or_create(
        case=case, defaults={"body": body, "by_id": actor.id, "saved_at": now}
    )
    return draft


def drop_draft(case: Case) -> None:
    """The answer is sent: what was typed for it is of no further use to anybody."""
    require_act()
    ReplyDraft.objects.filter(case=case).delete()


def draft_of(case: Case) -> ReplyDraft | None:
    return ReplyDraft.objects.filter(case=case).select_related("by").first()


def forget_drafts(now: datetime) -> int:
    """A chore: typed words of closed cases, and those that nobody touched for a month, go away."""
    return _forget(now)


@act
def _forget(now: datetime) -> int:
    old = ReplyDraft.objects.filter(saved_at__lt=now - DRAFTS_KEPT)
    over = ReplyDraft.objects.filter(case__closed_at__isnull=False)
    doomed = [*old.values_list("pk", flat=True)[:200], *over.values_list("pk", flat=True)[:200]]
    return ReplyDraft.objects.filter(pk__in=doomed).delete()[0]


# --- to read ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Note:
    by: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """An open `Consent` as the page of its case shows it; ``name`` is whose word it is."""

    id: int
    event: str
    amount: int
    text: str
    offer: int | None
    returns: bool
    by: int
    name: str


@dataclass(frozen=True, slots=True)
class Beside:
    """What members of the shop see beside a case: who looks after it, who has typed last, new notes, what waits."""

    assignee: str
    typed_by: int | None
    typed_name: str
    typed_at: datetime | None
    notes: tuple[Note, ...]
    waits: Waiting | None


def _person(column: str) -> str:
    return f"(SELECT coalesce(nullif(u.display_name, ''), u.username) FROM accounts_user u WHERE u.id = {column})"


# Four small questions in one statement: the page of a case has none to spare, and as joins to the case they would cost
# PostgreSQL more to plan than all else on that page.
_BESIDE = f"""
SELECT json_build_object(
    'assignee', (SELECT {_person("h.member_id")} FROM disputes_handling h WHERE h.case_id = %(case)s),
    'draft', (SELECT json_build_object('by', d.by_id, 'name', {_person("d.by_id")}, 'at', d.saved_at)
        FROM disputes_replydraft d WHERE d.case_id = %(case)s),
    'notes', (SELECT json_agg(json_build_object('by', {_person("n.by_id")}, 'text', n.text, 'at', n.at)
        ORDER BY n.at DESC, n.id DESC) FROM (SELECT * FROM disputes_shopnote WHERE case_id = %(case)s
        ORDER BY at DESC, id DESC LIMIT 3) n),
    'waits', (SELECT json_build_object('id', k.id, 'event', k.event, 'amount', k.amount, 'text', k.text,
        'offer', k.offer_id, 'returns', k.returns, 'by', k.by_id, 'name', {_person("k.by_id")})
        FROM disputes_consent k WHERE k.case_id = %(case)s AND k.state = 'open'))::text
"""


def beside(case_id: int) -> Beside:
    """In one query, with the newest three notes. ``waits`` is open, but may not be possible any more."""
    with connection.cursor() as cursor:
        cursor.execute(_BESIDE, {"case": case_id})
        found = json.loads(cursor.fetchone()[0])
    draft = found["draft"] or {}
    notes = [Note(note["by"] or "", note["text"], datetime.fromisoformat(note["at"])) for note in found["notes"] or ()]
    return Beside(
        assignee=found["assignee"] or "",
        typed_by=draft.get("by"),
        typed_name=draft.get("name") or "",
        typed_at=datetime.fromisoformat(draft["at"]) if draft else None,
        notes=tuple(notes),
        waits=Waiting(**found["waits"]) if found["waits"] else None,
    )


def notes_of(case: Case) -> QuerySet[ShopNote]:
    """The newest twenty notes, in one query."""
    return ShopNote.objects.filter(case=case).select_related("by", "to").order_by("-at", "-id")[:20]


def _lock(case_id: int, actor: Actor) -> Case:
    case = queries.lock(case_id)
    if actor.role is not Role.MERCHANT:
        raise Missing
    access.require_party(case, actor, Right.RESPOND)
    return case


def _is_member(merchant_id: int, user_id: int) -> bool:
    return Membership.objects.filter(
        merchant_id=merchant_id, user_id=user_id, removed_at__isnull=True, user__is_active=True
    ).exists()


def _note(case: Case, text: str, *, to: int | None, actor: Actor, now: datetime) -> ShopNote:
    text = text.strip()
    if len(text) > LONGEST_NOTE:
        raise Refused("text_too_long", field="note", longest=LONGEST_NOTE, length=len(text))
    return ShopNote.objects.create(case=case, text=text, by_id=actor.id, to_id=to, at=now)
