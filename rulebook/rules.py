"""A published rule set, ready to be asked, and how it is read from its JSON.

``parse`` reads strictly: an unknown key is an error, and so is a reference to something that the set does not have.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, TypeVar

from rulebook.reading import Unreadable, read
from rulebook.schema import (
    ORDER_STATES,
    Band,
    Body,
    Clause,
    Evidence,
    Ground,
    Jury,
    Need,
    Overlay,
    Pause,
    Profile,
    Reason,
    Refusal,
    Remedy,
    Step,
    Switches,
    Text,
    Thresholds,
    Type,
)

FORMAT = 1


class _Coded(Protocol):
    @property
    def code(self) -> str: ...


class _Cited(_Coded, Protocol):
    @property
    def clause(self) -> str: ...


C = TypeVar("C", bound=_Coded)


@dataclass(frozen=True)
class Rules:
    """One published rule set, ready to be asked.

    Every accessor raises ``LookupError`` for what the set does not have.
    """

    body: Body
    version: str
    effective_from: datetime | None = None
    types: Mapping[str, Type] = field(init=False, repr=False, compare=False)
    exhibits: Mapping[str, Evidence] = field(init=False, repr=False, compare=False)
    remedies: Mapping[str, Remedy] = field(init=False, repr=False, compare=False)
    grounds: Mapping[str, Ground] = field(init=False, repr=False, compare=False)
    clauses: Mapping[str, Clause] = field(init=False, repr=False, compare=False)
    steps: Mapping[str, Step] = field(init=False, repr=False, compare=False)
    refusals: Mapping[str, Refusal] = field(init=False, repr=False, compare=False)
    liabilities: Mapping[str, Reason] = field(init=False, repr=False, compare=False)
    routes: Mapping[str, Reason] = field(init=False, repr=False, compare=False)
    groups: Mapping[str, Reason] = field(init=False, repr=False, compare=False)
    admission_reasons: Mapping[str, Reason] = field(init=False, repr=False, compare=False)
    appeal_grounds: Mapping[str, Reason] = field(init=False, repr=False, compare=False)
    window_exceptions: Mapping[str, Reason] = field(init=False, repr=False, compare=False)
    pauses: Mapping[str, Pause] = field(init=False, repr=False, compare=False)
    overlays: Mapping[str, Overlay] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        body, put = self.body, object.__setattr__
        put(self, "types", _by_code(body.types))
        put(self, "exhibits", _by_code(body.evidence))
        put(self, "remedies", _by_code(body.remedies))
        put(self, "grounds", _by_code(body.grounds))
        put(self, "clauses", _by("number", body.clauses))
        put(self, "steps", _by("key", body.steps))
        put(self, "refusals", _by_code(body.refusals))
        put(self, "liabilities", _by_code(body.liabilities))
        put(self, "routes", _by_code(body.routes))
        put(self, "groups", _by_code(body.groups))
        put(self, "admission_reasons", _by_code(body.admission_reasons))
        put(self, "appeal_grounds", _by_code(body.appeal_grounds))
        put(self, "window_exceptions", _by_code(body.window_exceptions))
        put(self, "pauses", _by_code(body.pauses))
        put(self, "overlays", _by_code(body.overlays))

    @property
    def profile(self) -> Profile:
        return self.body.profile

    @property
    def thresholds(self) -> Thresholds:
        return self.body.thresholds

    @property
    def switches(self) -> Switches:
        return self.body.switches

    def step(self, key: str) -> Step:
        """The timed step behind a timer key, such as ``evidence`` or ``merchant_reply.return_refund``.

        Sets published before what is ordered in kind had a term of its own know that of T31 only.
        """
        if key == "performance_in_kind" and key not in self.steps:
            key = "voluntary_performance"
        return self.steps[key]

    def type(self, code: str) -> Type:
        return self.types[code]

    def evidence(self, code: str) -> Evidence:
        return self.exhibits[code]

    def remedy(self, code: str) -> Remedy:
        return self.remedies[code]

    def ground(self, code: str) -> Ground:
        return self.grounds[code]

    def clause(self, number: str) -> Clause:
        return self.clauses[number]

    def refusal(self, code: str) -> Refusal:
        return self.refusals[code]

    def why(self, need: Need) -> Text:
        """Why a checklist row is asked for: one short line."""
        return self.body.why[need.why]

    def may_order(self, remedy: str, type_code: str) -> bool:
        """Whether this remedy fits this type of dispute and is switched on."""
        if remedy not in self.type(type_code).remedies:
            return False
        return not self.remedy(remedy).off_by_default or self.switches.statutory_multiples

    @property
    def juries(self) -> tuple[Jury, ...]:
        """Which jury is asked up to which sum, the smallest first; empty where the rules know none."""
        terms = self.thresholds
        if self.body.juries or not terms.jury_size:
            return self.body.juries
        return (Jury(terms.jury_highest_amount, terms.jury_size, terms.jury_majority, terms.jury_quorum),)

    def jury(self, amount: int) -> Jury | None:
        """The jury for a claim of ``amount`` minor units; ``None`` where it is too large for any."""
        return next((jury for jury in self.juries if amount <= jury.up_to), None)

    def band(self, lost_percent: int) -> Band:
        """The graduated refund for a share of goods lost, in per cent 1–100."""
        return next(band for band in self.body.bands if lost_percent <= band.up_to)


def parse(data: Any, *, version: str, effective_from: datetime | None = None) -> Rules:
    """The frozen JSON body as ``Rules``. Raises ``Unreadable`` with the path of what does not fit."""
    body = read(Body, data, "rules")
    if body.format != FORMAT:
        raise Unreadable(f"rules.format: this house reads {FORMAT}, not {body.format}")
    rules = Rules(body, version, effective_from)
    if problems := list(_dangling(rules)):
        raise Unreadable("; ".join(problems))
    return rules


def _dangling(rules: Rules) -> Iterable[str]:
    """Every reference to something that this rule set does not have."""
    body = rules.body
    cites: list[tuple[str, str]] = []
    for kind in body.types:
        here = f"types.{kind.code}"
        cites += [(here, kind.burden.clause), (here, kind.window.clause), (here, kind.freight.clause)]
        cites += [(here, number) for number in kind.clauses]
        cites += [(here, guide.clause) for guide in kind.guidance]
        yield from _unknown(here, "group", [kind.group], rules.groups)
        yield from _unknown(here, "order state", kind.states, ORDER_STATES)
        yield from _unknown(here, "remedy", kind.remedies, rules.remedies)
        yield from _unknown(here, "ground", kind.grounds, rules.grounds)
        yield from _unknown(here, "exception", kind.window.exceptions, rules.window_exceptions)
        yield from _unknown(here, "liability", [guide.liability for guide in kind.guidance], rules.liabilities)
        yield from _unknown(here, "evidence", [need.code for need in kind.checklist], rules.exhibits)
        yield from _unknown(here, "reason", [need.why for need in kind.checklist], body.why)
        yield from _unknown(
            here, "record", [code for need in kind.checklist for code in need.replaced_by], rules.exhibits
        )
        for proof in kind.burden.chain:
            yield from _unknown(here, "evidence", proof.evidence, rules.exhibits)
            yield from _unknown(here, "order state", proof.states, kind.states)
        for need in kind.checklist:
            yield from _unknown(here, "order state", need.states, kind.states)
    for refusal in body.refusals:
        yield from _unknown(f"refusals.{refusal.code}", "route", refusal.routes, rules.routes)
    if body.switches.jury and not rules.juries:
        yield "switches.jury: no jury to ask"
    ends = [jury.up_to for jury in rules.juries]
    if ends != sorted(set(ends)):
        yield "juries: each is for larger claims than the one before"
    for pause in body.pauses:
        yield from _unknown(f"pauses.{pause.code}", "step", [pause.step], rules.steps)
    for overlay in body.overlays:
        yield from _unknown(f"overlays.{overlay.code}", "type", overlay.types, rules.types)
    chapters = {chapter.code for chapter in body.chapters}
    for clause in body.clauses:
        yield from _unknown(f"clauses.{clause.number}", "chapter", [clause.chapter], chapters)
    coded: list[_Cited] = [*body.remedies, *body.grounds, *body.refusals, *body.pauses, *body.overlays]
    cites += [(item.code, item.clause) for item in coded]
    cites += [(step.key, step.clause) for step in body.steps]
    reasons = [
        *body.appeal_grounds,
        *body.not_appeal_grounds,
        *body.admission_reasons,
        *body.window_exceptions,
    ]
    cites += [(reason.code, reason.clause) for reason in [*reasons, *body.withdrawals] if reason.clause]
    for here, number in cites:
        yield from _unknown(here, "clause", [number], rules.clauses)


def _unknown(here: str, what: str, codes: Iterable[str], known: Iterable[str]) -> Iterable[str]:
    have = set(known)
    return (f"{here}: no {what} {code}" for code in codes if code not in have)


def _by_code(items: tuple[C, ...]) -> Mapping[str, C]:
    return _by("code", items)


T = TypeVar("T")


def _by(name: str, items: tuple[T, ...]) -> Mapping[str, T]:
    index = {str(getattr(item, name)): item for item in items}
    if len(index) != len(items):
        raise Unreadable(f"two {type(items[0]).__name__} share one {name}")
    return index
