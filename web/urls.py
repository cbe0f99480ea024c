"""All pages for people, by audience. An area whose pages are not written yet is simply absent.

A stranger in an area is asked to sign in and comes back to the same page; views themselves need not think of it.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from django.urls import URLPattern, include, path

from web import sign_in

AREAS = {"my/": "buyer", "shop/": "merchant", "desk/": "desk", "jury/": "jury", "ops/": "ops"}


def _has_pages(area: str) -> bool:
    return find_spec(f"web.{area}") is not None and find_spec(f"web.{area}.urls") is not None


def _for_people_signed_in(area: str) -> list[URLPattern]:
    patterns: list[URLPattern] = import_module(f"web.{area}.urls").urlpatterns
    return [URLPattern(p.pattern, sign_in.page(p.callback), p.default_args, p.name) for p in patterns]


urlpatterns = [
    *(
        path(prefix, include((_for_people_signed_in(area), area), namespace=area))
        for prefix, area in AREAS.items()
        if _has_pages(area)
    ),
    path("", include("web.public")),
]
