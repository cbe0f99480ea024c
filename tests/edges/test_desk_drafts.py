"""A draft that saves itself, a second page on it, marks on pictures, and who reads that somebody is writing."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from arbitration import assignment, calculator, drafting, queries, rulings
from arbitration.models import Annotation, DraftAside, Ruling, Sitting
from common import clock
from common.actor import Role
from disputes.lifecycle import Event, State
from evidence.models import Exhibit
from tests import builders, deciding
from tests.edges.test_desk_acts import post, typed
from tests.edges.test_desk_pages import page, signed_in, text
from tests.reach import Scene

pytestmark = pytest.mark.django_db
CANARY = "只有裁决员自己读到的观察"


def by_script(made: Scene, version: int = 0, **changes: object):
    data = typed(made, version) | {"tab": "a", "turn": 1} | changes
    return signed_in(made.arbitrator).post(page("case", made.case.number), data, headers={"X-Draft": "1"})


def test_a_script_is_told_the_version_when_it_was_saved_and_what_is_lacking():
    made = deciding.taken()
    reply = by_script(made, share="")
    told = reply.json()
    assert reply.status_code == 200 and told["version"] == 1 and told["said"].startswith("Draft saved ")
    lacking = {line["text"]: line["href"] for line in told["lacking"]}
    assert lacking["Set the shares of liability"] == "#id_share"
    assert lacking["B1 has not been opened: view it, or say why you skip it"] == "evidence/B1/"
    told = by_script(made, turn=2, version=told["version"]).json()
    assert told["version"] == 2 and told["sum"] == "¥673.20"
    assert not [line for line in told["lacking"] if "opened" not in line["text"]]


def test_a_second_page_that_saves_itself_is_told_what_the_first_one_saved():
    made = deciding.taken()
    by_script(made, reasons="第一页写的")
    reply = by_script(made, tab="b", reasons="第二页写的", share="50")
    told = reply.json()
    assert reply.status_code == 409 and told["standing"] == 1 and "version" not in told
    assert {part["label"]: part["there"] for part in told["differs"]} == {
        "shares": "Merchant 99%",
        "reasons": "第一页写的",
    }
    assert DraftAside.objects.get().body["reasons"] == "第二页写的"
    assert by_script(made, tab="b", turn=2, version=1, reasons="第二页写的").status_code == 200


def test_what_cannot_be_kept_is_said_by_field_and_nothing_is_written():
    made = deciding.taken()
    reply = by_script(made, share="101", value="x")
    assert reply.status_code == 422 and set(reply.json()["errors"]) == {"share", "value"}
    reply = signed_in(made.senior).post(page("case", made.case.number), typed(made), headers={"X-Draft": "1"})
    assert reply.status_code == 409 and reply.json()["code"] == "not_yours"
    assert not Ruling.objects.exists()


def test_a_page_that_is_refused_shows_what_the_other_one_saved():
    made = deciding.taken()
    post(made.arbitrator, "case", made, typed(made))
    reply = post(made.arbitrator, "case", made, typed(made, reasons="另一页里写的理由", finding_1="unclear"))
    shown = reply.content.decode()
    assert reply.status_code == 409
    block = shown[shown.index('id="beside"') : shown.index('id="points"')]
    assert deciding.a_draft(made).reasons in block and "1 For the buyer · 2 For the buyer" in block


def test_the_ground_of_a_remedy_that_was_given_up_does_not_count_and_is_not_kept():
    made = deciding.taken()
    by_script(made, remedy="R1", share="100", ground="CONSENT")
    assert Ruling.objects.get().ground == "CONSENT"
    told = by_script(made, turn=2, version=1, remedy=calculator.DISMISSAL, share="0", ground="CONSENT").json()
    assert Ruling.objects.get().ground == ""
    assert not [line for line in told["lacking"] if "ground" in line["href"] or "ground" in line["text"]]
    # Nor does one that an older draft kept.
    Ruling.objects.update(ground="CONSENT")
    assert not [p for p in drafting.problems(Ruling.objects.get(), now=clock.now()) if p.code.startswith("ground")]


def test_what_a_page_without_script_typed_is_there_again_whatever_it_looks_at_and_can_be_saved():
    made = deciding.taken()
    client, path = signed_in(made.arbitrator), page("case", made.case.number)
    data = typed(made, reasons="先放着的理由。") | {"go": "template", "template": "merchant_burden"}
    for query in ("", "?p=1&b=B1"):
        version = client.get(path).context["form"]["version"].value()
        reply = client.post(path + query, data | {"version": version, "tab": f"page{query}"[:6]})
        assert reply.status_code == 200 and "not sent yet" in reply.content.decode()
        # To an exhibit, back to the case, to another exhibit beside it.
        text(client, page("exhibit", made.case.number, "B1"))
        for back in ("", "?p=2"):
            shown = client.get(path + back)
            form = shown.context["form"]
            # What was saved before is not what stands there.
            assert not shown.context["saved_words"]
            assert form.restored and "先放着的理由。" in form["reasons"].value() and form["admit_B1"].value() == "yes"
        again = {name: form[name].value() for name in form.fields if form[name].value() not in (None, "")}
        assert client.post(path, again).status_code == 302
        assert not client.get(path + query).context["form"].restored
    assert Ruling.objects.get().version == 2 and not DraftAside.objects.exists()


def test_words_that_come_back_never_pass_over_what_another_page_saved():
    made = deciding.taken()
    client, path = signed_in(made.arbitrator), page("case", made.case.number)
    one, other = (client.get(path).context["form"]["tab"].value() for _page in range(2))
    kept = typed(made, reasons="这一页的理由") | {"tab": one, "go": "template", "template": "merchant_burden"}
    assert by_script(made, tab=one, reasons="这一页先存的").json()["version"] == 1
    client.post(path, kept)
    # It was this page that saved last: its words go on from there.
    assert client.get(path).context["form"]["version"].value() == 1
    assert by_script(made, tab=other, version=1, turn=1, reasons="另一页存的").json()["version"] == 2
    assert client.get(path).context["form"]["version"].value() == "0"


def test_every_page_is_a_tab_of_its_own():
    made = deciding.taken()
    client = signed_in(made.arbitrator)
    keys = {client.get(page("case", made.case.number)).context["form"]["tab"].value() for _twice in range(2)}
    assert len(keys) == 2
    # What a page is given can be sent.
    assert by_script(made, tab=keys.pop()).status_code == 200


def test_why_something_is_skipped_and_what_was_noted_come_back_with_the_draft_and_reach_nobody_else():
    made = deciding.taken()
    post(made.arbitrator, "case", made, typed(made, skip_B1="打不开", note_1=CANARY))
    shown = text(signed_in(made.arbitrator), page("case", made.case.number))
    assert CANARY in shown and 'value="打不开"' not in shown  # the page has just shown it: nothing is skipped any more
    records = Exhibit.objects.filter(dossier_id=made.case.dossier_id, side="platform")
    number = records[0].number
    post(made.arbitrator, "case", made, typed(made, 1, **{f"skip_{number}": "与争点无关", "note_1": CANARY}))
    assert f'name="skip_{number}" value="与争点无关"' in text(
        signed_in(made.arbitrator), page("case", made.case.number)
    )
    deciding.has_looked(made, actor=made.arbitrator, now=clock.now())
    version = Ruling.objects.get(case=made.case).version
    post(made.arbitrator, "preview", made, {"seen": made.reload().version, "version": version})
    assert deciding.goes_out(made).state is State.APPEAL_WINDOW
    assert Ruling.objects.get(case=made.case).observations.get().text == CANARY
    for actor in (made.buyer, made.merchant):
        for area in ("my", "shop"):
            for path in (f"/en/{area}/{made.case.number}/", f"/en/{area}/cases/{made.case.number}/"):
                assert CANARY not in signed_in(actor).get(path, follow=True).content.decode()
    for name in ("case", "letter"):
        assert CANARY not in text(signed_in(made.senior), page(name, made.case.number))


def test_whoever_looks_in_reads_who_is_writing_and_until_when_and_may_not_stop_the_clocks_meanwhile():
    made = deciding.taken()
    stop = page("act", made.case.number, Event.CLOCKS_STOPPED.value)
    assert stop in text(signed_in(made.senior), page("case", made.case.number))
    text(signed_in(made.arbitrator), page("case", made.case.number))
    assert Sitting.objects.get().user_id == made.arbitrator.id
    shown = text(signed_in(made.senior), page("case", made.case.number))
    assert "has this case until" in shown and stop not in shown
    assert signed_in(made.senior).get(stop).status_code == 409
    assert stop in text(signed_in(made.arbitrator), page("case", made.case.number))
    builders.travel(timedelta(minutes=31))
    shown = text(signed_in(made.senior), page("case", made.case.number))
    assert "has this case until" not in shown and stop in shown


def test_looking_again_within_a_minute_writes_nothing(django_assert_max_num_queries):
    made = deciding.taken()
    client = signed_in(made.arbitrator)
    text(client, page("case", made.case.number))
    until = Sitting.objects.get().until
    text(client, page("case", made.case.number))
    assert Sitting.objects.get().until == until


def test_a_part_of_a_picture_is_marked_without_script_and_taken_away_again():
    made = deciding.taken()
    client = signed_in(made.arbitrator)
    path = page("annotate", made.case.number, "B1")
    exhibit = page("exhibit", made.case.number, "B1")
    assert client.post(path, {"text": "裂纹从壶口到底", "part": "nw"}).headers["Location"] == exhibit
    own = Annotation.objects.get()
    assert (own.left, own.top, own.right, own.bottom) == (0, 0, 333, 333)
    shown = text(client, exhibit)
    assert "裂纹从壶口到底" in shown and "Remove the mark" in shown
    theirs = text(signed_in(made.senior), exhibit)
    assert "裂纹从壶口到底" in theirs and "Remove the mark" not in theirs
    change = page("annotation", made.case.number, own.pk)
    client.post(change, {"do": "tell", "place": "B1"})
    assert Annotation.objects.get().in_letter
    assert client.post(change, {"do": "remove", "place": "B1"}).headers["Location"] == exhibit
    assert not Annotation.objects.exists()
    assert client.post(change, {"do": "remove"}).status_code == 404


def test_a_script_marks_a_rectangle_and_comes_back_to_its_pane():
    made = deciding.taken()
    drawn = {"text": "此处", "left": 10, "top": 20, "right": 30, "bottom": 40, "back": "p=1&b=B1"}
    reply = signed_in(made.arbitrator).post(page("annotate", made.case.number, "B1"), drawn)
    assert reply.headers["Location"] == page("case", made.case.number) + "?p=1&b=B1"
    own = Annotation.objects.get()
    assert (own.left, own.top, own.right, own.bottom) == (10, 20, 30, 40)
    assert signed_in(made.arbitrator).post(page("annotate", made.case.number, "B99"), drawn).status_code == 404
    assert signed_in(made.buyer).post(page("annotate", made.case.number, "B1"), drawn).status_code == 404


def test_what_is_marked_for_the_letter_stands_in_its_preview():
    made = deciding.taken()
    post(made.arbitrator, "annotate", made, {"text": "壶底有胶痕", "in_letter": "on"}, "B1")
    deciding.drafted(made)
    assert queries.workspace(made.case.pk, actor=made.arbitrator).unseen == []
    shown = text(signed_in(made.arbitrator), page("preview", made.case.number))
    assert shown.count("壶底有胶痕") == 2


def test_whoever_lost_a_case_while_typing_is_told_so_and_has_their_words_back():
    made = deciding.taken()
    by_script(made, reasons="写到一半")
    other = deciding.another(Role.ARBITRATOR)
    assignment.reassign(made.case.pk, other.id, text="", actor=made.ops, now=clock.now())
    for later in ("in hand", "ruled"):
        if later == "ruled":
            ruling = deciding.drafted(made, actor=other)
            rulings.issue(made.case.pk, version=ruling.version, actor=other, now=clock.now())
        reply = by_script(made, turn=2, version=1, reasons="写到一半的理由")
        assert reply.status_code == 409 and reply.json()["code"] == "not_yours"
        assert "another arbitrator" in reply.json()["detail"]
        assert not re.search(r"\b\d{1,3}\b", reply.json()["detail"].replace(made.case.number, ""))  # nor which one
        for go in ("", "preview"):
            sent = typed(made, 1, go=go, reasons="写到一半的理由", note_1="我的笔记")
            reply = post(made.arbitrator, "case", made, sent)
            shown = reply.content.decode()
            assert reply.status_code == 409 and "写到一半的理由" in shown and "我的笔记" in shown
    assert Ruling.objects.get(author_id=made.arbitrator.id).reasons == "写到一半"
    stranger = signed_in(deciding.another(Role.ARBITRATOR))
    for headers in ({}, {"X-Draft": "1"}):
        assert stranger.post(page("case", made.case.number), typed(made), headers=headers).status_code == 404


def test_a_case_that_went_back_to_the_queue_is_nobodys_to_write_on():
    made = deciding.taken()
    assignment.hand_back(made.case.pk, reason="other", actor=made.arbitrator, now=clock.now())
    reply = by_script(made)
    assert reply.status_code == 409 and reply.json()["code"] == "not_yours"
    assert "no longer in your hands" in reply.json()["detail"]
