"""Which calls of the system a reader has no use for, taken from it for good: processes, programs, sockets, permissions.

Threads stay possible, because decoders start some. A filter of the kernel (seccomp), written out as its few instructions;
Linux on x86-64 and on ARM, and elsewhere nothing.
"""

from __future__ import annotations

import ctypes
import platform
import struct
import sys

_PR_SET_SECCOMP, _MODE_FILTER = 22, 2
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _ERROR = 0x7FFF0000, 0x00050000
_EPERM, _ENOSYS = 1, 38
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16
_CLONE_THREAD = 0x00010000
_X32 = 0x40000000

# The architecture as the kernel names it; clone; clone3; what is refused: socket and socketpair, fork and vfork, execve and
# execveat, ptrace, process_vm_readv and -writev; chmod, setxattr and chown in all their forms.
_MACHINES = {
    "x86_64": (
        *(0xC000003E, 56, 435),
        (
            *(41, 53, 57, 58, 59, 322, 101, 310, 311),
            *(90, 91, 268, 452, 188, 189, 190, 463, 92, 93, 94, 260),
        ),
    ),
    "aarch64": (
        *(0xC00000B7, 220, 435),
        (*(198, 199, 221, 281, 117, 270, 271), *(52, 53, 452, 5, 6, 7, 463, 54, 55)),
    ),
}


def forbid() -> bool:
    """Refuse them from now on, for this process and all of its threads. False where that is not possible.

    Asks for PR_SET_NO_NEW_PRIVS to be set before.
    """
    machine = _MACHINES.get(platform.machine())
    if sys.platform != "linux" or machine is None:
        return False
    rules = _rules(*machine)
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *rule) for rule in rules))
    program = ctypes.create_string_buffer(struct.pack("@HP", len(rules), ctypes.addressof(code)))
    libc = ctypes.CDLL(None, use_errno=True)
    return bool(libc.prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.byref(program), 0, 0) == 0)


def _rules(architecture: int, clone: int, clone3: int, refused: tuple[int, ...]) -> list[tuple[int, int, int, int]]:
    """Instruction, jump if so, jump if not, value. Jumps count the instructions that are passed over."""
    count = len(refused)
    return [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 0, count + 5, architecture),  # a call by another machine's numbers is none of ours
        (_LOAD, 0, 0, _NUMBER),
        (_AT_LEAST, count + 3, 0, _X32),
        *((_EQUAL, count + 2 - place, 0, number) for place, number in enumerate(refused)),
        (_EQUAL, 3, 0, clone),
        (_EQUAL, 5, 0, clone3),  # the C library goes on with clone, whose flags can be read here
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _ERROR | _EPERM),
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        (_ANY_BIT, 2, 0, _CLONE_THREAD),
        (_RETURN, 0, 0, _ERROR | _EPERM),
        (_RETURN, 0, 0, _ERROR | _ENOSYS),
        (_RETURN, 0, 0, _ALLOW),
    ]
