"""Pages travel packed. Knows which replies are words; refuses to touch files, packed already or read in parts."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.middleware.gzip import GZipMiddleware

WORDS = ("text/html", "application/json", "application/problem+json", "text/csv")


class Packed(GZipMiddleware):
    """gzip for words, with the random length of Django's that hides what a page keeps secret (BREACH)."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        kind = response.headers.get("Content-Type", "").partition(";")[0].strip()
        if response.streaming or kind not in WORDS:
            return response
        packed: HttpResponseBase = super().process_response(request, response)
        return packed
