"""The buyer's orders and the refund request: what can be asked for each thing bought. Decides nothing; the act does."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.forms import CharField, ChoiceField, RadioSelect, Select
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from common import clock, money
from common.actor import Role
from common.errors import Missing, Refused
from disputes import eligibility, labels, negotiation, parcels, refusals, remaining, statements
from disputes.lifecycle import Kind
from disputes.models import LIVE_STATES, Case
from marketplace.models import Order, OrderLine
from rulebook import queries as rulebook
from rulebook.models import RuleSet
from rulebook.rules import Rules
from rulebook.schema import Parcel, Reason, Type
from web import drafts, fetch, listing_pictures, silence, sums, wording
from web.buyer import lists
from web.fields import amount_field, words
from web.forms import HouseForm
from web.keyset import Cursor

PAGE = 20
MOST_LINES = 10_000  # no order has more things; an address that counts further is none
MERCHANTS_OWN = "merchant"  # the group of claims that only a shop can bring


@dataclass(frozen=True, slots=True)
class Row:
    """One thing bought: the live case about it, or the address where a refund is asked for, or neither.

    ``given_back``: all that was paid for it has come back. ``late`` says when the time to ask ended, if it is over for
    all that can happen; the address tells what is still open.
    """

    line: OrderLine
    picture: str
    case: Case | None
    ask_href: str
    late: str
    given_back: bool

    @property
    def begun(self) -> bool:
        """Whether a claim about it has been begun and not been sent."""
        return self.case is not None and getattr(self.case, "filing_draft", None) is not None


@dataclass(frozen=True, slots=True)
class Bought:
    order: Order
    rows: list[Row]


class RefundForm(HouseForm):
    """What went wrong, and what is asked for. Sums are typed as people type them."""

    field_of = {
        "amount_out_of_range": "amount",
        "text_missing": "text",
        "text_too_long": "text",
        "type_unknown": "type",
        "type_not_for_order": "type",
        "parcel_scanned": "type",
        "nothing_sent_back": "type",
        "nothing_came_back": "type",
        "out_of_window": "exception",
        "return_not_for_type": "kind",
    }
    type = ChoiceField(label=gettext_lazy("What happened"), widget=Select)
    exception = ChoiceField(
        label=gettext_lazy("Why it can still be asked for"),
        help_text=gettext_lazy("Only where the time to ask is over. We look at it if you ask the platform to step in."),
        required=False,
        widget=Select,
    )
    kind = ChoiceField(label=gettext_lazy("What you ask for"), widget=RadioSelect)
    amount = amount_field(gettext_lazy("Amount"))
    text: CharField = words(
        gettext_lazy("In your words"),
        gettext_lazy(
            "When it came, what you saw, what the merchant said. The merchant reads this. At most 500 characters."
        ),
    )

    def __init__(self, *args: Any, line: OrderLine, left: int, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        order = line.order
        kinds = negotiation.kinds_for(order.state)
        self.fields["kind"].choices = [(kind.value, labels.KINDS[kind]) for kind in kinds]  # type: ignore[attr-defined]
        if len(kinds) == 1:
            self.fields["kind"].initial = kinds[0].value
        rules = rulebook.rules(rulebook.in_force(rulebook.default_profile(), order.paid_at or now).pk)
        self.asking = asking = Asking.about(rules, order, parcels.known_of(line.pk, order), now)
        self.fields["type"].choices = [("", _("Choose")), *asking.choices]  # type: ignore[attr-defined]
        if asking.exceptions:
            named = [(code, f"{one.name} · {one.text}") for code, one in asking.exceptions.items()]
            self.fields["exception"].choices = [("", _("The time to ask is not over")), *named]  # type: ignore[attr-defined]
            if asking.late is not None:
                self.fields["exception"].choices = [("", _("Choose")), *named]  # type: ignore[attr-defined]
        else:
            del self.fields["exception"]
        self.fields["type"].error_messages["required"] = refusals.say(Refused("type_unknown"))
        self.fields["kind"].error_messages["required"] = _("Choose what you ask for.")
        self.fields["text"].error_messages["required"] = refusals.say(Refused("text_missing"))
        self.fields["kind"].widget.attrs["class"] = "radio"
        amount = self.fields["amount"]
        amount.currency = order.currency  # type: ignore[attr-defined]
        amount.initial = money.text(left, order.currency)
        amount.help_text = sums.at_most(left, line.paid, order.currency)
        amount.error_messages["required"] = refusals.say(Refused("amount_unreadable"))
        self.left, self.price, self.currency = left, line.paid, order.currency

    def clean(self) -> dict[str, Any]:
        """Said together with all else that is wrong; by itself the act would say it only when nothing else is."""
        typed = super().clean() or self.cleaned_data
        if typed.get("amount", 0) > self.left:
            refused = Refused("amount_out_of_range", highest=self.left, price=self.price, currency=self.currency)
            self.add_error("amount", refusals.say(refused))
        length = len(typed.get("text", "").strip())
        if length > statements.LONGEST:
            refused = Refused("text_too_long", field="text", longest=statements.LONGEST, length=length)
            self.add_error("text", refusals.say(refused))
        return typed


@dataclass(frozen=True)
class Asking:
    """What can be asked about an order now. ``choices``: by group, less what only an earlier request could have had.

    ``late``: when the last window ended, if all have; ``exceptions``: what may still admit some of it.
    """

    choices: list[tuple[str, list[tuple[str, str]]]]
    late: datetime | None
    exceptions: dict[str, Reason]

    @classmethod
    def about(cls, rules: Rules, order: Order, known: Collection[Parcel], now: datetime) -> Asking:
        kinds = types_for(rules, order.state, known)
        late = [kind for kind in kinds if negotiation.is_late(rules, kind.code, order, now)]
        named = dict.fromkeys(code for kind in late for code in kind.window.exceptions)
        lost = {kind.code for kind in late if not kind.window.exceptions}
        return cls(
            choices=type_choices(rules, kinds, without=lost, late={kind.code for kind in late}),
            late=late_since(rules, kinds, order, now),
            exceptions={code: rules.window_exceptions[code] for code in named},
        )


def late_since(rules: Rules, kinds: Collection[Type], order: Order, now: datetime) -> datetime | None:
    """When the last window ended of all these that can be asked about an order; ``None`` while one is open."""
    ended = None
    for kind in kinds:
        at = negotiation.is_late(rules, kind.code, order, now)
        if at is None:
            return None
        ended = max(ended or at, at)
    return ended


def types_for(rules: Rules, order_state: str, known: Collection[Parcel]) -> list[Type]:
    """What a buyer may say has happened to an order in this state, with this ``known`` of its parcels."""
    own = (kind for kind in rules.types.values() if kind.group != MERCHANTS_OWN)
    return [kind for kind in own if not eligibility.unfit(kind, order_state, known)]


def type_choices(
    rules: Rules, kinds: Collection[Type], *, without: Collection[str] = (), late: Collection[str] = ()
) -> list[tuple[str, list[tuple[str, str]]]]:
    """These in plain words, by group. ``late``: what needs an exception by now says so."""
    left = [kind for kind in kinds if kind.code not in without]
    grouped = [(group, [kind for kind in left if kind.group == code]) for code, group in rules.groups.items()]
    over = _("{what} (the time to ask is over)")
    return [
        (str(group.name), [(k.code, over.format(what=k.choice) if k.code in late else str(k.choice)) for k in members])
        for group, members in grouped
        if members
    ]


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Orders, newest first, each thing with what can be done about it."""
    actor = fetch.actor_or_404(request, Role.BUYER)
    orders = Order.objects.filter(buyer_id=actor.id).select_related("merchant")
    orders = orders.prefetch_related("lines").order_by("-placed_at", "-id")
    cursor = Cursor.read(request.GET.get("after", ""))
    if cursor is not None:
        orders = orders.filter(Q(placed_at__lt=cursor.at) | Q(placed_at=cursor.at, id__lt=cursor.id))
    found = list(orders[: PAGE + 1])
    page = found[:PAGE]
    lines = [line for order in page for line in order.lines.all()]
    cases = Case.objects.filter(line__in=lines, state__in=LIVE_STATES).select_related("filing_draft")
    live = {case.line_id: case for case in cases.defer("filing_draft__body")}
    left = remaining.of(lines)
    sets = rulebook.versions(rulebook.default_profile())
    now = clock.now()
    pictures = listing_pictures.firsts_seen([line.pk for line in lines], now)
    following = f"?after={Cursor(page[-1].placed_at, page[-1].pk)}" if len(found) > PAGE else ""
    shown = {
        "now": now,
        "nav": lists.nav(actor, "orders"),
        "orders": [Bought(order, _rows(order, live, left, pictures, sets, now)) for order in page],
        "next_href": following,
        "first_href": reverse("buyer:orders") if cursor is not None else "",
    }
    return render(request, "buyer/orders.html", shown)


def refund(request: HttpRequest, order: str, place: int) -> HttpResponse:
    """Ask the merchant for a refund of one thing of an order: the ``place``-th, counted from one."""
    actor = fetch.actor_or_404(request, Role.BUYER)
    line = _line_or_404(order, place, actor.id)
    now = clock.now()
    there = Case.objects.filter(line=line, state__in=LIVE_STATES).first()
    if there is not None:
        messages.info(request, refusals.say(Refused("live_case_exists")))
        return HttpResponseRedirect(reverse("buyer:case", args=[there.number]))
    procedure = rulebook.current_rules(now)
    left = remaining.of_one(line)
    form = RefundForm(request.POST if request.method == "POST" else None, line=line, left=left, now=now)
    drafts.restore(request, form)
    if request.method == "POST" and form.is_valid():
        try:
            case = negotiation.open_refund(
                line.pk,
                kind=Kind(form.cleaned_data["kind"]),
                type_code=form.cleaned_data["type"],
                amount=form.cleaned_data["amount"],
                text=form.cleaned_data["text"],
                exception=form.cleaned_data.get("exception", ""),
                actor=actor,
                now=now,
            )
        except Missing:
            raise Http404 from None
        except Refused as refused:
            field = form.field_of.get(refused.code)
            form.add_error(field if field in form.fields else None, refusals.say(refused))
        else:
            messages.success(request, _("Your request is with the merchant. You see here when it is answered."))
            return HttpResponseRedirect(reverse("buyer:case", args=[case.number]))
    shown = {
        "now": now,
        "form": form,
        "line": line,
        "picture": listing_pictures.firsts_seen([line.pk], now).get(line.pk, ""),
        "order": line.order,
        "open": bool(left) and bool(negotiation.kinds_for(line.order.state)) and bool(form.asking.choices),
        "left": left,
        "silences": silence.foreseen(negotiation.kinds_for(line.order.state), procedure),
        "late": _when_it_ended(form.asking.late, now),
        "routes": [route for code, route in procedure.routes.items() if code != "negotiate"],
        "back": reverse("buyer:orders"),
        "top_title": _("Ask for a refund"),
    }
    return render(request, "buyer/refund.html", shown, status=422 if form.errors else 200)


def _line_or_404(order: str, place: int, buyer_id: int | None) -> OrderLine:
    lines = OrderLine.objects.filter(order__public_id=order, order__buyer_id=buyer_id)
    found = (
        list(lines.select_related("order__merchant").order_by("id")[place - 1 : place])
        if 0 < place <= MOST_LINES
        else []
    )
    if not found:
        raise Http404
    return found[0]


def _rows(
    order: Order,
    live: dict[int, Case],
    left: dict[int, int],
    pictures: dict[int, str],
    sets: Sequence[RuleSet],
    now: datetime,
) -> list[Row]:
    lines = sorted(order.lines.all(), key=lambda line: line.pk)
    may_ask = bool(negotiation.kinds_for(order.state)) and order.paid_at is not None
    late = _late(order, sets, now) if may_ask else None
    rows = []
    for place, line in enumerate(lines, start=1):
        case = live.get(line.pk)
        asks = may_ask and case is None and left[line.pk] > 0
        href = reverse("buyer:refund", args=[order.public_id, place]) if asks else ""
        ended = _when_it_ended(late, now) if asks else ""
        rows.append(Row(line, pictures.get(line.pk, ""), case, href, ended, case is None and not left[line.pk]))
    return rows


def _when_it_ended(late: datetime | None, now: datetime) -> str:
    return _("The time to ask ended on {at}.").format(at=wording.deadline(late, now)) if late else ""


def _late(order: Order, sets: Sequence[RuleSet], now: datetime) -> datetime | None:
    """When the time to ask for anything about this order ended; no query."""
    if order.paid_at is None or not sets:
        return None
    rules = rulebook.rules(rulebook.among(sets, order.paid_at).pk)
    # Where the parcels are is asked when the address is opened: until then nothing is said to be over that may be open.
    return late_since(rules, types_for(rules, order.state, tuple(Parcel)), order, now)
