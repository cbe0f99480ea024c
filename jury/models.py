"""Jurors, panels, seats and ballots as facts. What may not happen to a vote is refused by PostgreSQL."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from common.ids import public_id
from jury.sortition import Background
from jury.tally import Verdict, Vote

SIDES = [("buyer", "buyer"), ("merchant", "merchant")]
BACKGROUNDS = [(one.value, one.value) for one in Background]


class Juror(models.Model):
    """Somebody who volunteered. Whether they may sit is asked anew for every panel (`standing.lacks`).

    ``passed_at`` is empty before the exam, and again while they have to learn again (``learning`` says why).
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="juror")
    background = models.CharField(max_length=8, choices=BACKGROUNDS)
    volunteered_at = models.DateTimeField()
    real_name_at = models.DateTimeField(null=True)
    # Empty before it is confirmed.
    real_name_by = models.CharField(max_length=11, blank=True, choices=[(who, who) for who in ("ops", "marketplace")])
    passed_at = models.DateTimeField(null=True)
    learning = models.CharField(max_length=8, blank=True, choices=[(code, code) for code in ("hasty", "controls")])
    suspended_at = models.DateTimeField(null=True)
    left_at = models.DateTimeField(null=True)
    # Votes that were counted.
    votes = models.PositiveIntegerField(default=0)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["id"],
                condition=Q(
                    real_name_at__isnull=False, passed_at__isnull=False, suspended_at__isnull=True, left_at__isnull=True
                ),
                name="jury_juror_ready",
            ),
            models.Index(
                fields=["volunteered_at", "id"],
                condition=Q(real_name_at__isnull=True, left_at__isnull=True),
                name="jury_juror_unnamed",
            ),
        ]


class Exam(models.Model):
    """One try at the mock cases. ``cases`` and ``answers`` stand in the same order; answered once."""

    juror = models.ForeignKey(Juror, models.PROTECT, related_name="exams")
    cases = ArrayField(models.CharField(max_length=24))
    answers = ArrayField(models.CharField(max_length=8), default=list)
    begun_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    right = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["juror"], condition=Q(done_at__isnull=True), name="exam_one_open_a_juror"),
        ]
        indexes: ClassVar = [models.Index(fields=["juror", "-begun_at"], name="exam_of_juror")]


class Control(models.Model):
    """A case with a known answer that a juror was given between real ones."""

    juror = models.ForeignKey(Juror, models.PROTECT, related_name="controls")
    case = models.CharField(max_length=24)
    answer = models.CharField(max_length=8)
    right = models.BooleanField()
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["juror", "-at", "-id"], name="control_of_juror")]


class Panel(models.Model):
    """The jury of one question. The rule is a copy from the case's rule set; the seed is wrapped until it is drawn with.

    ``candidates`` is the pool it was drawn from, as (juror, background, weight), and ``drawn_after`` the digest of the entry
    that the seed was mixed with, so that everybody can draw again.
    ``key`` opens the ballots and is wrapped (`sealing`); without it, once the case is erased, nobody opens them.
    """

    VOTING, CLOSED, DISSOLVED = "voting", "closed", "dissolved"

    public_id = models.CharField(max_length=26, unique=True, default=public_id)
    case = models.ForeignKey("disputes.Case", models.PROTECT, related_name="panels")
    round = models.PositiveSmallIntegerField()
    question = models.ForeignKey("disputes.Statement", models.PROTECT, related_name="+")
    size = models.PositiveSmallIntegerField()
    majority = models.PositiveSmallIntegerField()
    quorum = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, default=VOTING, choices=[(s, s) for s in (VOTING, CLOSED, DISSOLVED)])
    key = models.TextField()
    seed = models.TextField()
    candidates = models.JSONField(null=True)
    asked_at = models.DateTimeField()
    drawn_at = models.DateTimeField(null=True)
    drawn_after = models.CharField(max_length=64, blank=True)
    ended_at = models.DateTimeField(null=True)
    # How many ballots there were when it was last asked whether more could change anything.
    weighed = models.PositiveSmallIntegerField(default=0)
    # Counted when the vote is over; before that nobody has counted.
    verdict = models.CharField(max_length=12, blank=True, choices=[(one.value, one.value) for one in Verdict])
    for_buyer = models.PositiveSmallIntegerField(null=True)
    for_merchant = models.PositiveSmallIntegerField(null=True)
    unsure = models.PositiveSmallIntegerField(null=True)
    spoiled = models.PositiveSmallIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case"], condition=Q(state="voting"), name="panel_one_voting_a_case"),
            models.CheckConstraint(
                condition=Q(state="closed", verdict__gt="", for_buyer__isnull=False)
                | (~Q(state="closed") & Q(verdict="", for_buyer__isnull=True)),
                name="panel_counted_when_closed",
            ),
            models.CheckConstraint(
                condition=Q(size__gt=0, quorum__gt=0, quorum__lte=F("size"), majority__lte=F("size")),
                name="panel_rule_makes_sense",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["id"], condition=Q(state="voting"), name="panel_voting"),
            models.Index(fields=["case", "-id"], name="panel_of_case"),
            models.Index(fields=["ended_at", "id"], condition=Q(state="closed"), name="panel_closed"),
        ]
        triggers: ClassVar = [
            pgtrigger.Trigger(
                name="panels_end_once",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func="""
                    IF OLD.state = 'voting' THEN
                        RETURN NEW;
                    END IF;
                    IF NEW.key = '' AND to_jsonb(NEW) - 'key' = to_jsonb(OLD) - 'key' THEN
                        RETURN NEW;
                    END IF;
                    RAISE EXCEPTION 'what a jury said is not altered';
                """,
            ),
        ]


class Seat(models.Model):
    """One juror on one panel. ``token`` is its address; ``first`` is the side whose account stands first, as 甲.

    ``expires_at``: until when they come, then vote; after that somebody else is drawn. ``draft``: what they have written so
    far, sealed like a vote and gone with it.
    """

    SUMMONED, SITTING, VOTED = "summoned", "sitting", "voted"
    SKIPPED, RECUSED, ABSENT, RELEASED = "skipped", "recused", "absent", "released"
    OPEN = (SUMMONED, SITTING)
    REASONS = ("knows_somebody", "knows_the_case", "cannot_judge")

    token = models.CharField(max_length=26, unique=True, default=public_id)
    panel = models.ForeignKey(Panel, models.PROTECT, related_name="seats")
    juror = models.ForeignKey(Juror, models.PROTECT, related_name="seats")
    background = models.CharField(max_length=8, choices=BACKGROUNDS)
    first = models.CharField(max_length=8, choices=SIDES)
    state = models.CharField(
        max_length=8,
        default=SUMMONED,
        choices=[(s, s) for s in (SUMMONED, SITTING, VOTED, SKIPPED, RECUSED, ABSENT, RELEASED)],
    )
    reason = models.CharField(max_length=16, blank=True, choices=[(code, code) for code in REASONS])
    summoned_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True)
    sat_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    draft = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["panel", "juror"], name="seat_one_a_juror"),
            models.UniqueConstraint(
                fields=["juror"], condition=Q(state__in=["summoned", "sitting"]), name="seat_one_open_a_juror"
            ),
            models.CheckConstraint(condition=Q(draft="") | Q(state="sitting"), name="seat_drafts_while_sitting"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["expires_at", "id"], condition=Q(state__in=["summoned", "sitting"]), name="seat_expiring"
            ),
            models.Index(fields=["juror", "-summoned_at"], name="seat_of_juror"),
        ]


class Opened(models.Model):
    """That a juror looked at one exhibit, and when first."""

    seat = models.ForeignKey(Seat, models.PROTECT, related_name="opened")
    exhibit = models.ForeignKey("evidence.Exhibit", models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["seat", "exhibit"], name="jury_opened_once")]


def head_of(name: str) -> models.Func:
    """The first eight bytes of the SHA-256 of a digest in hex: what its receipt is read from (`ids.heads_of`).

    ``escape`` because ``convert_to`` does not count as immutable; of hexadecimal digits it makes the same bytes.
    """
    return models.Func(
        F(name), template="substr(sha256(decode(%(expressions)s, 'escape')), 1, 8)", output_field=models.BinaryField()
    )


class Ballot(models.Model):
    """A vote in its envelope. Once cast it only changes by being opened, when the vote is over.

    ``reason`` are the juror's own words, ``decisive`` the exhibits they name. All that was in the envelope is empty until
    then, and stays so where it is ``spoiled``: not the one that was cast. ``agreed``: with what the panel proposed.
    """

    seat = models.OneToOneField(Seat, models.PROTECT, related_name="ballot")
    commitment = models.CharField(max_length=64, unique=True)
    sealed = models.TextField()
    at = models.DateTimeField()
    read_for = models.DurationField()
    items = models.PositiveSmallIntegerField()
    opened_at = models.DateTimeField(null=True)
    vote = models.CharField(max_length=8, blank=True, choices=[(one.value, one.value) for one in Vote])
    salt = models.CharField(max_length=32, blank=True)
    reason = models.TextField(blank=True)
    decisive = ArrayField(models.BigIntegerField(), default=list)
    spoiled = models.BooleanField(default=False)
    agreed = models.BooleanField(null=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(opened_at__isnull=True, vote="", salt="", reason="", decisive=[], spoiled=False)
                | Q(opened_at__isnull=False),
                name="ballot_unread_until_opened",
            ),
        ]
        indexes: ClassVar = [models.Index(head_of("commitment"), name="ballot_receipt")]
        triggers: ClassVar = [
            pgtrigger.Trigger(
                name="ballots_are_cast_once",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                declare=[("opens", "text[]"), ("goes", "text[]")],
                func="""
                    opens := ARRAY['opened_at', 'vote', 'salt', 'reason', 'decisive', 'spoiled', 'agreed'];
                    goes := ARRAY['reason', 'erased_at'];
                    IF OLD.opened_at IS NULL AND NEW.opened_at IS NOT NULL
                        AND to_jsonb(NEW) - opens = to_jsonb(OLD) - opens THEN
                        RETURN NEW;
                    END IF;
                    IF OLD.opened_at IS NOT NULL AND OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL
                        AND to_jsonb(NEW) - goes = to_jsonb(OLD) - goes THEN
                        RETURN NEW;
                    END IF;
                    RAISE EXCEPTION 'a vote is cast once, and only opened afterwards';
                """,
            ),
            pgtrigger.Protect(name="ballots_stay", operation=pgtrigger.Delete),
        ]


class Rating(models.Model):
    """Whether one side found one juror's reason helpful, said once. It tells the juror, and weighs nowhere."""

    ballot = models.ForeignKey(Ballot, models.PROTECT, related_name="ratings")
    side = models.CharField(max_length=8, choices=SIDES)
    helpful = models.BooleanField()
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["ballot", "side"], name="rating_once_a_side")]
        triggers: ClassVar = [pgtrigger.Protect(name="ratings_stay", operation=pgtrigger.Update)]
