"""Photos for the demo's cases, drawn when the demo is filled: each its own, so that no signal warns of copies that are none.

Knows shapes, light and paper; refuses to know cases. A picture is the same every time it is drawn.
"""

from __future__ import annotations

import io
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from math import cos, pi, radians, sin

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from common.ids import PLATFORM_ZONE

SIZE = (960, 720)
Colour = tuple[int, int, int]
Point = tuple[float, float]
_TAKEN_AT = 0x9003  # DateTimeOriginal, in the Exif part of a photo
_EXIF_PART = 0x8769


@dataclass(frozen=True, slots=True)
class Scene:
    """Where a thing stands: ``wall`` and ``table`` behind and under it, ``edge`` where they meet (0 top, 1 bottom)."""

    wall: Colour = (206, 208, 212)
    table: Colour = (176, 140, 104)
    edge: float = 0.5
    planks: int = 5


@dataclass(frozen=True, slots=True)
class Turned:
    """What a potter's wheel could make: half widths along its height, from top to foot, in shares of its height."""

    profile: tuple[tuple[float, float], ...]
    colour: Colour


@dataclass(frozen=True, slots=True)
class Sheet:
    """A picture on its way. ``dice`` are its own."""

    image: Image.Image
    dice: random.Random

    @property
    def pen(self) -> ImageDraw.ImageDraw:
        return ImageDraw.Draw(self.image)


def begin(name: str, scene: Scene) -> Sheet:
    """An empty table with the light from the left."""
    width, height = SIZE
    dice, edge = random.Random(name), int(SIZE[1] * scene.edge)
    image = Image.new("RGB", SIZE, scene.wall)
    image.paste(_upright(_shade(scene.wall, 1.1), _shade(scene.wall, 0.86), (width, edge)), (0, 0))
    image.paste(_upright(_shade(scene.table, 0.82), _shade(scene.table, 1.12), (width, height - edge)), (0, edge))
    sheet = Sheet(image, dice)
    for plank in range(scene.planks):
        at = edge + (height - edge) * ((plank + 0.4) / max(scene.planks, 1)) ** 1.7
        sheet.pen.line([(0, at), (width, at + dice.randint(-14, 14))], _shade(scene.table, 0.7), 2)
    return sheet


def finish(sheet: Sheet, *, taken_at: datetime | None = None, turned: float = 0.0) -> bytes:
    """As a telephone would keep it: a little grain, a little tilt, and when it was taken, if the telephone says so."""
    image: Image.Image = sheet.image
    if turned:
        image = image.transform(SIZE, Image.Transform.AFFINE, _tilted(turned), Image.Resampling.BILINEAR)
    half = (SIZE[0] // 2, SIZE[1] // 2)
    grain = Image.frombytes("L", half, sheet.dice.randbytes(half[0] * half[1])).resize(SIZE, Image.Resampling.BILINEAR)
    image = Image.blend(image, Image.merge("RGB", (grain, grain, grain)), 0.03)
    stream, exif = io.BytesIO(), Image.Exif()
    if taken_at is not None:
        exif.get_ifd(_EXIF_PART)[_TAKEN_AT] = f"{taken_at.astimezone(PLATFORM_ZONE):%Y:%m:%d %H:%M:%S}"
    image.save(stream, "JPEG", quality=84, exif=exif)
    return stream.getvalue()


def _tilted(degrees: float) -> tuple[float, ...]:
    """Where a spot of the tilted picture comes from: a quarter nearer, so that no corner is empty."""
    across, down = cos(radians(degrees)) * 0.8, sin(radians(degrees)) * 0.8
    x, y = SIZE[0] / 2, SIZE[1] / 2
    return (across, -down, x - across * x + down * y, down, across, y - down * x - across * y)


def turn(sheet: Sheet, thing: Turned, middle: Point, height: int) -> Callable[[float, float], Point]:
    """Put a turned thing on the table. Gives back where a spot of it is: across from -1 to 1, down from 0 to 1."""
    x, y = middle
    top = y - height / 2
    widths = [_at(thing.profile, row / height) * height / 2 for row in range(height)]
    _shadow(sheet, (x + height * 0.16, y + height / 2), (max(widths) * 1.35, height * 0.09))
    strip = _light(thing.colour)
    body, mask = Image.new("RGB", SIZE), Image.new("L", SIZE, 0)
    for row, half in enumerate(widths):
        across = max(2, int(half * 2))
        line = (int(x - half), int(top + row))
        body.paste(strip.resize((across, 1)), line)
        mask.paste(255, (*line, line[0] + across, line[1] + 1))
    sheet.image.paste(body, (0, 0), mask.filter(ImageFilter.GaussianBlur(0.8)))
    rim = widths[0]
    sheet.pen.ellipse((x - rim, top - rim * 0.16, x + rim, top + rim * 0.16), _shade(thing.colour, 0.72))
    sheet.pen.arc((x - rim, top - rim * 0.16, x + rim, top + rim * 0.16), 0, 360, _shade(thing.colour, 1.2), 3)
    return lambda across, down: (x + across * widths[min(height - 1, int(down * height))], top + down * height)


def crack(sheet: Sheet, start: Point, end: Point, *, width: int = 5, branches: int = 1) -> None:
    """A dark line that does not know where it goes, with ``branches``."""
    steps, dice = 14, sheet.dice
    path = [
        (
            start[0] + (end[0] - start[0]) * step / steps + dice.uniform(-11, 11),
            start[1] + (end[1] - start[1]) * step / steps + dice.uniform(-11, 11),
        )
        for step in range(steps + 1)
    ]
    sheet.pen.line(path, (38, 34, 30), width, joint="curve")
    for _branch in range(branches):
        root = dice.choice(path[3:-3])
        sheet.pen.line(
            [root, (root[0] + dice.randint(30, 90), root[1] + dice.randint(-30, 40))], (52, 46, 40), width - 2
        )


def chip(sheet: Sheet, at: Point, size: float, colour: Colour = (236, 228, 214)) -> None:
    """Where a piece is gone, and what is beneath the glaze."""
    dice = sheet.dice
    ring = [
        (at[0] + cos(turn_by) * size * dice.uniform(0.7, 1.25), at[1] + sin(turn_by) * size * dice.uniform(0.45, 0.85))
        for turn_by in (step * 2 * pi / 11 for step in range(11))
    ]
    sheet.pen.polygon(ring, colour, (92, 78, 62))


def shards(sheet: Sheet, middle: Point, colour: Colour, count: int) -> None:
    """Pieces of something that was whole."""
    for _piece in range(count):
        x, y = middle[0] + sheet.dice.gauss(0, 90), middle[1] + sheet.dice.gauss(0, 26)
        size = sheet.dice.uniform(14, 44)
        _shadow(sheet, (x + 6, y + 8), (size, size * 0.4))
        chip(sheet, (x, y), size, _shade(colour, sheet.dice.uniform(0.85, 1.25)))


def box(sheet: Sheet, left: Point, size: Point, *, colour: Colour = (196, 160, 116), dents: int = 0) -> None:
    """A parcel with tape and a label that nobody can read."""
    (x, y), (wide, high), deep = left, size, size[0] * 0.28
    _shadow(sheet, (x + wide * 0.62, y + high), (wide * 0.7, high * 0.14))
    top = [(x, y), (x + deep, y - deep * 0.55), (x + wide + deep, y - deep * 0.55), (x + wide, y)]
    side = [
        (x + wide, y),
        (x + wide + deep, y - deep * 0.55),
        (x + wide + deep, y + high - deep * 0.5),
        (x + wide, y + high),
    ]
    pen, dice = sheet.pen, sheet.dice
    pen.polygon([(x, y), (x + wide, y), (x + wide, y + high), (x, y + high)], colour)
    pen.polygon(top, _shade(colour, 1.14))
    pen.polygon(side, _shade(colour, 0.76))
    pen.polygon([(x + wide * 0.44, y), (x + wide * 0.44 + deep, y - deep * 0.55), (x + wide * 0.56 + deep, y - deep * 0.55),
                 (x + wide * 0.56, y)], (222, 212, 188))  # fmt: skip
    pen.rectangle((x + wide * 0.44, y, x + wide * 0.56, y + high * 0.3), (222, 212, 188))
    at = (x + wide * dice.uniform(0.06, 0.14), y + high * dice.uniform(0.36, 0.5))
    pen.rectangle((*at, at[0] + wide * 0.34, at[1] + high * 0.42), (246, 246, 242))
    for line in range(4):
        pen.line([(at[0] + 10, at[1] + 14 + line * 13), (at[0] + wide * dice.uniform(0.18, 0.3), at[1] + 14 + line * 13)],
                 (126, 126, 126), 5)  # fmt: skip
    place = at[0] + 10
    while place < at[0] + wide * 0.3:
        thick = dice.choice((2, 3, 5))
        pen.rectangle((place, at[1] + high * 0.26, place + thick, at[1] + high * 0.38), (40, 40, 40))
        place += thick + dice.choice((2, 4, 6))
    for _dent in range(dents):
        corner = (x + wide * dice.choice((0.02, 0.94)), y + high * dice.choice((0.05, 0.9)))
        chip(sheet, corner, dice.uniform(30, 52), _shade(colour, 0.66))
        crack(sheet, corner, (corner[0] + dice.randint(60, 130), corner[1] + dice.randint(-70, 70)), width=3)


def disc(sheet: Sheet, middle: Point, radius: float, colour: Colour) -> None:
    """Something round and flat from straight above, its rim a little brighter."""
    x, y = middle
    _shadow(sheet, (x + radius * 0.06, y + radius * 0.1), (radius, radius))
    sheet.pen.ellipse((x - radius, y - radius, x + radius, y + radius), _shade(colour, 1.06), _shade(colour, 0.72), 4)
    inner = radius * 0.86
    sheet.pen.ellipse((x - inner, y - inner, x + inner, y + inner), colour, _shade(colour, 0.9), 3)


def slab(sheet: Sheet, left: Point, size: Point, colour: Colour) -> None:
    """Something flat with round corners, lying on the table."""
    (x, y), (wide, high) = left, size
    _shadow(sheet, (x + wide * 0.6, y + high * 0.54), (wide * 0.66, high * 0.5))
    sheet.pen.rounded_rectangle((x, y, x + wide, y + high), high * 0.07, colour, _shade(colour, 0.78), 3)


def worn(sheet: Sheet, left: Point, right: Point) -> None:
    """A golden line, and where it came off."""
    dice, steps = sheet.dice, 22
    for step in range(steps):
        if dice.random() < 0.42:
            continue
        ends = [
            (
                left[0] + (right[0] - left[0]) * at / steps,
                left[1] + (right[1] - left[1]) * at / steps + dice.uniform(-2, 2),
            )
            for at in (step, step + 1)
        ]
        sheet.pen.line(ends, (198, 160, 70), 9)


def phone(
    sheet: Sheet, left: Point, height: float, *, screen: Colour = (38, 52, 84), broken: bool = False, wide: float = 0.48
) -> None:
    """A telephone lying on the table, seen from above; ``wide`` in shares of its height."""
    x, y = left
    wide *= height
    _shadow(sheet, (x + wide * 0.6, y + height * 0.54), (wide * 0.66, height * 0.5))
    sheet.pen.rounded_rectangle((x, y, x + wide, y + height), height * 0.07, (24, 26, 30))
    sheet.pen.rounded_rectangle((x + 9, y + 9, x + wide - 9, y + height - 9), height * 0.06, screen)
    sheet.pen.ellipse((x + wide / 2 - 7, y + 18, x + wide / 2 + 7, y + 32), (12, 12, 14))
    for row in range(4):
        for place in range(4):
            at = (x + wide * (0.13 + place * 0.2), y + height * (0.2 + row * 0.12))
            tone = _shade(screen, 1.6 + 0.25 * ((row * 3 + place) % 4))
            sheet.pen.rounded_rectangle((*at, at[0] + wide * 0.13, at[1] + wide * 0.13), 8, tone)
    if broken:
        hit = (x + wide * 0.7, y + height * 0.28)
        for ray in range(9):
            far = (hit[0] + cos(ray * 0.72) * height * 0.55, hit[1] + sin(ray * 0.72) * height * 0.55)
            end = (min(max(far[0], x + 12), x + wide - 12), min(max(far[1], y + 12), y + height - 12))
            sheet.pen.line([hit, end], (214, 220, 228), 2)
        chip(sheet, hit, 15, (226, 230, 236))


def shell(sheet: Sheet, left: Point, height: float, *, colour: Colour = (44, 44, 48), off: float = 0.0) -> None:
    """A cover for a telephone; ``off``: by how much its opening misses the lens beneath, in pixels."""
    x, y = left
    wide = height * 0.49
    _shadow(sheet, (x + wide * 0.6, y + height * 0.54), (wide * 0.68, height * 0.5))
    sheet.pen.rounded_rectangle((x, y, x + wide, y + height), height * 0.08, colour)
    hole = (x + wide * 0.1, y + height * 0.06, x + wide * 0.52, y + height * 0.3)
    sheet.pen.rounded_rectangle(hole, 26, (150, 154, 160))
    for place in range(2):
        at = (hole[0] + 34 + off, hole[1] + 22 + place * height * 0.11 + off)
        sheet.pen.ellipse((*at, at[0] + height * 0.09, at[1] + height * 0.09), (18, 20, 24), (92, 96, 104), 4)


def coat(sheet: Sheet, colour: Colour, *, ruler: int = 0, washed: bool = False) -> None:
    """A jacket laid flat; with a ``ruler`` of so many marks beneath it, or after a wash that it did not survive."""
    mid, top, long = 480, 110, 480 if not washed else 420
    body = [(mid - 150, top), (mid + 150, top), (mid + 330, top + 110), (mid + 270, top + 210), (mid + 190, top + 160),
            (mid + 180, top + long), (mid - 180, top + long), (mid - 190, top + 160), (mid - 270, top + 210),
            (mid - 330, top + 110)]  # fmt: skip
    _shadow(sheet, (mid + 20, top + long * 0.55), (250, long * 0.5))
    sheet.pen.polygon(body, colour)
    sheet.pen.polygon([(mid - 60, top), (mid, top + 84), (mid + 60, top)], _shade(colour, 0.7))
    sheet.pen.line([(mid, top + 84), (mid, top + long)], _shade(colour, 0.72), 4)
    for fold in range(7):
        x = mid - 160 + fold * 52 + sheet.dice.randint(-12, 12)
        sheet.pen.line([(x, top + sheet.dice.randint(90, 240)), (x + sheet.dice.randint(-30, 30), top + long - 12)],
                       _shade(colour, 0.84), 5)  # fmt: skip
    for button in range(5):
        sheet.pen.ellipse((mid + 12, top + 116 + button * 66, mid + 26, top + 130 + button * 66), _shade(colour, 0.5))
    if washed:
        for _stain in range(26):
            at = (mid + max(-165.0, min(140.0, sheet.dice.gauss(0, 80))), top + sheet.dice.uniform(140, long - 30))
            sheet.pen.ellipse(
                (*at, at[0] + sheet.dice.randint(8, 34), at[1] + sheet.dice.randint(6, 22)), _shade(colour, 1.5)
            )
    if ruler:
        y = top + long + 34
        sheet.pen.rectangle((60, y, 900, y + 56), (236, 214, 120))
        for mark in range(ruler + 1):
            at_mark = 70 + 820 * mark / ruler
            sheet.pen.line(
                [(at_mark, y), (at_mark, y + (34 if mark % 10 == 0 else 22 if mark % 5 == 0 else 13))], (60, 50, 20), 2
            )


def fruit(sheet: Sheet, colour: Colour, count: int, *, rotten: Sequence[int] = ()) -> None:
    """A box of fruit from above, some of it gone."""
    sheet.pen.rectangle((110, 90, 850, 650), (228, 220, 204), (150, 132, 104), 14)
    columns = max(4, round(count**0.5 * 1.2))
    for place in range(count):
        size = 640 / columns
        x = 150 + (place % columns) * size + sheet.dice.uniform(-8, 8)
        y = 130 + (place // columns) * size * 0.92 + sheet.dice.uniform(-8, 8)
        tone = _shade((116, 84, 52) if place in rotten else colour, sheet.dice.uniform(0.86, 1.12))
        _shadow(sheet, (x + size * 0.5, y + size * 0.56), (size * 0.46, size * 0.42))
        sheet.pen.ellipse((x, y, x + size * 0.88, y + size * 0.88), tone)
        sheet.pen.ellipse((x + size * 0.2, y + size * 0.16, x + size * 0.38, y + size * 0.3), _shade(tone, 1.45))
        if place in rotten:
            chip(sheet, (x + size * 0.5, y + size * 0.5), size * 0.22, (66, 54, 40))


def paper(sheet: Sheet, lines: int, *, stamp: Colour | None = None) -> None:
    """A page with lines of print, a table and, where it has one, a stamp."""
    _shadow(sheet, (500, 420), (330, 330))
    pen, dice = sheet.pen, sheet.dice
    pen.rectangle((210, 44, 750, 690), (250, 249, 245), (206, 204, 198), 2)
    pen.rectangle((320, 84, 640, 110), (70, 74, 84))
    for line in range(lines):
        y = 150 + line * 27
        pen.line([(252, y), (252 + dice.randint(240, 450), y)], (150, 152, 158), 8)
    for row in range(4):
        pen.rectangle((252, 168 + lines * 27 + row * 34, 708, 202 + lines * 27 + row * 34), None, (120, 124, 132), 2)
        pen.line([(430, 168 + lines * 27), (430, 168 + lines * 27 + (row + 1) * 34)], (120, 124, 132), 2)
    if stamp is not None:
        pen.ellipse((560, 540, 690, 670), None, stamp, 7)
        pen.ellipse((606, 586, 644, 624), stamp)


def bead_string(sheet: Sheet, colour: Colour, *, beads: int, radius: int, close: bool = False) -> None:
    """A bracelet on a cloth; ``close``: two beads fill the picture."""
    if close:
        for place, x in enumerate((330, 640)):
            _ball(sheet, (x, 380 + place * 24), 210, _shade(colour, 1 - place * 0.08))
        for _vein in range(5):
            crack(sheet, (sheet.dice.randint(200, 500), 240), (sheet.dice.randint(420, 780), 540), width=3, branches=0)
        return
    for bead in range(beads):
        around = bead * 2 * pi / beads
        _ball(
            sheet,
            (480 + cos(around) * 250, 370 + sin(around) * 190),
            radius,
            _shade(colour, 0.9 + 0.2 * sin(around * 3)),
        )


def _ball(sheet: Sheet, at: Point, radius: float, colour: Colour) -> None:
    _shadow(sheet, (at[0] + radius * 0.2, at[1] + radius * 0.7), (radius, radius * 0.5))
    for step in range(12):
        part = radius * (1 - step / 12)
        shift = radius * 0.028 * step
        box_of = (at[0] - part - shift, at[1] - part - shift, at[0] + part - shift, at[1] + part - shift)
        sheet.pen.ellipse(box_of, _shade(colour, 0.72 + step * 0.055))


def _shadow(sheet: Sheet, middle: Point, half: Point) -> None:
    """Soft, and only where something stands."""
    (x, y), (wide, high) = middle, half
    spread = 26
    frame = (
        max(0, int(x - wide - spread)),
        max(0, int(y - high - spread)),
        min(SIZE[0], int(x + wide + spread)),
        min(SIZE[1], int(y + high + spread)),
    )
    size = (frame[2] - frame[0], frame[3] - frame[1])
    if min(size) < 8:
        return
    small = Image.new("L", (size[0] // 4, size[1] // 4), 0)
    at = ((x - wide - frame[0]) / 4, (y - high - frame[1]) / 4, (x + wide - frame[0]) / 4, (y + high - frame[1]) / 4)
    ImageDraw.Draw(small).ellipse(at, 120)
    veil = small.filter(ImageFilter.GaussianBlur(4)).resize(size)
    under = sheet.image.crop(frame)
    sheet.image.paste(ImageChops.multiply(under, Image.new("RGB", size, (96, 90, 86))), frame[:2], veil)


def _light(colour: Colour) -> Image.Image:
    """One line across something round: bright at a third from the left, dark at its right edge."""
    strip = Image.new("RGB", (256, 1))
    for x in range(256):
        across = x / 127.5 - 1
        lit = max(0.0, (1 - across * across) ** 0.5 * 0.8 - across * 0.42)
        glint = max(0.0, 1 - abs(across + 0.38) * 7) ** 2
        strip.putpixel((x, 0), tuple(min(255, int(part * (0.4 + 0.68 * lit) + 120 * glint)) for part in colour))
    return strip


def _upright(top: Colour, bottom: Colour, size: tuple[int, int]) -> Image.Image:
    column = Image.new("RGB", (1, 2))
    column.putpixel((0, 0), top)
    column.putpixel((0, 1), bottom)
    return column.resize((size[0], max(1, size[1])), Image.Resampling.BILINEAR)


def _shade(colour: Colour, by: float) -> Colour:
    red, green, blue = (max(0, min(255, int(part * by))) for part in colour)
    return red, green, blue


def _at(profile: Sequence[tuple[float, float]], down: float) -> float:
    for (above, wide), (below, next_wide) in pairwise(profile):
        if above <= down <= below:
            part = (down - above) / (below - above) if below > above else 0
            part = part * part * (3 - 2 * part)
            return wide + (next_wide - wide) * part
    return profile[-1][1]
