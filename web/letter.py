"""A decision letter as words on paper, for one reader, in the language of the letter. Reads nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.urls import reverse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from arbitration.letters import AppealLetter, ExhibitWeight, Fact, Letter, Reading, Restored, Result, Route
from common import money
from disputes.awards import BY_THE_FUND
from rulebook.clocks import Clock, Duration
from web import rules, wording

Text = str | Promise

TAGS = {"zh-hans": "zh-Hans", "zh-hant": "zh-Hant", "en": "en"}

# How a line of the calculation came about (`arbitration.calculator.Formula`), and the lines of agreed outcomes.
LINES: dict[str, Text] = {
    "paid_by_share": gettext_lazy("Amount paid × the merchant's share"),
    "left_by_share": gettext_lazy("Amount paid, less what was given back before, × the merchant's share"),
    "value_by_share": gettext_lazy("Value of what is lost × the merchant's share"),
    "value_capped_by_share": gettext_lazy("Value of what is lost, at most the amount paid × the merchant's share"),
    "value_capped_by_what_is_left": gettext_lazy(
        "Value of what is lost, at most what is left of the amount paid × the merchant's share"
    ),
    "deducted": gettext_lazy("Deducted for use or gifts kept"),
    "deducted_as_far_as_there_is": gettext_lazy("Deducted, as far as there is something to deduct from"),
    "freight_out": gettext_lazy("Freight that the buyer paid"),
    "freight_back": gettext_lazy("Way back, paid by the merchant"),
    "promised": gettext_lazy("Promised compensation"),
    "promised_capped": gettext_lazy("Promised compensation, up to what was promised"),
    "statutory": gettext_lazy("Statutory multiple of the amount paid"),
    "test_fee_by_share": gettext_lazy("Test fee × the merchant's share"),
    "not_done": gettext_lazy("Owed instead of what was not done"),
    "dismissed": gettext_lazy("The claim is not supported"),
    "claim": gettext_lazy("As claimed"),
    "offer": gettext_lazy("As agreed"),
    "wrongly_paid": gettext_lazy("What was wrongly paid × the share that comes back"),
    "freight_returned": gettext_lazy("Freight that comes back"),
}
FINDINGS: dict[str, Text] = {
    "buyer": gettext_lazy("For the buyer"),
    "merchant": gettext_lazy("For the merchant"),
    "undetermined": gettext_lazy("Unclear"),
}
FOR_YOU = gettext_lazy("For you")
FOUND_FOR: dict[str, Text] = {
    "buyer": gettext_lazy("The jury finds for the buyer."),
    "merchant": gettext_lazy("The jury finds for the merchant."),
    "": gettext_lazy("The jury gave no answer."),
}
FOUND_FOR_YOU = gettext_lazy("The jury finds for you.")
PAYERS: dict[str, Text] = {
    "buyer": gettext_lazy("The buyer pays the way back."),
    "merchant": gettext_lazy("The merchant pays the way back."),
}
YOU_PAY = gettext_lazy("You pay the way back.")
APPELLANTS: dict[str, Text] = {
    "buyer": gettext_lazy("The buyer appealed."),
    "merchant": gettext_lazy("The merchant appealed."),
}
YOU_APPEALED = gettext_lazy("You appealed.")
# What a ruling on appeal puts right (`arbitration.letters.Restored`).
RESTORED: dict[str, Text] = {
    "amount": gettext_lazy("What the buyer gets: %(before)s before, now %(after)s"),
    "paid_back": gettext_lazy("What the merchant gets: %(before)s before, now %(after)s"),
    "substitute": gettext_lazy("What is owed if what is ordered is not done: %(before)s before, now %(after)s"),
    "reclaimed": gettext_lazy("The platform has advanced %(before)s to the buyer; %(after)s of it is taken back"),
    "share": gettext_lazy("What the merchant bears: %(before)s before, now %(after)s"),
    "freight": gettext_lazy("Freight that the merchant bears: %(before)s before, now %(after)s"),
    "returns:yes": gettext_lazy("The goods are to be sent back now"),
    "returns:no": gettext_lazy("The goods need not be sent back any more"),
    "counted:yes": gettext_lazy("The case now counts among the merchant's dispute refunds"),
    "counted:no": gettext_lazy("The case no longer counts among the merchant's dispute refunds"),
    "beside": gettext_lazy("Points and restrictions: none followed from the first ruling, so that none are left of it"),
}
DECISIONS: dict[str, Text] = {
    "upheld": gettext_lazy("The ruling stands."),
    "changed": gettext_lazy("The ruling was changed."),
    "sent_back": gettext_lazy("The ruling is set aside; somebody else rules again."),
}


@dataclass(frozen=True)
class Section:
    """``lead`` comes first, ``items`` are numbered, ``paragraphs`` follow; ``links`` are pairs of (address, text)."""

    title: str
    lead: str = ""
    items: tuple[str, ...] = ()
    paragraphs: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Paper:
    lang: str
    title: str
    ref: str
    result: str
    notes: tuple[str, ...]
    sections: tuple[Section, ...]
    signature: tuple[str, ...]
    code: str
    water: str = ""
    lines: tuple[tuple[str, str], ...] = field(default_factory=tuple)

    @property
    def noted(self) -> str:
        """The notes as one paragraph: Chinese sentences follow each other without a space."""
        return ("" if self.lang.startswith("zh") else " ").join(self.notes)


def line_words(lines: Sequence[object], currency: str) -> list[dict[str, str]]:
    """The lines of a calculation as the calculator component reads them. Sums in minor units."""
    return [
        {
            "label": str(LINES.get(str(getattr(line, "formula", "")), getattr(line, "label", ""))),
            "value": signed(int(getattr(line, "amount", 0)), currency),
        }
        for line in lines
    ]


def signed(amount: int, currency: str) -> str:
    return f"{'−' if amount < 0 else ''}{money.text(abs(amount), currency)}"


def paper(reading: Reading, *, preview: bool = False) -> Paper:
    """The letter for its reader. ``preview``: it was not given yet, and the paper says so."""
    letter = reading.letter
    with translation.override(letter.language):
        return Paper(
            lang=TAGS.get(letter.language, "zh-Hans"),
            title=_("Decision on appeal") if letter.kind == "appeal_ruling" else _("Decision letter"),
            ref=_ref(letter),
            result=_reversed(letter.result, reading.reader)
            if letter.claimant == "merchant"
            else _result(letter.result, reading.reader),
            notes=tuple(_notes(letter, reading)),
            sections=(
                *_after_appeal(letter, reading.reader),
                *_numbered(
                    [
                        _facts(letter, reading.reader),
                        _weights(letter),
                        _rules(letter),
                        _unsupported(letter, reading.reader),
                        _disagree(letter),
                    ]
                ),
            ),
            signature=(
                _("Dispute centre of the platform"),
                _("Arbitrator %(number)s") % {"number": letter.decided_by},
                _date(letter.given_at),
            ),
            code="" if preview else reading.code,
            water=_("Preview") if preview else "",
            lines=tuple(
                (line["label"], line["value"]) for line in line_words(letter.result.lines, letter.result.currency)
            ),
        )


def appeal_paper(letter: AppealLetter, *, code: str = "", reader: str = "") -> Paper:
    """The letter by which an appeal was decided without a new ruling."""
    with translation.override(letter.language):
        ground = _ground(letter.ground_name, letter.points)
        side = str(YOU_APPEALED if reader == letter.appellant else APPELLANTS.get(letter.appellant, ""))
        return Paper(
            lang=TAGS.get(letter.language, "zh-Hans"),
            title=_("Decision on appeal"),
            ref=letter.case_number,
            result=str(DECISIONS.get(letter.decision, "")),
            notes=(side,),
            sections=_numbered(
                [
                    Section(_("Ground"), paragraphs=tuple(ground)),
                    Section(_("Reasons"), paragraphs=tuple(_paragraphs(letter.reasons))),
                    Section(_("Ways outside the platform"), items=tuple(_routes(letter.routes))),
                ]
            ),
            signature=(
                _("Dispute centre of the platform"),
                _("Arbitrator %(number)s") % {"number": letter.decided_by},
                _date(letter.given_at),
            ),
            code=code,
        )


# --- the sections ---------------------------------------------------------------------------------------------


def _ground(name: str, points: Sequence[int]) -> list[str]:
    attacked = pgettext("between numbers", ", ").join(str(number) for number in points)
    return [name, _("Findings attacked: %(points)s") % {"points": attacked}] if attacked else [name]


def _after_appeal(letter: Letter, reader: str) -> list[Section]:
    """Of a ruling that took the place of another: why it did, and all that it puts right. Before the five sections."""
    told = letter.on_appeal
    if told is None:
        return []
    who = str(YOU_APPEALED if reader == told.appellant else APPELLANTS.get(told.appellant, ""))
    why = [who, *_ground(told.ground_name, told.points), *_paragraphs(told.reasons)]
    currency = letter.result.currency
    return [
        Section(_("Why the first ruling was changed"), paragraphs=tuple(why)),
        Section(_("What is put right"), items=tuple(_restored(one, currency) for one in told.restored)),
    ]


def _restored(one: Restored, currency: str) -> str:
    said = RESTORED.get(one.what) or RESTORED.get(f"{one.what}:{one.after}", "")
    if one.what in ("amount", "paid_back", "reclaimed", "substitute", "freight"):
        return str(said) % {"before": _sum(int(one.before), currency), "after": _sum(int(one.after), currency)}
    if one.what == "share":
        return str(said) % {"before": f"{int(one.before) / 100:g}%", "after": f"{int(one.after) / 100:g}%"}
    return str(said)


def _numbered(sections: list[Section]) -> tuple[Section, ...]:
    marks = _("1. |2. |3. |4. |5. ").split("|")
    return tuple(replace(section, title=mark + section.title) for mark, section in zip(marks, sections, strict=False))


def _ref(letter: Letter) -> str:
    used = next((item for item in letter.rules if item.part == "substance"), None)
    version = _("rules of version %(version)s") % {"version": used.version} if used else ""
    return f"{letter.case_number} · {version}" if version else letter.case_number


def _sum(amount: int, currency: str) -> str:
    return money.sign(currency) + money.text(amount, currency)


def _result(result: Result, reader: str) -> str:
    words = {"remedy": result.remedy_name, "sum": _sum(result.amount, result.currency)}
    if not result.amount:
        return result.remedy_name
    match reader:
        case "buyer":
            return _("%(remedy)s: you get %(sum)s.") % words
        case "merchant":
            return _("%(remedy)s: you pay the buyer %(sum)s.") % words
        case _:
            return _("%(remedy)s: the buyer gets %(sum)s.") % words


def _reversed(result: Result, reader: str) -> str:
    """The merchant's claim: what comes back, and from whom."""
    words = {"remedy": result.remedy_name, "sum": _sum(result.amount, result.currency)}
    if not result.amount:
        return result.remedy_name
    if result.remedy in BY_THE_FUND:
        if reader == "merchant":
            return _("%(remedy)s: you get %(sum)s from the platform.") % words
        return _("%(remedy)s: the merchant gets %(sum)s from the platform.") % words
    match reader:
        case "buyer":
            return _("%(remedy)s: you give back %(sum)s.") % words
        case "merchant":
            return _("%(remedy)s: you get back %(sum)s.") % words
        case _:
            return _("%(remedy)s: the buyer gives back %(sum)s.") % words


def _reversed_notes(result: Result, reader: str) -> list[str]:
    if not result.amount:
        mine = _("What you were paid stays with you.")
        return [mine if reader == "buyer" else _("What was paid out stays with the buyer.")]
    share = {"share": f"{100 - result.merchant_share / 100:g}"}
    notes = [_("%(share)s%% of what was wrongly paid comes back.") % share]
    if result.remedy in BY_THE_FUND:
        mine = _("You give nothing back.")
        return [*notes, mine if reader == "buyer" else _("The buyer gives nothing back; the platform bears it.")]
    return [*notes, _("The platform makes the merchant whole first, and then takes the sum back from the buyer.")]


def _notes(letter: Letter, reading: Reading) -> list[str]:
    result, reader = letter.result, reading.reader
    if letter.claimant == "merchant":
        return _reversed_notes(result, reader)
    notes = []
    if result.term is not None:
        words = {"term": rules.length(Duration(result.term.amount, Clock(result.term.clock)))}
        if result.term.performer == "buyer":
            if reader == "buyer":
                notes.append(_("Send the goods back within %(term)s of the ruling becoming final.") % words)
            else:
                notes.append(_("The buyer sends the goods back within %(term)s of the ruling becoming final.") % words)
            if result.amount and not result.substitute:
                notes.append(_paid_after_return(reader))
        elif result.substitute:
            notes += _in_kind(result, reader, words)
        elif reader == "merchant":
            notes.append(_("Pay within %(term)s of the ruling becoming final; after that it is enforced.") % words)
        else:
            notes.append(
                _("The merchant pays within %(term)s of the ruling becoming final; after that it is enforced.") % words
            )
    if result.substitute and result.returns:
        notes += _in_kind(result, reader, None)
    if result.returns and result.freight_payer in PAYERS:
        notes.append(str(YOU_PAY if reader == result.freight_payer else PAYERS[result.freight_payer]))
    if result.ground_name:
        notes.append(_("The goods need not come back: %(ground)s.") % {"ground": result.ground_name})
    if letter.result.remedy != "R7":
        share = {"share": f"{result.merchant_share / 100:g}"}
        notes.append(
            (_("You bear %(share)s%%.") if reader == "merchant" else _("The merchant bears %(share)s%%.")) % share
        )
    return notes


def _paid_after_return(reader: str) -> str:
    """From when the money is owed: silence about a parcel that came back confirms it."""
    if reader == "buyer":
        return _("You get the money once the merchant has confirmed what came back, or has let the time for it pass.")
    if reader == "merchant":
        return _("You pay once you have confirmed what came back, or have let the time for it pass.")
    return _("The money follows once the merchant has confirmed what came back, or has let the time for it pass.")


def _in_kind(result: Result, reader: str, words: dict[str, str] | None) -> list[str]:
    """The term for what is ordered in kind (``None``: the goods come back first), and what is owed if it is not done."""
    lead = []
    if words is not None:
        mine = _("Do this within %(term)s of the ruling becoming final.")
        theirs = _("The merchant does this within %(term)s of the ruling becoming final.")
        lead.append((mine if reader == "merchant" else theirs) % words)
    else:
        mine = _("Once the goods are back, what is ordered is yours to do.")
        theirs = _("Once the goods are back, the merchant has to do what is ordered.")
        lead.append(mine if reader == "merchant" else theirs)
    money_words = {"sum": _sum(result.substitute, result.currency)}
    match reader:
        case "buyer":
            said = _("If it is not done in time, you get %(sum)s instead; the platform collects it.")
        case "merchant":
            said = _("If it is not done in time, you owe %(sum)s instead; the platform collects it.")
        case _:
            said = _("If it is not done in time, the buyer gets %(sum)s instead; the platform collects it.")
    return [*lead, said % money_words]


def _facts(letter: Letter, reader: str) -> Section:
    return Section(
        _("Facts found"),
        items=tuple(_fact(fact, reader) for fact in letter.facts),
        paragraphs=(*_jury(letter, reader), *_paragraphs(letter.reasons)),
    )


def _jury(letter: Letter, reader: str) -> list[str]:
    """The vote of the public jury, before the reasons that agree with it or say why they do not."""
    vote = letter.jury
    if vote is None:
        return []
    heads = {"buyer": vote.for_buyer, "merchant": vote.for_merchant}
    split = [f"{FOR_YOU if side == reader else FINDINGS[side]} {n}" for side, n in heads.items()]
    split.append(f"{_('Cannot tell')} {vote.unsure}")
    voted = vote.for_buyer + vote.for_merchant + vote.unsure
    words = {"size": vote.size, "voted": voted, "split": " · ".join(split)}
    said = _("Public jury of %(size)s, %(voted)s voted: %(split)s.") % words
    found = FOUND_FOR_YOU if vote.found_for and vote.found_for == reader else FOUND_FOR[vote.found_for]
    decides = _("The arbitrator rules, and gives reasons where they differ.")
    return [wording.sentences(said, str(found), decides)]


def _fact(fact: Fact, reader: str) -> str:
    found = wording.labelled(
        fact.text, str(FOR_YOU if fact.finding and fact.finding == reader else FINDINGS.get(fact.finding, ""))
    )
    if fact.exhibits:
        found += _(" (evidence %(numbers)s)") % {"numbers": pgettext("between numbers", ", ").join(fact.exhibits)}
    if fact.burden:
        by_rule = {"found": found, "burden": fact.burden, "clause": fact.burden_clause}
        found = _("%(found)s. %(burden)s (clause %(clause)s)") % by_rule
    return found


def _weights(letter: Letter) -> Section:
    full = pgettext("between numbers", ", ").join(exhibit.number for exhibit in letter.admitted)
    said = [_("Admitted: %(numbers)s.") % {"numbers": full}] if full else []
    said += [_weight(exhibit) for exhibit in letter.not_fully_admitted]
    said += [_marked(exhibit) for exhibit in letter.exhibits if exhibit.marks]
    return Section(_("Evidence admitted and not admitted"), paragraphs=tuple(said))


def _weight(exhibit: ExhibitWeight) -> str:
    verdict = _("admitted in part") if exhibit.verdict == "part" else _("not admitted")
    if exhibit.reason_name:
        verdict += pgettext("between a verdict and its reason", ", ") + exhibit.reason_name
    return wording.labelled(f"{exhibit.number} {exhibit.kind_name}", verdict)


def _marked(exhibit: ExhibitWeight) -> str:
    marks = pgettext("between marks on a picture", "; ").join(exhibit.marks)
    return _("Marked on %(number)s: %(marks)s.") % {"number": exhibit.number, "marks": marks}


def _rules(letter: Letter) -> Section:
    return Section(
        _("Rules applied"),
        links=tuple(
            (
                reverse("public:clause", args=[clause.version, clause.number]),
                f"{clause.number} {clause.title} · {clause.text}",
            )
            for clause in letter.clauses
        ),
    )


def _unsupported(letter: Letter, reader: str) -> Section:
    said = []
    sentence = (
        _("You asked for: %(asked)s. Given: %(given)s.")
        if reader == letter.claimant
        else _("The buyer asked for: %(asked)s. Given: %(given)s.")
        if letter.claimant == "buyer"
        else _("The merchant asked for: %(asked)s. Given: %(given)s.")
    )
    for request in letter.unsupported:
        if request.what == "amount":
            currency = letter.result.currency
            words = {"asked": _sum(int(request.asked), currency), "given": _sum(int(request.given), currency)}
        else:
            words = {"asked": request.asked, "given": request.given}
        said.append(sentence % words)
    return Section(_("Requests not supported"), paragraphs=tuple(said or [_("None.")]))


def _disagree(letter: Letter) -> Section:
    lead = _("This decision is final here.")
    grounds: tuple[str, ...] = ()
    if letter.remedies.until:
        until = wording.deadline(datetime.fromisoformat(letter.remedies.until))
        lead = _("The ruling can be appealed once, until %(until)s, on one of these grounds:") % {"until": until}
        grounds = tuple(wording.labelled(ground.name, ground.text) for ground in letter.remedies.grounds)
    said = _routes(letter.remedies.routes)
    if grounds and said:
        said.insert(0, _("Apart from an appeal, you can also:"))
    by_machine = _(
        "Some steps of this case were taken by a machine when a term ended; a person can look at them again."
    )
    said.append(by_machine if letter.automated else _("A person decided; no step of this case was taken by a machine."))
    return Section(_("If you do not agree"), lead=lead, items=grounds, paragraphs=tuple(said))


def _routes(routes: tuple[Route, ...]) -> list[str]:
    return [wording.labelled(route.name, route.text) for route in routes]


def _paragraphs(text: str) -> list[str]:
    return [line for line in (part.strip() for part in text.splitlines()) if line]


def _date(at: str) -> str:
    return datetime.fromisoformat(at).astimezone(wording.HOUSE_ZONE).strftime("%Y-%m-%d")
