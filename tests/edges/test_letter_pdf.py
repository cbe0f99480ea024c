"""The letter as a file: each side has its own reading, nobody else has any, and text and code can be read out of it."""

from __future__ import annotations

import hashlib
from typing import Any

import pypdfium2
import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Scope, User
from arbitration import letters, rulings
from arbitration.models import Print, Ruling
from common import clock
from common.actor import Actor
from evidence import store
from jury import counting
from tests import builders, deciding, juries
from tests.edges.callers import Caller
from tests.reach import Scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def made() -> Scene:
    return deciding.served()


def get(made: Scene, actor: Actor, area: str, *, code: str = "", query: str = "") -> Any:
    client = Client()
    client.force_login(User.objects.get(pk=actor.id))
    code = code or Ruling.objects.get(case=made.case).letter_code
    return client.get(reverse(f"{area}:letter_pdf", args=[made.case.number, code]) + query)


def text_of(reply: Any) -> str:
    assert reply.status_code == 200, reply
    with pypdfium2.PdfDocument(b"".join(reply.streaming_content)) as document:
        return "".join(page.get_textpage().get_text_range() for page in document).replace("\r\n", "")


def test_each_side_is_addressed_in_its_own_reading(made: Scene) -> None:
    buyer, shop = text_of(get(made, made.buyer, "buyer")), text_of(get(made, made.merchant, "merchant"))
    assert "你将收到 ¥673.20" in buyer and "支持你" in buyer
    assert "由你退给买家" in shop and "支持买家" in shop
    for text in (buyer, shop):
        code = Ruling.objects.get(case=made.case).letter_code
        assert code in text and made.case.number in text
        assert "一、认定的事实" in text and "五、不同意怎么办" in text


def test_the_file_is_the_one_that_is_kept(made: Scene) -> None:
    reply = get(made, made.buyer, "buyer")
    body = b"".join(reply.streaming_content)
    assert hashlib.sha256(body).hexdigest() == Print.objects.get(reader="buyer", printed_at__isnull=False).sha256
    assert reply["Content-Length"] == str(len(body))
    assert reply["Content-Disposition"].startswith(f'attachment; filename="{made.case.number}-')
    assert "no-store" in reply["Cache-Control"]


def test_the_bench_has_any_reading(made: Scene) -> None:
    assert "你将收到" in text_of(get(made, made.senior, "desk", query="?as=buyer"))
    assert "支持买家" in text_of(get(made, made.senior, "desk"))
    assert text_of(get(made, made.senior, "desk", query="?as=nonsense"))


def test_nobody_else_has_it_and_no_other_code_leads_to_it(made: Scene) -> None:
    stranger = builders.a_buyer()
    assert get(made, stranger, "buyer").status_code == 404
    assert get(made, made.buyer, "merchant").status_code == 404
    assert get(made, made.buyer, "buyer", code="AAAA-AAAA-AAAA").status_code == 404
    other = deciding.served()
    code = Ruling.objects.get(case=other.case).letter_code
    assert get(made, made.buyer, "buyer", code=code).status_code == 404


def test_where_no_file_can_be_had_the_page_with_the_letter_is_shown(made: Scene, settings: Any) -> None:
    settings.HENG_PRESS = "tests.edges.test_letter_pdf.no_ink"
    reply = get(made, made.buyer, "buyer")
    assert reply.status_code == 302 and reply["Location"].endswith("/decision/")
    settings.HENG_PRESS = "web.press.letter_pdf"
    get(made, made.buyer, "buyer")
    store.storage().delete(Print.objects.get(reader="buyer").key)
    assert get(made, made.buyer, "buyer").status_code == 302


def no_ink(given: object, reader: str) -> bytes:
    raise OSError("no ink")


def test_the_pages_of_both_sides_and_of_the_bench_lead_to_it(made: Scene) -> None:
    for actor, area, page in (
        (made.buyer, "buyer", "decision"),
        (made.merchant, "merchant", "decision"),
        (made.senior, "desk", "letter"),
    ):
        client = Client()
        client.force_login(User.objects.get(pk=actor.id))
        shown = client.get(reverse(f"{area}:{page}", args=[made.case.number])).content.decode()
        code = Ruling.objects.get(case=made.case).letter_code
        assert reverse(f"{area}:letter_pdf", args=[made.case.number, code]) in shown


def test_the_marketplace_takes_it_for_either_side(made: Scene) -> None:
    caller = Caller(Scope.OUTCOMES_READ)
    reply = caller.get(f"cases/{made.case.number}/letter", **{"for": "merchant"})
    assert "支持买家" in text_of(reply)
    assert reply["Content-Type"] == "application/pdf"
    assert caller.get(f"cases/{made.case.number}/letter").status_code == 400
    before = deciding.taken()
    assert caller.get(f"cases/{before.case.number}/letter", **{"for": "buyer"}).status_code == 404


def test_page_and_file_say_how_the_jury_voted_in_the_words_of_their_reader() -> None:
    made = juries.sent()
    juries.all_vote(made, "buyer", "buyer", "buyer")
    counting.close_settled(clock.now())
    made.reload()
    ruling = deciding.drafted(made)
    rulings.issue(made.case.pk, version=ruling.version, actor=made.arbitrator, now=clock.now())
    said = {
        "buyer": "大众评审 5 人，3 人投票：支持你 3 · 支持商家 0 · 看不出来 0。大众评审支持你。由裁决员作出裁决",
        "merchant": "大众评审 5 人，3 人投票：支持买家 3 · 支持你 0 · 看不出来 0。大众评审支持买家。由裁决员作出裁决",
    }
    for actor, area in ((made.buyer, "buyer"), (made.merchant, "merchant")):
        client = Client()
        client.force_login(User.objects.get(pk=actor.id))
        assert said[area] in client.get(reverse(f"{area}:decision", args=[made.case.number])).content.decode()
        assert said[area].replace(" ", "") in text_of(get(made, actor, area)).replace(" ", "").replace("\n", "")


def test_a_letter_given_before_juries_were_told_reads_as_it_did(made: Scene) -> None:
    given = Ruling.objects.get(case=made.case)
    given.letter.pop("jury")
    assert letters.read(given, None).letter.jury is None
    assert "大众评审" not in text_of(get(made, made.buyer, "buyer"))
