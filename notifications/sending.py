"""E-mails on their way: claimed, sent outside any transaction, and marked. A doubled wake-up sends nothing twice.

Between the mail server's acceptance and our mark a crash may repeat one e-mail; its Message-ID stays the same, so that
readers' programs fold the two into one.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from smtplib import SMTPException, SMTPRecipientsRefused

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from common.acts import act
from notifications import arrival, preferences, quiet, words
from notifications.catalogue import JURORS
from notifications.models import Email, Notice

log = logging.getLogger(__name__)

BACK_OFF = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=12),
    timedelta(hours=24),
)
DOMAIN = "heng.invalid"  # names our messages apart; it is no host and receives nothing
_CLAIM = timedelta(minutes=2)


def send_due(*, limit: int, now: datetime) -> int:
    """Send up to ``limit`` waiting e-mails, oldest first. Returns how many the mail server took."""
    sent = 0
    for email_id in _claim(limit, now):
        email = Email.objects.select_related("notice__user__notice_preference", "notice__case").get(pk=email_id)
        if not email.notice.user.email or not email.notice.user.is_active:
            _park(email_id, error="no_address", now=now)
            continue
        held = _held(email, now)
        if held is not None:
            _wait(email_id, until=held)
            continue
        try:
            _message(email).send()
        except SMTPRecipientsRefused as error:
            log.warning("mail_refused", extra={"email": email_id, "error": type(error).__name__})
            # 5xx: there is no such mailbox, and asking again does not make one (RFC 5321, 4.2.1).
            if all(500 <= code < 600 for code, _said in error.recipients.values()):
                _give_up(email, error=type(error).__name__, now=now)
            else:
                _retry(email, error=type(error).__name__, now=now)
        except (SMTPException, OSError) as error:
            log.warning("mail_refused", extra={"email": email_id, "error": type(error).__name__})
            _retry(email, error=type(error).__name__, now=now)
        else:
            _sent(email, now=now)
            sent += 1
    return sent


def _held(email: Email, now: datetime) -> datetime | None:
    """Until when the reader's quiet hours keep it; asked when it is sent, so that a change counts at once."""
    wanted = preferences.read(getattr(email.notice.user, "notice_preference", None))
    due = email.notice.params.get("due") or ""
    return quiet.held_until(now, wanted.quiet, datetime.fromisoformat(due) if due else None)


def _message(email: Email) -> EmailMessage:
    notice = email.notice
    with translation.override(notice.user.language):
        case = notice.case
        if notice.audience == JURORS:
            return _to_a_juror(notice)
        sentence = words.sentence(notice.kind, notice.audience, notice.params, case.title)
        subject = _("Case %(number)s: %(title)s") % {"number": case.number, "title": case.title[:40]}
        body = render_to_string(
            "notices/email.txt",
            {"sentence": sentence, "case": case, "url": f"{settings.HENG_SITE_URL}/go/{case.number}/"},
        )
        return EmailMessage(
            subject=subject,
            body=body,
            to=[notice.user.email],
            headers={"Message-ID": f"<notice-{notice.pk}@{DOMAIN}>"},
        )


def _to_a_juror(notice: Notice) -> EmailMessage:
    """Without the number and the goods of the case: a juror learns what they need on the page, and nothing by mail."""
    sentence = words.sentence(notice.kind, notice.audience, notice.params, "")
    body = render_to_string("notices/jury.txt", {"sentence": sentence, "url": f"{settings.HENG_SITE_URL}/jury/"})
    return EmailMessage(
        subject=_("Public jury"),
        body=body,
        to=[notice.user.email],
        headers={"Message-ID": f"<notice-{notice.pk}@{DOMAIN}>"},
    )


@act
def _claim(limit: int, now: datetime) -> list[int]:
    """Take rows for two minutes: another worker passes over them; after a crash they are taken again."""
    rows = (
        Email.objects.select_for_update(skip_locked=True)
        .filter(state=Email.WAITING)
        .exclude(retry_at__gt=now)
        .order_by("id")[:limit]
    )
    ids = [row.pk for row in rows]
    Email.objects.filter(pk__in=ids).update(retry_at=now + _CLAIM)
    return ids


@act
def _wait(email_id: int, *, until: datetime) -> None:
    Email.objects.filter(pk=email_id).update(retry_at=until)


@act
def _sent(email: Email, *, now: datetime) -> None:
    Email.objects.filter(pk=email.pk).update(state=Email.SENT, sent_at=now, retry_at=None, error="")
    arrival.arrives(email.notice.user_id)


@act
def _park(email_id: int, *, error: str, now: datetime) -> None:
    Email.objects.filter(pk=email_id).update(state=Email.PARKED, retry_at=None, error=error)


@act
def try_again(email_id: int) -> None:
    """Ops have looked at it: the e-mail that was parked is sent with the next round."""
    parked = Email.objects.filter(pk=email_id, state=Email.PARKED)
    parked.update(state=Email.WAITING, attempts=0, retry_at=None, error="")


@act
def _give_up(email: Email, *, error: str, now: datetime) -> None:
    Email.objects.filter(pk=email.pk).update(state=Email.PARKED, retry_at=None, error=error)
    arrival.is_missing(email.notice.user_id, since=now)


@act
def _retry(email: Email, *, error: str, now: datetime) -> None:
    row = Email.objects.select_for_update().get(pk=email.pk)
    attempts = row.attempts + 1
    if attempts > len(BACK_OFF):
        Email.objects.filter(pk=row.pk).update(state=Email.PARKED, attempts=attempts, retry_at=None, error=error)
        arrival.is_missing(email.notice.user_id, since=now)
        return
    Email.objects.filter(pk=row.pk).update(attempts=attempts, retry_at=now + BACK_OFF[attempts - 1], error=error)
