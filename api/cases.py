"""Cases for the marketplace's systems: open one for a buyer, follow it, act for either side. Only those of
its source.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import identities
from accounts.models import Scope
from api import actions, bodies, documents, idempotency, pagination, prints
from api.authentication import Caller, caller_of
from api.endpoint import Endpoint
from api.problems import BodyTooLarge
from common import clock, ids
from common.actor import Actor, Side
from common.errors import Missing
from disputes import negotiation
from disputes.lifecycle import Kind
from disputes.models import Case
from evidence import intake
from marketplace.models import OrderLine

LARGEST = 21 * 1024 * 1024  # a file of 20 MB and the words around it


def cases_of(caller: Caller) -> QuerySet[Case]:
    """The one door to cases here: those of the caller's own source."""
    return Case.objects.filter(order__source=caller.source).select_related("order", "line")


def case_or_missing(caller: Caller, number: str) -> Case:
    """The case, or ``Missing`` alike whether it is another source's, never existed, or is no number at all."""
    if not ids.is_case_number(number):
        raise Missing
    rows = cases_of(caller).select_related("order", "line", "outcome", "substance_rules", "procedure_rules")
    case = rows.defer("substance_rules__body", "procedure_rules__body").filter(number=number).first()
    if case is None:
        raise Missing
    return case


def again(case: Case, caller: Caller) -> dict[str, Any]:
    """The case as it is now, whole, for the answer of an act that has just changed it."""
    return prints.whole(case_or_missing(caller, case.number), caller.source, clock.now())


def refuse_too_large(request: Request) -> None:
    """Before a byte of a file is read. Raises ``BodyTooLarge``."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST:
        raise BodyTooLarge


class Cases(Endpoint):
    """All of a source's cases, and the way to open one."""

    scopes: ClassVar[dict[str, Scope | None]] = {"GET": Scope.CASES_READ, "POST": Scope.CASES_WRITE}

    @extend_schema(
        operation_id="list_cases",
        tags=["cases"],
        parameters=[bodies.CaseFilter],
        responses={200: prints.CasePageShape, **documents.problems(400)},
        description="Newest first; with `updated_since`, by the moment of the last change of state, oldest first.",
    )
    def get(self, request: Request) -> Response:
        wanted = bodies.filtered(bodies.CaseFilter, request.query_params)
        caller = caller_of(request)
        rows = cases_of(caller)
        if "state" in wanted:
            rows = rows.filter(state=wanted["state"])
        if "order" in wanted:
            rows = rows.filter(order__external_id=wanted["order"])
        if "merchant" in wanted:
            shop = identities.find_merchant(caller.source, wanted["merchant"])
            rows = rows.filter(merchant_id=shop) if shop is not None else rows.none()
        since = wanted.get("updated_since")
        if since is not None:
            rows = rows.filter(state_since__gte=since)
        page = pagination.page(
            rows,
            moment="state_since" if since is not None else "opened_at",
            descending=since is None,
            query=request.query_params,
        )
        named = prints.related(page.rows, caller.source)
        return Response({"cases": [prints.summary(case, *named) for case in page.rows], "next": page.next or None})

    @extend_schema(
        operation_id="open_case",
        tags=["cases"],
        request=bodies.OpenCase,
        parameters=[documents.KEY],
        responses={201: prints.CaseShape, **documents.problems(400, 404, 415, 422)},
        description=(
            "A refund request on behalf of the order's buyer. The merchant's clock starts. To ask the platform to "
            "step in, take the action `intervention_requested` of the case."
        ),
    )
    def post(self, request: Request) -> HttpResponse:
        data = bodies.parsed(bodies.OpenCase, request.data)
        caller = caller_of(request)
        line = (
            OrderLine.objects.select_related("order")
            .filter(order__source=caller.source, order__external_id=data["order"], external_id=data["line"])
            .first()
        )
        if line is None:
            raise Missing
        now = clock.now()
        return idempotency.once(
            request,
            lambda: negotiation.open_refund(
                line.pk,
                kind=Kind(data["kind"]),
                type_code=data["type"],
                exception=data["exception"],
                amount=data["amount"],
                text=data["text"],
                actor=Actor.buyer(line.order.buyer_id, client_id=caller.client.pk),
                now=now,
            ),
            lambda case: (201, again(case, caller)),
            now=now,
        )


class OneCase(Endpoint):
    """One case: where it stands, whose turn it is, until when, and what may be done."""

    scopes: ClassVar[dict[str, Scope | None]] = {"GET": Scope.CASES_READ}

    @extend_schema(
        operation_id="get_case",
        tags=["cases"],
        parameters=[documents.NUMBER],
        responses={200: prints.CaseShape, **documents.problems(404)},
    )
    def get(self, request: Request, number: str) -> Response:
        caller = caller_of(request)
        return Response(prints.whole(case_or_missing(caller, number), caller.source, clock.now()))


class TakeAction(Endpoint):
    """One action of one event; ``row`` says which. The addresses are made from ``actions.ROWS``."""

    scopes: ClassVar[dict[str, Scope | None]] = {"POST": Scope.CASES_WRITE}
    row: actions.Row

    def post(self, request: Request, number: str) -> HttpResponse:
        row, caller = self.row, caller_of(request)
        upload = row.upload if str(request.content_type).startswith("multipart/") else None
        if upload is not None:
            refuse_too_large(request)
        data = bodies.parsed(upload or row.body, request.data)
        case = case_or_missing(caller, number)
        side = Side(data["on_behalf_of"]) if data.get("on_behalf_of") else row.side
        assert side is not None
        actor = caller.on_behalf_of(side, buyer_id=case.buyer_id, merchant_id=case.merchant_id)
        now = clock.now()
        if upload is not None:
            known = idempotency.known(request)
            if known is not None:
                return known
            data["received"] = intake.receive(data["file"], claimed_name=data["file"].name, now=now, actor=actor)
        return idempotency.once(
            request,
            lambda: row.perform(case, data, actor, now),
            lambda result: (200, again(case, caller)),
            now=now,
        )


def _endpoint(row: actions.Row) -> type[TakeAction]:
    name = "".join(word.title() for word in row.event.value.split("_"))
    parsers = [JSONParser, MultiPartParser] if row.upload else [JSONParser]
    of_files = (413, 503) if row.upload else ()
    described = extend_schema(
        operation_id=row.event.value,
        tags=["actions"],
        summary=row.event.value.replace("_", " ").capitalize(),
        request={"application/json": row.body, "multipart/form-data": row.upload} if row.upload else row.body,
        parameters=[documents.NUMBER, documents.KEY],
        responses={200: prints.CaseShape, **documents.problems(400, 404, 409, 415, 422, *of_files)},
        description=f"On behalf of the {row.side.value}." if row.side else "On behalf of the side named in the body.",
    )
    own = {"row": row, "parser_classes": parsers, "post": described(_own(TakeAction.post))}
    made: type[TakeAction] = type(name, (TakeAction,), own)
    return made


def _own(post: Any) -> Any:
    """A function of its own for each class, so that each can be described by itself."""

    def take(self: TakeAction, request: Request, number: str) -> HttpResponse:
        answered: HttpResponse = post(self, request, number)
        return answered

    take.__name__ = "post"
    return take


ACTIONS: dict[str, type[TakeAction]] = {row.event.value: _endpoint(row) for row in actions.ROWS}
