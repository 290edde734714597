"""Errors that a person can mend; each message says what was given and what to do."""


class VostoolkitError(Exception):
    """Anything the toolkit refuses to do, with the way out in its message."""


class VideoError(VostoolkitError):
    """A video that can't be opened, or that ends or breaks before it should."""


class WeightsError(VostoolkitError):
    """Weights that are missing, or that don't belong to the network."""


class DeviceError(VostoolkitError):
    """A device that this machine doesn't have."""


class SessionError(VostoolkitError):
    """A step, answer or jump that the session can't do in its present state."""


class PromptError(VostoolkitError, ValueError):
    """A click, scribble, box or mask that doesn't fit the frame or the request."""


class ExperimentError(VostoolkitError):
    """A notebook that can't be run, or that failed: which cell, and why."""


class ExportError(VostoolkitError):
    """An export into a folder that can't take it, or of something that there isn't."""
