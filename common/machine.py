"""A state machine as a table. Knows edges, roles and guards in general; refuses to know what a case is."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Generic, TypeVar

from common.actor import Role

S = TypeVar("S", bound=Enum)
E = TypeVar("E")
F = TypeVar("F")


@dataclass(frozen=True)
class Edge(Generic[S, E, F]):
    """One row: when ``event`` happens in ``source``, by one of ``roles``, and all ``guards`` hold → ``target``.

    ``source`` None: there is nothing yet, and the event is its beginning. ``target`` None: the event is remembered and the
    state stays. A guard looks at frozen facts and returns ``None`` or a refusal code.
    """

    event: E
    source: S | None
    target: S | None
    roles: frozenset[Role]
    guards: tuple[Callable[[F], str | None], ...] = ()


@dataclass(frozen=True)
class Machine(Generic[S, E, F]):
    """The whole table, indexed. Two rows for one (state, event) may differ in role; the first that fits decides."""

    edges: tuple[Edge[S, E, F], ...]
    _by_key: Mapping[tuple[S | None, E], tuple[Edge[S, E, F], ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        index: dict[tuple[S | None, E], list[Edge[S, E, F]]] = {}
        for edge in self.edges:
            index.setdefault((edge.source, edge.event), []).append(edge)
        object.__setattr__(self, "_by_key", {key: tuple(rows) for key, rows in index.items()})

    def rows(self, state: S | None, event: E) -> tuple[Edge[S, E, F], ...]:
        return self._by_key.get((state, event), ())

    def weigh(self, state: S | None, event: E, role: Role, facts: F) -> Edge[S, E, F] | str:
        """The edge to take, or the code of the refusal. ``state`` None: for what begins something.

        ``not_in_this_state``: nobody can do this now. ``not_for_this_role``: somebody else can. Otherwise the first
        guard that does not hold speaks.
        """
        rows = self.rows(state, event)
        if not rows:
            return "not_in_this_state"
        mine = [edge for edge in rows if role in edge.roles]
        if not mine:
            return "not_for_this_role"
        refusal: str | None = None
        for edge in mine:
            said = next((code for guard in edge.guards if (code := guard(facts)) is not None), None)
            if said is None:
                return edge
            refusal = refusal or said
        assert refusal is not None
        return refusal

    def open_to(self, state: S, role: Role) -> list[E]:
        """What ``role`` may try in ``state``, in the table's order: buttons are drawn from this, guards speak later."""
        seen: list[E] = []
        for edge in self.edges:
            if edge.source == state and role in edge.roles and edge.event not in seen:
                seen.append(edge.event)
        return seen

    def reachable(self, start: S) -> set[S]:
        """Every state that some chain of events can reach from ``start``."""
        found, frontier = {start}, [start]
        while frontier:
            here = frontier.pop()
            for edge in self.edges:
                if edge.source == here and edge.target is not None and edge.target not in found:
                    found.add(edge.target)
                    frontier.append(edge.target)
        return found


def rows(
    event: E,
    sources: S | Collection[S] | None,
    target: S | None,
    roles: Role | Iterable[Role],
    *guards: Callable[[F], str | None],
) -> list[Edge[S, E, F]]:
    """Several rows of one event at once: the same target, roles and guards from every source."""
    froms: Iterable[S | None] = [sources] if sources is None or isinstance(sources, Enum) else sources
    by = frozenset([roles]) if isinstance(roles, Role) else frozenset(roles)
    return [Edge(event, source, target, by, guards) for source in froms]
