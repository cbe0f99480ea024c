"""Which accepted type some bytes claim to be, by their first bytes. Refuses to trust names and headers.

A signature is a claim, not a proof: the proof is the full decode in `evidence.decoding`. No Django here.
"""

from __future__ import annotations

HEAD = 64  # bytes of the file that `type_of` and `size_of` want to see

JPEG, PNG, WEBP, GIF, PDF = "image/jpeg", "image/png", "image/webp", "image/gif", "application/pdf"
HEIC, AVIF = "image/heic", "image/avif"
MP4, MOV, WEBM = "video/mp4", "video/quicktime", "video/webm"
FILMS = (MP4, MOV, WEBM)
PHOTOS = (JPEG, PNG, WEBP, GIF, HEIC, AVIF)
EXTENSIONS = {
    JPEG: "jpg", PNG: "png", WEBP: "webp", GIF: "gif", PDF: "pdf",
    HEIC: "heic", AVIF: "avif", MP4: "mp4", MOV: "mov", WEBM: "webm",
}  # fmt: skip
SYNONYMS = {"jpeg": "jpg", "jpe": "jpg", "jfif": "jpg", "heif": "heic", "hif": "heic", "m4v": "mp4", "qt": "mov"}

_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"}
_AVIF_BRANDS = {b"avif", b"avis"}
_MP4_BRANDS = {
    b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"MSNV", b"dash", b"XAVC",
    b"3gp4", b"3gp5", b"3gp6", b"mp4v",
}  # fmt: skip


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
    if head[4:8] == b"ftyp":
        return _by_brand(head)
    if head.startswith(b"\x1a\x45\xdf\xa3") and b"\x42\x82\x84webm" in head[:HEAD]:
        return WEBM
    return None


def _by_brand(head: bytes) -> str | None:
    """Pictures and films share this container; its brands tell them apart, the first of them before the others."""
    major = head[8:12]
    length = int.from_bytes(head[:4], "big")
    others = {head[at : at + 4] for at in range(16, min(length, len(head), HEAD) - 3, 4)}
    for brands in ({major}, others):
        if brands & _HEIC_BRANDS:
            return HEIC
        if brands & _AVIF_BRANDS:
            return AVIF
        if b"qt  " in brands:
            return MOV
        if brands & _MP4_BRANDS:
            return MP4
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
