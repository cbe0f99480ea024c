"""What pages of a case show of its jury, to be put in with one line. Knows markup; the words come from the page's parts."""

from __future__ import annotations

from typing import Any

from django import template
from django.conf import settings
from django.utils.translation import gettext as _

from common.actor import Actor
from disputes.models import Case
from jury import ratings, results
from jury.results import Result

register = template.Library()


@register.simple_tag
def jury_result(case: Case) -> Result | None:
    """The result of this round's jury once its vote is over. No query where the rules of the case know no jury."""
    return results.of(case, {"buyer": _("the buyer"), "merchant": _("the merchant")})


@register.simple_tag
def jury_reasons(jury: Result, actor: Actor | None = None) -> list[dict[str, Any]]:
    """The reasons by their place, each with what the reader's side said of it. One query for a party, none for others."""
    side = actor.side if actor else None
    said = ratings.of_side([reason.ballot for reason in jury.reasons], side.value) if side and jury.reasons else {}
    return [
        {"nth": nth, "vote": reason.vote, "text": reason.text, "rated": said.get(reason.ballot)}
        for nth, reason in enumerate(jury.reasons, start=1)
    ]


@register.filter
def any_rated(rows: list[dict[str, Any]]) -> bool:
    return any(row["rated"] is not None for row in rows)


@register.simple_tag
def jury_waits(finding_rows: list[object]) -> bool:
    """Whether the reader should find for themselves first: every point, before they read what the jury said."""
    if not settings.HENG_JURY_AFTER_FINDINGS:
        return False
    return any(
        not (row["chosen"] if isinstance(row, dict) else getattr(row, "chosen", "")) for row in finding_rows or ()
    )


@register.simple_tag
def percent(thousandths: int) -> str:
    """``52.4 %``."""
    return f"{thousandths / 10:.1f} %"
