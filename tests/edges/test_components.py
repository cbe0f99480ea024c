"""The parts that pages are made of: what they promise whatever a page gives them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.template import Context, Template, engines
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

from rulebook import calendars
from web import navigation, stylesheet

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SPRITE = set(re.findall(r'<symbol id="([^"]+)"', (ROOT / "static/icons/sprite.svg").read_text()))
SHIPPED = calendars.merge([calendars.parse_year(body) for body in calendars.shipped_years()], "CN")
NOON = datetime(2026, 11, 29, 4, 0, tzinfo=UTC)


def rendered(source: str, **given: object) -> str:
    return Template("{% load heng %}" + source).render(Context(given))


def test_every_icon_that_a_page_names_is_in_the_sprite():
    named = {name for page in TEMPLATES for name in re.findall(r'{% icon "([^"]+)"', page.read_text())}
    named |= set(re.findall(r'default:"([a-z0-9-]+)" %}', "".join(page.read_text() for page in TEMPLATES)))
    named |= {place.icon for places in navigation.AREAS.values() for place in places}
    assert named - SPRITE == set()


def test_the_stylesheet_is_joined_from_its_parts():
    assert (stylesheet.CSS / "heng.css").read_text(encoding="utf-8") == stylesheet.joined(), "run manage.py join_css"


@pytest.mark.parametrize("page", TEMPLATES, ids=lambda page: str(page.relative_to(ROOT)))
def test_no_page_has_inline_style_or_script(page):
    text = page.read_text(encoding="utf-8")
    assert not re.search(r"<[^>]*\s(style|on[a-z]+)\s*=", text)
    assert not re.search(r"<style\b|<script(?![^>]*\bsrc=)", text)


def test_the_script_stays_small():
    assert len((ROOT / "static/js/enhance.js").read_bytes()) <= 10 * 1024


@pytest.mark.parametrize("component", ["finding_segment.html", "admit_segment.html"], ids=["finding", "admission"])
def test_no_finding_is_ever_chosen_beforehand(component):
    assert "checked" not in render_to_string(f"components/{component}", {"name": "f1", "number": 1})


def test_money_has_its_currencys_decimals_and_no_sum_is_never_zero():
    assert rendered("{% money 69800 'CNY' %}") == '<span class="money"><small>¥</small>698.00</span>'
    assert rendered("{% money 5000 'JPY' %}") == '<span class="money"><small>JP¥</small>5,000</span>'
    assert rendered("{% money -10000 'CNY' %}").startswith('<span class="money">−<small>¥</small>100.00')
    assert rendered("{% money None 'CNY' %}") == "–"


def test_a_countdown_in_a_list_says_the_words_and_the_absolute_time():
    html = rendered("{% left due_at now True %}", due_at=NOON + timedelta(hours=1), now=NOON)
    assert "1 " in html and 'class="left solid"' in html
    assert f'datetime="{(NOON + timedelta(hours=1)).isoformat()}"' in html
    assert "data-due" in html and "data-mine" in html


def test_a_clock_of_working_days_counts_them_and_is_not_handed_to_the_script(monkeypatch):
    monkeypatch.setattr(calendars, "current", lambda: SHIPPED)
    # From noon on Friday to 24:00 on Tuesday: Monday and Tuesday.
    friday, tuesday = NOON - timedelta(days=2), datetime(2026, 12, 1, 16, tzinfo=UTC)
    with translation.override("en"):
        html = rendered("{% left due_at now True 'BD' %}", due_at=tuesday, now=friday)
    assert "2 working days left" in html and "data-due" not in html


def test_text_of_people_is_escaped_wherever_a_component_prints_it():
    nasty = "<b>bad</b>"
    entry = {"side": "b", "who": nasty, "text": nasty, "at": NOON, "quote": nasty}
    exhibit = {
        "side": "b",
        "name": nasty,
        "number": "B1",
        "note": nasty,
        "href": "/",
        "caption": nasty,
        "reason": nasty,
    }
    pages = [
        render_to_string("components/timeline.html", {"entries": [entry], "now": NOON}),
        render_to_string("components/exhibit_card.html", {"exhibit": {**exhibit, "admitted": "no"}}),
        render_to_string("components/party.html", {"side": "m", "name": nasty}),
        rendered("{{ span|units }}", span=nasty),
    ]
    assert not any("<b>bad" in page for page in pages)


def test_the_query_keeps_what_it_was_not_told_to_change():
    request = RequestFactory().get("/shop/", {"type": "DAMAGED", "after": "x", "q": "茶壶"})
    page = engines["django"].from_string(
        "{% load heng %}{% autoescape off %}{% query_with sort='due' after=None %}{% endautoescape %}"
    )
    assert page.render({}, request) == "?type=DAMAGED&q=%E8%8C%B6%E5%A3%B6&sort=due"
