"""The page of one case as whoever rules works on it: everything beside each other, suggested and never set."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from arbitration import assignment, calculator, preferences
from arbitration.models import Ruling, Seen
from arbitration.preferences import Wanted
from common import clock, ids
from common.actor import Actor, Role
from common.acts import act
from disputes import intervention, submissions
from disputes.models import Statement
from evidence import dossiers
from evidence.models import Exhibit
from journal import book as journal
from journal.kinds import Kind
from tests import builders, deciding, reach
from tests.visiting import signed_in

pytestmark = pytest.mark.django_db


def page(name: str, *args: str) -> str:
    return "/en" + reverse(f"desk:{name}", args=args).removeprefix("/en")


def shown(client: Client, path: str, **headers: str) -> str:
    reply = client.get(path, headers=headers)
    assert reply.status_code == 200, (path, reply.status_code)
    return reply.content.decode()


@act
def fill(dossier_id: int, stream_id: int, *, texts: int, entries: int, actor: Actor, now) -> None:
    for number in range(texts):
        side = ("buyer", "merchant")[number % 2]
        dossiers.add_text(dossier_id, f"第 {number} 段文字", side=side, name=f"文字 {number}", actor=actor, now=now)
    for number in range(entries):
        journal.record(stream_id, Kind.EVIDENCE_ADDED, data={"n": number}, actor=actor, now=now)


def test_sixty_exhibits_and_five_hundred_entries_take_twelve_queries(django_assert_max_num_queries):
    deciding.rules()
    made = reach.admitted()
    reach.give_required_evidence(made)
    case, now = made.reload(), clock.now()
    fill(case.dossier_id, case.stream_id, texts=60, entries=500, actor=made.buyer, now=now)
    submissions.hand_in(case.pk, actor=made.buyer, now=now)
    intervention.rebut(case.pk, reach.answers(made), text="", actor=made.merchant, now=now)
    builders.travel(timedelta(hours=25))
    assignment.take(case.pk, actor=made.arbitrator, now=clock.now())
    deciding.drafted(made)
    client, path = signed_in(made.arbitrator), page("case", case.number)
    shown(client, path)
    with django_assert_max_num_queries(12):
        text = shown(client, path)
    assert len(re.findall(r'<article class="ev ', text)) == Exhibit.objects.filter(dossier=case.dossier_id).count() > 60
    with django_assert_max_num_queries(12):
        shown(client, page("viewer", case.number))


def test_each_control_stands_on_the_page_once():
    made = deciding.taken()
    text = shown(signed_in(made.arbitrator), page("case", made.case.number))
    for number in Exhibit.objects.filter(dossier_id=made.case.dossier_id).order_by("side", "place"):
        assert len(re.findall(rf'name="admit_{number.number}" form="ruling" value="yes"', text)) == 1
        assert len(re.findall(rf'<select[^>]* name="reason_{number.number}"', text)) == 1


def test_a_record_of_the_platform_takes_the_room_of_both_sides_and_is_seen_there():
    made = deciding.taken()
    record = Exhibit.objects.filter(dossier_id=made.case.dossier_id, side="platform").order_by("place").first()
    assert record is not None
    client = signed_in(made.arbitrator)
    text = shown(client, page("case", made.case.number) + f"?r={record.number}")
    assert "view-rec" in text and re.search(rf'data-half="r"><article[^>]*id="admit-{record.number}"', text)
    assert [seen.exhibit.number for seen in Seen.objects.select_related("exhibit")] == [record.number]
    assert "view-rec" not in shown(client, page("case", made.case.number) + "?r=P99")


def test_a_template_is_put_below_what_was_typed_and_nothing_is_saved():
    made = deciding.taken()
    client, path = signed_in(made.arbitrator), page("case", made.case.number)
    typed = {
        "version": "0",
        "language": "zh-hans",
        "finding_1": "buyer",
        "admit_B1": "yes",
        "reasons": "已有的话。",
        "go": "template",
        "template": "merchant_burden",
    }
    as_page = client.post(path, typed)
    assert as_page.status_code == 200 and not Ruling.objects.exists()
    text = as_page.content.decode()
    assert "已有的话。\n争点 1：" in text and 'class="slot empty"' in text and "not sent yet" in text
    told = client.post(path, typed, headers={"Accept": "application/json"}).json()
    assert (
        told["reasons"].startswith("已有的话。\n争点 1：")
        and "B1" in told["reasons"]
        and "争点 2：待填写" in told["reasons"]
    )
    english = client.post(
        path, typed | {"language": "en", "reasons": ""}, headers={"Accept": "application/json"}
    ).json()
    assert english["reasons"].startswith("Point 1")


def test_a_script_is_told_anew_what_changes_with_a_save_and_nothing_else():
    made = deciding.taken()
    client, path = signed_in(made.arbitrator), page("case", made.case.number)
    assert "Nothing is saved yet" in shown(client, path, **{"X-Part": "decision"})
    deciding.drafted(made)
    part = shown(client, path, **{"X-Part": "decision"})
    assert "the findings point to 100%" in part and 'class="calc"' in part and "<article" not in part


def test_the_sum_says_what_it_is_paid_from_and_what_is_short():
    made = deciding.taken()
    deciding.drafted(made)
    ruling = Ruling.objects.get()
    text = shown(signed_in(made.arbitrator), page("case", made.case.number))
    calc = text[text.index('class="calc"') : text.index("</dl>", text.index('class="calc"'))]
    assert ruling.amount and ("Enough balance" in calc) != ("short" in calc)


def test_clauses_that_were_not_in_force_are_found_and_say_from_when_they_are():
    made = deciding.taken()
    client, path = signed_in(made.arbitrator), page("clauses", made.case.number)
    rows = client.get(path, headers={"Accept": "application/json"}).json()["clauses"]
    assert {"number", "title", "text", "later"} == set(rows[0]) and any(not row["later"] for row in rows)
    found = shown(client, path + "?q=4.2")
    assert ">4.2<" in found and ">2.14<" not in found
    assert signed_in(made.buyer).get(path).status_code == 404


def test_the_case_before_and_the_case_after_are_one_link_away():
    first = deciding.taken()
    second = reach.queued()
    builders.travel(timedelta(hours=25))
    assignment.take(second.case.pk, actor=first.arbitrator, now=clock.now())
    client = signed_in(first.arbitrator)
    text = shown(client, page("case", first.case.number))
    assert "1 / 2" in text and page("case", second.case.number) in text
    assert "2 / 2" in shown(client, page("case", second.case.number))


def test_the_viewer_shows_the_same_two_exhibits_and_has_nothing_to_decide():
    made = deciding.taken()
    client, path = signed_in(made.arbitrator), page("viewer", made.case.number)
    text = shown(client, path + "?b=B1")
    assert 'id="admit-B1"' in text and 'name="admit_' not in text and 'id="ruling"' not in text
    for stranger in (made.buyer, made.merchant, made.ops):
        assert signed_in(stranger).get(path).status_code == 404


def test_the_page_of_commands_leads_to_a_case_by_its_number():
    made = deciding.taken()
    client = signed_in(made.arbitrator)
    assert (
        client.get(page("keys") + f"?q={made.case.number.lower()}")
        .headers["Location"]
        .endswith(reverse("desk:case", args=[made.case.number]))
    )
    assert "<kbd>J</kbd>" in shown(client, page("keys") + "?q=nothing")


def test_a_case_at_hand_is_found_by_a_part_of_its_number_or_of_what_was_bought_and_by_no_party():
    made = deciding.taken()
    waits = reach.queued()
    client = signed_in(made.arbitrator)
    numbers = {made.case.number, waits.case.number}

    def found(words: str) -> tuple[set[str], str]:
        told = client.get(page("keys"), {"q": words}, headers={"Accept": "application/json"}).json()
        return {case["number"] for case in told["cases"]}, told["said"]

    assert found(made.case.title[:4])[0] == numbers
    assert found(made.case.number[-5:].lower())[0] == {made.case.number}
    assert found(made.case.number)[0] == {made.case.number}
    for stranger in (made.shop.name, User.objects.get(pk=made.buyer.id).display_name):
        assert found(stranger)[0] == set()
    assert "whole number" in found("zzzz")[1] and found("z") == (set(), found("z")[1])
    listed = shown(client, page("keys") + f"?q={made.case.number[-5:]}")
    assert reverse("desk:case", args=[made.case.number]) in listed
    # A number that nobody has is said, and no page that is not there.
    other = deciding.another(Role.ARBITRATOR)
    stopped = signed_in(other).get(page("keys"), {"q": ids.case_number(clock.now())})
    assert stopped.status_code == 200 and "There is no case" in stopped.content.decode()


def test_whoever_reads_a_case_is_shown_no_key_that_weighs_or_rules():
    made = deciding.taken()
    context = signed_in(made.senior).get(page("case", made.case.number)).context
    acts = {row["act"] for row in context["desk_keys"]["keys"]}
    assert not acts & {"find_buyer", "admit", "admit_not", "remedy", "share", "annotate"} and "point_next" in acts
    assert [hint["keys"] for hint in context["key_hints"]] == [["J", "K"], ["[", "]"]]
    assert {"find_buyer", "admit"} <= {
        row["act"]
        for row in signed_in(made.arbitrator).get(page("case", made.case.number)).context["desk_keys"]["keys"]
    }


@pytest.mark.parametrize("name", ["queue", "done", "review", "appeals", "similar", "rules"])
def test_the_action_menu_is_on_every_page_of_the_desk(name):
    made = deciding.taken()
    text = shown(signed_in(made.senior), page(name))
    assert text.count('id="menu"') == 1 and text.count('id="desk-keys"') == 1 and text.count("js/desk-keys") == 1
    assert ("next_case" in text) == (name == "queue")


def test_who_raised_a_point_is_quoted_with_their_account_and_what_is_long_is_folded():
    made = deciding.taken()
    story = Statement.objects.get(case=made.case, kind="story")
    text = shown(signed_in(made.arbitrator), page("case", made.case.number))
    said = re.search(r'data-said="b" data-account="([^"]*)"( hidden)?>([^<]*)<', text)
    assert said is not None and said[3] == said[1] == story.text and not said[2]
    assert "data-raised" in text


def test_a_key_within_a_button_is_the_one_that_was_chosen_and_none_where_keys_are_off():
    made = deciding.taken()
    client, path = signed_in(made.arbitrator), page("case", made.case.number)
    assert "Look for a clause <kbd data-key>C</kbd>" in shown(client, path)
    liked = Wanted(keys_on=True, keys={"clause": "KeyX", "help": "KeyH"}, compact=False, swapped=False, goes_on=False)
    preferences.keep(liked, actor=made.arbitrator, now=clock.now())
    text = shown(client, path)
    assert "Look for a clause <kbd data-key>X</kbd>" in text and "<kbd data-key>H</kbd> All keys" in text
    assert "<kbd data-key>C</kbd>" not in text and "<kbd data-key>?</kbd>" not in text
    preferences.keep(replace(liked, keys_on=False), actor=made.arbitrator, now=clock.now())
    silent = shown(client, path)
    assert "data-key>" not in silent and '<span class="keys"></span>' in silent


def test_a_gap_in_the_reasons_keeps_the_ruling_from_its_preview_and_leads_to_it():
    made = deciding.taken()
    draft = deciding.a_draft(made)
    deciding.drafted(made, replace(draft, reasons=draft.reasons + "〔写明理由〕"))
    client = signed_in(made.arbitrator)
    text = shown(client, page("preview", made.case.number))
    assert "The reasons have a gap to fill in: 写明理由" in text and "#id_reasons" in text
    assert 'data-do="issue"' not in text


def test_a_remedy_without_return_says_that_it_needs_a_ground():
    made = deciding.taken()
    text = shown(signed_in(made.arbitrator), page("case", made.case.number))
    assert re.search(r'value="R1" data-gated', text) and not re.search(
        rf'value="{calculator.DISMISSAL}" data-gated', text
    )
