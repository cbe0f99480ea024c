"""A claim as far as it has been written: what was said, what follows from it, what is still open. Decides nothing.

Reads the buyer's draft and the rules of the case. What must hold of each answer stands here once: the pages say it where
it is wrong, the last look says what is still open, and the act asks again.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from functools import cached_property

from django.utils.translation import gettext as _

from common import money
from common.errors import Refused
from disputes import amounts, intervention, negotiation, parcels, statements
from disputes.intervention import Claim
from disputes.models import Case, FilingDraft
from rulebook import asking
from rulebook import queries as rulebook
from rulebook.asking import Asking
from rulebook.schema import Reason, Remedy
from web.buyer.orders import types_for

DISMISS = "R7"  # what a buyer never asks for
# Pages that are there only because of what an earlier one was answered.
FURTHER = ("which", "late")
POINTS = tuple(f"point_{place}" for place in range(1, 6))
# Step → the fields of its page. "evidence" and "contact" are said to be done by their readers.
FIELDS: dict[str, tuple[str, ...]] = {
    "what": ("what",),
    "which": ("which",),
    "late": ("exception",),
    "points": (*POINTS, "points_for"),
    "story": ("story",),
    "want": ("remedy", "amount"),
    "evidence": ("evidence",),
    "contact": ("contact",),
}
# Without an answer to these there is nothing to submit.
NEEDED = ("what", "which", "late", "points", "story", "want")
Problem = tuple[str, Refused]
_SENTENCE = re.compile(r"[。；;！!？?\n]|\.\s")


class Written:
    """The draft of one case, read by the rules that are pinned to it."""

    def __init__(self, case: Case, draft: FilingDraft) -> None:
        self.case, self.draft = case, draft
        self.rules = rulebook.rules(case.substance_rules_id)

    def has(self, field: str) -> bool:
        return field in self.draft.body

    def said(self, field: str, otherwise: str = "") -> str:
        return str(self.draft.body[field]["text"]) if self.has(field) else otherwise

    # --- which kind of dispute it is

    @cached_property
    def asking(self) -> Asking:
        """The questions for this order, less what only an earlier request could have had."""
        known = parcels.known_of(self.case.line_id, self.case.order)
        kinds = [kind.code for kind in types_for(self.rules, self.case.order.state, known)]
        return asking.about(self.rules, [code for code in kinds if not self._is_lost(code)])

    @cached_property
    def type_code(self) -> str:
        """What was said to have happened; empty until it is clear."""
        return self.asking.type_of(self.said("what"), self.said("which"))

    @property
    def likely(self) -> str:
        """The same, or what the merchant was asked for: pages propose things for it."""
        return self.type_code or self.case.type_code

    @cached_property
    def late_since(self) -> datetime | None:
        """When the time to ask for this had ended before the merchant was asked, if it had."""
        return negotiation.is_late(self.rules, self.likely, self.case.order, self.case.opened_at)

    @property
    def exceptions(self) -> list[Reason]:
        """What may admit it all the same."""
        return [self.rules.window_exceptions[code] for code in self.rules.type(self.likely).window.exceptions]

    def _is_lost(self, code: str) -> bool:
        kind = self.rules.type(code)
        late = negotiation.is_late(self.rules, code, self.case.order, self.case.opened_at)
        return late is not None and not kind.window.exceptions

    # --- what is proposed

    @property
    def proposed_points(self) -> list[str]:
        usual = [str(text) for text in asking.points_of(self.likely, arrived=self.case.order.has_arrived)]
        return usual or suggested_points(self.case)

    @cached_property
    def points(self) -> dict[str, str]:
        """The points as their page shows them: what was typed, else what is usual for this kind of dispute.

        Another kind has other points; those that nobody changed make room for them.
        """
        proposed = self.proposed_points
        if self.has(POINTS[0]) and not self._left_as_proposed():
            return {name: self.said(name) for name in POINTS}
        return {name: proposed[place] if place < len(proposed) else "" for place, name in enumerate(POINTS)}

    def _left_as_proposed(self) -> bool:
        before = self.said("points_for")
        if before == self.likely:
            return False
        texts = (*asking.points_of(before), *asking.points_of(before, arrived=False))
        usual = {text.in_language(code) for text in texts for code in ("zh-hans", "zh-hant", "en")}
        return {self.said(name) for name in POINTS} - {""} <= usual

    @cached_property
    def story(self) -> str:
        """What was typed, else what the merchant was told with the request: nobody writes the same thing twice."""
        return self.said("story") if self.has("story") else words_of_request(self.case)

    @cached_property
    def remedies(self) -> list[Remedy]:
        """What can be asked for: what the rules have for this, the usual first."""
        kind = self.rules.type(self.likely)
        codes = (code for code in kind.remedies if code != DISMISS and self.rules.may_order(code, kind.code))
        return [self.rules.remedy(code) for code in codes]

    @property
    def remedy(self) -> str:
        """What was chosen, or else what the merchant was asked for, or else the first."""
        codes = [remedy.code for remedy in self.remedies]
        usual = "R3" if self.case.returns else "R1"
        for code in (self.said("remedy"), usual, *codes):
            if code in codes:
                return code
        return ""

    @property
    def amount_text(self) -> str:
        return self.said("amount", money.text(self.case.claimed, self.case.currency))

    # --- what is open

    def steps(self) -> list[str]:
        """The pages of this claim in their order."""
        found = ["what"]
        if self.asking.follow_up(self.said("what")) is not None:
            found.append("which")
        if self.late_since is not None:
            found.append("late")
        return [*found, "points", "story", "want", "evidence", "contact"]

    def place(self, step: str) -> tuple[int, int]:
        """Which page this is, and of how many. What an answer asks for besides counts with it, so that the sum stays."""
        steps = self.steps()
        upto = steps[: steps.index(step) + 1] if step in steps else steps[:1]
        return sum(one not in FURTHER for one in upto), sum(one not in FURTHER for one in steps) + 1

    def place_text(self, step: str) -> str:
        """The same in words. Two pages that count as one do not read as one."""
        place, of = self.place(step)
        if step in FURTHER:
            return _("Page %(place)s of %(of)s · one more question") % {"place": place, "of": of}
        return _("Page %(place)s of %(of)s") % {"place": place, "of": of}

    def is_done(self, step: str) -> bool:
        if step in ("evidence", "contact"):
            return self.said(step) == "1"
        return self.has(FIELDS[step][0]) and not self.problems(step)

    def open_steps(self) -> list[str]:
        """What must be said before anything can be submitted."""
        return [step for step in self.steps() if step in NEEDED and not self.is_done(step)]

    def after(self, step: str) -> str:
        """The page that follows; empty where the last look is next."""
        steps = self.steps()
        place = steps.index(step) + 1
        return steps[place] if place < len(steps) else ""

    def problems(self, step: str) -> list[Problem]:
        """What does not hold of the answers of one page, each with the field that it is about."""
        return _CHECKS[step](self) if step in _CHECKS else []

    def as_claim(self) -> Claim:
        """What would be filed. Raises `Refused` with the first problem there is."""
        for step in self.open_steps():
            raise next(iter(self.problems(step)), ("", Refused("type_unknown")))[1]
        remedy = self.rules.remedy(self.said("remedy"))
        points = (self.said(name).strip() for name in POINTS)
        return Claim(
            type_code=self.type_code,
            remedy=remedy.code,
            amount=money.parse(self.said("amount"), self.case.currency),
            returns=remedy.returns,
            points=tuple(point for point in points if point),
            story=self.said("story"),
            exception=self.said("exception") if self.late_since is not None else "",
        )


def _what(written: Written) -> list[Problem]:
    first = written.asking.first
    if first is None:  # the order has been closed or paid back since: nothing can be claimed any more
        return [("what", Refused("order_not_eligible", order_state=written.case.order.state))]
    return [] if first.choice(written.said("what")) else [("what", Refused("type_unknown"))]


def _which(written: Written) -> list[Problem]:
    return [] if written.type_code else [("which", Refused("type_unknown"))]


def _late(written: Written) -> list[Problem]:
    codes = [reason.code for reason in written.exceptions]
    if written.said("exception") in codes:
        return []
    ended = written.late_since.isoformat() if written.late_since else ""
    return [("exception", Refused("out_of_window", ended_at=ended, exceptions=codes))]


def _points(written: Written) -> list[Problem]:
    typed = [written.said(name).strip() for name in POINTS]
    found = [(POINTS[place], refused) for place, refused in intervention.wrong_points(typed)]
    # Another kind of dispute has other points: they are looked at once more.
    if not any(typed) or written.said("points_for") != written.likely:
        found.append((POINTS[0], Refused("point_missing")))
    return found


def _story(written: Written) -> list[Problem]:
    text = written.said("story").strip()
    if not text:
        return [("story", Refused("text_missing", field="story"))]
    if len(text) > statements.LONGEST:
        return [("story", Refused("text_too_long", field="story", longest=statements.LONGEST, length=len(text)))]
    return []


def _want(written: Written) -> list[Problem]:
    found: list[Problem] = []
    if written.said("remedy") not in [remedy.code for remedy in written.remedies]:
        found.append(("remedy", Refused("remedy_not_for_type")))
    case = written.case
    try:
        amount = amounts.read(written.said("amount"), case.currency)
    except Refused as refused:
        return [*found, ("amount", refused)]
    if amount > case.paid:
        found.append(("amount", amounts.out_of_range(case)))
    return found


_CHECKS: dict[str, Callable[[Written], list[Problem]]] = {
    "what": _what,
    "which": _which,
    "late": _late,
    "points": _points,
    "story": _story,
    "want": _want,
}


def words_of_request(case: Case) -> str:
    """What the buyer said to the merchant when asking for the refund, the newest of it. One query."""
    said = case.statements.filter(kind="request").order_by("-at", "-id").values_list("text", flat=True)
    return said.first() or ""


def suggested_points(case: Case) -> list[str]:
    """The sentences of the refund request, as first words for the points of a kind that has none of its own."""
    sentences = [part.strip(" ，,") for part in _SENTENCE.split(words_of_request(case))]
    return [part for part in sentences if 0 < len(part) <= intervention.LONGEST_POINT][: len(POINTS) - 1]
