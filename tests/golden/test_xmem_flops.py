"""How many floating point operations XMem takes at 480x864, beside the published system's count.

Both count convolutions and matrix products, two for each multiplication; ours by PyTorch's counter
on the meta device. Their count of the attention's two small layers is larger, 1e-4 of the whole.
"""

import json
from collections.abc import Callable

import numpy as np
import pytest
import torch
from golden.goldens import Golden, golden_path, near
from torch.utils.flop_counter import FlopCounterMode

from vostoolkit.memory.read import memory_rows, query_rows
from vostoolkit.memory.shelves import read_all
from vostoolkit.networks.xmem import XMem

HEIGHT, WIDTH = 480, 864
PLACES = HEIGHT * WIDTH // 256


def published(group: str) -> dict[str, np.ndarray]:
    path, found = golden_path("flops_xmem.json"), {}
    for name, value in json.loads(path.read_text())[group].items():
        found[name] = np.array(value).view(Golden)
        found[name].origin = (path.name, f"{group}.{name}")
    return found


def giga(call: Callable[[], object]) -> float:
    with FlopCounterMode(display=False) as counter:
        call()
    return counter.get_total_flops() / 1e9


@pytest.mark.parametrize("count", [1, 3])
def test_network(count):
    expected = published(f"{count}obj_480x864_GFLOP")
    with torch.device("meta"):
        network = XMem().eval()
        image, masks = torch.empty(1, 3, HEIGHT, WIDTH), torch.empty(1, count, HEIGHT, WIDTH)
        hidden, value = torch.empty(1, count, 64, 30, 54), torch.empty(1, count, 512, 30, 54)
        scales = [torch.empty(count, 512, 30, 54), torch.empty(count, 256, 60, 108)]
        scales.append(torch.empty(count, 257, 120, 216))
        features = network.encode_key(image)
        near(giga(lambda: network.encode_key(image)), expected["encode_key"], 1e-9)
        stored = giga(lambda: network.encode_value(image, features.deep, masks, hidden))
        near(stored, expected["encode_value"], 1e-4)
        decoded = giga(lambda: network.decode(features, value, hidden))
        near(decoded, expected["decode"], 1e-4)
        update = giga(lambda: network.decoder.hidden_update(tuple(scales), hidden[0]))
        near(decoded - update, expected["decode_no_hidden"], 1e-4)


@pytest.mark.parametrize("frames", [1, 5, 10])
def test_reading_everything(frames):
    """Similarity is one product of 129 channels here, two of 64 there; the readout is the same.

    With top-k, a CPU gathers the chosen values instead and the readout is no product at all.
    """
    expected = published(f"read_GFLOP_{frames}memframes")
    with torch.device("meta"):
        memory = memory_rows(torch.empty(frames * PLACES, 64), torch.empty(frames * PLACES))
        query = query_rows(torch.empty(PLACES, 64), torch.empty(PLACES, 64))
        value = torch.empty(frames * PLACES, 1, 512)
        alike = giga(lambda: query @ memory.T)
        near(alike * 128 / 129, expected["similarity"], 1e-9)
        whole = giga(lambda: read_all(query, memory, value, top_k=None))
        near(whole - alike, expected["readout_per_obj"], 1e-9)
