"""The invented people of a demo installation, and the one-click way in. Nothing here exists outside of one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts import grants, memberships, people
from accounts.models import Identity, Membership, Merchant, Office, Right, User
from common.actor import Actor, Role
from common.acts import act
from common.errors import Refused

SOURCE = "demo"


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """One button of the sign-in page. ``landing`` is a route name; ``external_id`` is the person's in the
    demo feed.
    """

    key: str
    username: str
    name: str
    role: Role
    role_label: str | Promise
    blurb: str | Promise
    landing: str
    icon: str
    side: str = ""
    external_id: str = ""
    number: str = ""
    shop: str = ""
    rights: tuple[Right, ...] = ()
    accept_limit: int | None = None


@dataclass(frozen=True, slots=True)
class DemoShop:
    """A shop of the demo marketplace, and its id in the demo feed."""

    key: str
    name: str
    external_id: str


SHOPS = (
    DemoShop("pottery", "云汀陶社", "shop-1"),
    DemoShop("phones", "澄野数码", "shop-2"),
    DemoShop("stationery", "青禾文具", "shop-3"),
)

ACCOUNTS = (
    DemoAccount(
        "buyer", "lin-zhixia", "林知夏", Role.BUYER, _("Buyer"),
        _("Lin Zhixia, whose teapot arrived cracked"), "buyer:home", "user-round",
        side="buyer", external_id="buyer-1",
    ),
    DemoAccount(
        "buyer-2", "gu-yichen", "顾亦辰", Role.BUYER, _("Buyer"), _("Gu Yichen, who never got his parcel"),
        "buyer:home", "user-round", side="buyer", external_id="buyer-2",
    ),
    DemoAccount(
        "merchant", "yunting", "沈云汀", Role.MERCHANT, _("Merchant"), _("Owner of the Yunting pottery"),
        "merchant:inbox", "store", side="merchant", shop="pottery", rights=tuple(Right),
    ),
    DemoAccount(
        "merchant-help", "yunting-02", "客服小禾", Role.MERCHANT, _("Merchant's assistant"),
        _("Sub-account of the Yunting pottery; accepts claims up to ¥200"),
        "merchant:inbox", "users-round", side="merchant", shop="pottery",
        rights=(Right.VIEW, Right.RESPOND, Right.ACCEPT), accept_limit=20_000,
    ),
    DemoAccount(
        "merchant-2", "chengye", "周澄野", Role.MERCHANT, _("Merchant"), _("Owner of the Chengye phone shop"),
        "merchant:inbox", "store", side="merchant", shop="phones", rights=tuple(Right),
    ),
    DemoAccount(
        "arbitrator", "arbitrator-018", "裁决员 018", Role.ARBITRATOR, _("Arbitrator"),
        _("Arbitrator 018 decides cases"), "desk:queue", "gavel", number="018",
    ),
    DemoAccount(
        "arbitrator-2", "arbitrator-032", "裁决员 032", Role.ARBITRATOR, _("Arbitrator"),
        _("Arbitrator 032, the second at the desk"), "desk:queue", "gavel", number="032",
    ),
    DemoAccount(
        "senior", "senior-007", "高级裁决员 007", Role.SENIOR, _("Senior arbitrator"),
        _("Senior 007 approves rulings and decides appeals"), "desk:review", "stamp", number="007",
    ),
    DemoAccount(
        "senior-2", "senior-011", "高级裁决员 011", Role.SENIOR, _("Senior arbitrator"),
        _("Senior 011, who decides the appeals that 007 may not"), "desk:review", "stamp", number="011",
    ),
    DemoAccount(
        "ops", "ops", "平台运营", Role.OPS, _("Operations"),
        _("Watches deadlines and deliveries, moves the demo clock"), "ops:deadlines", "gauge",
    ),
    DemoAccount(
        "ops-2", "ops-2", "平台财务", Role.OPS, _("Operations"),
        _("The second person where money takes two"), "ops:money", "hand-coins",
    ),
    DemoAccount(
        "juror", "juror-1", "评审员", Role.JUROR, _("Juror"),
        _("Sits on the public jury; a case waits for their vote"), "jury:lobby", "users-round",
        external_id="juror-1",
    ),
    DemoAccount(
        "juror-2", "juror-2", "评审员 02", Role.JUROR, _("Juror"),
        _("The second one on the same jury, who also works for a shop"), "jury:lobby", "users-round",
        shop="stationery", rights=(Right.VIEW,),
    ),
)  # fmt: skip


def called(username: str) -> str:
    """How the page of somebody of the house calls them in the reader's language; empty for everybody else.

    Their names are their offices: the one kind of name that is written in one language and means the same in all.
    """
    account = next((one for one in ACCOUNTS if one.username == username), None) if settings.HENG_DEMO else None
    return f"{account.role_label} {account.number}" if account is not None and account.number else ""


@act
def ensure_demo_accounts(*, now: datetime) -> dict[str, User]:
    """All demo people exist with their shops and offices. Returns users by account key; running it again is
    harmless.
    """
    if not settings.HENG_DEMO:
        raise Refused("not_a_demo")
    actor = Actor.system()
    shops = {shop.key: _shop(shop) for shop in SHOPS}
    found: dict[str, User] = {}
    for account in ACCOUNTS:
        user = people.establish(account.username, display_name=account.name)
        if account.side and not user.email:  # the demo writes its mail into a folder
            user.email = f"{account.username}@demo.invalid"
            user.save(update_fields=["email"])
        if account.external_id:
            Identity.objects.get_or_create(source=SOURCE, external_id=account.external_id, user=user)
        if account.shop:
            shop = shops[account.shop]
            if not Membership.objects.filter(user=user, merchant=shop, removed_at__isnull=True).exists():
                memberships.establish(
                    shop.pk,
                    user_id=user.pk,
                    rights=account.rights,
                    accept_limit=account.accept_limit,
                    actor=actor,
                    now=now,
                )
        if account.role.value in set(Office):
            office = Office(account.role.value)
            grants.establish(user.pk, office=office, number=account.number, actor=actor, now=now)
        found[account.key] = user
    # The back office only shows; its few buttons are acts. Demo ops may look at it.
    User.objects.filter(pk=found["ops"].pk).update(is_staff=True, is_superuser=True)
    return found


def _shop(shop: DemoShop) -> Merchant:
    known = Identity.objects.filter(source=SOURCE, external_id=shop.external_id, merchant__isnull=False).first()
    if known is not None and known.merchant is not None:
        return known.merchant
    merchant = Merchant.objects.create(name=shop.name)
    Identity.objects.create(source=SOURCE, external_id=shop.external_id, merchant=merchant)
    return merchant
