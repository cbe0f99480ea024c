"""What the bench does through its pages: drafts, rulings, approvals, appeals, and every other act by its form."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client

from accounts import hats
from accounts.models import User
from arbitration import appeals, rulings
from arbitration.models import Appeal, DraftAside, HandBack, Ruling
from common import clock, money
from common.actor import Actor, Role
from disputes import clocks, offers
from disputes.lifecycle import Event, State
from disputes.models import Case, Offer
from enforcement import advances, movements
from engine import ticks
from evidence.models import Exhibit
from notifications import reach as delivery
from notifications.models import Email, Notice
from tests import builders, deciding, reach
from tests.edges.test_desk_pages import page, signed_in, text
from tests.reach import Scene
from web import wording
from web.desk.acts import DESK

pytestmark = pytest.mark.django_db


def typed(made: Scene, version: int = 0, **changes: str) -> dict[str, object]:
    """A whole ruling for the buyer as the form posts it."""
    draft = deciding.a_draft(made)
    data: dict[str, object] = {
        "version": version,
        "share": "99",
        "clauses": list(draft.clauses),
        "remedy": draft.remedy,
        "reasons": draft.reasons,
        "language": "zh-hans",
    }
    data |= {f"finding_{number}": "buyer" for number in draft.findings}
    data |= {f"admit_{number}": "yes" for number in draft.admissions}
    return data | changes


def post(actor: Actor, name: str, made: Scene, data: dict[str, object], *more: str):
    """As their page posts it; whoever sends a ruling out has looked at the file."""
    if name == "preview":
        deciding.has_looked(made, actor=actor, now=clock.now())
    return signed_in(actor).post(page(name, made.case.number, *more), data)


def act(actor: Actor, made: Scene, event: Event, **data: object):
    return post(actor, "act", made, {"seen": made.reload().version, **data}, event.value)


def test_a_draft_is_kept_with_whatever_is_missing_and_says_what():
    made = deciding.taken()
    reply = post(made.arbitrator, "case", made, {"version": 0, "language": "zh-hans", "finding_1": "unclear"})
    assert reply.status_code == 302
    ruling = Ruling.objects.get(case=made.case)
    assert list(ruling.findings.values_list("finding", flat=True)) == ["undetermined"]
    shown = text(signed_in(made.arbitrator), page("case", made.case.number))
    assert "Find on point 2" in shown and "Choose a remedy" in shown
    assert shown.count(" checked") == 1


def test_a_whole_ruling_goes_from_form_to_letter():
    made = deciding.taken()
    reply = post(made.arbitrator, "case", made, typed(made, go="preview"))
    assert reply.headers["Location"].endswith(f"{made.case.number}/preview/")
    shown = text(signed_in(made.arbitrator), page("preview", made.case.number))
    assert "你" in shown or "部分退款" in shown
    assert 'id="letter-b"' in shown and 'id="letter-m"' in shown
    seen = {"seen": made.reload().version, "version": Ruling.objects.get(case=made.case).version}
    reply = post(made.arbitrator, "preview", made, seen)
    assert reply.status_code == 302 and made.state is State.UNDER_REVIEW
    assert deciding.goes_out(made).state is State.APPEAL_WINDOW
    letter = text(signed_in(made.arbitrator), page("letter", made.case.number))
    assert Ruling.objects.get(case=made.case).letter_code in letter
    paper = letter[letter.index('<article class="paper"') : letter.index("</article>")]
    assert builders.User.objects.get(pk=made.arbitrator.id).display_name not in paper
    assert signed_in(deciding.another(Role.ARBITRATOR)).get(page("letter", made.case.number)).status_code == 404


def test_a_second_tab_overwrites_nothing_and_keeps_what_was_typed():
    made = deciding.taken()
    post(made.arbitrator, "case", made, typed(made))
    reply = post(made.arbitrator, "case", made, typed(made, reasons="另一页里写的理由"))
    shown = reply.content.decode()
    assert reply.status_code == 409 and "另一页里写的理由" in shown and "<dt>reasons</dt>" in shown
    assert DraftAside.objects.count() == 1
    assert Ruling.objects.get(case=made.case).reasons == deciding.a_draft(made).reasons
    version = Ruling.objects.get(case=made.case).version
    assert f'name="version" value="{version}"' in shown


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("value", "abc"),
        ("share", "101"),
        ("value", "9999999"),
        ("deduction", "999999999999"),
        ("value", "1" * 20 + ".00"),
    ],
)
def test_what_cannot_be_read_is_said_at_its_field_and_the_rest_is_kept(field, value):
    made = deciding.taken()
    reply = post(made.arbitrator, "case", made, typed(made, **{field: value}))
    shown = reply.content.decode()
    assert reply.status_code == 422 and f'href="#id_{field}"' in shown and "You can ask for" not in shown
    assert f'value="{value}"' in shown and deciding.REASONS in shown
    assert not Ruling.objects.exists()


def test_only_whoever_holds_the_case_writes_its_ruling():
    made = deciding.taken()
    reply = post(made.senior, "case", made, typed(made))
    assert reply.status_code == 409 and not Ruling.objects.exists()
    assert post(made.buyer, "case", made, typed(made)).status_code == 404


def test_an_incomplete_ruling_cannot_be_issued_from_its_preview():
    made = deciding.taken()
    post(made.arbitrator, "case", made, typed(made, share=""))
    shown = text(signed_in(made.arbitrator), page("preview", made.case.number))
    assert "Set the shares of liability" in shown and "data-once" not in shown
    version = Ruling.objects.get(case=made.case).version
    reply = post(made.arbitrator, "preview", made, {"seen": made.reload().version, "version": version})
    assert reply.status_code == 422 and made.state is State.UNDER_REVIEW


def test_a_preview_that_is_no_longer_what_is_saved_issues_nothing():
    made = deciding.taken()
    post(made.arbitrator, "case", made, typed(made))
    reply = post(made.arbitrator, "preview", made, {"seen": made.reload().version, "version": 99})
    assert reply.status_code == 409 and made.state is State.UNDER_REVIEW
    assert not reply.context["form"].changes  # the draft moved on, the case did not


def proposed() -> Scene:
    deciding.rules(new_arbitrator_rulings=5)
    made = deciding.taken()
    post(made.arbitrator, "case", made, typed(made))
    deciding.has_looked(made, actor=made.arbitrator, now=clock.now())
    shown = text(signed_in(made.arbitrator), page("preview", made.case.number))
    assert "The arbitrator is new" in shown
    ruling = Ruling.objects.get(case=made.case)
    post(made.arbitrator, "preview", made, {"seen": made.reload().version, "version": ruling.version})
    assert made.state is State.AWAITING_APPROVAL
    return made


def test_the_page_after_sending_says_once_that_it_waits_for_a_second_signature():
    deciding.rules(new_arbitrator_rulings=5)
    made = deciding.taken()
    version = deciding.drafted(made).version
    sent = {"seen": made.reload().version, "version": version}
    reply = signed_in(made.arbitrator).post(page("preview", made.case.number), sent, follow=True)
    assert reply.content.decode().count("Sent for a second signature.") == 1


def test_a_senior_approves_a_proposed_ruling():
    made = proposed()
    assert made.case.number in text(signed_in(made.senior), page("review"))
    shown = text(signed_in(made.senior), page("approval", made.case.number))
    assert "The arbitrator is new" in shown
    ruling = Ruling.objects.get(case=made.case)
    for name in ("approval", "case"):
        ordered = text(signed_in(made.senior), page(name, made.case.number)).partition('id="ordered"')[2][:1500]
        assert money.text(ruling.amount, "CNY") in ordered and f"{ruling.merchant_share / 100:g}%" in ordered
        assert all(f">{clause.number}<" in ordered for clause in ruling.clauses.all()) and "refund" in ordered.lower()
    assert signed_in(made.arbitrator).get(page("approval", made.case.number)).status_code == 404
    post(made.senior, "approval", made, {"seen": made.reload().version, "decision": "approve"})
    assert made.state is State.APPEAL_WINDOW


def test_a_senior_whose_case_moved_on_reads_what_happened_and_keeps_the_reason():
    made = proposed()
    seen = made.reload().version
    clocks.stop(made.case.pk, reason="proof", text="送检一周。", actor=made.senior, now=clock.now())
    clocks.resume(made.case.pk, actor=made.senior, now=clock.now())
    data = {"seen": seen, "decision": "return", "reason": "争点 2 的理由太短"}
    reply = post(made.senior, "approval", made, data)
    shown = reply.content.decode()
    assert reply.status_code == 409 and made.state is State.AWAITING_APPROVAL
    assert "争点 2 的理由太短" in shown and "put the case on hold" in shown and "送检一周。" in shown


def test_a_ruling_is_returned_only_with_a_reason_which_its_author_reads():
    made = proposed()
    empty = post(made.senior, "approval", made, {"seen": made.reload().version, "decision": "return"})
    assert empty.status_code == 422 and 'href="#id_reason"' in empty.content.decode()
    data = {"seen": made.reload().version, "decision": "return", "reason": "争点 2 的理由太短"}
    post(made.senior, "approval", made, data)
    assert made.state is State.UNDER_REVIEW
    shown = text(signed_in(made.arbitrator), page("case", made.case.number))
    number = hats.number_of(made.senior.id)
    assert "争点 2 的理由太短" in shown and f"Arbitrator {number} returned this ruling on" in shown
    assert "First time here" not in shown
    mine = text(signed_in(made.arbitrator), page("queue") + "?list=mine")
    assert made.case.number in mine and "To be ruled again" in mine


def test_a_senior_is_never_offered_their_own_ruling():
    deciding.rules(new_arbitrator_rulings=5)
    made = reach.queued()
    builders.travel(timedelta(hours=25))
    act(made.senior, made, Event.TAKEN)
    ruling = deciding.drafted(made, actor=made.senior)
    rulings.propose(made.case.pk, version=ruling.version, actor=made.senior, now=clock.now())
    assert made.case.number not in text(signed_in(made.senior), page("review"))
    shown = text(signed_in(made.senior), page("approval", made.case.number))
    assert "You ruled this case yourself" in shown and 'name="decision"' not in shown
    data = {"seen": made.reload().version, "decision": "approve"}
    assert post(made.senior, "approval", made, data).status_code == 422
    assert made.case.number in text(signed_in(deciding.another(Role.SENIOR)), page("review"))


def test_an_appeal_shows_what_is_new_beside_the_ruling_and_is_upheld_with_reasons():
    made = deciding.under_appeal()
    client = signed_in(made.senior)
    shown = text(client, page("appeal", made.case.number))
    assert "补充渗水照片" in shown and "照片不能证明是同一只壶" in shown and "渗水细节" in shown
    assert 'id="letter-first"' in shown and 'class="ev b"' in shown
    short = act(made.senior, made, Event.APPEAL_UPHELD, reasons="太短")
    assert short.status_code == 422 and "太短" in short.content.decode()
    assert re.search(r"at least \d+ characters, so far 2", short.content.decode())
    reasons = "新照片没有拍摄时间，也看不出是同一只壶，不足以改变原来的认定；原裁决的责任划分和处理方案维持不变。"
    number = Exhibit.objects.get(pk=Appeal.objects.get(case=made.case).exhibits[0]).number
    silent = act(made.senior, made, Event.APPEAL_UPHELD, reasons=reasons)
    assert (
        silent.status_code == 422
        and silent.context["form"].errors["reasons"]
        and f"evidence {number}." in (silent.content.decode())
    )
    reasons = f"{number} 不予采信：{reasons}"
    act(made.senior, made, Event.APPEAL_UPHELD, reasons=reasons)
    assert Appeal.objects.get(case=made.case).decision == Appeal.UPHELD
    assert reasons in text(client, page("letter", made.case.number))


def test_an_appeal_changes_the_ruling_by_a_new_one():
    made = deciding.under_appeal(paid=250_000)
    start = text(signed_in(made.senior), page("case", made.case.number))
    assert 'name="finding_1" value="merchant" checked' in start
    first = Ruling.objects.get(case=made.case).reasons
    assert deciding.FOR_THE_MERCHANT in first and deciding.FOR_THE_MERCHANT not in start
    post(made.senior, "case", made, typed(made, reasons=deciding.a_draft(made).reasons))
    deciding.has_looked(made, actor=made.senior, now=clock.now())
    shown = text(signed_in(made.senior), page("preview", made.case.number))
    assert "appeal_changed" in shown and "It needs a second signature" not in shown
    draft = Ruling.objects.get(case=made.case, state=Ruling.DRAFT)
    reasons = "新照片与原照片裂纹走向一致，能认定是同一只壶；原裁决漏看渗水的事实，应改为支持买家的请求。"
    act(made.senior, made, Event.APPEAL_CHANGED, reasons=reasons, version=draft.version)
    assert Appeal.objects.get(case=made.case).decision == Appeal.CHANGED
    assert Ruling.objects.get(pk=draft.pk).state == Ruling.SERVED


def test_an_appeal_is_sent_back_to_the_queue():
    made = deciding.under_appeal()
    reasons = "第一次裁决没有回应买家关于渗水的说法，程序有缺漏，应由另一位裁决员重新审理并逐点说明理由。"
    act(made.senior, made, Event.APPEAL_SENT_BACK, reasons=reasons)
    assert made.state is State.AWAITING_ASSIGNMENT
    other = deciding.another(Role.ARBITRATOR)
    queue = text(signed_in(other), page("queue"))
    assert made.case.number in queue and "To be ruled again" in queue and "Waited too long" not in queue
    # Whoever ruled before cannot take it: it is not in their queue, not counted, and its page offers no such thing.
    theirs = signed_in(made.arbitrator).get(page("queue"))
    assert made.case.number not in theirs.content.decode() and theirs.context["tabs"][0]["count"] == 0
    assert page("act", made.case.number, "taken") not in text(
        signed_in(made.arbitrator), page("case", made.case.number)
    )


def test_whoever_ruled_is_not_offered_the_appeal():
    deciding.rules()
    made = reach.queued()
    author = made.senior
    builders.travel(timedelta(hours=25))
    act(author, made, Event.TAKEN)
    ruling = deciding.drafted(made, deciding.for_the_merchant(made), actor=author)
    rulings.issue(made.case.pk, version=ruling.version, actor=author, now=clock.now())
    deciding.appealed(made)
    appeals.answer(made.case.pk, text="不同意。", actor=made.merchant, now=clock.now())
    assert made.case.number not in text(signed_in(author), page("appeals"))
    shown = text(signed_in(author), page("appeal", made.case.number))
    assert "You ruled this case yourself" in shown and "appeal_taken" not in shown
    assert act(author, made, Event.APPEAL_TAKEN).status_code == 403
    other = deciding.another(Role.SENIOR)
    assert made.case.number in text(signed_in(other), page("appeals"))
    act(other, made, Event.APPEAL_TAKEN)
    assert made.reload().assignee_id == other.id


def test_more_evidence_is_asked_for_piece_by_piece_with_side_point_and_reason():
    made = deciding.taken()
    half = act(made.arbitrator, made, Event.MORE_EVIDENCE_ASKED, side_1="buyer", why_1="看不清裂纹")
    assert half.status_code == 422 and "看不清裂纹" in half.content.decode()
    first = {"side_1": "buyer", "code_1": "E06", "point_1": "1", "why_1": "看不清裂纹"}
    second = {"side_3": "merchant", "code_3": "E09", "point_3": "2", "why_3": "出库时是否完好"}
    act(made.arbitrator, made, Event.MORE_EVIDENCE_ASKED, **first, **second)
    assert made.state is State.MORE_EVIDENCE and made.case.asked == "both"
    assert [(item.side, item.code, item.why.text) for item in made.case.supplements.all()] == [
        ("buyer", "E06", "看不清裂纹"),
        ("merchant", "E09", "出库时是否完好"),
    ]


def test_whoever_has_to_prove_is_suggested_for_what_their_file_still_lacks():
    made = deciding.taken()
    path = page("act", made.case.number, Event.MORE_EVIDENCE_ASKED.value)
    client = signed_in(made.arbitrator)

    def suggested(query: str) -> tuple[str, str, str]:
        form = client.get(path + query).context["form"]
        return tuple(form[f"{name}_1"].value() for name in ("side", "code", "point"))

    side, code, point = suggested("?point=2")
    given = set(Exhibit.objects.filter(dossier_id=made.case.dossier_id).values_list("code", flat=True))
    assert (side, point) == ("merchant", "2") and code and code not in given
    other, its_code, _point = suggested("?point=2&side=buyer")
    assert other == "buyer" and its_code != code and its_code not in given
    assert suggested("?side=zzz")[:2] == ("zzz", "")


def test_a_case_is_handed_back_and_its_words_stay_with_the_bench():
    made = deciding.taken()
    data = {"seen": made.reload().version, "reason": "not_my_field", "text": "不熟悉陶瓷", "recuse": "on"}
    address = page("act", made.case.number, Event.HANDED_BACK.value)
    reply = signed_in(made.arbitrator).post(address, data, follow=True)
    # The case does not exist for them any more: they go on from the list.
    assert reply.redirect_chain == [(page("queue"), 302)] and "It is off your hands" in reply.content.decode()
    assert made.state is State.AWAITING_ASSIGNMENT
    assert HandBack.objects.get(case=made.case).recused


def test_clocks_stop_and_run_again():
    made = deciding.taken()
    pause = next(iter(reach.queries.file_of(made.case).case.procedure_rules.body["pauses"]))["code"]
    act(made.arbitrator, made, Event.CLOCKS_STOPPED, reason=pause, text="等待检测结果")
    assert made.reload().suspended_at is not None
    client = signed_in(made.arbitrator)
    assert "On hold" in text(client, page("case", made.case.number))
    # Nothing is offered that a hold forbids, and no list tells a term that does not run.
    assert not offered(made.arbitrator, made) & {Event.MORE_EVIDENCE_ASKED.value, Event.SENT_TO_JURY.value}
    listed = text(client, page("queue") + "?list=mine")
    assert "On hold, 3 working days left" in listed and "24:00" not in listed
    assert "Save view" not in listed
    act(made.arbitrator, made, Event.CLOCKS_RESUMED)
    assert made.reload().suspended_at is None


def on_hold(made: Scene) -> None:
    pause = next(iter(reach.queries.file_of(made.case).case.procedure_rules.body["pauses"]))["code"]
    clocks.stop(made.case.pk, reason=pause, text="等待检测结果", actor=made.senior, now=clock.now())


def test_a_ruling_of_a_case_on_hold_is_not_signed():
    made = proposed()
    assert 'name="decision"' in text(signed_in(made.senior), page("approval", made.case.number))
    on_hold(made)
    shown = text(signed_in(made.senior), page("approval", made.case.number))
    assert "The case is on hold." in shown and 'name="decision"' not in shown


def test_a_preview_offers_nothing_while_evidence_is_awaited():
    made = deciding.taken()
    deciding.drafted(made)
    asked = {"side_1": "buyer", "code_1": "E06", "point_1": "1", "why_1": "请补拍壶底"}
    act(made.arbitrator, made, Event.MORE_EVIDENCE_ASKED, **asked)
    assert made.state is not State.UNDER_REVIEW
    shown = text(signed_in(made.arbitrator), page("preview", made.case.number))
    assert "The ruling can go out once the case is under review again." in shown and 'data-do="issue"' not in shown


def test_no_page_offers_a_decision_while_the_case_is_on_hold():
    made = deciding.taken()
    deciding.drafted(made)
    path = page("preview", made.case.number)
    assert 'data-do="issue"' in text(signed_in(made.arbitrator), path)
    appealed = deciding.under_appeal()
    for scene in (made, appealed):
        on_hold(scene)
    resume = page("act", made.case.number, Event.CLOCKS_RESUMED.value)
    held = text(signed_in(made.arbitrator), path)
    assert "The case is on hold." in held and resume in held and 'data-do="issue"' not in held
    for name in ("case", "appeal"):
        assert not offered(appealed.senior, appealed, name) & {*DECIDING, Event.APPEAL_TAKEN.value}


def test_the_platform_proposes_and_takes_it_back():
    made = deciding.taken()
    asked = text(signed_in(made.arbitrator), page("act", made.case.number, Event.OFFER_MADE.value))
    assert "A word to both sides" in asked
    act(made.arbitrator, made, Event.OFFER_MADE, amount="300.00", text="各退一步")
    offer = Offer.objects.get(case=made.case)
    assert (offer.side, offer.amount) == ("platform", 30_000)
    act(made.arbitrator, made, Event.OFFER_RETRACTED, offer=offer.pk)
    assert Offer.objects.get(pk=offer.pk).state == "retracted"


def test_a_case_goes_to_the_jury_with_a_question():
    deciding.rules(jury=True)
    made = deciding.taken()
    shown = signed_in(made.arbitrator).get(page("case", made.case.number)).content.decode()
    assert page("act", made.case.number, "sent_to_jury") in shown
    asked = signed_in(made.arbitrator).get(page("act", made.case.number, "sent_to_jury")).content.decode()
    assert "Claims of up to ¥1,000.00 are for 31 people; 16 of 31 for one side carry." in asked
    named = f"{deciding.name_of(made.buyer)}说得对吗？"
    for do, question in (("check", named), ("", named), ("", "打 13800138000 问过吗？"), ("check", "")):
        reply = act(made.arbitrator, made, Event.SENT_TO_JURY, question=question, do=do)
        assert reply.status_code == 422 and reply.context["form"].errors["question"]
        assert question in reply.content.decode() and made.state is State.UNDER_REVIEW
    question = "裂纹是运输前就有的吗？"
    looked = act(made.arbitrator, made, Event.SENT_TO_JURY, question=question, do="check").content.decode()
    assert "31 people will be drawn" in looked and question in looked and made.state is State.UNDER_REVIEW
    again = act(made.arbitrator, made, Event.SENT_TO_JURY, question=question, do="edit").content.decode()
    assert f">\n{question}</textarea>" in again
    act(made.arbitrator, made, Event.SENT_TO_JURY, question=question, do="send")
    assert made.state is State.JURY_VOTING


def test_no_page_leads_to_a_jury_that_does_not_sit():
    made = deciding.taken()
    shown = signed_in(made.arbitrator).get(page("case", made.case.number)).content.decode()
    assert page("act", made.case.number, "sent_to_jury") not in shown


def test_a_senior_admits_or_does_not_admit_a_filed_case():
    made = reach.filed()
    code = made.case.substance_rules.body["refusals"][0]["code"]
    assert signed_in(made.arbitrator).get(page("act", made.case.number, "admitted")).status_code == 404
    act(made.senior, made, Event.NOT_ADMITTED, code=code, text="没有先与商家协商")
    assert made.state is State.DISMISSED
    other = reach.filed()
    act(other.senior, other, Event.ADMITTED)
    assert other.state is State.GATHERING_EVIDENCE


def test_an_act_on_a_case_that_moved_on_says_so_and_does_nothing():
    made = deciding.taken()
    data = {"seen": 1, "side_1": "buyer", "code_1": "E06", "point_1": "1", "why_1": "请补拍"}
    reply = post(made.arbitrator, "act", made, data, Event.MORE_EVIDENCE_ASKED.value)
    assert reply.status_code == 409 and "请补拍" in reply.content.decode()
    assert made.state is State.UNDER_REVIEW


def test_every_act_of_the_desk_has_a_page_that_renders():
    deciding.rules(jury=True)
    scenes = [deciding.under_appeal(), reach.filed(), reach.queued(), deciding.taken(), deciding.taken()]
    offers.make(scenes[-1].case.pk, amount=100, returns=False, text="", actor=scenes[-1].arbitrator, now=clock.now())
    rendered: set[Event] = set()
    for made in scenes:
        for actor in (made.senior, made.arbitrator):
            client: Client = signed_in(actor)
            for event in DESK:
                reply = client.get(page("act", made.case.number, event.value))
                assert reply.status_code in (200, 302, 403, 404, 409)
                if reply.status_code == 200:
                    rendered.add(event)
    # A hold to end and a ruling to check have tests of their own.
    assert set(DESK) - rendered <= {Event.CLOCKS_RESUMED, Event.APPROVAL_TAKEN}


def test_a_ruling_event_leads_to_the_page_where_it_is_decided():
    made = deciding.taken()
    reply = signed_in(made.arbitrator).get(page("act", made.case.number, Event.RULING_SERVED.value))
    assert reply.status_code == 302 and reply.headers["Location"].endswith("/preview/")
    assert Case.objects.get(pk=made.case.pk).state == State.UNDER_REVIEW


def offered(actor: Actor, made: Scene, name: str = "case") -> set[str]:
    """The events whose pages are linked from a page of the case."""
    shown = text(signed_in(actor), page(name, made.case.number))
    return {event.value for event in Event if f"/cases/{made.case.number}/{event.value}/" in shown}


DECIDING = {event.value for event in (Event.APPEAL_UPHELD, Event.APPEAL_CHANGED, Event.APPEAL_SENT_BACK)}


def test_an_appeal_whose_answer_is_still_due_says_until_when():
    made = deciding.dismissed()
    deciding.appealed(made)
    path = page("appeal", made.case.number)
    shown = text(signed_in(made.senior), path)
    until = wording.deadline(made.reload().due_at, clock.now())
    assert "Not answered yet. The other side has until" in shown and until in shown
    assert "No answer was given in time" not in shown


def test_an_appeal_is_decided_only_by_the_senior_who_took_it():
    made = deciding.under_appeal()
    for name in ("case", "appeal"):
        # To change it is to write the new ruling first: its own page comes after the preview.
        assert offered(made.senior, made, name) >= DECIDING - {Event.APPEAL_CHANGED.value}
        assert Event.APPEAL_TAKEN.value not in offered(made.senior, made, name)
        other = deciding.another(Role.SENIOR)
        assert not offered(other, made, name) & {*DECIDING, Event.APPEAL_TAKEN.value}


def test_whoever_signed_the_ruling_is_offered_nothing_on_its_appeal():
    made = proposed()
    post(made.senior, "approval", made, {"seen": made.reload().version, "decision": "approve"})
    deciding.appealed(made, by=made.merchant)
    appeals.answer(made.case.pk, text="不同意。", actor=made.buyer, now=clock.now())
    for name in ("case", "appeal"):
        assert not offered(made.senior, made, name) & {*DECIDING, Event.APPEAL_TAKEN.value}
        assert Event.APPEAL_TAKEN.value in offered(deciding.another(Role.SENIOR), made, name)
    assert "You signed this ruling" in text(signed_in(made.senior), page("appeal", made.case.number))


def test_a_case_in_nobodys_hands_offers_an_arbitrator_only_to_take_it():
    deciding.rules()
    made = reach.queued()
    assert offered(made.arbitrator, made) == {Event.TAKEN.value}
    assert Event.CLOCKS_STOPPED.value in offered(made.senior, made)


def test_a_senior_is_not_offered_what_only_the_holder_of_the_case_may_do():
    deciding.rules(jury=True)
    made = deciding.taken()
    held = {Event.HANDED_BACK.value, Event.MORE_EVIDENCE_ASKED.value, Event.SENT_TO_JURY.value}
    assert offered(made.arbitrator, made) >= held
    assert not offered(made.senior, made) & held


def test_a_proposed_ruling_stays_readable_for_its_author_while_it_waits():
    made = proposed()
    shown = text(signed_in(made.arbitrator), page("case", made.case.number))
    assert "Your ruling waits for approval" in shown and "<span data-found>2</span> / 2" in shown
    assert deciding.REASONS in shown and 'id="ruling"' not in shown


def test_a_clause_that_the_rules_do_not_have_is_refused_at_its_field():
    made = deciding.taken()
    reply = post(made.arbitrator, "case", made, typed(made, more_clauses="4.1, 99.99"))
    shown = reply.content.decode()
    assert reply.status_code == 422 and 'href="#id_more_clauses"' in shown and "no clause 99.99." in shown
    assert 'value="4.1, 99.99"' in shown and deciding.REASONS in shown and not Ruling.objects.exists()


def test_a_draft_that_kept_an_unknown_clause_can_be_saved_and_mended():
    made = deciding.taken()
    ruling = deciding.drafted(made, deciding.a_draft(made, clauses=("4.2", "99.99")))
    data = typed(made, ruling.version) | {"clauses": ["4.2", "99.99"]}
    assert post(made.arbitrator, "case", made, data).status_code == 302
    shown = text(signed_in(made.arbitrator), page("case", made.case.number))
    assert "Clause 99.99 does not exist" in shown and 'name="clauses" value="99.99" checked' in shown
    ruling.refresh_from_db()
    assert post(made.arbitrator, "case", made, typed(made, ruling.version)).status_code == 302
    assert "99.99" not in text(signed_in(made.arbitrator), page("preview", made.case.number))


def test_reasons_that_are_there_are_called_short_and_not_missing():
    made = deciding.taken()
    post(made.arbitrator, "case", made, typed(made, reasons="争点 1、2 见 B1。"))
    for name in ("preview", "case"):
        shown = text(signed_in(made.arbitrator), page(name, made.case.number))
        assert "The reasons are too short: 12 of at least" in shown and "Write the reasons" not in shown
    ruling = Ruling.objects.get(case=made.case)
    post(made.arbitrator, "case", made, typed(made, ruling.version, reasons=""))
    assert "Write the reasons" in text(signed_in(made.arbitrator), page("preview", made.case.number))


def test_the_preview_says_whether_notices_reach_both_sides_and_keeps_nobody_from_issuing():
    made = deciding.taken()
    ruling = deciding.drafted(made)
    ticks.consequences()
    assert "Notices reach both sides" in text(signed_in(made.arbitrator), page("preview", made.case.number))
    notice = Notice.objects.filter(case=made.case, audience="merchant").order_by("-id").first()
    given_up, _made = Email.objects.get_or_create(notice=notice)
    Email.objects.filter(pk=given_up.pk).update(state=Email.PARKED, error="SMTPException")
    User.objects.filter(pk=made.buyer.id).update(is_active=False)
    shown = text(signed_in(made.arbitrator), page("preview", made.case.number))
    assert "Notices do not reach the buyer" in shown and "Notices reach both sides" not in shown
    assert "The last e-mail to the merchant could not be delivered" in shown
    post(made.arbitrator, "preview", made, {"seen": made.reload().version, "version": ruling.version})
    deciding.goes_out(made)
    assert made.state is State.APPEAL_WINDOW


def test_one_e_mail_that_arrived_later_makes_up_for_one_that_did_not():
    made = deciding.taken()
    ticks.consequences()
    first, last = Notice.objects.filter(case=made.case, audience="merchant").order_by("id")[:2]
    for notice, state in ((first, Email.PARKED), (last, Email.SENT)):
        Email.objects.update_or_create(notice=notice, defaults={"state": state})
    assert delivery.unreached(made.case) == {}
    Email.objects.filter(notice=last).update(state=Email.PARKED)
    assert delivery.unreached(made.case) == {"merchant": delivery.MAIL}


def test_the_three_ways_to_decide_an_appeal_stand_above_the_decision_on_both_pages():
    made = deciding.under_appeal()
    client = signed_in(made.senior)
    for name in ("case", "appeal"):
        shown = text(client, page(name, made.case.number))
        ways = shown.partition('id="ways"')[2].partition("</ul>")[0]
        assert all(f"<b>{word}</b>" in ways for word in ("Uphold the ruling", "Change the ruling", "Send it back")), (
            name
        )
        for event in (Event.APPEAL_UPHELD, Event.APPEAL_SENT_BACK):
            assert shown.count(page("act", made.case.number, event.value)) == 1
    case = text(client, page("case", made.case.number))
    assert case.index('id="ways"') < case.index('id="points"') and "preview" in case
    other = deciding.another(Role.SENIOR)
    assert "<b>Uphold" not in text(signed_in(other), page("appeal", made.case.number))


def test_no_decision_on_an_appeal_stands_out_from_the_others():
    made = deciding.under_appeal()
    shown = text(signed_in(made.senior), page("appeal", made.case.number))
    assert page("act", made.case.number, Event.APPEAL_UPHELD.value) in shown
    assert "btn-primary" not in shown.partition("<main")[2]


def test_a_preview_says_nothing_yet_of_what_nobody_has_weighed():
    made = deciding.taken()
    draft = deciding.a_draft(made)
    weighed = dict(list(draft.admissions.items())[:1])
    deciding.drafted(made, replace(draft, admissions=weighed))
    shown = text(signed_in(made.arbitrator), page("preview", made.case.number))
    paper = shown.partition('class="paper"')[2].partition("</article>")[0]
    assert "采信 B1。" in paper and "不采信" not in paper


def test_what_is_unclear_and_the_rule_that_decides_it_are_two_sentences():
    made = deciding.taken()
    draft = deciding.a_draft(made)
    deciding.drafted(made, replace(draft, findings={**draft.findings, 1: "undetermined"}))
    shown = text(signed_in(made.arbitrator), page("preview", made.case.number))
    assert re.search(r"不明(?:（凭证 [^）]+）)?。[^<]+（规则 [\d.]+）", shown), (
        "a stop stands between the finding and the rule"
    )


def test_a_change_tells_what_was_advanced_and_comes_back_and_that_the_only_appellant_ends_worse_off():
    deciding.rules(advance_amount=5_000)
    made = deciding.served()
    movements.post_due(500, now=clock.now())
    advances.set_limit("CNY", 100_000, reason="试行", actor=made.ops, now=clock.now())
    proposal = advances.propose(made.case.pk, reason="凭证确凿。", actor=made.senior, now=clock.now())
    advances.approve(proposal.pk, actor=made.ops, now=clock.now())
    deciding.appealed_by_rule(made)
    for draft, worse in (
        (deciding.for_the_merchant(made), True),
        (deciding.a_draft(made, merchant_share=9_950), False),
    ):
        deciding.drafted(made, draft, actor=made.senior)
        shown = text(signed_in(made.senior), page("preview", made.case.number))
        assert ("Only the buyer appealed, and would be worse off by this: ¥673.20 before, now ¥0.00" in shown) == worse
        assert shown.count("平台已先行赔付买家 ¥50.00，其中 ¥50.00 将收回") == (2 if worse else 0)
