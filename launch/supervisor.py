"""Starts processes in order, starts the dead again, stops them in reverse. Knows nothing of their work."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from launch.console import Trouble, last_lines, say
from launch.places import Account, State

_PR_SET_PDEATHSIG = 1
_FIRST_PAUSE, _LONGEST_PAUSE, _GOOD_LIFE = 0.5, 30.0, 60.0
# Loaded before any change of user: afterwards its file may be out of reach (a Python below /root).
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass
class Child:
    """One process to keep alive. ``is_up`` says whether it can be worked with; ``grace`` is in seconds.

    What ``keeps_data`` is stopped only when all the others are gone.
    """

    name: str
    argv: list[str]
    environment: dict[str, str]
    folder: Path
    account: Account | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    grace: float = 15.0
    keeps_data: bool = False
    is_up: Callable[[], bool] = lambda: True
    before: Callable[[], None] = lambda: None
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    started: float = field(default=0.0, init=False)
    pause: float = field(default=_FIRST_PAUSE, init=False)
    due: float | None = field(default=None, init=False)


class Supervisor:
    """The processes of one installation. Use as a context: leaving it stops whatever was started."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.children: list[Child] = []
        self.asked_to_stop = False

    def __enter__(self) -> Supervisor:
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            signal.signal(number, self._on_signal)
        return self

    def __exit__(self, *problem: object) -> None:
        self.stop()

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if not self.asked_to_stop:
            self.asked_to_stop = True
            raise KeyboardInterrupt

    def start(self, child: Child, *, patience: float = 30.0) -> None:
        """Start a process and wait until it is up, at most ``patience`` seconds."""
        self._stop_left_behind(child)
        self.children.append(child)
        self._spawn(child)
        end = time.monotonic() + patience
        while not child.is_up():
            if child.process is None or child.process.poll() is not None:
                raise Trouble(self._why(child, "did not start"))
            if time.monotonic() > end:
                raise Trouble(self._why(child, f"did not answer within {patience:.0f} s"))
            time.sleep(0.05)

    def watch(self) -> None:
        """Until somebody asks to stop: start again what has died, each time after a longer pause."""
        while True:
            for child in self.children:
                self._look_after(child)
            time.sleep(0.25)

    def stop(self) -> None:
        """Stop everything: first those that use data, together, then those that keep it, the last started first."""
        self.asked_to_stop = True
        self._stop_together([child for child in self.children if not child.keeps_data])
        for child in reversed(self.children):
            self._stop_together([child] if child.keeps_data else [])
        self.children.clear()

    def _stop_together(self, children: list[Child]) -> None:
        """Ask all of them to stop, then wait. A process that does not go in time is killed."""
        running = [(child, child.process) for child in children if child.process and child.process.poll() is None]
        asked = time.monotonic()
        for child, process in running:
            process.send_signal(child.stop_signal)
        for child, process in running:
            try:
                process.wait(max(0.1, asked + child.grace - time.monotonic()))
            except subprocess.TimeoutExpired:
                say(f"  {child.name} did not stop within {child.grace:.0f} s and was killed")
                _kill_group(process.pid)
                process.wait()
            _pid_file(self.state, child).unlink(missing_ok=True)

    def _look_after(self, child: Child) -> None:
        now = time.monotonic()
        if child.due is not None:
            if now >= child.due:
                child.due = None
                self._stop_left_behind(child)
                self._spawn(child)
            return
        if child.process is None or (code := child.process.poll()) is None:
            return
        _kill_group(child.process.pid)  # what the dead one leaves behind would work beside its successor
        child.pause = _FIRST_PAUSE if now - child.started > _GOOD_LIFE else min(child.pause * 2, _LONGEST_PAUSE)
        child.due = now + child.pause
        how = f"was killed by signal {-code}" if code < 0 else f"stopped with code {code}"
        say(f"! {child.name} {how}; it starts again in {child.pause:.1f} s ({self.state.log(child.name)})")

    def _spawn(self, child: Child) -> None:
        child.before()
        with self.state.log(child.name).open("ab") as log:
            child.process = subprocess.Popen(
                child.argv,
                env=child.environment,
                cwd=child.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C reaches only us; we stop the others in order
                preexec_fn=_die_with(os.getpid(), child.stop_signal),
                **(child.account.switch() if child.account else {}),
            )
        child.started = time.monotonic()
        text = f"{child.process.pid}\n" + "\0".join(child.argv)
        _pid_file(self.state, child).write_text(text, encoding="utf-8")

    def _stop_left_behind(self, child: Child) -> None:
        """Stop a process of ours that outlived a killed supervisor, where the kernel did not do it for us."""
        try:
            number, _, argv = _pid_file(self.state, child).read_text(encoding="utf-8").partition("\n")
        except OSError:
            return
        for attempt in range(200):
            if not is_running(int(number), argv.split("\0")):
                return
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(number), child.stop_signal if attempt < 150 else signal.SIGKILL)
            time.sleep(0.1)

    def _why(self, child: Child, what: str) -> str:
        log = self.state.log(child.name)
        return f"{child.name} {what}. The end of its log ({log}):\n{last_lines(log)}"


def is_running(pid: int, argv: list[str]) -> bool:
    """Whether process ``pid`` lives and is the very command ``argv``: numbers are used again."""
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").rstrip("\0").split("\0")
    except OSError:
        if Path("/proc/self").exists():
            return False
        found = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
        return found.stdout.strip() == " ".join(argv)
    return command == argv


def _pid_file(state: State, child: Child) -> Path:
    return state.folder / "run" / f"{child.name}.pid"


def _kill_group(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def _die_with(parent: int, number: signal.Signals) -> Callable[[], None]:
    """For the child, before it becomes its program: be told to stop when the supervisor dies in any way."""

    def prepare() -> None:
        if _LIBC is not None:
            _LIBC.prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0)
            if os.getppid() != parent:
                os._exit(1)

    return prepare
