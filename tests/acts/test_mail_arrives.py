"""Whether e-mail reaches a person is known, said to them, and can be tried."""

from __future__ import annotations

from datetime import timedelta
from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from common import clock
from common.actor import Actor
from common.errors import Refused
from disputes import negotiation
from engine import delivery
from notifications import sending, trials
from notifications.models import Email, Trial
from tests import builders, reach

pytestmark = pytest.mark.django_db

NO_SUCH_MAILBOX = SMTPRecipientsRefused({"l@example.com": (550, b"no such user")})
FULL_FOR_NOW = SMTPRecipientsRefused({"l@example.com": (452, b"mailbox full")})


def person(actor: Actor) -> User:
    return User.objects.get(pk=actor.id)


def with_address(actor: Actor) -> User:
    User.objects.filter(pk=actor.id).update(email="l@example.com")
    return person(actor)


def signed_in(actor: Actor) -> Client:
    client = Client()
    client.force_login(person(actor))
    return client


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> list[Exception]:
    """What the mail server answers, one after another; then it takes everything."""
    answers: list[Exception] = []
    take = mail.EmailMessage.send

    def send(message: Any, *args: Any, **kwargs: Any) -> Any:
        if answers:
            raise answers.pop(0)
        return take(message, *args, **kwargs)

    monkeypatch.setattr(mail.EmailMessage, "send", send)
    return answers


def a_waiting_email() -> tuple[reach.Scene, Email]:
    made = reach.a_scene()
    with_address(made.buyer)
    negotiation.refuse(made.case.pk, text="不同意。", actor=made.merchant, now=clock.now())
    while delivery.deliver(limit=100).entries:
        pass
    email = Email.objects.get(notice__user_id=made.buyer.id)
    Email.objects.exclude(pk=email.pk).delete()
    return made, email


def test_a_mailbox_that_is_not_there_is_given_up_at_once_and_said(server: list[Exception]) -> None:
    made, email = a_waiting_email()
    server.append(NO_SUCH_MAILBOX)
    now = clock.now()
    assert sending.send_due(limit=9, now=now) == 0
    email.refresh_from_db()
    assert (email.state, email.error) == (Email.PARKED, "SMTPRecipientsRefused")
    assert person(made.buyer).mail_fails_since == now
    for path in ("/my/", "/my/inbox/", "/my/settings/"):
        assert "发给你的邮件没有送达" in signed_in(made.buyer).get(path).content.decode()


def test_a_mailbox_that_is_full_and_a_server_that_is_away_are_asked_again(server: list[Exception]) -> None:
    made, email = a_waiting_email()
    server += [FULL_FOR_NOW, SMTPServerDisconnected("away")]
    now = clock.now()
    for attempt, back_off in enumerate(sending.BACK_OFF[:2], start=1):
        assert sending.send_due(limit=9, now=now) == 0
        email.refresh_from_db()
        assert (email.state, email.attempts, email.retry_at) == (Email.WAITING, attempt, now + back_off)
        now += back_off
    assert person(made.buyer).mail_fails_since is None
    assert sending.send_due(limit=9, now=now) == 1


def test_what_was_tried_for_two_days_counts_as_not_arriving(server: list[Exception]) -> None:
    made, email = a_waiting_email()
    now = clock.now()
    for _attempt in range(len(sending.BACK_OFF) + 1):
        server.append(SMTPServerDisconnected("away"))
        sending.send_due(limit=9, now=now)
        now += timedelta(days=1)
    email.refresh_from_db()
    assert email.state == Email.PARKED
    assert person(made.buyer).mail_fails_since is not None


def test_the_first_one_that_arrives_ends_it(server: list[Exception]) -> None:
    made, _email = a_waiting_email()
    User.objects.filter(pk=made.buyer.id).update(mail_fails_since=clock.now())
    assert sending.send_due(limit=9, now=clock.now()) == 1
    assert person(made.buyer).mail_fails_since is None
    assert "没有送达" not in signed_in(made.buyer).get("/my/settings/").content.decode()


def test_a_shop_sees_it_in_its_inbox_without_a_query_more() -> None:
    made = reach.a_scene()
    client = signed_in(made.merchant)
    client.get("/shop/")
    with CaptureQueriesContext(connection) as before:
        client.get("/shop/")
    User.objects.filter(pk=made.merchant.id).update(mail_fails_since=clock.now())
    with CaptureQueriesContext(connection) as after:
        page = client.get("/shop/").content.decode()
    assert "发给你的邮件没有送达" in page
    assert len(after) == len(before)


@pytest.mark.parametrize(
    ("answer", "state", "said"),
    [(None, Trial.SENT, "邮件服务器已接收"), (NO_SUCH_MAILBOX, Trial.REFUSED, "邮件服务器没有接收")],
)
@pytest.mark.parametrize("side", ["buyer", "merchant"])
def test_a_test_email_is_asked_for_on_the_page_and_the_page_tells(
    side: str, answer: Exception | None, state: str, said: str, server: list[Exception]
) -> None:
    made = reach.a_scene()
    actor = getattr(made, side)
    with_address(actor)
    path, ask, form = {
        "buyer": ("/my/settings/", "/my/settings/test-mail/", {}),
        "merchant": ("/shop/settings/", "/shop/settings/", {"what": "test_mail"}),
    }[side]
    client = signed_in(actor)
    shown = client.get(path).content.decode()
    assert "l***@example.com" in shown and "l@example.com" not in shown
    assert client.post(ask, form).status_code == 302
    assert "正在发送" in client.get(path).content.decode()
    server += [answer] if answer else []
    assert trials.send_due(limit=9, now=clock.now()) == (answer is None)
    assert Trial.objects.get().state == state
    assert said in client.get(path).content.decode()
    assert (person(actor).mail_fails_since is None) == (answer is None)
    assert [message.to for message in mail.outbox] == ([["l@example.com"]] if answer is None else [])
    # One in ten minutes, and it is said.
    assert "后可以再发" in client.post(ask, form, follow=True).content.decode()
    assert trials.send_due(limit=9, now=clock.now()) == 0


def test_nothing_is_sent_to_somebody_without_an_address() -> None:
    buyer = builders.a_buyer()
    assert buyer.id is not None
    User.objects.filter(pk=buyer.id).update(email="")
    with pytest.raises(Refused, match="no_email_address"):
        trials.ask(buyer.id, now=clock.now())
    assert "没有登记你的邮箱地址" in signed_in(buyer).get("/my/settings/").content.decode()


def test_a_test_email_whose_worker_died_is_sent_by_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    buyer = builders.a_buyer()
    assert buyer.id is not None
    with_address(buyer)
    now = clock.now()
    trials.ask(buyer.id, now=now)
    trials._claim(9, now)  # and then it was killed
    assert trials.send_due(limit=9, now=now + timedelta(minutes=1)) == 0
    assert trials.send_due(limit=9, now=now + timedelta(minutes=3)) == 1
