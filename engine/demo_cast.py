"""Everybody of the demo under the hat of their part, and what they do again and again: real acts, in the past."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings

from accounts import demo, hats, memberships, people
from accounts.models import Identity, Membership, Right, User
from arbitration import approvals, drafting, rulings
from arbitration import queries as bench
from arbitration.drafts import Draft
from arbitration.models import Ruling
from common.actor import Actor, Role
from common.acts import act
from disputes import intervention, negotiation, queries, submissions
from disputes.intervention import Claim
from disputes.lifecycle import Kind
from disputes.models import Case
from disputes.submissions import Answer
from engine import demo_album
from engine.demo_feed import MORE_SHOPS
from evidence import intake
from evidence.intake import Received
from evidence.models import Exhibit, Holder
from marketplace.models import OrderLine
from rulebook import queries as rulebook

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# What reasons call the platform's own records, by code.
_RECORDS = {"E01": "商品快照", "E02": "聊天记录", "E03": "物流轨迹", "E24": "商家承诺", "E25": "付款记录"}


@dataclass(frozen=True)
class Cast:
    """``owners``: who answers for the shops that nobody signs in as, by the key of the shop."""

    lin: Actor
    gu: Actor
    pottery: Actor
    phones: Actor
    arbitrator: Actor
    second_arbitrator: Actor
    senior: Actor
    ops: Actor
    owners: Mapping[str, Actor]

    @classmethod
    def of(cls, found: dict[str, User], now: datetime) -> Cast:
        return cls(
            lin=hats.actor_for(found["buyer"], Role.BUYER),
            gu=hats.actor_for(found["buyer-2"], Role.BUYER),
            pottery=hats.actor_for(found["merchant"], Role.MERCHANT),
            phones=hats.actor_for(found["merchant-2"], Role.MERCHANT),
            arbitrator=hats.actor_for(found["arbitrator"], Role.ARBITRATOR),
            second_arbitrator=hats.actor_for(found["arbitrator-2"], Role.ARBITRATOR),
            senior=hats.actor_for(found["senior"], Role.SENIOR),
            ops=hats.actor_for(found["ops"], Role.OPS),
            owners=_owners(now),
        )


@act
def _owners(now: datetime) -> dict[str, Actor]:
    owners = {}
    for shop in MORE_SHOPS:
        user = people.establish(f"demo-{shop.key}-owner", display_name=shop.name)
        shop_id = Identity.objects.values_list("merchant_id", flat=True).get(
            source=demo.SOURCE, external_id=shop.external_id
        )
        assert shop_id is not None
        if not Membership.objects.filter(user=user, merchant_id=shop_id).exists():
            who = {"actor": Actor.system(), "now": now - 90 * DAY}
            memberships.establish(shop_id, user_id=user.pk, rights=tuple(Right), **who)  # type: ignore[arg-type]
        owners[shop.key] = hats.actor_for(user, Role.MERCHANT, shop_id)
    return owners


def line_of(key: str) -> OrderLine:
    return OrderLine.objects.get(order__source=demo.SOURCE, order__external_id=f"demo-{key}")


def open_refund(key: str, kind: Kind, type_code: str, text: str, actor: Actor, at: datetime) -> Case:
    line = line_of(key)
    return negotiation.open_refund(
        line.pk, kind=kind, type_code=type_code, amount=line.paid, text=text, actor=actor, now=at
    )


def file_claim(
    case: Case, actor: Actor, points: Sequence[str], story: str, at: datetime, *, remedy: str = "R3"
) -> None:
    returns = rulebook.rules(case.substance_rules_id).remedy(remedy).returns
    claim = Claim(
        type_code=case.type_code, remedy=remedy, amount=case.paid, returns=returns, points=tuple(points), story=story
    )
    intervention.request(case.pk, claim, actor=actor, now=at)


Take = Callable[..., bytes]  # a photo, drawn when it is taken: ``take(taken_at=…)``


def received(picture: str | Take, at: datetime, *, taken_at: datetime | None = None) -> Received:
    """A photo of the album, or one that lies in static/img/demo, as it is uploaded at ``at``."""
    if isinstance(picture, str) and picture in demo_album.KEPT:
        path = settings.BASE_DIR / "static" / "img" / "demo" / f"{picture}.webp"
        with path.open("rb") as file:
            return intake.receive(file, claimed_name=path.name, now=at)
    take = partial(demo_album.photo, picture) if isinstance(picture, str) else picture
    return intake.receive(io.BytesIO(take(taken_at=taken_at)), claimed_name=f"IMG_{at:%m%d_%H%M}.jpg", now=at)


def photo(
    case: Case, actor: Actor, picture: str | Take, code: str, name: str, at: datetime, *, at_the_door: bool = True
) -> Exhibit:
    """Given at ``at``; a shop's camera does not say when it was taken, a buyer's telephone does: ``at_the_door``, half an
    hour after the parcel was signed for, or else some hours before it is given.
    """
    taken_at = None
    if actor.role is Role.BUYER:
        signed_at = case.line.order.signed_at
        taken_at = signed_at + HOUR / 2 if at_the_door and signed_at else at - 2 * HOUR
    file = received(picture, at, taken_at=taken_at)
    return submissions.add_evidence(case.pk, file, code=code, name=name, note="", actor=actor, now=at)


def reasons(template: str, exhibits: Iterable[Exhibit], **words: str) -> str:
    """``{buyer}`` and ``{merchant}`` become the photos of that side, ``{E02}`` and its like a record of the platform by
    name. The records that are left come at the end: nobody questioned them.
    """
    told: dict[str, str] = dict(words)
    by_side: dict[str, list[str]] = defaultdict(list)
    for exhibit in exhibits:
        if exhibit.side == Holder.PLATFORM.value:
            told[exhibit.code] = f"{_RECORDS[exhibit.code]} {exhibit.number} "
        else:
            by_side[exhibit.side].append(exhibit.number)
    told |= {side: "、".join(numbers) for side, numbers in by_side.items()}
    left = [said.strip() for code, said in told.items() if code in _RECORDS and f"{{{code}}}" not in template]
    text = template.format_map(told)
    return f"{text}\n{'、'.join(left)}由平台留存，双方对其内容没有异议。" if left else text


def answers(case: Case, text: str) -> list[Answer]:
    fresh = Case.objects.get(pk=case.pk)
    return [Answer(point.pk, "disputes", text) for point in queries.points(fresh) if point.raised_by == "buyer"]


def rule(case: Case, draft: Draft, by: Actor, at: datetime, *, signed_by: Actor | None = None) -> None:
    """A ruling that admits all there is, issued; where it needs a second signature, ``signed_by`` gives it, if anybody."""
    fresh = Case.objects.get(pk=case.pk)
    kind = rulebook.rules(fresh.substance_rules_id).type(fresh.type_code)
    exhibits = Exhibit.objects.filter(dossier_id=fresh.dossier_id, withdrawn_at__isnull=True).order_by("side", "place")
    admitted = {exhibit.number: ("full", "") for exhibit in exhibits}
    whole = Draft(
        findings=draft.findings,
        admissions=admitted,
        clauses=tuple(dict.fromkeys([kind.burden.clause, kind.freight.clause, *kind.clauses]))[:3],
        remedy=draft.remedy,
        ground=draft.ground,
        merchant_share=draft.merchant_share,
        value=draft.value,
        reasons=reasons(draft.reasons, exhibits),
    )
    bench.mark_many_seen([exhibit.pk for exhibit in exhibits], actor=by, now=at)
    saved = drafting.save(case.pk, whole, version=0, actor=by, now=at)
    rulings.issue(case.pk, version=saved.ruling.version, actor=by, now=at + HOUR)
    waiting = Ruling.objects.filter(case=case, state=Ruling.PROPOSED).first()
    if waiting is not None and signed_by is not None:
        approvals.approve(waiting.pk, actor=signed_by, now=at + 3 * HOUR)
