"""Reads a photo: its first frame whole, upright, in sRGB on white, without any metadata. Pillow and libheif.

Memory is the hazard: fifty million pixels are 200 MB as soon as they are decoded. So a JPEG is decoded at a fraction
of its size, everything else is made small strip by strip, and what needs several whole copies to be decoded has a lower
limit (`limits.PIXELS`).
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from evidence import limits, sniff
from evidence.decoding import codes, digits, measures
from evidence.decoding.outcome import Found, Job, Refusal

FORMATS = {sniff.JPEG: "JPEG", sniff.PNG: "PNG", sniff.WEBP: "WEBP", sniff.GIF: "GIF", sniff.AVIF: "AVIF"}
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, IndexError, TypeError, RuntimeError, KeyError, OverflowError)
_STRIP = 256  # rows at a time
_ORIENTATION, _MAKE, _MODEL, _SOFTWARE, _DETAILS, _POSITION = 0x0112, 0x010F, 0x0110, 0x0131, 0x8769, 0x8825
_TAKEN, _TAKEN_OFFSET = 0x9003, 0x9011


@dataclass
class Raw:
    """A decoded picture, to be had once, in strips: ``strip(top, bottom)`` gives those rows in any of Pillow's modes."""

    size: tuple[int, int]
    strip: Callable[[int, int], Any] | None
    profile: bytes | None
    exif: Any
    orientation: int


def read(job: Job) -> Found:
    """First look at a photo (work "read"): a copy for display, one for lists, and what it says of itself."""
    stated, raw = _decoded(job, limits.DISPLAY_SIDE)
    width, height = (stated[1], stated[0]) if raw.orientation >= 5 else stated
    shown = _upright(raw, limits.DISPLAY_SIDE)
    found = Found(width, height, facts={**_said(raw.exif), **measures.of(shown), **codes.of(shown)})
    found.copies = [
        write(shown, job, "display", limits.DISPLAY_SIDE),
        write(shown, job, "thumb", limits.THUMB_SIDE),
    ]
    return found


def enlarge(job: Job) -> Found:
    """A copy to look closely at (work "large")."""
    _stated, raw = _decoded(job, limits.LARGE_SIDE)
    return Found(copies=[write(_upright(raw, limits.LARGE_SIDE), job, "large", limits.LARGE_SIDE)])


def transcribe(job: Job) -> Found:
    """The numbers that are printed in it in plain digits (work "numbers")."""
    _stated, raw = _decoded(job, limits.DISPLAY_SIDE)
    shown = _upright(raw, limits.DISPLAY_SIDE)
    shown.thumbnail((limits.DISPLAY_SIDE, limits.DISPLAY_SIDE))
    return Found(shown.width, shown.height, facts={"printed": digits.of(shown)})


def write(picture: Any, job: Job, kind: str, side: int) -> dict[str, Any]:
    """Shrink ``picture`` itself to ``side`` and write it as WebP without metadata."""
    from PIL import Image

    picture.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=2.0)
    picture.info = {}
    quality = 82 if side > limits.THUMB_SIDE else 75
    # Somebody waits for it. Method 4 takes two to three times as long and saves one byte in twenty.
    picture.save(job.out / f"{kind}.webp", "WEBP", quality=quality, method=2)
    return {"kind": kind, "width": picture.width, "height": picture.height}


def too_many_pixels(mime: str) -> Refusal:
    return Refusal("too_many_pixels", megapixels=limits.PIXELS[mime] // 1_000_000, side=limits.IMAGE_SIDE)


def _decoded(job: Job, side: int) -> tuple[tuple[int, int], Raw]:
    """The size that the file states, and its pixels, at least ``side`` long where it has as many."""
    from PIL import Image

    warnings.simplefilter("error", Image.DecompressionBombWarning)
    Image.MAX_IMAGE_PIXELS = limits.PIXELS[job.mime]
    try:
        return _by_libheif(job) if job.mime == sniff.HEIC else _by_pillow(job, side)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise too_many_pixels(job.mime) from error
    except Refusal:
        raise
    except _BROKEN as error:
        raise Refusal("could_not_be_read") from error


def _by_pillow(job: Job, side: int) -> tuple[tuple[int, int], Raw]:
    from PIL import AvifImagePlugin, Image

    AvifImagePlugin.DEFAULT_MAX_THREADS = 1
    image: Image.Image = Image.open(job.original, formats=[FORMATS[job.mime]])
    stated = image.size
    _weigh(stated, job.mime)
    if image.info.get("progressive") and stated[0] * stated[1] > limits.PROGRESSIVE_PIXELS:
        raise Refusal("too_many_pixels", megapixels=limits.PROGRESSIVE_PIXELS // 1_000_000, side=limits.IMAGE_SIDE)
    # A JPEG is read at a fraction of its size where that still leaves enough: all of its data is still parsed.
    image.draft(None, (side, side))
    image.load()
    exif = image.getexif()
    orientation = exif.get(_ORIENTATION, 1)
    raw = Raw(
        image.size,
        lambda top, bottom: image.crop((0, top, image.width, bottom)),
        image.info.get("icc_profile"),
        exif,
        orientation if orientation in range(1, 9) else 1,
    )
    return stated, raw


def _by_libheif(job: Job) -> tuple[tuple[int, int], Raw]:
    import pillow_heif
    from PIL import Image

    pillow_heif.options.DECODE_THREADS = 1
    pillow_heif.options.THUMBNAILS = False
    pillow_heif.options.DEPTH_IMAGES = False
    opened = pillow_heif.open_heif(job.original, convert_hdr_to_8bit=True)
    picture = opened[opened.primary_index]
    stated = picture.size
    _weigh(stated, job.mime)
    data, stride, mode = memoryview(picture.data), picture.stride, picture.mode
    width, height = picture.size
    _weigh((width, height), job.mime)  # what was decoded need not be what was stated

    def strip(top: int, bottom: int) -> Any:
        rows = data[top * stride : bottom * stride]
        return Image.frombytes(mode, (width, bottom - top), bytes(rows), "raw", mode, stride)

    exif = Image.Exif()
    info: dict[str, Any] = dict(picture.info)
    if info.get("exif"):
        exif.load(info["exif"])
    # libheif has turned it upright already, whatever the EXIF inside still says.
    return (width, height), Raw((width, height), strip, info.get("icc_profile"), exif, 1)


def _weigh(size: tuple[int, int], mime: str) -> None:
    width, height = size
    if width < 1 or height < 1:
        raise Refusal("could_not_be_read")
    if width * height > limits.PIXELS[mime] or max(width, height) > limits.IMAGE_SIDE:
        raise too_many_pixels(mime)


def _upright(raw: Raw, side: int) -> Any:
    """The picture a little larger than ``side``, in red, green and blue, the right way up."""
    from PIL import Image

    try:
        picture = _srgb(_shrunk(raw, side), raw.profile)
    except _BROKEN as error:
        raise Refusal("could_not_be_read") from error
    turns = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_270,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_90,
    }
    return picture.transpose(turns[raw.orientation]) if raw.orientation in turns else picture


def _shrunk(raw: Raw, side: int) -> Any:
    """Strip by strip made opaque, and smaller by a whole number: never two whole copies of a large picture."""
    from PIL import Image

    width, height = raw.size
    factor = max(1, max(width, height) * 4 // (side * 5))
    rows = _STRIP * factor if factor < 8 else _STRIP // 8 * factor
    small: Any = None
    for top in range(0, height, rows):
        bottom = min(height, top + rows)
        assert raw.strip is not None
        strip = _opaque(raw.strip(top, bottom))
        if factor > 1:
            strip = strip.reduce(factor)
        if small is None:
            small = Image.new(strip.mode, (strip.width, -(-height // factor)))
        small.paste(strip, (0, top // factor))
    raw.strip = None  # lets go of the large one before the small one is written
    return small


def _opaque(image: Any) -> Any:
    """Eight bits a channel, and white where one could see through."""
    from PIL import Image

    if image.mode.startswith("I;16"):
        image = image.convert("I")
    if image.mode in ("I", "F"):
        image = image.point(lambda value: value * (1 / 257) if image.mode == "I" else value).convert("L")
    if image.mode in ("P", "PA", "LA", "La", "RGBa") or "transparency" in image.info:
        image = image.convert("RGBA")
    if image.mode == "RGBA":
        ground = Image.new("RGB", image.size, "white")
        ground.paste(image, mask=image.getchannel("A"))
        return ground
    return image if image.mode in ("RGB", "L", "CMYK") else image.convert("RGB")


def _srgb(image: Any, profile: bytes | None) -> Any:
    """Red, green and blue as the picture looked under its own colour profile."""
    from PIL import ImageCms

    if profile and len(profile) <= limits.MEGABYTE:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            image = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            pass  # a broken profile costs the picture its exact colours, not its place in the file
    return image.convert("RGB")


def _said(exif: Any) -> dict[str, Any]:
    """What the camera wrote. Whether there is a position is a fact of the sheet; where it is, is none."""
    said: dict[str, Any] = {}
    try:
        details = exif.get_ifd(_DETAILS)
        said["make"], said["model"] = exif.get(_MAKE), exif.get(_MODEL)
        said["software"] = exif.get(_SOFTWARE)
        said["taken_at"] = _moment(details.get(_TAKEN), details.get(_TAKEN_OFFSET))
        said["has_position"] = bool(exif.get_ifd(_POSITION))
    except Exception:  # whatever a forged directory provokes: the picture is the evidence, not its notes
        pass
    return {key: value for key, value in said.items() if isinstance(value, (str, bool)) and value}


def _moment(taken: object, offset: object) -> str:
    """EXIF's "2026:11:20 21:14:08", with its offset where the camera knew one, else as its own clock showed it."""
    try:
        moment = datetime.strptime(str(taken).strip("\0 "), "%Y:%m:%d %H:%M:%S")
    except ValueError:
        return ""
    try:
        return datetime.fromisoformat(f"{moment.isoformat()}{str(offset).strip(chr(0) + ' ')}").isoformat()
    except ValueError:
        return moment.isoformat()
