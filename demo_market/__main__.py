"""``python -m demo_market --port N --state DIR``. The secret comes from HENG_GATEWAY_SECRET."""

from __future__ import annotations

import argparse
import os
import signal
import threading
from pathlib import Path

from demo_market.server import serve


def main() -> None:
    parser = argparse.ArgumentParser(prog="demo_market", description=__doc__)
    parser.add_argument("--port", type=int, default=8900)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument(
        "--state", type=Path, help="directory that keeps the payments; without it they are lost at the end"
    )
    options = parser.parse_args()
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    secret = os.environ.get("HENG_GATEWAY_SECRET", "demo-market")
    with serve(options.port, options.state, secret, options.host) as market:
        print(f"The demo marketplace answers at {market.url}", flush=True)
        stop.wait()


if __name__ == "__main__":
    main()
