"""Who annotates in a row of the tables of methods in rounds."""

from typing import cast

from vostoolkit.experiments.round_rows import Person, Setting, round_row
from vostoolkit.frames import Video
from vostoolkit.methods.eva_vos import EvaVos
from vostoolkit.protocols import User
from vostoolkit.session import Session
from vostoolkit.users.davis_robot import ScribblingUser
from vostoolkit.users.eva import EvaAnnotator
from vostoolkit.users.eva_best import BestAnnotation
from vostoolkit.users.eva_rounds import EvaRounds
from vostoolkit.users.rounds import RoundUser
from vostoolkit.users.simulated import SimulatedUser

_TRIES = 3


def round_person(row: str, session: Session, setting: Setting) -> User:
    """The person of a row, who annotates a session of its method.

    Raises:
        ExperimentError: no such row.
    """
    own, count = round_row(row), len(cast(Video, session.video))
    if own.person == "asked":
        return EvaRounds(EvaAnnotator(setting.truth), rounds=own.rounds)
    spread = {round(i * (count - 1) / max(1, own.frames - 1)) for i in range(own.frames)}
    return RoundUser(
        session,
        _annotator(own.person, session, setting),
        where=own.where(setting) if own.where else None,
        rounds=own.rounds,
        first=tuple(sorted(spread)) if own.is_spread else (0,),
        count=own.frames,
        tries=_TRIES if own.person == "marks" and setting.networks == "nano" else 1,
    )


def _annotator(person: Person, session: Session, setting: Setting) -> User:
    truth = setting.truth
    if person == "marks" and setting.networks == "nano":
        return SimulatedUser(truth, aim="error")
    if person == "marks":
        return ScribblingUser(truth)
    if person == "best":
        refine = cast(EvaVos, session.method).refine
        return BestAnnotation(EvaAnnotator(truth), refine, cast(Video, session.video))
    return EvaAnnotator(truth, gives="clicks" if person == "clicks" else "mask")
