"""Somebody of a scene, signed in, for tests that open pages."""

from __future__ import annotations

from django.test import Client

from accounts.models import User
from common.actor import Actor


def signed_in(actor: Actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=actor.id))
    return client
