"""The arbitrator's page of one case: what both sides say on the left, the evidence in the middle, the decision on the right.

One form, kept as a draft whatever is missing. Knows what is shown; what may happen is the table's and the acts' to say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts import hats
from arbitration import drafting, linter, markings, preferences, queries, record, sheet
from arbitration.drafts import LANGUAGES
from arbitration.models import Admission, Ruling
from arbitration.queries import Workspace
from common import clock
from common.actor import Actor, Role
from common.errors import Refused
from disputes import labels, refusals
from disputes.lifecycle import Event, State
from disputes.models import Case
from evidence import twins
from rulebook import queries as rulebook
from rulebook.rules import Rules
from web import (
    case_page,
    countdowns,
    drafts,
    fetch,
    lateness,
    listing_pictures,
    masking,
    media,
    precedent_words,
    records,
    supplements,
    wording,
)
from web.desk import (
    annotating,
    beside,
    held,
    keys,
    looking,
    middle,
    neighbours,
    offered,
    panes,
    passed_on,
    problems,
    reasons,
    saving,
    shell,
    signals,
    verdict,
)
from web.desk.ruling_form import SHOWN_FINDING, RulingForm, admissions, basis, cited, field_of, findings, skips

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
        writes = may_write(found, actor) and work.outgoing is None
        form = RulingForm(work=work, rules=rules) if writes else None
        if form is not None and request.headers.get(PART):
            return render(
                request, "desk/parts.html", {"case": found, "draft": work.draft, **_parts(work, form, rules, now)}
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


@require_safe
def exhibit(request: HttpRequest, number: str, place: str) -> HttpResponse:
    """One exhibit by itself, as large as the page; that the reader opened it is noted."""
    actor = shell.reader(request)
    found = fetch.case_or_404(number, actor)
    now = clock.now()
    work = queries.workspace_of(found, actor=actor)
    rules = rulebook.rules(found.substance_rules_id)
    every = panes.exhibits(work, actor, rules, now)
    at = next((index for index, view in enumerate(every.views) if view.number == place), None)
    if at is None:
        raise Http404
    view = every.views[at]
    row = every.rows[view.number]
    looking.note(request, [row], actor=actor, now=now)
    masks = masking.card(found, row, actor, now)
    writes = may_write(found, actor)
    shown = {
        **shell.around(actor, "queue", now),
        "case": found,
        "view": view,
        "row": row,
        "media": media.of(row, viewer=actor.id or 0, sees_all=True, beneath=masks.is_open, now=now),
        "masks": masks,
        "lines": records.lines(view.content or {}, found.currency),
        "pictures": listing_pictures.of_record(view.content or {}),
        "note": records.masked(view.note),
        "previous": every.views[at - 1].number if at else "",
        "following": every.views[at + 1].number if at + 1 < len(every.views) else "",
        "checks": panes.checks(row, citable_after(found), now),
        "signals": signals.of(work, [row], rules)[row.number],
        "answers": panes.answers(row),
        "marks": annotating.marks(found, row, actor, may_write=writes),
        "annotation": annotating.AnnotationForm() if writes and markings.may_bear(row) else None,
    }
    return render(request, "desk/exhibit.html", shown)


def may_write(case: Case, actor: Actor) -> bool:
    """Whether this reader holds the case in a state in which a ruling is written. The act asks again under the lock."""
    return case.assignee_id == actor.id and case.state in drafting.STAGES


def shown_problems(work: Workspace, ruling: Ruling, now: datetime) -> list[problems.Line]:
    """What the draft still lacks, from what the page has read. No query; the acts ask again under the lock."""
    return problems.of(sheet.view(sheet_of(work, ruling), now, names=work.names))


def sheet_of(work: Workspace, ruling: Ruling) -> sheet.Sheet:
    """The ruling with all that it speaks of, from what the page has read. No query."""
    by_number = {point.number: point.pk for point in work.points}
    return sheet.assemble(
        work.case,
        ruling,
        points=tuple(work.points),
        findings={by_number[number]: found for number, found in findings(ruling).items() if number in by_number},
        exhibits=tuple(row for row in work.exhibits if row.withdrawn_at is None),
        admissions={
            pk: Admission(ruling=ruling, exhibit_id=pk, verdict=verdict, reason=reason)
            for pk, (verdict, reason) in admissions(ruling).items()
        },
        seen=frozenset(row.pk for row in work.exhibits if row.seen) | skips(ruling).keys(),  # type: ignore[attr-defined]
        marks={
            row.pk: tuple(mark["text"] for mark in told)
            for row in work.exhibits
            if (told := [m for m in row.annotated if m["in_letter"] and m["author"] == ruling.author_id])  # type: ignore[attr-defined]
        },
        clauses=tuple(cited(ruling)),
        kept=record.read(work.file, work.case),
        never_consented=work.never_consented,
        deviation=getattr(ruling, "deviation", None),
        earlier=tuple(
            linter.Earlier(tuple(findings(row).items()), row.remedy, row.reasons)
            for row in work.rulings
            if row.ordinal < ruling.ordinal and row.state in sheet.WRITTEN
        ),
    )


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
    ruling = basis(work) if form is not None else _readable(work, actor)
    values: dict[str, Any] | None = {name: form[name].value() for name in form.fields} if form is not None else None
    found = _found(work, ruling, values)
    shown = _evidence(request, work, rules, form, values, ruling, found, actor, now)
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
        **_left(work, shown["every"], rules, actor, now),
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
        "departs": precedent_words.deviation_words(getattr(work.draft, "deviation", None)),
        "waiting": (waits := _waiting(work, actor) if form is None else None),
        "ordered": verdict.ordered(case, waits, sheet_of(work, waits)) if waits is not None else None,
        "held": held.told(work, actor, now) if form is None else "",
        "sent_href": _sent(work, actor),
        "unserved": work.outgoing is not None and work.outgoing.set_aside_at is not None,
        "returned": _returned(work, now) if form is not None else None,
        "actions": acts,
        "take_from": wording.moment(opens, now) if (opens := offered.open_until(case, now)) else "",
        "primary": next((act for wanted in _FIRST for act in acts if act.event is wanted), None),
        "letter_href": reverse("desk:letter", args=[case.number]) if work.in_force else "",
        **hotkeys(request, keys.WRITE if form is not None else keys.READ, work.liked),
    }
    if form is not None:
        context |= _right(work, form, rules, acts, now)
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


def hotkeys(request: HttpRequest, works: Set[str], liked: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The single keys that do something on this page. ``liked``: how the reader works, if it was read."""
    if liked is None:
        found = preferences.of(request.user.pk)
        liked = {"keys_on": found.keys_on, "keys": found.keys}
    return {"desk_look": liked, **keys.on_page(liked, works)}


def evidence(request: HttpRequest, work: Workspace, rules: Rules, actor: Actor, now: datetime) -> dict[str, Any]:
    """The middle of the page for whoever only looks. What stands there whole is noted as seen."""
    ruling = _readable(work, actor)
    return _evidence(request, work, rules, None, None, ruling, _found(work, ruling, None), actor, now)


def _evidence(
    request: HttpRequest,
    work: Workspace,
    rules: Rules,
    form: RulingForm | None,
    values: Mapping[str, Any] | None,
    ruling: Ruling | None,
    found: Mapping[int, str],
    actor: Actor,
    now: datetime,
) -> dict[str, Any]:
    """The points, the evidence for one of them, and a card of every exhibit."""
    case = work.case
    every = panes.exhibits(work, actor, rules, now)
    chosen = panes.choose(work, every, found, request.GET)
    weighing = _weighing(work, every, form, values, ruling, rules, actor)
    made = middle.cards(work, every, rules, weighing, twins.of(list(every.rows.values())), actor, now)
    whole = [view.number for view in panes.in_sight(chosen) if made[view.number]["whole"]]
    looking.note(request, [every.rows[number] for number in whole], actor=actor, now=now)
    view = middle.view_of(request.GET)
    return {
        "every": every,
        "points": panes.points(work, every, found, chosen.point),
        "done": sum(1 for point in work.points if found.get(point.number)),
        "point": chosen.point,
        "burden": panes.burden(rules, case.type_code, case.order.state),
        "view": view,
        "views": middle.views(chosen, view),
        "halves": middle.halves(chosen, made, panes.said(work, chosen.point, every)),
        "record": made[chosen.record.number] if chosen.record is not None else None,
        "others": middle.others(chosen, made),
        "strips": middle.strips(every, chosen),
        "records": middle.strip(every, chosen, "p"),
        "seen_words": middle.seen_words(sum(1 for one in every.views if every.seen(one)), len(every.views)),
        "viewer_href": reverse("desk:viewer", args=[case.number]) + middle.address(chosen),
    }


def _left(work: Workspace, every: panes.Exhibits, rules: Rules, actor: Actor, now: datetime) -> dict[str, Any]:
    """Claims and what the platform's own records say."""
    case = work.case
    return {
        "claims": panes.gap(work, rules),
        "exception": lateness.exception_of(case) if State(case.state) is State.ADMISSION else None,
        "statements": panes.statements(work),
        "facts": panes.facts(work),
        "promises": panes.promises(work),
        "ruler": panes.ruled(work, every, now),
        "asked": supplements.at_the_desk(case, work.exhibits, rules, now),
        "offers": _offers(work, actor, now),
        "appeal": _appeal(work, rules),
    }


def _right(
    work: Workspace, form: RulingForm, rules: Rules, acts: Sequence[case_page.Action], now: datetime
) -> dict[str, Any]:
    """The decision: what is chosen, what it comes to, what is missing."""
    number = work.case.number
    return {
        **_parts(work, form, rules, now),
        "clauses": verdict.clauses(form, rules),
        "version": rules.version,
        "clauses_href": reverse("desk:clauses", args=[number]),
        "remedies": (remedies := verdict.remedies(form, rules)),
        "may_need_ground": any(one["gated"] for one in remedies),
        "templates": reasons.choices(),
        "edges": annotating.EDGES,
        "longest": markings.LONGEST,
        "slots": linter.slots(str(form["reasons"].value() or "")),
        "jury_href": next((act.href for act in acts if act.event is Event.SENT_TO_JURY), ""),
        "saved_words": verdict.saved_at(work, now),
    }


def _parts(work: Workspace, form: RulingForm, rules: Rules, now: datetime) -> dict[str, Any]:
    """What changes with every save: the share that is suggested, the sum, what is missing."""
    draft, funds = work.draft, neighbours.of(work.case, work.more).funds
    found = {point.number: str(form[f"finding_{point.number}"].value() or "") for point in work.points}
    bearer = rules.type(work.case.type_code).burden.bearer
    return {
        "suggested": verdict.suggested_share(work.points, found, bearer),
        "calculation": verdict.calculation(work, sheet_of(work, draft) if draft is not None else None, funds),
        "lacking": shown_problems(work, draft, now) if draft is not None else [],
    }


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


def _weighing(
    work: Workspace,
    every: panes.Exhibits,
    form: RulingForm | None,
    values: Mapping[str, Any] | None,
    ruling: Ruling | None,
    rules: Rules,
    actor: Actor,
) -> middle.Weighing:
    named = [("", "–"), *((code, str(item.name)) for code, item in rules.admission_reasons.items())]
    return middle.Weighing(
        form=values,
        reasons=named if form is not None else (),
        weights=_weights(ruling, rules),
        marks={
            number: annotating.marks(work.case, row, actor, may_write=form is not None)
            for number, row in every.rows.items()
        },
        marked_at={
            number: reverse("desk:annotate", args=[work.case.number, number])
            for number, row in every.rows.items()
            if form is not None and markings.may_bear(row)
        },
        wait=citable_after(work.case),
    )


def _readable(work: Workspace, actor: Actor) -> Ruling | None:
    """What can be read and not written: what waits for approval, else what is in force; never a colleague's draft."""
    return _waiting(work, actor) or work.in_force


def _waiting(work: Workspace, actor: Actor) -> Ruling | None:
    """The ruling that waits for approval, for its author and for seniors."""
    proposed = next((ruling for ruling in work.rulings if ruling.state == Ruling.PROPOSED), None)
    may_read = proposed is not None and (proposed.author_id == actor.id or actor.role is Role.SENIOR)
    return proposed if may_read else None


def _found(work: Workspace, ruling: Ruling | None, values: Mapping[str, Any] | None) -> dict[int, str]:
    """Point number → finding in the components' words: what was typed, else what the ruling says."""
    if values is not None:
        return {point.number: values.get(f"finding_{point.number}") or "" for point in work.points}
    if ruling is None:
        return {}
    return {number: SHOWN_FINDING.get(finding, "") for number, finding in findings(ruling).items()}


def _weights(ruling: Ruling | None, rules: Rules) -> dict[int, tuple[str, str]]:
    """Exhibit id → verdict and its reason in words."""
    if ruling is None:
        return {}
    named = rules.admission_reasons
    return {
        pk: (verdict, str(named[reason].name) if reason in named else "")
        for pk, (verdict, reason) in admissions(ruling).items()
    }


def _offers(work: Workspace, actor: Actor, now: datetime) -> list[dict[str, Any]]:
    return [case_page.offer_card(offer, actor, work.case, now, {}) for offer in work.offers]


def _appeal(work: Workspace, rules: Rules) -> dict[str, Any] | None:
    """What is appealed, in words; the page of the appeal has the rest."""
    if work.appeal is None:
        return None
    ground = rules.appeal_grounds.get(work.appeal.ground)
    return {
        "side": "b" if work.appeal.side == "buyer" else "m",
        "ground": str(ground.name) if ground else work.appeal.ground,
        "text": records.masked(work.appeal.statement.text),
        "answer": records.masked(work.appeal.answer.text) if work.appeal.answer else "",
        "points": work.appeal.points,
    }


def citable_after(case: Case) -> timedelta:
    return timedelta(hours=rulebook.rules(case.procedure_rules_id).thresholds.citable_after_hours)
