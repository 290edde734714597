"""A session for random hands: how it begins, what is counted of it, what its prompts give."""

from open_notebook import Notebook

CELLS = (
    """
import logging, threading, traceback
import vostoolkit as vos
from vostoolkit.data.synthetic import demo_clip
from vostoolkit_widgets import Explorer

troubles = []
class Troubles(logging.Handler):
    def emit(self, record):
        error = record.exc_info and record.exc_info[1]
        if record.levelno >= logging.ERROR or error and not isinstance(error, vos.VostoolkitError):
            where = traceback.extract_tb(error.__traceback__)[-2:] if error else ""
            troubles.append(f"{record.name}: {record.getMessage()}: {error!r} {where}")
logging.getLogger().addHandler(Troubles())
logging.getLogger("vostoolkit_widgets").setLevel(logging.INFO)
threading.excepthook = lambda hook: troubles.append(repr(hook.exc_value))
clip = demo_clip(frames=60, size=(180, 320))
method = vos.LazyXMem.preset("nano")
def begun(method=method):
    "A session that has all that is kept of a whole run."
    session = vos.Session(method, clip.video)
    session.play(vos.SimulatedUser(clip.labels))
    return session
""",
    "explorer = Explorer(begun()); explorer",
)
COUNT = """
import ctypes, gc
from ipywidgets.widgets.widget import _instances
class Malloc(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in
                "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keep".split()]
mallinfo = ctypes.CDLL(None).mallinfo2
mallinfo.restype = Malloc
def counted():
    "MB in use, and freed but kept; how many widgets, objects, prompts."
    gc.collect()
    session, malloc = explorer.session, mallinfo()
    return {
        "in use, MB": malloc.uordblks + malloc.hblkhd >> 20,
        "freed, MB": malloc.fordblks >> 20,
        "widgets": len(_instances),
        "objects": len({prompt.object_id for prompt in session.prompts}),
        "prompts": len(session.prompts),
        "acts to undo": session.history.done,
        "frames": len(session.trace.frames),
    }
"""
REPLAY = """
from vostoolkit.checkpoints import CheckpointStore
from vostoolkit.runner import Runner
from vostoolkit.trace import Trace
def finish():
    "Ends the frame at work, all its prompts used; what is asked there is left unanswered."
    for _ in range(100):
        if (asked := session.request) is not None:
            if asked.object_id is None:
                return
            session.answer(vos.Skip(asked.frame, asked.object_id))
        if session.frame is None or session._runner.is_behind(session.frame):
            return
        try:
            session.run(until=session.frame)
        except vos.PromptError:
            session.undo()  # as the words of it say
def replayed():
    "The labels of all finished frames, computed again from the prompts alone."
    finish()
    runner = Runner(method, clip.video, store=CheckpointStore(12), trace=Trace())
    runner.answers, runner.origin = session._runner.answers, session._runner.origin
    done = session.trace.frames
    if done:
        runner.go_to_end_of(done[-1])
    return runner.trace.pictures
again = replayed()
"""
IS_SAME = """{
    frame: again.get(frame) == png for frame, png in session.trace.pictures.items()
    if session._runner.origin is None or frame > session._runner.origin.cursor.place
}"""


def begin_anew(notebook: Notebook) -> None:
    """Nothing; the Explorer has a session as at first; undo leads back to the last few."""
    notebook.execute("explorer.session = begun(); explorer.settle()")


def rest(notebook: Notebook) -> None:
    """Nothing; lets all that was begun come to its end."""
    notebook.page.keyboard.press("Escape")
    notebook.execute("explorer._watch.stop(); explorer._driver.stop()")
    notebook.until("explorer.settle(120)", 130)
    notebook.execute("session = explorer.session; method = session.method")  # it may be a branch


def is_replay(notebook: Notebook) -> dict[str, bool]:
    """For each finished frame, whether the prompts alone give the same masks again."""
    notebook.execute(REPLAY)
    return notebook.value(IS_SAME)
