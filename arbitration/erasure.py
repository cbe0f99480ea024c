"""Taking the words out of rulings and letters. Which finding, which clause and which sum stay, and the letter's digest:
whoever holds the paper can still have it verified.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from arbitration import prints
from arbitration.models import (
    Annotation,
    Appeal,
    Approval,
    Deviation,
    DraftAside,
    DrawnLine,
    HandBack,
    Observation,
    Precedent,
    Ruling,
    Skip,
)
from common.acts import require_act


def erase(case_ids: Sequence[int], *, now: datetime) -> None:
    """Reasons and letters of these cases are gone as of ``now``. Harmless to repeat."""
    require_act()
    left = {"erased_at__isnull": True}
    Approval.objects.filter(ruling__case_id__in=case_ids, **left).update(reason="", erased_at=now)
    Appeal.objects.filter(case_id__in=case_ids, **left).update(reasons="", letter=None, erased_at=now)
    Ruling.objects.filter(case_id__in=case_ids, **left).update(reasons="", letter=None, erased_at=now)
    prints.erase(case_ids, now=now)
    Skip.objects.filter(ruling__case_id__in=case_ids).exclude(reason="").update(reason="")
    Observation.objects.filter(ruling__case_id__in=case_ids).exclude(text="").update(text="")
    Annotation.objects.filter(case_id__in=case_ids).delete()
    DraftAside.objects.filter(ruling__case_id__in=case_ids).delete()
    DrawnLine.objects.filter(case_id__in=case_ids).delete()
    HandBack.objects.filter(case_id__in=case_ids).update(text="")
    Deviation.objects.filter(ruling__case_id__in=case_ids, **left).update(reason="", erased_at=now)
    # What it was about, and how it ended, goes on counting; nobody can read or search it.
    Precedent.objects.filter(case_id__in=case_ids, **left).update(reasons="", points=[], words=None, erased_at=now)
