"""By when something is asked of a shop in a case, as the database works it out from the case's row.

What ends first comes first: what the state awaits of the shop, or a proposal that is open to it. An appeal is a right and is
asked of nobody.
"""

from __future__ import annotations

from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Least

from disputes.states import State

# The case may still await "both", but nothing more is asked of the shop: it has given what it had, or it may appeal.
_NOTHING_ASKED = Q(state=State.GATHERING_EVIDENCE.value, merchant_handed_in_at__isnull=False) | Q(
    state=State.APPEAL_WINDOW.value
)
# PostgreSQL leaves out what is null, so that one of the two is enough.
SHOP_DUE_AT = Least(
    Case(When(_NOTHING_ASKED, then=Value(None)), When(awaits__in=["merchant", "both"], then=F("due_at"))),
    F("proposal_due_at"),
)
SHOP_IS_ASKED = Q(shop_due_at__isnull=False)
