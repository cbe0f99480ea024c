"""What the API takes, as shapes. They parse and bound; whether something may happen is for the acts to say."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from arbitration.models import Appeal
from common.actor import Side
from disputes import rebuttals
from disputes.lifecycle import Kind, State
from disputes.models import ExhibitAnswer
from disputes.models.contested import REASONS
from disputes.submissions import STANCES
from disputes.supplements import IN_WORDS
from evidence import limits

MOST_MONEY = 10**12
MOST_FILES = 9  # of one request
SIDES = [side.value for side in Side]


class Body(serializers.Serializer[Any]):
    """A closed shape: what it does not know, it refuses, so that nobody believes a misspelt field was heard."""

    default_error_messages = {"unknown_field": _("This field is not known here.")}

    def to_internal_value(self, data: Any) -> Any:
        value = super().to_internal_value(data)
        unknown = sorted(set(data) - set(self.fields))
        if unknown:
            raise serializers.ValidationError(
                {
                    name: [serializers.ErrorDetail(str(self.error_messages["unknown_field"]), code="unknown_field")]
                    for name in unknown
                }
            )
        return value


class Amount(serializers.IntegerField):
    """Minor units of the case's currency."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=1, max_value=MOST_MONEY, help_text="minor units", **kwargs)


class Words(serializers.CharField):
    """What a side says in its own words, at most 500 characters."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=500, **kwargs)


class AnException(serializers.CharField):
    """What admits a request although the time to ask is over (clause 1.4); looked at only then."""

    def __init__(self) -> None:
        super().__init__(
            required=False,
            default="",
            allow_blank=True,
            max_length=32,
            help_text="after the time to ask: which exception of the rules applies, such as `longer_promise`",
        )


class OpenCase(Body):
    """A refund request that a buyer made in the marketplace's own app."""

    order = serializers.CharField(max_length=120, help_text="the order's id in your feed")
    line = serializers.CharField(max_length=120, help_text="the line's id in your feed")
    kind = serializers.ChoiceField([kind.value for kind in Kind])
    type = serializers.CharField(max_length=32, help_text="a dispute type of the rules in force, such as DAMAGED")
    exception = AnException()
    amount = Amount()
    text = Words()


class OpenClaim(Body):
    """A merchant's claim about one payout: either a case that ended in one, or a refund of your feed."""

    case = serializers.CharField(required=False, default="", max_length=19, help_text="the case that paid the buyer")
    refund = serializers.CharField(
        required=False, default="", max_length=120, help_text="or your refund's id in your feed"
    )
    reason = serializers.ChoiceField(
        REASONS,
        help_text="`wrong_finding`: the platform was wrong, and bears it; with the others the buyer gives the money back",
    )
    amount = Amount()
    points = serializers.ListField(
        child=serializers.CharField(max_length=120), min_length=1, max_length=8, help_text="what is to be decided"
    )
    story = Words()
    new_facts = Words(
        required=False,
        default="",
        allow_blank=True,
        help_text="what could not be known or shown when the platform decided; needed where it did",
    )
    exception = AnException()

    default_error_messages = {"one_payout": _("Name either the case that paid, or your refund.")}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if bool(attrs["case"]) == bool(attrs["refund"]):
            self.fail("one_payout")
        return attrs


class OpenClaimWithFiles(OpenClaim):
    """The same with up to nine files that prove it, each with its evidence code, in the same order.

    Of a form, fields that are lists are repeated: `points`, `codes` and `files`.
    """

    files = serializers.ListField(
        child=serializers.FileField(allow_empty_file=True, max_length=255), min_length=1, max_length=MOST_FILES
    )
    codes = serializers.ListField(
        child=serializers.CharField(max_length=8),
        min_length=1,
        max_length=MOST_FILES,
        help_text="the evidence code of each file, such as E06",
    )

    default_error_messages = {"one_code_each": _("Give one evidence code for each file, in the same order.")}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs = super().validate(attrs)
        if len(attrs["files"]) != len(attrs["codes"]):
            self.fail("one_code_each")
        return attrs


class Action(Body):
    """What every action may carry. ``version``: that of the case you looked at; 409 if it has moved on
    since.
    """

    version = serializers.IntegerField(required=False, min_value=1, max_value=2**31 - 1)


class TwoSided(Action):
    """An action that either side may take names the side it is taken for."""

    on_behalf_of = serializers.ChoiceField(SIDES)


class Plain(Action):
    """Nothing but the click."""


class PlainFor(Action):
    """Nothing but the click, by the side whose it usually is, or by the one named: in a merchant's claim it is the other."""

    on_behalf_of = serializers.ChoiceField(SIDES, required=False, help_text="needed in a merchant's claim only")


class WithText(Action):
    text = Words()


class Comply(Action):
    text = Words(
        required=False,
        default="",
        allow_blank=True,
        help_text="how what was ordered in kind was done; needed there only",
    )


class Revise(Action):
    kind = serializers.ChoiceField([kind.value for kind in Kind])
    amount = Amount()
    text = Words(required=False, default="", allow_blank=True)


class ShipReturn(Action):
    carrier = serializers.CharField(max_length=40)
    tracking = serializers.CharField(max_length=40)


class MakeOffer(TwoSided):
    amount = Amount()
    returns = serializers.BooleanField(default=False)
    text = Words(required=False, default="", allow_blank=True)


class OfferOf(TwoSided):
    offer_of = serializers.ChoiceField([*SIDES, "platform"], help_text="whose open offer is meant")


class RetractOffer(TwoSided):
    """A side takes its own open offer back."""


class Intervene(TwoSided):
    type = serializers.CharField(max_length=32)
    exception = AnException()
    remedy = serializers.CharField(max_length=4, help_text="such as R2")
    amount = Amount()
    returns = serializers.BooleanField(default=False)
    points = serializers.ListField(
        child=serializers.CharField(max_length=120), min_length=1, max_length=8, help_text="what is to be decided"
    )
    story = Words()


class PointAnswer(Body):
    number = serializers.IntegerField(min_value=1, max_value=99)
    stance = serializers.ChoiceField(STANCES)
    text = serializers.CharField(required=False, default="", allow_blank=True, max_length=300)
    exhibits = serializers.ListField(
        child=serializers.CharField(max_length=26), required=False, default=list, max_length=50
    )


class AnswerPoints(TwoSided):
    answers = serializers.ListField(child=PointAnswer(), min_length=1, max_length=8)


class AnswerExhibit(TwoSided):
    """What a side says to one exhibit of the other, once in a round. ``grounds``: one at least where it is disputed."""

    exhibit = serializers.CharField(max_length=26, help_text="its public id")
    stance = serializers.ChoiceField(rebuttals.STANCES)
    grounds = serializers.ListField(
        child=serializers.ChoiceField(ExhibitAnswer.GROUNDS), required=False, default=list, max_length=4
    )
    text = serializers.CharField(required=False, default="", allow_blank=True, max_length=300)


class Rebut(PlainFor):
    answers = serializers.ListField(child=PointAnswer(), min_length=1, max_length=8)
    text = Words(required=False, default="", allow_blank=True)


class HandInMore(TwoSided):
    text = Words(required=False, default="", allow_blank=True)


class FileAppeal(TwoSided):
    """On a ground that needs no new evidence, or with a text as new evidence."""

    ground = serializers.ChoiceField(Appeal.GROUNDS)
    points = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=99), required=False, default=list, max_length=8
    )
    text = Words()
    new_text = serializers.CharField(
        required=False,
        default="",
        allow_blank=True,
        trim_whitespace=False,
        max_length=limits.TEXT_LENGTH,
        help_text="a text that becomes an exhibit (E34), kept to the letter",
    )
    why_late = serializers.CharField(
        required=False,
        default="",
        allow_blank=True,
        max_length=500,
        help_text="why the new evidence was not submitted before",
    )


class FileAppealWithEvidence(FileAppeal):
    """The same with one photo, video or PDF that was not on the file before."""

    code = serializers.CharField(max_length=8, help_text="the evidence code it answers, such as E06")
    name = serializers.CharField(required=False, default="", allow_blank=True, max_length=120)
    why_late = serializers.CharField(max_length=500, help_text="why it was not submitted before")
    file = serializers.FileField(allow_empty_file=True, max_length=255)


class AnswerAppeal(TwoSided):
    text = Words()


class PlainOf(TwoSided):
    """Nothing but the click, by the side that is named."""


class AddEvidence(Body):
    """One photo, video or PDF of up to 20 MB."""

    on_behalf_of = serializers.ChoiceField(SIDES)
    code = serializers.CharField(max_length=8, help_text="the evidence code it answers, such as E06")
    name = serializers.CharField(required=False, default="", allow_blank=True, max_length=120)
    note = serializers.CharField(required=False, default="", allow_blank=True, max_length=500)
    version = serializers.IntegerField(required=False, min_value=1, max_value=2**31 - 1)
    file = serializers.FileField(allow_empty_file=True, max_length=255)


class AddText(Body):
    """A text in a side's own words, as an exhibit of its own."""

    on_behalf_of = serializers.ChoiceField(SIDES)
    text = serializers.CharField(
        max_length=limits.TEXT_LENGTH, trim_whitespace=False, help_text="kept to the letter, as it is sent"
    )
    code = serializers.CharField(
        required=False,
        default=IN_WORDS,
        max_length=8,
        help_text="the evidence code it answers: one whose media has `text`, such as E34",
    )
    name = serializers.CharField(required=False, default="", allow_blank=True, max_length=120)
    note = serializers.CharField(required=False, default="", allow_blank=True, max_length=500)
    version = serializers.IntegerField(required=False, min_value=1, max_value=2**31 - 1)


class TakeBundle(Body):
    on_behalf_of = serializers.ChoiceField(SIDES)


class TakeLetter(Body):
    """In whose words: either side is addressed as “you” in its own."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """``for`` cannot be an attribute."""
        return {"for": serializers.ChoiceField(SIDES)}


class QuoteChat(Body):
    """Messages ``first`` to ``last`` of the platform's record of the chat, counted from 0."""

    on_behalf_of = serializers.ChoiceField(SIDES)
    first = serializers.IntegerField(min_value=0, max_value=100_000)
    last = serializers.IntegerField(min_value=0, max_value=100_000)
    note = serializers.CharField(required=False, default="", allow_blank=True, max_length=300)
    version = serializers.IntegerField(required=False, min_value=1, max_value=2**31 - 1)


class Region(Body):
    """A part of a picture, from its upper left corner, in 1200ths of its width and of its height.

    In a video it is covered all the time, or from ``starts_ms`` until ``ends_ms``, in milliseconds of the film.
    """

    left = serializers.IntegerField(min_value=0, max_value=limits.MASK_UNITS)
    top = serializers.IntegerField(min_value=0, max_value=limits.MASK_UNITS)
    right = serializers.IntegerField(min_value=0, max_value=limits.MASK_UNITS)
    bottom = serializers.IntegerField(min_value=0, max_value=limits.MASK_UNITS)
    starts_ms = serializers.IntegerField(required=False, min_value=0, max_value=limits.FILM_SECONDS * 1000)
    ends_ms = serializers.IntegerField(required=False, min_value=1, max_value=limits.FILM_SECONDS * 1000 + 1000)


class Silence(Body):
    """From when until when nothing is heard of a video, in milliseconds of the film."""

    starts_ms = serializers.IntegerField(min_value=0, max_value=limits.FILM_SECONDS * 1000)
    ends_ms = serializers.IntegerField(min_value=1, max_value=limits.FILM_SECONDS * 1000 + 1000)


class MaskExhibit(Body):
    """``regions`` and ``silences`` take the place of those before; none unmask the page. ``page``: of a document, else 0."""

    on_behalf_of = serializers.ChoiceField(SIDES)
    page = serializers.IntegerField(required=False, default=0, min_value=0, max_value=limits.PDF_PAGES)
    regions = serializers.ListField(child=Region(), allow_empty=True, max_length=limits.MASK_REGIONS)
    silences = serializers.ListField(
        child=Silence(), required=False, default=list, max_length=limits.MASK_REGIONS, help_text="of a video"
    )
    version = serializers.IntegerField(required=False, min_value=1, max_value=2**31 - 1)


class Paged(Body):
    limit = serializers.IntegerField(required=False, min_value=1, max_value=100, default=50)
    cursor = serializers.CharField(required=False, max_length=200, help_text="`next` of the answer before")


class CaseFilter(Paged):
    state = serializers.ChoiceField([state.value for state in State], required=False)
    order = serializers.CharField(required=False, max_length=120, help_text="an order's id in your feed")
    merchant = serializers.CharField(required=False, max_length=120, help_text="a merchant's id in your feed")
    updated_since = serializers.DateTimeField(
        required=False, help_text="cases whose state changed at or after this moment, the oldest change first"
    )


def parsed(shape: type[Body], data: Any) -> dict[str, Any]:
    """The validated data, or a 400 that names every field at fault."""
    serializer = shape(data=data)
    serializer.is_valid(raise_exception=True)
    value: dict[str, Any] = serializer.validated_data
    return value


def filtered(shape: type[Body], query: Any) -> dict[str, Any]:
    """The same for a query string. A parameter given twice counts once, the last."""
    return parsed(shape, {name: query.get(name) for name in query})
