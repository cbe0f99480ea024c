"""The catalogue that comes with Heng: TOML files and three profiles, put together into bodies of rule sets.

Knows where each part is written down; refuses to know whether it has been published.
"""

from __future__ import annotations

import copy
import tomllib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from rulebook.calendars import jsonable

FILES = Path(__file__).parent / "catalogue"
PROFILES = ("taobao-classic", "jd", "wechat")


@dataclass(frozen=True, slots=True)
class Edition:
    """One profile of the catalogue, ready to be published."""

    profile: str
    version: str
    effective_from: datetime
    body: dict[str, Any]


def shipped() -> list[Edition]:
    """Every profile that comes with Heng, the default first."""
    return [shipped_as(profile) for profile in PROFILES]


def shipped_as(profile: str) -> Edition:
    """The common catalogue with the numbers and silences of ``profile``. Raises ``LookupError`` for unknown
    steps.

    A profile names a step by its key and gives only what differs. It cannot add, remove or rename anything:
    the table is the same for all.
    """
    body: dict[str, Any] = {}
    for path in sorted(FILES.glob("*.toml")):
        for key, value in tomllib.loads(path.read_text("utf-8")).items():
            # Types are written in one file for each group; everything else stands in one place.
            body[key] = body[key] + value if key in body and isinstance(value, list) else value
    header = body.pop("edition")
    own = tomllib.loads((FILES / "profiles" / f"{profile}.toml").read_text("utf-8"))
    steps = {step["key"]: step for step in body["steps"]}
    for key, changes in own.pop("steps", {}).items():
        if unknown := set(changes) - {"duration", "extendable", "silence", "source", "on_expiry"}:
            raise LookupError(f"{profile}: a profile may not change {sorted(unknown)} of {key}")
        steps[key].update(copy.deepcopy(changes))
        if changes.get("extendable") == {}:
            del steps[key]["extendable"]
    for part in ("thresholds", "switches"):
        body[part] = {**body[part], **own.pop(part, {})}
    body["profile"] = own.pop("profile")
    if own:
        raise LookupError(f"{profile}: unknown {sorted(own)}")
    body["types"].sort(key=lambda kind: kind["number"])
    for kind in body["types"]:
        # A window that names a step is as long as that step is in this profile.
        if term := kind["window"].pop("term", None):
            kind["window"]["days"] = steps[term]["duration"]["amount"]
    body = jsonable(body)
    return Edition(profile, header["version"], header["effective_from"], body)
