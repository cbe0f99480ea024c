"""List the files in which malware was found, or take one out to look into it elsewhere. Handle with care."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from common.errors import Missing, Refused
from evidence import quarantine


class Command(BaseCommand):
    help = "Files in which malware was found: list them, or write one as it came to a path (it is live)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("id", type=int, nargs="?")
        parser.add_argument("path", type=Path, nargs="?")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["id"] is None:
            for row in quarantine.held(500):
                self.stdout.write(
                    f"{row.pk}  {row.at:%Y-%m-%d %H:%M}  {row.found}  {row.sha256}  {row.size}  {row.owner}"
                )
            return
        if options["path"] is None:
            raise CommandError("where to?")
        try:
            row = quarantine.take_out(options["id"], options["path"])
        except Missing:
            raise CommandError("there is no such file any more") from None
        except Refused as refused:
            raise CommandError(refused.code) from refused
        self.stdout.write(f"{options['path']} is live malware: {row.found}")
