"""What a file hints at, by its own facts alone."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import translation

from evidence import numbers, signals, twins
from evidence.models import Sheet
from evidence.signals import Moments
from evidence.twins import Seen, Twins
from web.desk import signals as words

SIGNED = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
CLAIMED = SIGNED + timedelta(days=2)
MOMENTS = Moments(delivered_at=SIGNED, claimed_at=CLAIMED)
DAY = timedelta(days=1)


@dataclass
class Piece:
    kind: str = "image"
    side: str = "buyer"


def a_sheet(**said: Any) -> Sheet:
    values: dict[str, Any] = {"brightness": 120, "sharpness": 400, "make": "X", "model": "Y"}
    return Sheet(width=100, height=100, **(values | said))


def codes(piece: Piece | None = None, sheet: Sheet | None = None, seen: Twins | None = None, *checks: str) -> list[str]:
    found = signals.of(piece or Piece(), sheet or a_sheet(), MOMENTS, seen, frozenset(checks))
    return [signal.code for signal in found]


def test_an_ordinary_photo_hints_at_nothing() -> None:
    assert codes(sheet=a_sheet(taken_at=(SIGNED + DAY).isoformat())) == []


def test_what_has_no_file_has_no_hints() -> None:
    assert signals.of(Piece("text"), None, MOMENTS, None) == []


@pytest.mark.parametrize(
    ("side", "after", "found"),
    [
        ("buyer", -DAY, ["taken_before_delivery"]),
        ("merchant", -DAY, []),
        ("buyer", 3 * DAY, ["taken_after_claim"]),
        ("merchant", 3 * DAY, ["taken_after_claim"]),
        ("buyer", timedelta(0), []),
    ],
)
def test_the_clock_of_a_file_is_held_against_delivery_and_claim(side: str, after: timedelta, found: list[str]) -> None:
    assert codes(Piece(side=side), a_sheet(taken_at=(SIGNED + after).isoformat())) == found


def test_a_clock_without_an_offset_is_read_in_the_platforms_zone() -> None:
    """12:00 in Shanghai is 04:00 UTC: the very moment of delivery, and not eight hours after it."""
    assert codes(sheet=a_sheet(taken_at="2026-11-20T11:59:59")) == ["taken_before_delivery"]
    assert codes(sheet=a_sheet(taken_at="2026-11-20T12:00:00")) == []


@pytest.mark.parametrize("said", ["Adobe Photoshop 26.0 (Windows)", "美图秀秀 10", "Snapseed 2.0", "Lavf60.16.100"])
def test_a_program_that_edits_is_named(said: str) -> None:
    assert "edited" in codes(sheet=a_sheet(software=said))


@pytest.mark.parametrize("said", ["", "17.5.1", "HUAWEI P60 4.2.0", "MediaTek Camera Application"])
def test_a_camera_is_no_editor(said: str) -> None:
    assert signals.edited_by(said) == ""


def test_a_file_that_says_nothing_of_itself_is_told_and_a_pdf_is_not() -> None:
    bare = a_sheet(make="", model="")
    assert codes(sheet=bare) == ["no_metadata"]
    assert codes(Piece("pdf"), bare) == []


def test_a_number_that_was_read_is_held_against_the_parcels_of_the_order() -> None:
    asked = frozenset({"waybill_readable"})
    parcels = Moments(SIGNED, CLAIMED, waybills=("SF1234567890123", "YT0000111122223"))

    def told(printed: list[str] | None, moments: Moments = parcels) -> list[tuple[str, str]]:
        found = signals.of(Piece(), a_sheet(numbers=numbers.keep(printed)), moments, None, asked)
        return [(signal.code, signal.data.get("ending", "")) for signal in found]

    assert told(["sf 1234 5678 90123"]) == [("waybill_matches", "0123")]
    assert told(["https://x.example/t?no=YT0000111122223&x=1"]) == [("waybill_matches", "2223")]
    assert told(["6901234567892", "SF1234567890123"]) == [("waybill_matches", "0123")]
    assert told(["SF9999999999999"]) == [("waybill_differs", "9999")]
    assert told([]) == told(["HELLO WORLD", "12345"]) == [("waybill_none", "")]
    assert told(None) == told(["SF9999999999999"], MOMENTS) == [("waybill_not_checked", "")]
    with translation.override("en"):
        assert "0123" in words.words(signals.Signal("waybill_matches", {"ending": "0123"}))


BARS = ["SF9999999999999"]


@pytest.mark.parametrize(
    ("coded", "printed", "found"),
    [
        ([], ["No SF1234567890123", "SF1234567890123"], "waybill_read"),
        (None, ["运单号 SF 1234 5678 90123"], "waybill_read"),
        (BARS, ["SF1234567890123"], "waybill_read"),
        (["SF1234567890123"], [], "waybill_matches"),
        (BARS, ["2026-11-20 21:14"], "waybill_differs"),
        ([], ["2026-11-20 21:14"], "waybill_not_read"),
        (None, [], "waybill_not_read"),
        ([], None, "waybill_none"),
        (None, None, "waybill_not_checked"),
    ],
)
def test_printed_digits_are_asked_after_the_bars_and_say_so(
    coded: list[str] | None, printed: list[str] | None, found: str
) -> None:
    parcels = Moments(SIGNED, CLAIMED, waybills=("SF1234567890123",))
    kept = numbers.keep(printed, ends=False)
    sheet = a_sheet(numbers=numbers.keep(coded))
    told = signals.of(Piece(), sheet, parcels, None, frozenset({"waybill_readable"}), kept)
    assert [signal.code for signal in told] == [found]
    assert told[0].data.get("ending") == {"waybill_differs": "9999"}.get(found, "0123" if told[0].data else None)
    with translation.override("en"):
        said = words.words(told[0])
    # Whoever reads it knows what was looked at, and what was not.
    assert ("plain digits" in said.lower()) == (found in ("waybill_read", "waybill_not_read", "waybill_none"))
    assert ("were not read" in said) == (found == "waybill_none")


def test_of_a_number_in_a_picture_only_its_end_can_be_read_in_the_database() -> None:
    kept = numbers.keep(["SF1234567890123"])
    assert kept is not None and "12345678" not in json.dumps(kept) and kept[0]["last"] == "0123"
    again = numbers.keep(["SF1234567890123"])
    assert again == kept
    assert numbers.keep("no list") is None and numbers.keep([7, None]) == []
    assert len(numbers.keep([f"SF{n:013}" for n in range(99)]) or []) == 16


def test_under_a_key_that_is_gone_nothing_is_said_of_a_number(settings: Any) -> None:
    kept, wanted = numbers.keep(["SF1234567890123"]), ("SF1234567890123",)
    settings.SECRET_KEY, old = "another-key-another-key-another-key", settings.SECRET_KEY
    assert numbers.weigh(kept, wanted).code == numbers.UNCHECKED
    settings.SECRET_KEY_FALLBACKS = [old]
    assert numbers.weigh(kept, wanted) == numbers.Verdict(numbers.MATCHES, "0123")


def test_what_no_machine_has_read_is_said_to_be_unread() -> None:
    assert codes(None, None, None, "clear", "waybill_readable") == ["waybill_not_checked"]
    assert codes(None, None, None, "waybill_at_start") == ["waybill_not_checked"]


def test_dark_and_unsharp_pictures_are_named() -> None:
    assert codes(sheet=a_sheet(brightness=10, sharpness=3)) == ["too_dark", "too_blurred"]


def test_copies_come_first_and_say_how_many_and_when_but_never_whose() -> None:
    seen = Twins(same_here=Seen(1, SIGNED, SIGNED), alike_elsewhere=Seen(3, SIGNED, CLAIMED))
    found = signals.of(Piece(), a_sheet(software="GIMP"), MOMENTS, seen)
    assert [signal.code for signal in found] == ["same_here", "alike_elsewhere", "edited"]
    with translation.override("en"):
        assert words.words(found[1]) == (
            "Pictures that look almost the same are in 3 other cases (20 Nov 2026 – 22 Nov 2026)."
        )


@pytest.mark.parametrize("language", ["en", "zh-hans", "zh-hant"])
def test_every_hint_is_a_sentence_in_every_language(language: str) -> None:
    data = {"count": 2, "first": SIGNED, "last": CLAIMED, "at": SIGNED, "by": "GIMP", "ending": "0123"}
    with translation.override(language):
        said = [words.words(signals.Signal(code, data)) for code in signals.CODES]
    assert len(set(said)) == len(signals.CODES)
    assert all("{" not in text and "%(" not in text for text in said)
    if language != "en":
        assert not any(text.isascii() for text in said)


def test_pictures_that_differ_in_six_bits_share_a_quarter_but_for_one_bit() -> None:
    dhash = 0x3C5A96E10FB7D248
    for spread in ((0, 1, 17, 18, 33, 50), (0, 16, 17, 32, 33, 48), (3, 4, 5, 20, 36, 60)):
        other = dhash
        for bit in spread:
            other ^= 1 << bit
        asked = twins.quarters(f"{other:016x}")
        assert any(f"{dhash:016x}"[4 * place : 4 * place + 4] in values for place, values in enumerate(asked)), spread


def test_flat_pictures_are_compared_with_nothing() -> None:
    assert twins.quarters("") == twins.quarters("0" * 16) == twins.quarters("f" * 16) == [[], [], [], []]
    assert twins.quarters("00ff" * 4) != [[], [], [], []]
