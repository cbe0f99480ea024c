"""``python3 start.py bench``: every figure of the README, measured in turns with its yardstick, pass or fail."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator

import django

PARTS = ("pages", "sweeps", "files", "letters", "precedents")


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    parser = argparse.ArgumentParser(prog="start.py bench", description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--turns", type=int, default=15)
    parser.add_argument("--sweeps", type=int, default=3, help="rounds of sweep and pgbench")
    parser.add_argument("--sweep-size", type=int, default=4_000, help="deadlines a round")
    parser.add_argument("--precedents", type=int, default=20_000, help="final rulings to search in")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS, help="only these")
    chosen = parser.parse_args()
    django.setup()

    from bench import files, generate, letters, precedents, report

    began = time.perf_counter()
    world = None
    if {"pages", "sweeps"} & set(chosen.parts):
        print(f"Making {chosen.cases:,} cases …", flush=True)
        world = generate.world(chosen.cases)
        generate.settle()
        print(f"  in {time.perf_counter() - began:.0f} s", flush=True)
    parts: dict[str, Iterator[report.Line]] = {
        "files": files.lines(turns=chosen.turns),
        "letters": letters.lines(turns=chosen.turns),
        "precedents": precedents.lines(count=chosen.precedents),
    }
    if world is not None:
        parts["pages"] = report.pages(world, turns=chosen.turns)
        parts["sweeps"] = report.sweeps(rounds=chosen.sweeps, size=chosen.sweep_size)
    print("\nname                                    value        limit   ")
    lines = []
    for part in (parts[name] for name in PARTS if name in chosen.parts):
        for line in part:
            print(line, flush=True)
            lines.append(line)
    failed = sum(not line.ok for line in lines)
    print(f"\n{len(lines) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
