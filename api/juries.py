"""What the public jury of a case said, once its vote is over. Reads only; before the end there is nothing to read."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Scope
from api import documents, prints
from api.authentication import caller_of
from api.cases import case_or_missing
from api.endpoint import Endpoint
from jury import results
from jury.results import Result
from jury.tally import Verdict, Vote


class NamedShape(serializers.Serializer[Any]):
    exhibit = serializers.CharField()
    times = serializers.IntegerField()


class ReasonShape(serializers.Serializer[Any]):
    vote = serializers.ChoiceField([one.value for one in Vote])
    text = serializers.CharField()


class ResultShape(serializers.Serializer[Any]):
    verdict = serializers.ChoiceField([one.value for one in Verdict])
    for_buyer = serializers.IntegerField()
    for_merchant = serializers.IntegerField()
    unsure = serializers.IntegerField()
    spoiled = serializers.IntegerField(
        help_text="ballots that were not the ones that were cast, and counted for nobody"
    )
    size = serializers.IntegerField()
    quorum = serializers.IntegerField(help_text="votes that have to take a side")
    question = serializers.CharField()
    ended_at = serializers.DateTimeField()
    named = NamedShape(many=True, help_text="what most jurors called decisive")
    reasons = ReasonShape(many=True, help_text="without names, in no order that tells who wrote them")


class JuryShape(serializers.Serializer[Any]):
    jury = ResultShape(allow_null=True)


class Jury(Endpoint):
    """The last jury of the case's current round."""

    scopes: ClassVar[dict[str, Scope | None]] = {"GET": Scope.OUTCOMES_READ}

    @extend_schema(
        operation_id="get_jury",
        tags=["outcomes"],
        parameters=[documents.NUMBER],
        responses={200: JuryShape, **documents.problems(404)},
        description="`null` while it votes, and where no jury was asked or its rules know none.",
    )
    def get(self, request: Request, number: str) -> Response:
        found = results.of(case_or_missing(caller_of(request), number), {"buyer": "buyer", "merchant": "merchant"})
        return Response({"jury": printed(found) if found is not None else None})


def printed(result: Result) -> dict[str, Any]:
    return {
        "verdict": result.verdict,
        "for_buyer": result.for_buyer,
        "for_merchant": result.for_merchant,
        "unsure": result.unsure,
        "spoiled": result.spoiled,
        "size": result.size,
        "quorum": result.quorum,
        "question": result.question,
        "ended_at": prints.moment(result.ended_at),
        "named": [{"exhibit": number, "times": times} for number, times in result.named],
        "reasons": [{"vote": reason.vote, "text": reason.text} for reason in result.reasons],
    }
