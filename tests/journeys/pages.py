"""Reads a page as a browser does: which forms are on it, what they hold, what they let one choose. Knows HTML only."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from typing import Any

_CHOSEN_ONCE = ("radio", "checkbox")


@dataclass
class Form:
    """One form: what would be sent if it were sent as it stands, and what each name may be set to."""

    action: str
    method: str
    values: dict[str, list[str]] = field(default_factory=dict)
    choices: dict[str, set[str]] = field(default_factory=dict)  # of radios, ticks and selects; others take anything
    names: set[str] = field(default_factory=set)
    files: set[str] = field(default_factory=set)
    buttons: dict[str, set[str]] = field(default_factory=dict)

    def filled(self, wanted: dict[str, Any]) -> dict[str, Any]:
        """The data to send. Only what the page offers can be filled in, only what it lets one choose can be chosen."""
        data: dict[str, Any] = dict(self.values)
        for name, value in wanted.items():
            if name in self.buttons and value in self.buttons[name]:
                data[name] = [value]
                continue
            assert name in self.names, f"the page has no field {name}; it has {sorted(self.names)}"
            several = value if isinstance(value, list) else [value]
            if name in self.choices:
                assert set(several) <= self.choices[name], (name, several, sorted(self.choices[name]))
            data[name] = several
        return data


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self.links: list[str] = []
        self.words: list[str] = []
        self._by_id: dict[str, Form] = {}
        self._open: Form | None = None
        self._elsewhere: list[tuple[Form, dict[str, str]]] = []
        self._select: tuple[Form, str, bool] | None = None
        self._textarea: tuple[Form, str] | None = None
        self._silent = 0

    def _form(self, of: dict[str, str]) -> Form | None:
        return self._by_id.setdefault(of["form"], Form("", "post")) if "form" in of else self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        of = {name: value or "" for name, value in attrs}
        if tag in ("script", "style", "template"):
            self._silent += 1
        elif tag == "a" and "href" in of:
            self.links.append(of["href"])
        elif tag == "form":
            form = self._by_id.setdefault(of["id"], Form("", "get")) if "id" in of else Form("", "get")
            form.action, form.method = of.get("action", ""), of.get("method", "get").lower()
            self.forms.append(form)
            self._open = form
        elif (form := self._form(of)) is not None and of.get("name"):
            self._field(tag, of, form)
        elif tag == "option" and self._select is not None:
            self._option(of)

    def _field(self, tag: str, of: dict[str, str], form: Form) -> None:
        name, kind = of["name"], of.get("type", "text")
        if tag == "button" and "formaction" in of:
            self._elsewhere.append((form, of))
            return
        if tag == "button":
            form.buttons.setdefault(name, set()).add(of.get("value", ""))
            return
        if tag not in ("input", "select", "textarea"):
            return
        form.names.add(name)
        if tag == "select":
            form.choices.setdefault(name, set())
            self._select = (form, name, False)
        elif tag == "textarea":
            form.values[name] = [""]
            self._textarea = (form, name)
        elif kind == "file":
            form.files.add(name)
        elif kind in _CHOSEN_ONCE:
            form.choices.setdefault(name, set()).add(of.get("value", "on"))
            if "checked" in of:
                form.values.setdefault(name, []).append(of.get("value", "on"))
        else:
            form.values[name] = [of.get("value", "")]

    def buttons_that_lead_elsewhere(self) -> list[Form]:
        """A button with an address of its own sends its form there: each is a form in its own right."""
        return [
            replace(
                form,
                action=of["formaction"],
                values={**form.values, of["name"]: [of.get("value", "")]},
                names=form.names | {of["name"]},
            )
            for form, of in self._elsewhere
        ]

    def _option(self, of: dict[str, str]) -> None:
        assert self._select is not None
        form, name, some = self._select
        value = of.get("value", "")
        form.choices[name].add(value)
        if not some or "selected" in of:
            form.values[name] = [value]
            self._select = (form, name, True)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style", "template"):
            self._silent -= 1
        elif tag == "form":
            self._open = None
        elif tag == "select":
            self._select = None
        elif tag == "textarea":
            self._textarea = None

    def handle_data(self, data: str) -> None:
        if self._textarea is not None:
            form, name = self._textarea
            # The first line break inside of a textarea is not part of it.
            form.values[name][0] += data.removeprefix("\n") if not form.values[name][0] else data
        elif not self._silent and data.strip():
            self.words.append(data.strip())


@dataclass(frozen=True)
class Page:
    """What came back: where from, what it says, where it leads, what can be filled in."""

    path: str
    status: int
    html: str
    text: str
    links: tuple[str, ...]
    forms: tuple[Form, ...]

    @classmethod
    def of(cls, path: str, status: int, html: str) -> Page:
        reader = _Reader()
        reader.feed(html)
        forms = (*reader.forms, *reader.buttons_that_lead_elsewhere())
        return cls(path, status, html, " ".join(reader.words), tuple(reader.links), forms)

    def form(self, *names: str, **values: str) -> Form:
        """The one form to be sent that has these fields, and holds these values."""
        fitting = [
            form
            for form in self.forms
            if form.method == "post"
            and set(names) <= form.names | form.files | set(form.buttons)
            and all(form.values.get(name) == [value] for name, value in values.items())
        ]
        assert fitting, f"{self.path} has no form with {names} {values}: {self.text[:400]}"
        return fitting[0]
