"""Publish the rule sets and calendars that come with Heng, where that has not been done yet."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from common import clock
from common.actor import Actor
from rulebook import publishing


class Command(BaseCommand):
    help = "Publish the rule sets and calendars that come with Heng. Running it again changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        loaded = publishing.load_catalogue(actor=Actor.system(), now=clock.now())
        for year in loaded.calendars:
            self.stdout.write(f"calendar {year.version}")
        for one in loaded.rule_sets:
            self.stdout.write(f"rules {one}, in force from {one.effective_from:%Y-%m-%d %H:%M} UTC")
        if not (loaded.calendars or loaded.rule_sets):
            self.stdout.write("rules and calendars are up to date")
