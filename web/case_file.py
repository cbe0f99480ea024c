"""What somebody takes away from a case: receipts of what they handed in, and the whole file as a bundle. For every area.

The area's urls say under which role; who may have what is decided below (`insights.exports`, `evidence.dossiers`).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import segno
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from common import clock, signet
from common.actor import Actor, Role
from common.errors import Missing, Refused
from disputes import masking, refusals
from disputes.models import Case
from evidence import dossiers
from evidence.models import Exhibit, Opening, Receipt
from insights import exports
from rulebook import queries as rulebook
from web import awaited, fetch, navigation, throttle, wording
from web.desk import shell

# Each is a whole reading of the file, and a line in the journal.
_WINDOW, _TIMES = 600, 6


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, number: str, *, area: str) -> HttpResponseBase:
    """GET: what there is to take. POST: the bundle itself, sent while it is written."""
    actor = _reader(request, area)
    case, now = fetch.case_and_now_or_404(number, actor)
    if request.method != "POST":
        return render(request, "case/file.html", _shown(case, actor, area, now))
    if not throttle.allows("bundle", f"{actor.role.value}:{actor.id}", most=_TIMES, seconds=_WINDOW):
        error = _("You have taken the file several times just now. Try again in ten minutes.")
        reply = render(request, "case/file.html", _shown(case, actor, area, now) | {"error": error}, status=429)
        reply["Retry-After"] = str(_WINDOW)
        return reply
    try:
        if request.POST.get("with") == "originals":
            masking.open_originals(case.pk, reason=request.POST.get("reason", ""), actor=actor, now=now)
        export = exports.export(case.pk, actor=actor, now=clock.now())
    except Missing:
        raise Http404 from None
    except Refused as refused:
        said = {"reason_error": refusals.say(refused), "reason": request.POST.get("reason", "")}
        return render(request, "case/file.html", _shown(case, actor, area, now) | said, status=422)
    return sent(export)


def sent(export: exports.Export) -> StreamingHttpResponse:
    """A bundle on its way. Its length is known, so that a download that was cut short is noticed."""
    reply = StreamingHttpResponse(export.pieces(), content_type="application/zip")
    reply["Content-Length"] = str(export.length)
    reply["Content-Disposition"] = f'attachment; filename="{export.name}"'
    reply["Cache-Control"] = "private, no-store"
    return reply


@require_safe
def receipt(request: HttpRequest, number: str, place: str, *, area: str) -> HttpResponse:
    """The receipt of one exhibit of the reader's own side, to print or to keep as a picture."""
    actor = _reader(request, area)
    case, now = fetch.case_and_now_or_404(number, actor)
    mine = next((exhibit for exhibit in _own(case, actor) if exhibit.number == place), None)
    if mine is None:
        raise Http404
    shown = {
        **_around(case, actor, area, now),
        "exhibit": mine,
        "receipt": mine.receipt(),
        "kind": _kind(case, mine),
        "received": f"{mine.added_at.astimezone(wording.HOUSE_ZONE):%Y-%m-%d %H:%M:%S} (UTC+8)",
        "qr": _qr(mine.receipt()),
        "back": reverse(f"{area}:file", args=[case.number]),
        "verify_at": _address(mine.receipt()),
        "top_title": _("Receipt"),
    }
    return render(request, "case/receipt.html", shown)


def _reader(request: HttpRequest, area: str) -> Actor:
    if area == "desk":
        return shell.reader(request)
    return fetch.actor_or_404(request, Role(area))


def _shown(case: Case, actor: Actor, area: str, now: datetime) -> dict[str, Any]:
    return {
        **_around(case, actor, area, now),
        "receipts": [
            {
                "number": exhibit.number,
                "name": exhibit.name or _kind(case, exhibit),
                "code": exhibit.receipt_code,
                "at": exhibit.added_at,
                "withdrawn": exhibit.withdrawn_at is not None,
                "href": reverse(f"{area}:receipt", args=[case.number, exhibit.number]),
            }
            for exhibit in _own(case, actor)
        ],
        "is_party": actor.side is not None,
        "may_have_originals": actor.side is None and masking.is_on_the_bench_of(case, actor),
        "longest": Opening._meta.get_field("reason").max_length,
        "key": signet.current().id,
        "back": reverse(f"{area}:case", args=[case.number]),
        "top_title": _("Case file"),
    }


def _around(case: Case, actor: Actor, area: str, now: datetime) -> dict[str, Any]:
    """The shell of the area that the reader came from."""
    common = {"case": case, "now": now, "layout": f"layout/{'buyer' if area == 'buyer' else 'area'}.html"}
    match area:
        case "desk":
            return common | shell.around(actor, "queue", now) | {"layout": shell.LAYOUT}
        case "merchant":
            return common | {
                "nav": navigation.items("merchant", counts=awaited.counts(case)),
                "area_name": navigation.NAMES["merchant"],
                "home": reverse("merchant:inbox"),
            }
    return common


def _own(case: Case, actor: Actor) -> list[Exhibit]:
    """What the reader's side handed in, the withdrawn too: a receipt stays true."""
    if actor.side is None:
        return []
    return list(dossiers.listing(case.dossier_id).filter(side=actor.side.value).order_by("place"))


def _kind(case: Case, exhibit: Exhibit) -> str:
    kinds = rulebook.rules(case.substance_rules_id).exhibits
    return str(kinds[exhibit.code].name) if exhibit.code in kinds else exhibit.code


def _address(receipt: Receipt) -> str:
    """The code and nothing else: whoever reads the address over somebody's shoulder learns no case and no name."""
    with translation.override(settings.LANGUAGE_CODE):  # paper has no language: the shortest address, without a prefix
        return f"{settings.HENG_SITE_URL}{reverse('public:verify')}?code={receipt.code}"


def _qr(receipt: Receipt) -> SafeString:
    # Dark on white also on a dark page, with its quiet border: cameras ask for it. Drawn here from our own address.
    drawn = segno.make(_address(receipt), error="m", micro=False)
    picture: str = drawn.svg_inline(scale=5, border=3, dark="#000", light="#fff", svgclass="qr", lineclass=None)
    return mark_safe(picture)
