"""Generated requests, well formed and not, against the description: no 500, nothing undocumented, nothing
let through.

``SCHEMATHESIS_EXAMPLES`` sets how many per operation: few in every run, thousands in a nightly one.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api import schema
from config.wsgi import application
from tests import reach
from tests.edges.callers import Caller, named

pytestmark = pytest.mark.django_db
EXAMPLES = int(os.environ.get("SCHEMATHESIS_EXAMPLES", "12"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


generated = schemathesis.openapi.from_dict(schema.document())
generated.app = application


@pytest.fixture(autouse=True)
def connection_stays(db: None) -> Iterator[None]:
    """Called as a server would call it, but for closing the connection that holds the test's transaction."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture
def scene() -> reach.Scene:
    return named(reach.admitted())


@pytest.fixture
def caller() -> Caller:
    return Caller()


@generated.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=EXAMPLES < 100,
    suppress_health_check=list(HealthCheck),
)
def test_no_request_breaks_the_api_or_its_description(case: Any, scene: reach.Scene, caller: Caller) -> None:
    # A made-up number reaches nothing but the 404: every other request is about a case that is there.
    parameters = case.path_parameters or {}
    if "number" in parameters and len(str(parameters["number"])) % 2:
        case.path_parameters = {**parameters, "number": scene.case.number}
    # Packed answers are a matter between server and browser: here they would only hide the body.
    case.call_and_validate(headers={**caller.headers, "Accept-Encoding": "identity"}, checks=CHECKS)
