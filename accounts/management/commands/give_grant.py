"""Give a person an office from the command line: how the first ops person of an installation comes to be."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import grants
from accounts.models import Office, User
from common import clock
from common.actor import Actor
from common.errors import Refused


class Command(BaseCommand):
    help = "Give an office (arbitrator, senior, ops, juror) to a person."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("office", choices=[office.value for office in Office])
        parser.add_argument("--number", default="", help="what parties read of an arbitrator or senior, such as 018")
        parser.add_argument("--load-limit", type=int, default=30)

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["username"]).first()
        if user is None:
            raise CommandError(f"no such account: {options['username']}")
        try:
            grant = grants.give(
                user.pk,
                office=Office(options["office"]),
                number=options["number"],
                load_limit=options["load_limit"],
                actor=Actor.system(),
                now=clock.now(),
            )
        except Refused as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(f"{user.username}: {grant}")
