"""Operations hold cases and carry out requests to be forgotten; what was erased says so wherever it was shown."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from accounts.models import Identity, User
from arbitration.models import Ruling
from common import clock
from common.actor import Role
from disputes import negotiation
from disputes.models import ErasureRequest
from engine import retention, ticks
from evidence import orphans
from insights import bundle, exports
from tests import builders, deciding, reach
from tests.reach import Scene
from tests.visiting import signed_in

pytestmark = pytest.mark.django_db

KEPT = timedelta(days=1096)


@pytest.fixture(autouse=True)
def _addresses_without_a_prefix() -> Iterator[None]:
    """A reply in English leaves the thread in English; each test begins with the addresses of the default language."""
    with translation.override("zh-hans"):
        yield


def withdrawn() -> Scene:
    made = reach.a_scene()
    negotiation.withdraw(made.case.pk, actor=made.buyer, now=clock.now())
    made.reload()
    return made


def test_keeping_is_for_operations_only() -> None:
    made = withdrawn()
    for path in (reverse("ops:erasures"), reverse("ops:keeping", args=[made.case.number])):
        assert signed_in(made.ops).get(path).status_code == 200
        for stranger in (made.buyer, made.merchant, made.arbitrator, made.senior):
            assert signed_in(stranger).get(path).status_code == 404


def test_a_hold_is_placed_and_lifted_from_the_drawer_of_a_case() -> None:
    made = withdrawn()
    client, path = signed_in(made.ops), f"/en/ops/cases/{made.case.number}/keeping/"
    assert path in client.get(f"/en/ops/cases/{made.case.number}/").content.decode()
    assert client.post(path, {"reason": " "}).status_code == 422
    assert client.post(path, {"reason": "x" * 301}).status_code == 422
    assert client.post(path, {"reason": "朝阳法院 2026 第 12 号"}).status_code == 302
    assert made.reload().legal_hold
    assert "A legal hold stands" in client.get(f"/en/ops/cases/{made.case.number}/").content.decode()
    assert "朝阳法院" in client.get(path).content.decode()
    assert client.post(path, {"reason": "已结案"}).status_code == 302
    assert not made.reload().legal_hold


def test_two_people_carry_out_a_request_and_the_first_has_no_button_for_it() -> None:
    made = withdrawn()
    person = User.objects.get(pk=made.buyer.id)
    Identity.objects.get_or_create(source="test", external_id="u-8812", user=person)
    first, second = signed_in(made.ops), signed_in(builders.an_officer(Role.OPS))
    path = reverse("ops:erasures")
    assert first.post(path, {"account": "nobody-such", "reference": "T-1"}).status_code == 422
    assert first.post(path, {"account": "u-8812", "reference": "T-1"}).status_code == 302
    asked = ErasureRequest.objects.get()
    button = 'value="erase"'
    assert button not in first.get(path).content.decode()
    assert button in second.get(path).content.decode()
    decide = reverse("ops:erasure_decide", args=[asked.pk])
    first.post(decide, {"decision": "erase"})
    assert ErasureRequest.objects.get().state == ErasureRequest.OPEN
    second.post(decide, {"decision": "erase"})
    assert ErasureRequest.objects.get().state == ErasureRequest.DONE
    assert made.reload().erased_at is not None
    assert signed_in(made.ops).get(path).status_code == 200


def test_a_person_with_an_open_case_is_refused_in_words() -> None:
    made = reach.a_scene()
    name = User.objects.get(pk=made.buyer.id).username
    reply = signed_in(made.ops).post("/en/ops/keeping/", {"account": name, "reference": "T-2"})
    assert reply.status_code == 422
    assert "A case of this person is still open" in reply.content.decode()


@pytest.fixture
def erased() -> Scene:
    """Ruled for the merchant, over, and past its term: the bytes are gone too."""
    made = deciding.dismissed()
    reach.let_term_end(made)
    for _round in range(3):
        ticks.consequences()
        ticks.money()
    assert made.reload().closed_at is not None
    # The clock of the house goes along: pages read the present.
    assert made.case.closed_at is not None
    now = builders.travel_to(made.case.closed_at + KEPT)
    assert retention.erase_due(now) == 1
    while orphans.collect(clock.now()):
        pass
    return made


def test_every_page_of_an_erased_case_opens_and_says_so(erased: Scene) -> None:
    number = erased.case.number
    places = [
        (erased.buyer, f"/en/my/cases/{number}/"),
        (erased.merchant, f"/en/shop/cases/{number}/"),
        (erased.senior, f"/en/desk/cases/{number}/"),
        (erased.ops, f"/en/ops/cases/{number}/"),
    ]
    for actor, path in places:
        reply = signed_in(actor).get(path)
        assert reply.status_code == 200, path
        assert "erased on" in reply.content.decode().lower(), path
    for actor, area, place in [
        (erased.buyer, "my", "B1"),
        (erased.merchant, "shop", "B1"),
        (erased.senior, "desk", "B1"),
    ]:
        reply = signed_in(actor).get(f"/en/{area}/cases/{number}/evidence/{place}/")
        assert reply.status_code == 200, area
        assert "Erased on" in reply.content.decode(), area
    # There is no letter any more: the case says so.
    assert signed_in(erased.buyer).get(f"/en/my/cases/{number}/decision/").status_code == 302
    assert signed_in(erased.merchant).get(f"/en/shop/cases/{number}/decision/").status_code in (302, 404)
    assert signed_in(erased.senior).get(f"/en/desk/cases/{number}/letter/").status_code == 404


def test_the_paper_of_an_erased_letter_is_still_found_genuine(erased: Scene) -> None:
    code = Ruling.objects.get(case=erased.case).letter_code
    told = Client().post("/en/verify/", {"code": code}).content.decode()
    assert "genuine" in told.lower()


def test_the_bundle_of_an_erased_case_is_checked_without_a_fault_and_says_what_is_gone(
    erased: Scene, tmp_path: Path
) -> None:
    export = exports.export(erased.case.pk, actor=erased.buyer, now=clock.now())
    with zipfile.ZipFile(io.BytesIO(b"".join(export.pieces()))) as archive:
        archive.extractall(tmp_path)
    listed = json.loads((tmp_path / "exhibits.json").read_text())["exhibits"]
    assert listed and all(row["erased_at"] and not row["files"] for row in listed)
    assert json.loads((tmp_path / "case.json").read_text())["erased_at"]
    ran = subprocess.run(
        [sys.executable, str(bundle.VERIFIER / "verify.py"), str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_the_pages_of_keeping_read_little() -> None:
    made = withdrawn()
    client = signed_in(made.ops)
    for path, most in ((reverse("ops:erasures"), 6), (reverse("ops:keeping", args=[made.case.number]), 7)):
        client.get(path)
        with CaptureQueriesContext(connection) as seen:
            client.get(path)
        assert len(seen) <= most, [query["sql"] for query in seen]
