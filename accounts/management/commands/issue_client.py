"""Make an API client from the command line. Prints the key once; it cannot be shown again."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import clients
from accounts.models import Scope
from common import clock
from common.actor import Actor
from common.errors import Refused


class Command(BaseCommand):
    help = "Make an API client and print its key once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name")
        parser.add_argument("--source", required=True, help="the feed whose orders and cases it may see")
        parser.add_argument("--scope", action="append", choices=[scope.value for scope in Scope], required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        scopes = [Scope(scope) for scope in options["scope"]]
        try:
            issued = clients.issue(
                options["name"],
                source=options["source"],
                scopes=scopes,
                actor=Actor.system(),
                now=clock.now(),
            )
        except Refused as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(issued.secret)
