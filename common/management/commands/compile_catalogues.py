"""Turns every .po into the .mo that Django reads, without gettext's tools: a fresh machine has none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polib
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Compile locale/*/*/LC_MESSAGES/*.po where they are newer than their .mo."

    def handle(self, *args: Any, verbosity: int = 1, **options: Any) -> None:
        written = 0
        for source in sorted(Path(settings.BASE_DIR, "locale").glob("*/*/LC_MESSAGES/*.po")):
            target = source.with_suffix(".mo")
            if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
                continue
            try:
                catalogue = polib.pofile(str(source), check_for_duplicates=True)
            except (OSError, ValueError) as error:
                raise CommandError(f"{source}: {error}") from error
            catalogue.save_as_mofile(str(target))
            written += 1
        if verbosity:
            self.stdout.write(f"{written} catalogues compiled")
