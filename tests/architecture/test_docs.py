"""What the documents say can be followed: links lead somewhere, and the languages tell the same."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#{1,6} +(.+?) *$", re.MULTILINE)
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
HAN = re.compile(r"[\u4e00-\u9fff]")
LATIN_ONLY = re.compile(r"[\x20-\x7e]+")


@cache
def documents() -> tuple[Path, ...]:
    """Every Markdown file of the project; hidden folders hold packages and data."""
    tops = [path for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith(".")]
    return tuple(sorted([*ROOT.glob("*.md"), *(path for top in tops for path in top.rglob("*.md"))]))


def prose(path: Path) -> str:
    """The text without comments, and without its examples, where brackets mean something else."""
    text = COMMENT.sub("", FENCED.sub("", path.read_text(encoding="utf-8")))
    return "\n".join(line for line in text.splitlines() if not line.startswith("    "))


def anchors(path: Path) -> set[str]:
    """The names that GitHub gives to the headings of ``path``."""
    names = set()
    for heading in HEADING.findall(FENCED.sub("", path.read_text(encoding="utf-8"))):
        plain = re.sub(r"[`*]|\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        names.add(re.sub(r"[^\w\- ]", "", plain).replace(" ", "-"))
    return names


def code_blocks(path: Path) -> list[str]:
    """Indented blocks, in order. A block is what stands between lines that are not indented."""
    blocks: list[list[str]] = [[]]
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("    "):
            blocks[-1].append(line)
        elif line and blocks[-1]:
            blocks.append([])
    return ["\n".join(block) for block in blocks if block]


def rows(path: Path) -> list[list[str]]:
    """The cells of every row of every table, heads and rules left out."""
    found = []
    lines = path.read_text(encoding="utf-8").splitlines()
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        if line.startswith("|") and not line.startswith("|--") and not following.startswith("|--"):
            found.append([cell.strip() for cell in line.strip("|").split("|")])
    return found


def figures(path: Path) -> list[list[str]]:
    """The cells of the tables of figures without their first column, which is words; heads have no figures."""
    text = path.read_text(encoding="utf-8")
    begin, end = text.index("<!-- figures: begin"), text.index("<!-- figures: end")
    table = [line.split("|")[2:] for line in text[begin:end].splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in table if re.search(r"[\d…]", "".join(row))]


@pytest.mark.parametrize("path", documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_of_a_document_leads_somewhere(path: Path) -> None:
    dead = []
    for link in LINK.findall(prose(path)):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = (path.parent / name).resolve() if name else path
        is_dead = not target.exists() or (anchor and target.suffix == ".md" and anchor not in anchors(target))
        if is_dead or not target.is_relative_to(ROOT):
            dead.append(link)
    assert dead == []


def test_both_readmes_have_the_same_sections_commands_and_links() -> None:
    english, chinese = ROOT / "README.md", ROOT / "README.zh-CN.md"
    levels = [re.findall(r"^(#+) ", path.read_text(encoding="utf-8"), re.MULTILINE) for path in (english, chinese)]
    assert levels[0] == levels[1]
    assert code_blocks(english) == code_blocks(chinese) != []
    links = [
        sorted(link for link in LINK.findall(prose(path)) if not link.startswith("README"))
        for path in (english, chinese)
    ]
    assert links[0] == links[1]


def test_both_readmes_quote_the_same_figures() -> None:
    english, chinese = (figures(ROOT / name) for name in ("README.md", "README.zh-CN.md"))
    assert english == chinese != []


def test_the_glossary_says_every_word_in_three_languages() -> None:
    words = rows(ROOT / "docs" / "glossary.md")
    assert len(words) > 80
    for english, simplified, traditional, meaning, code in words:
        assert LATIN_ONLY.fullmatch(english), english
        assert HAN.search(simplified) and HAN.search(traditional), english
        assert meaning and code, english


def test_every_decision_is_listed_under_its_own_title() -> None:
    folder = ROOT / "docs" / "adr"
    listed = dict(re.findall(r"\[([^\]]+)\]\((\d{4}-[\w-]+\.md)\)", (folder / "README.md").read_text(encoding="utf-8")))
    written = {}
    for path in sorted(folder.glob("[0-9]*.md")):
        number, _, title = path.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ").partition(". ")
        assert path.name.startswith(f"{int(number):04}-"), path.name
        written[title] = path.name
    assert listed == written
