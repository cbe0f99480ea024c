"""The rules can be tried out without an account, a script or a trace: one question a page, all answers in the address."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from common import clock
from rulebook import asking, queries
from tests import builders
from web import check, simulator

pytestmark = pytest.mark.django_db

CHECK = "/en/check/"
DAMAGED = {"what": "damaged", "order": "COMPLETED", "days": "3", "said": "refused"}


@pytest.fixture(autouse=True)
def published() -> None:
    builders.rules()
    queries._current.cache_clear()


@pytest.fixture(autouse=True)
def _addresses_without_a_prefix() -> Iterator[None]:
    """A reply in English leaves the thread in English; each test begins with the addresses of the default language."""
    with translation.override("zh-hans"):
        yield


def page(client: Client, **answers: str) -> str:
    reply = client.get(CHECK, answers)
    assert reply.status_code == 200
    return reply.content.decode()


def question(html: str) -> str:
    found = re.search(r'name="asked" value="(\w+)"', html)
    return found[1] if found else ""


def test_each_answer_leads_to_the_next_question_and_the_last_to_the_result(client: Client) -> None:
    given: dict[str, str] = {}
    order = []
    for key, value in DAMAGED.items():
        order.append(question(page(client, **given)))
        given[key] = value
    assert order == list(DAMAGED)
    html = page(client, **given)
    assert question(html) == "" and "The platform could step in now" in html


def test_whatever_is_answered_at_most_five_questions_are_asked(client: Client) -> None:
    rules = queries.current_rules(clock.now())
    known = asking.about(rules, simulator.claimable(rules))
    for code in simulator.claimable(rules):
        what, more = known.way_to(code)
        for state in simulator.states_of(rules.type(code)):
            answers = {"what": what, "more": more, "order": state, "days": "3", "said": "refused"}
            asked, counted = check._asked(rules, answers)
            assert len(asked) <= 5
            assert {question.key for question in asked} == set(counted)
            assert "more" in counted or not more


def test_no_answer_and_a_wrong_one_are_asked_again_with_a_word(client: Client) -> None:
    assert 'class="errsum"' not in page(client)
    assert 'class="errsum"' in page(client, asked="what")
    assert 'class="errsum"' in page(client, what="damaged", order="COMPLETED", days="-1", asked="days")
    assert question(page(client, what="nonsense")) == "what"
    assert question(page(client, **{**DAMAGED, "days": "9" * 400})) == "days"


def test_a_late_claim_names_the_exceptions_and_the_ways_outside(client: Client) -> None:
    html = page(client, **{**DAMAGED, "days": "60"})
    assert "The platform could not step in yet" in html
    assert "It can still be filed if one of these applies" in html and "Other ways" in html
    assert "The time to ask ended on" in html


def test_sums_are_worked_out_line_by_line_and_stay_in_the_address(client: Client) -> None:
    html = page(client, **DAMAGED, paid="680", freight="18")
    assert "¥680.00" in html and "698.00" in html.replace("¥", "")
    assert 'value="680"' in html
    assert "counted at what you paid for the way out" in html
    assert "for the way out" not in page(client, **DAMAGED, paid="680", freight="0")
    assert 'class="errsum"' in page(client, **DAMAGED, paid="abc")


def test_no_page_says_who_would_win(client: Client) -> None:
    html = page(client, **DAMAGED, paid="680")
    words = re.sub(r"<[^>]+>", " ", html).lower()
    assert not re.search(r"\bchance|probab|likel|%|will win", words)


def test_every_clause_is_a_link_that_opens(client: Client) -> None:
    links = set(re.findall(r'href="(/en/rules/[^"]+/[^"]+/)"', page(client, **DAMAGED)))
    assert len(links) > 5
    assert all(client.get(link).status_code == 200 for link in links)


def test_trying_out_writes_nothing_and_asks_the_database_next_to_nothing(client: Client) -> None:
    page(client, **DAMAGED, paid="680")
    with CaptureQueriesContext(
        connection,
    ) as seen:
        page(client, **DAMAGED, paid="680")
    assert len(seen) <= 2
    assert not [query for query in seen if not query["sql"].lstrip().upper().startswith("SELECT")]
    assert not client.cookies


@pytest.mark.parametrize("prefix", ["", "/zh-hant", "/en"])
def test_the_front_page_leads_here_in_every_language(client: Client, prefix: str) -> None:
    assert f'href="{prefix}/check/"' in client.get(f"{prefix}/").content.decode()
    assert client.get(f"{prefix}/check/").status_code == 200
