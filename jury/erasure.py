"""Taking the words of jurors out of cases that are over. How many voted for whom stays, and every commitment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from common.acts import require_act
from jury.models import Ballot, Panel


def erase(case_ids: Sequence[int], *, now: datetime) -> None:
    """Reasons are gone as of ``now``, and with the panel's key also what is sealed. Harmless to repeat."""
    require_act()
    opened = Ballot.objects.filter(seat__panel__case_id__in=case_ids, opened_at__isnull=False, erased_at__isnull=True)
    opened.update(reason="", erased_at=now)
    Panel.objects.filter(case_id__in=case_ids).exclude(state=Panel.VOTING).exclude(key="").update(key="")
