"""What differs between two papers, and nothing else, is shown: of two readings, and of two rulings."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from web.letter import Paper, Section
from web.letter_diff import passages

TEXT = st.text("甲乙丙你买家商 0123¥.，。", min_size=1, max_size=30)
LINES = st.lists(TEXT, max_size=5)


def a_paper(result: str, notes: list[str], items: list[str]) -> Paper:
    return Paper(
        lang="zh-Hans",
        title="裁决书",
        ref="DA-1",
        result=result,
        notes=tuple(notes),
        sections=(Section("一、认定的事实", items=tuple(items)),),
        signature=(),
        code="",
    )


@given(TEXT, LINES, LINES)
def test_a_paper_does_not_differ_from_itself(result: str, notes: list[str], items: list[str]) -> None:
    assert passages(a_paper(result, notes, items), a_paper(result, notes, items)) == []


@given(TEXT, LINES, LINES, TEXT, LINES, LINES)
def test_nothing_that_differs_is_lost_and_nothing_is_invented(
    result: str, notes: list[str], items: list[str], other: str, others: list[str], things: list[str]
) -> None:
    left, right = [result, *notes, *items], [other, *others, *things]
    found = passages(a_paper(result, notes, items), a_paper(other, others, things))
    shown = ["".join(text for _differs, text in passage.left) for passage in found]
    assert all(text in left for text in shown if text)
    missing = set(left) - set(right)
    assert missing <= set(shown)
    assert set(right) - set(left) <= {"".join(text for _differs, text in passage.right) for passage in found}
    for passage in found:
        assert any(differs for differs, _text in (*passage.left, *passage.right))


def test_only_the_words_that_differ_are_marked() -> None:
    (passage,) = passages(
        a_paper("退货退款：你将收到 ¥698.00。", [], []), a_paper("退货退款：由你退给买家 ¥698.00。", [], [])
    )
    assert "".join(text for differs, text in passage.left if not differs).startswith("退货退款：")
    assert all("¥698.00" not in text for differs, text in (*passage.left, *passage.right) if differs)


def test_passages_stand_beside_what_they_are_like_and_under_their_own_heading() -> None:
    found = passages(
        a_paper("驳回", ["不支持请求 0.00"], ["收到时壶身已有裂纹：支持商家", "注水后会渗水：支持商家"]),
        a_paper(
            "部分退款：退给买家 ¥673.20。",
            ["商家在裁决生效后 24 小时内退款，逾期由平台执行。", "商家责任 99%。"],
            ["收到时壶身已有裂纹：支持买家", "注水后会渗水：支持买家"],
        ),
    )
    pairs = [("".join(t for _d, t in one.left), "".join(t for _d, t in one.right)) for one in found if one.title]
    assert pairs == [
        ("收到时壶身已有裂纹：支持商家", "收到时壶身已有裂纹：支持买家"),
        ("注水后会渗水：支持商家", "注水后会渗水：支持买家"),
    ]
