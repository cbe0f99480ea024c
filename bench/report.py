"""What is measured, and the limit each figure has to keep."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import median

from django.test import Client, override_settings
from django.urls import reverse

from bench import filing, sweeping
from bench.generate import World
from bench.measure import Series, interleave, queries_of


@dataclass(frozen=True)
class Line:
    """One figure. ``at_most`` False: the limit is a floor."""

    name: str
    value: float
    unit: str
    limit: float | None
    at_most: bool = True

    @property
    def ok(self) -> bool:
        if self.limit is None:
            return True
        return self.value <= self.limit if self.at_most else self.value >= self.limit

    def __str__(self) -> str:
        limit = "" if self.limit is None else f"{'≤' if self.at_most else '≥'} {self.limit:,.4g}"
        verdict = "" if self.limit is None else ("pass" if self.ok else "FAIL")
        return f"{self.name:<40}{self.value:>12,.2f} {self.unit:<6}{limit:>10}  {verdict}"


def _get(client: Client, url: str) -> Callable[[], object]:
    def run() -> object:
        reply = client.get(url)
        assert reply.status_code == 200, (url, reply.status_code)
        return reply

    return run


def pages(world: World, *, turns: int) -> Iterator[Line]:
    """Signed-in pages by turns with Y1, filing by turns with YI; CPU of this process and of PostgreSQL together."""
    with override_settings(ROOT_URLCONF="bench.yardsticks"):
        yield from _pages(world, turns)


# The pages that are measured: how many Y1 each may cost, and how many statements.
LIMITS = (
    ("merchant inbox", 4, 6),
    ("desk queue", 4, 6),
    ("case page, merchant", 5, 12),
    ("case page, buyer", 5, 12),
    ("case page, 500 entries", 5, 12),
)


def readings(world: World) -> dict[str, Callable[[], object]]:
    """Y1 and every page that is measured beside it, each read by who it is for."""
    merchant, buyer, desk = Client(), Client(), Client()
    merchant.force_login(world.merchant_user)
    buyer.force_login(world.buyer_user)
    desk.force_login(world.arbitrator_user)
    inbox = reverse("merchant:inbox") + "?type=DAMAGED"
    return {
        "Y1": _get(merchant, f"/yardstick/one/{world.shop.pk}/"),
        "merchant inbox": _get(merchant, inbox),
        "desk queue": _get(desk, reverse("desk:queue") + "?type=DAMAGED"),
        "case page, merchant": _get(merchant, reverse("merchant:case", args=[world.case_number])),
        "case page, buyer": _get(buyer, reverse("buyer:case", args=[world.case_number])),
        "case page, 500 entries": _get(merchant, reverse("merchant:case", args=[world.long_case_number])),
    }


def _pages(world: World, turns: int) -> Iterator[Line]:
    runs = readings(world)
    series = [Series(name, run, per_turn=12) for name, run in runs.items()]
    file = filing.Filing(count=turns * 12 + 1)
    series += [Series("YI", file.plainly, per_turn=12), Series("filing", file.next, per_turn=12)]
    interleave(series, turns=turns)
    by_name = {one.name: one for one in series}
    y1, yi = by_name["Y1"].cpu_ms, by_name["YI"].cpu_ms
    yield Line("Y1: one indexed query, CPU", y1, "ms", None)
    yield Line("YI: the same writes, CPU", yi, "ms", None)
    for name, times, budget in LIMITS:
        yield Line(f"{name}, CPU", by_name[name].cpu_ms, "ms", None)
        yield Line(f"{name} / Y1", by_name[name].cpu_ms / y1, "×", times)
        yield Line(f"{name}, queries", queries_of(runs[name]), "", budget)
    yield Line("filing, CPU", by_name["filing"].cpu_ms, "ms", None)
    yield Line("filing / YI", by_name["filing"].cpu_ms / yi, "×", 2)


def sweeps(*, rounds: int, size: int) -> Iterator[Line]:
    """Two workers against pgbench with the same clients, by turns."""
    sweeping.prepare(rounds, size)
    ours: list[float] = []
    theirs: list[float] = []
    for number in range(rounds):
        first = number * 2 * size
        sweeping.make_due(first, size)
        ours.append(sweeping.sweep(size))
        theirs.append(sweeping.same_writes(first + size, size))
    rate, ceiling = median(ours), median(theirs)
    yield Line("P: pgbench, the same writes", ceiling, "/s", None)
    yield Line("sweep, two workers", rate, "/s", 2_000, at_most=False)
    yield Line("sweep / P", rate / ceiling, "×", 0.4, at_most=False)
