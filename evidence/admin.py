"""Evidence for the back office, to look at. Nothing here is added, changed or removed by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from common.columns import number_of
from evidence.models import Blob, Derivative, Dossier, Exhibit, Preparation, Seal, Sheet

if TYPE_CHECKING:
    Page = admin.ModelAdmin[Any]
    Inline = admin.TabularInline[Any, Any]
else:
    Page, Inline = admin.ModelAdmin, admin.TabularInline


class ReadOnly:
    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class DerivativeInline(ReadOnly, Inline):
    model = Derivative
    fields = ("kind", "width", "height", "size", "sha256")


class SheetInline(ReadOnly, Inline):
    model = Sheet
    exclude = ("dhash",)


class SealInline(ReadOnly, Inline):
    model = Seal
    fields = ("round", "at", "digest", "key_id")


@admin.register(Dossier)
class DossierAdmin(ReadOnly, Page):
    list_display = ("id", "opened_at", "round", "sealed_at")
    ordering = ("-id",)
    show_full_result_count = False
    inlines = (SealInline,)


@admin.register(Exhibit)
class ExhibitAdmin(ReadOnly, Page):
    # Neither what a party typed nor its file's name: the back office finds an exhibit by number, receipt and
    # digest.
    list_display = ("public_id", "in_the_file", number_of("dossier"), "kind", "code", "added_at", "withdrawn_at")
    fields = (
        "public_id", "dossier", "side", "place", "round", "kind", "code", "sha256", "size", "added_role",
        "added_at", "visible_at", "withdrawn_at", "receipt_code",
    )  # fmt: skip
    search_fields = ("=public_id", "=receipt_code", "=sha256")
    ordering = ("-id",)
    show_full_result_count = False
    list_select_related = ("dossier",)

    @admin.display(description=gettext_lazy("number"))
    def in_the_file(self, row: Exhibit) -> str:
        return row.number


@admin.register(Blob)
class BlobAdmin(ReadOnly, Page):
    list_display = ("sha256", "mime", "size", "received_at")
    search_fields = ("=sha256",)
    ordering = ("-id",)
    show_full_result_count = False
    inlines = (SheetInline, DerivativeInline)


@admin.register(Preparation)
class PreparationAdmin(ReadOnly, Page):
    list_display = ("id", number_of("blob"), "owner", "begun_at", "tries", "refused_at", "set_aside_at", "code")
    list_filter = (("set_aside_at", admin.EmptyFieldListFilter), ("refused_at", admin.EmptyFieldListFilter))
    ordering = ("-id",)
    show_full_result_count = False
