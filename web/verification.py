"""P5: anybody may ask whether a letter, a receipt, a vote or a bundle came from here. Never says whose; keeps no file."""

from __future__ import annotations

import hashlib
from typing import Any, BinaryIO

from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from accounts import doors
from common import signet
from insights import verification
from insights.bundle import VERIFIER
from insights.verification import Finding, Thing, Verdict
from journal import anchors
from jury.receipts import Fate
from web import navigation, throttle, wording

MEGABYTE = 1024 * 1024
MOST_BYTES = 600 * MEGABYTE
_LONGEST_LIST = 2 * MEGABYTE
_WINDOW, _TIMES = 60, 30

VERDICTS: dict[Verdict, tuple[str, str | Promise]] = {
    Verdict.GENUINE: ("ok", gettext_lazy("Genuine")),
    Verdict.DIFFERS: ("danger", gettext_lazy("Does not match")),
    Verdict.UNKNOWN: ("warn", gettext_lazy("Not found")),
}
THINGS: dict[Thing, str | Promise] = {
    Thing.LETTER: gettext_lazy("A decision letter with this code was given on %(at)s."),
    Thing.RECEIPT: gettext_lazy("A piece of evidence was handed in under this receipt on %(at)s."),
    Thing.BUNDLE: gettext_lazy("A case file with this code was handed out on %(at)s."),
    Thing.VOTE: gettext_lazy("A juror sealed a vote under this receipt on %(at)s."),
}
FATES: dict[Fate, str | Promise] = {
    Fate.SEALED: gettext_lazy(
        "The vote still goes on, and nobody has read this one. "
        "Once it is over, this page says whether what was counted is what was sealed."
    ),
    Fate.COUNTED: gettext_lazy("It was opened when the vote was over, on %(at)s: what was sealed is what was counted."),
    Fate.SPOILED: gettext_lazy(
        "When the vote was over, on %(at)s, what was kept here was not what had been sealed. "
        "It counted for nobody, and the result says so."
    ),
    Fate.UNOPENED: gettext_lazy("The vote ended on %(at)s without a count. This one was never opened."),
}


class Digesting(FileUploadHandler):
    """Takes the SHA-256 of what is sent and keeps nothing of it but the beginning of something short enough to be a list."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.seen, self.size, self.head = hashlib.sha256(), 0, b""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.size += len(raw_data)
        if self.size > MOST_BYTES:
            raise StopUpload(connection_reset=True)
        self.seen.update(raw_data)
        self.head = self.head + raw_data if self.size <= _LONGEST_LIST else b""

    def file_complete(self, file_size: int) -> None:
        # Nothing is given on: Django then has no file, and no view can keep one.
        if file_size:
            assert self.request is not None
            self.request.digested = (self.seen.hexdigest(), self.head)  # type: ignore[attr-defined]


@csrf_exempt  # the handler has to be in place before the form is read, which the check below does
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """``?code=``, as QR codes have it, or a form with a code, a file, or both."""
    request.upload_handlers = [Digesting(request)]
    return _page(request)


@csrf_protect
def _page(request: HttpRequest) -> HttpResponse:
    asked = request.POST if request.method == "POST" else request.GET
    written = asked.get("code", "").strip()[:40]
    sha256, head = getattr(request, "digested", (asked.get("sha256", "").strip().lower(), b""))
    shown: dict[str, Any] = {
        "nav": navigation.items("public", "verify"),
        "code": written,
        "keys": signet.listed(),
    }
    if not written and not sha256:
        return render(request, "public/verify.html", shown | {"error": _missing(request)})
    if not throttle.allows("verify", doors.address_of(request), most=_TIMES, seconds=_WINDOW):
        reply = render(
            request, "public/verify.html", shown | {"error": _("Too often. Try again in a minute.")}, status=429
        )
        reply["Retry-After"] = str(_WINDOW)
        return reply
    return render(request, "public/verify.html", shown | _said(_find(written, sha256, head), by_code=bool(written)))


def _find(written: str, sha256: str, head: bytes) -> Finding:
    if not written:
        return verification.by_file(sha256, head)
    return verification.look_up(verification.code_of(written), sha256)


def _missing(request: HttpRequest) -> str:
    return _("Type a code or choose a file.") if request.method == "POST" else ""


def _said(finding: Finding, *, by_code: bool) -> dict[str, Any]:
    kind, verdict = VERDICTS[finding.verdict]
    lines = []
    if finding.thing is not None and finding.at is not None:
        lines.append(str(THINGS[finding.thing]) % {"at": wording.moment(finding.at)})
    if finding.fate is not None:
        lines.append(str(FATES[finding.fate]) % {"at": wording.moment(finding.ended_at) if finding.ended_at else ""})
    if finding.replaced:
        lines.append(_("A later decision has taken its place."))
    match finding.verdict:
        case Verdict.UNKNOWN if by_code:
            lines.append(_("Nothing that was given out here has this code. Check it for typing errors."))
        case Verdict.UNKNOWN:
            # Evidence is never found by its file alone, and a ZIP is not the list that was signed: both may be genuine.
            lines += [
                _("No letter and no case file's list has exactly this content."),
                _("A piece of evidence is found with its receipt only: enter the code of the receipt as well."),
                _("Of a case file, open the ZIP and choose manifest.json from it."),
            ]
        case Verdict.DIFFERS if finding.fate is Fate.SPOILED:
            pass
        case Verdict.DIFFERS if finding.compared:
            lines.append(_("Your file is not the one that belongs to it: at least one byte differs."))
        case Verdict.DIFFERS:
            lines.append(_("What is kept here no longer fits its digest. Keep your copy and tell the marketplace."))
        case Verdict.GENUINE if finding.compared:
            lines.append(_("Your file is the very one, byte for byte."))
        case Verdict.GENUINE if finding.fate is Fate.COUNTED:
            lines.append(_("Which way it went is not said here. Whoever holds its file can choose that as well."))
        case Verdict.GENUINE if finding.fate is not None:
            pass
        case Verdict.GENUINE:
            lines.append(_("Whether your copy says the same shows when you choose its file as well."))
    return {"verdict": verdict, "verdict_kind": kind, "lines": lines}


@require_safe
@cache_control(public=True, max_age=300)
def keys(request: HttpRequest) -> HttpResponse:
    """The public halves of every key that has ever signed here. Others may read it from anywhere."""
    return _open(JsonResponse(signet.published(), json_dumps_params={"indent": 1}))


@require_safe
@cache_control(public=True, max_age=300)
def anchored(request: HttpRequest) -> HttpResponse:
    """Signed roots over all chains, oldest first: whoever keeps a copy can show later that nothing older was rewritten."""
    written = request.GET.get("after", "0")
    after = int(written) if written.isascii() and written.isdigit() and len(written) <= 9 else 0
    body = {"type": "heng.anchors", "format": 1, "anchors": anchors.published(after=after)}
    return _open(JsonResponse(body, json_dumps_params={"indent": 1}))


@require_safe
@cache_control(public=True, max_age=300)
def verifier(request: HttpRequest, name: str) -> FileResponse:
    """The verifiers, for who would rather not take them from the bundle that they are to check."""
    file: BinaryIO = (VERIFIER / name).open("rb")
    return FileResponse(file, as_attachment=True, filename=name, content_type="application/octet-stream")


def _open(reply: HttpResponse) -> HttpResponse:
    reply["Access-Control-Allow-Origin"] = "*"
    return reply
