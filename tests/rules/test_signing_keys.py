"""No installation for real people starts without a signing key of its own, and the launcher makes one once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from common import signet
from launch.places import State
from tests.architecture.sources import ROOT


def start(**more: str) -> subprocess.CompletedProcess[str]:
    """Read the settings as a process of its own would."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HENG_", "PYTEST_", "DEBUG"))}
    return subprocess.run(
        [sys.executable, "-c", "import config.settings as s; print(s.HENG_SIGNING_KEY)"],
        cwd=ROOT,
        env={**kept, "SECRET_KEY": "of-a-test", "DEBUG": "0", "HENG_DEMO": "0", **more},
        capture_output=True,
        text=True,
        check=False,
    )


def test_without_a_key_nothing_starts() -> None:
    done = start()
    assert done.returncode != 0 and "HENG_SIGNING_KEY is not set" in done.stderr


@pytest.mark.parametrize("where", ["environment", "file"])
def test_a_key_comes_from_the_environment_or_from_a_file(where: str, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("c2VlZA\n", encoding="utf-8")
    given = (
        {"HENG_SIGNING_KEY": "c2VlZA"} if where == "environment" else {"HENG_SIGNING_KEY_FILE": str(tmp_path / "key")}
    )
    done = start(**given)
    assert (done.returncode, done.stdout.strip()) == (0, "c2VlZA")


def test_a_file_that_cannot_be_read_is_no_key() -> None:
    done = start(HENG_SIGNING_KEY_FILE="/nowhere/key")
    assert done.returncode != 0 and "HENG_SIGNING_KEY_FILE" in done.stderr


def test_the_launcher_makes_a_key_once_and_keeps_it_from_others(tmp_path: Path) -> None:
    state = State(tmp_path, tmp_path)
    key = state.signing_key()
    assert state.signing_key() == key != state.secret_key()
    assert (tmp_path / "signing_key").stat().st_mode & 0o077 == 0
    assert len(signet.decode(signet.public_half(key))) == 32
