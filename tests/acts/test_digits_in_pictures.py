"""A waybill number in plain digits is read by the confined child, after the upload, where operations want that."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont

from common.actor import Actor
from common.acts import act
from common.errors import Refused
from evidence import apps, dossiers, intake, limits, media, numbers, orphans, preparation, sandbox
from evidence.decoding import digits
from evidence.models import Blob, Dossier, Exhibit, Preparation, PrintedNumbers
from tests import files

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
BUYER = Actor.buyer(7)
CARDBOARD = (180, 160, 140)


@pytest.fixture(autouse=True)
def wanted(settings: Any, tmp_path: Path) -> None:
    settings.HENG_OCR = True
    backend, place = "django.core.files.storage.FileSystemStorage", tmp_path / "shelf"
    settings.STORAGES = {**settings.STORAGES, "evidence": {"BACKEND": backend, "OPTIONS": {"location": str(place)}}}


@pytest.fixture
def dossier() -> Dossier:
    return act(dossiers.open_dossier)(NOON)


def a_label(printed: str, seen: str) -> bytes:
    """A label without bars, a third of the photo wide, as a phone takes it."""
    label = Image.new("RGB", (700, 400), "white")
    draw = ImageDraw.Draw(label)
    for place, (text, size) in enumerate(
        (("EXPRESS 2026-11-20", 40), (f"No {printed}", 42), ("138****0231  0.3 kg", 30))
    ):
        draw.text((30, 40 + 110 * place), text, font=ImageFont.load_default(size), fill="black")
    photo = Image.new("RGB", (1600, 1200), CARDBOARD)
    photo.paste(label, (450, 400))
    match seen:
        case "askew":
            photo = photo.rotate(14, fillcolor=CARDBOARD, resample=Image.Resampling.BICUBIC)
        case "upside down":
            photo = photo.rotate(180)
        case "dim":
            photo = ImageEnhance.Brightness(photo).enhance(0.25)
        case "from the side":
            corners = (-90, 70, 120, 1270, 1500, 1080, 1650, -30)
            photo = photo.transform(photo.size, Image.Transform.QUAD, corners, Image.Resampling.BICUBIC)
    return files.saved(photo.filter(ImageFilter.GaussianBlur(1)), "JPEG")


def add(dossier: Dossier, content: bytes) -> Exhibit:
    received = intake.receive(io.BytesIO(content), claimed_name="x.jpg", now=NOON)
    return act(dossiers.add)(dossier.pk, received, side="buyer", code="E07", actor=BUYER, now=NOON)


def prepare() -> None:
    while preparation.do_next(lambda: NOON):
        pass


def read_in(exhibit: Exhibit) -> list[dict[str, str]]:
    return list(PrintedNumbers.objects.get(blob_id=exhibit.blob_id).numbers)


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("运单号 7731 5508 2246", "773155082246"),
        ("NoSF1234567890123", "SF1234567890123"),
        ("NO: YT 8820-4417-6305", "YT882044176305"),
        ("JDVA00123456789", "JDVA00123456789"),
    ],
)
def test_a_number_is_found_in_its_line(line: str, number: str) -> None:
    assert number in digits.numbers_in(["EXPRESS", line])


def test_what_is_too_short_to_be_a_waybill_is_no_number() -> None:
    assert digits.numbers_in(["0.3 kg", "138****0231", "ABCDEFGH", "2026"]) == []
    assert len(digits.numbers_in([str(10**11 + n) for n in range(99)])) == digits.MOST


@pytest.mark.parametrize(
    ("printed", "seen"),
    [
        ("SF1234567890123", "straight"),
        ("7731 5508 2246 198", "askew"),
        ("431928847015", "upside down"),
        ("YT8820 4417 6305", "dim"),
        ("JD0093 5512 7784", "from the side"),
    ],
)
def test_a_number_in_plain_digits_is_known_again(dossier: Dossier, printed: str, seen: str) -> None:
    exhibit = add(dossier, a_label(printed, seen))
    assert not PrintedNumbers.objects.exists(), "at the upload nobody waits for this"
    prepare()
    kept, number = read_in(exhibit), printed.replace(" ", "")
    assert numbers.weigh(kept, [printed]) == numbers.Verdict(numbers.MATCHES, number[-4:])
    assert numbers.weigh(kept, ["SF9999999999999"]).code == numbers.DIFFERS
    assert not Preparation.objects.exists()
    # Not even four signs of it: among the numbers of a label may be a telephone.
    assert all(row.keys() == {"key", "digest"} for row in kept) and number[-4:] not in json.dumps(kept)


def test_a_photo_in_which_nothing_is_printed_was_looked_at(dossier: Dossier) -> None:
    exhibit = add(dossier, files.jpeg(4000, 3000))
    prepare()
    assert read_in(exhibit) == []
    assert exhibit.blob is not None and {"large", "display"} <= {copy.kind for copy in exhibit.blob.derivatives.all()}


@pytest.mark.parametrize("lacking", ["the wish", "the extra"])
def test_where_it_is_not_wanted_or_not_installed_nobody_looks(
    lacking: str, dossier: Dossier, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    if lacking == "the wish":
        settings.HENG_OCR = False
    else:
        monkeypatch.setattr(media, "reads_digits", lambda: False)
    add(dossier, files.jpeg())
    assert not Preparation.objects.exists() and not PrintedNumbers.objects.exists()
    assert [warning.id for warning in apps.what_is_wanted_is_installed()] == ["evidence.W001"] * (
        lacking == "the extra"
    )


def test_a_reader_that_fails_says_nothing_and_costs_the_exhibit_nothing(
    dossier: Dossier, monkeypatch: pytest.MonkeyPatch
) -> None:
    exhibit = add(dossier, files.jpeg())

    def fails(*args: object, **about: object) -> sandbox.Reading:
        raise Refused("too_complex")

    monkeypatch.setattr(sandbox, "read", fails)
    prepare()
    assert not PrintedNumbers.objects.exists()
    left = Preparation.objects.get()
    assert (left.code, left.told_at) == ("too_complex", NOON), "its side has no part in this"
    assert preparation.state(Exhibit.objects.get(pk=exhibit.pk)) == "ready"


def test_a_reader_that_was_taken_over_fills_no_database(dossier: Dossier, monkeypatch: pytest.MonkeyPatch) -> None:
    exhibit = add(dossier, files.jpeg())
    said = {"printed": [f"X{n:030}" for n in range(500)] + [{"a": 1}, None, 5]}
    monkeypatch.setattr(sandbox, "read", lambda *args, **about: sandbox.Reading(8, 8, 0, (), True, said, apart=True))
    prepare()
    assert len(read_in(exhibit)) == 48


def test_what_was_read_goes_with_the_file() -> None:
    received = intake.receive(io.BytesIO(files.jpeg()), claimed_name="x.jpg", now=NOON)
    PrintedNumbers.objects.create(blob_id=received.blob_id, read_at=NOON, numbers=[])
    assert orphans.collect(NOON + limits.ORPHANED_AFTER + timedelta(minutes=1)) == 1
    assert not PrintedNumbers.objects.exists() and not Blob.objects.exists()
