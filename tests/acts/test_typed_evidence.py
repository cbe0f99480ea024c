"""What a side writes as an exhibit of its own: kept to the letter, and treated like any other from then on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from common import clock, digest
from common.actor import Actor
from common.acts import act
from common.errors import Missing, Refused
from disputes import drafts, intervention, submissions
from disputes.lifecycle import Kind, State
from disputes.models import Case
from evidence import dossiers, integrity, limits
from evidence.models import Exhibit, Seal
from journal.models import Entry
from tests import builders, reach
from tests.reach import Scene

pytestmark = pytest.mark.django_db

SAID = "  11 月 20 日晚上八点开箱，\n壶身已有裂纹。\u202e  "


def write(made: Scene, text: str = SAID, actor: Actor | None = None, **more: Any) -> Exhibit:
    return submissions.add_text(made.case.pk, text, actor=actor or made.buyer, now=clock.now(), **more)


def code_of(made: Scene, text: str = SAID, **more: Any) -> str:
    with pytest.raises(Refused) as refused:
        write(made, text, **more)
    return refused.value.code


def test_a_text_of_either_side_is_an_exhibit_with_number_receipt_and_entry() -> None:
    made = reach.admitted()
    for actor, number in ((made.buyer, "B1"), (made.merchant, "M1")):
        exhibit = write(made, actor=actor, name="经过", note="看时间")
        exhibit.refresh_from_db()
        assert (exhibit.number, exhibit.kind, exhibit.code, exhibit.name, exhibit.note) == (
            number,
            "text",
            "E34",
            "经过",
            "看时间",
        )
        assert exhibit.content == {"text": SAID} and exhibit.sha256 == digest.of({"text": SAID})
        assert integrity.holds(exhibit) and len(exhibit.receipt_code) == 14
        entry = Entry.objects.filter(stream_id=made.case.stream_id, kind="evidence_added").latest("seq")
        assert entry.data["sha256"] == exhibit.sha256 and "裂纹" not in str(entry.data)


def test_the_other_side_sees_it_at_once_and_a_ruling_may_rest_on_it_a_day_later() -> None:
    made = reach.admitted()
    exhibit = write(made)
    assert exhibit in dossiers.visible_to(made.case.dossier_id, side="merchant", now=clock.now())
    assert not dossiers.citable(exhibit, exhibit.added_at + timedelta(hours=24, seconds=-1))
    assert dossiers.citable(exhibit, exhibit.added_at + timedelta(hours=24))


def test_the_same_words_twice_are_one_exhibit_and_one_entry() -> None:
    made = reach.admitted()
    first, version = write(made), made.reload().version
    assert write(made).pk == first.pk and made.reload().version == version
    assert write(made, SAID.strip()).pk != first.pk, "to the letter: other letters are another text"


def test_it_is_taken_back_like_a_file_and_written_anew() -> None:
    made = reach.admitted()
    first = write(made)
    submissions.withdraw_evidence(made.case.pk, first.pk, actor=made.buyer, now=clock.now())
    assert write(made).number == "B2"


def test_nothing_and_too_much_are_refused_and_the_longest_is_kept_whole() -> None:
    made = reach.admitted()
    assert code_of(made, " \u200b\n") == "text_missing"
    assert code_of(made, "长" * (limits.TEXT_LENGTH + 1)) == "text_too_long"
    assert len(write(made, "长" * limits.TEXT_LENGTH).content["text"]) == limits.TEXT_LENGTH  # type: ignore[index]


@pytest.mark.parametrize("text", ["\0", "一\0二", "\ud800", "二\udfff"])
def test_what_cannot_be_kept_to_the_letter_is_refused_and_not_changed(text: str) -> None:
    assert code_of(reach.admitted(), f"开箱时{text}") == "text_unreadable"


def test_words_stand_only_for_what_is_asked_for_in_words() -> None:
    made = reach.admitted()
    assert code_of(made, code="E06") == "evidence_not_in_words"
    assert code_of(made, code="E01") == "evidence_code_unknown"
    assert code_of(made, code="E99") == "evidence_code_unknown"
    assert write(made, code="E26").code == "E26"


def test_thirty_are_the_most_also_of_those_taken_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "TEXTS_PER_SIDE", 2)
    made = reach.admitted()
    first = write(made, "一")
    submissions.withdraw_evidence(made.case.pk, first.pk, actor=made.buyer, now=clock.now())
    write(made, "二")
    assert code_of(made, "三") == "too_many_texts"
    assert write(made, "一", actor=made.merchant).number == "M1", "each side has its own"


def test_the_windows_are_those_of_every_exhibit() -> None:
    made = reach.refused()
    assert code_of(made) == "not_in_this_state"
    made = reach.admitted()
    reach.let_term_end(made)
    assert made.state is State.AWAITING_ASSIGNMENT
    assert code_of(made) == "evidence_window_closed"


def test_whoever_is_no_party_finds_no_case() -> None:
    made, other = reach.admitted(), builders.a_buyer()
    with pytest.raises(Missing):
        write(made, actor=other)


def test_what_is_written_with_a_claim_is_seen_by_nobody_until_it_is_sent() -> None:
    made = reach.refused()
    drafts.begin(made.case.pk, actor=made.buyer, now=clock.now())
    exhibit = write(made)
    assert exhibit.visible_at is None
    assert not Entry.objects.filter(stream_id=made.case.stream_id, kind="evidence_added").exists()
    claim = reach.claim_of(made.reload())
    intervention.request(made.case.pk, claim, actor=made.buyer, now=clock.now())
    exhibit.refresh_from_db()
    assert exhibit.visible_at is not None


def test_it_meets_the_row_that_asks_for_it() -> None:
    made = reach.admitted(type_code="QUALITY_LATENT", kind=Kind.RETURN_REFUND)
    exhibit = write(made)
    counted: Case = made.reload()
    assert made.state is State.GATHERING_EVIDENCE
    assert exhibit in dossiers.counted(counted.dossier_id)


def test_the_seal_covers_it() -> None:
    made = reach.admitted()
    exhibit = write(made)
    act(dossiers.seal)(made.case.dossier_id, now=clock.now())
    seal = Seal.objects.get(dossier_id=made.case.dossier_id)
    record = next(row for row in seal.records if row["number"] == exhibit.number)
    assert (record["sha256"], record["kind"]) == (exhibit.sha256, "text")
    with pytest.raises(Refused):
        write(made, "后来写的")
