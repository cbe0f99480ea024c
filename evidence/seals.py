"""What a seal covers, and whether it still holds. Pure but for `check`, which reads one dossier.

The tree is that of RFC 6962 over the records of all exhibits by side and number; each leaf is the canonical form of one
record. A record names the exhibit's own random id, so that whoever is shown a leaf's hash alone cannot guess what it is of.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from common import digest, merkle, signet
from common.signet import Signature
from evidence.models import Exhibit, Seal
from journal.kinds import Kind
from journal.models import Entry

TYPE = "heng.seal"


def records(exhibits: Iterable[Exhibit]) -> list[dict[str, Any]]:
    """Every exhibit with number, digest, receipt and time, also the withdrawn ones, in the order given."""
    return [record(exhibit) for exhibit in exhibits]


def record(exhibit: Exhibit) -> dict[str, Any]:
    """One leaf. Words only as a digest: they can be erased, and the seal still holds."""
    return {
        **exhibit.as_entry_data(),
        "kind": exhibit.kind,
        "size": exhibit.size,
        "round": exhibit.round,
        "receipt": exhibit.receipt_code,
        "words": words_of(exhibit),
        "added_at": exhibit.added_at.astimezone(UTC).isoformat(),
        "withdrawn": exhibit.withdrawn_at is not None,
    }


def words_of(exhibit: Exhibit) -> str:
    """What stands for name and note, also when they are gone. Salted by the exhibit's own id: short words could be guessed
    from a bare digest."""
    if exhibit.words_digest:
        return exhibit.words_digest
    return digest.of({"exhibit": exhibit.public_id, "name": exhibit.name, "note": exhibit.note})


def leaf(record: Mapping[str, Any]) -> bytes:
    return merkle.leaf(digest.canonical(record))


def root(records: Sequence[Mapping[str, Any]]) -> str:
    return merkle.root([leaf(record) for record in records]).hex()


def manifest(
    records: Sequence[Mapping[str, Any]], *, round_: int, at: datetime, about: Mapping[str, Any]
) -> dict[str, Any]:
    """What is signed."""
    return {
        "type": TYPE,
        "format": 2,
        "round": round_,
        "at": at.astimezone(UTC).isoformat(timespec="microseconds"),
        "exhibits": len(records),
        "root": root(records),
        "about": dict(about),
    }


def check(seal: Seal) -> list[str]:
    """What does not hold: empty, or for each thing that differs its number, or "manifest", "root", "signature", "journal".

    Exhibits of later rounds are none of its business; one of its own that was altered, or is gone, is named.
    """
    if seal.manifest.get("format") == 1:
        return [] if digest.of(seal.manifest) == seal.digest else ["manifest"]
    wrong = []
    if digest.of(seal.manifest) != seal.digest:
        wrong.append("manifest")
    if not signet.fits(seal.manifest, Signature(seal.key_id, seal.signature)):
        wrong.append("signature")
    if root(seal.records) != seal.manifest.get("root") or len(seal.records) != seal.manifest.get("exhibits"):
        wrong.append("root")
    there = {
        exhibit.public_id: record(exhibit)
        for exhibit in Exhibit.objects.filter(dossier_id=seal.dossier_id, round__lte=seal.round).defer("content")
    }
    for kept in seal.records:
        if there.pop(kept["exhibit"], None) != kept:
            wrong.append(kept["number"])
    wrong += [late["number"] for late in there.values()]
    return wrong if _stands_in_the_journal(seal) else [*wrong, "journal"]


def _stands_in_the_journal(seal: Seal) -> bool:
    """Whether an entry of the same moment names this seal, right after the head that the seal itself names."""
    head = seal.manifest.get("about", {}).get("journal")
    if head is None:  # sealed by somebody who keeps no journal
        return True
    named = Entry.objects.filter(kind=Kind.DOSSIER_SEALED.value, at=seal.at, data__digest=seal.digest)
    return any((entry.seq - 1, entry.previous) == (head["seq"], head["digest"]) for entry in named)
