"""The address of a file is good for one reader, for five minutes, on our own pages, and for nobody else anywhere."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from accounts.models import Membership
from common import clock
from common.actor import Actor
from evidence import limits, links
from evidence.models import Exhibit
from tests import builders, reach
from tests.reach import Scene

pytestmark = pytest.mark.django_db


def ask(actor: Actor, token: str, **headers: str) -> Any:
    client = Client()
    client.force_login(get_user_model().objects.get(pk=actor.id))
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.get(reverse("public:file", args=[token]), headers=named)


@pytest.fixture
def scene() -> Scene:
    made = reach.admitted()
    reach.give_required_evidence(made)
    return made


def token(scene: Scene, actor: Actor, variant: str = "display") -> str:
    exhibit = Exhibit.objects.filter(dossier_id=scene.case.dossier_id, side="buyer").first()
    assert exhibit is not None
    return links.sign(exhibit, variant, viewer=actor.id or 0, now=clock.now())


def test_no_other_site_shows_or_runs_a_file(scene: Scene) -> None:
    """U72: whatever a browser takes it for, and whatever page asks for it."""
    link = token(scene, scene.buyer)
    shown = ask(scene.buyer, link, Sec_Fetch_Site="same-origin", Sec_Fetch_Mode="no-cors", Sec_Fetch_Dest="image")
    assert shown.status_code == 200
    assert shown["X-Content-Type-Options"] == "nosniff"
    assert shown["Cross-Origin-Resource-Policy"] == "same-origin"
    assert (
        shown["Content-Disposition"].startswith("inline; filename=") and "sandbox" in shown["Content-Security-Policy"]
    )
    for mode, kind in (("no-cors", "image"), ("no-cors", "script"), ("navigate", "embed"), ("cors", "empty")):
        foreign = ask(scene.buyer, link, Sec_Fetch_Site="cross-site", Sec_Fetch_Mode=mode, Sec_Fetch_Dest=kind)
        assert foreign.status_code == 404, (mode, kind)
    opened = ask(scene.buyer, link, Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="navigate", Sec_Fetch_Dest="document")
    assert opened.status_code == 200  # a link that somebody follows from their mail
    assert ask(scene.buyer, token(scene, scene.buyer, "original"))["Content-Type"] == "application/octet-stream"


def test_a_link_is_of_no_use_to_anybody_else_or_later(scene: Scene) -> None:
    """U70: another reader's, a guessed one, one of a member who has left, one of five minutes ago; also in ranges."""
    mine, theirs = token(scene, scene.buyer), token(scene, scene.merchant)
    assert ask(scene.merchant, mine).status_code == 404
    assert ask(reach.a_scene().buyer, mine).status_code == 404
    assert ask(scene.buyer, mine[:-1] + ("A" if mine[-1] != "A" else "B")).status_code == 404
    assert ask(scene.merchant, theirs).status_code == 200
    Membership.objects.filter(user_id=scene.merchant.id).delete()
    assert ask(scene.merchant, theirs).status_code == 404
    assert ask(scene.merchant, theirs, Range="bytes=0-9").status_code == 404
    builders.travel(limits.LINK_LIFE)
    assert ask(scene.buyer, mine).status_code == 404
