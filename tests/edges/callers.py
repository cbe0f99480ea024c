"""How tests speak to the API: as a marketplace's system with a key, over HTTP."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

from django.test import Client

from accounts import clients
from accounts.models import Identity, Scope
from common import clock
from common.actor import Actor
from tests.reach import Scene

Answer = Any  # Django's test response, with json()


class Caller:
    """One client of the API with its key. ``source`` is the feed whose cases it sees."""

    def __init__(self, *scopes: Scope, source: str = "test", language: str = "en") -> None:
        self.issued = clients.issue(
            f"client-{uuid4().hex[:8]}",
            source=source,
            scopes=scopes or tuple(Scope),
            actor=Actor.system(),
            now=clock.now(),
        )
        self.headers = {"Authorization": f"Bearer {self.issued.secret}", "Accept-Language": language}
        self.http = Client()

    def get(self, path: str, **query: Any) -> Answer:
        return self.http.get(f"/api/v1/{path}", query, headers=self.headers)

    def post(self, path: str, body: Any = None, *, key: str | None = "", **headers: str) -> Answer:
        """``key``: a fresh one unless given; ``None`` sends none."""
        return self.http.post(
            f"/api/v1/{path}",
            json.dumps(body if body is not None else {}),
            content_type="application/json",
            headers={**self.headers, **_key(key), **headers},
        )

    def upload(self, path: str, fields: dict[str, Any], *, key: str | None = "") -> Answer:
        return self.http.post(f"/api/v1/{path}", fields, headers={**self.headers, **_key(key)})

    def act(self, scene: Scene, event: str, *, key: str | None = "", **body: Any) -> Answer:
        return self.post(f"cases/{scene.case.number}/actions/{event}", body, key=key)


def _key(key: str | None) -> dict[str, str]:
    return {} if key is None else {"Idempotency-Key": key or uuid4().hex}


def named(scene: Scene) -> Scene:
    """The scene's buyer and shop under ids of the feed ``test``."""
    Identity.objects.create(source="test", external_id=f"b-{scene.buyer.id}", user_id=scene.buyer.id)
    Identity.objects.create(source="test", external_id=f"m-{scene.shop.pk}", merchant=scene.shop)
    return scene
