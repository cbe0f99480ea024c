"""The files of one plain form, each taken or refused by itself: what is good is kept even if its neighbour is not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from common import clock
from common.actor import Actor
from common.errors import Missing, Refused
from disputes import refusals, submissions
from disputes.models import Case
from evidence import intake
from evidence.models import Exhibit, Kind
from rulebook import queries as rulebook
from web import wording

MOST_AT_ONCE = 9


@dataclass
class Taken:
    """What came of files or of words: exhibits, and of each of the others the refusal and its words.

    ``same``: those of the exhibits that were there before these files came, each with the name of its row.
    """

    exhibits: list[Exhibit] = field(default_factory=list)
    refused: list[tuple[Refused, str]] = field(default_factory=list)
    same: dict[int, str] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """Numbers with their receipts, to be kept: ``B2 (receipt 7K3M-…)``; of what was there before, where it is."""
        new = [row for row in self.exhibits if row.pk not in self.same]
        told = [_("%(number)s (receipt %(code)s)") % {"number": row.number, "code": row.receipt_code} for row in new]
        said = [_("Received: %(files)s.") % {"files": pgettext("between numbers", ", ").join(told)}] if told else []
        for row in self.exhibits:
            if row.pk in self.same:
                where = {"number": row.number, "row": self.same[row.pk]}
                told_again = _("Same file as %(number)s, given under “%(row)s”. We kept one.")
                if row.kind == Kind.TEXT:
                    told_again = _("The same words as in %(number)s. We kept one.")
                said.append(told_again % where)
        return wording.sentences(*said)

    def join(self, other: Taken) -> None:
        self.exhibits += other.exhibits
        self.refused += other.refused
        self.same |= other.same


def take(
    case: Case, files: Sequence[UploadedFile[Any]], *, code: str, name: str = "", note: str = "", actor: Actor
) -> Taken:
    """Bytes first and then the act, file by file: reading a picture takes longer than a case may be locked."""
    taken = Taken()
    if not files:
        missing = Refused("file_missing")
        taken.refused.append((missing, refusals.say(missing)))
    if len(files) > MOST_AT_ONCE:
        rest = _("%(most)s files at a time; the rest were left out. Add them now.") % {"most": MOST_AT_ONCE}
        taken.refused.append((Refused("too_many_at_once"), rest))
    for file in files[:MOST_AT_ONCE]:
        claimed = file.name or ""
        try:
            received = intake.receive(file, claimed_name=claimed, now=clock.now(), actor=actor)
            now = clock.now()
            exhibit = submissions.add_evidence(case.pk, received, code=code, name=name, note=note, actor=actor, now=now)
        except Missing:
            raise Http404 from None
        except Refused as refused:
            why = _("“%(file)s”: %(why)s") % {"file": claimed[:60], "why": refusals.say(refused)}
            taken.refused.append((refused, why))
        else:
            if any(exhibit.pk == one.pk for one in taken.exhibits):
                continue  # said once, however often it was chosen
            if exhibit.added_at < now:
                taken.same[exhibit.pk] = _row(case, exhibit)
            taken.exhibits.append(exhibit)
    return taken


def _row(case: Case, exhibit: Exhibit) -> str:
    """What the row asks for under which it was given."""
    kind = rulebook.rules(case.substance_rules_id).exhibits.get(exhibit.code)
    return str(kind.name) if kind is not None else exhibit.number
