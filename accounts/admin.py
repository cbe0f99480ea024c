"""People, shops, offices and keys for the back office, to look at. What can be done here is done by an act."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from accounts import clients, grants, hats, people
from accounts.models import ApiClient, ApiKey, Grant, Identity, Interest, Membership, Merchant, User
from common import clock
from common.actor import Actor, Role
from common.columns import number_of
from common.errors import Missing, Refused

if TYPE_CHECKING:
    Page = admin.ModelAdmin[Any]
    Inline = admin.TabularInline[Any, Any]
else:
    Page, Inline = admin.ModelAdmin, admin.TabularInline

# Permissions by group would be a second way to rights, beside grants and memberships; addresses and second factors that
# somebody else enters would be a second way into a person's account.
for model in (Group, EmailAddress, Authenticator):
    admin.site.unregister(model)


class ReadOnly:
    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def _ops(request: HttpRequest) -> Actor:
    return hats.actor_for(request.user, Role.OPS)


def _each(page: Page, request: HttpRequest, rows: QuerySet[Any], act: Any) -> None:
    """Run one act per chosen row, as the ops person who clicked; tell what was refused."""
    for row in rows:
        try:
            act(row.pk, actor=_ops(request), now=clock.now())
        except (Missing, Refused) as refusal:
            code = refusal.code if isinstance(refusal, Refused) else "not_for_this_role"
            page.message_user(request, f"{row}: {code}", level=messages.ERROR)


class MembershipInline(ReadOnly, Inline):
    model = Membership
    fk_name = "merchant"
    fields = ("user", "rights", "accept_limit", "since", "removed_at")


class GrantInline(ReadOnly, Inline):
    model = Grant
    fk_name = "user"
    fields = ("role", "number", "skills", "load_limit", "since", "revoked_at")


class KeyInline(ReadOnly, Inline):
    model = ApiKey
    fields = ("prefix", "created_at", "expires_at", "last_used_at", "revoked_at")


@admin.register(User)
class UserAdmin(ReadOnly, Page):
    list_display = ("username", "display_name", "language", "is_active", "is_staff")
    fields = ("username", "display_name", "language", "is_active", "is_staff", "last_login", "date_joined")
    search_fields = ("=username",)
    ordering = ("-id",)
    show_full_result_count = False
    inlines = (GrantInline,)
    actions = ("disable", "enable")

    @admin.action(description="Disable and sign out", permissions=["view"])
    def disable(self, request: HttpRequest, rows: QuerySet[Model]) -> None:
        _each(self, request, rows, people.disable)

    @admin.action(description="Enable again", permissions=["view"])
    def enable(self, request: HttpRequest, rows: QuerySet[Model]) -> None:
        _each(self, request, rows, people.enable)


@admin.register(Merchant)
class MerchantAdmin(ReadOnly, Page):
    list_display = ("public_id", "name")
    search_fields = ("=public_id", "name")
    ordering = ("-id",)
    show_full_result_count = False
    inlines = (MembershipInline,)


@admin.register(Identity)
class IdentityAdmin(ReadOnly, Page):
    list_display = ("source", "external_id", number_of("user"), number_of("merchant"))
    search_fields = ("=external_id",)
    ordering = ("-id",)
    show_full_result_count = False


@admin.register(Grant)
class GrantAdmin(ReadOnly, Page):
    list_display = ("user", "role", "number", "load_limit", "since", "revoked_at")
    list_filter = ("role",)
    list_select_related = ("user",)
    ordering = ("-id",)
    actions = ("revoke",)

    @admin.action(description="Revoke", permissions=["view"])
    def revoke(self, request: HttpRequest, rows: QuerySet[Model]) -> None:
        _each(self, request, rows, grants.revoke)


@admin.register(Interest)
class InterestAdmin(ReadOnly, Page):
    list_display = (number_of("user"), number_of("merchant"), number_of("person"), "declared_at")
    ordering = ("-id",)


@admin.register(ApiClient)
class ApiClientAdmin(ReadOnly, Page):
    list_display = ("name", "source", "scopes", "created_at", "revoked_at")
    ordering = ("name",)
    inlines = (KeyInline,)
    actions = ("revoke",)

    @admin.action(description="Revoke with all keys", permissions=["view"])
    def revoke(self, request: HttpRequest, rows: QuerySet[Model]) -> None:
        _each(self, request, rows, clients.revoke)
