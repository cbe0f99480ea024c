"""The addresses under ``/my/``. A stranger is asked to sign in and comes back to the same page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_required
from django.urls import URLPattern, path

from web.buyer import case, decision, evidence, filing, inbox, lists, orders, settings

app_name = "buyer"


def _page(route: str, view: Callable[..., Any], name: str) -> URLPattern:
    return path(route, login_required(view), name=name)


urlpatterns = [
    _page("", lists.home, "home"),
    _page("orders/", orders.index, "orders"),
    _page("orders/<str:order>/<int:place>/refund/", orders.refund, "refund"),
    _page("inbox/", inbox.index, "inbox"),
    _page("inbox/read/", inbox.mark_read, "inbox_read"),
    _page("settings/", settings.index, "settings"),
    _page("cases/<str:number>/", case.page, "case"),
    _page("cases/<str:number>/step-in/", filing.eligibility_page, "step_in"),
    _page("cases/<str:number>/step-in/claim/", filing.claim, "claim"),
    _page("cases/<str:number>/evidence/", evidence.page, "evidence"),
    _page("cases/<str:number>/decision/", decision.page, "decision"),
    _page("cases/<str:number>/<str:event>/", case.act, "act"),
]
