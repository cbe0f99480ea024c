"""What the linter lets through has everything; take one thing away and it says which."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbitration import linter
from arbitration.calculator import Calculation
from arbitration.linter import ClauseView, Earlier, ExhibitView, PointView, Problem, RulingView, check
from disputes.awards import AwardLine, Payer

LINES = (AwardLine("goods", "paid_by_share", 68_000),)


def a_view(points: int = 2, exhibits: tuple[str, ...] = ("B1", "B2", "M1"), **changes: Any) -> RulingView:
    """A ruling that lacks nothing: the last exhibit is not admitted, everything else is."""
    admitted, refused = exhibits[:-1], exhibits[-1:]
    numbers = "、".join(str(number) for number in range(1, points + 1))
    values: dict[str, Any] = {
        "points": tuple(PointView(number, "buyer") for number in range(1, points + 1)),
        "exhibits": (
            *(ExhibitView(number, True, "full", "", True) for number in admitted),
            *(ExhibitView(number, True, "none", "time_unknown", True) for number in refused),
        ),
        "clauses": (ClauseView("4.2", True, True),),
        "admission_reasons": frozenset({"time_unknown", "edited"}),
        "burden_clause": "2.3",
        "remedy": "R3",
        "remedy_fits": True,
        "gated": False,
        "ground": "",
        "grounds": frozenset({"CONSENT", "COUNTERFEIT"}),
        "merchant_share": 10_000,
        "freight_payer": Payer.MERCHANT,
        "payer_by_rule": Payer.MERCHANT,
        "amount": 68_000,
        "lines": LINES,
        "expected": Calculation(68_000, LINES, True, True, 0, Payer.MERCHANT),
        "reasons": f"争点 {numbers}：签收当晚报损，凭证 {'、'.join(admitted)} 显示裂纹贯通，"
        "商家没有证明交付时完好，应由商家承担。",
        "names": ("林知夏", "沈云汀"),
    }
    return RulingView(**(values | changes))


def codes(view: RulingView) -> list[str]:
    return [problem.code for problem in check(view)]


def test_a_complete_ruling_has_no_problem() -> None:
    assert check(a_view()) == []


@given(points=st.integers(1, 12), buyers=st.integers(0, 12), merchants=st.integers(1, 12))
def test_no_ruling_passes_that_leaves_out_a_point_or_an_exhibit(points: int, buyers: int, merchants: int) -> None:
    exhibits = (
        *(f"B{number}" for number in range(1, buyers + 1)),
        *(f"M{number}" for number in range(1, merchants + 1)),
    )
    view = a_view(points, exhibits)
    assert check(view) == []
    for index, point in enumerate(view.points):
        without = replace(view, points=(*view.points[:index], replace(point, finding=""), *view.points[index + 1 :]))
        assert Problem("finding_missing", f"point:{point.number}") in check(without)
    for index, exhibit in enumerate(view.exhibits):
        weighed = (*view.exhibits[:index], replace(exhibit, verdict=""), *view.exhibits[index + 1 :])
        assert Problem("admission_missing", f"exhibit:{exhibit.number}") in check(replace(view, exhibits=weighed))
        unseen = (*view.exhibits[:index], replace(exhibit, seen=False), *view.exhibits[index + 1 :])
        assert check(replace(view, exhibits=unseen)) == [Problem("exhibit_unseen", f"exhibit:{exhibit.number}")]


@given(points=st.integers(2, 12), data=st.data())
def test_reasons_that_omit_a_point_or_an_admitted_exhibit_do_not_pass(points: int, data: st.DataObject) -> None:
    view = a_view(points, tuple(f"B{number}" for number in range(1, 6)))
    omitted = data.draw(st.integers(1, points))
    listed = "、".join(str(number) for number in range(1, points + 1) if number != omitted)
    reasons = f"争点 {listed}：凭证 B1、B2、B3 显示裂纹贯通，商家没有证明交付时完好，理由到此已经足够长了。"
    found = check(replace(view, reasons=reasons))
    assert Problem("reasons_omit_point", f"point:{omitted}") in found
    assert Problem("reasons_omit_exhibit", "exhibit:B4") in found


@given(amount=st.integers(0, 10**9))
def test_only_the_calculated_sum_passes(amount: int) -> None:
    assert ("award_differs" in codes(a_view(amount=amount))) == (amount != 68_000)


def test_other_lines_with_the_same_sum_do_not_pass() -> None:
    assert codes(a_view(lines=(AwardLine("goods", "value_by_share", 68_000),))) == ["award_differs"]


def test_a_part_or_a_refusal_of_an_exhibit_needs_a_reason_that_the_rules_know() -> None:
    unreasoned = tuple(replace(exhibit, verdict="part", reason="") for exhibit in a_view().exhibits)
    assert codes(a_view(exhibits=("B1", "M1"))) == []
    assert "admission_reason_missing" in codes(replace(a_view(), exhibits=unreasoned))
    unknown = tuple(replace(exhibit, verdict="none", reason="mood") for exhibit in a_view().exhibits)
    assert "admission_reason_unknown" in codes(replace(a_view(), exhibits=unknown))


def test_nothing_is_admitted_or_named_that_the_other_side_could_not_see_for_a_day() -> None:
    view = a_view()
    fresh = (replace(view.exhibits[0], citable=False), *view.exhibits[1:])
    assert codes(replace(view, exhibits=fresh)) == ["exhibit_not_yet_citable"]
    refused = (replace(view.exhibits[0], citable=False, verdict="none", reason="edited"), *view.exhibits[1:])
    assert codes(replace(view, exhibits=refused)) == ["exhibit_not_yet_citable"]
    silent = replace(view, exhibits=refused, reasons=view.reasons.replace("B1", ""))
    assert check(silent) == []


def test_a_refund_without_return_needs_exactly_one_known_ground() -> None:
    gate = {"remedy": "R1", "gated": True}
    assert codes(a_view(**gate)) == ["ground_missing"]
    assert codes(a_view(**gate, ground="BECAUSE")) == ["ground_unknown"]
    assert codes(a_view(**gate, ground="CONSENT")) == []
    assert codes(a_view(**gate, ground="CONSENT", refuted=frozenset({"CONSENT"}))) == ["ground_contradicted"]
    assert codes(a_view(**gate, ground="COUNTERFEIT", refuted=frozenset({"CONSENT"}))) == []


@pytest.mark.parametrize(
    ("remedy", "amount", "deducted", "found"),
    [
        ("R2", 68_000, 0, ["partial_is_whole"]),
        ("R16", 68_000, 0, ["partial_is_whole"]),
        ("R2", 67_999, 0, []),
        ("R2", 68_000, 1_000, []),
        ("R3", 68_000, 0, []),  # the goods go back
    ],
)
def test_all_of_the_price_and_the_goods_is_no_partial_refund(
    remedy: str, amount: int, deducted: int, found: list[str]
) -> None:
    lines = (
        AwardLine("goods", "value_by_share", amount),
        *([AwardLine("deduction", "deducted", -deducted)] if deducted else []),
    )
    total = amount - deducted
    calculated = Calculation(total, lines, remedy == "R3", True, 0, Payer.MERCHANT)
    assert codes(a_view(remedy=remedy, left=68_000, amount=total, lines=lines, expected=calculated)) == found


def test_what_is_undetermined_is_decided_by_the_burden_rule_and_says_so() -> None:
    open_point = (PointView(1, "buyer"), PointView(2, "undetermined"))
    silent = a_view().reasons.replace("商家没有证明交付时完好，", "")
    assert check(replace(a_view(reasons=silent), points=open_point)) == [Problem("burden_rule_missing", "point:2")]
    cited = replace(a_view(reasons=silent), points=open_point, clauses=(ClauseView("2.3", True, True),))
    assert check(cited) == []
    stated = replace(a_view(reasons=silent + "举证责任在商家。"), points=open_point)
    assert check(stated) == []


@pytest.mark.parametrize(
    ("clauses", "code"),
    [
        ((), "clause_missing"),
        ((ClauseView("9.9", False, False),), "clause_unknown"),
        ((ClauseView("4.2", True, False),), "clause_not_in_force"),
    ],
)
def test_cited_clauses_exist_and_were_in_force(clauses: tuple[ClauseView, ...], code: str) -> None:
    assert codes(a_view(clauses=clauses)) == [code]


def test_a_dismissal_bears_no_share_and_everything_else_does() -> None:
    assert "share_contradicts_remedy" in codes(a_view(remedy="R7"))
    assert "share_contradicts_remedy" in codes(a_view(merchant_share=0))
    assert "share_missing" in codes(a_view(merchant_share=None))


def test_freight_follows_the_rule_where_there_is_one() -> None:
    assert codes(a_view(freight_payer=Payer.BUYER)) == ["freight_not_by_rule"]
    assert codes(a_view(freight_payer=Payer.BUYER, payer_by_rule=None)) == []


@pytest.mark.parametrize(
    "said",
    ["林知夏", "电话 138 0013 8000", "+86-13800138000", "0571-88888888", "a.b@example.org", "11010519491231002X"],
)
def test_reasons_name_nobody(said: str) -> None:
    assert codes(a_view(reasons=a_view().reasons + said)) == ["reasons_name_somebody"]


def test_amounts_times_and_tracking_numbers_are_no_telephone_numbers() -> None:
    plain = "应退 ¥13,800.00，签收于 2026-11-18 14:26，运单 SF1380013800012345。"
    assert check(a_view(reasons=a_view().reasons + plain)) == []


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("争点 1、2 成立", {1, 2}),
        ("争点一和争点二", {1, 2}),
        ("第 1、3 个争点", {1, 3}),
        ("第十二点", {12}),
        ("争点1～3", {1, 2, 3}),
        ("Points 1 and 2; point 4", {1, 2, 4}),
        ("爭點 2 至 4", {2, 3, 4}),
        ("依第 2.3 条，签收后 1 天", set()),
        ("第 5 条", set()),
        ("争点 2.3", set()),
    ],
)
def test_points_are_found_as_people_write_them(text: str, points: set[int]) -> None:
    assert linter._points_in(text) == points


@pytest.mark.parametrize(
    ("text", "exhibits"),
    [
        ("凭证 B2、B3 和 M1", {"B2", "B3", "M1"}),
        ("B1～B3", {"B1", "B2", "B3"}),
        ("B1-3", {"B1", "B2", "B3"}),
        ("型号 AB2X、B2C 平台", set()),
        ("见B12，平台记录P3", {"B12", "P3"}),
    ],
)
def test_exhibits_are_found_as_people_write_them(text: str, exhibits: set[str]) -> None:
    assert linter.exhibits_in(text) == exhibits


def test_an_exhibit_that_is_not_on_the_file_cannot_be_cited() -> None:
    assert check(a_view(reasons=a_view().reasons + "另见 B9。")) == [
        Problem("reasons_cite_unknown_exhibit", "exhibit:B9")
    ]


def in_kind(**changes: Any) -> RulingView:
    expected = Calculation(0, (), False, True, 0, Payer.NOBODY, substitute=12_000)
    values: dict[str, Any] = {"remedy": "R5", "amount": 0, "lines": (), "expected": expected}
    return a_view(**(values | {"payer_by_rule": None} | changes))


def test_a_ruling_in_kind_states_what_is_owed_if_it_is_not_done() -> None:
    assert codes(in_kind()) == []
    nothing = Calculation(0, (), False, True, 0, Payer.NOBODY)
    assert check(in_kind(expected=nothing)) == [Problem("substitute_missing", "value")]
    assert codes(a_view()) == []


def test_a_sum_beyond_its_cap_is_refused_with_the_clause() -> None:
    found = check(a_view(over_caps=(("deduction", "3.12"),)))
    assert found == [Problem("deduction_over_cap", "deduction:3.12")]
    assert found[0].as_refusal().data["number"] == "3.12"


def test_another_freight_than_the_rule_gives_needs_words() -> None:
    silent = {"return_freight_by_rule": 1_200, "return_freight": 3_000}
    assert codes(a_view(**silent)) == ["return_freight_unexplained"]
    reasons = a_view().reasons + "退回运费按票据为 30 元。"
    assert codes(a_view(**silent, reasons=reasons)) == []
    assert codes(a_view(return_freight_by_rule=1_200, return_freight=None)) == []
    assert codes(a_view(return_freight_by_rule=1_200, return_freight=1_200)) == []


def test_a_gift_that_is_deducted_and_a_fee_that_is_borne_are_stated() -> None:
    assert "deduction_missing" in codes(a_view(remedy="R15"))
    assert "deduction_missing" not in codes(a_view(remedy="R15", deduction=500))
    assert "fee_missing" in codes(a_view(remedy="R13"))
    assert "fee_missing" not in codes(a_view(remedy="R13", compensation=500))


@pytest.mark.parametrize(
    ("jury", "share", "said", "lacks"),
    [
        ("", 0, "", False),
        ("buyer", 10_000, "", False),
        ("buyer", 3_000, "", False),
        ("merchant", 0, "", False),
        ("buyer", 0, "", True),
        ("merchant", 3_000, "", True),
        ("merchant", 3_000, "大众评审多数认为是开片，但照片显示裂纹贯通。", False),
        ("buyer", 0, "The jury saw it otherwise.", False),
        ("buyer", None, "", False),
    ],
)
def test_whoever_departs_from_a_jury_says_so(jury: str, share: int | None, said: str, lacks: bool) -> None:
    view = a_view(jury=jury, merchant_share=share)
    assert ("reasons_omit_jury" in codes(replace(view, reasons=view.reasons + said))) == lacks
    unfound = replace(view, points=(*view.points[:-1], replace(view.points[-1], finding="")))
    assert "reasons_omit_jury" not in codes(unfound)


@given(name=st.text(st.characters(exclude_characters="〔〕"), max_size=20))
def test_reasons_with_a_gap_that_a_template_left_do_not_pass_and_the_gap_is_named(name: str) -> None:
    view = a_view()
    found = check(replace(view, reasons=f"{view.reasons}〔{name}〕"))
    is_year = len(name) == 4 and name.isdecimal()
    assert (Problem("reasons_slot_open", f"slot:{name.strip()}") in found) is not is_year


def test_the_year_of_a_document_is_no_gap() -> None:
    assert codes(a_view(reasons=a_view().reasons + "参照法释〔2022〕8号第 10 条。")) == []
    assert linter.slots("〔why〕 and 〔why〕, 〔when〕, 法释〔2022〕8号") == ["why", "when"]


FINDINGS = st.sampled_from(["buyer", "merchant", "undetermined"])


@given(
    was=st.lists(FINDINGS, min_size=1, max_size=5),
    data=st.data(),
    remedies=st.tuples(st.sampled_from(["R2", "R3", "R7"]), st.sampled_from(["R2", "R3", "R7"])),
    added=st.sampled_from(["", "\n", " ", "经复核改判。", "\n另外，运费由商家承担。"]),
    before=st.booleans(),
)
def test_words_that_were_written_for_another_result_do_not_pass(
    was: list[str], data: st.DataObject, remedies: tuple[str, str], added: str, before: bool
) -> None:
    now = data.draw(st.lists(FINDINGS, min_size=len(was), max_size=len(was)))
    old = a_view(points=len(was)).reasons
    earlier = Earlier(tuple(enumerate(was, start=1)), remedies[0], old)
    view = a_view(
        points=len(was),
        remedy=remedies[1],
        reasons=f"{added}{old}" if before else f"{old}{added}",
        earlier=(earlier,),
    )
    view = replace(view, points=tuple(PointView(number, found) for number, found in enumerate(now, start=1)))
    contradicts = now != was or (remedies[0] != remedies[1] and not added.strip())
    assert ("reasons_not_rewritten" in codes(view)) == contradicts
    assert "reasons_not_rewritten" not in codes(replace(view, reasons=f"争点 1：原裁决认为「{old}」，复核后不采纳。"))
    assert "reasons_not_rewritten" not in codes(replace(view, earlier=()))
