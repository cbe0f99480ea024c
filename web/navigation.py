"""What stands in each area's navigation. Knows labels and route names; refuses to know counts and who is asking."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Item:
    """One link. ``count`` is the number of things there that need the reader (``None``: not shown)."""

    key: str
    label: str | Promise
    href: str
    icon: str
    count: int | None
    is_current: bool

    @property
    def shown(self) -> str:
        """Lists are counted no further than a hundred."""
        return str(self.count) if self.count is None or self.count < 100 else "99+"


@dataclass(frozen=True, slots=True)
class Place:
    key: str
    label: str | Promise
    route: str
    icon: str


AREAS: dict[str, tuple[Place, ...]] = {
    "public": (
        Place("check", _("Try it out"), "public:check", "list-checks"),
        Place("rules", _("Rules"), "public:rules", "book-open-text"),
        Place("verify", _("Verify"), "public:verify", "shield-check"),
        Place("help", _("Help"), "public:help", "circle-help"),
    ),
    "buyer": (
        Place("cases", _("Cases"), "buyer:home", "scale"),
        Place("orders", _("Orders"), "buyer:orders", "package"),
        Place("inbox", _("Messages"), "buyer:inbox", "bell"),
    ),
    "merchant": (
        Place("inbox", _("To answer"), "merchant:inbox", "inbox"),
        Place("open", _("In progress"), "merchant:open", "hourglass"),
        Place("decided", _("Decided"), "merchant:decided", "gavel"),
        Place("library", _("Library"), "merchant:library", "folder-open"),
        Place("insights", _("Insights"), "merchant:insights", "activity"),
        Place("messages", _("Messages"), "merchant:messages", "bell"),
        Place("members", _("Members"), "merchant:members", "users-round"),
        Place("settings", _("Settings"), "merchant:settings", "settings"),
    ),
    "desk": (
        Place("queue", _("To rule"), "desk:queue", "gavel"),
        Place("review", _("To approve"), "desk:review", "stamp"),
        Place("appeals", _("Appeals"), "desk:appeals", "undo-2"),
        Place("done", _("I decided"), "desk:done", "circle-check"),
        Place("similar", _("Precedents"), "desk:similar", "layers-2"),
        Place("calibration", _("Calibration"), "desk:calibration", "git-compare"),
        Place("rules", _("Rulebook"), "desk:rules", "book-open-text"),
    ),
    "jury": (
        Place("lobby", _("Panel"), "jury:lobby", "users-round"),
        Place("me", _("My record"), "jury:me", "history"),
        Place("rules", _("Rules"), "public:rules", "book-open-text"),
    ),
    "ops": (
        Place("deadlines", _("Deadlines"), "ops:deadlines", "timer"),
        Place("admission", _("To admit"), "ops:admission", "inbox"),
        Place("stuck", _("Stuck"), "ops:stuck", "siren"),
        Place("money", _("Money"), "ops:money", "hand-coins"),
        Place("consistency", _("Consistency"), "ops:consistency", "git-compare"),
        Place("jurors", _("Jurors"), "ops:jurors", "users-round"),
        Place("abuse", _("Merchants' claims upheld"), "ops:abuse", "shield-check"),
        Place("keeping", _("Keeping"), "ops:erasures", "lock-keyhole"),
        Place("rules", _("Rules and versions"), "ops:rules", "scroll-text"),
        Place("calendar", _("Calendar"), "ops:calendar", "calendar-clock"),
        Place("clock", _("Demo clock"), "ops:clock", "clock"),
    ),
}


# What stands beside the seal in the bar of an area.
NAMES: dict[str, str | Promise] = {
    "merchant": _("Shop desk"),
    "desk": _("Ruling desk"),
    "jury": _("Public jury"),
    "ops": _("Operations"),
}


def home(area: str) -> str:
    """Where an area begins: its first page that is installed."""
    return next((item.href for item in items(area)), "/")


def items(area: str, current: str = "", counts: Mapping[str, int] | None = None) -> list[Item]:
    """The links of an area, in order. A place whose page is not installed is left out."""
    found = []
    for place in AREAS[area]:
        try:
            href = reverse(place.route)
        except NoReverseMatch:
            continue
        count = (counts or {}).get(place.key)
        found.append(Item(place.key, place.label, href, place.icon, count, place.key == current))
    return found
