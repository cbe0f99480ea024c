"""The monthly report of how alike cases end, for operations and seniors: each number with its parts. Counts nothing."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from arbitration.precedent_rules import RESULTS
from insights import consistency
from insights.consistency import Report
from insights.models import Consistency
from jury import measures
from rulebook import queries as rulebook
from rulebook.rules import Rules
from web import jury_measures, narrowing, wording

Text = str | Promise
MOST = 12
_RATIOS: tuple[tuple[str, Text, Text, Text], ...] = (
    (consistency.APPEALED, gettext_lazy("Appealed"), gettext_lazy("rulings appealed"), gettext_lazy("rulings")),
    (
        consistency.OVERTURNED,
        gettext_lazy("Overturned on appeal"),
        gettext_lazy("changed or sent back"),
        gettext_lazy("appeals decided"),
    ),
    (
        consistency.DEPARTED,
        gettext_lazy("Departed from a clear line"),
        gettext_lazy("rulings with a reason for it"),
        gettext_lazy("rulings"),
    ),
)
# Kind, what it is called and means, whether half is what it would be by chance.
_JURIES = (
    (consistency.JURY_FIRST, jury_measures.FIRST, True),
    (consistency.JURY_OWN, jury_measures.OWN, True),
    (consistency.JURY_AGREEMENT, jury_measures.AGREEMENT, False),
    (consistency.JURY_DECIDED, jury_measures.DECIDED, False),
)


def read(request: HttpRequest) -> tuple[Report, str]:
    """The month in the address (``YYYY-MM``), else the newest that was counted; and what to say of one that there is not."""
    months = [f"{month:%Y-%m}" for month in consistency.counted_months()]
    newest = months[0] if months else "1970-01"
    chosen, unknown = narrowing.view(request, "month", months, newest)
    return consistency.report(date.fromisoformat(f"{chosen}-01")), unknown


def page(found: Report, unknown: str) -> dict[str, Any]:
    """The report as its page shows it. Two queries beside the report's own."""
    rules = rulebook.current_rules(found.at) if found.at else None
    return {
        "title": _("Consistency"),
        "found": found,
        "unknown": unknown,
        "month": f"{found.month:%Y-%m}",
        "months": [f"{month:%Y-%m}" for month in consistency.counted_months(MOST)],
        "fewest": consistency.FEWEST,
        "rulings": rulings.numerator if (rulings := found.one(consistency.RULINGS)) else 0,
        "agreement": _agreement(found.one(consistency.AGREEMENT)),
        "ratios": [_ratio(found.one(kind), name, above, below) for kind, name, above, below in _RATIOS],
        "juries": _juries(found),
        "types": _types(found, rules) if rules else [],
        "clauses": _clauses(found, rules) if rules else [],
    }


def download(request: HttpRequest, page_href: str) -> HttpResponse:
    """The month as a table. A table of another month than was asked for would not say so: that goes to the page."""
    found, unknown = read(request)
    if unknown:
        return HttpResponseRedirect(f"{page_href}?{request.GET.urlencode()}")
    reply = HttpResponse(consistency.table(found), content_type="text/csv; charset=utf-8")
    reply["Content-Disposition"] = f'attachment; filename="consistency-{found.month:%Y-%m}.csv"'
    return reply


def _agreement(row: Consistency | None) -> dict[str, str] | None:
    if row is None:
        return None
    return {"percent": _percent(row), "parts": f"{row.numerator} / {row.denominator}", "kappa": kappa_words(row.kappa)}


def kappa_words(kappa: float | None) -> str:
    """κ to two places; a dash where it says nothing."""
    return "–" if kappa is None else f"{kappa:.2f}"


def _ratio(row: Consistency | None, name: Text, above: Text, below: Text) -> dict[str, Any]:
    if row is None:
        return {"name": name, "value": "–", "parts": _("too few")}
    return {"name": name, "value": _percent(row), "parts": f"{row.numerator} {above} ÷ {row.denominator} {below}"}


def _juries(found: Report) -> list[dict[str, Any]]:
    """The month's juries by figure, each with the range in which the true share lies; empty where there were too few."""
    rows = []
    for kind, (name, means), is_even in _JURIES:
        row = found.one(kind)
        told = measures.share(row.numerator, row.denominator) if row is not None else None
        if told is not None:
            even = told.holds(jury_measures.EVEN) if is_even else None
            rows.append({"name": name, "means": means, "share": told, "even": even})
    return rows


def _types(found: Report, rules: Rules) -> list[dict[str, Any]]:
    """Each type with its spread, its agreement and its appeals; what too few stand behind is a dash."""
    spread = {row.key: row for row in found.of.get(consistency.SPREAD, ())}
    agreed = {row.key: row for row in found.of.get(consistency.AGREEMENT_TYPE, ())}
    overturned = {row.key: row for row in found.of.get(consistency.OVERTURNED_TYPE, ())}
    codes = {key.partition(":")[0]: row.denominator for key, row in spread.items()}
    codes |= {key: codes.get(key, 0) for key in (*agreed, *overturned)}
    return [
        {
            "name": str(rules.types[code].name) if code in rules.types else code,
            "cases": count or "–",
            "results": [_share(spread.get(f"{code}:{result}"), count) for result in RESULTS],
            "kappa": _with_kappa(agreed.get(code)),
            "overturned": _parts(overturned.get(code)),
        }
        for code, count in sorted(codes.items(), key=lambda pair: (-pair[1], pair[0]))
    ]


def _clauses(found: Report, rules: Rules) -> list[dict[str, Any]]:
    agreed = {row.key: row for row in found.of.get(consistency.AGREEMENT_CLAUSE, ())}
    overturned = {row.key: row for row in found.of.get(consistency.OVERTURNED_CLAUSE, ())}
    return [
        {
            "number": number,
            "title": str(rules.clauses[number].title) if number in rules.clauses else "",
            "kappa": _with_kappa(agreed.get(number)),
            "overturned": _parts(overturned.get(number)),
        }
        for number in sorted({*agreed, *overturned}, key=_in_order)
    ]


def _in_order(number: str) -> tuple[int, ...]:
    return tuple(int(part) if part.isdigit() else 0 for part in number.split("."))


def _share(row: Consistency | None, count: int) -> str:
    if not count:
        return "–"
    return wording.percent(row.numerator if row else 0, count)


def _with_kappa(row: Consistency | None) -> str:
    return "–" if row is None else f"{_percent(row)} · κ {kappa_words(row.kappa)}"


def _parts(row: Consistency | None) -> str:
    return "–" if row is None else f"{row.numerator} / {row.denominator}"


def _percent(row: Consistency) -> str:
    return wording.percent(row.numerator, row.denominator)
