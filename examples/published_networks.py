"""Segment a clip with each published network that is here, and say how to get the others.

python published_networks.py                       the embedded clip, a click on its orange fish
python published_networks.py juggle.mp4 350,95     your video, a click on the object
"""

import sys
from dataclasses import replace

import vostoolkit as vos
from vostoolkit.data.synthetic import demo_clip
from vostoolkit.stages.propagate_aot import AotPropagator
from vostoolkit.stages.propagate_stm import StmPropagator

NETWORKS = {
    "xmem": vos.XMemPropagator.published,
    "mivos-propagation": StmPropagator.published,
    "aott": AotPropagator.published,
}


def clip_and_click():
    if len(sys.argv) == 1:
        return demo_clip(frames=12).video, vos.Click(frame=0, object_id=1, x=109, y=185)
    x, y = map(float, sys.argv[2].split(","))
    return vos.open_video(sys.argv[1]), vos.Click(frame=0, object_id=1, x=x, y=y)


def refine():
    """SAM-HQ makes the mask from the click if it's here, else the embedded click network."""
    try:
        return vos.SamHqRefiner("vit_l")
    except vos.WeightsError as missing:
        print(missing)
        return vos.ClickRefiner()


video, click = clip_and_click()
lazy = replace(vos.LazyXMem.preset("nano"), refine=refine())
for name, published in NETWORKS.items():
    try:
        propagator = published()
    except vos.WeightsError as missing:
        print(missing)
        continue
    session = vos.Session(replace(lazy, propagator=propagator), video)
    session.answer(click)
    session.play(vos.Nobody())
    last = len(video) - 1
    print(f"{name}: {(session.labels(last) == 1).sum()} pixels of the object in frame {last}")
