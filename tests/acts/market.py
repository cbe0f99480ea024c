"""The demo marketplace beside the acts: started once, forgetful between tests, connected as the gateway."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings as django_settings

from demo_market import server
from demo_market.server import Market

SECRET = "between-court-and-market"


@pytest.fixture(scope="session")
def running_market() -> Iterator[Market]:
    with server.serve(secret=SECRET) as market:
        yield market


@pytest.fixture
def market(running_market: Market, settings: Any) -> Iterator[Market]:
    """A marketplace that answers as it should until it is told otherwise."""
    running_market.behave()
    running_market.books.forget()
    settings.HENG_GATEWAY_URL, settings.HENG_GATEWAY_SECRET = running_market.url, SECRET
    yield running_market
    running_market.wait()
    assert running_market.url == django_settings.HENG_GATEWAY_URL


def paid_out(market: Market) -> list[tuple[str, int]]:
    """Every distinct payment in the order made: (kind, minor units). Words about holds are no payments."""
    told = [(row["kind"], row["amount"]) for row in market.payments()]
    return [entry for entry in told if entry[0] not in ("hold_settlement", "lift_hold")]
