"""Open a dossier, add, show, withdraw, seal, reopen. Knows no case: whoever calls holds the case's lock.

All of these are shared by acts of the rooms above, which also write the journal (`Exhibit.as_entry_data`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Q, QuerySet, Sum

from common import digest, ids, signet
from common.actor import Actor
from common.acts import require_act
from common.errors import Missing, Refused
from evidence import holding, limits, masking, names, preparation, seals, sniff
from evidence.intake import Received
from evidence.models import Blob, Dossier, Exhibit, Holder, Kind, Seal

_FILES = (Kind.IMAGE, Kind.PDF, Kind.VIDEO)


def kind_of(mime: str) -> Kind:
    """What an exhibit with such bytes is."""
    if mime in sniff.FILMS:
        return Kind.VIDEO
    return Kind.PDF if mime == sniff.PDF else Kind.IMAGE


def open_dossier(now: datetime) -> Dossier:
    """A new, empty dossier, open in its first round."""
    require_act()
    return Dossier.objects.create(opened_at=now)


def add(
    dossier_id: int,
    received: Received,
    *,
    side: str,
    code: str,
    name: str = "",
    note: str = "",
    actor: Actor,
    now: datetime,
    shown: bool = True,
) -> Exhibit:
    """The received file has become an exhibit of ``side``, under the next number.

    ``code`` is the evidence code of the checklist row it answers (E06), ``name`` what the uploader says it
    shows; without one, pages name it for its code in the language of their reader. ``shown``: whether the
    other side sees it from now on; a draft is shown later by `show`. The same bytes by the same side in the
    same dossier are the exhibit that is there already. Raises `Refused`: `dossier_is_sealed`,
    `upload_expired`, `too_many_files`, `too_many_bytes`.
    """
    require_act()
    dossier = _lock_open(dossier_id)
    there = _there(dossier, side, received.sha256)
    if there is not None:
        return there
    blob = Blob.objects.select_for_update(of=("self",)).select_related("sheet").filter(pk=received.blob_id).first()
    if blob is None:
        raise Refused("upload_expired")
    holding.require_claimable(blob, received.upload, now=now)
    _weigh_quota(dossier, side, blob.size, now=now, besides=received.upload)
    place = _next_place(dossier, side)
    preparation.enqueue(blob, owner=f"{actor.role.value}:{actor.id}", now=now)
    exhibit = _create(
        dossier,
        side=side,
        place=place,
        kind=kind_of(blob.mime),
        code=code,
        blob=blob,
        sha256=blob.sha256,
        size=blob.size,
        name=names.title(name),
        note=names.note(note),
        actor=actor,
        now=now,
        shown=shown,
    )
    holding.take(received.upload, exhibit, now=now)
    return exhibit


def add_text(
    dossier_id: int,
    text: str,
    *,
    side: str,
    code: str = "E34",
    name: str = "",
    note: str = "",
    actor: Actor,
    now: datetime,
    shown: bool = True,
) -> Exhibit:
    """What a party typed has become an exhibit, to the letter; its digest is that of ``{"text": …}`` written canonically.

    What cannot be seen in it is kept as well, and left out where it is shown (`names.text`). Raises `Refused`:
    `dossier_is_sealed`, `text_missing`, `text_too_long`, `text_unreadable`, `too_many_texts`.
    """
    require_act()
    dossier = _lock_open(dossier_id)
    if not names.text(text):
        raise Refused("text_missing")
    if len(text) > limits.TEXT_LENGTH:
        raise Refused("text_too_long", longest=limits.TEXT_LENGTH, length=len(text))
    sha256 = digest_of_text(text)
    there = _there(dossier, side, sha256)
    if there is not None:
        return there
    if Exhibit.objects.filter(dossier=dossier, side=side, kind=Kind.TEXT).count() >= limits.TEXTS_PER_SIDE:
        raise Refused("too_many_texts", limit=limits.TEXTS_PER_SIDE)
    return _add_content(
        dossier,
        {"text": text},
        kind=Kind.TEXT,
        side=side,
        code=code,
        name=name,
        note=names.note(note),
        actor=actor,
        now=now,
        shown=shown,
    )


def digest_of_text(text: str) -> str:
    """Of a typed text as an exhibit. Raises `Refused`: `text_unreadable` for what no UTF-8 can hold, or PostgreSQL not."""
    try:
        found = digest.of({"text": text})
    except UnicodeEncodeError:  # half of a pair, which only a machine sends
        raise Refused("text_unreadable") from None
    if "\0" in text:
        raise Refused("text_unreadable")
    return found


def add_quote(
    dossier_id: int,
    content: dict[str, Any],
    *,
    side: str,
    code: str,
    note: str = "",
    actor: Actor,
    now: datetime,
    shown: bool = True,
) -> Exhibit:
    """A stretch of a record, which a side has chosen and not written, has become an exhibit of that side.

    Raises `Refused`: `dossier_is_sealed`, `too_many_files`.
    """
    require_act()
    dossier = _lock_open(dossier_id)
    if Exhibit.objects.filter(dossier=dossier, side=side, kind=Kind.CHAT).count() >= limits.FILES_PER_SIDE:
        raise Refused("too_many_files", limit=limits.FILES_PER_SIDE)
    return _add_content(
        dossier,
        content,
        kind=Kind.CHAT,
        side=side,
        code=code,
        name="",
        note=names.note(note),
        actor=actor,
        now=now,
        shown=shown,
    )


def add_record(
    dossier_id: int,
    *,
    code: str,
    content: dict[str, Any],
    now: datetime,
    name: str = "",
    side: str = Holder.PLATFORM,
) -> Exhibit:
    """What the platform itself holds (E01 snapshot, E02 chat, E03 trace) has become an exhibit P1, P2, …

    ``content`` is JSON without floats; its digest is that of its canonical form. Both sides see it at once.
    Raises `Refused`: `dossier_is_sealed`.
    """
    require_act()
    dossier = _lock_open(dossier_id)
    return _add_content(
        dossier,
        content,
        kind=Kind.RECORD,
        side=side,
        code=code,
        name=name,
        actor=Actor.system(),
        now=now,
        shown=True,
    )


def add_records(dossier_id: int, records: Mapping[str, dict[str, Any]], *, now: datetime) -> list[Exhibit]:
    """Several records of the platform at once, code → content, as ``add_record`` would add each. Three statements."""
    require_act()
    dossier = _lock_open(dossier_id)
    side = Holder.PLATFORM.value
    written = {code: digest.canonical(content) for code, content in records.items()}
    marks = {code: digest.sha256(content) for code, content in written.items()}
    own = list(Exhibit.objects.filter(dossier=dossier, side=side).values_list("sha256", "place", "withdrawn_at"))
    there = {sha256 for sha256, _place, withdrawn_at in own if withdrawn_at is None}
    first = max((place for _sha256, place, _withdrawn_at in own), default=0) + 1
    new = [code for code in records if marks[code] not in there]
    return Exhibit.objects.bulk_create(
        _draft(
            dossier,
            side=side,
            place=place,
            kind=Kind.RECORD,
            code=code,
            content=records[code],
            sha256=marks[code],
            size=len(written[code]),
            name="",
            actor=Actor.system(),
            now=now,
            shown=True,
        )
        for place, code in enumerate(new, start=first)
    )


def show(dossier_id: int, *, side: str, now: datetime) -> list[Exhibit]:
    """Everything of ``side`` that is not withdrawn is seen by the other side from now on. Gives the new."""
    require_act()
    _lock_open(dossier_id)
    unseen = Exhibit.objects.filter(
        dossier_id=dossier_id, side=side, visible_at__isnull=True, withdrawn_at__isnull=True
    )
    ids_of_unseen = list(unseen.values_list("pk", flat=True))
    Exhibit.objects.filter(pk__in=ids_of_unseen).update(visible_at=now)
    return list(Exhibit.objects.filter(pk__in=ids_of_unseen).order_by("place"))


def withdraw(exhibit_id: int, *, actor: Actor, now: datetime) -> Exhibit:
    """The exhibit no longer counts; its row, number and digest stay. Harmless to repeat.

    Raises `Missing`; `Refused`: `records_stay`, `not_your_exhibit`, `dossier_is_sealed`, `exhibit_is_sealed`
    (it was part of an earlier round).
    """
    require_act()
    exhibit = Exhibit.objects.filter(pk=exhibit_id).first()
    if exhibit is None:
        raise Missing
    dossier = Dossier.objects.select_for_update().get(pk=exhibit.dossier_id)
    exhibit.refresh_from_db()
    if exhibit.kind == Kind.RECORD:
        raise Refused("records_stay")
    if actor.role.value != exhibit.side:
        raise Refused("not_your_exhibit")
    if exhibit.withdrawn_at is not None:
        return exhibit
    if dossier.sealed_at is not None:
        raise Refused("dossier_is_sealed")
    if exhibit.round != dossier.round:
        raise Refused("exhibit_is_sealed")
    exhibit.withdrawn_at = now
    exhibit.save(update_fields=["withdrawn_at"])
    return exhibit


def seal(dossier_id: int, *, now: datetime, about: Mapping[str, Any] | None = None) -> str:
    """The round is over: nothing comes in, nothing is taken back. Gives the manifest's digest, in hex.

    What a side had not shown yet becomes visible with the seal. ``about`` is signed with it: what the dossier, which knows
    no case, cannot know of itself. Sealing a sealed dossier gives the same digest.
    """
    require_act()
    dossier = _lock(dossier_id)
    if dossier.sealed_at is not None:
        return Seal.objects.get(dossier=dossier, round=dossier.round).digest
    unseen = dossier.exhibits.filter(visible_at__isnull=True, withdrawn_at__isnull=True)
    unseen.update(visible_at=now)
    records = seals.records(dossier.exhibits.defer("content").order_by("side", "place"))
    content = seals.manifest(records, round_=dossier.round, at=now, about=about or {})
    # In the act and not after it: there is never a seal without a signature. It costs a tenth of a millisecond.
    signed = signet.sign(content)
    made = Seal.objects.create(
        dossier=dossier,
        round=dossier.round,
        at=now,
        manifest=content,
        records=records,
        digest=digest.of(content),
        key_id=signed.key_id,
        signature=signed.value,
    )
    dossier.sealed_at = now
    dossier.save(update_fields=["sealed_at"])
    return made.digest


def reopen(dossier_id: int) -> Dossier:
    """An appeal has begun the next round: new exhibits come in, those of the sealed rounds stay as they are.

    Raises `Refused`: `dossier_is_open`.
    """
    require_act()
    dossier = _lock(dossier_id)
    if dossier.sealed_at is None:
        raise Refused("dossier_is_open")
    dossier.sealed_at = None
    dossier.round += 1
    dossier.save(update_fields=["sealed_at", "round"])
    return dossier


def listing(dossier_id: int) -> QuerySet[Exhibit]:
    """Every exhibit by side and number, the withdrawn ones too, files with their copies. Two queries."""
    return (
        masking.with_masks(Exhibit.objects.filter(dossier_id=dossier_id))
        .select_related("blob__sheet", "blob__preparation", "blob__scan", "blob__printed")
        .prefetch_related("blob__derivatives")
        .order_by("side", "place")
    )


def given(dossier_id: int) -> QuerySet[Exhibit]:
    """The same without what its side has not shown yet: for the house and for systems, which see what was given."""
    return listing(dossier_id).filter(visible_at__isnull=False)


def counted(dossier_id: int) -> QuerySet[Exhibit]:
    """What meets a row of a checklist: not withdrawn, and no video that turned out to be one that cannot be shown."""
    over = Q(blob__preparation__refused_at__isnull=False) | Q(blob__preparation__set_aside_at__isnull=False)
    rows = Exhibit.objects.filter(dossier_id=dossier_id, withdrawn_at__isnull=True)
    return rows.exclude(Q(kind=Kind.VIDEO) & over)


def visible_to(dossier_id: int, *, side: str, now: datetime) -> QuerySet[Exhibit]:
    """What ``side`` may see: all of its own, and what others have shown it and not withdrawn."""
    return listing(dossier_id).filter(Q(side=side) | Q(visible_at__lte=now, withdrawn_at__isnull=True))


def citable(exhibit: Exhibit, now: datetime, wait: timedelta = limits.CITABLE_AFTER) -> bool:
    """Whether a ruling may rest on it: not withdrawn, and the other side could see it for ``wait`` (24 h)."""
    return exhibit.withdrawn_at is None and exhibit.visible_at is not None and now - exhibit.visible_at >= wait


def require_room(dossier_id: int, *, side: str, size: int, now: datetime) -> None:
    """That one more file of ``size`` bytes fits beside what is there and what is on its way. Raises `Refused`."""
    require_act()
    _weigh_quota(_lock(dossier_id), side, size, now=now)


def _lock(dossier_id: int) -> Dossier:
    try:
        return Dossier.objects.select_for_update().get(pk=dossier_id)
    except Dossier.DoesNotExist:
        raise Missing from None


def _lock_open(dossier_id: int) -> Dossier:
    dossier = _lock(dossier_id)
    if dossier.sealed_at is not None:
        raise Refused("dossier_is_sealed")
    return dossier


def _there(dossier: Dossier, side: str, sha256: str) -> Exhibit | None:
    return Exhibit.objects.filter(dossier=dossier, side=side, sha256=sha256, withdrawn_at__isnull=True).first()


def _next_place(dossier: Dossier, side: str) -> int:
    last: int | None = Exhibit.objects.filter(dossier=dossier, side=side).aggregate(last=Max("place"))["last"]
    return (last or 0) + 1


def _weigh_quota(dossier: Dossier, side: str, size: int, *, now: datetime, besides: int | None = None) -> None:
    """Files that count are limited in number; bytes also of the withdrawn ones, which are kept as well.

    What is still coming in has been promised its room, whichever way the next file comes. ``besides``: the upload by which
    this very file came.
    """
    coming_files, coming_bytes = holding.promised(dossier.pk, side, now, besides=besides)
    mine = Exhibit.objects.filter(dossier=dossier, side=side, kind__in=_FILES)
    there = mine.aggregate(files=Count("pk", filter=Q(withdrawn_at__isnull=True)), size=Sum("size"))
    if there["files"] + coming_files >= limits.FILES_PER_SIDE:
        raise Refused("too_many_files", limit=limits.FILES_PER_SIDE)
    if (there["size"] or 0) + coming_bytes + size > limits.BYTES_PER_SIDE:
        raise Refused("too_many_bytes", megabytes=limits.BYTES_PER_SIDE // limits.MEGABYTE)


def _add_content(
    dossier: Dossier,
    content: dict[str, Any],
    *,
    kind: Kind,
    side: str,
    code: str,
    name: str,
    actor: Actor,
    now: datetime,
    shown: bool,
    note: str = "",
) -> Exhibit:
    written = digest.canonical(content)
    sha256 = digest.sha256(written)
    return _there(dossier, side, sha256) or _create(
        dossier,
        side=side,
        place=_next_place(dossier, side),
        kind=kind,
        code=code,
        content=content,
        sha256=sha256,
        size=len(written),
        name=names.title(name),
        note=note,
        actor=actor,
        now=now,
        shown=shown,
    )


def _create(dossier: Dossier, **columns: Any) -> Exhibit:
    exhibit = _draft(dossier, **columns)
    exhibit.save(force_insert=True)
    return exhibit


def _draft(
    dossier: Dossier,
    *,
    side: str,
    place: int,
    kind: Kind,
    code: str,
    sha256: str,
    size: int,
    name: str,
    actor: Actor,
    now: datetime,
    shown: bool,
    blob: Blob | None = None,
    content: dict[str, Any] | None = None,
    note: str = "",
) -> Exhibit:
    public_id = ids.public_id()
    # Not of the bytes alone: two people who hold the same file must not recognise each other by it.
    receipt = digest.of({"exhibit": public_id, "sha256": sha256, "at": now.astimezone(UTC).isoformat()})
    return Exhibit(
        dossier=dossier,
        public_id=public_id,
        side=Holder(side),
        place=place,
        round=dossier.round,
        kind=kind,
        code=code,
        blob=blob,
        content=content,
        sha256=sha256,
        size=size,
        name=name,
        note=note,
        added_role=actor.role.value,
        added_by=actor.id,
        client_id=actor.client_id,
        added_at=now,
        visible_at=now if shown else None,
        receipt_code=ids.short_code(receipt),
    )
