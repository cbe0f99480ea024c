"""Templates stay small, and nothing in them needs a weaker content security policy."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT

TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
LONGEST = 40
INLINE = re.compile(
    r"<style|<script(?![^>]*\bsrc=)|\sstyle\s*=\s*[\"']|\son[a-z]+\s*=\s*[\"']|javascript:", re.IGNORECASE
)
# The last resort when everything is broken brings its own style, and is served with a policy of its own.
STANDS_ALONE = {"errors/500.html"}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_a_template_is_small_and_has_no_inline_script_or_style(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= LONGEST
    if str(path.relative_to(ROOT / "templates")) not in STANDS_ALONE:
        assert INLINE.findall(text) == []


def test_no_template_asks_which_state_it_is() -> None:
    """Buttons come from the table (LIFECYCLE.open_to), never from a comparison in a page."""
    asks = re.compile(r"{%\s*(?:el)?if[^%]*\bcase\.state\b")
    found = [str(path.relative_to(ROOT)) for path in TEMPLATES if asks.search(path.read_text(encoding="utf-8"))]
    assert found == []


def test_a_template_with_a_form_is_given_the_token_where_it_is_included_with_only() -> None:
    """``only`` takes the token away too, and a form without one cannot be sent."""
    included = re.compile(r'{%\s*include\s+"([^"]+)"([^%]*)\bonly\s*%}')
    sends = {
        str(path.relative_to(ROOT / "templates")) for path in TEMPLATES if "{% csrf_token %}" in path.read_text("utf-8")
    }
    bare = [
        (str(path.relative_to(ROOT)), name)
        for path in TEMPLATES
        for name, given in included.findall(path.read_text("utf-8"))
        if name in sends and "csrf_token=csrf_token" not in given
    ]
    assert bare == []


def test_the_shops_keys_are_hidden_where_there_is_no_keyboard() -> None:
    """The layer of the desk comes after that of the shop: what it shows again on a telephone has to be its own."""
    parts = sorted((ROOT / "static" / "css" / "parts").glob("*.css"))
    shown = re.compile(r"[{}]\s*\.hints\s*\{[^}]*display:\s*flex")
    for part in parts:
        for narrow in part.read_text("utf-8").split("@media (max-width: 1023px)")[1:]:
            assert not shown.search(narrow.splitlines()[0]), part.name
