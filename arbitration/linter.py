"""What a ruling still lacks. Pure: a frozen view in, problems out. Nothing is served that this does not pass.

Wish 1 and 2 of the rules: a finding for each point, a weight for each exhibit and none unseen, clauses that were in force,
the sum that the calculator gives, reasons that name all of it, and nothing that the other side could not see for 24 hours.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from arbitration.calculator import DISMISSAL, GIFT_KEPT, IN_KIND, PARTIAL, TEST_FEE, Calculation
from common.errors import Refused
from disputes.awards import AwardLine, Payer

ADMITTED = frozenset({"full", "part"})
NEEDS_REASON = frozenset({"part", "none"})


@dataclass(frozen=True, slots=True)
class PointView:
    """``finding``: buyer, merchant, undetermined, or empty."""

    number: int
    finding: str


@dataclass(frozen=True, slots=True)
class ExhibitView:
    """An exhibit that was not withdrawn. ``citable``: the other side could see it for long enough. ``seen``: the author of
    the ruling opened it, or wrote down why not.
    """

    number: str
    citable: bool
    verdict: str
    reason: str
    seen: bool


@dataclass(frozen=True, slots=True)
class ClauseView:
    number: str
    known: bool
    in_force: bool


@dataclass(frozen=True, slots=True)
class Earlier:
    """A ruling of the same round that this one may have been written from: the one appealed against, or one returned.

    ``findings``: (point number, finding).
    """

    findings: tuple[tuple[int, str], ...]
    remedy: str
    reasons: str


@dataclass(frozen=True, slots=True)
class RulingView:
    """Everything the linter may look at. ``names``: what people of this case are called, to be kept out of reasons.

    ``remedy_fits``: the type of dispute allows this remedy and it is switched on. ``gated``: it needs one ground.
    ``payer_by_rule``: who pays freight by the rule; ``None`` where the ruling has to say. ``expected``: what the
    calculator gives now; ``None`` while remedy or share are missing. ``over_caps``: sums beyond what a clause allows, as
    (field, clause). ``return_freight``: ``None`` for what the way back costs by rule. ``refuted``: grounds that the file
    itself contradicts. ``deviates``: like cases draw a clear line, and this departs from it. ``jury``: the side
    that the jury found for. ``left``: what was paid for the thing and was not given back before. ``earlier``: rulings
    whose words may have come along.
    """

    points: tuple[PointView, ...]
    exhibits: tuple[ExhibitView, ...]
    clauses: tuple[ClauseView, ...]
    admission_reasons: frozenset[str]
    burden_clause: str
    remedy: str
    remedy_fits: bool
    gated: bool
    ground: str
    grounds: frozenset[str]
    merchant_share: int | None
    freight_payer: Payer
    payer_by_rule: Payer | None
    amount: int
    lines: tuple[AwardLine, ...]
    expected: Calculation | None
    reasons: str
    over_caps: tuple[tuple[str, str], ...] = ()
    return_freight_by_rule: int = 0
    return_freight: int | None = None
    deduction: int = 0
    compensation: int = 0
    left: int = 0
    minimum_reasons: int = 30
    refuted: frozenset[str] = frozenset()
    names: tuple[str, ...] = ()
    jury: str = ""
    deviates: bool = False
    deviation_reason: str = ""
    earlier: tuple[Earlier, ...] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """``code`` says what is wrong, ``where`` names the field: ``point:3``, ``exhibit:B2``, ``clause:4.2``,
    ``slot:why``, ``reasons``.
    """

    code: str
    where: str

    @property
    def number(self) -> str:
        """Of the point, exhibit, clause or slot concerned: ``3``, ``B2``, ``4.2``, ``why``; empty where there is none."""
        return self.where.partition(":")[2]

    def as_data(self) -> dict[str, str]:
        return {"code": self.code, "where": self.where}

    def as_refusal(self) -> Refused:
        """For `disputes.refusals.say`: the problem as a sentence in the reader's language."""
        return Refused(self.code, number=self.number)


def check(view: RulingView) -> list[Problem]:
    """Every problem in the order of the form; an empty list means that the ruling may go out."""
    return [
        *_points(view),
        *_exhibits(view),
        *_clauses(view),
        *_remedy(view),
        *_award(view),
        *_reasons(view),
        *_deviation(view),
    ]


def _points(view: RulingView) -> Iterator[Problem]:
    if not view.points:
        yield Problem("points_missing", "points")
    for point in view.points:
        if not point.finding:
            yield Problem("finding_missing", f"point:{point.number}")
    undetermined = [point for point in view.points if point.finding == "undetermined"]
    cited = {clause.number for clause in view.clauses}
    if undetermined and view.burden_clause not in cited and not _speaks_of_burden(view.reasons):
        for point in undetermined:
            yield Problem("burden_rule_missing", f"point:{point.number}")


def _exhibits(view: RulingView) -> Iterator[Problem]:
    for exhibit in view.exhibits:
        where = f"exhibit:{exhibit.number}"
        if not exhibit.seen:
            yield Problem("exhibit_unseen", where)
        if not exhibit.verdict:
            yield Problem("admission_missing", where)
        elif exhibit.verdict in NEEDS_REASON and not exhibit.reason:
            yield Problem("admission_reason_missing", where)
        elif exhibit.reason and exhibit.reason not in view.admission_reasons:
            yield Problem("admission_reason_unknown", where)
        if not exhibit.citable and (exhibit.verdict in ADMITTED or exhibit.number in exhibits_in(view.reasons)):
            yield Problem("exhibit_not_yet_citable", where)


def _clauses(view: RulingView) -> Iterator[Problem]:
    if not view.clauses:
        yield Problem("clause_missing", "clauses")
    for clause in view.clauses:
        if not clause.known:
            yield Problem("clause_unknown", f"clause:{clause.number}")
        elif not clause.in_force:
            yield Problem("clause_not_in_force", f"clause:{clause.number}")


def _remedy(view: RulingView) -> Iterator[Problem]:
    if not view.remedy:
        yield Problem("remedy_missing", "remedy")
    elif not view.remedy_fits:
        yield Problem("remedy_not_for_type", "remedy")
    if view.gated and not view.ground:
        yield Problem("ground_missing", "ground")
    elif view.gated and view.ground not in view.grounds:
        yield Problem("ground_unknown", "ground")
    elif view.gated and view.ground in view.refuted:
        yield Problem("ground_contradicted", "ground")
    if view.merchant_share is None:
        yield Problem("share_missing", "share")
    elif view.remedy and (view.remedy == DISMISSAL) != (view.merchant_share == 0):
        yield Problem("share_contradicts_remedy", "share")
    elif view.payer_by_rule is not None and view.freight_payer is not view.payer_by_rule:
        yield Problem("freight_not_by_rule", "freight")


def _award(view: RulingView) -> Iterator[Problem]:
    if view.expected is None:
        return
    goods = sum(line.amount for line in view.expected.lines if line.label in ("goods", "deduction"))
    if view.remedy in PARTIAL and view.left and goods >= view.left:
        # All of the price while the goods stay is a refund without return, whatever it is called (R1, clause 3.2).
        yield Problem("partial_is_whole", "value")
    if view.remedy in IN_KIND and not view.expected.substitute:
        # Otherwise nothing could be enforced if it is never done.
        yield Problem("substitute_missing", "value")
    if view.remedy == GIFT_KEPT and not view.deduction:
        yield Problem("deduction_missing", "deduction")
    if view.remedy == TEST_FEE and not view.compensation:
        yield Problem("fee_missing", "compensation")
    for field, clause in view.over_caps:
        yield Problem(f"{field}_over_cap", f"{field}:{clause}")
    stated = view.return_freight
    pays_back = view.expected.returns and view.freight_payer is Payer.MERCHANT
    if pays_back and stated not in (None, view.return_freight_by_rule) and not _FREIGHT.search(view.reasons):
        yield Problem("return_freight_unexplained", "return_freight")
    if view.amount != view.expected.amount or view.lines != view.expected.lines:
        yield Problem("award_differs", "award")


def _reasons(view: RulingView) -> Iterator[Problem]:
    if len(view.reasons.strip()) < view.minimum_reasons:
        yield Problem("reasons_too_short", "reasons")
    mentioned = _points_in(view.reasons)
    for point in view.points:
        if point.number not in mentioned:
            yield Problem("reasons_omit_point", f"point:{point.number}")
    cited = exhibits_in(view.reasons)
    known = {exhibit.number for exhibit in view.exhibits}
    for exhibit in view.exhibits:
        if exhibit.verdict in ADMITTED and exhibit.number not in cited:
            yield Problem("reasons_omit_exhibit", f"exhibit:{exhibit.number}")
    for number in sorted(cited - known):
        yield Problem("reasons_cite_unknown_exhibit", f"exhibit:{number}")
    for slot in slots(view.reasons):
        yield Problem("reasons_slot_open", f"slot:{slot}")
    if names_somebody(view.reasons, view.names):
        yield Problem("reasons_name_somebody", "reasons")
    if any(_words_came_along(view, earlier) for earlier in view.earlier):
        yield Problem("reasons_not_rewritten", "reasons")
    if _departs_from_the_jury(view) and not _JURY.search(view.reasons):
        yield Problem("reasons_omit_jury", "reasons")


def _words_came_along(view: RulingView, earlier: Earlier) -> bool:
    """Reasons that were written for another result say the contrary of this one. Whatever else was added: as long as they
    stand there whole, not as a quotation, they still give the old findings.
    """
    old, new = _bare(earlier.reasons), _bare(view.reasons)
    if not old or not (new.startswith(old) or new.endswith(old)):
        return False
    was = dict(earlier.findings)
    if any(point.finding and point.finding != was.get(point.number) for point in view.points):
        return True
    # The findings are the old ones: words that were added may lead from them to another remedy.
    return new == old and bool(view.remedy) and view.remedy != earlier.remedy


def _bare(text: str) -> str:
    """What is left of a text without spaces and full stops at its ends, whatever a form did to its lines."""
    return "".join(text.split()).strip("。．.；;")


def _departs_from_the_jury(view: RulingView) -> bool:
    """The jury only proposes; whoever rules for the other side says why. A share of the merchant is for the buyer.

    Said only once every point is found: before that it would tell what the jury said.
    """
    if view.merchant_share is None or any(not point.finding for point in view.points):
        return False
    return view.jury == ("buyer" if view.merchant_share == 0 else "merchant")


def _deviation(view: RulingView) -> Iterator[Problem]:
    if view.deviates and not view.deviation_reason.strip():
        yield Problem("deviation_unexplained", "deviation")


# --- reading what was written ---------------------------------------------------------------------------------

_HAN = {digit: value for value, digit in enumerate("一二三四五六七八九十", start=1)}
_JOIN = r"\s*(?:[、,，;；/&和与與及至到~～–-]|and|to)\s*"
_NUMBER = r"(?:\d{1,2}|十[一二三四五六七八九]?|[一二三四五六七八九])"
_LIST = rf"{_NUMBER}(?:{_JOIN}{_NUMBER})*"
# 争点 1、2 · 争点一 · 第 3 点 · 第 1、2 个争点 · point 4 · points 1 and 2
_POINTS = re.compile(
    rf"(?:争点|爭點|points?|issues?)\s*(?:第\s*)?[#（(]?\s*(?P<after>{_LIST})(?![\d.]*\d)"
    rf"|第\s*(?P<before>{_LIST})\s*(?:个|個|项|項)?\s*(?:争点|爭點|点|點)",
    re.IGNORECASE,
)
_RANGE = re.compile(rf"({_NUMBER})\s*(?:[至到~～–-]|to)\s*({_NUMBER})")
_EXHIBIT = re.compile(r"(?<![A-Za-z0-9])([BMP])(\d{1,3})(?:\s*[至到~～–-]\s*([BMP])?(\d{1,3}))?(?![A-Za-z0-9])")
# A gap that a template left, 〔why〕. The year of a document, 法释〔2022〕8号, is none.
_SLOT = re.compile(r"〔(?!\d{4}〕)([^〔〕]*)〕")
_BURDEN = re.compile(r"举证|舉證|证明责任|證明責任|burden of proof", re.IGNORECASE)
_JURY = re.compile(r"评审|評審|陪审|陪審|jury", re.IGNORECASE)
_FREIGHT = re.compile(r"运费|運費|邮费|郵費|寄回|freight|postage|way back", re.IGNORECASE)
_PHONE = re.compile(r"(?<!\d)(?:\+?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)")
_LANDLINE = re.compile(r"(?<!\d)0\d{2,3}-\d{7,8}(?!\d)")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")
_IDENTITY = re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)")


def names_somebody(text: str, names: Iterable[str]) -> bool:
    """Whether ``text`` has a name of the case's people, a telephone number, an e-mail address or an identity number."""
    folded = text.casefold()
    if any(len(name.strip()) > 1 and name.strip().casefold() in folded for name in names):
        return True
    return any(pattern.search(text) for pattern in (_PHONE, _LANDLINE, _MAIL, _IDENTITY))


def _points_in(text: str) -> set[int]:
    found: set[int] = set()
    for match in _POINTS.finditer(text):
        listed = match["after"] or match["before"]
        found |= {_value(number) for number in re.findall(_NUMBER, listed)}
        for first, last in _RANGE.findall(listed):
            found |= set(range(_value(first), _value(last) + 1))
    return found


def exhibits_in(text: str) -> set[str]:
    """The numbers of the exhibits that a text names: ``B1-B3`` are three."""
    found: set[str] = set()
    for prefix, first, other, last in _EXHIBIT.findall(text):
        found.add(f"{prefix}{int(first)}")
        if last and other in ("", prefix):
            found |= {f"{prefix}{number}" for number in range(int(first), int(last) + 1)}
        elif last:
            found.add(f"{other}{int(last)}")
    return found


def slots(text: str) -> list[str]:
    """What a text still leaves to be written, each once, in its order."""
    return list(dict.fromkeys(found.strip() for found in _SLOT.findall(text)))


def _value(number: str) -> int:
    if number.isdigit():
        return int(number)
    if number.startswith("十") and len(number) == 2:
        return 10 + _HAN[number[1]]
    return _HAN[number]


def _speaks_of_burden(text: str) -> bool:
    return _BURDEN.search(text) is not None
