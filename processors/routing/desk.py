"""What the router knows besides the record: configuration, policies, keys."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from schemas.errors import InvalidRecord, PolicyError
from schemas.ids import pid
from schemas.policy import Policy, load_policy

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
    def _policies(self) -> dict[tuple[str, str | None, str | None], Policy]:
        """Those found so far: only what exists gets in, so that it stays small."""
        return {}

    def policy_for(self, event: ConsentEvent) -> Policy:
        """The policy version the event is judged by.

        Raises:
            InvalidRecord: controller, policy or version is unknown; names the field.

        """
        asked = event.controller, event.policy_id, event.policy_version
        found = self._policies.get(asked)
        if found is None:
            found = self._policies[asked] = self._find_policy(event)
        return found

    def _find_policy(self, event: ConsentEvent) -> Policy:
        controller = self.config.controllers.get(event.controller)
        if controller is None:
            raise InvalidRecord("is no controller of this relay", field="controller")
        if event.policy_id is not None and event.policy_id != controller.policy:
            raise InvalidRecord(
                f"is not the policy of {event.controller}", field="policy_id", reason="unknown_policy"
            )
        try:
            return load_policy(controller.policy, event.policy_version)
        except PolicyError:
            raise InvalidRecord(
                f"is no version of {controller.policy} in the registry",
                field="policy_version",
                reason="unknown_policy",
            ) from None
