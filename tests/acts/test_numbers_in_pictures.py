"""A label's barcode in a photo is read by the confined child, and no more of it is kept than is needed to know it again."""

from __future__ import annotations

import io
import json

import pytest
from PIL import Image, ImageFilter

from common import clock
from evidence import intake, numbers, sandbox
from evidence.decoding import codes
from evidence.models import Sheet
from tests import files

zxingcpp = pytest.importorskip("zxingcpp")
pytestmark = pytest.mark.django_db
NUMBER = "SF1234567890123"


def a_label(number: str = NUMBER, *, angle: float = 8) -> bytes:
    """A label on a parcel as a phone takes it: askew, a little soft, a quarter of the picture wide."""
    bars = zxingcpp.create_barcode(number, zxingcpp.BarcodeFormat.Code128).to_image(scale=3)
    seen = memoryview(bars)
    label = Image.frombytes("L", (seen.shape[1], seen.shape[0]), seen.tobytes()).resize((700, 180))
    photo = Image.new("RGB", (2400, 1800), (180, 160, 140))
    photo.paste(label.convert("RGB"), (900, 800))
    photo = photo.rotate(angle, fillcolor=(180, 160, 140)).filter(ImageFilter.GaussianBlur(1))
    return files.saved(photo, "JPEG")


def received(content: bytes) -> Sheet:
    made = intake.receive(io.BytesIO(content), claimed_name="x.jpg", now=clock.now())
    return Sheet.objects.get(blob_id=made.blob_id)


@pytest.mark.parametrize("angle", [0, 8, 90, 187])
def test_a_number_on_a_label_is_known_again(angle: float) -> None:
    sheet = received(a_label(angle=angle))
    assert numbers.weigh(sheet.numbers, [NUMBER]) == numbers.Verdict(numbers.MATCHES, "0123")
    assert numbers.weigh(sheet.numbers, ["YT0000111122223"]) == numbers.Verdict(numbers.DIFFERS, "0123")
    assert "1234567890" not in json.dumps(sheet.numbers)


def test_a_photo_without_a_code_says_that_there_is_none() -> None:
    assert numbers.weigh(received(files.jpeg(800, 600)).numbers, [NUMBER]) == numbers.Verdict(numbers.NONE)


def test_without_the_reader_nothing_is_said_of_a_photo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "zxingcpp", None)
    assert codes.of(Image.new("RGB", (8, 8))) == {}
    assert numbers.keep(codes.of(Image.new("RGB", (8, 8))).get("printed")) is None


def test_a_child_that_was_taken_over_fills_no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    said = {"printed": [f"X{n:030}" for n in range(500)] + [{"a": 1}, None, 5]}
    read = sandbox.read

    def lies(*args: object, **about: object) -> sandbox.Reading:
        reading = read(*args, **about)  # type: ignore[arg-type]
        return sandbox.Reading(reading.width, reading.height, reading.pages, reading.copies, reading.isolated, said)

    monkeypatch.setattr(sandbox, "read", lies)
    assert len(received(files.jpeg()).numbers or []) == 16
