"""Every test runs with shapes and types checked, one torch thread and the same random numbers."""

import os
import random

import hypothesis
import numpy as np
import pytest
import torch
from jaxtyping import install_import_hook

# Before anything of ours is imported: only modules that are imported later are checked.
install_import_hook(
    ["vostoolkit", "vostoolkit_widgets"],
    "beartype.beartype(conf=beartype.BeartypeConf(is_pep484_tower=True))",
)

torch.set_num_threads(1)
# For the kernels and scripts that tests start.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

hypothesis.settings.register_profile("vostoolkit", deadline=None, derandomize=True, max_examples=50)
hypothesis.settings.load_profile("vostoolkit")


@pytest.fixture(autouse=True)
def same_random_numbers() -> None:
    random.seed(0)
    np.random.seed(0)  # noqa: NPY002
    torch.manual_seed(0)
