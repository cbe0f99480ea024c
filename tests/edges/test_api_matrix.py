"""Every address of the API × every method × every kind of caller has a declared answer. An undeclared
address fails.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from accounts.models import Scope
from api.actions import ROWS
from api.urls import urlpatterns
from tests import builders, reach
from tests.edges.callers import Caller
from tests.reach import Scene

pytestmark = pytest.mark.django_db
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
ANY = None

# route → method → the scope it needs; a method that is not here is 405 for whoever has a key.
MATRIX: dict[str, dict[str, Scope | None]] = {
    "ingest": {"POST": Scope.INGEST},
    "cases": {"GET": Scope.CASES_READ, "HEAD": Scope.CASES_READ, "POST": Scope.CASES_WRITE},
    "claims": {"POST": Scope.CASES_WRITE},
    "case": {"GET": Scope.CASES_READ, "HEAD": Scope.CASES_READ},
    "evidence": {"POST": Scope.EVIDENCE_WRITE},
    "chat": {"POST": Scope.EVIDENCE_WRITE},
    "text": {"POST": Scope.EVIDENCE_WRITE},
    "masks": {"POST": Scope.EVIDENCE_WRITE},
    "bundle": {"GET": Scope.EVIDENCE_READ},
    "letter": {"GET": Scope.OUTCOMES_READ},
    "uploads": {"POST": Scope.EVIDENCE_WRITE, "OPTIONS": ANY},
    "upload": {**dict.fromkeys(("GET", "HEAD", "PATCH", "DELETE"), Scope.EVIDENCE_WRITE), "OPTIONS": ANY},
    "jury": {"GET": Scope.OUTCOMES_READ, "HEAD": Scope.OUTCOMES_READ},
    "payments": {"GET": Scope.OUTCOMES_READ, "HEAD": Scope.OUTCOMES_READ},
    "outcomes": {"GET": Scope.OUTCOMES_READ, "HEAD": Scope.OUTCOMES_READ},
    "rules": {"GET": ANY, "HEAD": ANY},
    **{event: {"POST": Scope.CASES_WRITE} for event in (
        "refund_agreed", "return_agreed", "refund_refused", "request_revised", "return_shipped", "return_accepted",
        "return_refused", "withdrawn", "offer_made", "offer_accepted", "offer_declined", "offer_retracted",
        "intervention_requested", "exhibit_answered", "point_answered", "buyer_handed_in", "merchant_handed_in",
        "claim_accepted", "claim_rebutted", "more_evidence_handed_in", "appeal_filed", "appeal_waived",
        "appeal_answered", "complied",
    )},
}  # fmt: skip
OPEN_TO_ALL = {"openapi", "nothing"}
BODIES: dict[str, dict[str, Any]] = {
    "refund_refused": {"text": "no"},
    "return_refused": {"text": "no"},
    "request_revised": {"kind": "refund_only", "amount": 1},
    "return_shipped": {"carrier": "SF", "tracking": "SF12345678"},
    "offer_made": {"on_behalf_of": "merchant", "amount": 1},
    "offer_accepted": {"on_behalf_of": "merchant", "offer_of": "buyer"},
    "offer_declined": {"on_behalf_of": "merchant", "offer_of": "buyer"},
    "offer_retracted": {"on_behalf_of": "merchant"},
    "intervention_requested": {
        "on_behalf_of": "buyer", "type": "DAMAGED", "remedy": "R2", "amount": 1, "points": ["x"], "story": "y",
    },
    "exhibit_answered": {"on_behalf_of": "buyer", "exhibit": "none", "stance": "genuine"},
    "point_answered": {"on_behalf_of": "buyer", "answers": [{"number": 1, "stance": "agrees"}]},
    "claim_rebutted": {"answers": [{"number": 1, "stance": "agrees"}]},
    "more_evidence_handed_in": {"on_behalf_of": "buyer"},
    "chat": {"on_behalf_of": "buyer", "first": 0, "last": 0},
    "text": {"on_behalf_of": "buyer", "text": "x"},
    "masks": {"on_behalf_of": "buyer", "regions": []},
    "appeal_filed": {"on_behalf_of": "buyer", "ground": "procedure", "text": "x"},
    "appeal_waived": {"on_behalf_of": "buyer"},
    "appeal_answered": {"on_behalf_of": "merchant", "text": "x"},
}  # fmt: skip


def path_of(route: str, number: str) -> str:
    if route in ("ingest", "cases", "claims", "outcomes", "rules"):
        return f"/api/v1/{route}"
    if route == "case":
        return f"/api/v1/cases/{number}"
    places = {"evidence": "evidence", "chat": "evidence/chat", "uploads": "uploads", "upload": "uploads/nothing"}
    places |= {"payments": "payments", "jury": "jury", "text": "evidence/text"}
    places["masks"] = "evidence/B1/masks"
    places["letter"] = "letter?for=buyer"
    places["bundle"] = "bundle?on_behalf_of=buyer"
    tail = places.get(route, f"actions/{route}")
    return f"/api/v1/cases/{number}/{tail}"


def ask(headers: dict[str, str], method: str, route: str, number: str) -> Any:
    http = Client(raise_request_exception=True)
    path, headers = path_of(route, number), {**headers, "Idempotency-Key": "k"}
    if route == "evidence":
        photo = reach.a_photo()
        photo.name = "x.jpg"
        body = {"on_behalf_of": "buyer", "code": "E06", "file": photo}
        return (
            http.post(path, body, headers=headers) if method == "POST" else http.generic(method, path, headers=headers)
        )
    written = json.dumps(BODIES.get(route, {}))
    if method in ("GET", "HEAD"):
        return http.generic(method, path, headers=headers)
    return http.generic(method, path, written, content_type="application/json", headers=headers)


@pytest.fixture
def scene() -> Scene:
    return reach.a_scene()


def test_every_address_is_declared_and_nothing_else_is() -> None:
    assert {pattern.name for pattern in urlpatterns} == set(MATRIX) | OPEN_TO_ALL
    assert {row.event.value for row in ROWS} <= set(MATRIX)


@pytest.mark.parametrize("route", MATRIX)
def test_without_a_key_every_method_is_401(route: str, scene: Scene) -> None:
    for method in METHODS:
        assert ask({}, method, route, scene.case.number).status_code == 401, method


@pytest.mark.parametrize("route", MATRIX)
def test_a_key_opens_what_its_scope_says_and_nothing_else(route: str, scene: Scene) -> None:
    """With the scope: neither 401, 403 nor 405. Without: 403, and the case is as it was. Undeclared methods:
    405.
    """
    version = scene.case.version
    for method in METHODS:
        if method not in MATRIX[route]:
            assert ask(Caller().headers, method, route, scene.case.number).status_code == 405, method
            continue
        needed = MATRIX[route][method]
        if needed is not None:
            others = [scope for scope in Scope if scope is not needed]
            assert ask(Caller(*others).headers, method, route, scene.case.number).status_code == 403, method
            assert scene.reload().version == version
        caller = Caller(needed) if needed is not None else Caller(Scope.INGEST)
        assert ask(caller.headers, method, route, scene.case.number).status_code not in (401, 403, 405), method


@pytest.mark.parametrize("route", [route for route in MATRIX if "cases/" in path_of(route, "x")])
def test_a_hidden_case_answers_as_one_that_never_was(route: str, scene: Scene) -> None:
    stranger = Caller(source="elsewhere")
    version = scene.case.version
    for method in MATRIX[route]:
        hidden = ask(stranger.headers, method, route, scene.case.number)
        absent = ask(stranger.headers, method, route, "DA-20260101-ABCDEF0")
        assert (hidden.status_code, absent.status_code) == (404, 404)
        assert hidden.content == absent.content
    assert scene.reload().version == version


def test_an_address_that_does_not_exist_is_a_problem_for_every_method() -> None:
    builders.rules()
    for method in METHODS:
        answer = Client().generic(method, "/api/v1/nowhere")
        assert answer.status_code == 404
        assert answer["Content-Type"] == "application/problem+json"
