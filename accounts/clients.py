"""Keys for the marketplace's systems. A secret is told once, when it is made; only its digest is kept."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts import grants
from accounts.models import ApiClient, ApiKey, Scope
from common import digest
from common.actor import Actor
from common.acts import act
from common.errors import Missing, Refused

_MARK = "heng"
_USED_EVERY = timedelta(minutes=5)


@dataclass(frozen=True, repr=False)
class Issued:
    """A key as it is handed over. ``secret`` is the whole bearer token, and exists nowhere else."""

    client: ApiClient
    key: ApiKey
    secret: str


@act
def issue(
    name: str,
    *,
    source: str,
    scopes: Iterable[Scope],
    expires_at: datetime | None = None,
    actor: Actor,
    now: datetime,
) -> Issued:
    """A new client with its first key."""
    grants.require_ops(actor)
    wanted = frozenset(scopes)
    if not wanted:
        raise Refused("scope_missing")
    if ApiClient.objects.filter(name=name).exists():
        raise Refused("name_taken", name=name)
    client = ApiClient.objects.create(
        name=name,
        source=source,
        scopes=[scope.value for scope in Scope if scope in wanted],
        created_at=now,
        created_by_id=actor.id,
    )
    return _new_key(client, expires_at, now)


@act
def rotate(
    client_id: int,
    *,
    overlap: timedelta = timedelta(days=1),
    expires_at: datetime | None = None,
    actor: Actor,
    now: datetime,
) -> Issued:
    """A further key; the earlier ones end after ``overlap``, so that systems can change over one by one."""
    grants.require_ops(actor)
    client = _lock(client_id)
    if client.revoked_at is not None:
        raise Refused("client_is_revoked")
    standing = ApiKey.objects.filter(client=client, revoked_at__isnull=True)
    standing.filter(expires_at__isnull=True).update(expires_at=now + overlap)
    standing.filter(expires_at__gt=now + overlap).update(expires_at=now + overlap)
    return _new_key(client, expires_at, now)


@act
def revoke(client_id: int, *, actor: Actor, now: datetime) -> ApiClient:
    """The client is out, with all its keys, from the next request on."""
    grants.require_ops(actor)
    client = _lock(client_id)
    if client.revoked_at is None:
        client.revoked_at = now
        client.save(update_fields=["revoked_at"])
    ApiKey.objects.filter(client=client, revoked_at__isnull=True).update(revoked_at=now)
    return client


@act
def revoke_key(key_id: int, *, actor: Actor, now: datetime) -> ApiKey:
    """One key is out; the client's others go on."""
    grants.require_ops(actor)
    key = ApiKey.objects.filter(pk=key_id).first()
    if key is None:
        raise Missing
    if key.revoked_at is None:
        key.revoked_at = now
        key.save(update_fields=["revoked_at"])
    return key


def key_for(token: str, *, now: datetime) -> ApiKey | None:
    """The standing key that ``token`` is, with its client; ``None`` for all others, whatever is wrong with
    them.
    """
    mark, _, rest = token.partition("_")
    prefix, _, secret = rest.partition("_")
    key = ApiKey.objects.select_related("client").filter(prefix=prefix).first() if mark == _MARK else None
    expected = key.digest if key else digest.sha256(b"")
    fits = hmac.compare_digest(expected, digest.sha256(secret.encode()))
    if key is None or not fits or key.revoked_at is not None or key.client.revoked_at is not None:
        return None
    return key if key.expires_at is None or now < key.expires_at else None


def used(key: ApiKey, *, now: datetime) -> None:
    """Keep when a key was last used, to within five minutes: a read must not cost a write each time."""
    if key.last_used_at is None or now - key.last_used_at >= _USED_EVERY:
        _note_use(key.pk, now=now)


@act
def _note_use(key_id: int, *, now: datetime) -> None:
    ApiKey.objects.filter(pk=key_id).update(last_used_at=now)


def _new_key(client: ApiClient, expires_at: datetime | None, now: datetime) -> Issued:
    prefix, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
    key = ApiKey.objects.create(
        client=client,
        prefix=prefix,
        digest=digest.sha256(secret.encode()),
        created_at=now,
        expires_at=expires_at,
    )
    return Issued(client, key, f"{_MARK}_{prefix}_{secret}")


def _lock(client_id: int) -> ApiClient:
    client = ApiClient.objects.select_for_update(of=("self",)).filter(pk=client_id).first()
    if client is None:
        raise Missing
    return client
