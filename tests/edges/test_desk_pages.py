"""The desk's pages: who may read which, what stands on them, and how few queries they take."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from redis.exceptions import RedisError

from accounts.models import User
from arbitration import assignment, rulings
from arbitration.models import HandBack, Seen
from common import clock
from common.actor import Role
from disputes import intervention, submissions
from disputes.lifecycle import State
from disputes.models import Case, Statement
from evidence.models import Exhibit
from tests import builders, deciding, reach
from tests.visiting import signed_in
from web import navigation
from web.desk import shell
from web.keyset import Cursor

pytestmark = pytest.mark.django_db


def page(name: str, *args: str) -> str:
    return "/en" + reverse(f"desk:{name}", args=args).removeprefix("/en")


def text(client: Client, path: str) -> str:
    reply = client.get(path)
    assert reply.status_code == 200, (path, reply.status_code)
    return reply.content.decode()


@pytest.mark.parametrize("name", ["queue", "done", "rules"])
def test_lists_of_the_desk_open_for_the_bench_and_nobody_else(name):
    made = reach.queued()
    for actor in (made.arbitrator, made.senior):
        assert signed_in(actor).get(page(name)).status_code == 200
    for actor in (made.buyer, made.merchant, made.ops):
        assert signed_in(actor).get(page(name)).status_code == 404
    assert Client().get(page(name)).headers["Location"].endswith(f"/login/?next={page(name)}")


@pytest.mark.parametrize("name", ["review", "appeals"])
def test_approvals_and_appeals_are_a_seniors(name):
    made = reach.a_scene()
    assert signed_in(made.senior).get(page(name)).status_code == 200
    assert signed_in(made.arbitrator).get(page(name)).status_code == 404
    assert page(name) not in text(signed_in(made.arbitrator), page("queue"))


def test_the_queue_names_no_party_and_counts_points_and_evidence():
    made = reach.queued()
    shown = text(signed_in(made.arbitrator), page("queue"))
    assert made.case.number in shown and 'data-label="Points">2<' in shown
    buyer = User.objects.get(pk=made.buyer.id).display_name
    assert made.shop.name not in shown and buyer not in shown


def test_a_case_in_which_the_reader_has_an_interest_is_not_in_the_queue_and_not_there():
    made = reach.queued()
    relative = builders.an_officer(Role.ARBITRATOR)
    builders.Membership.objects.create(
        user_id=relative.id, merchant=made.shop, rights=["view"], since=made.case.opened_at
    )
    client = signed_in(relative)
    assert made.case.number not in text(client, page("queue"))
    assert client.get(page("case", made.case.number)).status_code == 404


def test_a_list_takes_at_most_six_queries_and_one_for_what_is_its_readers_own(django_assert_max_num_queries):
    made = reach.queued()
    reach.queued()
    for actor in (made.arbitrator, made.senior):
        client = signed_in(actor)
        for name in ("queue", "done"):
            client.get(page(name))  # which rules are in force is asked once a minute
            with django_assert_max_num_queries(7):
                client.get(page(name))
    client = signed_in(made.senior)
    for name in ("review", "appeals"):
        client.get(page(name))
        with django_assert_max_num_queries(6):
            client.get(page(name))


def waiting_in(shown: str) -> list[str]:
    return re.findall(r'<span class="n">([^<]+)</span></a></li>', shown)


def test_every_page_of_the_desk_says_what_waits_for_its_reader():
    made = deciding.taken()
    deciding.drafted(made)
    reach.queued()
    client = signed_in(made.arbitrator)
    for name, place in (("case", made.case.number), ("preview", made.case.number), ("rules", ""), ("settings", "")):
        assert waiting_in(text(client, page(name, *([place] if place else [])))) == ["1"], name
    senior = signed_in(made.senior)
    assert waiting_in(text(senior, page("case", made.case.number))) == ["1", "0", "0"]
    with CaptureQueriesContext(connection) as asked:
        client.get(page("rules"))
    assert not [query for query in asked if "AS counted" in query["sql"]], "for half a minute it is known"


def test_a_long_list_is_not_counted_to_its_end():
    assert [item.shown for item in navigation.items("desk", counts={"queue": 100, "review": 99})][:2] == ["99+", "99"]


def test_the_numbers_are_there_without_redis(monkeypatch):
    made = deciding.taken()

    def away(*_what: object) -> None:
        raise RedisError

    client = signed_in(made.arbitrator)
    monkeypatch.setattr(shell.cache, "get", away)
    assert waiting_in(text(client, page("rules"))) == ["0"]


def test_the_queue_goes_on_after_the_row_that_the_address_names():
    first = reach.queued()
    builders.travel(timedelta(hours=30))
    second = reach.queued()
    after = Cursor(first.reload().due_at, first.case.pk)
    rest = text(signed_in(first.arbitrator), page("queue") + f"?after={after}")
    assert second.case.number in rest and first.case.number not in rest
    assert first.case.number in text(signed_in(first.arbitrator), page("queue") + "?after=nonsense")


def test_filters_leave_out_what_does_not_fit():
    made = reach.queued()
    client = signed_in(made.arbitrator)
    assert made.case.number in text(client, page("queue") + "?type=DAMAGED&least=680.00")
    assert made.case.number not in text(client, page("queue") + "?type=DAMAGED&least=680.01")
    assert made.case.number not in text(client, page("queue") + "?type=NOT_RECEIVED")


def test_taking_the_next_case_opens_it():
    made = deciding.taken()
    waiting = reach.queued()
    builders.travel(timedelta(hours=25))
    client = signed_in(made.arbitrator)
    reply = client.post(page("next"))
    assert reply.status_code == 302 and waiting.case.number in reply.headers["Location"]
    assert waiting.state is State.UNDER_REVIEW
    again = client.post(page("next"), follow=True)
    assert again.redirect_chain[-1][0].endswith("/desk/")


def test_the_workspace_shows_both_sides_and_no_contact_data():
    made = deciding.taken()
    builders.a_message(made.case.line, "buyer", "打我电话 13812345678", made.case.opened_at)
    shown = text(signed_in(made.arbitrator), page("case", made.case.number))
    assert "收到时壶身已有裂纹" in shown and "注水后会渗水" in shown
    assert shown.count('class="ev b"') == 1
    assert "林**" in shown and User.objects.get(pk=made.buyer.id).display_name not in shown
    assert "13812345678" not in shown and "example.org" not in shown


def test_no_finding_admission_remedy_or_share_is_chosen_beforehand():
    made = deciding.taken()
    shown = text(signed_in(made.arbitrator), page("case", made.case.number))
    assert " checked" not in shown
    assert re.search(r'name="share"[^>]* value=', shown) is None
    assert 'name="finding_1" value="buyer"' in shown and 'name="admit_B1" form="ruling" value="yes"' in shown


def test_the_workspace_takes_at_most_twelve_queries(django_assert_max_num_queries):
    made = deciding.taken()
    deciding.drafted(made)
    client = signed_in(made.arbitrator)
    client.get(page("case", made.case.number))
    with django_assert_max_num_queries(12):
        client.get(page("case", made.case.number))
    under = deciding.under_appeal()
    client = signed_in(under.senior)
    client.get(page("case", under.case.number))
    with django_assert_max_num_queries(12):
        client.get(page("case", under.case.number))


def test_a_case_in_other_hands_can_be_read_by_the_bench_without_the_draft_and_changed_by_nobody():
    made = deciding.taken()
    deciding.drafted(made)
    text(signed_in(made.arbitrator), page("case", made.case.number))
    other = deciding.another(Role.ARBITRATOR)
    for reader in (made.senior, other):
        shown = text(signed_in(reader), page("case", made.case.number))
        assert deciding.REASONS not in shown and 'id="ruling"' not in shown
        assert "has this case until" in shown
    assert not any(act in shown for act in ("/taken/", "/sent_to_jury/", "/more_evidence_asked/", "/clocks_stopped/"))
    assert made.case.number not in text(signed_in(other), page("queue"))
    # Whoever stepped back from a case does not read on in it, and once it is ruled it is nobody's business.
    HandBack.objects.create(
        case=made.case,
        round=1,
        user_id=other.id,
        reason="conflict",
        recused=True,
        by_id=other.id,
        at=clock.now(),
    )
    assert signed_in(other).get(page("case", made.case.number)).status_code == 404
    rulings.issue(made.case.pk, version=1, actor=made.arbitrator, now=clock.now())
    third = deciding.another(Role.ARBITRATOR)
    assert signed_in(third).get(page("case", made.case.number)).status_code == 404
    for actor in (made.buyer, made.merchant, made.ops):
        assert signed_in(actor).get(page("case", made.case.number)).status_code == 404


def test_opening_an_exhibit_is_noted_once():
    made = deciding.taken()
    client = signed_in(made.arbitrator)
    path = page("exhibit", made.case.number, "B1")
    assert "/files/" in text(client, path)
    text(client, path)
    assert Seen.objects.filter(user_id=made.arbitrator.id).count() == 1
    assert client.get(page("exhibit", made.case.number, "B99")).status_code == 404
    assert signed_in(made.buyer).get(path).status_code == 404


def test_what_the_middle_shows_whole_is_seen_and_thumbnails_are_not():
    deciding.rules()
    made = reach.admitted()
    reach.give_required_evidence(made)
    photo = reach.received("orange")
    submissions.add_evidence(made.case.pk, photo, code="E06", name="", note="", actor=made.buyer, now=clock.now())
    submissions.hand_in(made.case.pk, actor=made.buyer, now=clock.now())
    intervention.rebut(made.case.pk, reach.answers(made), text="", actor=made.merchant, now=clock.now())
    builders.travel(timedelta(hours=25))
    assignment.take(made.case.pk, actor=made.arbitrator, now=clock.now())
    photos = list(Exhibit.objects.filter(dossier_id=made.case.dossier_id, kind="image").order_by("place"))
    client = signed_in(made.arbitrator)
    ahead = client.get(page("case", made.case.number), headers={"Sec-Purpose": "prefetch"})
    assert ahead.status_code == 200 and not Seen.objects.exists()
    text(client, page("case", made.case.number) + f"?b={photos[1].number}")
    assert list(Seen.objects.values_list("exhibit_id", "user_id")) == [(photos[1].pk, made.arbitrator.id)]
    # A senior who looks in has seen it for themselves and for nobody else.
    text(signed_in(made.senior), page("case", made.case.number) + f"?b={photos[0].number}")
    assert not Seen.objects.filter(user_id=made.arbitrator.id, exhibit=photos[0]).exists()


def test_a_script_says_what_it_opened_and_learns_what_is_left():
    made = deciding.taken()
    client = signed_in(made.arbitrator)
    rows = [row.number for row in Exhibit.objects.filter(dossier_id=made.case.dossier_id).order_by("side", "place")]
    for _twice in range(2):
        reply = client.post(page("seen", made.case.number), {"n": rows[:2]})
        assert reply.json() == {"seen": 2, "total": len(rows), "left": rows[2:]}
    assert client.post(page("seen", made.case.number), {"n": [rows[2], "B99"]}).status_code == 404
    assert signed_in(made.buyer).post(page("seen", made.case.number), {"n": rows[:1]}).status_code == 404
    assert Seen.objects.count() == 2


def test_the_chat_on_record_is_read_without_telephone_numbers():
    made = reach.refused()
    builders.a_message(made.case.line, "buyer", "打我电话 13812345678", builders.clock.now())
    reach.intervention.request(made.case.pk, reach.claim_of(made.reload()), actor=made.buyer, now=builders.clock.now())
    dossier = Case.objects.get(pk=made.case.pk).dossier_id
    chat = Exhibit.objects.get(dossier_id=dossier, code="E02").number
    shown = text(signed_in(made.senior), page("exhibit", made.case.number, chat))
    assert "138****5678" in shown and "13812345678" not in shown


def test_the_rulebook_is_searched_in_the_version_of_the_case():
    made = deciding.taken()
    client = signed_in(made.arbitrator)
    shown = text(client, page("case", made.case.number))
    assert "version=test.1" in shown
    assert ">4.2<" in text(client, page("rules") + "?version=test.1&q=4.2")
    assert client.get(page("rules") + "?version=none").status_code == 404


def test_the_workspace_shows_what_both_sides_wrote_in_their_own_words():
    made = deciding.taken()
    said = Statement.objects.create(
        case=made.case, side="merchant", kind="rebuttal", text="出库照完好，电话 13812345678", at=clock.now()
    )
    Statement.objects.create(case=made.case, side="merchant", kind="offer", text="私下的话", at=clock.now())
    shown = text(signed_in(made.arbitrator), page("case", made.case.number))
    block = shown[shown.index('id="statements"') : shown.index("Evidence of both sides")]
    told = made.case.statements.filter(kind__in=["request", "refusal", "story"]).order_by("at", "id")
    places = [block.index(one.text) for one in told]
    assert {one.side for one in told} == {"buyer", "merchant"} and places == sorted(places)
    assert block.index(said.text[:5]) > places[-1] and "Answered the points" in block
    assert "13812345678" not in block and "私下的话" not in block


def test_a_case_whose_file_may_still_grow_says_from_when_it_can_be_taken():
    made = reach.queued()
    take = page("act", made.case.number, "taken")
    client = signed_in(made.arbitrator)
    assert take in client.get(page("queue")).content.decode()
    Case.objects.filter(pk=made.case.pk).update(
        evidence_closes_at=clock.now() + builders.DAY, buyer_handed_in_at=None, merchant_handed_in_at=None
    )
    assert client.get(take).status_code == 409
    for shown in (client.get(page("queue")), client.get(page("case", made.case.number))):
        assert shown.status_code == 200
        assert take not in shown.content.decode()
    assert shown.context["take_from"]


def test_an_extension_is_offered_only_where_its_page_has_a_form():
    made = deciding.taken()
    extend = page("act", made.case.number, "deadline_extended")
    client = signed_in(made.arbitrator)
    offered = extend in client.get(page("case", made.case.number)).content.decode()
    assert offered == (client.get(extend).status_code == 200)
