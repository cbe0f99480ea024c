"""What is masked is in no copy that anybody else gets, and whoever looks beneath has said why."""

from __future__ import annotations

import array
import io
import math
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from PIL import Image

from common import clock
from common.actor import Actor, Role
from common.acts import act
from common.errors import Missing, Refused
from disputes import drafts, intervention, submissions
from disputes import masking as acts
from disputes.lifecycle import State
from evidence import dossiers, erasure, intake, integrity, limits, masking, orphans, preparation, store
from evidence.masking import Region
from evidence.models import Blob, Derivative, Exhibit, Mask, Opening, Preparation
from journal.kinds import HOUSE_ONLY, Kind
from journal.models import Entry
from tests import builders, files, reach
from tests.reach import Scene

pytestmark = pytest.mark.django_db

RED, PAINT = (220, 20, 20), (58, 62, 66)
LEFT_HALF: Region = (0, 0, 600, 1200)


@pytest.fixture
def scene() -> Scene:
    return reach.admitted()


def half_red(width: int = 640, height: int = 480) -> bytes:
    """Red on the left, where the secret is, white on the right."""
    picture = Image.new("RGB", (width, height), "white")
    picture.paste(RED, (0, 0, width // 2, height))
    return files.saved(picture, "PNG")


def add(scene: Scene, content: bytes, name: str = "x.png", actor: Actor | None = None) -> Exhibit:
    received = intake.receive(io.BytesIO(content), claimed_name=name, now=clock.now())
    who = actor or scene.buyer
    return submissions.add_evidence(scene.case.pk, received, code="E06", name="", note="", actor=who, now=clock.now())


def mask(scene: Scene, exhibit: Exhibit, *regions: Region, page: int = 0, actor: Actor | None = None) -> Mask:
    who = actor or scene.buyer
    return acts.mask(scene.case.pk, exhibit.pk, regions, page=page, actor=who, now=clock.now())


def masked(scene: Scene, exhibit: Exhibit, *regions: Region, page: int = 0, actor: Actor | None = None) -> Mask:
    made = mask(scene, exhibit, *regions, page=page, actor=actor)
    assert masking.finish(made.pk, instant=clock.now)
    return made


def pixels(copy: masking.Shown) -> Any:
    with store.storage().open(copy.key, "rb") as file:
        return Image.open(io.BytesIO(file.read())).convert("RGB")


def is_like(seen: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
    return all(abs(one - other) <= 12 for one, other in zip(seen, wanted, strict=True))


def test_a_mask_is_burnt_into_every_copy_and_nothing_of_it_is_left_at_its_edges(scene: Scene) -> None:
    exhibit = add(scene, half_red(2400, 1800))
    while preparation.do_next(clock.now):
        pass
    assert set(masking.bare(exhibit)) == {"display", "thumb", "large"}
    masked(scene, exhibit, LEFT_HALF)
    shared = masking.shared(exhibit)
    assert set(shared) == {"display", "thumb", "large"} and all(copy.masked for copy in shared.values())
    for kind, copy in shared.items():
        picture, bare = pixels(copy), masking.bare(exhibit)[kind]
        assert (picture.width, picture.height) == (bare.width, bare.height) == (copy.width, copy.height)
        assert is_like(picture.getpixel((picture.width // 4, picture.height // 2)), PAINT)
        assert is_like(picture.getpixel((picture.width * 3 // 4, picture.height // 2)), (255, 255, 255))
        reddest = max(red - green for _count, (red, green, _blue) in picture.getcolors(2**24))
        assert reddest < 40, f"something red shows through in {kind}"
    assert is_like(pixels(masking.bare(exhibit)["display"]).getpixel((10, 10)), RED), "what lies beneath is as it was"


def test_until_a_mask_is_made_nobody_else_sees_the_page(scene: Scene) -> None:
    exhibit = add(scene, half_red())
    masked(scene, exhibit, (0, 0, 300, 1200))
    later = mask(scene, exhibit, LEFT_HALF)
    assert masking.shared(exhibit) == {}, "not even as the earlier mask left it"
    assert masking.find(exhibit, "display") is None
    assert masking.finish_due(clock.now) == 1
    assert set(masking.shared(exhibit)) == {"display", "thumb"}
    assert Mask.objects.get(pk=later.pk).copies and masking.finish_due(clock.now) == 0


def test_whoever_dies_at_a_mask_is_followed_by_somebody_else(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    exhibit = add(scene, half_red())
    made = mask(scene, exhibit, LEFT_HALF)

    def dies(*_args: object, **_about: object) -> bool:
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(masking, "_done", dies)
        with pytest.raises(SystemExit):
            masking.finish(made.pk, instant=clock.now)
    assert not masking.finish(made.pk, instant=clock.now), "it may still be alive"
    builders.travel(timedelta(minutes=3))
    assert masking.finish_due(clock.now) == 1
    base = made.blob.key.rpartition("/")[0]
    left = store.storage().listdir(base)[0]
    files_of = [store.storage().listdir(f"{base}/{folder}")[1] for folder in left]
    assert sorted(map(len, files_of)) in ([2], [0, 2]), "what the dead one left is gone"


def test_a_mask_of_a_page_leaves_the_other_pages(scene: Scene) -> None:
    exhibit = add(scene, files.pdf(3), "x.pdf")
    masked(scene, exhibit, LEFT_HALF, page=1)
    shared = masking.shared(exhibit)
    assert {kind for kind, copy in shared.items() if copy.masked} == {"page_1", "thumb"}
    assert {kind for kind, copy in shared.items() if not copy.masked} == {"page_2", "page_3"}
    masked(scene, exhibit, LEFT_HALF, page=3)
    assert sorted(masking.covers(exhibit)) == [1, 3]


def test_only_what_can_be_seen_can_be_masked(scene: Scene) -> None:
    photo, film = add(scene, half_red()), add(scene, files.film(0.3), "x.mp4")
    for exhibit, page in ((film, 1), (photo, 1)):
        with pytest.raises(Refused, match="cannot_be_masked"):
            mask(scene, exhibit, LEFT_HALF, page=page)
    for region in ((0, 0, 0, 10), (10, 0, 5, 10), (0, 0, 1201, 10), (-1, 0, 10, 10)):
        with pytest.raises(Refused, match="mask_is_not_within"):
            mask(scene, photo, region)
    for when in ((0,), (5, 5), (0, 400_000), (-1, 5)):
        with pytest.raises(Refused, match="mask_is_not_within"):
            mask(scene, film, (*LEFT_HALF, *when))
    with pytest.raises(Refused, match="mask_is_not_within"):
        mask(scene, photo, (*LEFT_HALF, 0, 1000))
    with pytest.raises(Refused, match="too_many_masks"):
        mask(scene, photo, *[(0, n, 10, n + 1) for n in range(limits.MASK_REGIONS + 1)])
    with pytest.raises(Refused, match="nothing_to_mask"):
        mask(scene, photo)
    assert not Mask.objects.exists()


# --- videos ---------------------------------------------------------------------------------------------------------


def a_film(seconds: float = 2.0, *, sound: bool = False) -> bytes:
    """Red all over, silent or with a tone."""
    import av

    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as container:
        video = container.add_stream("libx264", rate=30)
        video.width, video.height, video.pix_fmt = 320, 240, "yuv420p"
        audio = container.add_stream("aac", rate=44_100) if sound else None
        for n in range(round(seconds * 44_100 / 1024) if audio is not None else 0):
            tone = [0.5 * math.sin(2 * math.pi * 440 * (n * 1024 + at) / 44_100) for at in range(1024)]
            piece = av.AudioFrame(format="fltp", layout="mono", samples=1024)
            piece.planes[0].update(array.array("f", tone).tobytes())
            piece.sample_rate, piece.pts = 44_100, n * 1024
            container.mux(audio.encode(piece))
        if audio is not None:
            container.mux(audio.encode(None))
        for n in range(round(seconds * 30)):
            frame = av.VideoFrame.from_image(Image.new("RGB", (320, 240), RED))
            frame.pts = n
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
    return out.getvalue()


def moments(copy: masking.Shown) -> list[tuple[float, Any]]:
    """Every picture of a film with its second."""
    import av

    with store.storage().open(copy.key, "rb") as file, av.open(io.BytesIO(file.read())) as container:
        return [(float(frame.time), frame.to_image()) for frame in container.decode(video=0)]


def loudness(copy: masking.Shown) -> list[tuple[float, float]]:
    """Every fiftieth of a second of a film's sound with the loudest there."""
    import av

    with store.storage().open(copy.key, "rb") as file, av.open(io.BytesIO(file.read())) as container:
        heard = [
            (float(frame.time), max(map(abs, array.array("f", bytes(frame.planes[0])[: frame.samples * 4]))))
            for frame in container.decode(audio=0)
        ]
    return heard


def prepare() -> None:
    while preparation.do_next(clock.now):
        pass


def test_a_part_of_a_video_is_burnt_into_every_picture_of_it(scene: Scene) -> None:
    exhibit = add(scene, a_film(), "x.mp4")
    prepare()
    masked(scene, exhibit, LEFT_HALF)
    shared = masking.shared(exhibit)
    assert set(shared) == {"display", "thumb", "film"} and all(copy.masked for copy in shared.values())
    seen = moments(shared["film"])
    assert len(seen) == 60 and shared["film"].pieces
    for _at, picture in seen:
        assert is_like(picture.getpixel((80, 120)), PAINT) and is_like(picture.getpixel((158, 120)), PAINT)
        assert picture.getpixel((240, 120))[0] > 180
    assert is_like(pixels(shared["display"]).getpixel((80, 120)), PAINT)
    assert moments(masking.bare(exhibit)["film"])[0][1].getpixel((80, 120))[0] > 180, "what lies beneath is as it was"


def test_a_part_of_a_video_may_be_covered_for_a_while(scene: Scene) -> None:
    exhibit = add(scene, a_film(), "x.mp4")
    prepare()
    masked(scene, exhibit, (*LEFT_HALF, 500, 1200))
    for at, picture in moments(masking.shared(exhibit)["film"]):
        is_covered = is_like(picture.getpixel((80, 120)), PAINT)
        if 0.5 <= at <= 1.2:
            assert is_covered, at
        elif not 0.35 <= at <= 1.35:
            assert not is_covered, at
    assert is_like(pixels(masking.shared(exhibit)["display"]).getpixel((80, 120)), PAINT), "the still shows no moment"


def test_a_video_that_is_masked_before_its_film_is_made_is_shown_only_with_it(scene: Scene) -> None:
    exhibit = add(scene, a_film(0.5), "x.mp4")
    made = mask(scene, exhibit, LEFT_HALF)
    assert not masking.finish_at_once(made, instant=clock.now)
    assert masking.finish_due(clock.now) == 0 and masking.shared(exhibit) == {}
    prepare()
    assert "film" in masking.bare(exhibit) and masking.shared(exhibit) == {}, (
        "the film is there and nobody gets it bare"
    )
    assert masking.find(exhibit, "film") is None
    assert masking.finish_due(clock.now) == 1
    assert is_like(moments(masking.shared(exhibit)["film"])[0][1].getpixel((80, 120)), PAINT)


def test_the_sound_of_a_video_is_silent_for_a_while_and_its_pictures_stay(scene: Scene) -> None:
    exhibit = add(scene, a_film(sound=True), "x.mp4")
    prepare()
    assert (
        masking.has_sound(exhibit) and min(level for _at, level in loudness(masking.bare(exhibit)["film"])[5:80]) > 0.3
    )
    masked(scene, exhibit, (500, 1200))
    shared = masking.shared(exhibit)
    heard = loudness(shared["film"])
    assert heard[-1][0] > 1.8
    for at, level in heard:
        if 0.5 <= at <= 1.2:
            assert level < 0.001, at
        elif 0.1 < at <= 0.35 or 1.35 <= at <= 1.8:
            assert level > 0.3, at
    assert {is_like(picture.getpixel((80, 120)), PAINT) for _at, picture in moments(shared["film"])} == {False}
    assert not is_like(pixels(shared["display"]).getpixel((80, 120)), PAINT)
    assert min(level for _at, level in loudness(masking.bare(exhibit)["film"])[5:80]) > 0.3, "the original is as it was"


def test_all_of_the_sound_can_go_together_with_a_part_of_the_picture(scene: Scene) -> None:
    exhibit = add(scene, a_film(1.0, sound=True), "x.mp4")
    prepare()
    masked(scene, exhibit, LEFT_HALF, (0, limits.FILM_SECONDS * 1000 + 1000))
    film = masking.shared(exhibit)["film"]
    assert max(level for _at, level in loudness(film)) < 0.001
    assert all(is_like(picture.getpixel((80, 120)), PAINT) for _at, picture in moments(film))


def test_what_has_no_sound_is_not_silenced_and_a_shorter_silence_hides_less(scene: Scene) -> None:
    photo, still = add(scene, half_red()), add(scene, a_film(0.3), "still.mp4")
    for exhibit, code in ((photo, "mask_is_not_within"), (still, "nothing_to_silence")):
        with pytest.raises(Refused, match=code):
            mask(scene, exhibit, (0, 100))
    film = add(scene, a_film(0.5, sound=True), "x.mp4")
    for span in ((100, 100), (200, 100), (-1, 100), (0, limits.FILM_SECONDS * 1000 + 1001)):
        with pytest.raises(Refused, match="mask_is_not_within"):
            mask(scene, film, span)
    mask(scene, film, (100, 400))
    assert masking.hides_less(film, 0, [(100, 399)]) and masking.hides_less(film, 0, [LEFT_HALF])
    assert not masking.hides_less(film, 0, [(0, 500)])
    assert not masking.covers_all_of((0, 500), LEFT_HALF)


def test_the_bench_lets_sound_be_heard_again_only_after_looking_beneath(scene: Scene) -> None:
    exhibit = add(scene, a_film(0.5, sound=True), "x.mp4")
    mask(scene, exhibit, (0, 400))
    senior = scene.senior
    with pytest.raises(Refused, match="open_it_first"):
        mask(scene, exhibit, actor=senior)
    acts.open_original(scene.case.pk, exhibit.pk, reason="核对说话内容", actor=senior, now=clock.now())
    mask(scene, exhibit, actor=senior)
    assert masking.covers(exhibit) == {}


def test_a_shorter_time_hides_less(scene: Scene) -> None:
    exhibit = add(scene, a_film(0.3), "x.mp4")
    mask(scene, exhibit, (*LEFT_HALF, 100, 2000))
    assert masking.hides_less(exhibit, 0, [(*LEFT_HALF, 100, 1999)])
    assert masking.hides_less(exhibit, 0, [(0, 0, 599, 1200)])
    assert not masking.hides_less(exhibit, 0, [LEFT_HALF])
    assert not masking.hides_less(exhibit, 0, [(*LEFT_HALF, 0, 2000)])


def test_a_senior_masks_what_was_filed_while_the_case_is_still_to_be_admitted(scene: Scene) -> None:
    """Whoever looks at a file first may cover what nobody should see, before anybody acts on the case."""
    made = reach.refused()
    drafts.begin(made.case.pk, actor=made.buyer, now=clock.now())
    exhibit = add(made, half_red())
    assert exhibit.visible_at is None
    intervention.request(made.case.pk, reach.claim_of(made.reload()), actor=made.buyer, now=clock.now())
    assert made.state is State.ADMISSION
    masked(made, exhibit, LEFT_HALF, actor=made.senior)
    assert all(copy.masked for copy in masking.shared(exhibit).values())
    with pytest.raises(Refused, match="open_it_first"):
        mask(made, exhibit, actor=made.senior)  # and takes none away unseen
    with pytest.raises(Missing):
        mask(made, exhibit, LEFT_HALF, actor=made.ops)


# --- copies that come after the mask --------------------------------------------------------------------------------


def test_a_large_copy_that_is_made_after_a_mask_is_never_seen_without_it(scene: Scene) -> None:
    """The mask waits for the copies that are still to be made, and until then the page is nobody else's."""
    exhibit = add(scene, half_red(2400, 1800))
    made = mask(scene, exhibit, LEFT_HALF)
    assert not masking.finish(made.pk, instant=clock.now) and masking.shared(exhibit) == {}
    prepare()
    assert set(masking.bare(exhibit)) == {"display", "thumb", "large"} and masking.shared(exhibit) == {}
    assert masking.find(exhibit, "large") is None
    assert masking.finish(made.pk, instant=clock.now)
    shared = masking.shared(exhibit)
    assert set(shared) == {"display", "thumb", "large"}
    assert is_like(pixels(shared["large"]).getpixel((10, 10)), PAINT)


def test_a_mask_put_on_while_a_large_copy_is_being_made_covers_it(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The race itself: the worker has read the bare picture when the mask comes, and hands its copy in afterwards."""
    exhibit = add(scene, half_red(2400, 1800))
    finish, tried = preparation._finish, []

    def with_a_mask_before(*args: Any, **about: Any) -> bool:
        made = mask(scene, exhibit, LEFT_HALF)
        tried.append(masking.finish(made.pk, instant=clock.now))
        return finish(*args, **about)

    monkeypatch.setattr(preparation, "_finish", with_a_mask_before)
    prepare()
    assert tried == [False] and "large" in masking.bare(exhibit) and masking.shared(exhibit) == {}
    assert masking.finish_due(clock.now) == 1
    assert all(is_like(pixels(copy).getpixel((5, 5)), PAINT) for copy in masking.shared(exhibit).values())
    assert "large" in masking.shared(exhibit)


def test_a_large_copy_that_cannot_be_made_keeps_no_mask_waiting(scene: Scene) -> None:
    exhibit = add(scene, half_red(2400, 1800))
    made = mask(scene, exhibit, LEFT_HALF)
    Preparation.objects.update(refused_at=clock.now(), code="too_complex")
    assert masking.finish(made.pk, instant=clock.now)
    Derivative.objects.create(
        blob=exhibit.blob, kind="large", key="x/large.webp", sha256="0" * 64, size=1, width=2400, height=1800
    )
    assert set(masking.shared(exhibit)) == {"display", "thumb"}, "made by hand afterwards, it is not shown bare"
    assert masking.find(exhibit, "large") is None


def test_the_same_mask_again_changes_nothing(scene: Scene) -> None:
    exhibit = add(scene, half_red())
    first = masked(scene, exhibit, LEFT_HALF)
    assert mask(scene, exhibit, LEFT_HALF).pk == first.pk
    assert Entry.objects.filter(kind=Kind.EVIDENCE_MASKED.value).count() == 1


def test_a_side_masks_and_unmasks_its_own_evidence_and_none_of_the_other(scene: Scene) -> None:
    exhibit = add(scene, half_red())
    with pytest.raises(Refused, match="not_your_exhibit"):
        mask(scene, exhibit, LEFT_HALF, actor=scene.merchant)
    for stranger in (reach.a_scene().buyer, scene.ops, Actor.system()):
        with pytest.raises(Missing):
            mask(scene, exhibit, LEFT_HALF, actor=stranger)
    masked(scene, exhibit, LEFT_HALF)
    masked(scene, exhibit)
    assert not masking.covers(exhibit) and not any(copy.masked for copy in masking.shared(exhibit).values())
    entries = Entry.objects.filter(kind=Kind.EVIDENCE_MASKED.value).order_by("seq")
    assert [entry.data["places"] for entry in entries] == [1, 0]
    assert Kind.EVIDENCE_MASKED not in HOUSE_ONLY, "both sides see it"


def test_once_the_evidence_is_sealed_only_the_bench_masks(scene: Scene) -> None:
    exhibit = add(scene, half_red())
    act(dossiers.seal)(scene.case.dossier_id, now=clock.now())
    with pytest.raises(Refused, match="evidence_stays_as_masked"):
        mask(scene, exhibit, LEFT_HALF)
    masked(scene, exhibit, LEFT_HALF, actor=scene.senior)


def test_the_bench_hides_more_at_any_time_and_less_only_after_looking_beneath(scene: Scene) -> None:
    exhibit = add(scene, half_red())
    masked(scene, exhibit, LEFT_HALF)
    masked(scene, exhibit, LEFT_HALF, (900, 0, 1200, 100), actor=scene.senior)
    for less in ((), ((0, 0, 500, 1200),), ((900, 0, 1200, 100),)):
        with pytest.raises(Refused, match="open_it_first"):
            mask(scene, exhibit, *less, actor=scene.senior)
    acts.open_original(scene.case.pk, exhibit.pk, reason="要看裂纹的位置。", actor=scene.senior, now=clock.now())
    masked(scene, exhibit, (0, 0, 500, 1200), actor=scene.senior)
    assert masking.covers(exhibit)[0].regions == ((0, 0, 500, 1200),)


def test_looking_beneath_has_a_reason_is_journalled_once_and_ends(scene: Scene) -> None:
    exhibit = add(scene, half_red())
    now = clock.now()
    with pytest.raises(Refused, match="text_missing"):
        acts.open_original(scene.case.pk, exhibit.pk, reason="  ", actor=scene.senior, now=now)
    with pytest.raises(Refused, match="text_too_long"):
        acts.open_original(scene.case.pk, exhibit.pk, reason="长" * 301, actor=scene.senior, now=now)
    with pytest.raises(Refused, match="case_is_not_yours"):
        # Whoever might take the case and has not, has no business beneath a mask.
        free = reach.queued()
        photo = add_to_file(free)
        acts.open_original(free.case.pk, photo.pk, reason="好奇", actor=free.arbitrator, now=clock.now())
    for other in (scene.buyer, scene.merchant, scene.ops):
        with pytest.raises(Missing):
            acts.open_original(scene.case.pk, exhibit.pk, reason="好奇", actor=other, now=now)
    first = acts.open_original(scene.case.pk, exhibit.pk, reason="核对订单号", actor=scene.senior, now=now)
    again = acts.open_original(scene.case.pk, exhibit.pk, reason="再看", actor=scene.senior, now=now)
    assert again.pk == first.pk and Opening.objects.count() == 1
    entry = Entry.objects.get(kind=Kind.ORIGINAL_OPENED.value)
    assert entry.data == {"exhibit": exhibit.public_id, "number": exhibit.number, "opening": first.pk}
    assert entry.actor_id == scene.senior.id and "核对" not in str(entry.data)
    other_senior = builders.an_officer(Role.SENIOR)
    assert masking.may_look_beneath(exhibit, scene.senior, now)
    assert not masking.may_look_beneath(exhibit, other_senior, now)
    assert not masking.may_look_beneath(exhibit, scene.senior, now + limits.OPEN_FOR)


def add_to_file(scene: Scene) -> Exhibit:
    found = Exhibit.objects.filter(dossier_id=scene.case.dossier_id, blob__isnull=False).first()
    assert found is not None
    return found


def test_the_daily_reading_and_the_collector_know_the_masked_copies(scene: Scene) -> None:
    exhibit = add(scene, half_red())
    masked(scene, exhibit, LEFT_HALF)
    copy = masking.shared(exhibit)["display"]
    blob = Blob.objects.get(pk=exhibit.blob_id)
    assert integrity.altered(blob) == []
    store.storage().delete(copy.key)
    (kind,) = integrity.altered(blob)
    assert kind.startswith("m") and len(kind) <= 12
    # As after an erasure: no exhibit has these bytes any more.
    thumb = masking.shared(exhibit)["thumb"].key
    loose = Blob.objects.create(
        sha256="0" * 64, size=1, mime="image/png", key="loose/original", received_at=clock.now() - timedelta(days=2)
    )
    Mask.objects.create(
        exhibit=exhibit, blob=loose, page=0, regions=[], role="buyer", at=clock.now(),
        copies=[{"kind": "thumb", "key": thumb, "sha256": "", "size": 1, "width": 1, "height": 1}],
    )  # fmt: skip
    assert orphans.collect(clock.now()) == 1
    assert not store.storage().exists(thumb) and not Mask.objects.filter(blob_id=loose.pk).exists()


def test_masks_and_openings_are_never_rewritten(scene: Scene) -> None:
    exhibit = add(scene, half_red())
    made = masked(scene, exhibit, LEFT_HALF)
    acts.open_original(scene.case.pk, exhibit.pk, reason="核对订单号", actor=scene.senior, now=clock.now())
    for rows, change in (
        (Mask.objects.filter(pk=made.pk), {"regions": []}),
        (Mask.objects.filter(pk=made.pk), {"copies": None}),
        (Opening.objects.all(), {"until": clock.now() + timedelta(days=9)}),
        (Opening.objects.all(), {"reason": "another"}),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**change)


def test_when_a_case_is_erased_its_masks_and_reasons_go_and_who_looked_stays(scene: Scene) -> None:
    exhibit = add(scene, half_red())
    masked(scene, exhibit, LEFT_HALF)
    acts.open_original(scene.case.pk, exhibit.pk, reason="核对订单号", actor=scene.senior, now=clock.now())
    copies = [copy.key for copy in masking.shared(exhibit).values()]
    assert all(map(store.storage().exists, copies))
    act(erasure.erase)([scene.case.dossier_id], now=clock.now())
    builders.travel(timedelta(days=2))
    orphans.collect(clock.now())
    assert not any(map(store.storage().exists, copies)) and not Mask.objects.filter(exhibit=exhibit).exists()
    opening = Opening.objects.get()
    assert opening.reason == "" and opening.by_id == scene.senior.id
    exhibit.refresh_from_db()
    assert masking.shared(exhibit) == {} and masking.covers(exhibit) == {}
