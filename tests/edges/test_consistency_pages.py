"""The monthly report is operations' and seniors'; it counts nothing while it is looked at."""

from __future__ import annotations

import pytest
from django.urls import reverse

from arbitration import calibration
from common import clock
from common.actor import Role
from insights import consistency
from insights.models import Consistency
from tests import deciding, reach
from tests.acts.test_calibration import DIFFERS, drawn
from tests.acts.test_precedents import an_older_one
from tests.edges.test_desk_pages import signed_in

pytestmark = pytest.mark.django_db


def path(name: str, *args: object) -> str:
    return "/en" + reverse(name, args=args).removeprefix("/en")


@pytest.mark.parametrize("name", ["consistency", "consistency_table"])
def test_operations_and_seniors_read_it_and_nobody_else(name):
    made = reach.a_scene()
    assert signed_in(made.ops).get(path(f"ops:{name}")).status_code == 200
    assert signed_in(made.senior).get(path(f"desk:{name}")).status_code == 200
    for actor in (made.buyer, made.merchant, made.arbitrator):
        assert signed_in(actor).get(path(f"ops:{name}")).status_code == 404
        assert signed_in(actor).get(path(f"desk:{name}")).status_code == 404


def test_it_shows_what_was_counted_in_few_queries(django_assert_max_num_queries):
    made = reach.a_scene()
    client = signed_in(made.ops)
    assert "Nothing to show" in client.get(path("ops:consistency")).content.decode()
    for _number in range(6):
        an_older_one(made)
    consistency.take(clock.now())
    shown = client.get(path("ops:consistency")).content.decode()
    assert "How cases of each type ended" in shown and "100%" in shown and "too few" in shown
    for month in ("nonsense", "2001-01", "2026-13"):
        for page in ("ops:consistency", "desk:consistency"):
            reader = client if page.startswith("ops") else signed_in(made.senior)
            said = reader.get(path(page), {"month": month}).content.decode()
            assert f"There is no view “{month}” here" in said and "How cases of each type ended" in said
        away = client.get(path("ops:consistency_table"), {"month": month})
        assert away.headers["Location"] == f"{path('ops:consistency')}?month={month}"
    with django_assert_max_num_queries(8):
        client.get(path("ops:consistency"))
    table = client.get(path("ops:consistency_table"))
    assert table.headers["Content-Type"].startswith("text/csv") and b"DAMAGED:full" in table.content


def test_the_months_juries_stand_in_it_with_their_range():
    made = reach.a_scene()
    client = signed_in(made.ops)
    now = clock.now()
    month = consistency.months_until(now, 1)[0]
    counted = {"jury_first": (45, 60), "jury_own": (31, 60), "jury_agreement": (50, 60), "jury_decided": (9, 29)}
    Consistency.objects.bulk_create(
        Consistency(month=month, kind=kind, numerator=part, denominator=whole, at=now)
        for kind, (part, whole) in counted.items()
    )
    shown = client.get(path("ops:consistency")).content.decode()
    assert "75.0 % · 45 / 60" in shown and "62.8 % – 84.2 %" in shown
    assert shown.count("There is an effect.") == 1 and shown.count("No effect to be seen.") == 1
    assert "Panels with an answer" not in shown, "fewer than thirty"


def test_operations_answer_a_note_on_a_clause():
    made, found = drawn()
    reader = deciding.another(Role.ARBITRATOR)
    calibration.take_next(actor=reader, now=clock.now())
    calibration.submit(found.pk, DIFFERS, actor=reader, now=clock.now())
    client = signed_in(made.ops)
    note = calibration.open_notes(made.ops)[0]
    assert reverse("ops:clause_note", args=[note.pk]) in client.get(reverse("ops:consistency")).content.decode()
    assert client.post(reverse("ops:clause_note", args=[note.pk]), {"answer": "加注例子。"}).status_code == 302
    assert calibration.open_notes(made.ops).count() == 1
    assert signed_in(made.merchant).post(reverse("ops:clause_note", args=[note.pk]), {"answer": "x"}).status_code == 404
