"""What was typed into a page and not done yet, kept in the session for two hours: through a sign-in or another language.

Knows text fields by the address of their page. Refuses to keep files and secrets, and never acts: what is restored stands in
a form that has to be sent again.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session
from django.forms import FileField
from django.http import HttpRequest, QueryDict
from django.utils.datastructures import MultiValueDict

from common import clock
from web import language
from web.forms import HouseForm

# What a script sends along when it saves by itself: nobody looks at the reply.
BY_SCRIPT = "X-Draft"
_KEY = "drafts"
_KEPT_FOR = timedelta(hours=2)
# Whoever is not signed in can make us keep this much: little enough to be of no use, and plenty for the longest form.
MOST = 4
LARGEST = 48_000
NO_FILES: MultiValueDict[str, Any] = MultiValueDict()
# Pages whose query says what of them is looked at: their form is the same one whatever it says.
_QUERY_IS_A_LOOK = frozenset({"desk:case"})
_NEVER = ("csrfmiddlewaretoken", "password", "next")


def keep(request: HttpRequest) -> bool:
    """Keep the fields of this POST under the address of its page; whether there was anything to keep."""
    typed = request.POST.copy()
    for name in [name for name in typed if name in _NEVER or "password" in name.lower()]:
        del typed[name]
    words = typed.urlencode()
    if not any(value.strip() for name, values in typed.lists() if name != "seen" for value in values):
        return False
    if len(words) > LARGEST:
        return False
    now = clock.now()
    there = {page: old for page, old in _all(request).items() if _is_fresh(old, now) and page != _page(request)}
    newest = dict(sorted(there.items(), key=lambda item: str(item[1]["at"]))[-(MOST - 1) :])
    request.session[_KEY] = {**newest, _page(request): {"at": now.isoformat(), "words": words}}
    return True


def kept(request: HttpRequest) -> QueryDict | None:
    """What was typed on this page earlier and not sent."""
    found = _all(request).get(_page(request))
    return QueryDict(found["words"]) if found is not None and _is_fresh(found, clock.now()) else None


def restore(request: HttpRequest, form: HouseForm) -> None:
    """Fill ``form`` with what was typed on this page earlier, if it was not sent. The form says that it was restored."""
    typed = None if form.is_bound else kept(request)
    if typed is None:
        return
    for name, field in form.fields.items():
        html_name = form.add_prefix(name)
        if isinstance(field, FileField) or field.widget.value_omitted_from_data(typed, NO_FILES, html_name):
            continue
        form.initial[name] = field.widget.value_from_datadict(typed, NO_FILES, html_name)
    form.restored = True


def forget(request: HttpRequest) -> None:
    """What was typed here has been sent."""
    there = _all(request)
    if there.pop(_page(request), None) is not None:
        request.session[_KEY] = there


def tidy(now: datetime) -> int:
    """The hourly chore: sessions that have ended are removed, and with them what was typed in them. 5,000 at most."""
    ended = Session.objects.filter(expire_date__lt=now).values("pk")[:5_000]
    gone, _ = Session.objects.filter(pk__in=ended).delete()
    return gone


def _all(request: HttpRequest) -> dict[str, Any]:
    return dict(request.session.get(_KEY) or {})


def _page(request: HttpRequest) -> str:
    """The address of the page whatever its language, with what it says in its query."""
    match = request.resolver_match
    looks_only = match is not None and match.view_name in _QUERY_IS_A_LOOK
    return language.same_page(request.path if looks_only else request.get_full_path(), settings.LANGUAGE_CODE.lower())


def _is_fresh(draft: dict[str, Any], now: datetime) -> bool:
    return now - datetime.fromisoformat(draft["at"]) < _KEPT_FOR
