"""The way out to the marketplace's money: `current()` is the one this installation is set up with."""

from __future__ import annotations

from django.conf import settings

from marketplace.gateway.http import HttpGateway
from marketplace.gateway.port import Answer, Gateway, Instruction, Kind, Result

__all__ = ["Answer", "Gateway", "Instruction", "Kind", "Result", "current"]


class Unconnected:
    """No gateway is set up: every answer is unknown, so that nothing is taken for done and everything can be asked again
    once there is one."""

    def carry_out(self, instruction: Instruction) -> Answer:
        return Answer.unknown("gateway_not_set_up")

    def look_up(self, key: str) -> Answer:
        return Answer.unknown("gateway_not_set_up")

    def deposit_balance(self, merchant: str, currency: str) -> int | None:
        return None


def current() -> Gateway:
    """From ``HENG_GATEWAY_URL`` and ``HENG_GATEWAY_SECRET``."""
    if not settings.HENG_GATEWAY_URL:
        return Unconnected()
    return HttpGateway(settings.HENG_GATEWAY_URL, settings.HENG_GATEWAY_SECRET)
