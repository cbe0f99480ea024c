"""What a person may ask of start.py: run, test, bench, reset. Knows the order; the things are elsewhere."""

from __future__ import annotations

import argparse
import contextlib
import errno
import hashlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from launch import browser, packages, places, servers
from launch.console import Trouble, say
from launch.packages import PROJECT, PYTHON
from launch.places import Lock, State
from launch.supervisor import Child, Supervisor

HOST = "127.0.0.1"


def main(arguments: list[str]) -> int:
    """Returns the exit code: 0 well, 1 for something that a person has to change, 130 for Ctrl-C."""
    if os.name != "posix":
        say("Heng runs on Linux and macOS. On Windows, use WSL.")
        return 1
    wish, rest = _parse(arguments)
    try:
        if wish.command == "reset":
            return reset(wish)
        packages.ensure(dev=wish.command in ("test", "setup"))
        packages.enter(arguments)
        commands = {"run": run, "test": test, "bench": bench, "setup": setup}
        return commands[wish.command](wish, rest)
    except Trouble as trouble:
        print(f"\n{trouble}", file=sys.stderr)
        return 1
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        print(f"\nThe disk is full ({error.filename or 'no room left'}).", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        say("\nStopped.")
        return 130


def _parse(arguments: list[str]) -> tuple[argparse.Namespace, list[str]]:
    """``run`` is understood when nothing is named; what follows ``test`` and ``bench`` is theirs."""
    if not arguments or (arguments[0].startswith("-") and arguments[0] not in ("-h", "--help")):
        arguments = ["run", *arguments]
    parser = argparse.ArgumentParser(prog="start.py", description="Set up and run Heng.")
    commands = parser.add_subparsers(dest="command", required=True)
    state: dict[str, Any] = {
        "type": Path,
        "metavar": "DIR",
        "help": "where data is kept (default: .heng in the project)",
    }
    one = commands.add_parser("run", help="set everything up and run the demo (this is the default)")
    one.add_argument("--port", type=int, default=8000, metavar="N", help="the web port (default: 8000)")
    one.add_argument("--state", **state)
    commands.add_parser("test", add_help=False, help="run the tests; what follows goes to pytest")
    commands.add_parser("bench", add_help=False, help="run the benchmarks; what follows goes to them")
    two = commands.add_parser("reset", help="throw the demo's data away")
    two.add_argument("--state", **state)
    two.add_argument("--yes", action="store_true", help="do not ask")
    commands.add_parser("setup", help="only install what running and testing need")
    if arguments[0] in ("test", "bench"):
        return argparse.Namespace(command=arguments[0]), arguments[1:]
    return parser.parse_args(arguments), []


def _state_folder(wish: argparse.Namespace) -> Path:
    chosen = wish.state or os.environ.get("HENG_STATE")
    return Path(chosen) if chosen else places.default_state()


def run(wish: argparse.Namespace, _rest: list[str]) -> int:
    """Everything, until Ctrl-C."""
    state = places.prepare(_state_folder(wish))
    lock = Lock(state)
    _check_port(wish.port)
    url = f"http://localhost:{wish.port}/"
    lock.note(f"{url}, process {os.getpid()}")
    demo = os.environ.get("HENG_DEMO", "1") not in ("", "0", "false", "no", "off")
    with Supervisor(state) as supervisor:
        try:
            stores = _start_stores(supervisor, state)
            environment = {
                **os.environ,
                **stores,
                "DJANGO_SETTINGS_MODULE": "config.settings",
                "HENG_DEMO": "1" if demo else "0",
                "HENG_STATE": str(state.folder),
                "HENG_SITE_URL": os.environ.get("HENG_SITE_URL", url.rstrip("/")),
                "SECRET_KEY": os.environ.get("SECRET_KEY") or state.secret_key(),
                **_signing_key(state),
                "PYTHONUNBUFFERED": "1",
            }
            if demo and not environment.get("HENG_GATEWAY_URL"):
                market = _demo_market(state, environment)
                supervisor.start(market)
            static, known = _static_stamp(), state.folder / "static.txt"
            is_collected = known.exists() and known.read_text(encoding="utf-8") == static
            steps = ["migrate", "compile_catalogues"]
            steps += [] if is_collected else ["collectstatic"]
            steps += ["seed_demo"] if demo else []
            _call(
                [str(PYTHON), "-m", "config.prepare", *steps],
                environment,
                "The preparations failed; see above.",
            )
            known.write_text(static, encoding="utf-8")
            for child in _ours(state, environment, wish.port):
                # Generous: on a machine that does other things as well, the first page took longer than a minute.
                supervisor.start(child, patience=180)
            say(f"\nHeng runs at {url}   (data and logs: {state.folder})\nCtrl-C stops it.")
            supervisor.watch()
        except KeyboardInterrupt:
            say("\nStopping …")
    say("Stopped. Everything is kept for the next start.")
    return 0


def test(_wish: argparse.Namespace, rest: list[str]) -> int:
    """pytest against PostgreSQL and Valkey of its own, thrown away afterwards. Returns pytest's exit code."""
    strict = os.environ.get("CI", "") not in ("", "0", "false")
    browser.ensure(strict=strict)
    # The browser tests share one house, so that they stay with one worker.
    parallel = [] if any(word.startswith("-n") for word in rest) else ["-n", "2", "--dist", "loadgroup"]
    with _throw_away() as state, Supervisor(state) as supervisor:
        environment = {
            **os.environ,
            **_start_stores(supervisor, state, for_tests=True),
            "HENG_STATE": str(state.folder),
        }
        _call([str(PYTHON), "-m", "config.prepare", "compile_catalogues"], {**environment, "HENG_DEMO": "1"}, "")
        return _wait([str(PYTHON), "-m", "pytest", *parallel, *rest], environment)


def bench(_wish: argparse.Namespace, rest: list[str]) -> int:
    """The benchmarks against PostgreSQL and Valkey of their own, as durable as in real life."""
    with _throw_away() as state, Supervisor(state) as supervisor:
        environment = {
            **os.environ,
            **_start_stores(supervisor, state),
            "HENG_STATE": str(state.folder),
            "HENG_DEMO": "1",
            "LOG_LEVEL": "WARNING",
        }
        _call([str(PYTHON), "-m", "config.prepare", "migrate", "compile_catalogues"], environment, "")
        return _wait([str(PYTHON), "-m", "bench", *rest], environment)


def setup(_wish: argparse.Namespace, _rest: list[str]) -> int:
    """Install everything and start nothing."""
    browser.ensure(strict=os.environ.get("CI", "") not in ("", "0", "false"))
    say(f"Everything is installed in {packages.VENV}.")
    return 0


def reset(wish: argparse.Namespace) -> int:
    """Throw away the demo's data. Packages stay."""
    folder = _state_folder(wish).absolute()
    if not folder.exists():
        say(f"There is nothing in {folder}.")
        return 0
    if not (folder / "secret_key").exists() and not (folder / "lock").exists():
        raise Trouble(f"{folder} was not made by start.py; it stays.")
    lock = Lock(State(folder, folder / "run"))
    if not wish.yes:
        if not sys.stdin.isatty():
            raise Trouble(f"This removes everything in {folder}. Say so with --yes.")
        if input(f"Remove everything in {folder}? [y/N] ").strip().lower() not in ("y", "yes"):
            return 1
    shutil.rmtree(folder)
    lock.file.close()
    say(f"Removed {folder}. The next start begins anew.")
    return 0


def _start_stores(supervisor: Supervisor, state: State, *, for_tests: bool = False) -> dict[str, str]:
    """DATABASE_URL and REDIS_URL: those of the environment, or of servers started here."""
    found = {name: os.environ[name] for name in ("DATABASE_URL", "REDIS_URL") if os.environ.get(name)}
    if "DATABASE_URL" not in found:
        child, found["DATABASE_URL"] = servers.postgres(state, for_tests=for_tests)
        # Generous: after a kill -9 the server first reads its log again.
        supervisor.start(child, patience=120)
        servers.make_database(state)
        found["PG_BIN"] = str(servers.postgres_folder() / "bin")
    if "REDIS_URL" not in found:
        child, found["REDIS_URL"] = servers.valkey(state, for_tests=for_tests)
        supervisor.start(child, patience=60)
    return found


def _signing_key(state: State) -> dict[str, str]:
    """One of this installation's own, unless the environment brings one."""
    brought = os.environ.get("HENG_SIGNING_KEY") or os.environ.get("HENG_SIGNING_KEY_FILE")
    return {} if brought else {"HENG_SIGNING_KEY": state.signing_key()}


def _demo_market(state: State, environment: dict[str, str]) -> Child:
    """The marketplace that the demo pays through, on a port of its own; the others learn of it by ``environment``."""
    with socket.socket(socket.AF_INET) as trial:
        trial.bind((HOST, 0))
        port = trial.getsockname()[1]
    environment["HENG_GATEWAY_URL"] = f"http://{HOST}:{port}"
    environment["HENG_GATEWAY_SECRET"] = hashlib.sha256(f"market {state.secret_key()}".encode()).hexdigest()
    # The pages of the demo's listings name a host that there is not.
    environment["HENG_PICTURE_HOSTS"] = f"img.demo.example=http://{HOST}:{port}"
    argv = [str(PYTHON), "-m", "demo_market", "--port", str(port), "--state", str(state.folder / "market")]
    return Child("market", argv, dict(environment), PROJECT)


def _ours(state: State, environment: dict[str, str], port: int) -> list[Child]:
    """Web, workers, beat and the clock that needs none of them."""

    def child(name: str, *argv: str, **more: str) -> Child:
        return Child(name, [str(PYTHON), *argv], {**environment, **more}, PROJECT)

    celery = ("-m", "celery", "-A", "config")
    worker = (*celery, "worker", "--loglevel", "INFO", "--without-gossip", "--without-mingle")
    web = child(
        "web",
        *("-m", "gunicorn", "config.wsgi", "--bind", f"{HOST}:{port}", "--worker-class", "gthread"),
        *(
            "--workers",
            "2",
            "--threads",
            "4",
            "--timeout",
            "60",
            "--graceful-timeout",
            "8",
            "--no-control-socket",
        ),
        *("--max-requests", "20000", "--max-requests-jitter", "2000"),
        DATABASE_STATEMENT_TIMEOUT_MS="15000",
    )
    web.is_up = lambda: _answers(f"http://{HOST}:{port}/healthz")
    return [
        # Two workers, so that a slow mail server keeps no deadline waiting.
        child("worker", *worker, "-Q", "clock,delivery", "-c", "2", "-n", "quick@%h"),
        child("worker-slow", *worker, "-Q", "mail,files", "-c", "1", "-n", "slow@%h"),
        # By itself: a film takes minutes.
        child("worker-evidence", *worker, "-Q", "evidence", "-c", "1", "-n", "evidence@%h"),
        child("beat", *celery, "beat", "--loglevel", "WARNING", "--pidfile=", "-s", str(state.folder / "beat")),
        child("clock", "manage.py", "run_clock"),
        web,
    ]


def _static_stamp() -> str:
    """Changes when a style, script or picture of ours or of a package does: collecting them takes seconds."""
    files = sorted(path for path in (PROJECT / "static").rglob("*") if path.is_file())
    found = [f"{path.relative_to(PROJECT)} {path.stat().st_size} {path.stat().st_mtime_ns}" for path in files]
    return hashlib.sha256("\n".join([packages.stamp(), *found]).encode()).hexdigest()


def _check_port(port: int) -> None:
    """Refuse a taken port before anything is started. Waits a little for a run that was just killed."""
    if not 1 <= port <= 65535:
        raise Trouble(f"{port} is no port. Choose one between 1024 and 65535.")
    for attempt in range(20):
        with socket.socket(socket.AF_INET) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                trial.bind((HOST, port))
                return
            except PermissionError:
                raise Trouble(f"Port {port} needs root. Choose one from 1024 on, for example --port 8000.") from None
            except OSError as error:
                if error.errno != errno.EADDRINUSE:
                    raise
        if attempt < 19:
            time.sleep(0.1)
    raise Trouble(f"Port {port} is taken by another program. Choose another, for example:  --port {port + 1}")


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as reply:
            return bool(reply.status == 200)
    except (OSError, urllib.error.URLError):
        return False


def _call(argv: list[str], environment: dict[str, str], trouble: str) -> None:
    if code := _wait(argv, environment):
        raise Trouble(trouble or f"{argv[-1]} failed with code {code}.")


def _wait(argv: list[str], environment: dict[str, str]) -> int:
    """Run in the foreground, with the terminal. A first Ctrl-C is the program's to answer."""
    process = subprocess.Popen(argv, env=environment, cwd=PROJECT)
    try:
        return process.wait()
    except KeyboardInterrupt:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(20)
        raise
    finally:
        if process.poll() is None:
            process.kill()


@contextlib.contextmanager
def _throw_away() -> Iterator[State]:
    folder = Path(tempfile.mkdtemp(prefix="heng-"))
    try:
        yield places.prepare(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
