"""What the judge of a run wants to know beside what the run has written down by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from checker import dump

from schemas.ids import pid
from streams.demo.accounts import CONTROLLER

if TYPE_CHECKING:
    from harness.cluster import Cluster


async def hand_in(cluster: Cluster, until: int, expect: dict[str, Any]) -> None:
    """Write people.json, vendors.json, expect.json, the faults of whole accounts, and what the broker has.

    until: when those faults ended, µs.
    """
    run, accounts = cluster.run, cluster.accounts
    for account in accounts.values():
        for fault in account.faults:
            line = {"at": cluster.began, "until": until, "what": fault.kind, "whom": account.name}
            run.note("faults.jsonl", line)
    states = {}
    for name, sandbox in cluster.sandboxes.items():
        adapter = accounts[name].adapter
        async with sandbox.client() as client:
            everybody = await client.everybody(adapter)
        states[name] = {who: state[adapter] for who, state in everybody.items()}
    run.write("vendors.json", states)
    run.write("people.json", [person.model_dump(mode="json") for person in cluster.people])
    pepper = cluster.settings.key("pepper")
    known = {
        "controller": CONTROLLER,
        "policy": CONTROLLER,
        "partitions": cluster.settings.partitions,
        "pids": {person.key: pid(pepper, CONTROLLER, person.key) for person in cluster.people},
        "open": [account.name for account in accounts.values() if account.dead],
        **expect,
    }
    run.write("expect.json", known)
    await dump(str(cluster.settings.bootstrap_servers), run.path, known["open"])
