"""A worker as the fault tests want it: the product's own command line, patched from outside before it starts.

FAULTS_CLOCK=FILE: the wall clock is off by as many seconds as stand in the file. FAULTS_CUT=POINT:NTH: the process
kills itself at the nth time that it passes that point (`cuts` has more). FAULTS_PLANT=NAME: one of the bugs in
`plants` is in it. What can't be patched any more ends the process at once: nobody must believe that a fault was there
when it wasn't.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOM = Path(__file__).parents[1]
PROGRAM = (str(Path(__file__)),)
"""For `WorkerProcess.launch`."""
CLOCK = "FAULTS_CLOCK"
ASKED = {CLOCK, "FAULTS_CUT", "FAULTS_PLANT"}


def is_needed(given: Iterable[str]) -> bool:
    """Whether a worker must be patched. given: names of its own variables; it has those of our environment, too."""
    return not ASKED.isdisjoint({*os.environ, *given})


def prepare() -> None:
    """Patch what the environment asks for. The clock first: who imports `time.time` by name must get ours."""
    from harness import clock  # noqa: PLC0415

    if path := os.environ.get(CLOCK):
        clock.follow(Path(path))
    if plant := os.environ.get("FAULTS_PLANT"):
        import_module(f"harness.plants.{plant}").plant()
    if cut := os.environ.get("FAULTS_CUT"):  # around the bug, so that it strikes before that does its work
        from harness import cuts  # noqa: PLC0415 - it imports the product

        cuts.install(cut)


if __name__ == "__main__":
    sys.path[0] = str(ROOM)  # so that no module here takes the name of another one
    prepare()
    from streams.cli import main

    main()
