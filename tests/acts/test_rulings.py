"""Rulings from draft to letter: nothing incomplete goes out, and two never take effect."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import IntegrityError, InternalError, transaction

from arbitration import approvals, assignment, drafting, inquiries, letters, rulings
from arbitration.models import DraftAside, Finding, Ruling
from common import clock
from common.actor import Role, Side
from common.errors import Conflict, Missing, Refused
from disputes import offers, outcomes
from disputes.lifecycle import State
from disputes.models import Deadline
from evidence.models import Exhibit
from journal.models import Entry
from tests import builders, deciding

pytestmark = pytest.mark.django_db


def issue(made, ruling, actor=None):
    return rulings.issue(made.case.pk, version=ruling.version, actor=actor or made.arbitrator, now=clock.now())


def test_a_complete_ruling_is_served_and_opens_the_appeal_window() -> None:
    made = deciding.served()
    ruling = Ruling.objects.get(case=made.case)
    outcome = outcomes.effective(made.case.pk)
    assert made.state is State.APPEAL_WINDOW
    assert ruling.state == Ruling.SERVED and ruling.served_at is not None
    assert outcome is not None and (outcome.source, outcome.amount) == ("ruled", 67_320)
    assert made.case.ruled_by_id == made.arbitrator.id
    assert Deadline.objects.filter(case=made.case, duty="appeal_window", state=Deadline.PENDING).exists()


def test_the_journal_names_the_letter_by_code_and_digest() -> None:
    made = deciding.served()
    ruling = Ruling.objects.get(case=made.case)
    entry = Entry.objects.get(stream_id=made.case.stream_id, kind="ruling_served")
    assert entry.data["letter_digest"] == ruling.letter_digest
    assert entry.data["letter_code"] == ruling.letter_code
    assert letters.is_genuine(ruling)


def test_the_letter_reads_the_same_for_both_sides_but_for_who_must_act() -> None:
    made = deciding.served()
    ruling = Ruling.objects.get(case=made.case)
    buyers, merchants = letters.read(ruling, Side.BUYER), letters.read(ruling, Side.MERCHANT)
    assert buyers.letter == merchants.letter
    assert letters.seal(buyers.letter).digest == ruling.letter_digest
    assert (buyers.must_act, merchants.must_act) == (False, True)
    letter = buyers.letter
    assert [fact.number for fact in letter.facts] == [1, 2]
    assert {clause.number for clause in letter.clauses} == {"2.5", "4.2"}
    assert letter.result.amount == 67_320
    assert letter.remedies.until == made.case.due_at.isoformat()
    assert letter.remedies.routes and letter.remedies.grounds
    assert letter.decided_by and letter.decided_by not in ("", deciding.name_of(made.arbitrator))


def test_the_letter_stays_in_the_language_in_which_it_was_given() -> None:
    made = deciding.taken()
    ruling = deciding.drafted(made, deciding.a_draft(made, language="en"))
    issue(made, ruling)
    letter = letters.read(Ruling.objects.get(pk=ruling.pk), None).letter
    assert letter.result.remedy_name == "Partial refund"


def test_the_letter_names_what_was_not_supported() -> None:
    made = deciding.taken()
    ruling = deciding.drafted(made, deciding.for_the_merchant(made))
    issue(made, ruling)
    letter = letters.read(Ruling.objects.get(pk=ruling.pk), None).letter
    assert {refused.what for refused in letter.unsupported} == {"remedy", "amount"}
    assert letter.result.term is None


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"findings": {1: "buyer"}}, "finding_missing"),
        ({"admissions": {}}, "admission_missing"),
        ({"clauses": ()}, "clause_missing"),
        ({"clauses": ("9.99",)}, "clause_unknown"),
        ({"reasons": "争点 1、2"}, "reasons_too_short"),
        ({"remedy": "R1"}, "ground_missing"),
        ({"remedy": "R9"}, "remedy_not_for_type"),
        ({"merchant_share": None}, "share_missing"),
        ({"freight_payer": "buyer"}, "freight_not_by_rule"),
    ],
)
def test_no_door_lets_an_incomplete_ruling_out(changes: dict, code: str) -> None:
    made = deciding.taken()
    ruling = deciding.drafted(made, deciding.a_draft(made, **changes))
    for door in (rulings.issue, rulings.serve, rulings.propose):
        with pytest.raises(Refused) as refused:
            door(made.case.pk, version=ruling.version, actor=made.arbitrator, now=clock.now())
        assert refused.value.code == "ruling_incomplete"
        assert code in [problem["code"] for problem in refused.value.data["problems"]]
    assert made.state is State.UNDER_REVIEW
    assert outcomes.effective(made.case.pk) is None


def test_reasons_that_name_the_buyer_do_not_go_out() -> None:
    made = deciding.taken()
    draft = deciding.a_draft(made)
    ruling = deciding.drafted(made, replace(draft, reasons=draft.reasons + deciding.name_of(made.buyer)))
    assert [problem.code for problem in deciding.problems(ruling)] == ["reasons_name_somebody"]


def test_reasons_with_a_gap_left_by_a_template_do_not_go_out() -> None:
    made = deciding.taken()
    draft = deciding.a_draft(made)
    ruling = deciding.drafted(made, replace(draft, reasons=draft.reasons + "〔写明理由〕"))
    with pytest.raises(Refused, match="ruling_incomplete") as refused:
        rulings.issue(made.case.pk, version=ruling.version, actor=made.arbitrator, now=clock.now())
    assert refused.value.data["problems"] == [{"code": "reasons_slot_open", "where": "slot:写明理由"}]
    assert made.state is State.UNDER_REVIEW


def test_evidence_that_the_other_side_saw_too_late_cannot_be_cited() -> None:
    deciding.rules()
    made = deciding.reach.queued()
    assignment.take(made.case.pk, actor=made.arbitrator, now=clock.now())
    ruling = deciding.drafted(made)
    assert "exhibit_not_yet_citable" in {problem.code for problem in deciding.problems(ruling)}
    builders.travel(24 * builders.HOUR)
    assert deciding.problems(ruling) == []


def test_a_sum_that_is_not_the_calculators_does_not_go_out() -> None:
    made = deciding.taken()
    ruling = deciding.drafted(made)
    Ruling.objects.filter(pk=ruling.pk).update(amount=69_000)
    with pytest.raises(Refused) as refused:
        issue(made, ruling)
    assert refused.value.data["problems"] == [{"code": "award_differs", "where": "award"}]


def test_a_second_tab_overwrites_nothing_and_loses_nothing() -> None:
    made = deciding.taken()
    first = deciding.drafted(made)
    other = deciding.a_draft(made, reasons="第二个标签页写的另一份理由。")
    saved = drafting.save(made.case.pk, other, version=0, actor=made.arbitrator, now=clock.now())
    assert saved.aside is not None
    assert DraftAside.objects.get().body["reasons"] == other.reasons
    assert drafting.draft_of(Ruling.objects.get(pk=first.pk)) == deciding.a_draft(made)


def test_saving_the_same_draft_again_is_harmless() -> None:
    made = deciding.taken()
    first = deciding.drafted(made)
    again = drafting.save(made.case.pk, deciding.a_draft(made), version=0, actor=made.arbitrator, now=clock.now())
    assert again.aside is None and again.ruling.version == first.version


def test_an_old_version_of_a_draft_is_not_issued() -> None:
    made = deciding.taken()
    ruling = deciding.drafted(made)
    deciding.drafted(made)
    with pytest.raises(Conflict):
        rulings.issue(made.case.pk, version=ruling.version - 1, actor=made.arbitrator, now=clock.now())


def test_nobody_but_the_assigned_arbitrator_drafts_or_issues() -> None:
    made = deciding.taken()
    ruling = deciding.drafted(made)
    stranger = deciding.another(Role.ARBITRATOR)
    with pytest.raises(Refused, match="case_is_not_yours"):
        drafting.save(made.case.pk, deciding.a_draft(made), version=1, actor=stranger, now=clock.now())
    with pytest.raises(Refused, match="case_is_not_yours"):
        issue(made, ruling, stranger)
    with pytest.raises(Refused, match="not_for_this_role"):
        issue(made, ruling, made.buyer)


def test_an_office_revoked_a_second_ago_rules_nothing() -> None:
    made = deciding.taken()
    ruling = deciding.drafted(made)
    from accounts.models import Grant

    Grant.objects.filter(user_id=made.arbitrator.id).update(revoked_at=clock.now())
    with pytest.raises(Missing):
        issue(made, ruling)


def test_a_ruling_is_issued_once() -> None:
    made = deciding.served()
    ruling = Ruling.objects.get(case=made.case)
    with pytest.raises(Refused, match="not_in_this_state"):
        issue(made, ruling)
    assert made.case.outcomes.count() == 1


def test_a_served_ruling_is_altered_by_nobody() -> None:
    made = deciding.served()
    ruling = Ruling.objects.get(case=made.case)
    for change in ({"amount": 1}, {"reasons": "别的"}, {"state": Ruling.DRAFT}, {"letter": {}}):
        with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
            Ruling.objects.filter(pk=ruling.pk).update(**change)
    with pytest.raises(InternalError), transaction.atomic():
        Finding.objects.filter(ruling=ruling).update(finding="merchant")
    with pytest.raises(InternalError), transaction.atomic():
        Ruling.objects.filter(pk=ruling.pk)._raw_delete("default")


def test_two_rulings_of_one_round_are_never_both_in_force() -> None:
    made = deciding.served()
    first = Ruling.objects.get(case=made.case)
    values = {field.attname: getattr(first, field.attname) for field in Ruling._meta.concrete_fields}
    values |= {"id": None, "ordinal": 2, "stage": Ruling.APPEAL, "letter_code": "another"}
    with pytest.raises(IntegrityError, match="ruling_one_in_force_a_round"), transaction.atomic():
        Ruling.objects.create(**values)


def test_taking_a_case_seals_its_file() -> None:
    made = deciding.taken()
    seal = made.case.dossier.seals.get()
    entry = Entry.objects.get(stream_id=made.case.stream_id, kind="dossier_sealed")
    assert entry.data["digest"] == seal.digest


def test_asking_for_more_stops_the_review_clock_and_names_points() -> None:
    made = deciding.taken()
    inquiries.ask_more(
        made.case.pk, sides="merchant", points=(1,), text="请补充出库照。", actor=made.arbitrator, now=clock.now()
    )
    assert made.state is State.MORE_EVIDENCE
    assert made.case.asked == "merchant"
    assert Deadline.objects.get(case=made.case, duty="review").state == Deadline.PAUSED
    entry = Entry.objects.get(stream_id=made.case.stream_id, kind="more_evidence_asked")
    assert (entry.data["asked"], entry.data["points"]) == ("merchant", [1])


def test_asking_about_a_point_that_does_not_exist_is_refused() -> None:
    made = deciding.taken()
    with pytest.raises(Refused, match="point_unknown"):
        inquiries.ask_more(made.case.pk, sides="both", points=(9,), text="？", actor=made.arbitrator, now=clock.now())


def test_a_draft_written_before_new_evidence_came_misses_its_admission() -> None:
    made = deciding.taken()
    ruling = deciding.drafted(made)
    inquiries.ask_more(
        made.case.pk, sides="merchant", points=(1,), text="请补充出库照。", actor=made.arbitrator, now=clock.now()
    )
    from disputes import submissions

    submissions.add_evidence(
        made.case.pk,
        deciding.reach.received("white"),
        code="E09",
        name="出库照",
        note="",
        actor=made.merchant,
        now=clock.now(),
    )
    submissions.hand_in_more(made.case.pk, text="已补充", actor=made.merchant, now=clock.now())
    assert made.state is State.UNDER_REVIEW
    with pytest.raises(Refused) as refused:
        issue(made, ruling)
    wheres = {problem["where"] for problem in refused.value.data["problems"]}
    assert f"exhibit:{Exhibit.objects.get(code='E09').number}" in wheres


def test_no_case_goes_to_a_jury_that_its_rules_do_not_know() -> None:
    made = deciding.taken()
    with pytest.raises(Refused) as refused:
        inquiries.send_to_jury(made.case.pk, question="裂纹是运输造成的吗？", actor=made.arbitrator, now=clock.now())
    assert refused.value.code == "jury_is_off"
    assert made.state is State.UNDER_REVIEW


def test_the_jury_gives_the_case_back_when_its_time_is_over() -> None:
    deciding.rules(jury=True)
    made = deciding.taken()
    inquiries.send_to_jury(made.case.pk, question="裂纹是运输造成的吗？", actor=made.arbitrator, now=clock.now())
    assert made.state is State.JURY_VOTING
    deadline = Deadline.objects.get(case=made.case, duty="jury_vote")
    builders.travel_to(deadline.due_at)
    from disputes import sweep

    sweep.fire_due()
    assert made.state is State.UNDER_REVIEW


def test_a_settlement_before_the_ruling_leaves_no_ruling_to_serve() -> None:
    made = deciding.taken()
    ruling = deciding.drafted(made)
    offer = offers.make(
        made.case.pk, amount=30_000, returns=False, text="退一部分", actor=made.arbitrator, now=clock.now()
    )
    offers.accept(offer.pk, actor=made.buyer, now=clock.now())
    offers.accept(offer.pk, actor=made.merchant, now=clock.now())
    assert made.state is State.ENFORCING
    with pytest.raises(Refused, match="not_in_this_state"):
        issue(made, ruling)


# --- a second pair of eyes ---------------------------------------------------------------------------------


def proposed(made):
    ruling = deciding.drafted(made)
    return issue(made, ruling)


def test_a_large_sum_waits_for_a_second_signature() -> None:
    made = deciding.taken(paid=250_000)
    ruling = proposed(made)
    assert made.state is State.AWAITING_APPROVAL
    assert ruling.needs_approval_because == ["amount"]
    assert outcomes.effective(made.case.pk) is None


def test_a_new_arbitrator_and_a_refund_without_return_wait_for_a_second_signature() -> None:
    builders.rules()
    made = deciding.taken()
    ruling = deciding.drafted(made, deciding.a_draft(made, remedy="R1", ground="UNRETURNABLE"))
    if "remedy_not_for_type" in [problem.code for problem in deciding.problems(ruling)]:
        ruling = deciding.drafted(made)
    assert {"new_arbitrator"} <= set(issue(made, ruling).needs_approval_because)


def test_what_needs_a_signature_is_not_served_without_and_the_other_way_round() -> None:
    made = deciding.taken(paid=250_000)
    ruling = deciding.drafted(made)
    with pytest.raises(Refused, match="needs_approval"):
        rulings.serve(made.case.pk, version=ruling.version, actor=made.arbitrator, now=clock.now())
    small = deciding.taken()
    ruling = deciding.drafted(small)
    with pytest.raises(Refused, match="needs_no_approval"):
        rulings.propose(small.case.pk, version=ruling.version, actor=small.arbitrator, now=clock.now())


def test_a_senior_approves_and_the_ruling_is_served_as_its_authors() -> None:
    made = deciding.taken(paid=250_000)
    ruling = proposed(made)
    approvals.approve(ruling.pk, actor=made.senior, now=clock.now())
    assert made.state is State.APPEAL_WINDOW
    assert made.case.ruled_by_id == made.arbitrator.id
    assert ruling.approval.approver_id == made.senior.id


def test_an_arbitrator_cannot_approve_their_own_ruling() -> None:
    made = deciding.taken(paid=250_000)
    made.arbitrator, keep = made.senior, made.arbitrator
    assignment.hand_back(made.case.pk, reason="other", actor=keep, now=clock.now())
    assignment.take(made.case.pk, actor=made.senior, now=clock.now())
    ruling = proposed(made)
    with pytest.raises(Refused, match="own_ruling"):
        approvals.approve(ruling.pk, actor=made.senior, now=clock.now())
    with pytest.raises(Refused, match="own_ruling"):
        approvals.send_back(ruling.pk, reason="重写", actor=made.senior, now=clock.now())


def test_the_database_too_refuses_an_approval_by_the_author() -> None:
    from arbitration.models import Approval

    made = deciding.taken(paid=250_000)
    ruling = proposed(made)
    with pytest.raises(IntegrityError, match="approval_by_somebody_else"), transaction.atomic():
        Approval.objects.create(
            ruling=ruling,
            author_id=ruling.author_id,
            approver_id=ruling.author_id,
            decision="approved",
            at=clock.now(),
        )
    with pytest.raises(InternalError), transaction.atomic():
        Approval.objects.create(
            ruling=ruling,
            author_id=made.senior.id,
            approver_id=ruling.author_id,
            decision="approved",
            at=clock.now(),
        )


def test_a_returned_ruling_stays_as_it_was_and_a_copy_goes_on() -> None:
    made = deciding.taken(paid=250_000)
    ruling = proposed(made)
    again = approvals.send_back(ruling.pk, reason="理由没有说明时间差。", actor=made.senior, now=clock.now())
    ruling.refresh_from_db()
    assert made.state is State.UNDER_REVIEW
    assert ruling.state == Ruling.RETURNED
    assert drafting.draft_of(again) == drafting.draft_of(ruling)
    assert issue(made, again).state == Ruling.PROPOSED


def test_a_ruling_is_returned_with_a_reason_or_not_at_all() -> None:
    made = deciding.taken(paid=250_000)
    ruling = proposed(made)
    with pytest.raises(Refused, match="text_missing"):
        approvals.send_back(ruling.pk, reason="  ", actor=made.senior, now=clock.now())


def test_a_proposed_ruling_is_approved_once() -> None:
    made = deciding.taken(paid=250_000)
    ruling = proposed(made)
    approvals.approve(ruling.pk, actor=made.senior, now=clock.now())
    with pytest.raises(Refused, match="ruling_not_proposed"):
        approvals.approve(ruling.pk, actor=deciding.another(Role.SENIOR), now=clock.now())
