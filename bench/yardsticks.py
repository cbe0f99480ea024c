"""What a plain Django project would pay on the same machine: the measure of every page figure.

Y1: a signed-in view with one indexed query of 50 rows, printed in a small template. YI: a view that takes the same form as
a filing and makes the same writes, under the same three locks, with plain model calls in one transaction and with nothing
gathered, computed or checked.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template import Context, Engine
from django.urls import path

from common import clock, ids
from config.urls import urlpatterns as ours
from disputes.models import Case, CaseFile, Deadline, FilingDraft, Point, Statement
from evidence.models import Dossier, Exhibit
from journal.models import Entry, Stream, Undelivered

_TEMPLATE = Engine().from_string(
    "<!doctype html><title>Cases</title><table>{% for case in cases %}<tr><td>{{ case.number }}</td>"
    "<td>{{ case.title }}</td><td>{{ case.claimed }}</td><td>{{ case.due_at }}</td></tr>{% endfor %}</table>"
)
# What a filing gathers, by the number of its case: the frozen body, and code, content and digest of each record. Made
# beforehand, so that it costs YI nothing.
GATHERED: dict[str, tuple[dict[str, Any], list[tuple[str, dict[str, Any], str]]]] = {}


@login_required
def one_query(request: HttpRequest, merchant_id: int) -> HttpResponse:
    cases = Case.objects.filter(merchant_id=merchant_id, awaits__in=["merchant", "both"]).order_by("due_at", "id")[:50]
    return HttpResponse(_TEMPLATE.render(Context({"cases": cases})))


@login_required
def the_same_writes(request: HttpRequest, number: str) -> HttpResponse:
    """The same draft, and the same rows in the same tables, as ``intervention.request`` writes for a case with two points.

    What the marketplace knows has been gathered beforehand; nothing is checked but that the case is there.
    """
    now = clock.now()
    file, records = GATHERED.pop(number)
    with transaction.atomic():
        case = Case.objects.select_for_update().get(number=number)
        draft = FilingDraft.objects.get(case=case)
        typed = {field: said["text"] for field, said in draft.body.items()}
        draft.delete()
        statement = Statement.objects.create(
            case=case, side="buyer", kind="story", text=typed["story"], by=request.user, at=now
        )
        Deadline.objects.filter(case=case, state="pending").update(state="met", ended_at=now)
        due_at = now + timedelta(days=3)
        Deadline.objects.create(
            case=case,
            duty="admission",
            step="admission",
            clock="BD",
            awaits="platform",
            armed_at=now,
            due_at=due_at,
            remind_at=now + timedelta(days=1),
            reminders=[now + timedelta(days=2)],
        )
        case.state, case.state_since, case.awaits, case.due_at = "admission", now, "platform", due_at
        case.round, case.intervened_at, case.version = 1, now, case.version + 1
        case.type_code, case.remedy, case.claimed = typed["points_for"], typed["remedy"], 5000
        case.save()
        stream = Stream.objects.select_for_update().get(pk=case.stream_id)
        data = {"from": "awaiting_buyer", "to": "admission", "type": typed["points_for"], "asked": typed["remedy"]}
        data |= {"claimed": 5000, "currency": "CNY", "points": 2, "file": file["digest"], "statement": statement.pk}
        entry = Entry.objects.create(
            stream=stream,
            seq=stream.head_seq + 1,
            kind="intervention_requested",
            actor_role="buyer",
            actor_id=request.user.pk,
            at=now,
            data=data,
            salt="0" * 32,
            previous=stream.head_digest,
            digest="1" * 64,
        )
        Undelivered.objects.create(entry=entry, stream=stream)
        stream.head_seq, stream.head_digest = entry.seq, entry.digest
        stream.save()
        CaseFile.objects.create(case=case, round=1, body=file, digest=file["digest"], frozen_at=now)
        for place in (1, 2):
            Point.objects.create(case=case, round=1, number=place, text=typed[f"point_{place}"], raised_by="buyer")
        Dossier.objects.select_for_update().get(pk=case.dossier_id)
        for place, (code, content, mark) in enumerate(records, start=1):
            Exhibit.objects.create(
                dossier_id=case.dossier_id,
                public_id=ids.public_id(),
                side="platform",
                place=place,
                round=1,
                kind="record",
                code=code,
                content=content,
                sha256=mark,
                size=1000,
                added_role="system",
                added_at=now,
                visible_at=now,
                receipt_code="AAAA-BBBB-CCCC",
            )
    messages.success(request, f"Submitted: {number}")
    return redirect("buyer:case", number)


urlpatterns = [
    path("yardstick/one/<int:merchant_id>/", one_query),
    path("yardstick/writes/<str:number>/", the_same_writes),
    *ours,
]
