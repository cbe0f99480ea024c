"""Which address belongs to whom. Pages in other languages than zh-Hans carry a prefix; the API never does."""

from __future__ import annotations

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from config import health

urlpatterns = [
    path("healthz", health.alive),
    path("readyz", health.ready),
    # One door for everybody: the second factor and the count of tries stand behind it.
    path("admin/login/", RedirectView.as_view(pattern_name="public:sign_in", query_string=True)),
    path("admin/", admin.site.urls),
    path("api/", include("api.urls")),
]
urlpatterns += i18n_patterns(
    path("", include("web.second_factor_urls")), path("", include("web.urls")), prefix_default_language=False
)

handler400 = "config.errors.bad_request"
handler403 = "web.errors.forbidden"
handler404 = "web.errors.not_found"
handler500 = "config.errors.broken"
