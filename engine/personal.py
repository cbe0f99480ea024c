"""A person's own data, for them to take along (PIPL 45, GDPR 15 and 20): asked for, made by a tick, gone after a week.

Their own words and records, and what was decided about them. Never what only the other side or the house wrote. Files are in
the case file of each case, which is signed; here stand their digests.
"""

from __future__ import annotations

import io
import json
import logging
import secrets
import zipfile
from datetime import datetime, timedelta
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Q

from accounts.models import Identity, User
from common import digest
from common.acts import act
from common.errors import Missing, Refused
from disputes.models import Case, Offer, Point, PointAnswer, Statement
from evidence.models import Exhibit
from insights.models import PersonalCopy
from jury.models import Ballot, Juror, Rating
from marketplace.models import ChatMessage, Order, OrderLine
from notifications import preferences
from notifications.models import Notice

log = logging.getLogger("heng.personal")
FORMAT = 1
KEPT = timedelta(days=7)
ONCE_IN = timedelta(hours=24)
MOST_TRIES = 3
README = """These are your own data as this court keeps them: JSON in UTF-8, times in UTC, sums in minor units of a
currency. The files that you handed in are in the case file of each case: open the case, choose "Case file".
"""


@act
def ask(user_id: int, *, now: datetime) -> PersonalCopy:
    """A copy is made within minutes; one that is under way is the one. Raises ``Refused``: ``copy_asked_recently``."""
    user = User.objects.select_for_update(of=("self",)).filter(pk=user_id, is_active=True).first()
    if user is None:
        raise Missing
    last = PersonalCopy.objects.filter(user=user).order_by("-asked_at", "-id").first()
    if last is not None and last.made_at is None:
        if last.tries >= MOST_TRIES:
            last.tries = 0
            last.save(update_fields=["tries"])
        return last
    if last is not None and now - last.asked_at < ONCE_IN:
        raise Refused("copy_asked_recently")
    made = PersonalCopy.objects.create(user=user, token=secrets.token_urlsafe(32), asked_at=now)
    log.info("copy_asked", extra={"copy": made.pk, "user": user_id})
    return made


def make_next(now: datetime) -> bool:
    """Make one copy that waits, the oldest first; whoever else does so takes another. ``False``: there is none."""
    copy_id = _claim(now)
    if copy_id is None:
        return False
    try:
        _make(copy_id, now=now)
    except Exception as error:
        # Counted by its claim: after three it waits for its owner to ask once more, and holds nobody else up.
        log.exception("copy_failed", extra={"copy": copy_id, "error": type(error).__name__})
    return True


@act
def _claim(now: datetime) -> int | None:
    waiting = PersonalCopy.objects.filter(made_at__isnull=True, tries__lt=MOST_TRIES).order_by(
        "tries", "asked_at", "id"
    )
    copy = waiting.select_for_update(skip_locked=True, of=("self",)).first()
    if copy is None:
        return None
    PersonalCopy.objects.filter(pk=copy.pk).update(tries=copy.tries + 1)
    return copy.pk


@act
def _make(copy_id: int, *, now: datetime) -> None:
    copy = PersonalCopy.objects.select_for_update(of=("self",)).filter(pk=copy_id, made_at__isnull=True).first()
    if copy is None:
        return
    packed = pack(gather(copy.user_id, now=now))
    copy.made_at, copy.expires_at, copy.body, copy.sha256 = now, now + KEPT, packed, digest.sha256(packed)
    copy.save(update_fields=["made_at", "expires_at", "body", "sha256"])
    log.info("copy_made", extra={"copy": copy.pk, "user": copy.user_id, "size": len(packed)})


@act
def take(token: str, *, user_id: int, now: datetime) -> bytes:
    """The copy, for its owner and nobody else, until it expires; every time is counted. Raises ``Missing``."""
    copy = PersonalCopy.objects.select_for_update(of=("self",)).filter(token=token, user_id=user_id).first()
    if copy is None or copy.body is None or copy.expires_at is None or now >= copy.expires_at:
        raise Missing
    copy.taken, copy.taken_at = copy.taken + 1, now
    copy.save(update_fields=["taken", "taken_at"])
    log.info("copy_taken", extra={"copy": copy.pk, "user": user_id, "times": copy.taken})
    return bytes(copy.body)


def newest(user_id: int, now: datetime) -> PersonalCopy | None:
    """The last one asked for, under way or to be taken; without its bytes."""
    there = PersonalCopy.objects.filter(user_id=user_id).filter(Q(expires_at__isnull=True) | Q(expires_at__gt=now))
    return there.defer("body").order_by("-asked_at", "-id").first()


@act
def tidy(now: datetime) -> int:
    """A chore: copies whose week is over are gone."""
    return PersonalCopy.objects.filter(expires_at__lte=now).delete()[0]


def pack(files: dict[str, Any]) -> bytes:
    """A ZIP of JSON files, the same bytes for the same data."""
    written = {"README.txt": README.encode()}
    for name, body in files.items():
        text = json.dumps(body, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1, sort_keys=True)
        written[f"{name}.json"] = text.encode()
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(written):
            archive.writestr(zipfile.ZipInfo(path, date_time=(2026, 1, 1, 0, 0, 0)), written[path])
    return sink.getvalue()


def gather(user_id: int, *, now: datetime) -> dict[str, Any]:
    """File name → what is kept about this person as a buyer. As many queries for a thousand cases as for one."""
    user = User.objects.get(pk=user_id)
    wanted = preferences.of(user_id)
    cases = Case.objects.filter(buyer=user)
    return {
        "about": {"format": FORMAT, "made_at": now},
        "profile": {
            "account": user.username,
            "name": user.display_name,
            "email": user.email,
            "language": user.language,
            "joined_at": user.date_joined,
            "last_login": user.last_login,
            "known_as": _rows(Identity.objects.filter(user=user), "source", "external_id"),
            "settings": {
                "email": wanted.email,
                "news": wanted.news,
                "quiet": [wanted.quiet.since, wanted.quiet.until] if wanted.quiet else None,
            },
        },
        "orders": {
            "orders": _rows(
                Order.objects.filter(buyer=user), "public_id", "state", "currency", "freight", "placed_at", "paid_at"
            ),
            "lines": _rows(
                OrderLine.objects.filter(order__buyer=user), "order__public_id", "title", "quantity", "paid"
            ),
        },
        "chat": _rows(ChatMessage.objects.filter(buyer=user, sender="buyer"), "order__public_id", "at", "text"),
        "cases": _rows(
            cases,
            *("number", "state", "kind", "type_code", "title", "currency", "paid", "claimed", "opened_at", "closed_at"),
            *("erased_at", "outcome__source", "outcome__remedy", "outcome__amount", "outcome__recorded_at"),
        ),
        "statements": _rows(
            Statement.objects.filter(case__in=cases, side="buyer"), "case__number", "kind", "at", "text"
        ),
        "points": _rows(
            Point.objects.filter(case__in=cases, raised_by="buyer"), "case__number", "round", "number", "text"
        ),
        "answers": _rows(
            PointAnswer.objects.filter(point__case__in=cases, side="buyer"),
            *("point__case__number", "point__number", "stance", "text", "at"),
        ),
        "offers": _rows(
            Offer.objects.filter(case__in=cases, side="buyer"),
            *("case__number", "remedy", "amount", "returns", "state", "made_at", "ended_at"),
        ),
        "evidence": _rows(
            Exhibit.objects.filter(dossier__case__in=cases, side="buyer"),
            *("dossier__case__number", "place", "code", "kind", "name", "note", "content", "sha256", "size"),
            *("added_at", "withdrawn_at", "erased_at", "receipt_code"),
        ),
        "jury": {
            "juror": _rows(
                Juror.objects.filter(user=user),
                *("background", "volunteered_at", "real_name_at", "real_name_by", "passed_at", "suspended_at"),
                *("left_at", "votes"),
            ),
            # What is sealed is not in here: it is opened with all the others, and not before.
            "votes": _rows(Ballot.objects.filter(seat__juror__user=user), "at", "commitment", "vote", "reason"),
            # Not when nor of which case: that would tell who said it.
            "ratings": _rows(Rating.objects.filter(ballot__seat__juror__user=user), "helpful"),
        },
        "messages": _rows(
            Notice.objects.filter(user=user, audience="buyer"), "case__number", "kind", "params", "at", "read_at"
        ),
    }


def _rows(found: Any, *columns: str) -> list[dict[str, Any]]:
    return list(found.order_by("pk").values(*columns))
