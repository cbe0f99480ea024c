"""The addresses of the desk."""

from django.urls import path

from web import case_file, letter_file, masking
from web.desk import (
    acts,
    calibration,
    clauses,
    commands,
    consistency,
    decide,
    looking,
    queue,
    similar,
    viewer,
    workspace,
)

urlpatterns = [
    path("", queue.index, name="queue"),
    path("next/", queue.take_next, name="next"),
    path("review/", queue.review, name="review"),
    path("review/<str:number>/", decide.approval, name="approval"),
    path("appeals/", queue.appeals, name="appeals"),
    path("appeals/<str:number>/", decide.appeal, name="appeal"),
    path("done/", queue.done, name="done"),
    path("rules/", clauses.index, name="rules"),
    path("similar/", similar.index, name="similar"),
    path("similar/<str:reference>/", similar.precedent, name="precedent"),
    path("similar/<str:reference>/cite/", similar.cite, name="cite"),
    path("calibration/", calibration.index, name="calibration"),
    path("calibration/notes/<int:pk>/", calibration.close_note, name="clause_note"),
    path("calibration/<str:token>/", calibration.reading, name="reading"),
    path("calibration/<str:token>/evidence/<str:place>/", calibration.exhibit, name="reading_exhibit"),
    path("keys/", commands.index, name="keys"),
    path("consistency/", consistency.index, name="consistency"),
    path("consistency/table/", consistency.table, name="consistency_table"),
    path("cases/<str:number>/", workspace.case, name="case"),
    path("cases/<str:number>/seen/", looking.seen, name="seen"),
    path("cases/<str:number>/clauses/", clauses.of_case, name="clauses"),
    path("cases/<str:number>/evidence/", viewer.index, name="viewer"),
    path("cases/<str:number>/evidence/<str:place>/", workspace.exhibit, name="exhibit"),
    path("cases/<str:number>/evidence/<str:place>/mask/", masking.edit, {"area": "desk"}, name="mask"),
    path("cases/<str:number>/evidence/<str:place>/open/", masking.open_original, name="open"),
    path("cases/<str:number>/preview/", decide.preview, name="preview"),
    path("cases/<str:number>/letter/", decide.papers, name="letter"),
    path("cases/<str:number>/letters/<str:code>.pdf", letter_file.pdf, {"area": "desk"}, name="letter_pdf"),
    path("cases/<str:number>/file/", case_file.page, {"area": "desk"}, name="file"),
    path("cases/<str:number>/<str:event>/", acts.act, name="act"),
]
