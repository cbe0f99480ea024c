"""The monthly report in operations' shell, and the clauses that two people read differently."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from web import consistency
from web.desk import calibration
from web.ops import shell


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    desk = shell.enter(request)
    found, unknown = consistency.read(request)
    context = shell.around(
        desk,
        "consistency",
        **consistency.page(found, unknown),
        table_href=reverse("ops:consistency_table"),
        notes=calibration.notes(desk.actor, "ops:clause_note"),
        answers_notes=True,
    )
    return render(request, "desk/consistency.html", context)


@require_safe
def table(request: HttpRequest) -> HttpResponse:
    shell.enter(request)
    return consistency.download(request, reverse("ops:consistency"))


@require_POST
def close_note(request: HttpRequest, pk: int) -> HttpResponse:
    desk = shell.enter(request)
    return calibration.answered(request, desk.actor, pk, reverse("ops:consistency"))
