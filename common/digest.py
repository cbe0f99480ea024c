"""One way to write data down so that its SHA-256 means the same thing everywhere."""

from __future__ import annotations

import hashlib
import json
from typing import Any


def canonical(data: Any) -> bytes:
    """JSON with sorted keys, no spaces, UTF-8. Floats are refused: they do not read back the same everywhere."""
    refuse_floats(data)
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def of(data: Any) -> str:
    """The digest of ``data`` written canonically, in hex."""
    return sha256(canonical(data))


def refuse_floats(data: Any) -> None:
    """They do not read back the same everywhere, so nothing that is digested may hold one."""
    if isinstance(data, float):
        raise TypeError("floats have no canonical form")
    if isinstance(data, dict):
        for value in data.values():
            refuse_floats(value)
    elif isinstance(data, list | tuple):
        for value in data:
            refuse_floats(value)
