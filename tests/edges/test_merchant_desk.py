"""How a shop arranges its desk by its pages: members and their rights, absence, routing, words, addresses, the shelf."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation

from accounts import shop_desk
from accounts.models import Membership, Merchant, ReplyTemplate, ReturnAddress, Right, RoutingRule
from common import clock
from common.actor import Actor
from disputes import handling, negotiation
from disputes.models import Handling
from evidence.models.library import LibraryItem
from notifications import preferences
from notifications.preferences import Wanted
from tests import builders, reach
from tests.visiting import signed_in

pytestmark = pytest.mark.django_db

PAGES = ("members", "settings", "library")
BUDGET = 12


@pytest.fixture(autouse=True)
def _addresses_without_a_prefix() -> Iterator[None]:
    with translation.override("zh-hans"):
        yield


def send(actor: Actor, page: str, **data: object):
    return signed_in(actor).post(reverse(f"merchant:{page}"), data)


@pytest.mark.parametrize("page", PAGES)
def test_these_pages_are_for_members_of_the_shop_only(page):
    made = reach.a_scene()
    path = reverse(f"merchant:{page}")
    looker = builders.a_member(made.shop, rights=(Right.VIEW,))
    assert signed_in(made.merchant).get(path).status_code == 200
    assert signed_in(looker).get(path).status_code == 200
    for stranger in (made.buyer, made.arbitrator, made.ops):
        assert signed_in(stranger).get(path).status_code == 404


@pytest.mark.parametrize("page", PAGES)
def test_each_page_keeps_to_its_budget(page, django_assert_max_num_queries):
    made = reach.a_scene()
    for _number in range(3):
        builders.a_member(made.shop)
    client = signed_in(made.merchant)
    client.get(reverse(f"merchant:{page}"))
    with django_assert_max_num_queries(BUDGET):
        client.get(reverse(f"merchant:{page}"))


def test_an_owner_invites_changes_and_removes():
    made = reach.a_scene()
    user = builders.a_user("小张")
    rights = ["view", "respond", "accept"]
    reply = send(made.merchant, "members", what="invite", name=user.username, rights=rights, limit="200.00")
    assert reply.status_code == 302
    row = Membership.objects.get(user=user)
    assert (row.rights, row.accept_limit) == (rights, 20_000)
    client = signed_in(made.merchant)
    changed = client.post(reverse("merchant:member", args=[row.pk]), {"rights": ["view"], "limit": ""})
    assert changed.status_code == 302
    row = Membership.objects.get(user=user, removed_at__isnull=True)
    assert row.rights == ["view"]
    handling.assign(made.case.pk, member_id=user.pk, actor=made.merchant, now=clock.now())
    path = reverse("merchant:member_remove", args=[row.pk])
    assert client.get(path).status_code == 200
    assert client.post(path).status_code == 302
    assert not Membership.objects.filter(user=user, removed_at__isnull=True).exists()
    assert Handling.objects.get(case=made.case).member_id is None


def test_the_last_owner_can_neither_leave_nor_lose_the_right():
    made = reach.a_scene()
    row = Membership.objects.get(user_id=made.merchant.id)
    client = signed_in(made.merchant)
    removed = client.post(f"/en{reverse('merchant:member_remove', args=[row.pk])}")
    assert removed.status_code == 422 and "needs an owner" in removed.content.decode()
    changed = client.post(f"/en/shop/members/{row.pk}/", {"rights": ["view"], "limit": ""})
    assert changed.status_code == 422 and "needs an owner" in changed.content.decode()
    assert Membership.objects.get(pk=row.pk).removed_at is None


def test_an_unknown_name_is_said_beside_the_field():
    made = reach.a_scene()
    reply = send(made.merchant, "members", what="invite", name="nobody-at-all", rights=["view"], limit="")
    assert reply.status_code == 422
    assert reply.context["forms"]["invite"].errors.get("name")
    assert "nobody-at-all" in reply.content.decode()


def test_whoever_is_no_owner_arranges_nothing_of_the_shop():
    made = reach.a_scene()
    helper = builders.a_member(made.shop, rights=(Right.VIEW, Right.RESPOND))
    row = Membership.objects.get(user_id=helper.id)
    user = builders.a_user()
    for page, data in (
        ("members", {"what": "invite", "name": user.username, "rights": ["view"]}),
        ("members", {"what": "rule", "member": str(helper.id)}),
        ("settings", {"what": "shop", "second_above": "1"}),
        ("settings", {"what": "address", "name": "a", "recipient": "b", "phone": "c", "address": "d"}),
    ):
        assert send(helper, page, **data).status_code == 404
    client = signed_in(helper)
    for name in ("member", "member_remove"):
        assert client.get(reverse(f"merchant:{name}", args=[row.pk])).status_code == 404
    assert not RoutingRule.objects.exists() and not ReturnAddress.objects.exists()


def test_nobody_reaches_into_another_shop():
    made, other = reach.a_scene(), reach.a_scene()
    row = Membership.objects.get(user_id=other.merchant.id)
    client = signed_in(made.merchant)
    assert client.post(reverse("merchant:member_remove", args=[row.pk])).status_code == 404
    rule = RoutingRule.objects.create(merchant=other.shop, place=1, member_id=other.merchant.id)
    assert send(made.merchant, "members", what="drop_rule", id=rule.pk).status_code == 404
    words = ReplyTemplate.objects.create(merchant=other.shop, name="a", text="b", at=clock.now())
    assert send(made.merchant, "settings", what="drop_template", id=words.pk).status_code == 404
    assert RoutingRule.objects.exists() and ReplyTemplate.objects.exists()


def test_a_member_says_until_when_they_are_away_and_who_stands_in():
    made = reach.a_scene()
    colleague = builders.a_member(made.shop)
    day = (clock.now() + 2 * builders.DAY).date().isoformat()
    assert send(colleague, "members", what="away", until=day, cover=str(made.merchant.id)).status_code == 302
    row = Membership.objects.get(user_id=colleague.id)
    assert row.cover_id == made.merchant.id and row.away_until is not None
    assert "stands in" in signed_in(made.merchant).get("/en/shop/members/").content.decode()
    assert send(colleague, "members", what="away", until="", cover="").status_code == 302
    row.refresh_from_db()
    assert row.away_until is None and row.cover_id is None


@pytest.mark.parametrize("language", ["", "/zh-hant", "/en"])
def test_the_last_day_away_stands_in_its_field_as_a_browser_reads_it(language: str):
    made = reach.a_scene()
    day = (clock.now() + 5 * builders.DAY).date().isoformat()
    assert send(made.merchant, "members", what="away", until=day, cover="").status_code == 302
    page = signed_in(made.merchant).get(f"{language}/shop/members/").content.decode()
    # Written otherwise a browser shows an empty field, and to save it again would end the absence.
    assert f'name="until" value="{day}"' in page


def test_above_the_shop_s_sum_nobody_is_said_to_accept_alone():
    made = reach.a_scene()
    builders.a_member(made.shop, rights=(Right.VIEW, Right.ACCEPT), limit=20_000)
    client = signed_in(made.merchant)
    assert "no limit" in client.get("/en/shop/members/").content.decode()
    shop_desk.set_limits(made.shop.pk, second_above=50_000, hours="", actor=made.merchant, now=clock.now())
    page = client.get("/en/shop/members/").content.decode()
    table = page[page.index("<table") : page.index("</table>")]
    assert "no limit" not in table and "500.00" in table and "200.00" in table


def test_two_who_are_away_do_not_stand_in_for_each_other_nor_in_a_ring():
    made = reach.a_scene()
    first, second = builders.a_member(made.shop), builders.a_member(made.shop)
    day = (clock.now() + 2 * builders.DAY).date().isoformat()
    assert send(first, "members", what="away", until=day, cover=str(second.id)).status_code == 302
    reply = send(second, "members", what="away", until=day, cover=str(first.id))
    assert reply.status_code == 422 and reply.context["form"].errors.get("cover")
    assert send(second, "members", what="away", until=day, cover=str(made.merchant.id)).status_code == 302
    assert send(made.merchant, "members", what="away", until=day, cover=str(first.id)).status_code == 422
    # Whoever is back can be counted on again.
    assert send(first, "members", what="away", until="", cover="").status_code == 302
    assert send(made.merchant, "members", what="away", until=day, cover=str(first.id)).status_code == 302


def test_routing_rules_are_added_shown_and_removed():
    made = reach.a_scene()
    data = {"what": "rule", "type": "DAMAGED", "sku": "TEA", "member": str(made.merchant.id)}
    assert send(made.merchant, "members", **data).status_code == 302
    rule = RoutingRule.objects.get()
    assert "TEA…" in signed_in(made.merchant).get("/shop/members/").content.decode()
    assert send(made.merchant, "members", what="drop_rule", id=rule.pk).status_code == 302
    assert not RoutingRule.objects.exists()


def test_a_shop_sets_its_limit_its_hours_its_words_its_addresses_and_its_mail():
    made = reach.a_scene()
    assert send(made.merchant, "settings", what="shop", second_above="500", hours="9–18").status_code == 302
    assert Merchant.objects.get(pk=made.shop.pk).second_above == 50_000
    assert send(made.merchant, "settings", what="template", name="出库", text="订单 {order}").status_code == 302
    place = {"name": "A 仓", "recipient": "仓管", "phone": "0571-1", "address": "杭州某路 1 号"}
    assert send(made.merchant, "settings", what="address", **place).status_code == 302
    assert ReturnAddress.objects.get().is_usual
    assert send(made.merchant, "settings", what="mail").status_code == 422
    for said, wanted in (("all", Wanted(colleagues=True)), ("mine", Wanted()), ("none", Wanted(email=False))):
        assert send(made.merchant, "settings", what="mail", email=said).status_code == 302
        assert preferences.of(made.merchant.id) == wanted
    said = signed_in(made.merchant).get("/shop/settings/").content.decode()
    assert "出库" in said and "A 仓" in said and "500.00" in said
    assert send(made.merchant, "settings", what="nonsense").status_code == 404


def test_what_cannot_be_read_comes_back_as_it_was_typed():
    made = reach.a_scene()
    reply = send(made.merchant, "settings", what="shop", second_above="much", hours="9–18")
    assert reply.status_code == 422
    assert "much" in reply.content.decode() and "9–18" in reply.content.decode()


def test_what_a_shop_writes_for_itself_has_its_limits_beside_it_and_is_not_cut():
    made = reach.a_scene()
    page = signed_in(made.merchant).get("/shop/settings/", headers={"accept-language": "zh-hans"}).content.decode()
    for most in (40, 120, 200, 300):
        assert f"最多 {most} 字" in page and f'maxlength="{most}"' not in page
    long = "长" * 41
    reply = send(made.merchant, "settings", what="template", name=long, text="出库时完好。")
    assert reply.status_code == 422 and long in reply.content.decode()
    assert "41" in reply.context["form"].errors["name"][0]


def test_a_template_with_a_slot_that_nothing_fills_is_refused_by_its_name():
    made = reach.a_scene()
    reply = send(made.merchant, "settings", what="template", name="出库", text="订单 {order} {nope}")
    assert reply.status_code == 422
    (told,) = reply.context["form"].errors["text"]
    assert "{nope}" in told and "{order}" in told
    assert not ReplyTemplate.objects.exists()
    assert "最多 300 字" in reply.content.decode()


@pytest.mark.parametrize("phone", ["abc", "12", "call 57188886666", "０５７１—?"])
def test_a_return_address_has_a_telephone_that_can_be_called(phone):
    made = reach.a_scene()
    place = {"name": "A 仓", "recipient": "仓管", "address": "杭州某路 1 号"}
    reply = send(made.merchant, "settings", what="address", phone=phone, **place)
    assert reply.status_code == 422 and reply.context["form"].errors.get("phone")
    for good in ("0571-8888 6666", "+86 138 0000 0000", "10086", "0571-88886666转8001", "（0571）88886666"):
        assert send(made.merchant, "settings", what="address", phone=good, **place).status_code == 302


def test_an_address_that_takes_the_place_of_another_says_so():
    made = reach.a_scene()
    place = {"what": "address", "name": "A 仓", "recipient": "仓管", "phone": "0571-88886666"}
    client = signed_in(made.merchant)
    path = "/en/shop/settings/"
    first = client.post(path, place | {"address": "杭州某路 1 号"}, follow=True)
    assert not any("was there already" in str(said) for said in first.context["messages"])
    second = client.post(path, place | {"address": "宁波某路 2 号"}, follow=True)
    assert any("“A 仓” was there already" in str(said) for said in second.context["messages"])
    assert ReturnAddress.objects.get().address == "宁波某路 2 号"


def test_papers_go_on_the_shelf_and_off_it():
    made = reach.a_scene()
    file = SimpleUploadedFile("qc.jpg", reach.a_photo("navy").read(), content_type="image/jpeg")
    data = {"file": file, "code": "E09", "name": "质检报告", "sku": "TEAPOT", "expires_on": "2020-01-31"}
    assert send(made.merchant, "library", **data).status_code == 302
    item = LibraryItem.objects.get()
    said = signed_in(made.merchant).get("/en/shop/library/").content.decode()
    assert "质检报告" in said and "Expired" in said and item.sha256[:12] in said
    assert "质检报告" in signed_in(made.merchant).get("/shop/library/", {"q": "TEA"}).content.decode()
    assert (
        "Nothing in the library fits" in signed_in(made.merchant).get("/en/shop/library/", {"q": "x"}).content.decode()
    )
    other = reach.a_scene()
    path = reverse("merchant:library_remove", args=[item.public_id])
    assert signed_in(other.merchant).post(path).status_code == 404
    assert signed_in(made.merchant).post(path).status_code == 302
    item.refresh_from_db()
    assert item.removed_at is not None


def test_a_file_that_is_none_is_refused_beside_its_field():
    made = reach.a_scene()
    bad = SimpleUploadedFile("note.rar", b"Rar!\x1a\x07\x00")
    reply = send(made.merchant, "library", file=bad, code="E09", name="x")
    assert reply.status_code == 422 and reply.context["form"].errors.get("file")
    looker = builders.a_member(made.shop, rights=(Right.VIEW,))
    assert send(looker, "library", file=bad, code="E09", name="x").status_code == 404


def test_the_buyer_learns_the_return_address_only_once_a_return_is_due():
    made = reach.a_scene(kind=reach.Kind.RETURN_REFUND)
    place = {"name": "A 仓", "recipient": "仓管", "phone": "0571-1", "address": "杭州某路 1 号"}
    send(made.merchant, "settings", what="address", **place)
    path = reverse("buyer:act", args=[made.case.number, "return_shipped"])
    case = reverse("buyer:case", args=[made.case.number])
    client = signed_in(made.buyer)
    for page in (path, case):
        assert "杭州某路" not in client.get(page, follow=True).content.decode()
    negotiation.agree_return(made.case.pk, actor=made.merchant, now=clock.now())
    assert "杭州某路 1 号" in client.get(path).content.decode()
