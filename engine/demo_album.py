"""Which photo shows what in the demo, by name. Knows the drawing of each; refuses to know who gives it to which case."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime

from engine import demo_pictures as draw
from engine.demo_pictures import Scene, Sheet

WOOD, STONE = Scene(), Scene((196, 202, 206), (150, 152, 156), 0.46, 0)
LINEN, DARK = Scene((226, 220, 210), (206, 198, 184), 0.3, 0), Scene((84, 92, 104), (62, 56, 52), 0.42, 3)
FLOOR, WHITE = Scene((176, 168, 156), (188, 176, 158), 0.02, 9), Scene((236, 238, 240), (222, 224, 228), 0.62, 0)
RED_BROWN = Scene((214, 196, 178), (132, 84, 58), 0.55, 6)


def _cups_broken(sheet: Sheet) -> None:
    for place in range(4):
        draw.turn(sheet, draw.CUP, (150 + place * 190, 300 + place % 2 * 24), 190)
    draw.shards(sheet, (470, 560), draw.CUP.colour, 13)


def _cups_box(sheet: Sheet) -> None:
    draw.box(sheet, (150, 250), (520, 340), dents=2)


def _lamp_cracked(sheet: Sheet) -> None:
    spot = draw.turn(sheet, draw.LAMP, (420, 370), 560)
    draw.crack(sheet, spot(-0.2, 0.08), spot(0.3, 0.46), branches=3)


def _lamp_box(sheet: Sheet) -> None:
    draw.box(sheet, (260, 180), (330, 440), colour=(184, 150, 112), dents=1)


def _lamp_tested(sheet: Sheet) -> None:
    draw.turn(sheet, draw.Turned(draw.LAMP.profile, (255, 240, 190)), (560, 360), 520)
    draw.box(sheet, (70, 430), (200, 180))


def _vase_chip(sheet: Sheet) -> None:
    spot = draw.turn(sheet, draw.VASE, (470, 560), 980)
    draw.chip(sheet, spot(0.55, 0.02), 44)


def _vase_whole(sheet: Sheet) -> None:
    spot = draw.turn(sheet, draw.VASE, (380, 380), 520)
    draw.chip(sheet, spot(0.6, 0.015), 15)
    draw.box(sheet, (610, 440), (210, 170), dents=1)


def _bowl_crack(sheet: Sheet) -> None:
    spot = draw.turn(sheet, draw.BOWL, (480, 420), 430)
    draw.crack(sheet, spot(-0.35, 0.02), spot(0.1, 0.75), branches=2)


def _bowl_pair(sheet: Sheet) -> None:
    draw.turn(sheet, draw.BOWL, (260, 330), 230)
    spot = draw.turn(sheet, draw.BOWL, (670, 430), 260)
    draw.crack(sheet, spot(-0.3, 0.02), spot(0.15, 0.7), width=4)


def _burner_sent(sheet: Sheet) -> None:
    draw.turn(sheet, draw.BURNER, (430, 390), 420)


def _burner_back(sheet: Sheet) -> None:
    draw.box(sheet, (90, 270), (300, 300))
    draw.turn(sheet, draw.PLAIN_BURNER, (650, 420), 300)


def _phone_broken(sheet: Sheet) -> None:
    draw.phone(sheet, (330, 60), 600, broken=True)


def _phone_box(sheet: Sheet) -> None:
    draw.box(sheet, (330, 230), (300, 400), colour=(228, 228, 232))


def _phone_tested(sheet: Sheet) -> None:
    draw.phone(sheet, (610, 90), 520, screen=(28, 96, 88))
    draw.box(sheet, (80, 330), (250, 280), colour=(228, 228, 232))


def _case_off(sheet: Sheet) -> None:
    draw.shell(sheet, (340, 50), 620, off=34)


def _coat_ruler(sheet: Sheet) -> None:
    draw.coat(sheet, (70, 92, 74), ruler=60)


def _coat_washed(sheet: Sheet) -> None:
    draw.coat(sheet, (92, 104, 84), washed=True)


def _cherries(sheet: Sheet) -> None:
    draw.fruit(sheet, (158, 26, 40), 30, rotten=(2, 7, 8, 13, 14, 19, 21, 22, 27))


def _cherries_packed(sheet: Sheet) -> None:
    draw.box(sheet, (180, 260), (460, 300), colour=(238, 240, 242))
    draw.shards(sheet, (420, 640), (206, 226, 240), 9)


def _honey(sheet: Sheet) -> None:
    spot = draw.turn(sheet, draw.JAR, (470, 380), 560)
    sheet.pen.rectangle((*spot(-0.7, 0.5), *spot(0.7, 0.8)), (246, 240, 222), (140, 110, 60), 3)
    draw.chip(sheet, spot(0.3, 0.4), 20, (40, 30, 22))


def _honey_date(sheet: Sheet) -> None:
    draw.turn(sheet, draw.Turned(draw.JAR.profile, (206, 142, 52)), (500, 700), 1150)
    sheet.pen.rectangle((220, 330, 780, 560), (248, 244, 230), (120, 96, 52), 4)
    for line in range(5):
        sheet.pen.line([(250, 370 + line * 38), (540 + line % 2 * 150, 370 + line * 38)], (90, 84, 72), 10)


def _beads(sheet: Sheet) -> None:
    draw.bead_string(sheet, (86, 132, 96), beads=17, radius=44)


def _beads_close(sheet: Sheet) -> None:
    draw.bead_string(sheet, (98, 142, 104), beads=2, radius=200, close=True)


def _certificate(sheet: Sheet) -> None:
    draw.paper(sheet, 9, stamp=(186, 44, 40))


def _battery(sheet: Sheet) -> None:
    draw.phone(sheet, (200, 150), 420, screen=(58, 60, 64))
    sheet.pen.ellipse((196, 230, 410, 520), (96, 98, 104), (30, 30, 34), 5)
    draw.shell(sheet, (560, 200), 360, colour=(120, 124, 130))


def _scoop(sheet: Sheet) -> None:
    sheet.pen.ellipse((180, 300, 470, 470), (150, 108, 62), (104, 70, 36), 6)
    sheet.pen.line([(450, 380), (860, 300)], (150, 108, 62), 34)
    sheet.pen.line([(560, 340), (620, 372)], (70, 46, 26), 6)


# Name → where it was taken, how the telephone was held, and what is to be seen.
PICTURES: dict[str, tuple[Scene, float, Callable[[Sheet], None]]] = {
    "cups_broken": (WOOD, 0.0, _cups_broken),
    "cups_box": (FLOOR, 3.0, _cups_box),
    "lamp_cracked": (LINEN, -2.0, _lamp_cracked),
    "lamp_box": (STONE, 4.0, _lamp_box),
    "lamp_tested": (DARK, 0.0, _lamp_tested),
    "vase_chip": (RED_BROWN, -3.0, _vase_chip),
    "vase_whole": (STONE, 0.0, _vase_whole),
    "bowl_crack": (DARK, 5.0, _bowl_crack),
    "bowl_pair": (LINEN, 0.0, _bowl_pair),
    "burner_sent": (WHITE, 0.0, _burner_sent),
    "burner_back": (WOOD, 2.0, _burner_back),
    "phone_broken": (FLOOR, -6.0, _phone_broken),
    "phone_box": (RED_BROWN, 0.0, _phone_box),
    "phone_tested": (WHITE, 2.0, _phone_tested),
    "case_off": (LINEN, 5.0, _case_off),
    "coat_ruler": (FLOOR, 0.0, _coat_ruler),
    "coat_washed": (RED_BROWN, 7.0, _coat_washed),
    "cherries": (WOOD, 2.0, _cherries),
    "cherries_packed": (STONE, -3.0, _cherries_packed),
    "honey": (LINEN, 0.0, _honey),
    "honey_date": (DARK, 2.0, _honey_date),
    "beads": (DARK, 0.0, _beads),
    "beads_close": (WHITE, 4.0, _beads_close),
    "certificate": (WOOD, -3.0, _certificate),
    "battery": (STONE, -4.0, _battery),
    "scoop": (LINEN, 3.0, _scoop),
}


# Of what a court of the past decided there are many photos: drawn by chance, and the same each time.
_GLAZES = ((168, 198, 186), (214, 206, 190), (128, 168, 190), (150, 108, 84), (92, 96, 112), (196, 176, 132))
_THINGS = (draw.CUP, draw.BOWL, draw.VASE, draw.JAR)
_PLACES = (WOOD, STONE, LINEN, DARK, FLOOR, WHITE, RED_BROWN)


def _damage(sheet: Sheet) -> None:
    dice = sheet.dice
    thing = draw.Turned(dice.choice(_THINGS).profile, dice.choice(_GLAZES))
    spot = draw.turn(sheet, thing, (dice.randint(330, 620), dice.randint(360, 470)), dice.randint(430, 760))
    draw.crack(
        sheet, spot(dice.uniform(-0.5, 0.4), 0.03), spot(dice.uniform(-0.4, 0.5), 0.7), branches=dice.randint(0, 3)
    )


def _wrapping(sheet: Sheet) -> None:
    dice = sheet.dice
    left, size = (dice.randint(70, 360), dice.randint(190, 300)), (dice.randint(260, 440), dice.randint(230, 380))
    draw.box(sheet, left, size, dents=dice.randint(1, 3))


def _before_sending(sheet: Sheet) -> None:
    dice = sheet.dice
    thing = draw.Turned(dice.choice(_THINGS).profile, dice.choice(_GLAZES))
    # Now the box is on the left and now on the right, so that no two of them pass for the same photo.
    at, box = dice.choice(((660, 120), (290, 590)))
    draw.turn(sheet, thing, (at + dice.randint(-70, 70), dice.randint(340, 420)), dice.randint(240, 400))
    size = (dice.randint(200, 300), dice.randint(180, 260))
    draw.box(sheet, (box + dice.randint(-55, 55), dice.randint(300, 400)), size)


VARIATIONS: dict[str, Callable[[Sheet], None]] = {
    "damage": _damage,
    "wrapping": _wrapping,
    "before_sending": _before_sending,
}


def variation(name: str, *, taken_at: datetime | None = None) -> bytes:
    """A photo of a thing by the ``name`` of thing and view, as in ``jar/damage``."""
    sheet = draw.begin(name, random.Random(name).choice(_PLACES))
    VARIATIONS[name.partition("/")[2]](sheet)
    return draw.finish(sheet, taken_at=taken_at, turned=sheet.dice.uniform(-7, 7))


def photo(name: str, *, taken_at: datetime | None = None) -> bytes:
    """A JPEG as a telephone would have made it. Raises ``KeyError`` for a picture that there is not."""
    if "/" in name:
        return variation(name, taken_at=taken_at)
    scene, turned, drawn = PICTURES[name]
    sheet = draw.begin(name, scene)
    drawn(sheet)
    return draw.finish(sheet, taken_at=taken_at, turned=turned)
