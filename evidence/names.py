"""What a stranger called a file, made fit to be shown. Never part of a path, a key or a header. No Django."""

from __future__ import annotations

import re
import unicodedata

from evidence import limits, sniff

_SEPARATORS = re.compile(r"[/\\\u2044\u2215\u29F8\uFF0F\uFF3C]")
# Control, format (bidi controls and zero-width characters among them), surrogate, private, unassigned, line
# separators.
_UNSHOWN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
# A picture that calls itself one of these wants a browser to run it.
_ACTIVE = set(
    "html htm xhtml xht shtml svg svgz xml xsl xslt mht mhtml js mjs hta url lnk desktop".split()  # noqa: SIM905
)


def display(claimed: str, mime: str) -> str:
    """The name to show: last path part, NFC, nothing invisible, at most 120 code points, true extension.

    Empty if nothing showable is left; the exhibit's number serves then.
    """
    extension = sniff.EXTENSIONS[mime]
    name = _plain(claimed)
    stem, said = _cut(name)
    if said and sniff.SYNONYMS.get(said, said) == extension:
        name = stem
    name = name.strip(". ")
    if not name:
        return ""
    return name[: limits.NAME_LENGTH - len(extension) - 1].rstrip(". ") + "." + extension


def title(typed: str) -> str:
    """One line that a person typed to say what an exhibit shows, cleaned the same way."""
    return _clean(typed)[: limits.NAME_LENGTH].strip()


def note(typed: str) -> str:
    """A longer remark: line breaks stay, what cannot be seen goes."""
    return text(typed)[: limits.NOTE_LENGTH].strip()


def text(typed: str) -> str:
    """Running text as typed, NFC, plain line breaks, nothing invisible. Never shortened."""
    unified = typed.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    normal = unicodedata.normalize("NFC", unified)
    return "".join(c for c in normal if c in "\n\t" or unicodedata.category(c) not in _UNSHOWN).strip()


def hides(typed: str) -> bool:
    """Whether something stands in it that nobody would see: what turns the reading direction, or has no width.

    Not of what joins the parts of one sign, as telephones write it.
    """
    return any(c not in "\r\n\t\u200d" and unicodedata.category(c) in _UNSHOWN for c in typed)


def extension(claimed: str) -> str:
    """What the name says the type is: at most eight ASCII letters or digits, lower case."""
    return _cut(_plain(claimed))[1]


def is_active(claimed: str) -> bool:
    """Whether the name asks to be run by a browser, whatever the bytes are."""
    return extension(claimed) in _ACTIVE


def _plain(claimed: str) -> str:
    return _SEPARATORS.split(_clean(claimed))[-1].strip()


def _clean(typed: str) -> str:
    normal = unicodedata.normalize("NFC", typed)
    seen = "".join(" " if c.isspace() else c for c in normal if c.isspace() or unicodedata.category(c) not in _UNSHOWN)
    return " ".join(seen.split())


def _cut(name: str) -> tuple[str, str]:
    stem, dot, said = name.rpartition(".")
    said = said.lower()
    if not dot or not re.fullmatch(r"[a-z0-9]{1,8}", said):
        return name, ""
    return stem, said
