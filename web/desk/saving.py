"""A draft saved by a script while its author writes: kept, answered in JSON, never a reason to lose a word.

The page without scripts sends the same form to the same address and gets a page (`workspace`).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, JsonResponse
from django.utils.translation import gettext as _

from arbitration import drafting, sheet
from arbitration.drafting import Saved
from arbitration.models import Ruling
from arbitration.queries import Workspace
from common import money
from common.actor import Actor
from common.errors import Missing, Refused
from disputes import refusals
from web import drafts, wording
from web.desk import beside, problems
from web.desk.ruling_form import RulingForm, field_of

HEADER = "X-Draft"


def save(work: Workspace, form: RulingForm, actor: Actor, now: datetime) -> Saved:
    """The act, with what the form says of its page. Only after ``is_valid``. Raises `Http404`, `Refused`."""
    try:
        return drafting.save(
            work.case.pk, form.draft(), version=form.number_of_version, tab=form.sent_from, actor=actor, now=now
        )
    except Missing:
        raise Http404 from None


def by_script(request: HttpRequest, work: Workspace, form: RulingForm, actor: Actor, now: datetime) -> JsonResponse:
    """The draft as a script sends it.

    200: ``version`` to write on, ``said`` to show, what is still ``lacking`` and the ``sum``. 409: another page wrote
    meanwhile; ``differs`` says what. No ``version`` is given then: only the page itself, sent by a person who has compared,
    puts this in its place. 422: ``errors`` by field.
    """
    if not form.is_valid():
        errors = {name: [str(error) for error in found] for name, found in form.errors.items()}
        return JsonResponse({"errors": errors, "said": _("Not saved yet: something has to change first.")}, status=422)
    try:
        saved = save(work, form, actor, now)
    except Refused as refused:
        field, said = field_of(refused), refusals.say(refused)
        return JsonResponse({"errors": {field or "__all__": [said]}, "said": said, "code": refused.code}, status=422)
    if saved.aside is not None:
        parts = beside.differing(drafting.draft_of(saved.ruling), form.draft(), form.rules, work.case.currency)
        told = {"standing": saved.ruling.version, "said": elsewhere(saved.ruling, now), "differs": parts}
        return JsonResponse(told, status=409)
    drafts.forget(request)
    return JsonResponse(_told(work, saved.ruling, now))


def elsewhere(standing: Ruling, now: datetime) -> str:
    """That another page wrote meanwhile, and that nothing is lost."""
    said = _("This draft was changed elsewhere at %(at)s. What you typed is kept; save again to put it in its place.")
    return said % {"at": wording.moment(standing.saved_at, now)}


def _told(work: Workspace, ruling: Ruling, now: datetime) -> dict[str, Any]:
    """What is lacking is read once more: it is that of the draft that was kept, not of the one before."""
    lacking = problems.of(sheet.view(sheet.read(work.case, ruling), now, names=work.names))
    at = ruling.saved_at.astimezone(wording.HOUSE_ZONE)
    return {
        "version": ruling.version,
        "at": ruling.saved_at.isoformat(),
        "said": _("Draft saved %(at)s") % {"at": f"{at:%H:%M:%S}"},
        "lacking": [{"text": line.text, "href": line.href} for line in lacking],
        "sum": money.sign(ruling.currency) + money.text(ruling.amount, ruling.currency),
    }
