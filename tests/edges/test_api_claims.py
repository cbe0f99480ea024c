"""A marketplace brings a merchant's claim and answers it for the buyer, over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from disputes import queries
from disputes.lifecycle import State
from disputes.models import Case
from evidence.models import Exhibit
from journal.models import Entry
from ledger import keys
from tests import builders, claims, reach
from tests.acts.market import market, running_market
from tests.acts.test_enforcement import give
from tests.edges.callers import Caller, named
from tests.reach import Scene

__all__ = ["market", "running_market"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("market")]


@pytest.fixture(autouse=True)
def _fund(db: None) -> None:
    give(keys.advance("CNY"), 1_000_000)


def opening(made: Scene, **changes: Any) -> dict[str, Any]:
    body = {
        "case": made.case.number,
        "reason": "swapped",
        "amount": 68_000,
        "points": list(claims.POINTS),
        "story": "退回的不是本店的商品。",
    }
    return body | changes


def _by_refund(made: Scene, refund: str) -> dict[str, Any]:
    body = opening(made, refund=refund)
    del body["case"]
    return body


def test_a_claim_is_opened_for_the_merchant_and_says_whose_it_is() -> None:
    made, caller = named(claims.paid_out()), Caller()
    reply = caller.post("claims", opening(made))
    assert reply.status_code == 201, reply.content
    case = reply.json()
    assert (case["claimant"], case["state"], case["awaits"], case["remedy"]) == (
        "merchant",
        "admission",
        "platform",
        "R17",
    )
    assert caller.get(f"cases/{case['number']}").json() == case
    assert caller.get(f"cases/{made.case.number}").json()["claimant"] == "buyer"


def test_the_same_request_again_is_the_same_claim() -> None:
    made, caller = named(claims.paid_out()), Caller()
    first = caller.post("claims", opening(made), key="k" * 32)
    assert caller.post("claims", opening(made), key="k" * 32).json() == first.json()
    again = caller.post("claims", opening(made))
    assert (again.status_code, again.json()["code"]) == (422, "live_case_exists")


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"refund": "r-1"}, "invalid"), ({"case": ""}, "invalid"), ({"reason": "because"}, "invalid")],
)
def test_what_is_not_well_formed_is_named(changes: dict[str, Any], code: str) -> None:
    made = named(claims.paid_out())
    reply = Caller().post("claims", opening(made, **changes))
    assert (reply.status_code, reply.json()["code"]) == (400, code)


def test_a_refusal_says_which_condition_does_not_hold() -> None:
    made = named(claims.paid_out())
    reply = Caller().post("claims", opening(made, amount=68_001))
    assert reply.status_code == 422
    assert reply.json()["data"] == {"highest": 68_000, "currency": "CNY"}


def test_another_source_finds_nothing() -> None:
    made = named(claims.paid_out())
    assert Caller(source="elsewhere").post("claims", opening(made)).status_code == 404
    assert Caller().post("claims", _by_refund(made, "unknown")).status_code == 404


def test_the_buyer_is_offered_the_answer_and_the_merchant_the_claim() -> None:
    claim = named(claims.handed_in())
    caller = Caller()
    actions = caller.get(f"cases/{claim.case.number}").json()["actions"]
    offered = {(row["event"], row["role"]) for row in actions}
    assert {("claim_rebutted", "buyer"), ("claim_accepted", "buyer"), ("withdrawn", "merchant")} <= offered
    assert {("offer_made", "buyer"), ("offer_made", "merchant")} <= offered
    assert not {("claim_rebutted", "merchant"), ("withdrawn", "buyer")} & offered
    bare: list[dict[str, object]] = [{"number": number, "stance": "disputes"} for number in (1, 2)]
    no_reason = caller.act(claim, "claim_rebutted", answers=bare, on_behalf_of="buyer")
    assert (no_reason.status_code, no_reason.json()["code"]) == (422, "point_reason_missing")
    assert no_reason.json()["data"] == {"number": 1}
    answers = [answer | {"text": "收到的就是那一件。"} for answer in bare]
    wrong = caller.act(claim, "claim_rebutted", answers=answers)
    assert wrong.json()["code"] in ("your_own_claim", "point_unanswered")
    done = caller.act(claim, "claim_rebutted", answers=answers, on_behalf_of="buyer")
    assert done.status_code == 200, done.content
    assert claim.state is State.AWAITING_ASSIGNMENT


def test_without_a_name_an_action_is_taken_for_whose_it_usually_is() -> None:
    builders.rules()
    claim = named(claims.admitted())
    assert Caller().act(claim, "withdrawn").json()["code"] == "not_your_claim"
    assert Caller().act(claim, "withdrawn", on_behalf_of="merchant").status_code == 200
    assert claim.state is State.WITHDRAWN


# --- with files ------------------------------------------------------------------------------------------------------


def _photo(colour: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(f"{colour}.jpg", reach.a_photo(colour).read(), "image/jpeg")


def with_files(made: Scene, *colours: str, codes: list[str] | None = None, **changes: Any) -> dict[str, Any]:
    files = [_photo(colour) for colour in colours]
    return opening(made, **changes) | {"files": files, "codes": codes or ["E06"] * len(files)}


def test_files_that_prove_it_are_on_the_file_with_the_claim_once() -> None:
    made, caller = named(claims.paid_out()), Caller()
    reply = caller.upload("claims", with_files(made, "teal", "navy", codes=["E06", "E20"]), key="f" * 32)
    assert reply.status_code == 201, reply.content
    again = caller.upload("claims", with_files(made, "teal", "navy", codes=["E06", "E20"]), key="f" * 32)
    assert (again.json(), again["Idempotent-Replayed"]) == (reply.json(), "true")
    case = Case.objects.get(number=reply.json()["number"])
    own = Exhibit.objects.filter(dossier_id=case.dossier_id, side="merchant").order_by("place")
    assert [(row.number, row.code, row.visible_at is not None) for row in own] == [
        ("M1", "E06", True),
        ("M2", "E20", True),
    ]
    assert [point.text for point in queries.points(case)] == list(claims.POINTS)
    entries = Entry.objects.filter(stream_id=case.stream_id).order_by("seq").values_list("kind", flat=True)
    assert list(entries) == ["claim_filed", "evidence_added", "evidence_added"]


@pytest.mark.parametrize(
    ("codes", "status", "code"),
    [
        (["E06"], 400, "invalid"),
        (["E06", "E99"], 422, "evidence_code_unknown"),
        (["E06", "E01"], 422, "evidence_code_unknown"),
    ],
)
def test_with_a_file_that_is_refused_there_is_no_claim(codes: list[str], status: int, code: str) -> None:
    made = named(claims.paid_out())
    reply = Caller().upload("claims", with_files(made, "teal", "navy", codes=codes))
    assert (reply.status_code, reply.json()["code"]) == (status, code)
    assert not Case.objects.filter(claimant="merchant").exists()


def test_what_is_no_file_that_is_taken_is_named_before_anything_happens() -> None:
    made = named(claims.paid_out())
    body = with_files(made) | {"files": [SimpleUploadedFile("x.svg", b"<svg/>")], "codes": ["E06"]}
    reply = Caller().upload("claims", body)
    assert (reply.status_code, reply.json()["code"]) == (422, "type_not_accepted")
    assert not Case.objects.filter(claimant="merchant").exists()


def test_nine_files_are_the_most_of_one_request() -> None:
    made = named(claims.paid_out())
    body = opening(made) | {"files": [_photo("teal") for _n in range(10)], "codes": ["E06"] * 10}
    assert Caller().upload("claims", body).status_code == 400
