"""Chains that cannot be rewritten unseen: every change to a chain is named, and an anchor kept elsewhere shows the rest."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection, connections, transaction

from arbitration import assignment
from common import clock, digest, merkle, signet
from common.actor import Actor
from common.acts import act
from common.signet import Signature
from disputes import submissions
from evidence import seals
from evidence.models import Exhibit, Seal
from journal import anchors, book, chain
from journal.kinds import Kind
from journal.models import Anchor, AnchoredHead, Entry, Stream
from tests import deciding, reach

pytestmark = pytest.mark.django_db


def a_stream(length: int = 4) -> Stream:
    @act
    def write() -> Stream:
        stream = book.open_stream()
        for place in range(length):
            data = {"b": place, "a": "二"}
            book.record(stream.pk, Kind.ADMITTED, data=data, actor=Actor.system(), now=clock.now())
        return stream

    made = write()
    made.refresh_from_db()
    return made


def tamper(statement: str, *values: object) -> None:
    """As somebody who owns the database: triggers do not stop them."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement, values or None)
        cursor.execute("SET LOCAL session_replication_role = origin")


def rechain(stream: Stream, first: int) -> None:
    """Compute every digest anew from an entry on, and the head with it."""
    previous = Entry.objects.get(stream=stream, seq=first - 1).digest if first > 1 else chain.GENESIS
    for entry in Entry.objects.filter(stream=stream, seq__gte=first).order_by("seq"):
        entry.previous = previous
        content = chain.content_of(chain.parts_of(stream.pk, entry))
        previous = chain.link(previous, content)
        tamper("UPDATE journal_entry SET previous = %s, digest = %s WHERE id = %s", entry.previous, previous, entry.pk)
    Stream.objects.filter(pk=stream.pk).update(head_digest=previous)


OF = "WHERE stream_id = %s AND seq = "
CHANGES: dict[str, tuple[str, tuple[int, str]]] = {
    "a field": (f"UPDATE journal_entry SET actor_role = 'ops' {OF}2", (2, "altered")),
    "a value": (f"UPDATE journal_entry SET data = data || '{{\"b\": 9}}' {OF}2", (2, "altered")),
    "a person": (f"UPDATE journal_entry SET actor_id = 9 {OF}3", (3, "altered")),
    "a salt": (f"UPDATE journal_entry SET salt = repeat('0', 32) {OF}3", (3, "altered")),
    "no salt": (f"UPDATE journal_entry SET salt = '' {OF}3", (3, "altered")),
    "one taken out": (f"DELETE FROM journal_entry {OF}2", (2, "missing")),
    "the last taken off": (f"DELETE FROM journal_entry {OF}4", (4, "head_elsewhere")),
}


@pytest.mark.parametrize("change", CHANGES)
def test_every_change_to_a_chain_is_found_and_its_place_named(change: str) -> None:
    stream = a_stream()
    assert book.verify(stream.pk) is None
    statement, (seq, reason) = CHANGES[change]
    tamper("DELETE FROM journal_undelivered")
    tamper(statement, stream.pk)
    assert book.verify(stream.pk) == chain.Break(seq, reason)


def test_entries_that_change_places_do_not_fit() -> None:
    stream = a_stream()
    tamper("UPDATE journal_entry SET seq = 99 WHERE stream_id = %s AND seq = 2", stream.pk)
    tamper("UPDATE journal_entry SET seq = 2 WHERE stream_id = %s AND seq = 3", stream.pk)
    tamper("UPDATE journal_entry SET seq = 3 WHERE stream_id = %s AND seq = 99", stream.pk)
    assert book.verify(stream.pk) == chain.Break(2, "unlinked")


@pytest.mark.parametrize(
    "cut", [False, True], ids=["chained anew from an entry on", "cut short with its head set back"]
)
def test_a_chain_rewritten_to_the_end_is_shown_by_its_anchor(cut: bool) -> None:
    stream = a_stream()
    assert anchors.cast(clock.now()) == 1 and list(anchors.wrong()) == []
    tamper("DELETE FROM journal_undelivered")
    if cut:
        tamper("DELETE FROM journal_entry WHERE stream_id = %s AND seq = 4", stream.pk)
        before = Entry.objects.get(stream=stream, seq=3)
        Stream.objects.filter(pk=stream.pk).update(head_seq=3, head_digest=before.digest)
    else:
        tamper("UPDATE journal_entry SET data = '{}' WHERE stream_id = %s AND seq = 2", stream.pk)
        rechain(stream, 2)
    assert book.verify(stream.pk) is None
    assert list(anchors.wrong()) == [f"stream {stream.pk}: entry 4 is not the one that was anchored"]


def test_both_ways_to_digest_an_entry_agree() -> None:
    stream = a_stream()
    for entry in Entry.objects.filter(stream=stream):
        assert chain.content_at_once(stream.pk, entry) == chain.content_of(chain.parts_of(stream.pk, entry))


def test_one_part_of_an_entry_can_be_shown_and_the_others_held_back() -> None:
    entry = Entry.objects.get(stream=a_stream(1))
    parts = chain.parts_of(entry.stream_id, entry)
    told = parts[chain.TOLD]
    shown = chain.Part(told.salt, told.value).commitment()
    held_back = [parts[name].commitment() for name in (chain.DATA, chain.KEPT)]
    content = hashlib.sha256(b"\x01" + shown + b"".join(held_back)).digest()
    assert chain.link(entry.previous, content) == entry.digest
    assert len({part.salt for part in parts.values()} | {bytes.fromhex(entry.salt)}) == 4


def test_an_anchor_covers_what_has_grown_and_follows_the_one_before() -> None:
    first, second = a_stream(), a_stream()
    assert anchors.cast(clock.now()) == 2
    assert anchors.cast(clock.now()) == 0
    act(book.record)(first.pk, Kind.TAKEN, data={}, actor=Actor.system(), now=clock.now())
    assert anchors.cast(clock.now()) == 1
    one, two = Anchor.objects.order_by("number")
    assert (one.number, one.size, two.number, two.size, two.previous) == (1, 2, 2, 1, one.digest)
    assert list(AnchoredHead.objects.filter(stream=second).values_list("seq", flat=True)) == [4]
    assert list(anchors.wrong()) == []
    assert [row["body"]["number"] for row in anchors.published(after=1)] == [2]


def test_a_proof_leads_from_a_head_to_the_signed_root() -> None:
    streams = [a_stream(place % 3 + 1) for place in range(7)]
    anchors.cast(clock.now())
    for stream in streams:
        proof = anchors.proof(stream.pk)
        assert proof is not None and signet.fits(proof.anchor, proof.signature)
        leaf = merkle.leaf(digest.canonical({"seq": stream.head_seq, "digest": stream.head_digest}))
        way = [bytes.fromhex(step) for step in proof.path]
        top = merkle.climb(leaf, proof.place, proof.anchor["size"], way)
        assert top is not None and top.hex() == proof.anchor["root"]


def test_an_anchor_that_was_altered_or_signed_by_a_stranger_is_named() -> None:
    a_stream()
    anchors.cast(clock.now())
    tamper("UPDATE journal_anchor SET size = 9")
    assert list(anchors.wrong()) == [
        "anchor 1: altered",
        f"anchor 1: not signed by key {signet.current().id}",
    ]


@pytest.mark.parametrize("table", ["journal_anchor", "journal_anchoredhead"])
@pytest.mark.parametrize("statement", ["DELETE FROM {}", "UPDATE {} SET digest = ''"])
def test_anchors_stay(table: str, statement: str) -> None:
    a_stream()
    anchors.cast(clock.now())
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table))


def test_a_key_that_was_replaced_still_verifies_and_an_unknown_one_does_not(settings) -> None:  # type: ignore[no-untyped-def]
    body = {"type": "heng.test", "sum": 1}
    signed = signet.sign(body)
    old = signet.current()
    settings.HENG_SIGNING_KEY = signet.encode(b"another key of thirty-two bytes!")
    assert not signet.fits(body, signed)
    settings.HENG_RETIRED_SIGNING_KEYS = [old.public]
    assert signet.fits(body, signed) and not signet.fits(body | {"sum": 2}, signed)
    assert [key.retired for key in signet.listed()] == [False, True]
    assert not signet.fits(body, Signature(signet.current().id, signed.value))


# --- exhibits are in the chain, and the seal binds both ----------------------------------------------------------


def _named(value: object) -> set[tuple[str, str]]:
    """Every exhibit that an entry's data names, however deep, with the digest it names."""
    if isinstance(value, dict):
        own = {(str(value["exhibit"]), str(value.get("sha256")))} if "exhibit" in value else set()
        return own.union(*(_named(inner) for inner in value.values()))
    if isinstance(value, list):
        return set().union(*(_named(inner) for inner in value))
    return set()


def test_no_exhibit_is_on_the_file_that_the_journal_does_not_name() -> None:
    made = reach.queued()
    known = set().union(
        *(_named(data) for data in Entry.objects.filter(stream=made.case.stream).values_list("data", flat=True))
    )
    exhibits = Exhibit.objects.filter(dossier=made.case.dossier)
    assert {exhibit.side for exhibit in exhibits} >= {"buyer", "platform"}
    assert {(exhibit.public_id, exhibit.sha256) for exhibit in exhibits} == known


def test_what_was_taken_back_and_what_an_appeal_brought_is_named_too() -> None:
    appealed = deciding.dismissed()
    deciding.appealed(appealed)
    new = Exhibit.objects.get(dossier=appealed.case.dossier, round=2)
    entry = Entry.objects.get(stream=appealed.case.stream, kind=Kind.APPEAL_FILED)
    assert _named(entry.data) == {(new.public_id, new.sha256)}

    made = reach.handed_in()
    exhibit = Exhibit.objects.filter(dossier=made.case.dossier, side="buyer").order_by("place")[0]
    submissions.withdraw_evidence(made.case.pk, exhibit.pk, actor=made.buyer, now=clock.now())
    entry = Entry.objects.get(stream=made.case.stream, kind=Kind.EVIDENCE_WITHDRAWN)
    assert _named(entry.data) == {(exhibit.public_id, exhibit.sha256)}


def _sealed() -> tuple[Seal, Callable[[], list[str]]]:
    made = reach.queued()
    assignment.take(made.case.pk, actor=made.arbitrator, now=clock.now())
    seal = Seal.objects.get(dossier=made.case.dossier)
    return seal, lambda: seals.check(Seal.objects.get(pk=seal.pk))


def test_a_seal_names_the_case_its_rules_and_how_far_the_journal_had_come() -> None:
    seal, check = _sealed()
    about = seal.manifest["about"]
    entry = Entry.objects.get(kind=Kind.DOSSIER_SEALED, data__digest=seal.digest)
    assert (entry.seq, entry.previous) == (about["journal"]["seq"] + 1, about["journal"]["digest"])
    assert about["case"].startswith("DA-") and set(about["rules"]) == {"substance", "procedure"}
    assert check() == []


@pytest.mark.parametrize(
    ("statement", "wrong"),
    [
        ("UPDATE evidence_exhibit SET sha256 = repeat('0', 64) WHERE side = 'buyer' AND place = 1", ["B1"]),
        ("UPDATE evidence_exhibit SET name = 'x' WHERE side = 'buyer' AND place = 1", ["B1"]),
        ("UPDATE evidence_exhibit SET withdrawn_at = now() WHERE side = 'buyer' AND place = 1", ["B1"]),
        ("DELETE FROM evidence_exhibit WHERE side = 'buyer' AND place = 1", ["B1"]),
        ("UPDATE journal_entry SET previous = repeat('0', 64) WHERE kind = 'dossier_sealed'", ["journal"]),
        ("UPDATE evidence_seal SET records = records - 0", ["root", "B1"]),
        ("UPDATE evidence_seal SET manifest = jsonb_set(manifest, '{round}', '9')", ["manifest", "signature"]),
    ],
)
def test_what_differs_from_the_seal_is_named(statement: str, wrong: list[str]) -> None:
    _seal, check = _sealed()
    tamper(statement)
    assert check() == wrong


@pytest.mark.django_db(transaction=True)
def test_anchors_that_are_cast_at_once_follow_each_other_and_take_each_head_once() -> None:
    streams = [a_stream(2) for _ in range(6)]
    now = clock.now()

    def cast() -> None:
        try:
            anchors.cast(now, limit=2)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=cast) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert list(Anchor.objects.order_by("number").values_list("number", "size")) == [(1, 2), (2, 2), (3, 2)]
    assert AnchoredHead.objects.filter(stream__in=streams).count() == 6
    assert list(anchors.wrong()) == []
