"""What every test on PostgreSQL must leave behind: books that balance."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ledger import book


@pytest.fixture(autouse=True)
def money_is_conserved(request: pytest.FixtureRequest) -> Iterator[None]:
    """After every test here the ledger agrees with itself (I1): every posting, every balance, every claim."""
    if request.node.get_closest_marker("django_db") is None:
        yield
        return
    request.getfixturevalue("transactional_db" if _commits(request) else "db")
    yield
    assert book.audit() == []


def _commits(request: pytest.FixtureRequest) -> bool:
    marker = request.node.get_closest_marker("django_db")
    return bool(marker and marker.kwargs.get("transaction"))
