"""Plain data into frozen dataclasses, strictly.

Knows field types; refuses unknown keys, missing keys and wrong types.
"""

from __future__ import annotations

from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from enum import Enum
from functools import cache
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")


class Unreadable(ValueError):
    """Data that does not fit. The message begins with the path of the offending field."""


def read(kind: type[T], data: Any, path: str = "") -> T:
    """``data`` (as parsed from JSON) as an instance of the dataclass ``kind``. Raises ``Unreadable``."""
    made: T = _read(kind, data, path or kind.__name__)
    return made


def _read(kind: Any, data: Any, path: str) -> Any:
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        inner = [option for option in get_args(kind) if option is not type(None)]
        return None if data is None else _read(inner[0], data, path)
    if origin is tuple:
        return tuple(_read(get_args(kind)[0], item, f"{path}[{i}]") for i, item in enumerate(_a(list, data, path)))
    if origin is dict:
        return {key: _read(get_args(kind)[1], item, f"{path}.{key}") for key, item in _a(dict, data, path).items()}
    if is_dataclass(kind):
        return _read_fields(kind, _a(dict, data, path), path)
    if isinstance(kind, type) and issubclass(kind, Enum):
        try:
            return kind(data)
        except ValueError:
            raise Unreadable(f"{path}: {data!r} is none of {[member.value for member in kind]}") from None
    if kind is date:
        try:
            return date.fromisoformat(_a(str, data, path))
        except ValueError:
            raise Unreadable(f"{path}: {data!r} is not a date") from None
    return _a(kind, data, path)


def _read_fields(kind: Any, data: dict[str, Any], path: str) -> Any:
    hints, known = _form(kind)
    if unknown := sorted(set(data) - set(known)):
        raise Unreadable(f"{path}: unknown {', '.join(unknown)}")
    given = {}
    for name, field in known.items():
        if name in data:
            given[name] = _read(hints[name], data[name], f"{path}.{name}")
        elif field.default is MISSING and field.default_factory is MISSING:
            raise Unreadable(f"{path}: {name} is missing")
    try:
        return kind(**given)
    except ValueError as error:
        raise Unreadable(f"{path}: {error}") from None


@cache
def _form(kind: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    return get_type_hints(kind), {field.name: field for field in fields(kind) if field.init}


def _a(kind: type, data: Any, path: str) -> Any:
    # bool is an int in Python; a rule that says ``amount = true`` is a slip all the same.
    if not isinstance(data, kind) or (kind is int and isinstance(data, bool)):
        raise Unreadable(f"{path}: expected {kind.__name__}, found {type(data).__name__}")
    return data
