"""What the buyer's pages show, to whom, and in how many queries."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from common import clock
from common.actor import Actor
from disputes import negotiation, offers, submissions
from disputes.lifecycle import Event, Kind, State
from engine import delivery
from evidence import links
from evidence.models import Exhibit
from tests import builders, deciding, reach
from tests.reach import Scene
from tests.visiting import signed_in
from web import steps, wording
from web.party import choices, terms
from web.wording import HOUSE_ZONE

pytestmark = pytest.mark.django_db

MOST_ON_A_CASE = 12
MOST_ON_A_LIST = 7 + 2  # session and person are read before any page begins


def page(scene: Scene, name: str = "case", actor: Actor | None = None):
    return signed_in(actor or scene.buyer).get(reverse(f"buyer:{name}", args=[scene.case.number]))


@pytest.mark.parametrize("name", ["case", "evidence", "decision", "step_in", "submitted"])
def test_a_case_exists_for_its_buyer_and_for_nobody_else(name):
    scene = reach.refused()
    assert page(scene, name).status_code in (200, 302)
    assert page(scene, name, builders.a_buyer()).status_code == 404
    assert page(scene, name, scene.merchant).status_code == 404
    assert page(scene, name, scene.senior).status_code == 404
    assert signed_in(scene.buyer).get(reverse(f"buyer:{name}", args=["DA-20260101-AAAAAAA"])).status_code == 404


def test_a_stranger_is_asked_to_sign_in_and_comes_back(client):
    scene = reach.a_scene()
    path = reverse("buyer:case", args=[scene.case.number])
    reply = client.get(path)
    assert reply.status_code == 302
    assert reply.url.endswith(f"?next={path}")


def test_the_page_opens_with_whose_turn_until_when_and_what_then():
    scene = reach.handed_in()
    text = page(scene).content.decode()
    top = text.split("</section>")[0]
    assert 'class="badge them"' in top
    assert 'role="timer"' in top
    assert 'class="lead"' in top
    assert 'aria-current="step"' in top


@pytest.mark.parametrize("state", ["a_scene", "refused", "filed", "admitted", "handed_in", "queued"])
def test_a_case_page_costs_the_same_however_far_the_case_is(state, django_assert_max_num_queries):
    scene = getattr(reach, state)()
    client = signed_in(scene.buyer)
    with django_assert_max_num_queries(MOST_ON_A_CASE):
        reply = client.get(reverse("buyer:case", args=[scene.case.number]))
    assert reply.status_code == 200


def test_a_case_page_costs_the_same_with_many_exhibits_and_offers(django_assert_max_num_queries):
    scene = reach.admitted()
    for colour in ("red", "green", "blue", "white", "black", "pink"):
        submissions.add_evidence(
            scene.case.pk, reach.received(colour), code="E06", name="", note="", actor=scene.buyer, now=clock.now()
        )
    offers.make(scene.case.pk, amount=5_000, returns=False, text="补偿", actor=scene.merchant, now=clock.now())
    client = signed_in(scene.buyer)
    with django_assert_max_num_queries(MOST_ON_A_CASE):
        client.get(reverse("buyer:case", args=[scene.case.number]))


def test_the_button_of_a_refused_request_leads_to_the_platform():
    scene = reach.refused()
    text = page(scene).content.decode()
    assert f"/{scene.case.number}/intervention_requested/" in text.split('class="dock"')[1]
    reply = signed_in(scene.buyer).get(reverse("buyer:act", args=[scene.case.number, "intervention_requested"]))
    assert reply.url == reverse("buyer:step_in", args=[scene.case.number])


def test_while_the_merchant_still_has_time_the_page_says_from_when_the_platform_can_be_asked():
    scene = reach.a_scene()
    text = page(scene).content.decode()
    assert "intervention_requested" not in text
    opens_at = scene.case.opened_at + timedelta(hours=72)
    assert opens_at.astimezone(HOUSE_ZONE).strftime("%H:%M") in text


def test_a_page_never_shows_what_only_the_shop_or_the_house_may_know():
    scene = reach.queued()
    text = page(scene).content.decode()
    member = get_user_model().objects.get(pk=scene.merchant.id)
    arbitrator = get_user_model().objects.get(pk=scene.arbitrator.id)
    for private in (member.username, member.email, arbitrator.username, arbitrator.email):
        assert private not in text


# --- lists ---------------------------------------------------------------------------------------------------


def test_what_needs_me_comes_first_then_what_waits_then_what_has_ended():
    mine = reach.refused()
    buyer = mine.buyer
    waiting = _another(buyer, "等商家的茶壶")
    ended = _another(buyer, "已撤回的茶壶")
    negotiation.withdraw(ended.pk, actor=buyer, now=clock.now())
    text = signed_in(buyer).get(reverse("buyer:home")).content.decode()
    places = [text.index(case.number) for case in (mine.case, waiting, ended)]
    assert places == sorted(places)


def test_an_open_proposal_needs_me_whoever_else_is_awaited():
    scene = reach.a_scene()
    offers.make(scene.case.pk, amount=5_000, returns=False, text="补偿", actor=scene.merchant, now=clock.now())
    text = signed_in(scene.buyer).get(reverse("buyer:home")).content.decode()
    assert 'id="g-mine"' in text
    assert 'id="g-waiting"' not in text


def test_the_list_costs_the_same_for_one_case_and_for_many(django_assert_max_num_queries):
    scene = reach.refused()
    for number in range(5):
        _another(scene.buyer, f"第 {number} 件")
    client = signed_in(scene.buyer)
    with django_assert_max_num_queries(MOST_ON_A_LIST):
        assert client.get(reverse("buyer:home")).status_code == 200


def test_further_down_a_list_goes_on_where_the_page_ended(monkeypatch):
    from web.buyer import lists

    monkeypatch.setattr(lists, "PAGE", 2)
    buyer = builders.a_buyer()
    builders.rules()
    cases = [_another(buyer, f"第 {number} 件") for number in range(5)]
    client, seen, path = signed_in(buyer), [], reverse("buyer:home")
    while path:
        reply = client.get(path)
        group = next(group for group in reply.context["groups"] if group.key == "waiting")
        seen += [row.case.number for row in group.rows]
        path = reverse("buyer:home") + group.next_href if group.next_href else ""
    assert sorted(seen) == sorted(case.number for case in cases)


def test_a_list_shows_nobody_elses_cases():
    scene = reach.refused()
    text = signed_in(builders.a_buyer()).get(reverse("buyer:home")).content.decode()
    assert scene.case.number not in text


def test_orders_show_what_can_be_asked_and_where_a_case_is_already(django_assert_max_num_queries):
    scene = reach.refused()
    buyer = scene.buyer
    free = builders.a_line(buyer, scene.shop, title="还没问的杯子")
    builders.a_line(buyer, scene.shop, title="没付款的盘子", state="UNPAID")
    client = signed_in(buyer)
    with django_assert_max_num_queries(MOST_ON_A_LIST + 2):  # and what has come back of each thing
        text = client.get(reverse("buyer:orders")).content.decode()
    assert reverse("buyer:case", args=[scene.case.number]) in text
    assert reverse("buyer:refund", args=[free.order.public_id, 1]) in text
    assert text.count("/refund/") == 1


# --- letters, files, the common address ----------------------------------------------------------------------


def test_before_there_is_a_ruling_the_letter_is_the_case():
    scene = reach.queued()
    assert page(scene, "decision").url == reverse("buyer:case", args=[scene.case.number])


def test_the_letter_gives_reasons_rules_and_the_last_day_to_appeal(django_assert_max_num_queries):
    scene = deciding.served()
    client = signed_in(scene.buyer)
    with django_assert_max_num_queries(MOST_ON_A_CASE):
        text = client.get(reverse("buyer:decision", args=[scene.case.number])).content.decode()
    assert deciding.REASONS[:20] in text
    assert "/rules/" in text
    assert f"/{scene.case.number}/appeal_filed/" in text
    assert client.get(reverse("buyer:case", args=[scene.case.number])).status_code == 200


def test_whoever_waived_the_appeal_is_not_asked_again():
    scene = deciding.served()
    client = signed_in(scene.buyer)
    act = reverse("buyer:act", args=[scene.case.number, "appeal_waived"])
    assert client.post(act, {"seen": scene.reload().version}).status_code == 302
    text = client.get(reverse("buyer:decision", args=[scene.case.number])).content.decode()
    assert "appeal_filed" not in text


def test_the_common_address_leads_each_reader_to_their_own_page(client):
    scene = reach.filed()
    path = reverse("public:go", args=[scene.case.number])
    assert signed_in(scene.buyer).get(path).url == reverse("buyer:case", args=[scene.case.number])
    assert signed_in(builders.a_buyer()).get(path).status_code == 404
    assert "next=" in client.get(path).url


def test_a_file_is_shown_to_who_may_see_it_and_locked_in():
    scene = reach.handed_in()
    exhibit = Exhibit.objects.filter(dossier_id=scene.case.dossier_id, side="buyer").first()
    token = links.sign(exhibit, "display", viewer=scene.buyer.id, now=clock.now())
    path = reverse("public:file", args=[token])
    reply = signed_in(scene.buyer).get(path)
    assert reply.status_code == 200
    assert b"".join(reply.streaming_content)[8:12] == b"WEBP"
    assert reply["Cache-Control"] == "private, no-store"
    assert reply["X-Content-Type-Options"] == "nosniff"
    assert reply["Content-Security-Policy"].startswith("sandbox")
    assert signed_in(scene.merchant).get(path).status_code == 404
    assert Client().get(path).status_code == 404


def test_a_link_to_a_file_is_worth_nothing_to_who_has_no_case_there():
    scene = reach.handed_in()
    exhibit = Exhibit.objects.filter(dossier_id=scene.case.dossier_id, side="buyer").first()
    stranger = builders.a_buyer()
    token = links.sign(exhibit, "display", viewer=stranger.id, now=clock.now())
    assert signed_in(stranger).get(reverse("public:file", args=[token])).status_code == 404


def test_a_link_to_a_file_ends_after_five_minutes():
    scene = reach.handed_in()
    exhibit = Exhibit.objects.filter(dossier_id=scene.case.dossier_id, side="buyer").first()
    token = links.sign(exhibit, "display", viewer=scene.buyer.id, now=clock.now())
    builders.travel(timedelta(minutes=5))
    assert signed_in(scene.buyer).get(reverse("public:file", args=[token])).status_code == 404


def test_a_file_that_differs_from_what_came_in_is_not_shown():
    scene = reach.handed_in()
    exhibit = Exhibit.objects.filter(dossier_id=scene.case.dossier_id, side="buyer").select_related("blob").first()
    token = links.sign(exhibit, "original", viewer=scene.buyer.id, now=clock.now())
    from evidence import store

    store.storage().delete(exhibit.blob.key)
    reply = signed_in(scene.buyer).get(reverse("public:file", args=[token]))
    assert reply.status_code == 410


# --- messages and settings -----------------------------------------------------------------------------------


def test_messages_are_told_newest_first_and_marked_as_read():
    scene = reach.refused()
    delivery.deliver(limit=100)
    client = signed_in(scene.buyer)
    text = client.get(reverse("buyer:inbox")).content.decode()
    assert reverse("buyer:case", args=[scene.case.number]) in text
    assert reverse("buyer:inbox_read") in text
    assert client.post(reverse("buyer:inbox_read")).status_code == 302
    assert reverse("buyer:inbox_read") not in client.get(reverse("buyer:inbox")).content.decode()


def test_a_person_chooses_language_and_whether_email_comes():
    from notifications import preferences

    buyer = builders.a_buyer()
    client = signed_in(buyer)
    reply = client.post(reverse("buyer:settings"), {"language": "zh-hant", "email": "none"})
    assert reply.url.startswith("/zh-hant/")
    assert get_user_model().objects.get(pk=buyer.id).language == "zh-hant"
    assert preferences.wants_email(buyer.id) is False
    assert client.post(reverse("buyer:settings"), {"language": "xx", "email": "none"}).status_code == 422


def _another(buyer: Actor, title: str):
    from disputes.lifecycle import Kind

    line = builders.a_line(buyer, builders.a_shop(), title=title)
    return negotiation.open_refund(
        line.pk,
        kind=Kind.REFUND_ONLY,
        type_code="DAMAGED",
        amount=line.paid,
        text="壶身有裂纹。",
        actor=buyer,
        now=clock.now(),
    )


def test_messages_name_their_case_by_its_number_since_two_can_be_about_the_same_thing():
    scene = reach.refused()
    delivery.deliver(limit=100)
    text, number = signed_in(scene.buyer).get(reverse("buyer:inbox")).content.decode(), scene.case.number
    assert f'aria-labelledby="c-{number} n-{number}"' in text and f'id="n-{number}">{number}<' in text


def test_a_closed_case_shows_no_clock_and_no_dock():
    scene = reach.refused()
    negotiation.withdraw(scene.case.pk, actor=scene.buyer, now=clock.now())
    assert scene.state is State.WITHDRAWN
    text = page(scene).content.decode()
    assert 'role="timer"' not in text
    assert 'class="dock"' not in text


def test_while_the_other_side_has_to_reply_nothing_stands_out_and_everything_can_still_be_done():
    scene = reach.a_scene()
    shown = page(scene)
    assert 'class="dock"' not in shown.content.decode()
    assert {action.event for action in shown.context["others"]} == {Event.WITHDRAWN, Event.OFFER_MADE}
    scene = reach.handed_in()
    shown = page(scene)
    assert shown.context["page"].turn.who == "merchant" and 'class="dock"' not in shown.content.decode()
    assert Event.EVIDENCE_ADDED in {action.event for action in shown.context["others"]}
    scene = reach.refused()
    assert page(scene).context["primary"].event is Event.INTERVENTION_REQUESTED


def _way(scene: Scene) -> list[str]:
    return [step.state for step in steps.steps(scene.reload(), "buyer")]


def test_steps_that_never_happened_are_not_ticked():
    scene = reach.filed()
    negotiation.withdraw(scene.case.pk, actor=scene.buyer, now=clock.now())
    assert _way(scene) == ["done", "off", "off", "off", "off"]
    scene = reach.handed_in()
    negotiation.withdraw(scene.case.pk, actor=scene.buyer, now=clock.now())
    assert _way(scene) == ["done", "done", "off", "off", "off"]
    scene = reach.a_scene()
    negotiation.withdraw(scene.case.pk, actor=scene.buyer, now=clock.now())
    assert _way(scene) == ["done", "off", "off"]
    assert page(scene).context["page"].turn.headline == "你已撤销申请"


def test_a_term_that_ran_out_without_an_answer_is_not_ticked():
    scene = reach.handed_in()
    reach.let_term_end(scene)
    assert scene.state is State.AWAITING_ASSIGNMENT
    shown = page(scene)
    told = [(step.label, step.state, step.said) for step in shown.context["page"].steps]
    assert told[2] == ("商家确认", "silent", "到期未答复") and "<small>到期未答复</small>" in shown.content.decode()
    answered = page(reach.queued()).context["page"].steps
    assert (answered[2].state, answered[2].said) == ("done", "")
    # Nothing came in the evidence period, or the merchant never replied.
    scene = reach.admitted()
    reach.let_term_end(scene)
    assert page(scene).context["page"].steps[1].said == "到期没有凭证"
    scene = reach.a_scene(kind=Kind.RETURN_REFUND)
    reach.let_term_end(scene)
    assert scene.state is State.AWAITING_RETURN
    assert [(step.state, step.said) for step in page(scene).context["page"].steps][1] == ("silent", "到期未答复")
    reach.let_term_end(scene)
    ended = page(scene).context["page"].steps
    assert scene.state is State.LAPSED and [step.said for step in ended] == ["", "到期未答复", "到期未寄回", ""]


def test_what_an_earlier_round_left_unanswered_says_nothing_of_this_one():
    scene = reach.a_scene()
    reach.let_term_end(scene)
    assert [step.said for step in page(scene).context["page"].steps][1] == "到期未答复"
    negotiation.revise(scene.case.pk, kind=Kind.REFUND_ONLY, amount=10_000, text="", actor=scene.buyer, now=clock.now())
    negotiation.refuse(scene.case.pk, text="完好。", actor=scene.merchant, now=clock.now())
    assert [(step.state, step.said) for step in page(scene).context["page"].steps][1] == ("done", "")


def test_a_refusal_is_a_reply_and_the_next_step_is_the_buyers():
    scene = reach.refused()
    way = steps.steps(scene.reload(), "buyer")
    assert [step.state for step in way][:3] == ["done", "done", "now"]
    assert way[2].label == "你来决定"
    assert page(scene).context["page"].turn.text == "由你决定下一步"


def test_a_return_that_was_refused_has_been_and_is_not_to_come():
    scene = reach.a_scene(kind=Kind.RETURN_REFUND)
    way = page(scene).context["page"].steps
    assert [(step.label, step.state) for step in way][1:3] == [("商家答复", "now"), ("退货", "later")]
    negotiation.agree_return(scene.case.pk, actor=scene.merchant, now=clock.now())
    negotiation.ship_return(scene.case.pk, carrier="顺丰", tracking="SF1234567890", actor=scene.buyer, now=clock.now())
    negotiation.refuse_return(scene.case.pk, text="退回的不是原件。", actor=scene.merchant, now=clock.now())
    way = page(scene).context["page"].steps
    assert [step.state for step in way] == ["done", "done", "done", "now", "later"]
    assert [step.label for step in way][2:4] == ["退货", "你来决定"]
    negotiation.revise(
        scene.case.pk, kind=Kind.RETURN_REFUND, amount=10_000, text="", actor=scene.buyer, now=clock.now()
    )
    assert [(step.label, step.state) for step in page(scene).context["page"].steps][1:3] == [
        ("退货", "done"),
        ("商家答复", "now"),
    ]


def test_a_request_to_return_that_was_refused_has_brought_nothing_back():
    scene = reach.refused(kind=Kind.RETURN_REFUND)
    assert [(step.label, step.state) for step in page(scene).context["page"].steps][-2:] == [
        ("退货", "later"),
        ("退款", "later"),
    ]


def test_a_list_says_what_is_claimed_and_beside_it_what_came_of_it():
    scene = reach.refused()
    claimed = scene.reload().claimed
    offer = offers.make(scene.case.pk, amount=10_000, returns=False, text="", actor=scene.merchant, now=clock.now())
    offers.accept(offer.pk, actor=scene.buyer, now=clock.now())
    groups = signed_in(scene.buyer).get(reverse("buyer:home")).context["groups"]
    assert [(row.case.claimed, row.result) for group in groups for row in group.rows] == [(claimed, "结果：¥100.00")]
    [row] = signed_in(scene.merchant).get(reverse("merchant:decided")).context["rows"]
    assert (row["amount"], row["result"]) == (claimed, "结果：¥100.00")


def test_a_claim_that_was_turned_down_is_not_a_sum_of_nothing():
    scene = deciding.dismissed()
    for actor, name in ((scene.buyer, "buyer:home"), (scene.merchant, "merchant:decided")):
        text = signed_in(actor).get(reverse(name)).content.decode()
        assert "¥0.00" not in text and "结果：驳回" in text and "680.00" in text


def test_after_the_evidence_period_no_past_date_is_shown_as_open():
    scene = deciding.served()
    builders.travel_to(scene.reload().evidence_closes_at + timedelta(hours=1))
    case = scene.reload()
    assert choices.evidence_ends_at(case, clock.now()) is None
    for state in choices.LATER_EVIDENCE:
        case.state = state.value
        assert choices.evidence_ends_at(case, clock.now()) == case.due_at
        assert wording.deadline(case.due_at, clock.now()) in terms.until(case, clock.now())


def test_no_upload_is_offered_once_the_evidence_window_has_closed():
    scene = reach.queued()
    assert b'type="file"' in page(scene, "evidence").content
    closes_at = scene.reload().evidence_closes_at
    assert closes_at is not None
    builders.travel_to(closes_at)
    assert b'type="file"' not in page(scene, "evidence").content
    assert f'href="{reverse("buyer:evidence", args=[scene.case.number])}"' not in page(scene).content.decode()
