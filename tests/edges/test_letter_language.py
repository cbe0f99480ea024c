"""A letter is given in the parties' language, whatever language its author's pages are in."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Membership, User
from arbitration.models import Ruling
from tests import deciding
from tests.reach import Scene
from web.desk.ruling_form import initial

pytestmark = pytest.mark.django_db
WARNING = "which neither side has chosen to read"


def chosen(made: Scene, buyer: str, shop: str) -> None:
    User.objects.filter(pk=made.buyer.id).update(language=buyer)
    members = Membership.objects.filter(merchant_id=made.case.merchant_id)
    User.objects.filter(pk__in=members.values("user_id")).update(language=shop)


def offered(made: Scene) -> str:
    return str(initial(deciding.work(made, made.arbitrator))["language"])


@pytest.mark.parametrize(
    ("buyer", "shop", "wanted"),
    [("zh-hans", "zh-hans", "zh-hans"), ("zh-hant", "zh-hant", "zh-hant"), ("en", "zh-hant", "zh-hans")],
)
def test_a_letter_is_in_the_language_both_sides_chose_and_else_in_that_of_the_site(buyer, shop, wanted):
    made = deciding.taken()
    chosen(made, buyer, shop)
    assert offered(made) == wanted


def test_english_pages_of_the_author_make_no_english_letter_and_the_preview_warns_of_one():
    made = deciding.taken()
    client = Client()
    client.force_login(User.objects.get(pk=made.arbitrator.id))
    page = client.get("/en" + reverse("desk:case", args=[made.case.number]).removeprefix("/en")).content.decode()
    assert '<option value="zh-hans" selected>' in page
    ruling = deciding.drafted(made, deciding.a_draft(made))
    preview = "/en" + reverse("desk:preview", args=[made.case.number]).removeprefix("/en")
    assert WARNING not in client.get(preview).content.decode()
    Ruling.objects.filter(pk=ruling.pk).update(language="en")
    assert WARNING in client.get(preview).content.decode()
    chosen(made, "en", "zh-hans")
    assert WARNING not in client.get(preview).content.decode()


def test_ways_outside_do_not_follow_the_grounds_of_an_appeal_without_a_word_between():
    made = deciding.served()
    client = Client()
    client.force_login(User.objects.get(pk=made.buyer.id))
    page = client.get(reverse("buyer:decision", args=[made.case.number])).content.decode()
    grounds, between = page.index("理由须属下列之一"), page.index("<p>除申诉外，也可以：</p>")
    assert grounds < page.index("</ol>", grounds) < between
