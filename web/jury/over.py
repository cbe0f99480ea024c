"""What a juror reads once their vote is in: until when, by which rule, what came of it and why then; and their receipt.

Numbers only when the vote is over for everybody. What this juror voted, and the file that shows it, only then as well.
"""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from common import ids
from disputes.lifecycle import State
from evidence.models import Exhibit
from journal.kinds import Kind
from journal.models import Entry
from jury import brief, panels, receipts, results, tally
from jury.models import Ballot, Panel, Seat
from jury.results import Result
from jury.tally import Rule, Verdict, Vote
from rulebook import queries as rulebook
from web.jury import shell
from web.jury.shell import Reader

# Why a case is no longer this juror's: a heading and a sentence.
_GONE = {
    Seat.RECUSED: (
        gettext_lazy("You stepped aside"),
        gettext_lazy("Somebody else has this case. No skip is used up and nothing is noted against you."),
    ),
    Seat.SKIPPED: (gettext_lazy("You skipped this case"), gettext_lazy("Somebody else has it.")),
    Seat.ABSENT: (
        gettext_lazy("The time for this case is over"),
        gettext_lazy("You did not vote while it was kept for you, so somebody else was drawn."),
    ),
}
_RELEASED = (gettext_lazy("Thank you"), gettext_lazy("This case needs no more votes from you. It counts as done."))


def page(request: HttpRequest, reader: Reader, seat: Seat) -> HttpResponse:
    """The vote is in, or the case needs none from this juror any more."""
    panel = seat.panel
    shown: dict[str, Any] = {"seat": seat, "voted": seat.state == Seat.VOTED, "back": reverse("jury:lobby")}
    shown["gone"] = _GONE.get(seat.state, _RELEASED)
    if shown["voted"]:
        ballot = Ballot.objects.get(seat=seat)
        goes_on = panel.state == Panel.VOTING and panel.case.state == State.JURY_VOTING.value
        shown |= {
            "receipt": ids.short_code(ballot.commitment),
            "ends": panel.case.due_at if goes_on else None,
            "counting": panel.state == Panel.VOTING and not goes_on,
            "rule": rule_in_words(panels.rule_of(panel)),
            **_clauses(seat),
            "spoiled": ballot.spoiled,
        }
        if panel.state == Panel.CLOSED:
            shown |= _result(seat)
            shown |= {} if ballot.spoiled else {"own": _own(seat, ballot)}
    return render(request, "jury/over.html", shell.around(reader, "lobby", **shown, top_title=_("Public jury")))


def slip(seat: Seat) -> HttpResponse:
    """The paper that was committed to, for its juror alone: `/verify/` knows it, and nobody could make up another."""
    ballot = Ballot.objects.filter(seat=seat).select_related("seat__panel").first()
    paper = receipts.paper_of(ballot) if ballot is not None else None
    if ballot is None or paper is None:
        raise Http404
    reply = HttpResponse(paper, content_type="application/json")
    reply["Content-Disposition"] = f'attachment; filename="vote-{ids.short_code(ballot.commitment)}.json"'
    return reply


def rule_in_words(rule: Rule) -> list[str]:
    """How votes are counted, and by an example why a vote can be over before everybody voted."""
    left = max(1, rule.size // 6)
    other = rule.size - left - rule.majority
    lines = [
        _(
            "%(size)d people are asked; %(majority)d for one side carry. Where some do not vote or cannot tell, "
            "the same share of those who take a side does, if at least %(quorum)d take one."
        )
        % {"size": rule.size, "majority": rule.majority, "quorum": rule.quorum}
    ]
    example = tally.Count(buyer=rule.majority, merchant=other)
    if other >= 0 and tally.settled(example, rule) is Verdict.BUYER:
        lines.append(
            ngettext(
                "It ends early once nothing could change it: at %(one)d to %(other)d, for instance, %(cast)d of %(size)d "
                "are enough, because the %(left)d who is left could not bring the other side to %(majority)d.",
                "It ends early once nothing could change it: at %(one)d to %(other)d, for instance, %(cast)d of %(size)d "
                "are enough, because the %(left)d who are left could not bring the other side to %(majority)d.",
                left,
            )
            % {
                "one": rule.majority,
                "other": other,
                "cast": example.cast,
                "size": rule.size,
                "left": left,
                "majority": rule.majority,
            }
        )
    return lines


def _result(seat: Seat) -> dict[str, Any]:
    """Under the names and numbers of this juror's own page."""
    called = brief.labels(seat)
    result = results.of_panel(seat.panel, called)
    second = "merchant" if seat.first == "buyer" else "buyer"
    counts = {"buyer": result.for_buyer, "merchant": result.for_merchant}
    split = [
        (called[seat.first], counts[seat.first]),
        (called[second], counts[second]),
        (_("Cannot tell"), result.unsure),
    ]
    named = [(_number(number, seat), times) for number, times in result.named]
    return {
        "result": result,
        "said": _said(result, called),
        "why": _why(seat.panel, result, called) if _ended_early(seat.panel) else "",
        "split": split,
        "named": named,
    }


def _said(result: Result, called: dict[str, str]) -> str:
    if result.proposes:
        return _("The jury finds for %(side)s.") % {"side": called[result.proposes]}
    if result.verdict == Verdict.NO_QUORUM.value:
        return _("Fewer than %(quorum)s took a side, so there is no answer.") % {"quorum": result.quorum}
    return _("Neither side has a majority, so there is no answer.")


def _why(panel: Panel, result: Result, called: dict[str, str]) -> str:
    """Why nothing could have changed it any more, in its own numbers."""
    rule = panels.rule_of(panel)
    counted, sided = result.for_buyer + result.for_merchant + result.unsure, result.for_buyer + result.for_merchant
    left = rule.size - counted
    told: dict[str, Any] = {"counted": counted, "size": rule.size, "left": left, "all": sided + left}
    if result.proposes:
        other = "merchant" if result.proposes == "buyer" else "buyer"
        told |= {"side": called[result.proposes], "other": called[other], "needed": tally.needed(sided + left, rule)}
        told["votes"] = max(result.for_buyer, result.for_merchant)
        return (
            _(
                "It ended early: %(counted)d of %(size)d votes were there. Had the other %(left)d all gone to %(other)s, "
                "%(side)s would still have had %(votes)d of %(all)d, and %(needed)d carry."
            )
            % told
        )
    if result.verdict == Verdict.NO_QUORUM.value:
        told["quorum"] = rule.quorum
        return (
            _(
                "It ended early: %(counted)d of %(size)d votes were there. Had the other %(left)d all taken a side, "
                "%(all)d would have, and %(quorum)d are needed."
            )
            % told
        )
    return (
        _(
            "It ended early: %(counted)d of %(size)d votes were there. However the other %(left)d had voted, "
            "neither side would have had its majority."
        )
        % told
    )


def _ended_early(panel: Panel) -> bool:
    """Whether it ended before its term although somebody had not voted yet."""
    told = Entry.objects.filter(stream_id=panel.case.stream_id, kind=Kind.JURY_CLOSED.value)
    early = told.filter(data__panel=panel.public_id, data__early=True).exists()
    return early and Ballot.objects.filter(seat__panel=panel).count() < panel.size


def _own(seat: Seat, ballot: Ballot) -> dict[str, Any]:
    """What this juror voted, as it was opened."""
    called = brief.labels(seat)
    vote = Vote(ballot.vote)
    numbers = {row.pk: row.number for row in Exhibit.objects.filter(pk__in=ballot.decisive).only("side", "place")}
    return {
        "vote": _("Cannot tell") if vote is Vote.UNSURE else _("For %(side)s") % {"side": called[vote.value]},
        "named": [_number(numbers[pk], seat) for pk in ballot.decisive if pk in numbers],
        "reason": ballot.reason,
    }


def _number(number: str, seat: Seat) -> str:
    side = {"B": "buyer", "M": "merchant"}
    return brief.written(side[number[0]], number[1:], seat.first)


def _clauses(seat: Seat) -> dict[str, Any]:
    """What the question was asked under, and how juries are asked: both as the case froze them."""
    case = seat.panel.case
    substance, procedure = rulebook.rules(case.substance_rules_id), rulebook.rules(case.procedure_rules_id)
    return {
        "clause": substance.clause(substance.type(case.type_code).burden.clause),
        "clause_version": substance.version,
        "jury_clause": procedure.clause(procedure.step("jury_vote").clause),
        "jury_version": procedure.version,
    }
