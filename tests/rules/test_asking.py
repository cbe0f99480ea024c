"""The questions before a claim reach every kind of dispute that a buyer may bring, in three steps at most."""

from __future__ import annotations

import pytest

from rulebook import asking, editions
from rulebook.rules import Rules, parse
from rulebook.schema import ORDER_STATES

MERCHANTS_OWN = "merchant"


@pytest.fixture(scope="module", params=editions.PROFILES)
def rules(request: pytest.FixtureRequest) -> Rules:
    edition = editions.shipped_as(request.param)
    return parse(edition.body, version=edition.version)


def buyers(rules: Rules, state: str = "") -> list[str]:
    kinds = [kind for kind in rules.types.values() if kind.group != MERCHANTS_OWN]
    return [kind.code for kind in kinds if not state or state in kind.states]


def reached(asked: asking.Asking) -> set[str]:
    assert asked.first is not None
    found = set()
    for choice in asked.first.choices:
        further = asked.follow_up(choice.code)
        found |= (
            {asked.type_of(choice.code, more.code) for more in further.choices}
            if further
            else {asked.type_of(choice.code, "")}
        )
    return found


def test_every_kind_of_dispute_that_a_buyer_may_bring_can_be_reached(rules: Rules) -> None:
    assert reached(asking.about(rules, buyers(rules))) == set(buyers(rules))


@pytest.mark.parametrize("state", ORDER_STATES)
def test_for_each_state_of_an_order_just_what_fits_it_can_be_reached(rules: Rules, state: str) -> None:
    asked = asking.about(rules, buyers(rules, state))
    assert (reached(asked) if asked.first else set()) == set(buyers(rules, state))


def test_there_are_at_most_eight_choices_and_no_question_has_one_answer(rules: Rules) -> None:
    for state in ORDER_STATES:
        asked = asking.about(rules, buyers(rules, state))
        for choice in asked.first.choices if asked.first else ():
            further = asked.follow_up(choice.code)
            assert further is None or 2 <= len(further.choices) <= 8
        assert asked.first is None or 1 <= len(asked.first.choices) <= 8


@pytest.mark.parametrize("state", ["", *ORDER_STATES])
def test_what_stands_under_a_choice_does_not_say_it_again(rules: Rules, state: str) -> None:
    asked = asking.about(rules, buyers(rules, state))
    for question in asked.questions.values():
        for choice in question.choices:
            said, more = choice.text.zh_Hans, choice.hint.zh_Hans if choice.hint else ""
            assert not any(said[at : at + 4] in more for at in range(len(said) - 3)), (said, more)


def test_what_never_came_is_called_the_same_where_it_is_chosen_and_where_it_is_named(rules: Rules) -> None:
    kind = rules.type("NOT_RECEIVED")
    assert kind.choice == kind.name
    assert kind.name.zh_Hans != rules.groups[kind.group].name.zh_Hans


def test_the_way_to_a_kind_leads_there(rules: Rules) -> None:
    asked = asking.about(rules, buyers(rules))
    for code in buyers(rules):
        assert asked.type_of(*asked.way_to(code)) == code


def test_a_kind_that_no_question_knows_stands_under_something_else(rules: Rules) -> None:
    asked = asking.about(rules, [*buyers(rules), "MERCHANT_CLAIM"])
    assert asked.way_to("MERCHANT_CLAIM") == (asking.CATCH_ALL, "MERCHANT_CLAIM")


def test_two_answers_that_do_not_belong_together_name_nothing(rules: Rules) -> None:
    asked = asking.about(rules, buyers(rules))
    assert asked.type_of("quality", "custom") == ""
    assert asked.type_of("", "") == asked.type_of("nothing", "seen") == ""


def test_each_kind_has_two_to_four_points_that_fit_on_a_line(rules: Rules) -> None:
    for code in buyers(rules):
        points = asking.points_of(code)
        assert 2 <= len(points) <= 4, code
        assert all(len(point.zh_Hans) <= 40 and len(point.zh_Hant) <= 40 and len(point.en) <= 120 for point in points)


def test_a_merchants_first_point_is_the_reason_of_the_claim_and_none_is_guessed_before_it() -> None:
    assert asking.points_of_claim("") == () == asking.points_of("MERCHANT_CLAIM")
    firsts = [asking.points_of_claim(reason)[0] for reason in ("swapped", "false_claim", "wrong_finding", "paid_twice")]
    assert len({point.zh_Hans for point in firsts}) == 4
    assert [point for point in firsts if "退回的" in point.zh_Hans] == firsts[:1]


def test_nobody_explains_a_signature_for_a_parcel_that_is_still_on_the_way(rules: Rules) -> None:
    kind = rules.type("NOT_RECEIVED")
    assert asking.burden_of_buyer(kind, "SIGNED") and not asking.burden_of_buyer(kind, "SHIPPED")
    on_the_way = asking.points_of("NOT_RECEIVED", arrived=False)
    assert 2 <= len(on_the_way) <= 4 and not any("签收" in text.zh_Hans or "signed" in text.en for text in on_the_way)
    assert all(len(text.zh_Hans) <= 40 and len(text.zh_Hant) <= 40 for text in on_the_way)
    assert asking.points_of("DAMAGED", arrived=False) == asking.points_of("DAMAGED")
    assert asking.burden_of_buyer(rules.type("DAMAGED"), "SIGNED")
