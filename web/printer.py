"""The pages of a bundle: letters and an overview as HTML that needs nothing else, not even a network. Reads no request."""

from __future__ import annotations

import re
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from arbitration import letters
from arbitration.models import Appeal
from common import money
from evidence.models import Exhibit
from insights.bundle import COURT, Copy, Given
from journal.kinds import Kind
from journal.models import Entry
from rulebook import queries as rulebook
from web import letter, timeline, wording
from web.letter import Paper

# What a page that stands alone must not have: anything that would be fetched.
_LINK = re.compile(r'href="/')
_PAGE = """<!doctype html>
<html lang="{lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src 'self'">
<title>{title}</title><style>{style}</style></head><body class="offline"><main class="sheet">
{body}
</main></body></html>
"""
# Letters' own part of the sheet, and the few things that an overview needs. No dark mode: it is paper.
_STYLE = """
:root { --font-serif: "Noto Serif CJK SC", "Songti SC", "SimSun", serif; --font-sans: "PingFang SC", "Microsoft YaHei",
 "Noto Sans CJK SC", system-ui, sans-serif; --t-12: .75rem; --t-14: .875rem; --t-16: 1rem; }
body { margin: 0; padding: 24px 16px; background: #f2f1ee; color: #1b1a17; font: 400 1rem/1.65 var(--font-sans); }
.sheet { max-width: 760px; margin: 0 auto; } .card { background: #fff; border: 1px solid #dcd9d1; border-radius: 6px;
 padding: 16px 20px; margin: 0 0 16px; } h1 { font-size: 1.375rem; margin: 0 0 4px; }
h2 { font-size: 1rem; margin: 0 0 8px; }
table { width: 100%; border-collapse: collapse; font-size: .875rem; } td, th { text-align: start; padding: 6px 8px 6px 0;
 border-top: 1px solid #eceae4; vertical-align: top; overflow-wrap: anywhere; } th { font-weight: 600; }
th, .whole { white-space: nowrap; overflow-wrap: normal; }
.muted { color: #5b574d; } code { font-size: .8125rem; overflow-wrap: anywhere; } a { color: #2347a6; }
@media print { body { background: none; padding: 0; } }
"""


def pages(copy: Copy) -> dict[str, bytes]:
    """Path → page: every letter in its own language, and ``index.html`` in the language of whoever takes the bundle."""
    printed = {f"letters/{given.place}.html": _letter(copy, given) for given in copy.letters}
    printed["index.html"] = _index(copy)
    return printed


def _letter(copy: Copy, given: Given) -> bytes:
    paper = _paper(copy, given)
    body = render_to_string("case/letter.html", {"paper": paper, "heading": "letter"})
    site = settings.HENG_SITE_URL
    return _page(f"{paper.title} {paper.ref}", paper.lang, _LINK.sub(f'href="{site}/', body), style=_style_of_letters())


def _paper(copy: Copy, given: Given) -> Paper:
    if isinstance(given.source, Appeal):
        return letter.appeal_paper(letters.read_appeal(given.source), code=given.code, reader=_reader(copy))
    return letter.paper(letters.read(given.source, copy.side))


def _reader(copy: Copy) -> str:
    return copy.side.value if copy.side else ""


def _index(copy: Copy) -> bytes:
    case = copy.case
    shown = {
        "case": case,
        "for": {"buyer": _("the buyer"), "merchant": _("the merchant"), COURT: _("the platform")}[copy.reader],
        "taken": wording.moment(copy.now),
        "letters": [
            (f"letters/{given.place}.html", given.code, wording.moment(given.given_at)) for given in copy.letters
        ],
        "exhibits": [
            {
                "number": exhibit.number,
                "name": exhibit.name or _kind_of(copy, exhibit),
                "at": wording.moment(exhibit.added_at),
                "sha256": exhibit.sha256,
                "withdrawn": exhibit.withdrawn_at is not None,
                "paths": _paths(copy, exhibit.number),
            }
            for exhibit in copy.exhibits
        ],
        "record": [line for entry in copy.entries if (line := _line(copy, entry))],
        "hidden": sum(not copy.may_read(entry) for entry in copy.entries),
    }
    body = render_to_string("case/bundle.html", shown)
    return _page(f"{case.number} · {_('Case file')}", letter.TAGS.get(get_language() or "", "zh-Hans"), body)


def _kind_of(copy: Copy, exhibit: Exhibit) -> str:
    kinds = rulebook.rules(copy.case.substance_rules_id).exhibits
    return str(kinds[exhibit.code].name) if exhibit.code in kinds else exhibit.code


def _paths(copy: Copy, number: str) -> list[str]:
    words = [path for path in (f"evidence/{number}.json",) if path in copy.words()]
    return [stored.path for stored in copy.stored if stored.number == number] + words


def _line(copy: Copy, entry: Entry) -> dict[str, Any] | None:
    """One entry in the words of the timeline; what has no words there is in ``timeline.json`` only."""
    if Kind(entry.kind) not in timeline.SENTENCES or not copy.may_read(entry):
        return None
    data = entry.data
    amount = int(data.get("amount", data.get("claimed", copy.case.claimed)))
    words = {
        "amount": money.sign(copy.case.currency) + money.text(amount, copy.case.currency),
        "number": data.get("number", ""),
    }
    who = {"buyer": _("The buyer"), "merchant": copy.case.merchant.name}.get(entry.actor_role, _("The platform"))
    return {
        "seq": entry.seq,
        "at": wording.moment(entry.at),
        "who": who,
        "text": timeline.sentence(entry, copy.reader, claimant=copy.case.claimant) % words,
    }


def _page(title: str, lang: str, body: str, *, style: str = "") -> bytes:
    # The body was rendered by a template, which escaped what people wrote.
    page: SafeString = format_html(
        _PAGE,
        title=title,
        lang=lang,
        style=mark_safe(_STYLE + style),
        body=mark_safe(body),
    )
    return page.encode()


def _style_of_letters() -> str:
    return (settings.BASE_DIR / "static" / "css" / "parts" / "30-letter.css").read_text(encoding="utf-8")
