"""Texts are found by pairs of characters and by words; names, numbers and addresses are not in them any more."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbitration import precedent_text
from arbitration.precedent_text import NUMBER, PLACE, SOMEBODY


def test_a_run_of_characters_is_found_by_its_pairs_and_its_end() -> None:
    assert precedent_text.terms("壶身裂纹") == ["壶身", "纹", "裂纹", "身裂"]
    assert precedent_text.terms("瓷") == ["瓷"]
    assert precedent_text.terms("") == []


def test_no_pair_goes_across_what_stands_between_two_runs() -> None:
    assert "裂注" not in precedent_text.terms("裂，注水")


def test_words_are_found_whatever_their_width_and_case() -> None:
    assert precedent_text.terms("Ｂ1 LEAKS, leaks") == ["b1", "leaks"]


def test_traditional_and_simplified_letters_are_one() -> None:
    assert precedent_text.terms("壺身裂紋，發現髮絲") == precedent_text.terms("壶身裂纹，发现发丝")
    assert precedent_text.asked("壺身裂紋") == precedent_text.asked("壶身裂纹")
    assert precedent_text.has_traditional("壺身") and not precedent_text.has_traditional("壶身 B1")


@given(st.text(st.sampled_from("壺身裂紋開片瓷乾後裡臺麼著髮發Ａa，。 "), max_size=20))
def test_folding_twice_changes_nothing_and_keeps_the_length(text: str) -> None:
    folded = precedent_text.fold(text)
    assert precedent_text.fold(folded) == folded and len(folded) == len(text)


@pytest.mark.parametrize("written", ["壶身裂纹贯通", "壺身裂紋貫通", "壺身裂纹", "㊋、壶身\U0002f8ff裂纹壺身裂紋"])
def test_a_phrase_is_found_in_either_script(written: str) -> None:
    asked = precedent_text.asked("壺身裂纹")
    assert asked is not None and precedent_text.holds(written, asked.phrases)
    assert not precedent_text.holds("壶身有裂纹", asked.phrases)


@pytest.mark.parametrize(
    ("query", "tsquery", "phrases"),
    [
        ("裂纹", "'裂纹'", ()),
        ("瓷", "'瓷':*", ()),
        ("开片纹", "'开片' & '片纹'", ("开片纹",)),
        ("壶身 leak", "'壶身' & 'leak':*", ()),
        ("'; DROP--", "'drop':*", ()),
    ],
)
def test_a_query_asks_for_all_of_its_words(query: str, tsquery: str, phrases: tuple[str, ...]) -> None:
    asked = precedent_text.asked(query)
    assert asked is not None
    assert (asked.tsquery, asked.phrases) == (tsquery, phrases)


@pytest.mark.parametrize("query", ["", "   ", "!?", "，。"])
def test_a_query_without_words_asks_for_nothing(query: str) -> None:
    assert precedent_text.asked(query) is None


HAN = st.text(st.sampled_from("壶壺身裂纹紋开開片瓷著，。 "), min_size=1, max_size=20)


@given(HAN, st.data())
def test_whatever_stands_in_a_text_is_found_in_it(text: str, data: st.DataObject) -> None:
    """The index never loses what looking through every text would find."""
    begin = data.draw(st.integers(0, len(text) - 1))
    query = text[begin : begin + 5]
    asked = precedent_text.asked(query)
    if asked is None:
        return
    terms = set(precedent_text.terms(text))
    for part in asked.tsquery.split(" & "):
        word, _, prefix = part.partition(":")
        word = word.strip("'")
        assert any(term.startswith(word) for term in terms) if prefix else word in terms
    assert precedent_text.holds(text, asked.phrases)


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("林知夏当晚报损", f"{SOMEBODY}当晚报损"),
        ("买家电话 13812345678，已联系", f"买家电话 {NUMBER}，已联系"),
        ("座机 0571-88888888", f"座机 {NUMBER}"),
        ("写信到 lin.zx@example.org", f"写信到 {NUMBER}"),
        ("单号 SF123456789012 显示签收", f"单号 {NUMBER} 显示签收"),
        ("身份证 33010219900307123X", f"身份证 {NUMBER}"),
        ("加微信：lin_zhixia88 谈", f"加{NUMBER} 谈"),
        ("案件 DA-20261129-7K2Q9XC 已裁", f"案件 {NUMBER} 已裁"),
        ("寄到浙江省杭州市西湖区文三路 90 号 3 幢", None),
        ("住在文三路 90 号", f"{PLACE}"),
    ],
)
def test_nobody_can_be_recognised_by_what_is_kept(text: str, cleaned: str | None) -> None:
    found = precedent_text.without_people(text, ["林知夏", "云汀陶社"])
    for canary in ("林知夏", "138", "0571", "example", "SF1234", "330102", "zhixia", "7K2Q9XC", "文三路", "西湖"):
        assert canary not in found
    if cleaned is not None:
        assert cleaned in found


def test_what_names_nobody_stays_as_it_is() -> None:
    text = "争点 1：签收当晚报损，照片 B1、B2 显示裂纹贯通釉面，退款 680.00 元，依据第 4.2 条。"
    assert precedent_text.without_people(text, ["林知夏"]) == text


def test_the_longest_name_goes_first() -> None:
    assert precedent_text.without_people("云汀陶社旗舰店发货", ["云汀", "云汀陶社旗舰店"]) == f"{SOMEBODY}发货"


def test_a_phrase_is_spelt_in_every_script_and_only_where_there_is_more_than_one() -> None:
    assert precedent_text.spelt("壶") != "壶" and re.fullmatch(precedent_text.spelt("壶身"), "壺身")
    assert re.fullmatch(precedent_text.spelt("壶身"), "壶身") and not re.search(precedent_text.spelt("壶身"), "壶底")
    plain = next(letter for letter in "的一是不了人" if letter == precedent_text.spelt(letter))
    assert precedent_text.spelt(plain * 2) == plain * 2
