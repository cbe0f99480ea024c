"""What every page of the shell is given: language, theme, demo flag. Knows the request; refuses to ask the database."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from web import language, wording

THEMES = ("light", "dark")


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor. ``theme`` is empty where the reader leaves it to the device."""
    theme = request.COOKIES.get("theme", "")
    return {
        "lang": language.current(),
        "languages": language.choices(request.get_full_path()),
        "theme": theme if theme in THEMES else "",
        "demo": settings.HENG_DEMO,
        "countdown_patterns": wording.patterns(),
        "here": request.get_full_path(),
    }
