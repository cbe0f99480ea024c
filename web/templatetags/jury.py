"""What pages of a case show of its jury, to be put in with one line. Knows markup; the words come from the page's parts."""

from __future__ import annotations

from django import template
from django.conf import settings
from django.utils.translation import gettext as _

from disputes.models import Case
from jury import results
from jury.results import Result

register = template.Library()


@register.simple_tag
def jury_result(case: Case) -> Result | None:
    """The result of this round's jury once its vote is over. No query where the rules of the case know no jury."""
    return results.of(case, {"buyer": _("the buyer"), "merchant": _("the merchant")})


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
