"""A marketplace's system opens cases, follows them and acts for either side, within its own source and
nowhere else.
"""

from __future__ import annotations

import json
from datetime import timedelta
from uuid import uuid4

import pytest

from accounts import clients
from accounts.models import Scope
from common import clock
from common.actor import Actor
from disputes.lifecycle import State
from disputes.models import Case, Outcome
from journal.models import Entry
from tests import builders, reach
from tests.edges.callers import Caller, named

pytestmark = pytest.mark.django_db


def opening(line: object, **changes: object) -> dict[str, object]:
    return {
        "order": line.order.external_id,  # type: ignore[attr-defined]
        "line": "1",
        "kind": "refund_only",
        "type": "DAMAGED",
        "amount": 68_000,
        "text": "收到时壶身有裂纹。",
    } | changes


def a_line() -> object:
    builders.rules()
    return builders.a_line(builders.a_buyer(), builders.a_shop())


def test_a_case_is_opened_for_the_buyer_and_says_whose_turn_it_is_until_when_and_what_may_be_done() -> None:
    caller, line = Caller(), a_line()
    answer = caller.post("cases", opening(line))
    assert answer.status_code == 201
    case = answer.json()
    assert (case["state"], case["awaits"], case["claimed"]) == ("awaiting_merchant", "merchant", 68_000)
    assert case["due_at"] == case["deadlines"][0]["due_at"]
    assert case["labels"] == {"buyer": "Waiting for merchant", "merchant": "Your reply needed"}
    open_to = {(row["event"], row["role"]): row for row in case["actions"]}
    agreed = open_to["refund_agreed", "merchant"]
    assert agreed["blocked_by"] is None and agreed["due_at"] == case["due_at"]
    assert agreed["href"] == f"/api/v1/cases/{case['number']}/actions/refund_agreed"
    assert open_to["intervention_requested", "buyer"]["blocked_by"] == "not_yet"
    assert open_to["offer_accepted", "buyer"]["blocked_by"] == "offer_is_gone"
    entry = Entry.objects.get(kind="refund_requested")
    assert (entry.actor_role, entry.client_id) == ("buyer", caller.issued.client.pk)
    assert caller.get(f"cases/{case['number']}").json() == case


def test_every_refusal_is_a_problem_with_its_code_its_words_and_its_data() -> None:
    caller, line = Caller(), a_line()
    answer = caller.post("cases", opening(line, amount=68_001))
    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json() == {
        "type": "urn:heng:problem:amount_out_of_range",
        "title": "This is not possible.",
        "status": 422,
        "code": "amount_out_of_range",
        "detail": "You can ask for up to ¥680.00 (amount paid).",
        "data": {"highest": 68_000, "price": 68_000, "currency": "CNY"},
    }
    assert caller.post("cases", opening(line)).status_code == 201
    assert caller.post("cases", opening(line)).json()["code"] == "live_case_exists"


def test_what_is_not_well_formed_is_named_field_by_field() -> None:
    answer = Caller().post("cases", {"order": "x", "kind": "gift", "amount": 0, "statee": "closed"})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    at_fault = {(error["field"], error["code"]) for error in answer.json()["errors"]}
    assert {("line", "required"), ("kind", "invalid_choice"), ("amount", "min_value")} <= at_fault


def test_a_field_that_is_not_known_is_refused_and_changes_nothing() -> None:
    caller, line = Caller(), a_line()
    for name in ("state", "version", "assignee", "merchant_id", "claimed", "is_staff"):
        answer = caller.post("cases", opening(line, **{name: "closed"}))
        assert answer.status_code == 400
        assert answer.json()["errors"][0] == {
            "field": name,
            "code": "unknown_field",
            "message": "This field is not known here.",
        }
    assert not Case.objects.exists()


def test_another_sources_case_and_no_case_at_all_are_the_same_answer() -> None:
    scene = reach.a_scene()
    stranger = Caller(source="elsewhere")
    body = {"text": "no"}
    answers = [
        stranger.get(f"cases/{scene.case.number}"),
        stranger.get("cases/DA-20260101-000000A"),
        stranger.get("cases/x"),
        stranger.get("cases/DA-²²²²²²²²-000000A"),
        stranger.post(f"cases/{scene.case.number}/actions/refund_refused", body),
        stranger.post("cases/x/actions/refund_refused", body),
        stranger.post("cases", opening(scene.case.line)),
        stranger.get("nowhere/at/all"),
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({json.dumps(answer.json()) for answer in answers[:-1]}) == 1
    assert stranger.get("cases").json() == {"cases": [], "next": None}
    assert scene.state is State.AWAITING_MERCHANT


def test_the_list_pages_by_cursor_without_gap_or_double_and_filters_by_the_feeds_ids() -> None:
    scenes = [named(reach.a_scene()) for _ in range(3)]
    caller = Caller()
    seen, cursor = [], None
    for _ in range(3):
        page = caller.get("cases", limit=1, **({"cursor": cursor} if cursor else {})).json()
        seen += [case["number"] for case in page["cases"]]
        cursor = page["next"]
    assert seen == [scene.case.number for scene in reversed(scenes)]
    assert cursor is None
    first = scenes[0]
    for query in (
        {"order": first.case.order.external_id},
        {"merchant": f"m-{first.shop.pk}"},
        {"state": "awaiting_merchant", "order": first.case.order.external_id},
    ):
        found = caller.get("cases", **query).json()["cases"]
        assert [case["number"] for case in found] == [first.case.number]
        assert (found[0]["buyer"], found[0]["merchant"]) == (f"b-{first.buyer.id}", f"m-{first.shop.pk}")
    assert caller.get("cases", merchant="nobody").json()["cases"] == []
    assert caller.get("cases", state="closed").json()["cases"] == []


def test_what_changed_since_a_moment_comes_oldest_change_first() -> None:
    first, second = reach.a_scene(), reach.a_scene()
    later = builders.travel(timedelta(minutes=1))
    caller = Caller()
    caller.act(first, "refund_refused", text="汝窑开片是天然特征。")
    found = caller.get("cases", updated_since=later.isoformat()).json()["cases"]
    assert [case["number"] for case in found] == [first.case.number]
    found = caller.get("cases", updated_since=second.case.opened_at.isoformat()).json()["cases"]
    assert [case["number"] for case in found] == [second.case.number, first.case.number]


@pytest.mark.parametrize(
    "query",
    [
        {"cursor": "x"},
        {"cursor": "W10"},
        {"cursor": "WyIyMDI2IiwxXQ"},
        {"cursor": "WzEsMiwzXQ"},
        {"limit": "0"},
        {"limit": "101"},
        {"limit": "²"},
        {"state": "open"},
        {"updated_since": "yesterday"},
        {"order_by": "claimed"},
        {"state": "closed\x00"},
    ],
)
def test_a_query_that_cannot_be_answered_is_refused(query: dict[str, str]) -> None:
    answer = Caller().get("cases", **query)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


def test_a_list_costs_the_same_queries_however_long(django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    for _ in range(4):
        named(reach.a_scene())
    caller = Caller()
    caller.get("cases")
    with django_assert_max_num_queries(6):
        assert len(caller.get("cases").json()["cases"]) == 4


def test_a_case_is_read_in_a_fixed_number_of_queries(django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    scene = named(reach.handed_in())
    caller = Caller()
    caller.get(f"cases/{scene.case.number}")
    with django_assert_max_num_queries(20):
        case = caller.get(f"cases/{scene.case.number}").json()
    assert case["exhibits"] and case["points"]


def test_both_sides_settle_through_the_marketplaces_own_pages() -> None:
    scene, caller = reach.a_scene(), Caller()
    made = caller.act(scene, "offer_made", on_behalf_of="merchant", amount=30_000, text="补偿一部分。")
    assert made.json()["offers"][0]["offer_of"] == "merchant"
    own = caller.act(scene, "offer_accepted", on_behalf_of="merchant", offer_of="merchant")
    assert own.json()["code"] == "this_is_your_own_offer"
    nobody = caller.act(scene, "offer_accepted", on_behalf_of="merchant", offer_of="buyer")
    assert nobody.status_code == 404
    settled = caller.act(scene, "offer_accepted", on_behalf_of="buyer", offer_of="merchant")
    assert settled.json()["outcome"]["amount"] == 30_000
    assert scene.state is State.ENFORCING


def test_a_case_goes_from_refusal_to_the_queue_over_the_api() -> None:
    scene, caller = reach.a_scene(), Caller()
    assert caller.act(scene, "refund_refused", text="汝窑开片是天然特征。").status_code == 200
    filed = caller.act(
        scene,
        "intervention_requested",
        on_behalf_of="buyer",
        type="DAMAGED",
        remedy="R2",
        amount=68_000,
        points=["收到时壶身已有裂纹", "注水后会渗水"],
        story="当晚开箱就看到裂纹。",
    )
    assert (filed.status_code, filed.json()["state"]) == (200, "admission")
    from disputes import intervention

    intervention.admit(scene.case.pk, actor=scene.ops, now=clock.now())
    blocked = {row["event"]: row["blocked_by"] for row in caller.get(f"cases/{scene.case.number}").json()["actions"]}
    assert blocked["buyer_handed_in"] == "evidence_missing"
    reach.give_required_evidence(scene)
    handed = caller.act(scene, "buyer_handed_in")
    assert handed.json()["state"] == "awaiting_confirmation"
    exhibit = handed.json()["exhibits"][0]["id"]
    answers = [{"number": number, "stance": "disputes", "text": "出库时完好。"} for number in (1, 2)]
    answers[0]["exhibits"] = [exhibit]
    missing = caller.act(scene, "claim_rebutted", answers=answers[:1])
    assert (missing.status_code, missing.json()["data"]) == (422, {"numbers": [2]})
    unknown = caller.act(scene, "claim_rebutted", answers=[{"number": 7, "stance": "disputes"}])
    assert unknown.status_code == 404
    rebutted = caller.act(scene, "claim_rebutted", answers=answers)
    assert rebutted.json()["state"] == "awaiting_assignment"
    assert [point["merchant"] for point in rebutted.json()["points"]] == ["disputes", "disputes"]
    entry = Entry.objects.filter(stream=scene.case.stream, kind="claim_rebutted").last()
    assert entry is not None
    assert (entry.actor_role, entry.actor_id, entry.client_id) == ("merchant", None, caller.issued.client.pk)


def test_acting_on_an_old_version_is_a_conflict_that_tells_both_versions() -> None:
    scene, caller = reach.a_scene(), Caller()
    version = scene.case.version
    caller.act(scene, "offer_made", on_behalf_of="merchant", amount=100)
    answer = caller.act(scene, "refund_agreed", version=version)
    assert answer.status_code == 409
    assert (answer.json()["code"], answer.json()["data"]) == ("case_moved_on", {"seen": version, "now": version + 1})
    assert scene.state is State.AWAITING_MERCHANT


def test_evidence_comes_in_with_a_receipt_and_the_same_file_is_one_exhibit() -> None:
    scene, caller = reach.admitted(), Caller()
    path = f"cases/{scene.case.number}/evidence"

    def fields() -> dict[str, object]:
        photo = reach.a_photo()
        photo.name = "crack.jpg"
        return {"on_behalf_of": "buyer", "code": "E06", "name": "裂纹", "file": photo}

    first = caller.upload(path, fields())
    assert first.status_code == 201
    receipt = first.json()
    assert (receipt["number"], receipt["code"], len(receipt["sha256"])) == ("B1", "E06", 64)
    assert caller.upload(path, fields()).json() == receipt
    key = uuid4().hex
    once, again = caller.upload(path, fields(), key=key), caller.upload(path, fields(), key=key)
    assert once.content == again.content and again["Idempotent-Replayed"] == "true"
    assert len(caller.get(f"cases/{scene.case.number}").json()["exhibits"]) >= 1


def test_a_hostile_file_is_refused_and_leaves_nothing() -> None:
    from io import BytesIO

    scene, caller = reach.admitted(), Caller()
    file = BytesIO(b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>")
    file.name = "photo.jpg"
    body = {"on_behalf_of": "buyer", "code": "E06", "file": file}
    answer = caller.upload(f"cases/{scene.case.number}/evidence", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "type_not_accepted")
    assert caller.upload("cases/x/evidence", {"on_behalf_of": "buyer", "code": "E06"}).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_outcomes_come_once_in_order_and_the_cursor_can_be_kept() -> None:
    first, second = reach.a_scene(), reach.a_scene()
    caller = Caller(Scope.OUTCOMES_READ, Scope.CASES_WRITE)
    assert caller.get("outcomes").json()["outcomes"] == []
    caller.act(first, "refund_agreed")
    page = caller.get("outcomes").json()
    assert [row["case"] for row in page["outcomes"]] == [first.case.number]
    assert page["outcomes"][0]["order"] == first.case.order.external_id
    caller.act(second, "refund_agreed")
    page = caller.get("outcomes", cursor=page["next"]).json()
    assert ([row["case"] for row in page["outcomes"]], page["more"]) == ([second.case.number], False)
    assert caller.get("outcomes", cursor=page["next"]).json()["outcomes"] == []
    assert Caller(source="elsewhere").get("outcomes").json()["outcomes"] == []


@pytest.mark.django_db(transaction=True)
def test_an_outcome_is_not_passed_over_while_an_earlier_one_is_still_being_written() -> None:
    from django.db import connection

    scene, caller = reach.a_scene(), Caller()
    other = connection.copy()
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:  # draws a number and keeps it, as a slow act would
            cursor.execute("LOCK TABLE disputes_outcome IN ROW EXCLUSIVE MODE")
            cursor.execute("SELECT nextval('disputes_outcome_id_seq')")
        caller.act(scene, "refund_agreed")
        assert Outcome.objects.count() == 1
        assert caller.get("outcomes").json()["outcomes"] == []
    finally:
        other.rollback()
        other.close()
    assert len(caller.get("outcomes").json()["outcomes"]) == 1


def test_the_rules_in_force_are_told_to_every_key() -> None:
    builders.rules()
    answer = Caller(Scope.INGEST).get("rules")
    assert answer.status_code == 200
    assert answer.json()["profile"] == "taobao-classic" and "DAMAGED" in json.dumps(answer.json()["body"])


def test_a_client_whose_key_was_revoked_since_its_request_cannot_act() -> None:
    from common.errors import Missing
    from disputes import negotiation

    scene, caller = reach.a_scene(), Caller()
    actor = Actor.merchant(None, scene.shop.pk, client_id=caller.issued.client.pk)
    clients.revoke(caller.issued.client.pk, actor=Actor.system(), now=clock.now())
    with pytest.raises(Missing):
        negotiation.agree_refund(scene.case.pk, actor=actor, now=clock.now())
