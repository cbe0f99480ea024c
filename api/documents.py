"""What OpenAPI needs to be told beside the shapes: headers, problems, and that bodies are closed."""

from __future__ import annotations

from typing import Any

from django.utils import translation
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

from api.prints import ProblemShape
from api.problems import MEDIA_TYPE, WORDS

KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    OpenApiParameter.HEADER,
    required=True,
    description="Unique to one intention. The same key and request again: the first answer, and no second effect.",
)
KEY_OPTIONAL = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    OpenApiParameter.HEADER,
    required=False,
)
NUMBER = OpenApiParameter("number", OpenApiTypes.STR, OpenApiParameter.PATH, description="the case's number")
PLACE = OpenApiParameter(
    "place", OpenApiTypes.STR, OpenApiParameter.PATH, description="the exhibit's number, such as B2"
)
RECORDS = {"type": "array", "items": {"type": "object"}, "maxItems": 10_000}
LINES = {"type": "string", "description": "one JSON record a line"}
_EVERYWHERE = (401, 403, 406, 429)


def problems(*statuses: int) -> dict[Any, Any]:
    """The errors an operation can give, beside those that every one can."""
    with translation.override("en"):
        return {
            (status, MEDIA_TYPE): OpenApiResponse(ProblemShape, description=str(WORDS[status][1]))
            for status in sorted({*statuses, *_EVERYWHERE})
        }


def close_bodies(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Postprocessing hook: request bodies take no fields they do not name."""
    for name, component in result.get("components", {}).get("schemas", {}).items():
        if name.endswith("Request") and component.get("type") == "object":
            component["additionalProperties"] = False
    return result
