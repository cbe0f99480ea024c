"""The files that come with a shop's claim: chosen on its last page, held for it, and on the record once it is sent.

There is no case yet, so they come in where the shelf's do, under a purpose of their own.
"""

from __future__ import annotations

from typing import Any

from django.forms import ChoiceField
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common import clock
from common.actor import Side
from common.errors import Refused
from common.tus import Body
from disputes import payouts, refusals
from disputes import uploads as case_uploads
from disputes.claims import Proof
from disputes.payouts import Payout
from evidence import library
from evidence import media as kinds
from evidence.intake import Received
from evidence.models import Upload
from evidence.uploads import Announced
from rulebook import queries as rulebook
from web import media, uploads
from web.fields import FilesField
from web.forms import HouseForm
from web.merchant import shell
from web.party.evidence_forms import grouped
from web.selects import PlainSelect


class FilesForm(HouseForm):
    """What the files show, and the files. With a script they come in piece by piece; without, with the form."""

    code = ChoiceField(label=gettext_lazy("What the files show"), required=False, widget=PlainSelect)
    file = FilesField(label=gettext_lazy("Photos, videos or PDFs"), required=False)

    def __init__(self, payout: Payout, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        order = payout.line.order
        rules = rulebook.rules(rulebook.in_force(rulebook.default_profile(), order.paid_at or clock.now()).pk)
        needs = rules.type(payouts.TYPE).needs(Side.MERCHANT.value, order.state, payout.line.category)
        groups = [kinds_in for _group, kinds_in in grouped(rules, needs)]
        self.fields["code"].choices = [("", _("Choose")), *(one for group in groups for one in group)]  # type: ignore[attr-defined]
        self.fields["file"].help_text = media.limits_text()
        self.fields["file"].widget.attrs |= {
            "accept": kinds.accepts(),
            "data-uploads": reverse("merchant:library_uploads"),
            "data-uploads-for": uploads.FOR_CLAIM,
            "data-uploads-name": uploads.HELD,
        }


def tokens(desk: shell.Desk, form: FilesForm) -> list[str]:
    """Those of all files that wait for this claim. What came with the form is held from now on: nobody chooses a file
    twice. What is wrong with a file is said of the form."""
    found = desk.request.POST.getlist(uploads.HELD)
    for one in form.cleaned_data.get("file", ()):
        try:
            found.append(_hold(one, desk))
        except Refused as refused:
            form.add_error("file", refusals.say(refused))
    return list(dict.fromkeys(found))


def waiting(desk: shell.Desk, named: list[str], form: FilesForm) -> list[tuple[str, Received]]:
    """Each token with its file. One that waits no longer is said of the form, and none is there then."""
    try:
        return list(zip(named, uploads.held_for(named, desk.actor, None), strict=True))
    except Refused as refused:
        form.add_error("file", refusals.say(refused))
        return []


def proofs(there: list[tuple[str, Received]], code: str) -> list[Proof]:
    return [Proof(received, code) for _token, received in there]


def _hold(one: Any, desk: shell.Desk) -> str:
    announced = Announced(one.size, claimed_name=one.name or "", code=uploads.FOR_CLAIM)
    upload = library.announce(desk.shop_id, announced, actor=desk.actor, now=clock.now())
    upload = case_uploads.bring(upload, one.read, Body(0, one.size, None), instant=clock.now)
    if upload.state != Upload.HELD:
        raise Refused("storage_unavailable")
    return upload.token
