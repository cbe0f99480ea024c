"""When an e-mail waits: quiet hours hold what is not urgent, and never what ends within a day. Pure; time is a value."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

HOUSE_ZONE = ZoneInfo("Asia/Shanghai")
URGENT = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Hours:
    """From the beginning of one hour of the day (0–23) to the beginning of another; across midnight where it is earlier."""

    since: int
    until: int

    def end_after(self, at: datetime) -> datetime | None:
        """When the quiet ends that ``at`` falls into; ``None`` if it falls into none. Both in the house's zone."""
        local = at.astimezone(HOUSE_ZONE)
        across = self.since > self.until
        inside = (
            local.hour >= self.since or local.hour < self.until if across else self.since <= local.hour < self.until
        )
        if not inside:
            return None
        end = local.replace(hour=self.until, minute=0, second=0, microsecond=0)
        return end if end > local else end + timedelta(days=1)


def held_until(at: datetime, hours: Hours | None, due: datetime | None) -> datetime | None:
    """Until when an e-mail waits that could go ``at`` now; ``None``: it goes. ``due``: the term it tells of, if any.

    What ends within a day always goes, and what comes to that while it waits goes in that moment.
    """
    end = hours.end_after(at) if hours is not None else None
    if end is None:
        return None
    if due is None or due <= at:
        return end
    if due - at <= URGENT:
        return None
    return min(end, due - URGENT)
