"""The pictures of listings that cases stand on: fetched from the marketplace, taken in like any file, kept by digest."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import datetime

from django.conf import settings

from common.errors import Refused
from evidence import intake, limits, record_pictures, sniff
from marketplace import pictures
from marketplace.pictures import Failure

_PASSES = ("storage_unavailable", "scanner_unavailable")  # the fault is ours and passes


def fetch_next(instant: Callable[[], datetime]) -> bool:
    """One picture that is wanted. False when there is none, or no host that may be asked: then they wait."""
    if not settings.HENG_PICTURE_HOSTS:
        return False
    wanted = record_pictures.claim_next(instant())
    if wanted is None:
        return False
    try:
        with tempfile.SpooledTemporaryFile(max_size=1024 * 1024) as file:
            pictures.fetch(wanted.url, file, sha256=wanted.sha256, most=limits.FILE_BYTES)
            file.seek(0)
            if not (sniff.type_of(file.read(sniff.HEAD)) or "").startswith("image/"):
                raise Failure("no_picture", for_good=True)
            file.seek(0)
            received = intake.receive(file, claimed_name="", now=instant())
    except Failure as failure:
        record_pictures.note_failure(wanted.pk, failure.code, for_good=failure.for_good, now=instant())
    except Refused as refused:
        for_good = refused.code not in _PASSES
        record_pictures.note_failure(wanted.pk, refused.code, for_good=for_good, now=instant())
    else:
        record_pictures.keep(wanted.pk, received)
    return True
