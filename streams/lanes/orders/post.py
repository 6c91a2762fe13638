"""What a command may reach: one partition of a lane, for one tenure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from processors.delivering.job import Now
from streams.control import Given

if TYPE_CHECKING:
    from processors.delivering.core import Core
    from streams.lanes.bench import Bench
    from streams.lanes.hold_lookup import HoldLookup
    from streams.outbox import Out
    from streams.ownership.tenure import Tenure


@dataclass(slots=True)
class Post:
    """`outs`: marks of what was carried out; they go into the next transaction, with the core's decisions."""

    bench: Bench
    core: Core
    tenure: Tenure
    lookup: HoldLookup
    outs: list[Out] = field(default_factory=list)


class Unfinished(Enum):
    """`MORE`: the rest goes into the next commit; ASKING: nothing is done yet, an answer wakes the lane."""

    MORE = 1
    ASKING = 2


Act = Callable[[Given, Now], str | Unfinished]
"""Carries a command out at once, and says what came of it; no person is named."""
Watch = Callable[[Now], bool]
"""Looks at the core whenever the lane turns; whether it has done something."""


class Family(NamedTuple):
    """Commands that belong together, ready for one tenure: their names, and what each does.

    watch: of a family that does something without a command too. Nothing of it hangs on the post: it would hang on
    itself then, and all that the tenure held in memory would stay there until the collector comes.
    """

    acts: Mapping[str, Act]
    watch: Watch | None = None
