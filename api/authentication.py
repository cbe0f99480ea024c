"""Who calls: a system of the marketplace with a bearer key. Knows keys and scopes; refuses sessions and
cookies.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts import clients
from accounts.models import ApiClient, ApiKey, Scope
from common import clock
from common.actor import Actor, Side


@dataclass(frozen=True)
class Caller:
    """The client behind a request. It acts for people of its own source, never as itself."""

    client: ApiClient
    key: ApiKey
    is_authenticated: bool = True

    @property
    def source(self) -> str:
        return self.client.source

    def may(self, scope: Scope) -> bool:
        return scope.value in self.client.scopes

    def on_behalf_of(self, side: Side, *, buyer_id: int, merchant_id: int) -> Actor:
        """One side of a case. The journal keeps the side's role and this client's id."""
        if side is Side.BUYER:
            return Actor.buyer(buyer_id, client_id=self.client.pk)
        return Actor.merchant(None, merchant_id, client_id=self.client.pk)


def caller_of(request: Request) -> Caller:
    """The client behind a request that has passed ``HasScope``."""
    caller: object = request.user
    assert isinstance(caller, Caller)
    return caller


class BearerKey(BaseAuthentication):
    """``Authorization: Bearer heng_…``. Whatever is wrong with a key, the answer is the same 401."""

    def authenticate(self, request: Request) -> tuple[Caller, ApiKey] | None:
        scheme, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        now = clock.now()
        key = clients.key_for(token.strip(), now=now)
        if key is None:
            raise AuthenticationFailed
        clients.used(key, now=now)
        return Caller(key.client, key), key

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="heng"'


class HasScope(BasePermission):
    """The endpoint names the scope of each method; a method without one is open to every key."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if not isinstance(request.user, Caller):
            return False
        scope = view.scope_of(request.method)
        return scope is None or request.user.may(scope)


class BearerKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How OpenAPI says it."""

    target_class = BearerKey
    name = "key"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer", "description": "A key made by `manage.py issue_client`."}
