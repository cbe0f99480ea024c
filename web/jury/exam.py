"""J2: five mock cases, four right, every answer explained; and the practice case that comes between real ones."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import CharField, ChoiceField, HiddenInput, RadioSelect
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.errors import Missing, Refused
from disputes import refusals
from jury import jurors, mocks, seats, standing
from jury.mocks import Mock
from jury.models import Control, Exam
from web.forms import HouseForm
from web.jury import shell

CHOICES = [
    (mocks.FIRST, gettext_lazy("For side A")),
    (mocks.SECOND, gettext_lazy("For side B")),
    (mocks.UNSURE, gettext_lazy("Cannot tell")),
]
ANSWERS = dict(CHOICES)


class AnswersForm(HouseForm):
    """One answer a mock case. ``codes`` are their names, in their order."""

    def __init__(self, *args: Any, codes: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.codes = codes
        for code in codes:
            self.fields[f"answer_{code}"] = ChoiceField(
                label=str(mocks.by_code(code).question), choices=CHOICES, widget=RadioSelect(attrs={"class": "radio"})
            )

    def answers(self) -> list[str]:
        return [self.cleaned_data[f"answer_{code}"] for code in self.codes]

    def rows(self) -> list[dict[str, Any]]:
        return [
            {"nth": nth, "mock": mocks.by_code(code), "field": self[f"answer_{code}"]}
            for nth, code in enumerate(self.codes, start=1)
        ]


class PracticeForm(AnswersForm):
    code = CharField(widget=HiddenInput)


def page(request: HttpRequest) -> HttpResponse:
    """GET: the cases, or what came of the last try. POST: handed in."""
    reader = shell.enter(request)
    juror = reader.juror
    if juror is None:
        return HttpResponseRedirect(reverse("jury:join"))
    posted = request.method == "POST"
    exam = Exam.objects.filter(juror=juror, done_at__isnull=True).first()
    if exam is None and juror.passed_at is None and not posted:
        try:
            exam = jurors.begin_exam(actor=reader.actor, now=reader.now)
        except Refused as refused:
            return _done(request, reader, refusals.say(refused))
    if exam is None:
        return HttpResponseRedirect(reverse("jury:exam")) if posted else _done(request, reader, "")
    form = AnswersForm(request.POST if posted else None, codes=exam.cases)
    if posted and form.is_valid():
        act = partial(jurors.hand_in_exam, exam.pk, form.answers(), actor=reader.actor, now=reader.now)
        if _done_by(act, form):
            exam.refresh_from_db()
            if standing.passes(exam.right):
                messages.success(request, _("Passed. You can be drawn from now on."))
            return HttpResponseRedirect(reverse("jury:exam"))
    return _asked(request, reader, form, _("Practice cases"))


def practice(request: HttpRequest) -> HttpResponse:
    """One case with a known answer, and the explanation right after it."""
    reader = shell.juror(request)
    juror = reader.juror
    assert juror is not None
    posted = request.method == "POST"
    if not seats.owes_control(juror):
        last = Control.objects.filter(juror=juror).order_by("-at", "-id").first()
        results = [_explained(mocks.by_code(last.case), last.answer)] if last is not None else []
        shown = shell.around(reader, "lobby", results=results, back=reverse("jury:lobby"), top_title=_("Practice case"))
        return render(request, "jury/explained.html", shown)
    case = jurors.next_control(juror)
    form = PracticeForm(request.POST if posted else None, codes=[case.code], initial={"code": case.code})
    if posted and form.is_valid():
        code, answer = form.cleaned_data["code"], form.answers()[0]
        if _done_by(partial(jurors.answer_control, code, answer, actor=reader.actor, now=reader.now), form):
            return HttpResponseRedirect(reverse("jury:practice"))
    return _asked(request, reader, form, _("Practice case"))


def _done_by(act: Callable[[], object], form: AnswersForm) -> bool:
    """Whether what was answered is handed in now; a refusal stands in the form."""
    try:
        act()
    except Missing:
        raise Http404 from None
    except Refused as refused:
        form.add_error(None, ValidationError(refusals.say(refused), code=refused.code))
        return False
    return True


def _asked(request: HttpRequest, reader: shell.Reader, form: AnswersForm, title: str) -> HttpResponse:
    shown = shell.around(reader, "lobby", form=form, back=reverse("jury:lobby"), top_title=title)
    return render(request, "jury/exam.html", shown, status=422 if form.errors else 200)


def _done(request: HttpRequest, reader: shell.Reader, why_not: str) -> HttpResponse:
    """The last try: how many were right, and why each answer is the right one."""
    assert reader.juror is not None
    last = Exam.objects.filter(juror=reader.juror, done_at__isnull=False).order_by("-done_at", "-id").first()
    results = [
        _explained(mocks.by_code(code), answer)
        for code, answer in (zip(last.cases, last.answers, strict=True) if last is not None else ())
    ]
    shown = shell.around(
        reader,
        "lobby",
        results=results,
        right=last.right if last is not None else 0,
        of=standing.EXAM_CASES,
        passed=last is not None and standing.passes(last.right),
        why_not=why_not,
        back=reverse("jury:lobby"),
        top_title=_("Practice cases"),
    )
    return render(request, "jury/explained.html", shown)


def _explained(mock: Mock, answer: str) -> dict[str, Any]:
    return {
        "question": mock.question,
        "yours": ANSWERS[answer],
        "right": ANSWERS[mock.right],
        "is_right": answer == mock.right,
        "why": mock.why,
    }
