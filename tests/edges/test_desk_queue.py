"""The desk's lists as a place to work in: a look at a case, saved views, own record, and how one likes to work."""

from __future__ import annotations

import re

import pytest

from accounts.models import User
from arbitration import appeals, preferences, queries
from arbitration.models import DeskSettings
from common import clock
from common.actor import Role
from disputes.lifecycle import Event
from disputes.models import Case
from tests import builders, deciding, reach
from tests.edges.test_desk_pages import page, signed_in, text
from web.desk import keys

pytestmark = pytest.mark.django_db


def test_a_look_at_a_case_beside_the_list_says_what_is_asked_and_names_no_party():
    made = reach.queued()
    client = signed_in(made.arbitrator)
    plain = text(client, page("queue"))
    assert f"?preview={made.case.number}" in plain and 'id="preview"' not in plain
    shown = text(client, page("queue") + f"?type=DAMAGED&preview={made.case.number}")
    block = shown[shown.index('id="preview"') : shown.index("<table")]
    assert "收到时壶身已有裂纹" in block and "1 exhibit" in block
    assert page("act", made.case.number, Event.TAKEN.value) in block
    buyer = User.objects.get(pk=made.buyer.id).display_name
    assert made.shop.name not in shown and buyer not in shown
    assert f"?type=DAMAGED&amp;preview={made.case.number}" in shown


def test_what_a_reader_may_not_see_has_no_preview():
    made = reach.queued()
    relative = builders.an_officer(Role.ARBITRATOR)
    builders.Membership.objects.create(
        user_id=relative.id, merchant=made.shop, rights=["view"], since=made.case.opened_at
    )
    for number in (made.case.number, "DA-20260101-NOTHERE", "x"):
        assert 'id="preview"' not in text(signed_in(relative), page("queue") + f"?preview={number}")


def test_a_narrowed_queue_is_saved_under_a_name_shown_as_current_and_removed():
    made = reach.queued()
    client = signed_in(made.arbitrator)
    query = "type=DAMAGED&least=600"
    saved = client.post(page("view_keep"), {"name": "破损", "query": f"{query}&after=x&evil=1"})
    assert saved.headers["Location"] == page("queue") + f"?{query}"
    assert DeskSettings.objects.get().views == [{"name": "破损", "query": query}]
    shown = text(client, page("queue") + f"?{query}")
    assert ' aria-current="page">破损</a>' in shown and "Remove the view 破损" in shown
    assert "破损</a>" not in text(signed_in(made.senior), page("queue"))
    client.post(page("view_drop"), {"name": "破损"})
    assert DeskSettings.objects.get().views == []
    client.post(page("view_keep"), {"name": "空", "query": ""})
    assert DeskSettings.objects.get().views == []


def test_there_is_room_for_twelve_views():
    made = reach.a_scene()
    for number in range(preferences.MOST_VIEWS):
        preferences.keep_view(f"{number}", "type=DAMAGED", actor=made.arbitrator, now=clock.now())
    reply = signed_in(made.arbitrator).post(page("view_keep"), {"name": "多", "query": "type=DAMAGED"}, follow=True)
    assert "There is room for 12" in reply.content.decode()


def test_ones_own_overturned_rulings_come_first_with_the_reason():
    made = deciding.under_appeal()
    reasons = "新照片与原照片裂纹走向一致，能认定是同一只壶；原裁决漏看渗水的事实，应改为支持买家的请求。"
    draft = deciding.drafted(made, deciding.a_draft(made), actor=made.senior)
    appeals.change(made.case.pk, version=draft.version, reasons=reasons, actor=made.senior, now=clock.now())
    shown = text(signed_in(made.arbitrator), page("done"))
    assert shown.index("Changed or set aside on appeal") < shown.index("<table")
    assert reasons in shown and page("case", made.case.number) in shown
    assert reasons not in text(signed_in(deciding.another(Role.ARBITRATOR)), page("done"))


def settings(**changes: str) -> dict[str, str]:
    return {f"key_{key.act}": key.code for key in keys.KEYS} | {"keys_on": "on"} | changes


def test_keys_are_moved_and_turned_off_and_go_back_to_where_they_lay():
    made = deciding.taken()
    client = signed_in(made.arbitrator)
    moved = settings(key_admit="KeyX", compact="on", swapped="on")
    del moved["keys_on"]
    assert client.post(page("settings"), moved).status_code == 302
    context = client.get(page("case", made.case.number)).context
    assert context["desk_keys"]["on"] is False
    assert {row["act"]: row["code"] for row in context["desk_keys"]["keys"]}["admit"] == "KeyX"
    shown = text(client, page("case", made.case.number))
    assert "workspace compact swapped" in shown
    assert 'value="KeyX" selected' in text(client, page("settings"))
    # What is ticked on the page goes along, also what was ticked just now and beside a key that is taken.
    client.post(page("settings"), {"do": "usual", "swapped": "on", "goes_on": "on", "key_admit": "KeyJ"})
    found = DeskSettings.objects.get()
    assert (found.keys, found.keys_on, found.compact, found.swapped, found.goes_on) == ({}, False, False, True, True)


def test_two_actions_never_share_a_key():
    made = reach.a_scene()
    reply = signed_in(made.arbitrator).post(page("settings"), settings(key_admit="KeyJ"))
    shown = reply.content.decode()
    assert reply.status_code == 422 and "J is taken by “Next point”" in shown
    assert not DeskSettings.objects.exists()
    # To change places is no sharing.
    swapped = settings(key_point_next="KeyK", key_point_previous="KeyJ")
    assert signed_in(made.arbitrator).post(page("settings"), swapped).status_code == 302
    assert signed_in(made.buyer).get(page("settings")).status_code == 404


def test_recusal_and_a_lab_test_are_pages_of_their_own_name_with_the_reason_chosen():
    made = deciding.taken()
    client = signed_in(made.arbitrator)
    acts = {str(act.label): act.href for act in client.get(page("case", made.case.number)).context["actions"]}
    recusal = text(client, acts["Recuse myself"])
    assert 'value="conflict"' in recusal and recusal.count(" checked") == 2
    test = text(client, acts["Lab test"])
    assert 'value="inspection"' in test and test.count(" checked") == 1
    plain = text(client, page("act", made.case.number, Event.HANDED_BACK.value))
    assert plain.count(" checked") == 0


def test_the_queue_shows_what_was_bought_and_its_first_row_is_the_next_case():
    first, second = reach.queued(), reach.queued()
    due = first.reload().due_at
    Case.objects.filter(pk__in=[first.case.pk, second.case.pk]).update(due_at=due)
    Case.objects.filter(pk=second.case.pk).update(claimed=first.case.claimed + 1)
    client = signed_in(first.arbitrator)
    shown = text(client, page("queue"))
    rows = re.findall(r'<a class="num" href="[^"]*">(DA-[^<]+)</a>', shown)
    assert rows == [second.case.number, first.case.number] and first.case.title in shown
    # The list goes on after a row in the same order.
    after = queries.queue(first.arbitrator, queries.View.WAITING, size=1)
    rest = queries.queue(first.arbitrator, queries.View.WAITING, size=1, cursor=after.next)
    assert [case.number for case in (*after.cases, *rest.cases)] == rows
    assert rows[0] in client.post(page("next")).headers["Location"]
