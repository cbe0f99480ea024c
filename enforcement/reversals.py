"""Where the money of a contested payout came from, so that what is reversed goes back to just there."""

from __future__ import annotations

from collections import Counter

from django.db.models import QuerySet

from disputes.models import Case, Contested
from enforcement.models import Step
from enforcement.plan import Draft, Pot, Purpose, borne_by
from marketplace.models import ExternalRefund

_POCKETS = {ExternalRefund.Pocket.DEPOSIT.value: Pot.DEPOSIT}


def borne(case: Case) -> Counter[Pot]:
    """What the merchant has borne, by pot, of the payout that ``case`` contests, less what earlier claims brought back.

    Of a refund that the marketplace made by itself it says whose pocket it left; what was in escrow is the merchant's now.
    """
    contested = Contested.objects.select_related("refund").get(case=case)
    refund = contested.refund
    if refund is not None:
        found = Counter({_POCKETS.get(refund.paid_from, Pot.SETTLEMENT): refund.amount})
        other = Contested.objects.filter(refund=refund)
    else:
        found = borne_by(_done(Step.objects.filter(execution__case=contested.earlier_id)))
        other = Contested.objects.filter(earlier=contested.earlier_id)
    claims = other.exclude(case=case).values("case_id")
    found.update(borne_by(_done(Step.objects.filter(execution__case__in=claims))))
    return found


def _done(steps: QuerySet[Step]) -> list[Draft]:
    done = steps.filter(state=Step.DONE).order_by("execution_id", "order")
    return [Draft(Purpose(step.purpose), Pot(step.source), Pot(step.target), step.amount) for step in done]
