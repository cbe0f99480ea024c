"""Appeals: once, on a ground, answered, and decided by somebody who has not ruled or signed before."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import IntegrityError, InternalError, transaction

from accounts.models import Right
from arbitration import appeals, approvals, assignment, letters, rulings
from arbitration.models import Appeal, Ruling
from common import clock
from common.actor import Role, Side
from common.errors import Refused
from disputes import outcomes, sweep
from disputes.lifecycle import State
from disputes.models import Deadline
from evidence.models import Exhibit
from journal.models import Entry
from tests import builders, deciding, reach

pytestmark = pytest.mark.django_db

REASONS = "复核了全部凭证：申诉没有指出认定有误之处，新的照片也不能证明是同一只壶，因此原来的认定没有变化，维持原裁决。"


def file(made, **changes):
    values = {
        "ground": Appeal.RULE_ERROR,
        "points": [1],
        "text": "规则用错了。",
        "actor": made.buyer,
        "now": clock.now(),
    }
    return appeals.file(made.case.pk, **(values | changes))


def photo(colour: str = "orange", why: str = "刚找回"):
    return appeals.NewExhibit(reach.received(colour), "E06", "细节", why)


def test_an_appeal_opens_the_file_shows_the_new_exhibit_and_awaits_the_other_side() -> None:
    made = deciding.dismissed()
    appeal = deciding.appealed(made)
    assert made.state is State.AWAITING_APPEAL_ANSWER
    assert made.case.awaits == "merchant"
    new = Exhibit.objects.get(pk=appeal.exhibits[0])
    assert new.round == 2 and new.visible_at is not None
    entry = Entry.objects.get(stream_id=made.case.stream_id, kind="appeal_filed")
    assert entry.data["exhibits"] == [new.as_entry_data()]
    assert Deadline.objects.filter(case=made.case, duty="appeal_answer", state=Deadline.PENDING).exists()


def test_a_text_is_new_evidence_once() -> None:
    made = deciding.dismissed()
    said = appeals.NewExhibit("师傅的说法。", "E34", "", "刚找到人")
    for wrong, code in (
        (appeals.NewExhibit("师傅的说法。", "E34", "", " "), "why_late_missing"),
        (appeals.NewExhibit("师傅的说法。", "E06", "", "刚找到人"), "evidence_not_in_words"),
        (appeals.NewExhibit("字\0", "E34", "", "刚找到人"), "text_unreadable"),
        (appeals.NewExhibit("长" * 5001, "E34", "", "刚找到人"), "text_too_long"),
    ):
        with pytest.raises(Refused, match=code):
            file(made, ground=Appeal.NEW_EVIDENCE, exhibits=[wrong])
    filed = file(made, ground=Appeal.NEW_EVIDENCE, exhibits=[said, photo()])
    text, picture = Exhibit.objects.filter(pk__in=filed.exhibits).order_by("place")
    assert text.content == {"text": "师傅的说法。"} and text.note == "刚找到人" and picture.kind == "image"
    again = appeals.against_filing(made.reload(), Appeal.NEW_EVIDENCE, [1], [said], Side.BUYER)
    assert again == ("evidence_is_not_new",)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"ground": "UNHAPPY"}, "ground_of_appeal_unknown"),
        ({"points": [9]}, "point_unknown"),
        ({"points": []}, "point_missing_in_appeal"),
        ({"ground": Appeal.NEW_EVIDENCE}, "new_evidence_missing"),
        ({"text": "  "}, "text_missing"),
    ],
)
def test_an_appeal_needs_its_ground(changes: dict, code: str) -> None:
    made = deciding.dismissed()
    with pytest.raises(Refused, match=code):
        file(made, **changes)
    assert made.state is State.APPEAL_WINDOW


def test_a_finding_in_ones_own_favour_is_nothing_to_appeal_against() -> None:
    made = deciding.dismissed()  # every point was found for the merchant, who may still think that the rule was misread
    with pytest.raises(Refused, match="finding_in_own_favour"):
        file(made, actor=made.merchant)
    assert made.state is State.APPEAL_WINDOW
    assert appeals.attackable(made.case, Side.MERCHANT) == set()
    assert appeals.attackable(made.case, Side.BUYER) == {point.number for point in made.case.points.all()}


def test_whoever_won_every_point_still_appeals_against_what_was_ordered() -> None:
    made = deciding.served()  # every point was found for the buyer, and a part of the sum was ordered
    filed = file(made, points=[])
    assert filed.points == [] and made.state is State.AWAITING_APPEAL_ANSWER


def test_what_was_on_the_file_is_not_new_and_what_is_new_says_why_it_is_late() -> None:
    made = deciding.dismissed()
    with pytest.raises(Refused, match="evidence_is_not_new"):
        file(made, ground=Appeal.NEW_EVIDENCE, exhibits=[photo("teal")])
    with pytest.raises(Refused, match="why_late_missing"):
        file(made, ground=Appeal.NEW_EVIDENCE, exhibits=[photo(why=" ")])
    with pytest.raises(Refused, match="evidence_not_for_this_ground"):
        file(made, exhibits=[photo()])
    assert made.case.dossier.seals.count() == 1


def test_each_side_appeals_once() -> None:
    made = deciding.dismissed()
    deciding.appealed(made)
    with pytest.raises(Refused, match="not_in_this_state"):
        deciding.appealed(made, colour="pink")
    with pytest.raises(IntegrityError), transaction.atomic():
        appeal = Appeal.objects.get()
        values = {field.attname: getattr(appeal, field.attname) for field in Appeal._meta.concrete_fields}
        Appeal.objects.create(**(values | {"id": None}))


def test_a_member_without_the_right_to_appeal_neither_appeals_nor_waives() -> None:
    made = deciding.served()
    helper = builders.a_member(made.shop, rights=(Right.VIEW, Right.RESPOND, Right.ACCEPT))
    with pytest.raises(Refused, match="right_missing"):
        file(made, actor=helper)
    with pytest.raises(Refused, match="right_missing"):
        appeals.waive(made.case.pk, actor=helper, now=clock.now())


def test_when_both_waive_the_ruling_is_performed_without_waiting() -> None:
    made = deciding.served()
    appeals.waive(made.case.pk, actor=made.buyer, now=clock.now())
    assert made.state is State.APPEAL_WINDOW
    with pytest.raises(Refused, match="appeal_was_waived"):
        file(made)
    appeals.waive(made.case.pk, actor=made.merchant, now=clock.now())
    assert made.state is State.AWAITING_COMPLIANCE
    assert made.case.executable_at is not None


def test_only_the_other_side_answers() -> None:
    made = deciding.dismissed()
    deciding.appealed(made)
    with pytest.raises(Refused, match="this_is_your_own_appeal"):
        appeals.answer(made.case.pk, text="我自己答", actor=made.buyer, now=clock.now())
    appeal = appeals.answer(made.case.pk, text="不是同一只壶。", actor=made.merchant, now=clock.now())
    assert appeal.answered_at is not None
    assert made.state is State.UNDER_APPEAL


def test_without_an_answer_the_appeal_is_decided_on_the_file() -> None:
    made = deciding.dismissed()
    file(made)
    deadline = Deadline.objects.get(case=made.case, duty="appeal_answer")
    builders.travel_to(deadline.due_at)
    sweep.fire_due()
    assert made.state is State.UNDER_APPEAL
    appeals.take(made.case.pk, actor=made.senior, now=clock.now())
    deciding.has_looked(made, actor=made.senior, now=clock.now())
    appeals.uphold(made.case.pk, reasons=REASONS, actor=made.senior, now=clock.now())
    assert made.state is State.ENFORCING


def answered(made, *, by_the_shop: bool = False):
    by, other = (made.merchant, made.buyer) if by_the_shop else (made.buyer, made.merchant)
    file(made, actor=by)
    appeals.answer(made.case.pk, text="规则没有用错。", actor=other, now=clock.now())
    return made


def test_nobody_hears_the_appeal_against_their_own_ruling() -> None:
    made = deciding.taken()
    assignment.hand_back(made.case.pk, reason="other", actor=made.arbitrator, now=clock.now())
    assignment.take(made.case.pk, actor=made.senior, now=clock.now())
    ruling = deciding.drafted(made, deciding.for_the_merchant(made), actor=made.senior)
    rulings.issue(made.case.pk, version=ruling.version, actor=made.senior, now=clock.now())
    answered(made)
    with pytest.raises(Refused, match="own_ruling"):
        appeals.take(made.case.pk, actor=made.senior, now=clock.now())
    with pytest.raises(Refused, match="own_ruling"):
        appeals.uphold(made.case.pk, reasons=REASONS, actor=made.senior, now=clock.now())


def test_whoever_signed_the_ruling_does_not_hear_the_appeal_against_it() -> None:
    made = deciding.taken(paid=250_000)
    ruling = deciding.drafted(made)
    rulings.issue(made.case.pk, version=ruling.version, actor=made.arbitrator, now=clock.now())
    approvals.approve(ruling.pk, actor=made.senior, now=clock.now())
    file(made, actor=made.merchant)
    appeals.answer(made.case.pk, text="裁决是对的。", actor=made.buyer, now=clock.now())
    with pytest.raises(Refused, match="own_ruling"):
        appeals.take(made.case.pk, actor=made.senior, now=clock.now())
    appeals.take(made.case.pk, actor=deciding.another(Role.SENIOR), now=clock.now())


def test_the_database_too_refuses_a_decision_by_the_author() -> None:
    made = deciding.dismissed()
    appeal = file(made)
    author = Ruling.objects.get(case=made.case).author_id
    decided = {"decision": "upheld", "reasons": REASONS, "decided_at": clock.now()}
    with pytest.raises(IntegrityError, match="appeal_decided_by_somebody_else"), transaction.atomic():
        Appeal.objects.filter(pk=appeal.pk).update(decided_by_id=author, **decided)
    with pytest.raises(InternalError), transaction.atomic():
        Appeal.objects.filter(pk=appeal.pk).update(ruling_author_id=made.senior.id)


def test_an_arbitrator_does_not_hear_appeals() -> None:
    made = answered(deciding.dismissed())
    with pytest.raises(Refused, match="not_for_this_role"):
        appeals.take(made.case.pk, actor=deciding.another(Role.ARBITRATOR), now=clock.now())


def test_an_appeal_is_one_seniors_until_they_leave_the_bench() -> None:
    from accounts.models import Grant

    made = answered(deciding.dismissed())
    appeals.take(made.case.pk, actor=made.senior, now=clock.now())
    appeals.take(made.case.pk, actor=made.senior, now=clock.now())
    other = deciding.another(Role.SENIOR)
    with pytest.raises(Refused, match="already_taken"):
        appeals.take(made.case.pk, actor=other, now=clock.now())
    with pytest.raises(Refused, match="case_is_not_yours"):
        appeals.uphold(made.case.pk, reasons=REASONS, actor=other, now=clock.now())
    Grant.objects.filter(user_id=made.senior.id).update(revoked_at=clock.now())
    appeals.take(made.case.pk, actor=other, now=clock.now())
    assert made.reload().assignee_id == other.id


def test_upheld_means_final_with_reasons_and_a_letter() -> None:
    made = answered(deciding.served(), by_the_shop=True)
    appeals.take(made.case.pk, actor=made.senior, now=clock.now())
    with pytest.raises(Refused, match="reasons_too_short"):
        appeals.uphold(made.case.pk, reasons="维持", actor=made.senior, now=clock.now())
    appeal = appeals.uphold(made.case.pk, reasons=REASONS, actor=made.senior, now=clock.now())
    assert made.state is State.AWAITING_COMPLIANCE
    assert made.case.decided_on_appeal
    letter = letters.read_appeal(appeal)
    assert (letter.decision, letter.ruling_code) == ("upheld", appeal.ruling.letter_code)
    entry = Entry.objects.get(stream_id=made.case.stream_id, kind="appeal_upheld")
    assert entry.data["letter_digest"] == appeal.letter_digest
    assert outcomes.effective(made.case.pk).source == "ruled"


def test_a_changed_ruling_takes_the_place_of_the_first_in_one_stroke() -> None:
    made = deciding.under_appeal()
    first = Ruling.objects.get(case=made.case)
    draft = deciding.drafted(made, deciding.a_draft(made), actor=made.senior)
    appeal = appeals.change(made.case.pk, version=draft.version, reasons=REASONS, actor=made.senior, now=clock.now())
    first.refresh_from_db()
    draft.refresh_from_db()
    assert (first.state, draft.state, draft.stage) == (Ruling.SUPERSEDED, Ruling.SERVED, Ruling.APPEAL)
    outcome = outcomes.effective(made.case.pk)
    assert (outcome.source, outcome.amount) == ("appealed", 67_320)
    assert made.case.outcomes.count() == 2
    assert appeal.decision == Appeal.CHANGED
    assert made.state is State.AWAITING_COMPLIANCE
    letter = letters.read(draft, None).letter
    assert letter.kind == letters.APPEAL_RULING
    assert letter.remedies.until == ""


def test_a_changed_ruling_passes_the_same_linter() -> None:
    made = deciding.under_appeal()
    whole = deciding.a_draft(made)
    draft = deciding.drafted(made, replace(whole, findings={1: "buyer"}), actor=made.senior)
    with pytest.raises(Refused) as refused:
        appeals.change(made.case.pk, version=draft.version, reasons=REASONS, actor=made.senior, now=clock.now())
    assert {"code": "finding_missing", "where": "point:2"} in refused.value.data["problems"]
    with pytest.raises(Refused, match="no_draft"):
        other = deciding.under_appeal()
        appeals.change(other.case.pk, version=1, reasons=REASONS, actor=other.senior, now=clock.now())


def test_a_changed_ruling_does_not_keep_the_words_of_the_one_it_changes() -> None:
    made = deciding.under_appeal(paid=250_000)  # of such a sum a first ruling waits for a second signature
    old = Ruling.objects.get(case=made.case).reasons
    draft = deciding.drafted(made, deciding.a_draft(made, reasons=old), actor=made.senior)
    with pytest.raises(Refused) as refused:
        appeals.change(made.case.pk, version=draft.version, reasons=REASONS, actor=made.senior, now=clock.now())
    assert {"code": "reasons_not_rewritten", "where": "reasons"} in refused.value.data["problems"]
    assert rulings.reasons_for_approval(made.case, draft) == []


def test_new_evidence_counts_only_a_day_after_the_other_side_could_see_it() -> None:
    made = deciding.dismissed()
    deciding.appealed(made)
    appeals.answer(made.case.pk, text="不是同一只壶。", actor=made.merchant, now=clock.now())
    appeals.take(made.case.pk, actor=made.senior, now=clock.now())
    draft = deciding.drafted(made, deciding.a_draft(made), actor=made.senior)
    assert {problem.code for problem in deciding.problems(draft)} == {"exhibit_not_yet_citable"}


def test_sent_back_means_that_somebody_else_rules_anew() -> None:
    made = answered(deciding.dismissed())
    appeals.take(made.case.pk, actor=made.senior, now=clock.now())
    appeals.send_back(made.case.pk, reasons=REASONS, actor=made.senior, now=clock.now())
    assert made.state is State.AWAITING_ASSIGNMENT
    assert outcomes.effective(made.case.pk) is None
    assert Ruling.objects.get(case=made.case).state == Ruling.SUPERSEDED
    with pytest.raises(Refused, match="own_ruling"):
        assignment.take(made.case.pk, actor=made.arbitrator, now=clock.now())
    other = deciding.another(Role.ARBITRATOR)
    assignment.take(made.case.pk, actor=other, now=clock.now())
    again = deciding.drafted(made, deciding.a_draft(made), actor=other)
    rulings.issue(made.case.pk, version=again.version, actor=other, now=clock.now())
    assert made.state is State.APPEAL_WINDOW
    with pytest.raises(Refused, match="already_appealed"):
        file(made)
    file(made, actor=made.merchant)
    assert made.state is State.AWAITING_APPEAL_ANSWER


def test_reasons_of_a_decision_name_nobody() -> None:
    made = answered(deciding.dismissed())
    appeals.take(made.case.pk, actor=made.senior, now=clock.now())
    said = REASONS + deciding.name_of(made.buyer)
    with pytest.raises(Refused, match="reasons_name_somebody"):
        appeals.uphold(made.case.pk, reasons=said, actor=made.senior, now=clock.now())


def test_reasons_of_a_decision_have_no_gap_left() -> None:
    made = answered(deciding.dismissed())
    appeals.take(made.case.pk, actor=made.senior, now=clock.now())
    with pytest.raises(Refused, match="text_has_gaps"):
        appeals.uphold(made.case.pk, reasons=REASONS + "〔写明理由〕", actor=made.senior, now=clock.now())
