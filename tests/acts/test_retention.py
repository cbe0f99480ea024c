"""Words and files go when their term is over, or when a person asks; what proofs need stays, and a hold comes first."""

from __future__ import annotations

import random
import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import InternalError, connection, transaction
from django.db.utils import IntegrityError

from accounts.models import User
from arbitration import appeals
from arbitration.models import Appeal, Ruling
from common import clock
from common.actor import Actor, Role
from common.errors import Missing, Refused
from disputes import legal_holds, negotiation
from disputes.lifecycle import Kind as LifecycleKind
from disputes.models import Case, CaseFile, ErasureRequest, LegalHold, Statement
from engine import retention, ticks
from evidence import orphans, seals, store
from evidence.models import Blob, Derivative, Exhibit, Seal
from insights import verification
from insights.verification import Verdict
from journal import book
from journal.kinds import Kind
from journal.models import Entry
from marketplace.models import ChatMessage
from tests import builders, deciding, reach
from tests.reach import Scene

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
KEPT = timedelta(days=1096)
CANARY = "金丝雀"


def withdrawn(**scene: Any) -> Scene:
    """The shortest case: asked for, and taken back."""
    made = reach.a_scene(**scene)
    negotiation.withdraw(made.case.pk, actor=made.buyer, now=clock.now())
    made.reload()
    return made


def over(made: Scene) -> datetime:
    assert made.case.closed_at is not None
    return made.case.closed_at + KEPT


def holding(word: str) -> list[str]:
    """Every column of every table in which this word stands, in text or JSON."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema()"
            " AND data_type IN ('text', 'character varying', 'jsonb', 'json', 'ARRAY') ORDER BY 1, 2"
        )
        found = []
        for table, column in cursor.fetchall():
            cursor.execute(f'SELECT 1 FROM "{table}" WHERE strpos("{column}"::text, %s) > 0 LIMIT 1', [word])
            if cursor.fetchone():
                found.append(f"{table}.{column}")
    return found


WORDS = (
    *("收到时壶身", "汝窑开片", "壶身已有裂纹", "当晚开箱", "出库时完好", "签收当晚即报损"),
    *("壶身特写", "同一只壶", "照片刚找回", "渗水细节", CANARY),
)


@pytest.fixture
def made() -> Scene:
    """Ruled on, appealed, upheld, over: everybody has said everything there is to say."""
    found = deciding.under_appeal()
    builders.a_message(found.case.line, "buyer", f"{CANARY}住在三楼", clock.now())
    reasons = (
        deciding.of_what_is_new(found)
        + "申诉所附照片不能确认拍摄的是本单商品，原裁决认定事实和适用规则无误，予以维持。"
    )
    appeals.uphold(found.case.pk, reasons=reasons, actor=found.senior, now=clock.now())
    for _round in range(3):
        ticks.consequences()
        ticks.money()
    found.reload()
    assert found.case.closed_at is not None
    return found


def keys_of(case: Case) -> list[str]:
    blobs = Blob.objects.filter(exhibits__dossier_id=case.dossier_id).distinct()
    copies = Derivative.objects.filter(blob__in=blobs).values_list("key", flat=True)
    return [*blobs.values_list("key", flat=True), *copies]


def test_after_its_term_nothing_of_what_was_said_or_shown_is_left_anywhere(made: Scene) -> None:
    assert holding(CANARY) == ["marketplace_chatmessage.text"]
    keys = keys_of(made.case)
    assert keys and all(store.storage().exists(key) for key in keys)
    now = over(made)
    assert retention.erase_due(now) == 1
    assert retention.erase_due(now) == 0
    while orphans.collect(now):
        pass
    assert {word: holding(word) for word in WORDS} == {word: [] for word in WORDS}
    assert [key for key in keys if store.storage().exists(key)] == []
    assert not Blob.objects.filter(exhibits__dossier_id=made.case.dossier_id).exists()


def test_a_storage_that_fails_in_between_is_asked_again_until_every_byte_is_gone(
    made: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys, now = keys_of(made.case), over(made)
    assert retention.erase_due(now) == 1
    storage, asked = store.storage(), []
    delete = type(storage).delete

    def failing(self: object, name: str) -> None:
        asked.append(name)
        if len(asked) == 3:
            raise OSError("the store is away")
        delete(storage, name)

    with monkeypatch.context() as patched:
        patched.setattr(type(storage), "delete", failing)
        with pytest.raises(OSError, match="away"):
            orphans.collect(now)
    assert [key for key in keys if storage.exists(key)]
    while orphans.collect(now):
        pass
    assert not [key for key in keys if storage.exists(key)]
    assert not Blob.objects.exclude(exhibits__isnull=False).exists()


def test_what_was_decided_and_every_digest_outlive_the_words(made: Scene) -> None:
    before = list(Exhibit.objects.filter(dossier_id=made.case.dossier_id).order_by("pk"))
    letter = Ruling.objects.get(case=made.case)
    records = [seals.record(row) for row in before]
    retention.erase_due(over(made))
    after = list(Exhibit.objects.filter(dossier_id=made.case.dossier_id).order_by("pk"))
    assert [seals.record(row) for row in after] == records
    assert [(row.sha256, row.number, row.receipt_code) for row in after] == [
        (row.sha256, row.number, row.receipt_code) for row in before
    ]
    assert all(seals.check(seal) == [] for seal in Seal.objects.filter(dossier_id=made.case.dossier_id))
    assert book.verify(made.case.stream_id) is None
    assert Entry.objects.filter(stream=made.case.stream).order_by("-seq")[0].kind == Kind.ERASED.value
    assert verification.look_up(letter.letter_code, letter.letter_digest).verdict is Verdict.GENUINE
    outcome = made.reload().outcome
    assert outcome is not None
    assert made.case.erased_at == over(made)


def test_no_case_is_erased_a_moment_before_its_term_is_over() -> None:
    made = withdrawn()
    assert retention.erase_due(over(made) - timedelta(microseconds=1)) == 0
    assert made.reload().erased_at is None
    assert retention.erase_due(over(made)) == 1


def test_an_open_case_is_never_due() -> None:
    reach.filed()
    assert retention.due_cases(clock.now() + 10 * KEPT, limit=9) == []


def test_a_legal_hold_keeps_everything_until_it_is_lifted() -> None:
    made = withdrawn()
    hold = legal_holds.place(made.case.pk, reason="法院调取 (2026) 123", actor=made.ops, now=clock.now())
    assert legal_holds.place(made.case.pk, reason=hold.reason, actor=made.ops, now=clock.now()).pk == hold.pk
    assert retention.erase_due(over(made) + KEPT) == 0
    assert Statement.objects.filter(case=made.case).exclude(text="").exists()
    legal_holds.lift(made.case.pk, reason="已结案", actor=made.ops, now=clock.now())
    assert retention.erase_due(over(made)) == 1
    kinds = list(Entry.objects.filter(stream=made.case.stream).order_by("seq").values_list("kind", flat=True))
    assert kinds[-3:] == ["hold_placed", "hold_lifted", "erased"]
    assert "法院" not in str(list(Entry.objects.values_list("data", flat=True)))


@pytest.mark.parametrize(
    ("reason", "code"), [("", "text_missing"), ("  ", "text_missing"), ("长" * 301, "text_too_long")]
)
def test_a_hold_needs_a_reason_of_some_length(reason: str, code: str) -> None:
    made = withdrawn()
    with pytest.raises(Refused, match=code):
        legal_holds.place(made.case.pk, reason=reason, actor=made.ops, now=clock.now())


@pytest.mark.parametrize("who", ["buyer", "merchant", "arbitrator", "senior"])
def test_nobody_but_operations_holds_or_forgets(who: str) -> None:
    made = withdrawn()
    actor: Actor = getattr(made, who)
    assert made.buyer.id is not None
    with pytest.raises(Missing):
        legal_holds.place(made.case.pk, reason="x", actor=actor, now=clock.now())
    with pytest.raises(Missing):
        legal_holds.lift(made.case.pk, reason="x", actor=actor, now=clock.now())
    with pytest.raises(Missing):
        retention.propose(made.buyer.id, reference="x", actor=actor, now=clock.now())
    asked = retention.propose(made.buyer.id, reference="x", actor=made.ops, now=clock.now())
    with pytest.raises(Missing):
        retention.approve(asked.pk, actor=actor, now=clock.now())


def test_a_second_hold_and_a_lift_without_one_are_refused() -> None:
    made = withdrawn()
    with pytest.raises(Refused, match="no_hold_stands"):
        legal_holds.lift(made.case.pk, reason="x", actor=made.ops, now=clock.now())
    legal_holds.place(made.case.pk, reason="one", actor=made.ops, now=clock.now())
    with pytest.raises(Refused, match="hold_stands"):
        legal_holds.place(made.case.pk, reason="two", actor=made.ops, now=clock.now())


def test_what_is_erased_cannot_be_held_any_more() -> None:
    made = withdrawn()
    retention.erase_due(over(made))
    with pytest.raises(Refused, match="case_is_erased"):
        legal_holds.place(made.case.pk, reason="late", actor=made.ops, now=clock.now())


def test_the_database_itself_erases_neither_an_open_nor_a_held_case() -> None:
    made = reach.filed()
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.filter(pk=made.case.pk).update(erased_at=clock.now())
    other = withdrawn()
    legal_holds.place(other.case.pk, reason="x", actor=other.ops, now=clock.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.filter(pk=other.case.pk).update(erased_at=clock.now())


def test_the_triggers_permit_the_erasure_and_nothing_else(made: Scene) -> None:
    now = clock.now()
    rows = Exhibit.objects.filter(dossier_id=made.case.dossier_id)
    files = CaseFile.objects.filter(case=made.case)
    attempts = [
        (rows, {"name": ""}),
        (rows, {"blob": None, "content": None}),
        (rows, {"erased_at": now, "words_digest": "0" * 64}),  # the bytes stay: no erasure
        (rows, {"erased_at": now, "blob": None, "content": None, "name": "", "note": ""}),  # no digest is left
        (
            rows,
            {
                "erased_at": now,
                "words_digest": "0" * 64,
                "blob": None,
                "content": None,
                "name": "",
                "note": "",
                "sha256": "0" * 64,
            },
        ),
        (files, {"body": {}}),
        (files, {"erased_at": now}),
        (files, {"body": {}, "erased_at": now, "digest": "0" * 64}),
        (Ruling.objects.filter(case=made.case), {"letter": None, "reasons": ""}),
        (Ruling.objects.filter(case=made.case), {"erased_at": now}),
        (Ruling.objects.filter(case=made.case), {"erased_at": now, "letter": None, "reasons": "", "amount": 1}),
        (Appeal.objects.filter(case=made.case), {"letter": None, "reasons": ""}),
        (Appeal.objects.filter(case=made.case), {"erased_at": now, "letter": None, "reasons": "", "ground": "x"}),
    ]
    for found, changes in attempts:
        with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
            found.update(**changes)
    retention.erase_due(over(made))
    undo = [
        (rows, {"erased_at": None, "words_digest": ""}),
        (rows, {"erased_at": now}),
        (files, {"erased_at": None}),
        (Ruling.objects.filter(case=made.case), {"reasons": "new"}),
        (Appeal.objects.filter(case=made.case), {"erased_at": None}),
    ]
    for found, changes in undo:
        with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
            found.update(**changes)


def test_a_hold_that_came_after_the_case_was_chosen_still_counts() -> None:
    made = withdrawn()
    legal_holds.place(made.case.pk, reason="came in between", actor=made.ops, now=clock.now())
    assert retention._erase_batch([made.case.pk], now=over(made)) == 0
    assert made.reload().erased_at is None


@pytest.mark.django_db(transaction=True)
def test_a_case_that_somebody_has_locked_waits_for_the_next_run_and_holds_no_other_up() -> None:
    locked, free = withdrawn(), withdrawn()
    now = max(over(locked), over(free))
    holds, done = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            Case.objects.select_for_update().get(pk=locked.case.pk)
            holds.set()
            done.wait(20)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    assert holds.wait(20)
    try:
        assert retention.erase_due(now) == 1
        assert (locked.reload().erased_at, free.reload().erased_at) == (None, now)
    finally:
        done.set()
        holder.join()
    assert retention.erase_due(now) == 1
    assert locked.reload().erased_at == now


def test_the_younger_of_two_cases_about_one_order_keeps_what_the_marketplace_told() -> None:
    made = withdrawn()
    builders.a_message(made.case.line, "buyer", CANARY, clock.now())
    builders.travel(30 * DAY)
    again = negotiation.open_refund(
        made.case.line_id,
        kind=LifecycleKind.REFUND_ONLY,
        type_code="DAMAGED",
        amount=made.case.claimed,
        text="又坏了",
        actor=made.buyer,
        now=clock.now(),
    )
    retention.erase_due(over(made))
    assert made.reload().erased_at is not None
    assert ChatMessage.objects.filter(text=CANARY).exists()
    negotiation.withdraw(again.pk, actor=made.buyer, now=clock.now())
    retention.erase_due(clock.now() + KEPT)
    assert not ChatMessage.objects.exclude(text="").exists()


def test_two_of_operations_forget_a_person() -> None:
    made = withdrawn()
    assert made.buyer.id is not None
    second = builders.an_officer(Role.OPS)
    name = deciding.name_of(made.buyer)
    asked = retention.propose(made.buyer.id, reference="工单 8812", actor=made.ops, now=clock.now())
    assert retention.propose(made.buyer.id, reference="工单 8812", actor=made.ops, now=clock.now()).pk == asked.pk
    with pytest.raises(Refused, match="takes_another"):
        retention.approve(asked.pk, actor=made.ops, now=clock.now())
    done = retention.approve(asked.pk, actor=second, now=clock.now())
    assert (done.state, done.cases, done.decided_by_id) == (ErasureRequest.DONE, 1, second.id)
    assert holding(name) == []
    gone = User.objects.get(pk=made.buyer.id)
    assert (gone.is_active, gone.email, gone.has_usable_password()) == (False, "", False)
    assert book.verify(made.case.stream_id) is None
    with pytest.raises(Refused, match="erasure_is_decided"):
        retention.approve(asked.pk, actor=second, now=clock.now())


def test_nobody_is_forgotten_while_a_case_is_open_or_held_or_they_are_in_office() -> None:
    made = reach.a_scene()
    assert made.buyer.id is not None and made.senior.id is not None
    with pytest.raises(Refused, match="person_has_open_case"):
        retention.propose(made.buyer.id, reference="x", actor=made.ops, now=clock.now())
    negotiation.withdraw(made.case.pk, actor=made.buyer, now=clock.now())
    asked = retention.propose(made.buyer.id, reference="x", actor=made.ops, now=clock.now())
    legal_holds.place(made.case.pk, reason="court", actor=made.ops, now=clock.now())
    with pytest.raises(Refused, match="person_has_held_case"):
        retention.approve(asked.pk, actor=builders.an_officer(Role.OPS), now=clock.now())
    assert ErasureRequest.objects.get().state == ErasureRequest.OPEN
    with pytest.raises(Refused, match="person_is_in_office"):
        retention.propose(made.senior.id, reference="x", actor=made.ops, now=clock.now())


def test_a_request_that_was_declined_leaves_everything_as_it_is() -> None:
    made = withdrawn()
    assert made.buyer.id is not None
    asked = retention.propose(made.buyer.id, reference="x", actor=made.ops, now=clock.now())
    retention.decline(asked.pk, actor=made.ops, now=clock.now())
    assert made.reload().erased_at is None
    assert User.objects.get(pk=made.buyer.id).is_active


def test_the_chain_of_any_case_verifies_after_its_erasure() -> None:
    chance = random.Random(20261129)
    for _case in range(6):
        state = chance.choice([reach.a_scene, reach.refused, reach.filed, reach.admitted, reach.handed_in])
        made = state()
        negotiation.withdraw(made.case.pk, actor=made.buyer, now=clock.now())
        if chance.random() < 0.5:
            legal_holds.place(made.case.pk, reason="x", actor=made.ops, now=clock.now())
            legal_holds.lift(made.case.pk, reason="y", actor=made.ops, now=clock.now())
        made.reload()
        retention.erase_due(over(made))
        assert made.reload().erased_at is not None
        assert book.verify(made.case.stream_id) is None
        assert all(seals.check(seal) == [] for seal in Seal.objects.filter(dossier_id=made.case.dossier_id))
    assert not LegalHold.objects.filter(lifted_at__isnull=True).exists()
