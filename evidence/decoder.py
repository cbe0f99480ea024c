"""Reads one file that a stranger sent, in a process of its own, and writes clean copies beside it.

Run as `python -I decoder.py DIRECTORY MIME`: reads DIRECTORY/original, writes *.webp and facts.json, or
refusal.json. It knows no Django, no database, no settings and no secret, and it has its own limits of memory,
time and output; where the kernel lets it, it has no network either. Whatever happens to it happens to it
alone.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import sys
import warnings
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # -I leaves it out

from evidence import limits, sniff

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS = 1, 38
NOBODY = 65534
PDF_PASSWORD_ERROR = 4  # FPDF_ERR_PASSWORD


class Refusal(Exception):
    """The file is not taken: ``code`` and ``data`` are those of the `Refused` that the parent raises."""

    def __init__(self, code: str, **data: int) -> None:
        super().__init__(code)
        self.code, self.data = code, data


def confine(directory: Path) -> bool:
    """Give up what reading a picture does not need. Returns whether the network could be cut off.

    Started by root it becomes nobody, whose processes the kernel counts; where nobody cannot see Python
    (it lies under /root), it stays, but in a namespace where root has no power.
    """
    for what, limit in (
        (resource.RLIMIT_AS, limits.CHILD_MEMORY),
        (resource.RLIMIT_CPU, limits.CHILD_CPU_SECONDS),
        (resource.RLIMIT_FSIZE, limits.CHILD_OUTPUT_BYTES),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (limit, limit))
    libc = ctypes.CDLL(None, use_errno=True)
    step_down = os.geteuid() == 0 and all(seen_by_everyone(Path(path)) for path in [os.__file__, *sys.path])
    cut = False
    if sys.platform == "linux":
        cut = bool(libc.unshare(CLONE_NEWNET if step_down else CLONE_NEWUSER | CLONE_NEWNET) == 0)
    if step_down:
        for path in (directory, directory / "original"):
            os.chown(path, NOBODY, NOBODY)
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
    if sys.platform == "linux":
        libc.prctl(PR_SET_PDEATHSIG, 9, 0, 0, 0)  # after the change of user, which clears it
        libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))  # no Ghostscript, no shell, nothing
    return cut


def seen_by_everyone(path: Path) -> bool:
    """Whether a stranger on this machine could walk down to ``path``; what does not exist hides nothing."""
    return all(above.stat().st_mode & 0o001 for above in path.resolve().parents)


def read_image(directory: Path, mime: str) -> dict[str, Any]:
    """Decode all of the first frame and write the copies: sRGB, upright, opaque, without any metadata."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    warnings.simplefilter("error", Image.DecompressionBombWarning)
    Image.MAX_IMAGE_PIXELS = limits.IMAGE_PIXELS
    formats = [{sniff.JPEG: "JPEG", sniff.PNG: "PNG", sniff.WEBP: "WEBP", sniff.GIF: "GIF"}[mime]]
    try:
        image: Image.Image = Image.open(directory / "original", formats=formats)
        width, height = image.size
        if width * height > limits.IMAGE_PIXELS or max(width, height) > limits.IMAGE_SIDE:
            raise _too_many_pixels()
        # A JPEG is read at a fraction of its size where that still leaves enough: all of its data is still
        # parsed.
        image.draft("RGB", (limits.DISPLAY_SIDE, limits.DISPLAY_SIDE))
        image.load()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels() from error
    except (
        UnidentifiedImageError,
        OSError,
        SyntaxError,
        ValueError,
        EOFError,
        IndexError,
        TypeError,
    ) as error:
        raise Refusal("could_not_be_read") from error
    profile = image.info.get("icc_profile")
    orientation = image.getexif().get(0x0112, 1)
    image = _srgb(image, profile)
    if orientation in range(2, 9):
        turned = Image.Exif()
        turned[0x0112] = orientation
        image.info["exif"] = turned.tobytes()
        image = ImageOps.exif_transpose(image)
        width, height = (height, width) if orientation >= 5 else (width, height)
    copies = [
        _write(image, directory, "display", limits.DISPLAY_SIDE),
        _write(image, directory, "thumb", limits.THUMB_SIDE),
    ]
    return {"width": width, "height": height, "pages": 0, "copies": copies}


def read_pdf(directory: Path) -> dict[str, Any]:
    """Open the document without its password, count it, and draw its first pages. Nothing in it is run."""
    import pypdfium2 as pdfium

    try:
        document = pdfium.PdfDocument(directory / "original")
    except pdfium.PdfiumError as error:
        locked = getattr(error, "err_code", None) == PDF_PASSWORD_ERROR or "assword" in str(error)
        raise Refusal("pdf_is_locked" if locked else "could_not_be_read") from error
    pages = len(document)
    if pages == 0:
        raise Refusal("could_not_be_read")
    if pages > limits.PDF_PAGES:
        raise Refusal("pdf_too_long", limit=limits.PDF_PAGES, pages=pages)
    copies: list[dict[str, Any]] = []
    first: tuple[int, int] | None = None
    for index in range(min(pages, limits.PDF_PAGES_SHOWN)):
        try:
            page = document[index]
            wide, high = page.get_size()
            if not (wide > 0 and high > 0):
                raise Refusal("could_not_be_read")
            scale = limits.DISPLAY_SIDE / max(wide, high)
            if min(wide, high) * scale < 1:
                raise Refusal("could_not_be_read")
            picture = page.render(scale=scale, may_draw_forms=False).to_pil().convert("RGB")
        except pdfium.PdfiumError as error:
            raise Refusal("could_not_be_read") from error
        first = first or picture.size
        copies.append(_write(picture, directory, f"page_{index + 1}", limits.DISPLAY_SIDE))
        if index == 0:
            copies.append(_write(picture, directory, "thumb", limits.THUMB_SIDE))
    width, height = first or (0, 0)
    return {"width": width, "height": height, "pages": pages, "copies": copies}


def _too_many_pixels() -> Refusal:
    return Refusal("too_many_pixels", megapixels=limits.IMAGE_PIXELS // 1_000_000, side=limits.IMAGE_SIDE)


def _srgb(image: Any, profile: bytes | None) -> Any:
    """Eight bits of red, green and blue on white, as the picture looked under its own colour profile."""
    import io

    from PIL import Image, ImageCms

    if image.mode.startswith("I;16"):
        image = image.convert("I")
    if image.mode in ("I", "F"):
        image = image.point(lambda value: value * (1 / 257) if image.mode == "I" else value).convert("L")
    if image.mode in ("P", "PA", "LA") or "transparency" in image.info:
        image = image.convert("RGBA")
    if image.mode == "RGBA":
        alpha = image.getchannel("A")
        ground = Image.new("RGB", image.size, "white")
        ground.paste(image, mask=alpha)
        image = ground
    if profile and len(profile) <= limits.MEGABYTE and image.mode in ("RGB", "CMYK", "L"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            image = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            pass  # a broken profile costs the picture its exact colours, not its place in the file
    return image.convert("RGB")


def _write(image: Any, directory: Path, kind: str, side: int) -> dict[str, Any]:
    """Shrink ``image`` itself (a copy of fifty million pixels would cost 200 MB) and write it without metadata."""
    from PIL import Image

    image.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=2.0)
    image.info = {}
    image.save(directory / f"{kind}.webp", "WEBP", quality=82 if side > limits.THUMB_SIDE else 75, method=4)
    return {"kind": kind, "width": image.width, "height": image.height}


def main(directory: Path, mime: str) -> int:
    isolated = confine(directory)
    try:
        facts = read_pdf(directory) if mime == sniff.PDF else read_image(directory, mime)
        (directory / "facts.json").write_text(json.dumps({**facts, "isolated": isolated}))
    except Refusal as refusal:
        (directory / "refusal.json").write_text(json.dumps({"code": refusal.code, "data": refusal.data}))
    except MemoryError:
        (directory / "refusal.json").write_text(json.dumps({"code": "too_complex", "data": {}}))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1]), sys.argv[2]))
