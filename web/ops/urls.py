"""The addresses of operations. An event's page comes last: whatever is not a page of its own is an event."""

from __future__ import annotations

from django.urls import path

from web.ops import (
    abuse,
    acts,
    case,
    case_money,
    clock,
    consistency,
    deadlines,
    jurors,
    keeping,
    money,
    quarantine,
    rules,
    stuck,
)

app_name = "ops"

urlpatterns = [
    path("", deadlines.board, name="deadlines"),
    path("admission/", deadlines.admission, name="admission"),
    path("stuck/", stuck.board, name="stuck"),
    path("stuck/<slug:what>/<int:pk>/", stuck.again, name="again"),
    path("abuse/", abuse.board, name="abuse"),
    path("quarantine/", quarantine.board, name="quarantine"),
    path("money/", money.board, name="money"),
    path("money/limit/<str:currency>/", money.limit, name="limit"),
    path("money/reports/<int:pk>/", money.report, name="report"),
    path("consistency/", consistency.index, name="consistency"),
    path("consistency/table/", consistency.table, name="consistency_table"),
    path("consistency/notes/<int:pk>/", consistency.close_note, name="clause_note"),
    path("jurors/", jurors.index, name="jurors"),
    path("jurors/<int:pk>/<slug:what>/", jurors.act, name="juror"),
    path("keeping/", keeping.requests, name="erasures"),
    path("keeping/<int:pk>/", keeping.decide, name="erasure_decide"),
    path("rules/", rules.rule_sets, name="rules"),
    path("calendar/", rules.calendar, name="calendar"),
    path("clock/", clock.show, name="clock"),
    path("clock/move/", clock.move, name="clock_move"),
    path("cases/<str:number>/", case.show, name="case"),
    path("cases/<str:number>/keeping/", keeping.case, name="keeping"),
    path("cases/<str:number>/money/", case_money.show, name="case_money"),
    path("cases/<str:number>/money/advance/", case_money.advance, name="advance"),
    path("cases/<str:number>/money/decide/", case_money.decide, name="advance_decide"),
    path("cases/<str:number>/money/again/<int:pk>/", case_money.anew, name="anew"),
    path("cases/<str:number>/money/recover/", case_money.recover, name="recover"),
    path("cases/<str:number>/<str:event>/", acts.act, name="act"),
]
