"""What one reader's copy of a case is made of, so that it can be checked with no help of ours (docs/verification.md).

Knows which parts of a case a reader may have; refuses to know who asks, and how pages look. Nothing in it bears a name
that a stranger chose: paths are numbers. What the reader may not see is there as a digest, so that chain and seals hold.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from django.conf import settings

from arbitration import prints
from arbitration.models import Appeal, Ruling
from common import digest, signet
from common.actor import Actor, Side
from common.signet import Signature
from disputes.models import Case, Statement
from evidence import dossiers, masking, record_pictures, seals, sniff
from evidence.models import Exhibit, Holder, Seal
from journal import anchors, chain
from journal.kinds import HOUSE_ONLY, Kind
from journal.models import Entry
from ledger import book as ledger
from ledger.keys import AccountKind
from ledger.models import Account
from marketplace import snapshots
from rulebook import queries as rulebook

FORMAT = 1
TYPE = "heng.bundle"
COURT = "court"
VERIFIER = Path(__file__).resolve().parent / "verifier"

# Whose numbers they are is not for the parties: an entry whose data has one of these is shown without its data.
_HOUSE_KEYS = frozenset({"assigned_by", "recused"})
# The accounts that a side knows of; the rest of a posting is shown to it as one sum. What the shop and the platform settle
# between them is no business of the buyer's.
_ACCOUNTS = {
    Side.BUYER: {AccountKind.OUTSIDE, AccountKind.DUE, AccountKind.RECLAIM},
    Side.MERCHANT: {
        *(AccountKind.ESCROW, AccountKind.SETTLEMENT, AccountKind.DEPOSIT, AccountKind.RECEIVABLE),
        AccountKind.OUTSIDE,
    },
}
_BUYERS_MONEY = frozenset({"refund", "freight", "collect", "reclaim"})
_OTHERS = "others"
_NOT_WORTH_KEEPING = frozenset({"thumb"})


@dataclass(frozen=True, slots=True)
class Stored:
    """A file that lies in the evidence storage: under which path it goes into the bundle, and what it must be."""

    path: str
    key: str
    sha256: str
    size: int
    number: str


@dataclass(frozen=True)
class Given:
    """A letter as it was given: of a ruling, or of a decision on an appeal. ``body`` is what its digest covers."""

    place: int
    code: str
    digest: str
    given_at: datetime
    body: Mapping[str, Any]
    source: Ruling | Appeal


@dataclass(frozen=True)
class Copy:
    """A case as one reader may have it at ``now``. Reads the database when its parts are asked for."""

    case: Case
    actor: Actor
    now: datetime

    @property
    def side(self) -> Side | None:
        return self.actor.side

    @property
    def reader(self) -> str:
        """For whom: buyer, merchant, or the court, which sees everything."""
        return self.side.value if self.side else COURT

    # --- evidence --------------------------------------------------------------------------------------------

    @cached_property
    def exhibits(self) -> list[Exhibit]:
        """What this reader may see, the withdrawn ones of their own too."""
        if self.side is None:
            return list(dossiers.given(self.case.dossier_id))
        return list(dossiers.visible_to(self.case.dossier_id, side=self.side.value, now=self.now))

    @cached_property
    def stored(self) -> list[Stored]:
        """The files of these exhibits: one's own as handed in, of the other side's the clean copies that are shared.

        The court has an original where whoever takes the bundle has said why (`opened`), as on its pages.
        """
        found = []
        for exhibit in self.exhibits:
            blob = exhibit.blob
            if blob is None or exhibit.withdrawn_at is not None:
                continue
            if self._has_original(exhibit):
                path = f"evidence/{exhibit.number}.{sniff.EXTENSIONS[blob.mime]}"
                found.append(Stored(path, blob.key, blob.sha256, blob.size, exhibit.number))
                continue
            for copy in masking.shared(exhibit).values():
                if copy.kind not in _NOT_WORTH_KEEPING:
                    what = f"{copy.kind}-masked" if copy.masked else copy.kind
                    path = f"evidence/{exhibit.number}-{what}.{copy.key.rpartition('.')[2]}"
                    found.append(Stored(path, copy.key, copy.sha256, copy.size, exhibit.number))
        return found + self._pictures() + self._printed()

    def _pictures(self) -> list[Stored]:
        """What the listing showed, as the marketplace kept it: the record of the listing names each by its SHA-256."""
        listings = [
            (exhibit, record_pictures.named_in(snapshots.images(exhibit.content)))
            for exhibit in self.exhibits
            if exhibit.side == Holder.PLATFORM.value and isinstance(exhibit.content, dict)
        ]
        here = record_pictures.originals([sha256 for _exhibit, named in listings for sha256 in named])
        return [
            Stored(
                f"evidence/{exhibit.number}-picture_{place}.{sniff.EXTENSIONS[blob.mime]}",
                *(blob.key, blob.sha256, blob.size, exhibit.number),
            )
            for exhibit, named in listings
            for place, sha256 in enumerate(named, start=1)
            if (blob := here.get(sha256)) is not None
        ]

    def _printed(self) -> list[Stored]:
        """The letters as the PDF that this reader is given anywhere else; `prints.finish` has made what was left to make."""
        reader = self.side.value if self.side else ""
        given = [letter.source for letter in self.letters]
        made = prints.made(given, reader)
        return [
            Stored(f"letters/{letter.place}.pdf", one.key, one.sha256, one.size, "")
            for letter in self.letters
            if (one := made.get(letter.source)) is not None
        ]

    def _has_original(self, exhibit: Exhibit) -> bool:
        if self.side is not None:
            return exhibit.side == self.side.value
        return exhibit.pk in self._opened

    @cached_property
    def _opened(self) -> dict[int, datetime]:
        """Which exhibits this reader of the bench sees as they were handed in now."""
        return masking.opened(self.exhibits, self.actor, self.now)

    def exhibits_file(self, unavailable: Mapping[str, str]) -> dict[str, Any]:
        """Each exhibit with its record and where its files are. ``unavailable``: path → why it is not there."""
        files: dict[str, list[dict[str, Any]]] = {}
        for stored in self.stored:
            row: dict[str, Any] = {"path": stored.path, "sha256": stored.sha256, "size": stored.size}
            if stored.path in unavailable:
                row["unavailable"] = unavailable[stored.path]
            files.setdefault(stored.number, []).append(row)
        for exhibit in self.exhibits:
            if exhibit.content is not None and exhibit.withdrawn_at is None:
                row = {"path": _words_path(exhibit), "sha256": exhibit.sha256, "size": exhibit.size}
                files.setdefault(exhibit.number, []).append(row)
        return {
            "type": "heng.exhibits",
            "format": FORMAT,
            "exhibits": [
                {
                    "side": exhibit.side,
                    "record": seals.record(exhibit),
                    "name": exhibit.name,
                    "note": exhibit.note,
                    "visible_at": _moment(exhibit.visible_at),
                    "withdrawn_at": _moment(exhibit.withdrawn_at),
                    # Its bytes and words are gone; the record has their digests, and the seals hold as before.
                    "erased_at": _moment(exhibit.erased_at),
                    "masked": sorted(masking.covers(exhibit)),
                    "files": files.get(exhibit.number, []),
                }
                for exhibit in self.exhibits
            ],
        }

    def words(self) -> dict[str, bytes]:
        """Typed texts and the platform's records, in the very form that their digests cover."""
        return {
            _words_path(exhibit): digest.canonical(exhibit.content)
            for exhibit in self.exhibits
            if exhibit.content is not None and exhibit.withdrawn_at is None
        }

    def seals(self) -> list[dict[str, Any]]:
        """Every seal with all its leaves: as records where the reader may see the exhibit, else as hashes."""
        known = {exhibit.public_id for exhibit in self.exhibits}
        return [
            {
                "type": "heng.sealed",
                "format": FORMAT,
                "manifest": seal.manifest,
                "digest": seal.digest,
                "kid": seal.key_id,
                "signature": seal.signature,
                "leaves": [
                    {"record": record} if record["exhibit"] in known else {"leaf": seals.leaf(record).hex()}
                    for record in seal.records
                ],
            }
            for seal in Seal.objects.filter(dossier_id=self.case.dossier_id).order_by("round")
            if seal.signature  # those of the first format were not signed
        ]

    # --- the record ---------------------------------------------------------------------------------------------

    @cached_property
    def entries(self) -> list[Entry]:
        return list(Entry.objects.filter(stream_id=self.case.stream_id).order_by("seq"))

    @property
    def head(self) -> dict[str, Any]:
        if not self.entries:
            return {"seq": 0, "digest": chain.GENESIS}
        return {"seq": self.entries[-1].seq, "digest": self.entries[-1].digest}

    def timeline(self) -> dict[str, Any]:
        """The whole chain. What the reader may not see stands as a commitment: it is counted, and cannot be exchanged."""
        known = {exhibit.public_id for exhibit in self.exhibits}
        return {
            "type": "heng.timeline",
            "format": FORMAT,
            "entries": [self._entry(entry, known) for entry in self.entries],
        }

    def _entry(self, entry: Entry, known: set[str]) -> dict[str, Any]:
        parts = chain.parts_of(self.case.stream_id, entry)
        if not self.may_read(entry):
            return {"digest": entry.digest, "content": chain.content_of(parts).hex()}
        shown = {chain.TOLD}
        if self.side is None:
            shown |= {chain.DATA, chain.KEPT}
        elif not _HOUSE_KEYS & entry.data.keys() and _named(entry.data) <= known:
            shown.add(chain.DATA)
        row: dict[str, Any] = {"digest": entry.digest}
        for name, part in parts.items():
            row[name] = (
                {"salt": part.salt.hex(), "value": part.value}
                if name in shown
                else {"commitment": part.commitment().hex()}
            )
        return row

    def may_read(self, entry: Entry) -> bool:
        return self.side is None or Kind(entry.kind) not in HOUSE_ONLY

    def statements(self) -> dict[str, Any]:
        """What the sides and the platform said in their own words, where an entry that the reader may see refers to it."""
        wanted = {
            entry.data["statement"]
            for entry in self.entries
            if "statement" in entry.data
            and self.may_read(entry)
            # The waybill of what was sent back is the parties' own matter (as on the timeline).
            and (self.side is not None or entry.kind != Kind.RETURN_SHIPPED.value)
        }
        said = Statement.objects.filter(case=self.case, pk__in=wanted).order_by("at", "id")
        return {
            "type": "heng.statements",
            "format": FORMAT,
            "statements": [
                {"id": one.pk, "side": one.side, "kind": one.kind, "at": _moment(one.at), "text": one.text}
                for one in said
            ],
        }

    # --- decision and money -------------------------------------------------------------------------------------

    @cached_property
    def letters(self) -> list[Given]:
        """Every letter given in this case, oldest first."""
        found: list[tuple[datetime, Ruling | Appeal]] = []
        for ruling in Ruling.objects.filter(case=self.case, served_at__isnull=False, letter__isnull=False):
            assert ruling.served_at is not None
            found.append((ruling.served_at, ruling))
        for appeal in Appeal.objects.filter(case=self.case, decided_at__isnull=False, letter__isnull=False):
            assert appeal.decided_at is not None
            found.append((appeal.decided_at, appeal))
        found.sort(key=lambda pair: (pair[0], isinstance(pair[1], Appeal)))
        return [
            Given(place, one.letter_code, one.letter_digest, at, one.letter or {}, one)
            for place, (at, one) in enumerate(found, start=1)
        ]

    def case_file(self) -> dict[str, Any]:
        """Where the case stands, the outcome in force, and which letter has which code."""
        case = self.case
        substance, procedure = rulebook.rules(case.substance_rules_id), rulebook.rules(case.procedure_rules_id)
        return {
            "type": "heng.case",
            "format": FORMAT,
            "number": case.number,
            "state": case.state,
            "kind": case.kind,
            "case_type": case.type_code,
            "currency": case.currency,
            "price": case.line.paid,
            "paid": case.paid,
            "claimed": case.claimed,
            "round": case.round,
            "opened_at": _moment(case.opened_at),
            "closed_at": _moment(case.closed_at),
            "erased_at": _moment(case.erased_at),
            "rules": {
                "substance": {"profile": substance.profile.code, "version": substance.version},
                "procedure": {"profile": procedure.profile.code, "version": procedure.version},
            },
            "outcome": self._outcome(),
            "letters": [
                {
                    "path": f"letters/{given.place}.json",
                    "code": given.code,
                    "digest": given.digest,
                    "given_at": _moment(given.given_at),
                }
                for given in self.letters
            ],
        }

    def _outcome(self) -> dict[str, Any] | None:
        outcome = self.case.outcome
        if outcome is None:
            return None
        return {
            "source": outcome.source,
            "remedy": outcome.remedy,
            "amount": outcome.amount,
            "currency": outcome.currency,
            "returns": outcome.returns,
            "freight_amount": outcome.freight_amount,
            "freight_payer": outcome.freight_payer,
            "at": _moment(outcome.recorded_at),
        }

    def ledger(self) -> dict[str, Any]:
        """The postings of this case. A side sees the accounts it knows of, the rest as one sum: it still adds up to zero."""
        postings, after = [], 0
        while page := ledger.statement(f"case:{self.case.pk}", after=after):
            after = page[-1].pk
            for posting in page:
                legs: dict[str, int] = {}
                for leg in posting.legs.all():
                    name = self._account(leg.account)
                    legs[name] = legs.get(name, 0) + leg.amount
                if legs.keys() != {_OTHERS} and (self.side is not Side.BUYER or posting.kind in _BUYERS_MONEY):
                    postings.append(
                        {"kind": posting.kind, "currency": posting.currency, "at": _moment(posting.at), "legs": legs}
                    )
        return {"type": "heng.ledger", "format": FORMAT, "postings": postings}

    def _account(self, account: Account) -> str:
        if self.side is None:
            return account.key
        return account.kind if AccountKind(account.kind) in _ACCOUNTS[self.side] else _OTHERS

    def anchor(self) -> dict[str, Any] | None:
        proof = anchors.proof(self.case.stream_id)
        if proof is None:
            return None
        return {
            "type": "heng.anchored",
            "format": FORMAT,
            "anchor": proof.anchor,
            "kid": proof.signature.key_id,
            "signature": proof.signature.value,
            "seq": proof.seq,
            "digest": proof.head,
            "place": proof.place,
            "path": list(proof.path),
        }

    # --- all of it ----------------------------------------------------------------------------------------------

    def files(self, unavailable: Mapping[str, str]) -> dict[str, bytes]:
        """Everything but the bytes of the evidence storage, the printed pages and the manifest, by path."""
        found = {
            "case.json": self.case_file(),
            "exhibits.json": self.exhibits_file(unavailable),
            "timeline.json": self.timeline(),
            "statements.json": self.statements(),
            "ledger.json": self.ledger(),
            "keys.json": signet.published(),
        }
        for seal in self.seals():
            found[f"seals/{seal['manifest']['round']}.json"] = seal
        if (anchor := self.anchor()) is not None:
            found["anchor.json"] = anchor
        written = {path: digest.canonical(body) for path, body in found.items()}
        # A letter goes in as exactly what its digest covers.
        written |= {f"letters/{given.place}.json": digest.canonical(given.body) for given in self.letters}
        written |= self.words()
        written |= {name: (VERIFIER / name).read_bytes() for name in ("README.txt", "verify.html", "verify.py")}
        return written


def manifest(copy: Copy, *, code: str, files: Mapping[str, bytes], stored: Sequence[Stored]) -> dict[str, Any]:
    """What is signed: every file of the bundle by path, and how far the journal had come."""
    rows = [{"path": path, "sha256": digest.sha256(body), "size": len(body)} for path, body in files.items()]
    rows += [{"path": one.path, "sha256": one.sha256, "size": one.size} for one in stored]
    return {
        "type": TYPE,
        "format": FORMAT,
        "code": code,
        "case": copy.case.number,
        "for": copy.reader,
        "at": _moment(copy.now),
        "head": copy.head,
        "keys_at": f"{settings.HENG_SITE_URL}/verify/keys.json",
        "files": sorted(rows, key=lambda row: str(row["path"])),
    }


def signature_file(signature: Signature) -> dict[str, Any]:
    """``manifest.sig``: over the bytes of ``manifest.json`` as they are."""
    return {"type": "heng.signature", "format": FORMAT, "kid": signature.key_id, "signature": signature.value}


def _words_path(exhibit: Exhibit) -> str:
    return f"evidence/{exhibit.number}.json"


def _named(value: Any) -> set[str]:
    """Every exhibit that the data of an entry names, however deep."""
    if isinstance(value, dict):
        own = {value["exhibit"]} if isinstance(value.get("exhibit"), str) else set()
        return own.union(*(_named(inner) for inner in value.values()))
    if isinstance(value, list):
        return set().union(*(_named(inner) for inner in value))
    return set()


def _moment(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat(timespec="microseconds") if at else None
