"""Letters are printed after they were given, once for each reader, and what was printed stays recognised."""

from __future__ import annotations

import hashlib
import threading
from datetime import datetime, timedelta
from functools import partial

import pgtrigger
import pytest
from django.db import InternalError, connection, transaction

from arbitration import appeals, erasure, prints
from arbitration.models import Print, Ruling
from common import clock
from common.acts import act
from evidence import store
from insights import verification
from insights.verification import Thing, Verdict
from journal.kinds import Kind
from journal.models import Entry
from tests import deciding

pytestmark = pytest.mark.django_db
REASONS = "复核了全部凭证：申诉没有指出认定有误之处，新的照片也不能证明是同一只壶，因此原来的认定没有变化，维持原裁决。"


def printed(made) -> dict[str, Print]:
    while prints.do_next(clock.now):
        pass
    return {row.reader: row for row in Print.objects.filter(ruling__case=made.case)}


def content(row: Print) -> bytes:
    with store.storage().open(row.key, "rb") as file:
        return bytes(file.read())


def test_a_served_ruling_is_printed_for_both_sides_and_for_the_bench() -> None:
    made = deciding.served()
    assert Print.objects.filter(ruling__case=made.case, printed_at__isnull=True).count() == 3
    rows = printed(made)
    assert set(rows) == {"", "buyer", "merchant"}
    bodies = {reader: content(row) for reader, row in rows.items()}
    assert len(set(bodies.values())) == 3
    for reader, body in bodies.items():
        assert body.startswith(b"%PDF")
        assert rows[reader].sha256 == hashlib.sha256(body).hexdigest()
    told = Entry.objects.filter(stream_id=made.case.stream_id, kind=Kind.LETTER_PRINTED.value)
    assert {row.data["for"]: row.data["pdf"] for row in told} == {reader: row.sha256 for reader, row in rows.items()}
    assert not prints.do_next(clock.now)


def test_who_asks_before_the_worker_gets_the_very_file_that_counts() -> None:
    made = deciding.served()
    ruling = Ruling.objects.select_related("case").get(case=made.case)
    early = prints.printed(ruling, "buyer", now=clock.now())
    assert printed(made)["buyer"].sha256 == early.sha256
    assert prints.printed(ruling, "buyer", now=clock.now()).key == early.key


def test_a_letter_from_before_letters_were_printed_is_printed_when_asked_for() -> None:
    made = deciding.served()
    with pgtrigger.ignore("arbitration.Print:prints_stay"):
        Print.objects.all().delete()
    ruling = Ruling.objects.select_related("case").get(case=made.case)
    assert prints.printed(ruling, "merchant", now=clock.now()).size > 1_000


def test_a_decision_on_appeal_is_printed_too() -> None:
    made = deciding.under_appeal()
    appeal = appeals.uphold(
        made.case.pk, reasons=REASONS + deciding.of_what_is_new(made), actor=made.senior, now=clock.now()
    )
    printed(made)
    assert Print.objects.filter(appeal=appeal, printed_at__isnull=False).count() == 3
    newest = prints.newest(made.case)
    assert newest == appeal
    paper = prints.printed(appeal, "buyer", now=clock.now())
    assert verification.by_file(paper.sha256).verdict is Verdict.GENUINE


def test_a_printed_letter_is_recognised_by_itself_and_with_its_code_and_nothing_like_it_is() -> None:
    made = deciding.served()
    ruling = Ruling.objects.get(case=made.case)
    paper = printed(made)["merchant"]
    found = verification.by_file(paper.sha256)
    assert (found.verdict, found.thing, found.at, found.replaced) == (
        Verdict.GENUINE,
        Thing.LETTER,
        ruling.served_at,
        False,
    )
    assert verification.look_up(ruling.letter_code, paper.sha256).verdict is Verdict.GENUINE
    changed = hashlib.sha256(content(paper) + b"\n").hexdigest()
    assert verification.by_file(changed).verdict is Verdict.UNKNOWN
    assert verification.look_up(ruling.letter_code, changed).verdict is Verdict.DIFFERS
    other = Ruling.objects.exclude(case=made.case).filter(served_at__isnull=False).first() or _another_ruling()
    assert verification.look_up(other.letter_code, paper.sha256).verdict is Verdict.DIFFERS


def _another_ruling() -> Ruling:
    return Ruling.objects.get(case=deciding.served().case)


def test_a_letter_that_a_later_one_replaced_says_so_on_paper_too() -> None:
    made = deciding.under_appeal()
    first = printed(made)["buyer"]
    draft = deciding.drafted(made, deciding.a_draft(made), actor=made.senior)
    appeals.change(made.case.pk, version=draft.version, reasons=REASONS, actor=made.senior, now=clock.now())
    assert verification.by_file(first.sha256).replaced


def test_erased_means_no_bytes_and_still_recognised() -> None:
    made = deciding.served()
    paper = printed(made)["buyer"]
    act(lambda: erasure.erase([made.case.pk], now=clock.now()))()
    ruling = Ruling.objects.select_related("case").get(case=made.case)
    with pytest.raises(LookupError):
        prints.printed(ruling, "buyer", now=clock.now())
    assert store.storage().exists(paper.key)
    assert prints.remove(clock.now()) == 3
    assert not store.storage().exists(paper.key)
    assert prints.remove(clock.now()) == 0
    assert verification.by_file(paper.sha256).verdict is Verdict.GENUINE
    assert printed(made)["buyer"].key == ""


def test_what_was_erased_before_it_was_printed_is_never_printed() -> None:
    made = deciding.served()
    act(lambda: erasure.erase([made.case.pk], now=clock.now()))()
    assert not prints.do_next(clock.now)
    assert not Print.objects.filter(printed_at__isnull=False).exists()


def test_one_that_cannot_be_set_is_tried_again_later_and_not_for_ever(settings) -> None:
    made = deciding.served()
    settings.HENG_PRESS = "tests.acts.test_prints.broken"
    for _one in range(3):
        assert prints.do_next(clock.now)
    assert not prints.do_next(clock.now), "each waits before it is tried again"
    for hours in range(1, 40):
        later = clock.now() + timedelta(hours=hours)
        prints.do_next(partial(_same, later))
    assert set(Print.objects.filter(ruling__case=made.case).values_list("tries", flat=True)) == {5}


def _same(moment: datetime) -> datetime:
    return moment


def broken(given: object, reader: str) -> bytes:
    raise RuntimeError("no ink")


def test_what_was_printed_is_not_altered() -> None:
    made = deciding.served()
    paper = printed(made)["buyer"]
    for change in ({"sha256": "0" * 64}, {"key": "elsewhere"}, {"reader": "merchant"}, {"size": 1}):
        with pytest.raises(InternalError), transaction.atomic():
            Print.objects.filter(pk=paper.pk).update(**change)
    with pytest.raises(InternalError), transaction.atomic():
        paper.delete()


@pytest.mark.django_db(transaction=True)
def test_two_who_print_the_same_letter_at_once_leave_one_file() -> None:
    made = deciding.served()
    ruling = Ruling.objects.select_related("case").get(case=made.case)
    found: list[str] = []

    def ask() -> None:
        try:
            found.append(prints.printed(ruling, "buyer", now=clock.now()).key)
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _one in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(found) == 2 and len(set(found)) == 1
    assert Entry.objects.filter(stream_id=made.case.stream_id, kind=Kind.LETTER_PRINTED.value).count() == 1
