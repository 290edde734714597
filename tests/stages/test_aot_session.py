"""AOT carries the masks of a Lazy-XMem session as it stands."""

import numpy as np
import torch
from stages.tiny_aot import drawn, make, picture

from vostoolkit.methods.lazy_xmem import LazyXMem
from vostoolkit.prompts import Drawing, Prompt
from vostoolkit.results import Checkpoint, Request
from vostoolkit.session import Session
from vostoolkit.stages.decide import EntropyJump
from vostoolkit.stages.refine_grabcut import GrabCutRefiner
from vostoolkit.video.array import VideoArray


class TestInASession:
    frames = np.stack([picture(i).image for i in range(7)])

    def session(self) -> Session:
        never = EntropyJump(tau_user=2, tau_pseudo=1.9, ask_when_lost=False)
        method = LazyXMem(make(memory_gap=2), GrabCutRefiner(), decide=never)
        return Session(method, VideoArray(self.frames, fps=25))

    def user(self, request: Request) -> tuple[Prompt, ...]:
        masks = drawn(1, 2, 3, 4)
        ids = masks.objects if request.object_id is None else (request.object_id,)
        return tuple(Drawing(request.frame, o, masks.of(o).numpy() > 0) for o in ids)

    def test_it_runs_and_a_correction_is_remembered(self):
        session = self.session()
        session.play(self.user)
        before = [session.at(f).masks.pmf for f in range(7)]
        session.rewind(3)
        session.answer(Drawing(3, 2, drawn(2).of(2).numpy() > 0))
        session.run()
        assert isinstance(session.last, Checkpoint)
        assert session.last.frame == 6
        assert session.last.state.propagator.stored() == (0, 3)  # 5 frames later is the video's end
        after = [session.at(f).masks.pmf for f in range(7)]
        assert [torch.equal(*pair) for pair in zip(before, after, strict=True)] == [
            *(True, True, True),
            *(False, False, False, False),
        ]

    def test_saved_and_loaded_it_goes_on_equal(self, tmp_path):
        session = self.session()
        session.answer(*self.user(Request(frame=0, kind="object")))
        session.run(until=3)
        session.save(tmp_path / "run")
        loaded = Session.load(tmp_path / "run", self.session().method, session.video)
        for each in (session, loaded):
            each.play(self.user)
        for index in range(4, 7):
            pair = (s.at(index).masks.pmf for s in (session, loaded))
            assert torch.equal(*pair)
