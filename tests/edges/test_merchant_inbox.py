"""The shop's list as a place to work in: views, assignees, preview, the next case, and many cases accepted at once."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.urls import reverse
from django.utils import translation

from accounts import memberships, shop_desk
from accounts.models import Membership, Right, SavedView
from common import clock
from common.ids import PLATFORM_ZONE
from disputes import consents, handling, negotiation
from disputes.lifecycle import Event, State
from disputes.models import Case, Handling
from tests import builders, reach
from tests.reach import Scene
from tests.visiting import signed_in

pytestmark = pytest.mark.django_db

LIST = 6


def another(made: Scene, kind: reach.Kind = reach.Kind.REFUND_ONLY) -> Case:
    """One more request to the same shop, due later."""
    builders.travel(builders.HOUR)
    line = builders.a_line(made.buyer, made.shop)
    return negotiation.open_refund(
        line.pk,
        kind=kind,
        type_code="DAMAGED",
        amount=10_000,
        text="也坏了。",
        actor=made.buyer,
        now=clock.now(),
    )


def pick(*cases: Case) -> list[str]:
    return [f"{case.number}:{Case.objects.get(pk=case.pk).version}" for case in cases]


BULK = "/shop/bulk/accept/"


def test_the_list_is_narrowed_by_sku_and_by_who_looks_after_it(django_assert_max_num_queries):
    made = reach.a_scene()
    colleague = builders.a_member(made.shop)
    handling.assign(made.case.pk, member_id=colleague.id, actor=made.merchant, now=clock.now())
    client, theirs = signed_in(made.merchant), signed_in(colleague)
    number = made.case.number
    assert number in client.get("/shop/", {"sku": "TEA"}).content.decode()
    assert number not in client.get("/shop/", {"sku": "CUP"}).content.decode()
    assert number not in client.get("/shop/", {"who": "me"}).content.decode()
    assert number not in client.get("/shop/", {"who": "none"}).content.decode()
    with django_assert_max_num_queries(LIST):
        assert number in theirs.get("/shop/", {"who": "me"}).content.decode()


def test_whoever_stands_in_finds_the_cases_of_the_absent_among_their_own():
    made = reach.a_scene()
    away = builders.a_member(made.shop)
    handling.assign(made.case.pk, member_id=away.id, actor=made.merchant, now=clock.now())
    now = clock.now()
    memberships.go_away(
        Membership.objects.get(user_id=away.id).pk,
        until=now + builders.DAY,
        cover_id=made.merchant.id,
        actor=away,
        now=now,
    )
    client = signed_in(made.merchant)
    assert made.case.number in client.get("/shop/", {"who": "me"}).content.decode()
    builders.travel(builders.DAY)
    assert made.case.number not in client.get("/shop/", {"who": "me"}).content.decode()


def test_a_view_is_kept_opened_and_removed():
    made = reach.a_scene()
    client = signed_in(made.merchant)
    reply = client.post("/shop/views/", {"name": "大额", "query": "?least=500&type=DAMAGED&after=1-1&evil=1"})
    assert reply.headers["Location"] == "/shop/?type=DAMAGED&least=500"
    view = SavedView.objects.get()
    said = client.get("/shop/?type=DAMAGED&least=500").content.decode()
    assert "大额" in said and made.case.number in said
    other = reach.a_scene()
    assert signed_in(other.merchant).post(f"/shop/views/{view.pk}/remove/").status_code == 404
    client.post(f"/shop/views/{view.pk}/remove/")
    assert not SavedView.objects.exists()


def test_the_preview_shows_one_case_beside_the_list_and_only_ones_own():
    made, other = reach.handed_in(), reach.a_scene()
    client = signed_in(made.merchant)
    said = client.get("/en/shop/", {"preview": made.case.number}).content.decode()
    assert "Close the preview" in said and "收到时壶身已有裂纹" in said
    for number in (other.case.number, "DA-1", "\x00"):
        assert "Close the preview" not in client.get("/en/shop/", {"preview": number}).content.decode()


def test_the_next_case_is_the_most_urgent_that_is_nobodys_and_becomes_ones_own():
    made = reach.a_scene()
    second = another(made)
    colleague = builders.a_member(made.shop)
    handling.assign(made.case.pk, member_id=colleague.id, actor=colleague, now=clock.now())
    client = signed_in(made.merchant)
    path = reverse("merchant:next")
    assert client.post(path).headers["Location"] == reverse("merchant:case", args=[second.number])
    assert Handling.objects.get(case=second).member_id == made.merchant.id
    assert signed_in(colleague).post(path).headers["Location"] == reverse("merchant:case", args=[made.case.number])
    third = builders.a_member(made.shop)
    assert signed_in(third).post(path).headers["Location"] == "/shop/"


def test_whoever_may_only_look_takes_no_case():
    made = reach.a_scene()
    looker = builders.a_member(made.shop, rights=(Right.VIEW,))
    signed_in(looker).post(reverse("merchant:next"))
    assert not Handling.objects.filter(member_id=looker.id).exists()


def test_the_list_says_what_waits_for_a_second_person():
    made = reach.handed_in()
    consents.propose(made.case.pk, event=Event.CLAIM_ACCEPTED, amount=68_000, actor=made.merchant, now=clock.now())
    client = signed_in(made.merchant)
    assert "waits for a second person" in client.get("/en/shop/").content.decode()
    other = another(made)
    narrowed = client.get("/en/shop/", {"who": "second"}).content.decode()
    assert made.case.number in narrowed and other.number not in narrowed


def test_many_are_accepted_on_one_page_each_by_its_own_act():
    made = reach.a_scene(kind=reach.Kind.RETURN_REFUND)
    others = [another(made) for _ in range(2)]
    client = signed_in(made.merchant)
    every = [made.case, *others]
    page = client.get(f"/en{BULK}", {"case": [case.number for case in every]})
    said = page.content.decode()
    assert "880.00" in said and "Accept 3 cases" in said and "In 1 case the goods come back" in said
    done = client.post(f"/en{BULK}", {"case": pick(*every)})
    assert "3 cases accepted" in done.content.decode()
    states = [State(Case.objects.get(pk=case.pk).state) for case in every]
    assert states == [State.AWAITING_RETURN, State.ENFORCING, State.ENFORCING]


def test_sending_the_same_page_again_changes_nothing_and_says_so():
    made = reach.a_scene()
    client = signed_in(made.merchant)
    data = {"case": pick(made.case)}
    client.post(BULK, data)
    version = made.reload().version
    again = client.post(f"/en{BULK}", data).content.decode()
    assert "Accepted before" in again
    assert made.reload().version == version


def test_what_changed_since_is_taken_out_and_named_and_stops_no_other():
    made = reach.a_scene()
    second = another(made)
    data = {"case": pick(made.case, second)}
    negotiation.refuse(second.pk, text="开片是天然特征。", actor=made.merchant, now=clock.now())
    said = signed_in(made.merchant).post(f"/en{BULK}", data).content.decode()
    assert "1 case accepted" in said and "It changed since you looked" in said
    assert made.state is State.ENFORCING
    assert Case.objects.get(pk=second.pk).state == State.AWAITING_BUYER.value


def test_what_one_may_not_accept_is_left_out_before_anything_is_done():
    made = reach.a_scene()
    helper = builders.a_member(made.shop, rights=(Right.VIEW, Right.RESPOND, Right.ACCEPT), limit=20_000)
    small = another(made)
    client = signed_in(helper)
    page = client.get(BULK, {"case": [made.case.number, small.number]})
    assert [item.case.number for item in page.context["ready"]] == [small.number]
    assert [item.case.number for item in page.context["out"]] == [made.case.number]
    client.post(BULK, {"case": pick(made.case, small)})
    assert made.state is State.AWAITING_MERCHANT
    assert Case.objects.get(pk=small.pk).state == State.ENFORCING.value


def test_above_the_sum_for_two_people_nothing_is_accepted_in_bulk():
    made = reach.a_scene()
    shop_desk.set_limits(made.shop.pk, second_above=1, hours="", actor=made.merchant, now=clock.now())
    client = signed_in(made.merchant)
    assert client.get(BULK, {"case": made.case.number}).context["ready"] == []
    client.post(BULK, {"case": pick(made.case)})
    assert made.state is State.AWAITING_MERCHANT


def test_a_case_of_another_shop_is_not_there_and_a_version_must_be_named():
    made, other = reach.a_scene(), reach.a_scene()
    client = signed_in(made.merchant)
    client.post(BULK, {"case": pick(other.case)})
    assert other.state is State.AWAITING_MERCHANT
    client.post(BULK, {"case": [made.case.number]})
    assert made.state is State.AWAITING_MERCHANT
    assert client.get(BULK).headers["Location"] == "/shop/"


def test_at_most_fifty_are_taken_and_a_long_page_costs_no_more(django_assert_max_num_queries, monkeypatch):
    from web.merchant import bulk

    made = reach.a_scene()
    cases = [made.case, *(another(made) for _ in range(3))]
    client = signed_in(made.merchant)
    with django_assert_max_num_queries(8):
        client.get(BULK, {"case": [case.number for case in cases]})
    monkeypatch.setattr(bulk, "MOST", 2)
    page = client.get(BULK, {"case": [case.number for case in cases]})
    assert len(page.context["ready"]) == 2


def test_many_are_handed_over_at_once_with_one_note():
    made = reach.a_scene()
    second = another(made)
    colleague = builders.a_member(made.shop)
    other = reach.a_scene()
    numbers = [made.case.number, second.number, other.case.number]
    client = signed_in(made.merchant)
    page = client.get("/shop/bulk/assign/", {"case": numbers})
    assert {case.number for case in page.context["cases"]} == {made.case.number, second.number}
    data = {"case": numbers, "member": str(colleague.id), "note": "我下班了"}
    assert client.post("/shop/bulk/assign/", data).status_code == 302
    assert set(Handling.objects.values_list("case_id", "member_id")) == {
        (made.case.pk, colleague.id),
        (second.pk, colleague.id),
    }
    looker = builders.a_member(made.shop, rights=(Right.VIEW,))
    signed_in(looker).post("/shop/bulk/assign/", data | {"member": str(looker.id)})
    assert not Handling.objects.filter(member_id=looker.id).exists()
    stranger = {"case": numbers, "member": str(other.merchant.id), "note": ""}
    assert client.post("/shop/bulk/assign/", stranger).status_code == 422


def test_the_table_speaks_the_readers_language_and_tells_time_as_the_site_does():
    made = reach.a_scene()
    with translation.override("zh-hans"):
        reply = signed_in(made.merchant).get(reverse("merchant:export"), headers={"accept-language": "zh-hans"})
    head, row = reply.content.decode("utf-8-sig").splitlines()[:2]
    assert head == "案件,商品,类型,状态,金额,货币,须在此前完成（UTC+8）,负责人"
    assert made.case.due_at is not None
    due = datetime.strptime(row.split(",")[6], "%Y-%m-%d %H:%M").replace(tzinfo=PLATFORM_ZONE)  # as a spreadsheet does
    assert due == made.case.due_at.replace(second=0, microsecond=0)


def test_the_list_can_be_taken_away_as_a_table_without_formulas():
    made, other = reach.a_scene(), reach.a_scene()
    Case.objects.filter(pk=made.case.pk).update(title="=HYPERLINK(1)")
    reply = signed_in(made.merchant).get("/shop/export.csv", {"type": "DAMAGED"})
    said = reply.content.decode()
    assert made.case.number in said and "'=HYPERLINK(1)" in said and "680.00" in said
    assert other.case.number not in said
    assert made.case.number not in signed_in(made.merchant).get("/shop/export.csv", {"sku": "CUP"}).content.decode()
    assert signed_in(made.buyer).get("/shop/export.csv").status_code == 404


def test_small_sums_are_chosen_by_their_sum_within_what_the_list_shows():
    made = reach.a_scene(paid=68_000)
    small, hidden = another(made), another(made)
    handling.assign(hidden.pk, member_id=made.merchant.id, actor=made.merchant, now=clock.now())
    client = signed_in(made.merchant)
    page = client.get(BULK, {"small": "1", "upto": "100.00", "who": "none"}).content.decode()
    assert small.number in page and hidden.number not in page and made.case.number not in page
    page = client.get(BULK, {"small": "1", "upto": "100"}).content.decode()
    assert small.number in page and hidden.number in page and made.case.number not in page
    # Nothing so small, or no sum at all: back to the list, which says so.
    for typed in ("99.99", "", "viel", "-1"):
        assert client.get(BULK, {"small": "1", "upto": typed}).url.startswith("/shop/?")


@pytest.mark.parametrize("asked", [{"upto": "abc"}, {"upto": "abc", "small": "1"}, {"upto": "0.01", "small": "1"}, {}])
def test_a_bulk_choice_that_finds_nothing_says_why(asked):
    made = reach.a_scene()
    client = signed_in(made.merchant)
    assert client.get(BULK, asked, follow=True).context["messages"]
    assert client.post("/shop/bulk/assign/", {}, follow=True).context["messages"]


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("0", "must be greater than zero"),
        ("-5", "must be greater than zero"),
        ("9999999999999", "too large"),
        ("1,000,000,000,000", "too large"),
        ("abc", "in digits"),
    ],
)
def test_a_sum_that_cannot_be_used_is_told_by_what_is_wrong_with_it(typed, told):
    made = reach.a_scene()
    client = signed_in(made.merchant)
    reply = client.get(f"/en{BULK}", {"small": "1", "upto": typed}, follow=True)
    assert told in str(next(iter(reply.context["messages"])))


def test_a_case_that_waits_for_another_kind_of_step_is_left_out_with_that_and_not_as_moved_on():
    made = reach.a_scene(kind=reach.Kind.RETURN_REFUND)
    negotiation.agree_return(made.case.pk, actor=made.merchant, now=clock.now())
    client = signed_in(made.merchant)

    def why() -> str:
        page = client.get(f"/en{BULK}", {"case": made.case.number})
        (item,) = page.context["out"]
        return str(item.why)

    assert "The return is agreed already" in why()
    negotiation.ship_return(made.case.pk, carrier="SF", tracking="SF1234567890", actor=made.buyer, now=clock.now())
    assert made.state is State.RETURN_IN_TRANSIT
    assert "A return has to be checked by itself" in why()
    negotiation.accept_return(made.case.pk, actor=made.merchant, now=clock.now())
    assert "moved on" not in why()


@pytest.mark.parametrize("path", ["/shop/", "/shop/open/", "/shop/decided/"])
def test_no_two_choices_of_the_state_read_the_same(path):
    made = reach.a_scene()
    choices = [name for _value, name in signed_in(made.merchant).get(path).context["form"].fields["state"].choices]
    assert len(set(choices)) == len(choices) > 3


def test_a_state_that_is_chosen_finds_every_state_of_that_name_also_by_an_older_address():
    made = reach.queued()
    client = signed_in(made.merchant)
    assert made.state is State.AWAITING_ASSIGNMENT
    for state in (State.AWAITING_ASSIGNMENT, State.UNDER_REVIEW, State.AWAITING_APPROVAL):
        page = client.get("/shop/open/", {"state": state.value})
        assert made.case.number in page.content.decode()
        assert page.context["form"]["state"].value() == State.AWAITING_ASSIGNMENT.value
    assert made.case.number not in client.get("/shop/open/", {"state": State.JURY_VOTING.value}).content.decode()


def test_a_name_too_long_for_a_view_is_refused_and_not_cut():
    made = reach.a_scene()
    client = signed_in(made.merchant)
    told = client.post(reverse("merchant:view_keep"), {"query": "type=DAMAGED", "name": "长" * 25}, follow=True)
    assert "24" in str(next(iter(told.context["messages"])))
    assert not SavedView.objects.exists()


def test_a_filter_that_cannot_be_read_chooses_no_case_to_accept_and_stays_as_it_was_typed():
    made = reach.a_scene()
    client = signed_in(made.merchant)
    query = {"small": "1", "upto": "900", "least": "much"}
    page = client.get("/en" + BULK, query, follow=True)
    said = page.content.decode()
    assert "A filter cannot be read, so nothing was chosen." in said and "Accept several claims" not in said
    assert 'value="much"' in said and 'value="900"' in said
    assert (
        "nothing was chosen"
        in client.get("/en" + BULK, {"small": "1", "upto": "900", "due": "x"}, follow=True).content.decode()
    )
    assert made.case.number in client.get("/en" + BULK, {"small": "1", "upto": "900"}, follow=True).content.decode()
    # A sum that cannot be read comes back as well.
    assert 'value="lots"' in client.get("/en" + BULK, {"small": "1", "upto": "lots"}, follow=True).content.decode()
