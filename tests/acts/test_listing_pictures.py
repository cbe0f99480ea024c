"""Pictures of listings: fetched once from hosts that operations named, never other bytes than the record names."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from common import clock
from common.actor import Actor
from common.acts import act
from demo_market import server
from demo_market.server import Market
from disputes.models import Case
from engine import ticks
from evidence import orphans, record_pictures
from evidence.models import Blob, Exhibit, RecordPicture
from marketplace import pictures
from tests import builders, claims, deciding, files, reach

pytestmark = pytest.mark.django_db

HOST = "img.market.example"


@pytest.fixture
def market(settings: Any) -> Iterator[Market]:
    with server.serve() as running:
        settings.HENG_PICTURE_HOSTS = {HOST: running.url}
        settings.HENG_GATEWAY_URL, settings.HENG_GATEWAY_SECRET = running.url, "demo-market"
        yield running


def named(content: bytes, *, at: str = "") -> dict[str, str]:
    sha256 = hashlib.sha256(content).hexdigest()
    return {"url": at or f"https://{HOST}/pictures/{sha256}", "sha256": sha256}


def photo(colour: str = "teal") -> bytes:
    return reach.a_photo(colour).read()


def signed_in(made: reach.Scene, actor: Actor | None = None) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=(actor or made.buyer).id))
    return client


def test_what_the_page_showed_is_fetched_once_and_shown_to_both_sides(market: Market) -> None:
    first, second = photo(), photo("navy")
    market.books.keep_picture(first)
    market.books.keep_picture(second)
    made = reach.admitted(images=[named(first), named(second)])
    assert ticks.pictures() == 2
    client, shown = signed_in(made), named(first)["sha256"]
    thumb = f"/listing/{shown}/thumb.webp"
    for page in ("/my/", "/my/orders/", f"/my/cases/{made.case.number}/"):
        assert thumb in client.get(page).content.decode(), page
    seller = signed_in(talking := reach.a_scene(images=[named(first)]), talking.merchant)
    assert thumb in seller.get(f"/shop/cases/{talking.case.number}/").content.decode()  # before the platform is asked
    record = Exhibit.objects.get(dossier_id=made.case.dossier_id, code="E01")
    listing = client.get(f"/my/cases/{made.case.number}/evidence/{record.number}/").content.decode()
    assert thumb in listing and f"/listing/{named(second)['sha256']}/display.webp" in listing
    reply = Client().get(thumb)
    assert reply.status_code == 200 and reply["Content-Type"] == "image/webp"
    assert "sandbox" in reply["Content-Security-Policy"] and "immutable" in reply["Cache-Control"]
    assert b"".join(reply.streaming_content)[:4] == b"RIFF"  # our own copy, not what came
    again = reach.admitted(images=[named(first)])
    assert Case.objects.get(pk=again.case.pk) and ticks.pictures() == 0
    assert RecordPicture.objects.count() == 2


def test_other_bytes_than_the_record_names_are_never_kept(market: Market) -> None:
    there = market.books.keep_picture(photo())
    want([named(photo("navy"), at=f"https://{HOST}/pictures/{there}")])
    assert ticks.pictures() == 1
    picture = RecordPicture.objects.get()
    assert (picture.code, picture.blob_id, picture.failed_at) == ("another_picture", None, None)
    assert Client().get(f"/listing/{picture.sha256}/thumb.webp").status_code == 404
    assert ticks.pictures() == 0  # later
    for _try in range(record_pictures.TRIES):
        builders.travel(timedelta(hours=13))
        ticks.pictures()
    picture.refresh_from_db()
    assert picture.failed_at is not None and picture.tries == record_pictures.TRIES
    assert not Blob.objects.exists()


@pytest.mark.parametrize(
    "address",
    [
        "https://elsewhere.example/a.jpg",
        "https://127.0.0.1/a.jpg",
        "https://user@img.market.example/a.jpg",
        "http://plain.market.example/a.jpg",
        "https://plain.market.example:8443/a.jpg",
        "https://[::1]/a.jpg",
    ],
)
def test_nobody_else_is_asked(market: Market, settings: Any, address: str) -> None:
    settings.HENG_PICTURE_HOSTS |= {"plain.market.example": ""}
    with pytest.raises(pictures.Failure) as caught:
        pictures.fetch(address, reach.a_photo(), sha256="0" * 64, most=1000)
    assert caught.value.code == "host_not_named"


def test_what_is_too_big_or_no_picture_is_left_for_good(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    paper = files.pdf()
    market.books.keep_picture(paper)
    want([named(paper)])
    ticks.pictures()
    told = RecordPicture.objects.get()
    assert told.code == "no_picture" and told.failed_at is not None
    big = photo("olive")
    market.books.keep_picture(big)
    want([named(big)])
    monkeypatch.setattr("evidence.limits.FILE_BYTES", len(big) - 1)
    ticks.pictures()
    told = RecordPicture.objects.get(sha256=named(big)["sha256"])
    assert told.code == "too_big" and told.failed_at is not None


def test_without_a_named_host_pictures_wait(settings: Any) -> None:
    settings.HENG_PICTURE_HOSTS = {}
    want([named(photo())])
    assert ticks.pictures() == 0
    assert RecordPicture.objects.get().tries == 0


def test_a_claimed_picture_is_nobody_elses_and_a_kept_one_is_no_orphan(market: Market) -> None:
    content = photo()
    market.books.keep_picture(content)
    want([named(content)])
    now = clock.now()
    assert record_pictures.claim_next(now) is not None
    assert record_pictures.claim_next(now) is None
    builders.travel(timedelta(minutes=6))  # whoever claimed it died
    assert ticks.pictures() == 1
    builders.travel(timedelta(days=3))
    assert orphans.collect(clock.now()) == 0
    assert record_pictures.kept([named(content)["sha256"]])


def test_a_picture_in_whose_fetch_everybody_dies_is_left(market: Market) -> None:
    want([named(photo())])
    for _death in range(record_pictures.TRIES):
        assert record_pictures.claim_next(clock.now()) is not None
        builders.travel(timedelta(minutes=6))
    assert record_pictures.claim_next(clock.now()) is None


def test_a_picture_without_a_digest_is_not_wanted() -> None:
    want([{"url": f"https://{HOST}/a.jpg"}])
    assert not RecordPicture.objects.exists()


def want(images: list[dict[str, str]]) -> None:
    act(record_pictures.want)(images, now=clock.now())


def test_a_shops_claim_has_the_pictures_too(market: Market) -> None:
    """The refund was paid elsewhere: no case about this thing ever asked for them."""
    content = photo()
    market.books.keep_picture(content)
    paid = claims.paid_out(images=[named(content)])
    RecordPicture.objects.all().delete()  # as if the marketplace had paid by itself
    claims.filed(paid)
    assert ticks.pictures() == 1
    assert RecordPicture.objects.get().blob_id is not None


def test_whoever_rules_sees_it_beside_what_the_parties_show(market: Market) -> None:
    content = photo()
    market.books.keep_picture(content)
    made = deciding.taken(images=[named(content)])
    shown = f"/listing/{named(content)['sha256']}/display.webp"
    client = Client()
    client.force_login(User.objects.get(pk=made.arbitrator.id))
    assert shown not in client.get(f"/desk/cases/{made.case.number}/").content.decode()  # not here yet
    assert ticks.pictures() == 1
    assert shown in client.get(f"/desk/cases/{made.case.number}/").content.decode()
    assert shown in client.get(f"/desk/cases/{made.case.number}/evidence/P1/").content.decode()


def test_a_list_of_orders_has_its_pictures_fetched_the_first_time_somebody_looks(market: Market) -> None:
    content = photo("olive")
    market.books.keep_picture(content)
    buyer, shop = builders.a_buyer(), builders.a_shop()
    builders.rules()
    builders.a_line(buyer, shop, state="SIGNED", images=[named(content), named(photo("gray"))])
    client = Client()
    client.force_login(User.objects.get(pk=buyer.id))
    thumb = f"/listing/{named(content)['sha256']}/thumb.webp"
    assert thumb not in client.get("/my/orders/").content.decode()
    assert list(RecordPicture.objects.values_list("sha256", flat=True)) == [named(content)["sha256"]], "the first only"
    assert ticks.pictures() == 1
    assert thumb in client.get("/my/orders/").content.decode()
    client.get("/my/orders/")
    assert RecordPicture.objects.count() == 1


def test_where_no_host_may_be_asked_nothing_is_wanted_by_looking(settings: Any) -> None:
    settings.HENG_PICTURE_HOSTS = {}
    buyer, shop = builders.a_buyer(), builders.a_shop()
    builders.rules()
    builders.a_line(buyer, shop, state="SIGNED", images=[named(photo())])
    client = Client()
    client.force_login(User.objects.get(pk=buyer.id))
    assert client.get("/my/orders/").status_code == 200 and not RecordPicture.objects.exists()


def test_operations_see_what_was_given_up_and_why_and_have_it_tried_again(market: Market) -> None:
    made = reach.admitted(images=[named(photo("purple"))])
    for _try in range(record_pictures.TRIES):
        ticks.pictures()
        builders.travel(timedelta(hours=13))
    picture = RecordPicture.objects.get()
    assert picture.failed_at is not None
    client = Client()
    client.force_login(User.objects.get(pk=made.ops.id))
    said = client.get("/ops/stuck/").content.decode()
    assert HOST in said and picture.sha256[:12] in said and "已经不在那里" in said
    market.books.keep_picture(photo("purple"))
    client.post(f"/ops/stuck/picture/{picture.pk}/")
    assert ticks.pictures() == 1
    picture.refresh_from_db()
    assert picture.blob_id is not None and picture.sha256[:12] not in client.get("/ops/stuck/").content.decode()
    client.post(f"/ops/stuck/picture/{picture.pk}/")
    picture.refresh_from_db()
    assert picture.blob_id is not None, "what is here stays"


def test_a_picture_at_which_every_worker_died_is_among_those_given_up() -> None:
    want([named(photo())])
    RecordPicture.objects.update(tries=record_pictures.TRIES)
    (picture,) = record_pictures.given_up()
    record_pictures.try_again(picture.pk, now=clock.now())
    assert not record_pictures.given_up() and record_pictures.claim_next(clock.now()) == picture
