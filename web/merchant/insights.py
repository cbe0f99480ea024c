"""What a shop can learn from its cases: what it owes, why they come, where it loses and what would help, how it counts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from common import dates, money
from insights import measures
from insights.measures import Measures
from insights.models import Measure
from insights.snapshots import WINDOW_DAYS
from rulebook import queries as rulebook
from web import wording
from web.merchant import shell

Text = str | Promise
TOP = 3
WHY = {
    "type": gettext_lazy("The most frequent reasons"),
    "sku": gettext_lazy("By product"),
    "batch": gettext_lazy("By batch"),
    "carrier": gettext_lazy("By carrier"),
}
# What most cases of a type have in common.
LEANINGS = {
    "sku": gettext_lazy("%(n)s of them product %(key)s"),
    "batch": gettext_lazy("%(n)s of them batch %(key)s"),
    "carrier": gettext_lazy("%(n)s of them with %(key)s"),
}
# What each kind of measure is called where the codes stand beside it.
KINDS: dict[str, Text] = {
    "cases": gettext_lazy("Cases in the window"),
    "type": gettext_lazy("By reason"),
    "sku": gettext_lazy("By product"),
    "batch": gettext_lazy("By batch"),
    "carrier": gettext_lazy("By carrier"),
    "leaning": gettext_lazy("What most cases of a reason have in common"),
    "lost_point": gettext_lazy("Why points were lost"),
    "lost_type": gettext_lazy("Rulings against you, by reason"),
    "intervention": gettext_lazy("Intervention rate"),
    "liability": gettext_lazy("Liability rate"),
    "settled": gettext_lazy("Settled by yourselves"),
    "first_reply": gettext_lazy("First replies: seconds, and cases"),
    "held": gettext_lazy("Kept by the platform: the sum in the smallest unit, and orders"),
}
# Why a point was lost, and what would have helped.
CAUSES: dict[str, tuple[Text, Text]] = {
    "silent": (
        gettext_lazy("Not answered"),
        gettext_lazy("Answer every point within the 24 hours, even if only with “I do not know”."),
    ),
    "time_unknown": (
        gettext_lazy("The time of the picture could not be verified"),
        gettext_lazy("Send originals from the camera, with the waybill or the screen of the scales in the frame."),
    ),
    "not_admitted": (
        gettext_lazy("The evidence was not admitted in full"),
        gettext_lazy("Read the reasons in the letters: another item, edited, one-sided."),
    ),
    "burden": (
        gettext_lazy("The burden of proof was not met"),
        gettext_lazy("Put what you have to prove on the shelf before a case comes: it stands beside every answer."),
    ),
    "no_evidence": (
        gettext_lazy("Words without evidence"),
        gettext_lazy("Name an exhibit in every point that you dispute."),
    ),
    "weighed": (
        gettext_lazy("The buyer's evidence weighed more"),
        gettext_lazy("Nothing formal was missing. Look at the cases one by one."),
    ),
}


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """One page of questions. Reads what was counted within the hour."""
    desk = shell.enter(request)
    found = measures.of_shop(desk.shop_id)
    rules = rulebook.current_rules(desk.now)
    names = {code: str(kind.name) for code, kind in rules.types.items()}
    context = {
        "title": _("Insights"),
        "found": found,
        "days": WINDOW_DAYS,
        "since": found.at - timedelta(days=WINDOW_DAYS) if found.at else None,
        "fewest": measures.FEWEST,
        "held": [_held(row) for row in found.of.get("held", ())],
        "why": [_why(kind, found, names) for kind in WHY if found.of.get(kind)],
        "lost": [_lost(row) for row in found.of.get("lost_point", ())],
        "lost_types": [_share(row, names) for row in found.of.get("lost_type", ()) if row.numerator][:TOP],
        "indicators": _indicators(found),
    }
    return render(request, "merchant/insights.html", shell.around(desk, "insights", **context))


@require_safe
def table(request: HttpRequest) -> HttpResponse:
    """The same numbers for a spreadsheet: codes for programs, and beside them what they are called."""
    desk = shell.enter(request)
    names = {code: str(kind.name) for code, kind in rulebook.current_rules(desk.now).types.items()}
    heads = [_("Measure (code)"), _("Measure"), _("Key (code)"), _("Key"), _("Part"), _("Whole"), _("Window (days)")]
    heads += [said % {"zone": dates.CELL_ZONE} for said in (_("From (%(zone)s)"), _("Until (%(zone)s)"))]
    written = measures.table(
        measures.of_shop(desk.shop_id), heads, lambda row: (_kind_name(row), _key_name(row, names))
    )
    reply = HttpResponse(written, content_type="text/csv; charset=utf-8")
    reply["Content-Disposition"] = 'attachment; filename="measures.csv"'
    return reply


def _kind_name(row: Measure) -> str:
    return str(KINDS.get(row.kind, ""))


def _key_name(row: Measure, types: dict[str, str]) -> str:
    """What the key of a measure is called; empty where the code is the name, as of a product."""
    match row.kind:
        case "type" | "lost_type":
            return types.get(row.key, "")
        case "lost_point":
            return str(CAUSES[row.key][0]) if row.key in CAUSES else ""
        case "leaning":
            type_code, kind, key = row.key.split(":", 2)
            return f"{types.get(type_code, type_code)} · {LEANINGS[kind] % {'key': key, 'n': row.numerator}}"
        case _:
            return ""


def _why(kind: str, found: Measures, names: dict[str, str]) -> dict[str, Any]:
    leanings = _leanings(found) if kind == "type" else {}
    rows = [_share(row, names if kind == "type" else {}) | leanings.get(row.key, {}) for row in found.of[kind][:TOP]]
    return {"title": WHY[kind], "rows": rows}


def _held(row: Measure) -> str:
    """What of the shop's money the platform keeps while its cases are open."""
    said = ngettext(
        "%(sum)s of %(n)s order is kept by the platform until its case ends",
        "%(sum)s of %(n)s orders is kept by the platform until their cases end",
        row.denominator,
    )
    return said % {"sum": money.sign(row.key) + money.text(row.numerator, row.key), "n": row.denominator}


def _share(row: Measure, names: dict[str, str]) -> dict[str, Any]:
    return {
        "name": names.get(row.key, row.key),
        "numerator": row.numerator,
        "denominator": row.denominator,
        "percent": _percent(row),
    }


def _leanings(found: Measures) -> dict[str, dict[str, str]]:
    """By type: what most of its cases have in common, in words, where it is rarer among the others."""
    said = {}
    for row in found.of.get("leaning", ()):
        type_code, kind, key = row.key.split(":", 2)
        said[type_code] = {"leaning": LEANINGS[kind] % {"key": key, "n": row.numerator}}
    return said


def _lost(row: Measure) -> dict[str, Any]:
    cause, fix = CAUSES.get(row.key, (row.key, ""))
    said = ngettext("%(n)s of %(all)s lost point", "%(n)s of %(all)s lost points", row.denominator)
    return {"cause": cause, "fix": fix, "said": said % {"n": row.numerator, "all": row.denominator}}


def _percent(row: Measure) -> str:
    return wording.percent(row.numerator, row.denominator)


def _indicators(found: Measures) -> list[dict[str, Any]]:
    """Each with what is above and below the line, so that anybody can check it."""
    told = (
        ("intervention", _("Intervention rate"), _cases_before_us, _orders_paid),
        ("liability", _("Liability rate"), _rulings_against, _rulings),
        ("settled", _("Settled by yourselves"), _cases_settled, _cases),
    )
    rows = []
    for kind, name, above, below in told:
        row = found.one(kind)
        if row is not None:
            rows.append(
                {
                    "name": name,
                    "value": _percent(row) if row.denominator >= measures.FEWEST else _("too few"),
                    "above": above(row.numerator),
                    "below": below(row.denominator),
                }
            )
    reply = found.one("first_reply")
    if reply is not None and reply.denominator:
        mean = timedelta(seconds=reply.numerator // reply.denominator)
        rows.append(
            {
                "name": _("First reply, on average"),
                "value": wording.span(mean),
                "above": _("time from each request to your first act in it, all added up"),
                "below": _cases_replied(reply.denominator),
            }
        )
    return rows


def _cases_before_us(n: int) -> str:
    return ngettext("%(n)s case before the platform", "%(n)s cases before the platform", n) % {"n": n}


def _orders_paid(n: int) -> str:
    return ngettext("%(n)s order paid", "%(n)s orders paid", n) % {"n": n}


def _rulings_against(n: int) -> str:
    said = ngettext(
        "%(n)s ruling against you, as it stands after appeals",
        "%(n)s rulings against you, as they stand after appeals",
        n,
    )
    return said % {"n": n}


def _rulings(n: int) -> str:
    return ngettext("%(n)s ruling", "%(n)s rulings", n) % {"n": n}


def _cases_settled(n: int) -> str:
    said = ngettext(
        "%(n)s case agreed, settled or accepted before a ruling",
        "%(n)s cases agreed, settled or accepted before a ruling",
        n,
    )
    return said % {"n": n}


def _cases(n: int) -> str:
    return ngettext("%(n)s case", "%(n)s cases", n) % {"n": n}


def _cases_replied(n: int) -> str:
    return ngettext("%(n)s case that you replied to", "%(n)s cases that you replied to", n) % {"n": n}
