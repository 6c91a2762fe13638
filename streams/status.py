"""How each role of this worker is doing: read by /readyz, by `lanes list` and by tests."""

from __future__ import annotations

from dataclasses import dataclass, field

import structlog

log = structlog.get_logger()


@dataclass(slots=True)
class RoleStatus:
    """`partitions`: what the group gave us; `working`: those of them that are taken over; `paused`: by an operator.

    held: partition → deletions that an operator must release or drop.
    problems: what is affected (a partition's number, or ROLE, or VENDOR) → a word and a sentence; neither names a
    person.
    """

    started: bool = False
    partitions: list[int] = field(default_factory=list)
    working: set[int] = field(default_factory=set)
    paused: set[int] = field(default_factory=set)
    held: dict[int, int] = field(default_factory=dict)
    problems: dict[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def state(self) -> str:
        """starting, up or halted."""
        if self.problems:
            return "halted"
        return "up" if self.started and self.working.issuperset(self.partitions) else "starting"


ROLE = "role"
VENDOR = "vendor"


class Status:
    """One entry per role. A halted role stands still until what is wrong is mended; the others go on.

    turns: how often the work on a partition has begun or ended.
    """

    def __init__(self) -> None:
        self.roles: dict[str, RoleStatus] = {}
        self.turns = 0

    def starting(self, role: str) -> None:
        self.roles.setdefault(role, RoleStatus())

    def up(self, role: str, partitions: list[int]) -> None:
        """The group has answered: these partitions are ours to take over."""
        status = self.roles.setdefault(role, RoleStatus())
        status.started = True
        status.partitions = sorted(partitions)
        status.working.clear()
        status.paused.clear()
        status.held.clear()
        kept = {VENDOR, *map(str, partitions)}
        status.problems = {place: problem for place, problem in status.problems.items() if place in kept}

    def rests(self, role: str, partition: int) -> None:
        """Nobody works the partition any more, or for now."""
        status = self.roles.setdefault(role, RoleStatus())
        self.turns += 1
        status.working.discard(partition)
        status.paused.discard(partition)
        status.held.pop(partition, None)

    def hold(self, role: str, partition: int, deletions: int) -> None:
        """So many deletions are held there: it is as ready as before, but an operator must look at them."""
        status = self.roles.setdefault(role, RoleStatus())
        status.held[partition] = deletions
        if not deletions:
            del status.held[partition]

    def pause(self, role: str, partition: int, *, paused: bool) -> None:
        """An operator wants the partition to rest, or to go on: it is as ready as before."""
        status = self.roles.setdefault(role, RoleStatus())
        (status.paused.add if paused else status.paused.discard)(partition)

    def halt(self, role: str, what: int | str, reason: str, text: str) -> None:
        """`what`: a partition, ROLE or VENDOR."""
        self.roles.setdefault(role, RoleStatus()).problems[str(what)] = (reason, text)
        log.error("role_halted", role=role, what=what, reason=reason, text=text)

    def works(self, role: str, partition: int) -> None:
        """The partition is taken over."""
        self.turns += 1
        self.roles.setdefault(role, RoleStatus()).working.add(partition)
        self.clear(role, partition)

    def proved(self, role: str, partition: int, reason: str | None) -> None:
        """It has worked for a while: `reason` is no problem any more; what the work itself has told since, is."""
        status = self.roles.setdefault(role, RoleStatus())
        status.working.add(partition)
        if status.problems.get(str(partition), (None, ""))[0] == reason:
            self.clear(role, partition)

    def clear(self, role: str, what: int | str) -> None:
        if self.roles.setdefault(role, RoleStatus()).problems.pop(str(what), None):
            log.info("role_resumed", role=role, what=what)

    @property
    def ready(self) -> bool:
        return bool(self.roles) and all(status.state == "up" for status in self.roles.values())
