"""Taking the words out of cases that are over. Knows what of a case is words; refuses to know whether its time has come.

Rows, sums, moments and the journal stay: the chain holds digests and ids, so that it is checked as before.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from common.acts import require_act
from disputes.models import (
    Case,
    CaseFile,
    Consent,
    FilingDraft,
    Point,
    PointAnswer,
    ReplyDraft,
    ShopNote,
    Statement,
)


def erase(case_ids: Sequence[int], *, now: datetime) -> None:
    """Everything that somebody typed in these cases, and the copies of chat and parcels they were opened on, is gone.

    The caller holds their locks. That they are closed and free of a hold is the database's own condition.
    """
    require_act()
    Case.objects.filter(pk__in=case_ids).update(erased_at=now)
    Statement.objects.filter(case_id__in=case_ids).update(text="")
    Point.objects.filter(case_id__in=case_ids).update(text="")
    PointAnswer.objects.filter(point__case_id__in=case_ids).update(text="")
    Consent.objects.filter(case_id__in=case_ids).update(text="")
    CaseFile.objects.filter(case_id__in=case_ids, erased_at__isnull=True).update(body={}, erased_at=now)
    ShopNote.objects.filter(case_id__in=case_ids).delete()
    ReplyDraft.objects.filter(case_id__in=case_ids).delete()
    FilingDraft.objects.filter(case_id__in=case_ids).delete()
