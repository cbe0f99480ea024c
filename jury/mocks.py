"""Invented cases with a known answer: for the exam, and now and then between real ones. Knows no real case.

What they teach: what is written binds, who has to prove it bears the doubt, and a good story is no evidence.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise
FIRST, SECOND, UNSURE = "first", "second", "unsure"
ANSWERS = (FIRST, SECOND, UNSURE)


@dataclass(frozen=True, slots=True)
class Mock:
    """Both accounts, what each shows, the right answer and why it is right."""

    code: str
    question: Text
    first: Text
    second: Text
    shown: tuple[Text, ...]
    right: str
    why: Text


CASES = (
    Mock(
        "colour",
        _("Is the colour of the scarf another one than the page shows?"),
        _("I ordered deep red and got a bright orange. On the page it is clearly red."),
        _("Screens differ. The page says that a slight difference in shade is no fault."),
        (
            _("A 1: the scarf beside a colour card, in daylight; it matches the card's orange."),
            _("B 1: the page as it was at the time of the order: “deep red”, with a photo."),
        ),
        FIRST,
        _("Orange is not a shade of deep red. What the page says about shades does not cover another colour."),
    ),
    Mock(
        "glaze",
        _("Is the line on the vase a crack?"),
        _("There is a crack on the side. I will not keep a broken vase."),
        _("This is crackled glaze: fine lines under the surface that belong to this ware. The page says so."),
        (
            _("A 1: a close photo: a net of fine lines all over the vase, none deeper than the others."),
            _("B 1: the page at the time of the order, with the same net of lines and a sentence about it."),
        ),
        SECOND,
        _("The lines are everywhere and the page showed them. Whoever buys what was shown cannot call it a fault."),
    ),
    Mock(
        "parcel",
        _("Was the cup broken before it was handed over?"),
        _("The cup was in two pieces when I opened the parcel. I took pictures at once."),
        _("It was whole when it left. We always pack well."),
        (
            _("A 1: photos taken an hour after delivery: a dented box, a broken cup inside."),
            _("B 1: a photo of the packing table, without this cup and without a date."),
        ),
        FIRST,
        _(
            "Until it is handed over, the seller bears the risk, and “we always pack well” shows nothing of this parcel."
        ),
    ),
    Mock(
        "worn",
        _("Were the shoes worn outside before they were sent back?"),
        _("I only tried them on at home, on the carpet."),
        _("The soles are worn and there is grit in them. We filmed how we opened the parcel."),
        (
            _("A 1: a photo of the shoes in their box, from above; the soles cannot be seen."),
            _("B 1: an uncut film: the sealed parcel with its number, opened, the soles scuffed, with grit."),
        ),
        SECOND,
        _("The film shows parcel and soles without a gap. The photo does not show what the question is about."),
    ),
    Mock(
        "chat",
        _("Was a gift promised with the kettle?"),
        _("I was told that a set of cups comes with it. None came."),
        _("We never said that. Cups are sold by themselves."),
        (
            _("A 1: the platform's own record of the chat: “order today and the cups come with it”."),
            _("B 1: the page at the time of the order: it says nothing about cups."),
        ),
        FIRST,
        _("What was promised in the chat belongs to the order as much as what the page says."),
    ),
    Mock(
        "neither",
        _("Was a part missing when the shelf was delivered?"),
        _("Four screws were missing."),
        _("Every bag is counted before it leaves."),
        (
            _("A 1: a photo of a finished shelf, without its back wall."),
            _("B 1: a photo of a bag of screws, of which one cannot say when or for what it was taken."),
        ),
        UNSURE,
        _("Neither photo says anything about four screws. “Cannot tell” is an honest answer; the rule decides then."),
    ),
    Mock(
        "cropped",
        _("Did the phone's screen have a scratch when it was delivered?"),
        _("Unpacked it in front of the courier, and there was the scratch."),
        _("The scratch was made later. Our check before sending shows a clean screen."),
        (
            _("A 1: the courier's note, signed on delivery: “screen scratched, box sealed”."),
            _("B 1: a photo of a clean screen; the serial number is cut off."),
        ),
        FIRST,
        _(
            "The note was written by somebody who gains nothing, at the moment in question. The photo may be of any phone."
        ),
    ),
    Mock(
        "late_claim",
        _("Was the fruit spoiled when it arrived?"),
        _("Half of it was rotten. I noticed when I opened the box."),
        _("It arrived on the third. The photos are of the tenth, and the page asks to report it within 48 hours."),
        (
            _("A 1: photos of rotten fruit, taken on the tenth."),
            _("B 1: the parcel's record: delivered on the third, signed for."),
        ),
        SECOND,
        _(
            "After a week, photos say nothing about the day of arrival. That is why fresh food is reported within two days."
        ),
    ),
)


def by_code(code: str) -> Mock:
    return next(one for one in CASES if one.code == code)


def some(number: int, chance: random.Random) -> list[Mock]:
    return chance.sample(CASES, number)
