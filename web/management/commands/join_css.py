"""Write static/css/heng.css from its parts."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from web import stylesheet


class Command(BaseCommand):
    help = "Write static/css/heng.css from static/css/parts."

    def handle(self, *args: Any, **options: Any) -> None:
        text = stylesheet.joined()
        (stylesheet.CSS / "heng.css").write_text(text, encoding="utf-8")
        self.stdout.write(f"static/css/heng.css: {len(text.encode())} bytes")
