"""A rule set as frozen values with typed questions. Knows the form of rules; refuses to know cases,
databases, time.

The body of a published rule set is one JSON object; ``parse`` reads it strictly: an unknown key is an error,
and so is a reference to something that the set does not have.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Any, Protocol, TypeVar

from django.utils.translation import get_language

from rulebook.clocks import PLATFORM_ZONE, Duration, midnight_after
from rulebook.reading import Unreadable, read

__all__ = ["Rules", "Step", "Unreadable", "parse"]

FORMAT = 1
ORDER_STATES = ("UNPAID", "PAID_UNSHIPPED", "SHIPPED", "SIGNED", "COMPLETED", "CLOSED", "REFUNDED")


@dataclass(frozen=True, slots=True)
class Text:
    """One thing said in the three languages of the house.

    ``str()`` is the reader's language, for templates.
    """

    zh_Hans: str
    zh_Hant: str
    en: str

    def __post_init__(self) -> None:
        if not (self.zh_Hans.strip() and self.zh_Hant.strip() and self.en.strip()):
            raise ValueError("a text must be written in all three languages")

    def in_language(self, language: str | None) -> str:
        """``language`` as Django names it (``zh-hans``, ``zh-hant``, ``en``); anything else reads zh-Hans."""
        code = (language or "").lower()
        if code.startswith("en"):
            return self.en
        return self.zh_Hant if code.startswith(("zh-hant", "zh-tw", "zh-hk")) else self.zh_Hans

    def __str__(self) -> str:
        return self.in_language(get_language())


class Bearer(StrEnum):
    """Who must prove. ``ASSERTING``: each side proves what it says."""

    BUYER = "buyer"
    MERCHANT = "merchant"
    ASSERTING = "asserting"


class Level(StrEnum):
    """How much a checklist row matters. Required blocks handing in, where nothing on record replaces it."""

    REQUIRED = "required"
    RECOMMENDED = "recommended"
    OPTIONAL = "optional"
    AUTOMATIC = "automatic"


class Payer(StrEnum):
    """Who pays freight.

    ``AS_ORIGINAL``: whoever pays in the dispute that led to the return. ``NONE``: nothing is sent.
    """

    BUYER = "buyer"
    MERCHANT = "merchant"
    AT_FAULT = "at_fault"
    AS_ORIGINAL = "as_original"
    NONE = "none"


class Since(StrEnum):
    """What a filing window is counted from. A window counts whole days: the day it starts on is left out."""

    COMPLETED = "completed"
    SIGNED = "signed"
    REFUSED = "refused"
    PAYOUT = "payout"


class Parcel(StrEnum):
    """What has to be known of the parcels before a kind of dispute can be claimed, besides the state of the order.

    ``UNSCANNED``: no carrier has seen what was bought. ``SENT_BACK``: a return is under way, or was. ``CAME_BACK``: the
    merchant has had the return.
    """

    UNSCANNED = "unscanned"
    SENT_BACK = "sent_back"
    CAME_BACK = "came_back"


class Silence(StrEnum):
    """What the end of a term means when nobody acted.

    The lifecycle decides what may follow; this says what does.
    """

    APPROVE = "approve"
    APPROVE_RETURN = "approve_return"
    INTERVENE = "intervene"
    LAPSE = "lapse"
    ADMIT = "admit"
    ON_FILE = "on_file"
    MANUAL_REVIEW = "manual_review"
    ESCALATE = "escalate"
    REQUEUE = "requeue"
    COUNT_VOTES = "count_votes"
    FINAL = "final"
    FORCE = "force"
    RESUME = "resume"
    OPENS = "opens"
    REFUSE = "refuse"
    BURDEN_RULE = "burden_rule"
    PLATFORM_PICKS = "platform_picks"
    DEFAULT_ADDRESS = "default_address"
    EFFECTIVE = "effective"
    ERASE = "erase"
    ALARM = "alarm"


@dataclass(frozen=True, slots=True)
class Extension:
    """How often a term may be extended, and by how much at most each time."""

    times: int
    duration: Duration


@dataclass(frozen=True, slots=True)
class Step:
    """One timed step. ``code`` is the stable T-number (steps that share it differ in ``key``)."""

    code: str
    key: str
    name: Text
    duration: Duration
    starts: Text
    on_expiry: Text
    silence: Silence
    source: str
    clause: str
    extendable: Extension | None = None


@dataclass(frozen=True, slots=True)
class Proof:
    """One link of a burden chain: ``side`` must show this, usually by one of these kinds of evidence, of an order in one of
    these ``states`` (none named: in all).
    """

    side: Bearer
    shows: Text
    evidence: tuple[str, ...] = ()
    states: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Burden:
    """Who proves what, in which order;

    ``silent`` says what follows when the one whose turn it is shows nothing.
    """

    bearer: Bearer
    chain: tuple[Proof, ...]
    silent: Text
    clause: str

    def links(self, order_state: str) -> tuple[Proof, ...]:
        """What has to be shown of an order in this state, in its order."""
        return tuple(proof for proof in self.chain if not proof.states or order_state in proof.states)


@dataclass(frozen=True, slots=True)
class Window:
    """Until when a case of this type may be filed: ``days`` natural days from ``since``.

    ``days`` is ``None`` where nothing ends it. ``exceptions`` are codes of ``window_exceptions``.
    """

    since: Since
    starts: Text
    clause: str
    days: int | None = None
    exceptions: tuple[str, ...] = ()

    def ends_at(self, started_at: datetime | None, zone: tzinfo = PLATFORM_ZONE) -> datetime | None:
        """The exclusive end, given when ``since`` happened; ``None`` if it has not, or if nothing ends the window."""
        if self.days is None or started_at is None:
            return None
        return midnight_after(started_at.astimezone(zone).date() + timedelta(days=self.days), zone)


@dataclass(frozen=True, slots=True)
class Need:
    """One checklist row: evidence ``code`` for ``side``, at ``level``, in these order states (none named: in all).

    ``goods``: only for goods of these categories, as the marketplace names them; for them it takes the place of the row that
    is for all goods. ``replaced_by``: records of the platform that show the same, so that nobody is asked for it.
    """

    side: Bearer
    code: str
    level: Level
    why: str
    states: tuple[str, ...] = ()
    goods: tuple[str, ...] = ()
    replaced_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Freight:
    """Who pays the way back if the buyer's claim is upheld (``win``) or not (``lose``)."""

    win: Payer
    lose: Payer
    clause: str


@dataclass(frozen=True, slots=True)
class Guide:
    """If this is found, liability is usually this. Guidance for whoever rules, never automatic."""

    found: Text
    liability: str
    clause: str


@dataclass(frozen=True, slots=True)
class Type:
    """A kind of dispute.

    ``remedies`` has the usual one first; ``choice`` is what a buyer says in plain words. ``parcel``: what must have become
    of a parcel first, where the order's ``states`` do not tell; nothing where it is ``None``.
    """

    code: str
    number: int
    group: str
    name: Text
    choice: Text
    burden: Burden
    states: tuple[str, ...]
    window: Window
    remedies: tuple[str, ...]
    freight: Freight
    standard: Text
    checklist: tuple[Need, ...] = ()
    guidance: tuple[Guide, ...] = ()
    clauses: tuple[str, ...] = ()
    grounds: tuple[str, ...] = ()
    parcel: Parcel | None = None

    def needs(self, side: str, order_state: str, goods: str = "") -> tuple[Need, ...]:
        """The checklist of one side for an order in this state and goods of this category, in the catalogue's order."""
        fitting = [
            need
            for need in self.checklist
            if need.side.value == side
            and (not need.states or order_state in need.states)
            and (not need.goods or goods in need.goods)
        ]
        special = {need.code for need in fitting if need.goods}
        return tuple(need for need in fitting if need.goods or need.code not in special)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at before an exhibit of a kind is taken as such. ``code`` is for machines."""

    code: str
    text: Text


@dataclass(frozen=True, slots=True)
class Evidence:
    """A kind of evidence.

    ``automatic``: the platform's own records bring it. ``media``: photo, video, pdf, text, record. ``sample``: what the
    drawing beside it shows (``static/img/samples``), for whoever does not see it; ``None`` where there is no drawing.
    """

    code: str
    name: Text
    what: Text
    media: tuple[str, ...]
    checks: tuple[Check, ...]
    sample: Text | None = None
    automatic: bool = False
    platform_only: bool = False
    sensitive: bool = False


@dataclass(frozen=True, slots=True)
class Remedy:
    """What a ruling can order.

    ``gated``: needs one recorded ground. ``off_by_default``: only where switched on.
    """

    code: str
    key: str
    name: Text
    what: Text
    clause: str
    pays: bool
    returns: bool = False
    gated: bool = False
    off_by_default: bool = False


@dataclass(frozen=True, slots=True)
class Ground:
    """A reason why money goes back although the goods do not. Exactly one is recorded with such a remedy."""

    code: str
    name: Text
    test: Text
    basis: str
    clause: str


@dataclass(frozen=True, slots=True)
class Reason:
    """A coded reason in words, with the clause it stands on where there is one."""

    code: str
    name: Text
    text: Text
    clause: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is not accepted, and which outside routes to name (codes of ``routes``)."""

    code: str
    name: Text
    text: Text
    clause: str
    routes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pause:
    """A lawful reason to stop the clocks; ``step`` is the key of the term after which they run again."""

    code: str
    name: Text
    text: Text
    step: str
    clause: str


@dataclass(frozen=True, slots=True)
class Overlay:
    """What differs for a category of goods: a shorter or longer term to report.

    ``types``: the types it changes.
    """

    code: str
    name: Text
    types: tuple[str, ...]
    duration: Duration
    starts: Text
    note: Text
    clause: str


@dataclass(frozen=True, slots=True)
class Band:
    """A graduated refund: up to ``up_to`` per cent of the goods lost, ``pays`` per cent of the price."""

    up_to: int
    pays: int


@dataclass(frozen=True, slots=True)
class Clause:
    """What a ruling cites.

    ``number`` never changes its meaning; ``in_force_from`` is when this wording began.
    """

    number: str
    chapter: str
    title: Text
    text: Text
    plain: Text
    source: str
    in_force_from: date


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Sums in minor units of ``currency``;

    shares in basis points; the rest are counts, hours or days by name.
    """

    currency: str
    senior_approval_amount: int
    complex_amount: int
    signature_amount: int
    second_look_basis_points: int
    new_arbitrator_rulings: int
    citable_after_hours: int
    minimum_reasons_characters: int
    jury_highest_amount: int
    jury_size: int
    jury_majority: int
    jury_quorum: int
    condition_loss_cap_basis_points: int
    listing_error_basis_points: int
    listing_error_cap: int
    gift_cap_basis_points: int
    statutory_triple_minimum: int
    statutory_tenfold_minimum: int
    advance_amount: int
    refusals_before_escalation: int
    negotiation_days_before_escalation: int
    calendar_alarm_days: int
    keep_days: int


@dataclass(frozen=True, slots=True)
class Switches:
    """Rules that a marketplace turns on.

    ``promise_rule``: ``higher`` of promise and rule, or the ``platform``'s sum.
    """

    statutory_multiples: bool
    jury: bool
    promise_rule: str


@dataclass(frozen=True, slots=True)
class Profile:
    """One way of running the same table: other numbers, other silences."""

    code: str
    name: Text
    note: Text


class _Coded(Protocol):
    @property
    def code(self) -> str: ...


class _Cited(_Coded, Protocol):
    @property
    def clause(self) -> str: ...


C = TypeVar("C", bound=_Coded)


@dataclass(frozen=True)
class Body:
    """The form of the JSON body, as it is published and kept."""

    format: int
    profile: Profile
    switches: Switches
    thresholds: Thresholds
    groups: tuple[Reason, ...]
    types: tuple[Type, ...]
    why: dict[str, Text]
    evidence: tuple[Evidence, ...]
    remedies: tuple[Remedy, ...]
    grounds: tuple[Ground, ...]
    refusals: tuple[Refusal, ...]
    routes: tuple[Reason, ...]
    liabilities: tuple[Reason, ...]
    chapters: tuple[Reason, ...]
    clauses: tuple[Clause, ...]
    steps: tuple[Step, ...]
    admission_reasons: tuple[Reason, ...]
    appeal_grounds: tuple[Reason, ...]
    not_appeal_grounds: tuple[Reason, ...]
    window_exceptions: tuple[Reason, ...]
    withdrawals: tuple[Reason, ...]
    pauses: tuple[Pause, ...]
    overlays: tuple[Overlay, ...]
    bands: tuple[Band, ...]


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


I = TypeVar("I")  # noqa: E741


def _by(name: str, items: tuple[I, ...]) -> Mapping[str, I]:
    index = {str(getattr(item, name)): item for item in items}
    if len(index) != len(items):
        raise Unreadable(f"two {type(items[0]).__name__} share one {name}")
    return index
