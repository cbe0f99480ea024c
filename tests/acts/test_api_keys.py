"""Keys of the marketplace's systems: told once, kept as a digest, ended at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from accounts import clients
from accounts.clients import Issued
from accounts.models import ApiClient, ApiKey, Scope
from common.actor import Actor, Role
from common.errors import Missing, Refused

pytestmark = pytest.mark.django_db(transaction=True)
NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)
SYSTEM = Actor.system()


def issue(name: str = "orders", expires_at: datetime | None = None) -> Issued:
    return clients.issue(name, source="market", scopes=[Scope.INGEST], expires_at=expires_at, actor=SYSTEM, now=NOON)


def test_a_key_opens_with_its_whole_secret_and_with_nothing_else() -> None:
    issued = issue()
    key = clients.key_for(issued.secret, now=NOON)
    assert key is not None and key.client.name == "orders"
    mark, prefix, secret = issued.secret.split("_", 2)
    for wrong in (
        "",
        "heng",
        secret,
        f"{mark}_{prefix}_",
        f"{mark}_{prefix}_{secret}x",
        f"{mark}_00000000_{secret}",
    ):
        assert clients.key_for(wrong, now=NOON) is None


def test_the_secret_is_kept_nowhere() -> None:
    issued = issue()
    secret = issued.secret.split("_", 2)[2]
    assert len(secret) == 43  # 256 bits
    rows = [*ApiClient.objects.values_list(), *ApiKey.objects.values_list()]
    assert secret not in repr(rows)
    assert secret not in repr(issued)


def test_a_revoked_client_is_out_at_once_with_all_its_keys() -> None:
    issued = issue()
    clients.revoke(issued.client.pk, actor=SYSTEM, now=NOON)
    assert clients.key_for(issued.secret, now=NOON) is None
    with pytest.raises(Refused, match="client_is_revoked"):
        clients.rotate(issued.client.pk, actor=SYSTEM, now=NOON)


def test_a_key_is_good_until_the_instant_it_expires() -> None:
    issued = issue(expires_at=NOON + timedelta(hours=1))
    assert clients.key_for(issued.secret, now=NOON + timedelta(minutes=59)) is not None
    assert clients.key_for(issued.secret, now=NOON + timedelta(hours=1)) is None


def test_after_rotation_both_keys_work_until_the_overlap_ends() -> None:
    old = issue()
    new = clients.rotate(old.client.pk, overlap=timedelta(hours=2), actor=SYSTEM, now=NOON)
    soon, late = NOON + timedelta(hours=1), NOON + timedelta(hours=2)
    assert clients.key_for(old.secret, now=soon) is not None
    assert clients.key_for(new.secret, now=soon) is not None
    assert clients.key_for(old.secret, now=late) is None
    assert clients.key_for(new.secret, now=late) is not None


def test_one_key_can_be_taken_back_without_the_others() -> None:
    old = issue()
    new = clients.rotate(old.client.pk, actor=SYSTEM, now=NOON)
    clients.revoke_key(old.key.pk, actor=SYSTEM, now=NOON)
    assert clients.key_for(old.secret, now=NOON) is None
    assert clients.key_for(new.secret, now=NOON) is not None


def test_only_ops_and_the_system_make_keys() -> None:
    with pytest.raises(Missing):
        clients.issue("x", source="market", scopes=[Scope.INGEST], actor=Actor.staff(Role.SENIOR, 1), now=NOON)


def test_last_use_is_kept_to_within_five_minutes() -> None:
    issued = issue()
    for minute, expected in ((0, 0), (4, 0), (5, 5)):
        key = clients.key_for(issued.secret, now=NOON)
        assert key is not None
        clients.used(key, now=NOON + timedelta(minutes=minute))
        assert ApiKey.objects.get().last_used_at == NOON + timedelta(minutes=expected)
