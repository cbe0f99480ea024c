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
from engine.demo_pictures import Scene, Sheet, Turned

log = logging.getLogger(__name__)

HOST = "img.demo.example"  # no such host: HENG_PICTURE_HOSTS says what stands in for it
_SECONDS = 5.0
STUDIO = Scene((240, 241, 243), (226, 228, 232), 0.6, 0)


def _cups(sheet: Sheet) -> None:
    for place in range(6):
        draw.turn(sheet, draw.CUP, (200 + place % 3 * 280, 270 + place // 3 * 220), 180)


def _flat(colour: draw.Colour, rim: draw.Colour) -> Callable[[Sheet], None]:
    def drawn(sheet: Sheet) -> None:
        sheet.pen.ellipse((170, 230, 790, 560), colour, rim, 14)
        sheet.pen.ellipse((300, 300, 660, 490), None, rim, 4)

    return drawn


def _several(thing: Turned, count: int, height: int) -> Callable[[Sheet], None]:
    def drawn(sheet: Sheet) -> None:
        for place in range(count):
            draw.turn(sheet, thing, (480 + (place - (count - 1) / 2) * height * 1.1, 400), height)

    return drawn


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
    "caddy": _several(Turned(((0, 0.42), (0.16, 0.44), (0.18, 0.4), (0.95, 0.4), (1, 0.38)), (150, 154, 160)), 1, 430),
    "kettle": _several(Turned(((0, 0.1), (0.1, 0.24), (0.3, 0.6), (0.7, 0.66), (1, 0.5)), (58, 58, 62)), 1, 400),
    "brush": _brushes,
    "gaiwan": _several(Turned(((0, 0.12), (0.2, 0.5), (0.24, 0.62), (0.7, 0.46), (1, 0.3)), (238, 238, 234)), 1, 360),
    "vase": _several(draw.VASE, 1, 560),
    "bowl": _several(draw.BOWL, 2, 250),
    "phone": _phone((32, 70, 110)),
    "case": lambda sheet: draw.shell(sheet, (350, 50), 620),
    "charger": _several(draw.LAMP, 1, 520),
    "burner": _several(draw.BURNER, 1, 420),
    "scoop": _scoop,
    "cherries": lambda sheet: draw.fruit(sheet, (158, 26, 40), 30),
    "honey": _several(draw.JAR, 1, 540),
    "coat": lambda sheet: draw.coat(sheet, (70, 92, 74)),
    "beads": lambda sheet: draw.bead_string(sheet, (70, 140, 92), beads=17, radius=44),
    "handset": _phone((88, 60, 110)),
    "battery": lambda sheet: draw.shell(sheet, (370, 120), 460, colour=(226, 228, 230)),
    "dishes": _several(Turned(((0, 0.9), (0.3, 0.8), (0.8, 0.5), (1, 0.4)), (150, 190, 172)), 4, 100),
    "dish": _flat((226, 234, 232), (150, 178, 180)),
    "censer": _several(Turned(draw.PLAIN_BURNER.profile, (96, 106, 96)), 1, 420),
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
