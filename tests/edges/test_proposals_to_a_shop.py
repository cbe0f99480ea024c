"""A proposal that waits for the shop stands in its list of what to answer, by the proposal's own term."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from arbitration import assignment
from common import clock
from common.actor import Actor
from disputes import offers, queries, submissions, sweep
from disputes.models import Deadline, Offer
from tests import builders, reach
from tests.reach import Scene
from tests.visiting import signed_in
from web import wording

pytestmark = pytest.mark.django_db

LIST = 6


def propose(made: Scene, by: Actor, amount: int = 30_000) -> Offer:
    return offers.make(made.case.pk, amount=amount, returns=False, text="", actor=by, now=clock.now())


def rows(made: Scene, path: str = "/shop/", **asked: str) -> list[dict]:
    found: list[dict] = signed_in(made.merchant).get(path, asked).context["rows"]
    return found


def test_a_buyers_proposal_is_asked_of_the_shop_when_nothing_else_is(django_assert_max_num_queries):
    made = reach.queued()
    assert rows(made) == []
    offer = propose(made, made.buyer)
    client = signed_in(made.merchant)
    with django_assert_max_num_queries(LIST):
        page = client.get("/en/shop/")
    [row] = page.context["rows"]
    assert (row["number"], row["due_at"], row["mine"]) == (made.case.number, offer.expires_at, True)
    assert "New proposal" in page.content.decode()
    assert page.context["waiting"].total == 1
    # Neither the key for giving in nor the one for disputing means a proposal.
    assert (row["accept"], row["respond"]) == (None, "")


@pytest.mark.parametrize("ending", [offers.decline, offers.accept])
def test_an_answered_proposal_is_asked_of_nobody(ending):
    made = reach.queued()
    ending(propose(made, made.buyer).pk, actor=made.merchant, now=clock.now())
    assert rows(made) == []


def test_a_proposal_that_was_taken_back_or_lapsed_is_asked_of_nobody():
    made = reach.queued()
    offers.retract(propose(made, made.buyer).pk, actor=made.buyer, now=clock.now())
    assert rows(made) == []
    offer = propose(made, made.buyer)
    builders.travel_to(offer.expires_at)
    sweep.fire_due()
    offer.refresh_from_db()
    assert offer.state == "lapsed" and rows(made) == []


def test_a_shops_own_proposal_waits_for_the_buyer():
    made = reach.queued()
    propose(made, made.merchant)
    assert rows(made) == [] and rows(made, "/shop/open/")[0]["mine"] is False


def test_the_platforms_proposal_waits_for_the_shop_until_it_accepts():
    made = reach.queued()
    now = clock.now()
    assignment.take(made.case.pk, actor=made.arbitrator, now=now)
    offer = propose(made, made.arbitrator)
    other = propose(made, made.buyer, 20_000)
    assert rows(made)[0]["due_at"] == min(offer.expires_at, other.expires_at)
    offers.accept(offer.pk, actor=made.merchant, now=clock.now())
    assert rows(made)[0]["due_at"] == other.expires_at
    offers.decline(other.pk, actor=made.merchant, now=clock.now())
    assert rows(made) == []


def test_what_the_state_awaits_comes_before_a_proposal():
    made = reach.handed_in()
    propose(made, made.buyer)
    [row] = rows(made)
    assert row["due_at"] == made.reload().due_at != Deadline.objects.get(duty="offer_buyer").due_at
    assert row["accept"] is not None


def test_a_shop_that_has_said_all_is_asked_about_a_proposal():
    made = reach.admitted()
    submissions.hand_in(made.case.pk, actor=made.merchant, now=clock.now())
    assert rows(made) == []
    offer = propose(made, made.buyer)
    assert rows(made)[0]["due_at"] == offer.expires_at


def test_proposals_stand_in_order_with_what_else_is_asked():
    made = reach.queued()
    propose(made, made.buyer)
    builders.travel(builders.HOUR)
    later = reach.a_scene()
    page = signed_in(made.merchant).get("/shop/", {"due": "week"})
    assert [row["number"] for row in page.context["rows"]] == [made.case.number]
    assert signed_in(made.merchant).get("/shop/", {"due": "soon"}).context["rows"] == []
    assert made.case.number not in signed_in(later.merchant).get("/shop/").content.decode()


def test_nobody_gives_in_by_the_dozen_where_less_was_proposed():
    made = reach.handed_in()
    client = signed_in(made.merchant)
    assert client.get("/shop/bulk/accept/", {"small": "1", "upto": "9999"}).context["ready"]
    propose(made, made.buyer)
    assert client.get("/shop/bulk/accept/", {"small": "1", "upto": "9999"}).status_code == 302
    page = client.get("/en/shop/bulk/accept/", {"case": made.case.number})
    assert page.context["ready"] == [] and "There is a proposal" in page.content.decode()


def test_where_a_proposal_ends_first_the_term_of_the_case_is_named_beside_it_for_both_sides():
    made = reach.refused()
    due_at = made.reload().due_at
    offer = propose(made, made.merchant)
    assert due_at is not None and offer.expires_at < due_at
    page = signed_in(made.buyer).get(f"/en/my/cases/{made.case.number}/")
    also = page.context["page"].turn.also
    assert also.startswith("The case goes on meanwhile: You decide how to go on, until ")
    assert wording.deadline(due_at, clock.now()) in also and also in page.content.decode()
    offers.retract(offer.pk, actor=made.merchant, now=clock.now())
    propose(made, made.buyer)
    page = signed_in(made.merchant).get(f"/en/shop/cases/{made.case.number}/")
    assert "meanwhile: Buyer decides how to go on, until " in page.content.decode()


def test_beside_the_term_of_the_answer_that_of_the_evidence_says_what_it_is_for():
    made = reach.handed_in()
    client = signed_in(made.merchant)
    first = queries.points(made.reload())[0]
    file = SimpleUploadedFile("photo.jpg", reach.a_photo().read(), content_type="image/jpeg")
    given = {f"file_{first.pk}": file, f"code_{first.pk}": "E11", "do": f"add:{first.pk}", "seen": made.case.version}
    client.post(f"/shop/cases/{made.case.number}/claim_rebutted/", given)
    till = client.get(f"/en/shop/cases/{made.case.number}/").context["tasks"]["till"]
    assert till.startswith("Evidence can be added until ") and "Your answer is due before that" in till
