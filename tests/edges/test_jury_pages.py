"""The jury's pages: one case and never a list, no name in them, everything looked at before a vote, all without scripts."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts.models import Grant, User
from arbitration import rulings
from common import clock
from common.actor import Actor, Role
from engine import ticks
from jury import counting, jurors, measures, mocks, results, seats
from jury.models import Ballot, Exam, Juror, Seat
from tests import builders, deciding, juries
from tests.juries import held, sent

pytestmark = pytest.mark.django_db
MOST = 16


def client(user_id: int | None) -> Client:
    http = Client()
    http.force_login(User.objects.get(pk=user_id))
    return http


def shown(http: Client, path: str, status: int = 200) -> str:
    reply = http.get(path)
    assert reply.status_code == status, (path, reply.status_code)
    return reply.content.decode()


def of(seat: Seat, name: str = "case") -> str:
    return reverse(f"jury:{name}", args=[seat.token])


def comes(seat: Seat) -> Client:
    http = client(seat.juror.user_id)
    reply = http.post(of(seat, "come"), {"tied": "no"})
    assert reply.status_code == 302 and reply["Location"] == of(seat)
    return http


def opens_everything(http: Client, seat: Seat) -> str:
    page = shown(http, of(seat))
    while match := re.search(r'name="do" value="(open-\d+)"', page):
        reply = http.post(of(seat), {"do": match[1]})
        assert reply.status_code == 302 and f"#thing-{match[1][5:]}" in reply["Location"]
        page = shown(http, of(seat))
    return page


# --- the way through -------------------------------------------------------------------------------------------------


def test_a_juror_goes_from_the_lobby_to_a_sealed_vote_without_scripts() -> None:
    made = sent()
    seat = held(made)[0]
    http = client(seat.juror.user_id)
    lobby = shown(http, reverse("jury:lobby"))
    assert lobby.count(of(seat, "come")) == 1 and "5 人" in lobby and "开始评审后有六小时" in lobby
    assert "没有关系" in shown(http, of(seat, "come"))
    comes(seat)
    closed = shown(http, of(seat))
    assert juries.QUESTION in closed and "disabled" in closed and 'name="choice"' not in closed
    page = opens_everything(http, seat)
    assert 'name="choice"' in page and "<img" in page
    written = http.post(of(seat), {"do": "check", "choice": "first", "reason": "照片里的裂纹贯通釉面。"})
    assert written.status_code == 302 and written["Location"] == of(seat, "check")
    assert "支持甲方" in shown(http, of(seat, "check"))
    assert Ballot.objects.count() == 0
    sealed = http.post(of(seat), {"do": "send", "choice": "first", "reason": "照片里的裂纹贯通釉面。"})
    assert sealed.status_code == 302 and Ballot.objects.count() == 1
    assert "no-store" in http.get(of(seat))["Cache-Control"]
    done = shown(http, of(seat))
    assert "已投票" in done and "提前结束" in done and re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", done)
    assert "都够人了" in shown(http, reverse("jury:lobby"))
    assert http.get(reverse("jury:me")).context["rows"][0]["at"] == Ballot.objects.get().at


def test_a_reason_is_sealed_without_names_and_the_juror_reads_it_as_the_sides_will() -> None:
    made = sent()
    for user, name in ((made.buyer, "林知夏"), (made.merchant, "周掌柜")):
        User.objects.filter(pk=user.id).update(display_name=name)
    made.reload()
    seat = held(made)[0]
    http = comes(seat)
    opens_everything(http, seat)
    typed = {"choice": "first", "reason": f"缺口边缘很新。林知夏 13812345678 问过周掌柜，{made.shop.name}没回。"}
    checked = http.post(of(seat), {"do": "check", **typed}, follow=True).content.decode()
    said = re.search(r"缺口边缘很新[^<]*", checked)
    assert (
        said is not None and said[0] == "缺口边缘很新。*** *** 问过***，***没回。" and "姓名和电话号码已去掉" in checked
    )
    http.post(of(seat), {"do": "send", **typed})
    for other in held(made)[:2]:
        juries.votes(other, seat.first)
    counting.close_settled(clock.now())
    assert said[0] in [one.text for one in results.of(made.reload()).reasons]


def test_what_is_not_right_yet_is_said_and_what_was_typed_stays() -> None:
    made = sent()
    seat = held(made)[0]
    http = comes(seat)
    early = http.post(of(seat), {"do": "check", "choice": "first", "reason": "照片里的裂纹贯通釉面。"}, follow=True)
    assert early.status_code == 422 and "没打开" in early.content.decode()
    opens_everything(http, seat)
    short = http.post(of(seat), {"do": "check", "choice": "second", "reason": "太短"}, follow=True)
    text = short.content.decode()
    assert short.status_code == 422 and "至少 10 个字" in text and "太短" in text
    assert re.search(r'value="second"[^>]*checked', text)
    nothing = http.post(of(seat), {"do": "check"}, follow=True).content.decode()
    assert "有 2 处需要修改" in nothing and "至少 10 个字" in nothing and "请选一项" in nothing
    assert http.post(of(seat), {"do": "send", "choice": "second", "reason": "太短"}).status_code == 422
    long = http.post(of(seat), {"do": "check", "choice": "second", "reason": "长" * 601})
    assert long.status_code == 422 and "长" * 601 in long.content.decode()
    http.post(of(seat), {"do": "check", "choice": "second", "reason": "太短"})
    again = shown(http, of(seat))
    assert "太短" in again and re.search(r'value="second"[^>]*checked', again) and "errsum" not in again
    assert not Ballot.objects.exists()


def test_half_of_the_jurors_read_the_merchant_first_and_all_read_the_same() -> None:
    made = sent()
    pages = {seat.pk: opens_everything(comes(seat), seat) for seat in held(made)}
    for seat in held(made):
        page = pages[seat.pk]
        story, rebuttal = page.index("当晚开箱就看到裂纹"), page.index("出库质检完好")
        assert (story < rebuttal) == (seat.first == "buyer")
        assert page.index('id="side-1">甲方') < min(story, rebuttal)


def test_no_page_of_a_juror_names_anybody_or_any_sum() -> None:
    """Canaries in every word that a side could have put there."""
    made = sent(paid=68_000)
    case = made.case
    secret = [
        User.objects.get(pk=made.buyer.id).display_name,
        made.shop.name,
        case.number,
        case.order.external_id,
        case.order.public_id,
        "680.00",
        "¥680",
        User.objects.get(pk=made.merchant.id).display_name,
        User.objects.get(pk=made.buyer.id).email,
        case.title,
    ]
    seat = held(made)[0]
    http = comes(seat)
    pages = [
        shown(http, reverse("jury:lobby")),
        opens_everything(http, seat),
        shown(http, of(seat, "recuse")),
        shown(http, reverse("jury:me")),
        http.post(of(seat), {"do": "check", "choice": "first", "reason": "字" * 12}, follow=True).content.decode(),
    ]
    http.post(of(seat), {"do": "send", "choice": "first", "reason": "字" * 12})
    pages += [shown(http, of(seat)), shown(http, reverse("jury:me"))]
    for page in pages:
        main = page[page.index("<main") :]
        assert [word for word in secret if word in main] == []
        assert "买家" not in main.split('id="rule"')[0].split('id="clause"')[0]


def test_a_skip_a_step_aside_and_a_tie_lead_back_to_the_lobby() -> None:
    made = sent(jurors=(8, 8))
    first, second, third = held(made)[:3]
    assert client(first.juror.user_id).post(of(first, "skip")).status_code == 302
    assert client(second.juror.user_id).post(of(second, "recuse"), {"reason": "cannot_judge"}).status_code == 302
    assert client(third.juror.user_id).post(of(third, "come"), {"tied": "yes"}).status_code == 302
    assert [Seat.objects.get(pk=seat.pk).state for seat in (first, second, third)] == ["skipped", "recused", "recused"]
    assert "你跳过了这件案件" in shown(client(first.juror.user_id), of(first))
    assert "你已回避" in shown(client(second.juror.user_id), of(second))
    assert "算你已完成" not in shown(client(third.juror.user_id), of(third))
    assert client(second.juror.user_id).get(of(second, "recuse")).status_code == 302


def test_after_the_vote_the_split_is_shown_under_the_names_of_ones_own_page() -> None:
    made = sent()
    rows = held(made)
    juries.all_vote(made, "buyer", "buyer", "buyer")
    before = shown(client(rows[0].juror.user_id), of(rows[0]))
    assert "封存" in before and "被提到最多" not in before and "dd class" not in before
    counting.close_settled(clock.now())
    for seat in rows[:3]:
        page = shown(client(seat.juror.user_id), of(seat))
        label = "甲方" if seat.first == "buyer" else "乙方"
        assert re.search(rf'<dt>{label}</dt><dd class="num">3</dd>', page)
        assert "按原样打开并计入" in page and "支持买家" not in page and f"<b>支持{label}</b>" in page
    assert "不再需要你投票" in shown(client(rows[4].juror.user_id), of(rows[4]))


# --- who may see what ------------------------------------------------------------------------------------------------


def test_a_case_exists_for_its_juror_and_for_nobody_else() -> None:
    made = sent()
    seat, other = held(made)[:2]
    strangers = [other.juror.user_id, made.buyer.id, made.merchant.id, made.arbitrator.id, made.senior.id, made.ops.id]
    for user_id in strangers:
        http = client(user_id)
        for name in ("case", "check", "slip", "come", "recuse"):
            assert http.get(of(seat, name)).status_code == 404
        for name in ("case", "come", "recuse", "skip"):
            assert http.post(of(seat, name), {"tied": "no", "do": "send"}).status_code == 404
    assert Client().get(of(seat)).status_code == 302
    for token in ("x", "0" * 26, "a%00b"):
        assert client(seat.juror.user_id).get(f"/jury/cases/{token}/").status_code == 404
    Grant.objects.filter(user_id=seat.juror.user_id).update(revoked_at=clock.now())
    assert client(seat.juror.user_id).get(of(seat)).status_code == 404


def test_a_picture_is_served_while_its_juror_sits_and_not_a_moment_longer() -> None:
    made = sent()
    seat, other = held(made)[:2]
    http = comes(seat)
    link = re.search(r'src="(/files/[^"]+)"', opens_everything(http, seat))
    assert link is not None
    reply = http.get(link[1])
    assert reply.status_code == 200 and BytesIO(b"".join(reply.streaming_content)).getvalue()[:4] == b"RIFF"
    assert client(other.juror.user_id).get(link[1]).status_code == 404
    http.post(of(seat), {"do": "send", "choice": "unsure", "reason": "字" * 12})
    assert http.get(link[1]).status_code == 404


@pytest.mark.parametrize("when", ["before", "after"])
def test_the_sides_read_the_split_only_when_the_vote_is_over(when: str) -> None:
    made = sent()
    juries.all_vote(made, "buyer", "buyer")
    if when == "after":
        juries.votes(held(made)[0], "buyer")
        counting.close_settled(clock.now())
        ticks.consequences()
    readers = [
        (made.buyer, reverse("buyer:case", args=[made.case.number])),
        (made.merchant, reverse("merchant:case", args=[made.case.number])),
    ]
    for actor, path in readers:
        page = shown(client(actor.id), path)
        assert ("大众评审支持买家" in page) == (when == "after"), path
        assert ("贯通釉面" in page) == (when == "after")
        assert "评审员" not in page or when == "before"


def test_an_arbitrator_finds_for_themselves_before_the_jurys_answer_opens(settings) -> None:
    made = sent()
    juries.all_vote(made, "buyer", "buyer", "buyer")
    counting.close_settled(clock.now())
    path = reverse("desk:case", args=[made.case.number])
    http = client(made.arbitrator.id)
    assert "再在这里显示" in shown(http, path) and "大众评审支持买家" not in shown(http, path)
    for other in (made.senior, deciding.another(Role.ARBITRATOR)):
        page = shown(client(other.id), path)  # who only looks in has found nothing either
        assert "每个争点都有认定之后" in page and "大众评审支持买家" not in page and 'class="votes"' not in page
    settings.HENG_JURY_AFTER_FINDINGS = False
    assert "大众评审支持买家" in shown(http, path)
    settings.HENG_JURY_AFTER_FINDINGS = True
    ruling = deciding.drafted(made)
    assert "大众评审支持买家" in shown(http, path) and "大众评审支持买家" not in shown(client(made.senior.id), path)
    rulings.issue(made.case.pk, version=ruling.version, actor=made.arbitrator, now=clock.now())
    assert "大众评审支持买家" in shown(client(made.senior.id), path)


def test_pages_cost_the_same_with_many_things_and_a_full_panel(django_assert_max_num_queries) -> None:
    made = sent()
    seat = held(made)[0]
    http = client(seat.juror.user_id)
    with django_assert_max_num_queries(MOST):
        shown(http, reverse("jury:lobby"))
    comes(seat)
    opens_everything(http, seat)
    with django_assert_max_num_queries(MOST):
        shown(http, of(seat))
    with django_assert_max_num_queries(MOST):
        shown(http, reverse("jury:me"))


# --- becoming one ----------------------------------------------------------------------------------------------------


def _right(exam: Exam, wrong: int = 0) -> dict[str, str]:
    answers = {f"answer_{code}": mocks.by_code(code).right for code in exam.cases}
    for name in list(answers)[:wrong]:
        answers[name] = next(answer for answer in mocks.ANSWERS if answer != answers[name])
    return answers


def a_buyer_of_a_year() -> Actor:
    builders.rules()
    buyer = builders.a_buyer()
    builders.a_line(buyer, builders.a_shop(), age=timedelta(days=200))
    return buyer


def test_a_buyer_volunteers_passes_is_confirmed_and_sits() -> None:
    buyer = a_buyer_of_a_year()
    http = client(buyer.id)
    assert reverse("jury:lobby") in shown(http, reverse("buyer:settings"))
    assert http.get(reverse("jury:lobby"))["Location"] == reverse("jury:join")
    asked = shown(http, reverse("jury:join"))
    assert "真实姓名" in asked and "90 天" in asked and "checked" not in asked
    unsaid = http.post(reverse("jury:join"), {})
    assert unsaid.status_code == 422 and "请选一项" in unsaid.content.decode()
    assert http.post(reverse("jury:join"), {"background": "merchant"}).status_code == 422
    http.post(reverse("jury:join"), {"background": "buyer"})
    assert "还差这些" in shown(http, reverse("jury:lobby"))
    assert shown(http, reverse("jury:exam")).count("<fieldset") == 5
    exam = Exam.objects.get()
    assert http.post(reverse("jury:exam"), {}).status_code == 422
    http.post(reverse("jury:exam"), _right(exam, wrong=1))
    page = shown(http, reverse("jury:exam"))
    assert "答对 4 题" in page and "现在起你可能被抽中" in page
    assert "现在起你可能被抽中" not in shown(http, reverse("jury:exam")), "said once"
    juror = Juror.objects.get(user_id=buyer.id)
    assert jurors.enrol_due(clock.now()) == 0
    ops = builders.an_officer(Role.OPS)
    jurors.confirm_real_name(juror.pk, actor=ops, now=clock.now())
    assert jurors.enrol_due(clock.now()) == 1 and jurors.enrol_due(clock.now()) == 0
    assert "都够人了" in shown(http, reverse("jury:lobby"))


def test_whoever_fails_reads_why_and_tries_again_after_a_day_with_other_cases() -> None:
    buyer = a_buyer_of_a_year()
    http = client(buyer.id)
    http.post(reverse("jury:join"), {"background": "buyer"})
    shown(http, reverse("jury:exam"))
    exam = Exam.objects.get()
    http.post(reverse("jury:exam"), _right(exam, wrong=2))
    page = shown(http, reverse("jury:exam"))
    assert "答对 3 题" in page and "起可以再试" in page
    lobby = shown(http, reverse("jury:lobby"))
    assert "起可以再试" in lobby and reverse("jury:exam") not in lobby
    assert all(str(mocks.by_code(code).why) in page for code in exam.cases)
    builders.travel(timedelta(hours=24, seconds=1))
    assert shown(http, reverse("jury:exam")).count("<fieldset") == 5
    assert Exam.objects.count() == 2


def test_staff_may_not_volunteer_and_a_juror_may_leave_and_come_back() -> None:
    made = sent()
    assert client(made.arbitrator.id).post(reverse("jury:join"), {"background": "buyer"}).status_code == 422
    seat = held(made)[0]
    http = client(seat.juror.user_id)
    http.post(reverse("jury:leave"))
    assert http.get(reverse("jury:lobby"))["Location"] == reverse("jury:join")
    http.post(reverse("jury:join"), {"background": "buyer"})
    assert http.get(reverse("jury:lobby")).status_code == 200


def test_a_practice_case_comes_between_and_is_explained() -> None:
    made = sent()
    seat = held(made)[0]
    Juror.objects.filter(pk=seat.juror_id).update(votes=5)
    http = client(seat.juror.user_id)
    assert reverse("jury:practice") in shown(http, reverse("jury:lobby"))
    page = shown(http, reverse("jury:practice"))
    code = re.search(r'name="code" value="(\w+)"', page)
    assert code is not None
    http.post(reverse("jury:practice"), {"code": code[1], f"answer_{code[1]}": mocks.by_code(code[1]).right})
    assert str(mocks.by_code(code[1]).why) in shown(http, reverse("jury:practice"))
    assert of(seat, "come") in shown(http, reverse("jury:lobby"))


def test_operations_confirm_names_and_suspend_and_never_themselves() -> None:
    buyer, ops = a_buyer_of_a_year(), builders.an_officer(Role.OPS)
    juror = jurors.volunteer(background=juries.BUYER, actor=buyer, now=clock.now())
    http = client(ops.id)
    username = User.objects.get(pk=buyer.id).username
    assert username in shown(http, reverse("ops:jurors"))
    assert http.post(reverse("ops:juror", args=[juror.pk, "confirm"])).status_code == 302
    assert username not in shown(http, reverse("ops:jurors"))
    http.post(reverse("ops:juror", args=[juror.pk, "suspend"]))
    juror.refresh_from_db()
    assert juror.suspended_at is not None and "目前不能参加" in shown(client(buyer.id), reverse("jury:lobby"))
    http.post(reverse("ops:juror", args=[juror.pk, "readmit"]))
    assert http.post(reverse("ops:juror", args=[juror.pk, "praise"])).status_code == 404
    for who in (buyer, builders.an_officer(Role.ARBITRATOR)):
        assert client(who.id).post(reverse("ops:juror", args=[juror.pk, "suspend"])).status_code == 404
    juror.refresh_from_db()
    assert juror.suspended_at is None


def test_the_sides_say_by_one_button_whether_a_reason_helped_and_the_juror_reads_how_often() -> None:
    made = sent()
    rows = held(made)[:3]
    juries.all_vote(made, "buyer", "buyer", "buyer")
    counting.close_settled(clock.now())
    ticks.consequences()
    http, path = client(made.buyer.id), reverse("buyer:case", args=[made.case.number])
    rate = reverse("buyer:rate_reason", args=[made.case.number])
    page = shown(http, path)
    assert page.count('name="helpful" value="yes"') == 3 and f'action="{rate}"' in page
    reply = http.post(rate, {"nth": "2", "helpful": "yes"})
    assert reply.status_code == 302 and reply["Location"] == f"{path}#reason-2"
    page = shown(http, path)
    assert page.count('name="helpful" value="yes"') == 2 and "你认为有帮助" in page
    assert '<details class="read-more jury-reasons" open>' in page
    http.post(rate, {"nth": "2", "helpful": "no"})
    assert "不能更改" in (page := shown(http, path)) and "你认为有帮助" in page
    theirs = shown(client(made.merchant.id), reverse("merchant:case", args=[made.case.number]))
    assert "你认为有帮助" not in theirs and theirs.count('name="helpful" value="yes"') == 3
    bench = shown(client(made.senior.id), reverse("desk:case", args=[made.case.number]))
    assert 'name="helpful"' not in bench
    told = [shown(client(seat.juror.user_id), reverse("jury:me")) for seat in rows]
    assert sum("有帮助 1 · 没有帮助 0" in one for one in told) == 1
    for data in ({"nth": "9", "helpful": "yes"}, {"nth": "x", "helpful": "yes"}, {"nth": "1", "helpful": "?"}, {}):
        assert http.post(rate, data).status_code == 404
    assert http.get(rate)["Location"] == path
    assert client(builders.a_buyer().id).post(rate, {"nth": "1", "helpful": "yes"}).status_code == 404


# --- measured --------------------------------------------------------------------------------------------------------


def test_the_figures_are_public_and_say_nothing_of_fewer_than_thirty() -> None:
    cache.delete("jury:measured")
    made = sent()
    juries.all_vote(made, "buyer", "buyer", "buyer")
    counting.close_settled(clock.now())
    page = shown(Client(), reverse("public:jury_measures"))
    assert "共 3 票" in page and page.count("样本不足") == 4
    assert "最多差一席" in page and "不算支持任何一方" in page and "每小时统计一次" in page
    found = measures.measure()
    assert (found.panels, found.votes, found.first) == (1, 3, None)


def test_the_figures_find_an_order_effect_where_there_is_one(monkeypatch) -> None:
    monkeypatch.setattr(measures, "LEAST", 3)
    made = sent()
    for seat in held(made):
        juries.votes(seat, seat.first)
    counting.close_settled(clock.now())
    found = measures.measure()
    assert found.first is not None and (found.first.part, found.first.whole) == (5, 5)


def test_who_votes_at_the_same_time_as_the_last_is_told_so_kindly() -> None:
    made = sent()
    late = held(made)[4]
    http = comes(late)
    opens_everything(http, late)
    juries.all_vote(made, "buyer", "buyer", "buyer")
    counting.close_settled(clock.now())
    reply = http.post(of(late), {"do": "send", "choice": "first", "reason": "字" * 12})
    assert reply.status_code == 200 and "不再需要你投票" in reply.content.decode()
    assert seats.mine(late.juror.user_id, clock.now()) is None
