"""The only reader of time. Its time is the database's, plus the demo clock's offset, for pages and sweep alike."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import DateTimeField, Func

from common.acts import act
from common.errors import Refused


def now() -> datetime:
    """The present instant, aware UTC, read once at an edge and handed down.

    It is ``heng_now()`` in SQL: the wall clock of the database (not of this machine) plus the demo offset, so that a
    page, a sweep and a trigger never disagree about whether a deadline has passed.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT heng_now()")
        row = cursor.fetchone()
    moment: datetime = row[0]
    return moment


def in_query() -> Func:
    """The same instant as a column, for a page that reads a row anyway and has no query to spare."""
    return Func(function="heng_now", output_field=DateTimeField())


def offset() -> timedelta:
    """How far the demo clock runs ahead of the wall clock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ahead FROM common_clockoffset")
        row = cursor.fetchone()
    return row[0] if row else timedelta()


@act
def move_forward(step: timedelta) -> timedelta:
    """Set the demo clock ``step`` further ahead, and return how far it now runs ahead. Demo installations only."""
    if not settings.HENG_DEMO:
        raise Refused("clock_is_real")
    if step <= timedelta():
        raise Refused("clock_only_moves_forward")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE common_clockoffset SET ahead = ahead + %s * interval '1 second' RETURNING ahead",
            [step.total_seconds()],
        )
        ahead: timedelta = cursor.fetchone()[0]
    return ahead
