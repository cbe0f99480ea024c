"""Who may call the API: a standing key with the scope of the method, and nobody else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from accounts import clients
from accounts.models import Scope
from common import clock
from common.actor import Actor
from tests.edges.callers import Caller

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer x", "Bearer heng_00000000_x", "Basic eDp5"])
def test_without_a_standing_key_every_answer_is_the_same_401(header: str | None) -> None:
    headers = {"Authorization": header, "Accept-Language": "en"} if header is not None else {"Accept-Language": "en"}
    answer = Client().get("/api/v1/cases", headers=headers)
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["WWW-Authenticate"] == 'Bearer realm="heng"'
    assert answer.json() == {
        "type": "urn:heng:problem:no_key",
        "title": "A valid API key is needed.",
        "status": 401,
        "code": "no_key",
    }


def test_a_session_is_no_key() -> None:
    from tests.builders import a_user

    http = Client()
    http.force_login(a_user())
    assert http.get("/api/v1/cases").status_code == 401


def test_a_key_that_is_revoked_or_over_is_out_with_the_next_request() -> None:
    caller = Caller()
    assert caller.get("cases").status_code == 200
    clients.rotate(caller.issued.client.pk, overlap=timedelta(), actor=Actor.system(), now=clock.now())
    assert caller.get("cases").status_code == 401
    another = Caller()
    clients.revoke(another.issued.client.pk, actor=Actor.system(), now=clock.now())
    assert another.get("cases").status_code == 401


def test_a_key_without_the_scope_is_told_so() -> None:
    caller = Caller(Scope.CASES_READ)
    assert caller.get("cases").status_code == 200
    answer = caller.get("outcomes")
    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")
    assert caller.post("ingest", []).status_code == 403


def test_the_reader_is_answered_in_their_language() -> None:
    words = {
        language: Caller(Scope.INGEST, language=language).get("cases") for language in ("en", "zh-Hans", "zh-Hant")
    }
    assert words["en"].json()["title"] == "This key may not do this."
    assert words["zh-Hans"].json()["title"] == "这个密钥无权这样做。"
    assert words["zh-Hant"].json()["title"] == "這個金鑰無權這樣做。"
    assert words["zh-Hant"]["Content-Language"] == "zh-hant"
    assert "Accept-Language" in words["en"]["Vary"]
    assert words["en"]["Cache-Control"] == "no-store"
