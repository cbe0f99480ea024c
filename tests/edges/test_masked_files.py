"""Who gets which file of an exhibit, over HTTP, on pages and in bundles: what is masked leaves the house to nobody else."""

from __future__ import annotations

import io
import json
import re
import zipfile
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from PIL import Image

from arbitration import assignment
from common import clock
from common.actor import Actor, Role
from disputes import intervention, submissions
from disputes import masking as acts
from evidence import intake, limits, links, masking
from evidence.models import Exhibit, Mask, Opening
from insights import exports
from journal.kinds import Kind
from journal.models import Entry
from tests import builders, files, reach
from tests.edges.callers import Caller, named
from tests.reach import Scene
from tests.visiting import signed_in

pytestmark = pytest.mark.django_db

RED = (220, 20, 20)
LEFT_HALF = (0, 0, 600, 1200)


def half_red() -> bytes:
    picture = Image.new("RGB", (640, 480), "white")
    picture.paste(RED, (0, 0, 320, 480))
    return files.saved(picture, "PNG")


def grey() -> bytes:
    return files.saved(Image.new("RGB", (320, 240), "grey"), "PNG")


def add(scene: Scene, content: bytes, name: str = "x.png") -> Exhibit:
    received = intake.receive(io.BytesIO(content), claimed_name=name, now=clock.now())
    return submissions.add_evidence(
        scene.case.pk, received, code="E06", name="", note="", actor=scene.buyer, now=clock.now()
    )


@pytest.fixture
def gathering() -> Scene:
    """Evidence is still being gathered; a photo of the buyer's is masked."""
    made = reach.admitted()
    made.more["photo"], made.more["plain"] = add(made, half_red()), add(made, grey())
    put(made, LEFT_HALF)
    return made


@pytest.fixture
def scene(gathering: Scene) -> Scene:
    """The same case, sealed and in the hands of its arbitrator."""
    made = gathering
    reach.give_required_evidence(made)
    submissions.hand_in(made.case.pk, actor=made.buyer, now=clock.now())
    intervention.rebut(made.case.pk, reach.answers(made), text="完好。", actor=made.merchant, now=clock.now())
    assignment.take(made.case.pk, actor=made.arbitrator, now=clock.now())
    made.more["other_senior"] = builders.an_officer(Role.SENIOR)
    made.more["juror"] = builders.an_officer(Role.JUROR)
    return made


def put(scene: Scene, *regions: tuple[int, int, int, int]) -> None:
    made = acts.mask(scene.case.pk, scene.more["photo"].pk, regions, actor=scene.buyer, now=clock.now())
    assert masking.finish(made.pk, instant=clock.now)


def ask(actor: Actor, exhibit: Exhibit, variant: str) -> Any:
    token = links.sign(exhibit, variant, viewer=actor.id or 0, now=clock.now())
    return signed_in(actor).get(reverse("public:file", args=[token]))


def shows_red(content: bytes) -> bool:
    picture = Image.open(io.BytesIO(content)).convert("RGB")
    return any(red - green > 60 for _count, (red, green, _blue) in picture.getcolors(2**24) or [])


def body(reply: Any) -> bytes:
    return b"".join(reply.streaming_content)


WHO = ("buyer", "merchant", "arbitrator", "senior", "opened", "other_senior", "ops", "juror", "stranger")
# variant → who gets it with the masked parts in it, who gets it without them; everybody else finds nothing.
GIVEN: dict[str, tuple[set[str], set[str]]] = {
    **dict.fromkeys(("display", "thumb"), (set(), set(WHO) - {"ops", "juror", "stranger"})),
    **dict.fromkeys((links.beneath("display"), links.beneath("thumb"), links.ORIGINAL), ({"buyer", "opened"}, set())),
    **dict.fromkeys((links.beneath("original"), links.beneath(links.beneath("display")), "masked"), (set(), set())),
}


def test_every_reader_gets_every_variant_as_the_table_says(scene: Scene) -> None:
    photo = scene.more["photo"]
    readers: dict[str, Actor] = {
        "buyer": scene.buyer,
        "merchant": scene.merchant,
        "arbitrator": scene.arbitrator,
        "senior": scene.senior,
        "other_senior": scene.more["other_senior"],
        "ops": scene.ops,
        "juror": scene.more["juror"],
        "stranger": reach.a_scene().buyer,
    }
    opened = readers.pop("arbitrator")
    for variant, (_with_it, without) in GIVEN.items():
        before = ask(opened, photo, variant)
        assert before.status_code == (200 if "arbitrator" in without else 404), ("arbitrator", variant)
    acts.open_original(scene.case.pk, photo.pk, reason="核对裂纹", actor=opened, now=clock.now())
    for who, actor in {**readers, "opened": opened}.items():
        for variant, (with_it, without) in GIVEN.items():
            reply = ask(actor, photo, variant)
            if who in with_it | without:
                assert reply.status_code == 200, (who, variant)
                assert shows_red(body(reply)) == (who in with_it), (who, variant)
                named = reply["Content-Disposition"]
                assert ("-masked" in named) == (who in without), (who, variant)
            else:
                assert reply.status_code == 404, (who, variant)
    builders.travel(limits.OPEN_FOR)
    assert ask(opened, photo, links.ORIGINAL).status_code == 404


def test_without_a_mask_nobody_but_its_own_side_gets_an_original_either(scene: Scene) -> None:
    other = scene.more["plain"]
    for actor in (scene.merchant, scene.arbitrator, scene.senior, scene.ops, scene.more["juror"]):
        assert ask(actor, other, links.ORIGINAL).status_code == 404
        assert ask(actor, other, links.beneath("display")).status_code == 404
    assert ask(scene.buyer, other, links.ORIGINAL).status_code == 200


def pictures_of(client: Client, page: str) -> list[bytes]:
    text = client.get(page).content.decode()
    found = [client.get(href) for href in sorted(set(re.findall(r'"(/[a-z-]*/?files/[^"]+)"', text)))]
    assert all(reply.status_code == 200 for reply in found)
    return [body(reply) for reply in found if reply["Content-Type"] == "image/webp"]


def test_no_page_shows_anybody_else_what_is_masked(scene: Scene) -> None:
    """S3: every picture on every page about the case, followed as a browser would."""
    case, photo = scene.case.number, scene.more["photo"].number
    pages = {
        "merchant": (scene.merchant, ["merchant:case", "merchant:exhibit"]),
        "desk": (scene.arbitrator, ["desk:case", "desk:exhibit"]),
        "senior": (scene.senior, ["desk:case", "desk:exhibit", "desk:mask"]),
    }
    for actor, names in pages.values():
        for name in names:
            place = [case] if name.endswith(":case") else [case, photo]
            seen = pictures_of(signed_in(actor), reverse(name, args=place))
            assert seen and not any(shows_red(picture) for picture in seen), name
    own = pictures_of(signed_in(scene.buyer), reverse("buyer:exhibit", args=[case, photo]))
    assert own and not any(map(shows_red, own)), "its own side sees what the others see"
    assert any(map(shows_red, pictures_of(signed_in(scene.buyer), reverse("buyer:mask", args=[case, photo]))))


def unpacked(scene: Scene, actor: Actor) -> dict[str, bytes]:
    export = exports.export(scene.case.pk, actor=actor, now=clock.now())
    with zipfile.ZipFile(io.BytesIO(b"".join(export.pieces()))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def red_ones(found: dict[str, bytes]) -> list[str]:
    return [name for name, content in found.items() if name.endswith((".webp", ".png")) and shows_red(content)]


def test_a_bundle_holds_of_the_other_side_only_what_is_shared(scene: Scene) -> None:
    number = scene.more["photo"].number
    own = unpacked(scene, scene.buyer)
    assert red_ones(own) == [f"evidence/{number}.png"]
    theirs = unpacked(scene, scene.merchant)
    assert red_ones(theirs) == [] and f"evidence/{number}-display-masked.webp" in theirs
    mine = [name for name in theirs if re.fullmatch(r"evidence/B\d+\.\w+", name) and not name.endswith(".json")]
    assert mine == [], "no original of the other side"
    rows = {row["record"]["number"]: row for row in json.loads(theirs["exhibits.json"])["exhibits"]}
    assert rows[number]["masked"] == [0] and {name for name, row in rows.items() if row["masked"]} == {number}
    assert red_ones(unpacked(scene, scene.senior)) == []
    acts.open_original(scene.case.pk, scene.more["photo"].pk, reason="核对", actor=scene.senior, now=clock.now())
    assert red_ones(unpacked(scene, scene.senior)) == [f"evidence/{number}.png"]
    assert red_ones(unpacked(scene, scene.arbitrator)) == []


def originals(found: dict[str, bytes]) -> list[str]:
    return [name for name in found if re.fullmatch(r"evidence/[BM]\d+\.\w+", name) and not name.endswith(".json")]


def test_the_court_takes_originals_along_only_with_a_reason(scene: Scene) -> None:
    page = reverse("desk:file", args=[scene.case.number])
    client = signed_in(scene.arbitrator)
    assert originals(unpacked(scene, scene.arbitrator)) == originals(unpacked(scene, scene.senior)) == []
    for reason in ("", "  ", "长" * 301):
        refused = client.post(page, {"with": "originals", "reason": reason})
        assert refused.status_code == 422 and "reason_error" in refused.content.decode()
    assert not Opening.objects.exists()
    reply = client.post(page, {"with": "originals", "reason": "鉴定机构要原件"})
    with zipfile.ZipFile(io.BytesIO(b"".join(reply.streaming_content))) as archive:
        taken = {name: archive.read(name) for name in archive.namelist()}
    files_on_record = Exhibit.objects.filter(dossier_id=scene.case.dossier_id, blob__isnull=False)
    assert len(originals(taken)) == files_on_record.count() > 1
    assert set(Opening.objects.values_list("reason", "by_id")) == {("鉴定机构要原件", scene.arbitrator.id)}
    [entry] = Entry.objects.filter(kind=Kind.ORIGINAL_OPENED.value)
    assert len(entry.data["numbers"]) == len(originals(taken)) and "鉴定" not in json.dumps(entry.data)
    assert originals(unpacked(scene, scene.senior)) == [], "somebody else of the bench says why too"
    builders.travel(limits.OPEN_FOR)
    assert originals(unpacked(scene, scene.arbitrator)) == []


def test_who_does_not_rule_the_case_takes_no_originals(scene: Scene) -> None:
    for actor, area in ((scene.buyer, "buyer"), (scene.merchant, "merchant")):
        page = reverse(f"{area}:file", args=[scene.case.number])
        assert "reason" not in signed_in(actor).get(page).context
        assert signed_in(actor).post(page, {"with": "originals", "reason": "x"}).status_code == 404
    assert not Opening.objects.exists()


def mask_page(scene: Scene, area: str = "buyer") -> str:
    return reverse(f"{area}:mask", args=[scene.case.number, scene.more["photo"].number])


def test_cells_and_drawn_parts_become_few_regions_and_ticked_ones_stay(gathering: Scene) -> None:
    scene = gathering
    client = signed_in(scene.buyer)
    reply = client.post(mask_page(scene), {"page": "0", "keep": ["1"], "cell": ["10", "11", "22", "23"], "drawn": ""})
    assert reply.status_code == 302 and reply["Location"].endswith(f"/evidence/{scene.more['photo'].number}/")
    regions = masking.covers(Exhibit.objects.get(pk=scene.more["photo"].pk))[0].regions
    assert regions == (LEFT_HALF, (1000, 0, 1200, 200))
    client.post(
        mask_page(scene), {"page": "0", "keep": ["2"], "drawn": "5,6,70,80;100,100,130,140;5,6,70,80;10,10,20,20"}
    )
    regions = masking.covers(Exhibit.objects.get(pk=scene.more["photo"].pk))[0].regions
    assert regions == ((1000, 0, 1200, 200), (5, 6, 70, 80), (100, 100, 130, 140))
    for nonsense in ("x", "1,2,3", "1,2,3,99999", "5,5,5,5"):
        refused = client.post(mask_page(scene), {"page": "0", "drawn": nonsense})
        assert refused.status_code == 422 and "标出的部分" in refused.content.decode(), nonsense
    assert client.post(mask_page(scene), {"page": "7"}).status_code == 404
    assert client.post(mask_page(scene), {"page": "0"}).status_code == 302
    assert not masking.covers(Exhibit.objects.get(pk=scene.more["photo"].pk)), "all unticked: unmasked"


def test_parts_of_a_video_are_covered_all_the_time_or_from_when_until_when() -> None:
    made = reach.admitted()
    received = intake.receive(io.BytesIO(files.film(3, fps=5)), claimed_name="x.mp4", now=clock.now())
    film = submissions.add_evidence(
        made.case.pk, received, code="E07", name="", note="", actor=made.buyer, now=clock.now()
    )
    client, page = signed_in(made.buyer), reverse("buyer:mask", args=[made.case.number, film.number])
    assert 'name="starts"' in client.get(page).content.decode()
    for starts, ends, said in (
        ("0:02", "", "分:秒"),
        ("x", "0:05", "分:秒"),
        ("0:05", "9:59:59", "分:秒"),
        ("0:05", "0:05", "在开始时间之后"),
        ("0:04", "0:06", "视频到 0:03 就结束了"),
    ):
        refused = client.post(page, {"page": "0", "drawn": "0,0,600,1200", "starts": starts, "ends": ends})
        assert refused.status_code == 422 and said in refused.content.decode(), (starts, ends)
        assert not masking.covers(film)
    assert client.post(page, {"page": "0", "drawn": "0,0,600,1200", "starts": "0:02", "ends": "5.5"}).status_code == 302
    assert masking.covers(film)[0].regions == ((0, 0, 600, 1200, 2000, 5500),)
    told = client.get(page).content.decode()
    assert "0:02–0:06" in told or "0:02–0:05" in told
    client.post(page, {"page": "0", "keep": ["1"], "drawn": "700,0,800,100"})
    assert masking.covers(film)[0].regions == ((0, 0, 600, 1200, 2000, 5500), (700, 0, 800, 100))
    other = signed_in(made.merchant).get(reverse("merchant:exhibit", args=[made.case.number, film.number]))
    assert "<video" not in other.content.decode(), "nobody else sees it before its mask is made"


def test_the_sound_of_a_video_is_silent_for_a_while_or_wholly_and_of_a_photo_nothing_is_asked(scene: Scene) -> None:
    received = intake.receive(io.BytesIO(files.film(0.5)), claimed_name="x.mp4", now=clock.now())
    made = reach.admitted()
    film = submissions.add_evidence(
        made.case.pk, received, code="E07", name="", note="", actor=made.buyer, now=clock.now()
    )
    assert 'name="silent_from"' not in signed_in(scene.buyer).get(mask_page(scene)).content.decode()
    client, page = signed_in(made.buyer), reverse("buyer:mask", args=[made.case.number, film.number])
    refused = client.post(page, {"page": "0", "silent_from": "0:03", "silent_until": "0:01"})
    assert refused.status_code == 422 and 'value="0:03"' in refused.content.decode(), "what was typed is kept"
    assert client.post(page, {"page": "0", "silent_from": "0:00", "silent_until": "0:00.3"}).status_code == 302
    assert masking.covers(film)[0].regions == ((0, 300),)
    told = client.get(page).content.decode()
    assert "第 1 处：静音" in told and "<rect" not in told
    client.post(page, {"page": "0", "keep": ["1"], "silent_all": "1", "drawn": "0,0,600,1200"})
    assert masking.covers(film)[0].regions == ((0, 0, 600, 1200), (0, 301_000)), "the longer silence holds the shorter"
    client.post(page, {"page": "0", "keep": ["1"]})
    assert masking.covers(film)[0].regions == ((0, 0, 600, 1200),)


def test_the_page_of_masks_is_there_for_whoever_may_mask(scene: Scene) -> None:
    free_arbitrator = builders.an_officer(Role.ARBITRATOR)
    for area, actor, status in (
        ("buyer", scene.buyer, 200),
        ("merchant", scene.merchant, 404),
        ("buyer", scene.merchant, 404),
        ("desk", scene.arbitrator, 200),
        ("desk", scene.senior, 200),
        ("desk", free_arbitrator, 404),
        ("desk", scene.ops, 404),
        ("desk", scene.buyer, 404),
    ):
        assert signed_in(actor).get(mask_page(scene, area)).status_code == status, (area, actor.role)
        if status == 404:
            assert signed_in(actor).post(mask_page(scene, area), {"page": "0"}).status_code == 404
    record = Exhibit.objects.filter(dossier_id=scene.case.dossier_id, kind="record").first()
    for number in ("B99", record.number if record is not None else "P1"):
        assert signed_in(scene.buyer).get(reverse("buyer:mask", args=[scene.case.number, number])).status_code == 404


def test_the_bench_says_why_it_looks_beneath_and_then_sees_it(scene: Scene) -> None:
    client, where = signed_in(scene.arbitrator), [scene.case.number, scene.more["photo"].number]
    asks, shows = reverse("desk:open", args=where), reverse("desk:exhibit", args=where)
    assert "部分已遮盖" in client.get(shows).content.decode()
    refused = client.post(asks, {"reason": ""})
    assert refused.status_code == 422 and not Opening.objects.exists()
    assert client.post(asks, {"reason": "核对面单上的日期"}).status_code == 302
    assert any(map(shows_red, pictures_of(client, shows)))
    assert not any(map(shows_red, pictures_of(signed_in(scene.senior), shows))), "somebody else of the bench does not"
    assert Entry.objects.filter(kind=Kind.ORIGINAL_OPENED.value).count() == 1
    timeline = signed_in(scene.merchant).get(reverse("merchant:case", args=where[:1])).content.decode()
    assert "核对面单" not in timeline
    for actor in (scene.buyer, scene.merchant, scene.ops):
        assert signed_in(actor).get(asks).status_code == 404
        assert signed_in(actor).post(asks, {"reason": "x"}).status_code == 404


def test_pages_with_masks_keep_to_their_budget(scene: Scene, django_assert_max_num_queries: Any) -> None:
    for actor, name in (
        (scene.buyer, "buyer:mask"),
        (scene.buyer, "buyer:exhibit"),
        (scene.merchant, "merchant:exhibit"),
        (scene.arbitrator, "desk:mask"),
        (scene.arbitrator, "desk:open"),
    ):
        client, page = signed_in(actor), reverse(name, args=[scene.case.number, scene.more["photo"].number])
        client.get(page)
        with django_assert_max_num_queries(9):
            assert client.get(page).status_code == 200, name


def test_a_marketplace_masks_for_a_side_and_is_told_which_pages_are(gathering: Scene) -> None:
    scene = named(gathering)
    from accounts.models import Scope

    caller = Caller(Scope.EVIDENCE_WRITE, Scope.CASES_READ)
    number = scene.more["photo"].number
    path = f"/api/v1/cases/{scene.case.number}/evidence/{number}/masks"

    def post(what: dict[str, Any], key: str) -> HttpResponse:
        headers = {**caller.headers, "Idempotency-Key": key}
        return Client().post(path, json.dumps(what), content_type="application/json", headers=headers)  # type: ignore[return-value]

    region = {"left": 0, "top": 0, "right": 600, "bottom": 1200}
    wanted = {"on_behalf_of": "buyer", "regions": [region, {**region, "left": 700, "right": 800}]}
    first = post(wanted, "k1")
    assert first.status_code == 201 and json.loads(first.content)["masked"] == [0]
    assert post(wanted, "k1").content == first.content and Mask.objects.count() == 2
    assert Mask.objects.latest("id").copies, "made at once"
    shown = Client().get(f"/api/v1/cases/{scene.case.number}", headers=caller.headers).json()
    assert {row["number"]: row["masked"] for row in shown["exhibits"]}[number] == [0]
    assert post({**wanted, "on_behalf_of": "merchant"}, "k2").status_code == 404
    assert post({**wanted, "regions": [{**region, "right": 1201}]}, "k3").status_code == 400
    assert post({**wanted, "regions": [{**region, "right": 0}]}, "k4").status_code == 422
    silences = [{"starts_ms": 0, "ends_ms": 500}]
    assert post({**wanted, "silences": silences}, "k5").status_code == 422, "a photo makes no sound"
    received = intake.receive(io.BytesIO(files.film(0.5)), claimed_name="x.mp4", now=clock.now())
    film = submissions.add_evidence(
        scene.case.pk, received, code="E07", name="", note="", actor=scene.buyer, now=clock.now()
    )
    path = path.replace(f"/{number}/", f"/{film.number}/")
    assert post({"on_behalf_of": "buyer", "regions": [], "silences": silences}, "k6").status_code == 201
    assert masking.covers(film)[0].regions == ((0, 500),)


def test_masks_are_offered_to_a_side_only_while_it_may_put_them_on(gathering: Scene) -> None:
    where = [gathering.case.number, gathering.more["photo"].number]
    edit, page = reverse("buyer:mask", args=where), reverse("buyer:exhibit", args=where)
    client = signed_in(gathering.buyer)
    assert edit in client.get(page).content.decode() and "<form" in client.get(edit).content.decode()
    reach.give_required_evidence(gathering)
    submissions.hand_in(gathering.case.pk, actor=gathering.buyer, now=clock.now())
    intervention.rebut(
        gathering.case.pk, reach.answers(gathering), text="完好。", actor=gathering.merchant, now=clock.now()
    )
    assignment.take(gathering.case.pk, actor=gathering.arbitrator, now=clock.now())
    assert edit not in client.get(page).content.decode()
    sealed = client.get(edit)
    assert sealed.context["closed"] and "data-masks" not in sealed.content.decode()
    assert client.post(edit, {"page": "0", "drawn": "0,0,60,60"}).status_code == 409


def test_what_was_marked_is_marked_still_where_it_was_refused(gathering: Scene) -> None:
    edit = reverse("buyer:mask", args=[gathering.case.number, gathering.more["photo"].number])
    many = ";".join(f"{at * 15},0,{at * 15 + 10},10" for at in range(limits.MASK_REGIONS + 1))
    last = limits.MASK_CELLS**2 - 1
    reply = signed_in(gathering.buyer).post(edit, {"page": "0", "drawn": many, "cell": str(last)})
    text = reply.content.decode()
    assert reply.status_code == 422
    assert f'name="drawn" value="{many}"' in text
    assert re.findall(r'name="cell" value="(\d+)" checked', text) == [str(last)]
    assert 'name="keep" value="1" checked' not in text
