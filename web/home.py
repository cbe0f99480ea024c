"""The first page: the doors to each area, and how a case goes, with the terms of the rules in force. Knows no case."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from common import clock
from rulebook import queries
from web import navigation, rules, sign_in

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of a case. ``lasts``: its term in words, empty where it has none."""

    icon: str
    name: Text
    text: Text
    lasts: str = ""


# Icon, name, what happens, and the timed step of the rules that bounds it.
_STAGES: tuple[tuple[str, Text, Text, str], ...] = (
    ("hand-coins", _("Ask the platform to step in"), _("The merchant refused, or did not answer in time."), ""),
    (
        "folder-open",
        _("Both sides give evidence"),
        _("Order, tracking and chat come in by themselves. Both see what the other gave."),
        "evidence",
    ),
    (
        "list-checks",
        _("The merchant answers"),
        _("Point by point: agree, or dispute it with evidence. Silence does not stop the case."),
        "confirmation",
    ),
    (
        "gavel",
        _("The ruling"),
        _("For every point: what was found, on which evidence, by which clause, and why."),
        "review",
    ),
    ("scale", _("Appeal"), _("Once per case. Somebody else decides it."), "appeal_window"),
    (
        "circle-check",
        _("Carried out"),
        _("Whoever owes pays by themselves in time; after that the platform sees to it."),
        "voluntary_performance",
    ),
)


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Three doors for a stranger; for somebody signed in, the areas of their own roles."""
    doors = [(role.value, sign_in.area_of(role)) for role in sign_in.doors(request.user)]
    shown = {"nav": navigation.items("public"), "doors": [door for door in doors if door[1]], "stages": _stages()}
    return render(request, "public/home.html", shown)


def _stages() -> list[Stage]:
    """None before any rules are published. Read from the process, but for once a minute."""
    try:
        in_force = queries.current_rules(clock.now())
    except LookupError:
        return []
    return [
        Stage(icon, name, text, rules.length(in_force.step(step).duration) if step else "")
        for icon, name, text, step in _STAGES
    ]
