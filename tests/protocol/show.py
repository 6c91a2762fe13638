"""`make protocol`: checks the protocol, or shows how it breaks without one of its guards."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from counterexample import steps
from guards import BREAKS, without
from tlc import Model, check


def main() -> None:
    parser = argparse.ArgumentParser(prog="make protocol", description=__doc__)
    parser.add_argument("--without", choices=BREAKS, metavar="GUARD", help=f"one of: {', '.join(BREAKS)}")
    parser.add_argument("--faults", type=int, help="in one run; 2, and 1 without a guard")
    parser.add_argument(
        "--frozen-in-call", action="store_true", help="what remains: a machine freezes as it makes a call"
    )
    given = parser.parse_args()
    model = without(given.without) if given.without else Model("TwoPeople", faults=2)
    if given.frozen_in_call:
        model = Model(frozen_in_call=True, holds=("NothingUndone",))
    model = replace(model, faults=given.faults or model.faults)
    with TemporaryDirectory() as directory:
        verdict = check(model, Path(directory))
    if verdict.broken is None:
        print(f"{', '.join(model.holds)} hold in each of {verdict.states:,} states.")  # noqa: T201 - what it is for
        return
    lines = [f"{number:2}  {step}" for number, step in enumerate(steps(verdict.output), 1)]
    print("\n".join([*lines, f"{verdict.broken} is broken."]))  # noqa: T201 - what it is for


if __name__ == "__main__":
    main()
