"""The whole table of what is asked for: every type, both sides, every state of the order, every category of goods."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path
from xml.etree import ElementTree

import pytest

from evidence import checklist
from rulebook import editions
from rulebook.reference import page
from rulebook.rules import Rules, parse
from rulebook.schema import Bearer, Level, Need, Type

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "static" / "img" / "samples"
RULES: Rules = parse(editions.shipped_as("taobao-classic").body, version="2026.1")
GOODS = ("", *sorted({goods for kind in RULES.body.types for need in kind.checklist for goods in need.goods}))
SIDES = ("buyer", "merchant")


def cells() -> list[tuple[Type, str, tuple[Need, ...]]]:
    """Every checklist that anybody can meet, as (type, side, rows)."""
    return [
        (kind, side, kind.needs(side, state, goods))
        for kind in RULES.body.types
        for side, state, goods in product(SIDES, kind.states, GOODS)
    ]


def test_all_types_have_a_list_for_both_sides_whatever_was_bought() -> None:
    assert len(RULES.body.types) == 27 and len(GOODS) > 5
    assert all(rows for _kind, _side, rows in cells())


def test_nothing_is_required_of_a_side_that_it_does_not_have_to_prove() -> None:
    """Required is only what stands in a link of the burden chain that this side bears, or that each side bears itself."""
    wrong = {
        (kind.code, side, state, need.code)
        for kind in RULES.body.types
        for side, state, goods in product(SIDES, kind.states, GOODS)
        for need in kind.needs(side, state, goods)
        if need.level is Level.REQUIRED
        and not any(
            need.code in proof.evidence and proof.side in (Bearer(side), Bearer.ASSERTING)
            for proof in kind.burden.links(state)
        )
    }
    assert not wrong


def test_nothing_is_required_that_the_platform_has_on_record() -> None:
    """Records that take the place of a row leave it brought, and what is brought blocks nobody."""
    for kind, side, rows in cells():
        for state, need in product(kind.states, rows):
            records = [RULES.evidence(code) for code in need.replaced_by]
            assert all(record.automatic or record.platform_only for record in records), (kind.code, need.code)
            if need.level is not Level.REQUIRED or (need.states and state not in need.states):
                continue
            assert not RULES.evidence(need.code).automatic, (kind.code, need.code)
            for code in (need.code, *need.replaced_by):
                assert need.code not in checklist.missing(RULES, kind.code, side, state, [], automatic=(code,))


def test_one_kind_of_evidence_is_asked_for_once_whatever_was_bought() -> None:
    for kind, side, rows in cells():
        codes = [need.code for need in rows]
        assert len(codes) == len(set(codes)), (kind.code, side)


def test_goods_change_a_list_and_leave_all_others_alone() -> None:
    kind = RULES.type("QUALITY_LATENT")
    level = {
        goods: {n.code: n.level for n in kind.needs("buyer", "SIGNED", goods)}["E21"] for goods in ("", "cosmetics")
    }
    assert level == {"": Level.OPTIONAL, "cosmetics": Level.RECOMMENDED}
    assert kind.needs("buyer", "SIGNED", "kitchen") == kind.needs("buyer", "SIGNED")


def test_every_row_says_why_in_twenty_characters() -> None:
    for _kind, _side, rows in cells():
        for need in rows:
            why = RULES.why(need)
            assert len(why.zh_Hans) <= 20 and len(why.zh_Hant) <= 20, need.why
            assert len(why.en) <= 48, need.why


def test_a_row_that_asks_for_a_video_takes_one_and_nothing_takes_none() -> None:
    for evidence in RULES.body.evidence:
        taken = checklist.accepts(evidence, films=True)
        if evidence.automatic or evidence.platform_only:
            assert taken == ()
        elif "video" in evidence.media:
            assert "video" in taken, evidence.code
        else:
            assert "photo" in taken, evidence.code
    assert checklist.accepts(RULES.evidence("E07"), films=True) == ("video",)


# --- the drawings ---------------------------------------------------------------------------------------------


def test_everything_a_side_can_give_has_a_drawing_with_words_for_whoever_does_not_see_it() -> None:
    for evidence in RULES.body.evidence:
        given_by_a_side = not evidence.automatic and not evidence.platform_only
        assert (evidence.sample is not None) == given_by_a_side, evidence.code
        assert (SAMPLES / f"{evidence.code}.svg").exists() == given_by_a_side, evidence.code


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.svg")), ids=lambda path: path.stem)
def test_a_drawing_is_small_takes_the_colour_of_its_page_and_can_do_nothing(path: Path) -> None:
    text = path.read_text("utf-8")
    assert len(text.encode()) <= 3_000
    root = ElementTree.fromstring(text)
    tags = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert tags <= {"svg", "g", "path", "rect", "circle", "ellipse"}
    assert not re.search(r"#[0-9a-fA-F]{3,}|rgb|href|style|class=", text)
    assert root.find("{http://www.w3.org/2000/svg}g").get("id") == "s"  # type: ignore[union-attr]


def test_the_table_in_the_documents_is_fresh() -> None:
    path = ROOT / "docs" / "checklists.md"
    assert path.read_text("utf-8") == page(RULES), "run manage.py write_checklists"
