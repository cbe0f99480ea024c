"""``manage.py ingest FILE.jsonl``: a marketplace's records from a file. Knows files; refuses to know the format."""

from __future__ import annotations

import hashlib
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from common import clock
from marketplace import feed
from marketplace.batch import Report
from marketplace.ingest import BATCH, receive
from marketplace.models import FeedFile

SHOWN = 50


class Command(BaseCommand):
    help = (
        "Take in a file of feed records, one JSON object a line (docs/feed.md). Records known already change nothing, so "
        "running it again is harmless. Ends with 0 if every record was taken, 1 if some were rejected, 2 if the file "
        "could not be read."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--source", default="market", help="which marketplace the records are from")
        parser.add_argument("--resume", action="store_true", help="go on where an earlier run of this file stopped")
        parser.add_argument("--batch", type=int, default=BATCH, help="records to a transaction")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            with path.open("rb") as file:
                report = self._take(file, options["source"], options["resume"], max(1, options["batch"]))
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}", returncode=2) from error
        counts = ", ".join(f"{number} {name}" for name, number in report.counts.items())
        self.stdout.write(f"{path.name}: {counts}")
        if report.rejected:
            raise CommandError(f"{len(report.rejected)} records were not taken", returncode=1)

    def _take(self, file: BufferedReader, source: str, resume: bool, batch: int) -> Report:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        size = file.tell()
        place, _made = FeedFile.objects.get_or_create(source=source, digest=digest)
        if not resume:
            place.line, place.offset, place.counts, place.finished_at = 0, 0, {}, None
        elif place.line:
            self.stdout.write(f"going on after line {place.line}")
        file.seek(place.offset)
        total = Report()
        with tqdm(total=size, initial=place.offset, unit="B", unit_scale=True, disable=not sys.stderr.isatty()) as bar:
            for chunk in _batches(file, place.line, batch):
                report = receive([item for item in chunk if item[1].strip()], source=source, now=clock.now())
                for problem in report.rejected[: max(0, SHOWN - len(total.rejected))]:
                    bar.clear()
                    self.stderr.write(_words(problem))
                total.add(report)
                # The records are committed; a crash right here costs one batch taken again, which changes nothing.
                place.line, place.offset = chunk[-1][0], file.tell()
                place.counts = {name: place.counts.get(name, 0) + number for name, number in report.counts.items()}
                place.save(update_fields=["line", "offset", "counts", "finished_at"])
                bar.update(place.offset - bar.n)
        if len(total.rejected) > SHOWN:
            self.stderr.write(f"… and {len(total.rejected) - SHOWN} more")
        place.finished_at = clock.now()
        place.save(update_fields=["finished_at"])
        return total


def _batches(file: BufferedReader, line: int, size: int) -> Iterator[list[tuple[int, bytes]]]:
    """Numbered lines; one that is far too long is cut, and so is reported as such, without being read whole."""
    chunk: list[tuple[int, bytes]] = []
    while True:
        content = file.readline(feed.LONGEST_LINE + 2)
        if not content:
            break
        line += 1
        rest = content
        while rest and not rest.endswith(b"\n"):
            rest = file.readline(feed.LONGEST_LINE)
        chunk.append((line, content))
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _words(problem: feed.Problem) -> str:
    where = f"line {problem.line}" if problem.line is not None else "parked earlier"
    return f"{where}: {problem.record or 'record'}: {problem.field or 'whole record'}: {problem.reason}"
