"""Collecting what there is and what should be, for the check."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from infra.sandbox.server import DOUBLE_OPT_IN
from schemas.ids import pid
from streams.demo.check import Found, Mismatch, differences
from streams.demo.config import CONTROLLER
from streams.demo.model import World, expect
from streams.demo.read import count_audit, count_deliveries, read_events
from streams.demo.tally import Tally

if TYPE_CHECKING:
    from infra.sandbox import Sandbox
    from schemas.connections import RelayConfig
    from schemas.policy import Policy
    from streams.demo.cast import Cast
    from streams.settings import Settings


async def judge(
    settings: Settings, config: RelayConfig, policy: Policy, cast: Cast, sandbox: Sandbox
) -> tuple[Tally, list[Mismatch]]:
    """The audit as it is now, counted, and every difference between the model and what is found."""
    vendor, broken = cast.broken
    world = World(
        config=config,
        policy=policy,
        partitions=settings.partitions,
        people={person.key: person for person in cast.people},
        double_opt_in=DOUBLE_OPT_IN,
        broken=frozenset({(vendor, broken.key)}),
    )
    expected = expect(await read_events(settings), world)
    async with sandbox.client() as client:
        found = Found(
            tally=await count_audit(settings, Tally.of(config)),
            vendors=await client.everybody(),
            ledger=await client.ledger(),
            written=await count_deliveries(settings, config.connections),
        )
    return found.tally, differences(expected, found, partial(pid, settings.key("pepper"), CONTROLLER))
