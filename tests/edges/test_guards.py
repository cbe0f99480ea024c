"""Every guard of the lifecycle speaks with its code, through the API and on the page alike: one named row each.

A guard that only chooses between two rows of one event is never said to anybody, and says so here. What only the bench and
operations do has no address in the API, which is shown as well.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.models import Right, User
from api.actions import BY_EVENT
from arbitration import appeals, assignment, inquiries, rulings
from common import clock
from common.actor import Actor, Role
from common.errors import Refused
from disputes import clocks, guards, offers, submissions
from disputes.lifecycle import LIFECYCLE, Event, Kind, State
from ledger import keys
from tests import builders, claims, deciding, reach
from tests.acts.market import market, running_market
from tests.acts.test_enforcement import give
from tests.edges.callers import Caller
from tests.reach import Scene

__all__ = ["market", "running_market"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("market")]

# Of two rows of one event the facts choose one: whoever tries the event meets the other row, never this guard's word.
CHOOSE = {
    "owed_in_kind": "goods that came back are owed a refund, or a term to send others",
    "owed_in_money": "the same",
    "everybody_asked_has_answered": "the last answer leads on, the first is remembered",
    "other_side_waived_too": "the second waiver leads on, the first is remembered",
    "somebody_must_perform": "a ruling that orders nothing is carried out at once",
    "nothing_to_perform": "the same",
    "offer_settles": "a proposal of the platform is settled by the second acceptance",
    "offer_needs_a_return": "what was agreed decides where the case goes",
    "offer_needs_no_return": "the same",
}
# The desk has one button: what needs a second signature is proposed, everything else served. Only an act can be wrong here.
SIGNED = {"needs_a_second_pair_of_eyes": "needs_no_approval", "needs_no_second_pair_of_eyes": "needs_approval"}


@dataclass(frozen=True)
class Row:
    """``guard`` says ``code`` when ``who`` tries ``event``. ``body``: what the API is sent; ``None``: no address."""

    guard: str
    code: str
    event: Event
    who: str
    scene: Callable[[], Scene]
    body: dict[str, Any] | None = None
    typed: Callable[[Scene], dict[str, Any]] | None = None
    # What the page says where its reader never gets as far as the guard.
    page: str = ""

    def __str__(self) -> str:
        return f"{self.guard}-{self.event.value}-{self.code}"


# --- the scenes, each one step before the refusal ---------------------------------------------------------------------


def suspended() -> Scene:
    made = reach.a_scene()
    clocks.stop(made.case.pk, reason="agreed", text="双方同意暂停。", actor=made.ops, now=clock.now())
    return made


def too_late() -> Scene:
    made = reach.a_scene()
    builders.travel(timedelta(days=30))
    return made


def by_a_sub_account() -> Scene:
    made = reach.a_scene()
    made.merchant = builders.a_member(made.shop, rights=(Right.VIEW, Right.RESPOND, Right.ACCEPT), limit=20_000)
    return made


def to_be_performed(**scene: Any) -> Scene:
    made = deciding.served(**scene)
    for side in (made.buyer, made.merchant):
        appeals.waive(made.case.pk, actor=side, now=clock.now())
    return made


def file_closed() -> Scene:
    made = reach.queued()
    builders.travel(timedelta(days=4))
    return made


def shop_handed_in() -> Scene:
    made = reach.admitted()
    submissions.hand_in(made.case.pk, actor=made.merchant, now=clock.now())
    return made


def buyer_handed_in_against_a_claim() -> Scene:
    give(keys.advance("CNY"), 1_000_000)
    made = claims.admitted()
    submissions.hand_in(made.case.pk, actor=made.buyer, now=clock.now())
    return made


def buyer_was_asked() -> Scene:
    made = deciding.taken()
    inquiries.ask_more(
        made.case.pk, sides="buyer", points=(1,), text="请补拍底部。", actor=made.arbitrator, now=clock.now()
    )
    return made


def confirmed_early() -> Scene:
    """The shop said nothing until its term ended, and not that it is done; the term for evidence still runs."""
    made = reach.handed_in()
    reach.let_term_end(made)
    return made


def tied() -> Scene:
    made = reach.queued()
    builders.travel(timedelta(days=4))
    made.arbitrator = deciding.another(Role.ARBITRATOR)
    builders.a_line(Actor.buyer(made.arbitrator.id or 0), made.shop)
    return made


def ruled_by_a_senior() -> Scene:
    deciding.rules(new_arbitrator_rulings=1_000)
    made = reach.queued()
    builders.travel(timedelta(hours=25))
    assignment.take(made.case.pk, actor=made.senior, now=clock.now())
    ruling = deciding.drafted(made, actor=made.senior)
    rulings.propose(made.case.pk, version=ruling.version, actor=made.senior, now=clock.now())
    return made


def waived() -> Scene:
    made = deciding.served()
    appeals.waive(made.case.pk, actor=made.buyer, now=clock.now())
    return made


def appealed() -> Scene:
    made = deciding.dismissed()
    deciding.appealed(made)
    return made


def sent_back() -> Scene:
    made = deciding.under_appeal()
    appeals.send_back(
        made.case.pk,
        reasons=WHY_AGAIN,
        actor=made.senior,
        now=clock.now(),
    )
    return made


def ruled_again() -> Scene:
    made = sent_back()
    made.arbitrator = deciding.another(Role.ARBITRATOR)
    builders.travel(timedelta(hours=25))
    assignment.take(made.case.pk, actor=made.arbitrator, now=clock.now())
    ruling = deciding.drafted(made, deciding.for_the_merchant(made))
    rulings.issue(made.case.pk, version=ruling.version, actor=made.arbitrator, now=clock.now())
    return made


def offered() -> Scene:
    made = reach.a_scene()
    offers.make(made.case.pk, amount=100, returns=False, text="", actor=made.buyer, now=clock.now())
    return made


def offer_ran_out() -> Scene:
    made = reach.refused()
    offers.make(made.case.pk, amount=100, returns=False, text="", actor=made.buyer, now=clock.now())
    builders.travel(timedelta(days=3))
    return made


WHY_AGAIN = "新的照片足以影响认定，原裁决没有见过它，须由另一位裁决员重新审理并裁决；双方可以就新证据补充意见。"


def the_offer(made: Scene) -> dict[str, Any]:
    return {"offer": made.case.offers.get().pk}


TEXT = {"text": "汝窑开片是天然特征。"}
APPEAL = {"on_behalf_of": "buyer", "ground": "procedure", "points": [1], "text": "程序有误。"}
PARCEL = {"carrier": "顺丰", "tracking": "SF1234567890123"}
ROWS = [
    Row("clocks_are_running", "case_is_suspended", Event.REFUND_REFUSED, "merchant", suspended, TEXT),
    Row("within_the_term", "deadline_is_over", Event.REFUND_REFUSED, "merchant", too_late, TEXT),
    Row("nothing_speaks_against_it", "evidence_missing", Event.BUYER_HANDED_IN, "buyer", reach.admitted, {}),
    Row("within_own_limit", "over_your_limit", Event.REFUND_AGREED, "merchant", by_a_sub_account),
    Row("asked_for_a_return", "no_return_was_asked", Event.RETURN_AGREED, "merchant", reach.a_scene, {}),
    Row("goods_must_come_back", "no_return_is_due", Event.RETURN_SHIPPED, "buyer", to_be_performed, PARCEL),
    Row(
        "goods_stay",
        "return_is_due",
        Event.COMPLIED,
        "merchant",
        lambda: to_be_performed(kind=Kind.RETURN_REFUND),
        {},
    ),
    Row(
        "speaks_for_the_claim",
        "not_your_claim",
        Event.WITHDRAWN,
        "merchant",
        reach.a_scene,
        {"on_behalf_of": "merchant"},
    ),
    Row(
        "answers_the_claim", "your_own_claim", Event.CLAIM_ACCEPTED, "buyer", reach.handed_in, {"on_behalf_of": "buyer"}
    ),
    Row("evidence_is_open", "evidence_window_closed", Event.EVIDENCE_ADDED, "buyer", file_closed),
    Row("merchant_not_yet_handed_in", "already_handed_in", Event.MERCHANT_HANDED_IN, "merchant", shop_handed_in, {}),
    Row(
        "buyer_not_yet_handed_in",
        "already_handed_in",
        Event.BUYER_HANDED_IN,
        "buyer",
        buyer_handed_in_against_a_claim,
        {},
    ),
    Row("evidence_is_complete", "evidence_window_open", Event.TAKEN, "arbitrator", confirmed_early),
    Row(
        "was_asked",
        "you_were_not_asked",
        Event.MORE_EVIDENCE_HANDED_IN,
        "merchant",
        buyer_was_asked,
        {"on_behalf_of": "merchant"},
    ),
    Row("has_no_interest", "conflict_of_interest", Event.TAKEN, "arbitrator", tied),
    # A case that a colleague holds does not exist for another arbitrator; a senior reads it.
    Row("is_mine", "case_is_not_yours", Event.MORE_EVIDENCE_ASKED, "senior", deciding.taken),
    Row("second_pair_of_eyes", "own_ruling", Event.APPROVAL_TAKEN, "senior", ruled_by_a_senior),
    Row("may_still_appeal", "appeal_was_waived", Event.APPEAL_WAIVED, "buyer", waived, {"on_behalf_of": "buyer"}),
    Row("may_still_appeal", "already_appealed", Event.APPEAL_FILED, "buyer", ruled_again, APPEAL),
    Row(
        "the_other_side_appealed",
        "this_is_your_own_appeal",
        Event.APPEAL_ANSWERED,
        "buyer",
        appealed,
        {"on_behalf_of": "buyer", "text": "不同意。"},
    ),
    Row(
        "before_the_ruling",
        "already_ruled",
        Event.OFFER_MADE,
        "buyer",
        sent_back,
        {"on_behalf_of": "buyer", "amount": 100},
    ),
    Row(
        "offer_is_open",
        "offer_is_gone",
        Event.OFFER_ACCEPTED,
        "merchant",
        offer_ran_out,
        {"on_behalf_of": "merchant", "offer_of": "buyer"},
        the_offer,
    ),
    Row(
        "offer_is_theirs",
        "this_is_your_own_offer",
        Event.OFFER_ACCEPTED,
        "buyer",
        offered,
        {"on_behalf_of": "buyer", "offer_of": "buyer"},
        page="offer_is_gone",
    ),
    # Who has none of their own is told so; that somebody else has one is no news to them.
    Row(
        "offer_is_mine",
        "this_is_not_your_offer",
        Event.OFFER_RETRACTED,
        "merchant",
        offered,
        page="offer_is_gone",
    ),
    Row("is_suspended", "case_is_not_suspended", Event.CLOCKS_RESUMED, "ops", reach.a_scene),
]


# --- what is said ----------------------------------------------------------------------------------------------------


def on_the_page(made: Scene, row: Row) -> set[str]:
    """The codes that the page of the act answers with: before anybody writes, or to what was written."""
    area = {"arbitrator": "desk", "senior": "desk"}.get(row.who, row.who)
    actor: Actor = getattr(made, row.who)
    http = Client()
    http.force_login(User.objects.get(pk=actor.id))
    with translation.override("en"):
        path = reverse(f"{area}:act", args=[made.reload().number, row.event.value])
    reply = http.get(path)
    if reply.status_code == 200 and row.typed is not None:
        reply = http.post(path, {"seen": made.case.version, **row.typed(made)})
    assert reply.status_code in (403, 409, 422), (reply.status_code, reply.headers.get("Location"))
    closed = reply.context.get("closed")
    if closed is not None:
        assert str(reply.context["reason"]) and row.code not in reply.content.decode(), "words, and no code"
        return {closed.refused.code}
    return {error.code for errors in reply.context["form"].errors.as_data().values() for error in errors}


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_guard_refuses_with_its_code_by_api_and_page_alike(row: Row) -> None:
    made = row.scene()
    before = (made.reload().state, made.case.version)
    assert on_the_page(made, row) == {row.page or row.code}
    if row.body is not None:
        reply = Caller(source=made.case.order.source).act(made, row.event.value, **row.body)
        assert (reply.status_code, reply.json()["code"]) == (422, row.code)
    assert (made.reload().state, made.case.version) == before


def test_every_guard_of_the_table_has_its_row_or_only_chooses() -> None:
    used = {guard.__name__ for edge in LIFECYCLE.edges for guard in edge.guards}
    rows = {row.guard for row in ROWS}
    assert used == rows | set(CHOOSE) | set(SIGNED)
    assert not rows & set(CHOOSE)
    for row in ROWS:
        guard = getattr(guards, row.guard)
        assert any(edge.event is row.event and guard in edge.guards for edge in LIFECYCLE.edges), row


@pytest.mark.parametrize("name", CHOOSE)
def test_where_a_guard_chooses_another_row_of_the_event_takes_the_case(name: str) -> None:
    guard = getattr(guards, name)
    held = [edge for edge in LIFECYCLE.edges if guard in edge.guards]
    assert held
    for edge in held:
        if edge.roles == {Role.SYSTEM}:
            continue
        others = [one for one in LIFECYCLE.rows(edge.source, edge.event) if guard not in one.guards]
        assert any(one.roles & edge.roles for one in others), edge


@pytest.mark.parametrize(
    ("new", "act", "code"), [(0, rulings.propose, "needs_no_approval"), (9, rulings.serve, "needs_approval")]
)
def test_a_ruling_is_neither_proposed_without_need_nor_served_without_the_second_signature(
    new: int, act: Any, code: str
) -> None:
    deciding.rules(new_arbitrator_rulings=new)
    made = deciding.taken()
    ruling = deciding.drafted(made)
    with pytest.raises(Refused, match=code):
        act(made.case.pk, version=ruling.version, actor=made.arbitrator, now=clock.now())
    assert code in SIGNED.values() and made.state is State.UNDER_REVIEW


def test_what_has_no_body_here_has_no_address_in_the_api_or_no_such_reader_there() -> None:
    """Sub-accounts and other people's offers do not exist for a marketplace's system: it acts for the whole side."""
    without = {row.event for row in ROWS if row.body is None}
    there = {event for event in without if event in BY_EVENT}
    assert there == {Event.REFUND_AGREED, Event.OFFER_RETRACTED}
