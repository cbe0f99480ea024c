"""A moment in a refusal and a day on a page are written as the reader's language writes them, never as a machine does."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.utils import translation

from common.errors import Refused
from disputes import refusals
from web.templatetags import heng


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "10 Dec 2026, 02:30"), ("zh-hans", "2026-12-10 02:30"), ("zh-hant", "2026-12-10 02:30")],
)
def test_a_refusal_tells_a_moment_in_the_readers_language(language: str, said: str) -> None:
    with translation.override(language):
        assert said in refusals.say(Refused("exam_too_soon", again_at="2026-12-09T18:30:00+00:00"))


def test_midnight_belongs_to_the_day_that_it_ends() -> None:
    with translation.override("en"):
        assert "9 Dec 2026, 24:00" in refusals.say(Refused("exam_too_soon", again_at="2026-12-09T16:00:00+00:00"))


def test_a_day_is_that_of_the_house() -> None:
    late = datetime(2026, 12, 9, 20, 0, tzinfo=UTC)
    with translation.override("en"):
        assert heng.on_day(late) == "10 Dec 2026" == heng.on_day(date(2026, 12, 10))
        assert heng.on_day(None) == "–"
