"""Our own source files, read once. Knows syntax, not meaning."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
ROOMS = (
    *("common", "journal", "accounts", "rulebook", "marketplace", "ledger", "evidence", "disputes"),
    *("enforcement", "arbitration", "notifications", "insights", "engine", "api", "web", "config"),
)


@cache
def modules(*folders: str) -> tuple[tuple[str, ast.Module], ...]:
    """``(path from the root, syntax tree)`` of every module in these folders, migrations left out."""
    found = []
    for folder in folders or ROOMS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                found.append((str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8"))))
    return tuple(found)


def calls(tree: ast.Module) -> Iterator[tuple[int, str, ast.Call]]:
    """``(line, dotted name, call)`` for every call whose name can be read off, such as ``timezone.now``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (name := dotted(node.func)):
            yield node.lineno, name, node


def dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (before := dotted(node.value)):
        return f"{before}.{node.attr}"
    return ""


def imported(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """``(line, module)`` for every import."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.lineno, node.module
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)
