"""The rules in force, as data: what the marketplace's systems need to offer the right types, terms and
evidence.
"""

from __future__ import annotations

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Scope
from api import documents, prints
from api.endpoint import Endpoint
from common import clock
from rulebook import queries


class RulesInForce(Endpoint):
    """The rule set that a case opened now would be pinned to. Open to every key."""

    scopes: ClassVar[dict[str, Scope | None]] = {"GET": None}

    @extend_schema(
        operation_id="get_rules",
        tags=["rules"],
        responses={200: prints.RuleSetShape, **documents.problems()},
    )
    def get(self, request: Request) -> Response:
        rules = queries.in_force(queries.default_profile(), clock.now())
        return Response(
            {
                "profile": rules.profile,
                "version": rules.version,
                "effective_from": prints.moment(rules.effective_from),
                "digest": rules.digest,
                "body": rules.body,
            }
        )
