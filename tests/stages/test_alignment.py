"""A frame is most like itself, place by place, whichever network's keys are compared."""

import pytest
import torch
from safetensors.torch import save_file
from stages.stm import drawn, make, picture

from vostoolkit.networks.fusion import FUSION_NANO, FusionNetwork
from vostoolkit.results import Correction
from vostoolkit.stages.alignment import alignment_of
from vostoolkit.stages.fuse import DifferenceAwareFusion
from vostoolkit.stages.propagate_flow import FlowPropagator
from vostoolkit.stages.propagate_xmem import XMemPropagator


@pytest.mark.parametrize("propagator", [make(), XMemPropagator.nano(device="cpu")])
def test_rows_have_a_place_for_every_stride(propagator) -> None:
    alignment = alignment_of(propagator)
    frame = picture(3)
    fit = alignment.fit(frame)
    masks = fit.masks(drawn(1).pmf[1:])
    query, memory = alignment.query(frame, fit), alignment.memory(frame, fit, masks)
    height, width = alignment.image(frame, fit).shape[-2:]
    assert len(query) == (height // alignment.stride) * (width // alignment.stride)
    assert memory.shape == (len(masks), *query.shape)


def test_a_frame_is_most_like_itself_for_the_embedded_network() -> None:
    alignment = alignment_of(XMemPropagator.nano(device="cpu"))
    frame = picture(3)
    fit = alignment.fit(frame)
    similar = (
        alignment.query(frame, fit) @ alignment.memory(frame, fit, fit.masks(drawn(1).pmf[1:]))[0].T
    )
    own = similar.softmax(1).diagonal()
    assert float(own.mean()) > 5 / len(own)


def test_a_trained_fusion_works_on_the_embedded_networks_keys(tmp_path) -> None:
    torch.manual_seed(0)
    save_file(FusionNetwork(FUSION_NANO).state_dict(), tmp_path / "mine.safetensors")
    propagator = XMemPropagator.nano(device="cpu")
    fuse = DifferenceAwareFusion.nano(tmp_path / "mine.safetensors", propagator)
    frame, new = picture(4), drawn(1)
    fused = fuse(frame, new, new, Correction(picture(2), new, new, until=10))
    assert fused.masks.size == frame.size
    torch.testing.assert_close(fused.masks.pmf.sum(0), torch.ones(tuple(frame.size)))
    assert float(fused.added[1].abs().max()) == 0  # nothing was changed


def test_a_propagator_without_keys_is_refused() -> None:
    with pytest.raises(TypeError, match="no keys to align"):
        alignment_of(FlowPropagator())
