"""What a shop arranges for itself: who gets which case, its own words, addresses and limits. Knows no case.

Owners arrange; a saved view is its reader's own.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max

from accounts import hats
from accounts.models import (
    Membership,
    Merchant,
    ReplyTemplate,
    ReturnAddress,
    Right,
    RoutingRule,
    SavedView,
)
from common.actor import Actor
from common.acts import act
from common.errors import Missing, Refused

SLOTS = ("order", "tracking", "batch", "sum")
_SLOT = re.compile(r"{([^{}]*)}")
_DIGIT = re.compile(r"[0-9]")
_TELEPHONE = re.compile(r"\+?[0-9() ./\-]+((转|轉|ext\.?|#|x) ?[0-9]{1,6})?", re.IGNORECASE)
# The shortest that can be called from everywhere, such as a carrier's service number.
LEAST_DIGITS = 5
MOST_TEMPLATES = 40
LONGEST_VIEW_NAME = 24
MOST_VIEWS = 12
MOST_RULES = 40
MOST_ADDRESSES = 10


# --- pure ---------------------------------------------------------------------------------------------------------


def fill(text: str, values: Mapping[str, str]) -> str:
    """``text`` with its slots filled. A slot without a value stays as it is, so that nobody sends a gap unseen."""
    return _SLOT.sub(lambda slot: values.get(slot[1], "") or slot[0], text)


def empty_slots(text: str) -> list[str]:
    """The known slots that are still open in ``text``, each once, in order."""
    return list(dict.fromkeys(slot for slot in _SLOT.findall(text) if slot in SLOTS))


def unknown_slots(text: str) -> list[str]:
    """What stands in braces in ``text`` and is filled by nothing, each once, in order."""
    return list(dict.fromkeys(slot for slot in _SLOT.findall(text) if slot not in SLOTS))


def is_telephone(written: str) -> bool:
    """Whether somebody could call it: digits, as people group them, with an extension perhaps."""
    plain = unicodedata.normalize("NFKC", written).strip()
    return bool(_TELEPHONE.fullmatch(plain)) and len(_DIGIT.findall(plain)) >= LEAST_DIGITS


@dataclass(frozen=True, slots=True)
class Person:
    """A member as far as routing looks: whether they are away, and who looks after their cases meanwhile."""

    user_id: int
    away: bool = False
    cover_id: int | None = None


def choose(rules: Iterable[tuple[str, str, int]], people: Sequence[Person], *, type_code: str, sku: str) -> int | None:
    """Who gets a new case: the member of the first rule ``(type, SKU prefix, member)`` that fits, or their cover.

    ``None`` where no rule fits, or where those it names are away or gone: then the case is everybody's.
    """
    here = {person.user_id: person for person in people}
    for wanted_type, prefix, member in rules:
        if wanted_type not in ("", type_code) or not sku.startswith(prefix):
            continue
        return stands_in(here, member)
    return None


def stands_in(here: Mapping[int, Person], member: int) -> int | None:
    """The member, or while they are away the colleague whom they named; ``None`` where neither is there."""
    person = here.get(member)
    if person is not None and person.away:
        person = here.get(person.cover_id or 0)
    return person.user_id if person is not None and not person.away else None


# --- to read ------------------------------------------------------------------------------------------------------


def rules_of(merchant_id: int) -> list[tuple[str, str, int]]:
    """The shop's rules in order, as `choose` reads them."""
    found = RoutingRule.objects.filter(merchant_id=merchant_id)
    return list(found.values_list("type_code", "sku_prefix", "member_id"))


def people_of(merchant_id: int, now: datetime) -> list[Person]:
    standing = Membership.objects.filter(merchant_id=merchant_id, removed_at__isnull=True, user__is_active=True)
    return [
        Person(user_id, away is not None and now < away, cover_id)
        for user_id, away, cover_id in standing.values_list("user_id", "away_until", "cover_id")
    ]


def usual_address(merchant_id: int) -> ReturnAddress | None:
    """Where goods come back to, if the shop has said so. For a page that is open only once a return is due."""
    return ReturnAddress.objects.filter(merchant_id=merchant_id, is_usual=True).first()


def looked_after_by(user_id: int, merchant_id: int, now: datetime) -> list[int]:
    """Whose cases this member looks after now: their own, and those of colleagues who are away and named them."""
    away = Membership.objects.filter(
        merchant_id=merchant_id, removed_at__isnull=True, cover_id=user_id, away_until__gt=now
    )
    return [user_id, *away.values_list("user_id", flat=True)]


# --- acts of owners -----------------------------------------------------------------------------------------------


@act
def set_limits(merchant_id: int, *, second_above: int | None, hours: str, actor: Actor, now: datetime) -> Merchant:
    """Above ``second_above`` minor units two members agree from now on (``None``: one is enough)."""
    merchant = _lock(merchant_id, actor)
    if second_above is not None and second_above < 0:
        raise Refused("amount_out_of_range", lowest=0)
    merchant.second_above, merchant.hours = second_above, hours.strip()[:120]
    merchant.save(update_fields=["second_above", "hours"])
    return merchant


@act
def add_rule(
    merchant_id: int, *, type_code: str, sku_prefix: str, member_id: int, actor: Actor, now: datetime
) -> RoutingRule:
    """New cases that fit go to this member, after all earlier rules."""
    _lock(merchant_id, actor)
    if not Membership.objects.filter(merchant_id=merchant_id, user_id=member_id, removed_at__isnull=True).exists():
        raise Missing
    rules = RoutingRule.objects.filter(merchant_id=merchant_id)
    if rules.count() >= MOST_RULES:
        raise Refused("too_many_of_these", most=MOST_RULES)
    last: int = rules.aggregate(last=Max("place"))["last"] or 0
    return RoutingRule.objects.create(
        merchant_id=merchant_id,
        place=last + 1,
        type_code=type_code,
        sku_prefix=sku_prefix.strip()[:64],
        member_id=member_id,
    )


@act
def remove_rule(rule_id: int, *, actor: Actor, now: datetime) -> None:
    rule = RoutingRule.objects.filter(pk=rule_id).first()
    if rule is None:
        raise Missing
    _lock(rule.merchant_id, actor)
    RoutingRule.objects.filter(pk=rule_id).delete()


@act
def keep_template(merchant_id: int, *, name: str, text: str, actor: Actor, now: datetime) -> ReplyTemplate:
    """Words under a name; a name that is there gets the new words."""
    _lock(merchant_id, actor, Right.RESPOND)
    name, text = name.strip(), text.strip()
    if not name or not text:
        raise Refused("text_missing")
    if len(text) > 300:
        raise Refused("text_too_long", longest=300, length=len(text))
    if unknown := unknown_slots(text):
        known = " ".join(f"{{{slot}}}" for slot in SLOTS)
        raise Refused("slot_unknown", slot=f"{{{unknown[0]}}}", known=known)
    others = ReplyTemplate.objects.filter(merchant_id=merchant_id).exclude(name=name)
    if others.count() >= MOST_TEMPLATES:
        raise Refused("too_many_of_these", most=MOST_TEMPLATES)
    kept, _ = ReplyTemplate.objects.update_or_create(
        merchant_id=merchant_id, name=name[:40], defaults={"text": text, "by_id": actor.id, "at": now}
    )
    return kept


@act
def remove_template(template_id: int, *, actor: Actor, now: datetime) -> None:
    template = ReplyTemplate.objects.filter(pk=template_id).first()
    if template is None:
        raise Missing
    _lock(template.merchant_id, actor, Right.RESPOND)
    ReplyTemplate.objects.filter(pk=template_id).delete()


@act
def keep_address(
    merchant_id: int,
    *,
    name: str,
    recipient: str,
    phone: str,
    address: str,
    is_usual: bool,
    actor: Actor,
    now: datetime,
) -> ReturnAddress:
    """Where goods can come back to; the first address, or one that says so, is the usual one."""
    _lock(merchant_id, actor)
    values = [value.strip() for value in (name, recipient, phone, address)]
    if not all(values):
        raise Refused("text_missing")
    if not is_telephone(values[2]):
        raise Refused("phone_unreadable")
    own = ReturnAddress.objects.filter(merchant_id=merchant_id)
    if own.exclude(name=values[0]).count() >= MOST_ADDRESSES:
        raise Refused("too_many_of_these", most=MOST_ADDRESSES)
    usual = is_usual or not own.exclude(name=values[0]).filter(is_usual=True).exists()
    if usual:
        own.update(is_usual=False)
    kept, _ = ReturnAddress.objects.update_or_create(
        merchant_id=merchant_id,
        name=values[0][:40],
        defaults={
            "recipient": values[1][:40],
            "phone": values[2][:32],
            "address": values[3][:200],
            "is_usual": usual,
        },
    )
    return kept


@act
def remove_address(address_id: int, *, actor: Actor, now: datetime) -> None:
    address = ReturnAddress.objects.filter(pk=address_id).first()
    if address is None:
        raise Missing
    _lock(address.merchant_id, actor)
    ReturnAddress.objects.filter(pk=address_id).delete()


# --- acts of each member ------------------------------------------------------------------------------------------


@act
def keep_view(merchant_id: int, *, name: str, query: str, actor: Actor, now: datetime) -> SavedView:
    """A list narrowed like this, under a name of one's own; a name that is there is given anew."""
    _lock(merchant_id, actor, Right.VIEW)
    name = name.strip()
    if len(name) > LONGEST_VIEW_NAME:
        raise Refused("text_too_long", longest=LONGEST_VIEW_NAME, length=len(name))
    if not name or actor.id is None:
        raise Refused("text_missing")
    own = SavedView.objects.filter(user_id=actor.id, merchant_id=merchant_id)
    if own.exclude(name=name).count() >= MOST_VIEWS:
        raise Refused("too_many_of_these", most=MOST_VIEWS)
    kept, _ = SavedView.objects.update_or_create(
        user_id=actor.id, merchant_id=merchant_id, name=name, defaults={"query": query[:300], "at": now}
    )
    return kept


@act
def remove_view(view_id: int, *, actor: Actor, now: datetime) -> None:
    if actor.id is None or actor.merchant_id is None:
        raise Missing
    removed, _ = SavedView.objects.filter(pk=view_id, user_id=actor.id, merchant_id=actor.merchant_id).delete()
    if not removed:
        raise Missing


def _lock(merchant_id: int, actor: Actor, right: Right = Right.MANAGE) -> Merchant:
    """The shop's row is the lock of all that it arranges. Nobody outside learns that it exists."""
    merchant = Merchant.objects.select_for_update().filter(pk=merchant_id).first()
    if merchant is None or actor.merchant_id != merchant_id:
        raise Missing
    rights = hats.rights_of(actor)
    if Right.VIEW not in rights:
        raise Missing
    if right not in rights:
        raise Refused("right_missing", right=right.value)
    return merchant
