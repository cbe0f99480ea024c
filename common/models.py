"""The one fact that everybody shares: how far the demo clock runs ahead."""

from __future__ import annotations

from datetime import timedelta

from django.db import models


class ClockOffset(models.Model):
    """A single row, honoured by the SQL function ``heng_now()``. Zero outside demo installations and tests."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    ahead = models.DurationField(default=timedelta)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="clock_offset_is_one_row"),
            models.CheckConstraint(condition=models.Q(ahead__gte=timedelta()), name="clock_never_runs_back"),
        ]
