"""Pictures that the platform's own records name by their SHA-256: wanted, fetched once for all cases, kept as they came.

Which picture a record means is in the record, so a picture needs no journal entry of its own: bytes with another digest are
not that picture and never become it. Refuses to know where pictures come from, and what is on them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.fields.json import KT

from common.acts import act, require_act
from evidence.intake import Received
from evidence.models import Blob, Derivative, Exhibit, RecordPicture

MOST = 6  # of one record
TRIES = 8
_FIRST_WAIT, _LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=12)
# Longer than a fetch may take: whoever died in one is followed by another.
_CLAIMED_FOR = timedelta(minutes=5)


def named_in(images: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """SHA-256 in hex → address, of as many as are kept of one record. Without a digest nobody could tell what was shown."""
    named = {str(image["sha256"]): str(image["url"]) for image in images if image.get("sha256") and image.get("url")}
    return dict(list(named.items())[:MOST])


def want(images: Iterable[Mapping[str, Any]], *, now: datetime) -> None:
    """These pictures of a record will be looked at. One statement; what is wanted already stays as it is."""
    require_act()
    _want(named_in(images), now)


def _want(named: Mapping[str, str], now: datetime) -> None:
    rows = [RecordPicture(sha256=sha256, url=url, wanted_at=now, retry_at=now) for sha256, url in sorted(named.items())]
    if rows:
        RecordPicture.objects.bulk_create(rows, ignore_conflicts=True)


@act
def look_for(images: Iterable[Mapping[str, Any]], *, now: datetime) -> None:
    """Pictures of several records that somebody looks at outside of any case. Harmless to repeat."""
    named: dict[str, str] = {}
    for image in images:
        named |= named_in([image])
    _want(named, now)


def kept(digests: Collection[str]) -> dict[str, dict[str, Derivative]]:
    """The copies of those that are here, by SHA-256 and kind. One query."""
    if not digests:
        return {}
    found: dict[str, dict[str, Derivative]] = {}
    for copy in Derivative.objects.filter(blob__picture__sha256__in=digests).select_related("blob"):
        found.setdefault(copy.blob.sha256, {})[copy.kind] = copy
    return found


def with_first(exhibits: QuerySet[Exhibit]) -> QuerySet[Exhibit]:
    """The same rows with ``pictured``: SHA-256 of the first picture that a record names, if it is here. No query more."""
    here = RecordPicture.objects.filter(sha256=OuterRef("_named"), blob__isnull=False)
    named = exhibits.annotate(_named=KT("content__listing__images__0__sha256"))
    return named.annotate(pictured=Subquery(here.values("sha256")[:1]))


def originals(digests: Collection[str]) -> dict[str, Blob]:
    """Those that are here as they came, by SHA-256. One query, or none."""
    found = Blob.objects.filter(picture__sha256__in=digests) if digests else ()
    return {blob.sha256: blob for blob in found}


def copy_of(sha256: str, kind: str) -> Derivative | None:
    return Derivative.objects.filter(blob__picture__sha256=sha256, kind=kind).first()


@act
def claim_next(now: datetime) -> RecordPicture | None:
    """The next picture to be fetched, for five minutes the claimer's own."""
    picture = _due(now).select_for_update(skip_locked=True).order_by("retry_at", "id").first()
    if picture is not None:
        picture.tries += 1
        picture.retry_at = now + _CLAIMED_FOR
        picture.save(update_fields=["tries", "retry_at"])
    return picture


@act
def keep(picture_id: int, received: Received) -> bool:
    """The bytes are here. False if somebody else brought them before. Raises ``ValueError`` for another picture's bytes."""
    picture = RecordPicture.objects.select_for_update().get(pk=picture_id)
    if picture.sha256 != received.sha256 or not received.mime.startswith("image/"):
        raise ValueError("these bytes are not the picture that the record names")
    if picture.blob_id is not None:
        return False
    picture.blob_id, picture.code = received.blob_id, ""
    picture.save(update_fields=["blob", "code"])
    return True


@act
def note_failure(picture_id: int, code: str, *, for_good: bool, now: datetime) -> None:
    """It could not be fetched, and why: tried again later and later, after the last try or ``for_good`` no more."""
    picture = RecordPicture.objects.select_for_update().get(pk=picture_id)
    if picture.blob_id is not None:
        return
    picture.code = code[:40]
    picture.retry_at = now + min(_FIRST_WAIT * 2 ** (picture.tries - 1), _LONGEST_WAIT)
    if for_good or picture.tries >= TRIES:
        picture.failed_at = now
    picture.save(update_fields=["code", "retry_at", "failed_at"])


def given_up() -> QuerySet[RecordPicture]:
    """Those that nobody tries any more, the newest first; also where whoever fetched them died, every time."""
    died = Q(failed_at__isnull=True, tries__gte=TRIES)
    return RecordPicture.objects.filter(Q(failed_at__isnull=False) | died, blob__isnull=True).order_by(
        "-retry_at", "-id"
    )


@act
def try_again(picture_id: int, *, now: datetime) -> None:
    """Somebody of operations has looked: it is fetched again, from its first try on. Harmless where it is here already."""
    RecordPicture.objects.filter(pk=picture_id, blob__isnull=True).update(tries=0, retry_at=now, failed_at=None)


def _due(now: datetime) -> QuerySet[RecordPicture]:
    # Whoever dies in a fetch leaves its try counted, so that no picture kills workers for ever.
    return RecordPicture.objects.filter(blob__isnull=True, failed_at__isnull=True, retry_at__lte=now, tries__lt=TRIES)
