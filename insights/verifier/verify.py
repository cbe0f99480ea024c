#!/usr/bin/env python3
"""Check a case bundle of Heng: python3 verify.py [BUNDLE] [--keys KEYS.JSON]

BUNDLE is the ZIP or the folder it was unpacked into (by default the folder of this file). Needs Python 3.8 or newer and
nothing else: no network, no packages, no Heng. Says of every file and every entry that differs what is wrong with it.

    0  everything is as it was signed
    1  something differs; it is named
    2  this is no bundle, or it cannot be read

With --keys the signatures must be by one of the keys in that file: take it from the house's own site. Without it, the keys
in the bundle are used; then compare the key that is named at the end with the one the site names.
The format is written down in docs/verification.md of Heng.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import hashlib
import json
import os
import sys
import zipfile
from typing import Any, BinaryIO, Dict, List, Optional, Tuple

GENESIS = "0" * 64
UNSIGNED = ("manifest.json", "manifest.sig")
# What file managers leave behind in folders.
LITTER = (".DS_Store", "Thumbs.db", "desktop.ini")
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class NoBundle(Exception):
    """There is nothing here that could be checked."""


class Cut(Exception):
    """The archive is damaged or incomplete."""


# --- where the files are ---------------------------------------------------------------------------------------------


class Folder:
    """A bundle that was unpacked."""

    def __init__(self, place: str) -> None:
        self.place = place
        self.twice: List[str] = []

    def names(self) -> List[str]:
        found = []
        for here, folders, files in os.walk(self.place):
            folders[:] = [name for name in folders if name not in ("__pycache__", "__MACOSX")]
            for name in files:
                if name not in LITTER:
                    found.append(os.path.relpath(os.path.join(here, name), self.place).replace(os.sep, "/"))
        return sorted(found)

    def open(self, name: str) -> BinaryIO:
        return open(os.path.join(self.place, *name.split("/")), "rb")


class Archive:
    """A bundle as it was downloaded."""

    def __init__(self, place: str) -> None:
        try:
            self.zip = zipfile.ZipFile(place)
        except (zipfile.BadZipFile, EOFError, ValueError) as error:
            raise Cut(str(error)) from None
        names = [one.filename for one in self.zip.infolist()]
        self.twice = sorted({name for name in names if names.count(name) > 1})

    def names(self) -> List[str]:
        return sorted({one.filename for one in self.zip.infolist() if not one.is_dir()})

    def open(self, name: str) -> BinaryIO:
        return self.zip.open(name)  # type: ignore[return-value]


# --- small tools -----------------------------------------------------------------------------------------------------


def canonical(value: Any) -> bytes:
    """JSON with sorted keys, no spaces, UTF-8: what digests and signatures cover."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8")


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def unbase64(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError, TypeError):
        return b""


def unhex(text: Any) -> bytes:
    try:
        return bytes.fromhex(text)
    except (ValueError, TypeError):
        return b""


def short_code(digest: str) -> str:
    """The code that people read out, from a digest in hex."""
    number = int.from_bytes(hashlib.sha256(digest.encode()).digest()[:8], "big")
    code = "".join(LETTERS[(number >> (5 * place)) & 31] for place in range(12))
    return "-".join((code[:4], code[4:8], code[8:]))


# --- Merkle trees (RFC 6962) -----------------------------------------------------------------------------------------


def leaf(content: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + content).digest()


def node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(leaves: List[bytes]) -> bytes:
    if not leaves:
        return hashlib.sha256(b"").digest()
    level = list(leaves)
    while len(level) > 1:
        pairs = [node(level[place], level[place + 1]) for place in range(0, len(level) - 1, 2)]
        level = pairs + level[len(level) - len(level) % 2 :]
    return level[0]


def climb(start: bytes, place: int, size: int, path: List[bytes]) -> Optional[bytes]:
    if not 0 <= place < size:
        return None
    here, rest = start, list(path)
    while size > 1:
        if place ^ 1 < size:
            if not rest:
                return None
            other = rest.pop(0)
            here = node(other, here) if place & 1 else node(here, other)
        place, size = place // 2, (size + 1) // 2
    return here if not rest else None


# --- Ed25519 (RFC 8032), verification only ---------------------------------------------------------------------------

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)
Point = Tuple[int, int, int, int]


def add(one: Point, two: Point) -> Point:
    a = (one[1] - one[0]) * (two[1] - two[0]) % P
    b = (one[1] + one[0]) * (two[1] + two[0]) % P
    c = 2 * one[3] * two[3] * D % P
    d = 2 * one[2] * two[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def times(number: int, point: Point) -> Point:
    total: Point = (0, 1, 1, 0)
    while number > 0:
        if number & 1:
            total = add(total, point)
        point = add(point, point)
        number >>= 1
    return total


def same(one: Point, two: Point) -> bool:
    return (one[0] * two[2] - two[0] * one[2]) % P == 0 and (one[1] * two[2] - two[1] * one[2]) % P == 0


def point_of(content: bytes) -> Optional[Point]:
    if len(content) != 32:
        return None
    y = int.from_bytes(content, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    if y >= P:
        return None
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P:
        x = x * ROOT % P
    if (x * x - x2) % P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return (x, y, 1, x * y % P)


BASE = point_of((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def signed_by(public: bytes, message: bytes, signature: bytes) -> bool:
    if len(signature) != 64 or BASE is None:
        return False
    key, commitment = point_of(public), point_of(signature[:32])
    scalar = int.from_bytes(signature[32:], "little")
    if key is None or commitment is None or scalar >= L:
        return False
    challenge = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % L
    return same(times(scalar, BASE), add(commitment, times(challenge, key)))


# --- the check -------------------------------------------------------------------------------------------------------


class Check:
    """One bundle under examination. ``faults``: pairs of (where, what is wrong there), in the order they were found."""

    def __init__(self, files: Any, keys: Optional[Dict[str, Any]]) -> None:
        self.files = files
        self.there = files.names()
        self.trusted = keys
        self.faults: List[Tuple[str, str]] = []
        self.done: List[str] = []
        self.digests: Dict[str, str] = {}
        self.manifest: Dict[str, Any] = {}
        self.kid = ""

    def fault(self, where: str, what: str) -> None:
        self.faults.append((where, what))

    def run(self) -> None:
        if "manifest.json" not in self.there:
            raise NoBundle("there is no manifest.json here")
        for name in self.files.twice:
            self.fault(name, "is in the archive twice")
        self.read_manifest()
        self.check_signature()
        self.check_files()
        for name, check in (
            ("timeline.json", self.check_timeline),
            ("exhibits.json", self.check_exhibits),
            ("case.json", self.check_letters),
            ("ledger.json", self.check_ledger),
            ("anchor.json", self.check_anchor),
        ):
            if name in self.there:
                self.guarded(name, check)
        for name in self.there:
            if name.startswith("seals/") and name.endswith(".json"):
                self.guarded(name, lambda body, name=name: self.check_seal(name, body))

    def guarded(self, name: str, check: Any) -> None:
        """A file that was altered may have any shape: that it cannot be read is one more thing to name."""
        body = self.json(name)
        if body is None:
            return
        try:
            check(body)
        except (KeyError, TypeError, ValueError, AttributeError, IndexError):
            self.fault(name, "does not have the form it must have")

    def json(self, name: str) -> Any:
        try:
            with self.files.open(name) as file:
                return json.loads(file.read().decode("utf-8"))
        except (OSError, ValueError, zipfile.BadZipFile, EOFError):
            self.fault(name, "cannot be read")
            return None

    # --- what was signed

    def read_manifest(self) -> None:
        body = self.json("manifest.json")
        if not isinstance(body, dict) or not isinstance(body.get("files"), list):
            raise NoBundle("manifest.json is not the list of a bundle")
        if body.get("type") != "heng.bundle" or body.get("format") != 1:
            raise NoBundle("this verifier knows format 1 of heng.bundle only")
        self.manifest = body

    def keys(self) -> Dict[str, bytes]:
        body = self.trusted if self.trusted is not None else self.json("keys.json")
        found = {}
        rows = body.get("keys") if isinstance(body, dict) else None
        for row in rows if isinstance(rows, list) else []:
            public = unbase64(str(row.get("x", ""))) if isinstance(row, dict) else b""
            # A key is known by the beginning of its own digest: it cannot be listed under another one's name.
            if sha256(public)[:16] == row.get("kid"):
                found[row["kid"]] = public
        return found

    def is_signed(self, where: str, message: bytes, kid: Any, signature: Any) -> bool:
        public = self.keys().get(str(kid))
        if public is None:
            self.fault(where, "is signed by key %s, which is not one of the house's keys" % kid)
            return False
        if not signed_by(public, message, unbase64(str(signature))):
            self.fault(where, "does not bear a signature of key %s: it was altered" % kid)
            return False
        return True

    def check_signature(self) -> None:
        if "manifest.sig" not in self.there:
            self.fault("manifest.sig", "is missing")
            return
        sig = self.json("manifest.sig")
        if not isinstance(sig, dict):
            return
        with self.files.open("manifest.json") as file:
            message = file.read()
        if self.is_signed("manifest.json", message, sig.get("kid"), sig.get("signature")):
            self.kid = str(sig.get("kid"))
            self.done.append("the list of files is signed by key %s" % self.kid)

    # --- the files

    def digest(self, name: str) -> str:
        if name not in self.digests:
            seen = hashlib.sha256()
            try:
                with self.files.open(name) as file:
                    while True:
                        piece = file.read(1 << 20)
                        if not piece:
                            break
                        seen.update(piece)
                self.digests[name] = seen.hexdigest()
            except (OSError, zipfile.BadZipFile, EOFError, KeyError):
                self.digests[name] = "unreadable"
        return self.digests[name]

    def check_files(self) -> None:
        listed = {row["path"]: row["sha256"] for row in self.manifest["files"]}
        owners = {digest: path for path, digest in listed.items()}
        added = [name for name in self.there if name not in listed and name not in UNSIGNED]
        moved = {}
        for name in added:
            if self.digest(name) in owners and owners[self.digest(name)] not in self.there:
                moved[owners[self.digest(name)]] = name
        wrong = len(self.faults)
        for path, digest in sorted(listed.items()):
            if path not in self.there:
                self.fault(path, "was renamed to %s" % moved[path] if path in moved else "is missing")
            elif self.digest(path) == "unreadable":
                self.fault(path, "is damaged and cannot be read")
            elif self.digest(path) != digest:
                owner = owners.get(self.digest(path))
                self.fault(path, "holds what belongs to %s" % owner if owner else "was altered")
        for name in added:
            if name not in moved.values():
                self.fault(name, "was added: it is not in the list that was signed")
        if len(self.faults) == wrong:
            self.done.append("files as they were signed: %d" % len(listed))

    # --- evidence

    def check_exhibits(self, body: Any) -> None:
        wrong = len(self.faults)
        for row in body["exhibits"]:
            record = row["record"]
            where = "exhibit %s" % record["number"]
            words = {"exhibit": record["exhibit"], "name": row["name"], "note": row["note"]}
            # Of an erased one only the digest is left; the seal is held against it all the same.
            if not row.get("erased_at") and sha256(canonical(words)) != record["words"]:
                self.fault(where, "its name or note is not the one that was entered")
            receipt = {"exhibit": record["exhibit"], "sha256": record["sha256"], "at": record["added_at"]}
            if short_code(sha256(canonical(receipt))) != record["receipt"]:
                self.fault(where, "its receipt %s does not fit its digest and time" % record["receipt"])
            for file in row["files"]:
                if file.get("unavailable") or file["path"] not in self.there:
                    continue  # the list of files has said so already, or it never was in the bundle
                name = file["path"].rsplit("/", 1)[-1]
                whole = name.split(".")[0] == record["number"]
                if self.digest(file["path"]) != file["sha256"] or (whole and file["sha256"] != record["sha256"]):
                    self.fault(where, "%s is not the file that was handed in" % file["path"])
        if len(self.faults) == wrong:
            self.done.append("exhibits with the digests they came in with: %d" % len(body["exhibits"]))

    # --- the record

    def check_timeline(self, body: Any) -> None:
        wrong = len(self.faults)
        previous, expected, hidden = GENESIS, 1, 0
        for row in body["entries"]:
            if "content" in row:
                hidden += 1
                seq, content = expected, unhex(row["content"])
            else:
                seq = row["told"]["value"]["seq"] if "value" in row["told"] else expected
                parts = b"".join(self.commitment(row[name]) for name in ("told", "data", "kept"))
                content = hashlib.sha256(b"\x01" + parts).digest()
            fits = hashlib.sha256(b"\x02" + unhex(previous) + content).hexdigest() == row["digest"]
            if seq > expected:
                gone = "entry %d is" % expected if seq == expected + 1 else "entries %d to %d are" % (expected, seq - 1)
                self.fault("timeline.json", "%s missing before entry %d" % (gone, seq))
            elif seq < expected:
                self.fault("timeline.json", "entry %d stands after entry %d" % (seq, expected - 1))
            elif not fits:
                self.fault("timeline.json", "entry %d was altered, or is not the one that followed here" % seq)
            previous, expected = row["digest"], seq + 1
        head = self.manifest.get("head", {})
        if head.get("seq") != expected - 1 or head.get("digest") != previous:
            self.fault("timeline.json", "does not end with entry %s, as it did when it was signed" % head.get("seq"))
        if len(self.faults) == wrong:
            self.done.append(
                "entries that follow each other without a gap: %d (%d as digests only)" % (len(body["entries"]), hidden)
            )

    @staticmethod
    def commitment(part: Any) -> bytes:
        if "commitment" in part:
            return unhex(part["commitment"])
        return hashlib.sha256(b"\x00" + unhex(part["salt"]) + canonical(part["value"])).digest()

    def entry_digests(self) -> List[str]:
        body = self.json("timeline.json") if "timeline.json" in self.there else None
        return [str(row.get("digest")) for row in body["entries"]] if body else []

    def told(self) -> List[Dict[str, Any]]:
        """What the entries say, where that can be read."""
        body = self.json("timeline.json") if "timeline.json" in self.there else None
        rows = body["entries"] if body else []
        return [row["data"]["value"] for row in rows if "value" in row.get("data", {})]

    # --- seals, letters, money, anchor

    def check_seal(self, name: str, body: Any) -> None:
        wrong = len(self.faults)
        manifest = body["manifest"]
        self.is_signed(name, canonical(manifest), body["kid"], body["signature"])
        leaves = [leaf(canonical(one["record"])) if "record" in one else unhex(one["leaf"]) for one in body["leaves"]]
        if root(leaves).hex() != manifest["root"] or len(leaves) != manifest["exhibits"]:
            self.fault(name, "the exhibits in it are not those that were sealed")
        sealed = {one["record"]["exhibit"]: one["record"] for one in body["leaves"] if "record" in one}
        listed = self.json("exhibits.json") if "exhibits.json" in self.there else None
        for row in listed["exhibits"] if listed else []:
            record = row["record"]
            if record["round"] <= manifest["round"] and sealed.get(record["exhibit"]) != record:
                self.fault(
                    "exhibit %s" % record["number"], "differs from what was sealed in round %s" % manifest["round"]
                )
        about = manifest["about"]
        if about["case"] != self.manifest.get("case"):
            self.fault(name, "is the seal of another case")
        entries, at = self.entry_digests(), about["journal"]["seq"]
        if at > len(entries) or (at and entries[at - 1] != about["journal"]["digest"]):
            self.fault(name, "entry %d is not the one that was there when the file was sealed" % at)
        named = [data.get("digest") for data in self.told()]
        if sha256(canonical(manifest)) not in named:
            self.fault(name, "the timeline names no such seal")
        if len(self.faults) == wrong:
            self.done.append("the seal of round %s holds" % manifest["round"])

    def check_letters(self, body: Any) -> None:
        wrong = len(self.faults)
        if body["number"] != self.manifest.get("case"):
            self.fault("case.json", "is about another case")
        named = [data.get("letter_digest") for data in self.told()]
        for row in body["letters"]:
            if row["path"] not in self.there:
                continue
            if self.digest(row["path"]) != row["digest"] or short_code(row["digest"]) != row["code"]:
                self.fault(row["path"], "is not the letter with the code %s" % row["code"])
            if row["digest"] not in named:
                self.fault("case.json", "the timeline names no letter with the code %s" % row["code"])
        if len(self.faults) == wrong and body["letters"]:
            self.done.append("letters as they were given: %d" % len(body["letters"]))

    def check_ledger(self, body: Any) -> None:
        for place, posting in enumerate(body["postings"], start=1):
            if sum(posting["legs"].values()) != 0:
                self.fault("ledger.json", "posting %d does not add up to zero" % place)

    def check_anchor(self, body: Any) -> None:
        wrong = len(self.faults)
        anchor = body["anchor"]
        self.is_signed("anchor.json", canonical(anchor), body["kid"], body["signature"])
        start = leaf(canonical({"seq": body["seq"], "digest": body["digest"]}))
        top = climb(start, body["place"], anchor["size"], [unhex(step) for step in body["path"]])
        if top is None or top.hex() != anchor["root"]:
            self.fault("anchor.json", "the path does not lead to the root that was signed")
        entries, at = self.entry_digests(), body["seq"]
        if not 0 < at <= len(entries) or entries[at - 1] != body["digest"]:
            self.fault("anchor.json", "entry %d is not the one that was anchored" % at)
        if len(self.faults) == wrong:
            self.done.append("entry %d was anchored at %s (anchor %s)" % (at, anchor["at"], anchor["number"]))


def main(arguments: List[str]) -> int:
    parser = argparse.ArgumentParser(description="Check a case bundle of Heng.")
    parser.add_argument("bundle", nargs="?", default=os.path.dirname(os.path.abspath(__file__)))
    parser.add_argument("--keys", metavar="KEYS.JSON", help="the house's keys, from its own site")
    wish = parser.parse_args(arguments)
    try:
        keys = None
        if wish.keys:
            with open(wish.keys, encoding="utf-8") as file:
                keys = json.load(file)
        files: Any = Folder(wish.bundle) if os.path.isdir(wish.bundle) else Archive(wish.bundle)
        check = Check(files, keys)
        check.run()
    except Cut as error:
        say("DIFFERS  %s: the archive is damaged or was cut short (%s)" % (os.path.basename(wish.bundle), error))
        say("\nResult: NOT INTACT. 结果：不完整。結果：不完整。")
        return 1
    except (NoBundle, OSError, ValueError) as error:
        say("This cannot be checked: %s" % error)
        return 2
    for line in check.done:
        say("holds    %s" % line)
    for where, what in check.faults:
        say("DIFFERS  %s: %s" % (where, what))
    say("\nCase %s, copy for %s, taken %s" % tuple(check.manifest.get(name) for name in ("case", "for", "at")))
    if check.faults:
        say("Result: DIFFERS in %d places. 结果：不一致（%d 处）。結果：不一致（%d 處）。" % ((len(check.faults),) * 3))
        return 1
    say("Result: INTACT. 结果：一致。結果：一致。")
    if keys is None:
        say(
            "Signed by key %s. Is it the house's? Its keys are listed at %s"
            % (check.kid, check.manifest.get("keys_at"))
        )
    return 0


def say(text: str) -> None:
    """Also on a console that knows no Chinese."""
    try:
        print(text)
    except UnicodeEncodeError:
        print(text.encode("ascii", "replace").decode("ascii"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
