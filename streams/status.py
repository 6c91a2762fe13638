"""How each role of this worker is doing: read by /readyz, by `lanes list` and by tests."""

from __future__ import annotations

from dataclasses import dataclass, field

import structlog

log = structlog.get_logger()


@dataclass(slots=True)
class RoleStatus:
    """`partitions`: what the group gave us; `working`: those of them that are taken over.

    problems: partition (-1: the whole role) → a word and a sentence; neither names a person.
    """

    started: bool = False
    partitions: list[int] = field(default_factory=list)
    working: set[int] = field(default_factory=set)
    problems: dict[int, tuple[str, str]] = field(default_factory=dict)

    @property
    def state(self) -> str:
        """starting, up or halted."""
        if self.problems:
            return "halted"
        return "up" if self.started and self.working.issuperset(self.partitions) else "starting"


WHOLE_ROLE = -1


class Status:
    """One entry per role. A halted role stands still until what is wrong is mended; the others go on."""

    def __init__(self) -> None:
        self.roles: dict[str, RoleStatus] = {}

    def starting(self, role: str) -> None:
        self.roles.setdefault(role, RoleStatus())

    def up(self, role: str, partitions: list[int]) -> None:
        """The group has answered: these partitions are ours to take over."""
        status = self.roles.setdefault(role, RoleStatus())
        status.started = True
        status.partitions = sorted(partitions)
        status.working.clear()
        status.problems = {place: problem for place, problem in status.problems.items() if place in partitions}

    def halt(self, role: str, partition: int, reason: str, text: str) -> None:
        self.roles.setdefault(role, RoleStatus()).problems[partition] = (reason, text)
        log.error("role_halted", role=role, partition=partition, reason=reason, text=text)

    def works(self, role: str, partition: int) -> None:
        """The partition is taken over."""
        self.roles.setdefault(role, RoleStatus()).working.add(partition)
        self.clear(role, partition)

    def clear(self, role: str, partition: int) -> None:
        if self.roles.setdefault(role, RoleStatus()).problems.pop(partition, None):
            log.info("role_resumed", role=role, partition=partition)

    @property
    def ready(self) -> bool:
        return bool(self.roles) and all(status.state == "up" for status in self.roles.values())
