"""The pictures on the demo marketplace's pages: what each thing looked like where it was sold, whole and new.

The marketplace keeps them and hands them out; the court fetches them from there like anybody's.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from functools import cache

import httpx
from django.conf import settings

from common import digest
from common.acts import outside_act
from engine import demo_pictures as draw
from engine import demo_things as things
from engine.demo_pictures import Scene, Sheet, Turned

log = logging.getLogger(__name__)

HOST = "img.demo.example"  # no such host: HENG_PICTURE_HOSTS says what stands in for it
_SECONDS = 5.0
STUDIO = Scene((240, 241, 243), (226, 228, 232), 0.6, 0)


def _cups(sheet: Sheet) -> None:
    for place in range(6):
        draw.turn(sheet, things.CUP, (200 + place % 3 * 280, 270 + place // 3 * 220), 180)


def _several(thing: Turned, count: int, height: int) -> Callable[[Sheet], None]:
    def drawn(sheet: Sheet) -> None:
        for place in range(count):
            draw.turn(sheet, thing, (480 + (place - (count - 1) / 2) * height * 2.2, 400), height)

    return drawn


def _four_dishes(sheet: Sheet) -> None:
    for place in range(4):
        draw.turn(sheet, things.DISH, (290 + place % 2 * 380, 320 + place // 2 * 220), 100)


def _tray(sheet: Sheet) -> None:
    sheet.pen.rounded_rectangle((130, 260, 830, 540), 24, (178, 132, 82), (120, 84, 48), 10)
    for line in range(1, 12):
        sheet.pen.line([(150 + line * 56, 280), (150 + line * 56, 520)], (140, 100, 60), 4)


def _brushes(sheet: Sheet) -> None:
    for place, colour in enumerate(((120, 76, 48), (60, 52, 46))):
        at = 300 + place * 130
        sheet.pen.line([(200, at + 60), (660, at)], colour, 22)
        sheet.pen.polygon([(650, at - 16), (790, at - 6), (650, at + 20)], (214, 196, 160))


def _scoop(sheet: Sheet) -> None:
    sheet.pen.ellipse((180, 300, 470, 470), (158, 116, 68), (104, 70, 36), 6)
    sheet.pen.line([(450, 380), (860, 300)], (158, 116, 68), 34)


def _phone(screen: draw.Colour) -> Callable[[Sheet], None]:
    return lambda sheet: draw.phone(sheet, (350, 60), 600, screen=screen)


def _pens(sheet: Sheet) -> None:
    for place in range(10):
        at = 190 + place * 36
        sheet.pen.line([(220, at), (700, at)], (38, 42, 52), 18)
        sheet.pen.line([(700, at), (740, at)], (176, 180, 188), 8)


PICTURES: dict[str, Callable[[Sheet], None]] = {
    "cups": _cups,
    "tray": _tray,
    "caddy": _several(things.CADDY, 1, 430),
    "kettle": lambda sheet: things.kettle(sheet, (500, 420), 320),
    "brush": _brushes,
    "gaiwan": _several(things.GAIWAN, 1, 340),
    "vase": _several(things.VASE, 1, 560),
    "bowl": _several(things.BOWL, 2, 170),
    "phone": _phone((32, 70, 110)),
    "case": lambda sheet: draw.shell(sheet, (350, 50), 620),
    "charger": _several(things.LAMP, 1, 520),
    "burner": _several(things.BURNER, 1, 360),
    "scoop": _scoop,
    "cherries": lambda sheet: draw.fruit(sheet, (158, 26, 40), 42),
    "honey": _several(things.JAR, 1, 540),
    "coat": lambda sheet: draw.coat(sheet, (70, 92, 74)),
    "beads": lambda sheet: draw.bead_string(sheet, (70, 140, 92), beads=17, radius=44),
    "handset": lambda sheet: things.foldable(sheet, (240, 70), 560, screen=(88, 60, 110)),
    "battery": lambda sheet: things.power_bank(sheet, (370, 120), 460),
    "dishes": _four_dishes,
    "dish": lambda sheet: things.carved(sheet, (480, 370), 260, (226, 234, 232)),
    "censer": lambda sheet: things.censer(sheet, (480, 370), 320),
    "pens": _pens,
}


@cache
def picture(key: str) -> bytes | None:
    """What the page of this thing showed, the same every time; ``None`` for a page without a picture."""
    if key == "teapot":
        return (settings.BASE_DIR / "static/img/demo/listing_teapot.webp").read_bytes()
    drawn = PICTURES.get(key.partition("-")[0])
    if drawn is None:
        return None
    sheet = draw.begin(f"listing/{key.partition('-')[0]}", STUDIO)
    drawn(sheet)
    return draw.finish(sheet)


def images(key: str) -> list[dict[str, str]]:
    """As a record of the feed names them."""
    shown = picture(key)
    if shown is None:
        return []
    named = digest.sha256(shown)
    return [{"url": f"https://{HOST}/pictures/{named}", "sha256": named}]


def hand_over(keys: Iterable[str]) -> None:
    """Give the demo marketplace the pictures of its own pages, if one runs here. Without them the court only lacks them."""
    outside_act()
    if not settings.HENG_GATEWAY_URL:
        return
    shown = {picture(key) for key in keys}
    try:
        with httpx.Client(base_url=settings.HENG_GATEWAY_URL, timeout=_SECONDS, trust_env=False) as client:
            for content in shown:
                if content is not None:
                    client.post("/_demo/pictures", content=content).raise_for_status()
    except httpx.HTTPError as error:
        log.warning("demo_pictures_not_handed_over", extra={"error": type(error).__name__})
