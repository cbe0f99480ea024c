"""From a journal entry to the people it concerns. Runs inside the delivery of the entry; refuses to know channels."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from accounts import hats, shop_desk
from accounts.models import Grant, Membership, Right
from common.acts import require_act
from disputes.models import Case, Deadline, Handling, Offer
from disputes.states import State
from disputes.timers import DUTIES, OFFERS
from journal.kinds import Kind
from journal.models import Entry
from jury.models import Seat
from notifications import preferences
from notifications.catalogue import (
    ASSIGNEE,
    BUYER,
    IN_KIND,
    JURORS,
    MERCHANT,
    NOT_TO_WHO_ACTED,
    OPS,
    RETURN_FIRST,
    SENIORS,
    concerned,
)
from notifications.models import Email, Notice, Preference
from rulebook import queries as rulebook

# From these on a term for the reader may run that no state of the case shows, or money moves.
_NEVER_NEWS = frozenset(
    {
        Kind.DEADLINE_REMINDED,
        Kind.OFFER_MADE,
        Kind.OFFER_ACCEPTED,
        Kind.RULING_SERVED,
        Kind.APPEAL_CHANGED,
        Kind.APPEAL_UPHELD,
        Kind.EVIDENCE_UNREADABLE,
        Kind.NOT_ADMITTED,
        Kind.SHOP_ASSIGNED,
        Kind.SECOND_PERSON_ASKED,
    }
)
# What a shop arranges about a case tells only those members whom it concerns.
_AMONG_COLLEAGUES = frozenset({Kind.SHOP_ASSIGNED, Kind.SECOND_PERSON_ASKED, Kind.SECOND_PERSON_DECLINED})

# For so long further evidence is the same news.
_SAME_NEWS = timedelta(hours=1)

_OFFERED_BY = {duty.name: side for side, duty in OFFERS.items()}


def announce(entry: Entry, case: Case) -> int:
    """Tell everybody concerned, once, as of when it happened. Returns how many were told."""
    require_act()
    kind = Kind(entry.kind)
    params = _params(entry, case)
    notices = [
        Notice(user_id=user_id, case=case, entry=entry, kind=kind.value, audience=audience, params=params, at=entry.at)
        for audience in _audiences(kind, entry, case.claimant)
        if audience != JURORS
        for user_id in _people(audience, case, entry)
    ]
    if JURORS in concerned(kind, case.claimant):
        notices += [
            Notice(user_id=user_id, case=case, entry=entry, kind=kind.value, audience=JURORS, params=told, at=entry.at)
            for user_id, told in _jurors(entry)
        ]
    if kind is Kind.EVIDENCE_ADDED:
        # Five photos are one thing to look at: who has not read of the first hears nothing new of the others.
        unread = Notice.objects.filter(case=case, kind=kind.value, read_at__isnull=True, at__gt=entry.at - _SAME_NEWS)
        told_already = set(unread.exclude(entry=entry).values_list("user_id", "audience"))
        notices = [one for one in notices if (one.user_id, one.audience) not in told_already]
    Notice.objects.bulk_create(notices, ignore_conflicts=True)
    rows = Notice.objects.filter(entry=entry, email__isnull=True)
    told = list(rows.values_list("id", "user_id", "user__email", "audience"))
    people = [user_id for _, user_id, _, _ in told]
    chosen = {row.user_id: row for row in Preference.objects.filter(user_id__in=people)}
    # Nobody can send to a person without an address: their notice in the site is all they get.
    wanted = {user_id: preferences.read(chosen.get(user_id)) for user_id in people}
    mailed = [
        (pk, user_id, audience)
        for pk, user_id, address, audience in told
        if address and _wants(wanted[user_id], asks_of(kind, audience, case))
    ]
    spared = _spared(kind, case, [user for _, user, audience in mailed if audience == MERCHANT], wanted, entry.at)
    emails = [Email(notice_id=pk) for pk, user_id, audience in mailed if audience != MERCHANT or user_id not in spared]
    Email.objects.bulk_create(emails, ignore_conflicts=True)
    return len(told)


def _jurors(entry: Entry) -> list[tuple[int, dict[str, Any]]]:
    """Who sits where the entry says, and until when they are awaited. Nothing of the case goes into what they are told."""
    seats = Seat.objects.filter(pk__in=entry.data["seats"]).order_by("pk")
    about = {"number": "", "amount": 0, "currency": "CNY"}
    rows = seats.values_list("juror__user_id", "expires_at")
    return [(user_id, {**about, "due": until.isoformat()}) for user_id, until in rows]


def asks_of(kind: Kind, audience: str, case: Case) -> bool:
    """Whether this is for the reader to act on, or decides about them: then it is more than news."""
    if audience == JURORS:
        return kind is not Kind.JURY_COUNTED
    mine = case.awaits in (audience, "both") if audience in (BUYER, MERCHANT) else True
    return mine or kind in _NEVER_NEWS


def _wants(wanted: preferences.Wanted, asks: bool) -> bool:
    return wanted.email and (asks or wanted.news)


def _spared(
    kind: Kind, case: Case, members: Collection[int], wanted: Mapping[int, preferences.Wanted], now: datetime
) -> set[int]:
    """Members of the shop who get no e-mail of this: a colleague looks after the case and gets it."""
    if kind in _AMONG_COLLEAGUES or len(members) < 2:
        return set()
    member = Handling.objects.filter(case=case).values_list("member_id", flat=True).first()
    if member is None:
        return set()
    here = {person.user_id: person for person in shop_desk.people_of(case.merchant_id, now)}
    keeper = shop_desk.stands_in(here, member)
    if keeper not in members:
        return set()
    return {one for one in members if one != keeper and not wanted[one].colleagues}


def _audiences(kind: Kind, entry: Entry, claimant: str) -> list[str]:
    audiences = list(concerned(kind, claimant))
    if kind in NOT_TO_WHO_ACTED or _half_agreed(kind, entry):
        audiences = [audience for audience in audiences if audience != entry.actor_role]
    awaited = entry.data.get("awaits")
    if kind is Kind.DEADLINE_REMINDED and awaited in (BUYER, MERCHANT):
        audiences = [awaited]
    if kind is Kind.DEADLINE_REMINDED and awaited == "platform":
        audiences = []
    if kind is Kind.EVIDENCE_UNREADABLE:
        audiences = [entry.data["side"], *((OPS,) if entry.data["set_aside"] else ())]
    if kind is Kind.EVIDENCE_INCOMPLETE:
        audiences = [entry.data["side"]]
    if kind in (Kind.TAKEN, Kind.APPROVAL_TAKEN, Kind.APPEAL_TAKEN) and not entry.data.get("assigned_by"):
        # Whoever took it themselves knows.
        audiences = [audience for audience in audiences if audience != ASSIGNEE]
    if kind is Kind.HANDED_BACK and not entry.data.get("freed"):
        audiences = []
    asked = entry.data.get("asked")
    if kind is Kind.MORE_EVIDENCE_ASKED and asked in (BUYER, MERCHANT):
        audiences = [asked]
    return audiences


def _half_agreed(kind: Kind, entry: Entry) -> bool:
    """A proposal of the platform of which one side still has to say whether it accepts."""
    return kind is Kind.OFFER_ACCEPTED and not entry.data.get("settled", True)


def _people(audience: str, case: Case, entry: Entry) -> list[int]:
    match audience:
        case "buyer":
            return [case.buyer_id]
        case "merchant" if Kind(entry.kind) in _AMONG_COLLEAGUES:
            return _colleagues(case, entry)
        case "merchant":
            return _members(case)
        case "assignee" if entry.data.get("assigned_by") and entry.actor_id is not None:
            return [entry.actor_id]
        case "assignee":
            return [case.assignee_id] if case.assignee_id is not None else []
        case "seniors" | "ops":
            role = "senior" if audience == SENIORS else "ops"
            grants = Grant.objects.filter(role=role, revoked_at__isnull=True)
            return list(grants.order_by("user_id").values_list("user_id", flat=True))
    raise LookupError(audience)


def _members(case: Case) -> list[int]:
    """Who may read the case for the shop now."""
    members = Membership.objects.filter(
        merchant_id=case.merchant_id,
        removed_at__isnull=True,
        rights__overlap=[Right.VIEW.value, Right.MANAGE.value],
    )
    return list(members.order_by("user_id").values_list("user_id", flat=True))


def _colleagues(case: Case, entry: Entry) -> list[int]:
    """Whom of the shop it concerns, if they still belong to it; whoever did it knows."""
    match Kind(entry.kind):
        case Kind.SHOP_ASSIGNED:
            found = [entry.data["member"]]
        case Kind.SECOND_PERSON_DECLINED:
            found = [entry.data["proposed_by"]]
        case _:
            found = [user.pk for user in hats.who_may_accept(case.merchant_id, entry.data["amount"])]
    members = _members(case)
    return [user_id for user_id in found if user_id != entry.actor_id and user_id in members]


def _params(entry: Entry, case: Case) -> dict[str, Any]:
    """What the words need, fixed now: the case may have moved on when they are read."""
    kind = Kind(entry.kind)
    params: dict[str, Any] = {
        "number": case.number,
        "amount": entry.data.get("amount", case.claimed),
        "currency": case.currency,
        "due": _due(kind, entry, case),
        **({"claimant": case.claimant} if case.claimant != BUYER else {}),
    }
    if kind is Kind.EVIDENCE_INCOMPLETE:
        params["items"] = _items(entry, case)
    if kind in IN_KIND and case.substitute:
        params["in_kind"] = True
    if kind in RETURN_FIRST and entry.data.get("to") == State.AWAITING_RETURN:
        params["return_first"] = True
    if _half_agreed(kind, entry):
        params["half"] = True
    if kind is Kind.SHOP_ASSIGNED and case.awaits in (MERCHANT, "both") and params["due"]:
        params["owed"] = True
    offered_by = _OFFERED_BY.get(entry.data.get("duty", "")) if kind is Kind.DEADLINE_REMINDED else None
    if offered_by is not None:
        made = Offer.objects.filter(case=case, side=offered_by, made_at__lte=entry.at).order_by("-made_at").first()
        params |= {"proposal": True, "amount": made.amount if made is not None else case.claimed}
    return params


def _due(kind: Kind, entry: Entry, case: Case) -> str:
    """The term that this entry is about. Where the case has moved on since, the one that was armed with the entry."""
    said = entry.data
    if kind in (Kind.DEADLINE_REMINDED, Kind.EVIDENCE_INCOMPLETE):
        return str(said["due_at"])
    # An offer runs by a term of its own, beside whatever the case awaits.
    of_offer = kind is Kind.OFFER_MADE or _half_agreed(kind, entry)
    told = said.get("to_due_at") or (said.get("expires_at") if of_offer else None)
    if told:
        return str(told)
    state = State(said["to"]) if "to" in said else State.AWAITING_MERCHANT if kind is Kind.REFUND_REQUESTED else None
    due_at = case.due_at
    if state is not None and (state != case.state or case.state_since != entry.at):
        duty = DUTIES.get(state)
        armed = Deadline.objects.filter(case=case, duty=duty.name, armed_at=entry.at) if duty is not None else None
        due_at = armed.values_list("due_at", flat=True).first() if armed is not None else None
    return due_at.isoformat() if due_at is not None else ""


def _items(entry: Entry, case: Case) -> dict[str, str]:
    """What is missing and why it is asked for, in each language: nobody knows yet in which one it will be read."""
    rules = rulebook.rules(case.substance_rules_id)
    asked = rules.type(case.type_code).needs(entry.data["side"], case.order.state, case.line.category)
    needs = {need.code: need for need in asked}
    missing = [(rules.evidence(code).name, rules.why(needs[code])) for code in entry.data["codes"]]
    return {
        "zh-hans": "、".join(f"{name.zh_Hans}（{why.zh_Hans}）" for name, why in missing),
        "zh-hant": "、".join(f"{name.zh_Hant}（{why.zh_Hant}）" for name, why in missing),
        "en": ", ".join(f"{name.en} ({why.en})" for name, why in missing),
    }
