"""Check every chain of the journal and every anchor, and say where one breaks. Exit code 1 if any does."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from journal import anchors, book
from journal.models import Stream


class Command(BaseCommand):
    help = "Check the digest chain of every case, and the anchors of all of them."

    def handle(self, *args: Any, **options: Any) -> None:
        broken = checked = 0
        for stream_id in Stream.objects.order_by("id").values_list("id", flat=True).iterator():
            checked += 1
            where = book.verify(stream_id)
            if where is not None:
                broken += 1
                self.stderr.write(f"stream {stream_id}: entry {where.seq} {where.reason}")
        for what in anchors.wrong():
            broken += 1
            self.stderr.write(what)
        if broken:
            raise CommandError(f"{broken} breaks in {checked} chains and their anchors")
        self.stdout.write(f"{checked} chains hold")
