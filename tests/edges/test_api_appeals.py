"""After a ruling: both sides waive, perform, appeal and answer through the marketplace's systems, as on the pages."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client, RequestFactory

from arbitration.models import Appeal
from config import errors
from disputes.lifecycle import State
from evidence.models import Blob, Exhibit
from tests import deciding, reach
from tests.edges.callers import Answer, Caller
from tests.reach import Scene

pytestmark = pytest.mark.django_db

WORDS = "补充渗水照片，请重新认定。"


def appeal(caller: Caller, scene: Scene, *, key: str | None = "", **fields: Any) -> Answer:
    photo = reach.a_photo("orange")
    photo.name = "leak.jpg"
    body = {
        "on_behalf_of": "buyer",
        "ground": "new_evidence",
        "points": [1],
        "text": WORDS,
        "code": "E06",
        "name": "渗水细节",
        "why_late": "当时手机送修，照片刚找回",
        "file": photo,
    }
    return caller.upload(f"cases/{scene.case.number}/actions/appeal_filed", body | fields, key=key)


def test_an_appeal_brings_its_new_evidence_along_and_is_answered() -> None:
    scene, caller = deciding.dismissed(), Caller()
    filed = appeal(caller, scene)
    assert (filed.status_code, filed.json()["state"]) == (200, "awaiting_appeal_answer")
    kept = Appeal.objects.get(case=scene.case)
    assert (kept.side, kept.ground, kept.points) == ("buyer", "new_evidence", [1])
    exhibit = Exhibit.objects.get(pk__in=kept.exhibits)
    assert (exhibit.code, exhibit.note) == ("E06", "当时手机送修，照片刚找回")
    assert exhibit.number in {row["number"] for row in filed.json()["exhibits"]}
    open_to = {(row["event"], row["role"]): row["blocked_by"] for row in filed.json()["actions"]}
    assert open_to["appeal_answered", "merchant"] is None
    assert open_to["appeal_answered", "buyer"] == "this_is_your_own_appeal"
    answered = caller.act(scene, "appeal_answered", on_behalf_of="merchant", text="照片不能证明是同一只壶。")
    assert (answered.status_code, answered.json()["state"]) == (200, "under_appeal")


def test_a_text_is_new_evidence_over_http_too() -> None:
    scene, caller = deciding.dismissed(), Caller()
    body = {"on_behalf_of": "buyer", "ground": "new_evidence", "points": [1], "text": WORDS, "new_text": " 师傅说。\n"}
    assert caller.act(scene, "appeal_filed", **body).json()["code"] == "why_late_missing"
    filed = caller.act(scene, "appeal_filed", **body, why_late="刚找到人")
    assert filed.status_code == 200
    exhibit = Exhibit.objects.get(pk__in=Appeal.objects.get(case=scene.case).exhibits)
    assert (exhibit.code, exhibit.content, exhibit.note) == ("E34", {"text": " 师傅说。\n"}, "刚找到人")


def test_a_repeated_appeal_is_one_appeal_and_stores_its_file_once() -> None:
    scene, caller = deciding.dismissed(), Caller()
    first = appeal(caller, scene, key="k-1")
    blobs = Blob.objects.count()
    again = appeal(caller, scene, key="k-1")
    assert (first.status_code, again["Idempotent-Replayed"]) == (200, "true")
    assert first.content == again.content
    assert (Appeal.objects.count(), Blob.objects.count()) == (1, blobs)


def test_an_appeal_that_brings_nothing_new_is_refused_and_changes_nothing() -> None:
    scene, caller = deciding.dismissed(), Caller()
    body = {"on_behalf_of": "buyer", "ground": "new_evidence", "points": [1], "text": WORDS}
    assert caller.act(scene, "appeal_filed", **body).json()["code"] == "new_evidence_missing"
    photo = reach.a_photo("teal")  # the colour that was handed in
    photo.name = "again.jpg"
    assert appeal(caller, scene, file=photo).json()["code"] == "evidence_is_not_new"
    assert appeal(caller, scene, why_late="").status_code == 400
    assert scene.state is State.APPEAL_WINDOW


def test_a_finding_in_ones_own_favour_is_refused_with_its_code_and_changes_nothing() -> None:
    scene, caller = deciding.dismissed(), Caller()  # every point was found for the merchant
    body = {"on_behalf_of": "merchant", "ground": "rule_error", "points": [1], "text": "规则用错。"}
    reply = caller.act(scene, "appeal_filed", **body)
    assert (reply.status_code, reply.json()["code"]) == (422, "finding_in_own_favour")
    assert "your favour" in reply.json()["detail"]
    with_file = appeal(caller, scene, on_behalf_of="merchant")
    assert (with_file.status_code, with_file.json()["code"]) == (422, "finding_in_own_favour")
    assert scene.state is State.APPEAL_WINDOW and not Appeal.objects.exists()
    assert caller.act(scene, "appeal_filed", **body | {"on_behalf_of": "buyer"}).status_code == 200


def test_an_appeal_without_new_evidence_needs_no_file() -> None:
    scene, caller = deciding.dismissed(), Caller()
    body = {"on_behalf_of": "buyer", "ground": "rule_error", "points": [1], "text": "规则用错。"}
    assert caller.act(scene, "appeal_filed", **body).json()["state"] == "awaiting_appeal_answer"


def test_both_sides_waive_and_the_merchant_performs() -> None:
    scene, caller = deciding.served(), Caller()
    assert caller.act(scene, "appeal_waived", on_behalf_of="buyer").json()["state"] == "appeal_window"
    twice = caller.act(scene, "appeal_waived", on_behalf_of="buyer")
    assert twice.json()["code"] == "appeal_was_waived"
    assert caller.act(scene, "appeal_waived", on_behalf_of="merchant").json()["state"] == "awaiting_compliance"
    done = caller.act(scene, "complied")
    assert (done.json()["state"], done.json()["outcome"]["pays"]) == ("enforcing", True)


def test_what_breaks_under_the_api_is_a_problem_in_json_and_a_page_elsewhere() -> None:
    for path, kind in (("/api/v1/cases", "application/problem+json"), ("/my/", "text/html; charset=utf-8")):
        answer = errors.broken(RequestFactory().get(path))
        assert (answer.status_code, answer["Content-Type"]) == (500, kind)


def test_an_endpoint_that_breaks_says_so_in_json(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("api.cases.cases_of", breaks)
    caller = Caller()
    caller.http = Client(raise_request_exception=False)
    answer = caller.get("cases")
    assert (answer.status_code, answer.json()["code"]) == (500, "broken")
