"""The catalogue that comes with Heng: whole, strict, in three languages, the same table in every profile."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from rulebook import editions
from rulebook.clocks import PLATFORM_ZONE, Clock
from rulebook.reading import Unreadable
from rulebook.rules import Rules, parse
from rulebook.schema import Bearer, Level, Silence

BODIES = {edition.profile: edition.body for edition in editions.shipped()}
RULES = {profile: parse(body, version="2026.1") for profile, body in BODIES.items()}
CLASSIC = RULES["taobao-classic"]
TIMERS = {
    "merchant_reply.unshipped": "24 H",
    "merchant_reply.in_transit": "36 H",
    "merchant_reply.refund_only": "48 H",
    "merchant_reply.return_refund": "48 H",
    "buyer_reply": "7 D",
    "return_shipment": "7 D",
    "return_receipt": "10 D",
    "intervention_opens": "72 H",
    "filing_window": "15 D",
    "admission": "1 BD",
    "evidence": "72 H",
    "confirmation": "24 H",
    "pickup": "4 BD",
    "review": "3 BD",
    "review_complex": "8 BD",
    "approval": "1 BD",
    "more_evidence": "48 H",
    "jury_vote": "48 H",
    "offer": "48 H",
    "pause_agreed": "30 D",
    "pause_proof": "7 BD",
    "pause_police": "183 D",
    "inspection": "15 D",
    "appeal_window": "7 D",
    "appeal_answer": "72 H",
    "appeal_decision": "5 BD",
    "voluntary_performance": "24 H",
    "performance_in_kind": "7 D",
    "return_after_ruling": "7 D",
    "contest_advance": "7 D",
    "total_cap": "30 D",
    "rule_notice": "7 D",
    "rule_notice_major": "15 D",
}


def test_the_default_profile_has_the_terms_of_the_lifecycle() -> None:
    assert {key: str(CLASSIC.step(key).duration) for key in TIMERS} == TIMERS


def test_every_step_that_concerns_a_case_is_there() -> None:
    # T27 has no term: a ruling is served in the act that issues it.
    expected = {f"T{number:02}" for number in range(1, 45)} - {"T27"}
    assert {step.code for step in CLASSIC.body.steps} == expected


def test_terms_can_be_extended_only_as_often_and_as_long_as_stated() -> None:
    extendable = {step.key: step.extendable for step in CLASSIC.body.steps if step.extendable}
    assert {key: (one.times, str(one.duration)) for key, one in extendable.items()} == {
        "merchant_reply.refund_only": (1, "48 H"),
        "merchant_reply.return_refund": (1, "48 H"),
        "return_shipment": (1, "3 D"),
        "evidence": (1, "48 H"),
        "more_evidence": (1, "48 H"),
        "offer": (1, "48 H"),
        "inspection": (1, "15 D"),
        "appeal_decision": (1, "5 BD"),
        "performance_in_kind": (1, "7 D"),
        "return_after_ruling": (1, "3 D"),
        "auto_receipt": (1, "3 D"),
    }


@pytest.mark.parametrize("profile", RULES)
def test_silence_never_forces_a_refund_without_a_return_in_any_profile_that_is_shipped(profile: str) -> None:
    assert RULES[profile].step("merchant_reply.refund_only").silence is Silence.INTERVENE
    assert RULES[profile].step("confirmation").silence is Silence.MANUAL_REVIEW


@pytest.mark.parametrize("profile", ["jd", "wechat"])
def test_a_profile_changes_numbers_and_silences_and_nothing_else(profile: str) -> None:
    base, other = copy.deepcopy(BODIES["taobao-classic"]), copy.deepcopy(BODIES[profile])
    assert base != other
    for body in (base, other):
        for part in ("profile", "switches", "thresholds"):
            del body[part]
        for step in body["steps"]:
            for name in ("duration", "extendable", "silence", "source", "on_expiry"):
                step.pop(name, None)
        for kind in body["types"]:
            kind["window"].pop("days", None)
    assert base == other


@pytest.mark.parametrize(("profile", "days"), [("taobao-classic", 15), ("jd", 15), ("wechat", 7)])
def test_a_filing_window_is_as_long_as_the_step_of_the_profile_says(profile: str, days: int) -> None:
    rules = RULES[profile]
    assert rules.step("filing_window").duration.amount == days
    assert rules.type("DAMAGED").window.days == days
    assert rules.type("NO_REASON_RETURN").window.days == rules.step("seven_day_return").duration.amount == 7


def test_the_profiles_differ_where_they_should() -> None:
    assert str(RULES["jd"].step("more_evidence").duration) == "4 SH"
    assert str(RULES["jd"].step("intervention_opens").duration) == "24 H"
    assert RULES["jd"].step("evidence").extendable is None
    assert RULES["jd"].switches.promise_rule == "platform"
    assert str(RULES["wechat"].step("filing_window").duration) == "7 D"
    assert str(RULES["wechat"].step("merchant_reply.unshipped").duration) == "48 H"


def test_all_27_types_35_kinds_of_evidence_and_18_remedies_are_there() -> None:
    assert [kind.number for kind in CLASSIC.body.types] == list(range(1, 28))
    assert list(CLASSIC.exhibits) == [f"E{number:02}" for number in range(1, 36)]
    assert list(CLASSIC.remedies) == [f"R{number}" for number in range(1, 19)]
    assert len(CLASSIC.clauses) >= 40
    assert len(CLASSIC.grounds) == 9


def test_every_type_can_be_explained_and_proven() -> None:
    for kind in CLASSIC.body.types:
        assert kind.burden.chain, kind.code
        assert kind.guidance, kind.code
        assert kind.clauses, kind.code
        assert kind.burden.clause in CLASSIC.clauses
        assert {need.side for need in kind.checklist} == {Bearer.BUYER, Bearer.MERCHANT}, kind.code
        for state in kind.states:
            first = kind.burden.links(state)[0].side
            if kind.burden.bearer is not Bearer.ASSERTING and kind.code != "FOOD_SAFETY":
                assert first is kind.burden.bearer, (kind.code, state)


def test_a_refund_without_return_is_only_among_the_remedies_where_a_ground_can_be_found() -> None:
    for kind in CLASSIC.body.types:
        if "R1" in kind.remedies:
            assert kind.grounds, kind.code
        assert CLASSIC.remedy("R1").gated


def test_statutory_multiples_can_be_ordered_only_where_they_are_switched_on() -> None:
    assert "R10" in CLASSIC.type("COUNTERFEIT").remedies
    assert not CLASSIC.may_order("R10", "COUNTERFEIT")
    body = copy.deepcopy(BODIES["taobao-classic"])
    body["switches"]["statutory_multiples"] = True
    assert parse(body, version="x").may_order("R10", "COUNTERFEIT")
    assert not CLASSIC.may_order("R12", "COUNTERFEIT")


def test_nothing_required_of_a_side_is_something_only_the_platform_can_bring() -> None:
    for kind in CLASSIC.body.types:
        for need in kind.checklist:
            evidence = CLASSIC.evidence(need.code)
            if need.level is Level.AUTOMATIC:
                assert evidence.automatic or evidence.platform_only, (kind.code, need.code)
            else:
                assert not evidence.platform_only, (kind.code, need.code)


def test_one_side_is_asked_for_one_kind_of_evidence_once() -> None:
    for kind in CLASSIC.body.types:
        for state in kind.states:
            for side in ("buyer", "merchant"):
                codes = [need.code for need in kind.needs(side, state)]
                assert len(codes) == len(set(codes)), (kind.code, side, state)


def test_the_checklist_follows_the_state_of_the_order() -> None:
    kind = CLASSIC.type("NOT_RECEIVED")
    assert "E11" in [need.code for need in kind.needs("merchant", "SIGNED")]
    assert "E11" not in [need.code for need in kind.needs("merchant", "SHIPPED")]


def test_a_checklist_reason_is_at_most_twenty_characters() -> None:
    for key, why in CLASSIC.body.why.items():
        assert len(re.findall(r"[\u4e00-\u9fff]", why.zh_Hans)) <= 20, key


@pytest.mark.parametrize(
    ("code", "states"),
    [
        ("LATE_SHIPMENT", ("PAID_UNSHIPPED", "SHIPPED")),
        ("DAMAGED", ("SIGNED", "COMPLETED")),
        ("NOT_RECEIVED", ("SHIPPED", "SIGNED", "COMPLETED")),
    ],
)
def test_a_type_belongs_to_the_order_states_in_which_it_can_happen(code: str, states: tuple[str, ...]) -> None:
    assert CLASSIC.type(code).states == states


def test_a_filing_window_ends_at_24_00_of_its_last_day() -> None:
    done = datetime(2026, 11, 1, 15, 30, tzinfo=PLATFORM_ZONE)
    window = CLASSIC.type("DAMAGED").window
    assert window.ends_at(done) == datetime(2026, 11, 17, tzinfo=PLATFORM_ZONE)
    assert window.ends_at(None) is None
    assert CLASSIC.type("PROHIBITED_RECALL").window.ends_at(done) is None
    seven = CLASSIC.type("NO_REASON_RETURN").window
    assert seven.ends_at(done) == datetime(2026, 11, 9, tzinfo=PLATFORM_ZONE)
    assert seven.since.value == "signed"


def test_fresh_goods_are_refunded_by_the_share_lost() -> None:
    assert [CLASSIC.band(lost).pays for lost in (1, 10, 11, 30, 50, 51, 70, 71, 100)] == [
        10, 10, 30, 30, 50, 70, 70, 100, 100,
    ]  # fmt: skip


# --- words


def texts(value: Any, path: str = "") -> Iterator[tuple[str, dict[str, str]]]:
    if isinstance(value, dict):
        if set(value) == {"zh_Hans", "zh_Hant", "en"}:
            yield path, value
            return
        for key, inner in value.items():
            yield from texts(inner, f"{path}.{key}")
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from texts(inner, f"{path}[{place}]")


ALL_TEXTS = [item for body in BODIES.values() for item in texts(body)]


@pytest.mark.parametrize("word", ["仲裁", "小二", "亲，", "失败", "其它", "登陆", "帐号", "您", "！", "尽快", "及早"])
def test_simplified_texts_keep_to_the_words_of_the_house(word: str) -> None:
    assert [path for path, text in ALL_TEXTS if word in text["zh_Hans"]] == []


@pytest.mark.parametrize("word", ["仲裁", "你", "！", "憑證", "視頻", "程式", "型別", "支援", "質量", "默認", "信息"])
def test_traditional_texts_are_translated_and_not_converted(word: str) -> None:
    assert [path for path, text in ALL_TEXTS if word in text["zh_Hant"]] == []


def test_no_simplified_character_strayed_into_a_traditional_text() -> None:
    simplified = set(
        "们这还没买卖发证据约决诉讼议实现质检测条无时间货运费价单请应负责内两双进过与从对开关问题说话读谁该认识让记录"
        "设计许评调谈贵账赔赠轻输选递边远达违连适链锁错钱银长门队际险随难预领频额风验马鱼鸡"
    )
    found = [(path, character) for path, text in ALL_TEXTS for character in text["zh_Hant"] if character in simplified]
    assert found == []


def test_english_texts_are_english_and_promise_nothing_final() -> None:
    for path, text in ALL_TEXTS:
        assert not re.search(r"[\u4e00-\u9fff]", text["en"]), path
        assert "!" not in text["en"], path
        assert not re.search(r"\barbitration\b|\bplease\b|\binvalid\b", text["en"], re.IGNORECASE), path


def test_a_text_reads_in_the_language_of_its_reader() -> None:
    name = CLASSIC.type("DAMAGED").name
    with translation.override("zh-hant"):
        assert str(name) == "收到時破損"
    with translation.override("en"):
        assert f"{name}" == "Arrived damaged"
    assert name.in_language("fr") == "收到时破损"


# --- strictness


def broken(change: Any) -> Rules:
    body = copy.deepcopy(BODIES["taobao-classic"])
    change(body)
    return parse(body, version="x")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda body: body.update(colour="red"), "rules: unknown colour"),
        (lambda body: body["types"][0].update(speed=3), r"types\[0\]: unknown speed"),
        (lambda body: body["types"][0].pop("burden"), "burden is missing"),
        (lambda body: body["types"][0]["remedies"].append("R99"), "LATE_SHIPMENT: no remedy R99"),
        (lambda body: body["types"][0]["clauses"].append("12.9"), "LATE_SHIPMENT: no clause 12.9"),
        (lambda body: body["types"][0]["states"].append("LOST"), "no order state LOST"),
        (lambda body: body["steps"][0]["duration"].update(amount=0), "at least one unit"),
        (lambda body: body["steps"][0]["duration"].update(amount=True), "expected int, found bool"),
        (lambda body: body["steps"][0]["duration"].update(clock="W"), "'W' is none of"),
        (lambda body: body["steps"].append(copy.deepcopy(body["steps"][0])), "share one key"),
        (lambda body: body["remedies"][0]["name"].update(en=" "), "all three languages"),
        (lambda body: body["clauses"][0].update(in_force_from="soon"), "not a date"),
        (lambda body: body.update(format=2), "this house reads 1, not 2"),
    ],
)
def test_a_rule_set_with_a_slip_is_not_read(change: Any, message: str) -> None:
    with pytest.raises(Unreadable, match=message):
        broken(change)


def test_what_a_rule_set_does_not_have_is_a_lookup_error() -> None:
    for ask in (CLASSIC.step, CLASSIC.type, CLASSIC.evidence, CLASSIC.remedy, CLASSIC.clause, CLASSIC.ground):
        with pytest.raises(LookupError):
            ask("nothing")


def test_a_profile_cannot_rename_or_invent_steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in editions.FILES.rglob("*.toml"):
        copied = tmp_path / path.relative_to(editions.FILES)
        copied.parent.mkdir(exist_ok=True)
        copied.write_text(path.read_text("utf-8"), "utf-8")
    monkeypatch.setattr(editions, "FILES", tmp_path)
    profile = tmp_path / "profiles" / "jd.toml"
    whole = profile.read_text("utf-8")
    profile.write_text(whole + '\n[steps."lunch"]\nduration = { amount = 1, clock = "H" }\n', "utf-8")
    with pytest.raises(LookupError, match="lunch"):
        editions.shipped_as("jd")
    profile.write_text(whole + '\n[steps."review_complex".name]\nen = "x"\n', "utf-8")
    with pytest.raises(LookupError, match="may not change"):
        editions.shipped_as("jd")


def test_terms_are_told_within_their_own_clock() -> None:
    """A reader is told every length in hours, days, working days or service hours, never in anything longer."""
    assert max(step.duration.amount for step in CLASSIC.body.steps if step.duration.clock is Clock.H) <= 72
    assert timedelta(days=CLASSIC.step("retention").duration.amount) > timedelta(days=3 * 365)


def test_small_claims_ask_seventeen_larger_ones_thirty_one_and_the_largest_nobody() -> None:
    asked = {amount: CLASSIC.jury(amount) for amount in (1, 5_000, 5_001, 50_000, 50_001)}
    assert [one and (one.size, one.majority, one.quorum) for one in asked.values()] == [
        *[(17, 9, 9)] * 2,
        *[(31, 16, 16)] * 2,
        None,
    ]


def test_a_set_from_before_the_table_of_juries_asks_one_for_every_sum() -> None:
    body = copy.deepcopy(BODIES["taobao-classic"])
    del body["juries"]
    old = {"jury_highest_amount": 30_000, "jury_size": 31, "jury_majority": 16, "jury_quorum": 16}
    body["thresholds"] |= old
    rules = parse(body, version="old")
    one = rules.jury(30_000)
    assert one is not None and one == rules.jury(1) and (one.size, one.majority, one.quorum) == (31, 16, 16)
    assert rules.jury(30_001) is None


@pytest.mark.parametrize(
    ("juries", "said"),
    [
        ([], "no jury to ask"),
        ([{"up_to": 2, "size": 5, "majority": 3, "quorum": 3}] * 2, "larger claims"),
        ([{"up_to": 2, "size": 4, "majority": 2, "quorum": 2}], "more than half"),
        ([{"up_to": 2, "size": 5, "majority": 3, "quorum": 6}], "no more than all"),
    ],
)
def test_juries_that_nobody_could_be_asked_by_are_not_published(juries: list[dict[str, int]], said: str) -> None:
    body = copy.deepcopy(BODIES["taobao-classic"]) | {"juries": juries}
    body["switches"] |= {"jury": True}
    with pytest.raises(Unreadable, match=said):
        parse(body, version="new")
