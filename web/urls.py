"""All pages for people, by audience. An area whose pages are not written yet is simply absent."""

from __future__ import annotations

from importlib.util import find_spec

from django.urls import include, path

AREAS = {"my/": "buyer", "shop/": "merchant", "desk/": "desk", "jury/": "jury", "ops/": "ops"}


def _has_pages(area: str) -> bool:
    return find_spec(f"web.{area}") is not None and find_spec(f"web.{area}.urls") is not None


urlpatterns = [
    *(
        path(prefix, include((f"web.{area}.urls", area), namespace=area))
        for prefix, area in AREAS.items()
        if _has_pages(area)
    ),
    path("", include("web.public")),
]
