"""When each frame of a file is shown, read from its packets without decoding a picture."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from av import Packet
from av.container import InputContainer
from av.error import FFmpegError
from av.video.stream import VideoStream
from jaxtyping import Int64

from vostoolkit.errors import VideoError

_VP8_SHOWS = 0b10000


@dataclass(frozen=True, eq=False)
class Timeline:
    """Times of all frames in the order they are shown, and the frames decoding can start at.

    Times are ticks of the stream's time base. This makes frame numbers exact: a frame is looked
    up by its time, never by its number times the mean rate.
    """

    times: Int64[np.ndarray, "frames"]
    starts: Int64[np.ndarray, "starts"]

    def __len__(self) -> int:
        return len(self.times)

    def frames_per_second(self, tick_s: float) -> float:
        """The mean frame rate; 1 if there is but one frame."""
        seconds = int(self.times[-1] - self.times[0]) * tick_s
        return (len(self) - 1) / seconds if seconds > 0 else 1.0

    def number(self, time: int) -> int | None:
        """The number of the frame shown at exactly this time, or None."""
        place = int(np.searchsorted(self.times, time))
        return place if place < len(self.times) and self.times[place] == time else None

    def start_of(self, number: int, *, skip: int = 0) -> int:
        """The nearest frame, not after this one, that can be decoded by itself.

        ``skip`` goes that many such frames further back; 0 is the first frame at the earliest.
        """
        place = int(np.searchsorted(self.starts, number, "right")) - 1 - skip
        return int(self.starts[place]) if place >= 0 else 0

    def since(self, time: int) -> "Timeline":
        """The timeline without what is before a time, as the leading frames of a cut-out clip."""
        first = int(np.searchsorted(self.times, time))
        return Timeline(self.times[first:], self.starts[self.starts >= first] - first)


def declared_frames(stream: VideoStream, size_bytes: int) -> int | None:
    """How many frames the file's own table lists, or None if it has no table that can be trusted.

    A table that points past the end of the file belongs to a truncated file.
    """
    if stream.codec_context.name == "vp8":
        return None
    count = listed = end = 0
    for entry in stream.index_entries:
        listed += 1
        count += not entry.is_discard
        end = max(end, entry.pos + entry.size)
    is_complete = listed > 0 and listed == stream.frames and end <= size_bytes
    return count if is_complete else None


def read_timeline(container: InputContainer, stream: VideoStream, size_bytes: int) -> Timeline:
    """The timeline of a freshly opened file; packets are passed over, not decoded.

    Of a file that was cut off in the middle, only the frames before the cut count.

    Raises:
        VideoError: the frames have no times.
    """
    times: list[int] = []
    starts: list[int] = []
    last_decoding_time, is_cut = None, False
    for packet in _packets(container, stream):
        if packet.is_corrupt or (packet.pos or 0) + packet.size > size_bytes:
            is_cut = True
            break
        if packet.dts is not None:
            last_decoding_time = packet.dts
        if packet.is_discard or (stream.codec_context.name == "vp8" and not _is_shown(packet)):
            continue
        if packet.pts is None:
            raise VideoError(
                "its frames have no times: give it some with "
                "`ffmpeg -i IN -c copy OUT.mkv`, or encode it anew with `ffmpeg -i IN OUT.mp4`"
            )
        times.append(packet.pts)
        if packet.is_keyframe:
            starts.append(packet.pts)
    if is_cut and last_decoding_time is not None:
        # Whatever comes later is shown after it is decoded, so up to here no frame is missing.
        times = [time for time in times if time <= last_decoding_time]
    sorted_times = np.unique(np.array(times, np.int64))
    numbers = np.searchsorted(sorted_times, np.unique(np.array(starts, np.int64)))
    return Timeline(sorted_times, numbers[numbers < len(sorted_times)])


def _packets(container: InputContainer, stream: VideoStream) -> Iterator["Packet[VideoStream]"]:
    """All packets with something in them, up to the end or to damage that stops the reading."""
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets)
        except (StopIteration, FFmpegError):
            return
        if packet.size:
            yield packet


def _is_shown(packet: "Packet[VideoStream]") -> bool:
    """Whether a VP8 packet is a picture to show, and not only one to predict others from.

    Source: RFC 6386, section 9.1: the flag is bit 4 of the first byte.
    """
    return bool(bytes(packet)[0] & _VP8_SHOWS)
