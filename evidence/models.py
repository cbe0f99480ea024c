"""Dossiers, exhibits and bytes as facts. Knows no case, no order and no rule about who may see what.

What is append-only here is so by trigger: bytes and seals never change, and a sealed round takes nothing in
or back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q
from django.db.models.functions import Substr


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


class Blob(models.Model):
    """Bytes as received, under a key that begins with their own SHA-256.

    Every intake has its own blob, also of equal bytes: one party never learns from a shortcut that another
    party, or another case, holds the same file, and one party's file can be erased without touching
    another's. Several exhibits may point at one blob.
    """

    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.PositiveBigIntegerField()
    mime = models.CharField(max_length=40)
    key = models.CharField(max_length=160, unique=True)
    received_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["received_at", "id"], name="evidence_blob_received")]
        constraints: ClassVar = [models.CheckConstraint(condition=Q(size__gt=0), name="blob_is_not_empty")]
        triggers: ClassVar = [pgtrigger.Protect(name="blobs_stay", operation=pgtrigger.Update)]


class Sheet(models.Model):
    """What a file turned out to be when it was read, and what it says of itself. Written once, by the reader.

    Width and height in pixels, upright; of a PDF its first page as drawn. ``taken_at`` is ISO 8601, without an offset where
    the device knew none: it is what the file claims, and no proof. Whether there is a position in the file stands here; the
    position does not.
    """

    blob = models.OneToOneField(Blob, models.PROTECT, related_name="sheet", primary_key=True)
    read_at = models.DateTimeField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    pages = models.PositiveSmallIntegerField(default=0)
    taken_at = models.CharField(max_length=32, blank=True)
    make = models.CharField(max_length=60, blank=True)
    model = models.CharField(max_length=60, blank=True)
    software = models.CharField(max_length=60, blank=True)
    has_position = models.BooleanField(default=False)
    milliseconds = models.PositiveIntegerField(default=0)
    fps_hundredths = models.PositiveIntegerField(default=0)
    codec = models.CharField(max_length=16, blank=True)
    sound = models.CharField(max_length=16, blank=True)
    # Of the picture as shown: 64 bits in hex; mean of 0 to 255; variance of the Laplacian.
    dhash = models.CharField(max_length=16, blank=True, db_index=True)
    brightness = models.PositiveSmallIntegerField(null=True)
    sharpness = models.PositiveSmallIntegerField(null=True)

    # Of the barcodes in it, as `numbers` keeps them; null where nobody looked.
    numbers = models.JSONField(null=True)

    class Meta:
        indexes: ClassVar = [
            # The four quarters of the hash: pictures that look alike share one of them, or all but one bit of it. Not
            # partial: PostgreSQL would not use their statistics, and read the whole table.
            models.Index(Substr("dhash", 1, 4), name="evidence_alike_1"),
            models.Index(Substr("dhash", 5, 4), name="evidence_alike_2"),
            models.Index(Substr("dhash", 9, 4), name="evidence_alike_3"),
            models.Index(Substr("dhash", 13, 4), name="evidence_alike_4"),
        ]
        triggers: ClassVar = [pgtrigger.Protect(name="sheets_stay", operation=pgtrigger.Update)]


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


class Preparation(models.Model):
    """What is left to be made of a file of an exhibit: its film, its further pages, its large copy. Gone when all is made.

    ``owner`` is whose it is, so that nobody's files wait for somebody's five thousand. ``tries`` counts claims, and
    whoever dies in one leaves it counted: after three it is set aside. ``retry_at``: nobody else takes it before.
    ``code`` and ``data`` say why it was refused, ``told_at`` that its side knows.
    """

    blob = models.OneToOneField(Blob, models.PROTECT, related_name="preparation")
    owner = models.CharField(max_length=40)
    begun_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    retry_at = models.DateTimeField()
    refused_at = models.DateTimeField(null=True)
    set_aside_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)
    code = models.CharField(max_length=40, blank=True)
    data = models.JSONField(default=dict)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["owner", "id"],
                condition=Q(refused_at__isnull=True, set_aside_at__isnull=True),
                name="evidence_to_be_prepared",
            ),
            models.Index(
                fields=["id"],
                condition=Q(told_at__isnull=True) & (Q(refused_at__isnull=False) | Q(set_aside_at__isnull=False)),
                name="evidence_to_be_told",
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(refused_at__isnull=True) | ~Q(code=""), name="preparation_is_refused_for_a_reason"
            ),
        ]

    @property
    def is_over(self) -> bool:
        return self.refused_at is not None or self.set_aside_at is not None


class Derivative(models.Model):
    """A clean copy made from a blob: "display", "thumb" and "large" of a picture, "page_1" … of a PDF, "film" of a video.

    A film is sent in ranges, so that ``pieces`` has the SHA-256 of each of its pieces, one after the other; a still is
    checked whole.
    """

    blob = models.ForeignKey(Blob, models.PROTECT, related_name="derivatives")
    kind = models.CharField(max_length=12)
    key = models.CharField(max_length=180, unique=True)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    pieces = models.BinaryField(null=True)

    class Meta:
        ordering: ClassVar = ["kind"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["blob", "kind"], name="evidence_one_copy_of_a_kind"),
        ]
        triggers: ClassVar = [pgtrigger.Protect(name="copies_stay", operation=pgtrigger.Update)]


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


# Models of other modules of this room; Django finds them by this one.
from evidence.library_models import LibraryItem as LibraryItem  # noqa: E402
from evidence.masking_models import Mask as Mask  # noqa: E402
from evidence.masking_models import Opening as Opening  # noqa: E402
from evidence.quarantine_models import Quarantined as Quarantined  # noqa: E402
from evidence.quarantine_models import Scan as Scan  # noqa: E402


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


class Round(models.Model):
    """How far the daily reading of all files has come. One row: whoever reads holds it until ``held_until``."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    begun_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    after_blob = models.BigIntegerField(default=0)
    files = models.PositiveBigIntegerField(default=0)
    held_until = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=Q(id=1), name="round_is_one_row")]


class Damage(models.Model):
    """A file of an exhibit that is gone or differs from what was received. ``gone_at``: it was found whole again.

    It goes with the blob: what nobody keeps any more cannot be damaged.
    """

    blob = models.ForeignKey(Blob, models.CASCADE, related_name="damages")
    kind = models.CharField(max_length=12)
    state = models.CharField(max_length=8, choices=[("missing", "missing"), ("altered", "altered")])
    found_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["blob", "kind"], condition=Q(gone_at__isnull=True), name="damage_told_once"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["found_at"], condition=Q(gone_at__isnull=True), name="evidence_damaged_now"),
        ]
