"""What a notice says of money and moments."""

from __future__ import annotations

import pytest
from django.utils import translation

from journal.kinds import Kind
from notifications import words


@pytest.mark.parametrize(
    ("due", "in_chinese", "in_english"),
    [
        ("2026-12-09T16:00:00+00:00", "12-09 24:00", "9 Dec, 24:00"),
        ("2026-12-09T16:00:01+00:00", "12-10 00:00", "10 Dec, 00:00"),
        ("2026-12-09T10:30:00+00:00", "12-09 18:30", "9 Dec, 18:30"),
    ],
)
def test_midnight_belongs_to_the_day_that_it_ends_and_each_language_writes_days_its_own_way(
    due, in_chinese, in_english
):
    params = {"number": "DA-20261129-0000001", "amount": 28_000, "currency": "CNY", "due": due}
    with translation.override("en"):
        sentence = words.sentence(Kind.REFUND_REQUESTED.value, "merchant", params, "壶")
    assert sentence == f"A buyer asks for ¥280.00 back. Reply until {in_english}."
    with translation.override("zh-hans"):
        sentence = words.sentence(Kind.REFUND_REQUESTED.value, "merchant", params, "壶")
    assert sentence == f"买家申请退款 ¥280.00，请在 {in_chinese} 前答复。"
