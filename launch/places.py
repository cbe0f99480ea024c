"""Where an installation keeps its things, and that only one uses them. Knows rights, no content."""

from __future__ import annotations

import fcntl
import hashlib
import os
import pwd
import secrets
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from launch.console import Trouble
from launch.packages import PROJECT

SYSTEM = Path("/var/lib/heng")
_LONGEST_LOG = 10 * 1024**2
_LONGEST_SOCKET = 90  # a socket's path ends at 107 characters; leave room for the names of the sockets


@dataclass(frozen=True)
class Account:
    """Whom the servers run as. PostgreSQL refuses root, so that root lends it the account ``nobody``."""

    uid: int
    gid: int
    is_borrowed: bool

    def switch(self) -> dict[str, Any]:
        """What ``subprocess`` has to be told in order to start something as this account."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.is_borrowed else {}


def account() -> Account:
    if os.getuid() != 0:
        try:
            pwd.getpwuid(os.getuid())
        except KeyError:
            raise Trouble(
                f"User {os.getuid()} has no line in /etc/passwd; PostgreSQL does not start for such a user.\n"
                "Add one, or set DATABASE_URL to a PostgreSQL of your own."
            ) from None
        return Account(os.getuid(), os.getgid(), is_borrowed=False)
    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_uid, nobody.pw_gid, is_borrowed=True)


def is_open_to_all(folder: Path) -> bool:
    """Whether anybody may pass through every folder on the way. What does not exist yet is not in the way."""
    here = folder.resolve()
    return all(step.stat().st_mode & 0o001 for step in (here, *here.parents) if step.exists())


def default_state() -> Path:
    """``.heng`` in the project; for root somewhere that ``nobody`` reaches."""
    if os.getuid() != 0 or is_open_to_all(PROJECT):
        return PROJECT / ".heng"
    return SYSTEM / hashlib.sha256(str(PROJECT).encode()).hexdigest()[:10]


@dataclass(frozen=True)
class State:
    """One installation's folder. ``run`` holds sockets, ``logs`` what the processes said."""

    folder: Path
    run: Path

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    def log(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def secret_key(self) -> str:
        """Made once; whoever reads it can sign in as anybody."""
        return self._made_once("secret_key", secrets.token_urlsafe(48))

    def signing_key(self) -> str:
        """Made once; whoever reads it can sign letters and bundles as this house."""
        return self._made_once("signing_key", secrets.token_urlsafe(32))

    def _made_once(self, name: str, fresh: str) -> str:
        path = self.folder / name
        if not path.exists():
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as file:
                file.write(fresh)
        return path.read_text(encoding="utf-8").strip()


def prepare(folder: Path) -> State:
    """Make the folders of an installation, or say why they cannot be made."""
    folder = folder.absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o711)  # the borrowed account passes through and lists nothing
        for name in ("logs", "run", "mail", "evidence", "files"):
            (folder / name).mkdir(exist_ok=True)
            (folder / name).chmod(0o711 if name == "run" else 0o700)
        for log in (folder / "logs").glob("*.log"):
            if log.stat().st_size > _LONGEST_LOG:
                log.replace(log.with_suffix(".old"))
    except OSError as error:
        raise Trouble(f"Cannot write to {folder}: {error.strerror}. Choose another folder with --state.") from None
    if os.getuid() == 0 and not is_open_to_all(folder):
        raise Trouble(
            f"PostgreSQL does not run as root, and the account 'nobody' cannot reach {folder}.\n"
            f"Choose another folder with --state, for example --state {SYSTEM}/demo"
        )
    if (free := shutil.disk_usage(folder).free // 1024**2) < 300:
        raise Trouble(f"Not enough room on the disk of {folder}: {free} MB are free, 300 MB are needed.")
    return State(folder, _run_folder(folder))


def _run_folder(folder: Path) -> Path:
    """``run`` in the state folder, or a short one in the temporary folder: sockets have short paths."""
    if len(os.fsencode(folder / "run" / "postgres")) < _LONGEST_SOCKET:
        return folder / "run"
    name = f"heng-{os.getuid()}-{hashlib.sha256(str(folder).encode()).hexdigest()[:10]}"
    short = Path(tempfile.gettempdir()) / name
    short.mkdir(mode=0o711, exist_ok=True)
    if short.is_symlink() or short.stat().st_uid != os.getuid():
        raise Trouble(f"{short} belongs to somebody else. Choose a shorter folder with --state.")
    return short


class Lock:
    """Held while an installation runs. The kernel lets go of it when the process dies, however it dies."""

    def __init__(self, state: State) -> None:
        self.path = state.folder / "lock"
        self.file = self.path.open("a+", encoding="utf-8")
        os.set_inheritable(self.file.fileno(), False)
        try:
            fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.file.seek(0)
            raise Trouble(f"Heng is running on {state.folder} already ({self.file.read().strip()}).") from None

    def note(self, text: str) -> None:
        """What somebody who finds the lock taken is told."""
        self.file.seek(0)
        self.file.truncate()
        self.file.write(text)
        self.file.flush()
