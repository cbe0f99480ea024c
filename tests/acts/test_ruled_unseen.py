"""Nothing is ruled unseen: what its author did not open, they wrote down why, or the ruling does not go out."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import IntegrityError, InternalError, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from arbitration import appeals, approvals, drafting, letters, queries, rulings
from arbitration.models import Appeal, Ruling, Seen, Skip
from common import clock
from common.actor import Role
from common.errors import Missing, Refused
from disputes.lifecycle import State
from evidence.models import Exhibit
from tests import deciding, reach

pytestmark = pytest.mark.django_db


def on_file(made: reach.Scene) -> list[Exhibit]:
    listed = Exhibit.objects.filter(dossier_id=made.reload().dossier_id, withdrawn_at__isnull=True)
    return list(listed.order_by("side", "place"))


def unseen(ruling: Ruling) -> list[str]:
    return [problem.number for problem in deciding.problems(ruling) if problem.code == "exhibit_unseen"]


def test_every_exhibit_of_the_file_has_to_be_opened_records_of_the_platform_among_them() -> None:
    made = deciding.taken()
    ruling = deciding.drafted(made, looked=False)
    rows = on_file(made)
    assert {row.side for row in rows} >= {"buyer", "platform"}
    assert unseen(ruling) == [row.number for row in rows]
    queries.mark_many_seen([row.pk for row in rows[1:]], actor=made.arbitrator, now=clock.now())
    assert unseen(ruling) == [rows[0].number]
    queries.mark_seen(rows[0].pk, actor=made.arbitrator, now=clock.now())
    assert deciding.problems(ruling) == []


@pytest.mark.parametrize("door", [rulings.issue, rulings.serve, rulings.propose])
def test_no_door_lets_a_ruling_out_that_leaves_an_exhibit_unseen(door) -> None:
    made = deciding.taken()
    ruling = deciding.drafted(made, looked=False)
    rows = on_file(made)
    queries.mark_many_seen([row.pk for row in rows[:-1]], actor=made.arbitrator, now=clock.now())
    # What a senior or a colleague looked at, its author has not.
    queries.mark_many_seen([row.pk for row in rows], actor=made.senior, now=clock.now())
    with pytest.raises(Refused) as refused:
        door(made.case.pk, version=ruling.version, actor=made.arbitrator, now=clock.now())
    assert refused.value.data["problems"] == [{"code": "exhibit_unseen", "where": f"exhibit:{rows[-1].number}"}]
    assert made.state is State.UNDER_REVIEW


def test_what_is_skipped_with_a_reason_goes_out_and_the_reason_stays() -> None:
    made = deciding.taken()
    last = on_file(made)[-1].number
    deciding.has_looked(made, actor=made.arbitrator, now=clock.now())
    Seen.objects.filter(exhibit=on_file(made)[-1]).delete()
    blank = deciding.drafted(made, deciding.a_draft(made, skips={last: "  "}), looked=False)
    assert unseen(blank) == [last] and not Skip.objects.exists()
    ruling = deciding.drafted(made, deciding.a_draft(made, skips={last: "文件打不开，已请商家重发"}), looked=False)
    assert unseen(ruling) == []
    rulings.issue(made.case.pk, version=ruling.version, actor=made.arbitrator, now=clock.now())
    assert made.state is State.APPEAL_WINDOW
    with pytest.raises(InternalError), transaction.atomic():
        Skip.objects.update(reason="别的")
    with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
        Skip.objects.filter(ruling=ruling).delete()
    assert "打不开" not in str(letters.read(Ruling.objects.get(pk=ruling.pk), None))


def test_a_skip_is_of_this_file_and_not_longer_than_its_field() -> None:
    made = deciding.taken()
    with pytest.raises(Missing):
        deciding.drafted(made, deciding.a_draft(made, skips={"B99": "不在案"}))
    with pytest.raises(Refused, match="text_too_long"):
        deciding.drafted(made, deciding.a_draft(made, skips={"B1": "字" * 201}))


def test_a_ruling_that_was_returned_has_not_to_be_looked_through_again() -> None:
    deciding.rules(new_arbitrator_rulings=5)
    made = deciding.taken()
    rows = on_file(made)
    queries.mark_many_seen([row.pk for row in rows[1:]], actor=made.arbitrator, now=clock.now())
    draft = deciding.a_draft(made, skips={rows[0].number: "与争点无关"})
    ruling = deciding.drafted(made, draft, looked=False)
    rulings.issue(made.case.pk, version=ruling.version, actor=made.arbitrator, now=clock.now())
    again = approvals.send_back(ruling.pk, reason="理由再写清楚", actor=made.senior, now=clock.now())
    assert drafting.draft_of(again) == draft and deciding.problems(again) == []


def test_a_senior_who_changes_a_ruling_has_opened_the_file_themselves() -> None:
    made = deciding.under_appeal(looked=False)
    draft = deciding.drafted(made, deciding.a_draft(made), actor=made.senior, looked=False)
    new = Exhibit.objects.get(pk=Appeal.objects.get().exhibits[0])
    assert new.number in unseen(draft)
    change = {"version": draft.version, "reasons": deciding.REASONS, "actor": made.senior}
    with pytest.raises(Refused, match="ruling_incomplete"):
        appeals.change(made.case.pk, now=clock.now(), **change)
    deciding.has_looked(made, actor=made.senior, now=clock.now())
    appeals.change(made.case.pk, now=clock.now(), **change)
    assert Appeal.objects.get().decision == Appeal.CHANGED


def test_an_appeal_is_not_dismissed_before_its_new_evidence_was_opened() -> None:
    made = deciding.under_appeal(looked=False)
    reasons = deciding.REASONS + deciding.of_what_is_new(made)
    with pytest.raises(Refused, match="new_evidence_unseen"):
        appeals.uphold(made.case.pk, reasons=reasons, actor=made.senior, now=clock.now())
    queries.mark_many_seen(Appeal.objects.get().exhibits, actor=made.senior, now=clock.now())
    appeals.uphold(made.case.pk, reasons=reasons, actor=made.senior, now=clock.now())
    assert Appeal.objects.get().decision == Appeal.UPHELD


def test_many_are_seen_at_once_first_when_and_all_or_none() -> None:
    made = deciding.taken()
    rows, first = on_file(made), clock.now()
    queries.mark_many_seen([rows[0].pk], actor=made.arbitrator, now=first)
    queries.mark_many_seen([row.pk for row in rows], actor=made.arbitrator, now=first + reach.timedelta(hours=1))
    assert Seen.objects.get(exhibit=rows[0]).at == first and Seen.objects.count() == len(rows)
    other = deciding.another(Role.ARBITRATOR)
    queries.mark_many_seen([rows[0].pk], actor=other, now=first)  # read by them, which opens nothing for who rules
    assert Seen.objects.filter(user_id=other.id).count() == 1
    with pytest.raises(Missing):
        queries.mark_many_seen([on_file(reach.filed())[0].pk], actor=other, now=first)
    elsewhere = on_file(reach.filed())
    with pytest.raises(Missing):
        queries.mark_many_seen([rows[0].pk, elsewhere[0].pk], actor=made.arbitrator, now=first)


def test_whatever_is_left_out_no_served_ruling_misses_a_point_an_exhibit_a_clause_or_its_sum() -> None:
    """Whoever forgets what, in any mixture: either nothing goes out, or what went out has all of it."""
    deciding.rules()

    @settings(
        max_examples=12,
        deadline=None,
        phases=[Phase.explicit, Phase.reuse, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(data=st.data())
    def whatever(data: st.DataObject) -> None:
        # Each example begins on the same day: after twelve of them other rules would be in force.
        world = transaction.savepoint()
        try:
            goes_out_whole_or_not_at_all(data)
        finally:
            transaction.savepoint_rollback(world)

    whatever()


def goes_out_whole_or_not_at_all(data: st.DataObject) -> None:
    made = deciding.taken()
    rows, whole = on_file(made), deciding.a_draft(made)
    some = st.sampled_from([True, True, True, False])
    looked = [row for row in rows if data.draw(some, label=f"opens {row.number}")]
    draft = replace(
        whole,
        findings={number: found for number, found in whole.findings.items() if data.draw(some)},
        admissions={number: said for number, said in whole.admissions.items() if data.draw(some)},
        skips={row.number: "重复" for row in rows if row not in looked and data.draw(some)},
        clauses=whole.clauses if data.draw(some) else (),
        merchant_share=whole.merchant_share if data.draw(some) else None,
    )
    ruling = deciding.drafted(made, draft, looked=False)
    queries.mark_many_seen([row.pk for row in looked], actor=made.arbitrator, now=clock.now())
    try:
        rulings.issue(made.case.pk, version=ruling.version, actor=made.arbitrator, now=clock.now())
    except Refused as refused:
        assert refused.code == "ruling_incomplete" and refused.data["problems"]
        assert made.state is State.UNDER_REVIEW
    else:
        served = Ruling.objects.get(pk=ruling.pk)
        opened = set(Seen.objects.filter(user_id=made.arbitrator.id).values_list("exhibit_id", flat=True))
        skipped = set(served.skips.exclude(reason="").values_list("exhibit_id", flat=True))
        assert {row.pk for row in rows} <= opened | skipped
        assert served.admissions.count() == len(rows)
        assert served.findings.count() == len(whole.findings) and served.clauses.exists()
        assert served.amount == sum(line["amount"] for line in served.lines)
        outcome = made.reload().outcome
        assert outcome is not None and outcome.amount == served.amount
