"""Files that come in pieces, as facts, until they are exhibits or are given up."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from evidence.models.dossiers import Dossier, Exhibit, Holder
from evidence.models.files import Blob


class Upload(models.Model):
    """A file of one side that is still coming in, piece by piece.

    While it is ``OPEN`` it holds a place and its whole length of its side's quota, until ``expires_at``. What
    a side abandons expires; what is ``WHOLE`` does not: it is bytes that somebody was promised to be kept.
    ``token`` is its address: 256 random bits. Without a dossier it is for the shelf of the shop ``merchant_id``.

    ``for_form``: it becomes nothing by itself. Once it was read it is ``HELD``, with its ``blob``, and ``TAKEN`` when its
    sender sends the form that it belongs to.
    """

    OPEN, WHOLE, HELD, TAKEN, REFUSED, GIVEN_UP = "open", "whole", "held", "taken", "refused", "given_up"
    STATES: ClassVar = [OPEN, WHOLE, HELD, TAKEN, REFUSED, GIVEN_UP]

    token = models.CharField(max_length=43, unique=True)
    dossier = models.ForeignKey(Dossier, models.PROTECT, null=True, related_name="uploads")
    side = models.CharField(max_length=8, choices=Holder.choices)
    sent_by = models.BigIntegerField(null=True)
    merchant_id = models.BigIntegerField(null=True)
    client_id = models.BigIntegerField(null=True)
    # What the sender says: how the file is called, which row it answers, what it shows, how long it is, and
    # the SHA-256 of its first megabyte, by which the same file is known again on another device.
    claimed_name = models.CharField(max_length=255, blank=True)
    code = models.CharField(max_length=8, blank=True)
    title = models.CharField(max_length=120, blank=True)
    note = models.CharField(max_length=500, blank=True)
    for_form = models.BooleanField(default=False)
    length = models.PositiveBigIntegerField()
    head = models.CharField(max_length=64, blank=True)
    # How much of it is here.
    offset = models.PositiveBigIntegerField(default=0)
    state = models.CharField(max_length=8, default=OPEN)
    begun_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    whole_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    # Of a whole one: how often and when it was last tried to make it an exhibit, and what came of it.
    tries = models.PositiveSmallIntegerField(default=0)
    tried_at = models.DateTimeField(null=True)
    exhibit = models.ForeignKey(Exhibit, models.PROTECT, null=True, related_name="+")
    blob = models.ForeignKey(Blob, models.PROTECT, null=True, related_name="uploads")
    was_there = models.BooleanField(default=False)
    refusal = models.JSONField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["dossier", "side"], name="evidence_uploads_of_a_side"),
            models.Index(fields=["sent_by", "begun_at"], name="evidence_uploads_of_a_person"),
            models.Index(fields=["state", "expires_at"], name="evidence_uploads_to_tend"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(length__gt=0, offset__lte=models.F("length")), name="upload_fits"),
            models.CheckConstraint(
                condition=Q(state="open", whole_at__isnull=True, closed_at__isnull=True)
                | Q(state="whole", whole_at__isnull=False, closed_at__isnull=True, offset=models.F("length"))
                | Q(state="held", for_form=True, blob__isnull=False, closed_at__isnull=True)
                | (Q(state="taken", closed_at__isnull=False) & (Q(exhibit__isnull=False) | Q(for_form=True)))
                | Q(state="refused", refusal__isnull=False, closed_at__isnull=False)
                | Q(state="given_up", closed_at__isnull=False),
                name="upload_ends_as_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(dossier__isnull=False) | Q(side="merchant", merchant_id__isnull=False, for_form=True),
                name="upload_is_for_a_dossier_or_a_shelf",
            ),
            models.CheckConstraint(
                condition=Q(blob__isnull=True) | Q(state="held"), name="upload_claims_bytes_while_it_is_held"
            ),
        ]


class Part(models.Model):
    """Some bytes of an upload in the storage, from ``start`` on.

    The row comes before the bytes, so that nothing lies in the storage that no row knows. Only a part that
    is ``kept`` counts: of two senders who race for one place, one is kept and the other is swept away.
    """

    upload = models.ForeignKey(Upload, models.CASCADE, related_name="parts")
    start = models.PositiveBigIntegerField()
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    key = models.CharField(max_length=160, unique=True)
    kept = models.BooleanField(default=False)
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["start"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["upload", "start"], condition=Q(kept=True), name="upload_has_one_part_a_place"
            ),
            models.CheckConstraint(condition=Q(size__gt=0), name="part_is_not_empty"),
        ]
