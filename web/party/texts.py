"""What a party writes as an exhibit of its own: kept to the letter, taken or refused, with a remark that stops nobody."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.forms import CharField, Textarea
from django.http import Http404, HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common import clock
from common.actor import Actor
from common.errors import Missing, Refused
from disputes import refusals, submissions
from disputes.models import Case
from disputes.supplements import IN_WORDS
from evidence import limits
from evidence.models import Exhibit
from web import courtesy
from web.fields import WordsField
from web.party.files import Taken

REMARKS: dict[str, str | Promise] = {
    "insult": gettext_lazy("This may get in the way of being read. Would you put it another way?"),
    "number": gettext_lazy(
        "There is a telephone number or an e-mail address in it. The other side gets what you write."
    ),
}

INSULTS = "|".join(courtesy.INSULTS)  # for a script, which looks for them while one writes
# Named before anybody writes.
LIMIT = gettext_lazy("Up to 5,000 characters. It is kept to the letter and gets a number and a receipt.")


@dataclass(frozen=True)
class Written:
    """What stands in the field of one row, and what was wrong with it."""

    code: str
    text: str = ""
    errors: Collection[str] = ()
    most: int = limits.TEXT_LENGTH
    lim: str | Promise = LIMIT
    insults: str = INSULTS

    @property
    def remarks(self) -> list[dict[str, Any]]:
        return remarks(self.text)


def remarks(text: str) -> list[dict[str, Any]]:
    """Every remark, with whether it is met: a script shows the others as soon as they are."""
    met = courtesy.remarks(text)
    return [{"code": code, "text": said, "met": code in met} for code, said in REMARKS.items()]


def field(label: Any, **attrs: Any) -> CharField:
    """A field for a text of one's own. What stands in it is not trimmed: what is kept is what was written."""
    return WordsField(
        label=label,
        help_text=LIMIT,
        required=False,
        strip=False,
        max_length=limits.TEXT_LENGTH * 4,
        widget=Textarea(attrs={"rows": 6, "data-max": limits.TEXT_LENGTH, **attrs}),
    )


def is_there(typed: str) -> bool:
    return bool(typed.strip())


def as_written(typed: str) -> str:
    """Browsers send every end of a line as two characters, whatever was written."""
    return typed.replace("\r\n", "\n")


def take(
    request: HttpRequest,
    case: Case,
    typed: str,
    *,
    code: str = IN_WORDS,
    name: str = "",
    note: str = "",
    seen: int | None = None,
    actor: Actor,
) -> Taken:
    """One text, in an act of its own. A remark about its words comes after it: it can be taken back and written anew."""
    taken = Taken()
    now = clock.now()
    text = as_written(typed)
    try:
        exhibit: Exhibit = submissions.add_text(
            case.pk, text, code=code, name=name, note=note, actor=actor, now=now, seen=seen
        )
    except Missing:
        raise Http404 from None
    except Refused as refused:
        taken.refused.append((refused, refusals.say(refused)))
        return taken
    taken.exhibits.append(exhibit)
    if exhibit.added_at < now:
        taken.same[exhibit.pk] = ""
    for remark in remarks(text):
        if remark["met"]:
            told = {"number": exhibit.number, "remark": remark["text"]}
            messages.warning(request, _("%(number)s: %(remark)s You can take it back and write it anew.") % told)
    return taken
