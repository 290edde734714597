"""The nano presets work with the small networks that come with the package."""

from vostoolkit.methods.eva_vos import EvaVos
from vostoolkit.methods.idpro import IDPro
from vostoolkit.methods.mivos import MiVOS
from vostoolkit.stages.fuse import DifferenceAwareFusion
from vostoolkit.stages.interact_memory import InteractByMemory
from vostoolkit.stages.propagate_aot import AotPropagator
from vostoolkit.stages.select_annotation import LearnedAnnotation
from vostoolkit.stages.select_frame import QualityDistance


def test_the_presets_use_the_networks_that_were_trained_for_them() -> None:
    assert isinstance(MiVOS.preset(device="cpu").fuse, DifferenceAwareFusion)
    idpro = IDPro.preset(device="cpu")
    assert isinstance(idpro.propagator, AotPropagator)
    assert isinstance(idpro.across, InteractByMemory)
    assert idpro.across.propagator is idpro.propagator
    eva = EvaVos.preset(device="cpu")
    assert isinstance(eva.suggest, QualityDistance)
    assert isinstance(eva.choose, LearnedAnnotation)
