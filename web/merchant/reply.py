"""The shop's answer, point by point: typed, kept as a draft, looked at as the buyer will see it, and only then sent.

Every button of the page is a form's own, so that nothing needs a script. Files are taken in whichever button is pressed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import shop_desk
from common import clock, money
from common.actor import Role
from common.errors import Missing, Refused
from disputes import handling, intervention, labels, refusals, submissions
from disputes.lifecycle import Event
from disputes.models import Case, Point, Statement
from evidence import intake, library
from evidence.models import Exhibit
from web import awaited, drafts, fetch, navigation, timeline, wording
from web.merchant import like
from web.merchant.reply_form import STANCES, PartForm, ReplyForm
from web.party import answering, choices, closed, texts

EVENTS = (Event.CLAIM_REBUTTED, Event.POINT_ANSWERED)
# What a draft keeps of one field, in characters: more than any may have, so that what is too long can be shortened.
LARGEST = 20_000
# What is refused because of what a file is said to show.
_OF_THE_KIND = ("evidence_code_unknown", "evidence_kind_differs", "evidence_not_in_words")


@dataclass
class _Reply:
    """One request about one answer."""

    request: HttpRequest
    case: Case
    event: Event
    form: ReplyForm
    added: int = 0


def page(request: HttpRequest, number: str, event: Event) -> HttpResponse | None:
    """The page of the answer, or ``None`` while it is not open: then the area's ordinary page says why."""
    actor = fetch.actor_or_404(request, Role.MERCHANT)
    case, now = fetch.case_and_now_or_404(number, actor)
    posted = request.method == "POST"
    if closed.why_not(case, actor, event, now, request.GET) is not None:
        return None
    kind = ReplyForm if event is Event.CLAIM_REBUTTED else PartForm
    about: dict[str, Any] = {"case": case, "actor": actor, "now": now, "request": request}
    if not posted:
        form = kind(**about)
        drafts.restore(request, form)
        draft = handling.draft_of(case)
        if draft is not None and not form.restored:
            form.initial |= draft.body
        return _show(_Reply(request, case, event, form), draft=draft)
    data = request.POST.copy()
    do, _colon, which = data.get("do", "check").partition(":")
    reply = _Reply(request, case, event, kind(data, request.FILES or None, **about))
    if do == "save" or request.headers.get(drafts.BY_SCRIPT):
        # Typed so far, sent by a script while its author goes on: nothing of it happens yet.
        _keep(reply)
        return HttpResponse(_("Draft saved"))
    errors = _take_in(reply, data, do, which)
    if reply.added or do in ("insert", "insert_all"):
        if do in ("insert", "insert_all"):
            _insert(reply, data, which, everywhere=do == "insert_all")
        reply.form = kind(data, None, **(about | {"now": clock.now()}))
    form = reply.form
    valid = form.is_valid()
    moved = any(refused.code == "case_moved_on" for _name, refused in errors)
    for name, refused in errors:
        where = None if refused.code == "case_moved_on" else name
        form.add_error(where, ValidationError(refusals.say(refused), code=refused.code))
    if errors or not valid:
        _keep(reply)
        return _show(reply, status=409 if moved else 422)
    match do:
        case "send":
            return _send(reply)
        case "check":
            _keep(reply)
            _weigh(reply)
            return _show(reply, status=422) if form.errors else _show(reply, checking=True)
    _keep(reply)
    return _show(reply)


def _keep(reply: _Reply) -> None:
    """The draft, for whoever of the shop goes on with it. Files are no part of it: they are exhibits already."""
    form, data = reply.form, reply.form.data
    body: dict[str, Any] = {}
    for name in form.fields:
        if name.startswith("exhibits_"):
            body[name] = data.getlist(name)  # type: ignore[attr-defined]
        elif name.startswith(("stance_", "text_", "words_")) or name == "text":
            body[name] = data.get(name, "")[:LARGEST]
    try:
        handling.save_draft(reply.case.pk, body=body, actor=form.actor, now=form.now)
    except Missing:
        raise Http404 from None


def _insert(reply: _Reply, data: Any, which: str, *, everywhere: bool) -> None:
    """The chosen template's words after what stands there already.

    ``everywhere``: on each point that the shop disputes, in whole or in part, and has said nothing to yet. What has words
    keeps them, also where the template was chosen.
    """
    form = reply.form
    chosen = next((row for row in form.templates if str(row.pk) == data.get(f"template_{which}", "")), None)
    if chosen is None or f"text_{which}" not in form.fields:
        return
    words = shop_desk.fill(chosen.text, form.filled)

    def is_bare(place: str) -> bool:
        return not data.get(f"text_{place}", "").strip()

    places = [which]
    if everywhere:
        disputed = [str(p.pk) for p in form.points if data.get(f"stance_{p.pk}") in ("disputes", "partly")]
        places = [place for place in dict.fromkeys((which, *disputed)) if is_bare(place)]
        if not places:
            messages.info(reply.request, _("Every point that you dispute has words already, so nothing was put in."))
            return
    for place in places:
        data[f"text_{place}"] = f"{data.get(f'text_{place}', '').rstrip()}\n{words}".strip()
    data[f"template_{which}"] = ""


def _take_in(reply: _Reply, data: Any, do: str, which: str) -> list[tuple[str, Refused]]:
    """Files become exhibits and are cited in their point; so does what was chosen from the library. What is refused, why.

    A statement becomes one when it is added, or when the answer is looked at or sent: a draft is nobody's evidence yet.
    """
    form, errors = reply.form, []
    for point in form.points:
        name, words = f"file_{point.pk}", f"words_{point.pk}"
        chosen = data.get(f"code_{point.pk}", "")
        adds = do == "add" and which == str(point.pk)
        typed = form.takes_words and texts.is_there(data.get(words, ""))
        file = reply.request.FILES.get(name)
        item = next((i for i in form.shelf if i.public_id == data.get(f"shelf_{point.pk}", "")), None)
        try:
            if isinstance(file, UploadedFile) and file:
                received = intake.receive(file, claimed_name=file.name or "", now=form.now, actor=form.actor)
                _add(reply, data, point, received, code=chosen, name="", note="")
            if item is not None:
                received = library.received(item)
                # Here it may show something else than where it was kept for: what was chosen beside it counts.
                _add(reply, data, point, received, code=chosen or item.code, name=item.name, note=item.note)
                data[f"shelf_{point.pk}"] = ""
            elif adds and not file and not typed:
                raise Refused("evidence_empty" if form.takes_words else "file_missing")
        except Refused as refused:
            errors.append((f"code_{point.pk}" if refused.code in _OF_THE_KIND else name, refused))
        if typed and (adds or do in ("check", "send")):
            try:
                _add_words(reply, data, point)
            except Refused as refused:
                errors.append((words, refused))
    return errors


def _add_words(reply: _Reply, data: Any, point: Point) -> None:
    name = f"words_{point.pk}"
    now, version = clock.now(), _seen(data)
    taken = texts.take(reply.request, reply.case, data[name], seen=version, actor=reply.form.actor)
    for refused, _why in taken.refused:
        raise refused
    _cite(reply, data, point, taken.exhibits[0], now)
    data[name] = ""


def _add(reply: _Reply, data: Any, point: Point, received: Any, *, code: str, name: str, note: str) -> None:
    now, version = clock.now(), _seen(data)
    exhibit: Exhibit = submissions.add_evidence(
        reply.case.pk, received, code=code, name=name, note=note, actor=reply.form.actor, now=now, seen=version
    )
    _cite(reply, data, point, exhibit, now)


def _seen(data: Any) -> int | None:
    seen = data.get("seen", "")
    return int(seen) if seen.isdecimal() and len(seen) < 10 else None


def _cite(reply: _Reply, data: Any, point: Point, exhibit: Exhibit, now: datetime) -> None:
    """What was added is cited in its point. ``now``: just before it was; an older exhibit was there already."""
    version = _seen(data)
    reply.added += 1
    # The next one may show something else.
    data[f"code_{point.pk}"] = ""
    if exhibit.added_at >= now and version is not None:
        # What moved the case on was our own exhibit, nothing that its reader has not seen.
        data["seen"] = str(version + 1)
    cited = [*data.getlist(f"exhibits_{point.pk}"), str(exhibit.pk)]
    data.setlist(f"exhibits_{point.pk}", list(dict.fromkeys(cited)))


def _weigh(reply: _Reply) -> None:
    """What the act would refuse is said before the check page, with what was typed."""
    form = reply.form
    answered = {answer.point_id: answer for answer in form.answers()}
    for point in form.points:
        text = form.cleaned_data.get(f"text_{point.pk}", "")
        if len(text) > submissions.LONGEST_ANSWER:
            long = Refused("text_too_long", longest=submissions.LONGEST_ANSWER, length=len(text))
            form.add_error(f"text_{point.pk}", refusals.say(long))
        if point.pk not in answered and (reply.event is Event.CLAIM_REBUTTED or not answered):
            form.add_error(f"stance_{point.pk}", answering.unanswered(point, STANCES))
        elif point.pk in answered and submissions.lacks_reason(point, "merchant", answered[point.pk].stance, text):
            why = Refused("point_reason_missing", number=point.number)
            form.add_error(f"text_{point.pk}", refusals.say(why))


def _send(reply: _Reply) -> HttpResponse:
    form = reply.form
    about: dict[str, Any] = {"actor": form.actor, "now": form.now, "seen": form.seen_version}
    try:
        if reply.event is Event.CLAIM_REBUTTED:
            intervention.rebut(reply.case.pk, form.answers(), text=form.cleaned_data["text"], **about)
        else:
            submissions.answer_points(reply.case.pk, form.answers(), **about)
    except Missing:
        raise Http404 from None
    except Refused as refused:
        name = "text" if refused.code == "text_too_long" and "text" in form.fields else None
        if refused.code == "point_reason_missing":
            name = next((f"text_{p.pk}" for p in form.points if p.number == refused.data["number"]), None)
        form.add_error(name, ValidationError(refusals.say(refused), code=refused.code))
        moved = form.has_error(NON_FIELD_ERRORS, "case_moved_on")
        return _show(reply, status=409 if moved else 422)
    drafts.forget(reply.request)
    said = _("Sent. An arbitrator now decides; you can follow it here.")
    if reply.event is Event.POINT_ANSWERED:
        said = _("Sent. You can change it until the evidence period ends.")
    messages.success(reply.request, said)
    return HttpResponseRedirect(reverse("merchant:case", args=[reply.case.number]))


def _show(reply: _Reply, *, status: int = 200, checking: bool = False, draft: Any = None) -> HttpResponse:
    form, case = reply.form, reply.case
    changes: list[timeline.Line] = []
    if status == 409:
        fresh, _now = fetch.case_and_now_or_404(case.number, form.actor)
        changes = timeline.since(fresh, form.actor, form.seen_version)
        # Ours is a copy of what was posted, so that it can be written to.
        form.data["seen"] = str(fresh.version)  # type: ignore[index]
    verb = _("Send response")
    context = {
        "form": form,
        "case": case,
        "rules": form.rules,
        "event": reply.event.value,
        "title": _("Check and send") if checking else labels.ACTIONS[reply.event],
        "back": reverse("merchant:case", args=[case.number]),
        "verb": verb,
        "area_name": navigation.NAMES["merchant"],
        "home": reverse("merchant:inbox"),
        "nav": navigation.items("merchant", counts=awaited.counts(case)),
        "now": form.now,
        "changes": changes,
        "claim": case_claim(case),
        "burdens": form.burdens(),
        "left": wording.countdown(case.due_at, form.now, mine=True) if case.due_at else None,
    }
    if checking:
        context |= {"standing": form.standing(), "hidden": list(_typed(form)), "consequences": _consequences(reply)}
        return render(reply.request, "merchant/reply_check.html", context, status=status)
    context |= {
        "like": like.of(case),
        "story": _story(case),
        "working": _working(draft, form),
        "is_final": reply.event is Event.CLAIM_REBUTTED,
    }
    return render(reply.request, "merchant/reply.html", context, status=status)


def case_claim(case: Case) -> str:
    """What the buyer wants, in one line: the sum, and what becomes of the goods."""
    amount = money.sign(case.currency) + money.text(case.claimed, case.currency)
    if case.returns:
        return _("Refund of %(sum)s, the goods come back") % {"sum": amount}
    if case.order.has_arrived:
        return _("Refund of %(sum)s, the goods stay with the buyer") % {"sum": amount}
    return _("Refund of %(sum)s") % {"sum": amount}


def _typed(form: ReplyForm) -> Any:
    """Every answer once more, as hidden fields of the check page."""
    for name in form.fields:
        if name.startswith(("stance_", "text_", "exhibits_")) or name in ("text", "seen"):
            for value in form.data.getlist(name):  # type: ignore[attr-defined]
                yield name, value


def _story(case: Case) -> list[str]:
    """The buyer's own words: the request first, then what was said at filing."""
    said = Statement.objects.filter(case=case, side="buyer", kind__in=["request", "story"]).order_by("at", "id")
    return [row.text for row in said[:6]]


def _working(draft: Any, form: ReplyForm) -> str:
    """Who typed here last, if it was a colleague and not long ago."""
    if draft is None or draft.by is None or draft.by_id == form.actor.id:
        return ""
    told = {"name": draft.by.get_full_name(), "at": wording.moment(draft.saved_at, form.now)}
    if form.now - draft.saved_at < handling.WORKING:
        return (
            _("%(name)s is working on this answer (last saved %(at)s). You share one draft: the newest save counts.")
            % told
        )
    return _("%(name)s began this answer (saved %(at)s). You go on from there.") % told


def _unchangeable(case: Case) -> str:
    """The answers are final; the file stays open for as long as its term runs, which the case page says as well."""
    now = clock.now()
    ends_at = choices.evidence_ends_at(case, now)
    if ends_at is None:
        return _("What you send cannot be changed afterwards.")
    told = _("Your answers cannot be changed afterwards. You can still add evidence until %(at)s.")
    return wording.tight(told % {"at": wording.deadline(ends_at, now)})


def _consequences(reply: _Reply) -> list[dict[str, Any]]:
    if reply.event is Event.POINT_ANSWERED:
        return [{"icon": "eye", "text": _("The buyer reads this at once. You can change it until the period ends.")}]
    return [
        {"icon": "gavel", "text": _("The case goes to an arbitrator, who decides every point with reasons.")},
        {"icon": "eye", "text": _("The buyer reads your words and sees the evidence that you name.")},
        {"icon": "lock-keyhole", "text": _unchangeable(reply.case)},
    ]
