"""Which lanes somebody serves: by the groups of their workers, and by the connections in `relay.toml`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiokafka.errors import KafkaError

from schemas.errors import SetupError
from streams.commands.common import config_of
from streams.pipeline import lane_role

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from aiokafka.admin import AIOKafkaAdminClient

    from streams.settings import Settings


async def workers(settings: Settings, admin: AIOKafkaAdminClient, lanes: Iterable[str]) -> dict[str, int]:
    """How many workers the group of each lane has; one that was killed counts until its session is over.

    Those are left out of which the broker tells us nothing; without the cluster's prefix the groups have no names.
    """
    if settings.cluster_prefix is None:
        return {}
    groups = {lane_role(settings.cluster_prefix, lane).group: lane for lane in lanes}
    try:
        answers = await admin.describe_consumer_groups(list(groups))
    except KafkaError:  # whoever may read topics need not be allowed to look at groups
        return {}
    told = [group for answer in answers for group in answer.to_object()["groups"] if not group["error_code"]]
    return {groups[group["group"]]: len(group["members"]) for group in told}


def configured(settings: Settings) -> Collection[str] | None:
    """The connections of `relay.toml`; None: there is none here, or it can't be read."""
    try:
        return config_of(settings).connections.keys()
    except SetupError:
        return None


def still_open(lane: Mapping[str, Any]) -> int:
    """How many deliveries of a lane are not done: neither settled nor failed. `lane`: as `summed` tells it."""
    kept: Mapping[str, int] = lane["entries"]
    return int(lane["lag_records"]) + sum(count for status, count in kept.items() if status != "failed")


def note(lane: Mapping[str, Any]) -> str:
    """What an operator must know about a lane that nobody serves."""
    if lane["configured"] is False:
        return removed(still_open(lane))
    return "no worker serves it" if lane["workers"] == 0 else ""


def removed(number: int) -> str:
    """Of a lane whose connection is not in `relay.toml`; number: of open deliveries."""
    if not number:
        return "removed from relay.toml, nothing is open"
    return f"removed from relay.toml with {number} open: put the connection back under this name until they are done"
