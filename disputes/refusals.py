"""The words of every refusal, in one place for pages and API: what happened, what was kept, what to do.

A code is part of the public contract; its sentence may change. A code without a sentence fails the build.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from common import dates, money
from common.errors import Refused
from evidence import refusals as evidence

_ABOVE_WHAT_IS_LEFT = "amount_out_of_range, of a part"
SENTENCES: dict[str, str | Promise] = {
    **evidence.SENTENCES,
    # the table
    "not_in_this_state": _("The case has moved on; this is no longer possible. Look at where it stands now."),
    "not_for_this_role": _("This step belongs to somebody else in this case."),
    "case_moved_on": _("The case changed while you were writing. What you typed is kept: compare and send again."),
    "case_is_suspended": _("The case is on hold. All clocks stand still until it goes on."),
    "case_is_not_suspended": _("The case is not on hold; its clocks are running."),
    "right_missing": _("Your sub-account may not do this. Ask the owner of the shop."),
    "over_your_limit": _("This is above the sum you may accept. Ask somebody with a higher limit."),
    "no_return_was_asked": _("The buyer did not ask for a return. Agree to the refund or make a proposal."),
    "no_return_is_due": _("No return is due in this case."),
    "nothing_was_sent": _("The goods were not sent, so nothing can come back."),
    "return_is_due": _("The goods come back first; the refund follows when they arrive."),
    "not_your_claim": _("The other side brought this claim. You answer it."),
    "your_own_claim": _("This is your own claim. The other side answers it."),
    "no_return_about_a_payout": _("This case is about money that was paid out. No goods come back in it."),
    "evidence_window_closed": _("The time for evidence is over. The arbitrator can still ask you for more."),
    "evidence_window_open": _("Both sides may still add evidence. The case can be taken when the file is complete."),
    "already_handed_in": _("You handed in your evidence already. You can still add more until the period ends."),
    "you_were_not_asked": _("The arbitrator did not ask you for more evidence."),
    "the_other_side_has_yet_to_answer": _("Thank you. We now wait for the other side."),
    "conflict_of_interest": _("You are connected to a party of this case, so somebody else decides it."),
    "case_is_not_yours": _("Somebody else works on this case. You can read it."),
    "needs_no_approval": _("This ruling needs no approval. Issue it."),
    "needs_approval": _("This ruling needs a second signature. Send it for approval."),
    "own_ruling": _("You ruled this case yourself, so somebody else has to look at it."),
    "already_decided_on_appeal": _("This was already decided on appeal and cannot be appealed again."),
    "no_appeal_is_open": _("No appeal is open in this case."),
    "already_appealed": _("You have already appealed in this case."),
    "appeal_was_waived": _("You waived your appeal in this case."),
    "this_is_your_own_appeal": _("This is your own appeal. The other side answers it."),
    "the_other_side_may_still_appeal": _("The other side may still appeal."),
    "nothing_in_kind_is_owed": _("The ruling orders money and nothing else."),
    "something_in_kind_is_owed": _("Something other than money is still owed under this ruling."),
    "nothing_to_perform": _("Nothing is owed under this ruling."),
    "somebody_must_perform": _("Something is still owed under this ruling."),
    "already_ruled": _("A ruling has been served. You can appeal instead."),
    "the_other_side_has_yet_to_agree": _("You accepted the proposal. It takes effect when the other side accepts too."),
    "offer_is_gone": _("This proposal is no longer open. A new one can be made."),
    "this_is_your_own_offer": _("This is your own proposal. The other side decides on it."),
    "this_is_not_your_offer": _("Only whoever made the proposal can take it back."),
    "offer_needs_a_return": _("The goods come back first under this proposal."),
    "offer_needs_no_return": _("No return is part of this proposal."),
    "offer_already_open": _("You already have an open proposal. Take it back before you make a new one."),
    # what a person may set
    "no_email_address": _("No e-mail address is kept for you."),
    "tested_lately": _("A test e-mail was sent to you just now. You can send another one after %(again_at)s."),
    "quiet_hours_unreadable": _("Choose when the quiet begins and when it ends; the two differ."),
    "copy_asked_recently": _(
        "A copy was made in the last 24 hours. You find it below; you can ask for another one tomorrow."
    ),
    # keeping and erasing
    "hold_stands": _("A legal hold stands on this case already. Lift it before you place another."),
    "no_hold_stands": _("No legal hold stands on this case."),
    "case_is_erased": _("What was said and handed in was erased. There is nothing left to keep."),
    "person_has_open_case": _(
        "A case of this person is still open. What is needed to decide it is kept until it is over."
    ),
    "person_has_held_case": _("A legal hold stands on a case of this person. It comes first."),
    "person_is_in_office": _("This person still acts for a shop or holds an office. That has to end first."),
    "erasure_is_decided": _("This request is decided already."),
    # filing
    "order_not_eligible": _("This order is not in a state that allows this request."),
    "type_not_for_order": _("This kind of dispute does not fit the state of the order. Choose another one."),
    "parcel_scanned": _(
        "The carrier has taken the parcel over already. Choose “Not received”, or a promise that was not kept."
    ),
    "nothing_sent_back": _(
        "This is about goods sent back. Nothing has been sent back yet; choose what happened before."
    ),
    "nothing_came_back": _(
        "This is about goods that the merchant has had back. The return has not arrived yet; choose what happened before."
    ),
    "no_negotiation": _("There is no message to the merchant yet. Write to the merchant first."),
    "not_yet": _("Not yet: the merchant still has time. You can ask from %(opens_at)s."),
    "out_of_window": _(
        "The time to file ended on %(ended_at)s. You can still turn to 12315 or a consumer association."
    ),
    "already_decided": _("This has been decided already. New facts are needed to file again."),
    "live_case_exists": _("There is already a case about this item. Go on there."),
    # a merchant's claim about a payout
    "nothing_was_paid_out": _("This case gave the buyer no money, or an appeal has taken it back already."),
    "payout_not_final": _(
        "This is not over yet. As long as the decision can be appealed, appeal; a claim of your own comes after it."
    ),
    "payout_not_whole": _(
        "Not all of it has been taken from you yet. You can claim once what was decided has been paid in full."
    ),
    "claim_window_over": _(
        "The time to claim ended on %(ended_at)s. You can still talk to the buyer, or turn to 12315 or a court."
    ),
    "payout_claimed_before": _("You have claimed about this payout before, and it was decided."),
    "contested_amount_out_of_range": _("You can claim up to %(highest)s (what was paid out)."),
    "contest_reason_unknown": _("Choose why the payout was wrong."),
    "contest_reason_unfit": _(
        "Nothing of this order was sent back, so it cannot be another thing. Choose another reason."
    ),
    "new_facts_missing": _("The platform has decided this. Say what you did not know, or could not show, when it did."),
    "already_in_intervention": _("The platform has already stepped in; the request can no longer be changed."),
    "type_unknown": _("Choose what went wrong."),
    "remedy_not_for_type": _("This remedy does not fit what went wrong. Choose another one."),
    "amount_out_of_range": _("You can ask for up to %(highest)s (amount paid)."),
    # The same code where some of the price has come back: the sum that may be asked for is not what was paid.
    _ABOVE_WHAT_IS_LEFT: _("You can ask for up to %(highest)s: the amount paid, less what has been given back."),
    # said to whoever rules
    "value_out_of_range": _("At most %(highest)s: the amount paid, less what was given back."),
    "sum_out_of_range": _("This sum cannot be more than %(highest)s."),
    "nothing_left_to_refund": _("All that was paid for this has been given back already."),
    "return_not_for_type": _("Goods that this is about cannot be sent back. Ask for a refund without return."),
    "amount_unreadable": _(
        "Enter the amount in digits, for example 680.00 or 1,680.00. A comma never stands for the point."
    ),
    "amount_not_above_zero": _("The amount must be greater than zero."),
    "amount_too_fine": _("An amount has at most %(places)s decimals."),
    "slot_unknown": _("There is no slot “%(slot)s”. The slots are %(known)s."),
    "phone_unreadable": _("Write a telephone number in digits, for example 0571-8888 6666."),
    "amount_too_large": _("This amount is too large: it can have at most %(most)s digits before the point."),
    "point_missing": _("Write at least one point that we should decide."),
    "point_twice": _("This point is there already. Each point is decided once."),
    "too_many_points": _("At most %(most)s points can be decided in one case."),
    "point_too_long": _("A point can have %(longest)s characters; this one has %(length)s."),
    "text_missing": _("Write a few words about it."),
    "text_too_long": _("Your text can have %(longest)s characters; it has %(length)s."),
    "tracking_number_unreadable": _("The number has 8 to 24 letters or digits. What you typed is kept."),
    "exhibit_is_your_own": _("This is your own evidence. You can answer what the other side gave."),
    "exhibit_already_answered": _("You have answered this evidence already. An answer is given once."),
    "exhibit_stance_unknown": _("Say whether you hold it for genuine or dispute it."),
    "exhibit_ground_missing": _("Say why you dispute it: choose one reason at least."),
    "nothing_to_answer": _("You have answered all evidence of the other side, or there is none."),
    "supplement_without_items": _("Say what is missing: one piece of evidence at least."),
    "supplement_asked_twice": _("The same evidence was asked for twice on one point. Ask for it once."),
    "supplement_reason_missing": _("Say for each piece why it is needed."),
    "point_reason_missing": _("Say why you do not agree on point %(number)s. Evidence alone does not say it."),
    "point_unanswered": _("Answer every point: agree, agree in part, dispute or not sure."),
    "stance_unknown": _("Answer every point: agree, agree in part, dispute or not sure."),
    "evidence_missing": _("Required evidence is still missing. Add it before you hand in."),
    "proof_of_claim_missing": _(
        "A claim about a payout needs proof of this very case. Add at least one piece of evidence before you hand in."
    ),
    "evidence_kind_differs": _("Only a video can show this. Send a video, or choose what your file shows."),
    "chat_not_on_file": _("The two of you have not talked inside the platform, so there is nothing to choose from."),
    "range_is_empty": _("Choose where the stretch begins and where it ends; the end cannot come before the beginning."),
    "range_too_long": _("A stretch can have %(most)s messages. Choose the ones that matter, or several stretches."),
    "evidence_code_unknown": _("Choose what the file shows."),
    "evidence_not_in_words": _(
        "This cannot be shown in words alone. Add a photo, a video or a PDF, or choose “Statement of facts”. What you "
        "wrote is kept."
    ),
    "nothing_changed": _("Nothing in the request is different. Change the sum or what you want, or say what is new."),
    "nothing_to_take_back": _("You have no evidence in this case that can be taken back."),
    "no_point_to_answer": _("The other side has raised no point that waits for you."),
    "file_missing": _("Choose a photo, a video or a PDF."),
    "evidence_empty": _("Choose a photo, a video or a PDF, or write a statement."),
    "reason_unknown": _("Choose a reason from the list."),
    # the bench
    "load_limit_reached": _("You have as many cases as you may take. Finish one first."),
    "queue_is_empty": _("No case waits that you can take. You can help with approvals or calibration."),
    "case_is_being_written": _("Arbitrator %(number)s has this case until %(free_at)s. You can read it for now."),
    "cannot_be_annotated": _("Only a picture or a PDF can be marked."),
    "mark_names_somebody": _("The mark names somebody or holds a number. Take it out before it goes in the letter."),
    "key_used_twice": _("Two actions share a key. Choose another key for one of them."),
    "ruling_is_out": _("The ruling has gone out. Only an appeal can change it now."),
    "ruling_is_on_its_way": _("You have sent this ruling out. Call it back before you change it."),
    "not_on_the_bench": _("This person does not decide cases now. Choose somebody else."),
    "approval_is_with_another": _("Another senior checks this ruling."),
    "nobody_has_it": _("Nobody has it in hand. Choose whom to give it to."),
    "already_taken": _("Another senior decides this appeal."),
    # money
    "limit_is_negative": _("A limit is at least zero."),
    "nothing_to_pay": _("There is no sum to pay in advance: the outcome orders none."),
    "no_advance_in_this_currency": _("The rules allow no advance in this currency."),
    "already_advanced": _("This outcome has been paid in advance already."),
    "already_proposed": _("An advance is proposed already and waits for a second person."),
    "takes_another": _("You proposed it yourself, so somebody else has to approve it."),
    "proposal_is_decided": _("Somebody has decided on this proposal already."),
    "outcome_has_changed": _("The outcome is another one by now. Propose the advance again."),
    "insufficient_funds": _("The fund of the platform does not reach for this sum."),
    "movement_verdict_unknown": _("Say whether it is a refund of its own or one of our payments."),
    "nothing_to_try_again": _("There is nothing left to try again here."),
    "already_settled": _("Somebody has settled this difference already."),
    "jury_is_off": _("No public jury sits under the rules of this case. Decide it yourself."),
    # the public jury
    "jury_only_for_less": _("The rules of this case put only smaller sums before a jury. Decide it yourself."),
    "jury_has_spoken": _("A jury has answered in this round already. Its result is on the page of the case."),
    "seat_is_over": _("This case needs no more votes from you. Thank you; the next one is waiting on the first page."),
    "already_voted": _("Your vote is in and sealed. It cannot be changed any more."),
    "come_first": _("Begin with the question whether you know somebody here. Then the case opens."),
    "choice_unknown": _("Choose a side, or that you cannot tell."),
    "items_unopened": _("Open everything that both sides show first. Still closed: %(left)s."),
    "reason_or_items": _("Write at least %(least)s characters, or tick what decides it. Your choice is kept."),
    "too_many_decisive": _("Tick at most %(most)s things that decide it. Your choice is kept."),
    "skips_used_up": _("You have skipped %(a_day)s cases today. You can still step back for a reason."),
    "control_first": _("A short practice case comes first. It is on the first page."),
    "already_rated": _("Your side has said already whether this reason helped. That stays."),
    "is_on_the_bench": _("Whoever decides cases or runs the platform sits on no jury."),
    "works_for_no_shop": _("You are not a member of a shop here. Choose buyer."),
    "juror_is_suspended": _("You cannot sit at the moment. Ask the platform why."),
    "exam_passed": _("You have passed already. Nothing else is needed."),
    "exam_too_soon": _("You can try again from %(again_at)s. Until then the rules can be read."),
    "answer_everything": _("Answer every case, also where you cannot tell. What you chose is kept."),
    "no_control_now": _("There is no practice case for you now."),
    "side_unknown": _("Choose whom to ask: the buyer, the merchant or both."),
    "point_unknown": _("Choose points of this case."),
    # second readings
    "nothing_drawn": _("None is drawn for you now. Look again another day."),
    "already_submitted": _("You have submitted this reading already. Both readings are shown."),
    "own_reading": _("You are one of the two who read the clause differently, so somebody else answers it."),
    "note_is_closed": _("Somebody has answered this note already."),
    # a draft
    "no_draft": _("There is no draft of yours to send out. Write the ruling first."),
    "ruling_incomplete": _("The ruling is not complete. What is missing is listed; your draft is kept."),
    "ruling_not_proposed": _("This ruling no longer waits for approval."),
    "finding_unknown": _("Choose for the buyer, for the merchant or undetermined."),
    "verdict_unknown": _("Choose admit, admit in part or not admitted."),
    "remedy_unknown": _("Choose a remedy from the list."),
    "share_out_of_range": _("Enter a share from 0 to 100 percent."),
    "payer_unknown": _("Choose who pays the freight."),
    "too_many_clauses": _("A ruling can cite %(most)s clauses."),
    "language_unknown": _("Choose the language of the letter from the list."),
    # what a ruling lacks (the linter's problems; ``where`` gives the number)
    "points_missing": _("The case has no point at issue to decide."),
    "finding_missing": _("Decide point %(number)s."),
    "burden_rule_missing": _("Point %(number)s is undetermined: cite the burden rule, or say who had to prove it."),
    "admission_missing": _("Say whether %(number)s is admitted."),
    "admission_reason_missing": _("Choose why %(number)s is not fully admitted."),
    "admission_reason_unknown": _("Choose the reason for %(number)s from the list."),
    "reasons_cite_too_early": _(
        "The reasons name evidence that the other side has not had for 24 hours yet. Wait, or leave it out."
    ),
    "new_evidence_unanswered": _(
        "The reasons do not say what becomes of the new evidence %(numbers)s. Name it in them."
    ),
    "new_evidence_too_early": _(
        "The new evidence has not been open to the other side for 24 hours yet. The ruling can be upheld after that."
    ),
    "exhibit_unseen": _("%(number)s has not been opened. View it or say why you skip it."),
    "new_evidence_unseen": _("You have not opened the new evidence yet. View it before you decide the appeal."),
    "exhibit_not_yet_citable": _("%(number)s has not been open to the other side for 24 hours. It cannot be used yet."),
    "clause_missing": _("Cite at least one clause."),
    "clause_unknown": _("There is no clause %(number)s in the rules of this case."),
    "clause_not_in_force": _("Clause %(number)s was not in force yet for this order. Use the earlier one."),
    "remedy_missing": _("Choose a remedy."),
    "ground_missing": _("A refund without return needs one ground. Choose it."),
    "ground_unknown": _("Choose the ground from the list."),
    "ground_contradicted": _("The file of this case contradicts this ground. Choose another."),
    "partial_is_whole": _(
        "A partial refund gives back the value that is lost, not all of the price. If the buyer keeps the goods and "
        "gets all of it back, choose the refund without return and its ground."
    ),
    "share_missing": _("Enter the merchant's share of liability."),
    "share_contradicts_remedy": _(
        "Share and remedy contradict each other: only a dismissal leaves the merchant without a share."
    ),
    "freight_not_by_rule": _("By the rule for this kind of dispute somebody else pays the freight."),
    "substitute_missing": _(
        "State the value: it is owed instead if what is ordered is not done in time (clause 3.15)."
    ),
    "deduction_missing": _("State the value of the gift that is taken off (clause 3.7)."),
    "fee_missing": _("State the test fee that the receipt shows (clause 6.7)."),
    "deduction_over_cap": _("More is taken off than clause %(number)s allows."),
    "value_over_cap": _("More of the price is kept back than clause %(number)s allows."),
    "return_freight_unexplained": _("Say in the reasons why the way back costs another sum than the way out."),
    "award_differs": _("The sum in the ruling is not the calculated one. Save the draft again."),
    "reasons_too_short": _("Write the reasons out a little more: at least %(least)s characters, so far %(have)s."),
    "reasons_omit_point": _("The reasons do not mention point %(number)s."),
    "reasons_omit_exhibit": _("The reasons do not mention %(number)s, which is admitted."),
    "reasons_cite_unknown_exhibit": _("The reasons mention %(number)s, which is not on the file."),
    "reasons_slot_open": _("The reasons have a gap to fill in: %(number)s. Write it out or take it out."),
    "text_has_gaps": _("The text has a gap in 〔〕 that is not filled in. Write it out or take it out."),
    "reasons_not_rewritten": _(
        "The reasons are those of the earlier ruling, but findings or remedy are others now. Write the reasons anew."
    ),
    "reasons_omit_jury": _("The public jury found for the other side. Say in the reasons why the ruling does not."),
    "question_names_somebody": _(
        "Take names, telephone numbers and addresses out of the question. Write buyer and merchant."
    ),
    "reasons_name_somebody": _(
        "Take names, telephone numbers and addresses out of the reasons. Write buyer and merchant."
    ),
    "deviation_unexplained": _("Most like cases ended otherwise. Say why this one does not, or decide alike."),
    # appeals
    "ground_of_appeal_unknown": _("Choose why you appeal: new evidence, the procedure or a misapplied rule."),
    "point_missing_in_appeal": _("Choose at least one finding that you dispute."),
    "finding_in_own_favour": _(
        "A finding in your favour cannot be appealed. Choose only findings that went against you."
    ),
    "new_evidence_missing": _("This ground needs new evidence. Add at least one new piece of evidence."),
    "evidence_is_not_new": _("One of these files was submitted before. Add evidence that is not on the file yet."),
    "evidence_not_for_this_ground": _(
        "New files belong to the ground “new evidence”. Choose it, or leave the files out."
    ),
    "why_late_missing": _("Say why you did not submit this evidence before."),
    # people and machines
    "not_for_yourself": _("Nobody decides this for themselves. Ask a colleague."),
    "person_is_disabled": _("This account is disabled. Enable it first."),
    "number_missing": _("Whoever decides cases needs a number that the parties can read."),
    "number_taken": _("This number belongs to somebody else, or once did. Choose another one."),
    "already_a_member": _("This person is a member of the shop already. Change their rights instead."),
    "more_than_you_have": _("You cannot give more than you may accept yourself: %(highest)s."),
    "nobody_by_that_name": _("There is no account of this name. Ask for the user name that they sign in with."),
    "colleague_has_it": _("A colleague looks after this case already. Ask them, or assign it to yourself."),
    "needs_a_second_person": _("Above %(highest)s a second person of your shop has to agree."),
    "nobody_can_be_second": _(
        "Above %(highest)s a second person of your shop has to agree, and nobody else may accept this sum. A colleague can "
        "propose it for you to confirm; whoever manages the shop can change the limits."
    ),
    "too_many_of_these": _("There is room for %(most)s. Remove one first."),
    "last_owner": _("The shop needs an owner. Make somebody else an owner first."),
    "cover_is_away": _("They are away and count on you to stand in. Choose somebody who is there."),
    "time_is_past": _("This moment is over. Choose one that is still to come."),
    "tie_unclear": _("Say to which shop or to which person you are tied."),
    "scope_missing": _("Choose at least one thing that the key opens."),
    "name_taken": _("There is a client of this name already."),
    "client_is_revoked": _("This client was revoked. Make a new one."),
    "not_a_demo": _("This installation is no demo."),
    "idempotency_key_reused": _("This Idempotency-Key was used for another request. Use a new one."),
    "idempotency_key_in_use": _("A request with this Idempotency-Key is under way. Repeat it in a moment."),
    # clocks
    "no_deadline_runs": _("No deadline runs in this state."),
    "deadline_not_extendable": _("The rules do not allow this deadline to be extended again."),
    "extension_too_long": _("The rules do not allow such a long extension."),
    "deadline_is_not_yours": _("Only the side whose turn it is can ask for more time."),
    "deadline_is_over": _("The deadline is over. Look at where the case stands now."),
    "clock_is_real": _("The clock of this installation cannot be moved."),
    "clock_only_moves_forward": _("The demo clock only moves forward."),
}


def say(refused: Refused) -> str:
    """The refusal as a sentence in the active language."""
    partly = refused.code == "amount_out_of_range" and refused.data.get("price", 0) > refused.data.get("highest", 0)
    sentence = SENTENCES.get(_ABOVE_WHAT_IS_LEFT if partly else refused.code)
    if sentence is None:
        return refused.code.replace("_", " ")
    return str(sentence) % _readable(refused.data)


class _Blank(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "–"


def _readable(data: dict[str, Any]) -> dict[str, Any]:
    """Sums with their sign, moments in the platform's zone; everything else as it is."""
    words = _Blank(data)
    currency = data.get("currency", "CNY")
    for key in ("highest", "lowest"):
        if key in data:
            words[key] = money.sign(currency) + money.text(data[key], currency)
    for key in ("opens_at", "ended_at", "again_at", "free_at"):
        if data.get(key):
            words[key] = dates.full(datetime.fromisoformat(data[key]))
    return words
