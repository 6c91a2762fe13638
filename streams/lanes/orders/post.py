"""What a command may reach: one partition of a lane, for one tenure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from processors.delivering.job import Now
from streams.control import Given

if TYPE_CHECKING:
    from processors.delivering.core import Core
    from streams.lanes.bench import Bench
    from streams.outbox import Out
    from streams.ownership.tenure import Tenure


@dataclass(slots=True)
class Post:
    """`outs`: marks of what was carried out; they go into the next transaction, with the core's decisions.

    watches: of families that do something without a command too.
    """

    bench: Bench
    core: Core
    tenure: Tenure
    outs: list[Out] = field(default_factory=list)
    watches: list[Watch] = field(default_factory=list)


Act = Callable[[Given, Now], str | None]
"""Carries a command out at once, and says what came of it; no person is named. None: the rest in the next commit."""
Watch = Callable[[Now], bool]
"""Looks at the core whenever the lane turns; whether it has done something."""
Family = Callable[[Post], Mapping[str, Act]]
"""Makes a family ready for one tenure: the commands' names, and what each does."""
