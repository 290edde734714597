import pytest
import torch

from vostoolkit.errors import WeightsError
from vostoolkit.networks.xmem import XMem, XMemConfig
from vostoolkit.weights import load_xmem


@pytest.mark.parametrize("hidden_dim", [64, 0])
def test_the_published_networks_have_the_sensory_memory_that_their_weights_have(
    tmp_path, hidden_dim
):
    with torch.device("meta"):
        shapes = {
            k: v.shape for k, v in XMem(XMemConfig(hidden_dim=hidden_dim)).state_dict().items()
        }
    tensors = {key: torch.ones(()).expand(shape) for key, shape in shapes.items()}
    torch.save(tensors, tmp_path / "published.pth")
    network = load_xmem(tmp_path / "published.pth")
    assert network.config == XMemConfig(hidden_dim=hidden_dim)
    assert bool((network.decoder.pred.weight == 1).all())


def test_a_strange_file_is_compared_with_the_published_network(tmp_path):
    torch.save(torch.nn.Linear(2, 2).state_dict(), tmp_path / "linear.pth")
    with pytest.raises(WeightsError, match=r"doesn't fit this XMem: \d+ missing: key_encoder"):
        load_xmem(tmp_path / "linear.pth")
