import dataclasses

import numpy as np
import pytest
import torch
from stages.stm import TINY, drawn, make, picture

import vostoolkit as vos
from vostoolkit.errors import WeightsError
from vostoolkit.masks import Masks
from vostoolkit.networks.stm import StmNetwork
from vostoolkit.prompts import Click, Drawing
from vostoolkit.protocols import Propagator
from vostoolkit.stages.propagate_stm import StmPropagator
from vostoolkit.stages.stm_state import StmState
from vostoolkit.video import VideoArray


def begun(stage: StmPropagator, *objects: int, tier="permanent") -> StmState:
    frame = picture(0)
    return stage.memorise(frame, drawn(*objects), stage.start(frame, objects), tier=tier)[1]


def walked(stage: StmPropagator, state: StmState, frames, every: int = 2) -> StmState:
    for t in frames:
        predicted, state = stage.propagate(picture(t), state)
        tier = "working" if t % every == 0 else None
        _, state = stage.memorise(picture(t), predicted.masks, state, tier=tier)
    return state


def test_a_full_working_memory_leaves_each_object_something_to_read():
    stage = make(working_max=1)
    state = begun(stage, 1, tier="working")
    _, state = stage.memorise(picture(1), drawn(2), state, tier="working")
    assert [(m.frame, m.objects) for m in state.memory] == [(0, (1,)), (1, (2,))]
    assert stage.propagate(picture(2), state)[0].masks.objects == (1, 2)
    _, state = stage.memorise(picture(2), drawn(1, 2), state, tier="working")
    assert [(m.frame, m.objects) for m in state.memory] == [(2, (1, 2))]


def test_masks_have_the_frames_size_and_sum_to_one():
    stage = make()
    assert isinstance(stage, Propagator)
    predicted, state = stage.propagate(picture(1), begun(stage, 2, 5))
    assert predicted.masks.objects == (2, 5)
    assert predicted.masks.pmf.shape == (3, 48, 70)
    torch.testing.assert_close(predicted.masks.pmf.sum(0), torch.ones(48, 70))
    assert state.last is not None and state.last.frame.index == 1


def test_memory_holds_certain_and_working_frames():
    stage = make()
    state = walked(stage, begun(stage, 1, 2), range(1, 8))
    held = [(m.frame, m.tier) for m in state.memory]
    assert held == [(0, "permanent"), (2, "working"), (4, "working"), (6, "working")]
    places = 2 * 3 * 5
    assert state.sizes() == {"permanent": places, "working": 3 * places}


def test_the_frame_before_is_read_though_it_is_in_no_tier():
    stage = make()
    state = begun(stage, 1)
    other = stage.memorise(picture(1), drawn(1, shift=15), state, tier=None)[1]
    assert other.memory == state.memory
    direct, after = (stage.propagate(picture(2), s)[0].masks.pmf for s in (state, other))
    assert not torch.equal(direct, after)


def test_a_remembered_frame_is_not_read_twice():
    stage = make(top_k=None)
    state = begun(stage, 1)
    assert state.last is not None
    away = dataclasses.replace(state, last=None)
    near, far = (stage.propagate(picture(1), s)[0].masks.pmf for s in (state, away))
    assert torch.equal(near, far)


def test_the_oldest_working_frames_are_forgotten_and_certain_ones_never():
    stage = make(working_max=2)
    state = walked(stage, begun(stage, 1), range(1, 12), every=1)
    assert [(m.frame, m.tier) for m in state.memory] == [
        (0, "permanent"),
        (10, "working"),
        (11, "working"),
    ]


def test_top_k_beyond_the_memory_reads_all_of_it():
    many, everything = make(top_k=10_000), make(top_k=None)
    pmfs = [s.propagate(picture(1), begun(s, 1, 2))[0].masks.pmf for s in (many, everything)]
    torch.testing.assert_close(*pmfs, atol=1e-5, rtol=1e-5)
    one = make(top_k=1)
    assert not torch.allclose(one.propagate(picture(1), begun(one, 1, 2))[0].masks.pmf, pmfs[0])


def test_an_object_added_later_has_its_own_memory():
    stage = make()
    state = walked(stage, begun(stage, 1), range(1, 4))
    update, state = stage.memorise(
        picture(3), drawn(1, 7), state, tier="permanent", objects=(7,), reason="new"
    )
    assert (update.added, update.removed, update.reason) == (15, 0, "new")
    assert state.objects == (1, 7)
    assert [m.objects for m in state.memory] == [(1,), (1,), (7,)]
    assert stage.propagate(picture(4), state)[0].masks.objects == (1, 7)


def test_a_correction_replaces_what_the_frame_had_stored():
    stage = make()
    state = walked(stage, begun(stage, 1), range(1, 5))
    update, after = stage.memorise(picture(2), drawn(1), state, tier="permanent")
    assert (update.added, update.removed) == (15, 15)
    assert [(m.frame, m.tier) for m in after.memory] == [
        (0, "permanent"),
        (4, "working"),
        (2, "permanent"),
    ]
    assert after.last is state.last  # an earlier frame moves the run nowhere


def test_states_are_values():
    stage = make()
    state = begun(stage, 1)
    copies = [m.key.clone() for m in state.memory]
    first = stage.propagate(picture(1), state)[0].masks.pmf
    walked(stage, state, range(1, 5))
    assert all(torch.equal(m.key, c) for m, c in zip(state.memory, copies, strict=True))
    assert torch.equal(stage.propagate(picture(1), state)[0].masks.pmf, first)


def test_objects_do_not_depend_on_their_order():
    stage = make()
    masks = drawn(1, 2)
    turned = Masks(masks.pmf[[0, 2, 1]], (2, 1))
    found: list[torch.Tensor] = []
    for given in (masks, turned):
        state = stage.memorise(picture(0), given, stage.start(picture(0), ()), tier="working")[1]
        found.append(stage.propagate(picture(1), state)[0].masks.of(2))
    torch.testing.assert_close(*found, atol=1e-5, rtol=1e-5)


def test_a_network_without_the_others_masks():
    stage = make(dataclasses.replace(TINY, sees_others=False))
    assert stage.network.mask_rgb_encoder.conv1.weight.shape[1] == 4
    assert stage.propagate(picture(1), begun(stage, 1, 2))[0].masks.objects == (1, 2)


def test_bad_input_is_refused_with_what_to_do():
    stage = make()
    with pytest.raises(ValueError, match="memorise a frame with an object first"):
        stage.propagate(picture(1), stage.start(picture(0), (1,)))
    with pytest.raises(ValueError, match="give frames of one size"):
        stage.propagate(picture(1, (32, 32)), begun(stage, 1))
    with pytest.raises(ValueError, match="no object for permanent memory"):
        stage.memorise(picture(1), Masks.empty(picture(1).size), begun(stage, 1), tier="permanent")
    for wrong in ({"top_k": 0}, {"working_max": 0}, {"short_side": 8}):
        with pytest.raises(ValueError, match=next(iter(wrong)).replace("_", ".")):
            make(**wrong)
    with pytest.raises(ValueError, match="must be positive"):
        dataclasses.replace(TINY, key_dim=0)


def test_a_wrong_checkpoint_is_refused_with_its_keys(tmp_path):
    torch.save(StmNetwork(TINY).state_dict(), tmp_path / "small.pth")
    with pytest.raises(WeightsError, match=r"mask_rgb_encoder\.conv1\.weight"):
        StmPropagator.published(tmp_path / "small.pth")


def test_it_runs_in_lazy_xmem_and_a_session(tmp_path):
    images = np.stack([picture(t, (48, 64)).image for t in range(6)])
    method = dataclasses.replace(vos.LazyXMem.preset("nano", device="cpu"), propagator=make())
    video = VideoArray(images)
    session = vos.Session(method, video)
    mask = drawn(1, size=(48, 64)).region(1).numpy()

    def person(request):
        if request.kind == "object":
            return (Drawing(request.frame, 1, mask),)
        return (Click(request.frame, request.object_id, 30, 14),)

    session.play(person)
    assert session.labels(5).shape == (48, 64)
    again = session.at(3).checkpoint
    assert torch.equal(again.masks.pmf, session.at(3).checkpoint.masks.pmf)
    loaded = vos.Session.load(session.save(tmp_path / "run"), method, video)
    assert torch.equal(loaded.masks.pmf, session.masks.pmf)
