"""Write docs/lifecycle.md from the table."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from disputes import drawing


class Command(BaseCommand):
    help = "Write docs/lifecycle.md from the table."

    def handle(self, *args: Any, **options: Any) -> None:
        target = settings.BASE_DIR / "docs" / "lifecycle.md"
        target.write_text(drawing.page(), "utf-8")
        self.stdout.write(f"wrote {target}")
