"""The checklists of a rule set as a page of docs/checklists.md. Knows rules; refuses to know cases."""

from __future__ import annotations

from collections.abc import Iterator

from rulebook.rules import Rules
from rulebook.schema import Need, Parcel, Type

_HEAD = """# What is asked for

Made by `manage.py write_checklists` from [rulebook/catalogue](../rulebook/catalogue); `evidence.checklist` reads the same.
A row is asked of a side for orders in the named states and goods of the named categories (none named: for all).
**Required** rows hold up handing in: they stand only where the burden chain of the type says that this side has to prove
just that, and no record of the platform shows it. *On record* is brought in by the platform and asked of nobody.

What may be given for each kind, and the drawing beside it: [evidence.toml](../rulebook/catalogue/evidence.toml),
[static/img/samples](../static/img/samples).
"""

_PARCELS = {
    Parcel.UNSCANNED: "due and not seen by a carrier",
    Parcel.SENT_BACK: "something was sent back",
    Parcel.CAME_BACK: "the merchant has had the return",
}


def page(rules: Rules) -> str:
    """The whole file, in the catalogue's order."""
    return "\n".join([_HEAD, *(line for kind in rules.body.types for line in _type(rules, kind))]) + "\n"


def _type(rules: Rules, kind: Type) -> Iterator[str]:
    yield f"## {kind.number}. {kind.name.en} · {kind.name.zh_Hans}"
    yield ""
    states = ", ".join(state.lower() for state in kind.states)
    once = f", once {_PARCELS[kind.parcel]}" if kind.parcel is not None else ""
    yield f"`{kind.code}`, for orders {states}{once}. Burden: {kind.burden.bearer.value}."
    yield ""
    yield "| side | evidence | level | why | only |"
    yield "|---|---|---|---|---|"
    for need in kind.checklist:
        level = {"required": "**required**", "automatic": "on record"}.get(need.level.value, need.level.value)
        name = rules.evidence(need.code).name
        why = rules.why(need)
        cells = (f"{need.code} {name.en} · {name.zh_Hans}", level, f"{why.en} · {why.zh_Hans}", _only(need))
        yield f"| {need.side.value} | {' | '.join(cells)} |"
    yield ""


def _only(need: Need) -> str:
    told = [", ".join(state.lower() for state in need.states), ", ".join(need.goods)]
    if need.replaced_by:
        told.append(f"unless {', '.join(need.replaced_by)} is on record")
    return "; ".join(part for part in told if part)
