"""What every reply carries, and what a load balancer is told."""

from __future__ import annotations

import json
import logging
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from config import environment, logs


@pytest.mark.django_db
def test_every_reply_forbids_foreign_and_inline_code(client: Client) -> None:
    policy = client.get("/healthz").headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy


def test_the_process_says_that_it_is_alive_without_asking_anybody(client: Client) -> None:
    assert client.get("/healthz").json() == {"status": "alive"}


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/healthz", "/readyz"])
def test_a_machine_says_how_it_is_by_whatever_name_it_is_called(client: Client, settings: Any, address: str) -> None:
    settings.ALLOWED_HOSTS, settings.SECURE_SSL_REDIRECT = ["court.example.com"], True
    assert client.get(address, headers={"Host": "10.0.0.7:8000"}).status_code == 200
    assert client.get("/", headers={"Host": "10.0.0.7:8000"}).status_code == 400


@pytest.mark.django_db
def test_a_house_that_keeps_up_is_ready(client: Client) -> None:
    reply = client.get("/readyz")
    assert reply.status_code == 200
    assert reply.json()["oldest_overdue_deadline_s"] == 0


@pytest.mark.django_db
def test_a_house_that_falls_behind_is_not_ready(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from engine import health

    late = health.Health(timedelta(minutes=5), timedelta(), 0, 0)
    monkeypatch.setattr(health, "look", lambda now: late)
    reply = client.get("/readyz")
    assert reply.status_code == 503
    assert reply.json()["oldest_overdue_deadline_s"] == 300


def test_a_proxys_request_number_is_kept_and_a_strange_one_is_not(client: Client) -> None:
    assert client.get("/healthz", headers={"X-Request-ID": "abc-12345"}).headers["X-Request-ID"] == "abc-12345"
    assert "\n" not in client.get("/healthz", headers={"X-Request-ID": "a\nb"}).headers["X-Request-ID"]


def test_a_log_line_holds_no_path_and_no_request() -> None:
    record = logging.LogRecord("django.request", logging.ERROR, "", 1, "Not Found: %s", ("/my/secret",), None)
    record.request = object()
    made = logs.config(level="INFO", readable=False)["formatters"]["event"]
    formatter = made.pop("()")(**made)
    line = json.loads(formatter.format(record))
    assert line["event"] == "Not Found"
    assert "secret" not in json.dumps(line)
    assert "request" not in line


def test_celery_is_told_of_a_socket_in_its_own_spelling() -> None:
    assert environment.broker_url("unix:///run/v.sock?db=3") == "redis+socket:///run/v.sock?virtual_host=3"
    assert environment.broker_url("redis://here:6379/1") == "redis://here:6379/1"


def test_a_switch_that_is_neither_on_nor_off_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HENG_DEMO", "maybe")
    with pytest.raises(environment.Unset):
        environment.flag("HENG_DEMO")
