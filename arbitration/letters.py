"""The decision letter as data: five fixed sections, in the language in which it was given, the same facts for every reader.

Composed once, when the decision is served, and kept with it: what was given never changes. Sentences are the template's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from arbitration.models import Admission, Appeal, Ruling
from common import digest, ids
from common.actor import Side

FORMAT = 1
RULING, APPEAL_RULING, APPEAL_DECISION = "ruling", "appeal_ruling", "appeal_decision"


@dataclass(frozen=True)
class RuleSetRef:
    """Which rules were applied: ``part`` is substance (as of payment) or procedure (as of filing)."""

    part: str
    profile: str
    version: str


@dataclass(frozen=True)
class Line:
    """One line of the calculation. ``amount`` in minor units, may be negative."""

    label: str
    formula: str
    amount: int


@dataclass(frozen=True)
class Term:
    """Within what term somebody must act, and from when: ``performer`` is buyer, merchant or empty."""

    performer: str
    step: str
    amount: int
    clock: str


@dataclass(frozen=True)
class Result:
    """The first section: what was decided. Sums in minor units, ``merchant_share`` in basis points.

    ``substitute``: what the buyer gets in all if what was ordered in kind is not done in time; zero where nothing is.
    """

    remedy: str
    remedy_name: str
    ground: str
    ground_name: str
    amount: int
    currency: str
    lines: tuple[Line, ...]
    merchant_share: int
    returns: bool
    freight_payer: str
    freight_amount: int
    term: Term | None
    substitute: int = 0


@dataclass(frozen=True)
class Fact:
    """One point at issue and what was found. ``burden``: where nothing could be determined, the rule that decided."""

    number: int
    text: str
    raised_by: str
    finding: str
    exhibits: tuple[str, ...]
    burden: str
    burden_clause: str


@dataclass(frozen=True)
class ExhibitWeight:
    """One exhibit and whether it was admitted: ``verdict`` full, part, none; the last two with their reason. ``marks``: what
    was marked on it.
    """

    number: str
    kind: str
    kind_name: str
    verdict: str
    reason: str
    reason_name: str
    marks: tuple[str, ...] = ()


@dataclass(frozen=True)
class CitedRule:
    number: str
    title: str
    text: str
    plain: str
    version: str


@dataclass(frozen=True)
class Unsupported:
    """A request that was not, or not fully, supported. ``what``: amount (sums in minor units) or remedy (names)."""

    what: str
    asked: str
    given: str


@dataclass(frozen=True)
class Route:
    code: str
    name: str
    text: str


@dataclass(frozen=True)
class Remedies:
    """The last section: what whoever disagrees can do. ``until`` is exclusive, ISO 8601, empty if no appeal is left."""

    until: str
    grounds: tuple[Route, ...]
    routes: tuple[Route, ...]


@dataclass(frozen=True)
class Restored:
    """One thing that a ruling on appeal puts right: what it was under the first ruling, and what it is now.

    ``what``: amount, paid_back (to a shop), freight or substitute (sums in minor units), reclaimed (what the platform
    advanced, and how much of it is taken back), returns or counted (``yes``, ``no``), share (basis points), or beside
    (whatever else might hang on a ruling: ``none``).
    """

    what: str
    before: str
    after: str


@dataclass(frozen=True)
class OnAppeal:
    """Why a ruling took the place of another: who appealed on what ground, against which findings, and what it restores."""

    appellant: str
    ground: str
    ground_name: str
    points: tuple[int, ...]
    reasons: str
    ruling_code: str
    restored: tuple[Restored, ...]


@dataclass(frozen=True)
class JuryVote:
    """How the public jury of this round voted, in heads. ``found_for``: buyer, merchant, or empty if it gave no answer."""

    size: int
    for_buyer: int
    for_merchant: int
    unsure: int
    found_for: str


@dataclass(frozen=True)
class Letter:
    """A decision letter. Readers differ only in who is addressed; the data, and so the digest, is one."""

    format: int
    kind: str
    language: str
    case_number: str
    round: int
    ordinal: int
    stage: str
    decided_by: str
    given_at: str
    rules: tuple[RuleSetRef, ...]
    result: Result
    facts: tuple[Fact, ...]
    reasons: str
    exhibits: tuple[ExhibitWeight, ...]
    clauses: tuple[CitedRule, ...]
    unsupported: tuple[Unsupported, ...]
    remedies: Remedies
    automated: tuple[str, ...]
    on_appeal: OnAppeal | None = None
    claimant: str = "buyer"
    jury: JuryVote | None = None

    @property
    def admitted(self) -> list[ExhibitWeight]:
        return [exhibit for exhibit in self.exhibits if exhibit.verdict == Admission.FULL]

    @property
    def not_fully_admitted(self) -> list[ExhibitWeight]:
        """Without those that nobody has weighed yet: a preview says of them nothing."""
        return [exhibit for exhibit in self.exhibits if exhibit.verdict not in ("", Admission.FULL)]


@dataclass(frozen=True)
class AppealLetter:
    """The letter by which an appeal was decided without a new ruling: upheld, or sent back."""

    format: int
    kind: str
    language: str
    case_number: str
    round: int
    appellant: str
    ground: str
    ground_name: str
    points: tuple[int, ...]
    decision: str
    reasons: str
    decided_by: str
    given_at: str
    ruling_code: str
    routes: tuple[Route, ...]


@dataclass(frozen=True)
class Reading:
    """A letter in front of somebody. ``reader``: buyer, merchant, or empty for everybody else."""

    letter: Letter
    reader: str
    code: str
    digest: str

    @property
    def must_act(self) -> bool:
        """Whether it is the reader who has to do something first."""
        return (
            bool(self.reader)
            and self.letter.result.term is not None
            and (self.letter.result.term.performer == self.reader)
        )


@dataclass(frozen=True)
class Sealed:
    """A letter with its digest (SHA-256 of the canonical form, hex) and the short code that people can read out."""

    body: dict[str, Any]
    digest: str
    code: str


def seal(letter: Letter | AppealLetter) -> Sealed:
    """The letter as it is kept. The code follows from the digest, so that a printed letter can be checked against it."""
    body = _plain(asdict(letter))
    of_body = digest.of(body)
    return Sealed(body=body, digest=of_body, code=ids.short_code(of_body))


def read(ruling: Ruling, reader: Side | None) -> Reading:
    """The letter of a served ruling for one reader, exactly as it was given. Raises ``LookupError`` if none was given."""
    if ruling.letter is None:
        raise LookupError("no letter was given")
    return Reading(
        letter=_load(Letter, ruling.letter),
        reader=reader.value if reader else "",
        code=ruling.letter_code,
        digest=ruling.letter_digest,
    )


def read_appeal(appeal: Appeal) -> AppealLetter:
    if appeal.letter is None:
        raise LookupError("no letter was given")
    loaded: AppealLetter = _load(AppealLetter, appeal.letter)
    return loaded


def is_genuine(ruling: Ruling) -> bool:
    """Whether the letter that is kept is still the one whose digest the journal holds. Of one that was erased only the
    digest is left, which whoever has the paper can be held against."""
    if ruling.erased_at is not None:
        return True
    return ruling.letter is not None and digest.of(ruling.letter) == ruling.letter_digest


# --- as it is kept ----------------------------------------------------------------------------------------------


def _plain(value: Any) -> Any:
    """Tuples become lists: what is digested is exactly what is kept."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


_PARTS: dict[str, type] = {
    "rules": RuleSetRef,
    "facts": Fact,
    "exhibits": ExhibitWeight,
    "clauses": CitedRule,
    "unsupported": Unsupported,
    "lines": Line,
    "grounds": Route,
    "routes": Route,
    "restored": Restored,
}
_SINGLE: dict[str, type] = {
    "result": Result,
    "remedies": Remedies,
    "term": Term,
    "on_appeal": OnAppeal,
    "jury": JuryVote,
}


def _load(kind: Any, data: Mapping[str, Any]) -> Any:
    """The dataclass behind the kept JSON. Lists of plain values become tuples.

    A letter given before a part existed has it at its default: what was given never changes.
    """
    values: dict[str, Any] = {}
    for name in (part.name for part in fields(kind)):
        if name not in data:
            continue
        value = data[name]
        if name in _SINGLE and value is not None:
            value = _load(_SINGLE[name], value)
        elif isinstance(value, list):
            part = _PARTS.get(name)
            nested = part is not None and value and isinstance(value[0], Mapping)
            value = tuple(_load(part, item) if nested else item for item in value)
        values[name] = value
    return kind(**values)
