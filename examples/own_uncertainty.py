"""An uncertainty of one's own in Lazy-XMem: how close the two likeliest classes are."""

from dataclasses import dataclass, replace

import vostoolkit as vos
from vostoolkit.data.synthetic import demo_clip


@dataclass(frozen=True)
class Margin(vos.MaskedEntropy):
    """1 where two classes are equally likely, 0 where one is certain; averaged as entropy is."""

    def entropy(self, masks):
        """One minus the lead of the likeliest class over the next."""
        first, second = masks.pmf.topk(2, dim=0).values
        return 1 - (first - second)


clip = demo_clip(frames=12)
nano = vos.LazyXMem.preset("nano")
for method in (nano, replace(nano, uncertainty=Margin())):
    session = vos.Session(method, clip.video)
    session.answer(vos.Click(frame=0, object_id=1, x=109, y=185))
    session.run(until=11)
    print(type(method.uncertainty).__name__, session.trace.frame["score"].round(2).tolist())
