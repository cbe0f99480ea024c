"""The filter of calls that a reader of strangers' files is given, walked through as the kernel does."""

from __future__ import annotations

import pytest

from evidence.decoding import calls

ALLOW, EPERM, ENOSYS = 0x7FFF0000, 0x00050001, 0x00050026
THREAD, PROCESS = 0x003D0F00, 0x01200011  # the flags with which the C library starts one


def answer(machine: str, number: int, *, argument: int = 0, architecture: int | None = None) -> int:
    own, clone, clone3, refused = calls._MACHINES[machine]
    rules = calls._rules(own, clone, clone3, refused)
    seen = {0: number, 4: own if architecture is None else architecture, 16: argument}
    place, held = 0, 0
    while True:
        code, if_so, if_not, value = rules[place]
        match code:
            case calls._LOAD:
                held, place = seen[value], place + 1
                continue
            case calls._EQUAL:
                holds = held == value
            case calls._AT_LEAST:
                holds = held >= value
            case calls._ANY_BIT:
                holds = bool(held & value)
            case _:
                return value
        place += 1 + (if_so if holds else if_not)


@pytest.mark.parametrize("machine", calls._MACHINES)
def test_a_reader_starts_threads_and_no_processes_programs_or_connections(machine: str) -> None:
    _own, clone, clone3, refused = calls._MACHINES[machine]
    assert [answer(machine, number) for number in refused] == [EPERM] * len(refused)
    assert answer(machine, clone, argument=THREAD) == ALLOW
    assert answer(machine, clone, argument=PROCESS) == EPERM
    assert answer(machine, clone3) == ENOSYS
    assert answer(machine, {"x86_64": 0, "aarch64": 63}[machine]) == ALLOW, "reading"
    assert answer(machine, 0, architecture=0x40000003) == EPERM, "by the numbers of another machine"
    assert answer(machine, calls._X32 | 1) == EPERM
