"""The API described in OpenAPI 3.1, made from the endpoints themselves. In English, whoever asks."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.settings import patched_settings

from disputes.lifecycle import Kind, State
from disputes.submissions import STANCES

SETTINGS: dict[str, Any] = {
    "TITLE": "Heng API",
    "VERSION": "1",
    "DESCRIPTION": "For a marketplace's own systems: feed in, cases, evidence in, outcomes out. See docs/api.md.",
    "OAS_VERSION": "3.1.0",
    "COMPONENT_SPLIT_REQUEST": True,
    "COMPONENT_SPLIT_PATCH": False,
    "SCHEMA_PATH_PREFIX_INSERT": "/api",
    "ENABLE_DJANGO_DEPLOY_CHECK": False,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "api.documents.close_bodies",
    ],
    "ENUM_NAME_OVERRIDES": {
        "State": [state.value for state in State],
        "Kind": [kind.value for kind in Kind],
        "Side": ["buyer", "merchant"],
        "Whose": ["buyer", "merchant", "platform"],
        "Awaited": ["buyer", "merchant", "both", "platform"],
        "Stance": list(STANCES),
    },
}


@cache
def document() -> dict[str, Any]:
    """The whole description, built once a process."""
    from api.urls import V1

    with patched_settings(SETTINGS), translation.override("en"):
        generator = SchemaGenerator(patterns=V1)  # type: ignore[no-untyped-call]
        made: dict[str, Any] = generator.get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return made


@csrf_exempt
@require_safe
def published(request: HttpRequest) -> HttpResponse:
    """Open to everybody: it tells nothing that a key would be needed for."""
    return HttpResponse(json.dumps(document(), ensure_ascii=False), content_type="application/vnd.oai.openapi+json")
