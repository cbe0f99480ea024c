"""Make the bucket that exhibits lie in, where it is missing. Knows no exhibit."""

from __future__ import annotations

from typing import Any

from django.core.files.storage import storages
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Make the bucket of evidence, if there is none. Running it again, or with exhibits on the disk, changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        bucket = storages["evidence"]
        make = getattr(bucket, "make", None)
        if make is None:
            self.stdout.write("exhibits lie on the disk")
            return
        try:
            made = make()
        except OSError as error:
            raise CommandError(str(error)) from error
        self.stdout.write("made" if made else "it is there")
