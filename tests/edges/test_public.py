"""The pages that anybody may read, coming in, and the pages for when something is not there."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.contrib.auth import get_user_model
from django.test import RequestFactory

from accounts import demo
from common.actor import Actor
from rulebook import publishing, queries
from web import errors, rules, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def somebody():
    user = get_user_model()(username="lin", language="zh-hans")
    user.set_password("青瓷茶壶 280")
    user.save()
    return user


@pytest.mark.parametrize("prefix", ["", "/zh-hant", "/en"])
@pytest.mark.parametrize("path", ["/", "/help/", "/rules/", "/login/"])
def test_public_pages_open_in_every_language_without_an_account(client, prefix, path):
    reply = client.get(prefix + path)
    assert reply.status_code == 200
    tag = {"": "zh-Hans", "/zh-hant": "zh-Hant", "/en": "en"}[prefix]
    assert f'<html lang="{tag}"' in reply.content.decode()


def test_the_first_page_says_how_a_case_goes_with_the_terms_of_the_rules_in_force(client):
    queries._current.cache_clear()
    assert 'class="stages"' not in client.get("/en/").content.decode(), "before any rules there is nothing to say"
    publishing.load_catalogue(actor=Actor.system(), now=datetime(2026, 11, 29, 4, 0, tzinfo=UTC))
    steps = queries.current_rules(datetime(2026, 11, 30, 4, 0, tzinfo=UTC))
    page = client.get("/en/").content.decode()
    for key in ("evidence", "confirmation", "review", "appeal_window", "voluntary_performance"):
        assert f'<span class="badge">{rules.length(steps.step(key).duration)}</span>' in page
    assert "72 小时" in client.get("/").content.decode()


def test_the_language_switch_is_one_link_to_the_same_page(client):
    page = client.get("/en/help/?from=case").content.decode()
    assert 'href="/help/?from=case"' in page
    assert 'href="/zh-hant/help/?from=case"' in page


def test_a_wrong_name_and_a_wrong_password_read_the_same(client, somebody):
    told = [
        client.post("/en/login/", {"username": name, "password": "wrong"}).context["form"].errors
        for name in ("lin", "nobody")
    ]
    assert told[0] == told[1] == {"password": ["Account or password is not right"]}


def test_a_failed_sign_in_keeps_the_name_and_says_so_in_the_title(client):
    reply = client.post("/en/login/", {"username": "lin", "password": "wrong"})
    page = reply.content.decode()
    assert reply.status_code == 422
    assert "<title>Not right yet: Sign in" in page
    assert 'value="lin"' in page and 'class="errsum"' in page


def test_signing_in_returns_to_the_wanted_page_of_this_site_only(client, somebody):
    right = {"username": "lin", "password": "青瓷茶壶 280"}
    assert client.post("/login/", {**right, "next": "/help/?a=1"}).headers["Location"] == "/help/?a=1"
    for outside in ("https://evil.example/", "//evil.example/", "javascript:alert(1)"):
        location = client.post("/login/", {**right, "next": outside}).headers["Location"]
        assert location.startswith("/") and not location.startswith("//")


@pytest.mark.parametrize("path", ["/logout/", "/theme/", "/demo/sign-in/"])
def test_the_address_of_a_button_leads_home(client, settings, path):
    settings.HENG_DEMO = True
    assert client.get(path).headers["Location"] == "/"


def test_signing_out_needs_a_post(client, somebody):
    client.force_login(somebody)
    client.get("/logout/")
    assert "_auth_user_id" in client.session
    client.post("/logout/")
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("path", ["/styleguide/", "/styleguide/desk/"])
def test_the_style_guide_exists_on_demo_sites_only(client, settings, path):
    settings.HENG_DEMO = False
    assert client.get(path).status_code == 404
    settings.HENG_DEMO = True
    assert client.get(path).status_code == 200


def test_one_click_sign_in_exists_on_demo_sites_only(client, settings):
    settings.HENG_DEMO = False
    assert client.post("/demo/sign-in/", {"account": "buyer"}).status_code == 404
    assert "demo-grid" not in client.get("/login/").content.decode()


def test_the_theme_keeps_light_and_dark_and_nothing_else(client):
    assert client.post("/theme/", {"theme": "dark"}).cookies["theme"].value == "dark"
    assert 'data-theme="dark"' in client.get("/").content.decode()
    client.post("/theme/", {"theme": '"><script>'})
    assert "data-theme=" not in client.get("/").content.decode()


def test_what_is_not_there_says_so_without_saying_whether_it_exists(client):
    reply = client.get("/en/my/cases/DA-20261120-00871/nothing/")
    assert reply.status_code in (302, 404)
    reply = client.get("/en/nothing/")
    assert reply.status_code == 404
    assert "belong to another account" in reply.content.decode()


@pytest.mark.parametrize("number", ["%00", "x", "DA-2026%00-1", "DA-20261129-" + "0" * 99, "DA-²²²²²²²²-000000A"])
@pytest.mark.parametrize("area", ["my/cases", "shop/cases", "desk/cases", "ops/cases", "go"])
def test_an_address_that_names_no_case_is_not_there(client, settings, area, number):
    settings.HENG_DEMO = True
    demo.ensure_demo_accounts(now=datetime(2026, 11, 29, 4, 0, tzinfo=UTC))
    who = {"my/cases": "buyer", "shop/cases": "merchant", "desk/cases": "arbitrator"}.get(area, "ops")
    client.post("/demo/sign-in/", {"account": who})
    assert client.get(f"/{area}/{number}/").status_code == 404


def test_the_last_resort_needs_no_database_and_speaks_three_languages(django_assert_num_queries):
    with django_assert_num_queries(0):
        reply = errors.broken(RequestFactory().get("/en/my/"))
    page = reply.content.decode()
    assert reply.status_code == 500
    assert '<html lang="en">' in page
    assert all(word in page for word in ("抱歉，我们出错了", "抱歉，我們出錯了", "something broke on our side"))
    assert "{{" not in page


@pytest.fixture
def published():
    publishing.load_catalogue(actor=Actor.system(), now=datetime(2026, 11, 29, 4, 0, tzinfo=UTC))


def test_the_rules_in_force_are_public_clause_by_clause_in_the_readers_language(client, published):
    page = client.get("/en/rules/")
    assert page.context["version"].profile == "taobao-classic"
    first = page.context["chapters"][0].clauses[0]
    assert first.title.en in page.content.decode()
    clause = client.get(f"/zh-hant/rules/{page.context['version'].version}/{first.number}/").content.decode()
    assert first.text.zh_Hant in clause and first.text.en not in clause


def test_a_clause_of_our_own_says_so_in_the_readers_language(client, published):
    version = client.get("/rules/").context["version"]
    own = next(one for one in queries.rules(version.pk).body.clauses if one.source == "Own rule")
    for prefix, said in (("", "平台自有规则"), ("/zh-hant", "平台自有規則"), ("/en", "Own rule")):
        page = client.get(f"{prefix}/rules/{version.version}/{own.number}/").content.decode()
        assert said in page and (prefix == "/en" or "Own rule" not in page)


def test_which_jury_is_asked_up_to_which_sum_is_public_where_there_is_a_jury(client):
    now = datetime(2026, 11, 29, 4, 0, tzinfo=UTC)
    publishing.load_catalogue(actor=Actor.system(), now=now, switches={"jury": True})
    page = client.get("/en/rules/").content.decode()
    assert "up to ¥50.00" in page and "17 people, drawn by lot" in page and "9 of 17 for one side carry" in page
    assert "up to ¥500.00" in page and "31 people, drawn by lot" in page and "16 of 31 for one side carry" in page


def test_rules_without_a_jury_name_none(client, published):
    assert "drawn by lot" not in client.get("/en/rules/").content.decode()


def test_a_search_finds_a_clause_by_its_words_and_says_so_when_there_is_none(client, published):
    first = client.get("/rules/").context["chapters"][0].clauses[0]
    found = client.get("/rules/", {"q": first.title.zh_Hans}).context["chapters"]
    assert first.number in {item.number for chapter in found for item in chapter.clauses}
    assert "没有条款包含这些字" in client.get("/rules/", {"q": "zzqq"}).content.decode()


def test_an_unknown_version_or_clause_is_not_there(client, published):
    unknown = ("/rules/1999.1/", "/rules/1999.1/1.1/", "/rules/2026.1/99.99/")
    assert [client.get(path).status_code for path in unknown] == [404, 404, 404]


def test_one_click_signs_in_as_a_demo_person(client, settings):
    settings.HENG_DEMO = True
    demo.ensure_demo_accounts(now=datetime(2026, 11, 29, 4, 0, tzinfo=UTC))
    page = client.get("/login/").content.decode()
    assert all((f'value="{one.key}"' in page) == bool(sign_in.route(one.landing)) for one in demo.ACCOUNTS)
    assert 'value="buyer"' in page
    reply = client.post("/demo/sign-in/", {"account": "buyer"})
    assert reply.status_code == 302 and reply.headers["Location"]
    assert get_user_model().objects.get(pk=client.session["_auth_user_id"]).username == "lin-zhixia"
    assert client.post("/demo/sign-in/", {"account": "nobody"}).status_code == 404
