"""`python tests/faults/checker RUN`: judge a run's directory; exit 1 if any rule is broken."""

from __future__ import annotations

import sys
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

sys.path[0] = str(Path(__file__).parents[1])

from checker import RULES, check  # noqa: E402 - run as a directory, this is no package yet

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from checker import Finding

_MOST = 10


def told(findings: Sequence[Finding]) -> Iterator[str]:
    """A line for each, below its rule; of many the first."""
    for rule, some in groupby(findings, key=lambda finding: finding.rule):
        found = list(some)
        yield f"{rule} ({len(found)}): {RULES[rule]}"
        yield from (f"  {finding}" for finding in found[:_MOST])
        if len(found) > _MOST:
            yield f"  … and {len(found) - _MOST} more"
    yield f"{len(findings)} findings"


def main(run: Path) -> int:
    findings = check(run)
    sys.stdout.write("\n".join(told(findings)) + "\n")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
