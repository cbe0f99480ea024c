"""What a person wants to be told besides the notices in the site. Notices in the site cannot be turned off."""

from __future__ import annotations

from dataclasses import dataclass

from common.acts import act
from common.errors import Refused
from notifications.models import Preference
from notifications.quiet import Hours


@dataclass(frozen=True, slots=True)
class Wanted:
    """``email``: of what is the reader's to do. ``news``: of everything else too. ``quiet``: when other mail waits.

    ``colleagues``: in a shop, also of cases that a colleague looks after and is written to about.
    """

    email: bool = True
    news: bool = True
    quiet: Hours | None = None
    colleagues: bool = False


def of(user_id: int) -> Wanted:
    """What this person chose; who chose nothing is told of everything at once."""
    return read(Preference.objects.filter(user_id=user_id).first())


def read(kept: Preference | None) -> Wanted:
    if kept is None:
        return Wanted()
    quiet = Hours(kept.quiet_since, kept.quiet_until) if kept.quiet_since is not None else None  # type: ignore[arg-type]
    return Wanted(kept.email, kept.news, quiet, kept.colleagues)


def wants_email(user_id: int) -> bool:
    """Whether notices also go out by e-mail: yes, unless the person said no."""
    return of(user_id).email


@act
def choose(user_id: int, *, email: bool, colleagues: bool) -> Preference:
    """From now on notices go out by e-mail, of colleagues' cases too, or do not; what else was chosen stays."""
    chosen = {"email": email, "colleagues": colleagues}
    preference, _ = Preference.objects.update_or_create(user_id=user_id, defaults=chosen)
    return preference


@act
def keep(user_id: int, wanted: Wanted) -> Preference:
    """From now on this is what the person wants. Raises ``Refused``: ``quiet_hours_unreadable``."""
    quiet = wanted.quiet
    if quiet is not None and not (0 <= quiet.since <= 23 and 0 <= quiet.until <= 23 and quiet.since != quiet.until):
        raise Refused("quiet_hours_unreadable")
    columns = {
        "email": wanted.email,
        "news": wanted.news,
        "colleagues": wanted.colleagues,
        "quiet_since": quiet.since if quiet else None,
        "quiet_until": quiet.until if quiet else None,
    }
    preference, _ = Preference.objects.update_or_create(user_id=user_id, defaults=columns)
    return preference
