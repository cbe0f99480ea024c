"""What the shop sets for itself: two people above a sum, hours, words to use again, addresses; and each member's mail."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.forms import BooleanField, CharField, ChoiceField, RadioSelect, Textarea, TextInput
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import shop_desk
from accounts.models import Merchant, ReplyTemplate, ReturnAddress, Right, User
from common import money
from notifications import preferences, trials
from web import mailing
from web.fields import AmountField, WordsField, at_most
from web.forms import HouseForm
from web.merchant import arrange, shell
from web.merchant.arrange import Part

# What comes by e-mail: of one's own cases and those that nobody looks after, of the whole shop, or nothing.
MINE, ALL, NONE = "mine", "all", "none"
SLOTS = {
    "order": gettext_lazy("order number"),
    "tracking": gettext_lazy("tracking number"),
    "batch": gettext_lazy("batch"),
    "sum": gettext_lazy("sum asked for"),
}


class ShopForm(HouseForm):
    second_above = AmountField(
        label=gettext_lazy("Two people agree above"),
        required=False,
        max_length=20,
        widget=TextInput(attrs={"inputmode": "decimal", "class": "short"}),
        help_text=gettext_lazy("Leave it empty if one person is enough. Deadlines do not wait for the second one."),
    )
    hours = WordsField(
        label=gettext_lazy("Working hours, as your members read them"),
        required=False,
        max_length=120,
        help_text=gettext_lazy("Deadlines run day and night. At most 120 characters."),
    )


class TemplateForm(HouseForm):
    name = WordsField(label=gettext_lazy("Name"), help_text=at_most(40), max_length=40)
    text = WordsField(
        label=gettext_lazy("Words"),
        help_text=at_most(300),
        max_length=300,
        widget=Textarea(attrs={"rows": 3, "data-max": 300}),
    )


class AddressForm(HouseForm):
    name = WordsField(label=gettext_lazy("Name of the place"), help_text=at_most(40), max_length=40)
    recipient = WordsField(label=gettext_lazy("Recipient"), help_text=at_most(40), max_length=40)
    phone = CharField(label=gettext_lazy("Phone"), max_length=32, widget=TextInput(attrs={"inputmode": "tel"}))
    address = WordsField(label=gettext_lazy("Address"), help_text=at_most(200), max_length=200)
    is_usual = BooleanField(label=gettext_lazy("This is the usual one"), required=False)


class MailForm(HouseForm):
    email = ChoiceField(
        label=gettext_lazy("By e-mail as well"),
        choices=[
            (MINE, gettext_lazy("Cases that I look after, and those that nobody does")),
            (ALL, gettext_lazy("All cases of the shop")),
            (NONE, gettext_lazy("Nothing")),
        ],
        widget=RadioSelect(attrs={"class": "radio"}),
    )


def index(request: HttpRequest) -> HttpResponse:
    """Members read, whoever may respond keeps templates, owners arrange the rest."""
    desk = shell.enter(request)
    rights = desk.rights
    parts = {
        "mail": Part(_mail, MailForm),
        "test_mail": Part(_test_mail, HouseForm, done=gettext_lazy("A test e-mail is on its way to you.")),
    }
    if Right.RESPOND in rights:
        parts |= {
            "template": Part(_keep_template, TemplateForm, fields={"slot_unknown": "text"}),
            "drop_template": Part(_drop(shop_desk.remove_template), done=gettext_lazy("Removed.")),
        }
    if Right.MANAGE in rights:
        parts |= {
            "shop": Part(_shop, ShopForm),
            "address": Part(_keep_address, AddressForm, fields={"phone_unreadable": "phone"}),
            "drop_address": Part(_drop(shop_desk.remove_address), done=gettext_lazy("Removed.")),
        }
    forms = arrange.answer(request, desk, parts, reverse("merchant:settings"))
    if isinstance(forms, HttpResponseRedirect):
        return forms
    shop = Merchant.objects.get(pk=desk.shop_id)
    if "shop" in forms and not forms["shop"].is_bound:
        above = money.text(shop.second_above, "CNY") if shop.second_above is not None else ""
        forms["shop"].initial = {"second_above": above, "hours": shop.hours}
    if not forms["mail"].is_bound:
        wanted = preferences.of(desk.user_id)
        forms["mail"].initial = {"email": NONE if not wanted.email else ALL if wanted.colleagues else MINE}
    context = {
        "title": _("Settings"),
        "forms": forms,
        "form": arrange.failed(forms),
        "shop": shop,
        "mailing": mailing.of(cast(User, request.user)),
        "slots": [(f"{{{slot}}}", name) for slot, name in SLOTS.items()],
        "templates": ReplyTemplate.objects.filter(merchant=shop),
        "addresses": ReturnAddress.objects.filter(merchant=shop) if Right.RESPOND in rights else [],
        "manages": Right.MANAGE in rights,
    }
    status = 422 if context["form"] else 200
    return render(request, "merchant/settings.html", shell.around(desk, "settings", **context), status=status)


def _mail(desk: shell.Desk, data: dict[str, Any]) -> object:
    return preferences.choose(desk.user_id, email=data["email"] != NONE, colleagues=data["email"] == ALL)


def _test_mail(desk: shell.Desk, _data: dict[str, Any]) -> object:
    return trials.ask(desk.user_id, now=desk.now)


def _shop(desk: shell.Desk, data: dict[str, Any]) -> object:
    return shop_desk.set_limits(desk.shop_id, **data, actor=desk.actor, now=desk.now)


def _keep_template(desk: shell.Desk, data: dict[str, Any]) -> object:
    return shop_desk.keep_template(desk.shop_id, **data, actor=desk.actor, now=desk.now)


def _keep_address(desk: shell.Desk, data: dict[str, Any]) -> object:
    there = ReturnAddress.objects.filter(merchant_id=desk.shop_id, name=data["name"]).exists()
    kept = shop_desk.keep_address(desk.shop_id, **data, actor=desk.actor, now=desk.now)
    if there:
        told = _("“%(name)s” was there already: the new address stands in place of the old one.")
        messages.info(desk.request, told % {"name": kept.name})
    return kept


def _drop(act: Any) -> Any:
    return lambda desk, data: act(data["id"], actor=desk.actor, now=desk.now)
