"""The buyer's evidence: what the rules ask for, what is in, and one plain upload for each row. Bytes first, then the act."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common import clock
from common.actor import Actor, Role, Side
from disputes import exhibits, moves, quoting
from disputes.lifecycle import LIFECYCLE, Event, State
from disputes.models import Case
from evidence import checklist
from evidence import media as kinds
from evidence.checklist import Status
from rulebook import queries as rulebook
from rulebook.rules import Rules
from rulebook.schema import Evidence, Level
from web import case_page, drafts, fetch, media, samples
from web.case_page import ExhibitView
from web.party import files, terms, texts
from web.party.texts import Written

# What the buyer wrote at filing is their statement of facts: it is never asked for again.
SAID_AT_FILING = ("E34",)

LEVELS: dict[str, str | Promise] = {
    Level.REQUIRED.value: gettext_lazy("Required"),
    Level.RECOMMENDED.value: gettext_lazy("Recommended"),
    Level.OPTIONAL.value: gettext_lazy("Optional"),
    Level.AUTOMATIC.value: "",
}


@dataclass(frozen=True)
class Row:
    """One line of the checklist as ``components/checklist_row.html`` reads it, with what is in and what went wrong."""

    code: str
    name: str
    state: str
    why: str
    level: str | Promise
    status: str
    icon: str
    href: str
    what: str
    mine: list[ExhibitView] = field(default_factory=list)
    takes_files: bool = True
    takes_words: bool = False
    sample: samples.Sample | None = None
    limits: str = ""


def rows(case: Case, rules: Rules, views: Iterable[ExhibitView], *, open_now: bool) -> list[Row]:
    """The checklist of the buyer. What is needed most comes first, what the platform brought in comes last."""
    own = [exhibit for exhibit in views if exhibit.mine and not exhibit.withdrawn]
    pieces = [_Piece.of(exhibit) for exhibit in views]
    said = SAID_AT_FILING if case.claimant == Side.BUYER.value else ()
    needs = {
        need.code: need for need in rules.type(case.type_code).needs("buyer", case.order.state, case.line.category)
    }
    # What a ruling may rest on can be read by both sides.
    shown = {
        exhibit.code: reverse("buyer:exhibit", args=[case.number, exhibit.number])
        for exhibit in views
        if exhibit.side == "p"
    }
    made = []
    for line in checklist.rows(
        rules, case.type_code, "buyer", case.order.state, pieces, automatic=said, goods=case.line.category
    ):
        kind = rules.exhibits[line.code]
        mine = [exhibit for exhibit in own if exhibit.code == line.code]
        may_add = open_now and not kind.automatic and not kind.platform_only
        made.append(
            Row(
                code=line.code,
                name=str(kind.name),
                state=_state(line, may_add),
                why="" if mine else str(rules.why(needs[line.code])),
                level=LEVELS.get(line.level, "") if line.status is Status.OPEN else "",
                status=_status(kind, len(mine), brought=line.status is Status.BROUGHT),
                icon="package-open" if "photo" in kind.media else "video" if "video" in kind.media else "file-text",
                href=_href(case, line.code, open_now=open_now, may_add=may_add and not mine)
                or shown.get(line.code, ""),
                what=str(kind.what),
                mine=mine,
                takes_files=not kind.automatic and not kind.platform_only,
                takes_words=not checklist.against(kind, exhibits.TEXT, films=False),
                sample=samples.of(kind),
                limits=limits_text(checklist.accepts(kind, films=kinds.takes_films())),
            )
        )
    return sorted(made, key=lambda row: ("need", "open", "done", "auto", "later").index(row.state))


def _status(kind: Evidence, count: int, *, brought: bool) -> str:
    """How many are in; of what only the platform can bring, and has not, that there is none: nobody can begin it."""
    if count:
        return _("%(count)s in") % {"count": count}
    theirs = kind.automatic or kind.platform_only
    return _("None on record") if theirs and not brought else ""


def _href(case: Case, code: str, *, open_now: bool, may_add: bool) -> str:
    """Where a row leads: to its upload, or to choosing from the record of the chat."""
    if code == quoting.CODE and open_now:
        return reverse("buyer:chat", args=[case.number])
    return f"{reverse('buyer:evidence', args=[case.number])}#{code}" if may_add else ""


@dataclass(frozen=True)
class _Piece:
    """As much of an exhibit as the checklist looks at."""

    side: str
    code: str
    number: str
    withdrawn_at: datetime | None

    @classmethod
    def of(cls, view: ExhibitView) -> _Piece:
        side = {"b": "buyer", "m": "merchant"}.get(view.side, "platform")
        counts_not = view.withdrawn or view.lost
        return cls(side, view.code, view.number, view.added_at if counts_not else None)


def _state(line: checklist.Row, may_add: bool) -> str:
    if line.status is Status.MET:
        return "done"
    if line.status is Status.BROUGHT:
        return "auto"
    if not may_add:
        return "later"
    return "need" if line.blocks else "open"


def is_open(case: Case, actor: Actor, now: datetime) -> bool:
    """Whether the table and its guards take evidence from this buyer now: the window may have closed before the state."""
    facts = moves.facts_of(case, actor, now)
    return not isinstance(LIFECYCLE.weigh(State(case.state), Event.EVIDENCE_ADDED, actor.role, facts), str)


def page(request: HttpRequest, number: str) -> HttpResponse:
    """The checklist with an upload beside each row. POST takes the files of one row; each is taken or refused alone.

    A row that is answered in words has a field for them; they are sent by themselves.
    """
    actor = fetch.actor_or_404(request, Role.BUYER)
    case = fetch.case_or_404(number, actor)
    failed: dict[str, tuple[str, ...]] = {}
    written = _kept(request)
    if request.method == "POST":
        code, typed = request.POST.get("code", ""), request.POST.get("text")
        if typed is not None:
            taken = texts.take(request, case, typed, code=code, actor=actor)
        else:
            taken = files.take(case, request.FILES.getlist("files"), code=code, actor=actor)
        if taken.exhibits:
            messages.success(request, taken.words)
        if not taken.refused:
            drafts.forget(request)
            return HttpResponseRedirect(f"{reverse('buyer:evidence', args=[case.number])}#{code}")
        why_not = tuple(why for _refused, why in taken.refused)
        if typed is not None:
            written[code] = Written(code, typed, why_not)
        else:
            failed[code] = why_not
    now = clock.now()
    rules = rulebook.rules(case.substance_rules_id)
    views = case_page.exhibits_for(case, actor, rules, now)
    takes = is_open(case, actor, now)
    lines = rows(case, rules, views, open_now=takes)
    asked = {row.code for row in lines}
    shown = {
        "now": now,
        "case": case,
        "open": takes,
        "rows": [(row, failed.get(row.code, ()), of_row(row, written)) for row in lines if row.takes_files],
        "brought": [row for row in lines if not row.takes_files],
        "others": [e for e in views if e.mine and e.code not in asked and not e.withdrawn],
        "stray": stray(lines, failed, written),
        "accepts": kinds.accepts(),
        "till": terms.required(case, needed(lines), now) or terms.until(case, now),
        "other_href": reverse("buyer:act", args=[case.number, Event.EVIDENCE_ADDED.value]),
        "back": reverse("buyer:case", args=[case.number]),
        "top_title": _("Evidence"),
        "failed": (bad := bool(failed) or any(one.errors for one in written.values())),
    }
    return render(request, "buyer/evidence.html", shown, status=422 if bad else 200)


def of_row(row: Row, written: Mapping[str, Written]) -> Written | None:
    """What stands in the field of a row that is answered in words."""
    return written.get(row.code, Written(row.code)) if row.takes_words else None


def stray(lines: Collection[Row], failed: Mapping[str, Iterable[str]], written: Mapping[str, Written]) -> list[str]:
    """What went wrong with something that no row asks for, or not in that way."""
    files_of = {line.code for line in lines}
    words_of = {line.code for line in lines if line.takes_words}
    found = [error for code, errors in failed.items() if code not in files_of for error in errors]
    return found + [error for code, one in written.items() if code not in words_of for error in one.errors]


def _kept(request: HttpRequest) -> dict[str, Written]:
    """What was written here and not sent, because its writer was signed out before."""
    there = drafts.kept(request) if request.method == "GET" else None
    if there is None or not {"code", "text"} <= there.keys():
        return {}
    code = str(there["code"])
    return {code: Written(code, str(there["text"]))}


def needed(lines: Iterable[Row]) -> list[str]:
    """The names of the rows without which the buyer cannot hand in."""
    return [line.name for line in lines if line.state == "need"]


def limits_text(taken: Collection[str]) -> str:
    """Named before the picker opens. ``taken``: of `checklist.accepts`."""
    return media.limits_text(tuple(taken)) + " " + _("%(most)s at a time.") % {"most": files.MOST_AT_ONCE}
