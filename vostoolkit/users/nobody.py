"""A user who is never there."""

from dataclasses import dataclass

from vostoolkit.errors import PromptError
from vostoolkit.prompts import Prompt, Skip
from vostoolkit.results import Request


@dataclass(frozen=True)
class Nobody:
    """Leaves every prediction as it is; for runs without corrections."""

    def __call__(self, request: Request, /) -> tuple[Prompt, ...]:
        """A Skip for the object that is asked about.

        Raises:
            PromptError: the request is which objects to follow; somebody has to say.
        """
        if request.object_id is None:
            raise PromptError(
                f"frame {request.frame}: nobody is there to say which objects to follow; call "
                "session.answer(...) with a prompt on each before session.play(...)"
            )
        return (Skip(request.frame, request.object_id),)
