"""How things are printed for the marketplace's systems: external ids, codes, sums in minor units, moments in
UTC.

Knows no rights: what may be seen was decided where the rows came from. Never prints a user id, a file, or a key.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from rest_framework import serializers

from accounts import hats
from accounts.models import Identity
from api import actions
from disputes import labels, queries
from disputes.deadlines import working_days_left
from disputes.lifecycle import State
from disputes.models import Case, Deadline, Offer, Outcome, Point
from enforcement.models import Step
from enforcement.plan import Purpose
from evidence import masking, preparation, sheets
from evidence.models import Exhibit, Kind

Json = dict[str, Any]


def moment(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z") if at else None


def related(cases: Sequence[Case], source: str) -> tuple[dict[int, str], dict[int, str]]:
    """External ids of the buyers and of the merchants of ``cases`` in this source: two queries, however
    many.
    """
    buyers = Identity.objects.filter(source=source, user_id__in={case.buyer_id for case in cases})
    shops = Identity.objects.filter(source=source, merchant_id__in={case.merchant_id for case in cases})
    return (
        {user: external for user, external in buyers.values_list("user_id", "external_id") if user is not None},
        {shop: external for shop, external in shops.values_list("merchant_id", "external_id") if shop is not None},
    )


def summary(case: Case, buyers: dict[int, str], shops: dict[int, str]) -> Json:
    """A case as lists show it. ``case.order`` and ``case.line`` are loaded."""
    state = State(case.state)
    return {
        "number": case.number,
        "href": f"/api/v1/cases/{case.number}",
        "version": case.version,
        "round": case.round,
        "state": case.state,
        "state_since": moment(case.state_since),
        "labels": {
            side: str(_label(case, state, role).text)
            for side, role in (("buyer", actions.BUYER), ("merchant", actions.MERCHANT))
        },
        "awaits": case.awaits or None,
        "due_at": moment(case.due_at),
        "suspended": case.suspended_at is not None,
        "order": case.order.external_id,
        "line": case.line.external_id,
        "buyer": buyers.get(case.buyer_id),
        "merchant": shops.get(case.merchant_id),
        "kind": case.kind,
        "claimant": case.claimant,
        "type": case.type_code,
        "remedy": case.remedy,
        "returns": case.returns,
        "currency": case.currency,
        "price": case.line.paid,
        "paid": case.paid,
        "claimed": case.claimed,
        "opened_at": moment(case.opened_at),
        "intervened_at": moment(case.intervened_at),
        "closed_at": moment(case.closed_at),
    }


def whole(case: Case, source: str, now: datetime) -> Json:
    """A case with what is due, what is open, and what either side may do next."""
    deadlines = queries.open_deadlines(case.pk)
    offers = list(queries.open_offers(case.pk))
    exhibits = masking.with_masks(
        Exhibit.objects.filter(
            dossier_id=case.dossier_id, withdrawn_at__isnull=True, visible_at__isnull=False
        ).select_related("blob__sheet", "blob__preparation")
    )
    return {
        **summary(case, *related([case], source)),
        "rules": {"substance": case.substance_rules.version, "procedure": case.procedure_rules.version},
        "arbitrator": hats.number_of(case.assignee_id or case.ruled_by_id) or None,
        "deadlines": [deadline(row, now) for row in deadlines],
        "offers": [offer(row) for row in offers],
        "points": [point(row) for row in queries.points(case)],
        "exhibits": [exhibit(row) for row in exhibits.defer("content").order_by("side", "place")],
        "outcome": outcome(case.outcome, case) if case.outcome else None,
        "actions": [action(case, row) for row in actions.open_in(case, deadlines, offers, now)],
    }


def deadline(row: Deadline, now: datetime) -> Json:
    return {
        "duty": row.duty,
        "awaits": row.awaits or None,
        "due_at": moment(row.due_at),
        "paused": row.state == Deadline.PAUSED,
        "provisional": row.provisional,
        "clock": row.clock,
        "working_days_left": working_days_left(row.due_at, row.paused_at or now, row.clock),
    }


def offer(row: Offer) -> Json:
    return {
        "offer_of": row.side,
        "amount": row.amount,
        "returns": row.returns,
        "remedy": row.remedy,
        "made_at": moment(row.made_at),
        "expires_at": moment(row.expires_at),
        "accepted_by": row.accepted_by,
    }


def point(row: Point) -> Json:
    answers = {answer.side: answer.stance for answer in getattr(row, "current_answers", [])}
    return {
        "number": row.number,
        "text": row.text,
        "raised_by": row.raised_by,
        "buyer": answers.get("buyer"),
        "merchant": answers.get("merchant"),
    }


def exhibit(row: Exhibit) -> Json:
    """Number, digest and receipt. The file itself is shown to people, through signed links, and not to
    machines.
    """
    return {
        "id": row.public_id,
        "number": row.number,
        "side": row.side,
        "kind": row.kind,
        "code": row.code,
        "sha256": row.sha256,
        "size": row.size,
        "receipt": row.receipt_code,
        "added_at": moment(row.added_at),
        "state": preparation.state(row),
        "advice": sheets.advice(row.blob.sheet) if row.blob is not None else [],
        "masked": sorted(masking.covers(row)),
    }


def outcome(row: Outcome, case: Case) -> Json:
    return {
        "payee": case.claimant,
        "source": row.source,
        "round": row.round,
        "remedy": row.remedy,
        "amount": row.amount,
        "currency": row.currency,
        "returns": row.returns,
        "pays": row.pays,
        "freight_amount": row.freight_amount,
        "freight_payer": row.freight_payer,
        "ground": row.ground or None,
        "merchant_share": row.merchant_share,
        "substitute": row.substitute,
        "lines": [{name: line[name] for name in ("label", "formula", "amount")} for line in row.lines],
        "recorded_at": moment(row.recorded_at),
        "superseded_at": moment(row.superseded_at),
    }


def payment(row: Step) -> Json:
    """One step of carrying out the outcome. ``key`` is the one under which the marketplace was told."""
    return {
        "key": row.key,
        "purpose": row.purpose,
        "source": row.source,
        "target": row.target,
        "amount": row.amount,
        "currency": row.currency,
        "state": row.state,
        "code": row.last_error_code or None,
        "done_at": moment(row.done_at),
    }


def action(case: Case, row: actions.Open) -> Json:
    return {
        "event": row.event.value,
        "role": row.role.value,
        "label": str(labels.ACTIONS[row.event]),
        "method": "POST",
        "href": f"/api/v1/cases/{case.number}/actions/{row.event.value}",
        "due_at": moment(row.due_at),
        "blocked_by": row.blocked_by,
    }


def _label(case: Case, state: State, role: Any) -> labels.Label:
    handed_in = case.buyer_handed_in_at if role is actions.BUYER else case.merchant_handed_in_at
    waived = {actions.BUYER: case.buyer_waived_at, actions.MERCHANT: case.merchant_waived_at}.get(role)
    return labels.state_label(
        state,
        role,
        awaits=case.awaits,
        returns=case.returns,
        in_kind=case.substitute > 0,
        suspended=case.suspended_at is not None,
        handed_in=handed_in is not None,
        claimant=case.claimant,
        waived=waived is not None,
    )


# The same shapes for OpenAPI.


class LabelsShape(serializers.Serializer[Any]):
    buyer = serializers.CharField()
    merchant = serializers.CharField()


class SummaryShape(serializers.Serializer[Any]):
    number = serializers.CharField()
    href = serializers.CharField()
    version = serializers.IntegerField()
    round = serializers.IntegerField()
    state = serializers.ChoiceField([state.value for state in State])
    state_since = serializers.DateTimeField()
    labels = LabelsShape()
    awaits = serializers.ChoiceField(["buyer", "merchant", "both", "platform"], allow_null=True)
    due_at = serializers.DateTimeField(allow_null=True)
    suspended = serializers.BooleanField()
    order = serializers.CharField()
    line = serializers.CharField()
    buyer = serializers.CharField(allow_null=True)
    merchant = serializers.CharField(allow_null=True)
    kind = serializers.CharField()
    claimant = serializers.ChoiceField(["buyer", "merchant"], help_text="whose claim it is; the other side answers it")
    type = serializers.CharField()
    remedy = serializers.CharField()
    returns = serializers.BooleanField()
    currency = serializers.CharField()
    price = serializers.IntegerField(help_text="what was paid for the line")
    paid = serializers.IntegerField(help_text="what of the price had not been given back when the case began")
    claimed = serializers.IntegerField()
    opened_at = serializers.DateTimeField()
    intervened_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)


class RulesPinnedShape(serializers.Serializer[Any]):
    substance = serializers.CharField()
    procedure = serializers.CharField()


class DeadlineShape(serializers.Serializer[Any]):
    duty = serializers.CharField()
    awaits = serializers.CharField(allow_null=True)
    due_at = serializers.DateTimeField()
    paused = serializers.BooleanField()
    provisional = serializers.BooleanField()
    clock = serializers.CharField(help_text="H hours, D days, BD working days, SH service hours.")
    working_days_left = serializers.IntegerField(
        allow_null=True, help_text="On BD only: working days after today; 0 on the last one, null when it is over."
    )


class OfferShape(serializers.Serializer[Any]):
    offer_of = serializers.CharField()
    amount = serializers.IntegerField()
    returns = serializers.BooleanField()
    remedy = serializers.CharField()
    made_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    accepted_by = serializers.ListField(child=serializers.CharField())


class PointShape(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    text = serializers.CharField()
    raised_by = serializers.CharField()
    buyer = serializers.CharField(allow_null=True)
    merchant = serializers.CharField(allow_null=True)


class ExhibitShape(serializers.Serializer[Any]):
    id = serializers.CharField()
    number = serializers.CharField()
    side = serializers.CharField()
    kind = serializers.ChoiceField(Kind.values)
    code = serializers.CharField()
    sha256 = serializers.CharField()
    size = serializers.IntegerField()
    receipt = serializers.CharField()
    added_at = serializers.DateTimeField()
    state = serializers.ChoiceField(
        preparation.STATES,
        help_text="preparing: received, counts already, and is being converted; unreadable: it cannot be shown",
    )
    advice = serializers.ListField(child=serializers.ChoiceField(sheets.ADVICE))
    masked = serializers.ListField(
        child=serializers.IntegerField(),
        help_text="the pages of which others see only a part, 0 for a photo",
    )


class AwardLineShape(serializers.Serializer[Any]):
    label = serializers.CharField()  # type: ignore[assignment]
    formula = serializers.CharField()
    amount = serializers.IntegerField()


class OutcomeShape(serializers.Serializer[Any]):
    payee = serializers.ChoiceField(
        ["buyer", "merchant"], help_text="who gets `amount`: the merchant in a claim about a payout, else the buyer"
    )
    source = serializers.CharField()  # type: ignore[assignment]
    round = serializers.IntegerField()
    remedy = serializers.CharField()
    amount = serializers.IntegerField()
    currency = serializers.CharField()
    returns = serializers.BooleanField()
    pays = serializers.BooleanField()
    freight_amount = serializers.IntegerField()
    freight_payer = serializers.CharField()
    ground = serializers.CharField(allow_null=True)
    merchant_share = serializers.IntegerField()
    substitute = serializers.IntegerField(
        help_text="what the buyer gets in all if what was ordered in kind is not done in time; 0: nothing was"
    )
    lines = AwardLineShape(many=True)
    recorded_at = serializers.DateTimeField()
    superseded_at = serializers.DateTimeField(allow_null=True)


class PaymentShape(serializers.Serializer[Any]):
    key = serializers.CharField(help_text="under which the marketplace was told; its feed echoes it")
    purpose = serializers.ChoiceField([purpose.value for purpose in Purpose])
    source = serializers.CharField()  # type: ignore[assignment]
    target = serializers.CharField()
    amount = serializers.IntegerField()
    currency = serializers.CharField()
    state = serializers.ChoiceField([*Step.OPEN, Step.DONE, Step.REFUSED, Step.CANCELLED])
    code = serializers.CharField(allow_null=True, help_text="why it was refused, or is not answered yet")
    done_at = serializers.DateTimeField(allow_null=True)


class PaymentsShape(serializers.Serializer[Any]):
    payments = PaymentShape(many=True)


class ActionShape(serializers.Serializer[Any]):
    event = serializers.CharField()
    role = serializers.ChoiceField(["buyer", "merchant"])
    label = serializers.CharField()  # type: ignore[assignment]
    method = serializers.CharField()
    href = serializers.CharField()
    due_at = serializers.DateTimeField(allow_null=True)
    blocked_by = serializers.CharField(allow_null=True, help_text="the code with which it would be refused now")


class CaseShape(SummaryShape):
    rules = RulesPinnedShape()
    arbitrator = serializers.CharField(allow_null=True)
    deadlines = DeadlineShape(many=True)
    offers = OfferShape(many=True)
    points = PointShape(many=True)
    exhibits = ExhibitShape(many=True)
    outcome = OutcomeShape(allow_null=True)
    actions = ActionShape(many=True)


class CasePageShape(serializers.Serializer[Any]):
    cases = SummaryShape(many=True)
    next = serializers.CharField(allow_null=True, help_text="the cursor of the next page; null on the last")


class OutcomeOfCaseShape(OutcomeShape):
    case = serializers.CharField()
    order = serializers.CharField()
    line = serializers.CharField()


class OutcomePageShape(serializers.Serializer[Any]):
    outcomes = OutcomeOfCaseShape(many=True)
    next = serializers.CharField(help_text="keep it, and ask with it next time: always there, also on the last page")
    more = serializers.BooleanField()


class RejectedShape(serializers.Serializer[Any]):
    line = serializers.IntegerField(allow_null=True)
    record = serializers.CharField()
    field = serializers.CharField()
    reason = serializers.CharField()


class ReportShape(serializers.Serializer[Any]):
    applied = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    stale = serializers.IntegerField()
    parked = serializers.IntegerField()
    rejected = RejectedShape(many=True)


class RuleSetShape(serializers.Serializer[Any]):
    profile = serializers.CharField()
    version = serializers.CharField()
    effective_from = serializers.DateTimeField()
    digest = serializers.CharField()
    body = serializers.DictField()


class FieldErrorShape(serializers.Serializer[Any]):
    field = serializers.CharField(allow_blank=True)
    code = serializers.CharField()
    message = serializers.CharField()


class ProblemShape(serializers.Serializer[Any]):
    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField()
    detail = serializers.CharField(required=False)
    data = serializers.DictField(required=False)  # type: ignore[assignment]
    errors = FieldErrorShape(many=True, required=False)  # type: ignore[assignment]
