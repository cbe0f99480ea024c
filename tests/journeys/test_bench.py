"""What the benchmarks stand on: their market can be made, their pages keep to their statements, their yardstick is fair."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db.models import Model
from django.test import override_settings

from bench import filing, generate, report
from bench.measure import queries_of
from disputes.models import CaseFile, Deadline, FilingDraft, Point, Statement
from evidence.models import Exhibit
from journal.models import Entry, Undelivered

pytestmark = pytest.mark.django_db

WRITTEN: tuple[type[Model], ...] = (CaseFile, Deadline, FilingDraft, Point, Statement, Exhibit, Entry, Undelivered)


def test_full_pages_keep_to_their_statements_and_a_filing_writes_what_its_yardstick_writes() -> None:
    world = generate.world(600, shops=4, buyers=40)
    with override_settings(ROOT_URLCONF="bench.yardsticks"):
        pages = report.readings(world)
        for name, _times, statements in report.LIMITS:
            pages[name]()  # what is read once a minute is not counted
            assert queries_of(pages[name]) <= statements, name
        claims = filing.Filing(count=1)
        through_the_page, plainly = _rows_of(claims.next), _rows_of(claims.plainly)
    assert through_the_page == plainly
    assert all(through_the_page.values())


def _rows_of(run: Callable[[], object]) -> dict[str, int]:
    before = {model: model._default_manager.count() for model in WRITTEN}
    run()
    return {model.__name__: model._default_manager.count() - count for model, count in before.items()}
