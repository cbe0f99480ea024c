"""Who may sit, whose votes weigh more, who has to learn again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from jury import measures, neutral, standing
from jury.standing import Past, Volunteer

FIT = Volunteer(active=True, real_name=True, known_for=timedelta(days=90), on_the_bench=False, passed=True)
HASTY, SLOW = Past(False, timedelta(seconds=19), 4), Past(False, timedelta(seconds=20), 4)


@pytest.mark.parametrize(
    ("change", "lacks"),
    [
        ({}, []),
        ({"active": False}, ["account_is_disabled"]),
        ({"real_name": False}, ["real_name_missing"]),
        ({"known_for": timedelta(days=90) - timedelta(seconds=1)}, ["known_too_shortly"]),
        ({"known_for": None}, ["known_too_shortly"]),
        ({"on_the_bench": True}, ["is_on_the_bench"]),
        ({"passed": False, "real_name": False}, ["real_name_missing", "exam_missing"]),
    ],
)
def test_a_juror_has_a_name_a_past_no_other_office_and_has_passed(change: dict[str, object], lacks: list[str]) -> None:
    assert standing.lacks(replace(FIT, **change)) == lacks  # type: ignore[arg-type]


def test_experience_doubles_the_weight_at_twenty_votes_and_no_further() -> None:
    assert [standing.weight(votes) for votes in (0, 10, 20, 500)] == [1000, 1500, 2000, 2000]


def test_four_of_five_is_passed() -> None:
    assert [right for right in range(6) if standing.passes(right)] == [4, 5]


def test_only_dissent_without_looking_is_hasty() -> None:
    assert standing.hasty(HASTY)
    assert not standing.hasty(SLOW)
    assert not standing.hasty(replace(HASTY, agreed=True))
    assert not standing.hasty(replace(HASTY, agreed=None))


def test_three_hasty_votes_of_ten_or_two_wrong_controls_of_three_send_somebody_back_to_learn() -> None:
    assert standing.must_learn_again([HASTY] * 2 + [SLOW] * 8, []) == ""
    assert standing.must_learn_again([SLOW] * 7 + [HASTY] * 3, []) == "hasty"
    assert standing.must_learn_again([SLOW] * 10 + [HASTY] * 3, []) == ""  # long ago
    assert standing.must_learn_again([], [False, True, False]) == "controls"
    assert standing.must_learn_again([], [True, True, False, False]) == ""


def test_every_fifth_vote_is_followed_by_a_case_with_a_known_answer() -> None:
    assert [votes for votes in range(12) if standing.owes_control(votes, 0)] == [5, 6, 7, 8, 9, 10, 11]
    assert not standing.owes_control(9, 1) and standing.owes_control(10, 1)


def test_fewer_than_thirty_say_nothing() -> None:
    assert measures.share(20, 29) is None
    half = measures.share(500, 1000)
    assert half is not None and half.holds(500) and (half.low, half.high) == (469, 531)
    leaning = measures.share(600, 1000)
    assert leaning is not None and not leaning.holds(500)


LABELS = {"buyer": "乙方", "merchant": "甲方"}


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("林知夏说云汀陶社不退。", "***说***不退。"),
        ("卖家让我打 13812345678", "甲方让我打 ***"),
        ("买家要 ¥680.00，我们出 100 元", "乙方要 ***，我们出 ***"),
        ("加微信 lin@example.org 或 https://t.cn/x", "加微信 *** 或 ***"),
        ("运单 SF1234567890 已签收", "运单 *** 已签收"),
        ("案件 DA-20261129-ABCDEFG", "案件 ***"),
        ("The seller says the buyer broke it", "The 甲方 says 乙方 broke it"),
        ("壶高 12 厘米，用了 3 天", "壶高 12 厘米，用了 3 天"),
    ],
)
def test_a_juror_reads_no_name_no_number_and_no_sum(text: str, read: str) -> None:
    assert neutral.neutral(text, names=["林知夏", "云汀陶社", "云"], labels=LABELS) == read


def test_neither_side_has_more_words_before_the_fold_and_none_is_lost() -> None:
    long, short = "当晚开箱就看到裂纹。" * 30, "出库时完好。" * 25
    first, second = neutral.equal(long, short)
    assert len(first.text) <= len(short) and second.rest == ""
    assert first.text + first.rest == long and first.text.endswith("。")


def test_a_few_words_of_one_side_do_not_silence_the_other() -> None:
    first, second = neutral.equal("没有。", "出库时完好。" * 15)
    assert (first.rest, second.rest) == ("", "")
