"""What members of a shop arrange among themselves about one case: assignee, notes, and a second person above a sum."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import translation

from accounts import shop_desk
from accounts.models import Right, User
from common import clock
from common.actor import Actor
from disputes import handling, offers, submissions
from disputes.lifecycle import State
from disputes.models import Consent, Handling, Offer, ShopNote
from tests import builders, reach
from tests.reach import Scene
from tests.visiting import signed_in

pytestmark = pytest.mark.django_db

CASE = 14


def at(made: Scene, name: str, *more: object) -> str:
    return reverse(f"merchant:{name}", args=[made.case.number, *more])


def two_above(made: Scene, sum_: int) -> None:
    shop_desk.set_limits(made.shop.pk, second_above=sum_, hours="", actor=made.merchant, now=clock.now())


def test_a_case_is_handed_over_and_the_note_stands_on_its_page_for_the_shop_only():
    made = reach.handed_in()
    colleague = builders.a_member(made.shop)
    client = signed_in(made.merchant)
    data = {"what": "assign", "member": str(colleague.id), "note": "买家要发票"}
    assert client.post(at(made, "desk"), data).status_code == 302
    assert Handling.objects.get(case=made.case).member_id == colleague.id
    assert client.post(at(made, "desk"), {"what": "note", "text": "已电话联系"}).status_code == 302
    said = signed_in(colleague).get(at(made, "case")).content.decode()
    assert "买家要发票" in said and "已电话联系" in said
    for other, path in (
        (made.buyer, reverse("buyer:case", args=[made.case.number])),
        (made.senior, reverse("desk:case", args=[made.case.number])),
        (made.ops, reverse("ops:case", args=[made.case.number])),
    ):
        assert "买家要发票" not in signed_in(other).get(path).content.decode()


def test_a_note_that_is_too_long_comes_back_and_is_not_kept():
    made = reach.a_scene()
    reply = signed_in(made.merchant).post(at(made, "desk"), {"what": "note", "text": "长" * 301})
    assert reply.status_code == 422 and "长" * 301 in reply.content.decode()
    assert not ShopNote.objects.exists()


def test_strangers_and_lookers_arrange_nothing():
    made, other = reach.handed_in(), reach.a_scene()
    looker = builders.a_member(made.shop, rights=(Right.VIEW,))
    assert signed_in(looker).get(at(made, "desk")).status_code == 200
    assert signed_in(looker).post(at(made, "desk"), {"what": "note", "text": "x"}).status_code == 404
    for stranger in (other.merchant, made.buyer, made.arbitrator, made.ops):
        client = signed_in(stranger)
        assert client.get(at(made, "desk")).status_code == 404
        assert client.get(at(made, "propose"), {"event": "claim_accepted"}).status_code == 404
    refused = signed_in(looker).post(at(made, "propose"), {"event": "claim_accepted", "seen": made.reload().version})
    assert refused.status_code == 422
    assert not Consent.objects.exists() and not ShopNote.objects.exists()


def test_the_case_page_keeps_to_its_budget_with_all_of_it(django_assert_max_num_queries):
    made = reach.handed_in()
    colleague = builders.a_member(made.shop)
    handling.assign(made.case.pk, member_id=colleague.id, note="看一下", actor=made.merchant, now=clock.now())
    handling.save_draft(made.case.pk, body={}, actor=colleague, now=clock.now())
    client = signed_in(made.merchant)
    client.get(at(made, "case"))
    with django_assert_max_num_queries(CASE):
        said = client.get(f"/en{at(made, 'case')}").content.decode()
    assert "is working on the answer" in said


def test_where_nobody_else_could_confirm_it_nothing_is_proposed_to_nobody():
    made = reach.handed_in()
    two_above(made, 50_000)
    helper = builders.a_member(made.shop, limit=20_000)
    path = f"/en{at(made, 'act', 'claim_accepted')}"
    said = signed_in(made.merchant).get(path).content.decode()
    assert "nobody else may accept this sum" in said and "propose/?event=" not in said
    assert "These colleagues can" not in said, "oneself is no colleague"
    # The other way round it goes: whoever may not accept it proposes it, and whoever may confirms.
    assert "propose/?event=claim_accepted" in signed_in(helper).get(path).content.decode()
    sent = signed_in(helper).post(at(made, "propose"), {"event": "claim_accepted", "seen": made.reload().version})
    assert sent.status_code == 302
    assert signed_in(made.merchant).get(path).status_code == 200


def test_above_the_sum_a_member_proposes_and_a_colleague_confirms():
    made = reach.handed_in()
    two_above(made, 50_000)
    colleague = builders.a_member(made.shop)
    mine, theirs = signed_in(made.merchant), signed_in(colleague)
    path = at(made, "act", "claim_accepted")
    closed = mine.get(f"/en{path}")
    assert closed.status_code in (403, 409)
    said = closed.content.decode()
    assert "second person" in said and f"{at(made, 'propose')}?event=claim_accepted" in said
    assert mine.post(path, {"seen": made.reload().version}).status_code != 302
    sent = mine.post(at(made, "propose"), {"event": "claim_accepted", "seen": made.case.version})
    assert sent.status_code == 302
    assert made.state is State.AWAITING_CONFIRMATION
    assert "Look at it and confirm" not in mine.get(f"/en{at(made, 'case')}").content.decode()
    assert mine.get(path).status_code != 200
    translation.activate("zh-hans")
    assert path in theirs.get(at(made, "case")).content.decode()
    assert theirs.get(path).status_code == 200
    assert theirs.post(path, {"seen": made.reload().version}).status_code == 302
    assert made.state is State.ENFORCING
    assert Consent.objects.get().ended_by_id == colleague.id


def test_a_sub_account_above_its_own_limit_can_propose_too():
    made = reach.handed_in()
    helper = builders.a_member(made.shop, rights=(Right.VIEW, Right.RESPOND, Right.ACCEPT), limit=20_000)
    said = signed_in(helper).get(at(made, "act", "claim_accepted")).content.decode()
    assert f"{at(made, 'propose')}?event=claim_accepted" in said
    data = {"event": "claim_accepted", "seen": made.reload().version}
    assert signed_in(helper).post(at(made, "propose"), data).status_code == 302
    assert (
        signed_in(made.merchant).post(at(made, "act", "claim_accepted"), {"seen": made.reload().version}).status_code
        == 302
    )
    assert Consent.objects.get().state == Consent.CONFIRMED


def test_an_offer_above_the_sum_is_proposed_and_filled_in_for_the_colleague():
    made = reach.refused()
    two_above(made, 5_000)
    colleague = builders.a_member(made.shop)
    assert f"{at(made, 'propose')}?event=offer_made" in signed_in(made.merchant).get(at(made, "case")).content.decode()
    data = {"event": "offer_made", "amount": "100.00", "text": "补偿", "seen": made.reload().version}
    assert signed_in(made.merchant).post(at(made, "propose"), data).status_code == 302
    path = at(made, "act", "offer_made")
    page = signed_in(colleague).get(path)
    assert page.context["form"]["amount"].value() == "100.00"
    sent = {"amount": "100.00", "text": "补偿", "seen": made.reload().version}
    assert signed_in(made.merchant).post(path, sent).status_code == 422
    assert signed_in(colleague).post(path, sent).status_code == 302
    assert Offer.objects.get(case=made.case).amount == 10_000


def test_the_buyers_offer_above_the_sum_is_accepted_by_two():
    made = reach.refused()
    two_above(made, 5_000)
    colleague = builders.a_member(made.shop)
    offer = offers.make(made.case.pk, amount=30_000, returns=False, text="", actor=made.buyer, now=clock.now())
    there = f"{at(made, 'act', 'offer_accepted')}?offer={offer.pk}"
    assert f"event=offer_accepted&amp;offer={offer.pk}" in signed_in(made.merchant).get(there).content.decode()
    data = {"event": "offer_accepted", "offer": offer.pk, "seen": made.reload().version}
    assert signed_in(made.merchant).post(at(made, "propose"), data).status_code == 302
    assert signed_in(colleague).post(there, {"offer": offer.pk, "seen": made.reload().version}).status_code == 302
    assert made.state is State.ENFORCING


def test_a_proposal_is_taken_back_or_not_confirmed():
    made, other = reach.handed_in(), reach.handed_in()
    data = {"event": "claim_accepted", "seen": made.reload().version}
    client = signed_in(made.merchant)
    client.post(at(made, "propose"), data)
    consent = Consent.objects.get()
    path = at(made, "consent_decline", consent.pk)
    assert signed_in(other.merchant).post(path).status_code == 404
    assert signed_in(other.merchant).post(at(other, "consent_decline", consent.pk)).status_code == 404
    assert client.post(path).status_code == 302
    consent.refresh_from_db()
    assert consent.state == Consent.DECLINED


@pytest.mark.parametrize("event", ["nonsense", "withdrawn", "taken", ""])
def test_only_what_binds_the_shop_can_be_proposed(event):
    made = reach.handed_in()
    assert signed_in(made.merchant).get(at(made, "propose"), {"event": event}).status_code == 404


def test_the_record_names_a_colleague_who_acted_within_the_shop_and_to_nobody_else():
    made = reach.handed_in()
    colleague = builders.a_member(made.shop)
    user = User.objects.get(pk=colleague.id)
    offers.make(made.case.pk, amount=10_000, returns=False, text="", actor=colleague, now=clock.now())

    def whose(who: Actor, path: str) -> str:
        page = signed_in(who).get(f"/en{path}{made.case.number}/")
        return page.context["page"].record.lines[0].who

    assert whose(made.merchant, "/shop/cases/") == user.get_full_name()
    assert whose(colleague, "/shop/cases/") == "You"
    assert whose(made.buyer, "/my/cases/") == made.shop.name


def test_pieces_of_evidence_stand_together_by_who_of_the_shop_added_them():
    made = reach.admitted()
    colleague = builders.a_member(made.shop)
    for who, colour in ((made.merchant, "red"), (made.merchant, "green"), (colleague, "blue")):
        submissions.add_evidence(
            made.case.pk, reach.received(colour), code="E09", name="", note="", actor=who, now=clock.now()
        )
    lines = signed_in(made.merchant).get(f"/en/shop/cases/{made.case.number}/").context["page"].record.lines
    name = User.objects.get(pk=colleague.id).get_full_name()
    assert [line.who for line in lines[:2]] == [name, "You"] and "2 pieces" in lines[1].text
    theirs = signed_in(made.buyer).get(f"/en/my/cases/{made.case.number}/").context["page"].record.lines
    assert theirs[0].who == made.shop.name and "3 pieces" in theirs[0].text
