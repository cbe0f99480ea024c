"""What every endpoint shares: key, scope, throttle, language, problems. An endpoint adds what it takes and
gives.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponseBase
from django.utils import translation
from django.utils.cache import patch_vary_headers
from rest_framework.parsers import JSONParser
from rest_framework.renderers import JSONRenderer
from rest_framework.views import APIView

from accounts.models import Scope
from api import problems
from api.authentication import BearerKey, HasScope
from api.throttling import PerScope


class Endpoint(APIView):
    """One address. ``scopes`` names the scope that each method needs."""

    scopes: ClassVar[dict[str, Scope | None]] = {}
    authentication_classes = [BearerKey]
    permission_classes = [HasScope]
    throttle_classes = [PerScope]
    parser_classes = [JSONParser]
    renderer_classes = [JSONRenderer]
    http_method_names = ["get", "post", "head"]

    def scope_of(self, method: str | None) -> Scope | None:
        """``None``: open to every key, or not a method of this address at all. Looking at the head is
        reading.
        """
        return self.scopes.get("GET" if method == "HEAD" else method or "")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        # Addresses of the API carry no language, so the header decides, whatever the pages' middleware chose.
        language = translation.get_language_from_request(request)
        with translation.override(language):
            response = super().dispatch(request, *args, **kwargs)
        response.headers["Content-Language"] = language
        response.headers["Cache-Control"] = "no-store"
        patch_vary_headers(response, ["Accept-Language", "Authorization"])
        return response

    def get_exception_handler(self) -> Any:
        return problems.answer
