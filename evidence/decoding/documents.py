"""Draws the pages of a PDF as pictures. Nothing in the document is run, opened or fetched."""

from __future__ import annotations

from typing import Any

from evidence import limits
from evidence.decoding import pictures
from evidence.decoding.outcome import Found, Job, Refusal

_PASSWORD_ERROR = 4  # FPDF_ERR_PASSWORD


def read(job: Job) -> Found:
    """Open the document without its password, count it, draw its first pages (work "read")."""
    document = _opened(job)
    found = Found(pages=len(document))
    for number in range(1, min(found.pages, limits.PDF_PAGES_SHOWN) + 1):
        picture = _drawn(document, number)
        if number == 1:
            found.width, found.height = picture.size
        found.copies.append(pictures.write(picture, job, f"page_{number}", limits.DISPLAY_SIDE))
        if number == 1:
            found.copies.append(pictures.write(picture, job, "thumb", limits.THUMB_SIDE))
    return found


def go_on(job: Job) -> Found:
    """Draw the pages from ``job.first`` on, a few of them (work "pages"): another job draws the next."""
    document = _opened(job)
    found = Found(pages=len(document))
    for number in range(job.first, min(found.pages, job.first + limits.PDF_PAGES_A_JOB - 1) + 1):
        found.copies.append(pictures.write(_drawn(document, number), job, f"page_{number}", limits.DISPLAY_SIDE))
    return found


def _opened(job: Job) -> Any:
    import pypdfium2 as pdfium

    try:
        document = pdfium.PdfDocument(job.original)
        pages = len(document)
    except pdfium.PdfiumError as error:
        locked = getattr(error, "err_code", None) == _PASSWORD_ERROR or "assword" in str(error)
        raise Refusal("pdf_is_locked" if locked else "could_not_be_read") from error
    if pages == 0:
        raise Refusal("could_not_be_read")
    if pages > limits.PDF_PAGES:
        raise Refusal("pdf_too_long", limit=limits.PDF_PAGES, pages=pages)
    return document


def _drawn(document: Any, number: int) -> Any:
    import pypdfium2 as pdfium

    try:
        page = document[number - 1]
        wide, high = page.get_size()
        if not (wide > 0 and high > 0):
            raise Refusal("could_not_be_read")
        scale = limits.DISPLAY_SIDE / max(wide, high)
        if min(wide, high) * scale < 1:
            raise Refusal("could_not_be_read")
        return page.render(scale=scale, may_draw_forms=False).to_pil().convert("RGB")
    except pdfium.PdfiumError as error:
        raise Refusal("could_not_be_read") from error
