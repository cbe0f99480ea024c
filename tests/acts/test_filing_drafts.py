"""A claim on its way: kept field by field, seen by nobody else, and gone with the filing or once nothing can be filed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from accounts.models import User
from common import clock
from common.actor import Actor, Role
from common.errors import Missing, Refused
from disputes import drafts, intervention, negotiation, offers, submissions
from disputes.drafts import mark
from disputes.lifecycle import Kind, State
from disputes.models import FilingDraft
from evidence import dossiers
from evidence.models import Exhibit
from journal.models import Entry
from tests import builders, reach
from tests.reach import Scene

pytestmark = pytest.mark.django_db(transaction=False)

STORY = "那天晚上开箱就看到裂纹，电话 13812345678"


@pytest.fixture
def made() -> Scene:
    scene = reach.refused()
    drafts.begin(scene.case.pk, actor=scene.buyer, now=clock.now())
    return scene


def save(
    scene: Scene, page: str = "phone", read: dict[str, str] | None = None, actor: Actor | None = None, **typed: str
):
    shown = {field: mark(text) for field, text in (read or {}).items()}
    return drafts.save(scene.case.pk, typed, read=shown, page=page, actor=actor or scene.buyer, now=clock.now())


def text(scene: Scene, field: str) -> str:
    return FilingDraft.objects.get(case=scene.case).body[field]["text"]


def upload(scene: Scene, colour: str = "teal") -> Exhibit:
    return submissions.add_evidence(
        scene.case.pk, reach.received(colour), code="E06", name="", note="", actor=scene.buyer, now=clock.now()
    )


def test_what_was_typed_is_there_on_the_next_device(made: Scene) -> None:
    save(made, story=STORY)
    assert text(made, "story") == STORY


def test_a_draft_that_was_begun_is_not_begun_again(made: Scene) -> None:
    save(made, story=STORY)
    drafts.begin(made.case.pk, actor=made.buyer, now=clock.now())
    assert text(made, "story") == STORY


def test_of_two_devices_the_newest_wins_and_says_what_it_replaced(made: Scene) -> None:
    save(made, "phone", story="手机上写的")
    saved = save(made, "desk", read={"story": "早先的"}, story="电脑上写的")
    assert text(made, "story") == "电脑上写的"
    assert [(one.field, one.text, one.kept) for one in saved.elsewhere] == [("story", "手机上写的", False)]


def test_what_a_page_only_showed_replaces_nothing(made: Scene) -> None:
    save(made, "phone", story="手机上写的", remedy="R1")
    saved = save(made, "desk", read={"story": "早先的", "remedy": "R3"}, story="早先的", remedy="R2")
    assert (text(made, "story"), text(made, "remedy")) == ("手机上写的", "R2")
    assert {one.field: one.kept for one in saved.elsewhere} == {"story": True, "remedy": False}


def test_what_a_page_proposed_replaces_nothing_that_was_said_elsewhere_since(made: Scene) -> None:
    save(made, "phone", remedy="R1", story="手机上写的")
    typed = {"remedy": "R3", "story": ""}
    shown = {field: mark(there) for field, there in typed.items()}
    saved = drafts.save(made.case.pk, typed, read={}, shown=shown, page="desk", actor=made.buyer, now=clock.now())
    assert (text(made, "remedy"), text(made, "story")) == ("R1", "手机上写的")
    assert [one.kept for one in saved.elsewhere] == [True, True]


def test_a_page_that_saves_every_few_seconds_meets_only_others(made: Scene) -> None:
    save(made, "phone", read={"story": ""}, story="一")
    saved = save(made, "phone", read={"story": ""}, story="一二")
    assert saved.elsewhere == ()
    assert text(made, "story") == "一二"


def test_what_a_page_proposed_and_its_reader_left_counts_as_said(made: Scene) -> None:
    save(made, read={"remedy": "R3"}, remedy="R3", point_4="")
    assert (text(made, "remedy"), text(made, "point_4")) == ("R3", "")


def test_a_draft_exists_for_its_buyer_and_for_nobody_else(made: Scene) -> None:
    for other in (builders.a_buyer(), made.merchant, made.ops, made.senior, Actor.system()):
        with pytest.raises(Missing):
            save(made, actor=other, story="x")
        with pytest.raises(Missing):
            drafts.begin(made.case.pk, actor=other, now=clock.now())
        with pytest.raises(Missing):
            drafts.discard(made.case.pk, actor=other, now=clock.now())


def test_nothing_is_begun_where_nothing_can_be_filed() -> None:
    scene = reach.filed()
    with pytest.raises(Refused, match="not_in_this_state"):
        drafts.begin(scene.case.pk, actor=scene.buyer, now=clock.now())


def test_typing_and_uploading_move_nothing_and_tell_nobody(made: Scene) -> None:
    before = made.reload().version, Entry.objects.count()
    save(made, story=STORY)
    upload(made)
    assert (made.reload().version, Entry.objects.count()) == before


def test_an_upload_before_filing_is_the_buyers_alone_until_it_is_filed(made: Scene) -> None:
    exhibit = upload(made)
    now = clock.now()
    assert list(dossiers.visible_to(made.case.dossier_id, side="buyer", now=now)) == [exhibit]
    assert not dossiers.visible_to(made.case.dossier_id, side="merchant", now=now).exists()
    intervention.request(made.case.pk, reach.claim_of(made.reload()), actor=made.buyer, now=clock.now())
    theirs = dossiers.visible_to(made.case.dossier_id, side="merchant", now=clock.now()).filter(side="buyer")
    assert list(theirs) == [exhibit]
    entry = Entry.objects.filter(kind="intervention_requested").get()
    assert [one["number"] for one in entry.data["exhibits"]] == ["B1"]


def test_without_a_draft_nothing_is_uploaded_before_filing() -> None:
    scene = reach.refused()
    with pytest.raises(Refused, match="not_in_this_state"):
        upload(scene)


def test_an_upload_before_filing_can_be_taken_back(made: Scene) -> None:
    exhibit = upload(made)
    submissions.withdraw_evidence(made.case.pk, exhibit.pk, actor=made.buyer, now=clock.now())
    intervention.request(made.case.pk, reach.claim_of(made.reload()), actor=made.buyer, now=clock.now())
    assert not dossiers.visible_to(made.case.dossier_id, side="merchant", now=clock.now()).filter(side="buyer").exists()


def everything() -> str:
    """All rows of all tables, as text."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [name for (name,) in cursor.fetchall()]
        found = []
        for table in tables:
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            found += [row for (row,) in cursor.fetchall()]
    return "\n".join(found)


@pytest.mark.parametrize("end", ["filed", "lapsed", "discarded"])
def test_nothing_personal_is_left_of_a_draft(made: Scene, end: str) -> None:
    save(made, story=STORY)
    upload(made)
    assert STORY in everything()
    if end == "filed":
        intervention.request(made.case.pk, reach.claim_of(made.reload()), actor=made.buyer, now=clock.now())
    elif end == "discarded":
        drafts.discard(made.case.pk, actor=made.buyer, now=clock.now())
    else:
        reach.sweep.fire_due()
        negotiation.withdraw(made.case.pk, actor=made.buyer, now=clock.now())
        assert drafts.forget(clock.now()) == 1
    assert "13812345678" not in everything()
    left = Exhibit.objects.filter(dossier_id=made.case.dossier_id, side="buyer", withdrawn_at__isnull=True)
    assert left.exists() == (end == "filed")


def test_a_draft_is_kept_while_it_can_be_filed(made: Scene) -> None:
    assert drafts.forget(clock.now() + timedelta(days=400)) == 0
    assert FilingDraft.objects.filter(case=made.case).exists()


def test_a_settlement_ends_the_draft_and_shows_nothing_of_it(made: Scene) -> None:
    exhibit = upload(made)
    offer = offers.make(made.case.pk, amount=5_000, returns=False, text="", actor=made.merchant, now=clock.now())
    offers.accept(offer.pk, actor=made.buyer, now=clock.now())
    assert drafts.forget(clock.now()) == 1
    exhibit.refresh_from_db()
    assert exhibit.visible_at is None and exhibit.withdrawn_at is not None


def test_where_the_merchant_asks_first_nothing_unsent_is_shown(made: Scene) -> None:
    exhibit = upload(made)
    intervention.request(
        made.case.pk, reach.claim_of(made.reload()), actor=Actor.staff(Role.OPS, made.ops.id or 0), now=clock.now()
    )
    exhibit.refresh_from_db()
    assert exhibit.visible_at is None and exhibit.withdrawn_at is not None
    assert not FilingDraft.objects.exists()


def test_the_database_keeps_one_draft_a_case(made: Scene) -> None:
    assert User.objects.filter(pk=made.buyer.id).exists()
    assert FilingDraft.objects.filter(case=made.case).count() == 1
    assert made.state is State.AWAITING_BUYER and made.case.kind == Kind.REFUND_ONLY.value


def test_no_claim_asks_for_the_same_point_twice(made: Scene) -> None:
    claim = reach.claim_of(made.reload(), points=("壶身有裂纹", " 壶身有裂纹 "))
    with pytest.raises(Refused, match="point_twice"):
        intervention.request(made.case.pk, claim, actor=made.buyer, now=clock.now())
