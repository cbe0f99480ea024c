"""Reads files that strangers sent, each in a process of its own, and writes clean copies beside them.

Run as `python -I child.py`: a line of JSON on standard input is a `Job`, and each job is done by a fork that first
gives up what reading does not need. What it found is in DIRECTORY/out/facts.json, or refusal.json beside it says why not;
one line on standard output tells how the fork ended. Whatever happens to a fork happens to it alone: this process
touches no file itself, and waits with Python and Pillow already loaded, so that a photo does not pay for starting them.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import importlib
import json
import os
import resource
import signal
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))  # -I leaves it out

from evidence import limits, sniff
from evidence.decoding import calls, documents, films, masks, pictures
from evidence.decoding.outcome import Found, Job, Refusal

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS = 1, 38
NOBODY = 65534
DISK_IS_FULL = 75

WORKS: dict[str, Callable[[Job], Found]] = {
    "large": pictures.enlarge,
    "numbers": pictures.transcribe,
    "film": films.rewrite,
    "pages": documents.go_on,
    "mask": masks.paint,
    "film_mask": films.paint,
}
READERS: dict[str, Callable[[Job], Found]] = {
    sniff.PDF: documents.read,
    **dict.fromkeys((sniff.MP4, sniff.MOV, sniff.WEBM), films.read),
}

NEEDS = {
    sniff.PDF: "pypdfium2",
    sniff.HEIC: "pillow_heif",
    sniff.AVIF: "PIL.AvifImagePlugin",
    **dict.fromkeys(sniff.FILMS, "av"),
}


def perform(job: Job) -> Found:
    """Do it. Raises `Refusal`."""
    if job.work == "read":
        return READERS.get(job.mime, pictures.read)(job)
    return WORKS[job.work](job)


def confine(job: Job) -> bool:
    """Give up what reading a file does not need. Returns whether the network could be cut off.

    Started by root it becomes nobody; where nobody cannot see Python (it lies under /root), it stays, but in a namespace
    where root has no power.
    """
    allowed = limits.child(job.work)
    for what, limit in (
        (resource.RLIMIT_AS, allowed.memory),
        (resource.RLIMIT_CPU, allowed.cpu_seconds),
        (resource.RLIMIT_FSIZE, allowed.output_bytes),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (limit, limit))
    libc = ctypes.CDLL(None, use_errno=True)
    step_down = steps_down()
    cut = False
    if sys.platform == "linux":
        cut = bool(libc.unshare(CLONE_NEWNET if step_down else CLONE_NEWUSER | CLONE_NEWNET) == 0)
    if step_down:
        os.chown(job.out, NOBODY, NOBODY)  # and not the original, which it may only read
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
    if sys.platform == "linux":
        libc.prctl(PR_SET_PDEATHSIG, 9, 0, 0, 0)  # after the change of user, which clears it
        libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if calls.forbid():
        return True  # no sockets either
    # No Ghostscript, no shell, nothing; and no threads, so that a few kinds cannot be read.
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    return cut


def steps_down() -> bool:
    """Whether children become nobody on this machine, who can read what they are given and change nothing of it."""
    return os.geteuid() == 0 and all(seen_by_everyone(Path(path)) for path in [os.__file__, *sys.path])


def seen_by_everyone(path: Path) -> bool:
    """Whether a stranger on this machine could walk down to ``path``; what does not exist hides nothing."""
    return all(above.stat().st_mode & 0o001 for above in path.resolve().parents)


def leaves_originals_alone() -> bool:
    """Whether a confined reader cannot change what it is given to read, tried once with a file of our own.

    It is another user, or its own user without the right to give itself more rights. Where it could, the house digests every
    original again after it was read.
    """
    with tempfile.TemporaryDirectory(prefix="reader-") as place:
        job = Job(Path(place), "", "read")
        job.out.mkdir()
        job.original.write_bytes(b"as it came")
        shut(job.directory)
        fork = os.fork()
        if fork == 0:
            os._exit(_tries_to_change(job))
        status = os.waitpid(fork, 0)[1]
        job.directory.chmod(0o700)
        return status == 0 and job.original.read_bytes() == b"as it came"


def _tries_to_change(job: Job) -> int:
    """How many of the ways are open."""
    try:
        confine(job)
    except OSError:
        return 9
    ways: tuple[Callable[[], object], ...] = (
        lambda: job.original.open("r+b"),
        lambda: job.original.chmod(0o600),
        lambda: job.original.unlink(),
        lambda: job.original.rename(job.out / "elsewhere"),
        lambda: job.directory.chmod(0o700),
        lambda: (job.directory / "new").touch(),
    )
    done = 0
    for way in ways:
        try:
            way()
        except OSError:
            continue
        done += 1
    return done


def shut(directory: Path) -> None:
    """For the time of a reading: everybody may walk in and read, and nobody may write but in ``out``."""
    (directory / "original").chmod(0o444)
    directory.chmod(0o555)


def do(job: Job) -> int:
    """One job, in this process, confined from now on."""
    isolated = confine(job)
    try:
        found = perform(job)
        (job.out / "facts.json").write_text(json.dumps({**found.as_dict(), "isolated": isolated}))
    except Refusal as refusal:
        (job.out / "refusal.json").write_text(json.dumps({"code": refusal.code, "data": refusal.data}))
    except MemoryError:
        (job.out / "refusal.json").write_text(json.dumps({"code": "too_complex", "data": {}}))
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        return DISK_IS_FULL  # there is no room to say more
    return 0


def serve() -> int:
    """Fork for each line that comes in, and say how the fork ended: its status, its largest size, its processor time."""
    apart = leaves_originals_alone()
    for line in iter(sys.stdin.buffer.readline, b""):
        said = json.loads(line)
        regions = tuple(tuple(region) for region in said["regions"])
        job = Job(Path(said["directory"]), said["mime"], said["work"], said["first"], said["kind"], regions)
        load_for(job.mime)
        fork = os.fork()
        if fork == 0:
            _alone(job)
        _pid, status, usage = os.wait4(fork, 0)
        told = {
            "status": os.waitstatus_to_exitcode(status),
            "apart": apart,
            "kilobytes": usage.ru_maxrss,
            "seconds": usage.ru_utime + usage.ru_stime,
        }
        sys.stdout.buffer.write(json.dumps(told).encode() + b"\n")
        sys.stdout.buffer.flush()
    return 0


def _alone(job: Job) -> NoReturn:
    """In the fork: cut from the house's pipes first, or a reader that was taken over could answer for the next job."""
    status = 70
    try:
        void = os.open(os.devnull, os.O_RDWR)
        for number in (0, 1, 2):
            os.dup2(void, number)
        os.closerange(3, 64)
        os.chdir(job.out)
        status = do(job)
    finally:
        os._exit(status)


def load_for(mime: str) -> None:
    """What the first file of this kind needs, for all that follow. Only whoever reads such files pays for it."""
    package = NEEDS.get(mime)
    if package is not None and package not in sys.modules:
        with contextlib.suppress(ImportError):
            importlib.import_module(package)


def load() -> None:
    """What every photo needs, once for all forks."""
    import warnings

    from PIL import (  # noqa: F401
        GifImagePlugin,
        Image,
        ImageCms,
        ImageFilter,
        ImageStat,
        JpegImagePlugin,
        PngImagePlugin,
        WebPImagePlugin,
    )

    with contextlib.suppress(ImportError):
        importlib.import_module("zxingcpp")
    warnings.simplefilter("ignore")


def end_with_whoever_started_me() -> None:
    """A worker that is killed leaves nothing running: not this process, and so not the fork that works for it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


if __name__ == "__main__":
    end_with_whoever_started_me()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal's: whoever started this ends it by closing its input
    load()
    raise SystemExit(serve())
