"""The single keys of the workspace: one table from which the script, the hint bar, the help and the action menu are made.

Knows which key asks for what, in words; refuses to know how it is done: each has a visible control of its own on the page.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from arbitration import preferences

Text = str | Promise

# What a remapped key may be: letters, digits and the marks that every layout has. A key as `KeyboardEvent.code` names it,
# since an input method reports "Process" instead of the letter.
_ALLOWED = re.compile(
    r"(Key[A-Z]|Digit[0-9]|Bracket(Left|Right)|Backslash|Semicolon|Quote|Comma|Period|Slash|Minus|Equal|Space)"
)
CODES: tuple[str, ...] = (
    *(f"Key{letter}" for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    *(f"Digit{digit}" for digit in "1234567890"),
    *("BracketLeft", "BracketRight", "Backslash", "Semicolon", "Quote", "Comma", "Period", "Slash", "Minus", "Equal"),
)
_MARKS = {
    "BracketLeft": "[",
    "BracketRight": "]",
    "Backslash": "\\",
    "Semicolon": ";",
    "Quote": "'",
    "Comma": ",",
    "Period": ".",
    "Slash": "/",
    "Minus": "-",
    "Equal": "=",
}


@dataclass(frozen=True, slots=True)
class Key:
    """``act``: its name in the script and in settings. ``code``: the default; with Shift only as long as it lies there.

    ``aliases``: what else finds it in the action menu: pinyin initials and whole, and English words.
    """

    act: str
    code: str
    label: Text
    group: str
    aliases: str
    shift: bool = False


GROUPS: Mapping[str, Text] = {
    "go": _("Go"),
    "look": _("Look"),
    "weigh": _("Weigh and find"),
    "decide": _("Decide"),
    "case": _("The case"),
}

KEYS: tuple[Key, ...] = (
    Key("point_next", "KeyJ", _("Next point"), "go", "xygzd xiayigezhengdian next point"),
    Key("point_previous", "KeyK", _("Previous point"), "go", "sygzd shangyigezhengdian previous point"),
    Key("exhibit_previous", "BracketLeft", _("Previous exhibit"), "go", "sygpz shangyigepingzheng previous"),
    Key("exhibit_next", "BracketRight", _("Next exhibit"), "go", "xygpz xiayigepingzheng next exhibit"),
    Key(
        "side",
        "Backslash",
        _("The other side, then the platform's records"),
        "go",
        "hb huanbian ptjl pingtaijilu other side swap platform records",
    ),
    Key("zoom", "KeyZ", _("Zoom in"), "look", "fd fangda zoom"),
    Key("rotate", "KeyR", _("Rotate"), "look", "xz xuanzhuan rotate turn"),
    Key("original", "KeyO", _("Open by itself"), "look", "yt yuantu original open"),
    Key("annotate", "KeyA", _("Annotate"), "look", "bz biaozhu annotate mark"),
    Key("view", "KeyV", _("Side by side, single, overlay"), "look", "bp dk dj binpai dankan diejia view overlay"),
    Key("admit", "KeyQ", _("Admit"), "weigh", "cx caixin admit accept"),
    Key("admit_part", "KeyW", _("Admit in part"), "weigh", "bf bufencaixin part"),
    Key("admit_not", "KeyE", _("Do not admit"), "weigh", "bcx bucaixin refuse not admitted"),
    Key("find_buyer", "Digit1", _("Find for the buyer"), "weigh", "zcmj zhichimaijia buyer"),
    Key("find_merchant", "Digit2", _("Find for the merchant"), "weigh", "zcsj zhichishangjia merchant"),
    Key("find_unclear", "Digit3", _("Unclear"), "weigh", "bm buming unclear burden"),
    Key("share", "KeyP", _("Shares of liability"), "decide", "zrbl zerenbili share liability"),
    Key("clause", "KeyC", _("Look for a clause"), "decide", "tk tiaokuan clause rule"),
    Key("remedy", "KeyM", _("Remedy"), "decide", "clfa chulifangan remedy refund"),
    Key("template", "KeyT", _("Template of reasons"), "decide", "lymb liyoumuban template reasons"),
    Key("more_evidence", "KeyS", _("Ask for more evidence"), "case", "yqbc yaoqiubuchong supplement ask"),
    Key("jury", "KeyU", _("Hand to the jury"), "case", "zdzps zhuandazhongpingshen jury"),
    Key("next_case", "KeyN", _("Next case"), "case", "xya xiayian next case"),
    Key("help", "Slash", _("All keys"), "case", "kjj kuaijiejian help keys", shift=True),
)
# The bar at the foot: a few of them, the rest in the help.
_HINTS: tuple[tuple[tuple[str, ...], Text], ...] = (
    (("point_next", "point_previous"), _("point")),
    (("exhibit_previous", "exhibit_next"), _("exhibit")),
    (("find_buyer", "find_merchant", "find_unclear"), _("find on this point")),
    (("clause",), _("clause")),
    (("template",), _("template")),
    (("annotate",), _("annotate")),
)
ACTS = frozenset(key.act for key in KEYS)
# Where which keys do something: on the page of a case for whoever rules it, for whoever reads it, and on a list.
_RULING = frozenset({"annotate", "share", "clause", "remedy", "template", "more_evidence", "jury"})
WRITE = ACTS
READ = frozenset(key.act for key in KEYS if key.group != "weigh") - _RULING
LIST = frozenset({"next_case", "help"})


def remapped(chosen: Mapping[str, Any]) -> dict[str, str]:
    """Action → code, the default where nothing that can be used was chosen. Two actions never share a key."""
    codes: dict[str, str] = {}
    for key in KEYS:
        wanted = str(chosen.get(key.act, ""))
        codes[key.act] = wanted if _ALLOWED.fullmatch(wanted) else key.code
    taken: dict[str, str] = {}
    for act, code in codes.items():
        if code in taken:
            return {key.act: key.code for key in KEYS}
        taken[code] = act
    return codes


def name(code: str, *, shift: bool = False) -> str:
    """What is printed on the key: ``J``, ``1``, ``[``; with Shift, ``?`` for the one that asks for help."""
    if shift and code == "Slash":
        return "?"
    shown = _MARKS.get(code) or code.removeprefix("Key").removeprefix("Digit")
    return f"Shift {shown}" if shift else shown


def table(chosen: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
    """Every key as the page's script reads it and the help shows it."""
    codes = remapped(chosen or {})
    return [
        {
            "act": key.act,
            "code": codes[key.act],
            "shift": (shift := key.shift and codes[key.act] == key.code),
            "key": name(codes[key.act], shift=shift),
            "label": str(key.label),
            "group": key.group,
            "aliases": key.aliases,
        }
        for key in KEYS
    ]


def on_page(liked: Mapping[str, Any], works: Set[str]) -> dict[str, Any]:
    """The single keys of a page as its script, its bar and its help read them. ``liked``: how the reader works, empty if
    they never said. ``works``: the actions that there are on the page.

    Where they are switched off, nothing on the page names one but the help.
    """
    rows, on = [row for row in table(liked.get("keys", {})) if row["act"] in works], liked.get("keys_on", True)
    href = reverse("desk:keys")
    return {
        "desk_keys": {"on": on, "keys": rows, "find": href},
        "key_hints": hints(rows) if on else [],
        "key_of": named(rows) if on else {},
        "key_groups": by_group(rows),
        "keys_href": href,
    }


def named(rows: list[dict[str, Any]]) -> dict[str, str]:
    """Action → what is printed on its key, for what stands within a button."""
    return {row["act"]: row["key"] for row in rows}


def hints(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The bar at the foot: ``keys`` and ``label``."""
    key_of = named(rows)
    here = [(acts, label) for acts, label in _HINTS if all(act in key_of for act in acts)]
    return [{"keys": [key_of[act] for act in acts], "label": str(label)} for acts, label in here]


def by_group(rows: list[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    """The same for a help that is read: name of the group, its keys."""
    groups = [(str(words), [row for row in rows if row["group"] == group]) for group, words in GROUPS.items()]
    return [(words, of_group) for words, of_group in groups if of_group]


def of(user_id: int | None, works: Set[str], liked: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The single keys that do something on this page. ``liked``: how the reader works, if it was read."""
    if liked is None:
        found = preferences.of(user_id)
        liked = {"keys_on": found.keys_on, "keys": found.keys}
    return {"desk_look": liked, **on_page(liked, works)}
