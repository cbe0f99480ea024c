"""How often somebody may try to sign in: by account and address together, by address, by account. Knows no password.

Kept in PostgreSQL and nowhere else: without it nobody is signed in anyway, so that no door stands open because a cache is
away. No account can be locked: whoever tries one from elsewhere makes its owner wait half a minute at most.
"""

from __future__ import annotations

import ipaddress
import logging
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.db.models import F
from django.db.models.functions import Greatest
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from accounts.models import SignInTries, User
from common import clock

log = logging.getLogger("heng.accounts")


@dataclass(frozen=True, slots=True)
class Measure:
    """``free`` tries cost nothing; from then on each one doubles the wait, from one second to ``longest``."""

    free: int
    longest: timedelta


PAIR = Measure(5, timedelta(minutes=15))
ADDRESS = Measure(50, timedelta(minutes=5))
ACCOUNT = Measure(50, timedelta(seconds=30))
# After so long without a try, counting begins anew.
FORGOTTEN_AFTER = timedelta(hours=1)

# Counted before the password is looked at, in one statement: of tries at the same instant only the free ones get through.
# While a wait runs the row stays as it is, and nothing comes back.
_COUNT = """
INSERT INTO accounts_signintries AS t (key, tries, last_at, closed_until)
VALUES (%(key)s, 1, heng_now(), heng_now())
ON CONFLICT (key) DO UPDATE SET (tries, last_at, closed_until) = (
    SELECT n, heng_now(), heng_now() + CASE WHEN n < %(free)s THEN interval '0'
        ELSE make_interval(secs => least(%(longest)s, power(2, least(n - %(free)s, 20)))) END
    FROM (
        SELECT CASE WHEN t.last_at < heng_now() - make_interval(secs => %(forgotten)s) THEN 1 ELSE t.tries + 1 END
    ) AS counted(n)
)
WHERE t.closed_until <= heng_now()
RETURNING tries
"""


class Guarded(ModelBackend):
    """Django's own check of names and passwords behind these doors, whichever page asks.

    A name that does not exist takes as long as a password that is wrong: Django computes a digest for it, too.
    """

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> User | None:
        if username is None or password is None:
            return None
        address = address_of(request)
        if not count(username, address):
            log.warning("sign-in refused for a while")
            raise PermissionDenied
        user = super().authenticate(request, username=username, password=password, **kwargs)
        if user is None:
            log.info("sign-in failed")
        else:
            forgive(username, address)
        return user


def count(name: str, address: str) -> bool:
    """One more try; ``False`` while a wait runs, and then this try counts for nothing more."""
    if closed_until(name, address) is not None:
        return False
    with connection.cursor() as cursor:
        for key, measure in _measured(name, address):
            seconds = {"longest": measure.longest.total_seconds(), "forgotten": FORGOTTEN_AFTER.total_seconds()}
            cursor.execute(_COUNT, {"key": key, "free": measure.free, **seconds})
            if cursor.fetchone() is None:
                return False
    return True


def forgive(name: str, address: str) -> None:
    """It was the right person: their own tries are forgotten, and one less counts against their address."""
    (pair, _), *others = _measured(name, address)
    SignInTries.objects.filter(key=pair).delete()
    SignInTries.objects.filter(key__in=[key for key, _ in others]).update(tries=Greatest(F("tries") - 1, 0))


def closed_until(name: str, address: str) -> datetime | None:
    """Until when no try is looked at; the same whether or not there is such an account."""
    keys = [key for key, _ in _measured(name, address)]
    waits = SignInTries.objects.filter(key__in=keys, closed_until__gt=clock.in_query())
    return waits.order_by("-closed_until").values_list("closed_until", flat=True).first()


def address_of(request: HttpRequest | None) -> str:
    """Where a request comes from: one address of the fourth version, one network of the sixth; empty where it is not known.

    What a proxy reports is believed only where one is known to stand in front (`BEHIND_PROXY`), and only its own word, the
    last of the list.
    """
    if request is None:
        return ""
    written = request.META.get("REMOTE_ADDR", "")
    if settings.HENG_BEHIND_PROXY:
        written = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip() or written
    try:
        address = ipaddress.ip_address(written)
    except ValueError:
        return ""
    if address.version == 6:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def tidy(now: datetime) -> int:
    """The hourly chore: what is past counting is removed."""
    gone, _ = SignInTries.objects.filter(last_at__lt=now - FORGOTTEN_AFTER, closed_until__lt=now).delete()
    return gone


def _measured(name: str, address: str) -> list[tuple[str, Measure]]:
    """What is counted. Keys are digests: the table names nobody."""
    account = unicodedata.normalize("NFKC", name).casefold()[:150]
    found = [(_key("pair", f"{account}\n{address}"), PAIR)]
    if address:
        found.append((_key("address", address), ADDRESS))
    return [*found, (_key("account", account), ACCOUNT)]


def _key(kind: str, value: str) -> str:
    return salted_hmac(f"accounts.doors.{kind}", value, algorithm="sha256").hexdigest()
