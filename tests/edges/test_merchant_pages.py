"""The shop's pages: who may see them, how many queries they cost, what they say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.models import Right, User
from common import clock
from disputes import offers, submissions
from disputes.models import Case
from journal.kinds import HOUSE_ONLY
from journal.models import Entry
from notifications.models import Notice
from tests import builders, deciding, reach
from tests.visiting import signed_in
from web import timeline
from web.keyset import Cursor

pytestmark = pytest.mark.django_db

# Everything counted, the session and its user too.
LIST = 6
CASE = 12


@pytest.fixture(autouse=True)
def _addresses_without_a_prefix() -> Iterator[None]:
    """A reply in English leaves the thread in English; each test begins with the addresses of the default language."""
    with translation.override("zh-hans"):
        yield


def page_of(case: Case) -> str:
    return reverse("merchant:case", args=[case.number])


@pytest.mark.parametrize("name", ["inbox", "open", "decided", "messages"])
def test_a_list_is_for_members_of_a_shop_only(name):
    made = reach.a_scene()
    path = reverse(f"merchant:{name}")
    assert signed_in(made.merchant).get(path).status_code == 200
    for stranger in (made.buyer, made.arbitrator, made.ops):
        assert signed_in(stranger).get(path).status_code == 404
    assert Client().get(path).headers["Location"].endswith(f"/login/?next={path}")


def test_a_case_exists_for_its_own_shop_only():
    made, other = reach.a_scene(), reach.a_scene()
    path = page_of(made.case)
    assert signed_in(made.merchant).get(path).status_code == 200
    for stranger in (other.merchant, made.buyer, made.arbitrator, made.senior, made.ops):
        assert signed_in(stranger).get(path).status_code == 404


def test_the_inbox_holds_what_awaits_the_shop_and_nothing_else():
    made = reach.a_scene()
    client = signed_in(made.merchant)
    assert made.case.number in client.get("/en/shop/").content.decode()
    reach.negotiation.refuse(made.case.pk, text="开片是天然特征。", actor=made.merchant, now=clock.now())
    said = client.get("/en/shop/").content.decode()
    assert made.case.number not in said
    assert "Nothing needs an answer from you" in said
    assert made.case.number in client.get("/en/shop/open/").content.decode()


def test_a_shop_that_has_handed_in_is_asked_nothing_more():
    made = reach.admitted()
    client = signed_in(made.merchant)
    assert made.case.number in client.get("/shop/").content.decode()
    submissions.hand_in(made.case.pk, actor=made.merchant, now=clock.now())
    assert made.case.number not in client.get("/shop/").content.decode()


def test_the_inbox_begins_with_what_is_due_first():
    late = reach.a_scene()
    builders.travel(timedelta(hours=3))
    line = builders.a_line(late.buyer, late.shop)
    case = reach.negotiation.open_refund(
        line.pk,
        kind=reach.Kind.REFUND_ONLY,
        type_code="DAMAGED",
        amount=line.paid,
        text="另一件也坏了。",
        actor=late.buyer,
        now=clock.now(),
    )
    said = signed_in(late.merchant).get("/shop/").content.decode()
    assert said.index(late.case.number) < said.index(case.number)


def test_the_filters_narrow_the_inbox_and_say_when_nothing_fits():
    made = reach.a_scene(type_code="DAMAGED")
    client = signed_in(made.merchant)
    assert made.case.number in client.get("/shop/", {"type": "DAMAGED", "least": "600"}).content.decode()
    said = client.get("/en/shop/", {"least": "700"}).content.decode()
    assert made.case.number not in said
    assert "No case fits these filters" in said
    assert "Enter the amount in digits" in client.get("/en/shop/", {"least": "much"}).content.decode()


def test_a_list_goes_on_after_its_last_row(monkeypatch):
    from web.merchant import cases

    monkeypatch.setattr(cases, "PAGE", 1)
    made = reach.a_scene()
    line = builders.a_line(made.buyer, made.shop)
    second = reach.negotiation.open_refund(
        line.pk,
        kind=reach.Kind.REFUND_ONLY,
        type_code="DAMAGED",
        amount=line.paid,
        text="也坏了。",
        actor=made.buyer,
        now=clock.now(),
    )
    client = signed_in(made.merchant)
    for path in ("/shop/", "/shop/open/"):
        first_page = client.get(path)
        after = first_page.context["next"]
        rest = client.get(path, {"after": after})
        shown = {row["number"] for page in (first_page, rest) for row in page.context["rows"]}
        assert shown == {made.case.number, second.number}
        assert rest.context["next"] == ""


def test_a_cursor_that_is_none_begins_at_the_start():
    made = reach.a_scene()
    for junk in ("x", "1-", "-1", "9" * 60 + "-1", "99999999999999999999999999-1"):
        assert Cursor.read(junk) is None
        assert made.case.number in signed_in(made.merchant).get("/shop/", {"after": junk}).content.decode()


def test_lists_and_pages_keep_to_their_budget(django_assert_max_num_queries):
    made = reach.handed_in()
    offers.make(made.case.pk, amount=10_000, returns=False, text="补偿", actor=made.merchant, now=clock.now())
    client = signed_in(made.merchant)
    client.get(page_of(made.case))  # rules are read once per process
    for path in ("/shop/", "/shop/?type=DAMAGED&due=today", "/shop/open/", "/shop/decided/", "/shop/messages/"):
        client.get(path)  # which rules are in force is asked once a minute
        with django_assert_max_num_queries(LIST):
            assert client.get(path).status_code == 200
    with django_assert_max_num_queries(CASE):
        assert client.get(page_of(made.case)).status_code == 200


@pytest.mark.parametrize("scene", [reach.a_scene, reach.handed_in, deciding.served, deciding.under_appeal])
def test_a_case_page_keeps_to_its_budget_however_far_the_case_is(scene, django_assert_max_num_queries):
    made = scene()
    client = signed_in(made.merchant)
    client.get(page_of(made.case))
    with django_assert_max_num_queries(CASE):
        assert client.get(page_of(made.case)).status_code == 200


def test_a_long_record_is_read_page_by_page_to_its_beginning(monkeypatch, django_assert_max_num_queries):
    made = reach.handed_in()
    client = signed_in(made.merchant)
    told = [kind.value for kind in timeline.SENTENCES if kind not in HOUSE_ONLY]
    entries = Entry.objects.filter(stream=made.case.stream_id, kind__in=told).order_by("-seq")
    assert "?before=" not in client.get(page_of(made.case)).content.decode()
    monkeypatch.setattr(timeline, "PAGE", 1)
    path, found = page_of(made.case), []
    while path:
        with django_assert_max_num_queries(CASE):
            said = client.get(path).content.decode()
        found += re.findall(r'<time datetime="([^"]+)">', said.split('<ol class="tl"')[1].split("</ol>")[0])
        following = re.search(r'href="(\?before=\d+)#hs" rel="next"', said)
        path = page_of(made.case) + following[1] if following else ""
    assert found == [entry.at.isoformat() for entry in entries]
    for junk in ("x", "-1", "9" * 40, "٣"):
        assert client.get(page_of(made.case), {"before": junk}).status_code == 200


def test_points_wait_for_the_shop_only_while_it_can_answer_them():
    for made, waits in ((reach.handed_in(), True), (deciding.served(), False)):
        reply = signed_in(made.merchant).get(page_of(made.case))
        assert bool(reply.context["unanswered"]) is waits


def test_nobody_is_asked_for_what_only_the_platform_can_bring():
    made = reach.admitted()
    path = reverse("buyer:case", args=[made.case.number])
    asked = signed_in(made.buyer).get(path).context["checklist"]["rows"]
    assert all(row.takes_files or row.state == "auto" for row in asked)
    rows = signed_in(made.merchant).get(page_of(made.case)).context["tasks"]["rows"]
    assert all(row["href"] or row["state"] in ("auto", "done") for row in rows)


def test_the_case_page_says_what_is_asked_and_keeps_the_buyer_masked():
    made = reach.handed_in()
    said = signed_in(made.merchant).get(f"/en{page_of(made.case)}").content.decode()
    assert "收到时壶身已有裂纹" in said
    assert "当晚开箱就看到裂纹" in said
    assert "680.00" in said
    assert "林**" in said and "林知夏" not in said
    assert reverse("merchant:act", args=[made.case.number, "claim_rebutted"]) in said
    assert reverse("merchant:act", args=[made.case.number, "claim_accepted"]) in said


def test_no_button_is_drawn_for_what_the_case_itself_refuses():
    made = reach.a_scene(kind=reach.Kind.REFUND_ONLY)
    said = signed_in(made.merchant).get(page_of(made.case)).content.decode()
    assert "/refund_agreed/" in said
    assert "/return_agreed/" not in said  # no return was asked for
    assert "/offer_accepted/" not in said  # nothing is on the table


def test_the_shop_is_not_sent_to_the_platform_before_its_own_time_is_over():
    made = reach.a_scene()
    assert "/intervention_requested/" not in signed_in(made.merchant).get(page_of(made.case)).content.decode()
    reach.negotiation.refuse(made.case.pk, text="开片是天然特征。", actor=made.merchant, now=clock.now())
    assert "/intervention_requested/" in signed_in(made.merchant).get(page_of(made.case)).content.decode()


def test_the_decision_is_read_by_the_shop_and_leads_to_its_acts():
    made = deciding.served()
    client = signed_in(made.merchant)
    path = reverse("merchant:decision", args=[made.case.number])
    said = client.get(path).content.decode()
    assert made.case.number in said
    assert deciding.REASONS[:12] in said
    assert "/appeal_filed/" in said
    assert signed_in(made.buyer).get(path).status_code == 404
    assert path in client.get(page_of(made.case)).content.decode()


def test_without_a_decision_the_case_page_says_where_things_stand():
    made = reach.a_scene()
    path = reverse("merchant:decision", args=[made.case.number])
    assert signed_in(made.merchant).get(path).headers["Location"] == page_of(made.case)


def test_a_member_of_two_shops_works_for_one_at_a_time():
    made, other = reach.a_scene(), reach.a_scene()
    user = User.objects.get(pk=made.merchant.id)
    builders.Membership.objects.create(
        user=user, merchant=other.shop, rights=[right.value for right in Right], since=clock.now()
    )
    client = signed_in(made.merchant)
    client.post(reverse("merchant:switch"), {"shop": str(made.shop.pk)})
    assert client.get(page_of(made.case)).status_code == 200
    assert client.get(page_of(other.case)).status_code == 404
    client.post(reverse("merchant:switch"), {"shop": str(other.shop.pk)})
    assert client.get(page_of(other.case)).status_code == 200
    assert other.case.number in client.get("/shop/").content.decode()


def test_nobody_switches_to_a_shop_that_is_not_theirs():
    made, other = reach.a_scene(), reach.a_scene()
    client = signed_in(made.merchant)
    client.post(reverse("merchant:switch"), {"shop": str(other.shop.pk)})
    assert client.get(page_of(other.case)).status_code == 404
    assert client.get(page_of(made.case)).status_code == 200


def test_who_has_left_a_shop_lands_in_their_next_one():
    made, other = reach.a_scene(), reach.a_scene()
    user = User.objects.get(pk=made.merchant.id)
    left = builders.Membership.objects.create(
        user=user, merchant=other.shop, rights=[right.value for right in Right], since=clock.now()
    )
    client = signed_in(made.merchant)
    client.post(reverse("merchant:switch"), {"shop": str(other.shop.pk)})
    left.removed_at = clock.now()
    left.save()
    assert client.get("/shop/").status_code == 200
    assert client.get(page_of(other.case)).status_code == 404


def test_messages_are_of_the_chosen_shop_and_can_be_marked_as_read():
    from engine import ticks

    made = reach.a_scene()
    ticks.consequences()
    client = signed_in(made.merchant)
    assert made.case.number in client.get("/shop/messages/").content.decode()
    client.post(reverse("merchant:messages_read"))
    assert not Notice.objects.filter(user_id=made.merchant.id, read_at__isnull=True).exists()


def test_every_page_of_a_case_says_how_much_awaits_the_shop():
    """In the one statement that reads the case: these pages have no room for another."""
    made = deciding.served()
    reach.a_scene()  # of another shop, and so not counted
    Case.objects.filter(pk=reach.a_scene().case.pk).update(merchant=made.case.merchant)  # of this one
    client = signed_in(made.merchant)
    total = client.get("/shop/").context["waiting"].total
    assert total == 1  # an appeal that could be filed is a right, and waits for nobody
    for name in ("case", "decision", "file"):
        nav = client.get(reverse(f"merchant:{name}", args=[made.case.number])).context["nav"]
        assert next(item.count for item in nav if item.key == "inbox") == total, name
    act = client.get(reverse("merchant:act", args=[made.case.number, "appeal_filed"])).context["nav"]
    assert next(item.count for item in act if item.key == "inbox") == total
