"""Several small forms on one page, each with its own act: which one was sent, what it said, and the page again on a no.

Knows forms by key; refuses to know what they are about.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import HiddenInput, IntegerField
from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from common.errors import Missing, Refused
from disputes import refusals
from web import drafts
from web.forms import HouseForm
from web.merchant.shell import Desk

Text = str | Promise
_SAVED = _("Saved.")


class IdForm(HouseForm):
    """Which row is meant."""

    id = IntegerField(widget=HiddenInput, min_value=1, max_value=2**62)


@dataclass(frozen=True)
class Part:
    """One form: how it is made, what it does, what is said afterwards. ``fields``: refusal code → field."""

    run: Callable[[Desk, dict[str, Any]], object]
    form: Callable[..., HouseForm] = IdForm
    done: Text = _SAVED
    fields: Mapping[str, str] = field(default_factory=dict)


def answer(
    request: HttpRequest, desk: Desk, parts: Mapping[str, Part], path: str
) -> HttpResponseRedirect | dict[str, HouseForm]:
    """Where to go after the form that was sent has been done; else every form of the page, that one with its errors."""
    what = request.POST.get("what", "") if request.method == "POST" else ""
    forms = {key: part.form(auto_id=f"{key}_%s") for key, part in parts.items() if key != what}
    if request.method != "POST":
        # What was typed and could not be sent: it belongs to one of the forms, and says to which.
        typed = drafts.kept(request)
        named = str(typed["what"]) if typed is not None and "what" in typed else ""
        if named in forms:
            drafts.restore(request, forms[named])
        return forms
    if what not in parts:
        raise Http404
    part = parts[what]
    form = part.form(request.POST, request.FILES or None, auto_id=f"{what}_%s")
    if form.is_valid():
        try:
            part.run(desk, form.cleaned_data)
        except Missing:
            raise Http404 from None
        except Refused as refused:
            name = part.fields.get(refused.code)
            error = ValidationError(refusals.say(refused), code=refused.code)
            form.add_error(name if name in form.fields else None, error)
        else:
            drafts.forget(request)
            messages.success(request, str(part.done))
            return HttpResponseRedirect(path)
    return {**forms, what: form}


def failed(forms: Mapping[str, HouseForm]) -> HouseForm | None:
    """The form that came back, for the summary of errors at the top of the page."""
    return next((form for form in forms.values() if form.errors), None)
