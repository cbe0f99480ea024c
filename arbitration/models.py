"""What the bench writes down: rulings, findings, admissions, approvals, appeals. Knows no money and moves no state.

What must never be true is refused by PostgreSQL: two rulings in force in one round, an approval or a decision on appeal by
whoever ruled, a word changed after it was proposed.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

SIDES = [("buyer", "buyer"), ("merchant", "merchant")]


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


class Sitting(models.Model):
    """Who has a case open to write on it, until when. ``tab``: which of their pages wrote last; ``turn``: how often."""

    case = models.OneToOneField("disputes.Case", models.PROTECT, related_name="sitting")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    tab = models.CharField(max_length=22, blank=True)
    turn = models.PositiveIntegerField(default=0)
    until = models.DateTimeField()


class DraftAside(models.Model):
    """What a second tab typed into a draft that had moved on: kept beside it, so that nothing is lost or overwritten."""

    ruling = models.ForeignKey(Ruling, models.PROTECT, related_name="asides")
    tab = models.CharField(max_length=22, blank=True)
    based_on = models.PositiveIntegerField()
    body = models.JSONField()
    at = models.DateTimeField()


class Approval(models.Model):
    """A second pair of eyes on a proposed ruling. ``author`` repeats the ruling's, so that a constraint can see both."""

    APPROVED, RETURNED = "approved", "returned"

    ruling = models.OneToOneField(Ruling, models.PROTECT, related_name="approval")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    approver = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    decision = models.CharField(max_length=8, choices=[(d, d) for d in (APPROVED, RETURNED)])
    reason = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(approver=F("author")), name="approval_by_somebody_else"),
            models.CheckConstraint(
                condition=Q(decision="approved") | ~Q(reason="") | Q(erased_at__isnull=False),
                name="approval_returned_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True) | Q(reason=""), name="approval_erased_says_nothing"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["approver", "-at"], name="approval_of_senior")]
        triggers: ClassVar = [
            pgtrigger.Protect(name="approvals_stay", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="approvals_unaltered",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                declare=[("goes", "text[]")],
                func="""
                    goes := ARRAY['reason', 'erased_at'];
                    IF OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL
                        AND to_jsonb(NEW) - goes = to_jsonb(OLD) - goes THEN
                        RETURN NEW;
                    END IF;
                    RAISE EXCEPTION 'an approval is not altered, but for its erasure';
                """,
            ),
            pgtrigger.Trigger(
                name="approval_names_the_author",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    IF NEW.author_id <> (SELECT r.author_id FROM arbitration_ruling r WHERE r.id = NEW.ruling_id) THEN
                        RAISE EXCEPTION 'an approval names the author of its ruling';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]


class Appeal(models.Model):
    """One side's appeal against the ruling of one round: once, on one ground, decided by somebody else.

    ``points`` are the numbers of the findings attacked, ``exhibits`` the ids of what came with the filing.
    ``ruling_author`` repeats the author of the ruling appealed, so that a constraint can see both.
    """

    NEW_EVIDENCE, PROCEDURE, RULE_ERROR = "new_evidence", "procedure", "rule_error"
    GROUNDS = (NEW_EVIDENCE, PROCEDURE, RULE_ERROR)
    UPHELD, CHANGED, SENT_BACK = "upheld", "changed", "sent_back"

    case = models.ForeignKey("disputes.Case", models.PROTECT, related_name="appeals")
    round = models.PositiveSmallIntegerField()
    side = models.CharField(max_length=8, choices=SIDES)
    ruling = models.ForeignKey(Ruling, models.PROTECT, related_name="appeals")
    ruling_author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    ground = models.CharField(max_length=16, choices=[(g, g) for g in GROUNDS])
    points = ArrayField(models.PositiveSmallIntegerField(), default=list)
    exhibits = ArrayField(models.BigIntegerField(), default=list)
    statement = models.ForeignKey("disputes.Statement", models.PROTECT, related_name="+")
    filed_at = models.DateTimeField()
    answer = models.ForeignKey("disputes.Statement", models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    taken_at = models.DateTimeField(null=True)
    decision = models.CharField(max_length=9, blank=True, choices=[(d, d) for d in (UPHELD, CHANGED, SENT_BACK)])
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reasons = models.TextField(blank=True, max_length=8000)
    decided_at = models.DateTimeField(null=True)
    language = models.CharField(max_length=10, blank=True)
    letter = models.JSONField(null=True)
    letter_code = models.CharField(max_length=14, blank=True)
    letter_digest = models.CharField(max_length=64, blank=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["ruling_author", "-decided_at"],
                condition=Q(decision__in=["changed", "sent_back"]),
                name="appeal_overturned",
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "round", "side"], name="appeal_once_a_side"),
            models.UniqueConstraint(fields=["case"], condition=Q(decided_at__isnull=True), name="appeal_one_open"),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("ruling_author")),
                name="appeal_decided_by_somebody_else",
            ),
            models.CheckConstraint(
                condition=Q(decision="", decided_at__isnull=True, decided_by__isnull=True, reasons="")
                | (
                    Q(decided_at__isnull=False, decided_by__isnull=False)
                    & ~Q(decision="")
                    & (~Q(reasons="") | Q(erased_at__isnull=False))
                ),
                name="appeal_decided_with_reasons",
            ),
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True) | Q(letter__isnull=True, reasons=""),
                name="appeal_erased_says_nothing",
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="appeals_stay", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="appeals_unaltered",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                declare=[("goes", "text[]")],
                func="""
                    IF TG_OP = 'UPDATE' AND (OLD.erased_at IS NOT NULL OR NEW.erased_at IS NOT NULL) THEN
                        goes := ARRAY['reasons', 'letter', 'erased_at'];
                        IF OLD.erased_at IS NULL AND to_jsonb(NEW) - goes = to_jsonb(OLD) - goes THEN
                            RETURN NEW;
                        END IF;
                        RAISE EXCEPTION 'an appeal is erased once, as a whole, and stays so';
                    END IF;
                    IF NEW.ruling_author_id
                        <> (SELECT r.author_id FROM arbitration_ruling r WHERE r.id = NEW.ruling_id) THEN
                        RAISE EXCEPTION 'an appeal names the author of the ruling appealed';
                    END IF;
                    IF TG_OP = 'UPDATE' AND (OLD.decided_at IS NOT NULL OR
                        (OLD.ruling_id, OLD.side, OLD.ground, OLD.points, OLD.statement_id, OLD.filed_at)
                        IS DISTINCT FROM
                        (NEW.ruling_id, NEW.side, NEW.ground, NEW.points, NEW.statement_id, NEW.filed_at)) THEN
                        RAISE EXCEPTION 'an appeal that was decided, or what was filed, is not altered';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]


class HandBack(models.Model):
    """Somebody gave a case back to the queue. ``recused``: they will not get it again. The words are for the bench only."""

    REASONS = ("overload", "not_my_field", "conflict", "absence", "other")

    case = models.ForeignKey("disputes.Case", models.PROTECT, related_name="hand_backs")
    round = models.PositiveSmallIntegerField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="hand_backs")
    reason = models.CharField(max_length=16, choices=[(r, r) for r in REASONS])
    text = models.CharField(max_length=500, blank=True)
    recused = models.BooleanField(default=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["user", "case"], condition=Q(recused=True), name="hand_back_recused"),
        ]


class SecondReader(models.Model):
    """The senior who checks a proposed ruling now: meanwhile nobody else signs or returns it."""

    ruling = models.OneToOneField(Ruling, models.PROTECT, related_name="second_reader")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()


class Seen(models.Model):
    """Who of the bench opened which exhibit, first when."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    exhibit = models.ForeignKey("evidence.Exhibit", models.PROTECT, related_name="seen_by")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["exhibit", "user"], name="seen_once"),
        ]


class Annotation(models.Model):
    """A place on a picture that the bench marked, in thousandths of its width and height; a point where the corners are one.

    ``office``: the number of whoever marked it. It stays inside until its author puts it in the letter.
    """

    case = models.ForeignKey("disputes.Case", models.PROTECT, related_name="annotations")
    exhibit = models.ForeignKey("evidence.Exhibit", models.PROTECT, related_name="annotations")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    office = models.CharField(max_length=20, blank=True)
    page = models.PositiveSmallIntegerField(default=0)
    left = models.PositiveSmallIntegerField()
    top = models.PositiveSmallIntegerField()
    right = models.PositiveSmallIntegerField()
    bottom = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=200)
    in_letter = models.BooleanField(default=False)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(left__lte=F("right"), right__lte=1000, top__lte=F("bottom"), bottom__lte=1000),
                name="annotation_within_the_picture",
            ),
        ]


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


class DeskSettings(models.Model):
    """How somebody of the bench works (`preferences`). ``keys``: action → key code; ``views``: name and query of each."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="desk_settings")
    keys_on = models.BooleanField(default=True)
    keys = models.JSONField(default=dict)
    compact = models.BooleanField(default=False)
    swapped = models.BooleanField(default=False)
    goes_on = models.BooleanField(default=False)
    views = models.JSONField(default=list)
    saved_at = models.DateTimeField(null=True)


# Models of other modules of this room; Django finds them by this one.
from arbitration.calibration_models import ClauseNote as ClauseNote  # noqa: E402
from arbitration.calibration_models import Draw as Draw  # noqa: E402
from arbitration.calibration_models import DrawFinding as DrawFinding  # noqa: E402
from arbitration.precedent_models import Deviation as Deviation  # noqa: E402
from arbitration.precedent_models import DrawnLine as DrawnLine  # noqa: E402
from arbitration.precedent_models import Precedent as Precedent  # noqa: E402
from arbitration.print_models import Print as Print  # noqa: E402
