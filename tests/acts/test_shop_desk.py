"""What a shop arranges among its own people: consent of two above a sum, who handles what, cover, words, and the shelf."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts import memberships, shop_desk
from accounts.models import Membership, Merchant, ReplyTemplate, Right, SavedView
from accounts.shop_desk import Person
from common import clock
from common.errors import Missing, Refused
from disputes import consents, handling, intervention, negotiation, offers, submissions
from disputes.lifecycle import Event, State
from disputes.models import Consent, Handling, ReplyDraft, ShopNote
from engine import ticks
from evidence import library, orphans
from evidence.models import Blob, Exhibit
from tests import builders, reach

pytestmark = pytest.mark.django_db

HELPER = (Right.VIEW, Right.RESPOND, Right.ACCEPT)


def two_above(made: reach.Scene, sum_: int | None) -> None:
    shop_desk.set_limits(made.shop.pk, second_above=sum_, hours="", actor=made.merchant, now=clock.now())


def test_above_the_sum_one_person_is_not_enough_and_nothing_moves() -> None:
    made = reach.handed_in()
    two_above(made, 60_000)
    with pytest.raises(Refused, match="needs_a_second_person"):
        intervention.accept_claim(made.case.pk, actor=made.merchant, now=clock.now())
    assert made.state is State.AWAITING_CONFIRMATION


def test_up_to_the_sum_one_person_is_enough() -> None:
    made = reach.handed_in()
    two_above(made, 68_000)
    intervention.accept_claim(made.case.pk, actor=made.merchant, now=clock.now())
    assert made.state is State.ENFORCING


def test_a_colleague_confirms_what_was_proposed_and_the_deadline_ran_on() -> None:
    made = reach.handed_in()
    two_above(made, 0)
    due = made.reload().due_at
    helper = builders.a_member(made.shop, rights=(Right.VIEW, Right.RESPOND))
    waiting = consents.propose(made.case.pk, event=Event.CLAIM_ACCEPTED, amount=68_000, actor=helper, now=clock.now())
    assert made.reload().due_at == due
    intervention.accept_claim(made.case.pk, actor=made.merchant, now=clock.now())
    waiting.refresh_from_db()
    assert (waiting.state, waiting.ended_by_id) == (Consent.CONFIRMED, made.merchant.id)
    assert made.state is State.ENFORCING


def test_nobody_confirms_their_own_proposal() -> None:
    made = reach.handed_in()
    two_above(made, 0)
    consents.propose(made.case.pk, event=Event.CLAIM_ACCEPTED, amount=68_000, actor=made.merchant, now=clock.now())
    with pytest.raises(Refused, match="needs_a_second_person"):
        intervention.accept_claim(made.case.pk, actor=made.merchant, now=clock.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        Consent.objects.update(state=Consent.CONFIRMED, ended_by=made.merchant.id)


def test_the_colleague_needs_the_right_and_the_limit_themselves() -> None:
    made = reach.handed_in()
    two_above(made, 0)
    consents.propose(made.case.pk, event=Event.CLAIM_ACCEPTED, amount=68_000, actor=made.merchant, now=clock.now())
    small = builders.a_member(made.shop, rights=HELPER, limit=20_000)
    with pytest.raises(Refused, match="over_your_limit"):
        intervention.accept_claim(made.case.pk, actor=small, now=clock.now())
    assert Consent.objects.get().state == Consent.OPEN


def test_a_proposal_of_another_sum_confirms_nothing() -> None:
    made = reach.refused()
    two_above(made, 0)
    helper = builders.a_member(made.shop)
    consents.propose(made.case.pk, event=Event.OFFER_MADE, amount=10_000, actor=helper, now=clock.now())
    with pytest.raises(Refused, match="needs_a_second_person"):
        offers.make(made.case.pk, amount=20_000, returns=False, text="", actor=made.merchant, now=clock.now())
    offers.make(made.case.pk, amount=10_000, returns=False, text="", actor=made.merchant, now=clock.now())


def test_the_shops_own_system_needs_no_second_person() -> None:
    made = reach.a_scene()
    two_above(made, 0)
    from accounts.models import ApiClient

    client = ApiClient.objects.create(name="erp", source="test", scopes=["cases.write"], created_at=clock.now())
    system = builders.Actor.merchant(None, made.shop.pk, client_id=client.pk)
    negotiation.agree_refund(made.case.pk, actor=system, now=clock.now())
    assert made.state is State.ENFORCING


def test_a_declined_proposal_leaves_the_case_as_open_as_before() -> None:
    made = reach.handed_in()
    waiting = consents.propose(
        made.case.pk, event=Event.CLAIM_ACCEPTED, amount=68_000, actor=made.merchant, now=clock.now()
    )
    other = reach.a_scene()
    with pytest.raises(Missing):
        consents.decline(waiting.pk, actor=other.merchant, now=clock.now())
    consents.decline(waiting.pk, actor=made.merchant, now=clock.now())
    assert consents.waiting_for(made.reload()) is None
    assert made.state is State.AWAITING_CONFIRMATION


def test_a_case_is_handed_over_with_a_note_and_only_among_members() -> None:
    made, other = reach.a_scene(), reach.a_scene()
    colleague = builders.a_member(made.shop)
    handling.assign(made.case.pk, member_id=colleague.id, note="买家要发票", actor=made.merchant, now=clock.now())
    assert Handling.objects.get(case=made.case).member_id == colleague.id
    assert ShopNote.objects.get(case=made.case).to_id == colleague.id
    with pytest.raises(Missing):
        handling.assign(made.case.pk, member_id=other.merchant.id, actor=made.merchant, now=clock.now())
    with pytest.raises(Missing):
        handling.assign(made.case.pk, member_id=other.merchant.id, actor=other.merchant, now=clock.now())
    with pytest.raises(Missing):
        handling.note(made.case.pk, text="?", actor=made.buyer, now=clock.now())


def test_whoever_only_looks_arranges_nothing() -> None:
    made = reach.a_scene()
    looker = builders.a_member(made.shop, rights=(Right.VIEW,))
    for act in (
        lambda: handling.assign(made.case.pk, member_id=looker.id, actor=looker, now=clock.now()),
        lambda: handling.note(made.case.pk, text="x", actor=looker, now=clock.now()),
        lambda: handling.save_draft(made.case.pk, body={}, actor=looker, now=clock.now()),
        lambda: consents.propose(made.case.pk, event=Event.REFUND_AGREED, amount=1, actor=looker, now=clock.now()),
        lambda: shop_desk.keep_template(made.shop.pk, name="a", text="b", actor=looker, now=clock.now()),
        lambda: shop_desk.set_limits(made.shop.pk, second_above=1, hours="", actor=looker, now=clock.now()),
        lambda: library.keep(made.shop.pk, reach.received(), code="E14", name="", actor=looker, now=clock.now()),
    ):
        with pytest.raises(Refused, match="right_missing"):
            act()


def test_a_new_case_goes_to_the_member_whom_the_rules_name() -> None:
    made = reach.a_scene()
    colleague = builders.a_member(made.shop)
    shop_desk.add_rule(
        made.shop.pk,
        type_code="DAMAGED",
        sku_prefix="TEA",
        member_id=colleague.id,
        actor=made.merchant,
        now=clock.now(),
    )
    ticks.consequences()
    assert Handling.objects.get(case=made.case).member_id == colleague.id


def test_the_first_rule_that_fits_names_the_member_and_cover_stands_in() -> None:
    rules = [("", "CUP", 1), ("DAMAGED", "", 2), ("", "", 3)]
    people = [Person(1), Person(2, away=True, cover_id=4), Person(3, away=True), Person(4)]
    asks = [("FAKE", "CUP-1", 1), ("DAMAGED", "POT", 4), ("FAKE", "POT", None)]
    for type_code, sku, member in asks:
        assert shop_desk.choose(rules, people, type_code=type_code, sku=sku) == member
    assert shop_desk.choose(rules, [Person(3, away=True, cover_id=2), people[1]], type_code="F", sku="P") is None


def test_cover_looks_after_the_cases_only_while_the_colleague_is_away() -> None:
    made = reach.a_scene()
    away = builders.a_member(made.shop)
    membership = Membership.objects.get(user_id=away.id)
    now = clock.now()
    memberships.go_away(membership.pk, until=now + 2 * builders.DAY, cover_id=made.merchant.id, actor=away, now=now)
    assert set(shop_desk.looked_after_by(made.merchant.id, made.shop.pk, now)) == {made.merchant.id, away.id}
    later = now + 2 * builders.DAY
    assert shop_desk.looked_after_by(made.merchant.id, made.shop.pk, later) == [made.merchant.id]
    with pytest.raises(Missing):
        memberships.go_away(membership.pk, until=later, cover_id=made.buyer.id, actor=away, now=now)


def test_what_was_typed_is_gone_once_the_answer_is_sent_or_the_case_is_over() -> None:
    made = reach.handed_in()
    handling.save_draft(made.case.pk, body={"text": "出库完好"}, actor=made.merchant, now=clock.now())
    intervention.rebut(made.case.pk, reach.answers(made), text="", actor=made.merchant, now=clock.now())
    assert not ReplyDraft.objects.exists()
    other = reach.handed_in()
    handling.save_draft(other.case.pk, body={"text": "?"}, actor=other.merchant, now=clock.now())
    assert handling.forget_drafts(clock.now()) == 0
    assert handling.forget_drafts(clock.now() + handling.DRAFTS_KEPT + timedelta(seconds=1)) == 1


def test_slots_are_filled_and_an_unknown_value_stays_visible() -> None:
    said = shop_desk.fill("订单 {order}，单号 {tracking}，{x}", {"order": "A1", "tracking": ""})
    assert said == "订单 A1，单号 {tracking}，{x}"
    assert shop_desk.empty_slots(said) == ["tracking"]


def test_a_template_is_one_a_name_and_a_shops_own() -> None:
    made, other = reach.a_scene(), reach.a_scene()
    for text in ("一", "二"):
        shop_desk.keep_template(made.shop.pk, name="发货", text=text, actor=made.merchant, now=clock.now())
    kept = ReplyTemplate.objects.get(merchant=made.shop)
    assert kept.text == "二"
    with pytest.raises(Missing):
        shop_desk.remove_template(kept.pk, actor=other.merchant, now=clock.now())


def test_the_usual_return_address_is_one_a_shop() -> None:
    made = reach.a_scene()
    where = {
        "recipient": "仓管",
        "phone": "0571-88886666",
        "address": "杭州某路 1 号",
        "actor": made.merchant,
        "now": clock.now(),
    }
    first = shop_desk.keep_address(made.shop.pk, name="A 仓", is_usual=False, **where)
    second = shop_desk.keep_address(made.shop.pk, name="B 仓", is_usual=True, **where)
    first.refresh_from_db()
    assert (first.is_usual, second.is_usual) == (False, True)


def test_a_saved_view_is_its_readers_own() -> None:
    made = reach.a_scene()
    colleague = builders.a_member(made.shop)
    view = shop_desk.keep_view(made.shop.pk, name="大额", query="least=500", actor=made.merchant, now=clock.now())
    with pytest.raises(Missing):
        shop_desk.remove_view(view.pk, actor=colleague, now=clock.now())
    shop_desk.remove_view(view.pk, actor=made.merchant, now=clock.now())
    assert not SavedView.objects.exists()


def test_one_paper_serves_in_many_cases_as_the_same_bytes_and_is_counted() -> None:
    made = reach.admitted()
    now = clock.now()
    item = library.keep(
        made.shop.pk, reach.received("olive"), code="E14", name="质检报告", sku="TEAPOT", actor=made.merchant, now=now
    )
    builders.travel(timedelta(days=3))
    assert orphans.collect(clock.now()) == 0
    made = reach.admitted()
    mine = library.keep(
        made.shop.pk,
        reach.received("olive"),
        code="E14",
        name="质检报告",
        sku="TEAPOT",
        actor=made.merchant,
        now=clock.now(),
    )
    assert mine.pk != item.pk  # equal bytes of another shop are that shop's own
    for _ in range(2):
        submissions.add_evidence(
            made.case.pk,
            library.received(mine),
            code="E14",
            name=mine.name,
            note="",
            actor=made.merchant,
            now=clock.now(),
        )
    exhibit = Exhibit.objects.get(dossier_id=made.case.dossier_id, side="merchant")
    assert exhibit.blob_id == mine.blob_id
    assert library.shelf(made.shop.pk).get().used == 1
    library.remove(mine.public_id, actor=made.merchant, now=clock.now())
    assert not library.shelf(made.shop.pk).exists()
    assert Exhibit.objects.filter(pk=exhibit.pk, withdrawn_at__isnull=True).exists()


def test_an_item_is_picked_long_after_it_was_put_on_the_shelf() -> None:
    made = reach.admitted()
    item = library.keep(made.shop.pk, reach.received(), code="E14", name="", actor=made.merchant, now=clock.now())
    builders.travel(timedelta(hours=5))
    submissions.add_evidence(
        made.case.pk, library.received(item), code="E14", name="", note="", actor=made.merchant, now=clock.now()
    )
    assert Blob.objects.get(pk=item.blob_id).exhibits.count() == 1


def test_what_fits_a_sale_is_its_sku_its_batch_and_not_expired() -> None:
    made = reach.a_scene()
    today = clock.now().date()
    kept = {}
    for colour, (sku, batch, days) in {
        "teal": ("TEAPOT", "", 1),
        "navy": ("", "", None),
        "olive": ("CUP", "", None),
        "maroon": ("TEAPOT", "B7", None),
        "gray": ("TEAPOT", "", -1),
    }.items():
        kept[colour] = library.keep(
            made.shop.pk,
            reach.received(colour),
            code="E14",
            name=colour,
            sku=sku,
            batch=batch,
            expires_on=today + timedelta(days=days) if days is not None else None,
            actor=made.merchant,
            now=clock.now(),
        )
    fitting = {item.name for item in library.fitting(made.shop.pk, sku="TEAPOT-280", batch="B8", on=today)}
    assert fitting == {"teal", "navy"}
    assert {item.name for item in library.fitting(made.shop.pk, sku="TEAPOT-280", batch="B7", on=today)} == {
        "teal",
        "navy",
        "maroon",
    }


def test_a_shop_has_only_its_own_limit() -> None:
    made, other = reach.a_scene(), reach.a_scene()
    with pytest.raises(Missing):
        shop_desk.set_limits(made.shop.pk, second_above=1, hours="", actor=other.merchant, now=clock.now())
    assert Merchant.objects.get(pk=made.shop.pk).second_above is None
