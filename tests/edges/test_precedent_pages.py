"""Precedents and second readings by their pages: who may open them, what stands on them, and what must not."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from arbitration import calibration, rulings
from arbitration.models import Deviation, Draw, Precedent, Ruling
from arbitration.precedent_rules import MERCHANT
from common import clock
from common.actor import Role
from evidence.models import Exhibit
from rulebook import queries as rulebook
from tests import deciding, reach
from tests.acts.test_calibration import DIFFERS, drawn
from tests.acts.test_precedents import a_line, an_older_one, final
from tests.edges.test_desk_pages import page, signed_in, text

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", ["similar", "calibration"])
def test_the_bench_opens_them_and_nobody_else(name):
    made = reach.queued()
    for actor in (made.arbitrator, made.senior):
        assert signed_in(actor).get(page(name)).status_code == 200
    for actor in (made.buyer, made.merchant, made.ops):
        assert signed_in(actor).get(page(name)).status_code == 404
    assert "/login/" in Client().get(page(name)).headers["Location"]


def test_like_cases_show_how_they_ended_and_never_whose_they_were(django_assert_max_num_queries):
    made = deciding.taken()
    a_line(made, 9)
    a_line(made, 3, result=MERCHANT, remedy="R7", merchant_share=0)
    client = signed_in(made.arbitrator)
    path = page("similar") + f"?case={made.case.number}"
    shown = text(client, path)
    assert "12 like cases: 9 for the buyer in full; 3 for the merchant" in shown
    assert shown.count("Cite this case") == 12
    for row in Precedent.objects.select_related("case__merchant", "case__buyer"):
        assert row.reference in shown
        assert row.case.number not in shown and f">{row.case.pk}<" not in shown
    with django_assert_max_num_queries(10):
        client.get(path)


def test_like_cases_of_a_case_that_one_may_not_see_are_not_there():
    made = reach.queued()
    path = page("similar") + f"?case={made.case.number}"
    other = deciding.served()  # by a colleague; while they had it in hand it could be read
    assert signed_in(made.buyer).get(path).status_code == 404
    assert signed_in(made.arbitrator).get(page("similar") + f"?case={other.case.number}").status_code == 404
    assert "There are not enough like cases." in text(signed_in(made.arbitrator), path)


def test_precedents_are_searched_in_few_queries_however_many_there_are(django_assert_max_num_queries):
    made = deciding.taken()
    a_line(made, 25)
    client = signed_in(made.arbitrator)
    shown = text(client, page("similar") + "?q=裂纹")
    assert shown.count('class="card prec"') == 20
    following = re.search(r'href="(\?[^"]*after=[^"]*)"', shown)
    assert following is not None
    assert text(client, page("similar") + following[1].replace("&amp;", "&")).count('class="card prec"') == 5
    assert "No precedent holds these words." in text(client, page("similar") + "?q=瓷砖")
    # What every card says of itself finds it, also where its words are written in another language.
    kind = rulebook.current_rules(clock.now()).type(Precedent.objects.first().type_code)
    named = text(client, page("similar") + f"?q={kind.name.in_language('en').lower()}")
    assert "No precedent holds these words." not in named and kind.name.in_language("en") in named
    assert client.get(page("similar") + "?q=%00&after=x&type=nonsense").status_code == 200
    with django_assert_max_num_queries(8):
        client.get(page("similar") + "?q=裂纹")


def test_citing_adds_one_sentence_to_the_readers_own_draft_in_the_letters_language():
    made = deciding.taken()
    deciding.drafted(made)
    row = an_older_one(made)
    client = signed_in(made.arbitrator)
    for _time in range(2):
        reply = client.post(page("cite", row.reference), {"case": made.case.number})
        assert reply.status_code == 302 and made.case.number in reply.headers["Location"]
    ruling = Ruling.objects.get(case=made.case)
    assert ruling.reasons.count(row.reference) == 1
    assert ruling.reasons.endswith(f"参照先例 {row.reference}（全额支持买家，依据第 4.2 条）。")
    assert deciding.problems(ruling) == []
    assert signed_in(made.senior).post(page("cite", row.reference), {"case": made.case.number}).status_code in (
        302,
        404,
    )
    assert Ruling.objects.get(pk=ruling.pk).reasons == ruling.reasons
    assert signed_in(made.buyer).post(page("cite", row.reference), {"case": made.case.number}).status_code == 404


def test_a_precedent_is_withdrawn_on_its_page_by_a_senior():
    made = final(deciding.served())
    row = Precedent.objects.get()
    path = page("precedent", row.reference)
    theirs = text(signed_in(deciding.another(Role.ARBITRATOR)), path)
    assert "Withdraw this precedent" not in theirs and made.case.number not in theirs
    client = signed_in(made.senior)
    assert "Withdraw this precedent" in text(client, path)
    assert client.post(path, {}).status_code == 422
    assert signed_in(made.arbitrator).post(path, {"because": "not_typical"}).status_code == 404
    assert client.post(path, {"because": "not_typical"}).status_code == 302
    assert "It is no example for others" in text(client, path)


def test_the_workspace_says_what_a_draft_departs_from_and_the_approval_shows_why():
    made = deciding.taken()
    a_line(made)
    deciding.drafted(made, deciding.for_the_merchant(made))
    client = signed_in(made.arbitrator)
    shown = text(client, page("case", made.case.number))
    assert "9 of 9 like cases ended: For the buyer in full." in shown
    assert 'name="deviation_reason"' in shown and 'href="#id_deviation_reason"' in shown
    # A page that is saved by its script learns of it with the rest, and its field is there all the while.
    parts = client.get(page("case", made.case.number), headers={"X-Part": "decision"}).content.decode()
    assert 'data-part="departs"' in parts and "9 of 9 like cases ended" in parts
    deciding.drafted(made, deciding.a_draft(made, merchant_share=10_000))
    agrees = text(client, page("case", made.case.number))
    assert (
        'id="deviation" hidden>' in agrees and 'name="deviation_reason"' in agrees and "like cases ended" not in agrees
    )
    why = "拆箱视频显示壶身完好。"
    changed = deciding.for_the_merchant(made)
    ruling = deciding.drafted(made, deciding.replace(changed, deviation_reason=why))
    rulings.issue(made.case.pk, version=ruling.version, actor=made.arbitrator, now=clock.now())
    assert Deviation.objects.get().reason == why
    approval = text(signed_in(made.senior), page("approval", made.case.number))
    assert "It departs from how like cases were decided" in approval and why in approval


def test_a_second_reading_shows_the_file_and_hides_the_result_until_it_is_submitted():
    made, found = drawn()
    ruling = Ruling.objects.get(case=made.case)
    reader = deciding.another(Role.ARBITRATOR)
    client = signed_in(reader)
    assert "A case waits for a second reader" in text(client, page("calibration"))
    reply = client.post(page("calibration"))
    path = page("reading", found.token)
    assert reply.headers["Location"].endswith(reverse("desk:reading", args=[found.token]).removeprefix("/en"))
    shown = text(client, path)
    author = User.objects.get(pk=made.arbitrator.id)
    for hidden in (made.case.number, ruling.letter_code, ruling.reasons[:12], author.display_name):
        assert hidden not in shown
    assert "收到时壶身已有裂纹" in shown and "badge done" not in shown
    photo = Exhibit.objects.filter(dossier_id=made.case.dossier_id, kind="image").first()
    assert photo is not None
    single = text(client, page("reading_exhibit", found.token, photo.number))
    assert made.case.number not in single
    source = re.search(r'src="(/[^"]*)"', single[single.index("<main") :])
    assert source is not None and client.get(source[1]).status_code == 200
    assert client.get(page("case", made.case.number)).status_code == 404, "the case itself stays shut"
    assert client.post(path, {"finding_1": "buyer"}).status_code == 422
    sent = {"finding_1": "buyer", "finding_2": "merchant", "remedy": "R2", "share": "50", "clauses": ["4.2"]}
    assert client.post(path, sent).status_code == 302
    told = text(client, path)
    assert "Found alike on 1 of 2 points" in told and ruling.reasons[:12] in told
    assert made.case.number not in told and author.display_name not in told
    assert "a note on the clause is open" in told and "no note is open" not in told
    assert Draw.objects.get().merchant_share == 5_000


def test_where_both_found_every_point_alike_no_note_is_spoken_of():
    made, found = drawn()
    reader = deciding.another(Role.ARBITRATOR)
    calibration.take_next(actor=reader, now=clock.now())
    alike = replace(DIFFERS, findings=dict.fromkeys(DIFFERS.findings, "buyer"))
    calibration.submit(found.pk, alike, actor=reader, now=clock.now())
    told = text(signed_in(reader), page("reading", found.token))
    assert "Found alike on 2 of 2 points" in told and "no note is open" in told
    assert not calibration.open_notes(made.senior).exists()


def test_a_reading_is_its_readers_alone():
    made, found = drawn()
    reader = deciding.another(Role.ARBITRATOR)
    calibration.take_next(actor=reader, now=clock.now())
    photo = Exhibit.objects.filter(dossier_id=made.case.dossier_id, kind="image").first()
    assert photo is not None
    for other in (made.arbitrator, made.senior, made.buyer, made.merchant, made.ops):
        client = signed_in(other)
        assert client.get(page("reading", found.token)).status_code == 404
        assert client.get(page("reading_exhibit", found.token, photo.number)).status_code == 404


def test_a_note_on_a_clause_is_closed_from_the_seniors_page():
    made, found = drawn()
    reader = deciding.another(Role.ARBITRATOR)
    calibration.take_next(actor=reader, now=clock.now())
    calibration.submit(found.pk, DIFFERS, actor=reader, now=clock.now())
    assert "Clauses read differently" not in text(signed_in(reader), page("calibration"))
    client = signed_in(made.senior)
    shown = text(client, page("calibration"))
    note = calibration.open_notes(made.senior)[0]
    assert page("clause_note", str(note.pk)).removeprefix("/en") in shown
    path = reverse("desk:clause_note", args=[note.pk])
    assert signed_in(reader).post(path, {"answer": "加注。"}).status_code == 404
    assert client.post(path, {"answer": ""}).status_code == 302
    assert calibration.open_notes(made.senior).count() == 2
    assert client.post(path, {"answer": "在条款下加注例子。"}).status_code == 302
    assert calibration.open_notes(made.senior).count() == 1
