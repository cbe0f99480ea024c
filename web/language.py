"""The three languages and the same page in another one. Knows prefixes of paths; refuses to know what a path shows."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import get_language


@dataclass(frozen=True, slots=True)
class Language:
    """``code`` is Django's, ``tag`` the one that HTML wants, ``short`` the label where room is scarce."""

    code: str
    tag: str
    name: str
    short: str


@dataclass(frozen=True, slots=True)
class Choice:
    language: Language
    href: str
    is_current: bool


LANGUAGES = (
    Language("zh-hans", "zh-Hans", "简体中文", "简"),
    Language("zh-hant", "zh-Hant", "繁體中文", "繁"),
    Language("en", "en", "English", "EN"),
)


def current() -> Language:
    """The language of this reply; the default one where Django speaks none of ours."""
    code = (get_language() or settings.LANGUAGE_CODE).lower()
    return next((language for language in LANGUAGES if language.code == code), LANGUAGES[0])


def of_path(path: str) -> Language:
    """The language that a path asks for by its prefix."""
    for language in LANGUAGES:
        if path == f"/{language.code}" or path.startswith(f"/{language.code}/"):
            return language
    return LANGUAGES[0]


def same_page(full_path: str, code: str) -> str:
    """The path of this very page, query included, in the language ``code``. The default language has no prefix."""
    path = full_path
    for language in LANGUAGES:
        prefix = f"/{language.code}/"
        if path == prefix[:-1] or path.startswith((prefix, prefix[:-1] + "?")):
            path = "/" + path[len(prefix) :].lstrip("/")
            break
    path = "/" + path.lstrip("/")  # two slashes at the start would name another site
    return path if code == settings.LANGUAGE_CODE.lower() else f"/{code}{path}"


def choices(full_path: str) -> list[Choice]:
    now = current()
    return [Choice(item, same_page(full_path, item.code), item is now) for item in LANGUAGES]
