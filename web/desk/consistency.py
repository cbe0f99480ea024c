"""The monthly report in the desk's shell, for seniors."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from common import clock
from web import consistency
from web.desk import shell


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    actor = shell.senior(request)
    found, unknown = consistency.read(request)
    shown = {
        **shell.around(actor, "calibration", clock.now()),
        **consistency.page(found, unknown),
        "back": reverse("desk:calibration"),
        "table_href": reverse("desk:consistency_table"),
    }
    return render(request, "desk/consistency.html", shown)


@require_safe
def table(request: HttpRequest) -> HttpResponse:
    shell.senior(request)
    return consistency.download(request, reverse("desk:consistency"))
