"""What the demo marketplace paid, each key once, and the pictures of its pages, in one SQLite file. Refuses to know HTTP."""

from __future__ import annotations

import hashlib
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

DEPOSIT = 1_000_000  # minor units that every merchant's deposit starts with, unless told otherwise

_TABLES = """
CREATE TABLE IF NOT EXISTS payment (
    key TEXT PRIMARY KEY, digest TEXT NOT NULL, kind TEXT NOT NULL, "order" TEXT NOT NULL, merchant TEXT NOT NULL,
    amount INTEGER NOT NULL, currency TEXT NOT NULL, reason TEXT NOT NULL, reference TEXT NOT NULL UNIQUE,
    asked INTEGER NOT NULL DEFAULT 1, at TEXT NOT NULL DEFAULT '2026-01-01T00:00:00Z'
);
CREATE TABLE IF NOT EXISTS deposit (
    merchant TEXT, currency TEXT, balance INTEGER NOT NULL CHECK (balance >= 0), PRIMARY KEY (merchant, currency)
);
CREATE TABLE IF NOT EXISTS picture (sha256 TEXT PRIMARY KEY, content BLOB NOT NULL);
"""


# Which record of the feed tells of which instruction; money of the platform's own is told of in none.
_TOLD: dict[str, tuple[str, dict[str, str], str]] = {
    "refund_to_buyer": ("refund_elsewhere", {"paid_from": "escrow"}, "refunded_at"),
    "deduct_settlement": ("refund_elsewhere", {"paid_from": "settlement"}, "refunded_at"),
    "deduct_deposit": ("refund_elsewhere", {"paid_from": "deposit"}, "refunded_at"),
    "advance": ("refund_elsewhere", {"paid_from": "outside"}, "refunded_at"),
    "release": ("settlement", {}, "settled_at"),
    "recover_deposit": ("deposit", {}, "moved_at"),
    "restore_deposit": ("deposit", {}, "moved_at"),
}


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Declined(Exception):
    """The marketplace does not do this; ``code`` says why. Nothing has moved."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Books:
    """Payments and deposits. Survives a kill: a payment is there whole or not at all."""

    def __init__(self, file: Path | None = None) -> None:
        self._lock = threading.Lock()
        self._db = sqlite3.connect(str(file or ":memory:"), check_same_thread=False, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.executescript(_TABLES)
        if "at" not in {row["name"] for row in self._db.execute("PRAGMA table_info(payment)")}:
            self._db.execute("ALTER TABLE payment ADD COLUMN at TEXT NOT NULL DEFAULT '2026-01-01T00:00:00Z'")

    def pay(self, instruction: dict[str, Any], body: bytes) -> str:
        """Carry out once per key; the reference. Raises `Declined`: ``key_reused``, ``insufficient_deposit``."""
        digest = hashlib.sha256(body).hexdigest()
        key = instruction["key"]
        with self._transaction():
            seen = self._db.execute("SELECT digest, reference FROM payment WHERE key = ?", (key,)).fetchone()
            if seen is not None:
                self._db.execute("UPDATE payment SET asked = asked + 1 WHERE key = ?", (key,))
                if seen["digest"] != digest:
                    raise Declined("key_reused")
                return str(seen["reference"])
            if instruction["kind"] in ("deduct_deposit", "recover_deposit"):
                self._take_deposit(instruction["merchant"], instruction["currency"], instruction["amount"])
            if instruction["kind"] == "restore_deposit":
                self._take_deposit(instruction["merchant"], instruction["currency"], -instruction["amount"])
            reference = "DM" + hashlib.sha256(key.encode()).hexdigest()[:16].upper()
            self._db.execute(
                "INSERT INTO payment VALUES (:key, :digest, :kind, :order, :merchant, :amount, :currency, :reason,"
                " :reference, 1, :at)",
                {**instruction, "digest": digest, "reference": reference, "at": _now()},
            )
            return reference

    def reference(self, key: str) -> str | None:
        with self._lock:
            row = self._db.execute("SELECT reference FROM payment WHERE key = ?", (key,)).fetchone()
        return row["reference"] if row else None

    def payments(self) -> list[dict[str, Any]]:
        """Every distinct payment in the order made, with how often it was asked for."""
        with self._lock:
            rows = self._db.execute("SELECT * FROM payment ORDER BY rowid").fetchall()
        return [{name: row[name] for name in row.keys() if name != "digest"} for row in rows]  # noqa: SIM118

    def keep_picture(self, content: bytes) -> str:
        """Its SHA-256 in hex, by which it is found again."""
        sha256 = hashlib.sha256(content).hexdigest()
        with self._transaction():
            self._db.execute("INSERT OR IGNORE INTO picture VALUES (?, ?)", (sha256, content))
        return sha256

    def picture(self, sha256: str) -> bytes | None:
        with self._lock:
            row = self._db.execute("SELECT content FROM picture WHERE sha256 = ?", (sha256,)).fetchone()
        return bytes(row["content"]) if row else None

    def feed(self) -> list[dict[str, Any]]:
        """What a marketplace would tell of these payments in its feed: each with the key of the instruction it follows."""
        records = []
        for paid in self.payments():
            told = _TOLD.get(paid["kind"])
            if told is None:
                continue
            kind, more, moment = told
            record = {"type": kind, "id": paid["reference"], "version": 1, "amount": paid["amount"]}
            record |= {"currency": paid["currency"], moment: paid["at"], "instruction": paid["key"], **more}
            if kind == "deposit":
                record |= {"merchant": paid["merchant"]}
                record["amount"] = paid["amount"] if paid["kind"] == "restore_deposit" else -paid["amount"]
            else:
                record |= {"order": paid["order"]}
            records.append(record)
        return records

    def balance(self, merchant: str, currency: str) -> int:
        with self._lock:
            return self._balance(merchant, currency)

    def set_balance(self, merchant: str, currency: str, amount: int) -> None:
        with self._transaction():
            self._db.execute("INSERT OR REPLACE INTO deposit VALUES (?, ?, ?)", (merchant, currency, amount))

    def forget(self) -> None:
        with self._transaction():
            self._db.execute("DELETE FROM payment")
            self._db.execute("DELETE FROM deposit")

    def close(self) -> None:
        self._db.close()

    def _balance(self, merchant: str, currency: str) -> int:
        row = self._db.execute(
            "SELECT balance FROM deposit WHERE merchant = ? AND currency = ?", (merchant, currency)
        ).fetchone()
        return int(row["balance"]) if row else DEPOSIT

    def _take_deposit(self, merchant: str, currency: str, amount: int) -> None:
        balance = self._balance(merchant, currency)
        if balance < amount:
            raise Declined("insufficient_deposit")
        self._db.execute("INSERT OR REPLACE INTO deposit VALUES (?, ?, ?)", (merchant, currency, balance - amount))

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except Declined:
                self._db.execute("COMMIT")  # how often it was asked for counts even so
                raise
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")
