"""Nobody learns anything of a vote before it is over: not from a page, the API, the admin, a log, or what Redis holds."""

from __future__ import annotations

import difflib
import logging
import re

import pytest
from django.contrib import admin
from django.core.cache import cache
from django.urls import reverse

from common import clock
from engine import ticks
from jury import counting, seats
from jury.models import Ballot
from tests import juries
from tests.edges.callers import Caller
from tests.edges.test_jury_pages import client, comes, of, opens_everything, shown
from tests.juries import held, sent
from tests.reach import Scene

pytestmark = pytest.mark.django_db
REASON = "照片里的裂纹贯通釉面不是开片"
# What differs from one answer to the next without telling anything: tokens, signed addresses of files, the time left.
_CHANGES = re.compile(
    r'"(?:csrfmiddlewaretoken|tab)" value="[^"]*"|nonce="[^"]*"|/files/[^"]*"|<time\b.*?</time>|\bdata-\w+="[^"]*"',
    re.DOTALL,
)


def read(made: Scene, late: int) -> dict[str, str]:
    """What everybody but a juror who voted can see of the case, and the lobby of one who did not."""
    number = made.case.number
    pages = {
        "buyer": (made.buyer.id, reverse("buyer:case", args=[number])),
        "buyer's file": (made.buyer.id, reverse("buyer:file", args=[number])),
        "merchant": (made.merchant.id, reverse("merchant:case", args=[number])),
        "merchant's list": (made.merchant.id, reverse("merchant:open")),
        "bench": (made.arbitrator.id, reverse("desk:case", args=[number])),
        "senior": (made.senior.id, reverse("desk:case", args=[number])),
        "another juror": (late, reverse("jury:lobby")),
        "figures": (late, reverse("public:jury_measures")),
    }
    found = {who: _CHANGES.sub("", shown(client(user), path)) for who, (user, path) in pages.items()}
    caller = Caller(source=made.case.order.source)
    paths = (f"cases/{number}", f"cases/{number}/jury", "outcomes")
    return found | {path: caller.get(path).content.decode() for path in paths}


def _apart(one: str, other: str) -> list[str]:
    return list(difflib.unified_diff(one.split("\n"), other.split("\n"), lineterm="", n=0))


def test_pages_and_api_read_the_same_whether_nobody_voted_or_two_did() -> None:
    made = sent()
    rows = held(made)
    late = rows[4].juror.user_id
    before = read(made, late)
    for seat in rows[:2]:
        juries.cast(seat, "buyer", actor=juries.sits(seat), reason=REASON)
    counting.close_settled(clock.now())
    ticks.consequences()
    cache.delete("jury:measured")
    pending = rows[2]
    juries.sits(pending)
    seats.pen(pending.token, choice="first", reason=REASON, actor=juries.actor_of(pending), now=clock.now())
    after = read(made, late)
    assert Ballot.objects.count() == 2
    found = [_apart(before[who], after[who]) for who in before if before[who] != after[who]]
    assert found == []


def test_operations_read_neither_a_vote_nor_its_reason_before_the_end() -> None:
    made = sent()
    for seat, side in zip(held(made), ("buyer", "merchant", "unsure"), strict=False):
        juries.cast(seat, side, actor=juries.sits(seat), reason=REASON)
    http = client(made.ops.id)
    for path in (reverse("ops:case", args=[made.case.number]), reverse("ops:jurors")):
        page = shown(http, path)
        assert REASON not in page and "支持买家" not in page and "支持商家" not in page
        assert not [one for one in Ballot.objects.all() if one.commitment in page or one.sealed in page]


def test_no_ballot_stands_in_the_admin() -> None:
    assert [model for model in admin.site._registry if model._meta.app_label == "jury"] == []


def test_neither_a_log_nor_redis_nor_the_session_hears_how_somebody_voted(caplog: pytest.LogCaptureFixture) -> None:
    made = sent()
    seat = held(made)[0]
    http = comes(seat)
    opens_everything(http, seat)
    vote = {"choice": "second", "reason": REASON}
    with caplog.at_level(logging.DEBUG):
        assert REASON in http.post(of(seat), {"do": "check", **vote}, follow=True).content.decode()
        assert http.post(of(seat), {"do": "send", **vote}).status_code == 302
        ticks.consequences()
        counting.close_settled(clock.now())
    ballot = Ballot.objects.get(seat=seat)
    # Statements are written down by Django only where DEBUG is on, which is never where people vote.
    said = "\n".join(one.getMessage() for one in caplog.records if one.name != "django.db.backends")
    for place in (said, str(dict(http.session.items())), _redis()):
        assert REASON not in place and "second" not in re.findall(r"choice\W+(\w+)", place)
        assert ballot.sealed not in place


def _redis() -> str:
    """Every value under every key, whoever put it there: the cache, the queues."""
    store = cache._cache.get_client(write=False)
    reads = {b"string": store.get, b"list": lambda key: store.lrange(key, 0, -1), b"hash": store.hgetall}
    reads |= {b"set": store.smembers, b"zset": lambda key: store.zrange(key, 0, -1)}
    return "\n".join(f"{key!r} {reads[store.type(key)](key)!r}" for key in store.scan_iter(count=1000))
