"""The same page in another language."""

from __future__ import annotations

import pytest

from web import language


@pytest.mark.parametrize(
    ("path", "code", "other"),
    [
        ("/", "zh-hant", "/zh-hant/"),
        ("/my/cases/DA-1/?p=3", "en", "/en/my/cases/DA-1/?p=3"),
        ("/en/my/cases/DA-1/?p=3", "zh-hant", "/zh-hant/my/cases/DA-1/?p=3"),
        ("/zh-hant/my/", "zh-hans", "/my/"),
        ("/zh-hant/", "zh-hans", "/"),
        ("/energy/", "en", "/en/energy/"),
    ],
)
def test_a_page_keeps_its_place_and_its_query_in_every_language(path, code, other):
    assert language.same_page(path, code) == other


@pytest.mark.parametrize("path", ["//evil.example/", "/en//evil.example/"])
def test_a_switch_never_leads_to_another_site(path):
    for item in language.LANGUAGES:
        assert not language.same_page(path, item.code).startswith("//")
