"""Ballots under attack: read early, changed, moved to another seat, cast again, forged. Without the key nothing works."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.test import override_settings

from common import digest
from jury import sealing
from jury.sealing import Slip
from jury.tally import Vote

PANEL, SEAT, OTHER = "P" * 26, "S" * 26, "T" * 26


def cast(vote: Vote = Vote.BUYER, *, seat: str = SEAT, key: str) -> tuple[Slip, str]:
    slip = sealing.slip(PANEL, seat, vote, decisive=[3, 7], reason="照片里的裂纹贯通釉面。")
    return slip, sealing.seal(slip, key)


def opened(sealed: str, key: str, commitment: str, *, panel: str = PANEL, seat: str = SEAT) -> Slip | None:
    return sealing.open_slip(sealed, key, panel=panel, seat=seat, commitment=commitment)


def test_what_was_cast_is_what_is_opened() -> None:
    key = sealing.new_key()
    slip, sealed = cast(key=key)
    assert opened(sealed, key, slip.commitment) == slip


def test_a_ballot_tells_nobody_which_way_it_went() -> None:
    """Neither the envelope nor its length, nor the commitment, which all three votes could be tried against."""
    key = sealing.new_key()
    slips = [cast(vote, key=key) for vote in Vote]
    silent = sealing.slip(PANEL, SEAT, Vote.MERCHANT, decisive=[1])
    wordy = sealing.slip(PANEL, SEAT, Vote.BUYER, decisive=[10**12] * 3, reason="\n" * 100 + "裂" * 200)
    lengths = {len(sealed) for _slip, sealed in slips} | {len(sealing.seal(one, key)) for one in (silent, wordy)}
    assert len(lengths) == 1
    slip, sealed = cast(key=key)
    assert "buyer" not in sealed and "裂纹" not in sealed
    for vote in Vote:
        guess = {**slip.as_data(), "vote": vote.value, "salt": ""}
        del guess["reason"]
        assert digest.of({"type": "heng.jury.ballot", **guess}) != slip.commitment


def test_the_same_vote_twice_looks_like_two_votes() -> None:
    key = sealing.new_key()
    assert cast(key=key)[0].commitment != cast(key=key)[0].commitment


def test_a_changed_vote_does_not_fit_its_commitment() -> None:
    key = sealing.new_key()
    slip, _sealed = cast(Vote.BUYER, key=key)
    _other, changed = cast(Vote.MERCHANT, key=key)  # by somebody who even has the key
    assert opened(changed, key, slip.commitment) is None


@pytest.mark.parametrize(
    "change",
    [{"panel": "q"}, {"seat": "t"}, {"vote": Vote.MERCHANT}, {"salt": "0" * 32}, {"decisive": (1,)}],
    ids=lambda change: next(iter(change)),
)
def test_everything_but_the_words_is_committed_to(change: dict[str, Any]) -> None:
    paper = sealing.slip("p", "s", Vote.BUYER, reason="裂纹")
    assert replace(paper, **change).commitment != paper.commitment
    assert replace(paper, reason="").commitment == paper.commitment


def test_a_copied_ballot_does_not_fit_another_seat_or_panel() -> None:
    key = sealing.new_key()
    slip, sealed = cast(key=key)
    assert opened(sealed, key, slip.commitment, seat=OTHER) is None
    assert opened(sealed, key, slip.commitment, panel=OTHER) is None


def test_a_ballot_under_another_panels_key_is_no_ballot() -> None:
    key, other = sealing.new_key(), sealing.new_key()
    slip, sealed = cast(key=other)
    assert opened(sealed, key, slip.commitment) is None
    assert opened("gAAAAA-not-a-token", key, slip.commitment) is None
    odd = Fernet(sealing.unwrap(key)).encrypt(json.dumps({"vote": "everybody"}).encode()).decode()
    assert opened(odd, key, slip.commitment) is None


def test_the_key_in_the_table_opens_nothing_by_itself() -> None:
    key = sealing.new_key()
    _slip, sealed = cast(key=key)
    with pytest.raises(ValueError):
        Fernet(key.encode()).decrypt(sealed.encode())
    with (
        override_settings(SECRET_KEY="somebody else's", SECRET_KEY_FALLBACKS=[]),
        pytest.raises(ValueError, match="wrapped"),
    ):
        sealing.unwrap(key)


def test_what_is_written_so_far_is_as_long_as_any_vote_and_tells_nothing() -> None:
    key = sealing.new_key()
    drafts = [
        sealing.seal_draft({"choice": choice, "reason": reason}, key)
        for choice, reason in (("", ""), ("first", "裂" * 600))
    ]
    vote = sealing.seal(sealing.slip("p", "s", Vote.BUYER, reason="裂纹"), key)
    assert {len(one) for one in drafts} == {len(vote)}
    assert sealing.open_draft(drafts[1], key) == {"choice": "first", "reason": "裂" * 600}
    assert sealing.open_draft(drafts[1], sealing.new_key()) is None
    assert sealing.open_draft(vote, key) is None, "a vote is no draft"
    assert sealing.open_slip(drafts[1], key, panel="p", seat="s", commitment="0" * 64) is None, "and a draft no vote"


def test_an_older_house_key_still_opens_what_it_closed() -> None:
    with override_settings(SECRET_KEY="the old one", SECRET_KEY_FALLBACKS=[]):
        key = sealing.new_key()
        slip, sealed = cast(key=key)
    with override_settings(SECRET_KEY="the new one", SECRET_KEY_FALLBACKS=["the old one"]):
        assert opened(sealed, key, slip.commitment) == slip


def test_without_the_house_key_a_count_stops_instead_of_spoiling_every_ballot() -> None:
    key = sealing.new_key()
    slip, sealed = cast(key=key)
    with override_settings(SECRET_KEY="lost", SECRET_KEY_FALLBACKS=[]), pytest.raises(ValueError, match="wrapped"):
        opened(sealed, key, slip.commitment)


def test_words_can_be_erased_while_the_commitment_stays() -> None:
    slip = sealing.slip(PANEL, SEAT, Vote.MERCHANT, decisive=[1], reason="words")
    assert Slip(slip.panel, slip.seat, slip.vote, slip.salt, slip.decisive, "").commitment == slip.commitment
