"""Taking in a feed: any order, any number of times, and a bad record stops nothing else."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from marketplace import fixtures, snapshots
from marketplace.batch import Report
from marketplace.feed import Problem
from marketplace.ingest import ingest
from marketplace.models import (
    ChatMessage,
    FeedFile,
    ListingSnapshot,
    Movement,
    Order,
    OrderLine,
    Parked,
    Payment,
    Shipment,
    TrackingEvent,
)
from marketplace.tables import MODELS

NOON = datetime(2026, 11, 25, 4, tzinfo=UTC)
pytestmark = pytest.mark.django_db

BUYER = {"type": "buyer", "id": "B1", "version": 1, "name": "小满"}
SHOP = {"type": "merchant", "id": "M1", "version": 1, "name": "山间茶器"}
LISTING = {
    "id": "L1",
    "title": "紫砂壶",
    "attributes": {"容量": "220ml"},
    "captured_at": "2026-11-01T00:00:00Z",
}
LINE = {
    "id": "1",
    "title": "紫砂壶",
    "category": "kitchen",
    "quantity": 1,
    "unit_price": 25900,
    "paid": 25900,
    "promises": [{"code": "damage_cover"}],
    "listing": LISTING,
}
ORDER: dict[str, Any] = {
    "type": "order",
    "id": "O1",
    "version": 2,
    "buyer": "B1",
    "merchant": "M1",
    "state": "PAID_UNSHIPPED",
    "currency": "CNY",
    "placed_at": "2026-11-01T02:00:00Z",
    "paid_at": "2026-11-01T02:05:00Z",
    "lines": [LINE],
}
PAYMENT = {
    "type": "payment",
    "id": "P1",
    "version": 1,
    "order": "O1",
    "amount": 25900,
    "currency": "CNY",
    "paid_at": "2026-11-01T02:05:00Z",
}
EVENT = {"id": "E1", "code": "picked_up", "at": "2026-11-02T02:00:00Z"}
PARCEL = {
    "type": "shipment",
    "id": "S1",
    "version": 1,
    "order": "O1",
    "carrier": "中通快递",
    "shipped_at": "2026-11-02T01:00:00Z",
    "events": [EVENT],
}
CHAT = {
    "type": "chat",
    "id": "C1",
    "version": 1,
    "buyer": "B1",
    "merchant": "M1",
    "from": "buyer",
    "at": "2026-11-01T01:00:00Z",
    "text": "壶嘴会不会滴水？",
}
BASE = [BUYER, SHOP, ORDER]


def take(*records: Any, source: str = "t", batch: int = 500) -> Report:
    return ingest(enumerate(records, start=1), source=source, now=NOON, batch=batch)


def tables(source: str = "t") -> dict[str, list[dict[str, Any]]]:
    """Everything received, by the marketplace's own ids: equal tables mean that nothing of the past shows."""
    order, person = "order__external_id", ("source", "external_id", "version", "seen_digest")
    wanted: dict[str, tuple[Any, tuple[str, ...]]] = {
        "buyers": (MODELS["buyer"], (*person, "user__display_name")),
        "merchants": (MODELS["merchant"], (*person, "merchant__name")),
        "orders": (Order, (*person, "state", "freight", "paid_at", "shipped_at", "merchant__name")),
        "payments": (Payment, (*person, order, "amount", "method")),
        "shipments": (Shipment, (*person, order, "carrier", "tracking_number")),
        "chats": (ChatMessage, (*person, order, "text", "sender")),
        "refunds": (MODELS["refund_elsewhere"], (*person, order, "amount")),
        "settlements": (MODELS["settlement"], (*person, order, "amount")),
        "deposits": (MODELS["deposit"], (*person, "amount")),
        "snapshots": (ListingSnapshot, ("source", "digest", "title")),
    }
    found = {
        name: list(model.objects.filter(source=source).order_by(columns[1]).values(*columns))
        for name, (model, columns) in wanted.items()
    }
    lines = OrderLine.objects.filter(order__source=source)
    found["lines"] = list(
        lines.order_by(order, "external_id").values(
            order, "external_id", "version", "title", "paid", "promises", "snapshot__digest"
        )
    )
    events = TrackingEvent.objects.filter(shipment__source=source)
    found["events"] = list(
        events.order_by("shipment__external_id", "external_id").values(
            "shipment__external_id", "external_id", "version", "code", "at", "text"
        )
    )
    movements = Movement.objects.filter(key__contains=f":{source}:")
    found["movements"] = list(
        movements.order_by("key").values("key", "kind", "amount", "currency", "at", order, "merchant__name")
    )
    found["parked"] = list(Parked.objects.filter(source=source).values("type", "external_id", "version"))
    return found


def test_the_same_version_again_changes_nothing() -> None:
    assert take(*BASE, PAYMENT, PARCEL, CHAT).counts["applied"] == 6
    before = tables()
    report = take(*BASE, PAYMENT, PARCEL, CHAT)
    assert report.counts == {"applied": 0, "unchanged": 6, "stale": 0, "parked": 0, "rejected": 0}
    assert tables() == before


def test_a_newer_version_replaces_and_an_older_one_is_kept_out() -> None:
    take(*BASE)
    shipped = {**ORDER, "version": 3, "state": "SHIPPED", "shipped_at": "2026-11-02T01:00:00Z"}
    assert take(shipped).applied == 1
    assert take(ORDER).stale == 1
    order = Order.objects.get(external_id="O1")
    assert (order.state, order.version) == ("SHIPPED", 3)


def test_an_order_keeps_its_public_address_when_it_changes() -> None:
    take(*BASE)
    before = Order.objects.get(external_id="O1").public_id
    take({**ORDER, "version": 3, "freight": 800})
    assert Order.objects.get(external_id="O1").public_id == before


def test_a_late_record_still_adds_the_carrier_events_nobody_else_named() -> None:
    later = {**PARCEL, "version": 2, "events": [{"id": "E2", "code": "signed", "at": "2026-11-04T02:00:00Z"}]}
    take(*BASE, later)
    assert take(PARCEL).stale == 1
    assert set(TrackingEvent.objects.values_list("external_id", flat=True)) == {"E1", "E2"}


def test_a_record_that_comes_before_what_it_refers_to_waits_for_it() -> None:
    report = take(PAYMENT, PARCEL, ORDER)
    assert report.counts == {"applied": 0, "unchanged": 0, "stale": 0, "parked": 3, "rejected": 0}
    assert take(PAYMENT).unchanged == 1
    assert take(SHOP).applied == 1  # the order still lacks its buyer
    assert take(BUYER).applied == 4
    assert not Parked.objects.exists()
    assert Movement.objects.get().amount == 25900


def test_a_parked_record_that_turns_out_wrong_is_reported_and_does_not_wait_for_ever() -> None:
    take({**PAYMENT, "currency": "USD"})
    report = take(*BASE)
    assert report.rejected == [Problem("currency", "currency_differs", None, "payment:P1")]
    assert not Parked.objects.exists() and not Payment.objects.exists()


def test_a_bad_record_is_named_and_stops_nothing_else() -> None:
    report = take(BUYER, "{", {**SHOP, "name": ""}, SHOP, ORDER, {**PAYMENT, "amount": 0}, CHAT)
    assert report.rejected == [
        Problem("", "not_json", 2),
        Problem("name", "empty", 3, "merchant:M1"),
        Problem("amount", "out_of_range", 6, "payment:P1"),
    ]
    assert report.applied == 4


def test_what_the_database_cannot_store_is_found_and_stands_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    narrow = "ALTER TABLE marketplace_chatmessage ADD CHECK (text <> 'unstorable')"
    with transaction.atomic(), _cursor() as cursor:
        cursor.execute(narrow)
    many = [{**CHAT, "id": f"C{n}", "text": "unstorable" if n == 5 else "好的"} for n in range(11)]
    report = take(*BASE, *many)
    assert report.rejected == [Problem("", "not_storable", 9, "chat:C5")]
    assert ChatMessage.objects.count() == 10


def _cursor() -> Any:
    from django.db import connection

    return connection.cursor()


@pytest.mark.parametrize(
    ("record", "field", "value"),
    [(ORDER, "buyer", "B2"), (ORDER, "currency", "USD"), (PAYMENT, "amount", 1), (CHAT, "from", "merchant")],
)
def test_whose_it_is_and_how_much_it_is_may_not_change(record: Any, field: str, value: Any) -> None:
    take(*BASE, PAYMENT, CHAT, {**BUYER, "id": "B2"})
    before = tables()
    report = take({**record, "version": 9, field: value})
    name = f"{record['type']}:{record['id']}"
    assert report.rejected == [Problem(field, "may_not_change", 1, name)]
    assert tables() == before


def test_one_version_may_not_mean_two_things() -> None:
    take(*BASE)
    report = take({**ORDER, "freight": 800})
    assert report.rejected == [Problem("version", "version_reused", 1, "order:O1")]


def test_two_marketplaces_may_use_the_same_ids() -> None:
    take(*BASE, source="t")
    take(*BASE, source="other")
    assert Order.objects.filter(external_id="O1").count() == 2
    assert len({order.buyer_id for order in Order.objects.all()}) == 2


def test_money_moves_once_however_often_it_is_reported() -> None:
    take(*BASE, PAYMENT, PAYMENT)
    take({**PAYMENT, "version": 2, "method": "alipay"})
    movement = Movement.objects.get()
    assert (movement.key, movement.kind, movement.amount) == ("payment:t:P1", "payment", 25900)
    assert movement.posted_at is None


def test_a_refund_the_court_did_not_make_leaves_the_pocket_it_names() -> None:
    refund = {
        "type": "refund_elsewhere",
        "version": 1,
        "order": "O1",
        "amount": 100,
        "currency": "CNY",
        "refunded_at": "2026-11-03T00:00:00Z",
    }
    pockets = ("escrow", "settlement", "deposit", "outside")
    take(*BASE, *[{**refund, "id": f"R-{pocket}", "paid_from": pocket} for pocket in pockets])
    assert list(Movement.objects.order_by("key").values_list("kind", flat=True)) == [
        "refund_deposit",
        "refund_escrow",
        "refund_settlement",
    ]


@pytest.mark.parametrize("change", [{"amount": 1}, {"key": "x"}])
def test_a_movement_keeps_its_sum(change: dict[str, Any]) -> None:
    take(*BASE, PAYMENT)
    with pytest.raises(DatabaseError), transaction.atomic():
        Movement.objects.update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        Movement.objects.all().delete()


def test_a_movement_is_posted_once() -> None:
    take(*BASE, PAYMENT)
    Movement.objects.update(posted_at=NOON)
    with pytest.raises(DatabaseError), transaction.atomic():
        Movement.objects.update(posted_at=None)


def test_a_listing_the_buyer_saw_is_never_rewritten() -> None:
    take(*BASE)
    changed = {**LINE, "listing": {**LISTING, "title": "紫砂壶（机制）"}}
    take({**ORDER, "version": 3, "lines": [changed]})
    assert set(ListingSnapshot.objects.values_list("title", flat=True)) == {"紫砂壶", "紫砂壶（机制）"}
    with pytest.raises(DatabaseError), transaction.atomic():
        ListingSnapshot.objects.update(title="x")


def test_a_frozen_copy_is_the_same_until_the_feed_says_something_new() -> None:
    take(*BASE, PAYMENT, PARCEL, CHAT)
    line = OrderLine.objects.get()
    body = snapshots.freeze(line.pk)
    assert json.loads(json.dumps(body)) == body
    take(*BASE, PAYMENT, PARCEL, CHAT)
    assert snapshots.freeze(line.pk) == body
    take({**ORDER, "version": 3, "freight": 800})
    assert snapshots.freeze(line.pk)["digest"] != body["digest"]
    assert body["order"]["freight"] == 0


def test_a_frozen_copy_holds_what_a_case_relies_on(django_assert_max_num_queries: Any) -> None:
    take(*BASE, PAYMENT, PARCEL, CHAT)
    line_id = OrderLine.objects.values_list("pk", flat=True).get()
    with django_assert_max_num_queries(1):
        body = snapshots.freeze(line_id)
    assert body["order"]["state"] == "PAID_UNSHIPPED"
    assert body["line"]["paid"] == 25900
    assert body["listing"]["attributes"] == {"容量": "220ml"}
    assert body["payments"][0]["amount"] == 25900
    assert body["shipments"][0]["events"][0]["code"] == "picked_up"
    assert body["chat"]["messages"][0]["text"] == "壶嘴会不会滴水？"
    # No freight was paid, and nothing came back elsewhere: nobody is shown a receipt of freight.
    assert set(snapshots.records(body)) == {"E01", "E02", "E03", "E24"}
    with_freight = {**body, "order": {**body["order"], "freight": 800}}
    assert snapshots.records(with_freight)["E25"]["freight"] == 800


def test_times_in_a_frozen_copy_are_written_as_python_writes_them() -> None:
    take(*BASE, PAYMENT, PARCEL, CHAT)
    order = Order.objects.get()
    order.paid_at = datetime(2026, 10, 3, 4, 5, 6, 120000, tzinfo=UTC)
    order.save()
    body = snapshots.freeze(order.lines.values_list("pk", flat=True).get())
    times = ("placed_at", "paid_at", "promised_ship_at", "signed_at")
    assert [body["order"][name] for name in times] == [
        moment.astimezone(UTC).isoformat() if moment else None
        for moment in (order.placed_at, order.paid_at, order.promised_ship_at, order.signed_at)
    ]
    assert body["order"]["paid_at"] == "2026-10-03T04:05:06.120000+00:00"
    event = TrackingEvent.objects.get(external_id=body["shipments"][0]["events"][0]["external_id"])
    assert body["shipments"][0]["events"][0]["at"] == event.at.isoformat()


def test_talk_about_another_order_stays_out_of_a_frozen_copy() -> None:
    other = {**ORDER, "id": "O2"}
    take(*BASE, other, CHAT, {**CHAT, "id": "C2", "order": "O2"}, {**CHAT, "id": "C3", "at": "2026-10-01T00:00:00Z"})
    line = OrderLine.objects.get(order__external_id="O1")
    assert [message["external_id"] for message in snapshots.freeze(line.pk)["chat"]["messages"]] == ["C1"]
    assert snapshots.message_count(line.pk) == 1


# ---- any order, any number of times


def _history() -> list[dict[str, Any]]:
    """A small feed in which most things change once or twice, as they would over some days."""
    records = [record for record in fixtures.generate(11, 5, shops=2, buyers=3) if record["type"] != "settlement"]
    records.append({**BUYER, "id": "B0000000", "version": 7, "name": "改名"})
    for record in [r for r in records if r["type"] == "order"][:3]:
        later = {**record, "version": record["version"] + 10, "freight": 900}
        later["lines"] = [{**record["lines"][0], "paid": 1, "listing": {**LISTING, "title": "后来的页面"}}]
        records.append(later)
    for record in [r for r in records if r["type"] == "shipment"][:2]:
        first = {**record, "version": 1, "events": record["events"][:1]}
        records.insert(0, first)
        records.append({**record, "version": 90, "carrier": "顺丰速运", "events": [{**EVENT, "id": "E99"}]})
    return records


HISTORY = _history()


class AnyOrder(TestCase):
    @settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(
        order=st.permutations(range(len(HISTORY))),
        again=st.lists(st.integers(0, len(HISTORY) - 1), max_size=12),
        batch=st.sampled_from([3, 7, 500]),
    )
    def test_a_shuffled_and_doubled_feed_ends_in_the_same_tables(
        self, order: list[int], again: list[int], batch: int
    ) -> None:
        report = take(*HISTORY, source="t")
        assert report.rejected == []
        straight = tables("t")
        take(*[HISTORY[index] for index in [*order, *again]], source="u", batch=batch)
        shuffled = json.loads(json.dumps(tables("u"), default=str).replace('"u"', '"t"').replace(":u:", ":t:"))
        assert shuffled == json.loads(json.dumps(straight, default=str))
        assert shuffled["parked"] == []


# ---- the command


@pytest.mark.django_db(transaction=True)
def test_the_command_goes_on_where_a_broken_run_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import marketplace.management.commands.ingest as command

    file = tmp_path / "feed.jsonl"
    records = list(fixtures.generate(2, 6, shops=2))
    file.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), encoding="utf-8")
    real, calls = command.receive, []

    def breaks(chunk: Any, **how: Any) -> Report:
        calls.append(len(chunk))
        if len(calls) == 3:
            raise KeyboardInterrupt
        return real(chunk, **how)

    monkeypatch.setattr(command, "receive", breaks)
    with pytest.raises(KeyboardInterrupt):
        call_command("ingest", str(file), "--source", "f", "--batch", "4")
    assert FeedFile.objects.get().line == 8
    monkeypatch.setattr(command, "receive", real)
    call_command("ingest", str(file), "--source", "f", "--resume")
    assert f"{len(records) - 8} applied" in capsys.readouterr().out
    place = FeedFile.objects.get()
    assert (place.line, place.offset) == (len(records), file.stat().st_size)
    assert place.finished_at is not None


@pytest.mark.django_db(transaction=True)
def test_the_command_names_bad_lines_and_ends_with_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "feed.jsonl"
    file.write_text(f"{json.dumps(BUYER)}\n\nnonsense\n{'x' * 600_000}\n{json.dumps(SHOP)}", encoding="utf-8")
    with pytest.raises(CommandError) as stopped:
        call_command("ingest", str(file), "--source", "f")
    assert stopped.value.returncode == 1
    shown = capsys.readouterr()
    assert "line 3: record: whole record: not_json" in shown.err
    assert "line 4: record: whole record: too_long" in shown.err
    assert "2 applied" in shown.out


def test_a_file_that_is_not_there_ends_with_two() -> None:
    with pytest.raises(CommandError) as stopped:
        call_command("ingest", "/nowhere.jsonl")
    assert stopped.value.returncode == 2
