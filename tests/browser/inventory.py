"""Every page of the house, and who opens it. A route that stands in none of the three lists fails the tests."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve, reverse
from playwright.sync_api import APIRequestContext

_SHOP = ("merchant:insights", "merchant:members", "merchant:settings", "merchant:library")
# Pages whose address is always the same, by the demo account that opens them (None: nobody has signed in).
ALWAYS: dict[str | None, tuple[str, ...]] = {
    None: (
        "public:home",
        "public:rules",
        "public:help",
        "public:verify",
        "public:sign_in",
        "public:styleguide",
        "public:check",
        "public:jury_measures",
    ),
    "buyer": ("buyer:home", "buyer:orders", "buyer:inbox", "buyer:settings"),
    "merchant": (
        *("merchant:inbox", "merchant:open", "merchant:decided", "merchant:messages", "merchant:claims"),
        *_SHOP,
    ),
    "arbitrator-2": (
        "desk:queue",
        "desk:done",
        "desk:rules",
        "desk:keys",
        "desk:settings",
        "desk:similar",
        "desk:calibration",
    ),
    "senior": ("desk:review", "desk:appeals", "desk:consistency"),
    "juror": ("jury:lobby", "jury:me", "jury:exam", "jury:join"),
    "ops": (
        *("ops:deadlines", "ops:admission", "ops:stuck", "ops:quarantine", "ops:money", "ops:rules"),
        *("ops:calendar", "ops:clock", "ops:erasures", "ops:consistency", "ops:jurors", "ops:abuse"),
    ),
}
# Pages about something: found by following links from those above, as a person would.
FOUND: dict[str | None, tuple[str, ...]] = {
    None: ("public:rules_version", "public:clause", "public:styleguide_page"),
    "buyer": (
        *("buyer:case", "buyer:refund", "buyer:evidence", "buyer:exhibit", "buyer:chat"),
        *("buyer:decision", "buyer:step_in", "buyer:file", "buyer:receipt", "buyer:act"),
        "buyer:mask",
    ),
    "merchant": (
        *("merchant:case", "merchant:exhibit", "merchant:chat", "merchant:decision", "merchant:act"),
        "merchant:file",
        *("merchant:member", "merchant:member_remove", "merchant:desk"),
    ),
    "arbitrator-2": (
        *("desk:case", "desk:exhibit", "desk:letter", "desk:file", "desk:act"),
        "desk:viewer",
    ),
    "juror": ("jury:case",),
    "ops": ("ops:case", "ops:act", "ops:case_money", "ops:advance", "ops:limit", "ops:keeping"),
}
# Found only when the demo happens to have such a case, or reached by a form.
BY_CHANCE = {
    "buyer:filing": "no claim has been begun in the fresh demo; test_writing_a_claim begins one and looks at all its pages",
    "buyer:question": "the same",
    "buyer:filing_evidence": "the same",
    "buyer:check": "the same",
    "buyer:submitted": "follows from buyer:check by a form; test_writing_a_claim walks through it",
    "desk:approval": "no ruling waits for approval in the fresh demo",
    "desk:appeal": "no appeal is open in the fresh demo",
    "merchant:claim": "only while the fresh demo has a payout that can still be contested; test_claim_pages walks it",
    "desk:clauses": "only in a case that this arbitrator rules; tests/edges/test_workspace.py looks at it",
    "merchant:claim_question": "follows from a form; tests/edges/test_claim_pages.py walks through it",
    "merchant:claim_check": "follows from a form; tests/edges/test_claim_pages.py walks through it",
    "merchant:propose": "follows from an act above a sum; tests/edges/test_merchant_colleagues.py walks through it",
    "merchant:bulk_assign": "follows from the shop's list by a form",
    "merchant:bulk": "follows from the shop's list by a form",
    "ops:advance_decide": "no advance is proposed in the fresh demo",
    "ops:report": "every refund of the fresh demo is known to the court",
    "desk:mask": "only where the first exhibit that is found is of a case that this arbitrator rules",
    "desk:open": "only where the first exhibit that is found is of a case that this arbitrator rules",
    "merchant:mask": "only where the first case that is found holds a picture of the shop's",
    "merchant:receipt": "only where the first case that is found holds something of the shop's",
    "jury:come": "gone once the juror of the demo has begun; tests/browser/test_tasks.py walks through it",
    "jury:recuse": "the same",
    "jury:check": "there once something is written; tests/browser/test_tasks.py walks through it",
    "jury:practice": "comes after every five votes; tests/edges/test_jury_pages.py walks through it",
    "desk:sent": "follows from sending a ruling out",
    "desk:preview": "follows from the workspace by a form",
    "desk:precedent": "no ruling of the fresh demo is final yet",
    "desk:reading": "no second reading is drawn in the fresh demo",
    "desk:reading_exhibit": "the same",
}
NOT_PAGES = {
    "public:sign_out": "takes a form, shows nothing",
    "public:demo_sign_in": "takes a form, shows nothing",
    "public:theme": "takes a form, shows nothing",
    "public:file": "a picture or a PDF",
    "public:listing_picture": "a picture",
    "buyer:rate_reason": "takes a form, shows nothing",
    "merchant:rate_reason": "takes a form, shows nothing",
    "public:keys": "JSON for machines",
    "public:anchors": "JSON for machines",
    "public:verifier": "a file to download",
    "public:go": "leads on to a case",
    "buyer:uploads": "spoken to by the page's script",
    "buyer:upload": "spoken to by the page's script",
    "merchant:uploads": "spoken to by the page's script",
    "merchant:upload": "spoken to by the page's script",
    "merchant:library_uploads": "spoken to by the page's script",
    "merchant:library_upload": "spoken to by the page's script",
    "buyer:inbox_read": "takes a form, shows nothing",
    "buyer:begin": "takes a form, leads on to a question",
    "buyer:discard": "takes a form, shows nothing",
    "buyer:take_back": "takes a form, shows nothing",
    "buyer:test_mail": "takes a form, shows nothing",
    "buyer:copy_ask": "takes a form, shows nothing",
    "buyer:copy": "a file to download",
    "merchant:claim_begin": "takes a form, leads on to its first question",
    "merchant:claim_discard": "takes a form, shows nothing",
    "merchant:consent_decline": "takes a form, shows nothing",
    "merchant:export": "a file to download",
    "merchant:measures": "a file to download",
    "merchant:next": "takes a form, leads on to a case",
    "merchant:view_keep": "takes a form, shows nothing",
    "merchant:view_drop": "takes a form, shows nothing",
    "merchant:library_remove": "takes a form, shows nothing",
    "merchant:messages_read": "takes a form, shows nothing",
    "merchant:switch": "takes a form, shows nothing",
    "desk:seen": "spoken to by the page's script",
    "buyer:letter_pdf": "a file to download",
    "merchant:letter_pdf": "a file to download",
    "desk:letter_pdf": "a file to download",
    "jury:leave": "takes a form, shows nothing",
    "jury:skip": "takes a form, shows nothing",
    "jury:slip": "a file to download, once the vote is over",
    "desk:annotate": "takes a form, shows nothing",
    "desk:annotation": "the same",
    "desk:view_keep": "the same",
    "desk:view_drop": "the same",
    "desk:call_back": "the same",
    "desk:next": "takes a form, shows nothing",
    "desk:cite": "takes a form, leads on to the draft",
    "desk:clause_note": "takes a form, shows nothing",
    "desk:consistency_table": "a file to download",
    "ops:consistency_table": "a file to download",
    "ops:clause_note": "takes a form, shows nothing",
    "ops:juror": "takes a form, shows nothing",
    "ops:erasure_decide": "takes a form, shows nothing",
    "ops:anew": "takes a form, shows nothing",
    "ops:recover": "takes a form, shows nothing",
    "ops:again": "takes a form, shows nothing",
    "ops:clock_move": "takes a form, shows nothing",
}
SHUT = 409
# Of these one is looked at, and links are followed from some more: not every exhibit can still be covered.
LOOKED_THROUGH, ENOUGH = "buyer:exhibit", 24
EVERY_CASE = ("buyer:case", "merchant:case", "desk:case")
_HREF = re.compile(r'<a\b[^>]*?\bhref="([^"#]+)')


@dataclass(frozen=True, order=True)
class Address:
    route: str
    path: str


def routes() -> set[str]:
    """All named routes for people, as ``area:name``."""
    return {name for name in _names(get_resolver(), "") if name.split(":")[0] in _areas()}


def listed() -> set[str]:
    lists = [*ALWAYS.values(), *FOUND.values()]
    return {route for names in lists for route in names} | BY_CHANCE.keys() | NOT_PAGES.keys()


def addresses(account: str | None, requests: APIRequestContext) -> list[Address]:
    """What this account can open: the pages of its list, and one of each kind that links lead to (of cases, all)."""
    found = {route: [reverse(route)] for route in ALWAYS.get(account, ())}
    # Acts that are offered and not open just now: their page says why. Looked at where no other case has them open.
    shut: dict[str, Address] = {}
    wanted = {*FOUND.get(account, ()), *(route for route in BY_CHANCE if route in _near(account))}
    seen: set[str] = set()
    through: set[str] = set()
    queue = [path for paths in found.values() for path in paths]
    while queue:
        path = queue.pop(0)
        for link in _links(requests, path):
            route, key = _place(link)
            if route == LOOKED_THROUGH and key in seen and link not in through and len(through) < ENOUGH:
                through.add(link)
                queue.append(link)
            if route not in wanted or (key if route not in EVERY_CASE else link) in seen:
                continue
            if route.endswith(":act"):
                reply = requests.get(link)
                if reply.status == SHUT:
                    shut.setdefault(key, Address(route, link))
                    continue
                # Some acts have a page of their own, to which their address leads on.
                seen.add(key)
                link = urlsplit(reply.url).path
                route, landed = _place(link)
                if landed != key and (route not in wanted or landed in seen):
                    continue
                key = landed
            seen.add(link if route in EVERY_CASE else key)
            found.setdefault(route, []).append(link)
            queue.append(link)
    open_now = [Address(route, path) for route, paths in sorted(found.items()) for path in paths]
    return [*open_now, *(address for key, address in sorted(shut.items()) if key not in seen)]


def _near(account: str | None) -> set[str]:
    areas = {route.split(":")[0] for route in ALWAYS.get(account, ())}
    return {route for route in routes() if route.split(":")[0] in areas}


def _links(requests: APIRequestContext, path: str) -> Iterator[str]:
    reply = requests.get(path)
    if not reply.ok or "text/html" not in reply.headers.get("content-type", ""):
        return
    for href in _HREF.findall(reply.text()):
        target = html.unescape(href)
        if target.startswith("/") and not target.startswith("//"):
            yield target


def _place(link: str) -> tuple[str, str]:
    """The route that a link leads to, and what makes it another kind of page: an act's event, a style page's name."""
    try:
        match = resolve(urlsplit(link).path)
    except Resolver404:
        return "", ""
    kind = match.kwargs.get("event") or match.kwargs.get("page") or ""
    return match.view_name, f"{match.view_name} {kind}"


def _areas() -> set[str]:
    return {"public", "buyer", "merchant", "desk", "jury", "ops"}


def _names(resolver: URLResolver, prefix: str) -> Iterator[str]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            inner = f"{prefix}{entry.namespace}:" if entry.namespace else prefix
            yield from _names(entry, inner)
        elif isinstance(entry, URLPattern) and entry.name:
            yield prefix + entry.name
