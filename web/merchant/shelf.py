"""The evidence library of a shop: papers to use again, by SKU and batch, with their expiry and how often they were used."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.forms import CharField, ChoiceField, DateField, DateInput, FileField, TextInput
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.models import Right
from common import clock
from common.errors import Missing, Refused
from disputes import refusals
from evidence import intake, library
from evidence import media as kinds
from evidence.models.library import LibraryItem
from rulebook import queries as rulebook
from web import media, uploads, wording
from web.fields import WordsField, at_most
from web.forms import HouseForm
from web.keyset import Cursor
from web.merchant import shell
from web.party.evidence_forms import EvidenceForm
from web.selects import PlainSelect

PAGE = 50
_OF_THE_FILE = ("file_missing", "upload_expired")


class ItemForm(HouseForm):
    """One file, what it shows, and which goods it is about."""

    file = FileField(label=gettext_lazy("Photo, video or PDF"), required=False)
    code = ChoiceField(label=gettext_lazy("What it shows"), widget=PlainSelect)
    name = WordsField(label=gettext_lazy("Short name"), help_text=at_most(60), max_length=60)
    sku = CharField(
        label=gettext_lazy("SKU begins with"),
        max_length=64,
        required=False,
        widget=TextInput(attrs={"class": "short", "autocomplete": "off"}),
        help_text=gettext_lazy("Leave it empty if it fits all of your goods."),
    )
    batch = CharField(
        label=gettext_lazy("Batch"),
        max_length=64,
        required=False,
        widget=TextInput(attrs={"class": "short", "autocomplete": "off"}),
    )
    expires_on = DateField(
        label=gettext_lazy("Good until"),
        required=False,
        widget=DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "short"}),
    )

    def __init__(self, *args: Any, codes: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].choices = codes  # type: ignore[attr-defined]
        self.fields["file"].help_text = media.limits_text()
        # It is kept for the form while the rest is typed; without script it comes with the form.
        self.fields["file"].widget.attrs |= {
            "accept": kinds.accepts(),
            "data-uploads": reverse("merchant:library_uploads"),
            "data-uploads-name": uploads.HELD,
        }


class FilterForm(HouseForm):
    q = CharField(label=gettext_lazy("SKU, batch or name"), required=False, max_length=64)


def index(request: HttpRequest) -> HttpResponse:
    """What is on the shelf; whoever may respond puts more on it."""
    desk = shell.enter(request)
    merchant_id = desk.shop_id
    may = Right.RESPOND in desk.rights
    kinds = rulebook.current_rules(desk.now).exhibits
    names = {code: str(kind.name) for code, kind in kinds.items() if not (kind.automatic or kind.platform_only)}
    form = ItemForm(request.POST or None, request.FILES or None, codes=list(names.items())) if may else None
    if request.method == "POST":
        if form is None:
            raise Http404
        if form.is_valid() and _put(desk, form, request.POST.getlist(uploads.HELD)[-1:]):
            messages.success(request, _("It is in the library."))
            return HttpResponseRedirect(reverse("merchant:library"))
    search = FilterForm(request.GET or None, auto_id="filter_%s")
    wanted = search.cleaned_data["q"].strip() if search.is_bound and search.is_valid() else ""
    rows = _rows(merchant_id, wanted, request.GET.get("after", ""))
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    today = desk.now.astimezone(wording.HOUSE_ZONE).date()
    context = {
        "title": _("Evidence library"),
        "form": form,
        "search": search,
        "applied": 1 if wanted else 0,
        "rows": [
            {
                "item": item,
                "kind": names.get(item.code, item.code),
                "over": item.expires_on is not None and item.expires_on < today,
                "short": item.sha256[:12],
            }
            for item in rows[:PAGE]
        ],
        "next": str(Cursor(last.added_at, last.pk)) if last else "",
        "is_later_page": bool(request.GET.get("after")),
    }
    status = 422 if form is not None and form.errors else 200
    return render(request, "merchant/library.html", shell.around(desk, "library", **context), status=status)


@require_POST
def remove(request: HttpRequest, item: str) -> HttpResponse:
    """Off the shelf; exhibits made of it stay."""
    desk = shell.enter(request)
    try:
        library.remove(item, actor=desk.actor, now=desk.now)
    except Missing:
        raise Http404 from None
    except Refused as refused:
        messages.error(request, refusals.say(refused))
    else:
        messages.success(request, _("Removed. Evidence in cases stays as it is."))
    return HttpResponseRedirect(reverse("merchant:library"))


def _rows(merchant_id: int, wanted: str, after: str) -> list[LibraryItem]:
    items = library.shelf(merchant_id)
    if wanted:
        items = items.filter(Q(sku__istartswith=wanted) | Q(batch__istartswith=wanted) | Q(name__icontains=wanted))
    at = Cursor.read(after)
    if at is not None:
        items = items.filter(Q(added_at__lt=at.at) | Q(added_at=at.at, id__lt=at.id))
    return list(items[: PAGE + 1])


def _put(desk: shell.Desk, form: ItemForm, held: list[str]) -> bool:
    data = dict(form.cleaned_data)
    file = data.pop("file")
    try:
        if file:
            received = intake.receive(file, claimed_name=file.name, now=desk.now, actor=desk.actor)
        elif held:
            [received] = uploads.held_for(held, desk.actor, None)
        else:
            raise Refused("file_missing")
        library.keep(desk.shop_id, received, **data, actor=desk.actor, now=clock.now())
    except Missing:
        raise Http404 from None
    except Refused as refused:
        where = EvidenceForm.field_of.get(refused.code, "file" if refused.code in _OF_THE_FILE else None)
        error = ValidationError(refusals.say(refused), code=refused.code)
        form.add_error(where if where in form.fields else None, error)
        return False
    return True
