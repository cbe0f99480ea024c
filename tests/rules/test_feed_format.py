"""The feed's format: what fits is read, what does not is named by field and reason and never repeated."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema_rs import Draft202012Validator

from marketplace import feed, fixtures
from marketplace.feed import Parsed, Problem, parse

ORDER: dict[str, Any] = {
    "type": "order",
    "id": "O1",
    "version": 3,
    "buyer": "B1",
    "merchant": "M1",
    "state": "PAID_UNSHIPPED",
    "currency": "CNY",
    "placed_at": "2026-11-01T10:00:00+08:00",
    "paid_at": "2026-11-01T10:05:00+08:00",
    "lines": [
        {
            "id": "1",
            "title": "紫砂壶",
            "category": "kitchen",
            "quantity": 1,
            "unit_price": 25900,
            "paid": 25900,
            "promises": [{"code": "fake_cover", "times": 3}],
        }
    ],
}
MONEY = {
    "type": "payment",
    "id": "P1",
    "version": 1,
    "order": "O1",
    "amount": 25900,
    "currency": "CNY",
    "paid_at": "2026-11-01T02:05:00Z",
}


def changed(record: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy with one field replaced; ``...`` takes it away."""
    copy = deepcopy(record)
    *way, last = [int(step) if step.isdigit() else step for step in path.split("/")]
    part: Any = copy
    for step in way:
        part = part[step]
    if value is ...:
        del part[last]
    else:
        part[last] = value
    return copy


def test_the_published_schema_is_itself_well_formed_and_accepts_the_example() -> None:
    validator = Draft202012Validator(feed.schema())
    assert validator.is_valid(ORDER)
    assert not validator.is_valid({**ORDER, "version": 0})


@pytest.mark.parametrize(
    ("path", "value", "field", "reason"),
    [
        ("id", ..., "id", "missing"),
        ("id", "with space", "id", "malformed"),
        ("id", "O1\n", "id", "malformed"),
        ("version", 0, "version", "out_of_range"),
        ("version", "3", "version", "wrong_type"),
        ("version", True, "version", "wrong_type"),
        ("version", 2**80, "version", "out_of_range"),
        ("buyer", ..., "buyer", "missing"),
        ("state", "LOST", "state", "not_allowed"),
        ("state", ..., "state", "missing"),
        ("paid_at", ..., "paid_at", "missing"),
        ("placed_at", "2026-11-01 10:00", "placed_at", "malformed"),
        ("placed_at", "2026-11-01T10:00:00", "placed_at", "malformed"),
        ("placed_at", "2026-02-31T10:00:00Z", "placed_at", "malformed"),
        ("lines", [], "lines", "empty"),
        ("lines/0/paid", -1, "lines/0/paid", "out_of_range"),
        ("lines/0/paid", "259.00", "lines/0/paid", "wrong_type"),
        ("lines/0/paid", 25900.5, "lines/0/paid", "wrong_type"),
        ("lines/0/title", "a\x00b", "lines/0/title", "malformed"),
        ("lines/0/title", "", "lines/0/title", "empty"),
        ("lines/0/title", "长" * 301, "lines/0/title", "too_long"),
        ("lines/0/prise", 5, "lines/0/prise", "unknown_field"),
        ("lines/0/promises/0/code", ..., "lines/0/promises/0/code", "missing"),
    ],
)
def test_a_record_that_does_not_fit_is_named_by_field_and_reason(
    path: str, value: Any, field: str, reason: str
) -> None:
    assert parse(changed(ORDER, path, value)) == Problem(field, reason, record=_name(path, value))


def _name(path: str, value: Any) -> str:
    return "order" if path == "id" else "order:O1"


@pytest.mark.parametrize(
    ("line", "field", "reason"),
    [
        ("", "", "not_json"),
        ("{", "", "not_json"),
        ("[1]", "", "not_an_object"),
        ('{"id":"x"}', "type", "missing"),
        ('{"type":"parcel"}', "type", "not_allowed"),
        ('{"type":["order"]}', "type", "not_allowed"),
        (b'{"type":"buyer","id":"B","version":1,"name":"\xff"}', "", "not_json"),
        ('{"type":"buyer","id":"B","version":NaN,"name":"x"}', "", "not_json"),
        ('{"type":"buyer","id":"B","version":' + "9" * 5000 + ',"name":"x"}', "", "not_json"),
        ("[" * 200_000, "", "not_json"),
        (" " * (feed.LONGEST_LINE + 1), "", "too_long"),
    ],
)
def test_a_line_that_is_no_record_is_refused_and_raises_nothing(line: str | bytes, field: str, reason: str) -> None:
    problem = parse(line)
    assert isinstance(problem, Problem)
    assert (problem.field, problem.reason) == (field, reason)


def test_half_a_surrogate_pair_is_unreadable() -> None:
    problem = parse('{"type":"buyer","id":"B","version":1,"name":"\\ud800"}')
    assert problem == Problem("", "unreadable", record="buyer:B")


def test_money_is_never_a_float_even_a_whole_one() -> None:
    assert parse({**MONEY, "amount": 25900.0}) == Problem("", "wrong_type", record="payment:P1")


def test_a_line_named_twice_is_refused() -> None:
    twice = {**ORDER, "lines": ORDER["lines"] * 2}
    assert parse(twice) == Problem("lines/1/id", "repeated", record="order:O1")


def test_what_was_wrong_is_never_repeated_because_it_may_be_personal() -> None:
    problem = parse({"type": "chat", "id": "张伟 13800138000", "version": 1})
    assert "13800138000" not in repr(problem)
    problem = parse({**MONEY, "我的电话13800138000": 1})
    assert isinstance(problem, Problem)
    assert "电话" not in repr(problem)


def test_extensions_are_accepted_and_leave_no_trace() -> None:
    plain, extended = parse(ORDER), parse(changed({**ORDER, "x_lane": 1.5}, "lines/0/x_shelf", ["A"]))
    assert plain == extended


def test_the_digest_does_not_depend_on_the_order_of_fields() -> None:
    turned = json.dumps(dict(reversed(ORDER.items())))
    one, other = parse(ORDER), parse(turned)
    assert isinstance(one, Parsed) and isinstance(other, Parsed)
    assert one.digest == other.digest


def test_every_made_up_record_fits_the_format() -> None:
    assert [record for record in fixtures.generate(3, 300) if isinstance(parse(record), Problem)] == []


def test_the_same_seed_makes_the_same_feed() -> None:
    assert list(fixtures.generate(5, 40)) == list(fixtures.generate(5, 40))
    assert list(fixtures.generate(5, 40)) != list(fixtures.generate(6, 40))


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(sorted(ORDER)), ANYTHING)
def test_no_value_in_any_field_makes_the_parser_raise(field: str, value: Any) -> None:
    assert isinstance(parse({**ORDER, field: value}), Parsed | Problem)


@given(st.text() | st.binary() | ANYTHING)
def test_nothing_at_all_makes_the_parser_raise(record: Any) -> None:
    assert isinstance(parse(record), Parsed | Problem)
