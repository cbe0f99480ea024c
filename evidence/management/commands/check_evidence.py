"""Read every file of every exhibit and every seal, and say what is damaged. Exit code 1 if anything is."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from common import clock
from evidence import integrity, scrub, seals
from evidence.models import Exhibit, Seal


class Command(BaseCommand):
    help = "Check all evidence against its digests, and all seals against their exhibits and signatures."

    def handle(self, *args: Any, **options: Any) -> None:
        wrong = 0
        for found in scrub.whole(clock.now()):
            wrong += 1
            exhibit = Exhibit.objects.filter(blob_id=found.blob_id).order_by("id").first()
            name = exhibit.public_id if exhibit is not None else f"blob {found.blob_id}"
            self.stderr.write(f"exhibit {name}: {found.kind} is {found.state}")
        for exhibit in Exhibit.objects.filter(content__isnull=False).order_by("id").iterator(chunk_size=500):
            if not integrity.holds(exhibit):
                wrong += 1
                self.stderr.write(f"exhibit {exhibit.public_id}: its words are altered")
        for seal in Seal.objects.order_by("id").iterator(chunk_size=200):
            for what in seals.check(seal):
                wrong += 1
                self.stderr.write(
                    f"seal {seal.digest[:16]} of dossier {seal.dossier_id}, round {seal.round}: {what} differs"
                )
        if wrong:
            raise CommandError(f"{wrong} things are not as they were")
        self.stdout.write("all evidence is as it came in")
