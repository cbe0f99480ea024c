"""What a plain Django project would pay on the same machine: the measure of every page figure.

Y1: a signed-in view with one indexed query of 50 rows, printed in a small template. YI: a view that makes the inserts of
a filing with plain model calls in one transaction, with nothing checked and nothing locked.
"""

from __future__ import annotations

import hashlib
from itertools import count

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.template import Context, Engine
from django.urls import path

from common import clock
from config.urls import urlpatterns as ours
from disputes.models import Case, CaseFile, Deadline, Point, Statement
from evidence.models import Exhibit
from journal.models import Entry, Stream, Undelivered

_TEMPLATE = Engine().from_string(
    "<!doctype html><title>Cases</title><table>{% for case in cases %}<tr><td>{{ case.number }}</td>"
    "<td>{{ case.title }}</td><td>{{ case.claimed }}</td><td>{{ case.due_at }}</td></tr>{% endfor %}</table>"
)
_numbers = count(1)


@login_required
def one_query(request: HttpRequest, merchant_id: int) -> HttpResponse:
    cases = Case.objects.filter(merchant_id=merchant_id, awaits__in=["merchant", "both"]).order_by("due_at", "id")[:50]
    return HttpResponse(_TEMPLATE.render(Context({"cases": cases})))


@login_required
def the_same_inserts(request: HttpRequest, case_id: int) -> HttpResponse:
    """As many rows, in the same tables, as ``intervention.request`` writes for a case with two points."""
    now = clock.now()
    with transaction.atomic():
        case = Case.objects.get(pk=case_id)
        number = next(_numbers)
        statement = Statement.objects.create(case=case, side="buyer", kind="story", text="收到时已破损" * 8, at=now)
        CaseFile.objects.create(case=case, round=1000 + number, body={"order": {}}, digest="0" * 64, frozen_at=now)
        for place in (1, 2):
            Point.objects.create(case=case, round=1000 + number, number=place, text="壶身有裂纹", raised_by="buyer")
        for place, code in enumerate(("E01", "E02"), start=1):
            mark = hashlib.sha256(f"{number}-{place}-{case_id}".encode()).hexdigest()
            Exhibit.objects.create(
                dossier_id=case.dossier_id,
                public_id=mark[:26],
                side="platform",
                place=number * 10 + place,
                round=1,
                kind="record",
                code=code,
                content={"format": 1},
                sha256=mark,
                size=12,
                added_role="system",
                added_at=now,
                visible_at=now,
                receipt_code="AAAA-BBBB-CCCC",
            )
        Deadline.objects.filter(case=case, state="pending").update(state="met", ended_at=now)
        Deadline.objects.create(
            case=case, duty=f"y{number}", step="admission", clock="BD", awaits="platform", armed_at=now, due_at=now
        )
        stream = Stream.objects.create()
        entry = Entry.objects.create(
            stream=stream,
            seq=1,
            kind="intervention_requested",
            actor_role="buyer",
            at=now,
            data={"statement": statement.pk},
            previous="0" * 64,
            digest="0" * 64,
        )
        Undelivered.objects.create(entry=entry, stream=stream)
        case.version += 1
        case.save()
    return HttpResponse(status=204)


urlpatterns = [
    path("yardstick/one/<int:merchant_id>/", one_query),
    path("yardstick/inserts/<int:case_id>/", the_same_inserts),
    *ours,
]
