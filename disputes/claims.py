"""The merchant's own claim: money was paid out that was not owed. The mirror of `intervention.request`.

It goes before the platform at once, about one payout, with the roles reversed: the merchant claims and proves, the buyer
answers. What was decided stays decided; only facts that could not be told before speak against it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from common import ids
from common.actor import Actor, Role, Side
from common.acts import act
from common.errors import Missing, Refused
from disputes import access, claim_drafts, deadlines, exhibits, intervention, patterns, payouts, queries, statements
from disputes.awards import FROM_THE_BUYER, FROM_THE_FUND
from disputes.lifecycle import LIFECYCLE, Event, Facts, Kind, State
from disputes.models import Case, CaseFile, Contested
from disputes.models.contested import MALICIOUS, REASONS, SWAPPED, WRONG_FINDING
from disputes.moves import Arm
from disputes.payouts import Payout
from disputes.timers import DUTIES
from evidence import dossiers, record_pictures
from evidence.intake import Received
from journal import book
from journal.kinds import Kind as Entry
from marketplace import snapshots
from marketplace.models import OrderLine
from rulebook import queries as rulebook

REMEDY = {WRONG_FINDING: FROM_THE_FUND}


@dataclass(frozen=True)
class Contest:
    """What is claimed. ``amount`` in minor units, at most what was paid out; ``reason`` one of `models.contested.REASONS`.

    ``new_facts``: what was not known, or could not be shown, when the platform decided; needed where it did.
    ``exception``: which of the rules' exceptions admits the claim although its time is over.
    """

    reason: str
    amount: int
    points: tuple[str, ...]
    story: str
    new_facts: str = ""
    exception: str = ""


@dataclass(frozen=True)
class Proof:
    """A file that comes with the claim, received before the act, and which kind of evidence it is."""

    received: Received
    code: str


@act
def file(ref: str, contest: Contest, *, proofs: Sequence[Proof] = (), actor: Actor, now: datetime) -> Case:
    """The merchant contests the payout ``ref``; the platform checks whether it can step in, and the buyer is heard.

    ``proofs`` are on the file with it, for the buyer to see. Raises `Missing` for what is no payout of this shop, and
    `Refused` with the code of the condition that does not hold (`payouts.checks`), ``new_facts_missing``,
    ``contest_reason_unknown``, ``contest_reason_unfit``, what `intervention.request` says of points and sums, or what a
    file is refused for.
    """
    if actor.role is not Role.MERCHANT or actor.merchant_id is None:
        raise Missing
    payout = _lock(actor.merchant_id, ref)
    access.require_right(actor)
    weighed = payouts.checks(payouts.situation(payout, now, exception=contest.exception))
    failed = [check for check in weighed if not check.holds]
    facts = Facts(
        state=State.ADMISSION,
        kind=Kind.REFUND_ONLY,
        by=actor.role,
        claimant=Side.MERCHANT.value,
        refusals=tuple(check.code for check in failed),
    )
    edge = LIFECYCLE.weigh(None, Event.CLAIM_FILED, actor.role, facts)
    if isinstance(edge, str):
        raise Refused(edge, **(failed[0].data if failed else {}))
    assert edge.target is not None
    _check(payout, contest)
    case = _open(payout, contest, edge.target, now)
    excepted = next((check.data["exception"] for check in weighed if check.data.get("exception")), "")
    _fill(case, payout, contest, excepted, actor=actor, now=now)
    for proof in proofs:
        exhibits.add_file(case, proof.received, code=proof.code, actor=actor, now=now)
    return case


def _lock(merchant_id: int, ref: str) -> Payout:
    """The payout under the lock of what made it, so that no second claim and no appeal can come between."""
    found = payouts.find(merchant_id, ref)
    if found is None:
        raise Missing
    if found.earlier is not None:
        locked = queries.lock(found.earlier.pk)
        return payouts.of_case(locked)
    OrderLine.objects.select_for_update(of=("self",)).get(pk=found.line.pk)
    return found


def _check(payout: Payout, contest: Contest) -> None:
    if contest.reason not in REASONS:
        raise Refused("contest_reason_unknown")
    if contest.reason not in payouts.reasons(payout):
        raise Refused("contest_reason_unfit" if contest.reason == SWAPPED else "contest_reason_unknown")
    if payout.decided and not contest.new_facts.strip():
        raise Refused("new_facts_missing")
    if not 0 < contest.amount <= payout.amount:
        raise Refused("contested_amount_out_of_range", highest=payout.amount, currency=payout.currency)
    intervention.check_points(contest.points)


def _open(payout: Payout, contest: Contest, state: State, now: datetime) -> Case:
    order = payout.line.order
    profile = rulebook.default_profile()
    try:
        with transaction.atomic():
            return Case.objects.create(
                number=ids.case_number(now),
                stream=book.open_stream(),
                dossier=dossiers.open_dossier(now),
                order=order,
                line=payout.line,
                buyer_id=order.buyer_id,
                merchant_id=order.merchant_id,
                claimant=Side.MERCHANT.value,
                state=state.value,
                state_since=now,
                awaits=DUTIES[state].awaits(Facts(state=state, kind=Kind.REFUND_ONLY)).value,
                round=1,
                # The kind of a refund request says what silence means while the sides talk; here nothing is asked that way.
                kind=Kind.REFUND_ONLY.value,
                type_code=payouts.TYPE,
                title=payout.line.title[:200],
                currency=payout.currency,
                paid=payout.amount,
                claimed=contest.amount,
                remedy=REMEDY.get(contest.reason, FROM_THE_BUYER),
                substance_rules=rulebook.in_force(profile, order.paid_at or now),
                procedure_rules=rulebook.in_force(profile, now),
                opened_at=now,
                intervened_at=now,
            )
    except IntegrityError:
        raise Refused(payouts.LIVE) from None


def _fill(case: Case, payout: Payout, contest: Contest, excepted: str, *, actor: Actor, now: datetime) -> None:
    """What a case before the platform has: its payout, its frozen file, its words, its points, its clock, its entry."""
    Contested.objects.create(
        case=case, earlier=payout.earlier, refund=payout.refund, reason=contest.reason, paid_at=payout.paid_at or now
    )
    body = snapshots.freeze(case.line_id)
    record_pictures.want(snapshots.images(body), now=now)
    CaseFile.objects.create(case=case, round=case.round, body=body, digest=body["digest"], frozen_at=now)
    story = statements.add(case, "story", contest.story, actor=actor, now=now, required=True)
    statements.add(case, "new_facts", contest.new_facts, actor=actor, now=now)
    known = snapshots.records(body)
    if contest.reason in MALICIOUS:
        known[patterns.EVIDENCE] = patterns.of_buyer(case.buyer_id, now)
    records = dossiers.add_records(case.dossier_id, known, now=now)
    intervention.raise_points(case, contest.points, side=Side.MERCHANT.value)
    duty = DUTIES[State(case.state)]
    facts = Facts(state=State(case.state), kind=Kind.REFUND_ONLY)
    case.due_at = deadlines.arm(case, Arm(duty.name, duty.step(facts), duty.awaits(facts)), now=now).due_at
    case.save(update_fields=["due_at"])
    data = {
        "to": case.state,
        "type": case.type_code,
        "about": payout.earlier.number if payout.earlier is not None else "",
        "reason": contest.reason,
        "asked": case.remedy,
        "claimed": contest.amount,
        "currency": case.currency,
        "points": len(contest.points),
        "file": body["digest"],
        "substance": case.substance_rules_id,
        "procedure": case.procedure_rules_id,
        **({"exception": excepted} if excepted else {}),
        "records": [record.as_entry_data() for record in records],
        **statements.ref(story),
    }
    book.record(case.stream_id, Entry.CLAIM_FILED, data=data, actor=actor, now=now)
    claim_drafts.settle(case.merchant_id, payout.ref)
    if payout.earlier is not None:
        book.record(payout.earlier.stream_id, Entry.PAYOUT_CONTESTED, data={"claim": case.number}, actor=actor, now=now)
