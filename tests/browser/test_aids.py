"""Pages as people read them who need larger letters, other colours or no movement, in longer words, or on paper."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pypdfium2
import pytest
from playwright.sync_api import Page

from tests.browser import inventory
from tests.browser.conftest import Visit
from tests.browser.inventory import Address
from tests.browser.visitor import Visitor

ACCOUNTS = list(inventory.ALWAYS)
SIZES = ((390, 844), (1280, 900))
# Letters twice as large and nothing else: lengths in rem grow with them, as in a browser whose reader has said so.
LARGER = "() => { document.documentElement.style.fontSize = '200%'; }"
# Every text two fifths longer, out of its own letters.
LONGER = """() => { const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), texts = [];
    while (walk.nextNode()) texts.push(walk.currentNode);
    texts.filter(text => text.textContent.trim() && !text.parentElement.closest('script, style, template, code, svg, .vh'))
        .forEach(text => { const said = text.textContent.trim();
            text.textContent += said.slice(0, Math.ceil(said.length * 0.4)); }); }"""
TOO_WIDE = """() => { const room = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= room) return [];
    const who = [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > room + 1);
    return ['scrolls sideways: ' + who.slice(0, 3).map(e => e.outerHTML.slice(0, 90)).join(' | ')]; }"""
# Words that are cut off: by a box that hides what is too much for it, or beside a button.
CUT = """() => [...document.querySelectorAll('body *')].filter(e => {
        if (!e.checkVisibility({visibilityProperty: true}) || e.closest('.vh, .skip, select, svg, video')) return false;
        const style = getComputedStyle(e), hides = /hidden|clip/.test(style.overflowX + style.overflowY);
        if (style.textOverflow === 'ellipsis' || style.webkitLineClamp !== 'none') return false;
        if (hides && e.innerText && (e.scrollWidth > e.clientWidth + 2 || e.scrollHeight > e.clientHeight + 2)
            && e.clientWidth > 2) return true;
        return e.matches('.btn, .badge, .chip') && e.scrollWidth > e.clientWidth + 1; })
    .map(e => `cut off: ${e.outerHTML.slice(0, 110)}`)"""
# Two texts on the same place. What stays in its place while the page moves beneath it is not looked at.
OVERLAPS = """() => { const UNREAD = '.vh, .skip, script, style, template, select, svg, [aria-hidden=true]';
    const rects = [], range = document.createRange();
    // As much of it as can be seen within the boxes that scroll around it.
    const within = (box, host) => { let seen = {left: box.left, top: box.top, right: box.right, bottom: box.bottom};
        for (let e = host; e && e !== document.body; e = e.parentElement) {
            if (getComputedStyle(e).overflow === 'visible') continue;
            const room = e.getBoundingClientRect();
            seen = {left: Math.max(seen.left, room.left), top: Math.max(seen.top, room.top),
                right: Math.min(seen.right, room.right), bottom: Math.min(seen.bottom, room.bottom)}; }
        return seen; };
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) { const text = walk.currentNode, host = text.parentElement;
        if (!text.textContent.trim() || host.closest(UNREAD)) continue;
        if (!host.checkVisibility({visibilityProperty: true, opacityProperty: true})) continue;
        let above = host, still = false;
        for (; above; above = above.parentElement) if (/fixed|sticky/.test(getComputedStyle(above).position)) still = true;
        if (still) continue;
        range.selectNodeContents(text);
        for (const box of range.getClientRects()) { const seen = within(box, host);
            if (seen.right - seen.left > 3 && seen.bottom - seen.top > 3) rects.push([seen, host]); } }
    rects.sort((one, other) => one[0].top - other[0].top);
    const found = [];
    for (let i = 0; i < rects.length; i++) for (let j = i + 1; j < rects.length; j++) {
        const [a, one] = rects[i], [b, other] = rects[j];
        if (b.top > a.bottom) break;
        const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left), high = Math.min(a.bottom, b.bottom) - b.top;
        // Lines of one paragraph may touch; letters have room above and below.
        if (wide > 3 && high > Math.min(a.bottom - a.top, b.bottom - b.top) * 0.35 && one !== other)
            found.push(`on one place: ${one.outerHTML.slice(0, 70)} | ${other.outerHTML.slice(0, 70)}`); }
    return found.slice(0, 4); }"""
MOVES = """() => [...document.querySelectorAll('*')].flatMap(e => ['', '::before', '::after'].map(part => {
        const style = getComputedStyle(e, part || undefined);
        const longest = list => Math.max(...list.split(',').map(parseFloat).map((n, i) =>
            n * (list.split(',')[i].trim().endsWith('ms') ? 0.001 : 1)));
        const moves = style.animationName !== 'none' && longest(style.animationDuration) > 0.001;
        const glides = style.transitionProperty !== 'none' && longest(style.transitionDuration) > 0.001;
        return moves || glides ? `moves: ${e.outerHTML.slice(0, 90)}${part}` : ''; })).filter(Boolean).slice(0, 4)"""
# What is chosen, beside one of its kind that is not: in forced colours something of shape must tell them apart.
CHOSEN = """() => { const look = e => { const s = getComputedStyle(e); return [s.outlineStyle, s.outlineWidth, s.borderStyle,
            s.borderWidth, s.textDecorationLine, s.fontWeight, s.backgroundColor, s.forcedColorAdjust].join(); };
    const found = [];
    document.querySelectorAll('[aria-current]').forEach(e => {
        const others = [...(e.parentElement.closest('nav, ul, ol, menu') || e.parentElement).querySelectorAll(e.tagName)]
            .filter(o => o !== e && !o.hasAttribute('aria-current') && o.checkVisibility());
        if (e.checkVisibility() && others.length && others.every(o => look(o) === look(e)))
            found.push(`looks like any other: ${e.outerHTML.slice(0, 100)}`); });
    document.querySelectorAll('input:is([type=radio], [type=checkbox])').forEach(e => {
        if (e.disabled || !e.checkVisibility() || e.closest('.vh')) return;
        const box = e.getBoundingClientRect(), label = (e.labels && e.labels[0]) || e;
        const bare = getComputedStyle(e), seen = box.width > 8 && +bare.opacity > 0 && bare.appearance !== 'none';
        const was = e.checked;
        e.checked = false; const off = look(label) + look(label.querySelector('span') || label);
        e.checked = true; const on = look(label) + look(label.querySelector('span') || label);
        e.checked = was;
        if (!seen && on === off) found.push(`chosen or not looks the same: ${label.outerHTML.slice(0, 100)}`); });
    return found.slice(0, 4); }"""


def one_of_each(visitor: Visitor, account: str | None) -> list[Address]:
    """A page of every route of the inventory: what holds for one case's page holds for the next."""
    pages = inventory.addresses(account, visitor.context.request)
    return list({page.route: page for page in pages if not page.route.startswith("public:style")}.values())


def looked_at(visitor: Visitor, account: str | None) -> Iterator[Address]:
    """Each of these pages, open."""
    for address in one_of_each(visitor, account):
        reply = visitor.page.goto(address.path)
        assert reply is not None and (reply.ok or reply.status == inventory.SHUT), address.path
        yield address


def told(page: Page, address: Address, what: str, *scripts: str) -> list[str]:
    return [f"{address.path} {what}: {line}" for script in scripts for line in page.evaluate(script)]


@pytest.mark.parametrize("account", ACCOUNTS, ids=str)
def test_letters_twice_as_large_and_longer_words_lose_nothing(account: str | None, visit: Visit) -> None:
    """WCAG 1.4.4, and a language whose words are two fifths longer, one after the other on one opening of each page."""
    visitor = visit(account, width=SIZES[0][0], height=SIZES[0][1])
    page, problems = visitor.page, list[str]()
    for address in looked_at(visitor, account):
        for what, script in (("twice as large", LARGER), ("longer", LONGER)):
            if what == "longer":
                page.evaluate("() => { document.documentElement.style.fontSize = ''; }")
            page.evaluate(script)
            for width, height in SIZES:
                page.set_viewport_size({"width": width, "height": height})
                problems += told(page, address, f"{what} at {width}", TOO_WIDE, CUT, OVERLAPS)
        page.set_viewport_size({"width": SIZES[0][0], "height": SIZES[0][1]})
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("account", ACCOUNTS, ids=str)
def test_nothing_moves_for_whoever_asked_for_that_and_what_is_chosen_needs_no_colour(
    account: str | None, visit: Visit
) -> None:
    visitor = visit(account, width=1280, height=900)
    visitor.page.emulate_media(forced_colors="active", reduced_motion="reduce")
    problems = []
    for address in looked_at(visitor, account):
        problems += told(visitor.page, address, "", MOVES, CHOSEN)
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("account", ["buyer", "merchant"])
def test_a_letter_is_printed_on_two_sheets_at_most(account: str, visit: Visit, staged: dict[str, Any]) -> None:
    visitor = visit(account, width=1280, height=900)
    area = "my" if account == "buyer" else "shop"
    visitor.go(f"/{area}/cases/{staged['lost']}/decision/")
    document = pypdfium2.PdfDocument(io.BytesIO(visitor.page.pdf(format="A4", prefer_css_page_size=True)))
    text = "".join(page.get_textpage().get_text_range() for page in document)
    assert len(document) <= 2, f"{len(document)} sheets"
    assert staged["lost"] in text.replace("\n", "") and "衡" in text
