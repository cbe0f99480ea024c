"""What operations may do with a case: admit or not, stop and resume its clocks, extend a term, hand it back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.forms import CharField, ChoiceField, RadioSelect, Textarea
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Grant
from arbitration import assignment
from common.actor import Actor, Role
from common.errors import Refused
from disputes import clocks, intervention, moves
from disputes.lifecycle import LIFECYCLE, Event, State
from disputes.models import Case
from rulebook import queries as rulebook
from web import acts
from web.acts import ActForm, ActPage, Closed, Text
from web.ops.shell import LAYOUT
from web.party import closed
from web.party.forms import ExtendForm


class ReasonedForm(ActForm):
    """A reason from a list, and words that both sides read."""

    field_of = {"reason_unknown": "reason", "text_missing": "text", "text_too_long": "text"}
    reason = ChoiceField(label=gettext_lazy("Reason"), widget=RadioSelect)
    text = CharField(
        label=gettext_lazy("In your words"),
        help_text=gettext_lazy("Both sides read this. At most 500 characters."),
        max_length=4000,
        widget=Textarea(attrs={"rows": 4, "data-max": 500}),
    )


class RefusalForm(ReasonedForm):
    """The rulebook's reasons for not stepping in, each with its clause."""

    def prepare(self) -> None:
        rules = rulebook.rules(self.case.procedure_rules_id)
        named = [(code, f"{reason.name} · {reason.text} ({reason.clause})") for code, reason in rules.refusals.items()]
        self.fields["reason"].choices = named  # type: ignore[attr-defined]


class PauseForm(ReasonedForm):
    """The rulebook's reasons for stopping the clocks; each has its own longest term."""

    def prepare(self) -> None:
        rules = rulebook.rules(self.case.procedure_rules_id)
        named = [(code, f"{pause.name} · {pause.text} ({pause.clause})") for code, pause in rules.pauses.items()]
        self.fields["reason"].choices = named  # type: ignore[attr-defined]


# `arbitration.models.HandBack.REASONS` as operations may give them; a conflict is for the arbitrator to declare.
HAND_BACK: dict[str, Text] = {
    "absence": gettext_lazy("The arbitrator is away"),
    "overload": gettext_lazy("The arbitrator has too much in hand"),
    "not_my_field": gettext_lazy("It needs somebody who knows this field"),
    "other": gettext_lazy("Another reason"),
}


class HandBackForm(ActForm):
    """Why somebody loses what they have in hand, and who gets it. Only the bench reads it."""

    field_of = {
        "reason_unknown": "reason",
        "text_too_long": "text",
        "nobody_has_it": "to",
        "not_on_the_bench": "to",
        "own_ruling": "to",
        "conflict_of_interest": "to",
    }
    to = ChoiceField(label=gettext_lazy("Give it to"), required=False)
    reason = ChoiceField(label=gettext_lazy("Reason"), widget=RadioSelect)
    text = CharField(
        label=gettext_lazy("In your words"),
        help_text=gettext_lazy("Only the bench reads this."),
        required=False,
        max_length=4000,
        widget=Textarea(attrs={"rows": 3}),
    )

    def prepare(self) -> None:
        self.fields["reason"].choices = list(HAND_BACK.items())  # type: ignore[attr-defined]
        seniors = State(self.case.state) in assignment.SENIORS_OWN
        nobody = _("Nobody: another senior takes it") if seniors else _("Nobody: back to the queue")
        self.fields["to"].choices = [("", nobody), *_bench(seniors=seniors)]  # type: ignore[attr-defined]


def _bench(*, seniors: bool) -> list[tuple[str, str]]:
    """Who could take it, by the number under which the parties know them."""
    roles = [Role.SENIOR.value] if seniors else [Role.ARBITRATOR.value, Role.SENIOR.value]
    held = Grant.objects.filter(role__in=roles, revoked_at__isnull=True)
    return [(str(grant.user_id), grant.number) for grant in held.order_by("number")[:200]]


def _admit(form: ActForm) -> None:
    intervention.admit(form.case.pk, actor=form.actor, now=form.now, seen=form.seen_version)


def _not_admit(form: ActForm) -> None:
    data = form.cleaned_data
    intervention.not_admit(
        form.case.pk,
        code=data["reason"],
        text=data["text"],
        actor=form.actor,
        now=form.now,
        seen=form.seen_version,
    )


def _stop(form: ActForm) -> None:
    data = form.cleaned_data
    clocks.stop(
        form.case.pk,
        reason=data["reason"],
        text=data["text"],
        actor=form.actor,
        now=form.now,
        seen=form.seen_version,
    )


def _resume(form: ActForm) -> None:
    clocks.resume(form.case.pk, actor=form.actor, now=form.now, seen=form.seen_version)


def _extend(form: ActForm) -> None:
    assert isinstance(form, ExtendForm)
    text = form.cleaned_data["text"]
    clocks.extend(form.case.pk, hours=form.longer, text=text, actor=form.actor, now=form.now, seen=form.seen_version)


def _hand_back(form: ActForm) -> None:
    data = form.cleaned_data
    common: dict[str, Any] = {"actor": form.actor, "now": form.now, "seen": form.seen_version}
    if data["to"]:
        assignment.reassign(form.case.pk, int(data["to"]), text=data["text"], **common)
    else:
        assignment.hand_back(form.case.pk, reason=data["reason"], text=data["text"], **common)


def _admitted(case: Case, actor: Actor) -> list[tuple[str, Text]]:
    return [
        ("bell", _("Both sides are told and can give evidence.")),
        ("timer", _("The evidence period begins now.")),
    ]


def _stopped(case: Case, actor: Actor) -> list[tuple[str, Text]]:
    return [
        ("circle-pause", _("Every clock of the case stands still; what was left of each term is kept.")),
        ("timer", _("After the longest term of the reason the clocks run again by themselves.")),
    ]


def _resumed(case: Case, actor: Actor) -> list[tuple[str, Text]]:
    return [("play", _("Every term goes on with what was left of it. Both sides are told."))]


OPS: dict[Event, ActPage] = {
    Event.ADMITTED: ActPage(_admit, consequences=_admitted),
    Event.NOT_ADMITTED: ActPage(
        _not_admit,
        form=RefusalForm,
        lead=gettext_lazy("The case ends here. Both sides read the reason, its clause and the routes outside."),
        danger=True,
    ),
    Event.CLOCKS_STOPPED: ActPage(_stop, form=PauseForm, consequences=_stopped),
    Event.CLOCKS_RESUMED: ActPage(_resume, consequences=_resumed),
    Event.DEADLINE_EXTENDED: ActPage(_extend, form=ExtendForm),
    Event.HANDED_BACK: ActPage(
        _hand_back,
        form=HandBackForm,
        lead=gettext_lazy("It leaves whoever has it in hand. Nothing that was written is lost."),
    ),
}


def act(request: HttpRequest, number: str, event: str) -> HttpResponse:
    """One event of one case."""
    return acts.view(
        request, number, event, roles=(Role.OPS,), registry=OPS, area="ops", layout=LAYOUT, why_not=_why_not
    )


def _why_not(case: Case, actor: Actor, event: Event, now: datetime, query: Mapping[str, str]) -> Closed | None:
    """What the table says, and the rules about a term that should be extended."""
    said = LIFECYCLE.weigh(State(case.state), event, actor.role, moves.facts_of(case, actor, now))
    if isinstance(said, str):
        return Closed(Refused(said))
    refused = closed.against_extending(case, actor, now) if event is Event.DEADLINE_EXTENDED else None
    return Closed(refused) if refused is not None else None
