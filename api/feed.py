"""The marketplace's feed over HTTP: a JSON array, or one record a line. Knows bytes; the ingest knows the
rest.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import IO, Any, ClassVar

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from accounts.models import Scope
from api import documents, idempotency, prints
from api.authentication import caller_of
from api.endpoint import Endpoint
from api.problems import BodyTooLarge
from common import clock
from marketplace import ingest
from marketplace.batch import Report

LARGEST = 20 * 1024 * 1024
MOST = 10_000
Records = list[tuple[int, Any]]


class OneALine(BaseParser):
    """NDJSON. A line that is no JSON is one rejected record, not a rejected request."""

    media_type = "application/x-ndjson"

    def parse(  # type: ignore[override]
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Records:
        lines = _read(stream).split(b"\n")
        return [(number, line) for number, line in enumerate(lines, start=1) if line.strip()]


class Array(BaseParser):
    """A JSON array of records, numbered from 1."""

    media_type = "application/json"

    def parse(  # type: ignore[override]
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Records:
        try:
            records = json.loads(_read(stream), parse_constant=_no_constant)
        except (ValueError, RecursionError):
            raise ParseError from None
        if not isinstance(records, list):
            raise ParseError
        return list(enumerate(records, start=1))


class Ingest(Endpoint):
    """Takes in what the marketplace knows. Safe to repeat, in any order, in part or whole."""

    scopes: ClassVar[dict[str, Scope | None]] = {"POST": Scope.INGEST}
    parser_classes = [Array, OneALine]

    @extend_schema(
        operation_id="ingest",
        tags=["feed"],
        request={"application/json": documents.RECORDS, "application/x-ndjson": documents.LINES},
        parameters=[documents.KEY_OPTIONAL],
        responses={200: prints.ReportShape, **documents.problems(400, 413, 415, 422)},
        description=(
            "Orders, payments, shipments, chat and the rest, as described in `docs/feed.md`; up to 10,000 records "
            "and 20 MB a request. Each record carries its own version, so a request can be repeated without a key; "
            "with one, the first report is repeated too."
        ),
    )
    def post(self, request: Request) -> HttpResponse:
        records: Any = request.data
        if not isinstance(records, list):  # an empty body reaches no parser
            raise ParseError
        if len(records) > MOST:
            raise BodyTooLarge
        source, now = caller_of(request).source, clock.now()
        return idempotency.afterwards(
            request,
            lambda: ingest.ingest(_fit(records), source=source, now=now),
            lambda report: (200, _print(report)),
            now=now,
        )


def _fit(records: Records) -> Iterator[tuple[int, Any]]:
    """Anything that is not a record goes on as its own text, to be rejected as that line."""
    for number, record in records:
        yield number, record if isinstance(record, dict | str | bytes) else json.dumps(record)


def _print(report: Report) -> dict[str, Any]:
    rejected = [
        {"line": row.line, "record": row.record, "field": row.field, "reason": row.reason} for row in report.rejected
    ]
    return {**report.counts, "rejected": rejected}


def _read(stream: IO[Any]) -> bytes:
    body: bytes = stream.read(LARGEST + 1)
    if len(body) > LARGEST:
        raise BodyTooLarge
    return body


def _no_constant(name: str) -> Any:
    raise ValueError(name)
