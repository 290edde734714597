"""AOT-T with seeded weights equals the published one, tensor by tensor and mask by mask."""

import numpy as np
import pytest
import torch
from golden.goldens import golden, manifest, near, same, seeded_weights

from vostoolkit.arrays import Size
from vostoolkit.frames import Frame
from vostoolkit.masks import Masks
from vostoolkit.networks.aot import AOT_T, Aot
from vostoolkit.stages.aot_engine import fit_grid
from vostoolkit.stages.identities import one_hot
from vostoolkit.stages.propagate_aot import AotPropagator

FEATURE = 2e-4
PROBABILITY = 1e-4


def test_state_dict_is_the_published_one():
    wanted = {key: tuple(shape) for key, shape in manifest("aott_manifest.json")["shapes"].items()}
    with torch.device("meta"):
        made = Aot(AOT_T)
    assert {key: tuple(value.shape) for key, value in made.state_dict().items()} == wanted
    count = sum(parameter.numel() for parameter in made.parameters())
    buffers = ("running_mean", "running_var")
    assert count == sum(np.prod(s) for k, s in wanted.items() if not k.endswith(buffers))


@pytest.fixture(scope="module")
def aott() -> dict[str, np.ndarray]:
    return golden("aott.npz")


@pytest.fixture(scope="module")
def network() -> Aot:
    network = Aot(AOT_T).eval()
    network.load_state_dict(seeded_weights("aott_manifest.json"))
    return network


def frame(aott, index: int) -> Frame:
    return Frame(index, np.asarray(aott["frames"][index]), index / 10)


def image(frame: Frame) -> torch.Tensor:
    fit = fit_grid(frame.size, None, align_corners=True)
    return fit.image(frame.image, torch.device("cpu"))


@torch.no_grad()
def test_identities(aott, network):
    masks = Masks.from_labels(np.asarray(aott["labels"][0]))
    known = one_hot(masks, masks.objects, AOT_T.classes, masks.size)
    near(network.patch_wise_id_bank(known), aott["id_emb"], FEATURE)
    nothing = torch.zeros(1, AOT_T.classes, 17, 17)
    near(network.patch_wise_id_bank(nothing), aott["id_emb_empty"], FEATURE)


@torch.no_grad()
def test_features(aott, network):
    features = network.encode(image(frame(aott, 0)))
    near(features.quarter, aott["enc0"], FEATURE)
    near(features.eighth, aott["enc1"], FEATURE)
    near(features.sixteenth, aott["enc2"], FEATURE)
    near(features.deep, aott["enc3"], FEATURE)
    near(features.position, aott["pos_emb"], FEATURE)


@pytest.mark.parametrize(("gap", "name"), [(None, "gap9999"), (2, "gap2")])
def test_run(aott, network, gap, name):
    stage = AotPropagator(network, memory_gap=gap, device="cpu")
    logits: list[torch.Tensor] = []
    hook = stage._engine._network.decoder.register_forward_hook(
        lambda *seen: logits.append(seen[2])
    )
    first = frame(aott, 0)
    state = stage.start(first, (1, 2))
    known = Masks.from_labels(np.asarray(aott["labels"][0]))
    _, state = stage.memorise(first, known, state, tier="working")
    for index in range(1, len(aott["frames"])):
        result, state = stage.propagate(frame(aott, index), state)
        _, state = stage.memorise(frame(aott, index), result.masks, state, tier="working")
        full = torch.nn.functional.interpolate(
            logits[-1][:, :3], size=known.size, mode="bilinear", align_corners=True
        )[0]
        near(full[:, ::2, ::2].numpy(), aott[f"{name}_logits"][index - 1], PROBABILITY)
        near(result.masks.pmf.numpy(), torch.softmax(full, 0).numpy(), PROBABILITY)
        same(result.masks.labels(), aott[f"{name}_mask"][index - 1])
    hook.remove()
    assert state.stored() == ((0,) if gap is None else (0, 2, 4, 6, 8, 10))


def test_reduced_precision_stays_near(aott, network):
    known, ends = Masks.from_labels(np.asarray(aott["labels"][0])), []
    for precision in ("float32", "bfloat16"):
        stage = AotPropagator(network, device="cpu", precision=precision)
        state = stage.start(frame(aott, 0), (1, 2))
        _, state = stage.memorise(frame(aott, 0), known, state, tier="working")
        ends.append(stage.propagate(frame(aott, 1), state)[0].masks.pmf)
    assert 0 < (ends[0] - ends[1]).abs().mean() < 0.02


@pytest.mark.parametrize(
    ("size", "working"), [((97, 129), (97, 129)), ((480, 854), (481, 849)), ((100, 90), (97, 97))]
)
def test_sides_are_rounded_to_the_grid(size, working):
    assert tuple(fit_grid(Size(*size), None, align_corners=True).working) == working
