"""Approvals and appeals in a senior's hands, by their pages: taken, handed back, stepped back from, given on by ops."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import translation

from arbitration import approvals
from arbitration.models import HandBack, SecondReader
from common import clock
from common.actor import Actor, Role
from disputes.lifecycle import Event, State
from tests import deciding
from tests.acts.test_seniors import proposed, ruling
from tests.edges.test_desk_pages import page, signed_in
from tests.reach import Scene

pytestmark = pytest.mark.django_db


def shown(actor: Actor, name: str, made: Scene) -> str:
    return signed_in(actor).get(page(name, made.case.number)).content.decode()


def send(actor: Actor, made: Scene, event: Event, area: str = "desk", **data: object):
    path = reverse(f"{area}:act", args=[made.case.number, event.value])
    return signed_in(actor).post(path, {"seen": made.reload().version, **data})


def test_an_approval_is_taken_on_its_page_and_closed_to_the_others():
    made, other = proposed(), deciding.another(Role.SENIOR)
    take = page("act", made.case.number, "approval_taken")
    back = page("act", made.case.number, "handed_back")
    assert take in shown(made.senior, "approval", made) and back in shown(made.senior, "approval", made)
    assert send(made.senior, made, Event.APPROVAL_TAKEN).status_code == 302
    assert take not in shown(made.senior, "approval", made)
    assert 'name="decision"' in shown(made.senior, "approval", made)
    theirs = shown(other, "approval", made)
    assert take not in theirs and 'name="decision"' not in theirs
    assert send(other, made, Event.APPROVAL_TAKEN).status_code in (409, 422)
    assert send(made.senior, made, Event.HANDED_BACK, reason="overload", text="").status_code == 302
    assert take in shown(other, "approval", made)


def test_whoever_has_nothing_in_hand_can_only_step_back():
    made = proposed()
    reply = send(made.senior, made, Event.HANDED_BACK, reason="absence", text="")
    assert reply.status_code == 422 and reply.context["form"].errors["recuse"]
    assert send(made.senior, made, Event.HANDED_BACK, reason="conflict", text="", recuse="on").status_code == 302
    assert HandBack.objects.get(case=made.case).recused


def test_an_appeal_is_handed_back_on_its_page():
    made = deciding.under_appeal()
    back = page("act", made.case.number, "handed_back")
    assert back in shown(made.senior, "appeal", made)
    theirs = shown(deciding.another(Role.SENIOR), "appeal", made)
    assert back in theirs and "A colleague has this appeal in hand" in theirs
    assert "A colleague has this appeal in hand" not in shown(made.senior, "appeal", made)
    assert send(made.senior, made, Event.HANDED_BACK, reason="absence", text="").status_code == 302
    assert made.reload().assignee_id is None
    assert page("act", made.case.number, "appeal_taken") in shown(made.senior, "appeal", made)


AWAY = {"reason": "absence", "text": ""}


def test_operations_give_an_appeal_to_another_senior():
    appealed, other = deciding.under_appeal(), deciding.another(Role.SENIOR)
    form = signed_in(appealed.ops).get(reverse("ops:act", args=[appealed.case.number, "handed_back"]))
    named = {value for value, _label in form.context["form"].fields["to"].choices}
    assert str(other.id) in named and str(appealed.arbitrator.id) not in named
    given = {"seen": appealed.reload().version, "to": str(other.id), **AWAY}
    with translation.override("en"):
        path = reverse("ops:act", args=[appealed.case.number, Event.HANDED_BACK.value])
        done = signed_in(appealed.ops).post(path, given, follow=True).content.decode()
    # Who works on a case stays with the house, and its record says nothing of it to the sides.
    assert "Done." in done and "Both sides can see it" not in done
    assert appealed.reload().assignee_id == other.id


def test_operations_give_an_approval_to_a_senior():
    waiting, other = proposed(), deciding.another(Role.SENIOR)
    nobody = send(waiting.ops, waiting, Event.HANDED_BACK, "ops", to="", **AWAY)
    assert nobody.status_code == 422 and nobody.context["form"].errors["to"]
    assert send(waiting.ops, waiting, Event.HANDED_BACK, "ops", to=str(other.id), **AWAY).status_code == 302
    assert SecondReader.objects.get(ruling__case=waiting.case).user_id == other.id
    approvals.approve(ruling(waiting).pk, actor=other, now=clock.now())
    assert waiting.state is State.APPEAL_WINDOW


def test_an_approval_says_that_it_is_done_and_an_old_page_keeps_the_reason_it_sent():
    made = proposed()
    with translation.override("zh-hans"):
        client, path = signed_in(made.senior), page("approval", made.case.number)
    seen = made.reload().version
    done = client.post(path, {"seen": seen, "decision": "approve"}, follow=True)
    assert [said.level_tag for said in done.context["messages"]] == ["success"]
    late = client.post(path, {"seen": seen, "decision": "return", "reason": "请说明第 2 点的运费。"}, follow=True)
    assert late.status_code == 409
    assert "请说明第 2 点的运费。" in late.content.decode()
