"""Files in which malware was found, for operations: what it was, who sent it, how long it is kept. Gives no file out."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.models import User
from evidence import quarantine
from evidence.models import Quarantined
from web.ops import shell
from web.ops.deadlines import AWAITED

MOST = 100


@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """The newest hundred, and whether anything is scanned at all."""
    desk = shell.enter(request)
    rows = list(quarantine.held(MOST))
    people = User.objects.in_bulk({int(number) for row in rows if (number := _number(row))})
    context = shell.around(
        desk,
        "stuck",
        scans=bool(settings.HENG_SCANNER),
        rows=[(row, _sender(row, people), row.at + quarantine.KEPT_FOR) for row in rows],
        most=MOST,
    )
    return render(request, "ops/quarantine.html", context)


def _number(row: Quarantined) -> str:
    number = row.owner.partition(":")[2]
    return number if number.isdigit() else ""


def _sender(row: Quarantined, people: dict[int, User]) -> str:
    role = AWAITED.get(row.owner.partition(":")[0], AWAITED["platform"])
    person = people.get(int(_number(row) or 0))
    return f"{role} · {person.display_name or person.username}" if person is not None else str(role)
