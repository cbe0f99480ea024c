"""What is published about the API is what it does: fresh, valid, and held against it by generated requests."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from django.test import Client

from api import actions, schema
from api.management.commands.write_openapi import PATH, written


def test_the_committed_description_is_fresh() -> None:
    assert Path(PATH).read_text(encoding="utf-8") == written(), "run manage.py write_openapi"


def test_the_published_description_is_the_committed_one_and_needs_no_key() -> None:
    answer = Client().get("/api/v1/openapi.json")
    assert answer.status_code == 200
    assert json.loads(answer.content) == yaml.safe_load(written())
    assert answer.json()["openapi"].startswith("3.1")


def test_every_operation_names_its_problems_and_every_mutation_its_key() -> None:
    for path, operations in schema.document()["paths"].items():
        for method, operation in operations.items():
            assert {"401", "403", "429"} <= set(operation["responses"]), path
            names = {parameter["name"] for parameter in operation.get("parameters", [])}
            assert method == "get" or "Idempotency-Key" in names, path


def test_every_action_has_an_operation_with_a_closed_body() -> None:
    document = schema.document()
    for row in actions.ROWS:
        operation = document["paths"][f"/api/v1/cases/{{number}}/actions/{row.event.value}"]["post"]
        assert operation["operationId"] == row.event.value
    closed = [name for name in document["components"]["schemas"] if name.endswith("Request")]
    assert len(closed) > 10
    for name in closed:
        assert document["components"]["schemas"][name]["additionalProperties"] is False, name


def test_the_description_is_valid_openapi() -> None:
    import schemathesis

    loaded = schemathesis.openapi.from_dict(json.loads(json.dumps(schema.document())))
    loaded.validate()
    assert pytest.approx(len(list(loaded.get_all_operations()))) == 39
