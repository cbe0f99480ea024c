"""Evidence given before the platform has accepted the case, and what is said of required evidence that is not there yet."""

from __future__ import annotations

from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.models import User
from common import clock
from common.actor import Actor, Side
from common.errors import Refused
from disputes import drafts, intervention, submissions
from disputes.lifecycle import State
from evidence import dossiers
from evidence.models import Exhibit
from tests import builders, reach
from tests.edges.callers import Caller, named
from tests.reach import Scene
from web import wording
from web.party import terms

pytestmark = pytest.mark.django_db

MISSING = "Required and still missing: "


def client_of(actor: Actor) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(User.objects.get(pk=actor.id))
    return client


def text(client: Client, name: str, scene: Scene) -> str:
    address = "/en" + reverse(name, args=[scene.case.number]).removeprefix("/en")
    reply = client.get(address, follow=True)
    assert reply.status_code == 200
    return unescape(reply.content.decode())


def photo(colour: str = "teal") -> SimpleUploadedFile:
    return SimpleUploadedFile(f"{colour}.jpg", reach.a_photo(colour).read(), "image/jpeg")


def add(scene: Scene, actor: Actor, colour: str = "teal") -> Exhibit:
    return submissions.add_evidence(
        scene.case.pk, reach.received(colour), code="E06", name="壶身", note="", actor=actor, now=clock.now()
    )


def test_both_sides_add_while_the_case_is_being_checked_and_see_each_others_at_once() -> None:
    scene = reach.filed()
    by_buyer, by_shop = add(scene, scene.buyer), add(scene, scene.merchant, "navy")
    assert scene.state is State.ADMISSION
    now = clock.now()
    for side, theirs in ((Side.BUYER, by_shop), (Side.MERCHANT, by_buyer)):
        seen = dossiers.visible_to(scene.case.dossier_id, side=side.value, now=now)
        assert theirs.pk in seen.values_list("pk", flat=True)


def test_what_was_added_early_counts_after_the_same_hours_as_everything_else() -> None:
    scene = reach.filed()
    exhibit = add(scene, scene.buyer)
    intervention.admit(scene.case.pk, actor=scene.ops, now=clock.now())
    assert not dossiers.citable(exhibit, clock.now())
    assert dossiers.citable(exhibit, exhibit.added_at + timedelta(hours=24))


def test_what_was_added_early_can_be_taken_back_and_meets_what_is_required() -> None:
    scene = reach.filed()
    first = add(scene, scene.buyer)
    submissions.withdraw_evidence(scene.case.pk, first.pk, actor=scene.buyer, now=clock.now())
    assert "E06" in submissions.missing_evidence(scene.reload(), Side.BUYER)
    add(scene, scene.buyer, "olive")
    intervention.admit(scene.case.pk, actor=scene.ops, now=clock.now())
    assert "E06" not in submissions.missing_evidence(scene.reload(), Side.BUYER)


def test_nothing_is_added_to_a_case_that_was_not_accepted() -> None:
    scene = reach.filed()
    intervention.not_admit(scene.case.pk, code="OUT_OF_WINDOW", text="已过期限。", actor=scene.ops, now=clock.now())
    with pytest.raises(Refused, match="not_in_this_state"):
        add(scene, scene.buyer)


def test_the_pages_of_both_sides_offer_it() -> None:
    scene = reach.filed()
    for actor, area, code in ((scene.buyer, "buyer", "E06"), (scene.merchant, "merchant", "E09")):
        client = client_of(actor)
        address = reverse("buyer:evidence" if area == "buyer" else "merchant:act", args=_of(area, scene))
        assert address in text(client, f"{area}:case", scene)
        name = "files" if area == "buyer" else "file"
        sent = {"code": code, name: photo("navy" if area == "buyer" else "gray"), "seen": scene.reload().version}
        assert client.post(address, sent).status_code == 302
    assert set(Exhibit.objects.filter(dossier_id=scene.case.dossier_id).values_list("side", flat=True)) >= {
        "buyer",
        "merchant",
    }


def _of(area: str, scene: Scene) -> list[str]:
    return [scene.case.number] if area == "buyer" else [scene.case.number, "evidence_added"]


def test_the_api_takes_it_too() -> None:
    scene = named(reach.filed())
    body = {"on_behalf_of": "buyer", "code": "E06", "name": "壶身", "note": "", "file": photo()}
    assert Caller().upload(f"cases/{scene.case.number}/evidence", body).status_code == 201


# --- required evidence that is not there ------------------------------------------------------------------------------


def filing(**scene: Any) -> Scene:
    made = reach.refused(**scene)
    drafts.begin(made.case.pk, actor=made.buyer, now=clock.now())
    return made


def test_while_the_claim_is_written_both_pages_say_that_it_can_be_submitted_and_until_when_the_rest_is_given() -> None:
    scene = filing()
    client = client_of(scene.buyer)
    wanted = "You can submit the claim all the same, and add it within 72 hours after the case is accepted."
    for name in ("buyer:filing_evidence", "buyer:check"):
        found = text(client, name, scene)
        assert MISSING in found and wanted in found
    client.post(reverse("buyer:filing_evidence", args=[scene.case.number]), {"file_E06": photo(), "do": "stay"})
    for name in ("buyer:filing_evidence", "buyer:check"):
        assert MISSING not in text(client, name, scene)


def test_after_it_was_sent_the_pages_name_the_term_and_once_it_is_accepted_the_day() -> None:
    scene = reach.filed()
    client = client_of(scene.buyer)
    for name in ("buyer:submitted", "buyer:case", "buyer:evidence"):
        assert "or within 72 hours after the case is accepted" in text(client, name, scene)
    intervention.admit(scene.case.pk, actor=scene.ops, now=clock.now())
    with translation.override("en"):
        day = wording.deadline(scene.reload().evidence_closes_at, clock.now())
    for name in ("buyer:case", "buyer:evidence"):
        assert f"Add it until {day}, then finish giving evidence." in text(client, name, scene)
    with pytest.raises(Refused, match="evidence_missing"):
        submissions.hand_in(scene.case.pk, actor=scene.buyer, now=clock.now())
    reach.give_required_evidence(scene)
    assert MISSING not in text(client, "buyer:case", scene)


def test_the_shop_reads_the_same_of_what_it_has_to_prove() -> None:
    scene = reach.admitted()
    assert MISSING in text(client_of(scene.merchant), "merchant:case", scene)


def test_a_claim_without_what_is_required_goes_on_and_is_decided_on_the_file() -> None:
    scene = reach.admitted()
    assert submissions.missing_evidence(scene.case, Side.BUYER)
    reach.let_term_end(scene)
    assert scene.state is State.AWAITING_ASSIGNMENT


def test_once_the_period_is_over_nothing_is_said_to_be_still_possible() -> None:
    scene = reach.admitted()
    late = scene.reload().evidence_closes_at + timedelta(hours=1)
    assert terms.required(scene.case, ["壶身特写"], builders.travel_to(late)) == ""
    assert terms.until(scene.case, late) == ""


def test_whoever_gave_it_can_take_it_back_from_its_page_while_that_is_open() -> None:
    made = reach.admitted()
    own = add(made, made.buyer)
    address = {area: reverse(f"{area}:exhibit", args=[made.case.number, own.number]) for area in ("buyer", "merchant")}
    act = reverse("buyer:act", args=[made.case.number, "evidence_withdrawn"])
    client = client_of(made.buyer)
    assert f'{act}?exhibit={own.pk}"' in client.get(address["buyer"]).content.decode()
    assert "evidence_withdrawn" not in client_of(made.merchant).get(address["merchant"]).content.decode()
    client.post(act, {"exhibit": own.pk, "seen": made.reload().version})
    own.refresh_from_db()
    assert own.withdrawn_at is not None
    assert "evidence_withdrawn" not in client.get(address["buyer"]).content.decode()
