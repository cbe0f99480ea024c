"""The addresses under ``/my/``. An event's page comes last: whatever is not a page of its own is an event."""

from __future__ import annotations

from django.urls import path

from common.actor import Role
from web import case_file, chat, exhibit, letter_file, masking, uploads
from web.buyer import (
    case,
    check,
    decision,
    evidence,
    filing,
    filing_evidence,
    inbox,
    lists,
    orders,
    questions,
    settings,
)
from web.party import reasons

app_name = "buyer"

urlpatterns = [
    path("", lists.home, name="home"),
    path("orders/", orders.index, name="orders"),
    path("orders/<str:order>/<int:place>/refund/", orders.refund, name="refund"),
    path("inbox/", inbox.index, name="inbox"),
    path("inbox/read/", inbox.mark_read, name="inbox_read"),
    path("settings/", settings.index, name="settings"),
    path("settings/test-mail/", settings.test_mail, name="test_mail"),
    path("settings/copy/", settings.ask_copy, name="copy_ask"),
    path("settings/copy/<str:token>/", settings.take_copy, name="copy"),
    path("cases/<str:number>/", case.page, name="case"),
    path("cases/<str:number>/step-in/", filing.eligibility_page, name="step_in"),
    path("cases/<str:number>/step-in/begin/", filing.begin, name="begin"),
    path("cases/<str:number>/step-in/tasks/", filing.tasks, name="filing"),
    path("cases/<str:number>/step-in/discard/", filing.discard, name="discard"),
    path("cases/<str:number>/step-in/evidence/", filing_evidence.page, name="filing_evidence"),
    path("cases/<str:number>/step-in/evidence/take-back/", filing_evidence.take_back, name="take_back"),
    path("cases/<str:number>/step-in/check/", check.page, name="check"),
    path("cases/<str:number>/step-in/submitted/", filing.submitted, name="submitted"),
    path("cases/<str:number>/step-in/<str:step>/", questions.question, name="question"),
    path("cases/<str:number>/evidence/", evidence.page, name="evidence"),
    path("cases/<str:number>/chat/", chat.page, {"role": Role.BUYER}, name="chat"),
    path("cases/<str:number>/evidence/<str:place>/", exhibit.page, {"role": Role.BUYER}, name="exhibit"),
    path("cases/<str:number>/evidence/<str:place>/mask/", masking.edit, {"area": "buyer"}, name="mask"),
    path("cases/<str:number>/uploads/", uploads.collection, {"role": Role.BUYER}, name="uploads"),
    path("cases/<str:number>/uploads/<str:token>/", uploads.one, {"role": Role.BUYER}, name="upload"),
    path("cases/<str:number>/decision/", decision.page, name="decision"),
    path("cases/<str:number>/letters/<str:code>.pdf", letter_file.pdf, {"area": "buyer"}, name="letter_pdf"),
    path("cases/<str:number>/file/", case_file.page, {"area": "buyer"}, name="file"),
    path("cases/<str:number>/receipts/<str:place>/", case_file.receipt, {"area": "buyer"}, name="receipt"),
    path("cases/<str:number>/rate-reason/", reasons.rate, {"area": "buyer"}, name="rate_reason"),
    path("cases/<str:number>/<str:event>/", case.act, name="act"),
]
