"""Addresses of the API. No language in them, no trailing slash, and a problem in JSON where there is
nothing.
"""

from __future__ import annotations

from django.urls import URLPattern, path, re_path

from api import problems, schema
from api.bundles import CaseBundle
from api.cases import ACTIONS, Cases, OneCase
from api.claims import Claims
from api.exhibits import AddExhibit, AddText, MaskExhibit, QuoteChat
from api.feed import Ingest
from api.juries import Jury
from api.letters import CaseLetter
from api.outcomes import Outcomes
from api.payments import Payments
from api.rules import RulesInForce
from api.uploads import BeginUpload, OneUpload

app_name = "api"

V1: list[URLPattern] = [
    path("v1/ingest", Ingest.as_view(), name="ingest"),
    path("v1/cases", Cases.as_view(), name="cases"),
    path("v1/claims", Claims.as_view(), name="claims"),
    path("v1/cases/<str:number>", OneCase.as_view(), name="case"),
    path("v1/cases/<str:number>/evidence", AddExhibit.as_view(), name="evidence"),
    path("v1/cases/<str:number>/evidence/text", AddText.as_view(), name="text"),
    path("v1/cases/<str:number>/evidence/chat", QuoteChat.as_view(), name="chat"),
    path("v1/cases/<str:number>/evidence/<str:place>/masks", MaskExhibit.as_view(), name="masks"),
    path("v1/cases/<str:number>/bundle", CaseBundle.as_view(), name="bundle"),
    path("v1/cases/<str:number>/letter", CaseLetter.as_view(), name="letter"),
    path("v1/cases/<str:number>/payments", Payments.as_view(), name="payments"),
    path("v1/cases/<str:number>/jury", Jury.as_view(), name="jury"),
    *(path(f"v1/cases/<str:number>/actions/{event}", view.as_view(), name=event) for event, view in ACTIONS.items()),
    path("v1/cases/<str:number>/uploads", BeginUpload.as_view(), name="uploads"),
    path("v1/cases/<str:number>/uploads/<str:token>", OneUpload.as_view(), name="upload"),
    path("v1/outcomes", Outcomes.as_view(), name="outcomes"),
    path("v1/rules", RulesInForce.as_view(), name="rules"),
]
urlpatterns: list[URLPattern] = [
    *V1,
    path("v1/openapi.json", schema.published, name="openapi"),
    re_path(r"^(?P<path>.*)$", problems.missing, name="nothing"),
]
