"""The timeline of a case for one reader: who did what, when, in words. Read from the journal; says no more than it may."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import User
from common import money
from common.actor import Actor, Role
from disputes.lifecycle import Event
from disputes.models import Case, Statement
from journal.kinds import HOUSE_ONLY, Kind
from journal.models import Entry
from rulebook import queries as rulebook
from web import movements, reversed_roles, wording

Text = str | Promise
PAGE = 30

# What happened, told without a subject: the page puts the party in front.
SENTENCES: dict[Kind, Text] = {
    Kind.REFUND_REQUESTED: gettext_lazy("asked for a refund of %(amount)s"),
    Kind.CLAIM_FILED: gettext_lazy("claimed %(amount)s back that had been paid out"),
    Kind.PAYOUT_CONTESTED: gettext_lazy("contested this payout in a case of its own"),
    Kind.REQUEST_REVISED: gettext_lazy("changed the request to %(amount)s"),
    Kind.REFUND_AGREED: gettext_lazy("agreed to the refund of %(amount)s"),
    Kind.RETURN_AGREED: gettext_lazy("agreed to the return"),
    Kind.REFUND_REFUSED: gettext_lazy("refused the request"),
    Kind.MERCHANT_SILENT: gettext_lazy("noted that the merchant did not reply in time"),
    Kind.RETURN_SHIPPED: gettext_lazy("sent the goods back"),
    Kind.RETURN_ACCEPTED: gettext_lazy("confirmed the return"),
    Kind.RETURN_REFUSED: gettext_lazy("objected to what came back"),
    Kind.REQUEST_LAPSED: gettext_lazy("closed the request because its term ran out"),
    Kind.WITHDRAWN: gettext_lazy("withdrew the claim"),
    Kind.OFFER_MADE: gettext_lazy("proposed %(amount)s"),
    Kind.OFFER_ACCEPTED: gettext_lazy("accepted the proposal"),
    Kind.OFFER_DECLINED: gettext_lazy("declined the proposal"),
    Kind.OFFER_RETRACTED: gettext_lazy("took the proposal back"),
    Kind.OFFER_LAPSED: gettext_lazy("noted that the proposal ran out"),
    Kind.INTERVENTION_REQUESTED: gettext_lazy("asked the platform to step in"),
    Kind.ADMITTED: gettext_lazy("accepted the case and told both sides"),
    Kind.NOT_ADMITTED: gettext_lazy("did not accept the case"),
    Kind.EVIDENCE_ADDED: gettext_lazy("added evidence %(number)s"),
    Kind.EVIDENCE_WITHDRAWN: gettext_lazy("took evidence %(number)s back"),
    Kind.EVIDENCE_UNREADABLE: gettext_lazy("could not open evidence %(number)s"),
    Kind.EVIDENCE_INCOMPLETE: gettext_lazy("noted what is still missing from the evidence"),
    Kind.EXHIBIT_ANSWERED: gettext_lazy("answered evidence %(number)s"),
    Kind.BUYER_HANDED_IN: gettext_lazy("finished giving evidence"),
    Kind.MERCHANT_HANDED_IN: gettext_lazy("finished giving evidence"),
    Kind.EVIDENCE_MASKED: gettext_lazy("changed what is masked in evidence %(number)s"),
    Kind.EVIDENCE_CLOSED: gettext_lazy("closed the evidence period"),
    Kind.POINT_ANSWERED: gettext_lazy("answered points"),
    Kind.CLAIM_ACCEPTED: gettext_lazy("accepted the claim of %(amount)s"),
    Kind.CLAIM_REBUTTED: gettext_lazy("answered every point"),
    Kind.CONFIRMATION_LAPSED: gettext_lazy("noted that the merchant did not answer within 24 hours"),
    Kind.TAKEN: gettext_lazy("began the review"),
    Kind.HANDED_BACK: gettext_lazy("handed the case back to the queue"),
    Kind.RETURNED_TO_QUEUE: gettext_lazy("gave the case to somebody else because the ruling was late"),
    Kind.PICKUP_OVERDUE: gettext_lazy("raised the priority of the case"),
    Kind.MORE_EVIDENCE_ASKED: gettext_lazy("asked for more evidence"),
    Kind.MORE_EVIDENCE_HANDED_IN: gettext_lazy("handed in what was asked for"),
    Kind.MORE_EVIDENCE_CLOSED: gettext_lazy("went on with the review"),
    Kind.SENT_TO_JURY: gettext_lazy("sent the case to the public jury"),
    Kind.JURY_CLOSED: gettext_lazy("closed the vote"),
    Kind.JURY_COUNTED: gettext_lazy("counted the votes of the public jury"),
    Kind.RULING_PROPOSED: gettext_lazy("sent the ruling for a second signature"),
    Kind.RULING_SENT: gettext_lazy("sent the ruling out"),
    Kind.RULING_CALLED_BACK: gettext_lazy("called the ruling back"),
    Kind.RULING_CAME_BACK: gettext_lazy("could not serve the ruling: the case had moved on"),
    Kind.APPROVAL_TAKEN: gettext_lazy("began to check the ruling"),
    Kind.RULING_RETURNED: gettext_lazy("returned the ruling"),
    Kind.RULING_SERVED: gettext_lazy("served the ruling on both sides"),
    Kind.APPEAL_FILED: gettext_lazy("appealed"),
    Kind.APPEAL_WAIVED: gettext_lazy("waived the appeal"),
    Kind.APPEAL_WINDOW_CLOSED: gettext_lazy("closed the appeal period"),
    Kind.APPEAL_ANSWERED: gettext_lazy("answered the appeal"),
    Kind.APPEAL_ANSWER_LAPSED: gettext_lazy("went on with the appeal without an answer"),
    Kind.APPEAL_TAKEN: gettext_lazy("began to review the appeal"),
    Kind.APPEAL_UPHELD: gettext_lazy("upheld the ruling"),
    Kind.APPEAL_CHANGED: gettext_lazy("changed the ruling"),
    Kind.APPEAL_SENT_BACK: gettext_lazy("sent the case back to be ruled again"),
    Kind.COMPLIED: gettext_lazy("carried out the ruling"),
    Kind.COMPLIANCE_LAPSED: gettext_lazy("began to enforce the ruling"),
    Kind.EXECUTION_FINISHED: gettext_lazy("closed the case; all money has been moved"),
    Kind.CLOCKS_STOPPED: gettext_lazy("put the case on hold"),
    Kind.CLOCKS_RESUMED: gettext_lazy("let the clocks run again"),
    Kind.DEADLINE_EXTENDED: gettext_lazy("extended the deadline"),
    Kind.DEADLINE_RECOMPUTED: gettext_lazy("fixed a due date that was provisional"),
    Kind.ADVANCE_PROPOSED: gettext_lazy("proposed to pay %(amount)s in advance"),
    Kind.ADVANCE_DECLINED: gettext_lazy("did not pay in advance"),
    Kind.ADVANCE_APPROVED: gettext_lazy("decided to pay %(amount)s in advance"),
    Kind.REFUND_REPORTED: gettext_lazy("reported a refund of %(amount)s made outside of this case"),
    Kind.PAYMENT_DONE: gettext_lazy("moved %(amount)s"),
    Kind.PRECEDENT_WITHDRAWN: gettext_lazy("withdrew the precedent made of this case"),
    Kind.HOLD_PLACED: gettext_lazy("put the file under a legal hold"),
    Kind.HOLD_LIFTED: gettext_lazy("lifted the legal hold"),
    Kind.ERASED: gettext_lazy("erased what was said and handed in; sums, dates and digests stay"),
}
# The same where nobody said it: the time of whoever was asked ran out, and the rules say what that counts as.
OF_SILENCE: dict[Kind, Text] = {
    Kind.REFUND_AGREED: gettext_lazy("counted the merchant's silence as agreement to the refund of %(amount)s"),
    Kind.RETURN_AGREED: gettext_lazy("counted the merchant's silence as agreement to the return"),
    Kind.RETURN_ACCEPTED: gettext_lazy("counted the merchant's silence as confirmation of the return"),
}
# What may name evidence that came with it.
BRINGS_EVIDENCE = (Kind.INTERVENTION_REQUESTED, Kind.APPEAL_FILED)
_TOLD = [kind.value for kind in SENTENCES]
_TOLD_TO_PARTIES = [kind.value for kind in SENTENCES if kind not in HOUSE_ONLY]
ICONS = {"b": "user-round", "m": "store", "p": "scale"}


@dataclass(frozen=True, slots=True)
class Picture:
    href: str
    src: str
    alt: str
    duration: str = ""


@dataclass(frozen=True)
class Line:
    """One entry as the timeline component reads it."""

    side: str
    who: str
    text: str
    at: datetime
    icon: str
    quote: str = ""
    href: str = ""  # of another case that began with this entry, named in ``leads_to``
    leads_to: str = ""
    pictures: tuple[Picture, ...] = field(default_factory=tuple)


@dataclass(frozen=True)
class Record:
    """One page of the record, newest first. ``earlier``: where the next one begins, ``None`` at the beginning of the case.

    ``is_later_page``: entries newer than these exist. ``story``: the claiming side's own account, as told at filing or,
    before that, with the request.
    """

    lines: list[Line]
    earlier: int | None
    is_later_page: bool
    story: str


def before(written: str) -> int | None:
    """The place in an address from which a record goes on; anything but a number is none."""
    return int(written) if written.isascii() and written.isdigit() and len(written) <= 9 else None


def read(
    case: Case, actor: Actor, *, pictures: Callable[[str], Picture | None] | None = None, before: int | None = None
) -> Record:
    """The newest ``PAGE`` entries first, in two queries, and one more where a colleague of the reader acted. ``before``: the
    sequence number to go on from."""
    entries = Entry.objects.filter(
        stream_id=case.stream_id, kind__in=_TOLD_TO_PARTIES if actor.role.is_party else _TOLD
    )
    if before is not None:
        entries = entries.filter(seq__lt=before)
    found = list(entries.order_by("-seq")[: PAGE + 1])
    page = found[:PAGE]
    wanted = [entry.data["statement"] for entry in page if "statement" in entry.data]
    account = Q(side=case.claimant, kind__in=["story", "request"])
    said = list(Statement.objects.filter(account | Q(pk__in=wanted), case=case).order_by("-at", "-id"))
    texts = {statement.pk: statement.text for statement in said}
    told = (one.text for one in said if one.side == case.claimant and one.kind in ("story", "request"))
    people = _colleagues(page, actor)
    return Record(
        lines=[
            _together(case, actor, group, people, pictures)
            if len(group) > 1
            else _line(group[0], case, actor, texts, people, pictures)
            for group in _groups(page, by_person=actor.role is Role.MERCHANT)
        ],
        earlier=page[-1].seq if len(found) > PAGE else None,
        is_later_page=before is not None,
        story=next(told, ""),
    )


def since(case: Case, actor: Actor, seen: int) -> list[Line]:
    """What happened after the version ``seen`` of the case, as far as this reader may know, the newest first. Three queries.

    Every version is one event of the table, so that the newest entries of its kinds are the versions that are missing.
    """
    events = [event.value for event in Event]
    entries = Entry.objects.filter(stream_id=case.stream_id, kind__in=events).order_by("-seq")
    missing = max(0, min(case.version - seen, PAGE))
    told = _TOLD_TO_PARTIES if actor.role.is_party else _TOLD
    found = [entry for entry in entries[:missing] if entry.kind in told]
    wanted = [entry.data["statement"] for entry in found if "statement" in entry.data]
    texts = dict(Statement.objects.filter(pk__in=wanted, case=case).values_list("pk", "text"))
    people = _colleagues(found, actor)
    return [_line(entry, case, actor, texts, people, None) for entry in found]


def _colleagues(entries: list[Entry], actor: Actor) -> dict[int, str]:
    """Who of the reader's own shop acted in these, besides the reader: colleagues know each other, and nobody else does."""
    if actor.role is not Role.MERCHANT:
        return {}
    shops = [entry.actor_id for entry in entries if entry.actor_role == Role.MERCHANT.value]
    acted = {user_id for user_id in shops if user_id is not None and user_id != actor.id}
    return {user.pk: user.get_full_name() for user in User.objects.filter(pk__in=acted)} if acted else {}


def _groups(page: list[Entry], *, by_person: bool) -> list[list[Entry]]:
    """Each entry by itself, but pieces of evidence that one side added in a row as one. ``by_person``: that one of them
    added, for a reader who is told who it was."""
    groups: list[list[Entry]] = []
    for entry in page:
        before = groups[-1][-1] if groups else None
        same = before is not None and before.kind == entry.kind and before.actor_role == entry.actor_role
        if by_person and before is not None and before.actor_id != entry.actor_id:
            same = False
        if same and entry.kind == Kind.EVIDENCE_ADDED.value:
            groups[-1].append(entry)
        else:
            groups.append([entry])
    return groups


def _together(
    case: Case,
    actor: Actor,
    group: list[Entry],
    people: dict[int, str],
    pictures: Callable[[str], Picture | None] | None,
) -> Line:
    """Several exhibits that one side added in a row: how many, the last moment, the pictures in the order of adding."""
    side = _side(group[0])
    shown = [pictures(str(entry.data["exhibit"])) for entry in reversed(group)] if pictures is not None else []
    text = ngettext("added %(count)s piece of evidence", "added %(count)s pieces of evidence", len(group))
    return Line(
        side=side,
        who=_who(side, case, actor, people.get(group[0].actor_id or 0, "")),
        text=text % {"count": len(group)},
        at=group[0].at,
        icon=ICONS[side],
        pictures=tuple(picture for picture in shown if picture is not None),
    )


def _line(
    entry: Entry,
    case: Case,
    actor: Actor,
    texts: dict[int, str],
    people: dict[int, str],
    pictures: Callable[[str], Picture | None] | None,
) -> Line:
    side = _side(entry)
    data: dict[str, Any] = dict(entry.data)
    amount = data.get("amount", data.get("claimed", case.claimed))
    words = {
        "amount": money.sign(case.currency) + money.text(int(amount), case.currency),
        "number": data.get("number", ""),
    }
    quote = texts.get(data.get("statement", 0), "")
    if Kind(entry.kind) is Kind.RETURN_SHIPPED and actor.role not in (Role.BUYER, Role.MERCHANT):
        quote = ""
    came_with = data.get("exhibits", ()) if Kind(entry.kind) in BRINGS_EVIDENCE else ()
    claim = str(data["claim"]) if Kind(entry.kind) is Kind.PAYOUT_CONTESTED else ""
    named = [one["exhibit"] for one in (data, *came_with) if "exhibit" in one]
    shown = [pictures(str(number)) for number in named] if pictures is not None else []
    return Line(
        side=side,
        who=_who(side, case, actor, people.get(entry.actor_id or 0, "")),
        text=_held(case, entry, sentence(entry, actor.role.value, claimant=case.claimant) % words),
        at=entry.at,
        icon=ICONS[side],
        quote=quote,
        href=reverse("public:go", args=[claim]) if claim else "",
        leads_to=claim,
        pictures=tuple(picture for picture in shown if picture is not None),
    )


def _held(case: Case, entry: Entry, said: str) -> str:
    """With the lawful reason, where the clocks were stopped for one."""
    if entry.kind != Kind.CLOCKS_STOPPED.value:
        return said
    pause = rulebook.rules(case.procedure_rules_id).pauses.get(str(entry.data.get("reason", "")))
    return wording.labelled(said, str(pause.name)) if pause is not None else said


# Of whose evidence something required is missing.
LACKS: dict[str, Text] = {
    "buyer": gettext_lazy("told the buyer what required evidence is still missing"),
    "merchant": gettext_lazy("told the merchant what required evidence is still missing"),
}


def sentence(entry: Entry, reader: str, *, claimant: str = "buyer") -> str:
    """What happened, with places for the amount and the number. ``reader`` as for `movements.sentence`."""
    if entry.kind == Kind.PAYMENT_DONE.value:
        return str(movements.sentence(entry.data, reader))
    kind = Kind(entry.kind)
    if kind is Kind.EVIDENCE_INCOMPLETE:
        return str(LACKS[entry.data["side"]])
    if entry.actor_role == Role.SYSTEM.value and kind in OF_SILENCE:
        return str(OF_SILENCE[kind])
    return str(SENTENCES[kind] if claimant == "buyer" else reversed_roles.SENTENCES.get(kind, SENTENCES[kind]))


def _side(entry: Entry) -> str:
    return {"buyer": "b", "merchant": "m"}.get(entry.actor_role, "p")


def _who(side: str, case: Case, actor: Actor, colleague: str) -> str:
    if side == "p":
        return _("The platform")
    if (side == "b") == (actor.role is Role.BUYER) and actor.role.is_party:
        return colleague or _("You")
    return case.merchant.name if side == "m" else _("The buyer")
