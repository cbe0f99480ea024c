"""Published rules and calendars, to look at. Nothing here can be added, changed or removed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, ClassVar

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from rulebook.models import CalendarVersion, RuleSet

if TYPE_CHECKING:
    _Admin = admin.ModelAdmin[models.Model]
else:
    _Admin = admin.ModelAdmin


class _ReadOnly(_Admin):
    """A window, not a door."""

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    @admin.display(description=_("full text"))
    def readable_body(self, row: RuleSet | CalendarVersion) -> str:
        return format_html("<pre>{}</pre>", json.dumps(row.body, ensure_ascii=False, indent=2))


@admin.register(RuleSet)
class RuleSetAdmin(_ReadOnly):
    list_display = ("profile", "version", "notice_from", "effective_from", "short_digest", "published_at")
    list_filter = ("profile",)
    fields: ClassVar = [
        "profile",
        "version",
        "notice_from",
        "effective_from",
        "published_at",
        "published_by",
        "digest",
        "readable_body",
    ]
    readonly_fields = ("readable_body",)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[models.Model]:
        rows = super().get_queryset(request)
        # The list would read megabytes of rules to show none of them.
        match = request.resolver_match
        return rows.defer("body") if match and str(match.url_name).endswith("_changelist") else rows

    @admin.display(description="SHA-256")
    def short_digest(self, row: RuleSet) -> str:
        return row.digest[:12]


@admin.register(CalendarVersion)
class CalendarVersionAdmin(_ReadOnly):
    list_display = ("version", "region", "year", "source", "published_at")
    list_filter = ("region", "year")
    fields: ClassVar = [
        "region",
        "year",
        "version",
        "source",
        "published_at",
        "published_by",
        "digest",
        "readable_body",
    ]
    readonly_fields = ("readable_body",)
