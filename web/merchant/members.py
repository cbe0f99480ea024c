"""Who works for the shop: what they may do, who is away and who stands in, who gets which new case. Owners arrange."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import (
    CharField,
    CheckboxSelectMultiple,
    ChoiceField,
    DateField,
    DateInput,
    MultipleChoiceField,
    TextInput,
)
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import memberships, shop_desk
from accounts.models import Membership, Merchant, Right, RoutingRule, User
from common import money
from common.errors import Missing, Refused
from disputes import handling, refusals
from disputes.models import Handling
from rulebook import queries as rulebook
from web import wording
from web.fields import AmountField
from web.forms import HouseForm
from web.merchant import arrange, shell
from web.merchant.arrange import Part
from web.selects import PlainSelect

RIGHTS = {
    Right.VIEW: gettext_lazy("Look"),
    Right.RESPOND: gettext_lazy("Respond"),
    Right.ACCEPT: gettext_lazy("Accept claims"),
    Right.APPEAL: gettext_lazy("Appeal"),
    Right.MANAGE: gettext_lazy("Manage the shop (everything)"),
}
# How many open cases are looked at to say who has how much to do.
MOST = 1000


class RightsForm(HouseForm):
    """What somebody may do, and up to which sum alone. An empty sum is no limit."""

    rights = MultipleChoiceField(
        label=gettext_lazy("Rights"),
        choices=[(right.value, label) for right, label in RIGHTS.items()],
        widget=CheckboxSelectMultiple,
        initial=[Right.VIEW.value, Right.RESPOND.value],
    )
    limit = AmountField(
        label=gettext_lazy("Accepts alone up to"),
        required=False,
        max_length=20,
        widget=TextInput(attrs={"inputmode": "decimal", "class": "short"}),
        help_text=gettext_lazy("Leave it empty for no limit."),
    )


class InviteForm(RightsForm):
    """Somebody who has an account already."""

    name = CharField(
        label=gettext_lazy("User name"),
        max_length=150,
        widget=TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )
    field_order = ("name", "rights", "limit")


class AwayForm(HouseForm):
    """Until when one is away, and who stands in meanwhile."""

    until = DateField(
        label=gettext_lazy("Last day away"),
        required=False,
        widget=DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "short"}),
        help_text=gettext_lazy("Leave it empty to say that you are back."),
    )
    cover = ChoiceField(label=gettext_lazy("Who stands in"), required=False, widget=PlainSelect)

    def __init__(self, *args: Any, people: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["cover"].choices = [("", _("Nobody in particular")), *people]  # type: ignore[attr-defined]


class RuleForm(HouseForm):
    """Which new cases go to whom."""

    type = ChoiceField(label=gettext_lazy("Dispute type"), required=False, widget=PlainSelect)
    sku = CharField(
        label=gettext_lazy("SKU begins with"),
        required=False,
        max_length=64,
        widget=TextInput(attrs={"class": "short", "autocomplete": "off"}),
    )
    member = ChoiceField(label=gettext_lazy("Goes to"), widget=PlainSelect)

    def __init__(self, *args: Any, types: list[tuple[str, str]], people: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["type"].choices = [("", _("All")), *types]  # type: ignore[attr-defined]
        self.fields["member"].choices = people  # type: ignore[attr-defined]


def index(request: HttpRequest) -> HttpResponse:
    """Everybody with what they may do and have to do; the forms of owners, and one's own absence."""
    desk = shell.enter(request)
    path = reverse("merchant:members")
    rows = list(
        Membership.objects.filter(merchant_id=desk.shop_id, removed_at__isnull=True)
        .select_related("user", "cover")
        .order_by("since", "id")
    )
    mine = next((row for row in rows if row.user_id == desk.actor.id), None)
    manages = mine is not None and mine.is_owner
    people = [(str(row.user_id), row.user.get_full_name()) for row in rows if row.user.is_active]
    types = [(kind.code, str(kind.name)) for kind in rulebook.current_rules(desk.now).types.values()]
    others = [(pk, name) for pk, name in people if pk != str(desk.actor.id)]
    parts = {
        "away": Part(
            _go_away, partial(AwayForm, people=others), fields={"time_is_past": "until", "cover_is_away": "cover"}
        )
    }
    if manages:
        parts |= {
            "invite": Part(
                _invite, InviteForm, gettext_lazy("They can work for the shop from now on."), _INVITE_FIELDS
            ),
            "rule": Part(_add_rule, partial(RuleForm, types=types, people=people)),
            "drop_rule": Part(_drop_rule, done=gettext_lazy("Removed.")),
        }
    forms = arrange.answer(request, desk, parts, path)
    if isinstance(forms, HttpResponseRedirect):
        return forms
    if mine is not None and not forms["away"].is_bound:
        until = mine.away_until if mine.away_until and desk.now < mine.away_until else None
        forms["away"].initial = {
            "until": _last_day(until) if until else None,
            "cover": str(mine.cover_id or ""),
        }
    names = dict(types)
    context = {
        "title": _("Members"),
        "people": _people(desk, rows),
        "manages": manages,
        "forms": forms,
        "form": arrange.failed(forms),
        "rules": [
            {
                "id": rule.pk,
                "what": names.get(rule.type_code, rule.type_code) or _("All"),
                "sku": rule.sku_prefix,
                "who": rule.member.get_full_name(),
            }
            for rule in RoutingRule.objects.filter(merchant_id=desk.shop_id).select_related("member")
        ],
    }
    status = 422 if context["form"] else 200
    return render(request, "merchant/members.html", shell.around(desk, "members", **context), status=status)


def change(request: HttpRequest, membership: int) -> HttpResponse:
    """What one member may do from now on."""
    desk, row = _owned(request, membership)
    start = {
        "rights": [right.value for right in Right] if row.is_owner else row.rights,
        "limit": money.text(row.accept_limit, "CNY") if row.accept_limit is not None else "",
    }
    form = RightsForm(request.POST if request.method == "POST" else None, initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            memberships.change(row.pk, **_wanted(form.cleaned_data), actor=desk.actor, now=desk.now)
        except Missing:
            raise Http404 from None
        except Refused as refused:
            name = {"more_than_you_have": "limit", "last_owner": "rights"}.get(refused.code)
            form.add_error(name, ValidationError(refusals.say(refused), code=refused.code))
        else:
            messages.success(request, _("Saved."))
            return HttpResponseRedirect(reverse("merchant:members"))
    context = {"title": _("What %(name)s may do") % {"name": row.user.get_full_name()}, "form": form}
    status = 422 if form.errors else 200
    return render(request, "merchant/member.html", shell.around(desk, "members", **context), status=status)


def remove(request: HttpRequest, membership: int) -> HttpResponse:
    """GET: what it means. POST: the person no longer works for the shop."""
    desk, row = _owned(request, membership)
    refusal = ""
    if request.method == "POST":
        try:
            memberships.remove(row.pk, actor=desk.actor, now=desk.now)
            handling.let_go(row.merchant_id, row.user_id, actor=desk.actor, now=desk.now)
        except Missing:
            raise Http404 from None
        except Refused as refused:
            refusal = refusals.say(refused)
        else:
            messages.success(request, _("Removed."))
            return HttpResponseRedirect(reverse("merchant:members"))
    told = {"name": row.user.get_full_name()}
    context = {
        "title": _("Remove %(name)s") % told,
        "refusal": refusal,
        "verb": _("Remove %(name)s") % told,
        "back": reverse("merchant:members"),
        "consequences": [
            {"icon": "log-out", "text": _("They can no longer open the shop's cases, from this moment on.")},
            {"icon": "inbox", "text": _("Their cases stay, and wait for a new assignee.")},
            {"icon": "history", "text": _("What they did stays in the records.")},
        ],
    }
    status = 422 if refusal else 200
    return render(request, "merchant/confirm.html", shell.around(desk, "members", **context), status=status)


_INVITE_FIELDS = {"nobody_by_that_name": "name", "already_a_member": "name", "more_than_you_have": "limit"}


def _invite(desk: shell.Desk, data: dict[str, Any]) -> object:
    user = User.objects.filter(username=data["name"].strip(), is_active=True).first()
    if user is None:
        raise Refused("nobody_by_that_name")
    return memberships.invite(desk.shop_id, user_id=user.pk, **_wanted(data), actor=desk.actor, now=desk.now)


def _wanted(data: dict[str, Any]) -> dict[str, Any]:
    return {"rights": [Right(right) for right in data["rights"]], "accept_limit": data["limit"]}


def _go_away(desk: shell.Desk, data: dict[str, Any]) -> object:
    mine = Membership.objects.get(merchant_id=desk.shop_id, user_id=desk.user_id, removed_at__isnull=True)
    until = None
    if data["until"] is not None:
        # The whole of the last day is still away.
        until = datetime.combine(data["until"] + timedelta(days=1), time(), wording.HOUSE_ZONE)
    cover = int(data["cover"]) if data["cover"] else None
    return memberships.go_away(mine.pk, until=until, cover_id=cover, actor=desk.actor, now=desk.now)


def _last_day(until: datetime) -> Any:
    return (until.astimezone(wording.HOUSE_ZONE) - timedelta(seconds=1)).date()


def _add_rule(desk: shell.Desk, data: dict[str, Any]) -> object:
    return shop_desk.add_rule(
        desk.shop_id,
        type_code=data["type"],
        sku_prefix=data["sku"],
        member_id=int(data["member"]),
        actor=desk.actor,
        now=desk.now,
    )


def _drop_rule(desk: shell.Desk, data: dict[str, Any]) -> object:
    return shop_desk.remove_rule(data["id"], actor=desk.actor, now=desk.now)


def _owned(request: HttpRequest, membership: int) -> tuple[shell.Desk, Membership]:
    """The standing membership of the reader's shop, for an owner; for everybody else it does not exist."""
    desk = shell.enter(request)
    row = (
        Membership.objects.filter(pk=membership, merchant_id=desk.shop_id, removed_at__isnull=True)
        .select_related("user")
        .first()
    )
    if row is None or Right.MANAGE not in desk.rights:
        raise Http404
    return desk, row


def _alone(row: Membership, second_above: int | None) -> int | None:
    """Up to which sum a member accepts without anybody else, in minor units: above the shop's it takes two."""
    if Right.ACCEPT.value not in row.rights and not row.is_owner:
        return 0
    return min((limit for limit in (row.accept_limit, second_above) if limit is not None), default=None)


def _people(desk: shell.Desk, rows: list[Membership]) -> list[dict[str, Any]]:
    second_above = Merchant.objects.values_list("second_above", flat=True).get(pk=desk.shop_id)
    open_now = Handling.objects.filter(merchant_id=desk.shop_id, case__closed_at__isnull=True)
    loads = Counter(open_now.order_by().values_list("member_id", flat=True)[:MOST])
    return [
        {
            "id": row.pk,
            "name": row.user.get_full_name(),
            "is_me": row.user_id == desk.actor.id,
            "rights": [RIGHTS[Right.MANAGE]] if row.is_owner else [RIGHTS[r] for r in Right if r.value in row.rights],
            "limit": _alone(row, second_above),
            "load": loads[row.user_id],
            "away": row.away_until if row.away_until and desk.now < row.away_until else None,
            "cover": row.cover.get_full_name() if row.cover else "",
        }
        for row in rows
    ]
