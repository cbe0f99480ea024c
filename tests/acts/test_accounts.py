"""Who may be whom: offices, shops, the ids of the feed, and the people of the demo."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction
from django.test import override_settings

from accounts import conflicts, demo, grants, hats, identities, memberships, people
from accounts.models import Grant, Identity, Membership, Merchant, Office, Right, User
from common.actor import Actor, Role
from common.acts import act
from common.errors import Missing, Refused

pytestmark = pytest.mark.django_db(transaction=True)
NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)
SYSTEM = Actor.system()


@act
def person(username: str) -> User:
    return people.establish(username, display_name=username.title())


@act
def buyer(external_id: str, name: str = "") -> User:
    return identities.buyer_for("market", external_id, name)


@act
def shop(external_id: str = "shop-9") -> Merchant:
    return identities.merchant_for("market", external_id, "Pots")


def ops() -> Actor:
    user = person("ops")
    grants.give(user.pk, office=Office.OPS, actor=SYSTEM, now=NOON)
    return Actor.staff(Role.OPS, user.pk)


def owner_of(merchant: Merchant, username: str = "owner") -> tuple[Membership, Actor]:
    user = person(username)
    membership = memberships.invite(merchant.pk, user_id=user.pk, rights=Right, actor=SYSTEM, now=NOON)
    return membership, Actor.merchant(user.pk, merchant.pk)


def test_a_shop_takes_in_nobody_who_decides_or_works_for_the_platform_but_a_juror() -> None:
    merchant = shop()
    _, owner = owner_of(merchant)
    for office, number in ((Office.ARBITRATOR, "018"), (Office.SENIOR, "007"), (Office.OPS, "")):
        user = person(f"official-{office.value}")
        grant = grants.give(user.pk, office=office, number=number, actor=SYSTEM, now=NOON)
        with pytest.raises(Refused, match="nobody_by_that_name"):
            memberships.invite(merchant.pk, user_id=user.pk, rights=[Right.VIEW], actor=owner, now=NOON)
        grants.revoke(grant.pk, actor=SYSTEM, now=NOON)
        assert memberships.invite(merchant.pk, user_id=user.pk, rights=[Right.VIEW], actor=owner, now=NOON)
    juror = person("juror")
    grants.give(juror.pk, office=Office.JUROR, actor=SYSTEM, now=NOON)
    assert memberships.invite(merchant.pk, user_id=juror.pk, rights=[Right.VIEW], actor=owner, now=NOON)


def test_a_revoked_grant_works_at_once() -> None:
    user = person("judge")
    grant = grants.give(user.pk, office=Office.ARBITRATOR, number="018", actor=SYSTEM, now=NOON)
    actor = hats.actor_for(user, Role.ARBITRATOR)
    assert hats.still_holds(actor)
    grants.revoke(grant.pk, actor=ops(), now=NOON)
    assert not hats.still_holds(actor)
    with pytest.raises(Missing):
        hats.actor_for(user, Role.ARBITRATOR)


def test_nobody_gives_themselves_an_office() -> None:
    actor = ops()
    assert actor.id is not None
    with pytest.raises(Refused, match="not_for_yourself"):
        grants.give(actor.id, office=Office.SENIOR, number="001", actor=actor, now=NOON)


def test_an_arbitrator_gives_no_offices() -> None:
    judge, other = person("judge"), person("other")
    grants.give(judge.pk, office=Office.ARBITRATOR, number="018", actor=SYSTEM, now=NOON)
    with pytest.raises(Missing):
        grants.give(other.pk, office=Office.JUROR, actor=Actor.staff(Role.ARBITRATOR, judge.pk), now=NOON)


def test_ops_out_of_office_give_no_offices() -> None:
    actor, other = ops(), person("other")
    grants.revoke(Grant.objects.get(user_id=actor.id).pk, actor=SYSTEM, now=NOON)
    with pytest.raises(Missing):
        grants.give(other.pk, office=Office.JUROR, actor=actor, now=NOON)


def test_a_number_is_never_given_to_a_second_person() -> None:
    first, second = person("first"), person("second")
    grant = grants.give(first.pk, office=Office.ARBITRATOR, number="018", actor=SYSTEM, now=NOON)
    grants.revoke(grant.pk, actor=SYSTEM, now=NOON)
    with pytest.raises(Refused, match="number_taken"):
        grants.give(second.pk, office=Office.ARBITRATOR, number="018", actor=SYSTEM, now=NOON)


def test_an_arbitrator_without_a_number_is_refused_by_act_and_database() -> None:
    user = person("judge")
    with pytest.raises(Refused, match="number_missing"):
        grants.give(user.pk, office=Office.ARBITRATOR, actor=SYSTEM, now=NOON)
    with pytest.raises(IntegrityError), transaction.atomic():
        Grant.objects.create(user=user, role="senior", since=NOON)


def test_giving_the_same_office_twice_changes_nothing_and_new_terms_keep_the_old_row() -> None:
    user = person("judge")
    first = grants.give(user.pk, office=Office.ARBITRATOR, number="018", actor=SYSTEM, now=NOON)
    again = grants.give(user.pk, office=Office.ARBITRATOR, number="018", actor=SYSTEM, now=NOON)
    assert again.pk == first.pk
    later = NOON + timedelta(days=1)
    busier = grants.give(user.pk, office=Office.ARBITRATOR, number="018", load_limit=50, actor=SYSTEM, now=later)
    first.refresh_from_db()
    assert (first.revoked_at, busier.load_limit) == (later, 50)


def test_the_last_owner_cannot_go_nor_stop_being_one() -> None:
    membership, actor = owner_of(shop())
    with pytest.raises(Refused, match="last_owner"):
        memberships.remove(membership.pk, actor=actor, now=NOON)
    with pytest.raises(Refused, match="last_owner"):
        memberships.change(membership.pk, rights=[Right.VIEW], accept_limit=None, actor=actor, now=NOON)
    owner_of(Merchant.objects.get(), "second")
    memberships.remove(membership.pk, actor=actor, now=NOON)
    assert not hats.still_holds(actor)


def test_an_owner_cannot_touch_another_shop() -> None:
    ours, theirs = shop("a"), shop("b")
    _, actor = owner_of(ours)
    membership, _ = owner_of(theirs, "stranger")
    with pytest.raises(Missing):
        memberships.remove(membership.pk, actor=actor, now=NOON)
    with pytest.raises(Missing):
        memberships.invite(theirs.pk, user_id=person("x").pk, rights=[Right.VIEW], actor=actor, now=NOON)


def test_a_sub_account_gives_no_rights() -> None:
    merchant = shop()
    owner_of(merchant)
    helper = person("helper")
    memberships.invite(merchant.pk, user_id=helper.pk, rights=[Right.RESPOND], actor=SYSTEM, now=NOON)
    actor = Actor.merchant(helper.pk, merchant.pk)
    with pytest.raises(Missing):
        memberships.invite(merchant.pk, user_id=person("x").pk, rights=[Right.VIEW], actor=actor, now=NOON)


def test_a_member_with_a_limit_gives_no_more_than_that() -> None:
    merchant = shop()
    _, owner = owner_of(merchant)
    limited = Actor.merchant(owner.id, merchant.pk, limit=5_000)
    invited = person("x")
    for limit in (None, 5_001):
        with pytest.raises(Refused, match="more_than_you_have"):
            memberships.invite(
                merchant.pk,
                user_id=invited.pk,
                rights=[Right.ACCEPT],
                accept_limit=limit,
                actor=limited,
                now=NOON,
            )


def test_a_member_who_may_not_accept_has_the_limit_zero() -> None:
    merchant = shop()
    helper = person("helper")
    memberships.invite(
        merchant.pk, user_id=helper.pk, rights=[Right.RESPOND], accept_limit=9_000, actor=SYSTEM, now=NOON
    )
    actor = hats.actor_for(helper, Role.MERCHANT, merchant.pk)
    assert actor.limit == 0
    assert hats.rights_of(actor) == {Right.VIEW, Right.RESPOND}


def test_changed_rights_keep_what_could_be_done_before() -> None:
    merchant = shop()
    _, owner = owner_of(merchant)
    helper = person("helper")
    old = memberships.invite(
        merchant.pk, user_id=helper.pk, rights=[Right.ACCEPT], accept_limit=100, actor=owner, now=NOON
    )
    new = memberships.change(old.pk, rights=[Right.ACCEPT], accept_limit=300, actor=owner, now=NOON)
    old.refresh_from_db()
    assert (old.removed_at, old.accept_limit, new.accept_limit) == (NOON, 100, 300)
    assert hats.actor_for(helper, Role.MERCHANT).limit == 300


def test_a_disabled_person_has_no_hat_and_no_session() -> None:
    user = buyer("b-1", "Lin")
    from django.contrib.sessions.backends.db import SessionStore

    session = SessionStore()
    session["_auth_user_id"] = str(user.pk)
    session.create()
    actor = hats.actor_for(user, Role.BUYER)
    people.disable(user.pk, actor=ops(), now=NOON)
    user.refresh_from_db()
    assert hats.hats_of(user) == []
    assert not hats.still_holds(actor)
    assert session.session_key is not None
    assert not SessionStore().exists(session.session_key)


def test_a_stranger_has_no_hat() -> None:
    assert hats.hats_of(AnonymousUser()) == []


def test_a_feed_meets_the_same_buyer_once_and_never_by_another_sources_id() -> None:
    first, again = buyer("u-1", "Lin"), buyer("u-1", "Someone else")
    assert first.pk == again.pk
    assert again.display_name == "Lin"

    @act
    def elsewhere() -> User:
        return identities.buyer_for("other", "u-1", "Gu")

    assert elsewhere().pk != first.pk
    assert not first.has_usable_password()


def test_a_buyer_and_a_shop_may_bear_the_same_external_id() -> None:
    user, merchant = buyer("42"), shop("42")
    assert identities.find_buyer("market", "42") == user.pk
    assert identities.find_merchant("market", "42") == merchant.pk


def test_many_buyers_cost_no_more_statements_than_one(django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    @act
    def meet(many: int) -> dict[str, int]:
        return identities.buyers_for("market", {f"n-{number}": "" for number in range(many)})

    with django_assert_max_num_queries(6):
        assert len(meet(200)) == 200
    assert Identity.objects.count() == 200


def test_an_identity_is_a_person_or_a_shop_and_never_both() -> None:
    user, merchant = buyer("1"), shop("1")
    with pytest.raises(IntegrityError), transaction.atomic():
        Identity.objects.create(source="x", external_id="y", user=user, merchant=merchant)


def test_who_once_worked_for_a_shop_keeps_an_interest_in_it() -> None:
    merchant = shop()
    owner_of(merchant)
    helper, someone = person("helper"), buyer("b-9")
    membership = memberships.invite(merchant.pk, user_id=helper.pk, rights=[Right.VIEW], actor=SYSTEM, now=NOON)
    memberships.remove(membership.pk, actor=SYSTEM, now=NOON)
    assert conflicts.has_interest(helper.pk, buyer_id=someone.pk, merchant_id=merchant.pk)
    assert list(conflicts.shops_of(helper.pk)) == [merchant.pk]


def test_interest_is_in_oneself_and_in_declared_ties_and_in_nothing_else() -> None:
    judge, sister, other, merchant = person("judge"), buyer("s"), buyer("o"), shop()
    actor = Actor.staff(Role.ARBITRATOR, judge.pk)
    assert not conflicts.has_interest(judge.pk, buyer_id=sister.pk, merchant_id=merchant.pk)
    conflicts.declare(person_id=sister.pk, actor=actor, now=NOON)
    conflicts.declare(person_id=sister.pk, actor=actor, now=NOON)
    assert conflicts.has_interest(judge.pk, buyer_id=sister.pk, merchant_id=merchant.pk)
    assert not conflicts.has_interest(judge.pk, buyer_id=other.pk, merchant_id=merchant.pk)
    conflicts.declare(merchant_id=merchant.pk, actor=actor, now=NOON)
    assert conflicts.has_interest(judge.pk, buyer_id=other.pk, merchant_id=merchant.pk)
    assert conflicts.has_interest(judge.pk, buyer_id=judge.pk, merchant_id=0)


@override_settings(HENG_DEMO=True)
def test_the_demo_people_are_made_once_and_have_their_hats() -> None:
    first = demo.ensure_demo_accounts(now=NOON)
    counts = (User.objects.count(), Membership.objects.count(), Grant.objects.count())
    again = demo.ensure_demo_accounts(now=NOON + timedelta(days=1))
    assert {key: user.pk for key, user in first.items()} == {key: user.pk for key, user in again.items()}
    assert (User.objects.count(), Membership.objects.count(), Grant.objects.count()) == counts
    for account in demo.ACCOUNTS:
        user = User.objects.get(username=account.username)
        assert hats.actor_for(user, account.role).role is account.role
        assert not user.has_usable_password()
    helper = User.objects.get(username="yunting-02")
    assert hats.actor_for(helper, Role.MERCHANT).limit == 20_000
    assert hats.number_of(first["arbitrator"].pk) == "018"


@override_settings(HENG_DEMO=False)
def test_there_are_no_demo_people_outside_a_demo() -> None:
    with pytest.raises(Refused, match="not_a_demo"):
        demo.ensure_demo_accounts(now=NOON)
    assert not User.objects.exists()
