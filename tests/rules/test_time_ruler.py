"""The ruler of a case: the delivery in its middle, and orders of events that cannot be."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from common.ids import PLATFORM_ZONE
from web.desk import ruler
from web.desk.ruler import Event

NOON = datetime(2026, 11, 18, 12, tzinfo=PLATFORM_ZONE)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def a_file(**order: datetime) -> dict[str, object]:
    told = {"placed_at": NOON - 4 * DAY, "paid_at": NOON - 4 * DAY, "shipped_at": NOON - 2 * DAY, "signed_at": NOON}
    told |= order
    return {"order": {name: at.isoformat() for name, at in told.items()}, "shipments": []}


def codes(file: dict[str, object], *more: Event, **how: bool) -> list[str]:
    return [flag.code for flag in ruler.flags(ruler.events(file, more), **how)]


def test_the_delivery_is_in_the_middle_and_what_came_before_it_is_on_the_left():
    found = ruler.marks(ruler.events(a_file(), [Event(NOON + 7 * HOUR, "claimed", "b")]))
    places = [mark.x for mark in found]
    assert places == sorted(places) and places[0] == 0 and places[-1] <= ruler.LENGTH
    assert next(mark.x for mark in found if mark.event.kind == "delivered") == ruler.LENGTH // 2


def test_near_the_delivery_an_hour_takes_more_room_than_far_from_it():
    more = [Event(NOON + n * HOUR, "claimed" if n == 1 else "filed", "b") for n in (1, 2)]
    more += [Event(NOON + 10 * DAY, "message"), Event(NOON + 10 * DAY + HOUR, "message")]
    at = {mark.event.at: mark.x for mark in ruler.marks(ruler.events(a_file(), more))}
    near = at[NOON + 2 * HOUR] - at[NOON + HOUR]
    assert near > at[NOON + 10 * DAY + HOUR] - at[NOON + 10 * DAY]


def test_what_happened_in_order_is_not_flagged():
    told = [
        Event(NOON + HOUR, "claimed", "b"),
        Event(NOON + 2 * HOUR, "filed", "b"),
        Event(NOON + HOUR / 2, "taken", "b", "B1"),
        Event(NOON + HOUR, "added", "b", "B1"),
        Event(NOON - 3 * DAY, "taken", "m", "M1"),
        Event(NOON + DAY, "added", "m", "M1"),
    ]
    assert codes(a_file(), *told) == []


@pytest.mark.parametrize(
    ("file", "more", "code"),
    [
        (a_file(paid_at=NOON - 5 * DAY), [], "paid_before_placed"),
        (a_file(shipped_at=NOON - 4 * DAY - HOUR), [], "shipped_before_paid"),
        (a_file(signed_at=NOON - 3 * DAY), [], "delivered_before_shipped"),
        (a_file(), [Event(NOON - HOUR, "claimed", "b")], "claimed_before_delivered"),
        (a_file(), [Event(NOON + HOUR, "scan")], "scan_after_delivered"),
        (a_file(), [Event(NOON - DAY, "taken", "b", "B1")], "taken_before_delivered"),
        (a_file(), [Event(NOON + DAY, "taken", "m", "M1")], "taken_after_delivered"),
        (
            a_file(),
            [Event(NOON + 3 * DAY, "taken", "b", "B1"), Event(NOON + DAY, "added", "b", "B1")],
            "taken_after_added",
        ),
    ],
)
def test_an_order_of_events_that_cannot_be_is_flagged(file, more, code):
    assert codes(file, *more) == [code]


def test_clocks_that_differ_by_minutes_are_not_flagged():
    assert codes(a_file(), Event(NOON - timedelta(minutes=9), "taken", "b", "B1")) == []


def test_a_claim_about_goods_that_never_came_is_not_flagged():
    assert codes(a_file(), Event(NOON - HOUR, "claimed", "b"), arrives=False) == []


def test_parcels_that_go_back_are_not_on_the_way_out():
    file = a_file()
    file["shipments"] = [
        {"direction": "return", "events": [{"at": (NOON + DAY).isoformat(), "code": "in_transit", "text": "运输中"}]}
    ]
    assert codes(file) == [] and all(event.kind != "scan" for event in ruler.events(file))
