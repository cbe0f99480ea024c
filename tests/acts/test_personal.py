"""A person sets what comes by e-mail and when, and takes their own data along; nobody else's, and not for ever."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from accounts.models import User
from common import clock
from common.actor import Actor
from common.errors import Missing, Refused
from disputes import negotiation
from engine import delivery, personal, ticks
from insights.models import PersonalCopy
from notifications import preferences, sending
from notifications.models import Email, Preference
from notifications.preferences import Wanted
from notifications.quiet import Hours
from tests import builders, reach
from tests.reach import Scene
from tests.visiting import signed_in

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
NIGHT = Hours(22, 8)


@pytest.fixture(autouse=True)
def _addresses_without_a_prefix() -> Iterator[None]:
    """A reply in English leaves the thread in English; each test begins with the addresses of the default language."""
    with translation.override("zh-hans"):
        yield


def with_address(actor: Actor) -> None:
    User.objects.filter(pk=actor.id).update(email=f"{actor.id}@example.invalid")


def told(made: Scene) -> list[Email]:
    """The e-mails to the buyer that wait after everything was delivered."""
    while delivery.deliver(limit=100).entries:
        pass
    return list(Email.objects.filter(notice__user_id=made.buyer.id).select_related("notice").order_by("pk"))


# --- channels and quiet hours ----------------------------------------------------------------------------------


def test_who_wants_no_news_is_still_told_of_what_is_theirs_to_do() -> None:
    made = reach.a_scene()
    assert made.buyer.id is not None
    with_address(made.buyer)
    preferences.keep(made.buyer.id, Wanted(email=True, news=False))
    negotiation.refuse(made.case.pk, text="不同意。", actor=made.merchant, now=clock.now())
    assert [email.notice.kind for email in told(made)] == ["refund_refused"]  # it is the buyer's turn now
    reach.intervention.request(made.case.pk, reach.claim_of(made.reload()), actor=made.buyer, now=clock.now())
    reach.intervention.admit(made.case.pk, actor=made.ops, now=clock.now())
    reach.give_required_evidence(made)
    reach.submissions.hand_in(made.case.pk, actor=made.buyer, now=clock.now())
    before = len(told(made))
    reach.intervention.rebut(
        made.case.pk, reach.answers(made), text="出库质检完好。", actor=made.merchant, now=clock.now()
    )
    assert len(told(made)) == before  # the case waits for an arbitrator: news


def test_who_wants_everything_hears_of_it_and_who_wants_nothing_does_not() -> None:
    for wanted, most in ((Wanted(), True), (Wanted(email=False), False)):
        made = reach.a_scene()
        assert made.buyer.id is not None
        with_address(made.buyer)
        preferences.keep(made.buyer.id, wanted)
        negotiation.refuse(made.case.pk, text="不同意。", actor=made.merchant, now=clock.now())
        assert bool(told(made)) is most


def an_email(due: datetime | None, quiet: Hours | None) -> Email:
    made = reach.a_scene()
    assert made.buyer.id is not None
    with_address(made.buyer)
    preferences.keep(made.buyer.id, Wanted(quiet=quiet))
    negotiation.refuse(made.case.pk, text="不同意。", actor=made.merchant, now=clock.now())
    email = told(made)[0]
    Email.objects.exclude(pk=email.pk).delete()
    email.notice.params["due"] = due.isoformat() if due else ""
    email.notice.save(update_fields=["params"])
    return email


NIGHTFALL = datetime(2026, 12, 1, 15, 0, tzinfo=UTC)  # 23:00 in the house's zone


def test_at_night_mail_waits_for_the_morning_and_then_goes() -> None:
    email = an_email(None, NIGHT)
    assert sending.send_due(limit=9, now=NIGHTFALL) == 0
    email.refresh_from_db()
    assert email.retry_at == NIGHTFALL + 9 * HOUR
    assert (email.state, email.attempts) == (Email.WAITING, 0)
    assert sending.send_due(limit=9, now=NIGHTFALL + 8 * HOUR) == 0
    assert sending.send_due(limit=9, now=NIGHTFALL + 9 * HOUR) == 1
    assert len(mail.outbox) == 1


def test_what_ends_within_a_day_goes_in_the_middle_of_the_night() -> None:
    an_email(NIGHTFALL + 20 * HOUR, NIGHT)
    assert sending.send_due(limit=9, now=NIGHTFALL) == 1


def test_quiet_hours_are_two_different_hours_of_the_day() -> None:
    buyer = builders.a_buyer()
    assert buyer.id is not None
    for wrong in (Hours(8, 8), Hours(-1, 8), Hours(22, 24)):
        with pytest.raises(Refused, match="quiet_hours_unreadable"):
            preferences.keep(buyer.id, Wanted(quiet=wrong))
    with pytest.raises(IntegrityError), transaction.atomic():
        Preference.objects.create(user_id=buyer.id, quiet_since=3)


def test_the_page_keeps_what_was_chosen_and_shows_it_again() -> None:
    buyer = builders.a_buyer()
    assert buyer.id is not None
    client, path = signed_in(buyer), "/en/my/settings/"
    form = {"language": "en", "email": "mine", "quiet_since": "22", "quiet_until": "8"}
    assert client.post(path, form).status_code == 302
    assert preferences.of(buyer.id) == Wanted(email=True, news=False, quiet=NIGHT)
    page = client.get(path).content.decode()
    assert '<option value="22" selected>' in page and '<option value="8" selected>' in page
    for wrong in ({"quiet_until": ""}, {"quiet_since": "8"}, {"quiet_since": "25"}):
        assert client.post(path, {**form, **wrong}).status_code == 422
    # The shop's page, which knows of e-mail only, leaves the rest as it is.
    preferences.choose(buyer.id, email=False, colleagues=True)
    assert preferences.of(buyer.id) == Wanted(email=False, news=False, quiet=NIGHT, colleagues=True)
    assert client.post(path, form).status_code == 302
    assert preferences.of(buyer.id).colleagues, "nor does the buyer's page take away what it does not show"


def test_messages_stand_together_by_case() -> None:
    made = reach.refused()
    line = builders.a_line(made.buyer, made.shop, title="第二只壶")
    other = negotiation.open_refund(
        line.pk,
        kind=reach.Kind.REFUND_ONLY,
        type_code="DAMAGED",
        amount=line.paid,
        text="又裂了。",
        actor=made.buyer,
        now=clock.now(),
    )
    negotiation.refuse(other.pk, text="不同意。", actor=made.merchant, now=clock.now())
    told(made)
    page = signed_in(made.buyer).get("/en/my/inbox/").content.decode()
    assert page.count(f'id="c-{made.case.number}"') == page.count(f'id="c-{other.number}"') == 1
    assert page.index(other.number) < page.index(made.case.number)


# --- one's own data ---------------------------------------------------------------------------------------------


def unpacked(body: bytes) -> dict[str, object]:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return {name[:-5]: json.loads(archive.read(name)) for name in archive.namelist() if name.endswith(".json")}


def asked(actor: Actor) -> PersonalCopy:
    assert actor.id is not None
    personal.ask(actor.id, now=clock.now())
    assert ticks.copies() == 1
    return PersonalCopy.objects.get(user_id=actor.id)


def test_a_copy_has_what_the_person_said_and_nothing_that_only_others_said() -> None:
    made = reach.queued()
    copy = asked(made.buyer)
    assert made.buyer.id is not None and copy.body is not None
    body = personal.take(copy.token, user_id=made.buyer.id, now=clock.now())
    text = json.dumps(unpacked(body), ensure_ascii=False)
    for mine in ("收到时壶身有裂纹", "当晚开箱", "壶身已有裂纹", "壶身特写", made.case.number):
        assert mine in text, mine
    for others in ("汝窑开片", "出库时完好", "出库质检完好"):
        assert others not in text, others
    copy.refresh_from_db()
    assert (copy.taken, copy.taken_at is not None) == (1, True)


def test_a_copy_is_its_owners_alone_and_ends_after_a_week() -> None:
    made = reach.a_scene()
    copy = asked(made.buyer)
    path = reverse("buyer:copy", args=[copy.token])
    assert path in signed_in(made.buyer).get(reverse("buyer:settings")).content.decode()
    reply = signed_in(made.buyer).get(path)
    assert reply.status_code == 200 and unpacked(reply.content)["profile"]
    assert reply.headers["Cache-Control"] == "no-store"
    assert signed_in(builders.a_buyer()).get(path).status_code == 404
    assert Client().get(path).status_code in (302, 404)
    assert made.buyer.id is not None and copy.expires_at is not None
    with pytest.raises(Missing):
        personal.take(copy.token, user_id=made.buyer.id, now=copy.expires_at)
    assert personal.tidy(copy.expires_at) == 1
    assert not PersonalCopy.objects.exists()


def test_one_copy_a_day_is_made_and_asking_twice_is_asking_once() -> None:
    buyer = builders.a_buyer()
    assert buyer.id is not None
    first = personal.ask(buyer.id, now=clock.now())
    assert personal.ask(buyer.id, now=clock.now()).pk == first.pk
    ticks.copies()
    with pytest.raises(Refused, match="copy_asked_recently"):
        personal.ask(buyer.id, now=clock.now() + 23 * HOUR)
    assert personal.ask(buyer.id, now=clock.now() + 25 * HOUR).pk != first.pk


def test_a_copy_that_fails_holds_nobody_else_up(monkeypatch: pytest.MonkeyPatch) -> None:
    bad, good = builders.a_buyer(), builders.a_buyer()
    assert bad.id is not None and good.id is not None
    whole = personal.gather

    def gather(user_id: int, *, now: datetime) -> dict[str, object]:
        if user_id == bad.id:
            raise RuntimeError("broken")
        return whole(user_id, now=now)

    monkeypatch.setattr(personal, "gather", gather)
    personal.ask(bad.id, now=clock.now())
    personal.ask(good.id, now=clock.now())
    assert ticks.copies() == 4  # three tries of one, the other at once
    assert PersonalCopy.objects.get(user_id=good.id).made_at is not None
    assert ticks.copies() == 0
    monkeypatch.undo()
    personal.ask(bad.id, now=clock.now())
    assert ticks.copies() == 1
    assert PersonalCopy.objects.get(user_id=bad.id).made_at is not None


def test_gathering_costs_as_many_queries_for_three_cases_as_for_one() -> None:
    made = reach.refused()
    assert made.buyer.id is not None
    counts = []
    for _case in range(2):
        with CaptureQueriesContext(connection) as seen:
            personal.gather(made.buyer.id, now=clock.now())
        counts.append(len(seen))
        for _more in range(2):
            line = builders.a_line(made.buyer, made.shop)
            negotiation.open_refund(
                line.pk,
                kind=reach.Kind.REFUND_ONLY,
                type_code="DAMAGED",
                amount=line.paid,
                text="裂了。",
                actor=made.buyer,
                now=clock.now(),
            )
    assert counts[0] == counts[1] <= 17
