#!/usr/bin/env python3
"""Check a case bundle of Heng: python3 verify.py [BUNDLE] [--keys KEYS.JSON] [--lang zh-Hans|zh-Hant|en]

BUNDLE is the ZIP or the folder it was unpacked into (by default the folder of this file). Needs Python 3.8 or newer and
nothing else: no network, no packages, no Heng. Says of every file and every entry that differs what is wrong with it.

    0  everything is as it was signed
    1  something differs; it is named
    2  this is no bundle, or it cannot be read

With --keys the signatures must be by one of the keys in that file: take it from the house's own site. Without it, the keys
in the bundle are used; then compare the key that is named at the end with the one the site names.
Speaks the language of the system it runs on, or the one that --lang names. The format: docs/verification.md of Heng.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import hashlib
import json
import locale
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


# --- the reader's language -------------------------------------------------------------------------------------------

LANGUAGES = ("en", "zh-Hans", "zh-Hant")
Said = Tuple[Any, ...]
# English, with its gaps, to simplified and traditional Chinese. A gap "{1}" is the second one of the English sentence.
SENTENCES: Dict[str, Tuple[str, str]] = {
    "exhibit %s": ("证据 {0}", "證據 {0}"),
    "is in the archive twice": ("在压缩包里出现两次", "在壓縮檔裡出現兩次"),
    "does not have the form it must have": ("格式不对", "格式不對"),
    "cannot be read": ("无法读取", "無法讀取"),
    "is damaged and cannot be read": ("已损坏，无法读取", "已損壞，無法讀取"),
    "is signed by key %s, which is not one of the house's keys": (
        "签名密钥 {0} 不是平台的密钥",
        "簽章金鑰 {0} 不是平台的金鑰",
    ),
    "does not bear a signature of key %s: it was altered": (
        "不带密钥 {0} 的签名，内容被改动过",
        "不帶金鑰 {0} 的簽章，內容被更動過",
    ),
    "is missing": ("缺失", "缺失"),
    "was renamed to %s": ("被改名为 {0}", "被改名為 {0}"),
    "holds what belongs to %s": ("里面是 {0} 的内容", "裡面是 {0} 的內容"),
    "was altered": ("内容被改动过", "內容被更動過"),
    "was added: it is not in the list that was signed": ("是后加的，不在签名清单里", "是後加的，不在簽章清單裡"),
    "its name or note is not the one that was entered": ("名称或说明不是当初填写的", "名稱或說明不是當初填寫的"),
    "its receipt %s does not fit its digest and time": ("回执 {0} 与摘要值和时间不符", "回執 {0} 與摘要值和時間不符"),
    "%s is not the file that was handed in": ("{0} 不是当初提交的文件", "{0} 不是當初提交的檔案"),
    "entry %s is missing before entry %s": ("第 {1} 条之前缺少第 {0} 条", "第 {1} 筆之前缺少第 {0} 筆"),
    "entries %s to %s are missing before entry %s": (
        "第 {2} 条之前缺少第 {0} 至 {1} 条",
        "第 {2} 筆之前缺少第 {0} 至 {1} 筆",
    ),
    "entry %s stands after entry %s": ("第 {0} 条被移到第 {1} 条之后", "第 {0} 筆被移到第 {1} 筆之後"),
    "entry %s was altered, or is not the one that followed here": (
        "第 {0} 条被改动过，或者被替换",
        "第 {0} 筆被更動過，或者被替換",
    ),
    "does not end with entry %s, as it did when it was signed": (
        "没有到签名时的最后一条（第 {0} 条）",
        "沒有到簽章時的最後一筆（第 {0} 筆）",
    ),
    "the exhibits in it are not those that were sealed": ("里面的证据不是当初封存的", "裡面的證據不是當初封存的"),
    "differs from what was sealed in round %s": ("与第 {0} 轮封存的不一致", "與第 {0} 輪封存的不一致"),
    "is the seal of another case": ("是另一个案件的封存", "是另一個案件的封存"),
    "entry %s is not the one that was there when the file was sealed": (
        "第 {0} 条不是封存时的那一条",
        "第 {0} 筆不是封存時的那一筆",
    ),
    "the timeline names no such seal": ("时间线里没有这次封存", "時間軸裡沒有這次封存"),
    "is about another case": ("属于另一个案件", "屬於另一個案件"),
    "is not the letter with the code %s": ("不是核验码 {0} 对应的裁决书", "不是驗證碼 {0} 對應的裁決書"),
    "the timeline names no letter with the code %s": (
        "时间线里没有核验码为 {0} 的裁决书",
        "時間軸裡沒有驗證碼為 {0} 的裁決書",
    ),
    "posting %s does not add up to zero": ("第 {0} 笔借贷不平", "第 {0} 筆借貸不平"),
    "the path does not lead to the root that was signed": ("锚定证明与签名的根不符", "錨定證明與簽章的根不符"),
    "entry %s is not the one that was anchored": ("第 {0} 条不是锚定时的那一条", "第 {0} 筆不是錨定時的那一筆"),
    # what holds
    "the list of files is signed by key %s": ("文件清单由密钥 {0} 签名", "檔案清單由金鑰 {0} 簽章"),
    "files as they were signed: %s": ("与签名时一致的文件：{0} 个", "與簽章時一致的檔案：{0} 個"),
    "exhibits with the digests they came in with: %s": ("与提交时一致的证据：{0} 件", "與提交時一致的證據：{0} 件"),
    "entries that follow each other without a gap: %s (%s as digests only)": (
        "首尾相连、没有缺漏的时间线：{0} 条（其中 {1} 条只有摘要值）",
        "首尾相連、沒有缺漏的時間軸：{0} 筆（其中 {1} 筆只有摘要值）",
    ),
    "the seal of round %s holds": ("第 {0} 轮封存有效", "第 {0} 輪封存有效"),
    "letters as they were given: %s": ("与送达时一致的裁决书：{0} 份", "與送達時一致的裁決書：{0} 份"),
    "entry %s was anchored at %s (anchor %s)": ("第 {0} 条于 {1} 锚定（锚 {2}）", "第 {0} 筆於 {1} 錨定（錨 {2}）"),
    # around it
    "there is no manifest.json here": ("这里没有 manifest.json", "這裡沒有 manifest.json"),
    "manifest.json is not the list of a bundle": ("manifest.json 不是案卷包的清单", "manifest.json 不是案卷包的清單"),
    "this verifier knows format 1 of heng.bundle only": (
        "本程序只认识第 1 版格式的案卷包",
        "本程式只認識第 1 版格式的案卷包",
    ),
    "This cannot be checked: %s": ("无法核验：{0}", "無法驗證：{0}"),
    "holds    %s": ("一致    {0}", "一致    {0}"),
    "DIFFERS  %s: %s": ("不一致  {0}：{1}", "不一致  {0}：{1}"),
    "the archive is damaged or was cut short (%s)": ("压缩包已损坏或不完整（{0}）", "壓縮檔已損壞或不完整（{0}）"),
    "Case %s, copy for %s, taken %s": ("案件 {0}，{1}的副本，取于 {2}", "案件 {0}，{1}的副本，取於 {2}"),
    "the buyer": ("买家", "買家"),
    "the merchant": ("商家", "商家"),
    "the court": ("平台", "平台"),
    "Result: INTACT.": ("结果：一致。", "結果：一致。"),
    "Result: NOT INTACT.": ("结果：不完整。", "結果：不完整。"),
    "Result: DIFFERS in 1 place.": ("结果：不一致（1 处）。", "結果：不一致（1 處）。"),
    "Result: DIFFERS in %s places.": ("结果：不一致（{0} 处）。", "結果：不一致（{0} 處）。"),
    "Signed by key %s. Is it the house's? Its keys are listed at %s": (
        "由密钥 {0} 签名。它是平台的密钥吗？请与 {1} 公布的编号对照",
        "由金鑰 {0} 簽章。它是平台的金鑰嗎？請與 {1} 公布的編號對照",
    ),
    "Check a case bundle of Heng.": ("核验衡的案卷包。", "驗證衡的案卷包。"),
    "the ZIP, or the folder it was unpacked into (by default the folder of this file)": (
        "ZIP 文件，或解压后的文件夹（默认是本文件所在的文件夹）",
        "ZIP 檔，或解壓縮後的資料夾（預設是本檔案所在的資料夾）",
    ),
    "the house's keys, from its own site": ("平台的密钥，从平台网站下载", "平台的金鑰，從平台網站下載"),
    "in which language the result is told": ("用哪种语言说明结果", "用哪種語言說明結果"),
}
READERS = {"buyer": "the buyer", "merchant": "the merchant", "court": "the court"}


def language_of(tag: str) -> str:
    """``zh_TW.UTF-8`` and its like to one of ours."""
    parts = tag.partition(".")[0].lower().replace("_", "-").split("-")
    if parts[0] != "zh":
        return "en"
    return "zh-Hant" if {"hant", "tw", "hk", "mo"} & set(parts) else "zh-Hans"


def usual_language() -> str:
    """What the reader's system speaks, as far as its console can show it."""
    named = [os.environ.get(name, "") for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")]
    tag = next((one for one in named if one), "") or locale.getlocale()[0] or ""
    found = language_of(
        tag.split(":")[0].replace("Chinese (Simplified)", "zh").replace("Chinese (Traditional)", "zh-Hant")
    )
    try:
        "核验，驗證".encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return "en"
    return found


def in_words(said: Said, language: str) -> str:
    """A sentence with its gaps filled."""
    sentence, gaps = str(said[0]), said[1:]
    if language == "en" or sentence not in SENTENCES:
        return sentence % gaps if gaps else sentence
    return SENTENCES[sentence][LANGUAGES.index(language) - 1].format(*gaps)


# --- the check -------------------------------------------------------------------------------------------------------


class Check:
    """One bundle under examination. ``faults``: pairs of (where, what is wrong there), in the order they were found.

    What is said is kept as an English sentence with gaps and what belongs into them: `SENTENCES` has the other languages.
    """

    def __init__(self, files: Any, keys: Optional[Dict[str, Any]]) -> None:
        self.files = files
        self.there = files.names()
        self.trusted = keys
        self.faults: List[Tuple[Said, Said]] = []
        self.done: List[Said] = []
        self.digests: Dict[str, str] = {}
        self.manifest: Dict[str, Any] = {}
        self.kid = ""

    def fault(self, where: Any, what: str, *gaps: Any) -> None:
        self.faults.append((where if isinstance(where, tuple) else (where,), (what, *gaps)))

    def holds(self, what: str, *gaps: Any) -> None:
        self.done.append((what, *gaps))

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
            self.fault(where, "is signed by key %s, which is not one of the house's keys", kid)
            return False
        if not signed_by(public, message, unbase64(str(signature))):
            self.fault(where, "does not bear a signature of key %s: it was altered", kid)
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
            self.holds("the list of files is signed by key %s", self.kid)

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
                self.fault(path, *(("was renamed to %s", moved[path]) if path in moved else ("is missing",)))
            elif self.digest(path) == "unreadable":
                self.fault(path, "is damaged and cannot be read")
            elif self.digest(path) != digest:
                owner = owners.get(self.digest(path))
                self.fault(path, *(("holds what belongs to %s", owner) if owner else ("was altered",)))
        for name in added:
            if name not in moved.values():
                self.fault(name, "was added: it is not in the list that was signed")
        if len(self.faults) == wrong:
            self.holds("files as they were signed: %s", len(listed))

    # --- evidence

    def check_exhibits(self, body: Any) -> None:
        wrong = len(self.faults)
        for row in body["exhibits"]:
            record = row["record"]
            where = ("exhibit %s", record["number"])
            words = {"exhibit": record["exhibit"], "name": row["name"], "note": row["note"]}
            # Of an erased one only the digest is left; the seal is held against it all the same.
            if not row.get("erased_at") and sha256(canonical(words)) != record["words"]:
                self.fault(where, "its name or note is not the one that was entered")
            receipt = {"exhibit": record["exhibit"], "sha256": record["sha256"], "at": record["added_at"]}
            if short_code(sha256(canonical(receipt))) != record["receipt"]:
                self.fault(where, "its receipt %s does not fit its digest and time", record["receipt"])
            for file in row["files"]:
                if file.get("unavailable") or file["path"] not in self.there:
                    continue  # the list of files has said so already, or it never was in the bundle
                name = file["path"].rsplit("/", 1)[-1]
                whole = name.split(".")[0] == record["number"]
                if self.digest(file["path"]) != file["sha256"] or (whole and file["sha256"] != record["sha256"]):
                    self.fault(where, "%s is not the file that was handed in", file["path"])
        if len(self.faults) == wrong:
            self.holds("exhibits with the digests they came in with: %s", len(body["exhibits"]))

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
                if seq == expected + 1:
                    self.fault("timeline.json", "entry %s is missing before entry %s", expected, seq)
                else:
                    self.fault("timeline.json", "entries %s to %s are missing before entry %s", expected, seq - 1, seq)
            elif seq < expected:
                self.fault("timeline.json", "entry %s stands after entry %s", seq, expected - 1)
            elif not fits:
                self.fault("timeline.json", "entry %s was altered, or is not the one that followed here", seq)
            previous, expected = row["digest"], seq + 1
        head = self.manifest.get("head", {})
        if head.get("seq") != expected - 1 or head.get("digest") != previous:
            self.fault("timeline.json", "does not end with entry %s, as it did when it was signed", head.get("seq"))
        if len(self.faults) == wrong:
            told = "entries that follow each other without a gap: %s (%s as digests only)"
            self.holds(told, len(body["entries"]), hidden)

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
                where = ("exhibit %s", record["number"])
                self.fault(where, "differs from what was sealed in round %s", manifest["round"])
        about = manifest["about"]
        if about["case"] != self.manifest.get("case"):
            self.fault(name, "is the seal of another case")
        entries, at = self.entry_digests(), about["journal"]["seq"]
        if at > len(entries) or (at and entries[at - 1] != about["journal"]["digest"]):
            self.fault(name, "entry %s is not the one that was there when the file was sealed", at)
        named = [data.get("digest") for data in self.told()]
        if sha256(canonical(manifest)) not in named:
            self.fault(name, "the timeline names no such seal")
        if len(self.faults) == wrong:
            self.holds("the seal of round %s holds", manifest["round"])

    def check_letters(self, body: Any) -> None:
        wrong = len(self.faults)
        if body["number"] != self.manifest.get("case"):
            self.fault("case.json", "is about another case")
        named = [data.get("letter_digest") for data in self.told()]
        for row in body["letters"]:
            if row["path"] not in self.there:
                continue
            if self.digest(row["path"]) != row["digest"] or short_code(row["digest"]) != row["code"]:
                self.fault(row["path"], "is not the letter with the code %s", row["code"])
            if row["digest"] not in named:
                self.fault("case.json", "the timeline names no letter with the code %s", row["code"])
        if len(self.faults) == wrong and body["letters"]:
            self.holds("letters as they were given: %s", len(body["letters"]))

    def check_ledger(self, body: Any) -> None:
        for place, posting in enumerate(body["postings"], start=1):
            if sum(posting["legs"].values()) != 0:
                self.fault("ledger.json", "posting %s does not add up to zero", place)

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
            self.fault("anchor.json", "entry %s is not the one that was anchored", at)
        if len(self.faults) == wrong:
            self.holds("entry %s was anchored at %s (anchor %s)", at, anchor["at"], anchor["number"])


def main(arguments: List[str]) -> int:
    # First the language: the help is told in it, too.
    spoken = argparse.ArgumentParser(add_help=False)
    spoken.add_argument("--lang", type=language_of, default=usual_language())
    language = spoken.parse_known_args(arguments)[0].lang

    def told(sentence: str, *gaps: Any) -> str:
        return in_words((sentence, *gaps), language)

    parser = argparse.ArgumentParser(description=told("Check a case bundle of Heng."))
    where = told("the ZIP, or the folder it was unpacked into (by default the folder of this file)")
    parser.add_argument("bundle", nargs="?", default=os.path.dirname(os.path.abspath(__file__)), help=where)
    parser.add_argument("--keys", metavar="KEYS.JSON", help=told("the house's keys, from its own site"))
    parser.add_argument("--lang", metavar="|".join(LANGUAGES), help=told("in which language the result is told"))
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
        damage = told("the archive is damaged or was cut short (%s)", error)
        say(told("DIFFERS  %s: %s", os.path.basename(wish.bundle), damage))
        say("\n" + told("Result: NOT INTACT."))
        return 1
    except (NoBundle, OSError, ValueError) as error:
        say(told("This cannot be checked: %s", told(str(error))))
        return 2
    for line in check.done:
        say(told("holds    %s", in_words(line, language)))
    for place, what in check.faults:
        say(told("DIFFERS  %s: %s", in_words(place, language), in_words(what, language)))
    reader = str(check.manifest.get("for"))
    about = told(READERS.get(reader, reader))
    say("\n" + told("Case %s, copy for %s, taken %s", check.manifest.get("case"), about, check.manifest.get("at")))
    if check.faults:
        many = len(check.faults)
        say(told("Result: DIFFERS in 1 place.") if many == 1 else told("Result: DIFFERS in %s places.", many))
        return 1
    say(told("Result: INTACT."))
    if keys is None:
        where = "Signed by key %s. Is it the house's? Its keys are listed at %s"
        say(told(where, check.kid, check.manifest.get("keys_at")))
    return 0


def say(text: str) -> None:
    """Also on a console that knows no Chinese, where --lang asked for it or a file is named in it."""
    try:
        print(text)
    except UnicodeEncodeError:
        print(text.encode("ascii", "replace").decode("ascii"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
