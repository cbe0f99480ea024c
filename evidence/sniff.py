"""Which accepted type some bytes claim to be, by their first bytes. Refuses to trust names and headers.

A signature is a claim, not a proof: the proof is the full decode in `evidence.decoder`. No Django here.
"""

from __future__ import annotations

HEAD = 64  # bytes of the file that `type_of` and `size_of` want to see

JPEG, PNG, WEBP, GIF, PDF = "image/jpeg", "image/png", "image/webp", "image/gif", "application/pdf"
EXTENSIONS = {JPEG: "jpg", PNG: "png", WEBP: "webp", GIF: "gif", PDF: "pdf"}
SYNONYMS = {"jpeg": "jpg", "jpe": "jpg", "jfif": "jpg"}


def type_of(head: bytes) -> str | None:
    """The MIME type that the signature at byte 0 claims, or ``None`` for everything that is not accepted.

    PDF readers tolerate a header anywhere in the first kilobyte; that is how polyglots are made, so it is not
    tolerated here.
    """
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    if head.startswith((b"GIF87a", b"GIF89a")):
        return GIF
    if head.startswith(b"%PDF-"):
        return PDF
    return None


def size_of(head: bytes) -> tuple[int, int] | None:
    """Width and height in the header of a PNG, GIF or WebP, or ``None`` where it states none up to here.

    A picture of four gigapixels is twenty kilobytes of file: this is read before any decoder is started. A
    JPEG keeps its size further in, where Pillow finds it without decoding.
    """
    mime = type_of(head)
    if mime == PNG and head[12:16] == b"IHDR" and len(head) >= 24:
        return int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big")
    if mime == GIF and len(head) >= 10:
        return int.from_bytes(head[6:8], "little"), int.from_bytes(head[8:10], "little")
    if mime == WEBP and len(head) >= 30:
        chunk = head[12:16]
        if chunk == b"VP8X":
            return int.from_bytes(head[24:27], "little") + 1, int.from_bytes(head[27:30], "little") + 1
        if chunk == b"VP8L" and head[20] == 0x2F:
            bits = int.from_bytes(head[21:25], "little")
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        if chunk == b"VP8 " and head[23:26] == b"\x9d\x01\x2a":
            width, height = int.from_bytes(head[26:28], "little"), int.from_bytes(head[28:30], "little")
            return width & 0x3FFF, height & 0x3FFF
    return None
