"""Which photo shows what in the demo, by name, and of which order it is. Knows the drawing of each; no case."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from engine import demo_pictures as draw
from engine import demo_things as things
from engine.demo_pictures import Scene, Sheet, Turned

WOOD, STONE = Scene(), Scene((196, 202, 206), (150, 152, 156), 0.46, 0)
LINEN, DARK = Scene((226, 220, 210), (206, 198, 184), 0.3, 0), Scene((84, 92, 104), (62, 56, 52), 0.42, 3)
FLOOR, WHITE = Scene((176, 168, 156), (188, 176, 158), 0.02, 9), Scene((236, 238, 240), (222, 224, 228), 0.62, 0)
RED_BROWN = Scene((214, 196, 178), (132, 84, 58), 0.55, 6)


def _cups_broken(sheet: Sheet) -> None:
    for place in range(4):
        draw.turn(sheet, things.CUP, (150 + place * 190, 300 + place % 2 * 24), 190)
    draw.shards(sheet, (470, 560), things.CUP.colour, 13)


def _cups_box(sheet: Sheet) -> None:
    draw.box(sheet, (150, 250), (520, 340), dents=2)


def _teapot_box(sheet: Sheet) -> None:
    draw.box(sheet, (230, 230), (420, 300), colour=(202, 168, 122), dents=3)


def _lamp_cracked(sheet: Sheet) -> None:
    spot = draw.turn(sheet, things.LAMP, (420, 370), 560)
    draw.crack(sheet, spot(-0.2, 0.08), spot(0.3, 0.46), branches=3)


def _lamp_box(sheet: Sheet) -> None:
    draw.box(sheet, (260, 180), (330, 440), colour=(184, 150, 112), dents=1)


def _lamp_tested(sheet: Sheet) -> None:
    draw.turn(sheet, Turned(things.LAMP.profile, (255, 240, 190)), (560, 360), 520)
    draw.box(sheet, (70, 430), (200, 180))


def _vase_chip(sheet: Sheet) -> None:
    spot = draw.turn(sheet, things.VASE, (470, 560), 980)
    draw.chip(sheet, spot(0.55, 0.02), 44)


def _vase_whole(sheet: Sheet) -> None:
    spot = draw.turn(sheet, things.VASE, (380, 380), 520)
    draw.chip(sheet, spot(0.6, 0.015), 15)
    draw.box(sheet, (610, 440), (210, 170), dents=1)


def _phone_box(sheet: Sheet) -> None:
    draw.box(sheet, (330, 230), (300, 400), colour=(228, 228, 232))


def _coat_washed(sheet: Sheet) -> None:
    draw.coat(sheet, (92, 104, 84), washed=True)


def _cherries(sheet: Sheet) -> None:
    draw.fruit(sheet, (158, 26, 40), 42, rotten=(2, 7, 8, 10, 13, 14, 17, 19, 21, 22, 27, 28, 30, 33, 35, 36, 38, 40))


def _cherries_packed(sheet: Sheet) -> None:
    draw.box(sheet, (180, 260), (460, 300), colour=(238, 240, 242))
    draw.shards(sheet, (420, 640), (206, 226, 240), 9)


def _honey(sheet: Sheet) -> None:
    spot = draw.turn(sheet, things.JAR, (470, 380), 560)
    sheet.pen.rectangle((*spot(-0.7, 0.5), *spot(0.7, 0.8)), (246, 240, 222), (140, 110, 60), 3)
    draw.chip(sheet, spot(0.3, 0.4), 20, (40, 30, 22))


def _honey_date(sheet: Sheet) -> None:
    draw.turn(sheet, Turned(things.JAR.profile, (206, 142, 52)), (500, 700), 1150)
    sheet.pen.rectangle((220, 330, 780, 560), (248, 244, 230), (120, 96, 52), 4)
    for line in range(5):
        sheet.pen.line([(250, 370 + line * 38), (540 + line % 2 * 150, 370 + line * 38)], (90, 84, 72), 10)


def _beads(sheet: Sheet) -> None:
    draw.bead_string(sheet, (86, 132, 96), beads=17, radius=44)


def _beads_close(sheet: Sheet) -> None:
    draw.bead_string(sheet, (98, 142, 104), beads=2, radius=200, close=True)


def _certificate(sheet: Sheet) -> None:
    draw.paper(sheet, 9, stamp=(186, 44, 40))


def _bowl_crack(sheet: Sheet) -> None:
    spot = draw.turn(sheet, things.BOWL, (480, 420), 300)
    draw.crack(sheet, spot(-0.35, 0.02), spot(0.1, 0.75), branches=2)


def _bowl_pair(sheet: Sheet) -> None:
    draw.box(sheet, (520, 170), (220, 150), dents=1)
    draw.turn(sheet, things.BOWL, (260, 330), 130)
    spot = draw.turn(sheet, things.BOWL, (600, 500), 180)
    draw.crack(sheet, spot(-0.3, 0.02), spot(0.15, 0.7), width=4)


def _phone_broken(sheet: Sheet) -> None:
    things.foldable(sheet, (230, 70), 570, screen=(88, 60, 110), broken=True)


def _phone_tested(sheet: Sheet) -> None:
    things.foldable(sheet, (420, 110), 480, screen=(88, 60, 110))
    draw.box(sheet, (60, 330), (220, 260), colour=(228, 228, 232))


def _battery(sheet: Sheet) -> None:
    things.power_bank(sheet, (210, 130), 460, swollen=True)


def _dish_chip(sheet: Sheet) -> None:
    spot = draw.turn(sheet, things.DISH, (500, 420), 210)
    draw.chip(sheet, spot(0.42, 0.03), 40)


def _dish_box(sheet: Sheet) -> None:
    draw.box(sheet, (330, 260), (360, 250), colour=(206, 176, 136), dents=1)


def _dishes_checked(sheet: Sheet) -> None:
    for place, middle in enumerate(((270, 290), (690, 300), (250, 520), (700, 540))):
        draw.turn(sheet, things.DISH, middle, 92 + place % 2 * 6)


def _dishes_packed(sheet: Sheet) -> None:
    draw.turn(sheet, things.DISH, (230, 560), 84)
    draw.box(sheet, (460, 300), (320, 240))


def _plate_bases(sheet: Sheet) -> None:
    things.base(sheet, (250, 370), 200, (226, 234, 232), marks=4)
    things.base(sheet, (710, 380), 190, (210, 214, 196), marks=2)


def _plate_packed(sheet: Sheet) -> None:
    things.carved(sheet, (270, 400), 210, (226, 234, 232))
    draw.box(sheet, (580, 320), (240, 250))


def _censer_bases(sheet: Sheet) -> None:
    things.base(sheet, (700, 340), 200, things.BRONZE, marks=5)
    things.base(sheet, (250, 400), 180, (120, 104, 80), marks=3)


def _censer_packed(sheet: Sheet) -> None:
    things.censer(sheet, (640, 380), 300)
    draw.box(sheet, (90, 260), (290, 320))


@dataclass(frozen=True, slots=True)
class Picture:
    """``of``: the orders whose goods it shows, or whose parcel. ``turned``: how the telephone was held, in degrees."""

    of: tuple[str, ...]
    scene: Scene
    turned: float
    drawn: Callable[[Sheet], None]


PICTURES: dict[str, Picture] = {
    "cups_broken": Picture(("cups",), WOOD, 0.0, _cups_broken),
    "cups_box": Picture(("cups",), FLOOR, 3.0, _cups_box),
    "teapot_box": Picture(("teapot",), DARK, -3.0, _teapot_box),
    "lamp_cracked": Picture(("charger",), LINEN, -2.0, _lamp_cracked),
    "lamp_box": Picture(("charger",), STONE, 4.0, _lamp_box),
    "lamp_tested": Picture(("charger",), DARK, 0.0, _lamp_tested),
    "vase_chip": Picture(("vase",), RED_BROWN, -3.0, _vase_chip),
    "vase_whole": Picture(("vase",), STONE, 0.0, _vase_whole),
    "bowl_crack": Picture(("bowl",), DARK, 5.0, _bowl_crack),
    "bowl_pair": Picture(("bowl",), LINEN, 0.0, _bowl_pair),
    "phone_broken": Picture(("handset",), FLOOR, -6.0, _phone_broken),
    "phone_box": Picture(("handset",), RED_BROWN, 0.0, _phone_box),
    "phone_tested": Picture(("handset",), WHITE, 2.0, _phone_tested),
    "coat_washed": Picture(("coat",), RED_BROWN, 7.0, _coat_washed),
    "cherries": Picture(("cherries",), WOOD, 2.0, _cherries),
    "cherries_packed": Picture(("cherries",), STONE, -3.0, _cherries_packed),
    "honey": Picture(("honey",), LINEN, 0.0, _honey),
    "honey_date": Picture(("honey",), DARK, 2.0, _honey_date),
    "beads": Picture(("beads",), DARK, 0.0, _beads),
    "beads_close": Picture(("beads",), WHITE, 4.0, _beads_close),
    "certificate": Picture(("beads",), WOOD, -3.0, _certificate),
    "battery": Picture(("battery",), STONE, -4.0, _battery),
    "dish_chip": Picture(("dishes",), WOOD, -4.0, _dish_chip),
    "dish_box": Picture(("dishes",), LINEN, 3.0, _dish_box),
    "dishes_checked": Picture(("dishes",), STONE, 0.0, _dishes_checked),
    "dishes_packed": Picture(("dishes",), WHITE, -2.0, _dishes_packed),
    "plate_bases": Picture(("dish",), DARK, 0.0, _plate_bases),
    "plate_packed": Picture(("dish",), FLOOR, 2.0, _plate_packed),
    "censer_bases": Picture(("censer",), LINEN, 0.0, _censer_bases),
    "censer_packed": Picture(("censer",), RED_BROWN, -2.0, _censer_packed),
}
# What lies in static/img/demo, made with more care: of which orders.
KEPT: dict[str, tuple[str, ...]] = {
    "b1_crack": ("teapot",),
    "b2_leak": ("teapot",),
    "b3_whole": ("teapot",),
    "m1_qc": ("teapot",),
    # A closed parcel, which the shop shows with everything: what the signal of copies is for.
    "m2_pack": ("teapot", "vase", "bowl"),
}

# Of what a court of the past decided there are many photos: how they lie is drawn by chance, and the same each time.
_PLACES = (WOOD, STONE, LINEN, DARK, FLOOR, WHITE, RED_BROWN)
CRACK, CHIP, WORN = "crack", "chip", "worn"


def _damage(sheet: Sheet, thing: things.Piece, harm: str) -> None:
    dice = sheet.dice
    size = round(thing.tall * dice.uniform(1.3, 1.6))
    # Never so high that the rim is out of the picture.
    middle = (dice.randint(380, 580), max(dice.randint(350, 440), 150 + size // 2))
    spot = things.piece(sheet, thing, middle, size)
    if harm == WORN:
        draw.worn(sheet, spot(-0.96, 0.05), spot(0.96, 0.05))
    elif harm == CHIP:
        draw.chip(sheet, spot(dice.uniform(-0.6, 0.6), 0.03), dice.uniform(26, 40))
    else:
        start, end = spot(dice.uniform(-0.5, 0.4), 0.03), spot(dice.uniform(-0.4, 0.5), 0.7)
        draw.crack(sheet, start, end, branches=dice.randint(0, 3))


def _wrapping(sheet: Sheet, _thing: things.Piece, _harm: str) -> None:
    dice = sheet.dice
    left, size = (dice.randint(70, 360), dice.randint(190, 300)), (dice.randint(260, 440), dice.randint(230, 380))
    draw.box(sheet, left, size, dents=dice.randint(1, 3))


def _before_sending(sheet: Sheet, thing: things.Piece, _harm: str) -> None:
    dice = sheet.dice
    # Now the box is on the left and now on the right, so that no two of them pass for the same photo.
    at, box = dice.choice(((660, 120), (290, 590)))
    size = round(thing.tall * (0.8 if thing.count == 1 else 0.52))
    across = dice.randint(-50, 50)
    for place in range(thing.count):
        shift = (place - (thing.count - 1) / 2) * 90
        # What is sold by the pair stands one behind the other.
        things.piece(sheet, thing, (at + across + shift / 2, dice.randint(350, 400) + round(shift)), size)
    draw.box(
        sheet, (box + dice.randint(-55, 55), dice.randint(300, 400)), (dice.randint(200, 300), dice.randint(180, 260))
    )


VARIATIONS: dict[str, Callable[[Sheet, things.Piece, str], None]] = {
    "damage": _damage,
    "wrapping": _wrapping,
    "before_sending": _before_sending,
}


def variation(key: str, view: str, harm: str, *, taken_at: datetime | None = None) -> bytes:
    """A photo of a piece of `demo_things`, by its ``key``, in one of the `VARIATIONS`; ``harm`` is what it suffered."""
    name = f"{key}/{view}"
    sheet = draw.begin(name, random.Random(name).choice(_PLACES))
    VARIATIONS[view](sheet, things.PIECES[key], harm)
    return draw.finish(sheet, taken_at=taken_at, turned=sheet.dice.uniform(-7, 7))


def shows(name: str) -> tuple[str, ...]:
    """Of which orders a photo is. Raises ``KeyError`` for one that there is not."""
    return KEPT[name] if name in KEPT else PICTURES[name].of


def photo(name: str, *, taken_at: datetime | None = None) -> bytes:
    """A JPEG as a telephone would have made it. Raises ``KeyError`` for a picture that there is not."""
    picture = PICTURES[name]
    sheet = draw.begin(name, picture.scene)
    picture.drawn(sheet)
    return draw.finish(sheet, taken_at=taken_at, turned=picture.turned)
