"""No ruling is served that misses a point, an exhibit, a clause or its sum, whatever a draft leaves out, through any door.

The linter's own rules are in `tests/rules/test_linter.py`; here is shown that nothing is served past it.
"""

from __future__ import annotations

import random
import re
from dataclasses import replace

import pytest

from arbitration import letters, outgoing, rulings
from arbitration.drafts import Draft
from arbitration.models import Ruling
from common import clock
from common.errors import Refused
from disputes import outcomes
from disputes.lifecycle import State
from disputes.models import Point
from evidence.models import Exhibit
from tests import deciding
from tests.reach import Scene

pytestmark = pytest.mark.django_db
TRIES = 40
DOORS = (rulings.issue, rulings.serve, rulings.propose)


def without(draft: Draft, chance: random.Random) -> tuple[Draft, set[str]]:
    """The draft with one to three things left out, and what the linter has to say of each."""
    missing: set[str] = set()
    for what in chance.sample(["point", "exhibit", "clause", "sum", "reasons of a point", "reasons of an exhibit"], 3):
        if missing and chance.random() < 0.5:
            continue
        match what:
            case "point":
                number = chance.choice(list(draft.findings))
                draft = replace(draft, findings={n: f for n, f in draft.findings.items() if n != number})
                missing.add("finding_missing")
            case "exhibit":
                exhibit = chance.choice(list(draft.admissions))
                draft = replace(draft, admissions={n: a for n, a in draft.admissions.items() if n != exhibit})
                missing.add("admission_missing")
            case "clause":
                draft = replace(draft, clauses=())
                missing.add("clause_missing")
            case "sum":
                draft = replace(draft, merchant_share=None)
                missing.add("share_missing")
            case "reasons of a point":
                draft = replace(draft, reasons=re.sub(r"争点 1(、2)?", "争点 2", draft.reasons))
                missing.add("reasons_omit_point")
            case _:
                draft = replace(draft, reasons=draft.reasons.replace("B1", ""))
                missing.add("reasons_omit_exhibit")
    # What is not admitted need not be in the reasons.
    return draft, missing - ({"reasons_omit_exhibit"} if "B1" not in draft.admissions else set())


@pytest.fixture
def made() -> Scene:
    return deciding.taken()


def test_forty_drafts_with_holes_are_refused_at_every_door_and_say_each_hole(made: Scene) -> None:
    chance = random.Random(20261130)
    whole = deciding.a_draft(made)
    said: set[str] = set()
    for nth in range(TRIES):
        draft, missing = without(whole, chance)
        ruling = deciding.drafted(made, draft)
        with pytest.raises(Refused, match="ruling_incomplete") as refused:
            DOORS[nth % 3](made.case.pk, version=ruling.version, actor=made.arbitrator, now=clock.now())
        found = {problem["code"] for problem in refused.value.data["problems"]}
        assert missing and missing <= found, (draft, missing - found)
        said |= missing
    assert said == {
        *("finding_missing", "admission_missing", "clause_missing", "share_missing"),
        *("reasons_omit_point", "reasons_omit_exhibit"),
    }
    assert made.state is State.UNDER_REVIEW and outcomes.effective(made.case.pk) is None
    assert not Ruling.objects.exclude(state=Ruling.DRAFT).exists()


def test_a_hole_that_opens_after_it_was_sent_out_is_found_when_it_is_served(made: Scene) -> None:
    """Sent out whole, and holed in its ten seconds by somebody who writes to the table: it is linted once more."""
    ruling = deciding.drafted(made)
    outgoing.send(made.case.pk, version=ruling.version, actor=made.arbitrator, now=clock.now())
    ruling.refresh_from_db()
    ruling.clauses.all().delete()
    deciding.goes_out(made)
    assert made.state is State.UNDER_REVIEW and outcomes.effective(made.case.pk) is None


def test_the_letter_of_a_served_ruling_has_all_of_it(made: Scene) -> None:
    ruling = deciding.drafted(made)
    rulings.issue(made.case.pk, version=ruling.version, actor=made.arbitrator, now=clock.now())
    letter = letters.read(Ruling.objects.get(pk=ruling.pk), None).letter
    points = set(Point.objects.filter(case=made.case).values_list("number", flat=True))
    exhibits = {row.number for row in Exhibit.objects.filter(dossier=made.case.dossier, withdrawn_at__isnull=True)}
    assert {fact.number for fact in letter.facts if fact.finding} == points and len(points) == 2
    assert {row.number for row in letter.exhibits if row.verdict} == exhibits and exhibits
    assert {clause.number for clause in letter.clauses} == {"2.5", "4.2"} and all(
        clause.text for clause in letter.clauses
    )
    outcome = outcomes.effective(made.case.pk)
    assert outcome is not None and letter.result.amount == outcome.amount == sum(
        line.amount for line in letter.result.lines
    )
    assert letter.result.amount > 0 and letter.reasons
