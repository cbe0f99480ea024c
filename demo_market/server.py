"""The demo marketplace over HTTP. Knows the gateway's protocol and seven ways to break it; keeps no rules of its own.

Written with the standard library alone and without a line of the court's code, so that it checks the protocol as another
marketplace would: from its description.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from demo_market.books import Books, Declined

TOLERANCE = 300
LARGEST_BODY = 64 * 1024
LARGEST_PICTURE = 2 * 1024 * 1024
KINDS = {
    "refund_to_buyer",
    "deduct_settlement",
    "deduct_deposit",
    "advance",
    "recover_escrow",
    "recover_settlement",
    "recover_deposit",
    "restore_settlement",
    "restore_deposit",
    "reclaim",
    "release",
    "hold_settlement",
    "lift_hold",
}
MODES = (
    "answer",  # as it should
    "refuse",  # 422 with `code`; nothing moves
    "time_out",  # nothing moves, no answer for `seconds`, then the connection drops
    "pay_then_drop",  # the money moves, the connection drops before the answer
    "drop_then_pay",  # the connection drops at once, the money moves `seconds` later
    "answer_late",  # the money moves, the answer comes after `seconds`
    "answer_twice",  # the answer is sent twice over
    "fail",  # 500 before anything moved
    "pay_then_fail",  # the money moves, the answer is 500
    "babble",  # 200 with something that is no answer; nothing moves
)


@dataclass
class Behaviour:
    """How the next ``times`` instructions are met (``None``: all of them), if ``kind`` and ``order`` fit ("" fits all)."""

    mode: str = "answer"
    times: int | None = None
    code: str = "account_frozen"
    seconds: float = 5.0
    kind: str = ""
    order: str = ""

    def __post_init__(self) -> None:
        if self.mode not in MODES:
            raise ValueError(f"mode must be one of {', '.join(MODES)}")


@dataclass
class Market:
    """A running demo marketplace."""

    secret: str
    books: Books
    url: str = ""
    _behaviour: Behaviour = field(default_factory=Behaviour)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _later: list[threading.Thread] = field(default_factory=list)

    def behave(self, mode: str = "answer", **how: Any) -> None:
        """Change what happens to the instructions that come from now on. See `Behaviour`."""
        wanted = Behaviour(mode, **how)
        with self._lock:
            self._behaviour = wanted

    def payments(self) -> list[dict[str, Any]]:
        return self.books.payments()

    def wait(self) -> None:
        """Until everything that was to happen later has happened."""
        for thread in self._later:
            thread.join()

    def next_behaviour(self, instruction: dict[str, Any]) -> Behaviour:
        with self._lock:
            now = self._behaviour
            fits = now.kind in ("", instruction["kind"]) and now.order in ("", instruction["order"])
            if not fits or now.times == 0:
                return Behaviour()
            if now.times is not None:
                now.times -= 1
            return now

    def later(self, seconds: float, instruction: dict[str, Any], body: bytes) -> None:
        def pay() -> None:
            time.sleep(seconds)
            with suppress(Declined):
                self.books.pay(instruction, body)

        thread = threading.Thread(target=pay, daemon=True)
        thread.start()
        self._later.append(thread)


class Server(ThreadingHTTPServer):
    daemon_threads = True
    market: Market

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that hung up is everyday business here."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        steps = [unquote(step) for step in url.path.strip("/").split("/")]
        market = self.server.market
        if steps == ["_demo", "payments"]:
            self._send(200, {"payments": market.payments()})
        elif steps == ["_demo", "feed"]:
            self._send(200, {"records": market.books.feed()})
        elif steps == ["_demo", "health"]:
            self._send(200, {"status": "ok"})
        elif steps[0] == "pictures" and len(steps) == 2:
            self._picture(market.books.picture(steps[1]))
        elif not self._is_signed(b""):
            self._send(401, {"status": "error", "code": "bad_signature"})
        elif steps[:2] == ["v1", "instructions"] and len(steps) == 3:
            reference = market.books.reference(steps[2])
            if reference is None:
                self._send(404, {"key": steps[2], "status": "refused", "code": "not_found"})
            else:
                self._send(200, {"key": steps[2], "status": "done", "reference": reference})
        elif steps[:2] == ["v1", "merchants"] and len(steps) == 4 and steps[3] == "deposit":
            currency = parse_qs(url.query).get("currency", ["CNY"])[0]
            balance = market.books.balance(steps[2], currency)
            self._send(200, {"merchant": steps[2], "currency": currency, "balance": balance})
        else:
            self._send(404, {"status": "error", "code": "no_such_page"})

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        largest = LARGEST_PICTURE if self.path == "/_demo/pictures" else LARGEST_BODY
        if not length.isdigit() or int(length) > largest:
            self.close_connection = True
            self._send(413, {"status": "error", "code": "too_large"})
            return
        body = self.rfile.read(int(length))
        if self.path == "/_demo/pictures":
            self._send(200, {"sha256": self.server.market.books.keep_picture(body)})
        elif self.path.startswith("/_demo/"):
            self._demo(self.path.removeprefix("/_demo/"), body)
        elif self.path != "/v1/instructions":
            self._send(404, {"status": "error", "code": "no_such_page"})
        elif not self._is_signed(body):
            self._send(401, {"status": "error", "code": "bad_signature"})
        else:
            instruction = _instruction(body)
            if instruction is None or instruction["key"] != self.headers.get("Idempotency-Key"):
                self._send(400, {"status": "error", "code": "malformed"})
            else:
                self._instruct(instruction, body)

    def _instruct(self, instruction: dict[str, Any], body: bytes) -> None:
        how = self.server.market.next_behaviour(instruction)
        key = instruction["key"]
        match how.mode:
            case "refuse":
                self._send(422, {"key": key, "status": "refused", "code": how.code})
                return
            case "time_out":
                time.sleep(how.seconds)
                self._drop()
                return
            case "drop_then_pay":
                self._drop()
                self.server.market.later(how.seconds, instruction, body)
                return
            case "fail":
                self._send(500, {"status": "error", "code": "internal"})
                return
            case "babble":
                self._send(200, {"weather": "fine"})
                return
        try:
            reference = self.server.market.books.pay(instruction, body)
        except Declined as declined:
            self._send(409, {"key": key, "status": "refused", "code": declined.code})
            return
        answer = {"key": key, "status": "done", "reference": reference}
        match how.mode:
            case "pay_then_drop":
                self._drop()
            case "pay_then_fail":
                self._send(500, {"status": "error", "code": "internal"})
            case "answer_late":
                time.sleep(how.seconds)
                self._send(200, answer)
            case "answer_twice":
                self._send(200, answer)
                self._send(200, answer)
            case _:
                self._send(200, answer)

    def _demo(self, name: str, body: bytes) -> None:
        market = self.server.market
        try:
            asked = json.loads(body or b"{}")
            if name == "behaviour":
                market.behave(**asked)
            elif name == "deposits":
                market.books.set_balance(str(asked["merchant"]), str(asked["currency"]), int(asked["amount"]))
            elif name == "reset":
                market.behave()
                market.books.forget()
            else:
                self._send(404, {"status": "error", "code": "no_such_page"})
                return
        except (ValueError, TypeError, KeyError) as error:
            self._send(400, {"status": "error", "code": "malformed", "detail": str(error)})
            return
        self._send(200, {"status": "ok"})

    def _is_signed(self, body: bytes) -> bool:
        timestamp = self.headers.get("Heng-Timestamp", "")
        if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 12):
            return False
        if abs(time.time() - int(timestamp)) > TOLERANCE:
            return False
        message = f"{timestamp}.{self.command}.{self.path}.".encode() + body
        right = "v1=" + hmac.new(self.server.market.secret.encode(), message, hashlib.sha256).hexdigest()
        return hmac.compare_digest(right.encode(), self.headers.get("Heng-Signature", "").encode())

    def _send(self, status: int, answer: dict[str, Any]) -> None:
        content = json.dumps(answer, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _picture(self, content: bytes | None) -> None:
        """A picture of a page of the marketplace, open to everybody as the page is."""
        if content is None:
            self._send(404, {"status": "error", "code": "no_such_page"})
            return
        self.send_response(200)
        self.send_header("Content-Type", "application/octet-stream")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _drop(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the payments are the log."""


def _instruction(body: bytes) -> dict[str, Any] | None:
    try:
        asked = json.loads(body)
    except ValueError:
        return None
    texts = ("key", "kind", "order", "merchant", "currency", "reason")
    if not isinstance(asked, dict) or set(asked) != {*texts, "amount"}:
        return None
    if not all(isinstance(asked[name], str) for name in texts) or asked["kind"] not in KINDS:
        return None
    return asked if type(asked["amount"]) is int and asked["amount"] > 0 else None


@contextmanager
def serve(
    port: int = 0, state: Path | None = None, secret: str = "demo-market", host: str = "127.0.0.1"
) -> Iterator[Market]:
    """A demo marketplace on a thread, until the block ends. ``state`` is a directory; ``None`` keeps all in memory."""
    if state is not None:
        state.mkdir(parents=True, exist_ok=True)
    market = Market(secret, Books(state / "demo_market.sqlite3" if state else None))
    server = Server((host, port), Handler)
    server.market = market
    market.url = f"http://{host}:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield market
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        market.wait()
        market.books.close()
