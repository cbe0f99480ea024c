"""The arbitrator's page of one case: what both sides say on the left, the evidence in the middle, the decision on the right.

One form, kept as a draft whatever is missing. Knows what is shown; what may happen is the table's and the acts' to say.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import hats
from arbitration import drafting, queries
from arbitration.drafts import LANGUAGES
from arbitration.models import Ruling
from arbitration.queries import Workspace
from common.actor import Actor
from common.errors import Refused
from disputes import labels, refusals
from disputes.lifecycle import Event, State
from rulebook import queries as rulebook
from rulebook.rules import Rules
from web import countdowns, drafts, fetch, wording
from web.desk import (
    beside,
    columns,
    drafted,
    held,
    keys,
    neighbours,
    offered,
    panes,
    passed_on,
    reasons,
    saving,
    shell,
    verdict,
)
from web.desk.ruling_form import RulingForm, basis, field_of

# The header with which the page's script asks for what has to be said anew after a save.
PART = "X-Part"
# What the page's scripts are: panes, looking and keys for every reader, writing for whoever rules.
SCRIPTS = ("js/desk.js", "js/desk-look.js", "js/desk-keys.js", "js/desk-write.js", "js/desk-mark.js")
# What whoever only reads a case most likely came for, best first.
_FIRST = (Event.TAKEN, Event.APPEAL_TAKEN, Event.RULING_SERVED, Event.ADMITTED, Event.APPEAL_UPHELD)


def case(request: HttpRequest, number: str) -> HttpResponse:
    """GET: the workspace, or the same to read for whoever does not hold the case. POST: the draft is saved."""
    actor = shell.reader(request)
    try:
        found, now = fetch.case_and_now_or_404(number, actor)
    except Http404:
        if request.method == "POST" and passed_on.was_theirs(number, actor):
            return passed_on.reply(request, number, actor)
        raise
    if request.method == "POST" and passed_on.is_not_theirs(found, actor):
        return passed_on.reply(request, number, actor, found)
    work = queries.workspace_of(found, actor=actor, more=(*neighbours.columns(found, actor), *shell.columns(actor)))
    rules = rulebook.rules(found.substance_rules_id)
    if request.method != "POST":
        writes = drafted.may_write(found, actor) and work.outgoing is None
        form = RulingForm(work=work, rules=rules) if writes else None
        if form is not None and request.headers.get(PART):
            return render(
                request,
                "desk/parts.html",
                {"case": found, "draft": work.draft, **columns.parts(work, form, rules, now)},
            )
        if form is not None:
            _restore(request, form, work)
            held.keep(work, actor, now)
        return _show(request, work, actor, rules, form, now)
    form = RulingForm(request.POST, work=work, rules=rules)
    if request.headers.get(saving.HEADER):
        return saving.by_script(request, work, form, actor, now)
    if request.POST.get("go") == "template" and request.POST.get("template") in reasons.CODES:
        return _filled(request, work, actor, rules, form, now)
    if not form.is_valid():
        return _show(request, work, actor, rules, form, now, status=422)
    try:
        saved = saving.save(work, form, actor, now)
    except Refused as refused:
        form.add_error(field_of(refused), refusals.say(refused))
        return _show(request, work, actor, rules, form, now, status=422)
    if saved.aside is not None:
        return _beside(request, work, actor, rules, form, saved.ruling, now)
    if request.POST.get("go") == "preview":
        return HttpResponseRedirect(reverse("desk:preview", args=[number]))
    messages.success(request, _("Draft saved."))
    query = request.GET.urlencode()
    return HttpResponseRedirect(reverse("desk:case", args=[number]) + (f"?{query}" if query else ""))


def _restore(request: HttpRequest, form: RulingForm, work: Workspace) -> None:
    """Put back what was typed and not sent. The page is a new one: it goes on from the draft as it stands, unless another
    page than that of these words has saved it meanwhile.
    """
    fresh = {name: form.initial[name] for name in ("version", "tab", "turn")}
    drafts.restore(request, form)
    if form.restored and form.initial["tab"] != work.wrote[0]:
        fresh["version"] = form.initial["version"]
    form.initial.update(fresh)


def _beside(
    request: HttpRequest,
    work: Workspace,
    actor: Actor,
    rules: Rules,
    form: RulingForm,
    standing: Ruling,
    now: datetime,
) -> HttpResponse:
    """Another tab has saved since: nothing is overwritten, and what was typed here stays on the page to be sent again."""
    form.beside = beside.differing(drafting.draft_of(standing), form.draft(), rules, work.case.currency)
    fresh = request.POST.copy()
    fresh["version"] = str(standing.version)
    form.data = fresh
    form.add_error(None, saving.elsewhere(standing, now))
    return _show(request, work, actor, rules, form, now, status=409)


def _show(
    request: HttpRequest,
    work: Workspace,
    actor: Actor,
    rules: Rules,
    form: RulingForm | None,
    now: datetime,
    *,
    status: int = 200,
) -> HttpResponse:
    case = work.case
    ruling = basis(work) if form is not None else drafted.readable(work, actor)
    values: dict[str, Any] | None = {name: form[name].value() for name in form.fields} if form is not None else None
    found = drafted.found_in(work, ruling, values)
    shown = columns.evidence(request, work, rules, form, values, ruling, found, actor, now)
    near, waiting = neighbours.of(case, work.more), shell.read_with_it(actor, work.more[neighbours.COLUMNS :])
    label = labels.state_label(
        State(case.state),
        actor.role,
        awaits=case.awaits,
        suspended=case.suspended_at is not None,
        claimant=case.claimant,
    )
    acts = offered.acts(work, actor, now)
    context = {
        **shell.around(actor, "queue", now, waiting),
        **shown,
        **columns.left(work, shown["every"], rules, actor, now),
        "scripts": SCRIPTS if form is not None else SCRIPTS[:3],
        "case": case,
        "label": label,
        "type_name": str(rules.type(case.type_code).name),
        "again": shell.is_again(case) or (form is not None and _was_returned(work) is not None),
        "left": countdowns.of_case(case, now, mine=form is not None),
        "beside": near,
        "form": form,
        "finding_rows": verdict.finding_rows(work, found, shown["point"]),
        "draft": work.draft,
        "wrote": work.wrote,
        "waiting": (waits := drafted.waiting(work, actor) if form is None else None),
        "ordered": verdict.ordered(case, waits, drafted.sheet_of(work, waits)) if waits is not None else None,
        "held": held.told(work, actor, now) if form is None else "",
        "sent_href": _sent(work, actor),
        "unserved": work.outgoing is not None and work.outgoing.set_aside_at is not None,
        "returned": _returned(work, now) if form is not None else None,
        "actions": acts,
        "take_from": wording.moment(opens, now) if (opens := offered.open_until(case, now)) else "",
        "primary": next((act for wanted in _FIRST for act in acts if act.event is wanted), None),
        "letter_href": reverse("desk:letter", args=[case.number]) if work.in_force else "",
        **keys.of(request.user.pk, keys.WRITE if form is not None else keys.READ, work.liked),
    }
    if form is not None:
        context |= columns.right(work, form, rules, acts, now)
        context["ways"] = offered.ways(work, acts, here=True)
        context["actions"] = [act for act in acts if not context["ways"] or act.event not in offered.DECIDING]
    return render(request, "desk/case.html", context, status=status)


def _was_returned(work: Workspace) -> Ruling | None:
    """The ruling from which the draft goes on, because a senior returned it."""
    if work.draft is None:
        return None
    mine = (row for row in work.rulings if row.state == Ruling.RETURNED and row.author_id == work.draft.author_id)
    return next(mine, None)


def _returned(work: Workspace, now: datetime) -> dict[str, str] | None:
    """That it came back: when, from whom by the number of their office, and why. One query where it did."""
    ruling = _was_returned(work)
    approval = getattr(ruling, "approval", None)
    if approval is None:
        return None
    told = {"number": hats.number_of(approval.approver_id, approval.at) or "–", "at": wording.moment(approval.at, now)}
    return {
        "text": _("Arbitrator %(number)s returned this ruling on %(at)s. Change it, then send it again.") % told,
        "reason": approval.reason,
    }


def _sent(work: Workspace, actor: Actor) -> str:
    """Where the author of a ruling that is on its way can call it back."""
    mine = work.outgoing is not None and work.draft is not None and work.draft.author_id == actor.id
    return reverse("desk:sent", args=[work.case.number]) if mine else ""


def _filled(
    request: HttpRequest, work: Workspace, actor: Actor, rules: Rules, form: RulingForm, now: datetime
) -> HttpResponse:
    """A template below the reasons typed so far, filled from what was typed. Nothing is saved by it."""
    values = {name: str(form[name].value() or "") for name in form.fields}
    weights = {row.number: values.get(f"admit_{row.number}", "") for row in work.exhibits}
    signed = panes.delivered_at(work)
    # Whoever never wrote in the chat reported it with the request.
    first = panes.first_report(work) or work.case.opened_at
    facts = reasons.Facts(
        findings={point.number: values[f"finding_{point.number}"] for point in work.points},
        admitted=[number for number, weight in weights.items() if weight in ("yes", "part")],
        refused=[number for number, weight in weights.items() if weight == "no"],
        burden=rules.type(work.case.type_code).burden.clause,
        after=first - signed if signed is not None and first > signed else None,
    )
    language = values["language"] if values["language"] in LANGUAGES else work.language
    text = reasons.fill(request.POST["template"], facts, language)
    typed = request.POST.copy()
    typed["reasons"] = "\n".join(part for part in (values["reasons"].strip(), text) if part)
    if not request.accepts("text/html"):
        return JsonResponse({"reasons": typed["reasons"]})
    form.data = typed
    form.restored = True
    return _show(request, work, actor, rules, form, now)
