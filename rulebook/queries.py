"""Which rules apply: asked of the database once, then answered from memory, because a published set never
changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from django.conf import settings

from rulebook.models import RuleSet
from rulebook.rules import Rules, parse


def default_profile() -> str:
    """The profile this installation runs."""
    profile: str = settings.HENG_RULE_PROFILE
    return profile


def in_force(profile: str, at: datetime) -> RuleSet:
    """The rule set of ``profile`` that was in force at ``at``; its body is not loaded. Raises
    ``LookupError``.

    What happened before the first set was published is judged by the first: there is nothing older to judge
    it by.
    """
    sets = RuleSet.objects.filter(profile=profile).defer("body")
    found = sets.filter(effective_from__lte=at).order_by("-effective_from", "-id").first()
    found = found or sets.order_by("effective_from", "id").first()
    if found is None:
        raise LookupError(f"no rules have been published for the profile {profile}; run manage.py load_rules")
    return found


def among(sets: Sequence[RuleSet], at: datetime) -> RuleSet:
    """As ``in_force``, out of all ``versions`` of a profile: for lists that would ask fifty times."""
    return next((row for row in sets if row.effective_from <= at), sets[-1])


def coming(profile: str, now: datetime) -> list[RuleSet]:
    """Sets that are public but not in force yet, soonest first: what people are told is going to change."""
    later = RuleSet.objects.filter(profile=profile, effective_from__gt=now).defer("body")
    return list(later.order_by("effective_from", "id"))


def versions(profile: str) -> list[RuleSet]:
    """Every set ever published for ``profile``, newest first. All of them stay readable."""
    return list(RuleSet.objects.filter(profile=profile).defer("body").order_by("-effective_from", "-id"))


@lru_cache(maxsize=64)
def rules(rule_set_id: int) -> Rules:
    """A published rule set, parsed.

    Kept in the process: it cannot change. Raises ``RuleSet.DoesNotExist``.
    """
    row = RuleSet.objects.get(pk=rule_set_id)
    return parse(row.body, version=row.version, effective_from=row.effective_from)


def current_rules(now: datetime, profile: str | None = None) -> Rules:
    """The rules in force now, to the minute. For pages that belong to no case; a case asks for the sets it has
    pinned.
    """
    return _current(profile or default_profile(), now.replace(second=0, microsecond=0))


# Lists ask at every reading, and have no query to spare for an answer that changes twice a year.
@lru_cache(maxsize=8)
def _current(profile: str, minute: datetime) -> Rules:
    return rules(in_force(profile, minute).pk)
