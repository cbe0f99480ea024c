"""The pages of operations: who may enter, what they show, what they never show, and what operations do there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.models import User
from common import clock
from common.acts import act
from disputes import intervention, offers
from disputes.lifecycle import State
from disputes.models import Case, Deadline, Point
from engine import ticks
from evidence.models import Damage, Exhibit, Quarantined
from insights import measures, snapshots
from journal.kinds import Kind
from journal.models import Undelivered
from notifications.models import Email, Notice
from rulebook import calendars
from rulebook.models import CalendarVersion, RuleSet
from tests import builders, deciding, reach
from tests.reach import Scene
from tests.visiting import signed_in
from web import second_factor

pytestmark = pytest.mark.django_db

# Beside what a page reads itself, every page reads the session and its user.
SESSION_AND_USER = 2
LIST = 6 + SESSION_AND_USER
CASE = 12  # the session and its user too
STUCK = 15 + SESSION_AND_USER
LISTS = ("deadlines", "admission", "stuck", "money", "rules", "calendar")

NEXT_YEAR = """
region = "CN"
version = "cn-2027.1"
year = 2027
source = "国务院办公厅关于2027年部分节假日安排的通知"
fixed = ["01-01", "05-01", "05-02", "10-01", "10-02", "10-03"]

[[holidays]]
name = { zh_Hans = "元旦", zh_Hant = "元旦", en = "New Year's Day" }
days = [2027-01-01]
"""


@pytest.fixture(autouse=True)
def _a_calendar_of_its_own() -> Iterator[None]:
    """The process keeps the calendar for a minute: what one test publishes is not the next one's."""
    calendars.forget()
    yield
    calendars.forget()


@pytest.fixture(autouse=True)
def _addresses_without_a_prefix() -> Iterator[None]:
    """A reply in English leaves the thread in English; each test begins with the addresses of the default language."""
    with translation.override("zh-hans"):
        yield


def send(made: Scene, event: str, **data: object):
    made.reload()
    data.setdefault("seen", made.case.version)
    return signed_in(made.ops).post(reverse("ops:act", args=[made.case.number, event]), data)


def page_of(case: Case) -> str:
    return reverse("ops:case", args=[case.number])


@pytest.mark.parametrize("name", LISTS)
def test_operations_are_for_operations_only(name):
    made = reach.a_scene()
    path = reverse(f"ops:{name}")
    assert signed_in(made.ops).get(path).status_code == 200
    for stranger in (made.buyer, made.merchant, made.arbitrator, made.senior):
        assert signed_in(stranger).get(path).status_code == 404
        assert signed_in(stranger).get(page_of(made.case)).status_code == 404
    assert Client().get(path).headers["Location"].endswith(f"/login/?next={path}")


def test_pages_keep_to_their_budget(django_assert_max_num_queries):
    made = reach.filed()
    client = signed_in(made.ops)
    client.get(page_of(made.case))  # rules are read once per process
    for name in ("deadlines", "admission", "rules", "calendar"):
        with django_assert_max_num_queries(LIST):
            assert client.get(reverse(f"ops:{name}")).status_code == 200
    with django_assert_max_num_queries(CASE):
        assert client.get(page_of(made.case)).status_code == 200
    with django_assert_max_num_queries(STUCK):
        assert client.get(reverse("ops:stuck")).status_code == 200


def test_the_board_shows_whose_term_runs_out_first():
    first = reach.a_scene()
    builders.travel(timedelta(hours=3))
    second = reach.a_scene()
    said = signed_in(first.ops).get("/ops/").content.decode()
    assert said.index(first.case.number) < said.index(second.case.number)


def test_the_board_counts_what_is_over_and_narrows_to_it():
    made = reach.a_scene()
    client = signed_in(made.ops)
    assert made.case.number not in client.get("/ops/", {"view": "over"}).content.decode()
    deadline = Deadline.objects.get(case=made.case, state=Deadline.PENDING)
    builders.travel_to(deadline.due_at)
    page = client.get("/ops/", {"view": "over"})
    assert made.case.number in page.content.decode()
    assert page.context["strip"][0]["count"] == "1"


def test_the_board_goes_on_after_its_last_row(monkeypatch):
    from web.ops import deadlines

    monkeypatch.setattr(deadlines, "PAGE", 1)
    made, other = reach.a_scene(), reach.a_scene()
    client = signed_in(made.ops)
    first_page = client.get("/ops/")
    rest = client.get("/ops/", {"after": first_page.context["next"]})
    shown = {row.case.number for page in (first_page, rest) for row in page.context["rows"]}
    assert shown == {made.case.number, other.case.number}


def test_a_case_shows_its_terms_and_record_but_no_words_of_a_side():
    made = reach.handed_in()
    said = signed_in(made.ops).get(f"/en{page_of(made.case)}").content.decode()
    assert "Merchant confirms the evidence" in said
    assert "asked the platform to step in" in said
    for words in ("汝窑开片是天然特征", "当晚开箱就看到裂纹", "壶身特写", "林知夏"):
        assert words not in said


@pytest.mark.parametrize(
    ("kind", "remedy", "called", "not_called"),
    [("in_transit", "R1", "在途退款", "仅退款"), ("return_refund", "R1", "仅退款", "退货退款")],
)
def test_operations_read_the_request_while_they_decide_on_admission_and_not_after(kind, remedy, called, not_called):
    made = reach.filed()
    story = "当晚开箱就看到裂纹"
    Case.objects.filter(pk=made.case.pk).update(kind=kind, remedy=remedy)
    point = Point.objects.filter(case=made.case).earliest("number").text
    said = signed_in(made.ops).get(page_of(made.case)).content.decode()
    assert story in said and point in said
    asked = said.partition("<dt>诉求</dt>")[2].partition("</dd>")[0]
    assert called in asked and not_called not in asked
    intervention.admit(made.case.pk, actor=made.ops, now=clock.now())
    said = signed_in(made.ops).get(page_of(made.case)).content.decode()
    assert story not in said and point not in said


def test_a_case_is_admitted():
    made = reach.filed()
    client = signed_in(made.ops)
    assert made.case.number in client.get(reverse("ops:admission")).content.decode()
    assert send(made, "admitted").status_code == 302
    assert made.state is State.GATHERING_EVIDENCE
    assert made.case.number not in client.get(reverse("ops:admission")).content.decode()


def test_a_case_is_turned_away_only_for_a_reason_of_the_rulebook():
    made = reach.filed()
    page = signed_in(made.ops).get(reverse("ops:act", args=[made.case.number, "not_admitted"]))
    reasons = [code for code, _ in page.context["form"].fields["reason"].choices]
    assert send(made, "not_admitted", reason="because", text="不受理。").status_code == 422
    assert send(made, "not_admitted", reason=reasons[0], text="").status_code == 422
    assert made.state is State.ADMISSION
    assert send(made, "not_admitted", reason=reasons[0], text="订单状态不符合。").status_code == 302
    assert made.state is State.DISMISSED


def test_clocks_are_stopped_for_a_lawful_reason_and_resumed():
    made = reach.admitted()
    page = signed_in(made.ops).get(reverse("ops:act", args=[made.case.number, "clocks_stopped"]))
    reason = page.context["form"].fields["reason"].choices[0][0]
    reply = send(made, "clocks_stopped", reason="", text="双方约定先谈。")
    assert reply.status_code == 422 and "双方约定先谈。" in reply.content.decode()
    assert send(made, "clocks_stopped", reason=reason, text="双方约定先谈。").status_code == 302
    assert made.reload().suspended_at is not None
    assert "/clocks_stopped/" not in signed_in(made.ops).get(page_of(made.case)).content.decode()
    assert send(made, "clocks_resumed").status_code == 302
    assert made.reload().suspended_at is None


def test_a_term_is_extended_only_as_far_as_its_rule_allows():
    made = reach.a_scene(kind=reach.Kind.RETURN_REFUND)
    before = made.case.due_at
    reply = send(made, "deadline_extended", hours=24 * 30, text="商家申请宽限。")
    assert reply.status_code == 422
    assert "商家申请宽限。" in reply.content.decode()
    assert made.reload().due_at == before


def test_a_case_in_hand_is_given_to_somebody_else():
    made = deciding.taken()
    other = deciding.another(reach.Role.ARBITRATOR)
    reply = send(made, "handed_back", reason="absence", to=str(other.id), text="")
    assert reply.status_code == 302
    assert made.reload().assignee_id == other.id
    assert send(made, "handed_back", reason="absence", to="", text="").status_code == 302
    assert made.state is State.AWAITING_ASSIGNMENT


@act
def _set_aside(made: Scene) -> Deadline:
    """As the sweep leaves it after five tries, and delivery likewise."""
    deadline = Deadline.objects.get(case=made.case, state=Deadline.PENDING)
    Deadline.objects.filter(pk=deadline.pk).update(attempts=5, set_aside_at=clock.now(), error="ValueError: ")
    Undelivered.objects.filter(stream_id=made.case.stream_id).update(
        attempts=5, set_aside_at=clock.now(), error="KeyError: "
    )
    return deadline


def test_what_was_set_aside_is_shown_and_tried_again():
    made = reach.a_scene()
    deadline = _set_aside(made)
    client = signed_in(made.ops)
    said = client.get("/ops/stuck/").content.decode()
    assert "ValueError" in said and "KeyError" in said
    assert "refund_requested" not in said and "买家 · 申请退款" in said
    client.post(reverse("ops:again", args=["deadline", deadline.pk]))
    deadline.refresh_from_db()
    assert deadline.set_aside_at is None and deadline.attempts == 0
    for entry in Undelivered.objects.filter(stream_id=made.case.stream_id):
        client.post(reverse("ops:again", args=["entry", entry.pk]))
    ticks.consequences()
    assert not Undelivered.objects.filter(stream_id=made.case.stream_id).exists()


def test_a_person_without_an_address_is_told_in_the_site_and_gets_no_email():
    made = reach.a_scene()
    User.objects.filter(pk=made.merchant.id).update(email="")
    ticks.consequences()
    assert Notice.objects.filter(case=made.case, user=made.merchant.id).exists()
    assert not Email.objects.filter(notice__case=made.case, notice__user=made.merchant.id).exists()


def test_a_notice_of_an_offer_names_the_end_of_the_offer():
    made = reach.a_scene()
    builders.travel(timedelta(hours=3))
    offer = offers.make(made.case.pk, amount=10_000, returns=False, text="", actor=made.buyer, now=clock.now())
    ticks.consequences()
    told = Notice.objects.get(case=made.case, kind=Kind.OFFER_MADE.value, user=made.merchant.id)
    assert told.params["due"] == offer.expires_at.isoformat() != made.reload().due_at.isoformat()


def test_a_parked_email_is_sent_again():
    made = reach.a_scene()
    User.objects.filter(pk=made.merchant.id).update(email="shop@example.com")
    ticks.consequences()
    Email.objects.filter(notice__case=made.case).update(state=Email.PARKED, attempts=7, error="SMTPException")
    email = Email.objects.filter(notice__case=made.case).first()
    assert email is not None
    client = signed_in(made.ops)
    assert "SMTPException" in client.get("/ops/stuck/").content.decode()
    Email.objects.filter(pk=email.pk).update(error="no_address")
    said = client.get("/ops/stuck/").content.decode()
    assert "此人没有邮箱地址" in said and "no_address" not in said and "refund_requested" not in said
    client.post(reverse("ops:again", args=["email", email.pk]))
    email.refresh_from_db()
    assert email.state == Email.WAITING


def test_only_operations_try_again_and_only_what_there_is():
    made = reach.a_scene()
    path = reverse("ops:again", args=["deadline", 1])
    assert signed_in(made.merchant).post(path).status_code == 404
    assert signed_in(made.ops).get(path).url == reverse("ops:stuck")
    assert signed_in(made.ops).post(reverse("ops:again", args=["nonsense", 1])).status_code == 404
    assert signed_in(made.ops).post(reverse("ops:again", args=["step", 999_999])).status_code == 404


def test_the_rules_page_says_what_is_in_force():
    made = reach.a_scene()
    page = signed_in(made.ops).get("/ops/rules/")
    in_force = [row["set"].profile for row in page.context["rows"] if row["in_force"]]
    assert sorted(in_force) == sorted(set(in_force)) and "taobao-classic" in in_force


def test_a_years_grid_shows_what_is_off_and_what_is_worked():
    made = reach.a_scene()
    page = signed_in(made.ops).get("/ops/calendar/", {"year": "2026"})
    february = page.context["grid"][1]
    kinds = {day.number: day.kind for week in february.weeks for day in week if day.number}
    assert (kinds[14], kinds[17], kinds[18], kinds[21], kinds[26]) == ("work", "off", "off", "off", "plain")
    assert page.status_code == 200
    assert signed_in(made.ops).get("/ops/calendar/", {"year": "1999"}).status_code == 200


def test_a_calendar_that_runs_out_is_announced_until_the_next_year_is_published():
    made = reach.a_scene()
    client = signed_in(made.ops)
    builders.travel_to(clock.now().replace(year=2026, month=12, day=1))
    assert client.get("/ops/calendar/").context["runs_out"]
    file = SimpleUploadedFile("2027.toml", NEXT_YEAR.encode(), content_type="application/toml")
    assert client.post("/ops/calendar/", {"file": file}).headers["Location"].endswith("?year=2027")
    assert not client.get("/ops/calendar/").context["runs_out"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "this is [not toml",
        NEXT_YEAR.replace("2027-01-01", "2026-01-01"),
        NEXT_YEAR.replace("cn-2027.1", "cn-2026.1"),
    ],
)
def test_a_calendar_that_cannot_be_read_or_is_there_already_is_refused_beside_its_field(text):
    made = reach.a_scene()
    before = CalendarVersion.objects.count()
    reply = signed_in(made.ops).post("/ops/calendar/", {"file": SimpleUploadedFile("x.toml", text.encode())})
    assert reply.status_code == 422
    assert reply.context["form"].errors["file"]
    assert CalendarVersion.objects.count() == before


def test_a_calendar_in_another_encoding_is_refused_in_our_words():
    made = reach.a_scene()
    file = SimpleUploadedFile("x.toml", "名称".encode("gbk"))
    said = signed_in(made.ops).post("/ops/calendar/", {"file": file}).content.decode()
    assert "UTF-8" in said and "codec" not in said


def test_the_demo_clock_exists_on_demo_sites_only(settings, monkeypatch):
    monkeypatch.setattr(second_factor, "given", lambda request: True)
    made = reach.a_scene()
    client = signed_in(made.ops)
    settings.HENG_DEMO = False
    assert client.get("/ops/clock/").status_code == 404
    assert client.post("/ops/clock/move/", {"by": "day"}).status_code == 404
    assert "/ops/clock/" not in client.get("/ops/").content.decode()
    settings.HENG_DEMO = True
    assert client.get("/ops/clock/").status_code == 200
    assert signed_in(made.merchant).get("/ops/clock/").status_code == 404


def test_the_demo_clock_goes_to_the_next_deadline_and_shows_what_ended(settings):
    settings.HENG_DEMO = True
    made = reach.a_scene()
    client = signed_in(made.ops)
    before = clock.now()
    snapshots.take(before)
    client.post("/ops/clock/move/", {"by": "hour"})
    # What is counted by the hour is as new as the time that was moved.
    assert measures.of_shop(made.shop.pk).at >= before + timedelta(hours=1)
    assert timedelta(hours=1) <= clock.now() - before < timedelta(hours=2)
    client.post("/ops/clock/move/", {"by": "next"})
    deadline = Deadline.objects.get(case=made.case, state=Deadline.PENDING)
    assert clock.now() > deadline.due_at
    ticks.deadlines()
    assert made.case.number in client.get("/ops/clock/").content.decode()
    assert made.state is not State.AWAITING_MERCHANT


def test_the_demo_clock_says_which_terms_ended_in_a_story_only(settings):
    settings.HENG_DEMO = True
    made, told = reach.a_scene(), reach.a_scene()
    reach.let_term_end(made)
    Deadline.objects.filter(case=told.case).update(
        state=Deadline.EXPIRED,
        due_at=RuleSet.objects.earliest("published_at").published_at - timedelta(days=2),
        fired_at=clock.now(),
    )
    shown = signed_in(made.ops).get("/en/ops/clock/").content.decode()
    ended, _between, stories = shown.partition("Part of the demo")
    assert made.case.number in ended and told.case.number not in ended
    assert told.case.number in stories and made.case.number not in stories


@pytest.mark.parametrize("year", ["1999", "x"])
def test_a_year_without_a_calendar_is_said_so(year):
    said = signed_in(reach.a_scene().ops).get("/en/ops/calendar/", {"year": year}).content.decode()
    assert f"There is no view “{year}” here" in said and "Calendar 20" in said


def test_the_demo_clock_knows_its_own_steps_only(settings):
    settings.HENG_DEMO = True
    made = reach.a_scene()
    before = clock.now()
    assert signed_in(made.ops).post("/ops/clock/move/", {"by": "year"}).status_code == 302
    assert clock.now() - before < timedelta(minutes=5)


def test_damaged_evidence_is_told_to_operations_by_its_number(client: Client) -> None:
    made = reach.handed_in()
    exhibit = Exhibit.objects.filter(dossier=made.case.dossier, side="buyer").order_by("place")[0]
    Damage.objects.create(blob=exhibit.blob, kind="original", state="altered", found_at=clock.now())
    client.force_login(User.objects.get(pk=made.ops.id))
    said = client.get("/en/ops/stuck/").content.decode()
    assert f"{made.case.number}</a> {exhibit.number}" in said and "altered · original" in said


def test_operations_see_who_sent_malware_and_whether_anything_is_scanned(settings, django_assert_max_num_queries):
    made = reach.a_scene()
    assert "HENG_SCANNER" in signed_in(made.ops).get(reverse("ops:quarantine")).content.decode()
    settings.HENG_SCANNER = "tcp://scanner"
    Quarantined.objects.create(
        at=clock.now(), sha256="ab" * 32, size=9, mime="image/jpeg", found="Eicar-Test-Signature",
        engine="ClamAV", owner=f"buyer:{made.buyer.id}", key="quarantine/x", secret=b"k",
    )  # fmt: skip
    client = signed_in(made.ops)
    with django_assert_max_num_queries(LIST):
        page = client.get(reverse("ops:quarantine")).content.decode()
    name = User.objects.get(pk=made.buyer.id)
    assert (
        "Eicar-Test-Signature" in page and (name.display_name or name.username) in page and "HENG_SCANNER" not in page
    )
    for stranger in (made.buyer, made.merchant, made.arbitrator, made.senior):
        assert signed_in(stranger).get(reverse("ops:quarantine")).status_code == 404
