import torch

import vostoolkit as vos
from vostoolkit.data.synthetic import synthetic_clip
from vostoolkit.geometry import Window
from vostoolkit.masks import Masks
from vostoolkit.metrics.overlap import iou
from vostoolkit.networks.xmem import NANO, KeyFeatures, XMem
from vostoolkit.stages import continuity
from vostoolkit.stages.xmem_engine import XMemEngine
from vostoolkit.weights import load_weights


def seen() -> tuple[XMemEngine, KeyFeatures, torch.Tensor, torch.Tensor]:
    """An engine, a frame of 10 x 16 places, what two objects read there, and their last masks."""
    torch.manual_seed(4)
    network = load_weights(XMem(NANO), "nano").eval()
    engine = XMemEngine(network, "cpu", "float32", "bytes")
    with torch.no_grad():
        features = network.encode_key(torch.randn(1, 3, 80, 128))
    return engine, features, torch.randn(2, NANO.value_dim, 10, 16), torch.rand(2, 80, 128)


@torch.no_grad()
def test_in_windows_as_large_as_the_frame_all_is_decoded_as_without():
    engine, features, readout, previous = seen()
    whole, _ = engine.decode(features, readout, None, previous)
    window = Window(slice(0, 10), slice(0, 16))
    own = engine.decode_in((window, window), features, readout, previous)
    torch.testing.assert_close(own, whole)


@torch.no_grad()
def test_each_object_is_decoded_in_its_window_and_nowhere_else():
    engine, features, readout, previous = seen()
    whole, _ = engine.decode(features, readout, None, previous)
    windows = Window(slice(0, 8), slice(0, 12)), Window(slice(2, 10), slice(4, 16))
    parts = torch.stack([own[:, *w] for own, w in zip(readout, windows, strict=True)])
    found = engine.decode_in(windows, features, parts, previous)
    corners = (slice(0, 16), slice(0, 48)), (slice(64, 80), slice(80, 128))
    for own, expected, window, corner in zip(found, whole, windows, corners, strict=True):
        torch.testing.assert_close(own[corner], expected[corner])  # far from the window's edge
        inside = torch.zeros(80, 128, dtype=torch.bool)
        inside[window.times(8)] = True
        assert (own > 0).equal(inside)


def test_objects_are_carried_in_windows_as_in_whole_frames(monkeypatch):
    clip = synthetic_clip(3, frames=12, size=(180, 320), objects=2)

    def carried() -> list[Masks]:
        propagator = vos.XMemPropagator.nano(device="cpu")
        first = clip.video[0]
        state = propagator.start(first, (1, 2))
        masks = Masks.from_labels(clip.labels(0), (1, 2))
        _, state = propagator.memorise(first, masks, state, tier="permanent")
        found = []
        for index in range(1, 12):
            result, state = propagator.propagate(clip.video[index], state)
            found.append(result.masks)
        return found

    in_windows = carried()
    monkeypatch.setattr(continuity, "_NEARLY_ALL", 0.0)
    in_frames = carried()
    for own, whole in zip(in_windows, in_frames, strict=True):
        assert not torch.equal(own.pmf, whole.pmf)
        for o in (1, 2):
            assert iou(own.region(o).numpy(), whole.region(o).numpy()) > 0.97
