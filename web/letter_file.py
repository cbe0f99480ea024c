"""A letter as a file, for whoever may read it: the two sides each as they read it, the bench in any reading."""

from __future__ import annotations

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from arbitration import prints
from arbitration.models import Appeal, Print, Ruling
from common.actor import Role
from common.errors import Refused
from disputes.models import Case
from web import fetch
from web.desk import shell
from web.press import PressFailed

# Where each area shows the letter as a page: that is what is left where no file can be had.
PAGES = {"buyer": "buyer:decision", "merchant": "merchant:decision", "desk": "desk:letter"}


@require_safe
def pdf(request: HttpRequest, number: str, code: str, *, area: str) -> HttpResponseBase:
    """The PDF of the letter with this code. The bench says with ``?as=`` whose reading; without it, nobody's."""
    actor = shell.reader(request) if area == "desk" else fetch.actor_or_404(request, Role(area))
    case, now = fetch.case_and_now_or_404(number, actor)
    given = letter_of(case, code)
    wanted = request.GET.get("as", "")
    reader = actor.side.value if actor.side else wanted if wanted in Print.READERS else ""
    if given is None:
        raise Http404
    try:
        return sent(prints.printed(given, reader, now=now), f"{case.number}-{code}.pdf")
    except LookupError:
        raise Http404 from None
    except (PressFailed, Refused, OSError):
        messages.error(request, _("The PDF cannot be made right now. The letter is here, to read and to print."))
        return HttpResponseRedirect(reverse(PAGES[area], args=[case.number]))


def letter_of(case: Case, code: str) -> Ruling | Appeal | None:
    """What was given in this case under this code. A ruling on appeal and the appeal bear the same one: the ruling's."""
    served = Ruling.objects.filter(case=case, letter_code=code, served_at__isnull=False).exclude(letter_code="")
    decided = Appeal.objects.filter(case=case, letter_code=code, letter__isnull=False).exclude(letter_code="")
    return served.select_related("case").first() or decided.select_related("case", "ruling").first()


def sent(found: Print, name: str) -> FileResponse:
    """The bytes on their way, under a name made by us. Raises `Refused` where the storage has something else."""
    reply = FileResponse(prints.opened(found), content_type="application/pdf", as_attachment=True, filename=name)
    reply["Content-Length"] = str(found.size)
    reply["Cache-Control"] = "private, no-store"
    return reply
