"""The rules as anybody may read them: chapters, clauses, time limits, every published version. Knows no case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from common import clock, money
from rulebook import queries
from rulebook.clocks import Clock, Duration
from rulebook.models import RuleSet
from rulebook.rules import Rules
from rulebook.schema import Clause, Jury, Step
from web import navigation

OWN_RULE = "Own rule"


@dataclass(frozen=True, slots=True)
class Chapter:
    code: str
    name: str
    clauses: list[Clause]


@dataclass(frozen=True, slots=True)
class Limit:
    """One timed step and its length in words."""

    step: Step
    lasts: str


@dataclass(frozen=True, slots=True)
class AskedOf:
    """Which jury is asked about claims of up to ``up_to``, in words."""

    up_to: str
    jury: Jury


@require_safe
def index(request: HttpRequest, version: str = "") -> HttpResponse:
    """A version of the rules by chapter: the one in force, unless ``version`` names another. ``?q=`` searches it."""
    now = clock.now()
    published = queries.versions(queries.default_profile())
    chosen = choose(published, version, now)
    if version and chosen is None:
        raise Http404
    shown = {"now": now, "nav": navigation.items("public", "rules"), "versions": published, "version": chosen}
    if chosen is not None:
        rules = queries.rules(chosen.pk)
        wanted = request.GET.get("q", "").strip()[:64]
        shown |= {"chapters": chapters(rules, wanted), "q": wanted}
        shown |= {} if wanted else {"limits": limits(rules), "juries": juries(rules)}
    return render(request, "public/rules.html", shown)


@require_safe
def clause(request: HttpRequest, version: str, number: str) -> HttpResponse:
    """One clause as it reads in one version, with the time limits and dispute types that rest on it."""
    now = clock.now()
    chosen = choose(queries.versions(queries.default_profile()), version, now)
    if chosen is None:
        raise Http404
    rules = queries.rules(chosen.pk)
    found = rules.clauses.get(number)
    if found is None:
        raise Http404
    shown = {
        "now": now,
        "nav": navigation.items("public", "rules"),
        "version": chosen,
        "clause": found,
        # Published sets are never changed, so the one source that is no law's name is said here.
        "source": _("Own rule") if found.source == OWN_RULE else found.source,
        "limits": [limit for limit in limits(rules) if limit.step.clause == number],
        "types": [kind.name for kind in rules.types.values() if number in kind.clauses],
    }
    return render(request, "public/clause.html", shown)


def choose(published: list[RuleSet], version: str, now: datetime) -> RuleSet | None:
    """The set called ``version``, or the newest in force; the first one where none is in force yet."""
    if version:
        return next((row for row in published if row.version == version), None)
    in_force = [row for row in published if row.effective_from <= now]
    return in_force[0] if in_force else (published[-1] if published else None)


def chapters(rules: Rules, wanted: str = "") -> list[Chapter]:
    """Chapters with their clauses. With ``wanted``, only the clauses in which the reader's language has the words."""
    found = []
    for chapter in rules.body.chapters:
        clauses = [item for item in rules.body.clauses if item.chapter == chapter.code]
        if wanted:
            clauses = [item for item in clauses if _holds(item, wanted)]
        if clauses:
            found.append(Chapter(chapter.code, str(chapter.name), clauses))
    return found


def limits(rules: Rules) -> list[Limit]:
    return [Limit(step, length(step.duration)) for step in rules.body.steps]


def juries(rules: Rules) -> list[AskedOf]:
    """Which jury is asked up to which sum; empty where these rules have the jury off."""
    currency = rules.thresholds.currency
    sign = money.sign(currency)
    return [AskedOf(sign + money.text(one.up_to, currency), one) for one in rules.juries if rules.switches.jury]


def length(duration: Duration) -> str:
    """``24 hours``, ``4 working days``: a length of time as people say it."""
    n = duration.amount
    match duration.clock:
        case Clock.H:
            return ngettext("{n} hour", "{n} hours", n).format(n=n)
        case Clock.BD:
            return ngettext("{n} working day", "{n} working days", n).format(n=n)
        case Clock.SH:
            return ngettext("{n} service hour", "{n} service hours", n).format(n=n)
        case _:
            return ngettext("{n} day", "{n} days", n).format(n=n)


def _holds(item: Clause, wanted: str) -> bool:
    text = f"{item.number} {item.title} {item.text} {item.plain}"
    return wanted.casefold() in text.casefold()
