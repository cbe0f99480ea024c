"""Uploads of the sides that survive a cut connection, a reload and another device: tus 1.0 over the reader's session.

A stranger, the other side and anybody else's upload are 404. Forgery is kept out by Django's token and Origin check, which
any script of the page's own sends. Words are for people, in the language of the address.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from common import clock, tus
from common.actor import Actor, Role
from common.errors import Missing, Refused
from disputes import refusals
from disputes import uploads as case_uploads
from disputes.models import Case
from evidence import holding, library, limits, uploads
from evidence.intake import Received
from evidence.models import Upload
from evidence.uploads import Announced
from web import fetch

View = Callable[..., HttpResponse]
RETRY_AFTER = "60"
# What a form posts of a file that is held for it: the upload's token.
HELD = "held"
# What a script says in ``Upload-Metadata`` of a file that comes with an appeal.
FOR_APPEAL = "appeal"
# And of one that comes with a shop's claim: there is no case yet, and it lies beside what is meant for the shelf.
FOR_CLAIM = "claim"


@dataclass(frozen=True)
class _Place:
    """Where files are sent to: a case, or without one the shelf of the reader's shop."""

    actor: Actor
    case: Case | None

    @property
    def dossier_id(self) -> int | None:
        return self.case.dossier_id if self.case is not None else None

    def address(self, upload: Upload) -> str:
        if self.case is None:
            return reverse("merchant:library_upload", args=[upload.token])
        return reverse(f"{self.actor.role.value}:upload", args=[self.case.number, upload.token])

    def begin(self, announced: Announced) -> Upload:
        if self.case is not None:
            return case_uploads.begin(self.case.pk, announced, actor=self.actor, now=clock.now())
        assert self.actor.merchant_id is not None
        return library.announce(self.actor.merchant_id, announced, actor=self.actor, now=clock.now())


def _speaks_tus(view: View) -> View:
    """Every reply says so, also the refusals: by that a script knows them from a page that asks to sign in."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            reply = view(request, *args, **kwargs)
        except tus.Unfit as unfit:
            reply = _no(unfit.status, "unfit", unfit.why)
            if unfit.status == 412:
                reply["Tus-Version"] = tus.VERSION
        except Refused as refused:
            reply = _no(case_uploads.STATUS.get(refused.code, 422), refused.code, refusals.say(refused), refused.data)
            if reply.status_code in (429, 503):
                reply["Retry-After"] = RETRY_AFTER
        except (Missing, Http404):
            reply = _no(404, "missing", _("There is nothing here."))
        reply["Tus-Resumable"] = tus.VERSION
        reply["Cache-Control"] = "no-store"
        return reply

    return answer


@_speaks_tus
def collection(request: HttpRequest, number: str = "", *, role: Role) -> HttpResponse:
    """POST begins an upload, GET lists those that can be gone on with, OPTIONS says what is spoken here."""
    actor = fetch.actor_or_404(request, role)
    if request.method == "OPTIONS":
        return HttpResponse(status=204, headers=tus.about_the_server(limits.FILM_BYTES))
    place = _place(actor, number)
    if request.method == "GET":
        now = clock.now()
        rows = uploads.unfinished(place.dossier_id, actor=actor, now=now)
        return JsonResponse({"uploads": [_shown(place, upload) for upload in rows]})
    if request.method == "POST":
        return _begin(request, place)
    return _not_allowed("GET, POST, OPTIONS")


@_speaks_tus
def one(request: HttpRequest, token: str, number: str = "", *, role: Role) -> HttpResponse:
    """One upload. HEAD asks how far it is, PATCH brings bytes, DELETE ends it, GET tells a person what became of it."""
    place = _place(fetch.actor_or_404(request, role), number)
    upload = uploads.find(place.dossier_id, token, actor=place.actor)
    match _method(request):
        case "HEAD":
            tus.require_version(request.headers)
            if uploads.is_over(upload, clock.now()):
                raise Refused("upload_is_over")
            metadata = tus.written({"filename": upload.claimed_name, "code": upload.code})
            return HttpResponse(headers={**_standing(upload), "Upload-Metadata": metadata})
        case "PATCH":
            upload = case_uploads.bring(upload, request.read, tus.patch(request.headers), instant=clock.now)
            return HttpResponse(status=204, headers=_standing(upload))
        case "DELETE":
            tus.require_version(request.headers)
            uploads.give_up(upload.pk, now=clock.now())
            uploads.clear_away(upload.pk)
            return HttpResponse(status=204)
        case "GET":
            return JsonResponse(_shown(place, upload))
    return _not_allowed("GET, HEAD, PATCH, DELETE")


def held_for(tokens: list[str], actor: Actor, case: Case | None) -> list[Received]:
    """The files that a form names and that are here already. Raises `Refused("upload_expired")`."""
    dossier_id = case.dossier_id if case is not None else None
    return holding.held(tokens, actor=actor, dossier_id=dossier_id, now=clock.now())


def _place(actor: Actor, number: str) -> _Place:
    return _Place(actor, fetch.case_or_404(number, actor) if number else None)


def _shown(place: _Place, upload: Upload) -> dict[str, Any]:
    """An upload as the page's script reads it. Of the file only what its sender said.

    ``take`` is what the form must name to have it: the token of a file that waits for it, or the exhibit that it is;
    ``new`` whether the case moved on by it.
    """
    exhibit = upload.exhibit if upload.state == Upload.TAKEN else None
    return {
        "url": place.address(upload),
        "take": upload.token if upload.state == Upload.HELD else str(exhibit.pk) if exhibit else "",
        "new": exhibit is not None and not upload.was_there,
        "for": _purpose(place, upload),
        "name": upload.claimed_name,
        "code": upload.code,
        "head": upload.head,
        "length": upload.length,
        "offset": upload.offset,
        "state": upload.state,
        "words": words_of(upload),
    }


def _purpose(place: _Place, upload: Upload) -> str:
    if place.case is not None:
        return FOR_APPEAL if upload.for_form else ""
    return FOR_CLAIM if upload.code == FOR_CLAIM else ""


def words_of(upload: Upload) -> str:
    """What became of it, for its sender."""
    exhibit = upload.exhibit
    if upload.state == Upload.TAKEN and exhibit is not None:
        if upload.was_there:
            if not exhibit.name:
                return _("Same file as %(number)s. We kept one.") % {"number": exhibit.number}
            named = {"name": exhibit.name, "number": exhibit.number}
            return _("Same file as “%(name)s” (%(number)s). We kept one.") % named
        return _("Received as %(number)s. Receipt %(code)s") % {"number": exhibit.number, "code": exhibit.receipt_code}
    if upload.state == Upload.HELD:
        return _("Here. It goes with the form when you send it.")
    if upload.state == Upload.WHOLE:
        return _("All of it is here. We are looking at it; you can go on.")
    if (refused := case_uploads.refusal_of(upload)) is not None:
        return refusals.say(refused)
    return ""


def _begin(request: HttpRequest, place: _Place) -> HttpResponse:
    asked = tus.creation(request.headers)
    said = asked.metadata
    upload = place.begin(
        Announced(
            asked.length,
            claimed_name=said.get("filename", ""),
            code=FOR_CLAIM if place.case is None and said.get("for") == FOR_CLAIM else said.get("code", "")[:8],
            title=said.get("name", ""),
            note=said.get("note", ""),
            head=said.get("head", ""),
            for_form=said.get("for") == FOR_APPEAL,
        )
    )
    if asked.body is not None:
        upload = case_uploads.bring(upload, request.read, asked.body, instant=clock.now)
    return HttpResponse(status=201, headers={**_standing(upload), "Location": place.address(upload)})


def _standing(upload: Upload) -> dict[str, str]:
    return tus.standing(offset=upload.offset, length=upload.length, expires_at=upload.expires_at)


def _method(request: HttpRequest) -> str:
    """Some networks let nothing through but GET and POST; tus has a header for them."""
    if request.method == "POST":
        return request.headers.get("X-HTTP-Method-Override", "POST")
    return request.method or ""


def _no(status: int, code: str, detail: str, data: dict[str, Any] | None = None) -> HttpResponse:
    return JsonResponse({"code": code, "detail": detail, "data": data or {}}, status=status)


def _not_allowed(methods: str) -> HttpResponse:
    reply = _no(405, "method_not_allowed", _("This address does not take this method."))
    reply["Allow"] = methods
    return reply
