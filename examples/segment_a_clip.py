"""Follow one object through a clip; a simulated person answers when the method asks."""

import vostoolkit as vos
from vostoolkit.data.synthetic import demo_clip

clip = demo_clip(frames=40)
session = vos.Session(vos.LazyXMem.preset("nano"), clip.video)
session.answer(vos.Click(frame=0, object_id=1, x=109, y=185))  # the orange fish
session.play(vos.SimulatedUser(clip.labels))
print(session.trace.frame[["frame", "score", "jump", "action"]].tail())
print("pixels of the fish in the last frame:", (session.labels(39) == 1).sum())
