"""Files of evidence for whoever may see them now. Knows tokens and cases; refuses to show what differs from what came in."""

from __future__ import annotations

from datetime import datetime

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from arbitration import calibration
from common import clock
from common.actor import Actor, Role
from common.errors import Missing, Refused
from disputes import access, refusals
from evidence import integrity, links, masking, ranges
from evidence.links import Served
from jury import seats
from web import errors, fetch, navigation

# Nothing that a stranger sent may run, load or be framed, whatever a browser takes it for.
LOCKED_IN = "sandbox; default-src 'none'; img-src 'self'; media-src 'self'; style-src 'none'"


@require_safe
def file(request: HttpRequest, token: str) -> HttpResponseBase:
    """The file behind a five-minute token, checked again: still the same reader, still a case of theirs, still whole."""
    if not request.user.is_authenticated or _is_wanted_elsewhere(request):
        raise Http404
    now = clock.now()
    try:
        served = links.serve(token, viewer=request.user.pk, now=now)
    except Missing:
        raise Http404 from None
    if not any(_may_see(actor, served, now) for actor in fetch.every_hat(request.user)):
        raise Http404
    try:
        reply = _in_parts(request, served) if served.pieces else _whole(served)
    except Refused as refused:
        return _altered(request, refused)
    except OSError:  # the storage is away: nothing is known of the file, and nothing is said against it
        return errors.unavailable(request)
    reply["Content-Disposition"] = served.disposition
    reply["Cache-Control"] = "private, no-store"
    reply["X-Content-Type-Options"] = "nosniff"
    reply["Content-Security-Policy"] = LOCKED_IN
    reply["Cross-Origin-Resource-Policy"] = "same-origin"
    return reply


def _is_wanted_elsewhere(request: HttpRequest) -> bool:
    """Whether another site's page asks, to show it or to run it. A link that a person follows is not that."""
    asked = request.headers
    followed = asked.get("Sec-Fetch-Mode") == "navigate" and asked.get("Sec-Fetch-Dest") == "document"
    return asked.get("Sec-Fetch-Site") == "cross-site" and not followed


def _whole(served: Served) -> HttpResponseBase:
    reply = FileResponse(integrity.open_checked(served), content_type=served.content_type)
    reply["Content-Length"] = str(served.size)
    return reply


def _in_parts(request: HttpRequest, served: Served) -> HttpResponseBase:
    """A film, or as much of it as a player asks for: each piece is checked by itself, so that nobody waits for the whole."""
    try:
        part = ranges.asked(request.headers.get("Range", ""), served.size)
    except ValueError:
        reply: HttpResponseBase = HttpResponse(status=416)
        reply["Content-Range"] = f"bytes */{served.size}"
        return reply
    first, last = part or (0, served.size - 1)
    reply = StreamingHttpResponse(ranges.read(served, first, last), content_type=served.content_type)
    reply["Accept-Ranges"] = "bytes"
    reply["Content-Length"] = str(last - first + 1)
    if part is not None:
        reply.status_code = 206
        reply["Content-Range"] = f"bytes {first}-{last}/{served.size}"
    return reply


def _may_see(actor: Actor, served: Served, now: datetime) -> bool:
    """Under this hat: for a juror what they sit over at this moment; for others a case with this dossier, an exhibit that
    has been shown to its side or is its own, and of what lies beneath masks, and of originals, only its own or what this
    reader has opened with a reason.
    """
    exhibit = served.exhibit
    if actor.role is Role.JUROR:
        return not served.beneath and seats.may_look_at(actor.id or 0, exhibit, now)
    if not access.visible_to(actor).filter(dossier_id=exhibit.dossier_id).exists():
        # Whoever reads a decided case a second time sees its shared copies, and only these.
        return not served.beneath and calibration.may_see_file(exhibit.dossier_id, actor)
    if served.beneath and not masking.may_look_beneath(exhibit, actor, now):
        return False
    if actor.side is None:
        return actor.role in masking.BENCH
    return exhibit.side == actor.side.value or (exhibit.visible_at is not None and exhibit.visible_at <= now)


def _altered(request: HttpRequest, refused: Refused) -> HttpResponse:
    shown = {"nav": navigation.items("public"), "text": refusals.say(refused)}
    return render(request, "public/file_altered.html", shown, status=410)
