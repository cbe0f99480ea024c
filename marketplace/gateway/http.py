"""The gateway over HTTP, as docs/feed.md describes it. Knows the wire; refuses to know why money moves."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any
from urllib.parse import quote

import httpx

from common import digest
from common.acts import outside_act
from marketplace.gateway.port import Answer, Instruction
from marketplace.gateway.signing import SIGNATURE, TIMESTAMP, sign

CONNECT_SECONDS = 3.0
ANSWER_SECONDS = 10.0
LONGEST_ANSWER = 64 * 1024


class HttpGateway:
    """One marketplace's money endpoint. ``url`` is the base; ``secret`` is shared with the marketplace.

    ``wall`` is the real time in unix seconds: a signature's age is measured against the other side's clock, so the
    court's own time (which a demonstration moves) has no say here. Redirects are not followed and the environment's
    proxies not used: what is signed goes where it was addressed.
    """

    def __init__(
        self,
        url: str,
        secret: str,
        *,
        seconds: float = ANSWER_SECONDS,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._url = httpx.URL(url.rstrip("/"))
        self._secret = secret
        self._seconds = seconds
        self._wall = wall

    def carry_out(self, instruction: Instruction) -> Answer:
        body = digest.canonical(asdict(instruction))
        answer = self._ask("POST", "/v1/instructions", body, {"Idempotency-Key": instruction.key})
        return _answer(answer, instruction.key)

    def look_up(self, key: str) -> Answer:
        return _answer(self._ask("GET", f"/v1/instructions/{quote(key, safe='')}"), key)

    def deposit_balance(self, merchant: str, currency: str) -> int | None:
        target = f"/v1/merchants/{quote(merchant, safe='')}/deposit?currency={quote(currency, safe='')}"
        answer = self._ask("GET", target)
        if isinstance(answer, str) or answer[0] != 200:
            return None
        balance = answer[1].get("balance")
        return balance if type(balance) is int and answer[1].get("currency") == currency else None

    def _ask(
        self, method: str, target: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> tuple[int, dict[str, Any]] | str:
        """Status and JSON object, or a code for what went wrong."""
        outside_act()
        target = self._url.raw_path.decode().rstrip("/") + target
        timestamp = int(self._wall())
        signed = {
            TIMESTAMP: str(timestamp),
            SIGNATURE: sign(self._secret, timestamp, method, target, body),
            "Content-Type": "application/json",
            "Accept": "application/json",
            **(headers or {}),
        }
        timeout = httpx.Timeout(self._seconds, connect=min(CONNECT_SECONDS, self._seconds))
        deadline = time.monotonic() + self._seconds + CONNECT_SECONDS
        try:
            with (
                httpx.Client(timeout=timeout, follow_redirects=False, trust_env=False) as client,
                client.stream(
                    method, self._url.copy_with(raw_path=target.encode()), content=body, headers=signed
                ) as response,
            ):
                content = b""
                for piece in response.iter_bytes():
                    content += piece
                    if len(content) > LONGEST_ANSWER:
                        return "answer_too_long"
                    # Each read has its own time limit; a trickle of bytes would stay below it for ever.
                    if time.monotonic() > deadline:
                        return "timed_out"
                status = response.status_code
        except httpx.TimeoutException:
            return "timed_out"
        except httpx.ConnectError:
            return "not_reached"
        except (httpx.HTTPError, httpx.InvalidURL):
            return "connection_lost"
        try:
            answer = json.loads(content)
        except (ValueError, RecursionError):
            return f"http_{status}"
        return (status, answer) if isinstance(answer, dict) else f"http_{status}"


def _answer(heard: tuple[int, dict[str, Any]] | str, key: str) -> Answer:
    """Only what says plainly that money moved, or did not, counts as known."""
    if isinstance(heard, str):
        return Answer.unknown(heard)
    status, answer = heard
    if answer.get("key") != key:
        return Answer.unknown(f"http_{status}")
    said = answer.get("status")
    if status == 200 and said == "done" and isinstance(answer.get("reference"), str) and answer["reference"]:
        return Answer.done(answer["reference"][:120])
    if status in (404, 409, 422) and said == "refused" and isinstance(answer.get("code"), str) and answer["code"]:
        return Answer.refused(answer["code"][:60])
    return Answer.unknown(f"http_{status}")
