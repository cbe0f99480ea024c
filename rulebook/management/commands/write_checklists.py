"""Write docs/checklists.md from the catalogue."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from rulebook import editions, reference
from rulebook.rules import parse


class Command(BaseCommand):
    help = "Write docs/checklists.md from the catalogue."

    def handle(self, *args: Any, **options: Any) -> None:
        edition = editions.shipped_as(editions.PROFILES[0])
        target = settings.BASE_DIR / "docs" / "checklists.md"
        target.write_text(reference.page(parse(edition.body, version=edition.version)), "utf-8")
        self.stdout.write(f"wrote {target}")
