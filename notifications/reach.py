"""Whether what both sides are told would arrive: asked before a letter goes out. Tells nobody anything and stops nothing."""

from __future__ import annotations

from accounts.models import Membership, Right, User
from disputes.models import Case
from notifications.catalogue import BUYER, MERCHANT
from notifications.models import Email

# Why a side would hear nothing: no account of theirs is open, or their last e-mail could not be delivered.
NOBODY, MAIL = "nobody", "mail"
_LOOKED_AT = 40


def unreached(case: Case) -> dict[str, str]:
    """Side → why notices of this case do not reach it; empty if they do. A notice in the site needs an account that is open;
    an e-mail is one more way, and is missed only where the last one to everybody of that side was given up. Three queries.
    """
    read_by = Membership.objects.filter(
        merchant_id=case.merchant_id,
        removed_at__isnull=True,
        rights__overlap=[Right.VIEW.value, Right.MANAGE.value],
        user__is_active=True,
    )
    found = {}
    if not User.objects.filter(pk=case.buyer_id, is_active=True).exists():
        found[BUYER] = NOBODY
    if not read_by.exists():
        found[MERCHANT] = NOBODY
    return {**dict.fromkeys(_given_up(case), MAIL), **found}


def _given_up(case: Case) -> list[str]:
    """Sides of which nobody's last e-mail of this case arrived."""
    settled = Email.objects.filter(
        notice__case=case, notice__audience__in=[BUYER, MERCHANT], state__in=[Email.SENT, Email.PARKED]
    ).order_by("-id")
    last: dict[tuple[str, int], str] = {}
    for side, user_id, state in settled.values_list("notice__audience", "notice__user_id", "state")[:_LOOKED_AT]:
        last.setdefault((side, user_id), state)
    arrived = {side for (side, _user_id), state in last.items() if state == Email.SENT}
    return [side for side in dict.fromkeys(side for side, _user_id in last) if side not in arrived]
