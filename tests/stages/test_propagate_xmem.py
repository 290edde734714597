import dataclasses

import numpy as np
import pytest
import torch

from vostoolkit.errors import DeviceError
from vostoolkit.frames import Frame
from vostoolkit.masks import Masks
from vostoolkit.memory.consolidate import Limits
from vostoolkit.networks.xmem import NANO, XMem, XMemConfig
from vostoolkit.protocols import Propagator
from vostoolkit.results import MemoryUpdate, Propagation
from vostoolkit.stages.propagate_xmem import XMemPropagator
from vostoolkit.stages.xmem_state import XMemState

TINY = XMemConfig(
    key_dim=8,
    value_dim=16,
    hidden_dim=4,
    key_stem=8,
    key_widths=(8, 8, 12),
    key_blocks=(1, 1, 1),
    value_stem=4,
    value_widths=(4, 8, 8),
    value_blocks=(1, 1, 1),
    decoder_widths=(32, 16, 16),
    sensory_width=8,
)
LIMITS = Limits(working_min=2, working_max=3, prototypes=8, long_term_max=32)


def make(config: XMemConfig = NANO, **changes) -> XMemPropagator:
    torch.manual_seed(3)
    settings = {"short_side": 32, "resampling": "bytes", "limits": LIMITS, "device": "cpu"}
    return XMemPropagator(XMem(config), **(settings | changes))


def picture(index: int, size: tuple[int, int] = (48, 70)) -> Frame:
    rng = np.random.default_rng(7)
    image = rng.integers(0, 255, (*size, 3), np.uint8)
    return Frame(index, np.roll(image, index, 1), index / 25)


def drawn(*objects: int, size: tuple[int, int] = (48, 70)) -> Masks:
    labels = np.zeros(size, np.uint8)
    for i, object_id in enumerate(objects):
        labels[10 + 8 * i : 18 + 8 * i, 20:50] = object_id
    return Masks.from_labels(labels)


def begun(stage: XMemPropagator, *objects: int) -> XMemState:
    frame = picture(0)
    return stage.memorise(frame, drawn(*objects), stage.start(frame, objects), tier="working")[1]


@pytest.mark.parametrize("config", [TINY, NANO], ids=["sensory", "nano"])
class TestOneFrame:
    def test_masks_have_the_frames_size_and_sum_to_one(self, config):
        stage = make(config)
        assert isinstance(stage, Propagator)
        result, state = stage.propagate(picture(1), begun(stage, 1, 2))
        assert isinstance(result, Propagation)
        assert result.frame == 1
        assert result.masks.objects == (1, 2)
        assert result.masks.size == (48, 70)
        torch.testing.assert_close(result.masks.pmf.sum(0), torch.ones(48, 70))
        assert state.frame == 1

    def test_the_state_before_is_left_as_it_was(self, config):
        stage = make(config)
        before = begun(stage, 1)
        used = before.memory.groups[0].working.used.clone()
        first, after = stage.propagate(picture(1), before)
        stage.memorise(picture(1), first.masks, after, tier="working")
        again, _ = stage.propagate(picture(1), before)
        assert torch.equal(first.masks.pmf, again.masks.pmf)
        assert torch.equal(before.memory.groups[0].working.used, used)
        assert not torch.equal(after.memory.groups[0].working.used, used)

    def test_features_are_kept_for_one_frame_only(self, config):
        stage, fresh = make(config), make(config)
        state = begun(stage, 1)
        stage.propagate(picture(5), state)
        ours, _ = stage.propagate(picture(1), state)
        theirs, _ = fresh.propagate(picture(1), begun(fresh, 1))
        assert torch.equal(ours.masks.pmf, theirs.masks.pmf)

    def test_a_loaded_state_goes_on_bit_equal(self, config, tmp_path):
        stage = make(config)
        result, state = stage.propagate(picture(1), begun(stage, 1, 2))
        torch.save((result.masks, state), tmp_path / "state.pt")
        masks, loaded = torch.load(tmp_path / "state.pt", weights_only=False)
        ends = []
        for kept, start in ((result.masks, state), (masks, loaded)):
            _, start = stage.memorise(picture(1), kept, start, tier="working")
            ends.append(stage.propagate(picture(2), start)[0].masks.pmf)
        assert torch.equal(*ends)


class TestMemorise:
    def test_reports_what_came_and_went(self):
        stage = make()
        state = begun(stage, 1)
        update, state = stage.memorise(picture(1), drawn(1), state, tier="working", reason="why")
        assert isinstance(update, MemoryUpdate)
        places = 4 * 6  # 32 x 46 pixels, padded to 32 x 48, at stride 8
        assert (update.added, update.removed, update.reason) == (places, 0, "why")
        assert update.sizes == {"permanent": 0, "working": 2 * places, "long-term": 0}
        update, state = stage.memorise(picture(2), drawn(1), state, tier="working")
        assert update.sizes == {"permanent": 0, "working": 2 * places, "long-term": 8}
        assert update.removed == places - 8

    def test_no_tier_only_makes_the_masks_the_previous_ones(self):
        stage = make()
        result, state = stage.propagate(picture(1), begun(stage, 1))
        corrected = result.masks.replaced(1, drawn(1).of(1))
        update, after = stage.memorise(picture(1), corrected, state, tier=None)
        assert (update.added, update.tier) == (0, None)
        assert after.memory is state.memory
        assert not torch.equal(after.previous, state.previous)
        same = stage.memorise(picture(1), result.masks, state, tier=None)[1]
        assert same.previous is state.previous

    def test_masks_it_handed_out_are_not_resampled(self):
        stage = make()
        result, state = stage.propagate(picture(1), begun(stage, 1))
        copied = Masks(result.masks.pmf.clone(), (1,))
        exact = stage.memorise(picture(1), result.masks, state, tier="working")[1]
        near = stage.memorise(picture(1), copied, state, tier="working")[1]
        assert exact.previous is state.previous
        assert near.previous is not state.previous
        assert (near.previous - exact.previous).abs().mean() < 0.05

    def test_objects_may_come_later_and_apart(self):
        stage = make(TINY)
        _, state = stage.propagate(picture(1), begun(stage, 1))
        _, state = stage.memorise(picture(1), drawn(1, 2), state, tier="working", objects=(2,))
        assert state.objects == (1, 2)
        assert state.hidden.shape[0] == 2
        result, state = stage.propagate(picture(2), state)
        assert result.masks.objects == (1, 2)
        _, state = stage.memorise(picture(2), result.masks, state, tier="working", objects=(1,))
        assert [len(g.working.chunks) for g in state.memory.groups] == [2, 1]

    def test_order_of_objects_in_the_masks_does_not_matter(self):
        stage = make(TINY)
        states = []
        for order in ((0, 1, 2), (0, 2, 1)):
            state, masks = begun(stage, 1, 2), drawn(1, 2)
            turned = Masks(masks.pmf[list(order)], tuple(masks.objects[i - 1] for i in order[1:]))
            states.append(stage.memorise(picture(1), turned, state, tier="working")[1])
        assert torch.equal(states[0].previous, states[1].previous)
        assert torch.equal(states[0].hidden, states[1].hidden)

    def test_memorising_a_frame_again_replaces_it(self):
        stage = make(TINY)
        result, state = stage.propagate(picture(1), begun(stage, 1))
        _, once = stage.memorise(picture(1), drawn(1), state, tier="working")
        _, other = stage.memorise(picture(1), result.masks, state, tier="working")
        _, twice = stage.memorise(picture(1), drawn(1), other, tier="working")
        assert len(twice.memory) == len(once.memory)
        assert torch.equal(twice.hidden, once.hidden)
        ends = [stage.propagate(picture(2), s)[0].masks.pmf for s in (once, twice)]
        assert torch.equal(*ends)

    def test_a_permanent_frame_from_elsewhere_changes_memory_only(self):
        stage = make(TINY)
        _, state = stage.propagate(picture(1), begun(stage, 1))
        update, after = stage.memorise(picture(9), drawn(1), state, tier="permanent")
        assert update.sizes["permanent"] == len(state.memory)
        assert after.frame == 1
        assert torch.equal(after.hidden, state.hidden)
        assert torch.equal(after.previous, state.previous)

    def test_deep_updates_may_have_their_own_rhythm(self):
        often, rare = make(TINY), make(TINY, deep_update_every=3)
        ends = []
        for stage in (often, rare):
            result, state = stage.propagate(picture(1), begun(stage, 1))
            plain = state.hidden
            _, state = stage.memorise(picture(1), result.masks, state, tier="working")
            ends.append(torch.equal(state.hidden, plain))
        assert ends == [False, True]


class TestOrigins:
    def test_a_memorised_frame_reads_itself_where_it_is(self):
        stage = make()
        state = begun(stage, 1)
        found = stage.origins(picture(0), state, object_id=1, x=35.0, y=20.0)
        assert sum(origin.weight for origin in found) == pytest.approx(1, abs=1e-5)
        best = found[0]
        assert (best.tier, best.frame) == ("working", 0)
        assert abs(best.x - 35) <= 8
        assert abs(best.y - 20) <= 8

    def test_a_pixel_outside_is_refused(self):
        stage = make()
        with pytest.raises(ValueError, match="outside the frame"):
            stage.origins(picture(0), begun(stage, 1), object_id=1, x=80.0, y=2.0)


class TestRefusals:
    def test_propagating_before_anything_is_memorised(self):
        stage = make()
        with pytest.raises(ValueError, match="memorise a frame with an object first"):
            stage.propagate(picture(0), stage.start(picture(0), ()))

    def test_frames_of_another_size(self):
        stage = make()
        with pytest.raises(ValueError, match=r"70x60 pixels.*70x48: give frames of one size"):
            stage.propagate(picture(1, (60, 70)), begun(stage, 1))

    def test_masks_of_another_size(self):
        stage = make()
        with pytest.raises(ValueError, match="give masks of the frame's size"):
            wrong = drawn(1, size=(30, 60))
            stage.memorise(picture(1), wrong, begun(stage, 1), tier="working")

    def test_objects_that_the_masks_do_not_hold(self):
        stage = make()
        with pytest.raises(ValueError, match=r"objects \[4\] aren't in the masks"):
            stage.memorise(picture(1), drawn(1), begun(stage, 1), tier="working", objects=(4,))

    def test_masks_without_objects_are_seen_and_not_stored(self):
        stage = make()
        before = stage.propagate(picture(1), begun(stage, 1))[1]
        nothing = Masks.empty(picture(1).size)
        update, after = stage.memorise(picture(1), nothing, before, tier="working")
        assert update.added == 0
        assert after.memory is before.memory

    def test_a_device_that_is_not_there(self):
        with pytest.raises(DeviceError, match="isn't there: this machine has"):
            make(device="cuda:7")

    @pytest.mark.parametrize("wrong", [{"top_k": 0}, {"short_side": 4}])
    def test_settings_that_cannot_work(self, wrong):
        with pytest.raises(ValueError, match=r"top_k 0|short side of 4"):
            make(**wrong)


def test_the_network_given_is_not_changed():
    torch.manual_seed(0)
    network = XMem(NANO).train()
    before = {key: value.clone() for key, value in network.state_dict().items()}
    stage = XMemPropagator(network, short_side=32, device="cpu")
    stage.memorise(picture(0), drawn(1), stage.start(picture(0), (1,)), tier="working")
    assert network.training
    assert network.state_dict().keys() == before.keys()
    assert all(torch.equal(v, before[k]) for k, v in network.state_dict().items())


def test_memory_is_flat_over_a_long_run():
    stage = make()
    state = begun(stage, 1)
    sizes = []
    for index in range(1, 60):
        frame = picture(index)
        result, state = stage.propagate(frame, state)
        _, state = stage.memorise(frame, result.masks, state, tier="working")
        sizes.append(len(state.memory))
    assert max(sizes[20:]) == max(sizes[:20])


def test_reduced_precision_stays_near():
    ends = [make(precision=p) for p in ("float32", "bfloat16")]
    pmfs = [s.propagate(picture(1), begun(s, 1))[0].masks.pmf for s in ends]
    torch.testing.assert_close(pmfs[0], pmfs[1], atol=0.1, rtol=0)


def test_a_changed_copy_works_on_its_own():
    stage = make()
    other = dataclasses.replace(stage, top_k=3)
    assert other.top_k == 3
    other.propagate(picture(1), begun(other, 1))


def test_far_from_objects_every_second_row_and_column_is_remembered():
    stage = make(short_side=None, limits=dataclasses.replace(LIMITS, background_every=2))
    frame, labels = picture(0, (64, 96)), np.zeros((64, 96), np.uint8)
    labels[:8, :8] = 1  # the first of 8 x 12 places
    masks = Masks.from_labels(labels)
    _, state = stage.memorise(frame, masks, stage.start(frame, (1,)), tier="working")
    (chunk,) = state.memory.groups[0].chunks
    held = torch.zeros(8, 12, dtype=torch.bool)
    held[::2, ::2] = True
    held[:7, :7] = True  # six places on from it
    assert torch.equal(chunk.place, held.flatten().nonzero()[:, 0].int())
