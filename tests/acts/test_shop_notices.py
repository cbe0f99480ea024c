"""Who of a shop is told of what, and whom e-mail spares: a case has one who looks after it, and colleagues who need not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import translation

from accounts import memberships
from accounts.models import Membership, Right, User
from common import clock
from common.actor import Actor
from disputes import consents, handling, submissions
from disputes.lifecycle import Event
from engine import delivery
from journal.kinds import HOUSE_ONLY, Kind
from notifications import preferences, words
from notifications.models import Email, Notice
from tests import builders, reach
from tests.reach import Scene

pytestmark = pytest.mark.django_db

HELPER = (Right.VIEW, Right.RESPOND, Right.ACCEPT)


def a_helper(made: Scene, **fields: object) -> Actor:
    member = builders.a_member(made.shop, rights=HELPER, **fields)  # type: ignore[arg-type]
    User.objects.filter(pk__in=[member.id, made.merchant.id]).update(email="somebody@example.invalid")
    return member


def delivered() -> None:
    while delivery.deliver(limit=100).entries:
        pass


def told(kind: Kind) -> set[int]:
    delivered()
    return set(Notice.objects.filter(kind=kind.value).values_list("user_id", flat=True))


def mailed(kind: Kind) -> set[int]:
    delivered()
    return set(Email.objects.filter(notice__kind=kind.value).values_list("notice__user_id", flat=True))


def test_whoever_gets_a_case_is_told_by_e_mail_too_and_nobody_else():
    made = reach.a_scene()
    helper, other = a_helper(made), a_helper(made)
    handling.assign(made.case.pk, member_id=helper.id, note="买家要发票", actor=made.merchant, now=clock.now())
    assert told(Kind.SHOP_ASSIGNED) == {helper.id}
    assert mailed(Kind.SHOP_ASSIGNED) == {helper.id}
    handling.assign(made.case.pk, member_id=helper.id, actor=made.merchant, now=clock.now())
    handling.assign(made.case.pk, member_id=None, actor=made.merchant, now=clock.now())
    delivered()
    assert Notice.objects.filter(kind=Kind.SHOP_ASSIGNED.value).count() == 1, "what changes nothing is no news"
    handling.assign(made.case.pk, member_id=other.id, actor=other, now=clock.now())
    assert told(Kind.SHOP_ASSIGNED) == {helper.id}, "who takes a case knows"


def test_who_gets_a_case_reads_until_when_the_shop_has_while_it_is_its_turn_and_only_then():
    made = reach.a_scene()
    helper = a_helper(made)
    handling.assign(made.case.pk, member_id=helper.id, actor=made.merchant, now=clock.now())
    delivered()
    notice = Notice.objects.get(kind=Kind.SHOP_ASSIGNED.value)
    with translation.override("en"):
        said = words.sentence(notice.kind, notice.audience, notice.params, "壶")
    assert "The shop has until" in said and notice.params["due"] == made.reload().due_at.isoformat()

    theirs = reach.refused()
    other = a_helper(theirs)
    handling.assign(theirs.case.pk, member_id=other.id, actor=theirs.merchant, now=clock.now())
    delivered()
    notice = Notice.objects.get(kind=Kind.SHOP_ASSIGNED.value, case=theirs.case)
    with translation.override("en"):
        assert "until" not in words.sentence(notice.kind, notice.audience, notice.params, "壶")


def test_a_second_person_is_asked_for_and_the_first_hears_of_a_no():
    made = reach.handed_in()
    helper, small = a_helper(made), a_helper(made, limit=20_000)
    waiting = consents.propose(made.case.pk, event=Event.CLAIM_ACCEPTED, amount=68_000, actor=helper, now=clock.now())
    assert told(Kind.SECOND_PERSON_ASKED) == mailed(Kind.SECOND_PERSON_ASKED) == {made.merchant.id}
    notice = Notice.objects.get(kind=Kind.SECOND_PERSON_ASKED.value)
    assert "680.00" in words.sentence(notice.kind, notice.audience, notice.params, "壶")
    consents.decline(waiting.pk, actor=made.merchant, now=clock.now())
    assert told(Kind.SECOND_PERSON_DECLINED) == {helper.id}
    again = consents.propose(made.case.pk, event=Event.CLAIM_ACCEPTED, amount=68_000, actor=helper, now=clock.now())
    consents.decline(again.pk, actor=helper, now=clock.now())
    assert small.id not in told(Kind.SECOND_PERSON_ASKED)
    assert Notice.objects.filter(kind=Kind.SECOND_PERSON_DECLINED.value).count() == 1, "who takes it back knows"


def test_what_a_shop_arranges_is_on_no_other_sides_timeline():
    assert {Kind.SHOP_ASSIGNED, Kind.SECOND_PERSON_ASKED, Kind.SECOND_PERSON_DECLINED} <= HOUSE_ONLY


def test_e_mail_about_a_case_goes_to_whoever_looks_after_it():
    made = reach.admitted()
    helper, other = a_helper(made), a_helper(made)
    preferences.keep(other.id, preferences.Wanted(colleagues=True))
    handling.assign(made.case.pk, member_id=helper.id, actor=helper, now=clock.now())
    Email.objects.all().delete()
    reach.give_required_evidence(made)
    submissions.hand_in(made.case.pk, actor=made.buyer, now=clock.now())
    everybody = {made.merchant.id, helper.id, other.id}
    assert everybody <= told(Kind.BUYER_HANDED_IN), "in the site everybody may know"
    assert mailed(Kind.BUYER_HANDED_IN) & everybody == {helper.id, other.id}


def test_while_they_are_away_the_mail_goes_to_whom_they_named_and_without_anybody_to_all():
    made = reach.admitted()
    helper, other = a_helper(made), a_helper(made)
    handling.assign(made.case.pk, member_id=helper.id, actor=helper, now=clock.now())
    mine = Membership.objects.get(user_id=helper.id)
    until = clock.now() + timedelta(days=2)
    memberships.go_away(mine.pk, until=until, cover_id=other.id, actor=helper, now=clock.now())
    reach.give_required_evidence(made)
    everybody = {made.merchant.id, helper.id, other.id}
    assert mailed(Kind.EVIDENCE_ADDED) & everybody == {other.id}
    # Whoever covers wants no e-mail: then nobody is spared, lest a term runs out unseen.
    preferences.keep(other.id, preferences.Wanted(email=False))
    submissions.hand_in(made.case.pk, actor=made.buyer, now=clock.now())
    assert mailed(Kind.BUYER_HANDED_IN) & everybody == {made.merchant.id, helper.id}


def test_the_same_proposal_sent_twice_asks_a_second_person_once():
    made = reach.handed_in()
    helper = a_helper(made)
    asked = {"event": Event.CLAIM_ACCEPTED, "amount": 68_000, "text": "收到的照片很清楚", "actor": helper}
    first = consents.propose(made.case.pk, now=clock.now(), **asked)
    assert consents.propose(made.case.pk, now=clock.now(), **asked).pk == first.pk
    delivered()
    assert Notice.objects.filter(kind=Kind.SECOND_PERSON_ASKED.value).count() == 1
    other = consents.propose(made.case.pk, now=clock.now(), **{**asked, "text": "请今天确认"})
    delivered()
    assert other.pk != first.pk and Notice.objects.filter(kind=Kind.SECOND_PERSON_ASKED.value).count() == 2


def test_whoever_left_the_shop_before_it_was_told_hears_nothing_of_its_cases():
    made = reach.handed_in()
    helper = a_helper(made)
    waiting = consents.propose(made.case.pk, event=Event.CLAIM_ACCEPTED, amount=68_000, actor=helper, now=clock.now())
    delivered()
    handling.assign(made.case.pk, member_id=helper.id, actor=made.merchant, now=clock.now())
    consents.decline(waiting.pk, actor=made.merchant, now=clock.now())
    theirs = Membership.objects.get(user_id=helper.id)
    memberships.remove(theirs.pk, actor=made.merchant, now=clock.now())
    assert helper.id not in told(Kind.SHOP_ASSIGNED) | told(Kind.SECOND_PERSON_DECLINED)
