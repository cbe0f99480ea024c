"""What a ruling comes to, line by line. Pure sums in minor units; refuses to know cases, people and where money comes from.

Sources: rules b.1 (compensation standard, freight column), R15 (gifts), the bands of fresh goods, TB 7 and 49, JD1 47.
What is ordered in kind has its price: the sum that is owed instead if it is not done (clause 3.15).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from common import money
from disputes.awards import AwardLine, Payer
from rulebook import schema
from rulebook.rules import Rules

WHOLE = 10_000  # basis points

# Which remedies give back the price, or a part of it. All others order something in kind, a sum of its own, or nothing.
FULL = frozenset({"R1", "R3", "R15"})
PARTIAL = frozenset({"R2", "R16"})
FREIGHT_ONLY = "R8"
DISMISSAL = "R7"
STATUTORY = "R10"
TEST_FEE = "R13"
GIFT_KEPT = "R15"
IN_KIND = frozenset({"R4", "R5", "R6", "R11", "R12", "R14"})
# What a merchant's claim gives: what was wrongly paid comes back from the buyer, or from the platform's own fund.
REVERSALS = frozenset({"R17", "R18"})

# What each type's standard of compensation says, by the clause that says it.
CONDITION_CLAUSE, GIFT_CLAUSE = "3.12", "3.7"
LISTING_ERROR = "NOT_AS_DESCRIBED"
MULTIPLES = {"COUNTERFEIT": 3, "FOOD_SAFETY": 10}


class Formula(StrEnum):
    """How a line came about; the words stand in the templates."""

    PAID_BY_SHARE = "paid_by_share"
    LEFT_BY_SHARE = "left_by_share"
    VALUE_BY_SHARE = "value_by_share"
    WRONGLY_PAID = "wrongly_paid"
    FREIGHT_RETURNED = "freight_returned"
    VALUE_CAPPED_BY_SHARE = "value_capped_by_share"
    VALUE_CAPPED_BY_WHAT_IS_LEFT = "value_capped_by_what_is_left"
    DEDUCTED = "deducted"
    DEDUCTED_AS_FAR_AS_THERE_IS = "deducted_as_far_as_there_is"
    FREIGHT_OUT = "freight_out"
    FREIGHT_BACK = "freight_back"
    PROMISED = "promised"
    PROMISED_CAPPED = "promised_capped"
    STATUTORY = "statutory"
    TEST_FEE_BY_SHARE = "test_fee_by_share"
    NOT_DONE = "not_done"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class Inputs:
    """What the case says and what the arbitrator decided.

    ``reverses``: the claim is the merchant's. Then ``merchant_share`` is the buyer's part in what was wrongly paid, ``paid``
    what was paid out, ``value`` what of it was wrong, and ``return_freight`` what of freight comes back (R8).

    From the case: ``paid`` for the line and not given back before, of its ``price`` (``None``: all of it) that caps and
    multiples are reckoned from; ``freight_out`` that the buyer paid for it, ``promise_cap``: what promises and
    the platform's own rule come to at most (0: none), ``statutory``: the multiple that the law gives (0: none). Decided:
    ``merchant_share`` in basis points; ``value`` of what is lost or missing (R2, R16; ``None``: the whole price) or of what
    is ordered in kind (``None``: nobody has said); ``deduction`` for gifts kept or use; ``return_freight`` that the way back
    costs; ``freight_payer``; ``compensation`` by promise, or the test fee by its receipt (R13).
    """

    remedy: str
    paid: int
    merchant_share: int
    freight_payer: Payer
    returns: bool = False
    outbound_back: bool = False
    freight_out: int = 0
    promise_cap: int = 0
    statutory: int = 0
    value: int | None = None
    deduction: int = 0
    return_freight: int = 0
    compensation: int = 0
    reverses: bool = False
    price: int | None = None

    @property
    def whole_price(self) -> int:
        return self.paid if self.price is None else self.price


@dataclass(frozen=True, slots=True)
class Calculation:
    """``amount``: what whoever claims gets, the sum of ``lines``. ``freight_amount`` is the way back, whoever pays it.

    ``substitute``: what the buyer gets in all if what was ordered in kind is not done in time; zero where nothing is.
    """

    amount: int
    lines: tuple[AwardLine, ...]
    returns: bool
    pays: bool
    freight_amount: int
    freight_payer: Payer
    substitute: int = 0


def compute(inputs: Inputs) -> Calculation:
    """The award. The price is never exceeded; freight and promised compensation come on top where a rule gives them.

    Raises ``ValueError`` for sums below zero or a share that is none: a caller has checked them.
    """
    _check(inputs)
    if inputs.remedy == DISMISSAL:
        return Calculation(
            amount=0,
            lines=(AwardLine("goods", Formula.DISMISSED.value, 0),),
            returns=False,
            pays=False,
            freight_amount=inputs.return_freight,
            freight_payer=inputs.freight_payer,
        )
    if inputs.reverses:
        return _reversal(inputs)
    lines = [*_goods(inputs), *_freight(inputs), *_compensation(inputs)]
    amount = sum(line.amount for line in lines)
    owes = inputs.merchant_share > 0
    instead = _instead(inputs)
    return Calculation(
        amount=amount,
        lines=tuple(lines),
        returns=inputs.returns,
        pays=owes and (amount > 0 or inputs.remedy in IN_KIND),
        freight_amount=inputs.return_freight,
        freight_payer=inputs.freight_payer,
        substitute=amount + instead if instead else 0,
    )


def _reversal(inputs: Inputs) -> Calculation:
    """Never more comes back than was paid out, and nothing is owed by anybody before the money moves."""
    shares = [inputs.merchant_share, WHOLE - inputs.merchant_share]
    if inputs.remedy == FREIGHT_ONLY:
        stated, formula, label = inputs.return_freight, Formula.FREIGHT_RETURNED, "freight_back"
    else:
        stated, formula, label = inputs.paid if inputs.value is None else inputs.value, Formula.WRONGLY_PAID, "goods"
    amount = money.split(min(stated, inputs.paid), shares)[0]
    return Calculation(
        amount=amount,
        lines=(AwardLine(label, formula.value, amount),),
        returns=False,
        pays=False,
        freight_amount=0,
        freight_payer=Payer.NOBODY,
    )


def payer_by_rule(freight: schema.Freight, merchant_share: int) -> Payer | None:
    """Who pays the way back by the rule of the type (clause ``freight.clause``); ``None``: the ruling has to say.

    The buyer's claim is upheld as far as the merchant bears a share. ``at_fault``: whoever bears the greater one.
    """
    match freight.win if merchant_share > 0 else freight.lose:
        case schema.Payer.BUYER:
            return Payer.BUYER
        case schema.Payer.MERCHANT:
            return Payer.MERCHANT
        case schema.Payer.NONE:
            return Payer.NOBODY
        case schema.Payer.AT_FAULT if merchant_share != WHOLE - merchant_share:
            return Payer.MERCHANT if merchant_share > WHOLE - merchant_share else Payer.BUYER
        case _:
            return None


def outbound_back(freight_payer: Payer, *, all_undetermined: bool) -> bool:
    """Whether the buyer gets the freight of the way out back with a full refund.

    Not where the buyer bears the freight (no-reason returns). If nothing could be determined, the merchant bears the way
    out and the buyer the way back (TB 7).
    """
    return all_undetermined or freight_payer is not Payer.BUYER


def value_by_band(price: int, rules: Rules, lost_percent: int) -> int:
    """The value of what is lost by the published bands: fresh goods, 1–100 per cent lost (JD2)."""
    return money.share(price, rules.band(lost_percent).pays * 100)


def promise_cap(promised: int, price: int, type_code: str, rules: Rules, currency: str) -> int:
    """What may be paid as compensation at most: what was promised, or what the platform's own rule gives (clause 4.1).

    Only an error in the listing has such a rule: a share of the price, up to a sum (JD2 11). ``promise_rule`` says whether
    the higher counts or the platform's. The rule's sums are in its own currency and say nothing about another.
    """
    limits = rules.thresholds
    if type_code != LISTING_ERROR or currency != limits.currency:
        return promised
    by_rule = min(money.share(price, limits.listing_error_basis_points), limits.listing_error_cap)
    return by_rule if rules.switches.promise_rule == "platform" else max(promised, by_rule)


def statutory(price: int, type_code: str, rules: Rules, currency: str) -> int:
    """The multiple of the price that the law gives, with its least sum (CPL 55, FSL 148; clause 3.8); 0: none, or not
    switched on here. What has been given back of the price before lowers no multiple of it."""
    multiple = MULTIPLES.get(type_code, 0)
    if not multiple or not rules.switches.statutory_multiples:
        return 0
    limits = rules.thresholds
    least = limits.statutory_tenfold_minimum if multiple == 10 else limits.statutory_triple_minimum
    return max(multiple * price, least if currency == limits.currency else 0)


def over_caps(inputs: Inputs, kind: schema.Type, limits: schema.Thresholds) -> list[tuple[str, str]]:
    """Sums beyond what the rules allow, as (field, clause): gifts cost a share of the price at most (3.7), and what came
    back worn costs half of it at most (3.12; goods that are worth nothing any more are for a dismissal)."""
    found = []
    gift = money.share(inputs.whole_price, limits.gift_cap_basis_points)
    worn = money.share(inputs.whole_price, limits.condition_loss_cap_basis_points)
    weighs_condition = CONDITION_CLAUSE in kind.clauses
    if inputs.remedy == GIFT_KEPT or (GIFT_CLAUSE in kind.clauses and not weighs_condition):
        if inputs.deduction > gift:
            found.append(("deduction", GIFT_CLAUSE))
    elif weighs_condition and inputs.deduction > worn:
        found.append(("deduction", CONDITION_CLAUSE))
    partial = inputs.remedy in PARTIAL and inputs.value is not None
    if weighs_condition and partial and inputs.paid - (inputs.value or 0) > worn:
        found.append(("value", CONDITION_CLAUSE))
    return found


def return_freight_by_rule(freight_out: int, *, returns: bool) -> int:
    """What the way back costs unless somebody shows another sum: what the way out cost (TB 52: the difference is for who
    caused it). Minor units; 0 where nothing goes back, or the way out was free."""
    return freight_out if returns else 0


def share_of_freight(order_freight: int, line_paid: int, all_lines_paid: int) -> int:
    """This line's part of what the buyer paid for shipping the order; the largest remainder decides the last unit."""
    if order_freight <= 0 or line_paid <= 0 or all_lines_paid <= 0:
        return 0
    return money.split(order_freight, [line_paid, max(all_lines_paid - line_paid, 0)])[0]


def _check(inputs: Inputs) -> None:
    if inputs.paid > inputs.whole_price:
        raise ValueError("no more is left of a price than the price")
    sums = (inputs.paid, inputs.freight_out, inputs.promise_cap, inputs.statutory, inputs.deduction)
    if min(*sums, inputs.return_freight, inputs.compensation, inputs.value or 0) < 0:
        raise ValueError("sums of an award are at least zero")
    if not 0 <= inputs.merchant_share <= WHOLE:
        raise ValueError("a share is 0 to 10000 basis points")


def _goods(inputs: Inputs) -> list[AwardLine]:
    whole = inputs.paid == inputs.whole_price
    if inputs.remedy in FULL:
        value, formula = inputs.paid, Formula.PAID_BY_SHARE if whole else Formula.LEFT_BY_SHARE
    elif inputs.remedy in PARTIAL:
        value, formula = inputs.paid if inputs.value is None else inputs.value, Formula.VALUE_BY_SHARE
        if value > inputs.paid:
            value = inputs.paid
            formula = Formula.VALUE_CAPPED_BY_SHARE if whole else Formula.VALUE_CAPPED_BY_WHAT_IS_LEFT
    else:
        return []
    goods = money.split(value, [inputs.merchant_share, WHOLE - inputs.merchant_share])[0]
    lines = [AwardLine("goods", formula.value, goods)]
    if inputs.deduction:
        deducted = min(inputs.deduction, goods)
        in_full = deducted == inputs.deduction
        how = Formula.DEDUCTED if in_full else Formula.DEDUCTED_AS_FAR_AS_THERE_IS
        lines.append(AwardLine("deduction", how.value, -deducted))
    return lines


def _instead(inputs: Inputs) -> int:
    """What is owed in place of what was ordered in kind: its value, as far as the merchant bears it, never above the price
    (3.13, 3.15)."""
    if inputs.remedy not in IN_KIND or inputs.value is None:
        return 0
    value = min(inputs.value, inputs.paid)
    return money.split(value, [inputs.merchant_share, WHOLE - inputs.merchant_share])[0]


def _freight(inputs: Inputs) -> list[AwardLine]:
    lines: list[AwardLine] = []
    if inputs.remedy in FULL and inputs.outbound_back and inputs.freight_out and inputs.merchant_share > 0:
        lines.append(AwardLine("freight_out", Formula.FREIGHT_OUT.value, inputs.freight_out))
    sent_back = inputs.returns or inputs.remedy == FREIGHT_ONLY
    if sent_back and inputs.freight_payer is Payer.MERCHANT and inputs.return_freight:
        lines.append(AwardLine("freight_back", Formula.FREIGHT_BACK.value, inputs.return_freight))
    return lines


def _compensation(inputs: Inputs) -> list[AwardLine]:
    if inputs.remedy == STATUTORY:
        return [AwardLine("statutory", Formula.STATUTORY.value, inputs.statutory)] if inputs.statutory else []
    if not inputs.compensation:
        return []
    if inputs.remedy == TEST_FEE:
        fee = money.split(inputs.compensation, [inputs.merchant_share, WHOLE - inputs.merchant_share])[0]
        return [AwardLine("test_fee", Formula.TEST_FEE_BY_SHARE.value, fee)]
    given = min(inputs.compensation, inputs.promise_cap)
    how = Formula.PROMISED if given == inputs.compensation else Formula.PROMISED_CAPPED
    return [AwardLine("compensation", how.value, given)]
