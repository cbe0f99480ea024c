"""What the record says of an act, and of the time that ran out instead of one."""

from __future__ import annotations

import pytest
from django.utils import translation

from common.actor import Role
from journal.kinds import Kind
from journal.models import Entry
from web import timeline


@pytest.mark.parametrize("kind", [Kind.REFUND_AGREED, Kind.RETURN_AGREED, Kind.RETURN_ACCEPTED])
def test_the_record_does_not_say_that_the_platform_agreed_where_a_merchant_was_silent(kind):
    with translation.override("en"):
        agreed, silent = (
            timeline.sentence(Entry(kind=kind.value, actor_role=role.value, data={}), "buyer")
            for role in (Role.MERCHANT, Role.SYSTEM)
        )
        assert agreed == str(timeline.SENTENCES[kind])
    assert "silence" in silent and "agreed" not in silent and "confirmed" not in silent
