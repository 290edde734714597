"""A run of Lazy-XMem that is small enough to be known by heart."""

from methods.test_lazy_xmem import CLIP, drawing, method

import vostoolkit as vos


def lazy_run() -> vos.Session:
    """Ten frames; object 1 jumps by 0.7 at frame 3 and by 0.3 at frame 6; nothing is answered."""
    made = vos.Session(method(), CLIP.video)
    made.answer(drawing(0, 1), drawing(0, 2))
    made.play(lambda request: (vos.Skip(request.frame, request.object_id),))
    return made


def value_of(code: str, session: vos.Session, **names: object):
    """What a Python expression about a session gives."""
    return eval(code, {"session": session, **names})
