"""Runs TLC, the model checker of TLA+, on the protocol: over every state that can be reached, the nearest ones first.

The jar is the TLA+ tools as the University of Düsseldorf publishes them on Maven Central, pinned by `tlc.sha256`.
"""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from rich.console import Console

from infra.kafka.jars import class_path
from infra.kafka.java import candidates, find

HERE = Path(__file__).parent
ENDS_WELL = "EndsWell"
ORDER = ("FirstCallsInOrder", "NothingUndone", "OneCaller")
PROMISES = ("OneOutcome", "NothingLost", "ToldTogether", "NothingOfTheOldOwner", *ORDER)
# Half the processor time, as the models are small; one worker finds the same shortest way each time.
_JVM = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx2g")
_BROKEN = re.compile(r"Error: (?:Invariant (\w+) is|Temporal properties were) violated")
_STATES = re.compile(r"^\d+ states generated, (\d+) distinct", re.MULTILINE)


@dataclass(frozen=True)
class Model:
    """What is checked. log: a name in the specification; holds: invariants, or `ENDS_WELL` alone."""

    log: str = "OnePerson"
    faults: int = 1
    frozen_in_call: bool = False
    mutant: str = "none"
    holds: tuple[str, ...] = PROMISES

    def configuration(self) -> str:
        what = (
            ["PROPERTY EndsWell"] if self.holds == (ENDS_WELL,) else ["SYMMETRY Symmetry", "INVARIANTS", *self.holds]
        )
        constants = {
            **{name: name for name in ("w1", "w2", "None")},
            "Workers": "{w1, w2}",
            "MostFaults": self.faults,
            "FrozenInCall": str(self.frozen_in_call).upper(),
            "Mutant": f'"{self.mutant}"',
        }
        given = [f"{name} = {value}" for name, value in constants.items()]
        return "\n".join(["SPECIFICATION Spec", "CONSTANTS", f"Subject <- {self.log}", *given, *what, ""])


class Verdict(NamedTuple):
    """broken: the promise that doesn't hold; states: different ones that were seen; output: all that TLC said."""

    broken: str | None
    states: int
    output: str


def check(model: Model, directory: Path) -> Verdict:
    """Look at every state, the nearest ones first, until a promise is broken. Writes into `directory`.

    Raises:
        RuntimeError: TLC could not check the model.

    """
    for module in HERE.glob("*.tla"):
        (directory / module.name).write_bytes(module.read_bytes())
    (directory / "Lane.cfg").write_text(model.configuration(), "ascii")
    java = [str(find(candidates(os.environ)).path), *_JVM, f"-Djava.io.tmpdir={directory}"]
    jars = class_path(Console(stderr=True), pins=HERE / "tlc.sha256")
    # -deadlock: that nothing is to be done any more is no error by itself; `EndsWell` looks at how it ends.
    command = [*java, "-cp", jars, "tlc2.TLC", "-deadlock", "-workers", "1", "-config", "Lane.cfg", "Lane.tla"]
    run = subprocess.run(command, capture_output=True, text=True, check=False, cwd=directory)  # noqa: S603 - our own
    states, broken = _STATES.search(run.stdout), _BROKEN.search(run.stdout)
    if not states or not (broken or "No error has been found" in run.stdout):
        raise RuntimeError(run.stdout + run.stderr)
    return Verdict(broken and (broken[1] or ENDS_WELL), int(states[1]), run.stdout)
