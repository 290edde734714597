"""A person at work, in a process of its own that is killed: run it with a folder."""

import sys
import time

from toys import NumberedVideo, ToyMethod, click

from vostoolkit.autosave import Autosave
from vostoolkit.session import Session


class SlowVideo(NumberedVideo):
    """Frames that take a moment, so that there is a middle to be killed in."""

    def __getitem__(self, index):
        time.sleep(0.01)
        return super().__getitem__(index)


def main(folder: str) -> None:
    """Nothing; answers whatever is asked, and says so once an answer is safe."""
    session = Session(ToyMethod(), SlowVideo(40))
    Autosave(session, folder)
    session.appearance = session.appearance.named(1, "fly")
    while not session.finished:
        if session.request is not None or session.frame is None:
            frame = session.request.frame if session.request else 0
            session.answer(click(frame, x=frame % 8))
            sys.stdout.write(f"{frame}\n")
            sys.stdout.flush()
        session.step()


if __name__ == "__main__":
    main(sys.argv[1])
