"""Publishing rules and calendars: once, in the open, with notice, for ever."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import InternalError

from common import digest
from common.actor import Actor, Role
from common.errors import Refused
from rulebook import calendars, clocks, editions, publishing, queries
from rulebook.clocks import PLATFORM_ZONE, Clock, Duration
from rulebook.models import CalendarVersion, RuleSet

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 18, 10, tzinfo=PLATFORM_ZONE)
DAY = timedelta(days=1)
OPS = Actor.staff(Role.OPS, 7)
SYSTEM = Actor.system()
CLASSIC = "taobao-classic"


@pytest.fixture(autouse=True)
def nothing_is_remembered() -> Iterator[None]:
    calendars.forget()
    queries.rules.cache_clear()
    yield
    calendars.forget()
    queries.rules.cache_clear()


def body(**changes: Any) -> dict[str, Any]:
    made = copy.deepcopy(editions.shipped_as(CLASSIC).body)
    made["thresholds"].update(changes)
    return made


def publish(version: str, effective_from: datetime, *, now: datetime = NOW, **more: Any) -> RuleSet:
    return publishing.publish(
        CLASSIC,
        version=version,
        body=more.pop("body", body()),
        effective_from=effective_from,
        actor=more.pop("actor", OPS),
        now=now,
        **more,
    )


def year_2027() -> dict[str, Any]:
    return {
        "region": "CN",
        "version": "cn-2027.1",
        "year": 2027,
        "source": "notice",
        "fixed": ["01-01", "05-01", "05-02", "10-01", "10-02", "10-03"],
        "holidays": [
            {
                "name": {"zh_Hans": "元旦", "zh_Hant": "元旦", "en": "New Year's Day"},
                "days": ["2027-01-01", "2027-01-04"],
                "workdays": ["2027-01-02"],
            }
        ],
    }


def test_loading_the_catalogue_twice_publishes_once() -> None:
    first = publishing.load_catalogue(actor=SYSTEM, now=NOW)
    again = publishing.load_catalogue(actor=SYSTEM, now=NOW + DAY)
    assert [one.profile for one in first.rule_sets] == ["taobao-classic", "jd", "wechat"]
    assert [one.version for one in first.calendars] == ["cn-2024.1", "cn-2025.1", "cn-2026.1"]
    assert (again.rule_sets, again.calendars) == ((), ())
    assert RuleSet.objects.count() == CalendarVersion.objects.count() == 3


def test_a_changed_catalogue_is_published_beside_the_old_one_and_waits_for_its_notice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    publishing.load_catalogue(actor=SYSTEM, now=NOW)
    shipped = editions.shipped()
    shipped[0].body["thresholds"]["senior_approval_amount"] = 300_000
    monkeypatch.setattr(editions, "shipped", lambda: shipped)
    (changed,) = publishing.load_catalogue(actor=SYSTEM, now=NOW).rule_sets
    assert (changed.profile, changed.version) == (CLASSIC, "2026.1-2")
    assert changed.effective_from == datetime(2026, 11, 26, tzinfo=PLATFORM_ZONE)
    assert queries.in_force(CLASSIC, NOW).version == "2026.1"
    assert [one.version for one in queries.coming(CLASSIC, NOW)] == ["2026.1-2"]
    assert publishing.load_catalogue(actor=SYSTEM, now=NOW).rule_sets == ()


def test_the_digest_is_that_of_the_body_as_it_reads_back() -> None:
    row = publish("1", NOW)
    row.refresh_from_db()
    assert row.digest == digest.of(row.body) == digest.of(body())


@pytest.mark.parametrize("model", [RuleSet, CalendarVersion])
@pytest.mark.parametrize("verb", ["update", "delete"])
def test_the_database_refuses_to_change_what_was_published(model: Any, verb: str) -> None:
    publishing.load_catalogue(actor=SYSTEM, now=NOW)
    table = model._meta.db_table
    statement = f"UPDATE {table} SET version = 'other'" if verb == "update" else f"DELETE FROM {table}"
    refused = pytest.raises(InternalError, match="Cannot update or delete")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_first_set_needs_no_notice_and_every_other_needs_seven_days_or_fifteen() -> None:
    publish("1", NOW - 300 * DAY)
    with pytest.raises(Refused) as refused:
        publish("2", NOW + 6 * DAY)
    assert refused.value.code == "notice_too_short"
    earliest = datetime.fromisoformat(refused.value.data["earliest"])
    assert earliest == datetime(2026, 11, 26, tzinfo=PLATFORM_ZONE)
    with pytest.raises(Refused, match="notice_too_short"):
        publish("2", earliest, major=True)
    assert publish("2", earliest).notice_from == NOW
    assert publish("3", datetime(2026, 12, 4, tzinfo=PLATFORM_ZONE), major=True).version == "3"


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"actor": Actor.buyer(3)}, "not_for_this_role"),
        ({"actor": Actor.staff(Role.SENIOR, 3)}, "not_for_this_role"),
        ({"body": {"format": 1}}, "rules_unreadable"),
        ({"body": editions.shipped_as("jd").body}, "profile_differs"),
    ],
)
def test_publishing_is_refused_with_a_code(more: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as refused:
        publish("1", NOW, **more)
    assert refused.value.code == code
    assert not RuleSet.objects.exists()


def test_a_version_is_taken_once() -> None:
    publish("1", NOW)
    with pytest.raises(Refused, match="version_taken"):
        publish("1", NOW + 30 * DAY)


def test_the_rules_of_a_day_are_those_in_force_on_it_to_the_second() -> None:
    publish("1", NOW - 100 * DAY, now=NOW - 100 * DAY)
    turn = NOW + 20 * DAY
    publish("2", turn)
    second = timedelta(seconds=1)
    assert queries.in_force(CLASSIC, turn - second).version == "1"
    assert queries.in_force(CLASSIC, turn).version == "2"
    assert [one.version for one in queries.versions(CLASSIC)] == ["2", "1"]


def test_what_is_older_than_the_first_rules_is_judged_by_the_first_rules() -> None:
    publish("1", NOW)
    publish("2", NOW + 20 * DAY)
    assert queries.in_force(CLASSIC, NOW - 400 * DAY).version == "1"


def test_without_any_rules_the_house_says_what_to_do() -> None:
    with pytest.raises(LookupError, match="load_rules"):
        queries.in_force(CLASSIC, NOW)


def test_a_rule_set_is_read_from_the_database_once(django_assert_num_queries: Any) -> None:
    row = publish("7", NOW)
    with django_assert_num_queries(1):
        rules = queries.rules(row.pk)
        assert queries.rules(row.pk) is rules
    assert rules.version == "7"
    assert rules.effective_from == NOW
    assert str(rules.step("evidence").duration) == "72 H"


def test_finding_the_rules_in_force_does_not_load_their_text(django_assert_num_queries: Any) -> None:
    publish("1", NOW)
    with django_assert_num_queries(1):
        row = queries.in_force(CLASSIC, NOW)
    assert "body" in row.get_deferred_fields()


def test_publishing_the_next_year_settles_what_was_provisional() -> None:
    publishing.load_catalogue(actor=SYSTEM, now=NOW)
    start, four = datetime(2026, 12, 30, 12, tzinfo=PLATFORM_ZONE), Duration(4, Clock.BD)
    before = clocks.due(start, four, calendars.current())
    publishing.publish_calendar(year_2027(), actor=OPS, now=NOW)
    after = clocks.due(start, four, calendars.current())
    assert (before.provisional, before.calendar_version) == (True, "cn-2026.1")
    assert (after.provisional, after.calendar_version) == (False, "cn-2027.1")
    # 31 December, Saturday 2 January (worked), then Tuesday 5 and Wednesday 6: Monday is off.
    assert after.at == datetime(2027, 1, 7, tzinfo=PLATFORM_ZONE)


def test_a_year_can_be_corrected_by_a_new_version_and_never_overwritten() -> None:
    publishing.load_catalogue(actor=SYSTEM, now=NOW)
    publishing.publish_calendar(year_2027(), actor=OPS, now=NOW)
    with pytest.raises(Refused, match="version_taken"):
        publishing.publish_calendar(year_2027(), actor=OPS, now=NOW)
    corrected = year_2027() | {"version": "cn-2027.2"}
    corrected["holidays"][0]["days"].append("2027-01-05")
    publishing.publish_calendar(corrected, actor=OPS, now=NOW)
    assert calendars.current().version == "cn-2027.2"
    assert not calendars.current().is_working(date(2027, 1, 5))


def test_a_calendar_with_a_slip_is_refused_and_only_ops_publishes_one() -> None:
    with pytest.raises(Refused, match="calendar_unreadable"):
        publishing.publish_calendar(year_2027() | {"year": 2028}, actor=OPS, now=NOW)
    with pytest.raises(Refused, match="not_for_this_role"):
        publishing.publish_calendar(year_2027(), actor=Actor.merchant(1, 2), now=NOW)


def test_the_calendar_says_in_how_many_days_it_ends() -> None:
    assert calendars.ends_in_days(NOW) == 43
    assert calendars.ends_in_days(datetime(2026, 12, 31, 23, 59, tzinfo=PLATFORM_ZONE)) == 0
    assert calendars.ends_in_days(datetime(2027, 1, 1, tzinfo=PLATFORM_ZONE)) == -1


def test_the_calendar_is_asked_of_the_database_once_a_minute_not_once_a_deadline(
    django_assert_num_queries: Any,
) -> None:
    publishing.load_catalogue(actor=SYSTEM, now=NOW)
    with django_assert_num_queries(1):
        first = calendars.current()
        assert all(calendars.current() is first for _ in range(50))


def test_before_anything_is_published_the_years_that_come_with_heng_are_used() -> None:
    assert calendars.current().version == "cn-2026.1"
