"""Files that come in pieces and belong to a form: they wait for it, count while they wait, and go with it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import Right
from arbitration.models import Appeal
from common import clock
from common.errors import Refused
from disputes import queries, submissions
from disputes import uploads as case_uploads
from disputes.lifecycle import State
from disputes.models import PointAnswer
from engine import ticks
from evidence import holding, limits, orphans, uploads
from evidence.models import Exhibit, Part, Upload
from evidence.models.library import LibraryItem
from evidence.uploads import Announced
from tests import builders, deciding, files, reach, tusing
from tests.reach import Scene
from tests.visiting import signed_in

pytestmark = pytest.mark.django_db
PHOTO, OTHER = files.jpeg(1200, 900), files.jpeg(640, 480)
WORDS: dict[str, Any] = {
    "ground": Appeal.NEW_EVIDENCE,
    "points": ["1"],
    "text": "补充照片",
    "code": "E06",
    "why_late": "当时手机送修",
}


def address(scene: Scene, side: str = "buyer") -> str:
    return reverse(f"{side}:uploads", args=[scene.case.number])


def sent(client: Client, path: str, content: bytes = PHOTO, **said: str) -> dict[str, Any]:
    """A file in two pieces, and what the page's script is then told of it."""
    begun = tusing.begin(client, path, len(content), **({"filename": "x.jpg"} | said))
    assert begun.status_code == 201, begun.content
    half, where = len(content) // 2, begun["Location"]
    tusing.patch(client, where, 0, content[:half])
    assert tusing.patch(client, where, half, content[half:]).status_code == 204
    told: dict[str, Any] = client.get(where).json()
    return told


def appeal(scene: Scene, client: Client, **more: Any) -> Any:
    path = reverse("buyer:act", args=[scene.case.number, "appeal_filed"])
    return client.post(path, {"seen": scene.reload().version, **WORDS, **more})


# --- with an appeal ---------------------------------------------------------------------------------------------


def test_what_came_in_pieces_goes_with_the_appeal_and_not_before():
    scene = deciding.dismissed()
    buyer = signed_in(scene.buyer)
    version, first = scene.reload().version, sent(buyer, address(scene), **{"for": "appeal"})
    second = sent(buyer, address(scene), OTHER, **{"for": "appeal"})
    before = Exhibit.objects.filter(dossier_id=scene.case.dossier_id).count()
    assert (first["state"], scene.reload().version) == ("held", version)
    assert not Part.objects.exists()
    listed = buyer.get(address(scene)).json()["uploads"]
    assert [row["take"] for row in listed] == [first["take"], second["take"]]
    assert appeal(scene, buyer, held=[second["take"], first["take"]]).status_code == 302
    assert scene.state is State.AWAITING_APPEAL_ANSWER
    named = Exhibit.objects.filter(pk__in=Appeal.objects.get(case=scene.case).exhibits).order_by("place")
    assert [exhibit.size for exhibit in named] == [len(OTHER), len(PHOTO)]
    assert Exhibit.objects.filter(dossier_id=scene.case.dossier_id).count() == before + 2
    assert set(Upload.objects.values_list("state", "blob")) == {(Upload.TAKEN, None)}
    assert buyer.get(address(scene)).json()["uploads"] == []


def test_an_appeal_that_is_refused_leaves_its_files_where_they_were():
    scene = deciding.dismissed()
    buyer = signed_in(scene.buyer)
    told = sent(buyer, address(scene), **{"for": "appeal"})
    reply = appeal(scene, buyer, held=[told["take"]], why_late="")
    assert list(reply.context["form"].errors) == ["why_late"]
    assert Upload.objects.get().state == Upload.HELD
    assert appeal(scene, buyer, held=[told["take"]]).status_code == 302


def test_nobody_else_can_name_a_file_that_is_held():
    scene = deciding.dismissed()
    told = sent(signed_in(scene.buyer), address(scene), **{"for": "appeal"})
    foreign = deciding.dismissed()
    reply = appeal(foreign, signed_in(foreign.buyer), held=[told["take"]])
    assert reply.status_code == 422 and "file" in reply.context["form"].errors
    assert signed_in(scene.merchant).get(told["url"]).status_code == 404
    assert Upload.objects.get().state == Upload.HELD


def test_a_file_for_an_appeal_is_taken_only_while_one_may_be_filed():
    scene = reach.admitted()
    said = {"filename": "x.jpg", "for": "appeal"}
    assert tusing.begin(signed_in(scene.buyer), address(scene), 1000, **said).status_code == 409
    late = deciding.dismissed()
    assert tusing.begin(signed_in(late.buyer), address(late), 1000, filename="x.jpg", code="E06").status_code == 409


def test_a_held_file_waits_for_hours_and_not_for_ever():
    scene = deciding.dismissed()
    buyer = signed_in(scene.buyer)
    first, second = (sent(buyer, address(scene), content, **{"for": "appeal"}) for content in (PHOTO, OTHER))
    assert tusing.end(buyer, second["url"]).status_code == 204  # removed from the form by its writer
    builders.travel(timedelta(hours=19))
    ticks.uploads()
    ours = Upload.objects.get(state=Upload.HELD)
    assert orphans.collect(clock.now()) == 0
    assert ours.token == first["take"]
    builders.travel(timedelta(hours=6))
    ticks.uploads()
    assert appeal(scene, buyer, held=[first["take"]]).status_code in (409, 422)
    assert orphans.collect(clock.now()) == 2


def test_a_held_file_can_be_sent_after_hours():
    scene = deciding.dismissed()
    buyer = signed_in(scene.buyer)
    told = sent(buyer, address(scene), **{"for": "appeal"})
    builders.travel(timedelta(hours=5))
    assert appeal(scene, buyer, held=[told["take"]]).status_code == 302


def test_the_page_of_an_appeal_offers_both_ways():
    scene = deciding.dismissed()
    page = signed_in(scene.buyer).get(reverse("buyer:act", args=[scene.case.number, "appeal_filed"])).content.decode()
    assert f'data-uploads="{address(scene)}"' in page and 'data-uploads-for="appeal"' in page
    assert "js/upload.js" in page and 'enctype="multipart/form-data"' in page and "<noscript>" in page


# --- on a shop's shelf ------------------------------------------------------------------------------------------


def shelf_form(client: Client, **more: Any) -> Any:
    return client.post(reverse("merchant:library"), {"code": "E09", "name": "质检报告", **more})


def test_a_paper_of_the_shelf_may_come_in_pieces():
    made = reach.a_scene()
    client = signed_in(made.merchant)
    told = sent(client, reverse("merchant:library_uploads"))
    assert told["state"] == "held" and not LibraryItem.objects.exists()
    assert shelf_form(client, held=[told["take"]]).status_code == 302
    assert LibraryItem.objects.get().blob.size == len(PHOTO)
    assert Upload.objects.get().state == Upload.TAKEN
    assert shelf_form(client, held=[told["take"]]).status_code == 422  # it is no longer held


def test_a_shelf_form_without_a_file_says_so_at_the_field():
    made = reach.a_scene()
    reply = shelf_form(signed_in(made.merchant))
    assert reply.status_code == 422 and list(reply.context["form"].errors) == ["file"]


def test_only_who_may_answer_for_the_shop_sends_to_its_shelf():
    made = reach.a_scene()
    looker = builders.a_member(made.shop, rights=(Right.VIEW,))
    path = reverse("merchant:library_uploads")
    assert tusing.begin(signed_in(looker), path, 1000, filename="x.jpg").status_code == 403
    told = sent(signed_in(made.merchant), path)
    other = builders.a_member(builders.a_shop())
    assert signed_in(other).get(told["url"]).status_code == 404
    assert shelf_form(signed_in(other), held=[told["take"]]).status_code == 422
    assert not LibraryItem.objects.exists()


# --- in the shop's answer ---------------------------------------------------------------------------------------


def test_a_file_sent_beside_a_point_is_cited_there():
    made = reach.handed_in()
    client, path = signed_in(made.merchant), reverse("merchant:act", args=[made.case.number, "claim_rebutted"])
    seen = made.reload().version
    told = sent(client, address(made, "merchant"), code="E09")
    assert (told["state"], told["new"]) == ("taken", True)
    points = queries.points(made.reload())
    data: dict[str, Any] = {"seen": seen, "do": "send", "text": "完好"}
    for point in points:
        data |= {f"stance_{point.pk}": "disputes", f"text_{point.pk}": "见照片", f"exhibits_{point.pk}": [told["take"]]}
    # What its reader saw and the file that they sent themselves: the script counts it, a stale page does not.
    assert client.post(path, data).status_code == 409
    assert client.post(path, data | {"seen": seen + 1}).status_code == 302
    own = Exhibit.objects.get(dossier_id=made.case.dossier_id, side="merchant")
    assert all(row.exhibits == [own.pk] for row in PointAnswer.objects.filter(side="merchant"))


# --- room -------------------------------------------------------------------------------------------------------


def coming(scene: Scene, many: int, length: int = 1000) -> list[Upload]:
    actor, now = scene.buyer, clock.now()
    return [
        case_uploads.begin(scene.case.pk, Announced(length, "x.jpg", "E06"), actor=actor, now=now) for _ in range(many)
    ]


def plain(scene: Scene, colour: str = "teal") -> Any:
    file = SimpleUploadedFile("x.jpg", reach.a_photo(colour).read(), content_type="image/jpeg")
    path = reverse("buyer:act", args=[scene.case.number, "evidence_added"])
    return signed_in(scene.buyer).post(path, {"seen": scene.reload().version, "file": file, "code": "E06"})


def test_a_plain_form_counts_the_files_that_are_on_their_way():
    scene = reach.admitted()
    *_, last = coming(scene, limits.FILES_PER_SIDE)
    reply = plain(scene)
    assert reply.status_code == 422 and str(limits.FILES_PER_SIDE) in reply.content.decode()
    uploads.give_up(last.pk, now=clock.now())
    assert plain(scene).status_code == 302
    assert plain(scene, "navy").status_code == 422
    builders.travel(uploads.LIFE)  # what was abandoned holds no place, collected or not
    assert plain(scene, "navy").status_code == 302


def test_a_plain_form_counts_the_bytes_that_are_on_their_way():
    scene = reach.admitted()
    for _ in range(2):
        announced = Announced(limits.BYTES_PER_SIDE // 2 - 1, "x.mp4", "E07")
        case_uploads.begin(scene.case.pk, announced, actor=scene.buyer, now=clock.now())
    with pytest.raises(Refused, match="too_many_bytes"):
        submissions.add_evidence(
            scene.case.pk, reach.received(), code="E06", name="", note="", actor=scene.buyer, now=clock.now()
        )


def test_a_file_does_not_count_the_room_that_was_kept_for_itself():
    scene = reach.admitted()
    coming(scene, limits.FILES_PER_SIDE - 1)
    told = sent(signed_in(scene.buyer), address(scene), code="E06")
    assert told["state"] == "taken"


def test_held_files_hold_their_room():
    scene = deciding.dismissed()
    told = sent(signed_in(scene.buyer), address(scene), **{"for": "appeal"})
    now = clock.now()
    assert holding.promised(scene.case.dossier_id, "buyer", now) == (1, len(PHOTO))
    upload = Upload.objects.get(token=told["take"])
    assert holding.promised(scene.case.dossier_id, "buyer", now, besides=upload.pk) == (0, 0)
    assert holding.promised(scene.case.dossier_id, "buyer", now + holding.HELD_FOR) == (0, 0)
