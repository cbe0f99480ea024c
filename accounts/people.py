"""Making and disabling people. Whoever is disabled is signed out everywhere in the same moment."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.contrib.sessions.models import Session

from accounts import grants
from accounts.models import LANGUAGES, Grant, Identity, Membership, User
from common.actor import Actor
from common.acts import act, require_act
from common.errors import Missing, Refused


def establish(username: str, *, display_name: str, language: str = "zh-hans") -> User:
    """The person of that name, made without a password if unknown."""
    require_act()
    user, _ = User.objects.get_or_create(
        username=username,
        defaults={"display_name": display_name, "language": language, "password": make_password(None)},
    )
    return user


@act
def choose_language(user_id: int, language: str) -> User:
    """The person reads notices and e-mails in this language from now on. Raises ``Refused`` for one we do not speak."""
    if language not in dict(LANGUAGES):
        raise Refused("language_unknown", language=language)
    user = _lock(user_id)
    user.language = language
    user.save(update_fields=["language"])
    return user


@act
def disable(user_id: int, *, actor: Actor, now: datetime) -> User:
    """The person can neither sign in nor act, and every session of theirs has ended."""
    grants.require_ops(actor, about=user_id)
    user = _lock(user_id)
    user.is_active = False
    user.save(update_fields=["is_active"])
    # Sessions do not name their user in a column; the few live ones are read through.
    ended = [
        session.pk
        for session in Session.objects.filter(expire_date__gte=now).iterator()
        if session.get_decoded().get("_auth_user_id") == str(user_id)
    ]
    Session.objects.filter(pk__in=ended).delete()
    return user


@act
def enable(user_id: int, *, actor: Actor, now: datetime) -> User:
    """The person may sign in again, with whatever offices and shops they still hold."""
    grants.require_ops(actor, about=user_id)
    user = _lock(user_id)
    user.is_active = True
    user.save(update_fields=["is_active"])
    return user


def is_entrusted(user_id: int) -> bool:
    """Whether the person still acts for a shop or holds an office: then others rely on their name."""
    offices = Grant.objects.filter(user_id=user_id, revoked_at__isnull=True)
    shops = Membership.objects.filter(user_id=user_id, removed_at__isnull=True)
    return offices.exists() or shops.exists()


def forget(user_id: int) -> User:
    """Who this was is not known here any more: no name, no address, no way in. The row stays for what refers to it."""
    require_act()
    user = _lock(user_id)
    user.username, user.display_name, user.email = f"erased-{user.pk}", "", ""
    user.password, user.is_active = make_password(None), False
    user.save(update_fields=["username", "display_name", "email", "password", "is_active"])
    Identity.objects.filter(user=user).delete()
    return user


def lock(user_id: int) -> User:
    """The person, for an act that is about them. Raises ``Missing``."""
    require_act()
    return _lock(user_id)


def _lock(user_id: int) -> User:
    user = User.objects.select_for_update(of=("self",)).filter(pk=user_id).first()
    if user is None:
        raise Missing
    return user
