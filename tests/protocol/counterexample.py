"""Makes TLC's counterexample short: of each step its name, the worker, and what it changed."""

from __future__ import annotations

import re
from itertools import pairwise

_STEP = re.compile(r"^State \d+: (?:<(\w+)[^>]*>|(Stuttering))$", re.MULTILINE)
_VARIABLE = re.compile(r"^/\\ (\w+) = (.*(?:\n(?!/\\).+)*)", re.MULTILINE)
_UNTOLD = frozenset({"faults", "sawClean"})


def steps(output: str) -> list[str]:
    """One line per step of the counterexample in TLC's output."""
    start = output.index("State 1:")
    found = list(_STEP.finditer(output, start))
    ends = [*(match.start() for match in found[1:]), len(output)]
    states = [_values(output[match.end() : end]) for match, end in zip(found, ends, strict=True)]
    names = [match[1] or "nothing can happen any more" for match in found]
    return [_line(names[number], *pair) for number, pair in enumerate(pairwise(states), 1)]


def _values(text: str) -> dict[str, str]:
    """Variable → value; of a function over workers or people each part for itself, as `w1 memory`."""
    values = {}
    for name, value in _VARIABLE.findall(text):
        plain = " ".join(value.split())
        for part in plain[1:-1].split(" @@ ") if ":>" in plain else [plain]:
            who, _, what = part.rpartition(" :> ")
            values[f"{who} {name}".strip()] = what
    return values


def _line(name: str, before: dict[str, str], after: dict[str, str]) -> str:
    changes = [f"{what}: {after[what]}" for what in after if after[what] != before.get(what)]
    return f"{name:13} " + "; ".join(one for one in changes if not _UNTOLD & set(one.partition(":")[0].split()))
