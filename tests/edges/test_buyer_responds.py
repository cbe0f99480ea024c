"""The buyer responds point by point: what the merchant said stands beside, and what is sent is one act."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from arbitration import inquiries
from common import clock
from disputes import queries
from disputes.lifecycle import Event, State
from disputes.models import PointAnswer
from evidence.models import Exhibit
from tests import deciding, reach
from tests.reach import Scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def made() -> Scene:
    """An arbitrator asks both sides for more; the merchant has disputed every point."""
    scene = deciding.taken()
    inquiries.ask_more(
        scene.case.pk, sides="both", points=(1,), text="请补充。", actor=scene.arbitrator, now=clock.now()
    )
    return scene


def at(made: Scene) -> str:
    return reverse("buyer:act", args=[made.case.number, Event.MORE_EVIDENCE_HANDED_IN.value])


def client(made: Scene) -> Client:
    made_client = Client()
    made_client.force_login(get_user_model().objects.get(pk=made.buyer.id))
    return made_client


def points(made: Scene) -> list[Any]:
    return list(queries.points(made.reload()))


def send(made: Scene, **typed: Any) -> Any:
    return client(made).post(at(made), {"seen": made.reload().version, "do": "send"} | typed)


def mine(made: Scene) -> dict[int, tuple[str, str]]:
    answers = PointAnswer.objects.filter(point__case=made.case, side="buyer", superseded_at__isnull=True)
    return {answer.point.number: (answer.stance, answer.text) for answer in answers}


def test_every_point_shows_what_the_merchant_says_of_it(made: Scene, django_assert_max_num_queries):
    reader = client(made)
    with django_assert_max_num_queries(14):
        reply = reader.get(at(made))
    text = reply.content.decode()
    assert [row["theirs"]["text"] for row in reply.context["form"].rows()] == ["出库时完好。", "出库时完好。"]
    assert text.count("出库时完好。") == 2
    assert 'role="timer"' in text


def test_to_disagree_with_who_disputes_a_point_is_to_stand_by_it(made: Scene):
    first, second = points(made)
    reply = send(
        made,
        **{f"stance_{first.pk}": "against", f"text_{first.pk}": "照片里看得到裂纹。", f"stance_{second.pk}": "with"},
    )
    assert reply.status_code == 302
    assert mine(made) == {1: ("agrees", "照片里看得到裂纹。"), 2: ("disputes", "")}


def test_points_may_stay_open_and_words_alone_are_enough(made: Scene):
    assert send(made, text="没有更多了。").status_code == 302
    assert mine(made) == {}
    assert made.state is State.MORE_EVIDENCE  # the merchant was asked, too


def test_words_without_a_stance_are_kept_and_asked_about(made: Scene):
    first, _second = points(made)
    reply = send(made, **{f"text_{first.pk}": "照片里看得到裂纹。"})
    assert reply.status_code == 422
    assert "照片里看得到裂纹。" in reply.content.decode()
    assert f"stance_{first.pk}" in reply.context["form"].errors


def test_a_file_is_named_by_its_point_and_sent_with_the_rest(made: Scene):
    first, _second = points(made)
    file = SimpleUploadedFile("more.jpg", reach.a_photo("olive").read(), "image/jpeg")
    reply = send(made, **{f"stance_{first.pk}": "against", f"file_{first.pk}": file, f"code_{first.pk}": "E06"})
    assert reply.status_code == 302
    added = Exhibit.objects.filter(dossier_id=made.case.dossier_id, side="buyer").latest("id")
    assert PointAnswer.objects.get(point=first, side="buyer").exhibits == [added.pk]


def test_a_file_can_be_added_before_anything_is_sent(made: Scene):
    first, _second = points(made)
    file = SimpleUploadedFile("more.jpg", reach.a_photo("olive").read(), "image/jpeg")
    typed = {f"text_{first.pk}": "见照片。", f"stance_{first.pk}": "against"}
    reply = send(made, do="add", **typed, **{f"file_{first.pk}": file, f"code_{first.pk}": "E06"})
    assert reply.status_code == 200
    assert "见照片。" in reply.content.decode()
    assert mine(made) == {}
    added = Exhibit.objects.filter(dossier_id=made.case.dossier_id, side="buyer").latest("id")
    assert reply.context["form"][f"exhibits_{first.pk}"].value() == [str(added.pk)]


def test_a_refused_file_keeps_all_that_was_typed(made: Scene):
    first, _second = points(made)
    file = SimpleUploadedFile("more.exe", b"MZ" + b"0" * 100)
    typed = {f"text_{first.pk}": "见照片。", f"stance_{first.pk}": "against"}
    reply = send(made, **typed, **{f"file_{first.pk}": file, f"code_{first.pk}": "E06"})
    assert reply.status_code == 422
    assert "more.exe" in reply.content.decode() and "见照片。" in reply.content.decode()
    assert mine(made) == {}


def test_what_happened_meanwhile_is_said_before_anything_is_sent(made: Scene):
    seen = made.reload().version
    client(made).post(
        reverse("buyer:act", args=[made.case.number, Event.EVIDENCE_ADDED.value]),
        {"seen": seen, "code": "E06", "file": SimpleUploadedFile("a.jpg", reach.a_photo("navy").read(), "image/jpeg")},
    )
    first, _second = points(made)
    typed = {f"stance_{first.pk}": "against", f"text_{first.pk}": "见照片。"}
    reply = client(made).post(at(made), {"seen": seen, "do": "send", **typed})
    assert reply.status_code == 409
    assert "见照片。" in reply.content.decode()
    assert mine(made) == {}
    again = client(made).post(at(made), {"seen": reply.context["form"].data["seen"], "do": "send", **typed})
    assert again.status_code == 302


def test_the_page_is_the_buyers_alone(made: Scene):
    stranger = Client()
    stranger.force_login(get_user_model().objects.get(pk=made.merchant.id))
    assert stranger.get(at(made)).status_code == 404
    assert stranger.post(at(made), {"do": "send"}).status_code == 404
