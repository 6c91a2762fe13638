"""Which version of its policy an event is judged by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.planning.clock import happened
from schemas.errors import InvalidRecord
from schemas.policy import in_force

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schemas.events import ConsentEvent
    from schemas.policy import Policy


def version_for(versions: Sequence[Policy], event: ConsentEvent, now: int) -> Policy:
    """The version that the event names, in force or not; else the one in force when it happened, if that is believed.

    versions: of its controller's policy, in the order in which they come into force. now: µs, when the event came in:
    one that names no version isn't judged by one that wasn't in force then, whatever its clock says.

    Raises:
        InvalidRecord: it names another policy, or a version that isn't there; names the field.

    """
    newest = versions[-1]
    if event.policy_id not in (None, newest.id):
        raise InvalidRecord(f"is not the policy of {event.controller}", field="policy_id", reason="unknown_policy")
    if event.policy_version is None:
        return newest if len(versions) == 1 else in_force(versions, happened(event, now))
    for version in versions:
        if version.version == event.policy_version:
            return version
    text = f"is no version of {newest.id} in the registry"
    raise InvalidRecord(text, field="policy_version", reason="unknown_policy")
