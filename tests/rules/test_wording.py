"""How deadlines, times and masked names read, in the three languages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import translation

from web import wording

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
NOON = datetime(2026, 11, 29, 4, 0, tzinfo=UTC)  # 12:00 in Shanghai


@pytest.fixture(autouse=True)
def chinese():
    with translation.override("zh-hans"):
        yield


@pytest.mark.parametrize(
    ("left", "text"),
    [
        (76 * HOUR, "剩 3 天 4 小时"),
        (48 * HOUR, "剩 2 天 0 小时"),
        (48 * HOUR - MINUTE, "剩 47 小时 59 分"),
        (17 * HOUR + 24 * MINUTE, "剩 17 小时 24 分"),
        (HOUR, "剩 1 小时 0 分"),
        (42 * MINUTE, "剩 42 分"),
        (MINUTE / 2, "剩 1 分内"),
        (-12 * MINUTE, "已超时 12 分"),
        (-3 * HOUR, "已超时 3 小时 0 分"),
    ],
)
def test_a_countdown_names_days_from_48_hours_and_minutes_below(left, text):
    assert wording.countdown(NOON + left, NOON, mine=True).text == text


@pytest.mark.parametrize(
    ("language", "text", "over"),
    [
        ("zh-hans", "剩 6 小时 17 分", "已超时 6 小时 17 分"),
        ("zh-hant", "剩 6 小時 17 分", "已逾時 6 小時 17 分"),
        ("en", "6 h 17 min left", "6 h 17 min overdue"),
    ],
)
def test_a_countdown_reads_in_each_language(language, text, over):
    left = 6 * HOUR + 17 * MINUTE
    with translation.override(language):
        assert wording.countdown(NOON + left, NOON, mine=True).text == text
        assert wording.countdown(NOON - left, NOON, mine=True).text == over


def test_a_clock_of_working_days_never_shows_hours_and_never_ticks():
    told = wording.countdown(NOON + 60 * HOUR, NOON, mine=True, clock="BD", working_days=2)
    assert (told.text, told.ticks) == ("剩 2 个工作日", False)
    without_a_calendar = wording.countdown(NOON + 60 * HOUR, NOON, mine=True, clock="BD")
    assert without_a_calendar.text == "剩 2 天"
    last_day = wording.countdown(NOON + 5 * HOUR, NOON, mine=True, clock="BD", working_days=0)
    assert last_day.text == "今天截止"


@pytest.mark.parametrize(
    ("left", "level"),
    [
        (24 * HOUR + MINUTE, "neutral"),
        (24 * HOUR, "warn"),
        (2 * HOUR + MINUTE, "warn"),
        (2 * HOUR, "solid"),
        (timedelta(seconds=1), "solid"),
        (timedelta(), "over"),
        (-HOUR, "over"),
    ],
)
def test_my_own_clock_warms_as_time_runs_out(left, level):
    assert wording.level(NOON + left, NOON, mine=True) == level
    assert wording.level(NOON + left, NOON, mine=False) == "neutral"


def test_the_window_is_half_open():
    assert wording.countdown(NOON, NOON, mine=True).is_over
    assert not wording.countdown(NOON + timedelta(microseconds=1), NOON, mine=True).is_over


def test_a_moment_says_the_day_by_the_marketplaces_calendar():
    late_evening = datetime(2026, 11, 29, 15, 30, tzinfo=UTC)  # 23:30 in Shanghai
    assert wording.moment(late_evening, NOON) == "今天 23:30"
    assert wording.moment(late_evening + HOUR, NOON) == "明天 00:30"
    assert wording.moment(NOON - 24 * HOUR, NOON) == "昨天 12:00"
    assert wording.moment(datetime(2026, 11, 18, 6, 26, tzinfo=UTC), NOON) == "11-18 14:26"


def test_the_year_is_said_only_when_it_is_another_one():
    assert wording.moment(datetime(2025, 11, 18, 6, 26, tzinfo=UTC), NOON) == "2025-11-18 14:26"
    new_year = datetime(2026, 12, 31, 16, 0, tzinfo=UTC)  # midnight in Shanghai: the 1st of January
    assert wording.moment(new_year, NOON) == "2027-01-01 00:00"
    with translation.override("en"):
        assert wording.moment(datetime(2026, 11, 18, 6, 26, tzinfo=UTC), NOON) == "18 Nov, 14:26"


def test_a_deadline_at_midnight_is_24_hours_of_the_day_it_ends():
    midnight = datetime(2026, 12, 3, 16, 0, tzinfo=UTC)
    assert wording.deadline(midnight, NOON) == "12-03 24:00"
    assert wording.deadline(datetime(2026, 11, 29, 16, 0, tzinfo=UTC), NOON) == "今天 24:00"
    assert wording.deadline(datetime(2026, 12, 31, 16, 0, tzinfo=UTC), NOON) == "12-31 24:00"


def test_without_a_present_a_moment_says_everything():
    assert wording.moment(NOON) == "2026-11-29 12:00"


def test_a_masked_name_never_tells_its_length():
    assert wording.masked_name("林小满") == wording.masked_name("林黛") == "林**"
    assert wording.masked_phone("13812345678") == "138****5678"
    assert wording.masked_phone("5550188") == "****88"
