"""A text as evidence on the pages of both sides, in the claim, in the shop's answer, and over HTTP."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.models import Scope, User
from common import clock, digest
from common.actor import Actor
from disputes import drafts, queries, submissions
from disputes.lifecycle import Kind
from disputes.models import ReplyDraft
from evidence import limits
from evidence.models import Exhibit
from tests import reach
from tests.edges.callers import Answer, Caller, named
from tests.reach import Scene

pytestmark = pytest.mark.django_db

# A kind of dispute that asks both sides for words.
WORDS: dict[str, Any] = {"type_code": "QUALITY_LATENT", "kind": Kind.RETURN_REFUND}
SAID = "晚上开箱，<b>壶身</b>有裂纹。\n马上联系商家。"


@pytest.fixture(autouse=True)
def _addresses_without_a_prefix() -> Iterator[None]:
    with translation.override("zh-hans"):
        yield


def signed_in(actor: Actor) -> Client:
    return sign_in(Client(), actor)


def sign_in(client: Client, actor: Actor) -> Client:
    assert actor.id is not None
    client.force_login(User.objects.get(pk=actor.id))
    return client


def texts(made: Scene) -> list[Exhibit]:
    return list(Exhibit.objects.filter(dossier_id=made.case.dossier_id, kind="text").order_by("id"))


def browser(text: str) -> str:
    """As a browser sends what was typed into a field of several lines."""
    return text.replace("\n", "\r\n")


def latent() -> Scene:
    return reach.admitted(**WORDS)


# --- the buyer's evidence --------------------------------------------------------------------------------------------


def test_the_buyer_writes_beside_the_row_that_asks_for_words_and_reads_it_escaped() -> None:
    made = latent()
    client, path = signed_in(made.buyer), reverse("buyer:evidence", args=[made.case.number])
    page = client.get(path).content.decode()
    assert page.count("<textarea") == 1 and 'id="w-E34"' in page
    reply = client.post(path, {"code": "E34", "text": browser(SAID)}, follow=True)
    (exhibit,) = texts(made)
    assert exhibit.content == {"text": SAID} and exhibit.receipt_code in reply.content.decode()
    for actor, area in ((made.buyer, "buyer"), (made.merchant, "merchant")):
        shown = signed_in(actor).get(reverse(f"{area}:exhibit", args=[made.case.number, "B1"])).content.decode()
        assert "&lt;b&gt;壶身&lt;/b&gt;有裂纹。<br>马上联系商家。" in shown and "<b>壶身" not in shown


def test_what_is_refused_stays_in_its_field() -> None:
    made = latent()
    client, path = signed_in(made.buyer), reverse("buyer:evidence", args=[made.case.number])
    for typed, said in (("  ", "写几句"), ("长" * (limits.TEXT_LENGTH + 1), "5000"), ("字\0", "字符")):
        reply = client.post(path, {"code": "E34", "text": typed})
        page = reply.content.decode()
        assert reply.status_code == 422 and said in page
        assert typed.strip()[:50].replace("\0", "") in page.replace("\0", "")
    reply = client.post(path, {"code": "E06", "text": "只有文字"})
    assert reply.status_code == 422 and "不能只用文字" in reply.content.decode()
    assert texts(made) == []


def test_insults_and_numbers_are_remarked_on_and_never_refused() -> None:
    made = latent()
    client, path = signed_in(made.buyer), reverse("buyer:evidence", args=[made.case.number])
    page = client.post(path, {"code": "E34", "text": "骗子，打我电话 13812345678"}, follow=True).content.decode()
    assert len(texts(made)) == 1
    assert page.count("可以撤回后重新写") == 2
    shown = signed_in(made.merchant).get(reverse("merchant:exhibit", args=[made.case.number, "B1"])).content.decode()
    assert "13812345678" not in shown and "骗子" in shown


def test_what_nobody_sees_is_left_out_where_it_is_shown_and_said() -> None:
    made = reach.admitted()
    submissions.add_text(made.case.pk, "好\u202e评\u200b论", actor=made.buyer, now=clock.now())
    shown = signed_in(made.merchant).get(reverse("merchant:exhibit", args=[made.case.number, "B1"])).content.decode()
    assert "好评论" in shown and "\u202e" not in shown and "看不见的字符" in shown


def test_what_was_written_survives_being_signed_out() -> None:
    made = latent()
    path = reverse("buyer:evidence", args=[made.case.number])
    client = Client()
    client.post(path, {"code": "E34", "text": "写了很久"})
    sign_in(client, made.buyer)
    assert "写了很久" in client.get(path).content.decode() and texts(made) == []


def test_once_the_time_is_over_the_buyer_is_told_and_keeps_the_words() -> None:
    made = latent()
    client, path = signed_in(made.buyer), reverse("buyer:evidence", args=[made.case.number])
    reach.let_term_end(made)
    reply = client.post(path, {"code": "E34", "text": "太晚了"})
    assert reply.status_code == 422 and texts(made) == []


# --- the page that takes anything ------------------------------------------------------------------------------------


def test_the_shop_writes_on_the_page_that_takes_files_too() -> None:
    made = latent()
    client = signed_in(made.merchant)
    path = reverse("merchant:act", args=[made.case.number, "evidence_added"])
    for query, words_first in (("?code=E34", True), ("?code=E06", False), ("", False)):
        page = client.get(path + query).content.decode()
        assert (page.index('name="text"') < page.index('name="file"')) is words_first, query
    about = {"seen": made.reload().version, "code": "E34", "name": "说明", "note": ""}
    nothing = client.post(path, about | {"text": " "})
    assert nothing.status_code == 422 and "或写一段说明" in nothing.content.decode()
    wrong = client.post(path, about | {"code": "E06", "text": "只有文字"})
    assert wrong.status_code == 422 and "只有文字" in wrong.content.decode()
    assert client.post(path, about | {"text": browser(SAID)}).status_code == 302
    (exhibit,) = texts(made)
    assert (exhibit.side, exhibit.name, exhibit.content) == ("merchant", "说明", {"text": SAID})
    again = client.post(path, about | {"seen": made.reload().version, "text": browser(SAID)}, follow=True)
    assert "M1" in again.content.decode() and len(texts(made)) == 1


def test_the_shop_takes_its_text_back_like_a_file() -> None:
    made = latent()
    exhibit = submissions.add_text(made.case.pk, SAID, actor=made.merchant, now=clock.now())
    client = signed_in(made.merchant)
    path = reverse("merchant:act", args=[made.case.number, "evidence_withdrawn"])
    client.post(path, {"seen": made.reload().version, "exhibit": exhibit.pk})
    exhibit.refresh_from_db()
    assert exhibit.withdrawn_at is not None


# --- the claim -------------------------------------------------------------------------------------------------------


def test_with_a_claim_words_are_taken_with_the_form_and_can_be_taken_back() -> None:
    made = reach.refused(**WORDS)
    drafts.begin(made.case.pk, actor=made.buyer, now=clock.now())
    drafts.save(made.case.pk, {"what": "broke"}, read={}, page="", actor=made.buyer, now=clock.now())
    client, path = signed_in(made.buyer), reverse("buyer:filing_evidence", args=[made.case.number])
    assert 'name="text_E34"' in client.get(path).content.decode()
    too_long = client.post(path, {"text_E34": "长" * (limits.TEXT_LENGTH + 1), "do": "stay"})
    assert too_long.status_code == 422 and "长长长" in too_long.content.decode()
    page = client.post(path, {"text_E34": browser(SAID), "do": "stay"}, follow=True).content.decode()
    (exhibit,) = texts(made)
    assert exhibit.visible_at is None and exhibit.content == {"text": SAID}
    assert exhibit.receipt_code in page and SAID not in page
    client.post(reverse("buyer:take_back", args=[made.case.number]), {"exhibit": exhibit.pk})
    exhibit.refresh_from_db()
    assert exhibit.withdrawn_at is not None
    assert client.post(path, {"text_E34": "", "text_E26": "  "}).status_code == 302, "nothing written is nothing wrong"


# --- the shop's answer -----------------------------------------------------------------------------------------------


def test_a_statement_in_the_answer_becomes_an_exhibit_of_its_point_when_it_is_looked_at() -> None:
    made = reach.handed_in(**WORDS)
    first, *others = queries.points(made.case)
    path = reverse("merchant:act", args=[made.case.number, "claim_rebutted"])
    client = signed_in(made.merchant)
    typed: dict[str, object] = {"seen": made.reload().version, "text": "", f"words_{first.pk}": browser(SAID)}
    for point in (first, *others):
        typed |= {f"stance_{point.pk}": "disputes", f"text_{point.pk}": "出库时完好。"}
    kept = client.post(path, typed | {"do": "keep"})
    assert kept.status_code == 200 and texts(made) == [], "a draft is nobody's evidence"
    assert ReplyDraft.objects.get(case=made.case).body[f"words_{first.pk}"] == browser(SAID)
    checked = client.post(path, typed | {"do": "check"}).content.decode()
    (exhibit,) = texts(made)
    assert exhibit.content == {"text": SAID} and f'value="{exhibit.pk}"' in checked
    cited = {f"exhibits_{first.pk}": [str(exhibit.pk)], "seen": made.reload().version}
    assert client.post(path, {**typed, f"words_{first.pk}": "", **cited, "do": "send"}).status_code == 302
    assert texts(made) == [exhibit]


def test_a_statement_that_is_refused_stays_in_the_answer() -> None:
    made = reach.handed_in()
    first = queries.points(made.case)[0]
    path = reverse("merchant:act", args=[made.case.number, "claim_rebutted"])
    typed = {"seen": made.reload().version, f"words_{first.pk}": "长" * (limits.TEXT_LENGTH + 1)}
    reply = signed_in(made.merchant).post(path, typed | {"do": f"add:{first.pk}"})
    assert reply.status_code == 422 and "长长长" in reply.content.decode() and texts(made) == []
    empty = signed_in(made.merchant).post(path, {"seen": made.reload().version, "do": f"add:{first.pk}"})
    assert empty.status_code == 422 and "或写一段说明" in empty.content.decode()


# --- for machines ----------------------------------------------------------------------------------------------------


def test_the_marketplace_adds_a_text_for_either_side_and_the_bundle_holds_it_to_the_letter() -> None:
    made, caller = named(reach.admitted()), Caller()
    path = f"cases/{made.case.number}/evidence/text"
    body = {"on_behalf_of": "buyer", "text": "  原样\r\n保留 \u202e", "note": "看这里"}
    reply = caller.post(path, body, key="t" * 20)
    assert reply.status_code == 201, reply.content
    told = reply.json()
    assert (told["kind"], told["code"], told["state"]) == ("text", "E34", "ready")
    assert told["sha256"] == digest.of({"text": body["text"]})
    assert caller.post(path, body, key="t" * 20).json() == told
    assert caller.post(path, {**body, "on_behalf_of": "merchant"}).json()["number"] == "M1"
    bundle: Answer = caller.http.get(
        f"/api/v1/cases/{made.case.number}/bundle", {"on_behalf_of": "buyer"}, headers=caller.headers
    )
    with zipfile.ZipFile(BytesIO(b"".join(bundle.streaming_content))) as archive:
        assert json.loads(archive.read("evidence/B1.json")) == {"text": body["text"]}
        assert digest.sha256(archive.read("evidence/B1.json")) == told["sha256"]


def test_machines_are_told_what_is_wrong_by_code() -> None:
    made, caller = named(reach.admitted()), Caller()
    path = f"cases/{made.case.number}/evidence/text"
    body = {"on_behalf_of": "buyer", "text": "文字"}
    for changes, status, code in (
        ({"text": ""}, 400, "invalid"),
        ({"text": " \n"}, 422, "text_missing"),
        ({"text": "长" * 5001}, 400, "invalid"),
        ({"text": "\0"}, 400, "invalid"),
        ({"text": "\ud800"}, 400, "invalid"),
        ({"code": "E06"}, 422, "evidence_not_in_words"),
        ({"code": "E02"}, 422, "evidence_code_unknown"),
        ({"version": 1}, 409, "case_moved_on"),
    ):
        reply = caller.post(path, body | changes)
        assert (reply.status_code, reply.json()["code"]) == (status, code), changes
    assert Caller(Scope.CASES_READ).post(path, body).status_code == 403
    assert Caller(source="elsewhere").post(path, body).status_code == 404
    assert texts(made) == []
