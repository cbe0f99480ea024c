"""The rules of the house that a machine can check (docs/architecture.md)."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

from tests.architecture.sources import ROOMS, ROOT, calls, imported, modules

READS_OF_THE_CLOCK = {
    "timezone.now",
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "datetime.datetime.now",
    "datetime.datetime.utcnow",
    "datetime.datetime.today",
    "date.today",
    "datetime.date.today",
    "time.time",
    "Now",
    "functions.Now",
}
VAGUE = {"utils", "util", "helpers", "misc", "base", "services", "manager", "managers"}


def test_only_the_clock_reads_the_time() -> None:
    found = [
        f"{path}:{line} {name}"
        for path, tree in modules()
        if path != "common/clock.py"
        for line, name, _ in calls(tree)
        if name in READS_OF_THE_CLOCK
    ]
    assert found == []


def test_no_deadline_rides_in_a_message() -> None:
    found = [
        f"{path}:{line} {keyword.arg}="
        for path, tree in modules()
        for line, name, call in calls(tree)
        if name.rpartition(".")[2] in ("apply_async", "send_task", "signature", "s", "si", "set", "retry")
        for keyword in call.keywords
        if keyword.arg in ("eta", "countdown")
    ]
    assert found == []


def test_news_travels_by_the_journal_and_not_by_signals() -> None:
    found = [
        f"{path}:{line} {name}"
        for path, tree in modules()
        for line, name in imported(tree)
        if name.startswith(("django.dispatch", "django.db.models.signals", "django.core.signals"))
    ]
    assert found == []


def test_saving_a_row_does_nothing_but_save_it() -> None:
    found = [
        f"{path}:{method.lineno} {node.name}.{method.name}"
        for path, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and _is_a_model(node)
        for method in node.body
        if isinstance(method, ast.FunctionDef) and method.name in ("save", "delete", "full_clean")
    ]
    assert found == []


def test_a_module_says_what_it_knows() -> None:
    silent = [
        path for path, tree in modules() if tree.body and not ast.get_docstring(tree) and Path(path).name != "apps.py"
    ]
    assert silent == []


def test_a_module_is_named_after_something() -> None:
    vague = [path for path, _ in modules() if Path(path).stem in VAGUE]
    assert vague == []


def test_modules_stay_readable() -> None:
    long = [
        f"{path}: {lines} lines"
        for path, _ in modules(*ROOMS, "launch", "demo_market")
        if (lines := len((ROOT / path).read_text(encoding="utf-8").splitlines())) > 750
    ]
    assert long == []


def test_migrations_know_no_rooms() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line} {name}"
        for room in ROOMS
        for path in sorted((ROOT / room / "migrations").glob("*.py"))
        for line, name in imported(ast.parse(path.read_text(encoding="utf-8")))
        if name.partition(".")[0] in ROOMS and name.partition(".")[0] not in (room, "common")
    ]
    assert found == []


def test_the_launcher_needs_nothing_but_python() -> None:
    found = [
        f"{path}:{line} {name}"
        for path, tree in modules("launch")
        for line, name in imported(tree)
        if name.partition(".")[0] not in {*sys.stdlib_module_names, "launch"}
    ]
    assert found == []


def _is_a_model(node: ast.ClassDef) -> bool:
    return any(isinstance(base, ast.Attribute) and base.attr == "Model" for base in node.bases)
