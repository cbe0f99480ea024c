"""The shop's answer point by point: typed, kept, checked as the buyer will see it, and only then sent."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts import shop_desk
from accounts.models import Right
from common import clock
from disputes import offers, queries
from disputes.lifecycle import State
from disputes.models import PointAnswer, ReplyDraft
from evidence import library
from evidence.models import Exhibit
from insights.models import Outcomes
from tests import builders, reach
from tests.reach import Scene
from tests.visiting import signed_in
from web.templatetags.heng import errors_of

pytestmark = pytest.mark.django_db

BUDGET = 17


def path_of(made: Scene, event: str = "claim_rebutted") -> str:
    return reverse("merchant:act", args=[made.case.number, event])


def typed(made: Scene, **more: object) -> dict[str, object]:
    """Every point disputed, with words."""
    data: dict[str, object] = {"seen": made.reload().version, "text": "出库质检完好。"}
    for point in queries.points(made.case):
        data |= {f"stance_{point.pk}": "disputes", f"text_{point.pk}": f"答第 {point.number} 点"}
    return data | more


def photo(colour: str = "navy") -> SimpleUploadedFile:
    return SimpleUploadedFile("photo.jpg", reach.a_photo(colour).read(), content_type="image/jpeg")


def mine(made: Scene) -> Exhibit:
    return Exhibit.objects.get(dossier_id=made.case.dossier_id, side="merchant")


def test_nothing_is_sent_before_the_check_page_which_shows_what_the_buyer_will_read():
    made = reach.handed_in()
    client = signed_in(made.merchant)
    checked = client.post(f"/en{path_of(made)}", typed(made, do="check"))
    said = checked.content.decode()
    assert checked.status_code == 200
    assert "cannot be changed afterwards" in said and "You can still add evidence until" in said
    assert "This is what the buyer will see" in said and "答第 1 点" in said
    assert made.state is State.AWAITING_CONFIRMATION
    assert not PointAnswer.objects.filter(side="merchant").exists()
    hidden = dict(checked.context["hidden"])
    assert client.post(path_of(made), hidden | {"do": "send"}).status_code == 302
    assert made.state is State.AWAITING_ASSIGNMENT


def test_a_form_sent_without_a_button_is_only_checked():
    made = reach.handed_in()
    assert signed_in(made.merchant).post(path_of(made), typed(made)).status_code == 200
    assert made.state is State.AWAITING_CONFIRMATION


def test_a_point_can_be_agreed_in_part_and_the_buyer_reads_so():
    made = reach.handed_in()
    first, *_ = queries.points(made.reload())
    data = typed(made, do="send") | {f"stance_{first.pk}": "partly"}
    assert signed_in(made.merchant).post(path_of(made), data).status_code == 302
    assert PointAnswer.objects.get(point=first, side="merchant").stance == "partly"
    page = signed_in(made.buyer).get(reverse("buyer:case", args=[made.case.number]))
    assert page.status_code == 200
    desk = signed_in(made.senior).get(reverse("desk:case", args=[made.case.number]))
    assert desk.status_code == 200


def test_an_open_point_is_named_before_the_check_page():
    made = reach.handed_in()
    first, second = queries.points(made.reload())
    data = {
        "seen": made.case.version,
        f"stance_{first.pk}": "agrees",
        f"text_{first.pk}": "这一点我同意",
        "do": "check",
    }
    reply = signed_in(made.merchant).post(path_of(made), data)
    assert reply.status_code == 422
    assert reply.context["form"].errors.get(f"stance_{second.pk}")
    assert "这一点我同意" in reply.content.decode()


def test_words_of_more_than_three_hundred_characters_come_back_whole():
    made = reach.handed_in()
    first, *_ = queries.points(made.reload())
    words = "完" * 301
    reply = signed_in(made.merchant).post(path_of(made), typed(made, do="check") | {f"text_{first.pk}": words})
    assert reply.status_code == 422 and words in reply.content.decode()


def test_a_file_given_in_a_point_becomes_an_exhibit_cited_there():
    made = reach.handed_in()
    first, *_ = queries.points(made.reload())
    data = typed(made, do=f"add:{first.pk}") | {f"file_{first.pk}": photo(), f"code_{first.pk}": "E09"}
    client = signed_in(made.merchant)
    reply = client.post(path_of(made), data)
    assert reply.status_code == 200
    exhibit = mine(made)
    form = reply.context["form"]
    assert form[f"exhibits_{first.pk}"].value() == [str(exhibit.pk)]
    # What moved the case on was our own file: the answer can be sent without a second look.
    sent = {"do": "send", "seen": form["seen"].value(), f"exhibits_{first.pk}": str(exhibit.pk)}
    assert client.post(path_of(made), typed(made) | sent).status_code == 302
    assert PointAnswer.objects.get(point=first, side="merchant").exhibits == [exhibit.pk]


def test_a_file_that_is_refused_is_named_in_its_point_and_the_words_stay():
    made = reach.handed_in()
    first, *_ = queries.points(made.reload())
    bad = SimpleUploadedFile("note.rar", b"Rar!\x1a\x07\x00")
    data = typed(made, do="check") | {f"file_{first.pk}": bad, f"code_{first.pk}": "E09"}
    reply = signed_in(made.merchant).post(path_of(made), data)
    assert reply.status_code == 422
    assert reply.context["form"].errors.get(f"file_{first.pk}")
    assert "答第 1 点" in reply.content.decode()
    assert not Exhibit.objects.filter(side="merchant").exists()


def test_a_paper_from_the_shelf_becomes_an_exhibit_of_the_same_bytes():
    made = reach.handed_in()
    item = library.keep(
        made.shop.pk, reach.received("olive"), code="E09", name="出库质检", actor=made.merchant, now=clock.now()
    )
    first, *_ = queries.points(made.reload())
    client = signed_in(made.merchant)
    page = client.get(f"/en{path_of(made)}").content.decode()
    assert "出库质检" in page and "arbitrators see that" in page
    reply = client.post(path_of(made), typed(made, do=f"add:{first.pk}") | {f"shelf_{first.pk}": item.public_id})
    assert reply.status_code == 200
    assert mine(made).blob_id == item.blob_id
    assert reply.context["form"][f"exhibits_{first.pk}"].value() == [str(mine(made).pk)]


def test_another_shops_shelf_does_not_exist_here():
    made, other = reach.handed_in(), reach.handed_in()
    item = library.keep(
        other.shop.pk, reach.received("olive"), code="E09", name="", actor=other.merchant, now=clock.now()
    )
    first, *_ = queries.points(made.reload())
    signed_in(made.merchant).post(
        path_of(made), typed(made, do=f"add:{first.pk}") | {f"shelf_{first.pk}": item.public_id}
    )
    assert not Exhibit.objects.filter(dossier_id=made.case.dossier_id, side="merchant").exists()


def test_a_template_is_put_in_with_its_slots_filled_and_without_a_script():
    made = reach.handed_in()
    kept = shop_desk.keep_template(
        made.shop.pk,
        name="出库",
        text="订单 {order} 退 {sum}，单号 {tracking}",
        actor=made.merchant,
        now=clock.now(),
    )
    first, *_ = queries.points(made.reload())
    client = signed_in(made.merchant)
    data = typed(made, do=f"insert:{first.pk}") | {f"template_{first.pk}": str(kept.pk)}
    reply = client.post(path_of(made), data)
    words = reply.context["form"][f"text_{first.pk}"].value()
    assert words == f"答第 1 点\n订单 {made.case.order.external_id} 退 ¥680.00，单号 {{tracking}}"
    checked = client.post(f"/en{path_of(made)}", typed(made, do="check") | {f"text_{first.pk}": words})
    assert "A slot of the template is still open" in checked.content.decode()


def test_a_template_goes_to_every_disputed_point_that_has_no_words_and_to_no_other():
    made = reach.handed_in()
    kept = shop_desk.keep_template(made.shop.pk, name="出库", text="出库时完好。", actor=made.merchant, now=clock.now())
    first, second, *_others = points = queries.points(made.reload())
    client = signed_in(made.merchant)

    def words(*stances: str, said: str = "") -> list[str]:
        chosen = {f"stance_{point.pk}": stance for point, stance in zip(points, stances, strict=False)}
        typed_in = {f"text_{first.pk}": "", f"text_{second.pk}": said, f"template_{first.pk}": str(kept.pk)}
        data = typed(made, do=f"insert_all:{first.pk}") | chosen | typed_in
        form = client.post(path_of(made), data).context["form"]
        return [form[f"text_{point.pk}"].value() for point in (first, second)]

    assert words("disputes", "disputes") == words("disputes", "partly") == ["出库时完好。"] * 2
    assert words("disputes", "agrees") == words("disputes", "unsure") == ["出库时完好。", ""]
    assert words("disputes", "disputes", said="我写的") == ["出库时完好。", "我写的"]


def test_a_template_for_every_bare_point_leaves_the_words_of_its_own_point_alone():
    made = reach.handed_in()
    kept = shop_desk.keep_template(made.shop.pk, name="出库", text="出库时完好。", actor=made.merchant, now=clock.now())
    first, second, *_others = queries.points(made.reload())
    data = typed(made, do=f"insert_all:{first.pk}") | {f"template_{first.pk}": str(kept.pk)}
    client = signed_in(made.merchant)
    form = client.post(path_of(made), data | {f"text_{second.pk}": ""}).context["form"]
    said = [form[f"text_{point.pk}"].value() for point in (first, second)]
    assert said == [f"答第 {first.number} 点", "出库时完好。"]
    page = client.post(f"/en{path_of(made)}", data)
    assert "has words already" in str(next(iter(page.context["messages"])))


def test_a_limit_stands_beside_its_field_and_no_browser_cuts_what_is_pasted():
    made = reach.handed_in()
    client = signed_in(made.merchant)
    page = client.get(path_of(made)).content.decode()
    assert "最多 300 字" in page and "最多 500 字" in page
    assert 'maxlength="4000"' not in page
    pasted = "完" * 10_000
    first, *_others = queries.points(made.reload())
    data = typed(made, do="check") | {f"text_{first.pk}": pasted}
    reply = client.post(f"/en{path_of(made)}", data)
    (told,) = reply.context["form"].errors[f"text_{first.pk}"]
    assert reply.status_code == 422 and "300" in told and "10000" in told
    assert pasted in reply.content.decode()
    # A draft holds it as well, so that it can be shortened tomorrow.
    assert ReplyDraft.objects.get(case=made.case).body[f"text_{first.pk}"] == pasted


def test_what_is_said_of_two_fields_at_once_names_each_of_them():
    made = reach.handed_in()
    first, second, *_others = queries.points(made.reload())
    codes = {f"code_{point.pk}": "E00" for point in (first, second)}
    reply = signed_in(made.merchant).post(f"/en{path_of(made)}", typed(made, do="check") | codes)
    lines = errors_of(reply.context["form"])
    assert len({line for _id, line in lines}) == len(lines) == 2
    assert all(number in line for number, (_id, line) in zip(("1", "2"), lines, strict=True))


def test_a_script_that_saves_what_was_typed_does_nothing_else():
    made = reach.handed_in()
    paper = reach.received("gold")
    item = library.keep(made.shop.pk, paper, code="E09", name="质检报告", actor=made.merchant, now=clock.now())
    point = queries.points(made.case)[0]
    # As the form stands when its author looks up: a paper is chosen, no button was pressed.
    data = typed(made) | {f"shelf_{point.pk}": item.public_id}
    reply = signed_in(made.merchant).post(path_of(made), data, headers={"X-Draft": "1"})
    assert reply.status_code == 200 and len(reply.content.decode()) < 80
    assert ReplyDraft.objects.get(case=made.case).body["text"] == "出库质检完好。"
    assert not Exhibit.objects.filter(dossier_id=made.case.dossier_id, side="merchant").exists()
    assert made.reload().version == data["seen"]


def test_a_draft_waits_for_whoever_of_the_shop_goes_on():
    made = reach.handed_in()
    colleague = builders.a_member(made.shop)
    assert signed_in(made.merchant).post(path_of(made), typed(made, do="save")).content.decode()
    path = f"/en{path_of(made)}"
    page = signed_in(colleague).get(path).content.decode()
    assert "答第 1 点" in page and "is working on this answer" in page
    builders.travel(builders.HOUR)
    assert "began this answer" in signed_in(colleague).get(path).content.decode()
    assert signed_in(colleague).post(path_of(made), typed(made, do="send")).status_code == 302
    assert not ReplyDraft.objects.exists()


def test_whoever_answers_while_the_case_moved_on_sees_what_happened_and_loses_nothing():
    made = reach.handed_in()
    data = typed(made, do="send")
    offers.make(made.case.pk, amount=10_000, returns=False, text="", actor=made.buyer, now=clock.now())
    client = signed_in(made.merchant)
    reply = client.post(path_of(made), data)
    assert reply.status_code == 409
    assert "答第 1 点" in reply.content.decode()
    again = data | {"seen": reply.context["form"]["seen"].value()}
    assert client.post(path_of(made), again).status_code == 302


def test_the_page_says_what_the_shop_has_to_prove_and_whether_it_is_there():
    made = reach.handed_in()
    page = signed_in(made.merchant).get(f"/en{path_of(made)}")
    burdens = page.context["burdens"]
    assert burdens and all(not burden["numbers"] and not burden["met"] for burden in burdens)
    assert "Required and still missing: Proof of delivery" in page.content.decode()


def test_a_burden_is_not_met_while_what_is_required_for_it_is_missing_and_says_what_is_there():
    made = reach.handed_in()
    first, *_ = queries.points(made.reload())
    client = signed_in(made.merchant)
    path = f"/en{path_of(made)}"

    def give(code: str, colour: str) -> None:
        sent = typed(made, do=f"add:{first.pk}") | {f"file_{first.pk}": photo(colour), f"code_{first.pk}": code}
        assert client.post(path, sent).status_code == 200

    give("E09", "navy")
    page = client.get(path)
    (burden,) = page.context["burdens"]
    assert burden["numbers"] == ["M1"] and not burden["met"]
    assert burden["lacking"] == ["Proof of delivery"]
    # As the checklist of the case page has it.
    rows = client.get(reverse("merchant:case", args=[made.case.number])).context["tasks"]["rows"]
    assert [row["name"] for row in rows if row["state"] == "need"] == ["Proof of delivery"]
    assert "On file: M1." in page.content.decode()
    assert "Required and still missing: Proof of delivery" in page.content.decode()
    give("E11", "olive")
    (burden,) = client.get(path).context["burdens"]
    assert burden["met"] and sorted(burden["numbers"]) == ["M1", "M2"]


def test_a_paper_from_the_shelf_shows_what_is_chosen_beside_it_and_else_what_it_was_kept_for():
    made = reach.handed_in()
    for colour, name in (("olive", "甲"), ("gold", "乙")):
        library.keep(made.shop.pk, reach.received(colour), code="E09", name=name, actor=made.merchant, now=clock.now())
    first, *_ = queries.points(made.reload())
    client = signed_in(made.merchant)
    shelf = {item.name: item.public_id for item in library.shelf(made.shop.pk)}

    def pick(name: str, code: str) -> object:
        chosen = {f"shelf_{first.pk}": shelf[name], f"code_{first.pk}": code}
        return client.post(path_of(made), typed(made, do=f"add:{first.pk}") | chosen).context["form"]

    form = pick("甲", "E11")
    assert form[f"code_{first.pk}"].value() == "", "the next one may show something else"
    pick("乙", "")
    given = dict(Exhibit.objects.filter(side="merchant").values_list("name", "code"))
    assert given == {"甲": "E11", "乙": "E09"}


def test_a_file_of_which_nobody_says_what_it_shows_is_asked_for_that_and_not_guessed():
    made = reach.handed_in()
    first, *_ = queries.points(made.reload())
    data = typed(made, do=f"add:{first.pk}") | {f"file_{first.pk}": photo(), f"code_{first.pk}": ""}
    reply = signed_in(made.merchant).post(path_of(made), data)
    assert reply.status_code == 422
    assert list(reply.context["form"].errors) == [f"code_{first.pk}"]
    assert not Exhibit.objects.filter(side="merchant").exists()


def test_an_open_point_is_told_with_every_option_of_its_form():
    made = reach.handed_in()
    first, *_ = queries.points(made.reload())
    reply = signed_in(made.merchant).post(path_of(made), {"seen": made.case.version, "do": "check"})
    (told,) = reply.context["form"].errors[f"stance_{first.pk}"]
    assert told == f"回应第 {first.number} 点：同意、部分同意、不同意或不清楚。"


def test_whoever_may_only_look_gets_no_form():
    made = reach.handed_in()
    looker = builders.a_member(made.shop, rights=(Right.VIEW,))
    reply = signed_in(looker).get(path_of(made))
    assert reply.status_code == 403
    assert "<textarea" not in reply.content.decode()
    signed_in(looker).post(path_of(made), typed(made, do="send"))
    assert made.state is State.AWAITING_CONFIRMATION


@pytest.mark.parametrize("who", ["buyer", "arbitrator", "ops"])
def test_the_answer_is_the_shops_alone(who):
    made = reach.handed_in()
    assert signed_in(getattr(made, who)).get(path_of(made)).status_code == 404


def test_while_evidence_is_gathered_some_points_can_be_answered_already():
    made = reach.admitted()
    first, *_ = queries.points(made.reload())
    data = {"seen": made.case.version, f"stance_{first.pk}": "agrees", "do": "send"}
    assert signed_in(made.merchant).post(path_of(made, "point_answered"), data).status_code == 302
    assert PointAnswer.objects.get(side="merchant").point_id == first.pk


def test_the_page_keeps_to_its_budget(django_assert_max_num_queries):
    made = reach.handed_in()
    for number in range(3):
        shop_desk.keep_template(made.shop.pk, name=str(number), text="{order}", actor=made.merchant, now=clock.now())
    client = signed_in(made.merchant)
    client.get(path_of(made))
    with django_assert_max_num_queries(BUDGET):
        assert client.get(path_of(made)).status_code == 200


def test_how_like_cases_ended_is_told_only_where_many_stand_behind_it():
    made = reach.handed_in()
    client = signed_in(made.merchant)
    Outcomes.objects.create(
        type_code=made.case.type_code, currency="CNY", band=5, full=30, part=0, merchant=0, at=clock.now()
    )
    assert "相近案件的结果" not in client.get(path_of(made)).content.decode(), "of another band, and too few of all"
    Outcomes.objects.create(
        type_code=made.case.type_code, currency="CNY", band=None, full=24, part=9, merchant=8, at=clock.now()
    )
    shown = client.get(path_of(made)).content.decode()
    assert "41 例相近：24 例全额支持买家，9 例部分支持买家，8 例支持商家" in shown
    assert "相近案件的结果" in shown
    assert "收到时破损" in shown and "¥500–2,000" not in shown, "of all sums, since too few are of this band"
    assert [part["percent"] for part in client.get(path_of(made)).context["like"]["parts"]] == ["58.5%", "22%", "19.5%"]
    Outcomes.objects.create(
        type_code=made.case.type_code, currency="CNY", band=3, full=20, part=0, merchant=11, at=clock.now()
    )
    # The same stands beside a proposal, and no figure names a case.
    offer = client.get(reverse("merchant:act", args=[made.case.number, "offer_made"])).content.decode()
    assert "31 例相近" in offer and "¥500–2,000" in offer and offer.count("<meter") == 3
    assert (
        "相近案件的结果"
        not in signed_in(made.buyer).get(reverse("buyer:act", args=[made.case.number, "offer_made"])).content.decode()
    )


def test_who_disputes_a_point_says_why_and_what_was_typed_stays():
    made = reach.handed_in()
    client = signed_in(made.merchant)
    first, second = list(queries.points(made.case))[:2]
    bare = typed(made, do="check") | {f"text_{second.pk}": " "}
    reply = client.post(f"/en{path_of(made)}", bare)
    said = reply.content.decode()
    assert reply.status_code == 422
    assert list(reply.context["form"].errors) == [f"text_{second.pk}"]
    assert f"Say why you do not agree on point {second.number}." in said and f"答第 {first.number} 点" in said
    # Straight to the act, past the check: the same code, at the same field.
    sent = client.post(path_of(made), bare | {"do": "send"})
    assert sent.status_code == 422 and sent.context["form"].has_error(f"text_{second.pk}", "point_reason_missing")
    assert made.state is State.AWAITING_CONFIRMATION and not PointAnswer.objects.exists()
    # To agree, or not to know, needs no reason.
    for stance in ("agrees", "unsure"):
        checked = client.post(path_of(made), bare | {f"stance_{second.pk}": stance})
        assert checked.status_code == 200
