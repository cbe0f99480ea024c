"""Reads one record of a marketplace's feed. Knows the format (docs/feed.schema.json); refuses to know the database."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema_rs import Draft202012Validator, ValidationError

from common import digest

SCHEMA_PATH = Path(__file__).resolve().parent.parent / "docs" / "feed.schema.json"
LONGEST_LINE = 512 * 1024

# What must be known before what: a record is applied after everything it may refer to.
TYPES = ("merchant", "buyer", "order", "payment", "shipment", "chat", "refund_elsewhere", "settlement", "deposit")
REFERENCES: dict[str, tuple[str, ...]] = {
    "merchant": (),
    "buyer": (),
    "order": ("buyer", "merchant"),
    "payment": ("order",),
    "shipment": ("order",),
    "chat": ("buyer", "merchant", "order"),
    "refund_elsewhere": ("order",),
    "settlement": ("order",),
    "deposit": ("merchant",),
}
# What a thing is made of, each part with an id of its own.
PARTS = {"order": "lines", "shipment": "events"}

_REASONS = {
    "required": "missing",
    "type": "wrong_type",
    "enum": "not_allowed",
    "const": "not_allowed",
    "not": "not_allowed",
    "pattern": "malformed",
    "format": "malformed",
    "maxLength": "too_long",
    "minLength": "empty",
    "maxItems": "too_many",
    "maxProperties": "too_many",
    "minItems": "empty",
    "minimum": "out_of_range",
    "maximum": "out_of_range",
    "additionalProperties": "unknown_field",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a record was not taken. ``field`` is a path such as ``lines/0/paid`` ("" for the whole record); ``reason`` a
    code of docs/feed.md; ``line`` counts from 1 and is ``None`` for a record parked by an earlier run; ``record`` is
    ``type:id`` where it could be read. No value of the record is ever repeated: it may be personal."""

    field: str
    reason: str
    line: int | None = None
    record: str = ""


@dataclass(frozen=True, slots=True)
class Parsed:
    """A record that fits the format. ``body`` has no extensions left; ``digest`` is that of its canonical form."""

    type: str
    external_id: str
    version: int
    digest: str
    body: dict[str, Any] = field(repr=False)

    @property
    def references(self) -> Iterator[tuple[str, str]]:
        """What it refers to, as (type, external id)."""
        for kind in REFERENCES[self.type]:
            if kind in self.body:
                yield kind, self.body[kind]

    @property
    def parts(self) -> list[dict[str, Any]]:
        name = PARTS.get(self.type)
        return self.body.get(name, []) if name else []


def parse(record: object) -> Parsed | Problem:
    """Weigh one record, given as an object or as a line of JSON, against the format."""
    if isinstance(record, str | bytes):
        read = _read(record)
        if isinstance(read, Problem):
            return read
        record = read
    if not isinstance(record, dict):
        return Problem("", "not_an_object")
    kind = record.get("type")
    if kind is None:
        return Problem("type", "missing")
    if not isinstance(kind, str) or kind not in TYPES:
        return Problem("type", "not_allowed")
    name = _name(kind, record.get("id"))
    try:
        error = next(_validator(kind).iter_errors(record), None)
        if error is not None:
            return _problem(error, name)
        body = _without_extensions(record)
        bad = _unfit_time(body, "") or _repeated_part(kind, body)
        if bad is not None:
            return Problem(bad.field, bad.reason, record=name)
        return Parsed(kind, body["id"], body["version"], digest.of(body), body)
    except TypeError:  # 1.0 is an integer to JSON Schema; money is never written so, and canonical form refuses it
        return Problem("", "wrong_type", record=name)
    except (ValueError, RecursionError):  # half a surrogate pair, or nested without end
        return Problem("", "unreadable", record=name)


def moment(text: str) -> datetime:
    """Aware UTC from a time of the feed."""
    return datetime.fromisoformat(text).astimezone(UTC)


def moment_or_none(text: str | None) -> datetime | None:
    return None if text is None else moment(text)


@cache
def schema() -> dict[str, Any]:
    """The published format."""
    loaded: dict[str, Any] = json.loads(SCHEMA_PATH.read_text(encoding="utf-8"))
    return loaded


@cache
def _validator(kind: str) -> Draft202012Validator:
    return Draft202012Validator({"$ref": f"#/$defs/{kind}", "$defs": schema()["$defs"]})


def _read(line: str | bytes) -> Any:
    if len(line) > LONGEST_LINE:
        return Problem("", "too_long")
    try:
        return json.loads(line, parse_constant=_refuse)
    except (ValueError, RecursionError):  # UnicodeDecodeError is a ValueError
        return Problem("", "not_json")


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _name(kind: str, external_id: object) -> str:
    if isinstance(external_id, str) and re.fullmatch(r"[A-Za-z0-9._:@/+=-]{1,64}", external_id):
        return f"{kind}:{external_id}"
    return kind


def _problem(error: ValidationError, name: str) -> Problem:
    path = [str(step) for step in error.instance_path]
    keyword = error.kind.name
    details = error.kind.as_dict()
    if keyword == "required":
        path.append(details["property"])
    elif keyword == "additionalProperties":
        path.append(sorted(details["unexpected"])[0])
    return Problem("/".join(_shown(step) for step in path), _REASONS.get(keyword, "malformed"), record=name)


def _shown(name: str) -> str:
    """A field's name as it may be repeated: the sender chose it, so it is cut and kept printable."""
    return re.sub(r"[^0-9A-Za-z_./-]", "?", name)[:60]


def _without_extensions(part: Any) -> Any:
    if isinstance(part, dict):
        return {
            key: value if key == "attributes" else _without_extensions(value)
            for key, value in part.items()
            if not key.startswith("x_")
        }
    if isinstance(part, list):
        return [_without_extensions(item) for item in part]
    return part


def _unfit_time(part: Any, path: str) -> Problem | None:
    """The pattern lets through the 31st of February."""
    if isinstance(part, dict):
        for key, value in part.items():
            if isinstance(value, str):
                if (key == "at" or key.endswith("_at")) and not _is_time(value):
                    return Problem(f"{path}{key}", "malformed")
            elif isinstance(value, dict | list) and key != "attributes":
                found = _unfit_time(value, f"{path}{key}/")
                if found:
                    return found
    elif isinstance(part, list):
        for index, item in enumerate(part):
            found = _unfit_time(item, f"{path}{index}/")
            if found:
                return found
    return None


def _is_time(text: str) -> bool:
    try:
        moment(text)
    except (ValueError, OverflowError):
        return False
    return True


def _repeated_part(kind: str, body: dict[str, Any]) -> Problem | None:
    name = PARTS.get(kind)
    seen: set[str] = set()
    for index, part in enumerate(body.get(name, []) if name else []):
        if part["id"] in seen:
            return Problem(f"{name}/{index}/id", "repeated")
        seen.add(part["id"])
    return None
