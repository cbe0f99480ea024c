"""How tests speak tus: the headers of its requests, over Django's test client."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from django.test import Client

from common import tus

RESUMABLE = {"Tus-Resumable": tus.VERSION}


def begin(client: Client, path: str, length: int, **metadata: str) -> Any:
    """POST: a new upload. ``body``, if it is among the metadata, comes along."""
    body = metadata.pop("body", b"")
    headers = {**RESUMABLE, "Upload-Length": str(length), "Upload-Metadata": tus.written(metadata)}
    kind = {"content_type": tus.BODY} if body else {"content_type": ""}
    return client.generic("POST", path, body, headers=headers, **kind)


def patch(client: Client, where: str, offset: int, body: bytes, **headers: str) -> Any:
    return client.generic(
        "PATCH",
        where,
        body,
        content_type=tus.BODY,
        headers={**RESUMABLE, "Upload-Offset": str(offset), **{k.replace("_", "-"): v for k, v in headers.items()}},
    )


def head(client: Client, where: str) -> Any:
    return client.head(where, headers=RESUMABLE)


def end(client: Client, where: str) -> Any:
    return client.delete(where, headers=RESUMABLE)


def checksum(body: bytes, algorithm: str = "sha256") -> str:
    return f"{algorithm} {base64.b64encode(hashlib.new(algorithm, body).digest()).decode()}"
