"""What a buyer is asked until one kind of dispute is left, and what is then usually at issue. Pure; knows no case.

Stands beside the rule sets and not in them: it decides nothing, and all of them are asked about in the same way.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from rulebook.reading import read
from rulebook.rules import Rules
from rulebook.schema import Bearer, Text, Type

FIRST = "what"
# The choice under which kinds of dispute go that a rule set has and no question knows.
CATCH_ALL = "other"
HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Choice:
    """What a buyer may say. It leads to a kind of dispute (``type``), or to a further question (``ask``)."""

    code: str
    text: Text
    hint: Text | None = None
    type: str = ""
    ask: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    code: str
    text: Text
    choices: tuple[Choice, ...]

    def choice(self, code: str) -> Choice | None:
        return next((choice for choice in self.choices if choice.code == code), None)


@dataclass(frozen=True, slots=True)
class _File:
    questions: tuple[Question, ...] = ()
    points: dict[str, tuple[Text, ...]] = field(default_factory=dict)
    points_on_the_way: dict[str, tuple[Text, ...]] = field(default_factory=dict)
    points_of_claims: dict[str, tuple[Text, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asking:
    """The questions for one rule set, cut to the kinds of dispute that may be claimed. Nothing in it leads nowhere."""

    questions: dict[str, Question]

    @property
    def first(self) -> Question | None:
        return self.questions.get(FIRST)

    def follow_up(self, said: str) -> Question | None:
        """The question after this first choice; ``None`` where the choice says all."""
        choice = self.first.choice(said) if self.first else None
        return self.questions.get(choice.ask) if choice and choice.ask else None

    def type_of(self, said: str, more: str) -> str:
        """The kind of dispute that two answers name; empty while one is missing."""
        choice = self.first.choice(said) if self.first else None
        if choice is None or choice.type:
            return choice.type if choice else ""
        further = self.questions[choice.ask].choice(more)
        return further.type if further else ""

    def way_to(self, type_code: str) -> tuple[str, str]:
        """The two answers that name this kind of dispute; empty ones where none do."""
        for choice in self.first.choices if self.first else ():
            if choice.type == type_code:
                return choice.code, ""
            for further in self.questions[choice.ask].choices if choice.ask else ():
                if further.type == type_code:
                    return choice.code, further.code
        return "", ""


def about(rules: Rules, may_claim: Collection[str]) -> Asking:
    """What to ask where these kinds of dispute may be claimed. A question with one answer left is not asked."""
    known = {question.code: _cut(question, may_claim.__contains__) for question in _all().questions}
    reached = {choice.type for question in known.values() for choice in question.choices}
    missing = [rules.type(code) for code in may_claim if code not in reached]
    rest = tuple(Choice(code=kind.code, text=kind.choice, type=kind.code) for kind in missing)
    other = known[CATCH_ALL]
    known[CATCH_ALL] = Question(other.code, other.text, other.choices + rest)
    first = known[FIRST]
    choices = (_short(choice, known) for choice in first.choices)
    known[FIRST] = Question(first.code, first.text, tuple(choice for choice in choices if choice is not None))
    return Asking(known if known[FIRST].choices else {})


def points_of(type_code: str, *, arrived: bool = True) -> tuple[Text, ...]:
    """What is usually at issue, as the buyer would say it. Empty for a kind that nobody has written it down for.

    ``arrived``: the carrier has delivered, or says so.
    """
    usual = _all().points.get(type_code, ())
    return usual if arrived else _all().points_on_the_way.get(type_code, usual)


def points_of_claim(reason: str) -> tuple[Text, ...]:
    """What is usually at issue in a merchant's claim about a payout, as the merchant would say it. Empty before a reason is
    given: what came back is at issue only where something did.
    """
    return _all().points_of_claims.get(reason, ())


def burden_of_buyer(kind: Type, order_state: str) -> tuple[Text, ...]:
    """What the buyer has to show of an order in this state."""
    return tuple(proof.shows for proof in kind.burden.links(order_state) if proof.side is Bearer.BUYER)


def _cut(question: Question, fits: Callable[[str], bool]) -> Question:
    kept = tuple(choice for choice in question.choices if choice.ask or fits(choice.type))
    return Question(question.code, question.text, kept)


def _short(choice: Choice, known: dict[str, Question]) -> Choice | None:
    """A first choice as it stands once its question is cut: gone, as it was, or straight to the one kind left."""
    if not choice.ask:
        return choice
    left = known[choice.ask].choices
    if len(left) == 1:
        return Choice(choice.code, choice.text, left[0].text, type=left[0].type)
    return choice if left else None


@cache
def _all() -> _File:
    found: dict[str, Any] = {}
    for name in ("choices.toml", "points.toml"):
        found |= tomllib.loads((HERE / name).read_text("utf-8"))
    return read(_File, found, "asking")
