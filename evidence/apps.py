from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core import checks

from evidence import media


class EvidenceConfig(AppConfig):
    name = "evidence"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        checks.register(what_is_wanted_is_installed)


def what_is_wanted_is_installed(**_about: Any) -> list[checks.CheckMessage]:
    """Reading digits is asked for, and nothing here can: said at the start, where operations see it."""
    if not settings.HENG_OCR or media.reads_digits():
        return []
    hint = "Install the extra: pip install heng[ocr]"
    return [
        checks.Warning("HENG_OCR is set, but RapidOCR is not installed: no digits are read.", hint, id="evidence.W001")
    ]
