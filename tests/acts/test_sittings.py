"""Two pages, or two people, on one draft: nobody writes over anybody, and nothing that was typed is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import InternalError, transaction

from arbitration import assignment, drafting, rulings, sittings
from arbitration.drafting import Tab
from arbitration.drafts import Draft
from arbitration.models import DraftAside, Observation, Ruling, Sitting
from common import clock
from common.actor import Role
from common.errors import Missing, Refused
from tests import deciding
from tests.reach import Scene

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
NO_TAB = Tab()


def write(made: Scene, words: str, version: int, tab: Tab = NO_TAB) -> drafting.Saved:
    draft = Draft(reasons=words)
    return drafting.save(made.case.pk, draft, version=version, tab=tab, actor=made.arbitrator, now=clock.now())


def stands() -> str:
    return Ruling.objects.get(state=Ruling.DRAFT).reasons


def test_a_tab_goes_on_from_its_own_words_though_the_answer_never_came() -> None:
    made = deciding.taken()
    assert write(made, "一", 0, Tab("a", 1)).aside is None
    # The script never heard of version 1, and still writes on 0.
    again = write(made, "一二", 0, Tab("a", 2))
    assert again.aside is None and again.ruling.version == 2 and stands() == "一二"


def test_what_a_tab_sent_earlier_and_comes_later_changes_nothing() -> None:
    made = deciding.taken()
    write(made, "一", 0, Tab("a", 1))
    write(made, "一二三", 1, Tab("a", 3))
    late = write(made, "一二", 1, Tab("a", 2))
    assert late.aside is None and stands() == "一二三" and not DraftAside.objects.exists()


def test_another_tab_is_kept_aside_once_however_often_it_saves_by_itself() -> None:
    made = deciding.taken()
    write(made, "甲写的", 0, Tab("a", 1))
    for turn, words in enumerate(("乙", "乙写的"), start=1):
        saved = write(made, words, 0, Tab("b", turn))
        assert saved.aside is not None
    assert stands() == "甲写的" and DraftAside.objects.get().body["reasons"] == "乙写的"
    # Its author has compared: now it stands on what is there.
    assert write(made, "乙写的", 1, Tab("b", 3)).aside is None and stands() == "乙写的"
    assert write(made, "甲又写", 1, Tab("a", 2)).aside is not None and stands() == "乙写的"


def test_without_script_only_the_version_counts() -> None:
    made = deciding.taken()
    write(made, "一", 0, Tab("a", 0))
    assert write(made, "二", 0, Tab("a", 0)).aside is not None and stands() == "一"


def test_whoever_has_the_case_sits_for_half_an_hour_and_writing_keeps_it() -> None:
    made = deciding.taken()
    start = clock.now()
    assert sittings.sit(made.case.pk, actor=made.arbitrator, now=start)
    assert not sittings.sit(made.case.pk, actor=made.senior, now=start)
    case = made.reload()
    assert sittings.live(case, start + 30 * MINUTE - timedelta(seconds=1)) is not None
    assert sittings.live(case, start + 30 * MINUTE) is None
    drafting.save(case.pk, Draft(), version=0, actor=made.arbitrator, now=start + 20 * MINUTE)
    assert sittings.live(case, start + 49 * MINUTE) is not None and Sitting.objects.count() == 1


def test_a_case_that_was_given_back_is_held_by_nobody() -> None:
    made = deciding.taken()
    now = clock.now()
    sittings.sit(made.case.pk, actor=made.arbitrator, now=now)
    assignment.hand_back(made.case.pk, reason="absence", actor=made.arbitrator, now=now)
    assert sittings.live(made.reload(), now) is None
    other = deciding.another(Role.ARBITRATOR)
    assignment.take(made.case.pk, actor=other, now=now)
    assert sittings.live(made.reload(), now) is None
    sittings.sit(made.case.pk, actor=other, now=now)
    held = sittings.live(made.reload(), now)
    assert held is not None and (held.user_id, held.tab, held.turn) == (other.id, "", 0)


def test_notes_on_points_are_kept_with_the_draft_and_stay_with_the_ruling() -> None:
    made = deciding.taken()
    noted = replace(deciding.a_draft(made), observations={1: "底部反光像修补过", 2: " "})
    ruling = deciding.drafted(made, noted)
    assert drafting.draft_of(ruling).observations == {1: "底部反光像修补过"}
    rulings.issue(made.case.pk, version=ruling.version, actor=made.arbitrator, now=clock.now())
    with pytest.raises(InternalError), transaction.atomic():
        Observation.objects.update(text="别的")
    assert "反光" not in str(Ruling.objects.get(pk=ruling.pk).letter)


def test_a_note_is_on_a_point_of_this_case_and_fits_its_field() -> None:
    made = deciding.taken()
    with pytest.raises(Missing):
        deciding.drafted(made, Draft(observations={9: "没有这一点"}))
    with pytest.raises(Refused, match="text_too_long"):
        deciding.drafted(made, Draft(observations={1: "字" * 1001}))
