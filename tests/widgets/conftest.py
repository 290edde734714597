import pytest
from toys import NumberedVideo, ToyMethod
from vostoolkit_widgets import Explorer
from widgets.lazy_runs import lazy_run

from vostoolkit.session import Session


@pytest.fixture
def explorer():
    made = Explorer(Session(ToyMethod(), NumberedVideo(10)))
    yield made
    made.close()


@pytest.fixture(scope="module")
def session():
    return lazy_run()
