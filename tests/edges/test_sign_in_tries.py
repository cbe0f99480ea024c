"""Guessing passwords gets slower and slower, tells nothing about accounts, and locks nobody out."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.contrib.auth import authenticate
from django.db import connection, connections
from django.test import Client, RequestFactory, override_settings
from django.urls import reverse
from django.utils import translation

from accounts import doors
from accounts.models import SignInTries, User
from common import clock
from tests import builders

pytestmark = pytest.mark.django_db
PASSWORD = "ein-langes-wort"


@pytest.fixture
def person() -> User:
    user = builders.a_user()
    user.set_password(PASSWORD)
    user.save(update_fields=["password"])
    return user


def sign_in(name: str, password: str, address: str = "192.0.2.7"):
    with translation.override("en"):
        path = reverse("public:sign_in")
    return Client(REMOTE_ADDR=address).post(path, {"username": name, "password": password})


def words(reply) -> list[str]:
    return [str(error) for errors in reply.context["form"].errors.values() for error in errors]


def test_after_five_wrong_passwords_the_door_is_closed_for_a_second_and_then_for_longer(person: User):
    for _ in range(5):
        assert sign_in(person.username, "falsch").status_code == 422
    closed = sign_in(person.username, PASSWORD)
    assert closed.status_code == 429
    assert closed["Retry-After"] == "1"
    assert "not locked" in words(closed)[0]
    waits = []
    for _ in range(4):
        builders.travel_to(doors.closed_until(person.username, "192.0.2.7"))
        assert sign_in(person.username, "falsch").status_code == 422
        waits.append(round((doors.closed_until(person.username, "192.0.2.7") - clock.now()).total_seconds()))
    assert waits == [2, 4, 8, 16]


def test_a_wait_never_grows_beyond_a_quarter_of_an_hour_and_is_forgotten_in_an_hour(person: User):
    for _ in range(18):
        until = doors.closed_until(person.username, "192.0.2.7")
        if until:
            builders.travel_to(until)
        doors.count(person.username, "192.0.2.7")
    left = doors.closed_until(person.username, "192.0.2.7") - clock.now()
    assert timedelta(minutes=14) < left <= timedelta(minutes=15)
    builders.travel(timedelta(hours=2))
    for _ in range(4):
        assert sign_in(person.username, "falsch").status_code == 422
    assert sign_in(person.username, PASSWORD).status_code == 302


def test_while_it_is_closed_no_password_is_looked_at(person: User, monkeypatch: pytest.MonkeyPatch):
    for _ in range(5):
        sign_in(person.username, "falsch")
    monkeypatch.setattr(User, "check_password", lambda self, raw: pytest.fail("looked at"))
    assert sign_in(person.username, PASSWORD).status_code == 429


def test_an_account_that_does_not_exist_gives_the_same_answers(person: User):
    told = []
    for name in (person.username, "nobody-of-this-name"):
        replies = [sign_in(name, "falsch", address="198.51.100.1") for _ in range(6)]
        told.append([(reply.status_code, [text[:40] for text in words(reply)]) for reply in replies])
    assert told[0] == told[1]
    assert told[0][-1][0] == 429


def test_a_name_that_does_not_exist_costs_a_digest_too(monkeypatch: pytest.MonkeyPatch):
    made: list[str] = []
    monkeypatch.setattr(User, "set_password", lambda self, raw: made.append(raw))
    assert sign_in("nobody-of-this-name", "falsch").status_code == 422
    assert made == ["falsch"]


def test_nobody_is_locked_out_by_somebody_elsewhere(person: User):
    for number in range(80):
        doors.count(person.username, f"203.0.113.{number}")
    until = doors.closed_until(person.username, "192.0.2.7")
    assert until is None or until - clock.now() <= timedelta(seconds=30)
    if until:
        builders.travel_to(until)
    assert sign_in(person.username, PASSWORD).status_code == 302


def test_one_address_cannot_try_every_account():
    tried = sum(doors.count(f"name-{number}", "203.0.113.9") for number in range(80))
    assert tried == 50


def test_the_right_password_forgets_ones_own_tries_and_charges_no_address(person: User):
    for _ in range(60):
        assert sign_in(person.username, PASSWORD).status_code == 302
    for _ in range(4):
        sign_in(person.username, "falsch")
    assert sign_in(person.username, PASSWORD).status_code == 302
    assert all(row.tries <= 4 for row in SignInTries.objects.all())


def test_whoever_asks_for_a_password_stands_behind_the_same_door(person: User):
    request = RequestFactory().post("/")
    for _ in range(5):
        assert authenticate(request, username=person.username, password="falsch") is None
    assert authenticate(request, username=person.username, password=PASSWORD) is None


def test_the_table_of_tries_names_nobody_and_is_tidied(person: User):
    sign_in(person.username, "falsch")
    kept = str(list(SignInTries.objects.values()))
    assert person.username not in kept and "192.0.2.7" not in kept
    assert doors.tidy(clock.now()) == 0
    assert doors.tidy(clock.now() + timedelta(hours=2)) == 3


@pytest.mark.parametrize(
    ("behind", "forwarded", "remote", "found"),
    [
        (False, "198.51.100.9", "192.0.2.7", "192.0.2.7"),
        (True, "10.0.0.1, 198.51.100.9", "127.0.0.1", "198.51.100.9"),
        (True, "", "192.0.2.7", "192.0.2.7"),
        (False, "", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        (False, "", "", ""),
        (True, "rubbish", "192.0.2.7", ""),
    ],
)
def test_an_address_is_what_can_be_believed(behind: bool, forwarded: str, remote: str, found: str):
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    request = RequestFactory().get("/", headers=headers, REMOTE_ADDR=remote)
    with override_settings(HENG_BEHIND_PROXY=behind):
        assert doors.address_of(request) == found


@pytest.mark.django_db(transaction=True)
def test_of_many_tries_at_the_same_instant_only_the_free_ones_get_through():
    passed: list[bool] = []
    ready = threading.Barrier(8)

    def one() -> None:
        ready.wait(10)
        try:
            passed.extend(doors.count("somebody", "192.0.2.7") for _ in range(3))
        finally:
            connections["default"].close()

    threads = [threading.Thread(target=one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert connection.vendor == "postgresql"
    assert sum(passed) == 5
