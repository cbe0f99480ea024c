"""Votes that nobody reads before the vote is over: sealed when they are cast, opened all at once, checked one by one.

A ballot holds a commitment, which the journal repeats, and the vote under the panel's key. That key is wrapped with one
made from `SECRET_KEY`, which no row holds: whoever reads or writes the database alone learns nothing and moves nothing.
"""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from common import digest
from jury.tally import Vote

# Bytes, more than the longest reason takes.
_LENGTH = 4096


@dataclass(frozen=True, slots=True)
class Slip:
    """What is in a ballot. ``panel`` and ``seat`` are public ids: a slip fits one seat of one panel.

    ``decisive`` are ids of exhibits. The reason is sealed with the vote, because words often tell it.
    """

    panel: str
    seat: str
    vote: Vote
    salt: str
    decisive: tuple[int, ...] = ()
    reason: str = ""

    def as_data(self) -> dict[str, Any]:
        return {
            "panel": self.panel,
            "seat": self.seat,
            "vote": self.vote.value,
            "salt": self.salt,
            "decisive": list(self.decisive),
            "reason": self.reason,
        }

    @property
    def paper(self) -> bytes:
        """What is committed to: all but the words, which may have to be erased while the commitment stays."""
        said = {name: value for name, value in self.as_data().items() if name != "reason"}
        return digest.canonical({"type": "heng.jury.ballot", **said})

    @property
    def commitment(self) -> str:
        """SHA-256 of `paper` in hex. Without the salt nobody finds the vote by trying all three."""
        return digest.sha256(self.paper)


def slip(panel: str, seat: str, vote: Vote, *, decisive: Sequence[int] = (), reason: str = "") -> Slip:
    return Slip(panel, seat, vote, secrets.token_hex(16), tuple(decisive), reason)


def new_key() -> str:
    """A panel's key, wrapped."""
    return wrap(Fernet.generate_key().decode())


def wrap(secret: str) -> str:
    return _house().encrypt(secret.encode()).decode()


def unwrap(wrapped: str) -> str:
    """Raises ``ValueError`` where it was not wrapped by this house."""
    try:
        return _house().decrypt(wrapped.encode()).decode()
    except InvalidToken as error:
        raise ValueError("not wrapped here") from error


def seal(paper: Slip, wrapped_key: str) -> str:
    """All envelopes are equally long: by their lengths one could tell ``buyer`` from ``merchant``, and words from none."""
    return Fernet(unwrap(wrapped_key)).encrypt(digest.canonical(paper.as_data()).ljust(_LENGTH)).decode()


def seal_draft(said: Mapping[str, Any], wrapped_key: str) -> str:
    """What a juror has written so far, as long as any vote. It is none: nothing was committed to."""
    return Fernet(unwrap(wrapped_key)).encrypt(digest.canonical({"draft": said}).ljust(_LENGTH)).decode()


def open_draft(sealed: str, wrapped_key: str) -> dict[str, Any] | None:
    """``None`` where there is none, or none that was sealed here."""
    try:
        said = json.loads(Fernet(unwrap(wrapped_key)).decrypt(sealed.encode()))
    except (InvalidToken, ValueError):
        return None
    draft: dict[str, Any] | None = said.get("draft")
    return draft


def open_slip(sealed: str, wrapped_key: str, *, panel: str, seat: str, commitment: str) -> Slip | None:
    """The slip as it was cast; ``None`` if it is not the one of this seat, or not the one that was committed to.

    Raises ``ValueError`` where the key of the panel cannot be unwrapped: then nothing is known of any ballot.
    """
    key = Fernet(unwrap(wrapped_key))
    try:
        said = json.loads(key.decrypt(sealed.encode()))
        vote, decisive = Vote(said["vote"]), tuple(said["decisive"])
        paper = Slip(said["panel"], said["seat"], vote, said["salt"], decisive, said["reason"])
    except (InvalidToken, ValueError, KeyError, TypeError):
        return None
    fits = paper.panel == panel and paper.seat == seat and paper.commitment == commitment
    return paper if fits else None


def _house() -> MultiFernet:
    """The older keys still open what they closed."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet(
        [Fernet(base64.urlsafe_b64encode(sha256(b"jury.sealing:" + key.encode()).digest())) for key in keys]
    )
