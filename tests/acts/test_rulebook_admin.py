"""The admin shows what was published, and lets nobody touch it."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from common.actor import Actor
from rulebook import publishing
from rulebook.clocks import PLATFORM_ZONE
from rulebook.models import CalendarVersion, RuleSet

pytestmark = pytest.mark.django_db


@pytest.fixture
def chief(client: Client) -> Client:
    publishing.load_catalogue(actor=Actor.system(), now=datetime(2026, 11, 18, tzinfo=PLATFORM_ZONE))
    client.force_login(User.objects.create_superuser("chief", password="not-for-the-web"))
    return client


@pytest.mark.parametrize("model", [RuleSet, CalendarVersion])
def test_a_superuser_may_look_at_what_was_published_and_do_nothing_else(
    chief: Client, model: type[RuleSet] | type[CalendarVersion]
) -> None:
    name = f"admin:rulebook_{model._meta.model_name}"
    row = model.objects.order_by("pk").first()
    assert row is not None
    assert chief.get(reverse(f"{name}_changelist")).status_code == 200
    shown = chief.get(reverse(f"{name}_change", args=[row.pk]))
    assert row.digest in shown.content.decode()
    assert chief.post(reverse(f"{name}_change", args=[row.pk]), {"version": "other"}).status_code == 403
    assert chief.get(reverse(f"{name}_add")).status_code == 403
    assert chief.post(reverse(f"{name}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403
