"""People of the demo who play on the stage, each under the hat of their part."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.models import Merchant
from common.actor import Actor


@dataclass(frozen=True)
class Cast:
    lin: Actor
    pottery: Actor
    arbitrator: Actor
    ruling: Actor  # whose desk has cases for the tests, so that the other's is that of the demo
    senior: Actor
    other_senior: Actor
    ops: Actor
    shop: Merchant
