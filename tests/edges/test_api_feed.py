"""The feed over HTTP: a bad record is reported and stops nothing; the same feed again changes nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from marketplace.models import Order
from tests.edges.callers import Caller

pytestmark = pytest.mark.django_db
BUYER = {"type": "buyer", "id": "b-1", "version": 1, "name": "林知夏"}
SHOP = {"type": "merchant", "id": "m-1", "version": 1, "name": "云汀陶社"}


def lines(caller: Caller, body: bytes, **headers: str) -> Any:
    return caller.http.post(
        "/api/v1/ingest", body, content_type="application/x-ndjson", headers={**caller.headers, **headers}
    )


def test_records_in_an_array_or_one_a_line_are_taken_alike_and_once() -> None:
    caller = Caller()
    first = caller.post("ingest", [BUYER, SHOP], key=None)
    assert first.status_code == 200, first.content
    assert (first.json()["applied"], first.json()["rejected"]) == (2, [])
    body = b"\n".join(json.dumps(record).encode() for record in (BUYER, SHOP)) + b"\n"
    again = lines(caller, body)
    assert (again.json()["applied"], again.json()["unchanged"]) == (0, 2)


def test_a_bad_record_is_named_by_line_field_and_reason_and_stops_nothing() -> None:
    caller = Caller()
    body = b'{"type": "buyer"\n' + json.dumps(BUYER).encode() + b"\n\n[1]\n\xff\xfe\n" + json.dumps(SHOP).encode()
    report = lines(caller, body).json()
    assert report["applied"] == 2
    assert [row["line"] for row in report["rejected"]] == [1, 4, 5]
    assert all(row["reason"] for row in report["rejected"])
    report = caller.post("ingest", [7, None, "x", [], {"type": "\ud800"}, {"type": "order"}], key=None).json()
    assert len(report["rejected"]) == 6
    assert not Order.objects.exists()


def test_a_report_is_repeated_under_its_key() -> None:
    caller = Caller()
    first = caller.post("ingest", [BUYER], key="feed-1")
    again = caller.post("ingest", [BUYER], key="feed-1")
    assert first.content == again.content and again["Idempotent-Replayed"] == "true"
    assert caller.post("ingest", [SHOP], key="feed-1").json()["code"] == "idempotency_key_reused"


@pytest.mark.parametrize("body", [b"", b"{}", b"nonsense", b"[" * 100_000, b"[NaN]", b"\xff"])
def test_what_is_no_list_of_records_is_refused_whole(body: bytes) -> None:
    caller = Caller()
    answer = caller.http.post("/api/v1/ingest", body, content_type="application/json", headers=caller.headers)
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")


def test_too_many_records_or_bytes_are_refused_before_any_is_taken() -> None:
    caller = Caller()
    assert caller.post("ingest", [{}] * 10_001, key=None).status_code == 413
    assert lines(caller, b"x" * (20 * 1024 * 1024 + 1)).status_code == 413


def test_another_kind_of_content_is_not_taken() -> None:
    caller = Caller()
    answer = caller.http.post("/api/v1/ingest", b"a,b", content_type="text/csv", headers=caller.headers)
    assert (answer.status_code, answer.json()["code"]) == (415, "media_type_unknown")
