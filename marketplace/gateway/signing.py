"""How the court signs what it asks of a marketplace. Knows HMAC; refuses to know what is asked.

The signature covers when, what and where: ``<unix seconds>.<METHOD>.<path?query>.<body>``. With the path left out, a signed
question about one thing could be replayed as a question about another.
"""

from __future__ import annotations

import hashlib
import hmac

TIMESTAMP = "Heng-Timestamp"
SIGNATURE = "Heng-Signature"
# How far the two clocks may differ, in seconds, before a request counts as replayed.
TOLERANCE = 300


def sign(secret: str, timestamp: int, method: str, target: str, body: bytes) -> str:
    """``v1=<hex HMAC-SHA256>``. ``target`` is path and query as sent."""
    message = f"{timestamp}.{method}.{target}.".encode() + body
    return "v1=" + hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()
