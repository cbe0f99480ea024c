"""One stylesheet from many parts, so that a page asks once. Knows file order; refuses to know CSS.

``static/css/heng.css`` is written by ``manage.py join_css`` and checked in: there is no build step to run a site, and a
test says when the two differ.
"""

from __future__ import annotations

import re
from pathlib import Path

CSS = Path(__file__).resolve().parent.parent / "static" / "css"
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_BLANK = re.compile(r"\n\s*\n")
HEAD = (
    "/* Joined from static/css/parts by manage.py join_css: edit the parts. */\n"
    "@layer tokens, base, shell, components, areas, modes;\n"
)


def joined(folder: Path = CSS / "parts") -> str:
    """All parts in the order of their names, under one statement of the layers, less what only their editors read."""
    parts = "".join(part.read_text(encoding="utf-8") for part in sorted(folder.glob("*.css")))
    return HEAD + _BLANK.sub("\n", _COMMENT.sub("", parts))
