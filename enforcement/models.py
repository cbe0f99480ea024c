"""Executions and their steps. What is final stays as it is, and PostgreSQL refuses money before its time."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from enforcement.plan import Pot, Purpose

MONEYLESS = [Purpose.HOLD.value, Purpose.LIFT.value]


class Execution(models.Model):
    """One thing to be carried out for one case. A purpose is served once a round, whoever asks how often (H7).

    ``waiting``: an earlier execution of the case is still under way, and what it brings decides what is left to do.
    """

    HOLD, LIFT, ADVANCE, SETTLEMENT = "hold", "lift", "advance", "settlement"
    WAITING, RUNNING, DONE = "waiting", "running", "done"

    case = models.ForeignKey("disputes.Case", models.PROTECT, related_name="executions")
    outcome = models.ForeignKey("disputes.Outcome", models.PROTECT, null=True, related_name="executions")
    purpose = models.CharField(
        max_length=12, choices=[(value, value) for value in ("hold", "lift", "advance", "settlement")]
    )
    round = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=8, choices=[(value, value) for value in ("waiting", "running", "done")])
    shortfall = models.BigIntegerField(default=0)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "purpose", "round"], name="execution_once_a_round"),
            models.UniqueConstraint(fields=["outcome", "purpose"], name="execution_once_an_outcome"),
            models.CheckConstraint(
                condition=Q(state="done", finished_at__isnull=False) | (~Q(state="done") & Q(finished_at__isnull=True)),
                name="execution_done_when_finished",
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="executions_stay", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="executions_keep_their_purpose",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("case", "outcome", "purpose", "round", "started_at"),
            ),
            pgtrigger.Trigger(
                name="no_advance_without_two",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                condition=pgtrigger.Condition("NEW.purpose = 'advance'"),
                func="""
                IF NOT EXISTS (
                    SELECT 1 FROM enforcement_proposal p
                     WHERE p.case_id = NEW.case_id AND p.outcome_id = NEW.outcome_id AND p.state = 'approved'
                ) THEN
                    RAISE EXCEPTION 'an advance takes two people' USING ERRCODE = 'check_violation';
                END IF;
                RETURN NEW;
                """,
            ),
        ]


class Step(models.Model):
    """One payment, or one word to the marketplace. ``key`` is what the marketplace knows it by, however often told.

    pending: nothing has happened · sent: the money is set apart and the marketplace is being told · unknown: it was
    told and gave no clear answer; it is told again under the same key · done, refused, cancelled: final.
    """

    PENDING, SENT, UNKNOWN, DONE, REFUSED, CANCELLED = "pending", "sent", "unknown", "done", "refused", "cancelled"
    OPEN = (PENDING, SENT, UNKNOWN)

    execution = models.ForeignKey(Execution, models.PROTECT, related_name="steps")
    order = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=64, unique=True)
    purpose = models.CharField(max_length=10, choices=[(value.value, value.value) for value in Purpose])
    source = models.CharField(max_length=12, choices=[(pot.value, pot.value) for pot in Pot])
    target = models.CharField(max_length=12, choices=[(pot.value, pot.value) for pot in Pot])
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    state = models.CharField(
        max_length=10, default=PENDING, choices=[(s, s) for s in (*OPEN, DONE, REFUSED, CANCELLED)]
    )
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True)
    last_error_code = models.CharField(max_length=40, blank=True)
    sent_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["execution_id", "order"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["execution", "order"], name="step_one_per_place"),
            models.CheckConstraint(
                condition=Q(purpose__in=MONEYLESS, amount=0) | (~Q(purpose__in=MONEYLESS) & Q(amount__gt=0)),
                name="step_moves_something",
            ),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=False) | Q(state__in=["pending", "refused", "cancelled"]),
                name="step_sent_before_done",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["pending", "sent", "unknown"], next_attempt_at__isnull=False)
                | Q(state__in=["done", "refused", "cancelled"], next_attempt_at__isnull=True),
                name="step_open_has_next_attempt",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["next_attempt_at", "id"], condition=Q(next_attempt_at__isnull=False), name="step_due"),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="steps_stay", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="steps_keep_what_they_move",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(
                    "execution", "order", "key", "purpose", "source", "target", "amount", "currency"
                ),
            ),
            pgtrigger.Protect(
                name="final_steps_stay_final",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__state__in=["done", "refused", "cancelled"]),
            ),
            pgtrigger.Trigger(
                name="no_money_before_its_time",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                # H13: until a ruling is executable only the platform's own money may move, at its own risk.
                condition=pgtrigger.Condition("NEW.sent_at IS NOT NULL AND NEW.purpose NOT IN ('hold', 'lift')"),
                func="""
                IF EXISTS (
                    SELECT 1 FROM enforcement_execution e JOIN disputes_case c ON c.id = e.case_id
                     WHERE e.id = NEW.execution_id
                       AND NOT (e.purpose = 'advance' AND NEW.source = 'advance')
                       AND (c.executable_at IS NULL OR c.executable_at > NEW.sent_at)
                ) THEN
                    RAISE EXCEPTION 'step % may not be executed yet', NEW.key USING ERRCODE = 'check_violation';
                END IF;
                RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.key


class Hold(models.Model):
    """While a case is open the order is not settled (P04, JD1§51). One standing hold a case."""

    case = models.ForeignKey("disputes.Case", models.PROTECT, related_name="holds")
    order = models.ForeignKey("marketplace.Order", models.PROTECT, related_name="holds")
    placed_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case"], condition=Q(lifted_at__isnull=True), name="hold_one_a_case"),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True) | Q(lifted_at__gte=F("placed_at")), name="hold_lifted_after_placed"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["order"], condition=Q(lifted_at__isnull=True), name="hold_standing"),
        ]


class Postponed(models.Model):
    """A movement of the marketplace that cannot be posted yet, why, and when it is tried again."""

    movement = models.OneToOneField("marketplace.Movement", models.CASCADE, primary_key=True, related_name="postponed")
    reason = models.CharField(max_length=40)
    since = models.DateTimeField()
    retry_at = models.DateTimeField()
    tries = models.PositiveIntegerField(default=1)


class Mark(models.Model):
    """What a closed case counts for in the merchant's measures (P05, P06). Written at the end, so an appeal that
    changed the ruling leaves nothing to undo."""

    case = models.OneToOneField("disputes.Case", models.PROTECT, primary_key=True, related_name="mark")
    merchant = models.ForeignKey("accounts.Merchant", models.PROTECT, related_name="marks")
    intervened = models.BooleanField()
    refunded = models.BooleanField()
    decided = models.BooleanField()
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["merchant", "at"], name="mark_of_merchant")]


class Report(models.Model):
    """A refund that the marketplace reported without our key on an order that stands before the court.

    It is booked as it was told. Whether it is one of our own payments told again, only a person can say: ``verdict``.
    """

    SEPARATE, OURS = "separate", "ours"

    movement = models.OneToOneField("marketplace.Movement", models.PROTECT, primary_key=True, related_name="report")
    case = models.ForeignKey("disputes.Case", models.PROTECT, related_name="reports")
    since = models.DateTimeField()
    told_at = models.DateTimeField(null=True)
    verdict = models.CharField(max_length=8, blank=True, choices=[(value, value) for value in (SEPARATE, OURS)])
    reason = models.CharField(max_length=500, blank=True)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(verdict="", settled_by__isnull=True, settled_at__isnull=True)
                | (~Q(verdict="") & Q(settled_by__isnull=False, settled_at__isnull=False) & ~Q(reason="")),
                name="report_settled_by_somebody",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["since"], condition=Q(verdict=""), name="report_open"),
            models.Index(fields=["movement"], condition=Q(told_at__isnull=True), name="report_untold"),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="reports_stay", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="reports_are_settled_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__settled_at__isnull=False),
            ),
        ]


class Recovery(models.Model):
    """What a merchant owes in one case and the marketplace would not draw: how often, when next, or that people look."""

    case = models.OneToOneField("disputes.Case", models.PROTECT, primary_key=True, related_name="recovery")
    refusals = models.PositiveSmallIntegerField(default=0)
    last_code = models.CharField(max_length=40, blank=True)
    retry_at = models.DateTimeField(null=True)
    parked_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(retry_at__isnull=True) | Q(parked_at__isnull=True), name="recovery_waits_or_is_parked"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["parked_at"], condition=Q(parked_at__isnull=False), name="recovery_parked"),
        ]


class FundLimit(models.Model):
    """How much the platform was willing to have advanced, from when, by whom and why. The newest of a currency counts."""

    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField()
    before = models.BigIntegerField()
    reason = models.CharField(max_length=500)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount__gte=0) & Q(before__gte=0), name="fund_limit_not_negative"),
        ]
        indexes: ClassVar = [models.Index(fields=["currency", "-at", "-id"], name="fund_limit_newest")]
        triggers: ClassVar = [
            pgtrigger.Protect(name="fund_limits_stay", operation=pgtrigger.Delete | pgtrigger.Update),
        ]


class Proposal(models.Model):
    """An advance payment that one person proposed and another decides on. Nobody who ruled the case is either of them."""

    OPEN, APPROVED, DECLINED = "open", "approved", "declined"

    case = models.ForeignKey("disputes.Case", models.PROTECT, related_name="advance_proposals")
    outcome = models.ForeignKey("disputes.Outcome", models.PROTECT, related_name="+")
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=500)
    state = models.CharField(
        max_length=8, default=OPEN, choices=[(value, value) for value in (OPEN, APPROVED, DECLINED)]
    )
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decided_because = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case"], condition=Q(state="open"), name="proposal_one_open_a_case"),
            models.UniqueConstraint(
                fields=["outcome"], condition=Q(state="approved"), name="proposal_approved_once_an_outcome"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0) & ~Q(reason=""), name="proposal_says_what_and_why"),
            models.CheckConstraint(
                condition=Q(state="open", decided_by__isnull=True, decided_at__isnull=True)
                | (~Q(state="open") & Q(decided_by__isnull=False, decided_at__isnull=False)),
                name="proposal_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state="approved") | ~Q(decided_by=F("proposed_by")), name="proposal_takes_two"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["proposed_at", "id"], condition=Q(state="open"), name="proposal_open"),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="proposals_stay", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="proposals_keep_what_they_say",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(
                    "case", "outcome", "amount", "currency", "reason", "proposed_by", "proposed_at"
                ),
            ),
            pgtrigger.Protect(
                name="decided_proposals_stay_decided",
                operation=pgtrigger.Update,
                condition=~pgtrigger.Q(old__state="open"),
            ),
            pgtrigger.Trigger(
                name="no_advance_by_who_ruled",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                IF NEW.state <> 'declined' AND EXISTS (
                    SELECT 1 FROM disputes_case c
                     WHERE c.id = NEW.case_id AND c.ruled_by_id IN (NEW.proposed_by_id, NEW.decided_by_id)
                ) THEN
                    RAISE EXCEPTION 'whoever ruled does not advance' USING ERRCODE = 'check_violation';
                END IF;
                RETURN NEW;
                """,
            ),
        ]
