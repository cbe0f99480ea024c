"""Make a signing key and say how to take it into use. Prints it once and keeps nothing."""

from __future__ import annotations

import secrets
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from common import signet


class Command(BaseCommand):
    help = "Make a new Ed25519 signing key; the one in use has to be listed as retired when it is replaced."

    def handle(self, *args: Any, **options: Any) -> None:
        seed = signet.encode(secrets.token_bytes(32))
        public = signet.public_half(seed)
        self.stdout.write(f"HENG_SIGNING_KEY={seed}")
        self.stdout.write(f"# its id: {signet.id_of(public)}, its public half: {public}")
        # The key that stands in the source, for demonstrations, is everybody's and never becomes one that counts.
        before = [key.public for key in signet.listed() if key.retired or settings.HENG_SIGNING_KEY_IS_OURS]
        if before:
            self.stdout.write("# the key in use now joins those that were replaced before it:")
            self.stdout.write(f"HENG_RETIRED_SIGNING_KEYS={','.join(before)}")
