"""Write anew what precedents are found by. Once after an upgrade that reads texts otherwise; may be stopped and repeated."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from arbitration import precedents


class Command(BaseCommand):
    help = "Write the words of precedents anew where they hold traditional letters."

    def handle(self, *args: Any, **options: Any) -> None:
        after, changed = 0, 0
        while (done := precedents.reindex(after=after)) is not None:
            after, changed = done.after, changed + done.changed
        self.stdout.write(f"{changed} precedents written anew")
