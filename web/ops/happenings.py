"""Entries and causes as operations read them in a list: whose they are and what happened. Knows no page."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from common import money
from disputes.models import Case
from journal.kinds import Kind
from journal.models import Entry
from web import timeline
from web.ops.deadlines import AWAITED

# What the record of a case does not tell, and yet has consequences.
UNTOLD: dict[Kind, str | Promise] = {
    Kind.DEADLINE_REMINDED: _("reminded of a deadline"),
    Kind.APPROVAL_OVERDUE: _("noted that an approval is late"),
    Kind.APPEAL_OVERDUE: _("noted that the decision on an appeal is late"),
    Kind.DOSSIER_SEALED: _("sealed the evidence"),
    Kind.JURY_DRAWN: _("drew the public jury"),
    Kind.JURY_REPLACED: _("drew somebody else for the public jury"),
    Kind.JURY_REMINDED: _("reminded jurors"),
    Kind.BUNDLE_EXPORTED: _("took the case file along"),
}
CAUSES: dict[str, str | Promise] = {
    "no_address": _("This person has no e-mail address."),
    "SMTPRecipientsRefused": _("The mail server of the other side knows no such mailbox."),
    "insufficient_funds": _("There was not enough money."),
}


def name(entry: Entry, case: Case) -> str:
    """``Buyer · asked for a refund of ¥280.00``, as the record tells it; the bare kind where nobody has words for it."""
    kind = Kind(entry.kind)
    told = timeline.SENTENCES.get(kind) or UNTOLD.get(kind)
    if told is None:
        return kind.value
    amount = int(entry.data.get("amount", entry.data.get("claimed", case.claimed)))
    words = {
        "amount": money.sign(case.currency) + money.text(amount, case.currency),
        "number": entry.data.get("number", ""),
    }
    return f"{AWAITED.get(entry.actor_role, AWAITED['platform'])} · {str(told) % words}"


def cause(code: str) -> str:
    """Why it went wrong, in words where it is a code of ours; what a program said, as it said it."""
    return str(CAUSES.get(code, code))
