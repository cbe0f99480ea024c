"""What is asked of a side, and what is never asked for twice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from evidence import checklist
from evidence.checklist import Status

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Need:
    side: str
    code: str
    level: str
    why: str = "because"
    states: tuple[str, ...] = ()
    goods: tuple[str, ...] = ()
    replaced_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class Type:
    checklist: tuple[Need, ...]

    def needs(self, side: str, order_state: str, goods: str = "") -> tuple[Need, ...]:
        return tuple(n for n in self.checklist if n.side == side and (not n.states or order_state in n.states))


class Rules:
    def type(self, code: str) -> Type:
        return {
            "DAMAGED": Type(
                (
                    Need("buyer", "E01", "automatic"),
                    Need("buyer", "E06", "required"),
                    Need("buyer", "E05", "required", states=("SIGNED",)),
                    Need("buyer", "E07", "recommended"),
                    Need("merchant", "E03", "required"),
                    Need("merchant", "E11", "required", replaced_by=("E29",)),
                )
            )
        }[code]


@dataclass(frozen=True)
class Piece:
    side: str
    code: str
    number: str
    withdrawn_at: datetime | None = None


RULES = Rules()


def missing(side: str, *pieces: Piece, state: str = "SIGNED", automatic: tuple[str, ...] = ()) -> list[str]:
    return checklist.missing(RULES, "DAMAGED", side, state, pieces, automatic)


def test_nothing_given_means_that_all_required_rows_are_missing_in_their_order() -> None:
    assert missing("buyer") == ["E06", "E05"]


def test_a_row_that_is_not_for_this_order_state_is_not_asked_for() -> None:
    assert missing("buyer", state="COMPLETED") == ["E06"]


def test_an_exhibit_of_ones_own_meets_its_row() -> None:
    assert missing("buyer", Piece("buyer", "E06", "B1")) == ["E05"]


def test_a_withdrawn_exhibit_meets_nothing() -> None:
    assert missing("buyer", Piece("buyer", "E06", "B1", withdrawn_at=NOON)) == ["E06", "E05"]


def test_the_other_sides_exhibit_does_not_discharge_my_burden() -> None:
    assert missing("buyer", Piece("merchant", "E06", "M1")) == ["E06", "E05"]


def test_what_the_platform_holds_is_never_asked_for() -> None:
    assert missing("merchant", Piece("platform", "E03", "P3")) == ["E11"]
    assert missing("merchant", automatic=("E03",)) == ["E11"]


def test_a_record_that_shows_the_same_takes_the_place_of_a_row() -> None:
    assert missing("merchant", Piece("platform", "E03", "P3"), Piece("platform", "E29", "P4")) == []
    assert missing("merchant", automatic=("E03", "E29")) == []
    assert missing("merchant", Piece("platform", "E03", "P3"), Piece("merchant", "E29", "M1")) == ["E11"]


def test_a_recommended_row_never_blocks() -> None:
    given = [Piece("buyer", "E06", "B1"), Piece("buyer", "E05", "B2")]
    assert missing("buyer", *given) == []


def test_each_row_says_who_met_it_and_with_what() -> None:
    pieces = [
        Piece("platform", "E01", "P1"),
        Piece("buyer", "E06", "B1"),
        Piece("buyer", "E06", "B2", withdrawn_at=NOON),
        Piece("buyer", "E06", "B3"),
    ]
    rows = checklist.rows(RULES, "DAMAGED", "buyer", "SIGNED", pieces)
    assert [(row.code, row.level, row.status, row.exhibits) for row in rows] == [
        ("E01", "automatic", Status.BROUGHT, ("P1",)),
        ("E06", "required", Status.MET, ("B1", "B3")),
        ("E05", "required", Status.OPEN, ()),
        ("E07", "recommended", Status.OPEN, ()),
    ]
    assert [row.code for row in rows if row.blocks] == ["E05"]


def test_a_type_the_rules_do_not_have_is_an_error_and_not_an_empty_list() -> None:
    with pytest.raises(LookupError):
        checklist.rows(RULES, "NO_SUCH_TYPE", "buyer", "SIGNED", [])


@dataclass(frozen=True)
class Sort:
    media: tuple[str, ...]
    automatic: bool = False
    platform_only: bool = False


@pytest.mark.parametrize(
    ("sort", "mime", "said"),
    [
        (Sort(("photo",)), "image/jpeg", ""),
        (Sort(("photo",)), "video/mp4", ""),
        (Sort(("photo",)), "application/pdf", ""),
        (Sort(("video",)), "image/jpeg", "evidence_kind_differs"),
        (Sort(("video",)), "application/pdf", "evidence_kind_differs"),
        (Sort(("video",)), "video/mp4", ""),
        (Sort(("photo", "video")), "video/quicktime", ""),
        (Sort(("pdf",)), "image/jpeg", ""),  # a page, photographed
        (Sort(("photo", "pdf")), "application/pdf", ""),
        (Sort(("text",)), "image/png", ""),  # a screenshot
        (Sort(("record",)), "application/pdf", ""),
        (Sort(("record",), automatic=True), "image/png", "evidence_code_unknown"),
        (Sort(("record",), platform_only=True), "image/png", "evidence_code_unknown"),
        (None, "image/png", "evidence_code_unknown"),
    ],
)
def test_a_row_takes_only_what_it_asks_for(sort: Sort | None, mime: str, said: str):
    assert checklist.against(sort, mime, films=True) == said


def test_where_no_video_can_be_read_photos_of_it_stand_for_it():
    assert checklist.against(Sort(("video",)), "image/jpeg", films=False) == ""
    assert checklist.against(Sort(("video",)), "application/pdf", films=False) == "evidence_kind_differs"


@pytest.mark.parametrize(
    ("sort", "films", "taken"),
    [
        (Sort(("photo", "pdf")), True, ("photo", "video", "pdf")),
        (Sort(("video",)), True, ("video",)),
        (Sort(("video",)), False, ("photo",)),
        (Sort(("photo",)), False, ("photo", "pdf")),
        (Sort(("record",), automatic=True), True, ()),
        (None, True, ()),
    ],
)
def test_a_picker_offers_just_what_its_row_takes(sort: Sort | None, films: bool, taken: tuple[str, ...]):
    assert checklist.accepts(sort, films=films) == taken
