"""A stretch of the talk inside the platform as evidence: chosen, never typed, by either side, while evidence is taken."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import Scope
from common import clock
from common.errors import Missing, Refused
from disputes import intervention, quoting, submissions
from evidence import integrity
from evidence.models import Exhibit
from tests import builders, reach
from tests.edges.callers import Caller
from tests.reach import Scene
from tests.visiting import signed_in

pytestmark = pytest.mark.django_db

SAID = ["在吗", "壶身有裂纹", "是开片", "注水会漏", "请寄回 13812345678"]


@pytest.fixture
def scene() -> Scene:
    made = reach.refused(chatted=False)
    for n, text in enumerate(SAID):
        sender = "buyer" if n % 2 == 0 else "merchant"
        builders.a_message(made.case.line, sender, text, made.case.opened_at + timedelta(minutes=n - 3))
    intervention.request(made.case.pk, reach.claim_of(made.reload()), actor=made.buyer, now=clock.now())
    intervention.admit(made.case.pk, actor=made.ops, now=clock.now())
    made.reload()
    return made


def page(scene: Scene, area: str) -> str:
    return reverse(f"{area}:chat", args=[scene.case.number])


def test_each_side_puts_a_stretch_on_file_that_says_where_it_is_from(scene: Scene) -> None:
    for area, actor, number in (("buyer", scene.buyer, "B1"), ("merchant", scene.merchant, "M1")):
        client = signed_in(actor)
        shown = client.get(page(scene, area)).content.decode()
        assert "注水会漏" in shown and "13812345678" not in shown
        reply = client.post(page(scene, area), {"from": "1", "to": "3", "note": "看这里"}, follow=True)
        text = reply.content.decode()
        assert "壶身有裂纹" in text and "注水会漏" in text and "在吗" not in text and "选自平台自己的记录" in text
        exhibit = Exhibit.objects.get(dossier_id=scene.case.dossier_id, side=area)
        assert (exhibit.kind, exhibit.number, exhibit.code, exhibit.note) == ("chat", number, "E02", "看这里")
        assert exhibit.content is not None and integrity.holds(exhibit)
        record = quoting.record_of(scene.case)
        assert record is not None and exhibit.content["of"]["sha256"] == record.sha256
        assert exhibit.content["chat"]["messages"] == quoting.messages(record)[1:4]
    other = reverse("buyer:exhibit", args=[scene.case.number, "M1"])
    assert "是开片" in signed_in(scene.buyer).get(other).content.decode(), "the other side reads it"


def test_the_default_begins_before_the_first_complaint(scene: Scene) -> None:
    record = quoting.record_of(scene.case)
    assert record is not None
    assert quoting.since_first_complaint(scene.case, quoting.messages(record)) == 1
    assert quoting.since_first_complaint(scene.case, []) == 0


def test_the_same_stretch_is_one_exhibit(scene: Scene) -> None:
    first = quoting.quote_chat(scene.case.pk, 0, 1, actor=scene.buyer, now=clock.now())
    again = quoting.quote_chat(scene.case.pk, 0, 1, actor=scene.buyer, now=clock.now())
    assert first.pk == again.pk


@pytest.mark.parametrize(("first", "last"), [(2, 1), (-1, 2), (0, 5), (5, 5)])
def test_a_stretch_that_is_none_is_refused(first: int, last: int, scene: Scene) -> None:
    with pytest.raises(Refused) as refused:
        quoting.quote_chat(scene.case.pk, first, last, actor=scene.buyer, now=clock.now())
    assert refused.value.code == "range_is_empty"
    reply = signed_in(scene.buyer).post(page(scene, "buyer"), {"from": str(first), "to": "x" * 9})
    assert reply.status_code == 422 and not Exhibit.objects.filter(kind="chat").exists()


def test_nobody_else_and_nobody_late_puts_a_stretch_on_file(scene: Scene) -> None:
    stranger = builders.a_buyer()
    with pytest.raises(Missing):
        quoting.quote_chat(scene.case.pk, 0, 1, actor=stranger, now=clock.now())
    assert signed_in(stranger).get(page(scene, "buyer")).status_code == 404
    closes_at = scene.reload().evidence_closes_at
    assert closes_at is not None
    builders.travel_to(closes_at)
    with pytest.raises(Refused):
        quoting.quote_chat(scene.case.pk, 0, 1, actor=scene.buyer, now=clock.now())
    assert 'type="radio"' not in signed_in(scene.buyer).get(page(scene, "buyer")).content.decode()


def test_a_stretch_is_taken_back_like_any_evidence(scene: Scene) -> None:
    exhibit = quoting.quote_chat(scene.case.pk, 0, 1, actor=scene.buyer, now=clock.now())
    submissions.withdraw_evidence(scene.case.pk, exhibit.pk, actor=scene.buyer, now=clock.now())
    assert Exhibit.objects.get(pk=exhibit.pk).withdrawn_at is not None


def test_the_page_keeps_to_its_budget(scene: Scene, django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    client = signed_in(scene.buyer)
    client.get(page(scene, "buyer"))
    with django_assert_max_num_queries(8):
        client.get(page(scene, "buyer"))


def test_a_marketplace_puts_a_stretch_on_file_for_a_side_and_not_its_words(scene: Scene) -> None:
    caller = Caller(Scope.EVIDENCE_WRITE)
    body = {"on_behalf_of": "merchant", "first": 2, "last": 3, "chat": {"messages": [{"text": "forged"}]}}
    path = f"cases/{scene.case.number}/evidence/chat"
    assert caller.post(path, body).status_code in (400, 422), "a body with more than is asked for"
    del body["chat"]
    answer = caller.post(path, body)
    assert answer.status_code == 201
    told = answer.json()
    assert (told["number"], told["kind"], told["state"], told["advice"]) == ("M1", "chat", "ready", [])
    body |= {"first": 3, "last": 2}
    refused = caller.post(path, body)
    assert refused.status_code == 422 and refused.json()["code"] == "range_is_empty"
