"""The frames that were decoded last, as many as fit."""

from collections import OrderedDict

from vostoolkit.frames import Frame


class FrameCache:
    """Frames by number; the one not asked for the longest goes first when it gets too large."""

    def __init__(self, largest_bytes: int, least_frames: int) -> None:
        self._largest_bytes = largest_bytes
        self._least_frames = least_frames
        self._frames: OrderedDict[int, Frame] = OrderedDict()

    def get(self, number: int) -> Frame | None:
        """The frame, if it is still kept."""
        frame = self._frames.get(number)
        if frame is not None:
            self._frames.move_to_end(number)
        return frame

    def keep(self, frame: Frame) -> None:
        """Nothing; the frame is kept, and others go if there are too many."""
        self._frames[frame.index] = frame
        self._frames.move_to_end(frame.index)
        fitting = max(self._least_frames, self._largest_bytes // max(1, frame.image.nbytes))
        while len(self._frames) > fitting:
            self._frames.popitem(last=False)
