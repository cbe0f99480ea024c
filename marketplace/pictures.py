"""Pictures of listings, fetched from the marketplace's own hosts. Knows addresses; refuses to go where it was not told to.

An address comes from a feed that many merchants write to. Only hosts that operations named are asked, nothing is followed
elsewhere, and the environment's proxies are not used.
"""

from __future__ import annotations

import hashlib
import time
from typing import IO

import httpx
from django.conf import settings

from common.acts import outside_act

CONNECT_SECONDS, WHOLE_SECONDS = 3.0, 30.0
# Nothing is unpacked on the way: the digest is that of the bytes, and what is small stays small.
_AS_IT_IS = {"Accept": "image/*", "Accept-Encoding": "identity"}


class Failure(Exception):
    """``code``: `host_not_named`, `not_there`, `too_big`, `timed_out`, `not_reached`, `connection_lost`, `http_…`,
    `another_picture`. ``for_good``: trying again would not help.
    """

    def __init__(self, code: str, *, for_good: bool = False) -> None:
        super().__init__(code)
        self.code = code
        self.for_good = for_good


def fetch(url: str, to: IO[bytes], *, sha256: str, most: int) -> None:
    """Write the picture with this SHA-256 in hex to ``to``, at most ``most`` bytes. Raises `Failure`."""
    outside_act()
    asked = _origin_of(url)
    timeout = httpx.Timeout(WHOLE_SECONDS, connect=CONNECT_SECONDS)
    deadline = time.monotonic() + WHOLE_SECONDS
    digest, size = hashlib.sha256(), 0
    try:
        with (
            httpx.Client(timeout=timeout, follow_redirects=False, trust_env=False) as client,
            client.stream("GET", asked, headers=_AS_IT_IS) as response,
        ):
            if response.status_code in (404, 410):
                raise Failure("not_there")
            if response.status_code != 200:
                raise Failure(f"http_{response.status_code}")
            for piece in response.iter_raw():
                size += len(piece)
                if size > most:
                    raise Failure("too_big", for_good=True)
                if time.monotonic() > deadline:
                    raise Failure("timed_out")
                digest.update(piece)
                to.write(piece)
    except httpx.TimeoutException as error:
        raise Failure("timed_out") from error
    except httpx.ConnectError as error:
        raise Failure("not_reached") from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Failure("connection_lost") from error
    if digest.hexdigest() != sha256:
        raise Failure("another_picture")


def _origin_of(url: str) -> httpx.URL:
    """The address to ask: as it is, or at the origin that stands in for its host."""
    try:
        named = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise Failure("host_not_named", for_good=True) from error
    hosts: dict[str, str] = settings.HENG_PICTURE_HOSTS
    if named.host not in hosts or named.userinfo:
        raise Failure("host_not_named")
    if not hosts[named.host]:
        if named.scheme != "https" or named.port is not None:
            raise Failure("host_not_named")
        return named
    stands_in = httpx.URL(hosts[named.host])
    return stands_in.copy_with(raw_path=named.raw_path)
