"""Write docs/openapi.yaml from the endpoints. A test keeps the file fresh."""

from __future__ import annotations

from typing import Any

import yaml
from django.conf import settings
from django.core.management.base import BaseCommand

from api import schema

PATH = settings.BASE_DIR / "docs" / "openapi.yaml"


def written() -> str:
    """The description as YAML, in the order of the endpoints."""
    text: str = yaml.safe_dump(schema.document(), sort_keys=False, allow_unicode=True, width=110)
    return text


class Command(BaseCommand):
    help = "Write docs/openapi.yaml."

    def handle(self, *args: Any, **options: Any) -> None:
        PATH.write_text(written(), encoding="utf-8")
        self.stdout.write(str(PATH))
