"""The addresses under ``/jury/``. A case is found by the token of one's own seat, and by nothing that names it."""

from __future__ import annotations

from django.urls import path

from web.jury import exam, lobby, record, sitting

app_name = "jury"

urlpatterns = [
    path("", lobby.index, name="lobby"),
    path("join/", lobby.join, name="join"),
    path("leave/", lobby.leave, name="leave"),
    path("exam/", exam.page, name="exam"),
    path("practice/", exam.practice, name="practice"),
    path("me/", record.index, name="me"),
    path("cases/<str:token>/", sitting.page, name="case"),
    path("cases/<str:token>/check/", sitting.check, name="check"),
    path("cases/<str:token>/slip.json", sitting.slip, name="slip"),
    path("cases/<str:token>/come/", sitting.come, name="come"),
    path("cases/<str:token>/skip/", sitting.skip, name="skip"),
    path("cases/<str:token>/recuse/", sitting.recuse, name="recuse"),
]
