"""Dossiers on PostgreSQL: numbers, receipts, seals that hold, and what may be cited when."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, connections, transaction

from common import digest, signet
from common.actor import Actor, Role
from common.acts import act
from common.errors import Missing, Refused
from common.signet import Signature
from evidence import dossiers, intake, integrity, limits, links, orphans, seals, store
from evidence.models import Blob, Derivative, Dossier, Exhibit, Seal
from tests import files

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
BUYER = Actor.buyer(7)
SHOP = Actor.merchant(8, 3)


@pytest.fixture(autouse=True)
def shelf(settings, tmp_path: Path) -> Path:  # type: ignore[no-untyped-def]
    """An empty storage of this test's own."""
    backend = "django.core.files.storage.FileSystemStorage"
    place = tmp_path / "shelf"
    settings.STORAGES = {
        **settings.STORAGES,
        "evidence": {"BACKEND": backend, "OPTIONS": {"location": str(place)}},
    }
    return place


def within(step: Callable[[], object]) -> object:
    return act(step)()


@pytest.fixture
def dossier() -> Dossier:
    return act(dossiers.open_dossier)(NOON)


def take_in(seed: int = 1, *, now: datetime = NOON, name: str = "photo.png") -> intake.Received:
    return intake.receive(io.BytesIO(files.png(40, 30, seed=seed)), claimed_name=name, now=now)


def add(
    dossier: Dossier,
    seed: int = 1,
    *,
    actor: Actor = BUYER,
    code: str = "E06",
    now: datetime = NOON,
    **more: object,
) -> Exhibit:
    received = take_in(seed, now=now)
    return act(dossiers.add)(
        dossier.pk,
        received,
        side=actor.role.value,
        code=code,
        actor=actor,
        now=now,
        **more,  # type: ignore[arg-type]
    )


def say(dossier: Dossier, text: str, *, actor: Actor = BUYER, now: datetime = NOON) -> Exhibit:
    return act(dossiers.add_text)(dossier.pk, text, side=actor.role.value, actor=actor, now=now)


def test_exhibits_are_numbered_by_side_in_the_order_they_came(dossier: Dossier) -> None:
    seen = [add(dossier, 1), add(dossier, 2), add(dossier, 1, actor=SHOP), say(dossier, "I never got it.")]
    record = act(dossiers.add_record)(dossier.pk, code="E03", content={"events": []}, now=NOON)
    assert [exhibit.number for exhibit in [*seen, record]] == ["B1", "B2", "M1", "B3", "P1"]


def test_the_same_bytes_by_the_same_side_are_the_exhibit_that_is_there(dossier: Dossier) -> None:
    first = add(dossier, 1, name="Close-up")
    again = add(dossier, 1, name="The same again", code="E05")
    assert again == first and again.name == "Close-up"
    assert Exhibit.objects.count() == 1


def test_the_same_bytes_by_the_other_side_are_another_exhibit_with_another_receipt(dossier: Dossier) -> None:
    mine, theirs = add(dossier, 1), add(dossier, 1, actor=SHOP)
    assert mine.sha256 == theirs.sha256
    assert mine.pk != theirs.pk and mine.blob_id != theirs.blob_id
    assert mine.receipt_code != theirs.receipt_code


def test_a_receipt_says_what_came_when_under_a_code_people_can_read_out(dossier: Dossier) -> None:
    exhibit = add(dossier, 1)
    receipt = exhibit.receipt()
    assert (receipt.number, receipt.at, receipt.sha256) == ("B1", NOON, exhibit.sha256)
    assert len(receipt.code) == 14 and receipt.code.count("-") == 2


def test_the_journal_is_told_ids_and_digests_and_no_words(dossier: Dossier) -> None:
    exhibit = add(dossier, 1, name="Zhang San's vase", note="broken")
    assert exhibit.as_entry_data() == {
        "exhibit": exhibit.public_id,
        "number": "B1",
        "code": "E06",
        "sha256": exhibit.sha256,
    }


def test_an_exhibit_is_named_by_whoever_gives_it_and_never_by_a_camera(dossier: Dossier) -> None:
    received = take_in(name="IMG_0231.png")
    exhibit = act(dossiers.add)(dossier.pk, received, side="buyer", code="E06", actor=BUYER, now=NOON)
    assert exhibit.name == ""


def test_a_withdrawn_exhibit_keeps_its_row_its_number_and_its_digest(dossier: Dossier) -> None:
    first = add(dossier, 1)
    act(dossiers.withdraw)(first.pk, actor=BUYER, now=NOON + HOUR)
    again = add(dossier, 1)
    first.refresh_from_db()
    assert first.withdrawn_at == NOON + HOUR
    assert (first.number, again.number) == ("B1", "B2")
    assert first.sha256 == again.sha256


def test_withdrawing_twice_changes_nothing(dossier: Dossier) -> None:
    exhibit = add(dossier, 1)
    act(dossiers.withdraw)(exhibit.pk, actor=BUYER, now=NOON + HOUR)
    assert act(dossiers.withdraw)(exhibit.pk, actor=BUYER, now=NOON + 2 * HOUR).withdrawn_at == NOON + HOUR


@pytest.mark.parametrize("actor", [SHOP, Actor.system(), Actor.staff(Role.OPS, 1), Actor.staff(Role.ARBITRATOR, 2)])
def test_nobody_withdraws_what_another_put_in(dossier: Dossier, actor: Actor) -> None:
    exhibit = add(dossier, 1)
    with pytest.raises(Refused, match="not_your_exhibit"):
        act(dossiers.withdraw)(exhibit.pk, actor=actor, now=NOON)


def test_the_platforms_records_are_not_withdrawn(dossier: Dossier) -> None:
    record = act(dossiers.add_record)(dossier.pk, code="E03", content={"events": ["signed"]}, now=NOON)
    with pytest.raises(Refused, match="records_stay"):
        act(dossiers.withdraw)(record.pk, actor=Actor.system(), now=NOON)


def test_a_record_is_kept_as_it_was_with_the_digest_of_its_canonical_form(dossier: Dossier) -> None:
    content = {"waybill": "SF1", "events": [{"at": "2026-11-20T02:00:00Z", "what": "签收"}], "weight": 1200}
    record = act(dossiers.add_record)(dossier.pk, code="E03", content=content, now=NOON)
    record.refresh_from_db()
    assert record.content == content and record.sha256 == digest.of(content)
    assert integrity.holds(record)
    assert record.visible_at == NOON


def test_typed_text_is_kept_whole_or_refused_and_never_cut(dossier: Dossier) -> None:
    exhibit = say(dossier, "  一\r\n二\u202e  ")
    assert exhibit.content == {"text": "  一\r\n二\u202e  "} and exhibit.code == "E34"
    with pytest.raises(Refused) as refused:
        say(dossier, "x" * (limits.TEXT_LENGTH + 1))
    assert (refused.value.code, refused.value.data) == ("text_too_long", {"longest": 5000, "length": 5001})
    with pytest.raises(Refused, match="text_missing"):
        say(dossier, " \u200b\n ")


def test_a_sealed_dossier_takes_nothing_in_and_gives_nothing_back(dossier: Dossier) -> None:
    exhibit = add(dossier, 1)
    act(dossiers.seal)(dossier.pk, now=NOON + HOUR)
    received = take_in(2)
    for step in (
        lambda: dossiers.add(dossier.pk, received, side="buyer", code="E06", actor=BUYER, now=NOON),
        lambda: dossiers.add_text(dossier.pk, "late", side="buyer", actor=BUYER, now=NOON),
        lambda: dossiers.add_record(dossier.pk, code="E03", content={}, now=NOON),
        lambda: dossiers.withdraw(exhibit.pk, actor=BUYER, now=NOON),
        lambda: dossiers.show(dossier.pk, side="buyer", now=NOON),
    ):
        with pytest.raises(Refused, match="dossier_is_sealed"):
            within(step)


def test_the_seal_covers_every_exhibit_the_withdrawn_ones_too_and_any_change_shows(dossier: Dossier) -> None:
    add(dossier, 1, name="Close-up")
    gone = add(dossier, 2)
    act(dossiers.withdraw)(gone.pk, actor=BUYER, now=NOON)
    made = act(dossiers.seal)(dossier.pk, now=NOON + HOUR)
    sealed = Seal.objects.get(dossier=dossier, round=1)
    assert made == sealed.digest == digest.of(sealed.manifest)
    assert [(row["number"], row["withdrawn"]) for row in sealed.records] == [
        ("B1", False),
        ("B2", True),
    ]
    exhibits = list(dossiers.listing(dossier.pk))
    assert seals.root(seals.records(exhibits)) == sealed.manifest["root"]
    exhibits[0].name = "Another name"
    assert seals.root(seals.records(exhibits)) != sealed.manifest["root"]
    assert signet.fits(sealed.manifest, Signature(sealed.key_id, sealed.signature))
    assert not signet.fits(sealed.manifest | {"round": 2}, Signature(sealed.key_id, sealed.signature))
    assert seals.check(sealed) == []


def test_sealing_twice_gives_the_same_seal(dossier: Dossier) -> None:
    add(dossier, 1)
    first = act(dossiers.seal)(dossier.pk, now=NOON + HOUR)
    assert act(dossiers.seal)(dossier.pk, now=NOON + 2 * HOUR) == first
    assert Seal.objects.count() == 1


def test_an_appeal_opens_the_next_round_and_leaves_the_first_as_it_was(dossier: Dossier) -> None:
    old = add(dossier, 1)
    act(dossiers.seal)(dossier.pk, now=NOON)
    act(dossiers.reopen)(dossier.pk)
    new = add(dossier, 2, now=NOON + HOUR)
    assert (new.number, new.round) == ("B2", 2)
    with pytest.raises(Refused, match="exhibit_is_sealed"):
        act(dossiers.withdraw)(old.pk, actor=BUYER, now=NOON)
    act(dossiers.withdraw)(new.pk, actor=BUYER, now=NOON + HOUR)
    act(dossiers.seal)(dossier.pk, now=NOON + 2 * HOUR)
    assert [seal.round for seal in Seal.objects.order_by("round")] == [1, 2]


def test_an_open_dossier_is_not_reopened(dossier: Dossier) -> None:
    with pytest.raises(Refused, match="dossier_is_open"):
        act(dossiers.reopen)(dossier.pk)


@pytest.fixture
def sealed(dossier: Dossier) -> Exhibit:
    exhibit = add(dossier, 1)
    act(dossiers.seal)(dossier.pk, now=NOON + HOUR)
    return exhibit


@pytest.mark.parametrize(
    "statement",
    [
        'INSERT INTO evidence_exhibit SELECT (jsonb_populate_record(e, \'{"id": 999999, "public_id": "x",'
        ' "place": 9, "sha256": "x"}\')).* FROM evidence_exhibit e LIMIT 1',
        "UPDATE evidence_exhibit SET withdrawn_at = now()",
        "UPDATE evidence_exhibit SET sha256 = repeat('0', 64)",
        "UPDATE evidence_exhibit SET name = 'forged'",
        "DELETE FROM evidence_exhibit",
        "UPDATE evidence_dossier SET sealed_at = now()",
        "UPDATE evidence_dossier SET sealed_at = NULL",
        "UPDATE evidence_dossier SET round = 2",
        "DELETE FROM evidence_dossier",
        "UPDATE evidence_seal SET digest = repeat('0', 64)",
        "DELETE FROM evidence_seal",
        "UPDATE evidence_blob SET sha256 = repeat('0', 64)",
        "UPDATE evidence_derivative SET key = 'elsewhere'",
        "DELETE FROM evidence_derivative; DELETE FROM evidence_blob; SET CONSTRAINTS ALL IMMEDIATE",
    ],
)
def test_postgresql_itself_keeps_the_seal(sealed: Exhibit, statement: str) -> None:
    said = "dossier is sealed|Cannot (update|delete|update or delete) rows|once a round|violates foreign key"
    with pytest.raises(DatabaseError, match=said), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE evidence_exhibit SET code = 'E05'",
        "UPDATE evidence_exhibit SET visible_at = visible_at - interval '1 day'",
        "UPDATE evidence_exhibit SET visible_at = NULL",
        "UPDATE evidence_exhibit SET blob_id = NULL",
    ],
)
def test_also_in_an_open_dossier_an_exhibit_stays_what_it_was(dossier: Dossier, statement: str) -> None:
    add(dossier, 1)
    with (
        pytest.raises(DatabaseError, match="only ever shown, once"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_a_draft_is_seen_by_its_own_side_only_until_it_is_shown(dossier: Dossier) -> None:
    draft = add(dossier, 1, shown=False)
    assert draft.visible_at is None
    assert list(dossiers.visible_to(dossier.pk, side="buyer", now=NOON)) == [draft]
    assert list(dossiers.visible_to(dossier.pk, side="merchant", now=NOON)) == []
    assert act(dossiers.show)(dossier.pk, side="buyer", now=NOON + HOUR) == [draft]
    assert act(dossiers.show)(dossier.pk, side="buyer", now=NOON + 2 * HOUR) == []
    assert list(dossiers.visible_to(dossier.pk, side="merchant", now=NOON + HOUR)) == [draft]
    draft.refresh_from_db()
    assert draft.visible_at == NOON + HOUR


def test_the_other_side_does_not_see_what_was_withdrawn(dossier: Dossier) -> None:
    exhibit = add(dossier, 1)
    act(dossiers.withdraw)(exhibit.pk, actor=BUYER, now=NOON)
    assert list(dossiers.visible_to(dossier.pk, side="merchant", now=NOON)) == []
    assert list(dossiers.visible_to(dossier.pk, side="buyer", now=NOON)) == [exhibit]


def test_nothing_is_citable_that_the_other_side_could_not_see_for_a_day(dossier: Dossier) -> None:
    exhibit, draft = add(dossier, 1), add(dossier, 2, shown=False)
    day = timedelta(hours=24)
    assert not dossiers.citable(exhibit, NOON + day - timedelta(microseconds=1))
    assert dossiers.citable(exhibit, NOON + day)
    assert not dossiers.citable(draft, NOON + 9 * day)
    assert not dossiers.citable(act(dossiers.withdraw)(exhibit.pk, actor=BUYER, now=NOON), NOON + day)
    act(dossiers.seal)(dossier.pk, now=NOON + day)
    draft.refresh_from_db()
    assert not dossiers.citable(draft, NOON + day + HOUR), "what the seal has shown is citable a day after the seal"
    assert dossiers.citable(draft, NOON + 2 * day)


def test_a_side_puts_in_thirty_files_and_no_more(dossier: Dossier, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "FILES_PER_SIDE", 2)
    first = add(dossier, 1)
    add(dossier, 2)
    with pytest.raises(Refused, match="too_many_files"):
        add(dossier, 3)
    add(dossier, 3, actor=SHOP)
    say(dossier, "words are not files")
    act(dossiers.withdraw)(first.pk, actor=BUYER, now=NOON)
    assert add(dossier, 3).number == "B4"


def test_withdrawn_bytes_count_too_because_they_are_kept(dossier: Dossier, monkeypatch: pytest.MonkeyPatch) -> None:
    first = add(dossier, 1)
    act(dossiers.withdraw)(first.pk, actor=BUYER, now=NOON)
    monkeypatch.setattr(limits, "BYTES_PER_SIDE", first.size + 10)
    with pytest.raises(Refused, match="too_many_bytes"):
        add(dossier, 2)


def test_what_is_not_claimed_within_the_hour_is_uploaded_again(dossier: Dossier) -> None:
    received = take_in()
    with pytest.raises(Refused, match="upload_expired"):
        act(dossiers.add)(dossier.pk, received, side="buyer", code="E06", actor=BUYER, now=NOON + HOUR)


def test_bytes_that_became_no_exhibit_go_after_a_day_and_exhibits_stay(dossier: Dossier, shelf: Path) -> None:
    exhibit = add(dossier, 1)
    take_in(2)
    assert orphans.collect(NOON + 24 * HOUR) == 0
    assert orphans.collect(NOON + 25 * HOUR) == 1
    assert orphans.collect(NOON + 25 * HOUR) == 0
    assert list(Blob.objects.all()) == [exhibit.blob]
    assert Derivative.objects.exclude(blob=exhibit.blob).count() == 0
    assert len([path for path in shelf.rglob("*") if path.is_file()]) == 3
    assert exhibit.blob is not None and integrity.altered(exhibit.blob) == []


def test_collecting_finishes_what_a_killed_run_left_half_done(shelf: Path) -> None:
    blob = Blob.objects.get(pk=take_in().blob_id)
    store.storage().delete(blob.key)
    assert orphans.collect(NOON + 25 * HOUR) == 1
    assert not Blob.objects.exists() and not [path for path in shelf.rglob("*") if path.is_file()]


def test_a_link_opens_a_clean_copy_in_the_page_and_the_original_only_as_a_download(dossier: Dossier) -> None:
    exhibit = add(dossier, 1, name="=HYPERLINK(evil)")
    shown = links.serve(links.sign(exhibit, "display", viewer=7, now=NOON), viewer=7, now=NOON)
    assert (shown.content_type, shown.exhibit) == ("image/webp", exhibit)
    assert shown.disposition == f'inline; filename="B1-{exhibit.sha256[:12]}-display.webp"'
    original = links.serve(links.sign(exhibit, links.ORIGINAL, viewer=7, now=NOON), viewer=7, now=NOON)
    assert original.content_type == "application/octet-stream"
    assert original.disposition == f'attachment; filename="B1-{exhibit.sha256[:12]}.png"'
    with integrity.open_checked(original) as file:
        assert file.read() == files.png(40, 30, seed=1)


def test_a_link_is_for_one_viewer_for_five_minutes_and_for_one_file(dossier: Dossier) -> None:
    exhibit = add(dossier, 1)
    token = links.sign(exhibit, "thumb", viewer=7, now=NOON)
    assert links.serve(token, viewer=7, now=NOON + timedelta(seconds=299)).exhibit == exhibit
    forged = [
        (token, 7, NOON + timedelta(minutes=5)),
        (token, 8, NOON),
        (token[:-1] + ("A" if token[-1] != "A" else "B"), 7, NOON),
        ("x" + token, 7, NOON),
        ("", 7, NOON),
        ("\0", 7, NOON),
        (links.sign(exhibit, "page_1", viewer=7, now=NOON), 7, NOON),
        (links.sign(exhibit, "../original", viewer=7, now=NOON), 7, NOON),
        (links.sign(say(dossier, "words have no file"), "display", viewer=7, now=NOON), 7, NOON),
    ]
    for presented, viewer, now in forged:
        with pytest.raises(Missing):
            links.serve(presented, viewer=viewer, now=now)
    act(dossiers.withdraw)(exhibit.pk, actor=BUYER, now=NOON)
    with pytest.raises(Missing):
        links.serve(token, viewer=7, now=NOON)


@pytest.mark.parametrize("harm", ["one byte", "gone"])
def test_a_file_that_was_altered_in_the_storage_is_named_and_not_served(
    dossier: Dossier, shelf: Path, harm: str
) -> None:
    exhibit = add(dossier, 1)
    served = links.serve(links.sign(exhibit, "display", viewer=7, now=NOON), viewer=7, now=NOON)
    path = shelf / served.key
    if harm == "gone":
        path.unlink()
    else:
        content = bytearray(path.read_bytes())
        content[-1] ^= 1
        path.write_bytes(bytes(content))
    with pytest.raises(Refused, match="evidence_altered"):
        integrity.open_checked(served)
    assert exhibit.blob is not None and integrity.altered(exhibit.blob) == ["display"]


def test_a_dossiers_listing_costs_two_queries_whatever_its_length(
    dossier: Dossier, django_assert_num_queries: Callable[[int], Iterator[None]]
) -> None:
    for seed in range(4):
        add(dossier, seed)
    with django_assert_num_queries(2):  # type: ignore[attr-defined]
        found = list(dossiers.listing(dossier.pk))
        assert [len(exhibit.blob.derivatives.all()) for exhibit in found if exhibit.blob] == [2, 2, 2, 2]


@pytest.mark.parametrize("name", ["open_dossier", "add_text", "seal", "reopen", "withdraw", "show", "add_record"])
def test_a_dossier_changes_only_inside_an_act(name: str) -> None:
    arguments: dict[str, tuple[tuple[object, ...], dict[str, object]]] = {
        "open_dossier": ((NOON,), {}),
        "add_text": ((1, "x"), {"side": "buyer", "actor": BUYER, "now": NOON}),
        "add_record": ((1,), {"code": "E01", "content": {}, "now": NOON}),
        "show": ((1,), {"side": "buyer", "now": NOON}),
        "withdraw": ((1,), {"actor": BUYER, "now": NOON}),
        "seal": ((1,), {"now": NOON}),
        "reopen": ((1,), {}),
    }
    positional, named = arguments[name]
    with pytest.raises(RuntimeError, match="inside an act"):
        getattr(dossiers, name)(*positional, **named)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("round_", range(2))
def test_two_who_add_at_the_same_moment_get_two_numbers(round_: int) -> None:
    dossier = act(dossiers.open_dossier)(NOON)
    start, numbers = threading.Barrier(4), []

    def speak(n: int) -> None:
        try:
            start.wait()
            numbers.append(say(dossier, f"statement {n}").number)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=speak, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(numbers) == ["B1", "B2", "B3", "B4"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("round_", range(4))
def test_an_exhibit_that_races_the_seal_is_under_it_or_refused(round_: int) -> None:
    dossier = act(dossiers.open_dossier)(NOON)
    start = threading.Barrier(2)
    refused: list[str] = []

    def speak() -> None:
        try:
            start.wait()
            say(dossier, "just in time")
        except Refused as error:
            refused.append(error.code)
        finally:
            connections.close_all()

    def close() -> None:
        try:
            start.wait()
            act(dossiers.seal)(dossier.pk, now=NOON)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=speak), threading.Thread(target=close)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    under_the_seal = len(Seal.objects.get(dossier=dossier).records)
    assert under_the_seal == Exhibit.objects.filter(dossier=dossier).count()
    assert refused == ([] if under_the_seal else ["dossier_is_sealed"])
