"""Somebody takes their copy of a case with them. One act that journals it; the bytes are read before and after it.

Large or small, a bundle is sent while it is written: nothing lies about on a disk afterwards, and 500 MB take no more
memory than one photo (docs/adr/0018-a-bundle-is-sent-while-it-is-written.md).
"""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.module_loading import import_string

from arbitration import prints
from common import digest, ids, signet
from common.actor import Actor, Role
from common.acts import act, outside_act
from common.errors import Missing
from disputes import access, queries
from disputes.models import Case
from evidence import integrity, store
from insights import archive, bundle
from insights.archive import Member
from insights.bundle import Stored
from journal import book
from journal.kinds import Kind
from journal.models import Entry

log = logging.getLogger("heng.evidence")
# Operations see no evidence (docs/operations.md), so that they have no bundle either.
READERS = frozenset({Role.BUYER, Role.MERCHANT, Role.ARBITRATOR, Role.SENIOR})
# When every file was read once and the file has changed meanwhile, it is read again; a file that never rests is not sent.
_TRIES = 3
_HOUSE_ZONE = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class Export:
    """A bundle ready to be sent. ``pieces`` gives its bytes, ``length`` says how many; ``name`` is made by us."""

    name: str
    code: str
    manifest: str
    length: int
    members: tuple[Member, ...]
    at: datetime

    def pieces(self) -> Iterator[bytes]:
        return archive.stream(self.members, at=self.at.astimezone(_HOUSE_ZONE))


class _Changed(Exception):
    """A file came in or became visible between reading the files and writing the manifest."""


def export(case_id: int, *, actor: Actor, now: datetime) -> Export:
    """This reader's bundle. The journal says who took one, when, and the digest of its manifest. Raises ``Missing``."""
    outside_act()
    if actor.role not in READERS:
        raise Missing
    prints.finish(_visible(case_id, actor).pk, now=now)
    for attempt in range(1, _TRIES + 1):
        copy = bundle.Copy(_visible(case_id, actor), actor, now)
        checked = {stored: _state_of(stored) for stored in copy.stored}
        try:
            return _record(case_id, checked, actor=actor, now=now)
        except _Changed:
            if attempt == _TRIES:
                raise
    raise AssertionError("unreachable")


def issued(code: str) -> Entry | None:
    """The journal's word about the bundle with this code."""
    entries = Entry.objects.filter(kind=Kind.BUNDLE_EXPORTED.value, data__code=code)
    return entries.order_by("id").first()


@act
def _record(case_id: int, checked: Mapping[Stored, str], *, actor: Actor, now: datetime) -> Export:
    case = queries.lock(case_id)
    access.require_visible(case, actor)
    copy = bundle.Copy(case, actor, now)
    if not set(copy.stored) <= checked.keys():
        raise _Changed
    unavailable = {stored.path: state for stored, state in checked.items() if state}
    sent = [stored for stored in copy.stored if stored.path not in unavailable]
    files = copy.files(unavailable) | _printed(copy)
    code = ids.short_code(ids.public_id())
    manifest = bundle.manifest(copy, code=code, files=files, stored=sent)
    body = digest.canonical(manifest)
    files |= {
        "manifest.json": body,
        "manifest.sig": digest.canonical(bundle.signature_file(signet.sign(manifest))),
    }
    data: dict[str, Any] = {
        "code": code,
        "manifest": digest.sha256(body),
        "for": copy.reader,
        "files": len(manifest["files"]),
    }
    book.record(case.stream_id, Kind.BUNDLE_EXPORTED, data=data, actor=actor, now=now)
    members = (*(_in_memory(path, body) for path, body in sorted(files.items())), *(_on_disk(one) for one in sent))
    return Export(
        name=f"{case.number}-{code}.zip",
        code=code,
        manifest=data["manifest"],
        length=archive.length(members),
        members=members,
        at=now,
    )


def _visible(case_id: int, actor: Actor) -> Case:
    case = access.visible_to(actor).select_related("outcome", "merchant", "line").filter(pk=case_id).first()
    if case is None:
        raise Missing
    return case


def _printed(copy: bundle.Copy) -> dict[str, bytes]:
    """Pages for people, by path. How they look is known above, so that the settings name who makes them."""
    pages: dict[str, bytes] = import_string(settings.HENG_PRINTER)(copy)
    return pages


def _state_of(stored: Stored) -> str:
    """Empty if the bytes are there and right; else why they are not sent. Read whole: what differs is never sent."""
    state = integrity.state(stored.key, stored.sha256)
    if state:
        log.error("evidence_altered", extra={"key": stored.key, "state": state})
    return state


def _in_memory(path: str, body: bytes) -> Member:
    return Member(path, len(body), digest.sha256(body), lambda: io.BytesIO(body))


def _on_disk(stored: Stored) -> Member:
    def opened() -> IO[Any]:
        return store.storage().open(stored.key, "rb")

    return Member(stored.path, stored.size, stored.sha256, opened)
