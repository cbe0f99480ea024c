"""The form of a rule set: everything that its one JSON object may say, as frozen values.

Knows what each rule is made of; refuses to know cases, databases, time, and what a set says as a whole (`rulebook.rules`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum

from django.utils.translation import get_language

from rulebook.clocks import PLATFORM_ZONE, Duration, midnight_after

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
    # Of sets published before `juries`: one jury whatever the sum.
    jury_highest_amount: int = 0
    jury_size: int = 0
    jury_majority: int = 0
    jury_quorum: int = 0


@dataclass(frozen=True, slots=True)
class Jury:
    """The jury for claims of up to ``up_to`` minor units.

    ``size`` seats; ``majority`` of them for one side carries; ``quorum`` have to take a side.
    """

    up_to: int
    size: int
    majority: int
    quorum: int

    def __post_init__(self) -> None:
        if not 0 < self.quorum <= self.size or not self.size < 2 * self.majority <= 2 * self.size:
            raise ValueError("a majority is more than half of the seats, a quorum no more than all of them")


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
    juries: tuple[Jury, ...] = ()
