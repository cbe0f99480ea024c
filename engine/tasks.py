"""Celery carries wake-ups only. Every message may be lost, doubled or late: rows in PostgreSQL are the only truth."""

from __future__ import annotations

from celery import shared_task

from engine import ticks


@shared_task(name="engine.deadlines", expires=30)
def deadlines() -> None:
    ticks.deadlines()


@shared_task(name="engine.consequences", expires=30)
def consequences() -> None:
    ticks.consequences()


@shared_task(name="engine.money", expires=30)
def money() -> None:
    ticks.money()


@shared_task(name="engine.mail", expires=60)
def mail() -> None:
    ticks.mail()


# A film may take longer than the broker's patience (visibility timeout): woken twice, the second finds the row claimed.
@shared_task(name="engine.files", expires=30, soft_time_limit=1290, time_limit=1320)
def files() -> None:
    ticks.files()


@shared_task(name="engine.pictures", expires=30)
def pictures() -> None:
    ticks.pictures()


@shared_task(name="engine.letters", expires=30)
def letters() -> None:
    ticks.letters()


@shared_task(name="engine.calendar", expires=600)
def calendar() -> None:
    ticks.calendar()


@shared_task(name="engine.debts", expires=600)
def debts() -> None:
    ticks.debts()


@shared_task(name="engine.uploads", expires=300)
def uploads() -> None:
    ticks.uploads()


@shared_task(name="engine.jury", expires=60)
def jury() -> None:
    ticks.jury()


@shared_task(name="engine.anchoring", expires=3600)
def anchoring() -> None:
    ticks.anchoring()


@shared_task(name="engine.reading", expires=600)
def reading() -> None:
    ticks.reading()


@shared_task(name="engine.copies", expires=60)
def copies() -> None:
    ticks.copies()


@shared_task(name="engine.measures", expires=3600)
def measures() -> None:
    ticks.measures()


@shared_task(name="engine.housekeeping", expires=3600)
def housekeeping() -> None:
    ticks.housekeeping()
