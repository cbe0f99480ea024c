"""Evidence in, for either side. Takes a file or a text and gives its receipt, masks parts; never gives a file out."""

from __future__ import annotations

from typing import ClassVar

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request

from accounts.models import Scope
from api import bodies, documents, idempotency, prints
from api.authentication import caller_of
from api.cases import case_or_missing, refuse_too_large
from api.endpoint import Endpoint
from common import clock
from common.actor import Side
from common.errors import Missing
from disputes import masking as acts
from disputes import quoting, submissions
from evidence import intake, masking
from evidence.models import Exhibit, Mask


class AddExhibit(Endpoint):
    """One more exhibit on a case's file."""

    scopes: ClassVar[dict[str, Scope | None]] = {"POST": Scope.EVIDENCE_WRITE}
    parser_classes = [MultiPartParser]

    @extend_schema(
        operation_id="add_evidence",
        tags=["evidence"],
        request={"multipart/form-data": bodies.AddEvidence},
        parameters=[documents.NUMBER, documents.KEY],
        responses={201: prints.ExhibitShape, **documents.problems(400, 404, 409, 413, 415, 422, 503)},
        description=(
            "One photo (JPEG, PNG, WebP, GIF, HEIC, AVIF), PDF or video (MP4, MOV, WebM) of up to 20 MB; larger videos come "
            "in pieces. The answer is the receipt: number, time and SHA-256. A video counts at once and is converted after "
            "that: see state. The same file again gives the exhibit that is there."
        ),
    )
    def post(self, request: Request, number: str) -> HttpResponse:
        refuse_too_large(request)
        case = case_or_missing(caller_of(request), number)
        data = bodies.parsed(bodies.AddEvidence, request.data)
        actor = caller_of(request).on_behalf_of(
            Side(data["on_behalf_of"]), buyer_id=case.buyer_id, merchant_id=case.merchant_id
        )
        known = idempotency.known(request)
        if known is not None:
            return known
        now = clock.now()
        # Bytes are looked at and stored before the act; under the case's lock it is only decided whether they count.
        received = intake.receive(data["file"], claimed_name=data["file"].name, now=now, actor=actor)
        return idempotency.once(
            request,
            lambda: submissions.add_evidence(
                case.pk,
                received,
                code=data["code"],
                name=data["name"],
                note=data["note"],
                actor=actor,
                now=now,
                seen=data.get("version"),
            ),
            lambda exhibit: (201, prints.exhibit(exhibit)),
            now=now,
        )


class AddText(Endpoint):
    """What a side wrote, as an exhibit."""

    scopes: ClassVar[dict[str, Scope | None]] = {"POST": Scope.EVIDENCE_WRITE}

    @extend_schema(
        operation_id="add_text",
        tags=["evidence"],
        request=bodies.AddText,
        parameters=[documents.NUMBER, documents.KEY],
        responses={201: prints.ExhibitShape, **documents.problems(400, 404, 409, 422)},
        description=(
            "A text of up to 5,000 characters as an exhibit of one side, kept to the letter. Its SHA-256 is that of "
            '`{"text": …}` in canonical JSON. The same text again gives the exhibit that is there.'
        ),
    )
    def post(self, request: Request, number: str) -> HttpResponse:
        case = case_or_missing(caller_of(request), number)
        data = bodies.parsed(bodies.AddText, request.data)
        actor = caller_of(request).on_behalf_of(
            Side(data["on_behalf_of"]), buyer_id=case.buyer_id, merchant_id=case.merchant_id
        )
        now = clock.now()
        return idempotency.once(
            request,
            lambda: submissions.add_text(
                case.pk,
                data["text"],
                code=data["code"],
                name=data["name"],
                note=data["note"],
                actor=actor,
                now=now,
                seen=data.get("version"),
            ),
            lambda exhibit: (201, prints.exhibit(exhibit)),
            now=now,
        )


class QuoteChat(Endpoint):
    """A stretch of the talk inside the platform, from its own record."""

    scopes: ClassVar[dict[str, Scope | None]] = {"POST": Scope.EVIDENCE_WRITE}

    @extend_schema(
        operation_id="quote_chat",
        tags=["evidence"],
        request=bodies.QuoteChat,
        parameters=[documents.NUMBER, documents.KEY],
        responses={201: prints.ExhibitShape, **documents.problems(400, 404, 409, 422)},
        description=(
            "Messages of the chat that the platform's record E02 holds, counted from 0 in its order, both ends included, as "
            "an exhibit of one side. The words come from the record and not from the request."
        ),
    )
    def post(self, request: Request, number: str) -> HttpResponse:
        case = case_or_missing(caller_of(request), number)
        data = bodies.parsed(bodies.QuoteChat, request.data)
        actor = caller_of(request).on_behalf_of(
            Side(data["on_behalf_of"]), buyer_id=case.buyer_id, merchant_id=case.merchant_id
        )
        now = clock.now()
        return idempotency.once(
            request,
            lambda: quoting.quote_chat(
                case.pk,
                data["first"],
                data["last"],
                note=data["note"],
                actor=actor,
                now=now,
                seen=data.get("version"),
            ),
            lambda exhibit: (201, prints.exhibit(exhibit)),
            now=now,
        )


class MaskExhibit(Endpoint):
    """What nobody but its own side sees of a photo, of a video or of a page of a document."""

    scopes: ClassVar[dict[str, Scope | None]] = {"POST": Scope.EVIDENCE_WRITE}

    @extend_schema(
        operation_id="mask_evidence",
        tags=["evidence"],
        request=bodies.MaskExhibit,
        parameters=[documents.NUMBER, documents.PLACE, documents.KEY],
        responses={201: prints.ExhibitShape, **documents.problems(400, 404, 409, 422)},
        description=(
            "Parts of a side's own exhibit that the other side, a jury and whoever rules do not see: they get copies with "
            "the mask burnt in, and hear nothing of a video for as long as `silences` say. What was handed in stays as it "
            "is. Until the copies are made nobody else sees the page."
        ),
    )
    def post(self, request: Request, number: str, place: str) -> HttpResponse:
        case = case_or_missing(caller_of(request), number)
        data = bodies.parsed(bodies.MaskExhibit, request.data)
        side = Side(data["on_behalf_of"])
        actor = caller_of(request).on_behalf_of(side, buyer_id=case.buyer_id, merchant_id=case.merchant_id)
        now = clock.now()
        own = Exhibit.objects.filter(dossier_id=case.dossier_id, side=side.value, withdrawn_at__isnull=True)
        exhibit = next((row for row in own.only("side", "place") if row.number == place), None)
        if exhibit is None:
            raise Missing
        names = ("left", "top", "right", "bottom", "starts_ms", "ends_ms")
        regions = [tuple(one[name] for name in names if name in one) for one in data["regions"]]
        regions += [(one["starts_ms"], one["ends_ms"]) for one in data["silences"]]
        made: list[Mask] = []

        def mask() -> Mask:
            seen = data.get("version")
            made.append(acts.mask(case.pk, exhibit.pk, regions, page=data["page"], actor=actor, now=now, seen=seen))
            return made[0]

        reply = idempotency.once(request, mask, lambda mask: (201, prints.exhibit(mask.exhibit)), now=now)
        for one in made:
            masking.finish_at_once(one, instant=clock.now)
        return reply
