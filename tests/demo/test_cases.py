"""The demonstration is a living court: everybody finds something to do, and no photo is somebody else's by accident."""

from __future__ import annotations

import io
from itertools import combinations

import pytest
from PIL import Image

from accounts import demo as people
from accounts.models import Merchant, ReplyTemplate, ReturnAddress
from arbitration.models import Ruling
from common import clock
from disputes.lifecycle import State
from disputes.models import Case
from enforcement.models import Proposal
from engine import demo, demo_album, demo_jury, demo_precedents
from engine.demo_rulings import RULED
from engine.demo_stories import STORIES
from evidence import twins
from evidence.models import Exhibit, LibraryItem
from jury.models import Panel, Seat
from ledger import book

pytestmark = pytest.mark.django_db

VARIED = {f"{s.key}/{view}": (s.key, view, s.harm) for s in demo_precedents.STORIES for view in demo_album.VARIATIONS}
EVERY = [*demo_album.PICTURES, *VARIED]


def cases(key: str, state: State) -> bool:
    return Case.objects.filter(line__order__external_id=f"demo-{key}", state=state.value).exists()


def test_it_is_filled_once() -> None:
    assert Case.objects.count() == len(STORIES) + len(RULED) + len(demo_precedents.STORIES)
    assert demo.seed(clock.now()) == 0
    assert Panel.objects.count() == 1 and Seat.objects.count() == demo_jury.SEATS


def test_everybody_finds_something_to_do() -> None:
    # The buyers: to answer a proposal, to go on after a refused return, to give evidence, to appeal, to send back.
    assert cases("tray", State.AWAITING_BUYER) and cases("burner", State.AWAITING_BUYER)
    assert cases("cups", State.GATHERING_EVIDENCE) and cases("coat", State.MORE_EVIDENCE)
    assert cases("battery", State.AWAITING_COMPLIANCE) and cases("bowl", State.APPEAL_WINDOW)
    # The shops: to reply, to confirm a return, to answer each point.
    assert cases("caddy", State.AWAITING_MERCHANT) and cases("phone", State.AWAITING_MERCHANT)
    assert cases("scoop", State.RETURN_IN_TRANSIT) and cases("teapot", State.AWAITING_CONFIRMATION)
    # The desk: to take, to decide, to sign, to decide on appeal by whoever did not sign.
    assert cases("charger", State.AWAITING_ASSIGNMENT) and cases("vase", State.UNDER_REVIEW)
    assert cases("handset", State.AWAITING_APPROVAL) and cases("beads", State.UNDER_APPEAL)
    assert Ruling.objects.filter(state=Ruling.PROPOSED).count() == 1
    # Operations: to accept a case, and to decide as the second person where money is paid in advance.
    assert cases("cherries", State.ADMISSION) and Proposal.objects.filter(state=Proposal.OPEN).count() == 1
    # A juror: to vote.
    assert cases("dishes", State.JURY_VOTING)
    own = Case.objects.exclude(line__order__external_id__startswith=demo_precedents.PREFIX)
    sums = own.values_list("claimed", flat=True)
    assert len(set(own.values_list("type_code", flat=True))) >= 8 and max(sums) > 100 * min(sums)


def test_only_the_photo_that_a_shop_shows_twice_is_found_twice() -> None:
    exhibits = list(Exhibit.objects.filter(kind="image").select_related("blob__sheet"))
    found = twins.of(exhibits)
    alike = {row.dossier_id for row in exhibits if found[row.pk].same_elsewhere or found[row.pk].alike_elsewhere}
    meant = Case.objects.filter(line__order__external_id__in=["demo-vase", "demo-bowl"])
    assert alike == set(meant.values_list("dossier_id", flat=True))
    assert len(exhibits) > 20


def drawn_anew(name: str) -> bytes:
    return demo_album.variation(*VARIED[name]) if name in VARIED else demo_album.photo(name)


def dhash(name: str) -> int:
    photo = Image.open(io.BytesIO(drawn_anew(name))).convert("L")
    grey = photo.resize((9, 8), Image.Resampling.LANCZOS).tobytes()
    bits = [grey[row * 9 + place] < grey[row * 9 + place + 1] for row in range(8) for place in range(8)]
    return sum(1 << place for place, bit in enumerate(bits) if bit)


def test_no_two_photos_that_are_drawn_look_alike() -> None:
    drawn = {name: dhash(name) for name in EVERY}
    near = [(a, b) for a, b in combinations(drawn, 2) if (drawn[a] ^ drawn[b]).bit_count() <= twins.ALIKE]
    assert near == []


def test_a_photo_is_the_same_however_often_it_is_drawn() -> None:
    assert drawn_anew("vase_chip") == drawn_anew("vase_chip")
    assert drawn_anew("jar/damage") == drawn_anew("jar/damage")


def test_every_button_of_the_sign_in_page_has_somebody() -> None:
    assert set(people.ensure_demo_accounts(now=clock.now())) == {account.key for account in people.ACCOUNTS}


def test_the_shop_has_words_an_address_and_a_paper_once() -> None:
    demo.seed(clock.now())
    shop = Merchant.objects.get(name="云汀陶社")
    assert ReplyTemplate.objects.filter(merchant=shop).count() == 2
    assert ReturnAddress.objects.filter(merchant=shop).count() == 1
    assert LibraryItem.objects.filter(merchant=shop).count() == 1


def test_its_books_balance() -> None:
    assert book.audit() == []
