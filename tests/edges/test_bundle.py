"""A bundle is checked with no help of ours, and whatever was changed in it is named."""

from __future__ import annotations

import ast
import hashlib
import io
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from arbitration import assignment, rulings
from common import clock, digest, signet
from common.actor import Actor, Role
from common.errors import Missing
from disputes import intervention, submissions
from evidence import record_pictures, store
from evidence.models import Exhibit
from insights import bundle, exports
from insights.exports import Export
from journal import anchors
from journal.kinds import HOUSE_ONLY, Kind
from journal.models import Entry
from tests import builders, deciding, reach
from tests.reach import Scene
from web import timeline

pytestmark = pytest.mark.django_db

VERIFIER = bundle.VERIFIER / "verify.py"
Files = dict[str, bytes]


def served() -> Scene:
    """A case that was ruled on, with photos of both sides and an anchor."""
    deciding.rules()
    made = reach.admitted()
    reach.give_required_evidence(made)
    for actor, colour in ((made.buyer, "orange"), (made.merchant, "pink")):
        photo = reach.received(colour)
        submissions.add_evidence(
            made.case.pk, photo, code="E06", name="细节", note="出库前", actor=actor, now=clock.now()
        )
    submissions.hand_in(made.case.pk, actor=made.buyer, now=clock.now())
    intervention.rebut(made.case.pk, reach.answers(made), text="出库完好。", actor=made.merchant, now=clock.now())
    builders.travel(25 * builders.HOUR)
    assignment.take(made.case.pk, actor=made.arbitrator, now=clock.now())
    ruling = deciding.drafted(made)
    rulings.issue(made.case.pk, version=ruling.version, actor=made.arbitrator, now=clock.now())
    anchors.cast(clock.now())
    made.reload()
    return made


def take(made: Scene, actor: Actor) -> Export:
    return exports.export(made.case.pk, actor=actor, now=clock.now())


def written(export: Export) -> bytes:
    return b"".join(export.pieces())


def unpacked(content: bytes) -> Files:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


_kept: Files = {}


@pytest.fixture
def files() -> Files:
    """The buyer's bundle, made once: what is done to it needs no case any more."""
    if not _kept:
        made = served()
        _kept.update(unpacked(written(take(made, made.buyer))))
    return dict(_kept)


def verify(files: Files, tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """As a stranger would: verify.py as it came, in an empty folder, with nothing of ours on the path."""
    folder = tmp_path / "bundle"
    for name, body in files.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(body)
    return run(folder / "verify.py", *arguments, at=tmp_path)


def run(*argv: str | Path, at: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", "-S", *map(str, argv)]
    return subprocess.run(
        command, cwd=at, env={"PYTHONIOENCODING": "utf-8"}, capture_output=True, text=True, timeout=60, check=False
    )


def named(done: subprocess.CompletedProcess[str]) -> list[str]:
    return [line.removeprefix("DIFFERS  ") for line in done.stdout.splitlines() if line.startswith("DIFFERS")]


# --- what is in it -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["buyer", "merchant", "arbitrator", "senior"])
def test_every_readers_bundle_holds_as_a_zip_and_as_a_folder(who: str, tmp_path: Path) -> None:
    made = served()
    export = take(made, getattr(made, who))
    content = written(export)
    assert len(content) == export.length
    done = verify(unpacked(content), tmp_path)
    assert (done.returncode, named(done)) == (0, []), done.stdout + done.stderr
    (tmp_path / "case.zip").write_bytes(content)
    (tmp_path / "keys.json").write_text(json.dumps(signet.published()))
    done = run(VERIFIER, "case.zip", "--keys", "keys.json", at=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    for word in (
        "entries that follow each other",
        "seal of round 1 holds",
        "letters as they were given",
        "was anchored",
        "INTACT",
    ):
        assert word in done.stdout


def test_a_party_has_its_own_originals_and_clean_copies_of_the_others() -> None:
    made = served()
    own = Exhibit.objects.filter(dossier=made.case.dossier, side="buyer").order_by("place").first()
    assert own is not None and own.blob is not None
    for actor, path, same in (
        (made.buyer, "evidence/B1.jpg", True),
        (made.merchant, "evidence/B1-display.webp", False),
    ):
        files = unpacked(written(take(made, actor)))
        assert (digest.sha256(files[path]) == own.sha256) is same
    assert "evidence/B1.jpg" not in files and "evidence/P1.json" in files


def test_what_the_listing_showed_goes_with_its_record(tmp_path: Path) -> None:
    shown = reach.received("violet")
    made = reach.admitted(images=[{"url": "https://img.market.example/1.jpg", "sha256": shown.sha256}])
    wanted = record_pictures.claim_next(clock.now())
    assert wanted is not None and record_pictures.keep(wanted.pk, shown)
    for actor in (made.buyer, made.merchant):
        found = unpacked(written(take(made, actor)))
        assert hashlib.sha256(found["evidence/P1-picture_1.jpg"]).hexdigest() == shown.sha256
        assert shown.sha256.encode() in found["evidence/P1.json"]
        assert verify(found, tmp_path).returncode == 0
    found["evidence/P1-picture_1.jpg"] += b" "
    assert "evidence/P1-picture_1.jpg" in " ".join(named(verify(found, tmp_path)))


def test_the_court_sees_every_entry_and_a_party_the_houses_own_as_digests() -> None:
    made = served()
    take(made, made.senior)  # the journal keeps that from the parties
    for actor in (made.buyer, made.merchant, made.senior):
        entries = json.loads(unpacked(written(take(made, actor)))["timeline.json"])["entries"]
        hidden = [row for row in entries if "content" in row]
        shown = [row["told"]["value"]["kind"] for row in entries if "content" not in row]
        assert len(entries) == len(hidden) + len(shown)
        if actor == made.senior:
            assert not hidden
        else:
            assert hidden and not {kind.value for kind in HOUSE_ONLY} & set(shown)
            assert all("commitment" in row["kept"] for row in entries if "kept" in row)


def test_what_a_party_reads_in_the_bundle_is_what_the_timeline_tells_it() -> None:
    told = {kind for kind in Kind if kind not in HOUSE_ONLY} - {Kind.DOSSIER_SEALED, Kind.LETTER_PRINTED}
    assert told == {kind for kind in timeline.SENTENCES if kind not in HOUSE_ONLY}


def test_what_was_withdrawn_is_there_for_its_own_side_only(tmp_path: Path) -> None:
    made = reach.handed_in()
    exhibit = Exhibit.objects.filter(dossier=made.case.dossier, side="buyer").order_by("-place")[0]
    submissions.withdraw_evidence(made.case.pk, exhibit.pk, actor=made.buyer, now=clock.now())
    mine, theirs = (unpacked(written(take(made, actor))) for actor in (made.buyer, made.merchant))
    assert exhibit.public_id in mine["exhibits.json"].decode()
    everything = b"".join(theirs.values()).decode("utf-8", "replace")
    for secret in (exhibit.public_id, exhibit.sha256, exhibit.receipt_code):
        assert secret not in everything
    assert verify(theirs, tmp_path).returncode == 0


def test_nothing_in_it_bears_a_name_that_a_stranger_chose(files: Files) -> None:
    for path in files:
        assert path.isascii() and ".." not in path and not path.startswith("/") and "\\" not in path


def test_the_journal_says_who_took_which_bundle() -> None:
    made = served()
    export = take(made, made.merchant)
    entry = Entry.objects.filter(stream=made.case.stream, kind=Kind.BUNDLE_EXPORTED.value).get()
    assert (entry.actor_role, entry.actor_id) == ("merchant", made.merchant.id)
    assert entry.data["manifest"] == digest.sha256(unpacked(written(export))["manifest.json"]) == export.manifest
    assert exports.issued(export.code) == entry


@pytest.mark.parametrize("who", ["ops", "stranger", "juror"])
def test_who_may_not_read_the_evidence_gets_no_bundle(who: str) -> None:
    made = served()
    actors = {"ops": made.ops, "stranger": Actor.buyer(made.ops.id or 0), "juror": Actor.staff(Role.JUROR, 1)}
    with pytest.raises(Missing):
        take(made, actors[who])
    assert not Entry.objects.filter(kind=Kind.BUNDLE_EXPORTED.value).exists()


def test_a_file_that_was_altered_in_the_storage_is_not_sent_and_the_bundle_says_so(tmp_path: Path) -> None:
    made = served()
    first, second = Exhibit.objects.filter(dossier=made.case.dossier, side="buyer").order_by("place")[:2]
    assert first.blob is not None and second.blob is not None
    Path(store.storage().path(first.blob.key)).write_bytes(b"something else")
    store.storage().delete(second.blob.key)
    files = unpacked(written(take(made, made.buyer)))
    listed = json.loads(files["exhibits.json"])["exhibits"]
    states = {row["record"]["number"]: row["files"][0].get("unavailable") for row in listed if row["side"] == "buyer"}
    assert states["B1"] == "altered" and states["B2"] == "missing"
    assert "evidence/B1.jpg" not in files
    assert verify(files, tmp_path).returncode == 0


def test_a_file_that_changes_while_it_is_sent_breaks_the_bundle_off() -> None:
    made = served()
    export = take(made, made.buyer)
    exhibit = Exhibit.objects.filter(dossier=made.case.dossier, side="buyer").order_by("place")[0]
    assert exhibit.blob is not None
    Path(store.storage().path(exhibit.blob.key)).write_bytes(b"x" * exhibit.blob.size)
    with pytest.raises(RuntimeError, match=r"evidence/B1\.jpg changed"):
        written(export)


# --- tampering ---------------------------------------------------------------------------------------------------


def relist(files: Files) -> None:
    """Put the digests of the changed files into the list: who does that has no key to sign it with."""
    manifest = json.loads(files["manifest.json"])
    for row in manifest["files"]:
        row |= {"sha256": digest.sha256(files[row["path"]]), "size": len(files[row["path"]])}
    files["manifest.json"] = digest.canonical(manifest)


def edit(files: Files, path: str, change: Callable[[dict[str, object]], object]) -> None:
    body = json.loads(files[path])
    change(body)
    files[path] = digest.canonical(body)


def a_byte(files: Files) -> None:
    body = bytearray(files["evidence/B1.jpg"])
    body[len(body) // 2] ^= 1
    files["evidence/B1.jpg"] = bytes(body)


def removed(files: Files) -> None:
    del files["evidence/B1.jpg"]


def added(files: Files) -> None:
    files["evidence/B9.jpg"] = b"\xff\xd8 a photo that nobody handed in"


def renamed(files: Files) -> None:
    files["evidence/B8.jpg"] = files.pop("evidence/B1.jpg")


def swapped(files: Files) -> None:
    one, two = "evidence/B1.jpg", "evidence/B2.jpg"
    files[one], files[two] = files[two], files[one]


def a_sum(files: Files) -> None:
    edit(files, "letters/1.json", lambda letter: letter["result"].update(amount=1))  # type: ignore[attr-defined]


def an_entry_less(files: Files) -> None:
    edit(files, "timeline.json", lambda body: body["entries"].pop(4))  # type: ignore[attr-defined]
    relist(files)


def other_order(files: Files) -> None:
    def swap(body: dict[str, object]) -> None:
        rows = body["entries"]
        rows[3], rows[4] = rows[4], rows[3]  # type: ignore[index]

    edit(files, "timeline.json", swap)
    relist(files)


def another_story(files: Files) -> None:
    def change(body: dict[str, object]) -> None:
        body["entries"][0]["data"]["value"]["claimed"] = 1  # type: ignore[index]

    edit(files, "timeline.json", change)
    relist(files)


def the_list(files: Files) -> None:
    edit(files, "manifest.json", lambda body: body.update({"for": "court"}))


def another_note(files: Files) -> None:
    def change(body: dict[str, object]) -> None:
        body["exhibits"][0]["note"] = "added later"  # type: ignore[index]

    edit(files, "exhibits.json", change)
    relist(files)


def another_seal(files: Files) -> None:
    edit(files, "seals/1.json", lambda body: body["leaves"].pop())  # type: ignore[attr-defined]
    relist(files)


UNSIGNED = "manifest.json: does not bear a signature of key {kid}: it was altered"
TAMPERING: dict[str, tuple[Callable[[Files], None], list[str]]] = {
    "a byte of an exhibit": (
        a_byte,
        ["evidence/B1.jpg: was altered", "exhibit B1: evidence/B1.jpg is not the file that was handed in"],
    ),
    "a file removed": (removed, ["evidence/B1.jpg: is missing"]),
    "a file added": (added, ["evidence/B9.jpg: was added: it is not in the list that was signed"]),
    "a file renamed": (renamed, ["evidence/B1.jpg: was renamed to evidence/B8.jpg"]),
    "two files swapped": (
        swapped,
        [
            "evidence/B1.jpg: holds what belongs to evidence/B2.jpg",
            "evidence/B2.jpg: holds what belongs to evidence/B1.jpg",
            "exhibit B1: evidence/B1.jpg is not the file that was handed in",
            "exhibit B2: evidence/B2.jpg is not the file that was handed in",
        ],
    ),
    "the sum in the letter": (
        a_sum,
        ["letters/1.json: was altered", "letters/1.json: is not the letter with the code {code}"],
    ),
    "an entry taken out": (an_entry_less, [UNSIGNED, "timeline.json: entry 5 is missing before entry 6"]),
    "two entries exchanged": (
        other_order,
        [
            UNSIGNED,
            "timeline.json: entry 4 is missing before entry 5",
            "timeline.json: entry 4 stands after entry 5",
            "timeline.json: entry 5 is missing before entry 6",
        ],
    ),
    "an entry rewritten": (
        another_story,
        [UNSIGNED, "timeline.json: entry 1 was altered, or is not the one that followed here"],
    ),
    "the list": (the_list, [UNSIGNED]),
    "a note": (another_note, [UNSIGNED, "exhibit {first}: its name or note is not the one that was entered"]),
    "a seal": (another_seal, [UNSIGNED, "seals/1.json: the exhibits in it are not those that were sealed"]),
}


@pytest.mark.parametrize("what", TAMPERING)
def test_what_was_changed_is_named(what: str, files: Files, tmp_path: Path) -> None:
    words = {
        "kid": signet.current().id,
        "code": json.loads(files["case.json"])["letters"][0]["code"],
        "first": json.loads(files["exhibits.json"])["exhibits"][0]["record"]["number"],
    }
    change, faults = TAMPERING[what]
    change(files)
    done = verify(files, tmp_path)
    assert done.returncode == 1
    expected = [line.format(**words) for line in faults]
    assert named(done)[: len(expected)] == expected
    if what in ("a file removed", "a file added", "a file renamed", "the list"):
        assert named(done) == expected


def forged(files: Files, *, keys_too: bool) -> str:
    """Change a sum and sign everything anew with another key. Gives the key's id."""
    a_sum(files)
    relist(files)
    key = Ed25519PrivateKey.generate()
    public = signet.encode(key.public_key().public_bytes_raw())
    kid = signet.id_of(public)
    if keys_too:
        edit(files, "keys.json", lambda body: body["keys"].append({"kid": kid, "x": public}))  # type: ignore[attr-defined]
        relist(files)
    signature = signet.encode(key.sign(files["manifest.json"]))
    files["manifest.sig"] = digest.canonical({"kid": kid, "signature": signature})
    return kid


def test_another_key_is_named_as_a_stranger(files: Files, tmp_path: Path) -> None:
    kid = forged(files, keys_too=False)
    done = verify(files, tmp_path)
    assert done.returncode == 1
    assert named(done)[0] == f"manifest.json: is signed by key {kid}, which is not one of the house's keys"


def test_a_key_that_was_put_into_the_bundle_is_unmasked_by_the_houses_own_list(files: Files, tmp_path: Path) -> None:
    kid = forged(files, keys_too=True)
    (tmp_path / "keys.json").write_text(json.dumps(signet.published()))
    done = verify(files, tmp_path, "--keys", str(tmp_path / "keys.json"))
    assert done.returncode == 1
    assert named(done)[0] == f"manifest.json: is signed by key {kid}, which is not one of the house's keys"
    # Even on its own word the letter is not the one that the journal names.
    assert any(fault.startswith("letters/1.json: is not the letter") for fault in named(verify(files, tmp_path)))


@pytest.mark.parametrize("kept", [0.5, 0.99])
def test_an_archive_cut_short_is_not_taken_for_whole(kept: float, tmp_path: Path) -> None:
    made = served()
    content = written(take(made, made.buyer))
    (tmp_path / "case.zip").write_bytes(content[: int(len(content) * kept)])
    done = run(VERIFIER, "case.zip", at=tmp_path)
    assert done.returncode == 1 and "cut short" in done.stdout


def test_a_byte_changed_inside_the_archive_is_named(tmp_path: Path) -> None:
    made = served()
    content = bytearray(written(take(made, made.buyer)))
    photo = Exhibit.objects.filter(dossier=made.case.dossier, side="buyer").order_by("place")[0]
    assert photo.blob is not None
    body = store.storage().open(photo.blob.key).read()
    content[content.index(body) + len(body) // 2] ^= 1
    (tmp_path / "case.zip").write_bytes(content)
    done = run(VERIFIER, "case.zip", at=tmp_path)
    assert done.returncode == 1
    assert named(done)[0] == "evidence/B1.jpg: is damaged and cannot be read"


def test_what_is_no_bundle_is_not_called_a_forgery(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert run(VERIFIER, "empty", at=tmp_path).returncode == 2
    (tmp_path / "empty" / "manifest.json").write_text("[]")
    assert run(VERIFIER, "empty", at=tmp_path).returncode == 2


# --- the verifier itself -----------------------------------------------------------------------------------------


def test_the_verifiers_own_signatures_agree_with_the_library() -> None:
    space: dict[str, object] = {"__name__": "verifier"}
    exec(compile(VERIFIER.read_text(encoding="utf-8"), "verify.py", "exec"), space)
    signed_by: Callable[[bytes, bytes, bytes], bool] = space["signed_by"]  # type: ignore[assignment]
    for place in range(8):
        key = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(bytes([place])).digest())
        public, message = key.public_key().public_bytes_raw(), bytes(range(place * 9))
        signature = key.sign(message)
        assert signed_by(public, message, signature)
        assert not signed_by(public, message + b"x", signature)
        assert not signed_by(public, message, signature[:-1] + bytes([signature[-1] ^ 1]))
        assert not signed_by(public, message, bytes([signature[0] ^ 1]) + signature[1:])
        order = 2**252 + 27742317777372353535851937790883648493
        lifted = int.from_bytes(signature[32:], "little") + order
        assert not signed_by(public, message, signature[:32] + lifted.to_bytes(32, "little"))


def test_the_verifier_runs_on_old_pythons_and_needs_nothing_else() -> None:
    tree = ast.parse(VERIFIER.read_text(encoding="utf-8"), feature_version=(3, 8))
    roots = {
        name.partition(".")[0]
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert roots <= sys.stdlib_module_names


def sentences() -> tuple[dict[str, tuple[str, str]], set[str]]:
    """What the verifier has in Chinese, and all that it says of a bundle."""
    tree = ast.parse(VERIFIER.read_text(encoding="utf-8"))
    space: dict[str, object] = {"__name__": "verifier"}
    exec(compile(tree, "verify.py", "exec"), space)
    speakers = ("fault", "holds", "told", "NoBundle", "is_signed")
    said = {
        constant.value
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and (getattr(call.func, "attr", "") in speakers or getattr(call.func, "id", "") in speakers)
        for constant in ast.walk(call)
        if isinstance(constant, ast.Constant) and isinstance(constant.value, str) and " " in constant.value
    }
    return space["SENTENCES"], said  # type: ignore[return-value]


def test_every_sentence_of_the_verifier_is_there_in_three_languages_with_the_same_gaps() -> None:
    known, said = sentences()
    assert said - set(known) == set()
    assert len(said) > 40
    for english, chinese in known.items():
        gaps = sorted(f"{{{place}}}" for place in range(english.count("%s")))
        for sentence in chinese:
            assert sorted(re.findall(r"\{\d\}", sentence)) == gaps, english


@pytest.mark.parametrize(
    ("spoken", "words"),
    [
        ({"--lang": "zh-Hans"}, ("不一致  README.txt：内容被改动过", "结果：不一致（1 处）。", "买家的副本")),
        ({"--lang": "zh_TW"}, ("不一致  README.txt：內容被更動過", "結果：不一致（1 處）。", "買家的副本")),
        (
            {"--lang": "en"},
            ("DIFFERS  README.txt: was altered", "Result: DIFFERS in 1 place.", "copy for the buyer"),
        ),
        ({"LANG": "zh_CN.UTF-8"}, ("不一致  README.txt：内容被改动过",)),
        ({"LANGUAGE": "zh_HK:zh", "LANG": "en_US.UTF-8"}, ("不一致  README.txt：內容被更動過",)),
        ({"LANG": "zh_CN.GBK", "PYTHONIOENCODING": "ascii"}, ("DIFFERS  README.txt: was altered",)),
        ({"LANG": "de_DE.UTF-8"}, ("DIFFERS  README.txt: was altered",)),
    ],
)
def test_the_verifier_speaks_the_readers_language(
    spoken: dict[str, str], words: tuple[str, ...], files: Files, tmp_path: Path
) -> None:
    files["README.txt"] += b"x"
    arguments = [part for pair in spoken.items() if pair[0].startswith("--") for part in pair]
    environment = {"PYTHONIOENCODING": "utf-8"} | {
        key: value for key, value in spoken.items() if not key.startswith("--")
    }
    folder = tmp_path / "case.zip"
    with zipfile.ZipFile(folder, "w") as archive:
        for name, body in files.items():
            archive.writestr(name, body)
    command = [sys.executable, "-S", str(VERIFIER), str(folder), *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 1, done.stderr
    for word in words:
        assert word in done.stdout
