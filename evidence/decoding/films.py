"""Reads a video and writes it again as a plain 720p MP4: one picture track, one sound track, nothing else.

FFmpeg sees a file object and never a name or an address, two containers and a handful of codecs; whatever else a file
asks for is not there (U51 to U55). What is written is encoded anew, so no byte of it is a stranger's.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from fractions import Fraction
from typing import Any

from evidence import limits, sniff
from evidence.decoding import masks, measures, pictures
from evidence.decoding.outcome import Found, Job, Refusal

_CONTAINERS = {sniff.MP4: "mov", sniff.MOV: "mov", sniff.WEBM: "matroska"}
_PICTURES = {"h264", "hevc", "vp8", "vp9", "libdav1d", "av1", "mpeg4", "mjpeg"}
_SOUNDS = {"aac", "opus", "libopus", "vorbis", "mp3float", "mp3", "amrnb", "pcm_s16le", "pcm_s16be"}
_RATE = 48_000  # of the sound, a second
_CLOCK = Fraction(1, 90_000)
_KEYS = {"make": "com.apple.quicktime.make", "model": "com.apple.quicktime.model"}
_SOFTWARE = ("com.apple.quicktime.software", "com.android.version", "encoder")
_TAKEN = ("com.apple.quicktime.creationdate", "creation_time")


def read(job: Job) -> Found:
    """First look (work "read"): what it is, whether it is taken, and one of its pictures."""
    with _opened(job) as container:
        video, facts = _weighed(container)
        picture = _upright(_one_frame(container, video))
    found = Found(picture.width, picture.height, facts={**facts, **measures.of(picture)})
    found.copies = [
        pictures.write(picture, job, "display", limits.DISPLAY_SIDE),
        pictures.write(picture, job, "thumb", limits.THUMB_SIDE),
    ]
    return found


def rewrite(job: Job) -> Found:
    """All of it as 720p MP4 that begins to play before it is there (work "film")."""
    with _opened(job) as container:
        video, facts = _weighed(container)
        sound = next((s for s in container.streams.audio if _name(s) in _SOUNDS), None)
        first = _one_frame(container, video)
        container.seek(0)
        width, height = _fitted(first.width, first.height)
        turn = _Turn(_rotation(first), width, height)
        seconds = _encode(job, container, video, sound, (width, height), turn)
    if not seconds:
        raise Refusal("could_not_be_read")
    copy = {"kind": "film", "width": turn.width, "height": turn.height}
    return Found(turn.width, turn.height, copies=[copy], facts=facts)


def paint(job: Job) -> Found:
    """A film of ours again, with parts painted over for all of it or for a while, and sound made silent (work "film_mask").

    Encoded anew from the painted pictures and the sound with its gaps: what was beneath is in none of them, nor in what
    they are told from.
    """
    with _opened(job) as container:
        video, facts = _weighed(container)
        size = _measures(video)
        if max(size) > limits.FILM_SHOWN:
            raise Refusal("could_not_be_read")
        sound = next((s for s in container.streams.audio if _name(s) in _SOUNDS), None)
        seconds = _encode(job, container, video, sound, size, _Brush(job.regions, *size), _silences(job.regions))
    if not seconds:
        raise Refusal("could_not_be_read")
    return Found(*size, copies=[{"kind": "film", "width": size[0], "height": size[1]}], facts=facts)


# From which sample until before which, at the pace of the sound that is written.
_Silences = tuple[tuple[int, int], ...]


def _silences(regions: tuple[tuple[int, ...], ...]) -> _Silences:
    """Outwards to a tenth of a second, as parts of the picture are: sounds are coded together with their neighbours."""
    spans = [region for region in regions if len(region) == 2]
    return tuple(((starts - 100) * _RATE // 1000, (ends + 100) * _RATE // 1000) for starts, ends in spans)


def _encode(
    job: Job,
    container: Any,
    video: Any,
    sound: Any,
    size: tuple[int, int],
    change: _Turn | _Brush,
    silences: _Silences = (),
) -> float:
    """Write the film; gives its seconds of picture."""
    import av

    # The bare container as FFmpeg writes it: no title, no chapter, no position, not even which encoder.
    with av.open(
        str(job.out / "film.mp4"),
        "w",
        format="mp4",
        options={"movflags": "+faststart", "fflags": "+bitexact"},
    ) as out:
        picture_out = out.add_stream("libx264", rate=limits.FILM_FPS)
        picture_out.width, picture_out.height, picture_out.pix_fmt = change.width, change.height, "yuv420p"
        picture_out.codec_context.thread_count = 1
        picture_out.codec_context.time_base = _CLOCK
        picture_out.options = {"preset": "veryfast", "crf": "24", "g": str(limits.FILM_FPS * 4)}
        sound_out = out.add_stream("aac", rate=_RATE) if sound is not None else None
        if sound_out is not None:
            sound_out.layout, sound_out.bit_rate = "stereo", 128_000
            sound_out.codec_context.thread_count = 1
        return _Film(container, video, sound, out, picture_out, sound_out, size, change, silences).write()


class _Turn:
    """Turns small pictures the right way up. Of FFmpeg's filters these and `_Brush`'s are the only ones that are made."""

    def __init__(self, rotation: int, width: int, height: int) -> None:
        self.rotation = rotation
        self.width, self.height = (height, width) if rotation in (90, 270) else (width, height)
        self.graph: Any = None

    def __call__(self, picture: Any) -> Any:
        if self.rotation not in (90, 180, 270):
            return picture
        if self.graph is None:
            self.graph = self._made(picture)
        self.graph.push(picture)
        return self.graph.pull()

    def _made(self, picture: Any) -> Any:
        from av.filter import Graph

        graph = Graph()
        graph.threads = 1
        source = graph.add_buffer(width=picture.width, height=picture.height, format=picture.format, time_base=_CLOCK)
        steps: dict[int, list[tuple[str, str | None]]] = {
            90: [("transpose", "cclock")],
            180: [("hflip", None), ("vflip", None)],
            270: [("transpose", "clock")],
        }
        last = source
        for name, argument in steps[self.rotation]:
            step = graph.add(name, argument)
            last.link_to(step)
            last = step
        sink = graph.add("buffersink")
        last.link_to(sink)
        graph.configure()
        return graph


class _Brush:
    """Paints over parts of pictures that are upright already. FFmpeg copies a picture that others are still told from."""

    def __init__(self, regions: tuple[tuple[int, ...], ...], width: int, height: int) -> None:
        self.width, self.height = width, height
        self.boxes = [self._box(region) for region in regions if len(region) > 2]
        self.graph: Any = None

    def __call__(self, picture: Any) -> Any:
        if not self.boxes:
            return picture
        if self.graph is None:
            self.graph = self._made(picture)
        self.graph.push(picture)
        return self.graph.pull()

    def _box(self, region: tuple[int, ...]) -> str:
        """Outwards to whole pairs of pixels, which share their colour, and to a tenth of a second."""
        left, top, right, bottom, *when = region
        units = limits.MASK_UNITS
        x, y = left * self.width // units // 2 * 2, top * self.height // units // 2 * 2
        width = -(-right * self.width // units // 2) * 2 - x
        height = -(-bottom * self.height // units // 2) * 2 - y
        box = f"x={x}:y={y}:w={width}:h={height}:color=0x{bytes(masks.PAINT).hex()}:t=fill"
        if not when:
            return box
        return f"{box}:enable=between(t\\,{when[0] / 1000 - 0.1:.3f}\\,{when[1] / 1000 + 0.1:.3f})"

    def _made(self, picture: Any) -> Any:
        from av.filter import Graph

        graph = Graph()
        graph.threads = 1
        last = graph.add_buffer(width=picture.width, height=picture.height, format=picture.format, time_base=_CLOCK)
        for box in self.boxes:
            step = graph.add("drawbox", box)
            last.link_to(step)
            last = step
        sink = graph.add("buffersink")
        last.link_to(sink)
        graph.configure()
        return graph


class _Film:
    """One run through a video. Counts what it decodes: a file may say anything of its own length."""

    def __init__(
        self,
        container: Any,
        video: Any,
        sound: Any,
        out: Any,
        video_out: Any,
        sound_out: Any,
        size: tuple[int, int],
        change: _Turn | _Brush,
        silences: _Silences,
    ) -> None:
        import av

        self.container, self.video, self.sound = container, video, sound
        self.out, self.video_out, self.sound_out = out, video_out, sound_out
        self.resampler = (
            av.AudioResampler(format="fltp", layout="stereo", rate=_RATE, frame_size=1024) if sound_out else None
        )
        self.size, self.change, self.silences = size, change, silences
        self.frames = 0
        self.samples = 0
        self.broken = 0
        self.next_at = Fraction(0)
        self.start: Fraction | None = None
        self.end = Fraction(0)
        self.last_pts = -1

    def write(self) -> float:
        """Seconds of picture written."""
        streams = [stream for stream in (self.video, self.sound) if stream is not None]
        for packet in self.container.demux(*streams):
            for frame in self._frames(packet):
                if packet.stream is self.video:
                    self._picture(frame)
                else:
                    self._sound(frame)
        self.out.mux(self.video_out.encode(None))
        if self.resampler is not None:
            for piece in self.resampler.resample(None):
                self._sound_out(piece)
            self.out.mux(self.sound_out.encode(None))
        return float(self.end)

    def _frames(self, packet: Any) -> list[Any]:
        import av

        try:
            return list(packet.decode())
        except av.error.FFmpegError as error:
            # A phone that fell out of a hand leaves a broken end: what can be seen is shown.
            self.broken += 1
            if self.broken > limits.FILM_BROKEN_PACKETS:
                raise Refusal("could_not_be_read") from error
            return []

    def _picture(self, frame: Any) -> None:
        self.frames += 1
        if self.frames > limits.FILM_FRAMES:
            raise Refusal("too_complex")
        _weigh_size(frame.width, frame.height)
        at = frame.pts * frame.time_base if frame.pts is not None else self.end
        if self.start is None:
            self.start = at
        at -= self.start
        if at > limits.FILM_SECONDS + 1:
            raise too_long()
        if at < self.next_at:
            return  # more than thirty a second show nothing more
        self.next_at = at + Fraction(9, 10 * limits.FILM_FPS)
        pts = max(self.last_pts + 1, int(at / _CLOCK))
        small = frame.reformat(*self.size, "yuv420p", threads=1)
        small.pts, small.time_base = pts, _CLOCK
        shown = self.change(small)
        shown.pts, shown.time_base, shown.pict_type = pts, _CLOCK, 0
        self.last_pts, self.end = pts, at + Fraction(1, limits.FILM_FPS)
        self.out.mux(self.video_out.encode(shown))

    def _sound(self, frame: Any) -> None:
        if self.resampler is None or self.samples > (limits.FILM_SECONDS + 2) * _RATE:
            return
        frame.pts = None  # one after the other
        for piece in self.resampler.resample(frame):
            self._sound_out(piece)

    def _sound_out(self, piece: Any) -> None:
        if any(self.samples < until and start < self.samples + piece.samples for start, until in self.silences):
            piece = _silent(piece)
        piece.pts, piece.time_base = self.samples, Fraction(1, _RATE)
        self.samples += piece.samples
        self.out.mux(self.sound_out.encode(piece))


def _silent(piece: Any) -> Any:
    """As long a piece of nothing, in memory of its own: a decoder may still hold the one that was heard."""
    import av

    blank = av.AudioFrame(format="fltp", layout="stereo", samples=piece.samples)
    blank.sample_rate = _RATE
    for plane in blank.planes:
        plane.update(bytes(plane.buffer_size))
    return blank


def too_long() -> Refusal:
    return Refusal("film_too_long", minutes=limits.FILM_SECONDS // 60)


@contextmanager
def _opened(job: Job) -> Iterator[Any]:
    import av

    av.logging.set_level(None)
    options = {
        "format_whitelist": _CONTAINERS[job.mime],
        "codec_whitelist": ",".join(sorted(_PICTURES | _SOUNDS)),
        "protocol_whitelist": "none",
        "enable_drefs": "0",
        "use_absolute_path": "0",
        "probesize": str(5 * limits.MEGABYTE),
        "analyzeduration": "5000000",
    }
    try:
        with (
            job.original.open("rb") as file,
            av.open(file, format=_CONTAINERS[job.mime], options=options, metadata_errors="replace") as container,
        ):
            yield container
    except av.error.MemoryError as error:
        raise Refusal("too_complex") from error
    except OSError as error:
        if error.errno == errno.ENOSPC:  # ours, where the film is written
            raise OSError(errno.ENOSPC, "the film") from error
        raise Refusal("could_not_be_read") from error
    except (av.error.FFmpegError, ValueError, OverflowError, ZeroDivisionError, TypeError, AttributeError) as error:
        raise Refusal("could_not_be_read") from error


def _weighed(container: Any) -> tuple[Any, dict[str, Any]]:
    """The picture track and what the file says of itself. Raises `Refusal` for what is not taken."""
    if len(container.streams) > limits.FILM_TRACKS:
        raise Refusal("too_complex")
    video = next(iter(container.streams.video), None)
    if video is None:
        raise Refusal("film_without_pictures")
    if _name(video) not in _PICTURES:
        raise Refusal("film_codec_unknown")
    _weigh_size(*_measures(video))
    seconds = _seconds(container, video)
    if seconds > limits.FILM_SECONDS + 1:
        raise too_long()
    sound = next(iter(container.streams.audio), None)
    said = {**video.metadata, **container.metadata}
    facts: dict[str, Any] = {
        "milliseconds": round(seconds * 1000),
        "fps": min(9999, round(float(video.average_rate or 0) * 100) / 100),
        "codec": _name(video),
        "sound": _name(sound) if sound is not None else "",
        "has_position": any("location" in key.lower() or "xyz" in key.lower() for key in said),
        "taken_at": next((moment for key in _TAKEN if (moment := _moment(said.get(key)))), ""),
        "software": next((said[key] for key in _SOFTWARE if said.get(key)), ""),
        **{key: said[name] for key, name in _KEYS.items() if said.get(name)},
    }
    return video, facts


def _name(stream: Any) -> str:
    # A codec that is not on the list has no context: FFmpeg refused to open one.
    return stream.codec_context.name if stream.codec_context is not None else ""


def _measures(video: Any) -> tuple[int, int]:
    return int(video.codec_context.width or 0), int(video.codec_context.height or 0)


def _weigh_size(width: int, height: int) -> None:
    if min(width, height) < limits.FILM_SIDES[0]:
        raise Refusal("could_not_be_read")
    if max(width, height) > limits.FILM_SIDES[1] or width * height > limits.FILM_PIXELS:
        raise Refusal("film_too_large", side=limits.FILM_SIDES[1])


def _seconds(container: Any, video: Any) -> float:
    """What the container says; zero where it says nothing. Counted again while it is written."""
    if video.duration and video.time_base:
        return max(0.0, float(video.duration * video.time_base))
    return max(0.0, (container.duration or 0) / 1_000_000)


def _one_frame(container: Any, video: Any) -> Any:
    """A picture from a little way in: the first one of many phones is black or blurred."""
    import av

    video.codec_context.thread_count = 1
    if container.duration:
        try:
            container.seek(min(1_000_000, container.duration // 3))
        except av.error.FFmpegError:
            container.seek(0)
    broken = 0
    for packet in container.demux(video):
        try:
            for frame in packet.decode():
                _weigh_size(frame.width, frame.height)
                return frame
        except av.error.FFmpegError as error:
            broken += 1
            if broken > limits.FILM_BROKEN_PACKETS:
                raise Refusal("could_not_be_read") from error
    raise Refusal("could_not_be_read")


def _upright(frame: Any) -> Any:
    """Small first: the largest frame that is taken has nine million pixels."""
    from PIL import Image

    width, height = frame.width, frame.height
    shrink = min(1.0, limits.DISPLAY_SIDE / max(width, height))
    small = frame.reformat(
        max(2, round(width * shrink) // 2 * 2), max(2, round(height * shrink) // 2 * 2), "rgb24", threads=1
    )
    picture = small.to_image()
    turns = {90: Image.Transpose.ROTATE_90, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_270}
    turn = turns.get(_rotation(frame))
    return picture if turn is None else picture.transpose(turn)


def _rotation(frame: Any) -> int:
    """How far to turn it against the clock: 0, 90, 180 or 270 degrees. What is askew stays as it is."""
    return int(frame.rotation or 0) % 360


def _fitted(width: int, height: int) -> tuple[int, int]:
    """Even numbers that fit 1280 × 720 lying or standing, never larger than they are."""
    shrink = min(1.0, limits.FILM_SHOWN / max(width, height), 720 / min(width, height))
    return max(2, round(width * shrink / 2) * 2), max(2, round(height * shrink / 2) * 2)


def _moment(said: Any) -> str:
    """ISO 8601 as phones write it. 1904 and 1970 are what a device writes that has no clock."""
    text = re.sub(r"([+-]\d\d)(\d\d)$", r"\1:\2", str(said or "").strip())
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return ""
    return moment.isoformat() if moment.year > 1970 else ""
