"""Around a vote: what is written waits sealed; how votes are counted, why one was over early; receipts; the next time."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from django.urls import reverse

from common import clock, digest
from disputes import sweep
from engine import ticks
from jury import counting, mocks, panels, seats
from jury.models import Ballot, Exam, Juror, Seat
from rulebook import queries as rulebook
from tests import builders, juries
from tests.acts.test_jury import an_old_seat
from tests.edges.test_jury_pages import client, comes, of, opens_everything, shown
from tests.juries import held, sent

pytestmark = pytest.mark.django_db


def test_what_is_written_waits_sealed_and_is_gone_with_the_vote() -> None:
    made = sent()
    seat, other = held(made)[:2]
    http = comes(seat)
    assert http.get(of(seat, "check"))["Location"] == of(seat), "nothing is written yet"
    opens_everything(http, seat)
    exhibit = seats.items(made.case.dossier_id, clock.now())[0]
    typed = {"choice": "second", "reason": "照片里的裂纹贯通釉面。", "decisive": [str(exhibit.pk), "7", "x", "9" * 30]}
    http.post(of(seat), {"do": "check", **typed})
    kept = Seat.objects.get(pk=seat.pk)
    assert kept.draft and "second" not in kept.draft
    assert seats.penned(kept) == {"choice": "second", "reason": typed["reason"], "decisive": [exhibit.pk]}
    page = shown(client(seat.juror.user_id), of(seat))  # on another device
    assert typed["reason"] in page and f'value="{exhibit.pk}" id' in page and page.count("checked") == 2
    http.post(of(seat), {"do": "send", "choice": "first", "reason": "字" * 12})
    assert Seat.objects.get(pk=seat.pk).draft == ""
    assert http.get(of(seat, "check"))["Location"] == of(seat)
    comes(other).post(of(other), {"do": "check", **typed})
    assert Seat.objects.get(pk=other.pk).draft
    builders.travel(timedelta(hours=6))
    panels.replace_absent(clock.now())
    assert Seat.objects.get(pk=other.pk).draft == ""


def test_the_page_says_by_which_rule_and_why_a_vote_was_over_before_all_had_voted() -> None:
    made = sent()
    rows = held(made)
    juries.all_vote(made, "buyer", "buyer", "buyer")
    http = client(rows[0].juror.user_id)
    before = shown(http, of(rows[0]))
    assert "请 5 人评审，一方得到 3 票即为多数" in before and "3 比 1 时，5 票到了 4 票就够" in before
    assert "结果届时显示在本页" in before and "北京时间" in before
    rules = rulebook.rules(made.case.procedure_rules_id)
    for path in re.findall(r'href="(/rules/[^"]+)"', before):
        assert http.get(path).status_code == 200
    assert str(rules.clause(rules.step("jury_vote").clause).text) in before
    counting.close_settled(clock.now())
    after = shown(http, of(rows[0]))
    winner, loser = ("甲方", "乙方") if rows[0].first == "buyer" else ("乙方", "甲方")
    assert f"大众评审支持{winner}" in after and "裁决员" in after
    assert f"已到 3 票（共 5 票）。剩下的 2 票就算都支持{loser}，{winner}在 5 票里仍有 3 票，而 3 票即为多数" in after


@pytest.mark.parametrize(
    ("rule", "sides", "says"),
    [
        ({"quorum": 5}, ("unsure",), "就算剩下的 4 票都选了一方，也只有 4 票，而至少要 5 票"),
        ({"majority": 4}, ("buyer", "buyer", "merchant", "merchant"), "剩下的 1 票不管怎么投，哪一方都到不了多数"),
    ],
)
def test_a_vote_without_an_answer_says_why_as_well(rule: dict[str, int], sides: tuple[str, ...], says: str) -> None:
    made = sent(rule=juries.SMALL | rule)
    seat = held(made)[0]
    juries.all_vote(made, *sides)
    assert counting.close_settled(clock.now()) == 1
    page = shown(client(seat.juror.user_id), of(seat))
    assert "没有结论" in page and says in page, says


def test_between_the_end_of_the_term_and_the_count_the_page_says_so() -> None:
    made = sent()
    seat = held(made)[0]
    juries.votes(seat, "buyer")
    builders.travel(timedelta(hours=48))
    sweep.fire_due()
    page = shown(client(seat.juror.user_id), of(seat))
    assert "正在计票" in page
    ticks.consequences()
    assert "正在计票" not in shown(client(seat.juror.user_id), of(seat))


def test_only_its_juror_gets_the_paper_of_a_vote_and_only_after_the_end() -> None:
    made = sent()
    rows = held(made)
    juries.all_vote(made, "buyer", "buyer", "buyer")
    http = client(rows[0].juror.user_id)
    assert http.get(of(rows[0], "slip")).status_code == 404
    counting.close_settled(clock.now())
    reply = http.get(of(rows[0], "slip"))
    ballot = Ballot.objects.get(seat=rows[0])
    assert digest.sha256(reply.content) == ballot.commitment and json.loads(reply.content)["vote"] == "buyer"
    assert "no-store" in reply["Cache-Control"]
    assert http.get(of(rows[1], "slip")).status_code == 404
    assert client(rows[4].juror.user_id).get(of(rows[4], "slip")).status_code == 404, "never voted"


# --- and the next time ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("why", "says"), [("hasty", "没来得及看材料"), ("controls", "两道模拟案件答错")])
def test_whoever_has_to_learn_again_reads_why_and_is_back_after_the_exam(why: str, says: str) -> None:
    made = sent()
    seat = held(made)[0]
    juries.votes(seat, "buyer")
    Juror.objects.filter(pk=seat.juror_id).update(learning=why, passed_at=None)
    http = client(seat.juror.user_id)
    lobby = shown(http, reverse("jury:lobby"))
    assert says in lobby and reverse("jury:exam") in lobby and of(seat, "come") not in lobby
    shown(http, reverse("jury:exam"))
    exam = Exam.objects.get(done_at__isnull=True)
    answers = {f"answer_{code}": mocks.by_code(code).right for code in exam.cases}
    assert http.post(reverse("jury:exam"), answers).status_code == 302
    assert says not in shown(http, reverse("jury:lobby"))
    juror = Juror.objects.get(pk=seat.juror_id)
    assert juror.learning == "" and juror.passed_at is not None


def test_after_three_skips_the_button_is_closed_and_a_forged_press_is_told_what_is_left() -> None:
    made = sent(jurors=(8, 8))
    seat = held(made)[0]
    http = client(seat.juror.user_id)
    assert "跳过（今天还剩 3 次）" in shown(http, reverse("jury:lobby"))
    for left in (2, 1, 0):
        an_old_seat(made, seat.juror, Seat.SKIPPED)
        assert f"跳过（今天还剩 {left} 次）" in shown(http, reverse("jury:lobby"))
    assert re.search(r"<button[^>]*disabled[^>]*>跳过", shown(http, reverse("jury:lobby")))
    told = http.post(of(seat, "skip"), follow=True).content.decode()
    assert "今天已跳过 3 件" in told and "申请回避" in told
    assert Seat.objects.get(pk=seat.pk).state == Seat.SUMMONED
