"""By when something is asked of a shop in a case, as the database works it out from the case's row.

What the state awaits comes first; where that asks nothing of the shop, a proposal that is open to it.
"""

from __future__ import annotations

from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Coalesce

from disputes.states import State

# The case may still await "both", but nothing more is asked of the shop: it has given what it had, or it won.
_NOTHING_ASKED = Q(state=State.GATHERING_EVIDENCE.value, merchant_handed_in_at__isnull=False) | Q(
    Q(pays=False, returns=False) | Q(merchant_waived_at__isnull=False) | Q(merchant_appealed_at__isnull=False),
    state=State.APPEAL_WINDOW.value,
)
SHOP_DUE_AT = Coalesce(
    Case(When(_NOTHING_ASKED, then=Value(None)), When(awaits__in=["merchant", "both"], then=F("due_at"))),
    F("proposal_due_at"),
)
SHOP_IS_ASKED = Q(shop_due_at__isnull=False)
