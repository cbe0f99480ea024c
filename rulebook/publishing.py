"""How rules and calendars become public. Knows notice periods and immutability; refuses to know what a rule
says.

Source of the notice period: E-Commerce Law §34 (7 days), and 15 days where major interests are affected
(T40).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from common import digest
from common.actor import Actor, Role
from common.acts import act, require_act
from common.errors import Refused
from rulebook import calendars, clocks, editions, queries
from rulebook.models import CalendarVersion, RuleSet
from rulebook.reading import Unreadable
from rulebook.rules import parse


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a run of ``load_catalogue`` has published; both are empty when everything was known already."""

    rule_sets: tuple[RuleSet, ...]
    calendars: tuple[CalendarVersion, ...]


@act
def publish(
    profile: str,
    *,
    version: str,
    body: dict[str, Any],
    effective_from: datetime,
    actor: Actor,
    now: datetime,
    major: bool = False,
) -> RuleSet:
    """A rule set has been made public, to be in force from ``effective_from``; neither can be changed any
    more.

    Between publication and effect lies the notice period; only the very first set of a profile is exempt, as
    it replaces nothing. Refuses: ``not_for_this_role``, ``rules_unreadable``, ``profile_differs``,
    ``version_taken``, ``notice_too_short``.
    """
    return _publish(
        profile,
        version=version,
        body=body,
        effective_from=effective_from,
        actor=actor,
        now=now,
        major=major,
    )


@act
def publish_calendar(body: dict[str, Any], *, actor: Actor, now: datetime) -> CalendarVersion:
    """The working days of a year have been made public, or corrected. Terms that were provisional can be
    settled.

    Refuses: ``not_for_this_role``, ``calendar_unreadable``, ``version_taken``.
    """
    return _publish_calendar(body, actor=actor, now=now)


@act
def load_catalogue(*, actor: Actor, now: datetime, switches: Mapping[str, Any] | None = None) -> Loaded:
    """Everything that comes with Heng has been published, where it was not yet. Running it again changes
    nothing.

    The first set of a profile is in force since the day its catalogue names. A changed catalogue is published
    under the next free version and takes effect when the notice period is over. ``switches`` are turned in every profile
    before it is published, as a marketplace would.
    """
    years = [_publish_calendar(body, actor=actor, now=now) for body in calendars.shipped_years() if _unknown(body)]
    sets = []
    for edition in editions.shipped():
        body = {**edition.body, "switches": {**edition.body["switches"], **(switches or {})}}
        mark = digest.of(body)
        known = RuleSet.objects.filter(profile=edition.profile)
        if known.filter(digest=mark).exists():
            continue
        first = not known.exists()
        sets.append(
            _publish(
                edition.profile,
                version=_free_version(edition.profile, edition.version),
                body=body,
                effective_from=edition.effective_from if first else earliest_effect(edition.profile, now),
                actor=actor,
                now=now,
            )
        )
    return Loaded(tuple(sets), tuple(years))


def earliest_effect(profile: str, now: datetime, *, major: bool = False) -> datetime:
    """The first moment at which a set published now may take effect: the end of the notice period (T40)."""
    rules = queries.rules(queries.in_force(profile, now).pk)
    notice = rules.step("rule_notice_major" if major else "rule_notice")
    return clocks.due(now, notice.duration, calendars.current()).at


def _publish(
    profile: str,
    *,
    version: str,
    body: dict[str, Any],
    effective_from: datetime,
    actor: Actor,
    now: datetime,
    major: bool = False,
) -> RuleSet:
    require_act()
    _may_publish(actor)
    try:
        rules = parse(body, version=version, effective_from=effective_from)
    except Unreadable as error:
        raise Refused("rules_unreadable", problem=str(error)[:300]) from None
    if rules.profile.code != profile:
        raise Refused("profile_differs", named=profile, found=rules.profile.code)
    known = RuleSet.objects.filter(profile=profile)
    if known.filter(version=version).exists():
        raise Refused("version_taken", version=version)
    first = not known.exists()
    if not first and effective_from < (earliest := earliest_effect(profile, now, major=major)):
        raise Refused("notice_too_short", earliest=earliest.isoformat())
    return RuleSet.objects.create(
        profile=profile,
        version=version,
        notice_from=min(now, effective_from) if first else now,
        effective_from=effective_from,
        body=body,
        digest=digest.of(body),
        published_at=now,
        published_by=actor.id,
    )


def _publish_calendar(body: dict[str, Any], *, actor: Actor, now: datetime) -> CalendarVersion:
    require_act()
    _may_publish(actor)
    try:
        year = calendars.parse_year(body)
    except Unreadable as error:
        raise Refused("calendar_unreadable", problem=str(error)[:300]) from None
    if CalendarVersion.objects.filter(version=year.version).exists():
        raise Refused("version_taken", version=year.version)
    row = CalendarVersion.objects.create(
        region=year.region,
        year=year.year,
        version=year.version,
        source=year.source,
        body=body,
        digest=digest.of(body),
        published_at=now,
        published_by=actor.id,
    )
    calendars.forget()
    return row


def _may_publish(actor: Actor) -> None:
    if actor.role not in (Role.OPS, Role.SYSTEM):
        raise Refused("not_for_this_role")


def _unknown(body: dict[str, Any]) -> bool:
    """Whether this year's version has not been published.

    A correction by ops outlives the file that it corrects.
    """
    return not CalendarVersion.objects.filter(version=body["version"]).exists()


def _free_version(profile: str, version: str) -> str:
    taken = set(RuleSet.objects.filter(profile=profile).values_list("version", flat=True))
    candidate, revision = version, 1
    while candidate in taken:
        revision += 1
        candidate = f"{version}-{revision}"
    return candidate
