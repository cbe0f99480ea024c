"""Every case of the demonstration reads as one: its photos show its goods, its rulings cite what is there."""

from __future__ import annotations

import hashlib
import io
import re
from collections import defaultdict
from functools import cache
from itertools import chain
from typing import Any

import pytest
from django.conf import settings
from PIL import Image

from arbitration import linter
from arbitration.models import Finding, Ruling
from disputes import queries
from disputes.models import Case
from engine import demo_album, demo_feed, demo_listings, demo_precedents, demo_things
from engine.demo_rulings import RULED
from engine.demo_stories import STORIES
from evidence import store
from evidence.models import Exhibit
from jury.models import Ballot

pytestmark = pytest.mark.django_db

# Words for a part of a thing, and in what kind of thing (by its title, or the talk of its case) there is one.
PARTS = {
    "瓶口": "瓶|花器|花插",
    "瓶身": "瓶",
    "碗沿": "碗",
    "碗身": "碗",
    "壶身": "壶",
    "壶口": "壶",
    "壶嘴": "壶",
    "杯口": "杯",
    "杯身": "杯",
    "盘沿": "盘",
    "碟边": "碟",
    "罐口": "罐",
    "托沿": "托",
    "盂口": "盂",
    "灯罩": "灯",
    "屏": "手机",
    "炉盖": "炉",
    "底款": "盘|炉",
    "冰袋": "樱桃",
    "瓶内": "蜜",
}
# What reasons may only mention where there is an exhibit of it: a word, and kinds or names of exhibits.
THINGS = {"视频": "video", "检测单": "检测单", "打包照片": "打包", "证书": "证书|送检|E18"}


def key_of(case: Case) -> str:
    return case.line.order.external_id.removeprefix("demo-").removeprefix(demo_precedents.PREFIX)


@cache
def looks(content: bytes) -> str:
    """What is to be seen, whatever the file says of its time."""
    return hashlib.sha256(Image.open(io.BytesIO(content)).convert("RGB").tobytes()).hexdigest()


@pytest.fixture(scope="module")
def whose() -> dict[str, set[str]]:
    """Of which orders a photo is, by its looks: all photos that the demo has."""
    found: dict[str, set[str]] = defaultdict(set)
    for name in demo_album.PICTURES:
        found[looks(demo_album.photo(name))] |= set(demo_album.shows(name))
    for name in demo_album.KEPT:
        content = (settings.BASE_DIR / f"static/img/demo/{name}.webp").read_bytes()
        found[looks(content)] |= set(demo_album.shows(name))
    for story in demo_precedents.STORIES:
        for view in demo_album.VARIATIONS:
            found[looks(demo_album.variation(story.key, view, story.harm))].add(story.key)
    return found


def test_every_photo_shows_the_goods_of_its_case(whose: dict[str, set[str]]) -> None:
    strange, seen = [], set()
    for case in Case.objects.select_related("line__order"):
        for exhibit in Exhibit.objects.filter(dossier_id=case.dossier_id, kind="image").select_related("blob"):
            assert exhibit.blob is not None
            with store.storage().open(exhibit.blob.key, "rb") as file:
                look = looks(file.read())
            seen.add(look)
            if key_of(case) not in whose.get(look, ()):
                strange.append((key_of(case), exhibit.number, exhibit.name))
    assert strange == []
    assert set(whose) == seen, "a photo that no case shows is nobody's"


def test_every_thing_has_a_page_and_a_picture_of_its_own() -> None:
    sold = {order.key.partition("-")[0] for order in demo_feed.ORDERS}
    assert sold == set(demo_feed.PAGES) == set(demo_listings.PICTURES) | {"teapot"}
    assert set(demo_things.PIECES) == {story.key for story in demo_precedents.STORIES}
    named = {of for picture in demo_album.PICTURES.values() for of in picture.of}
    assert named | set(chain(*demo_album.KEPT.values())) <= sold


def test_what_a_shop_says_its_page_says_stands_there() -> None:
    assert "开片" in demo_feed.PAGES["teapot"][1] and "染色" in demo_feed.PAGES["tray"][1]
    assert "花粉" in demo_feed.PAGES["honey"][1] and "证书" in demo_feed.PAGES["beads"][1]


@pytest.mark.parametrize("cited", ["exhibits", "points", "parts", "things"])
def test_reasons_cite_what_there_is(cited: str) -> None:
    wrong: list[tuple[Any, ...]] = []
    read = 0
    for ruling in Ruling.objects.exclude(reasons="").select_related("case__line__order"):
        case = ruling.case
        read += 1
        exhibits = list(Exhibit.objects.filter(dossier_id=case.dossier_id))
        points = [point.text for point in queries.points(case)]
        if cited == "exhibits":
            there = {exhibit.number: exhibit for exhibit in exhibits}
            wrong += [(key_of(case), number) for number in linter.exhibits_in(ruling.reasons) - set(there)]
            # "B1 shows that …": a record of the platform shows no crack.
            shown = re.findall(r"争点 1：((?:[BMP]\d+、?)+) ?(?:显示|只有|拍的)", ruling.reasons)
            assert len(shown) == 1, ruling.reasons
            wrong += [
                (key_of(case), number, "shows nothing")
                for number in linter.exhibits_in(shown[0])
                if there[number].kind != "image" or there[number].side != "buyer"
            ]
        elif cited == "points":
            numbers = {int(number) for number in re.findall(r"争点 (\d+)：", ruling.reasons)}
            found = set(Finding.objects.filter(ruling=ruling).values_list("point__number", flat=True))
            wrong += [(key_of(case), numbers, found)] if numbers != found else []
        elif cited == "parts":
            wrong += strange_parts(case, ruling.reasons, *points)
        else:
            has = " ".join(f"{exhibit.kind} {exhibit.code} {exhibit.name}" for exhibit in exhibits)
            said = [word for word in THINGS if word in ruling.reasons.replace("证书与实物不符", "")]
            wrong += [(key_of(case), word) for word in said if not re.search(THINGS[word], has)]
    assert wrong == []
    assert read >= len(RULED) + len(demo_precedents.STORIES)


def strange_parts(case: Case, *texts: str) -> list[tuple[str, str]]:
    return [
        (key_of(case), part)
        for part, kinds in PARTS.items()
        if any(part in text for text in texts) and not re.search(kinds, case.title)
    ]


def test_points_and_votes_are_about_parts_that_the_goods_have() -> None:
    wrong = []
    for case in Case.objects.select_related("line__order"):
        wrong += strange_parts(case, *[point.text for point in queries.points(case)])
    for ballot in Ballot.objects.select_related("seat__panel__case__line__order"):
        wrong += strange_parts(ballot.seat.panel.case, ballot.reason)
    assert wrong == []
    assert Ballot.objects.exists() and len(STORIES) > 10
