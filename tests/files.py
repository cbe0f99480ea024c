"""Files as strangers send them, made here byte by byte. Nothing is downloaded, nothing is kept on disk."""

from __future__ import annotations

import gzip
import hashlib
import io
import random
import struct
import zipfile
import zlib
from typing import Any

from PIL import Image, ImageCms, TiffImagePlugin

SCRIPT = b"<script>alert('canary')</script>"


def picture(width: int = 640, height: int = 480, mode: str = "RGB", seed: int = 1) -> Image.Image:
    """A picture with something in it: a gradient and noise, the same for the same seed."""
    noise = Image.frombytes("L", (64, 64), random.Random(seed).randbytes(64 * 64)).resize((width, height))
    ramp = Image.linear_gradient("L").resize((width, height))
    return Image.merge("RGB", (noise, ramp, ramp.rotate(180))).convert(mode)


def saved(image: Image.Image, format_: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, format_, **options)
    return out.getvalue()


def jpeg(width: int = 640, height: int = 480, *, seed: int = 1, mode: str = "RGB", **options: Any) -> bytes:
    return saved(picture(width, height, mode, seed), "JPEG", quality=85, **options)


def png(width: int = 640, height: int = 480, *, seed: int = 1, mode: str = "RGB", **options: Any) -> bytes:
    return saved(picture(width, height, mode, seed), "PNG", **options)


def webp(width: int = 640, height: int = 480) -> bytes:
    return saved(picture(width, height), "WEBP", quality=80)


def gif(frames: int = 1, width: int = 320, height: int = 240) -> bytes:
    pictures = [picture(width, height, seed=n + 1).convert("P") for n in range(frames)]
    return saved(pictures[0], "GIF", save_all=frames > 1, append_images=pictures[1:])


def animated(format_: str, frames: int = 40) -> bytes:
    pictures = [picture(200, 200, seed=n + 1) for n in range(frames)]
    return saved(pictures[0], format_, save_all=True, append_images=pictures[1:])


def located_jpeg() -> bytes:
    """A photo that says where it was taken, with what and by whom, and has a script for a description."""
    exif = Image.Exif()
    exif[0x010E] = SCRIPT.decode()  # ImageDescription
    exif[0x0110] = "CANARY-CAMERA"  # Model
    exif[0x013B] = "CANARY-OWNER"  # Artist
    exif[0x0112] = 6  # Orientation: to be turned by 90°
    exif[0x8825] = {1: "N", 2: tuple(TiffImagePlugin.IFDRational(n) for n in (30, 16, 9))}  # GPS
    return saved(picture(), "JPEG", exif=exif.tobytes(), comment=b"CANARY-COMMENT", xmp=b"<x>CANARY-XMP</x>")


def profiled(size: int) -> bytes:
    """A JPEG with a colour profile blown up to ``size`` bytes."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return jpeg(icc_profile=profile + b"\0" * max(0, size - len(profile)))


def png_of(width: int, height: int, *, data: bytes = b"", depth: int = 1, colour: int = 0) -> bytes:
    """A PNG whose header says ``width`` × ``height``, whatever its data says."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(data, 9)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )


def png_bomb(side: int = 13_000) -> bytes:
    """All of its ``side``² pixels are there: some twenty kilobytes that unpack to hundreds of megabytes."""
    return png_of(side, side, data=b"\0" * ((side // 8 + 1 + 1) * side))


def jpeg_of(width: int, height: int) -> bytes:
    """A small JPEG whose frame header claims to be ``width`` × ``height``."""
    content = bytearray(jpeg(64, 64))
    at = content.index(b"\xff\xc0")
    content[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(content)


def webp_of(width: int, height: int) -> bytes:
    """An extended WebP whose canvas claims to be ``width`` × ``height``."""
    body = (
        b"VP8X"
        + struct.pack("<I", 10)
        + bytes(4)
        + (width - 1).to_bytes(3, "little")
        + (height - 1).to_bytes(3, "little")
    )
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body + webp()[12:]


def gif_of(width: int, height: int) -> bytes:
    return b"GIF89a" + struct.pack("<HH", width, height) + gif()[10:]


def half(content: bytes) -> bytes:
    return content[: len(content) // 2]


def mutated(content: bytes, seed: int, share: float = 0.001) -> bytes:
    """``content`` with about ``share`` of its bytes replaced, not the first eight; same seed, same result."""
    dice = random.Random(seed)
    out = bytearray(content)
    for _ in range(max(1, int(len(out) * share))):
        out[dice.randrange(8, len(out))] = dice.randrange(256)
    return bytes(out)


def archive(name: str = "payload.txt", content: bytes = b"canary") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as zipped:
        zipped.writestr(name, content)
    return out.getvalue()


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)">' + SCRIPT + b"<foreignObject/></svg>"
SVGZ = gzip.compress(SVG)
HTML = b"<!doctype html><title>evidence</title>" + SCRIPT
XHTML = b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml">' + SCRIPT + b"</html>"
MHT = b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n\r\n" + HTML
EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 100 100\n%%EndComments\n(canary) show\nshowpage\n"
MVG = b"push graphic-context\nfill 'url(https://127.0.0.1/x.jpg\"|id \")'\npop graphic-context\n"
DJVU = b'AT&TFORM\0\0\0\x40DJVUINFO\0\0\0\x0a\0\x01\0\x01\x18\0,\x01\x16\0ANTa\0\0\0\x10(metadata (x "y"))'
LNK = b"[InternetShortcut]\r\nURL=javascript:alert(1)\r\n"


def tiff() -> bytes:
    return saved(picture(), "TIFF")


def bmp() -> bytes:
    return saved(picture(64, 64), "BMP")


_PAD = bytes.fromhex("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a")


def _rc4(key: bytes, content: bytes) -> bytes:
    box, j = list(range(256)), 0
    for i in range(256):
        j = (j + box[i] + key[i % len(key)]) % 256
        box[i], box[j] = box[j], box[i]
    out, i, j = bytearray(), 0, 0
    for byte in content:
        i = (i + 1) % 256
        j = (j + box[i]) % 256
        box[i], box[j] = box[j], box[i]
        out.append(byte ^ box[(box[i] + box[j]) % 256])
    return bytes(out)


def pdf(
    pages: int = 1,
    *,
    box: tuple[float, float] = (595, 842),
    catalogue: bytes = b"",
    page_extra: bytes = b"",
    content: bytes = b"0.8 0.2 0.2 rg 100 100 200 300 re f",
    compressed: bool = False,
    user_password: bytes | None = None,
    owner_password: bytes | None = None,
    kids_of_themselves: bool = False,
) -> bytes:
    """A PDF by hand. With a password it is encrypted (RC4, 40 bits: what old scanners write)."""
    locked = user_password is not None or owner_password is not None
    user, owner, identity = user_password or b"", owner_password or user_password or b"", b"0123456789abcdef"
    key = o = u = b""
    if locked:
        o = _rc4(hashlib.md5((owner + _PAD)[:32]).digest()[:5], (user + _PAD)[:32])
        key = hashlib.md5((user + _PAD)[:32] + o + struct.pack("<i", -4) + identity).digest()[:5]
        u = _rc4(key, _PAD)
    kids = b" ".join(b"%d 0 R" % (4 + n) for n in range(pages)) if not kids_of_themselves else b"2 0 R"
    bodies = {
        1: b"<< /Type /Catalog /Pages 2 0 R " + catalogue + b" >>",
        2: b"<< /Type /Pages /Kids [" + kids + b"] /Count %d >>" % pages,
    }
    packed = zlib.compress(content, 9) if compressed else content
    if locked:
        packed = _rc4(hashlib.md5(key + struct.pack("<I", 3)[:3] + b"\0\0").digest()[:10], packed)
    how = b"/Filter /FlateDecode " if compressed else b""
    bodies[3] = b"<< " + how + b"/Length %d >>\nstream\n" % len(packed) + packed + b"\nendstream"
    for n in range(pages):
        bodies[4 + n] = (
            b"<< /Type /Page /Parent 2 0 R /Contents 3 0 R /MediaBox [0 0 %g %g] " % box + page_extra + b" >>"
        )
    trailer = b"/Root 1 0 R"
    if locked:
        number = 4 + pages
        bodies[number] = b"<< /Filter /Standard /V 1 /R 2 /P -4 /O <%s> /U <%s> >>" % (
            o.hex().encode(),
            u.hex().encode(),
        )
        trailer += b" /Encrypt %d 0 R /ID [<%s> <%s>]" % (
            number,
            identity.hex().encode(),
            identity.hex().encode(),
        )
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, body in sorted(bodies.items()):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer << /Size %d " % (len(places) + 1) + trailer + b" >>\nstartxref\n%d\n%%%%EOF\n" % start
    return bytes(out)


def active_pdf() -> bytes:
    """A PDF that wants to run a script, start a program, call a server and hand over a file."""
    return pdf(
        catalogue=b"/OpenAction << /S /JavaScript /JS (app.alert\\('canary'\\)) >> "
        b"/AA << /WC << /S /Launch /F (/bin/sh) >> >>",
        page_extra=b"/Annots [<< /Type /Annot /Subtype /Link /Rect [0 0 600 800] "
        b"/A << /S /URI /URI (http://127.0.0.1:9/canary) >> >>]",
    )


# --- videos -----------------------------------------------------------------------------------------------------------


def film(
    seconds: float = 1.0,
    width: int = 160,
    height: int = 120,
    *,
    fps: int = 30,
    format_: str = "mp4",
    sound: bool = True,
    pictures: bool = True,
    said: dict[str, str] | None = None,
    apart: int = 1,
) -> bytes:
    """A short video with something moving in it: H.264 and AAC, as "webm" VP8 and Opus. ``apart``: time between pictures."""
    import av

    out = io.BytesIO()
    web = format_ == "webm"
    with av.open(out, "w", format=format_) as container:
        container.metadata.update(said or {})
        video = container.add_stream("libvpx" if web else "libx264", rate=fps) if pictures else None
        if video is not None:
            video.width, video.height, video.pix_fmt = width, height, "yuv420p"
            video.codec_context.thread_count = 1
            video.options = {"deadline": "realtime", "cpu-used": "8"} if web else {"preset": "ultrafast"}
        audio = container.add_stream("libopus" if web else "aac", rate=48_000) if sound else None
        if video is not None:
            moving = picture(width + 32, height)
            for n in range(round(seconds * fps)):
                frame = av.VideoFrame.from_image(moving.crop((n % 32, 0, n % 32 + width, height)))
                frame.pts = n * apart
                container.mux(video.encode(frame))
            container.mux(video.encode(None))
        if audio is not None:
            # AAC wants 1024 samples at a time, Opus 960.
            fifo, size = av.AudioFifo(), 960 if web else 1024
            for n in range(round(seconds * 48_000 / 960)):
                tone = av.AudioFrame(format="s16" if web else "fltp", layout="stereo", samples=960)
                tone.rate, tone.pts = 48_000, n * 960
                for plane in tone.planes:
                    plane.update(bytes(plane.buffer_size))
                fifo.write(tone)
                for piece in fifo.read_many(size):
                    container.mux(audio.encode(piece))
            container.mux(audio.encode(None))
    return out.getvalue()


def turned(content: bytes) -> bytes:
    """The same MP4 held upright: a quarter turn in the header of its first track, as phones write it."""
    at = content.index(b"tkhd") + 44
    quarter = struct.pack(">9i", 0, 1 << 16, 0, -(1 << 16), 0, 0, 0, 0, 1 << 30)
    return content[:at] + quarter + content[at + 36 :]


def atom(kind: bytes, content: bytes = b"", size: int | None = None) -> bytes:
    return struct.pack(">I", len(content) + 8 if size is None else size) + kind + content


FTYP = atom(b"ftyp", b"isom\0\0\2\0isomiso2avc1mp41" + bytes(24))


def heic(width: int = 96, height: int = 72, *, seed: int = 1, **options: Any) -> bytes:
    return heic_of(picture(width, height, seed=seed), **options)


def heic_of(image: Image.Image, **options: Any) -> bytes:
    import pillow_heif

    out = io.BytesIO()
    pillow_heif.from_pillow(image).save(out, quality=60, enc_params={"preset": "ultrafast"}, **options)
    return out.getvalue()


def avif(width: int = 96, height: int = 72, *, seed: int = 1, **options: Any) -> bytes:
    return saved(picture(width, height, seed=seed), "AVIF", speed=10, **options)


def led_outside(content: bytes) -> bytes:
    """The same MP4, whose tracks say that their pictures lie in another file (U52)."""
    return content.replace(b"url \0\0\0\1", b"url \0\0\0\0")


PLAYLIST = b"#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:10.0,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"
MATROSKA = bytes.fromhex("1a45dfa3934282886d6174726f736b614287810142858101") + bytes(200)
