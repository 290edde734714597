import dataclasses

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import save_file
from stages.tiny_aot import PLACES, SIZE, TINY, begun, drawn, make, picture

from vostoolkit.errors import DeviceError, WeightsError
from vostoolkit.masks import Masks
from vostoolkit.networks.aot import AOT_T, Aot
from vostoolkit.protocols import Propagator
from vostoolkit.results import MemoryUpdate, Propagation
from vostoolkit.stages.propagate_aot import AotPropagator


class TestOneFrame:
    @settings(max_examples=8)
    @given(st.integers(17, 70), st.integers(17, 70), st.integers(1, 7))
    def test_masks_have_the_frames_size_and_sum_to_one(self, height, width, count):
        stage, ids = make(), tuple(range(1, 1 + count))
        first, size = picture(0, (height, width)), (height, width)
        known = drawn(*ids, size=size)
        _, state = stage.memorise(first, known, stage.start(first, ids), tier="working")
        result, state = stage.propagate(picture(1, size), state)
        assert isinstance(stage, Propagator)
        assert isinstance(result, Propagation)
        assert result.masks.objects == ids
        assert tuple(result.masks.size) == size
        torch.testing.assert_close(result.masks.pmf.sum(0), torch.ones(size))
        assert len(state.groups) == -(-count // 3)

    def test_the_state_before_is_left_as_it_was(self):
        stage = make(memory_gap=1)
        before = begun(stage, 1, 2)
        copies = [x.clone() for t in before.groups[0].stored[0].layers for x in (t.key, t.value)]
        first, after = stage.propagate(picture(1), before)
        stage.memorise(picture(1), first.masks, after, tier="working")
        stage.memorise(picture(1), drawn(1, 2), after, tier="working")
        again, _ = stage.propagate(picture(1), before)
        assert torch.equal(first.masks.pmf, again.masks.pmf)
        held = [x for t in before.groups[0].stored[0].layers for x in (t.key, t.value)]
        assert all(torch.equal(a, b) for a, b in zip(copies, held, strict=True))

    def test_a_loaded_state_goes_on_bit_equal(self, tmp_path):
        stage = make(memory_gap=1)
        result, state = stage.propagate(picture(1), begun(stage, 1, 2))
        torch.save((result.masks, state), tmp_path / "state.pt")
        masks, loaded = torch.load(tmp_path / "state.pt", weights_only=False)
        ends = []
        for kept, start in ((result.masks, state), (masks, loaded)):
            _, start = stage.memorise(picture(1), kept, start, tier="working")
            ends.append(stage.propagate(picture(2), start)[0].masks.pmf)
        assert torch.equal(*ends)

    def test_which_ids_objects_have_does_not_matter(self):
        stage, ends = make(), []
        for ids in ((1, 2, 3, 4), (7, 3, 200, 5)):
            result, _ = stage.propagate(picture(1), begun(stage, *ids))
            ends.append(result.masks.pmf)
        assert torch.equal(*ends)

    def test_identities_permute_with_the_bank(self):
        """Objects given in another order take other identities; permuted with them, masks agree."""
        stage, other = make(), Aot(TINY)
        order = [0, 2, 3, 1]
        state = stage.network.state_dict()
        for key in ("decoder.conv_out.weight", "decoder.conv_out.bias"):
            state[key] = state[key][order]
        state["patch_wise_id_bank.weight"] = state["patch_wise_id_bank.weight"][:, order]
        other.load_state_dict(state)
        turned = AotPropagator(other, device="cpu")
        masks, first = drawn(1, 2, 3), picture(0)
        ids = tuple(masks.objects[i - 1] for i in order[1:])
        turned_masks = Masks(masks.pmf[order], ids)
        _, ours = stage.memorise(first, masks, stage.start(first, (1, 2, 3)), tier="working")
        _, theirs = turned.memorise(first, turned_masks, turned.start(first, ids), tier="working")
        a, b = stage.propagate(picture(1), ours)[0], turned.propagate(picture(1), theirs)[0]
        for object_id in (1, 2, 3):
            torch.testing.assert_close(
                a.masks.of(object_id), b.masks.of(object_id), atol=1e-5, rtol=1e-4
            )

    def test_objects_of_one_group_cost_one_pass(self, monkeypatch):
        stage, passes = make(), []
        match = stage._engine.match
        monkeypatch.setattr(stage._engine, "match", lambda *a: passes.append(1) or match(*a))
        counts = []
        for ids in ((1,), (1, 2, 3), (1, 2, 3, 4)):
            passes.clear()
            stage.propagate(picture(1), begun(stage, *ids))
            counts.append(len(passes))
        assert counts == [1, 1, 2]

    def test_short_sides_above_the_limit_are_shrunk(self):
        stage = make(short_side=33)
        state = begun(stage, 1)
        assert state.groups[0].stored[0].places == 3 * 4  # 33 x 47.85 become 33 x 49
        assert stage.propagate(picture(1), state)[0].masks.size == SIZE


class TestMemorise:
    def test_references_only_without_a_gap(self):
        stage = make()
        state = begun(stage, 1)
        for index in (1, 2, 3):
            result, state = stage.propagate(picture(index), state)
            update, state = stage.memorise(picture(index), result.masks, state, tier="working")
            assert (update.tier, update.added, update.removed) == (None, 0, 0)
            assert update.reason == "predicted, and no frame is due"
        assert state.stored() == (0,)
        update, state = stage.memorise(picture(3), drawn(1), state, tier="working", reason="why")
        assert isinstance(update, MemoryUpdate)
        assert (update.tier, update.added, update.reason) == ("working", PLACES, "why")
        assert state.stored() == (0, 3)
        assert update.sizes == {"permanent": 0, "working": 2 * PLACES}

    def test_what_was_given_to_another_object_makes_no_reference(self):
        """Lazy-XMem 3.5: an object that the method corrected by itself isn't to be stored."""
        stage = make()
        result, state = stage.propagate(picture(1), begun(stage, 1, 2))
        masks = result.masks.replaced(1, drawn(1).of(1))
        stored = [
            stage.memorise(picture(1), masks, state, tier="working", objects=ids)[0].added
            for ids in ((1,), (2,), (1, 2))
        ]
        assert stored == [PLACES, 0, PLACES]

    def test_a_gap_stores_predicted_frames_and_a_limit_drops_the_oldest(self):
        stage = make(memory_gap=2, most_stored=2)
        state, seen = begun(stage, 1, 2, 3, 4), []
        for index in range(1, 8):
            result, state = stage.propagate(picture(index), state)
            update, state = stage.memorise(picture(index), result.masks, state, tier="working")
            seen.append((update.added, update.removed))
            if index == 3:
                _, state = stage.memorise(picture(3), drawn(1, 2, 3, 4), state, tier="working")
        assert state.stored() == (0, 3, 5, 7)
        both = 2 * PLACES  # two groups
        assert seen == [(0, 0), (both, 0), (0, 0), (0, 0), (both, 0), (0, 0), (both, both)]

    def test_a_gap_counts_backwards_too(self):
        stage = make(memory_gap=2)
        start = stage.start(picture(7), (1,))
        _, state = stage.memorise(picture(7), drawn(1), start, tier="working")
        for index in range(6, -1, -1):
            result, state = stage.propagate(picture(index), state)
            _, state = stage.memorise(picture(index), result.masks, state, tier="working")
        assert state.stored() == (7, 5, 3, 1)

    def test_no_tier_only_makes_the_masks_the_last_ones(self):
        stage = make()
        result, state = stage.propagate(picture(1), begun(stage, 1))
        update, after = stage.memorise(picture(1), drawn(1), state, tier=None)
        assert (update.added, update.tier) == (0, None)
        assert after.stored() == (0,)
        ends = [stage.propagate(picture(2), s)[0].masks.pmf for s in (state, after)]
        assert not torch.equal(*ends)
        same = stage.memorise(picture(1), result.masks, state, tier=None)[1]
        assert torch.equal(stage.propagate(picture(2), same)[0].masks.pmf, ends[0])

    def test_a_frame_that_was_not_propagated_can_be_the_last(self):
        stage = make()
        state = begun(stage, 1)
        _, skipped = stage.memorise(picture(1), drawn(1), state, tier=None)
        _, state = stage.propagate(picture(1), state)
        _, state = stage.memorise(picture(1), drawn(1), state, tier=None)
        ends = [stage.propagate(picture(2), s)[0].masks.pmf for s in (skipped, state)]
        assert torch.equal(*ends)

    def test_memorising_a_frame_again_replaces_it(self):
        stage = make(memory_gap=1)
        result, state = stage.propagate(picture(1), begun(stage, 1))
        _, once = stage.memorise(picture(1), drawn(1), state, tier="working")
        _, other = stage.memorise(picture(1), result.masks, state, tier="working")
        update, twice = stage.memorise(picture(1), drawn(1), other, tier="working")
        assert (update.added, update.removed) == (PLACES, PLACES)
        assert twice.stored() == (0, 1)
        ends = [stage.propagate(picture(2), s)[0].masks.pmf for s in (once, twice)]
        assert torch.equal(*ends)

    @pytest.mark.parametrize("count", [2, 4], ids=["in the group", "in a new group"])
    def test_objects_may_come_later(self, count):
        stage, ids = make(), tuple(range(1, 1 + count))
        _, state = stage.propagate(picture(1), begun(stage, *ids[:-1]))
        _, state = stage.memorise(picture(1), drawn(*ids), state, tier="working", objects=ids[-1:])
        assert state.objects == ids
        assert [len(group.stored) for group in state.groups] == ([2] if count == 2 else [2, 1])
        result, state = stage.propagate(picture(2), state)
        assert result.masks.objects == ids

    def test_across_rounds_a_permanent_frame_changes_memory_only(self):
        """IDPro, Eq. 7: annotated frames of any place join the memory, each once."""
        stage = make(memory_gap=1, most_stored=1)
        first, state = stage.propagate(picture(1), begun(stage, 1))
        update, after = stage.memorise(picture(9), drawn(1), state, tier="permanent")
        assert update.sizes == {"permanent": PLACES, "working": PLACES}
        assert after.frame == 1
        assert after.masks is first.masks
        update, again = stage.memorise(picture(9), drawn(1), after, tier="permanent")
        assert (update.added, update.removed) == (PLACES, PLACES)
        ends = [stage.propagate(picture(2), s)[0].masks.pmf for s in (state, after, again)]
        assert not torch.equal(ends[0], ends[1])
        assert torch.equal(ends[1], ends[2])
        _, later = stage.memorise(picture(1), first.masks, after, tier="working")
        assert later.stored() == (0, 9, 1)  # a stored frame ahead doesn't make this one not due

    def test_nothing_grows_without_a_gap(self):
        stage, sizes = make(), []
        state = begun(stage, 1, 2)
        for index in range(1, 12):
            result, state = stage.propagate(picture(index), state)
            _, state = stage.memorise(picture(index), result.masks, state, tier="working")
            sizes.append(state.sizes())
        assert all(size == sizes[0] for size in sizes)


class TestRefusals:
    def test_propagating_before_anything_is_memorised(self):
        stage = make()
        with pytest.raises(ValueError, match="memorise a frame with an object first"):
            stage.propagate(picture(0), stage.start(picture(0), ()))

    def test_frames_of_another_size(self):
        stage = make()
        with pytest.raises(ValueError, match=r"70x60 pixels.*58x40: give frames of one size"):
            stage.propagate(picture(1, (60, 70)), begun(stage, 1))

    def test_objects_that_the_masks_do_not_hold(self):
        stage = make()
        with pytest.raises(ValueError, match=r"objects \[4\] aren't in the masks"):
            stage.memorise(picture(1), drawn(1), begun(stage, 1), tier="working", objects=(4,))

    def test_a_device_that_is_not_there(self):
        with pytest.raises(DeviceError, match="isn't there: this machine has"):
            make(device="cuda:7")

    @pytest.mark.parametrize("name", ["short_side", "memory_gap", "most_stored"])
    def test_settings_that_cannot_work(self, name):
        with pytest.raises(ValueError, match=f"{name} 0: give at least 1, or None"):
            make(**{name: 0})

    def test_a_checkpoint_of_another_size(self, tmp_path):
        save_file(Aot(AOT_T).state_dict(), tmp_path / "aott.safetensors")
        stage = AotPropagator.published(str(tmp_path / "aott.safetensors"), device="cpu")
        assert stage.memory_gap is None
        with pytest.raises(WeightsError, match=r"missing: LSTT.layers.1.norm1.weight"):
            AotPropagator.published(str(tmp_path / "aott.safetensors"), size="s")
        with pytest.raises(ValueError, match="no AOT of size 'x': there are t, s, b and l"):
            AotPropagator.published(size="x")


@pytest.mark.parametrize("align_corners", [True, False])
def test_a_network_without_aligned_corners_works_too(align_corners):
    stage = make(dataclasses.replace(TINY, align_corners=align_corners))
    assert stage.propagate(picture(1), begun(stage, 1))[0].masks.size == SIZE
