"""Everybody in a story, at their pages; the clock and the engine between them. Nobody here calls an act.

People only follow what pages offer: they open one, find its form, fill in what they would, send it, and read what comes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.test import Client
from django.urls import reverse

from accounts.models import Merchant, User
from common import clock
from common.actor import Actor, Role, Side
from demo_market.server import Market
from disputes import negotiation, submissions
from disputes.eligibility import Situation
from disputes.lifecycle import Event, State
from disputes.models import Case, Deadline, Outcome
from engine import ticks
from journal import book as journal
from journal.models import Entry
from ledger import book, keys
from marketplace.models import Movement, Order, OrderLine
from tests import builders, deciding, reach
from tests.acts.market import paid_out
from tests.journeys.pages import Page

DAY, HOUR = builders.DAY, builders.HOUR
PAID = 68_000
AREAS = {
    Role.BUYER: "buyer",
    Role.MERCHANT: "merchant",
    Role.ARBITRATOR: "desk",
    Role.SENIOR: "desk",
    Role.OPS: "ops",
}


class Person:
    """One person with their session. Pages are in simplified Chinese, as they come by default."""

    def __init__(self, actor: Actor) -> None:
        self.actor, self.area = actor, AREAS[actor.role]
        self.http = Client()
        self.http.force_login(User.objects.get(pk=actor.id))

    def at(self, name: str, *of: Any) -> str:
        return reverse(f"{self.area}:{name}", args=of)

    def open(self, name: str, *of: Any, status: int = 200) -> Page:
        """A page of this person's area, by its name; redirects are followed."""
        return self.go(self.at(name, *of), status=status)

    def go(self, path: str, *, status: int = 200) -> Page:
        return _read(self.http.get(path, follow=True), path, status)

    def send(
        self, page: Page, *, form: Any = None, status: int = 200, files: dict[str, Any] | None = None, **filled: Any
    ) -> Page:
        """Fill in the form of a page and send it. ``status``: of where one ends up."""
        form = form or page.form(*filled, *(files or {}))
        data = form.filled(filled) | (files or {})
        path = form.action or page.path
        return _read(self.http.post(path, data, follow=True), path, status)

    def may(self, case: Case, event: Event) -> bool:
        """Whether the page of the case leads to the page of this event."""
        return any(event.value in link for link in self.open("case", case.number).links)

    def do(
        self, case: Case, event: Event, *, status: int = 200, files: dict[str, Any] | None = None, **filled: Any
    ) -> Page:
        """One event by its page, as it is filled in and sent."""
        page = self.open("act", case.number, event.value)
        assert event.value in page.path, f"{event} is not open to {self.actor.role}: {page.text[:300]}"
        return self.send(page, form=page.form("seen"), status=status, files=files, **filled)

    def reads(self, case: Case) -> str:
        """What the page of the case says."""
        return self.open("case", case.number).text


def _read(reply: Any, path: str, status: int) -> Page:
    where = reply.redirect_chain[-1][0] if reply.redirect_chain else path
    page = Page.of(where, reply.status_code, reply.content.decode())
    assert reply.status_code == status, (where, reply.status_code, page.text[:600])
    return page


@dataclass
class Town:
    """One order, one shop, and a court with everybody in it."""

    market: Market
    line: OrderLine
    shop: Merchant
    buyer: Person
    merchant: Person
    arbitrator: Person
    senior: Person
    ops: Person

    # --- what is true now

    @property
    def case(self) -> Case:
        return Case.objects.filter(line=self.line).latest("id")

    @property
    def state(self) -> State:
        return State(self.case.state)

    @property
    def outcome(self) -> Outcome:
        outcome = self.case.outcome
        assert outcome is not None
        return outcome

    def kinds(self) -> list[str]:
        """What happened, in order."""
        return list(Entry.objects.filter(stream=self.case.stream_id).order_by("seq").values_list("kind", flat=True))

    def paid(self) -> list[tuple[str, int]]:
        """What the marketplace was told to pay, each payment once."""
        return paid_out(self.market)

    def balance(self, account: str) -> int:
        make = getattr(keys, account)
        return book.balance(make("CNY") if account == "advance" else make(self._owner(account), "CNY"))

    def _owner(self, account: str) -> int:
        """Whose account it is: the order's, the shop's, or the case's."""
        owners = {"escrow": self.line.order_id, **dict.fromkeys(["settlement", "deposit", "receivable"], self.shop.pk)}
        return owners.get(account) or self.case.pk

    def all_is_well(self) -> None:
        """The chain holds, the books agree, nothing is on its way, and nothing waits but what should."""
        assert journal.verify(self.case.stream_id) is None
        assert book.audit() == []
        assert self.balance("clearing") == self.balance("freight") == self.balance("due") == 0
        assert Outcome.objects.filter(case=self.case, superseded_at__isnull=True).count() <= 1
        pending = Deadline.objects.filter(case=self.case, state=Deadline.PENDING)
        assert pending.count() == (0 if self.case.closed_at else 1)

    # --- time and the engine

    def tick(self) -> None:
        """What the workers do, until nothing is left to do."""
        for _round in range(20):
            if not ticks.everything():
                return
        raise AssertionError("the engine never comes to rest")

    def passes(self, step: timedelta) -> datetime:
        now = builders.travel(step)
        self.tick()
        return now

    def term_ends(self) -> None:
        """Nobody acts until the term of the case is over."""
        due_at = self.case.due_at
        assert due_at is not None
        builders.travel_to(due_at - timedelta(seconds=2))
        before = self.case.version
        self.tick()
        assert self.case.version == before, "a deadline fired early"
        self.passes(timedelta(seconds=3))

    # --- what every story begins with

    def asks_for_a_refund(self, **filled: Any) -> Case:
        """From the list of orders to the request that the merchant reads."""
        orders = self.buyer.open("orders")
        path = self.buyer.at("refund", self.line.order.public_id, 1)
        assert path in orders.links
        words = {"type": "DAMAGED", "text": "收到时壶身有裂纹，注水后渗水。"}
        page = self.buyer.send(self.buyer.go(path), **(words | filled))
        self.tick()
        assert page.path == self.buyer.at("case", self.case.number)
        return self.case

    def is_refused(self, text: str = "汝窑开片是天然特征，页面有说明。") -> None:
        self.merchant.do(self.case, Event.REFUND_REFUSED, text=text)
        self.tick()

    def begins_a_claim(self) -> Page:
        """From the conditions to the first question."""
        check = self.buyer.open("step_in", self.case.number)
        begin = self.buyer.at("begin", self.case.number)
        return self.buyer.send(check, form=next(form for form in check.forms if form.action == begin))

    def writes_a_claim(self, **filled: Any) -> Page:
        """Every question on its page, to the last look. ``filled``: answers that differ, by their field."""
        page = self.begins_a_claim()
        story = "当晚开箱就看到裂纹，马上拍照联系商家，商家说是开片。"
        written = {"point_1": "收到时壶身已有裂纹", "point_2": "注水后会渗水", "point_3": "", "story": story} | filled
        last_look = self.buyer.at("check", self.case.number)
        while page.path != last_look:
            before = page.path
            form = next(form for form in page.forms if "page" in form.names or "do" in form.buttons)
            wanted = {name: value for name, value in written.items() if name in form.names}
            page = self.buyer.send(page, form=form, **wanted)
            assert page.path != before, page.text
        return page

    def asks_the_platform(self, **filled: Any) -> None:
        """Eligibility, one question a page, a last look, sent."""
        done = self.buyer.send(self.writes_a_claim(**filled), understood="1")
        assert done.path == self.buyer.at("submitted", self.case.number)
        self.tick()
        assert self.state is State.ADMISSION

    def is_admitted(self) -> None:
        self.ops.do(self.case, Event.ADMITTED)
        self.tick()
        assert self.state is State.GATHERING_EVIDENCE

    def gives_what_is_asked(self) -> None:
        """The buyer goes down the checklist: a photo in every row that is required, then hands in."""
        missing = submissions.missing_evidence(self.case, Side.BUYER)
        for code, colour in zip(missing, ("teal", "navy", "olive", "maroon"), strict=False):
            page = self.buyer.open("evidence", self.case.number)
            self.buyer.send(page, form=page.form(code=code), files={"files": photo(colour)})
        self.buyer.do(self.case, Event.BUYER_HANDED_IN)
        self.tick()
        assert self.state is State.AWAITING_CONFIRMATION

    def gets_to_confirmation(self, **request: Any) -> None:
        """Asked for, refused, before the platform, admitted, the buyer's evidence handed in."""
        self.asks_for_a_refund(**request)
        self.is_refused()
        self.asks_the_platform()
        self.is_admitted()
        self.gives_what_is_asked()

    def is_rebutted(self) -> None:
        page = self.merchant.open("act", self.case.number, Event.CLAIM_REBUTTED.value)
        form = page.form("seen", "text")
        stances = {name: "disputes" for name in form.names if name.startswith("stance_")}
        words = {name: "出库质检完好，有打包照片。" for name in form.names if name.startswith("text_")}
        checked = self.merchant.send(page, form=form, text="出库时完好，包装完整。", do="check", **stances, **words)
        assert "出库质检完好，有打包照片。" in checked.text
        self.merchant.send(checked, form=checked.form("do"), do="send")
        self.tick()
        assert self.state is State.AWAITING_ASSIGNMENT

    # --- on the bench

    def gets_to_the_queue(self, **request: Any) -> None:
        """The same, with every point answered by the merchant; a day later everything on the file may be cited."""
        self.gets_to_confirmation(**request)
        self.is_rebutted()
        self.passes(25 * HOUR)

    def is_taken(self, who: Person | None = None) -> None:
        """From the list of what waits, with one click."""
        who = who or self.arbitrator
        take = who.at("act", self.case.number, Event.TAKEN.value)
        queue = who.open("queue")
        row = next((form for form in queue.forms if form.action == take), None)
        assert row is not None, queue.text
        who.send(queue, form=row)
        self.tick()
        assert (self.state, self.case.assignee_id) == (State.UNDER_REVIEW, who.actor.id)

    def is_drafted(self, finds: str = "buyer", *, who: Person | None = None, **filled: Any) -> Page:
        """All is looked at, found for one side and admitted, and saved; the preview says what it still lacks."""
        who = who or self.arbitrator
        page = who.open("case", self.case.number)
        form = page.form("share", "reasons")
        points = sorted(name.removeprefix("finding_") for name in form.names if name.startswith("finding_"))
        exhibits = sorted(name.removeprefix("admit_") for name in form.names if name.startswith("admit_"))
        assert points and exhibits
        for place in exhibits:
            who.open("exhibit", self.case.number, place)
        page = who.open("case", self.case.number)
        form = page.form("share", "reasons")
        freight = "退回运费按票据计算。" if filled.get("return_freight") else ""
        words = {
            # All of the price is no partial refund.
            "share": "0" if finds != "buyer" else "99" if filled.get("remedy", "R2") == "R2" else "100",
            "remedy": "R2" if finds == "buyer" else "R7",
            "clauses": ["2.5"],
            "more_clauses": "4.2",
            "reasons": f"争点 {'、'.join(points)}：{deciding.REASONS}依据凭证 {'、'.join(exhibits)}。{freight}",
        }
        words |= {f"finding_{number}": finds for number in points}
        words |= {f"admit_{number}": "yes" for number in exhibits}
        return who.send(page, form=form, go="preview", **(words | filled))

    def is_ruled(self, finds: str = "buyer", *, who: Person | None = None, **filled: Any) -> None:
        """Drafted, looked at, sent out, and not called back."""
        who = who or self.arbitrator
        preview = self.is_drafted(finds, who=who, **filled)
        who.send(preview, form=preview.form("seen", "version"))
        self.passes(timedelta(seconds=10))


def photo(colour: str) -> Any:
    """A picture with a name, as a phone sends it."""
    picture = reach.a_photo(colour)
    picture.name = f"{colour}.jpg"
    return picture


def gather(market: Market, *, rules: Callable[[], None] = builders.rules, **line: Any) -> Town:
    """A paid order that came, a shop with one member who may do everything, and the court's people."""
    rules()
    buyer, shop = builders.a_buyer(), builders.a_shop()
    row = builders.a_line(buyer, shop, paid=PAID, **line)
    return Town(
        market=market,
        line=row,
        shop=shop,
        buyer=Person(buyer),
        merchant=Person(builders.a_member(shop)),
        arbitrator=Person(builders.an_officer(Role.ARBITRATOR)),
        senior=Person(builders.an_officer(Role.SENIOR)),
        ops=Person(builders.an_officer(Role.OPS)),
    )


def situation(case: Case) -> Situation:
    """What the eligibility checks look at now."""
    return negotiation.situation(case, clock.now())


def order_is_now(town: Town, state: str) -> None:
    """The marketplace has told that its order is in another state."""
    Order.objects.filter(pk=town.line.order_id).update(state=state)


def was_paid_out(town: Town) -> None:
    """The marketplace has paid the merchant for this order already: nothing is left in escrow."""
    moved(town, Movement.Kind.SETTLEMENT, PAID)


def has_a_deposit(town: Town, amount: int) -> None:
    """As the court's books know it; the demo marketplace's own is larger."""
    moved(town, Movement.Kind.DEPOSIT, amount)


def moved(town: Town, kind: str, amount: int) -> None:
    of_order = kind != Movement.Kind.DEPOSIT
    Movement.objects.create(
        key=f"test:{kind}:{town.line.order_id}",
        kind=kind,
        order=town.line.order if of_order else None,
        merchant=None if of_order else town.shop,
        amount=amount,
        currency="CNY",
        at=clock.now(),
    )
