"""Make a signing key and say how to take it into use. Prints it once and keeps nothing."""

from __future__ import annotations

import secrets
from typing import Any

from django.core.management.base import BaseCommand

from common import signet


class Command(BaseCommand):
    help = "Make a new Ed25519 signing key; the one in use has to be listed as retired when it is replaced."

    def handle(self, *args: Any, **options: Any) -> None:
        seed = signet.encode(secrets.token_bytes(32))
        public = signet.public_half(seed)
        self.stdout.write(f"HENG_SIGNING_KEY={seed}")
        self.stdout.write(f"# its id: {signet.id_of(public)}, its public half: {public}")
        self.stdout.write("# add the key in use now to those retired before it:")
        retired = [key.public for key in signet.listed()]
        self.stdout.write(f"HENG_RETIRED_SIGNING_KEYS={','.join(retired)}")
