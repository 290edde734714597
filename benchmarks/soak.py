"""Random pointer, keys and controls on the Explorer in a real browser, for as long as you like.

Every other minute they begin with a new session, so that what a person gave is as much at the end
as before, and memory can be compared.

It ends with 1 if there was an error in the page or in Python, if the kernel's memory grew by more
than a tenth after the first quarter, or if the prompts alone don't give a session's masks again;
also if there were no masks to compare.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from handled_session import CELLS, begin_anew, is_replay, rest
from lab_server import desktop
from random_hands import RandomHands, Soaked

FLAT = 1.1
STRETCH = 2.0
"""So many minutes belong to one session."""


def by_minute(soaked: Soaked) -> str:
    """A table of what there was at the beginning and after each minute."""
    lines: list[list[object]] = []
    before = 0
    for minute, (events, counted) in enumerate(soaked.minutes):
        lines.append([minute, events - before, *counted.values()])
        before = events
    head = ["minute", "events", *soaked.minutes[0][1]]
    rows = [head, ["---"] * len(head), *lines]
    return "\n".join("| " + " | ".join(map(str, row)) + " |" for row in rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    loads = [os.getloadavg()[0]]
    with tempfile.TemporaryDirectory() as folder, desktop(Path(folder)) as desk:
        notebook = desk.open("soak", *CELLS)
        for index in range(len(CELLS)):
            notebook.run(index)
        notebook.page.wait_for_selector("canvas[aria-label^='video frame']")
        hands, same, prompts = RandomHands(notebook, arguments.seed), [], 0
        for stretch in range(max(1, round(arguments.minutes / STRETCH))):
            if stretch:
                begin_anew(notebook)
            hands.soak(60 * min(STRETCH, arguments.minutes))
            rest(notebook)
            same += is_replay(notebook).values()
            prompts += notebook.value("len(session.prompts)")
        soaked, troubles, errors = hands.done, notebook.value("troubles"), notebook.errors
    loads.append(os.getloadavg()[0])
    rate = soaked.events / soaked.seconds
    print(f"{soaked.events} events in {soaked.seconds:.0f} s: {rate:.1f}/s, seed {arguments.seed}")
    print(f"cores {os.cpu_count()}, load before and after: {loads[0]:.1f}, {loads[1]:.1f}")
    print(f"errors in the page: {len(errors)}, in Python: {len(troubles)}")
    print("\n".join(sorted(set(errors) | set(troubles))))
    print(by_minute(soaked))
    for name, sizes in (("kernel", soaked.kernel), ("browser", soaked.browser)):
        quarters = [np.median(part) / 2**20 for part in np.array_split(sizes, 4)]
        print(f"{name}, MB by quarter: " + ", ".join(f"{size:.0f}" for size in quarters))
    print(f"replay of {prompts} prompts: {sum(same)} of {len(same)} frames the same")
    is_good = not errors and not troubles and soaked.growth() <= FLAT
    raise SystemExit(0 if is_good and same and all(same) else 1)


if __name__ == "__main__":
    main()
