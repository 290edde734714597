import pytest
import torch

from vostoolkit.device import choose_device, choose_precision, describe
from vostoolkit.errors import DeviceError


def test_the_cpu_is_always_there():
    assert choose_device("cpu") == torch.device("cpu")
    assert choose_device().type in ("cuda", "mps", "cpu")
    assert "threads" in describe(torch.device("cpu"))


@pytest.mark.parametrize("name", ["cuda:99", "xpu", "toaster"])
def test_a_device_that_is_not_there_is_named_with_those_that_are(name):
    with pytest.raises(DeviceError, match=rf"'{name}'.*'cpu'"):
        choose_device(name)


def test_the_cpu_keeps_full_precision_unless_told():
    cpu = torch.device("cpu")
    assert choose_precision("auto", cpu) is None
    assert choose_precision("bfloat16", cpu) is torch.bfloat16
