"""Fill a demo installation. Running it again changes nothing."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from common import clock
from engine import demo, demo_inbox, demo_precedents


class Command(BaseCommand):
    help = "Load rules, demo people, a demo marketplace's feed and cases in every state."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.HENG_DEMO:
            raise CommandError("HENG_DEMO is off: this installation is not a demo.")
        now = clock.now()
        made = demo.seed(now) + demo_precedents.seed(now)
        if made:
            demo_inbox.tell(now)
        self.stdout.write(f"{made} cases made" if made else "the demo is filled already")
