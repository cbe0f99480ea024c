"""What is told fits what it is about: the proposal that ends, the moment that a notice tells of, the state of the order."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.models import User
from arbitration import appeals
from common import clock
from common.actor import Actor
from disputes import intervention, negotiation, offers, queries, submissions, sweep
from disputes.lifecycle import Kind, State
from disputes.models import Deadline, Offer
from engine import delivery
from journal.kinds import Kind as Entry
from notifications import words
from notifications.models import Email, Notice
from rulebook import queries as rulebook
from tests import builders, deciding, reach
from tests.reach import Scene
from web import turn
from web.party import terms

pytestmark = pytest.mark.django_db


def text(actor: Actor, name: str, *args: str) -> str:
    client = Client(headers={"accept-language": "en"})
    client.force_login(User.objects.get(pk=actor.id))
    reply = client.get("/en" + reverse(name, args=args).removeprefix("/en"), follow=True)
    assert reply.status_code == 200
    return unescape(reply.content.decode())


def told(scene: Scene, kind: Entry, actor: Actor) -> list[Notice]:
    return list(Notice.objects.filter(case=scene.case, kind=kind.value, user_id=actor.id).order_by("id"))


def sentence(notice: Notice) -> str:
    with translation.override("en"):
        return words.sentence(notice.kind, notice.audience, notice.params, "壶")


def armed(scene: Scene, duty: str) -> datetime:
    return Deadline.objects.get(case=scene.case, duty=duty).due_at


def test_a_notice_that_is_delivered_late_names_the_term_of_its_own_event() -> None:
    scene = reach.handed_in()
    delivery.deliver(limit=1000)
    for kind, duty, actor in (
        (Entry.REFUND_REQUESTED, "merchant_reply", scene.merchant),
        (Entry.ADMITTED, "evidence", scene.buyer),
        (Entry.BUYER_HANDED_IN, "confirmation", scene.merchant),
    ):
        notice = told(scene, kind, actor)[0]
        assert datetime.fromisoformat(notice.params["due"]) == armed(scene, duty), kind


def test_of_a_proposal_that_ends_only_the_side_that_has_to_answer_is_told_and_of_the_proposal() -> None:
    scene = reach.filed()
    intervention.admit(scene.case.pk, actor=scene.ops, now=clock.now())
    offers.make(scene.case.pk, amount=30_000, returns=False, text="", actor=scene.merchant, now=clock.now())
    at = Deadline.objects.get(case=scene.case, duty="offer_merchant").remind_at
    assert at is not None
    builders.travel_to(at + timedelta(seconds=1))
    sweep.remind_due()
    delivery.deliver(limit=1000)
    of_offer = [notice for notice in told(scene, Entry.DEADLINE_REMINDED, scene.buyer) if notice.params.get("proposal")]
    assert len(of_offer) == 1
    assert "The proposal of ¥300.00 still waits for your answer" in sentence(of_offer[0])
    assert not [n for n in told(scene, Entry.DEADLINE_REMINDED, scene.merchant) if n.params.get("proposal")]


def by_the_platform(scene: Scene) -> Offer:
    return offers.make(scene.case.pk, amount=30_000, returns=False, text="", actor=scene.arbitrator, now=clock.now())


def test_who_was_refused_is_told_until_when_the_request_stands() -> None:
    scene = reach.refused()
    delivery.deliver(limit=1000)
    (notice,) = told(scene, Entry.REFUND_REFUSED, scene.buyer)
    assert datetime.fromisoformat(notice.params["due"]) == armed(scene, "buyer_reply")
    assert re.search(r"until \S.*; then it ends", sentence(notice))


@pytest.mark.parametrize("returns", [True, False])
def test_who_agreed_to_a_return_is_told_until_when_the_goods_have_to_be_sent(returns: bool) -> None:
    scene = reach.admitted()
    offer = offers.make(scene.case.pk, amount=30_000, returns=returns, text="", actor=scene.merchant, now=clock.now())
    offers.accept(offer.pk, actor=scene.buyer, now=clock.now())
    delivery.deliver(limit=1000)
    (notice,) = told(scene, Entry.OFFER_ACCEPTED, scene.buyer)
    (seen,) = told(scene, Entry.OFFER_ACCEPTED, scene.merchant)
    said = sentence(notice)
    assert ("nobody needs to do anything else" in said) is not returns
    if returns:
        assert datetime.fromisoformat(notice.params["due"]) == armed(scene, "return_shipment")
        assert "¥300.00 for you once the goods are back" in said and "the request ends without a refund" in said
        assert "¥300.00 for the buyer once the goods are back" in sentence(seen)


def test_who_has_a_claim_with_a_return_accepted_is_told_until_when_the_goods_have_to_be_sent() -> None:
    scene = reach.handed_in(kind=Kind.RETURN_REFUND)
    intervention.accept_claim(scene.case.pk, actor=scene.merchant, now=clock.now())
    delivery.deliver(limit=1000)
    (notice,) = told(scene, Entry.CLAIM_ACCEPTED, scene.buyer)
    assert scene.state is State.AWAITING_RETURN and "Send the goods back until" in sentence(notice)
    assert datetime.fromisoformat(notice.params["due"]) == armed(scene, "return_shipment")


def test_a_proposal_that_one_side_accepted_is_agreed_with_nobody_and_the_other_side_is_told() -> None:
    scene = deciding.taken()
    offer = by_the_platform(scene)
    offers.accept(offer.pk, actor=scene.buyer, now=clock.now())
    delivery.deliver(limit=1000)
    assert not told(scene, Entry.OFFER_ACCEPTED, scene.buyer)
    (notice,) = told(scene, Entry.OFFER_ACCEPTED, scene.merchant)
    assert "The other side accepted the platform's proposal of ¥300.00" in sentence(notice)
    assert datetime.fromisoformat(notice.params["due"]) == offer.expires_at
    assert Email.objects.filter(notice=notice).exists()
    offers.accept(offer.pk, actor=scene.merchant, now=clock.now())
    delivery.deliver(limit=1000)
    assert "You both agreed" in sentence(told(scene, Entry.OFFER_ACCEPTED, scene.buyer)[-1])


def test_a_proposal_of_the_platform_waits_for_the_side_that_has_not_accepted_it() -> None:
    scene = deciding.taken()
    offer = by_the_platform(scene)
    assert Deadline.objects.get(case=scene.case, duty="offer_platform").awaits == "both"
    offers.accept(offer.pk, actor=scene.buyer, now=clock.now())
    assert Deadline.objects.get(case=scene.case, duty="offer_platform").awaits == "merchant"
    now, case = clock.now(), scene.reload()
    running = queries.open_deadlines(case.pk)
    with translation.override("en"):
        buyers, shops = turn.turn(case, scene.buyer, running, now), turn.turn(case, scene.merchant, running, now)
    assert (buyers.who, shops.who) == ("platform", "me")
    assert shops.headline == "There is a proposal for you; accept or decline it"
    assert "New proposal" not in text(scene.buyer, "buyer:home")


def test_a_proposal_is_the_buyers_turn_where_nothing_else_is() -> None:
    scene = reach.a_scene()
    assert "New proposal" not in text(scene.buyer, "buyer:home")
    offers.make(scene.case.pk, amount=30_000, returns=False, text="", actor=scene.merchant, now=clock.now())
    home = text(scene.buyer, "buyer:home")
    assert "Needs me" in home and "New proposal" in home
    case = text(scene.buyer, "buyer:case", scene.case.number)
    assert "There is a proposal for you; accept or decline it" in case
    assert "If you do not answer in time, the proposal ends" in case


def test_what_ends_first_is_said_first_to_either_side_in_list_and_case() -> None:
    scene = reach.admitted()
    offers.make(scene.case.pk, amount=30_000, returns=False, text="", actor=scene.merchant, now=clock.now())
    assert armed(scene, "offer_merchant") < armed(scene, "evidence")
    assert "There is a proposal for you" in text(scene.buyer, "buyer:case", scene.case.number)
    left = turn_of(scene, scene.buyer).left
    assert left is not None and left.due_at == armed(scene, "offer_merchant")
    # The evidence is due later, and stands on the page all the same.
    assert "Add it until" in text(scene.buyer, "buyer:case", scene.case.number)
    other = reach.handed_in()
    offers.make(other.case.pk, amount=30_000, returns=False, text="", actor=other.buyer, now=clock.now())
    assert armed(other, "confirmation") < armed(other, "offer_buyer")
    assert "accept or answer each point" in text(other.merchant, "merchant:case", other.case.number)
    assert "New proposal" not in text(other.merchant, "merchant:inbox").partition("<tbody>")[2].partition("</tbody>")[0]


def test_the_lists_are_in_the_order_in_which_things_end() -> None:
    first = reach.admitted()
    builders.travel(builders.HOUR)
    line = builders.a_line(first.buyer, first.shop)
    second = negotiation.open_refund(
        line.pk, kind=Kind.REFUND_ONLY, type_code="DAMAGED", amount=10_000, text="x", actor=first.buyer, now=clock.now()
    )
    negotiation.refuse(second.pk, text="完好。", actor=first.merchant, now=clock.now())
    second.refresh_from_db()

    def order(actor: Actor, name: str) -> list[str]:
        page = text(actor, name)
        numbers = (first.case.number, second.number)
        return sorted((n for n in numbers if n in page), key=page.index)

    assert order(first.buyer, "buyer:home") == [first.case.number, second.number]
    offers.make(second.pk, amount=3_000, returns=False, text="", actor=first.merchant, now=clock.now())
    ends = Deadline.objects.get(case=second, duty="offer_merchant").due_at
    assert ends < armed(first, "evidence") < Deadline.objects.get(case=second, duty="buyer_reply").due_at
    assert order(first.buyer, "buyer:home") == [second.number, first.case.number]
    # The same for the shop: the term of a proposal stands where it ends before the evidence does.
    offers.make(first.case.pk, amount=3_000, returns=False, text="", actor=first.buyer, now=clock.now())
    assert first.reload().shop_due_at == armed(first, "offer_buyer") < armed(first, "evidence")
    row = text(first.merchant, "merchant:inbox").partition("<tbody>")[2]
    assert first.case.number in row and "New proposal" in row


def test_an_appeal_is_a_right_and_counts_as_nothing_that_waits() -> None:
    scene = deciding.served()
    assert scene.state is State.APPEAL_WINDOW
    home = text(scene.buyer, "buyer:home")
    assert "Needs me" not in home and scene.case.number in home
    inbox = text(scene.merchant, "merchant:inbox")
    assert scene.case.number not in inbox and "Nothing needs an answer" in inbox
    assert scene.case.number in text(scene.merchant, "merchant:decided")
    # Where it stands, and until when there is the right, the case says.
    for actor, name in ((scene.buyer, "buyer:case"), (scene.merchant, "merchant:case")):
        page = text(actor, name, scene.case.number)
        ruling = page[page.index("Ruling<") :]
        assert ruling.index("completed") < ruling.index("under way")


def test_a_request_that_nobody_decides_yet_is_headed_as_a_refund() -> None:
    scene = reach.refused()
    assert "Refund details" in text(scene.buyer, "buyer:case", scene.case.number)
    later = reach.filed()
    assert "Case details" in text(later.buyer, "buyer:case", later.case.number)


def test_the_record_calls_an_act_as_its_button_does() -> None:
    scene = reach.admitted()
    assert "Finish giving evidence" in text(scene.merchant, "merchant:case", scene.case.number)
    reach.give_required_evidence(scene)
    submissions.hand_in(scene.case.pk, actor=scene.buyer, now=clock.now())
    assert "finished giving evidence" in text(scene.buyer, "buyer:case", scene.case.number)


def test_nobody_is_asked_to_explain_a_delivery_that_has_not_happened() -> None:
    asked = {"what": "nothing_came", "more": "never", "said": "refused"}
    query = "&".join(f"{key}={value}" for key, value in asked.items())
    builders.rules()
    client = Client()
    on_the_way = unescape(client.get(f"/en/check/?{query}&order=SHIPPED").content.decode())
    delivered = unescape(client.get(f"/en/check/?{query}&order=SIGNED").content.decode())
    told_of = "Whoever signed has nothing to do with the buyer"
    assert told_of in delivered and told_of not in on_the_way
    assert "is on its way to the address" in on_the_way and "is on its way to the address" not in delivered


def test_the_shop_reads_the_burden_of_the_state_that_the_order_is_in() -> None:
    scene = reach.refused(kind=Kind.IN_TRANSIT, type_code="NOT_RECEIVED", order_state="SHIPPED")
    claim = reach.claim_of(scene.reload(), remedy="R1")
    intervention.request(scene.case.pk, claim, actor=scene.buyer, now=clock.now())
    intervention.admit(scene.case.pk, actor=scene.ops, now=clock.now())
    submissions.hand_in(scene.case.pk, actor=scene.buyer, now=clock.now())
    assert scene.state is State.AWAITING_CONFIRMATION
    page = text(scene.merchant, "merchant:act", scene.case.number, "claim_rebutted")
    assert "is on its way to the address" in page and "handed to the recipient" not in page


def test_the_sums_of_the_check_say_what_they_lack_and_leave_the_rest_alone() -> None:
    builders.rules()
    page = unescape(Client().get("/en/check/?what=damaged&order=SIGNED&said=refused&paid=").content.decode())
    assert "<title>Not right yet:" in page
    assert "Write what you paid. Only the sums need it; the rest holds." in page
    assert "The platform could step in now" in page


def test_a_request_changed_after_a_refusal_names_the_new_term() -> None:
    scene = reach.refused()
    negotiation.revise(scene.case.pk, kind=Kind.REFUND_ONLY, amount=30_000, text="", actor=scene.buyer, now=clock.now())
    delivery.deliver(limit=1000)
    first = told(scene, Entry.REFUND_REQUESTED, scene.merchant)[0]
    second = told(scene, Entry.REQUEST_REVISED, scene.merchant)[0]
    dues = list(Deadline.objects.filter(case=scene.case, duty="merchant_reply").order_by("id"))
    assert [datetime.fromisoformat(n.params["due"]) for n in (first, second)] == [one.due_at for one in dues]


def test_whoever_has_to_send_the_goods_back_reads_what_is_lost_if_they_do_not() -> None:
    scene = deciding.served(kind=Kind.RETURN_REFUND)
    for side in (scene.buyer, scene.merchant):
        appeals.waive(scene.case.pk, actor=side, now=clock.now())
    assert scene.state is State.AWAITING_COMPLIANCE
    page = text(scene.buyer, "buyer:case", scene.case.number)
    assert "The ruling stands; send the goods back" in page
    assert "If the goods are not sent in time, what was ordered falls away." in page


@pytest.mark.parametrize(
    ("kind", "order_state", "buyer_reads", "shop_reads", "becomes"),
    [
        (Kind.UNSHIPPED, "PAID_UNSHIPPED", "counts as agreed", "goes back to the buyer", State.ENFORCING),
        (Kind.REFUND_ONLY, "SIGNED", "ask the platform to step in at once", "The buyer can then", State.AWAITING_BUYER),
        (Kind.RETURN_REFUND, "SIGNED", "You get the return address", "your return address", State.AWAITING_RETURN),
    ],
)
def test_beside_the_clock_stands_what_a_merchants_silence_means_here_until_when_and_by_which_clause(
    kind: Kind, order_state: str, buyer_reads: str, shop_reads: str, becomes: State
) -> None:
    type_code = "LATE_SHIPMENT" if kind is Kind.UNSHIPPED else "DAMAGED"
    scene = reach.a_scene(kind=kind, order_state=order_state, type_code=type_code)
    number = scene.case.number
    for actor, name, reads in ((scene.buyer, "buyer:case", buyer_reads), (scene.merchant, "merchant:case", shop_reads)):
        page = text(actor, name, number)
        lead = page[page.index('<p class="lead">') :].partition("</p>")[0]
        assert reads in lead and f'/{turn_of(scene, actor).rules_version}/7.3/"' in lead
        assert turn_of(scene, actor).left.by in lead  # type: ignore[union-attr]
    reach.let_term_end(scene)
    assert scene.state is becomes


def turn_of(scene: Scene, actor: Actor) -> turn.Turn:
    with translation.override("en"):
        return turn.turn(scene.reload(), actor, queries.open_deadlines(scene.case.pk), clock.now())


def test_a_page_does_not_offer_the_platform_for_a_day_that_the_merchants_silence_forestalls() -> None:
    scene = reach.a_scene()
    rules = rulebook.rules(scene.case.procedure_rules_id)
    opens_at = scene.case.opened_at + timedelta(hours=rules.step("intervention_opens").duration.amount)
    assert armed(scene, "merchant_reply") < opens_at
    page = text(scene.buyer, "buyer:case", scene.case.number)
    assert "If the merchant does not reply by" in page and "You can ask the platform to step in from" not in page


def test_what_was_missing_when_it_was_ruled_is_not_asked_for_again_while_an_appeal_is_answered() -> None:
    scene = deciding.dismissed()
    deciding.appealed(scene)
    case = scene.reload()
    assert State(case.state) is State.AWAITING_APPEAL_ANSWER
    assert terms.until(case, clock.now()) and not terms.required(case, ["签收底单"], clock.now())
