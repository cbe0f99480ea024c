"""What was shown, by whom, and the seal on it, as facts. A dossier knows no case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q

from evidence.models.files import Blob


class Holder(models.TextChoices):
    """Who put an exhibit in. The platform puts in its own records and is no side."""

    BUYER = "buyer"
    MERCHANT = "merchant"
    PLATFORM = "platform"


PREFIXES = {Holder.BUYER.value: "B", Holder.MERCHANT.value: "M", Holder.PLATFORM.value: "P"}


class Kind(models.TextChoices):
    IMAGE = "image"
    PDF = "pdf"
    VIDEO = "video"
    TEXT = "text"  # typed by a party: {"text": …}
    CHAT = "chat"  # chosen by a party from the platform's own record: {"chat": …, "of": …}
    RECORD = "record"  # what the platform holds: a snapshot, a chat, a trace


@dataclass(frozen=True, slots=True)
class Receipt:
    """What whoever put an exhibit in is given, to keep: what, when, and its SHA-256 in hex."""

    number: str
    at: datetime
    sha256: str
    code: str


class Dossier(models.Model):
    """What one dispute rests on. Sealed at the end of a round; an appeal reopens it as the next round."""

    opened_at = models.DateTimeField()
    round = models.PositiveSmallIntegerField(default=1)
    sealed_at = models.DateTimeField(null=True)

    class Meta:
        triggers: ClassVar = [
            pgtrigger.Protect(name="dossiers_stay", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="seal_or_reopen",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func="""
                    IF NEW.id = OLD.id AND NEW.opened_at = OLD.opened_at AND (
                        (OLD.sealed_at IS NULL AND NEW.round = OLD.round)
                        OR (OLD.sealed_at IS NOT NULL AND NEW.sealed_at IS NULL AND NEW.round = OLD.round + 1)
                    ) THEN
                        RETURN NEW;
                    END IF;
                    RAISE EXCEPTION 'a dossier is sealed once a round, and reopened only as the next';
                """,
            ),
        ]


class Exhibit(models.Model):
    """One piece of evidence: a file, a typed text, or a record of the platform.

    ``place`` counts per dossier and holder, is never reused, and gives the number people say: B2.
    ``visible_at`` is when the other side could first see it. A withdrawn exhibit keeps its row, its number
    and its digest. So does one that was erased (`evidence.erasure`): its bytes and words are gone, and
    ``words_digest`` is what a seal knows of its name and note.
    """

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="exhibits")
    public_id = models.CharField(max_length=26, unique=True)
    side = models.CharField(max_length=8, choices=Holder.choices)
    place = models.PositiveSmallIntegerField()
    round = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=8, choices=Kind.choices)
    code = models.CharField(max_length=8)
    blob = models.ForeignKey(Blob, models.PROTECT, null=True, related_name="exhibits")
    content = models.JSONField(null=True)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    name = models.CharField(max_length=120, blank=True)
    note = models.CharField(max_length=500, blank=True)
    added_role = models.CharField(max_length=12)
    added_by = models.BigIntegerField(null=True)
    client_id = models.BigIntegerField(null=True)
    added_at = models.DateTimeField()
    visible_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    receipt_code = models.CharField(max_length=14, db_index=True)
    erased_at = models.DateTimeField(null=True)
    words_digest = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["dossier", "side", "place"], name="evidence_one_exhibit_a_number"),
            models.UniqueConstraint(
                fields=["dossier", "side", "sha256"],
                condition=Q(withdrawn_at__isnull=True),
                name="evidence_same_bytes_once_a_side",
            ),
            models.CheckConstraint(
                condition=Q(
                    kind__in=["image", "pdf", "video"], blob__isnull=False, content__isnull=True, erased_at__isnull=True
                )
                | Q(
                    kind__in=["text", "chat", "record"],
                    blob__isnull=True,
                    content__isnull=False,
                    erased_at__isnull=True,
                )
                | Q(blob__isnull=True, content__isnull=True, name="", note="", erased_at__isnull=False),
                name="exhibit_is_bytes_or_words",
            ),
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True, words_digest="")
                | (Q(erased_at__isnull=False) & ~Q(words_digest="")),
                name="exhibit_erased_keeps_a_digest",
            ),
            models.CheckConstraint(
                condition=Q(kind="record", side="platform") | (~Q(kind="record") & ~Q(side="platform")),
                name="records_are_the_platforms",
            ),
            models.CheckConstraint(condition=Q(place__gte=1), name="exhibit_numbers_start_at_one"),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="exhibits_stay", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="exhibits_keep_the_seal",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                declare=[("sealed", "timestamptz"), ("current_round", "int"), ("goes", "text[]")],
                # FOR SHARE: whoever seals waits for this row, and this row for whoever seals.
                # Erasure comes after every seal, once, and takes all that the constraints then want gone.
                func="""
                    IF TG_OP = 'UPDATE' AND (NEW.erased_at IS NOT NULL OR OLD.erased_at IS NOT NULL) THEN
                        goes := ARRAY['content', 'blob_id', 'name', 'note', 'erased_at', 'words_digest'];
                        IF OLD.erased_at IS NULL AND to_jsonb(NEW) - goes = to_jsonb(OLD) - goes THEN
                            RETURN NEW;
                        END IF;
                        RAISE EXCEPTION 'an exhibit is erased once, as a whole, and stays so';
                    END IF;
                    SELECT d.sealed_at, d.round INTO sealed, current_round
                      FROM evidence_dossier d WHERE d.id = NEW.dossier_id FOR SHARE;
                    IF sealed IS NOT NULL OR NEW.round <> current_round THEN
                        RAISE EXCEPTION 'the dossier is sealed';
                    END IF;
                    IF TG_OP = 'UPDATE' AND (
                        to_jsonb(NEW) - ARRAY['withdrawn_at', 'visible_at']
                            <> to_jsonb(OLD) - ARRAY['withdrawn_at', 'visible_at']
                        OR NEW.withdrawn_at IS DISTINCT FROM COALESCE(OLD.withdrawn_at, NEW.withdrawn_at)
                        OR NEW.visible_at IS DISTINCT FROM COALESCE(OLD.visible_at, NEW.visible_at)
                    ) THEN
                        RAISE EXCEPTION 'an exhibit is only ever shown, once, or withdrawn, once';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    @property
    def number(self) -> str:
        """B2, M1, P3: how people and rulings name this exhibit."""
        return f"{PREFIXES[self.side]}{self.place}"

    def as_entry_data(self) -> dict[str, Any]:
        """What the journal may say of this exhibit: ids and digests, no name and no words."""
        return {"exhibit": self.public_id, "number": self.number, "code": self.code, "sha256": self.sha256}

    def receipt(self) -> Receipt:
        return Receipt(self.number, self.added_at, self.sha256, self.receipt_code)


class RecordPicture(models.Model):
    """A picture that a platform's record names by its SHA-256, and where the record says it is. Fetched once for all cases.

    ``tries`` counts claims; nobody else claims it before ``retry_at``. ``code`` says why the last try failed.
    """

    sha256 = models.CharField(max_length=64, unique=True)
    url = models.CharField(max_length=500)
    wanted_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    retry_at = models.DateTimeField()
    blob = models.OneToOneField(Blob, models.PROTECT, null=True, related_name="picture")
    failed_at = models.DateTimeField(null=True)
    code = models.CharField(max_length=40, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["retry_at", "id"],
                condition=Q(blob__isnull=True, failed_at__isnull=True),
                name="evidence_pictures_to_fetch",
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(blob__isnull=True) | Q(failed_at__isnull=True), name="picture_is_here_or_given_up"
            ),
        ]


class Seal(models.Model):
    """What a dossier held when a round ended, signed. Nobody can say later that another exhibit was, or was not, there.

    ``manifest`` is what is signed: round, moment, how many exhibits, the Merkle root over their records, and ``about``,
    what whoever sealed put beside it (case, journal head, rule sets). ``records`` are the leaves in their order, so that a
    reader can be shown some and still check all. ``digest`` is that of ``manifest`` written canonically.
    """

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="seals")
    round = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    manifest = models.JSONField()
    records = models.JSONField(default=list)
    digest = models.CharField(max_length=64)
    key_id = models.CharField(max_length=16)
    signature = models.CharField(max_length=86)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["dossier", "round"], name="evidence_one_seal_a_round"),
            # Format 1 was not signed; none is made any more.
            models.CheckConstraint(condition=Q(manifest__format=1) | ~Q(signature=""), name="seal_is_signed"),
        ]
        triggers: ClassVar = [pgtrigger.Protect(name="seals_stay", operation=pgtrigger.Update | pgtrigger.Delete)]
