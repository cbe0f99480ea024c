"""A ruling and everything it says, as facts. A word of it that was proposed or served is not altered any more."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class Ruling(models.Model):
    """One decision on one round of a case, from draft to letter. Sums are minor units; shares are basis points.

    ``stage``: the first ruling of a round, or the one that takes its place on appeal. A returned ruling stays as it
    was; what the arbitrator goes on with is the next one. ``version`` counts saves of the draft. ``return_freight`` is
    what the way back costs (null: as much as the way out did). ``lines`` is the calculation; ``letter`` is the decision
    letter as it was given, and never changes afterwards.
    """

    FIRST, APPEAL = "first", "appeal"
    DRAFT, PROPOSED, SERVED, RETURNED, SUPERSEDED, DROPPED = (
        "draft",
        "proposed",
        "served",
        "returned",
        "superseded",
        "dropped",
    )

    case = models.ForeignKey("disputes.Case", models.PROTECT, related_name="rulings")
    round = models.PositiveSmallIntegerField()
    ordinal = models.PositiveSmallIntegerField()
    stage = models.CharField(max_length=8, choices=[(s, s) for s in (FIRST, APPEAL)])
    state = models.CharField(
        max_length=10,
        default=DRAFT,
        choices=[(s, s) for s in (DRAFT, PROPOSED, SERVED, RETURNED, SUPERSEDED, DROPPED)],
    )
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="rulings")
    version = models.PositiveIntegerField(default=0)
    language = models.CharField(max_length=10, default="zh-hans")

    remedy = models.CharField(max_length=4, blank=True)
    ground = models.CharField(max_length=24, blank=True)
    merchant_share = models.PositiveSmallIntegerField(null=True)
    value = models.BigIntegerField(null=True)
    deduction = models.BigIntegerField(default=0)
    compensation = models.BigIntegerField(default=0)
    return_freight = models.BigIntegerField(null=True)
    freight_payer = models.CharField(max_length=8, blank=True)
    reasons = models.TextField(blank=True, max_length=8000)

    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField(default=0)
    lines = models.JSONField(default=list)

    substance_rules = models.ForeignKey("rulebook.RuleSet", models.PROTECT, related_name="+")
    procedure_rules = models.ForeignKey("rulebook.RuleSet", models.PROTECT, related_name="+")
    needs_approval_because = ArrayField(models.CharField(max_length=24), default=list)

    started_at = models.DateTimeField()
    saved_at = models.DateTimeField()
    proposed_at = models.DateTimeField(null=True)
    served_at = models.DateTimeField(null=True)
    letter = models.JSONField(null=True)
    letter_code = models.CharField(max_length=14, blank=True)
    letter_digest = models.CharField(max_length=64, blank=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "round", "ordinal"], name="ruling_numbered_once"),
            models.UniqueConstraint(
                fields=["case", "round", "stage"],
                condition=Q(state__in=["draft", "proposed"]),
                name="ruling_one_draft_a_stage",
            ),
            models.UniqueConstraint(
                fields=["case", "round"], condition=Q(state="served"), name="ruling_one_in_force_a_round"
            ),
            models.UniqueConstraint(
                fields=["letter_code"], condition=~Q(letter_code=""), name="ruling_letter_code_once"
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=0) & Q(deduction__gte=0) & Q(compensation__gte=0) & Q(return_freight__gte=0),
                name="ruling_sums_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(merchant_share__isnull=True) | Q(merchant_share__lte=10_000), name="ruling_share_is_a_share"
            ),
            # A ruling in force has a date, a letter, and says something; a superseded one was in force before.
            models.CheckConstraint(
                condition=~Q(state__in=["served", "superseded"])
                | (
                    Q(served_at__isnull=False, merchant_share__isnull=False)
                    & ~Q(letter_code="")
                    & ~Q(remedy="")
                    & ((Q(letter__isnull=False) & ~Q(reasons="")) | Q(erased_at__isnull=False))
                ),
                name="ruling_served_is_complete",
            ),
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True) | Q(letter__isnull=True, reasons=""),
                name="ruling_erased_says_nothing",
            ),
            models.CheckConstraint(
                condition=~Q(state="served") | ~Q(remedy="R1") | ~Q(ground=""), name="ruling_no_return_has_a_ground"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["author", "-served_at", "-id"], name="ruling_of_author"),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="rulings_stay", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="rulings_unaltered",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                declare=[("carried", "text[]"), ("goes", "text[]")],
                func="""
                    IF OLD.erased_at IS NOT NULL OR NEW.erased_at IS NOT NULL THEN
                        goes := ARRAY['reasons', 'letter', 'erased_at'];
                        IF OLD.erased_at IS NULL AND to_jsonb(NEW) - goes = to_jsonb(OLD) - goes THEN
                            RETURN NEW;
                        END IF;
                        RAISE EXCEPTION 'a ruling is erased once, as a whole, and stays so';
                    END IF;
                    carried := ARRAY['state', 'served_at', 'letter', 'letter_code', 'letter_digest'];
                    IF OLD.author_id <> NEW.author_id OR OLD.case_id <> NEW.case_id THEN
                        RAISE EXCEPTION 'a ruling keeps its author and its case';
                    END IF;
                    IF OLD.state = 'draft' AND NEW.state IN ('draft', 'proposed', 'served', 'dropped') THEN
                        RETURN NEW;
                    END IF;
                    IF OLD.state = 'proposed' AND NEW.state IN ('proposed', 'served', 'returned')
                        AND to_jsonb(NEW) - carried = to_jsonb(OLD) - carried THEN
                        RETURN NEW;
                    END IF;
                    IF (NEW.state = OLD.state OR (OLD.state = 'served' AND NEW.state = 'superseded'))
                        AND to_jsonb(NEW) - 'state' = to_jsonb(OLD) - 'state' THEN
                        RETURN NEW;
                    END IF;
                    RAISE EXCEPTION 'a ruling that was proposed or served is not altered';
                """,
            ),
        ]


def _only_in_a_draft(name: str, *, words: str = "") -> pgtrigger.Trigger:
    """The parts of a ruling are written while it is a draft, and stay as they are from then on.

    ``words``: the column that is emptied when the ruling is erased.
    """
    erased = f"""
            IF TG_OP = 'UPDATE' AND NEW.{words} = '' AND to_jsonb(NEW) - '{words}' = to_jsonb(OLD) - '{words}'
                AND EXISTS (SELECT FROM arbitration_ruling r WHERE r.id = OLD.ruling_id AND r.erased_at IS NOT NULL)
                THEN
                RETURN NEW;
            END IF;"""
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        declare=[("whose", "bigint"), ("stands", "text")],
        func=(erased if words else "")
        + """
            IF TG_OP = 'DELETE' THEN whose := OLD.ruling_id; ELSE whose := NEW.ruling_id; END IF;
            SELECT r.state INTO stands FROM arbitration_ruling r WHERE r.id = whose;
            IF stands <> 'draft' OR (TG_OP = 'UPDATE' AND OLD.ruling_id <> NEW.ruling_id) THEN
                RAISE EXCEPTION 'a ruling that was proposed or served is not altered';
            END IF;
            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
            RETURN NEW;
        """,
    )


class Finding(models.Model):
    """What was found on one point at issue: for the buyer, for the merchant, or undetermined (the burden decides)."""

    BUYER, MERCHANT, UNDETERMINED = "buyer", "merchant", "undetermined"

    ruling = models.ForeignKey(Ruling, models.PROTECT, related_name="findings")
    point = models.ForeignKey("disputes.Point", models.PROTECT, related_name="findings")
    finding = models.CharField(max_length=12, choices=[(f, f) for f in (BUYER, MERCHANT, UNDETERMINED)])

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["ruling", "point"], name="finding_one_a_point"),
        ]
        triggers: ClassVar = [_only_in_a_draft("findings_stay")]


class Admission(models.Model):
    """Whether one exhibit was admitted in full, in part, or not. The last two carry a reason code of the rule set."""

    FULL, PART, NONE = "full", "part", "none"

    ruling = models.ForeignKey(Ruling, models.PROTECT, related_name="admissions")
    exhibit = models.ForeignKey("evidence.Exhibit", models.PROTECT, related_name="admissions")
    verdict = models.CharField(max_length=4, choices=[(v, v) for v in (FULL, PART, NONE)])
    reason = models.CharField(max_length=24, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["ruling", "exhibit"], name="admission_one_an_exhibit"),
        ]
        triggers: ClassVar = [_only_in_a_draft("admissions_stay")]


class CitedClause(models.Model):
    """A clause that the ruling rests on, and the rule set whose wording counts."""

    ruling = models.ForeignKey(Ruling, models.PROTECT, related_name="clauses")
    number = models.CharField(max_length=12)
    place = models.PositiveSmallIntegerField()

    class Meta:
        ordering: ClassVar = ["place"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["ruling", "number"], name="clause_cited_once"),
        ]
        triggers: ClassVar = [_only_in_a_draft("clauses_stay")]


class Skip(models.Model):
    """An exhibit that the author of a ruling did not open, and why not. Only the bench reads the words."""

    ruling = models.ForeignKey(Ruling, models.PROTECT, related_name="skips")
    exhibit = models.ForeignKey("evidence.Exhibit", models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["ruling", "exhibit"], name="skip_one_an_exhibit"),
        ]
        triggers: ClassVar = [_only_in_a_draft("skips_stay", words="reason")]


class Observation(models.Model):
    """What the author of a ruling noted on one point for themselves and the bench. It never leaves the house."""

    ruling = models.ForeignKey(Ruling, models.PROTECT, related_name="observations")
    point = models.ForeignKey("disputes.Point", models.PROTECT, related_name="+")
    text = models.CharField(max_length=1000, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["ruling", "point"], name="observation_one_a_point"),
        ]
        triggers: ClassVar = [_only_in_a_draft("observations_stay", words="text")]


class DraftAside(models.Model):
    """What a second tab typed into a draft that had moved on: kept beside it, so that nothing is lost or overwritten."""

    ruling = models.ForeignKey(Ruling, models.PROTECT, related_name="asides")
    tab = models.CharField(max_length=22, blank=True)
    based_on = models.PositiveIntegerField()
    body = models.JSONField()
    at = models.DateTimeField()


class Outgoing(models.Model):
    """A ruling that was sent out and can be called back ``until`` then (`outgoing`). ``version``: of the draft that was
    sent; ``role``: under which its author sent it. One that raises is backed off until ``retry_at`` and set aside after
    some tries: operations see it, and its author can call it back again.
    """

    ruling = models.OneToOneField(Ruling, models.PROTECT, related_name="outgoing")
    version = models.PositiveIntegerField()
    role = models.CharField(max_length=12)
    until = models.DateTimeField(db_index=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    retry_at = models.DateTimeField(null=True)
    set_aside_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["set_aside_at"], condition=Q(set_aside_at__isnull=False), name="outgoing_aside"),
        ]

    def can_be_called_back(self, now: datetime) -> bool:
        """Until its time is over, and again once it could not be served."""
        return now < self.until or self.set_aside_at is not None
