"""What the router knows besides the record: configuration, policies, keys."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from processors.planning.case import open_case
from processors.planning.clock import judge
from processors.routing.versions import version_for
from schemas.errors import InvalidRecord
from schemas.ids import pid
from schemas.policy import Policy, in_force, versions_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from processors.lane import Lane
    from schemas.connections import RelayConfig
    from schemas.events import ConsentEvent
    from schemas.sealing import Seals


@dataclass(frozen=True)
class Desk:
    """`home`: subject_id → partition number, by the decoded event, never by the record's key."""

    config: RelayConfig
    lanes: tuple[Lane, ...]
    pepper: bytes
    seals: Seals
    home: Callable[[str], int]

    @cached_property
    def lanes_by_controller(self) -> dict[str, tuple[Lane, ...]]:
        return {
            controller: tuple(lane for lane in self.lanes if lane.controller == controller)
            for controller in self.config.controllers
        }

    def pid(self, event: ConsentEvent) -> str:
        return pid(self.pepper, event.controller, event.subject_id)

    @cached_property
    def _versions(self) -> dict[str, tuple[Policy, ...]]:
        return {name: versions_of(controller.policy) for name, controller in self.config.controllers.items()}

    def policy_at(self, controller: str, at: int) -> Policy:
        """The version of a controller's policy that is in force at a moment, µs."""
        return in_force(self._versions[controller], at)

    def policy_for(self, event: ConsentEvent, now: int) -> Policy:
        """The policy version the event is judged by. now: µs, when it came in.

        Raises:
            InvalidRecord: controller, policy or version is unknown; names the field.

        """
        versions = self._versions.get(event.controller)
        if versions is None:
            raise InvalidRecord("is no controller of this relay", field="controller")
        return version_for(versions, event, now)

    def check(self, event: ConsentEvent, now: int) -> None:
        """Refuse what the router would refuse of an event that comes in now, µs.

        Raises:
            InvalidRecord: as `policy_for`, or it is about what that policy doesn't have; names the field.

        """
        open_case(event, self.policy_for(event, now), (), judge(event, now))
