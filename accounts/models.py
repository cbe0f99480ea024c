"""Who there is: people, shops, who works where, who holds an office, which machines may call. Facts only.

What ended is kept with who ended it: memberships, grants and keys are not edited into something else;
they end, and a new row follows.
"""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from common.actor import Role
from common.ids import public_id

LANGUAGES = [("zh-hans", "zh-hans"), ("zh-hant", "zh-hant"), ("en", "en")]


class Right(StrEnum):
    """What a member of a shop may do. ``MANAGE`` makes an owner: it includes the sub-accounts and all the
    rest.
    """

    VIEW = "view"
    RESPOND = "respond"
    ACCEPT = "accept"
    APPEAL = "appeal"
    MANAGE = "manage"


class Office(StrEnum):
    """What the platform entrusts to a person. The values are those of ``common.actor.Role``."""

    ARBITRATOR = Role.ARBITRATOR.value
    SENIOR = Role.SENIOR.value
    JUROR = Role.JUROR.value
    OPS = Role.OPS.value


class Scope(StrEnum):
    """What an API client may do."""

    INGEST = "ingest"
    CASES_READ = "cases.read"
    CASES_WRITE = "cases.write"
    EVIDENCE_READ = "evidence.read"
    EVIDENCE_WRITE = "evidence.write"
    OUTCOMES_READ = "outcomes.read"


class User(AbstractUser):
    """A person. ``display_name`` is what others read, masked where the page says so; ``email`` is shown to
    nobody.
    """

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    display_name = models.CharField(max_length=80, blank=True)
    language = models.CharField(max_length=10, choices=LANGUAGES, default="zh-hans")
    # Since when e-mail to them does not arrive, as far as the mail server says (`notifications.arrival`).
    mail_fails_since = models.DateTimeField(null=True, blank=True, editable=False)

    def get_full_name(self) -> str:
        return self.display_name or self.username

    def get_short_name(self) -> str:
        return self.get_full_name()

    def __str__(self) -> str:
        return self.get_full_name()


class Merchant(models.Model):
    """A shop. Its ids in the marketplace's own systems are ``Identity`` rows."""

    public_id = models.CharField(max_length=26, unique=True, default=public_id)
    name = models.CharField(max_length=120)
    # Above this sum, in minor units, two members agree before the shop accepts (``None``: one is enough).
    second_above = models.BigIntegerField(null=True)
    # When somebody answers, as the shop's own members read it. Deadlines know nothing of it.
    hours = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(second_above__isnull=True) | Q(second_above__gte=0), name="shop_second_above_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Identity(models.Model):
    """Under which id a feed knows a person or a shop. Buyers and shops may bear the same id: they are two
    spaces.
    """

    source = models.CharField(max_length=40)
    external_id = models.CharField(max_length=120)
    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="identities")
    merchant = models.ForeignKey(Merchant, models.PROTECT, null=True, related_name="identities")

    class Meta:
        verbose_name_plural = "identities"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["source", "external_id"], condition=Q(user__isnull=False), name="identity_one_user"
            ),
            models.UniqueConstraint(
                fields=["source", "external_id"],
                condition=Q(merchant__isnull=False),
                name="identity_one_merchant",
            ),
            models.CheckConstraint(
                condition=Q(user__isnull=False, merchant__isnull=True) | Q(user__isnull=True, merchant__isnull=False),
                name="identity_is_person_or_shop",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source}:{self.external_id}"


class Membership(models.Model):
    """That a person acts for a shop. ``accept_limit`` in minor units: the highest claim they may accept
    alone.
    """

    user = models.ForeignKey(User, models.PROTECT, related_name="memberships")
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="memberships")
    rights = ArrayField(models.CharField(max_length=10, choices=[(r.value, r.value) for r in Right]))
    accept_limit = models.BigIntegerField(null=True)
    away_until = models.DateTimeField(null=True)
    # Who looks after this member's cases while they are away; nothing is handed over, nothing has to be handed back.
    cover = models.ForeignKey(User, models.PROTECT, null=True, related_name="covers")
    since = models.DateTimeField()
    given_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    removed_at = models.DateTimeField(null=True)
    removed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "merchant"],
                condition=Q(removed_at__isnull=True),
                name="membership_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(accept_limit__isnull=True) | Q(accept_limit__gte=0),
                name="membership_limit_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}@{self.merchant_id}"

    @property
    def is_owner(self) -> bool:
        return Right.MANAGE.value in self.rights


class RoutingRule(models.Model):
    """Who gets a new case of a shop: the first rule, by ``place``, that fits. Empty fits every case."""

    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="routing_rules")
    place = models.PositiveSmallIntegerField()
    type_code = models.CharField(max_length=32, blank=True)
    sku_prefix = models.CharField(max_length=64, blank=True)
    member = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        ordering: ClassVar = ["place"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["merchant", "place"], name="routing_rule_one_a_place"),
        ]

    def __str__(self) -> str:
        return f"{self.merchant_id}:{self.place}"


class ReplyTemplate(models.Model):
    """Words that a shop uses again, with slots such as ``{order}`` that are filled from the case."""

    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="reply_templates")
    name = models.CharField(max_length=40)
    text = models.CharField(max_length=300)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["name", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["merchant", "name"], name="reply_template_named_once"),
        ]

    def __str__(self) -> str:
        return self.name


class ReturnAddress(models.Model):
    """Where goods of this shop come back to. Shown to a buyer only once a return was agreed or ordered."""

    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="return_addresses")
    name = models.CharField(max_length=40)
    recipient = models.CharField(max_length=40)
    phone = models.CharField(max_length=32)
    address = models.CharField(max_length=200)
    is_usual = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["-is_usual", "name", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["merchant", "name"], name="return_address_named_once"),
            models.UniqueConstraint(
                fields=["merchant"], condition=Q(is_usual=True), name="return_address_one_usual_a_shop"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SavedView(models.Model):
    """What somebody narrows their shop's list to, under a name. ``query`` is the address's own, cleaned."""

    user = models.ForeignKey(User, models.PROTECT, related_name="saved_views")
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="saved_views")
    name = models.CharField(max_length=24)
    query = models.CharField(max_length=300)
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "merchant", "name"], name="saved_view_named_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Grant(models.Model):
    """That a person holds an office. Parties read only the ``number`` of whoever decides their case."""

    user = models.ForeignKey(User, models.PROTECT, related_name="grants")
    role = models.CharField(max_length=12, choices=[(office.value, office.value) for office in Office])
    number = models.CharField(max_length=8, blank=True)
    skills = ArrayField(models.CharField(max_length=32), default=list, blank=True)
    load_limit = models.PositiveSmallIntegerField(default=30)
    since = models.DateTimeField()
    given_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "role"], condition=Q(revoked_at__isnull=True), name="grant_one_at_a_time"
            ),
            models.UniqueConstraint(
                fields=["role", "number"],
                condition=Q(revoked_at__isnull=True) & ~Q(number=""),
                name="grant_number_of_one",
            ),
            models.CheckConstraint(
                condition=~Q(role__in=[Office.ARBITRATOR.value, Office.SENIOR.value]) | ~Q(number=""),
                name="grant_deciders_have_a_number",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.number}".strip()


class Interest(models.Model):
    """A tie that somebody declared: to a shop or to a person. It keeps them away from the other's cases for
    good.
    """

    user = models.ForeignKey(User, models.PROTECT, related_name="interests")
    merchant = models.ForeignKey(Merchant, models.PROTECT, null=True, related_name="+")
    person = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    declared_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "merchant"], name="interest_in_shop_once"),
            models.UniqueConstraint(fields=["user", "person"], name="interest_in_person_once"),
            models.CheckConstraint(
                condition=Q(merchant__isnull=False, person__isnull=True)
                | Q(merchant__isnull=True, person__isnull=False),
                name="interest_in_shop_or_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}~{self.merchant_id or self.person_id}"


class SignInTries(models.Model):
    """Tries to sign in under one key of `accounts.doors`, a digest that names nobody. Closed before ``closed_until``."""

    key = models.CharField(max_length=64, primary_key=True)
    tries = models.PositiveIntegerField()
    last_at = models.DateTimeField(db_index=True)
    closed_until = models.DateTimeField()

    def __str__(self) -> str:
        return self.key[:8]


class ApiClient(models.Model):
    """A system of the marketplace. It sees and acts within its own ``source`` only."""

    name = models.CharField(max_length=80, unique=True)
    source = models.CharField(max_length=40)
    scopes = ArrayField(models.CharField(max_length=20, choices=[(s.value, s.value) for s in Scope]))
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class ApiKey(models.Model):
    """One key of a client; two may be valid while one takes over from the other. The secret itself is kept
    nowhere.
    """

    client = models.ForeignKey(ApiClient, models.PROTECT, related_name="keys")
    prefix = models.CharField(max_length=12, unique=True)
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.prefix
