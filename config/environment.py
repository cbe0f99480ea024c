"""Reads typed values from environment variables. Knows no Django and no setting by name."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import parse_qs, urlsplit


class Unset(Exception):
    """A value that this installation cannot do without is missing or cannot be read."""


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, "").strip() or default


def content_of(name: str) -> str:
    """What stands in the file that the variable names, as secrets are mounted. Empty when none is named."""
    path = text(name)
    try:
        return Path(path).read_text(encoding="utf-8").strip() if path else ""
    except OSError as error:
        raise Unset(f"{name} names a file that cannot be read: {error.strerror}") from error


def flag(name: str, default: bool = False) -> bool:
    value = text(name).lower()
    if not value:
        return default
    if value in ("1", "true", "yes", "on"):
        return True
    if value in ("0", "false", "no", "off"):
        return False
    raise Unset(f"{name} must be 1 or 0")


def number(name: str, default: int) -> int:
    value = text(name)
    try:
        return int(value) if value else default
    except ValueError as error:
        raise Unset(f"{name} must be a whole number") from error


def names(name: str, default: str = "") -> list[str]:
    """A comma-separated list."""
    return [item.strip() for item in text(name, default).split(",") if item.strip()]


def broker_url(redis_url: str) -> str:
    """Celery's spelling of a Redis address: it calls ``unix:///a.sock?db=1`` ``redis+socket:///a.sock?virtual_host=1``."""
    parts = urlsplit(redis_url)
    if parts.scheme != "unix":
        return redis_url
    database = parse_qs(parts.query).get("db", ["0"])[0]
    return f"redis+socket://{parts.path}?virtual_host={database}"
