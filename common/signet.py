"""The house's signing keys (Ed25519): sign what leaves the house, check what claims to come from it. Knows no content.

The private key is a setting and never a row: whoever can write to the database can still not sign. A key that was
replaced stays listed with its public half, so that what it signed can be checked for as long as anybody keeps it.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from common import digest


@dataclass(frozen=True, slots=True)
class PublicKey:
    """``public`` is 32 bytes in base64url; ``id`` is the beginning of its SHA-256 in hex; ``retired``: signs no more."""

    id: str
    public: str
    retired: bool

    def as_row(self) -> dict[str, str]:
        """As keys.json lists it, after RFC 8037's names."""
        return {
            "kid": self.id,
            "kty": "OKP",
            "crv": "Ed25519",
            "x": self.public,
            "status": "retired" if self.retired else "current",
        }


@dataclass(frozen=True, slots=True)
class Signature:
    """``value`` is 64 bytes in base64url."""

    key_id: str
    value: str


def sign(body: dict[str, Any]) -> Signature:
    """Signed is the canonical form. ``body`` names its own ``type``: nothing signed as one thing passes for another."""
    if not body.get("type"):
        raise ValueError("what is signed says what it is")
    key = _key(settings.HENG_SIGNING_KEY)
    return Signature(current().id, encode(key.sign(digest.canonical(body))))


def fits(body: dict[str, Any], signature: Signature) -> bool:
    """Whether one of the house's keys, now or earlier, signed exactly this."""
    key = next((key for key in listed() if key.id == signature.key_id), None)
    if key is None:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(decode(key.public)).verify(decode(signature.value), digest.canonical(body))
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def current() -> PublicKey:
    return PublicKey(*_public_of(settings.HENG_SIGNING_KEY), retired=False)


def listed() -> list[PublicKey]:
    """The key in use, then those before it."""
    return [current(), *(PublicKey(id_of(public), public, True) for public in settings.HENG_RETIRED_SIGNING_KEYS)]


def published() -> dict[str, Any]:
    """What ``/verify/keys.json`` says, and every bundle repeats."""
    return {"type": "heng.keys", "format": 1, "keys": [key.as_row() for key in listed()]}


def public_half(seed: str) -> str:
    """The public key of a private one, both in base64url."""
    return encode(_key(seed).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))


def id_of(public: str) -> str:
    return hashlib.sha256(decode(public)).hexdigest()[:16]


def encode(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@lru_cache(maxsize=4)
def _key(seed: str) -> Ed25519PrivateKey:
    try:
        return Ed25519PrivateKey.from_private_bytes(decode(seed))
    except ValueError as error:
        raise ImproperlyConfigured("HENG_SIGNING_KEY is not 32 bytes in base64url. See docs/operations.md.") from error


@lru_cache(maxsize=4)
def _public_of(seed: str) -> tuple[str, str]:
    public = public_half(seed)
    return id_of(public), public
