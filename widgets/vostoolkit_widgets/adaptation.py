"""Teaching the network a video: in the background, its gain shown before it is used."""

import base64
from collections.abc import Callable
from typing import Any

from vostoolkit.adaptation import Adapted, Adapting, start_adapting
from vostoolkit.colours import drawn_in
from vostoolkit.errors import SessionError
from vostoolkit.pictures import encoded
from vostoolkit.pictures.layout import Picture
from vostoolkit.session import Session
from vostoolkit_widgets.assets import asset
from vostoolkit_widgets.bar import Bar
from vostoolkit_widgets.errand import Errand

_PACE_S = 0.25
_INVITATION = (
    "The network learns from clips made of the frames that you marked, while you work on. Its gain "
    "is measured without any truth, and nothing is changed before you say so."
)


class Adaptation(Errand):
    """Adapts a session's network to its video, shows what that gained, and offers to use it.

    ``take`` goes on with another session, which does all again with the adapted network; without
    it the code that makes one is shown, for which ``result`` is there.

    Example:
        >>> adaptation = Adaptation(session)
        >>> adaptation
    """

    def __init__(self, session: Session, *, take: Callable[[Session], None] | None = None) -> None:
        self._take = take
        self._adapting: Adapting | None = None
        self.result: Adapted | None = None
        """What was learned and measured; None before that."""
        card = _Card(
            self._pressed,
            text=_INVITATION,
            wrong=False,
            doing="",
            share=None,
            gains=[],
            picture="",
            alt="",
            uses=False,
            code="",
        )
        super().__init__(session, card, thread="vostoolkit-adaptation")
        self.widget.add_class("vos-adaptation")

    def start(self) -> None:
        """Nothing; begins to learn, unless that is going on; in the background."""
        if self._adapting is None:
            self._forget("")
            self._worker.post(self._learn, instead_of="learn")

    def stop(self) -> None:
        """Nothing; ends the learning at its next step, without a result."""
        if self._adapting is not None:
            self._adapting.stop()

    def use(self) -> None:
        """Nothing; goes on with a session that does all again with the adapted network.

        Raises:
            SessionError: nothing was learned yet, or nobody takes the session.
        """
        if self.result is None or self._take is None:
            raise SessionError("there is no adapted network to use here: start, and wait for it")
        session = self.session.anew(propagator=self.result.propagator)
        self._forget("All is done again with the adapted network; undo leads back.")
        self._take(session)

    def _pressed(self, name: str, value: Any) -> None:
        match name:
            case "start":
                self.start()
            case "stop":
                self.stop()
            case "use":
                self._worker.post(self.use)
            case _:
                self._forget(f"The network is left as it was. {_INVITATION}")

    def _learn(self) -> None:
        adapting = self._adapting = start_adapting(self.session)
        while not adapting.wait(_PACE_S):
            left = adapting.seconds_left
            rest = "" if left is None else f", {left:.0f} s more"
            doing = f"learning and measuring: {adapting.progress:.0%}{rest}"
            self.row.show(doing=doing, share=adapting.progress)
        self._adapting = None
        if adapting.was_stopped:
            self._forget("Stopped: the network is as it was.")
        else:
            self._show(adapting.result())

    def _show(self, result: Adapted) -> None:
        """Nothing; shows what was gained, and what can be done with it."""
        self.result, gain = result, result.gain
        with drawn_in(self.session.appearance.palette):
            kind, data = encoded(result.picture())
        better = "It got better" if gain.is_worth_it else "It didn't get better: leave it"
        count = len(result.annotated)
        self.row.show(
            text=f"{better}. Measured on {count} frame{'s' * (count != 1)} that you marked.",
            doing="",
            gains=[
                [
                    "carried 15 frames on and back",
                    *_two(gain.before.there_and_back, gain.after.there_and_back),
                ],
                ["on made clips", *_two(gain.before.synthetic, gain.after.synthetic)],
            ],
            picture=f"data:image/{kind};base64,{base64.b64encode(data).decode()}",
            alt=f"Masks carried on and back, before and after adapting: {gain}",
            uses=self._take is not None,
            code="session.anew(propagator=adaptation.result.propagator)",
        )

    def _forget(self, text: str) -> None:
        self.result = None
        self.row.show(text=text, wrong=False, doing="", gains=[], picture="", uses=False, code="")

    def _picture(self) -> Picture | None:
        """The measured gain."""
        return None if self.result is None else self.result.picture()

    def _complain(self, text: str) -> None:
        self._adapting = None
        self.row.show(text=text, wrong=True, doing="", share=None)


class _Card(Bar):
    _esm = asset("elements.js") + asset("adaptation.js")


def _two(before: float, after: float) -> list[str]:
    """An IoU before and after, and by how much it changed; a dash where there is none."""
    if before != before:
        return ["–", "–", ""]
    return [f"{before:.3f}", f"{after:.3f}", f"{after - before:+.3f}"]
