"""What a person wants to be told besides the notices in the site. Notices in the site cannot be turned off."""

from __future__ import annotations

from common.acts import act
from notifications.models import Preference


def wants_email(user_id: int) -> bool:
    """Whether notices also go out by e-mail: yes, unless the person said no."""
    return Preference.objects.filter(user_id=user_id).values_list("email", flat=True).first() is not False


@act
def choose(user_id: int, *, email: bool) -> Preference:
    """From now on notices go out by e-mail, or do not."""
    preference, _ = Preference.objects.update_or_create(user_id=user_id, defaults={"email": email})
    return preference
