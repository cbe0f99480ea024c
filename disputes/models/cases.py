"""A case and what was said, offered, awaited and decided in it, as facts."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from common.actor import Side
from disputes.lifecycle import TERMINAL, Kind, State
from disputes.shop_due import SHOP_DUE_AT, SHOP_IS_ASKED

LIVE_STATES = [state.value for state in State if state not in TERMINAL]
PARTIES = [("buyer", "buyer"), ("merchant", "merchant")]


class Case(models.Model):
    """One dispute over one order line. ``state`` is written by ``transitions.advance`` and the sweep, nobody else."""

    number = models.CharField(max_length=19, unique=True)
    stream = models.OneToOneField("journal.Stream", models.PROTECT, related_name="case")
    dossier = models.OneToOneField("evidence.Dossier", models.PROTECT, related_name="case")
    order = models.ForeignKey("marketplace.Order", models.PROTECT, related_name="cases")
    line = models.ForeignKey("marketplace.OrderLine", models.PROTECT, related_name="cases")
    buyer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="cases_as_buyer")
    merchant = models.ForeignKey("accounts.Merchant", models.PROTECT, related_name="cases")

    state = models.CharField(max_length=24, choices=[(s.value, s.value) for s in State])
    version = models.PositiveIntegerField(default=1)
    round = models.PositiveSmallIntegerField(default=0)
    state_since = models.DateTimeField()
    awaits = models.CharField(max_length=8, blank=True)
    due_at = models.DateTimeField(null=True)
    # Until when the shop can answer the proposal that is open to it; written by a trigger of `Deadline`.
    proposal_due_at = models.DateTimeField(null=True)
    # By when the shop has to do what is asked of it, if anything is.
    shop_due_at = models.GeneratedField(
        expression=SHOP_DUE_AT, output_field=models.DateTimeField(null=True), db_persist=True
    )
    priority = models.SmallIntegerField(default=0)

    # Whose claim it is. The other side answers it: `Case.respondent`.
    claimant = models.CharField(max_length=8, choices=PARTIES, default="buyer")
    kind = models.CharField(max_length=16, choices=[(k.value, k.value) for k in Kind])
    type_code = models.CharField(max_length=32)
    title = models.CharField(max_length=200)
    currency = models.CharField(max_length=3)
    # What was paid for the line and had not come back when the case began (`remaining`); in a merchant's claim, what was
    # paid out to the buyer and has not been given back.
    paid = models.BigIntegerField()
    claimed = models.BigIntegerField()
    remedy = models.CharField(max_length=4)
    returns = models.BooleanField(default=False)
    pays = models.BooleanField(default=False)
    substitute = models.BigIntegerField(default=0)

    substance_rules = models.ForeignKey("rulebook.RuleSet", models.PROTECT, related_name="+")
    procedure_rules = models.ForeignKey("rulebook.RuleSet", models.PROTECT, related_name="+")

    opened_at = models.DateTimeField()
    intervened_at = models.DateTimeField(null=True)
    evidence_closes_at = models.DateTimeField(null=True)
    taken_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    suspended_at = models.DateTimeField(null=True)
    buyer_handed_in_at = models.DateTimeField(null=True)
    merchant_handed_in_at = models.DateTimeField(null=True)
    asked = models.CharField(max_length=8, blank=True)
    answered = models.CharField(max_length=8, blank=True)
    buyer_waived_at = models.DateTimeField(null=True)
    merchant_waived_at = models.DateTimeField(null=True)
    buyer_appealed_at = models.DateTimeField(null=True)
    merchant_appealed_at = models.DateTimeField(null=True)
    appellant = models.CharField(max_length=8, blank=True)
    decided_on_appeal = models.BooleanField(default=False)
    executable_at = models.DateTimeField(null=True)
    refusals_so_far = models.PositiveSmallIntegerField(default=0)

    assignee = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="cases_assigned")
    ruled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="cases_ruled")
    outcome = models.OneToOneField("disputes.Outcome", models.PROTECT, null=True, related_name="effective_for")
    legal_hold = models.BooleanField(default=False)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            # Whatever an act may think: what is open or held keeps its words.
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True) | Q(closed_at__isnull=False, legal_hold=False),
                name="case_erased_when_closed_and_free",
            ),
            models.UniqueConstraint(fields=["line"], condition=Q(state__in=LIVE_STATES), name="case_one_live_per_line"),
            models.CheckConstraint(condition=Q(claimed__gt=0) & Q(paid__gt=0), name="case_sums_are_positive"),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=False, state__in=sorted(s.value for s in TERMINAL))
                | Q(closed_at__isnull=True, state__in=LIVE_STATES),
                name="case_closed_when_terminal",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["merchant", "shop_due_at", "id"],
                condition=SHOP_IS_ASKED,
                name="case_shop_is_asked",
            ),
            models.Index(fields=["merchant", "-opened_at", "-id"], name="case_merchant_recent"),
            models.Index(fields=["buyer", "-opened_at", "-id"], name="case_buyer_recent"),
            models.Index(fields=["state", "due_at", "id"], name="case_queue"),
            models.Index(fields=["assignee", "state", "due_at"], name="case_assigned"),
            models.Index(fields=["-opened_at", "-id"], name="case_recent"),
            models.Index(fields=["state_since", "id"], name="case_changed"),
            models.Index(
                fields=["closed_at", "id"],
                condition=Q(closed_at__isnull=False, erased_at__isnull=True, legal_hold=False),
                name="case_to_be_erased",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def respondent(self) -> str:
        """The side that the claim is against: buyer or merchant."""
        return Side(self.claimant).other.value


class CaseFile(models.Model):
    """What the marketplace knew when the case was opened and when it was filed, as copies that no feed can alter."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="files")
    round = models.PositiveSmallIntegerField()
    body = models.JSONField()
    digest = models.CharField(max_length=64)
    frozen_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "round"], name="case_file_once_a_round"),
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True) | Q(body={}), name="case_file_erased_says_nothing"
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Trigger(
                name="case_files_stay",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                declare=[("goes", "text[]")],
                func="""
                    goes := ARRAY['body', 'erased_at'];
                    IF OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL
                        AND to_jsonb(NEW) - goes = to_jsonb(OLD) - goes THEN
                        RETURN NEW;
                    END IF;
                    RAISE EXCEPTION 'what a case was opened on is not altered, but for its erasure';
                """,
            ),
        ]


class Statement(models.Model):
    """What a side said in its own words. The journal names the statement's id; the words stay here, and erasable."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="statements")
    side = models.CharField(max_length=8, choices=[*PARTIES, ("platform", "platform")])
    kind = models.CharField(max_length=24)
    text = models.TextField(max_length=4000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["case", "at", "id"], name="statement_of_case")]


class Point(models.Model):
    """One point at issue. Evidence, answers, findings and reasons hang on it from filing to letter."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="points")
    round = models.PositiveSmallIntegerField()
    number = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=120)
    raised_by = models.CharField(max_length=8, choices=[*PARTIES, ("platform", "platform")])

    # What of an answer is read together with its point (`queries.points`); the rest is read when asked for.
    ANSWER: ClassVar = ("id", "point_id", "side", "stance", "text", "exhibits")

    class Meta:
        ordering: ClassVar = ["round", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "round", "number"], name="point_numbered_once"),
        ]

    @cached_property
    def current_answers(self) -> list[PointAnswer]:
        """Each side's standing answer, as far as whoever read this point has read them with it."""
        rows: list[dict[str, Any]] = getattr(self, "standing", [])
        return [PointAnswer.from_db(None, self.ANSWER, [row[name] for name in self.ANSWER]) for row in rows]


class PointAnswer(models.Model):
    """Where one side stands on one point; the newest answer counts, earlier ones are kept."""

    point = models.ForeignKey(Point, models.PROTECT, related_name="answers")
    side = models.CharField(max_length=8, choices=PARTIES)
    stance = models.CharField(
        max_length=8, choices=[(stance, stance) for stance in ("agrees", "partly", "disputes", "unsure")]
    )
    text = models.CharField(max_length=600, blank=True)
    exhibits = ArrayField(models.BigIntegerField(), default=list)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["point", "side"], condition=Q(superseded_at__isnull=True), name="point_one_answer_a_side"
            ),
        ]


class Offer(models.Model):
    """A settlement that one side, or the platform, has put on the table. One open offer a side."""

    OPEN = "open"
    case = models.ForeignKey(Case, models.PROTECT, related_name="offers")
    side = models.CharField(max_length=8, choices=[*PARTIES, ("platform", "platform")])
    remedy = models.CharField(max_length=4)
    amount = models.BigIntegerField()
    returns = models.BooleanField(default=False)
    statement = models.ForeignKey(Statement, models.PROTECT, null=True, related_name="+")
    state = models.CharField(
        max_length=10,
        default=OPEN,
        choices=[(s, s) for s in ("open", "accepted", "declined", "retracted", "lapsed", "void")],
    )
    declined_by = ArrayField(models.CharField(max_length=8), default=list)
    accepted_by = ArrayField(models.CharField(max_length=8), default=list)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "side"], condition=Q(state="open"), name="offer_one_open_a_side"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="offer_amount_not_negative"),
        ]

    @property
    def stands_still(self) -> bool:
        """Whether its clock does, so that its term does not end now. Of a row that was read by `queries.with_clock`."""
        return bool(getattr(self, "held", False))

    def is_open_at(self, now: datetime) -> bool:
        """Whether it can still be accepted. Of such a row, too."""
        return self.state == self.OPEN and (self.stands_still or now < self.expires_at)


class Outcome(models.Model):
    """What was agreed or decided. At most one is effective; enforcement reads it, nobody edits it."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="outcomes")
    round = models.PositiveSmallIntegerField()
    source = models.CharField(max_length=10)
    remedy = models.CharField(max_length=4)
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    returns = models.BooleanField()
    pays = models.BooleanField()
    freight_amount = models.BigIntegerField(default=0)
    freight_payer = models.CharField(max_length=8, default="nobody")
    ground = models.CharField(max_length=24, blank=True)
    merchant_share = models.PositiveSmallIntegerField(default=10_000)
    substitute = models.BigIntegerField(default=0)
    lines = models.JSONField(default=list)
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(superseded_at__isnull=True), name="outcome_one_effective"
            ),
            models.CheckConstraint(condition=Q(amount__gte=0), name="outcome_amount_not_negative"),
            # What replaces a thing that was not done comes on top of what is paid in any case.
            models.CheckConstraint(
                condition=Q(substitute=0) | Q(substitute__gt=models.F("amount")), name="outcome_substitute_is_more"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["id", "recorded_at"], name="outcome_feed")]
        triggers: ClassVar = [
            pgtrigger.Protect(name="outcomes_stay", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="outcomes_unaltered",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(exclude=["superseded_at"]),
            ),
        ]


class Deadline(models.Model):
    """One awaited duty of one case. ``due_at`` is exclusive: acting before it is in time, at it is too late."""

    PENDING, PAUSED, MET, EXPIRED, CANCELLED = "pending", "paused", "met", "expired", "cancelled"
    RUNNING = (PENDING, PAUSED)

    case = models.ForeignKey(Case, models.PROTECT, related_name="deadlines")
    duty = models.CharField(max_length=24)
    step = models.CharField(max_length=32)
    clock = models.CharField(max_length=2)
    awaits = models.CharField(max_length=8)
    state = models.CharField(
        max_length=10, default=PENDING, choices=[(s, s) for s in (PENDING, PAUSED, MET, EXPIRED, CANCELLED)]
    )
    armed_at = models.DateTimeField()
    due_at = models.DateTimeField()
    provisional = models.BooleanField(default=False)
    calendar_version = models.CharField(max_length=40, blank=True)
    # Where a term of working days counts from and how many, once it was stopped or extended; before, ``armed_at`` and
    # what its step says.
    counts_from = models.DateTimeField(null=True)
    counts_days = models.PositiveSmallIntegerField(null=True)
    paused_at = models.DateTimeField(null=True)
    extensions = models.PositiveSmallIntegerField(default=0)
    remind_at = models.DateTimeField(null=True)
    reminders = ArrayField(models.DateTimeField(), default=list)
    ended_at = models.DateTimeField(null=True)
    fired_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    retry_at = models.DateTimeField(null=True)
    set_aside_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case", "duty"], condition=Q(state__in=["pending", "paused"]), name="deadline_one_per_duty"
            ),
            models.CheckConstraint(
                condition=Q(fired_at__isnull=True) | Q(fired_at__gte=models.F("due_at")), name="deadline_never_early"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["due_at", "id"],
                condition=Q(state="pending", set_aside_at__isnull=True),
                name="deadline_due",
            ),
            models.Index(
                fields=["remind_at", "id"],
                condition=Q(state="pending", remind_at__isnull=False),
                name="deadline_reminders",
            ),
            models.Index(fields=["set_aside_at"], condition=Q(set_aside_at__isnull=False), name="deadline_aside"),
            models.Index(fields=["id"], condition=Q(state="pending", provisional=True), name="deadline_provisional"),
        ]
        triggers: ClassVar = [
            # A proposal begins, ends, stands still and waits on for one side by many ways; its term is the one that all
            # of them write.
            pgtrigger.Trigger(
                name="case_knows_its_proposal",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.Update,
                condition=pgtrigger.Condition("NEW.duty LIKE 'offer%'"),
                func="""
                UPDATE disputes_case SET proposal_due_at = (
                    SELECT min(due_at) FROM disputes_deadline
                    WHERE case_id = NEW.case_id AND duty LIKE 'offer%'
                        AND awaits IN ('merchant', 'both') AND state IN ('pending', 'paused')
                ) WHERE id = NEW.case_id;
                RETURN NULL;
                """,
            ),
        ]
