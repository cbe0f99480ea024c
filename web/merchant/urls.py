"""The addresses of a shop's pages. An event's page comes last: whatever is not a page of its own is an event."""

from __future__ import annotations

from django.urls import path
from django.views.generic import RedirectView

from common.actor import Role
from web import case_file, chat, exhibit, letter_file, masking, uploads
from web.merchant import (
    acts,
    bulk,
    case,
    claiming,
    colleagues,
    decision,
    insights,
    lists,
    members,
    messages,
    settings,
    shelf,
    shell,
)
from web.party import reasons

app_name = "merchant"

urlpatterns = [
    path("", lists.inbox, name="inbox"),
    path("open/", lists.going_on, name="open"),
    path("decided/", lists.decided, name="decided"),
    path("claims/", RedirectView.as_view(pattern_name="merchant:claims", permanent=False)),
    path("claims/new/", claiming.index, name="claims"),
    path("claims/new/<str:ref>/", claiming.start, name="claim"),
    path("claims/new/<str:ref>/begin/", claiming.begin, name="claim_begin"),
    path("claims/new/<str:ref>/discard/", claiming.discard, name="claim_discard"),
    path("claims/new/<str:ref>/check/", claiming.check, name="claim_check"),
    path("claims/new/<str:ref>/<str:step>/", claiming.question, name="claim_question"),
    path("messages/", messages.inbox, name="messages"),
    path("messages/read/", messages.mark_read, name="messages_read"),
    path("switch/", shell.switch, name="switch"),
    path("next/", lists.take_next, name="next"),
    path("views/", lists.keep_view, name="view_keep"),
    path("views/<int:view>/remove/", lists.drop_view, name="view_drop"),
    path("bulk/accept/", bulk.accept, name="bulk"),
    path("bulk/assign/", bulk.assign, name="bulk_assign"),
    path("export.csv", lists.export, name="export"),
    path("insights/", insights.index, name="insights"),
    path("insights/measures.csv", insights.table, name="measures"),
    path("members/", members.index, name="members"),
    path("members/<int:membership>/", members.change, name="member"),
    path("members/<int:membership>/remove/", members.remove, name="member_remove"),
    path("settings/", settings.index, name="settings"),
    path("library/", shelf.index, name="library"),
    path("library/uploads/", uploads.collection, {"role": Role.MERCHANT}, name="library_uploads"),
    path("library/uploads/<str:token>/", uploads.one, {"role": Role.MERCHANT}, name="library_upload"),
    path("library/<str:item>/remove/", shelf.remove, name="library_remove"),
    path("cases/<str:number>/", case.show, name="case"),
    path("cases/<str:number>/chat/", chat.page, {"role": Role.MERCHANT}, name="chat"),
    path("cases/<str:number>/evidence/<str:place>/", exhibit.page, {"role": Role.MERCHANT}, name="exhibit"),
    path("cases/<str:number>/evidence/<str:place>/mask/", masking.edit, {"area": "merchant"}, name="mask"),
    path("cases/<str:number>/uploads/", uploads.collection, {"role": Role.MERCHANT}, name="uploads"),
    path("cases/<str:number>/uploads/<str:token>/", uploads.one, {"role": Role.MERCHANT}, name="upload"),
    path("cases/<str:number>/desk/", colleagues.desk, name="desk"),
    path("cases/<str:number>/propose/", colleagues.propose, name="propose"),
    path("cases/<str:number>/consents/<int:consent>/decline/", colleagues.decline, name="consent_decline"),
    path("cases/<str:number>/decision/", decision.show, name="decision"),
    path("cases/<str:number>/letters/<str:code>.pdf", letter_file.pdf, {"area": "merchant"}, name="letter_pdf"),
    path("cases/<str:number>/file/", case_file.page, {"area": "merchant"}, name="file"),
    path("cases/<str:number>/receipts/<str:place>/", case_file.receipt, {"area": "merchant"}, name="receipt"),
    path("cases/<str:number>/rate-reason/", reasons.rate, {"area": "merchant"}, name="rate_reason"),
    path("cases/<str:number>/<str:event>/", acts.act, name="act"),
]
