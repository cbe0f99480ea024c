"""Which copies of an exhibit its readers get, and how masks come into them. Knows no case, and not who may put a mask on.

There is one rule: a copy that is asked for by its plain name is the shared one, with every mask burnt in. What lies beneath
has another name (`links`), and is given to the side that handed it in and to nobody else, or to somebody of the bench
who has said why. So whoever shows a file and thinks of no mask shows none of what a mask hides.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject

from common.actor import Actor, Role
from common.acts import act, outside_act, require_act
from common.errors import Refused
from evidence import intake, limits, sniff, store
from evidence.models import Derivative, Exhibit, Kind, Mask, Opening, Preparation

log = logging.getLogger("heng.evidence")
# Left, top, right, bottom in 1200ths; in a film also from when and until when in milliseconds, or it is for all of it.
# Of two numbers alone, in milliseconds, it is the sound of a film that is not heard.
Region = tuple[int, ...]
BENCH = (Role.ARBITRATOR, Role.SENIOR)
# How long whoever makes the copies of a mask is waited for.
_HELD_FOR = timedelta(minutes=2)
_FILM_HELD_FOR = timedelta(seconds=limits.child("film_mask").wall_seconds) + timedelta(minutes=2)
_Rows = TypeVar("_Rows", bound="QuerySet[Exhibit]")


@dataclass(frozen=True, slots=True)
class Shown:
    """One picture or film of an exhibit as somebody gets it. ``masked``: parts of it are painted over."""

    kind: str
    key: str
    sha256: str
    size: int
    width: int
    height: int
    masked: bool = False
    pieces: bytes = b""


@dataclass(frozen=True, slots=True)
class Cover:
    """The mask that counts on one page. ``copies`` is ``None`` while they are being made."""

    page: int
    regions: tuple[Region, ...]
    copies: tuple[Shown, ...] | None


# --- who gets which copy --------------------------------------------------------------------------------------------


def with_masks(exhibits: _Rows) -> _Rows:
    """The same rows with their masks, at no query more; of a row read otherwise they are asked for when needed."""
    rows = Mask.objects.filter(exhibit=OuterRef("pk")).order_by("id")
    body = JSONObject(page=F("page"), regions=F("regions"), copies=F("copies"))
    return exhibits.annotate(mask_rows=ArraySubquery(rows.values(body=body)))


def covers(exhibit: Exhibit) -> dict[int, Cover]:
    """The masks that count, by page. A mask that was lifted is none."""
    if exhibit.blob_id is None or exhibit.kind not in (Kind.IMAGE, Kind.PDF, Kind.VIDEO):
        return {}
    rows: Iterable[Mapping[str, Any]] | None = getattr(exhibit, "mask_rows", None)
    if rows is None:
        rows = Mask.objects.filter(exhibit=exhibit).order_by("id").values("page", "regions", "copies")
    newest = {row["page"]: row for row in rows}
    return {page: _cover(row) for page, row in sorted(newest.items()) if row["regions"]}


def shared(exhibit: Exhibit) -> dict[str, Shown]:
    """What the other side, a jury and the bench get, by kind. Of a page whose mask is being made they get nothing yet."""
    found = bare(exhibit)
    for page, cover in covers(exhibit).items():
        for kind in _kinds_of(page):
            found.pop(kind, None)
        found |= {copy.kind: copy for copy in cover.copies or ()}
    return found


def bare(exhibit: Exhibit) -> dict[str, Shown]:
    """The clean copies without any mask, by kind."""
    if exhibit.blob is None:
        return {}
    return {copy.kind: _as_shown(copy) for copy in exhibit.blob.derivatives.all()}


def find(exhibit: Exhibit, kind: str, *, beneath: bool = False) -> Shown | None:
    """One copy: the shared one, or the one ``beneath`` all masks."""
    if not beneath:
        for page, cover in covers(exhibit).items():
            if kind in _kinds_of(page):
                return next((copy for copy in cover.copies or () if copy.kind == kind), None)
    copy = Derivative.objects.filter(blob=exhibit.blob, kind=kind).first() if exhibit.blob is not None else None
    return _as_shown(copy) if copy is not None else None


def may_look_beneath(exhibit: Exhibit, actor: Actor, now: datetime) -> bool:
    """Whether this reader gets what was handed in: its own side, or somebody of the bench who has said why just now.

    Whether they may see the case at all was asked before.
    """
    if actor.side is not None:
        return exhibit.side == actor.side.value
    return bool(opened([exhibit], actor, now))


def opened(exhibits: Sequence[Exhibit], actor: Actor, now: datetime) -> dict[int, datetime]:
    """Which of these somebody of the bench has open, by id, and until when. One query; of a side none are."""
    if actor.role not in BENCH or actor.id is None or not exhibits:
        return {}
    rows = Opening.objects.filter(exhibit__in=[row.pk for row in exhibits], by_id=actor.id, at__lte=now, until__gt=now)
    return dict(rows.order_by("until").values_list("exhibit_id", "until"))


# --- putting a mask on ----------------------------------------------------------------------------------------------


def pages_of(exhibit: Exhibit) -> list[int]:
    """The pages that may be masked: 0 for a photo or a video, the drawn ones of a document, none of words."""
    if exhibit.kind in (Kind.IMAGE, Kind.VIDEO):
        return [0]
    if exhibit.kind != Kind.PDF:
        return []
    return sorted(int(kind.removeprefix("page_")) for kind in bare(exhibit) if kind.startswith("page_"))


def has_sound(exhibit: Exhibit) -> bool:
    """Whether there is something to be heard in it."""
    sheet = exhibit.blob.sheet if exhibit.kind == Kind.VIDEO and exhibit.blob is not None else None
    return sheet is not None and bool(sheet.sound)


def put(exhibit: Exhibit, page: int, regions: Sequence[Region], *, actor: Actor, now: datetime) -> tuple[Mask, bool]:
    """From now on readers do not see these regions of this page, nor the page at all until its copies are made.

    No regions lift what was there. The same regions again are the mask that is there: gives the mask and whether it is new.
    Raises `Refused`: `cannot_be_masked`, `mask_is_not_within`, `too_many_masks`, `nothing_to_mask`, `nothing_to_silence`,
    `mask_after_the_end`.
    """
    require_act()
    if exhibit.blob is None or page not in pages_of(exhibit):
        raise Refused("cannot_be_masked")
    if len(regions) > limits.MASK_REGIONS:
        raise Refused("too_many_masks", most=limits.MASK_REGIONS)
    if not all(_is_within(region, in_film=exhibit.kind == Kind.VIDEO) for region in regions):
        raise Refused("mask_is_not_within", units=limits.MASK_UNITS)
    if any(len(region) == 2 for region in regions) and not has_sound(exhibit):
        raise Refused("nothing_to_silence")
    _require_before_the_end(exhibit, regions)
    cover = covers(exhibit).get(page)
    if list(regions) == list(cover.regions if cover is not None else ()):
        if cover is None:
            raise Refused("nothing_to_mask")
        return Mask.objects.filter(exhibit=exhibit, page=page).latest("id"), False
    made = Mask.objects.create(
        exhibit=exhibit,
        blob=exhibit.blob,
        page=page,
        regions=[list(region) for region in regions],
        role=actor.role.value,
        by_id=actor.id,
        client_id=actor.client_id,
        at=now,
        copies=None if regions else [],
    )
    return made, True


def _require_before_the_end(exhibit: Exhibit, regions: Sequence[Region]) -> None:
    """A stretch that begins after the film has ended hides nothing, and its writer would think that it does."""
    sheet = exhibit.blob.sheet if exhibit.kind == Kind.VIDEO and exhibit.blob is not None else None
    length = sheet.milliseconds if sheet is not None else None
    begins = [region[0] if len(region) == 2 else region[4] for region in regions if len(region) in (2, 6)]
    if length and any(at >= length for at in begins):
        raise Refused("mask_after_the_end", length=f"{length // 60_000}:{length // 1000 % 60:02}")


def hides_less(exhibit: Exhibit, page: int, regions: Sequence[Region]) -> bool:
    """Whether something that is hidden now would be seen again: a region that none of the new ones covers."""
    cover = covers(exhibit).get(page)
    return cover is not None and not all(any(covers_all_of(new, old) for new in regions) for old in cover.regions)


def finish_at_once(mask: Mask, *, instant: Callable[[], datetime]) -> bool:
    """The same while somebody waits for a page: a film is left to whoever prepares films."""
    return mask.exhibit.kind != Kind.VIDEO and finish(mask.pk, instant=instant)


def finish(mask_id: int, *, instant: Callable[[], datetime]) -> bool:
    """Make the copies of a mask; gives whether they are there. Harmless to repeat, and to be killed in (`finish_due`).

    Not before everything is there that it has to cover: what is made of the file later would be without its mask.
    """
    outside_act()
    mask = _claim(mask_id, now=instant())
    if mask is None:
        return Mask.objects.filter(pk=mask_id, copies__isnull=False).exists()
    base = _base(mask, mask.tries)
    made: list[dict[str, Any]] = []
    try:
        for copy in Derivative.objects.filter(blob_id=mask.blob_id, kind__in=_painted(mask.page)):
            made += _paint(mask, copy, base)
    except Refused as refused:
        log.error("mask_waits", extra={"mask": mask.pk, "error": refused.code})
        return False
    was_first = _done(mask.pk, made)
    # What those left behind who died at this, or what came too late itself.
    names = [f"{kind}.{store.extension_of(kind)}" for kind in _kinds_of(mask.page)]
    left = [f"{_base(mask, nth)}/{name}" for nth in range(1, mask.tries) for name in names]
    for key in left if was_first else [one["key"] for one in made]:
        with suppress(Exception):
            store.storage().delete(key)
    return True


def finish_due(instant: Callable[[], datetime], *, limit: int = 20) -> int:
    """Finish masks whose maker died or had no storage. Until then nobody sees their pages."""
    now = instant()
    held = Q(claimed_at__gt=now - _HELD_FOR) | Q(exhibit__kind=Kind.VIDEO, claimed_at__gt=now - _FILM_HELD_FOR)
    late = _ripe().filter(tries__lt=limits.TRIES * 10).exclude(held)
    return sum(finish(pk, instant=instant) for pk in late.order_by("id").values_list("pk", flat=True)[:limit])


# --- looking beneath ------------------------------------------------------------------------------------------------


def open_for(exhibit: Exhibit, *, reason: str, actor: Actor, now: datetime) -> tuple[Opening, bool]:
    """Somebody of the bench sees this exhibit as it was handed in, for a while. Gives the opening and whether it is new.

    Raises `Refused`: `text_missing`, `text_too_long`.
    """
    require_act()
    assert actor.role in BENCH and actor.id is not None
    there = (
        Opening.objects.filter(exhibit=exhibit, by_id=actor.id, at__lte=now, until__gt=now).order_by("-until").first()
    )
    if there is not None:
        return there, False
    words = reason.strip()
    longest = Opening._meta.get_field("reason").max_length or 0
    if not words:
        raise Refused("text_missing", field="reason")
    if len(words) > longest:
        raise Refused("text_too_long", field="reason", longest=longest, length=len(words))
    made = Opening.objects.create(
        exhibit=exhibit, role=actor.role.value, by_id=actor.id, reason=words, at=now, until=now + limits.OPEN_FOR
    )
    return made, True


# ----------------------------------------------------------------------------------------------------------------------


def _kinds_of(page: int) -> tuple[str, ...]:
    """Every copy that shows this page. The small one of a document shows its first."""
    if page == 0:
        return (store.DISPLAY, store.THUMB, store.LARGE, store.FILM)
    return (f"page_{page}", store.THUMB) if page == 1 else (f"page_{page}",)


def _painted(page: int) -> tuple[str, ...]:
    """Those that are painted; the small one is made from what was painted."""
    return tuple(kind for kind in _kinds_of(page) if kind != store.THUMB)


def _cover(row: Mapping[str, Any]) -> Cover:
    copies = row["copies"]
    regions = tuple(tuple(region) for region in row["regions"])
    return Cover(row["page"], regions, None if copies is None else tuple(_as_masked(one) for one in copies))


def _as_masked(copy: Mapping[str, Any]) -> Shown:
    return Shown(**{**copy, "pieces": bytes.fromhex(copy.get("pieces", ""))}, masked=True)


def _as_shown(copy: Derivative) -> Shown:
    pieces = bytes(copy.pieces or b"")
    return Shown(copy.kind, copy.key, copy.sha256, copy.size, copy.width, copy.height, pieces=pieces)


def _is_within(region: Region, *, in_film: bool) -> bool:
    if len(region) == 2:
        return in_film and 0 <= region[0] < region[1] <= limits.FILM_SECONDS * 1000 + 1000
    left, top, right, bottom, *when = region
    if when and not (in_film and len(when) == 2 and 0 <= when[0] < when[1] <= limits.FILM_SECONDS * 1000 + 1000):
        return False
    return 0 <= left < right <= limits.MASK_UNITS and 0 <= top < bottom <= limits.MASK_UNITS


def covers_all_of(new: Region, old: Region) -> bool:
    """Whether nothing of ``old`` would be seen beside ``new``: neither at an edge nor before or after; or be heard."""
    if 2 in (len(new), len(old)):
        return len(new) == len(old) and new[0] <= old[0] and new[1] >= old[1]
    in_place = new[0] <= old[0] and new[1] <= old[1] and new[2] >= old[2] and new[3] >= old[3]
    return in_place and (len(new) == 4 or (len(old) == 6 and new[4] <= old[4] and new[5] >= old[5]))


def _base(mask: Mask, attempt: int) -> str:
    return f"{mask.blob.key.rpartition('/')[0]}/mask-{mask.pk}-{attempt}"


@act
def _claim(mask_id: int, *, now: datetime) -> Mask | None:
    mask = _ripe().select_for_update(of=("self",)).select_related("blob", "exhibit").filter(pk=mask_id).first()
    if mask is None:
        return None
    held_for = _FILM_HELD_FOR if mask.exhibit.kind == Kind.VIDEO else _HELD_FOR
    if mask.claimed_at is not None and now - mask.claimed_at < held_for:
        return None
    mask.tries += 1
    mask.claimed_at = now
    mask.save(update_fields=["tries", "claimed_at"])
    return mask


def _ripe() -> QuerySet[Mask]:
    """Masks to be made whose file has all the copies that there will be: the large one of a photo, the film of a video."""
    coming = Preparation.objects.filter(blob=OuterRef("blob"), refused_at__isnull=True, set_aside_at__isnull=True)
    film = Derivative.objects.filter(blob=OuterRef("blob"), kind=store.FILM)
    by_kind = Q(exhibit__kind=Kind.PDF) | (Q(exhibit__kind=Kind.IMAGE) & ~Exists(coming))
    return Mask.objects.filter(by_kind | (Q(exhibit__kind=Kind.VIDEO) & Exists(film)), copies__isnull=True)


def _paint(mask: Mask, copy: Derivative, base: str) -> list[dict[str, Any]]:
    """One copy of ours, painted in the child like any file, and stored."""
    mime, work = (sniff.MP4, "film_mask") if copy.kind == store.FILM else (sniff.WEBP, "mask")
    with intake.a_room() as directory:
        intake.fetch(copy, directory / "original")
        reading = intake.read_in(directory, mime, copy.sha256, work=work, kind=copy.kind, regions=mask.regions)
        made = []
        for one in reading.copies:
            if one.kind not in _kinds_of(mask.page):
                raise Refused("could_not_be_read")
            key = f"{base}/{one.kind}.{store.extension_of(one.kind)}"
            store.storage().delete(key)
            intake.keep(one.path, key)
            made.append(
                {
                    "kind": one.kind,
                    "key": key,
                    "sha256": one.sha256,
                    "size": one.size,
                    "width": one.width,
                    "height": one.height,
                    **({"pieces": one.pieces.hex()} if one.pieces else {}),
                }
            )
    return made


@act
def _done(mask_id: int, made: list[dict[str, Any]]) -> bool:
    mask = Mask.objects.select_for_update().filter(pk=mask_id, copies__isnull=True).first()
    if mask is None:
        return False
    mask.copies = made
    mask.save(update_fields=["copies"])
    return True
