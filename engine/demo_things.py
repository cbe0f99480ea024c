"""What the goods of the demo look like: a drawing for each, whole, to stand on any table. Knows no case and no damage.

`demo_pictures` has the pens; whatever shows a thing, sold or complained about, takes it from here: it is the same one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import pi, sin

from engine import demo_pictures as draw
from engine.demo_pictures import Colour, Point, Sheet, Turned

Spot = Callable[[float, float], Point]

CELADON, IVORY, SKY, WHITE = (168, 198, 186), (214, 206, 190), (128, 168, 190), (238, 238, 234)
CLAY, TENMOKU, GLASS, BRONZE = (150, 108, 84), (62, 54, 56), (196, 214, 220), (96, 106, 96)

_CUP = ((0, 0.52), (0.1, 0.54), (0.6, 0.46), (0.85, 0.3), (0.9, 0.22), (1, 0.24))
_BOTTLE = ((0, 0.17), (0.04, 0.19), (0.1, 0.13), (0.24, 0.13), (0.42, 0.33), (0.6, 0.39), (0.85, 0.25), (1, 0.21))
_DISH = ((0, 3.0), (0.3, 2.7), (0.8, 1.5), (0.84, 1.3), (1, 1.2))
_CAN = ((0, 0.42), (0.16, 0.44), (0.18, 0.4), (0.95, 0.4), (1, 0.38))
_LIDDED = (
    *((0, 0.16), (0.06, 0.2), (0.1, 0.12), (0.2, 0.5), (0.34, 0.92), (0.36, 1.0)),
    *((0.62, 0.8), (0.84, 0.42), (0.87, 0.4), (0.88, 1.06), (0.95, 0.95), (1, 0.5)),
)
_POT = ((0, 0.1), (0.05, 0.14), (0.1, 0.1), (0.16, 0.4), (0.4, 0.86), (0.7, 0.92), (1, 0.66))
_JUG = ((0, 0.42), (0.05, 0.44), (0.22, 0.34), (0.45, 0.46), (0.7, 0.52), (0.9, 0.44), (1, 0.4))
_GOBLET = ((0, 0.34), (0.3, 0.4), (0.5, 0.2), (0.54, 0.05), (0.88, 0.05), (0.92, 0.3), (1, 0.34))
_BELLY = ((0, 0.26), (0.05, 0.29), (0.12, 0.22), (0.26, 0.32), (0.56, 0.64), (0.86, 0.46), (1, 0.36))
_WATER_POT = ((0, 0.5), (0.08, 0.56), (0.4, 1.1), (0.6, 1.16), (0.88, 0.8), (1, 0.66))

CUP, BOWL = Turned(_CUP, CELADON), Turned(((0, 2.0), (0.1, 1.84), (0.78, 0.6), (0.84, 0.5), (1, 0.54)), IVORY)
VASE, DISH, GAIWAN, CADDY = (
    Turned(_BOTTLE, SKY),
    Turned(_DISH, CELADON),
    Turned(_LIDDED, WHITE),
    Turned(_CAN, (150, 154, 160)),
)
LAMP = Turned(((0, 0.2), (0.04, 0.22), (0.5, 0.5), (0.52, 0.08), (0.92, 0.08), (0.94, 0.3), (1, 0.32)), (232, 222, 200))
JAR = Turned(((0, 0.3), (0.14, 0.3), (0.15, 0.27), (0.2, 0.36), (0.3, 0.42), (0.92, 0.42), (1, 0.38)), (196, 130, 34))
BURNER = Turned(
    ((0, 0.06), (0.06, 0.16), (0.1, 0.1), (0.2, 0.5), (0.36, 0.94), (0.4, 1.0), (0.7, 0.96), (0.9, 0.6), (1, 0.64)),
    (112, 92, 70),
)
_CENSER = Turned(((0, 0.96), (0.1, 1.0), (0.16, 0.84), (0.6, 1.0), (0.86, 0.8), (1, 0.5)), BRONZE)


@dataclass(frozen=True, slots=True)
class Piece:
    """What a potter made. ``handles``: 1 on the right, 2 on both sides; ``count``: how many are sold together.

    ``tall``: its height where it stands alone, in pixels.
    """

    body: Turned
    tall: int
    handles: int = 0
    spout: bool = False
    count: int = 1


# Of what the court decided before, by the story that it is in (`demo_precedents`).
PIECES = {
    "jar": Piece(Turned(_BELLY, CLAY), 430),
    "plate": Piece(Turned(_DISH, WHITE), 88, count=4),
    "mug": Piece(Turned(((0, 0.62), (0.06, 0.6), (0.9, 0.58), (1, 0.52)), IVORY), 260, handles=1, count=2),
    "urn": Piece(Turned(_BOTTLE, (200, 218, 214)), 520),
    "pitcher": Piece(Turned(((0, 0.66), (0.1, 0.6), (0.7, 0.62), (1, 0.42)), GLASS), 300, handles=1),
    "vessel": Piece(Turned(_BOTTLE, TENMOKU), 440),
    "saucer": Piece(Turned(_DISH, TENMOKU), 92, count=2),
    "flask": Piece(Turned(_BOTTLE, CELADON), 400),
    "tumbler": Piece(Turned(_CUP, WHITE), 330),
    "cruet": Piece(Turned(_JUG, IVORY), 340, handles=1, spout=True),
    "tureen": Piece(GAIWAN, 330),
    "kettle": Piece(Turned(_POT, CLAY), 330, handles=1, spout=True),
    "goblet": Piece(Turned(_GOBLET, GLASS), 400, count=2),
    "incense": Piece(Turned(((0, 0.14), (0.36, 0.18), (0.4, 0.9), (0.6, 1.1), (0.9, 1.0), (1, 0.7)), WHITE), 170),
    "amphora": Piece(Turned(_BELLY, IVORY), 460, handles=2),
    "ewer": Piece(Turned(_JUG, CELADON), 440, handles=1, spout=True),
    "platter": Piece(Turned(_DISH, CLAY), 150),
    "carafe": Piece(Turned(_POT, GLASS), 340, handles=1, spout=True),
    "canister": Piece(Turned(_CAN, (156, 92, 78)), 380),
    "basin": Piece(Turned(_WATER_POT, (206, 220, 226)), 220),
}


def piece(sheet: Sheet, thing: Piece, middle: Point, height: int) -> Spot:
    """One of it, with what it is held and poured by. Gives back where a spot of its body is."""
    (x, y), wide = middle, max(half for _at, half in thing.body.profile) * height / 2
    dark = tuple(int(part * 0.7) for part in thing.body.colour)
    for side in range(thing.handles):
        out = x + wide * 0.92 * (1 - 2 * side)
        reach = height * 0.2
        sheet.pen.ellipse(
            (out - reach, y - height * 0.22, out + reach, y + height * 0.2), None, dark, max(8, height // 18)
        )
    if thing.spout:
        root = (x - wide * 0.7, y + height * 0.12)
        mouth = (x - wide - height * 0.3, y - height * 0.24)
        sheet.pen.polygon(
            [root, (root[0], root[1] - height * 0.2), mouth, (mouth[0] - height * 0.04, mouth[1] + height * 0.08)], dark
        )
    return draw.turn(sheet, thing.body, middle, height)


def kettle(sheet: Sheet, middle: Point, height: int, colour: Colour = (58, 58, 62)) -> None:
    """Of cast iron: a bow above, a short spout."""
    x, y = middle
    sheet.pen.arc(
        (x - height * 0.42, y - height * 0.86, x + height * 0.42, y + height * 0.3), 180, 360, (40, 40, 44), 16
    )
    piece(sheet, Piece(Turned(_POT, colour), height, spout=True), middle, height)


def censer(sheet: Sheet, middle: Point, height: int, colour: Colour = BRONZE) -> None:
    """On three feet, with two ears."""
    x, y = middle
    dark = tuple(int(part * 0.62) for part in colour)
    for ear in (-1, 1):
        at = x + ear * height * 0.4
        sheet.pen.rounded_rectangle((at - 24, y - height * 0.72, at + 24, y - height * 0.4), 10, None, dark, 12)
    for foot in (-0.3, 0.0, 0.3):
        at = x + foot * height
        top, tip = y + height * 0.4, y + height * 0.72
        sheet.pen.polygon([(at - 26, top), (at + 26, top), (at + 10, tip), (at - 10, tip)], dark)
    draw.turn(sheet, Turned(_CENSER.profile, colour), middle, height)


def base(sheet: Sheet, middle: Point, radius: int, colour: Colour, *, marks: int) -> None:
    """The underside of something turned, from straight above: its foot and a mark of so many strokes."""
    x, y = middle
    draw.disc(sheet, middle, radius, colour)
    sheet.pen.ellipse(
        (x - radius * 0.55, y - radius * 0.55, x + radius * 0.55, y + radius * 0.55), None, (176, 150, 120), 12
    )
    for stroke in range(marks):
        at = y - radius * 0.28 + stroke * radius * 0.56 / max(marks - 1, 1)
        sheet.pen.line([(x - radius * 0.22, at), (x + radius * (0.1 + 0.1 * sin(stroke)), at)], (50, 74, 120), 8)
    sheet.pen.line([(x - radius * 0.02, y - radius * 0.32), (x - radius * 0.02, y + radius * 0.32)], (50, 74, 120), 8)


def carved(sheet: Sheet, middle: Point, radius: int, colour: Colour) -> None:
    """A plate from above, with the petals that were carved into it."""
    draw.disc(sheet, middle, radius, colour)
    dark = tuple(int(part * 0.8) for part in colour)
    sheet.pen.ellipse(_around(middle, radius * 0.66), None, dark, 4)
    for start in range(0, 360, 30):
        sheet.pen.arc(_around(middle, radius * 0.5), start, start + 20, dark, 5)
        sheet.pen.arc(_around(middle, radius * 0.3), start + 10, start + 26, dark, 5)


def _around(middle: Point, radius: float) -> tuple[float, float, float, float]:
    return (middle[0] - radius, middle[1] - radius, middle[0] + radius, middle[1] + radius)


def foldable(sheet: Sheet, left: Point, height: float, *, screen: Colour, broken: bool = False) -> None:
    """Opened: a screen that is almost square, and the fold down its middle."""
    draw.phone(sheet, left, height, screen=screen, broken=broken, wide=0.86)
    x, y = left[0] + height * 0.43, left[1]
    sheet.pen.line([(x, y + 10), (x, y + height - 10)], tuple(int(part * 0.6) for part in screen), 5)


def power_bank(sheet: Sheet, left: Point, height: float, *, swollen: bool = False) -> None:
    """Seen from its flat side; ``swollen``: from the edge too, where it is not flat any more."""
    (x, y), wide, grey = left, height * 0.46, (206, 208, 212)
    draw.slab(sheet, left, (wide, height), grey)
    for lamp in range(4):
        at = (x + wide * 0.2 + lamp * wide * 0.14, y + height * 0.08)
        sheet.pen.ellipse((*at, at[0] + 12, at[1] + 12), (70, 170, 120))
    sheet.pen.rectangle((x + wide * 0.34, y + height - 14, x + wide * 0.66, y + height - 4), (40, 42, 46))
    if not swollen:
        return
    sheet.pen.ellipse(
        (x + wide * 0.1, y + height * 0.2, x + wide * 0.9, y + height * 0.86), (222, 224, 228), (168, 170, 176), 4
    )
    edge = x + wide * 1.7
    bulge = [(edge + 54 + 46 * sin(step * pi / 20), y + height * step / 20) for step in range(21)]
    sheet.pen.polygon([(edge, y), *bulge, (edge, y + height)], (176, 178, 184), (120, 122, 128))
    sheet.pen.line(
        [(edge + 30, y + 6), (edge + 30 + 16, y + height * 0.5), (edge + 30, y + height - 6)], (70, 72, 78), 5
    )
