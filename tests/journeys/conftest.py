"""What journeys share: the demo marketplace beside them, and a clock that remembers nothing of the story before."""

from __future__ import annotations

import pytest

from engine import ticks
from tests.acts.market import market, running_market

__all__ = ["market", "running_market"]


@pytest.fixture(autouse=True)
def _a_fresh_sweep() -> None:
    """A worker keeps where its last claim ended; each story begins at today again."""
    ticks.forget()
