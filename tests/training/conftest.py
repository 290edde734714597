import pytest

from vostoolkit.networks.xmem import XMemConfig
from vostoolkit.training.pool import Pool, PoolPlan, open_pool

PLAN = PoolPlan(clips=6, stamps=3, size=32, easy_share=1.0)


@pytest.fixture(scope="session")
def pool_folder(tmp_path_factory):
    return tmp_path_factory.mktemp("pools")


@pytest.fixture(scope="session")
def pool(pool_folder) -> Pool:
    return open_pool(PLAN, folder=pool_folder)


@pytest.fixture
def tiny() -> XMemConfig:
    return XMemConfig(
        key_dim=8,
        value_dim=8,
        hidden_dim=0,
        stride=8,
        key_stem=8,
        key_widths=(8, 8, 8),
        key_blocks=(1, 1, 1),
        bottleneck=False,
        value_stem=8,
        value_widths=(8, 8, 8),
        value_blocks=(1, 1, 1),
        decoder_widths=(8, 8, 8),
        previous_mask=True,
        compact=True,
    )
