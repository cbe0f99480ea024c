"""One JSON line per event, with the number of its request. Refuses to write paths, names, words."""

from __future__ import annotations

import json
import logging.config
import re
import secrets
from collections.abc import Callable, MutableMapping
from time import perf_counter
from typing import Any

import structlog
from django.http import HttpRequest, HttpResponseBase

_OUR_KIND_OF_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
_PLAIN = (str, int, float, bool, type(None))
log = structlog.get_logger("heng.request")


Event = MutableMapping[str, Any]


def _only_plain_values(logger: Any, method: str, event: Event) -> Event:
    """Drop whole requests, with their cookies and forms, and paths: Django attaches both to its records."""
    if event.get("logger") == "django.request":
        event["event"] = str(event["event"]).partition(":")[0]
    return {key: value for key, value in event.items() if isinstance(value, _PLAIN)}


def _line(event: Event, **how: Any) -> str:
    """One line, also for a reader that ends lines where Unicode does."""
    return json.dumps(event, ensure_ascii=False, **how).translate(_ENDS_A_LINE)


_ENDS_A_LINE = {code: f"\\u{code:04x}" for code in (0x85, 0x2028, 0x2029)}
_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.stdlib.PositionalArgumentsFormatter(),
]


def config(*, level: str, readable: bool) -> dict[str, Any]:
    """Django's LOGGING: everything to standard error, JSON or, for development, coloured lines."""
    last = structlog.dev.ConsoleRenderer() if readable else structlog.processors.JSONRenderer(serializer=_line)
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "event": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": [*_SHARED, structlog.stdlib.ExtraAdder()],
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.format_exc_info,
                    _only_plain_values,
                    last,
                ],
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "event"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": level, "propagate": True},
            "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
            # Every 404 as a warning says nothing that the request line does not.
            "django.request": {"handlers": [], "level": "ERROR", "propagate": True},
            "heng.request": {"level": level},
            # A line for each wake-up, several a second, would bury the rest. Failures are errors and stay.
            "celery.worker.strategy": {"level": "WARNING"},
            "celery.app.trace": {"level": "WARNING"},
            # Writes whole addresses.
            "httpx": {"level": "WARNING"},
        },
    }


def apply(settings: dict[str, Any]) -> None:
    """Django's LOGGING_CONFIG: hand structlog's loggers to the standard library's handlers as well."""
    logging.config.dictConfig(settings)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


class RequestLog:
    """Gives each request a number (or keeps the proxy's) and writes one line when it is answered.

    The line names the route, not the path: paths of exhibits carry signed tokens, queries carry words.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get("X-Request-ID", "")
        number = given if _OUR_KIND_OF_ID.fullmatch(given) else secrets.token_hex(8)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=number)
        started = perf_counter()
        response = self.get_response(request)
        response.headers["X-Request-ID"] = number
        match = request.resolver_match
        log.info(
            "answered",
            method=request.method,
            route=match.route if match else None,
            status=response.status_code,
            ms=round((perf_counter() - started) * 1000, 1),
        )
        return response
