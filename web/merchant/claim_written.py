"""A shop's claim about a payout as far as it has been written: what was said, what follows, what is still open.

The mirror of `web.buyer.claim`. What must hold of each answer stands here once: the pages say it where it is wrong, the last
look says what is open, and the act asks again.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cached_property

from common import money
from common.errors import Refused
from disputes import amounts, intervention, payouts, statements
from disputes.claims import Contest
from disputes.models import ClaimDraft
from disputes.payouts import Check, Payout
from rulebook import asking
from rulebook import queries as rulebook
from rulebook.schema import Reason

POINTS = tuple(f"point_{place}" for place in range(1, 6))
FIELDS: dict[str, tuple[str, ...]] = {
    "why": ("why",),
    "late": ("exception",),
    "news": ("news",),
    "points": POINTS,
    "story": ("story",),
    "sum": ("amount",),
}
Problem = tuple[str, Refused]


class Written:
    """The draft about one payout, read at ``now``."""

    def __init__(self, payout: Payout, draft: ClaimDraft, now: datetime) -> None:
        self.payout, self.draft, self.now = payout, draft, now

    def has(self, field: str) -> bool:
        return field in self.draft.body

    def said(self, field: str, otherwise: str = "") -> str:
        return str(self.draft.body.get(field, otherwise))

    # --- what is proposed

    @cached_property
    def reasons(self) -> tuple[str, ...]:
        """Why this payout can have been wrong."""
        return payouts.reasons(self.payout)

    @property
    def is_late(self) -> bool:
        ends_at = payouts.ends_at(self.payout, self.now)
        return ends_at is not None and self.now >= ends_at

    @property
    def exceptions(self) -> list[Reason]:
        known = rulebook.current_rules(self.now).window_exceptions
        return [known[code] for code in payouts.window(self.payout, self.now).exceptions if code in known]

    @property
    def points(self) -> dict[str, str]:
        """As their page shows them: what was typed, else what is usual for the reason that was given."""
        if self.has(POINTS[0]):
            return {name: self.said(name) for name in POINTS}
        usual = [str(text) for text in asking.points_of_claim(self.said("why"))]
        return {name: usual[place] if place < len(usual) else "" for place, name in enumerate(POINTS)}

    @property
    def amount_text(self) -> str:
        return self.said("amount", money.text(self.payout.amount, self.payout.currency))

    @property
    def amount(self) -> int | None:
        """The sum as it was understood, in minor units; ``None`` while it cannot be read."""
        try:
            return amounts.read(self.said("amount"), self.payout.currency)
        except Refused:
            return None

    # --- what is open

    def checks(self) -> list[Check]:
        exception = self.said("exception") if self.is_late else ""
        return payouts.checks(payouts.situation(self.payout, self.now, exception=exception))

    def steps(self) -> list[str]:
        """The pages of this claim in their order."""
        late = ["late"] if self.is_late else []
        news = ["news"] if self.payout.decided else []
        return ["why", *late, *news, "points", "story", "sum"]

    def is_done(self, step: str) -> bool:
        return self.has(FIELDS[step][0]) and not self.problems(step)

    def open_steps(self) -> list[str]:
        return [step for step in self.steps() if not self.is_done(step)]

    def after(self, step: str) -> str:
        """The page that follows; empty where the last look is next."""
        steps = self.steps()
        place = steps.index(step) + 1
        return steps[place] if place < len(steps) else ""

    def problems(self, step: str) -> list[Problem]:
        """What does not hold of the answers of one page, each with its field."""
        return _CHECKS[step](self)

    def as_contest(self) -> Contest:
        """What would be filed. Raises `Refused` with the first problem there is."""
        for step in self.open_steps():
            raise next(iter(self.problems(step)), ("", Refused("contest_reason_unknown")))[1]
        points = (self.said(name).strip() for name in POINTS)
        return Contest(
            reason=self.said("why"),
            amount=money.parse(self.said("amount"), self.payout.currency),
            points=tuple(point for point in points if point),
            story=self.said("story"),
            new_facts=self.said("news") if self.payout.decided else "",
            exception=self.said("exception") if self.is_late else "",
        )


def _why(written: Written) -> list[Problem]:
    return [] if written.said("why") in written.reasons else [("why", Refused("contest_reason_unknown"))]


def _late(written: Written) -> list[Problem]:
    if written.said("exception") in [reason.code for reason in written.exceptions]:
        return []
    ended = payouts.ends_at(written.payout, written.now)
    return [("exception", Refused(payouts.OVER, ended_at=ended.isoformat() if ended else ""))]


def _text(field: str, missing: str) -> Callable[[Written], list[Problem]]:
    def check(written: Written) -> list[Problem]:
        text = written.said(field).strip()
        if not text:
            return [(field, Refused(missing, field=field))]
        if len(text) > statements.LONGEST:
            return [(field, Refused("text_too_long", field=field, longest=statements.LONGEST, length=len(text)))]
        return []

    return check


def _points(written: Written) -> list[Problem]:
    typed = [written.said(name).strip() for name in POINTS]
    if not any(typed):
        return [(POINTS[0], Refused("point_missing"))]
    return [(POINTS[place], refused) for place, refused in intervention.wrong_points(typed)]


def _sum(written: Written) -> list[Problem]:
    payout = written.payout
    try:
        amount = amounts.read(written.said("amount"), payout.currency)
    except Refused as refused:
        return [("amount", refused)]
    if amount <= payout.amount:
        return []
    out = Refused("contested_amount_out_of_range", highest=payout.amount, currency=payout.currency)
    return [("amount", out)]


_CHECKS: dict[str, Callable[[Written], list[Problem]]] = {
    "why": _why,
    "late": _late,
    "news": _text("news", "new_facts_missing"),
    "points": _points,
    "story": _text("story", "text_missing"),
    "sum": _sum,
}
