"""A test e-mail that a person asks for, to see whether e-mail reaches them: sent once; their page says what came of it."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from smtplib import SMTPException

from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import User
from common.acts import act
from common.errors import Refused
from notifications import arrival
from notifications.models import Trial

log = logging.getLogger(__name__)

# A person may ask again after this long: nobody floods a mailbox from here.
AGAIN_AFTER = timedelta(minutes=10)
_CLAIM = timedelta(minutes=2)


@act
def ask(user_id: int, *, now: datetime) -> Trial:
    """A test e-mail is on its way. Raises ``Refused``: ``no_email_address``, ``tested_lately`` (again_at)."""
    user = User.objects.select_for_update().get(pk=user_id)
    if not user.email:
        raise Refused("no_email_address")
    last = Trial.objects.filter(user=user).first()
    if last is not None and now < last.asked_at + AGAIN_AFTER:
        raise Refused("tested_lately", again_at=(last.asked_at + AGAIN_AFTER).isoformat())
    fresh = {"asked_at": now, "state": Trial.WAITING, "retry_at": None, "settled_at": None}
    trial, _made = Trial.objects.update_or_create(user=user, defaults=fresh)
    return trial


def send_due(*, limit: int, now: datetime) -> int:
    """Send those that wait. Returns how many the mail server took."""
    taken = 0
    for trial in _claim(limit, now):
        try:
            _message(trial.user).send()
        except (SMTPException, OSError) as error:
            log.warning("mail_refused", extra={"trial": trial.pk, "error": type(error).__name__})
            _settle(trial, Trial.REFUSED, now)
        else:
            _settle(trial, Trial.SENT, now)
            taken += 1
    return taken


def _message(user: User) -> EmailMessage:
    with translation.override(user.language):
        body = render_to_string("notices/trial.txt", {})
        return EmailMessage(subject=_("A test e-mail from Heng"), body=body, to=[user.email])


@act
def _claim(limit: int, now: datetime) -> list[Trial]:
    """Take rows for two minutes: another worker passes over them; after a crash they are taken again."""
    waiting = Trial.objects.select_for_update(skip_locked=True, of=("self",)).filter(state=Trial.WAITING)
    rows = list(waiting.exclude(retry_at__gt=now).select_related("user").order_by("id")[:limit])
    Trial.objects.filter(pk__in=[row.pk for row in rows]).update(retry_at=now + _CLAIM)
    return rows


@act
def _settle(trial: Trial, state: str, now: datetime) -> None:
    Trial.objects.filter(pk=trial.pk, state=Trial.WAITING).update(state=state, settled_at=now, retry_at=None)
    if state == Trial.SENT:
        arrival.arrives(trial.user_id)
    else:
        arrival.is_missing(trial.user_id, since=now)
