"""Anybody may ask whether something came from here, and learns nothing else. Receipts are their owner's."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Scope, User
from arbitration import prints
from arbitration.models import Ruling
from common import clock, digest, ids, signet
from disputes import negotiation
from engine import ticks
from evidence import store
from evidence.models import Exhibit
from insights import exports, verification
from insights.verification import Thing, Verdict
from journal import anchors
from journal.kinds import Kind
from journal.models import Entry
from jury import counting, receipts
from jury.models import Ballot, head_of
from jury.receipts import Fate
from tests import deciding, juries
from tests.edges.callers import Caller
from tests.reach import Scene
from web import case_file
from web import verification as page

pytestmark = pytest.mark.django_db

VERIFY = "/en/verify/"


@pytest.fixture
def made() -> Scene:
    return deciding.served()


def client_of(actor_id: int | None) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=actor_id))
    return client


def photo(made: Scene) -> Exhibit:
    return Exhibit.objects.filter(dossier=made.case.dossier, side="buyer").order_by("place")[0]


def bytes_of(exhibit: Exhibit) -> bytes:
    assert exhibit.blob is not None
    content: bytes = store.storage().open(exhibit.blob.key).read()
    return content


def asked(code: str = "", file: bytes | None = None, **fields: str) -> str:
    form: dict[str, object] = {"code": code, **fields}
    if file is not None:
        form["file"] = SimpleUploadedFile("a.bin", file)
    reply = Client().post(VERIFY, form)
    assert reply.status_code == 200
    return re.sub(r"\s+", " ", reply.content.decode())


# --- the verdict -------------------------------------------------------------------------------------------------


def test_a_letter_a_receipt_and_a_bundle_are_genuine_by_their_codes(made: Scene) -> None:
    letter = Ruling.objects.get(case=made.case)
    export = exports.export(made.case.pk, actor=made.buyer, now=clock.now())
    for code, thing in (
        (letter.letter_code, Thing.LETTER),
        (photo(made).receipt_code, Thing.RECEIPT),
        (export.code, Thing.BUNDLE),
    ):
        found = verification.look_up(code)
        assert (found.verdict, found.thing, found.compared) == (Verdict.GENUINE, thing, False)
        reply = Client().get(VERIFY, {"code": code.lower().replace("-", " ")})
        assert "Genuine" in reply.content.decode()


def test_a_file_is_held_against_what_bears_the_code(made: Scene) -> None:
    exhibit, ruling = photo(made), Ruling.objects.get(case=made.case)
    letter = digest.canonical(ruling.letter)
    assert "byte for byte" in asked(exhibit.receipt_code, bytes_of(exhibit))
    assert "byte for byte" in asked(ruling.letter_code, letter)
    assert "byte for byte" in asked(exhibit.receipt_code, sha256=exhibit.sha256)
    for code in (exhibit.receipt_code, ruling.letter_code):
        assert "Does not match" in asked(code, b"something else")


def test_a_letter_or_a_list_is_known_by_itself_and_a_changed_one_is_not(made: Scene) -> None:
    letter = digest.canonical(Ruling.objects.get(case=made.case).letter)
    assert "byte for byte" in asked(file=letter)
    assert "Not found" in asked(file=letter + b" ")
    export = exports.export(made.case.pk, actor=made.buyer, now=clock.now())
    manifest = next(member for member in export.members if member.path == "manifest.json").open().read()
    assert "byte for byte" in asked(file=manifest)
    assert "byte for byte" in asked(export.code, sha256=digest.sha256(manifest))
    assert "Does not match" in asked(file=digest.canonical(json.loads(manifest) | {"for": "court"}))


def sealed_by(side: str = "buyer") -> tuple[Scene, Ballot]:
    made = juries.sent()
    return made, juries.votes(juries.held(made)[0], side)


def test_a_jurors_receipt_says_when_it_was_sealed_and_nothing_of_which_way_before_the_end() -> None:
    made, ballot = sealed_by()
    code = ids.short_code(ballot.commitment)
    found = verification.look_up(code)
    assert (found.verdict, found.thing, found.at, found.fate) == (Verdict.GENUINE, Thing.VOTE, ballot.at, Fate.SEALED)
    page = asked(code)
    assert "A juror sealed a vote" in page and "nobody has read this one" in page and "choose" not in page
    # What it may not say, whoever asks: the other receipt answers with the very same words.
    other = juries.votes(juries.held(made)[0], "merchant")
    answers = [_verdict(asked(ids.short_code(one.commitment))) for one in (ballot, other)]
    assert "sealed" in answers[0] and answers[0] == answers[1]


def _verdict(page: str) -> str:
    """What is said, but for the hour."""
    found = re.search(r'<h2 id="verdict">.*?</section>', page)
    assert found is not None
    return re.sub(r"\d\d:\d\d", "", found[0])


def test_after_the_count_a_receipt_says_that_what_was_sealed_was_counted_and_the_paper_shows_which_way() -> None:
    made, ballot = sealed_by()
    juries.all_vote(made, "buyer", "buyer")
    counting.close_settled(clock.now())
    ballot = Ballot.objects.select_related("seat__panel").get(pk=ballot.pk)
    code, paper = ids.short_code(ballot.commitment), receipts.paper_of(ballot)
    assert paper is not None and verification.look_up(code).fate is Fate.COUNTED
    page = asked(code)
    assert "what was sealed is what was counted" in page and "Which way it went is not said here" in page
    assert "byte for byte" in asked(code, paper) and "byte for byte" in asked(file=paper)
    forged = paper.replace(b'"buyer"', b'"merchant"')
    assert forged != paper and "Does not match" in asked(code, forged) and "Not found" in asked(file=forged)
    for page in (asked(code), asked(code, paper)):
        names = [made.case.number, made.shop.name, ballot.seat.token, ballot.seat.juror.user.username, "buyer", "买家"]
        assert [name for name in names if name in page.split("<main")[1].split("<form")[0]] == []


def test_a_receipt_of_a_vote_that_was_exchanged_or_never_opened_says_so() -> None:
    made, ballot = sealed_by()
    other = juries.votes(juries.held(made)[0], "merchant")
    code = ids.short_code(ballot.commitment)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE jury_ballot SET sealed = %s WHERE id = %s", [other.sealed, ballot.pk])
        cursor.execute("SET LOCAL session_replication_role = origin")
    juries.all_vote(made, "buyer", "buyer", "buyer")
    counting.close_settled(clock.now())
    found = verification.look_up(code)
    assert (found.verdict, found.fate) == (Verdict.DIFFERS, Fate.SPOILED)
    assert "counted for nobody" in asked(code) and receipts.paper_of(Ballot.objects.get(pk=ballot.pk)) is None
    settled, unopened = sealed_by()
    negotiation.withdraw(settled.case.pk, actor=settled.buyer, now=clock.now())
    ticks.consequences()
    found = verification.look_up(ids.short_code(unopened.commitment))
    assert (found.verdict, found.fate) == (Verdict.GENUINE, Fate.UNOPENED)
    assert "never opened" in asked(ids.short_code(unopened.commitment))


def test_a_receipt_whose_entry_in_the_log_is_another_is_not_called_genuine() -> None:
    _made, ballot = sealed_by()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE journal_entry SET data = data || '{\"commitment\": \"00\"}' WHERE kind = 'jury_voted'")
        cursor.execute("SET LOCAL session_replication_role = origin")
    assert verification.look_up(ids.short_code(ballot.commitment)).verdict is Verdict.DIFFERS


def test_a_receipt_of_a_vote_is_found_by_its_index_and_not_by_reading_every_vote() -> None:
    _made, ballot = sealed_by()
    code = ids.short_code(ballot.commitment)
    rows = Ballot.objects.annotate(head=head_of("commitment")).filter(head__in=ids.heads_of(code))
    assert list(rows) == [ballot]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        assert "ballot_receipt" in rows.explain()


def test_evidence_is_never_found_without_its_receipt(made: Scene) -> None:
    """Whoever holds a file must not learn that somebody else handed it in."""
    exhibit = photo(made)
    assert "Not found" in asked(file=bytes_of(exhibit))
    assert "Not found" in asked(sha256=exhibit.sha256)
    assert verification.by_file(exhibit.sha256) == verification.NOTHING


@pytest.mark.parametrize("code", ["ABCD-EFGH-2345", "", "x", "A" * 500, "' OR 1=1", "ＡＢＣＤ", "\0", "0000-0000-000U"])
def test_what_was_never_given_out_is_not_found(code: str) -> None:
    assert verification.look_up(verification.code_of(code)) == verification.NOTHING
    assert Client().get(VERIFY, {"code": code}).status_code == 200


def test_letters_that_people_misread_are_forgiven() -> None:
    assert verification.code_of(" oabc-1IL0–7890 ") == "0ABC-1110-7890"


def test_a_file_alone_that_is_not_found_says_how_it_would_be(made: Scene) -> None:
    said = asked(file=bytes_of(photo(made)))
    assert "code of the receipt" in said and "manifest.json" in said and "typing errors" not in said
    assert "typing errors" in asked("ABCD-EFGH-JKMN")


def test_full_width_characters_are_read_as_what_they_are(made: Scene) -> None:
    code = photo(made).receipt_code
    assert verification.code_of("".join(chr(ord(c) + 0xFEE0) for c in code)) == code


def test_the_answer_never_says_whose_it_is(made: Scene) -> None:
    ruling, exhibit = Ruling.objects.get(case=made.case), photo(made)
    names = [made.case.number, made.shop.name, made.case.title, "林知夏", exhibit.name, exhibit.sha256, "B1", "68000"]
    for code in (ruling.letter_code, exhibit.receipt_code):
        said = re.sub(r'value="\w{64}"', "", Client().get(VERIFY, {"code": code}).content.decode())  # a token is random
        assert [name for name in names if name in said] == []


def test_a_letter_that_no_longer_fits_its_digest_is_not_called_genuine(made: Scene) -> None:
    ruling = Ruling.objects.get(case=made.case)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE arbitration_ruling SET letter = jsonb_set(letter, '{result,amount}', '1')")
        cursor.execute("SET LOCAL session_replication_role = origin")
    assert verification.look_up(ruling.letter_code).verdict is Verdict.DIFFERS
    assert "no longer fits" in Client().get(VERIFY, {"code": ruling.letter_code}).content.decode()


def test_a_letter_whose_place_another_has_taken_is_genuine_and_says_so(made: Scene) -> None:
    code = Ruling.objects.get(case=made.case).letter_code
    assert "taken its place" not in Client().get(VERIFY, {"code": code}).content.decode()
    Ruling.objects.filter(case=made.case).update(state=Ruling.SUPERSEDED)
    said = Client().get(VERIFY, {"code": code}).content.decode()
    assert "Genuine" in said and "A later decision has taken its place." in said


def test_no_file_that_is_sent_to_be_verified_is_kept(made: Scene, settings, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    assert "byte for byte" in asked(photo(made).receipt_code, bytes_of(photo(made)))
    assert "Not found" in asked(file=b"x" * (3 * page.MEGABYTE))
    assert list(tmp_path.iterdir()) == []


def test_nobody_sends_without_the_forms_token() -> None:
    assert Client(enforce_csrf_checks=True).post(VERIFY, {"code": "ABCD-EFGH-2345"}).status_code == 403


def test_guessing_is_slowed_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "_TIMES", 3)
    client = Client()
    replies = [client.get(VERIFY, {"code": "ABCD-EFGH-2345"}) for _ in range(4)]
    assert [reply.status_code for reply in replies] == [200, 200, 200, 429]
    assert replies[-1]["Retry-After"] == "60"
    assert client.get(VERIFY).status_code == 200  # the page itself is always there


def test_an_answer_takes_a_handful_of_statements(made: Scene) -> None:
    for code in (photo(made).receipt_code, Ruling.objects.get(case=made.case).letter_code, "ABCD-EFGH-2345"):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            Client().get(VERIFY, {"code": code})
        assert len(queries) <= 5


# --- keys and anchors --------------------------------------------------------------------------------------------


def test_the_keys_are_listed_the_retired_ones_too(settings) -> None:  # type: ignore[no-untyped-def]
    old = signet.current()
    settings.HENG_SIGNING_KEY = signet.encode(b"another key of thirty-two bytes!")
    settings.HENG_RETIRED_SIGNING_KEYS = [old.public]
    reply = Client().get("/verify/keys.json")
    assert [(row["kid"], row["status"]) for row in reply.json()["keys"]] == [
        (signet.current().id, "current"),
        (old.id, "retired"),
    ]
    assert reply["Access-Control-Allow-Origin"] == "*"


def test_anchors_can_be_taken_along_and_go_on_where_one_stopped(made: Scene) -> None:
    anchors.cast(clock.now())
    every = Client().get("/verify/anchors.json").json()["anchors"]
    assert [row["body"]["number"] for row in every] == [1]
    assert Client().get("/verify/anchors.json?after=1").json()["anchors"] == []
    assert Client().get("/verify/anchors.json?after=x").json()["anchors"] == every


@pytest.mark.parametrize("name", ["verify.py", "verify.html"])
def test_the_verifiers_can_be_had_without_a_bundle(name: str) -> None:
    reply = Client().get(f"/verify/{name}")
    assert reply.status_code == 200 and "attachment" in reply["Content-Disposition"]
    assert b"Ed25519" in b"".join(reply.streaming_content)  # type: ignore[attr-defined]


# --- receipts ----------------------------------------------------------------------------------------------------


def test_a_receipt_names_time_digest_and_code_and_its_picture_only_the_code(made: Scene, settings) -> None:  # type: ignore[no-untyped-def]
    exhibit = photo(made)
    client = client_of(made.buyer.id)
    href = reverse("buyer:receipt", args=[made.case.number, exhibit.number])
    assert href in client.get(reverse("buyer:file", args=[made.case.number])).content.decode()
    said = client.get(href).content.decode()
    for word in (exhibit.receipt_code, exhibit.sha256, made.case.number, 'class="qr"', "(UTC+8)"):
        assert word in said
    assert case_file._address(exhibit.receipt()) == f"{settings.HENG_SITE_URL}/verify/?code={exhibit.receipt_code}"
    assert f"/verify/?code={exhibit.receipt_code}" in said


def test_a_receipt_is_for_its_own_side(made: Scene) -> None:
    number, place = made.case.number, photo(made).number
    assert client_of(made.merchant.id).get(f"/shop/cases/{number}/receipts/{place}/").status_code == 404
    assert client_of(made.merchant.id).get(f"/my/cases/{number}/receipts/{place}/").status_code == 404
    assert client_of(made.buyer.id).get(f"/my/cases/{number}/receipts/P1/").status_code == 404
    assert client_of(made.ops.id).get(f"/my/cases/{number}/receipts/{place}/").status_code == 404


# --- the case file -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "route"), [("buyer", "my"), ("merchant", "shop"), ("arbitrator", "desk"), ("senior", "desk")]
)
def test_whoever_may_read_the_file_downloads_it_and_the_journal_says_so(who: str, route: str, made: Scene) -> None:
    client = client_of(getattr(made, who).id)
    address = f"/{route}/cases/{made.case.number}/file/"
    assert client.get(address).status_code == 200
    assert not Entry.objects.filter(kind=Kind.BUNDLE_EXPORTED.value).exists()
    reply = client.post(address)
    content = b"".join(reply.streaming_content)  # type: ignore[attr-defined]
    assert content[:2] == b"PK" and int(reply["Content-Length"]) == len(content)
    assert Entry.objects.get(kind=Kind.BUNDLE_EXPORTED.value).actor_id == getattr(made, who).id


@pytest.mark.parametrize(
    ("who", "route"), [("merchant", "my"), ("buyer", "shop"), ("buyer", "desk"), ("ops", "desk"), ("ops", "my")]
)
def test_for_everybody_else_there_is_no_file(who: str, route: str, made: Scene) -> None:
    client = client_of(getattr(made, who).id)
    address = f"/{route}/cases/{made.case.number}/file/"
    assert (client.get(address).status_code, client.post(address).status_code) == (404, 404)
    assert not Entry.objects.filter(kind=Kind.BUNDLE_EXPORTED.value).exists()


def test_a_file_is_not_taken_without_end(made: Scene) -> None:
    client = client_of(made.buyer.id)
    address = f"/my/cases/{made.case.number}/file/"
    codes = [client.post(address).status_code for _ in range(7)]
    assert codes == [200] * 6 + [429]


def test_a_letter_leads_to_where_it_is_verified(made: Scene) -> None:
    code = Ruling.objects.get(case=made.case).letter_code
    for who, route in (("buyer", "my"), ("merchant", "shop")):
        said = client_of(getattr(made, who).id).get(f"/{route}/cases/{made.case.number}/decision/").content.decode()
        assert f"/verify/?code={code}" in said


# --- the same for a marketplace's own systems ----------------------------------------------------------------------


def test_a_marketplace_takes_either_sides_bundle_over_the_api_and_the_journal_names_its_client(made: Scene) -> None:
    caller = Caller(Scope.EVIDENCE_READ)
    for side in ("buyer", "merchant"):
        reply = caller.get(f"cases/{made.case.number}/bundle", on_behalf_of=side)
        content = b"".join(reply.streaming_content)
        assert (reply.status_code, reply["Content-Type"], content[:2]) == (200, "application/zip", b"PK")
        entry = Entry.objects.filter(kind=Kind.BUNDLE_EXPORTED.value).order_by("-id")[0]
        assert (entry.actor_role, entry.client_id) == (side, caller.issued.client.pk)
    assert caller.get(f"cases/{made.case.number}/bundle").status_code == 400
    assert caller.get(f"cases/{made.case.number}/bundle", on_behalf_of="court").status_code == 400
    assert (
        Caller(Scope.EVIDENCE_READ, source="other")
        .get(f"cases/{made.case.number}/bundle", on_behalf_of="buyer")
        .status_code
        == 404
    )


def test_the_pages_of_the_file_are_within_their_budget(made: Scene) -> None:
    number = made.case.number
    for who, path in (
        ("buyer", f"/my/cases/{number}/file/"),
        ("buyer", f"/my/cases/{number}/receipts/B1/"),
        ("merchant", f"/shop/cases/{number}/file/"),
        ("senior", f"/desk/cases/{number}/file/"),
    ):
        client = client_of(getattr(made, who).id)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        assert len(queries) <= 10, path


def test_taking_the_file_takes_a_fixed_number_of_statements(made: Scene) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as queries:
            exports.export(made.case.pk, actor=made.senior, now=clock.now())
        return len(queries)

    prints.finish(made.case.pk, now=clock.now())
    few = statements()
    deciding.served()
    assert statements() == few <= 45
