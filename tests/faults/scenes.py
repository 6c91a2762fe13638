"""Small runs of one connection and one partition, each with what it takes to show one kind of bug."""

from __future__ import annotations

import os
import signal
import uuid
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from harness.plants.late_init import GATE
from harness.workload import choice, record_of

from infra.sandbox import Fault
from schemas.ids import delivery_id
from schemas.policy import load_policy
from schemas.times import SECOND
from streams.demo.accounts import CONTROLLER
from streams.ownership.tenure import now_micros

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence

    from harness.cluster import Cluster
    from harness.workload import Record

    from infra.sandbox import Person
    from streams.demo.process import WorkerProcess

    Scene = Callable[[Cluster, dict[str, str]], Awaitable[None]]

MAIL, GRANT, WITHDRAWAL = "campaigns", "consent.granted", "consent.withdrawn"
LIMIT_S = 240.0
LOST_S = 5.0
"""So long a bug's victims are waited for when somebody who came in after them is served."""
LATE_S = 4.0
"""How long a call is under way: shorter than its time limit, as the relay counts on it, also on a busy machine."""


def said(who: Person, kind: str, purpose: str, ago_s: int = 60) -> Record:
    at = now_micros() - ago_s * SECOND
    return record_of(choice(who, kind, (purpose,), str(uuid.uuid4()), at), 1)


def one_each(people: Sequence[Person]) -> list[Record]:
    return [said(who, WITHDRAWAL, "marketing-campaigns") for who in people]


async def until(cluster: Cluster, condition: Callable[[], bool]) -> None:
    assert await cluster.wait(condition, LIMIT_S), "not reached in time"


async def all_but_one(cluster: Cluster) -> None:
    """Wait until only one delivery is left."""
    await until(cluster, lambda: cluster.progress.settled >= len(cluster.people) - 1)


@asynccontextmanager
async def ailing(cluster: Cluster, fault: Fault) -> AsyncIterator[None]:
    """The vendor has a fault for so long."""
    sandbox = cluster.sandboxes[MAIL]
    async with cluster.fault(fault.kind, MAIL), sandbox.client() as client:
        sandbox.arm(fault)
        yield
        await client.clear_faults()


async def killed_while_one_hangs(cluster: Cluster, env: dict[str, str]) -> None:
    """The first record stays open, all others are settled above it; then the worker is killed and started again."""
    await cluster.publisher.publish(one_each(cluster.people))
    async with ailing(cluster, Fault(kind="hang", person=cluster.people[0].email)):
        await cluster.start_worker(**env)
        await all_but_one(cluster)
        await cluster.kill()
    await cluster.start_worker(**env)
    await ends(cluster, env)


async def one_is_refused(cluster: Cluster, env: dict[str, str]) -> None:
    """One call fails, and would be answered well the next time."""
    await cluster.publisher.publish(one_each(cluster.people))
    refused = Fault(kind="status", status=409, person=cluster.people[0].email, times=1)
    async with ailing(cluster, refused):
        await cluster.start_worker(**env)
        await ends(cluster, env)


async def killed_before_a_commit(cluster: Cluster, env: dict[str, str]) -> None:
    """After a slow transaction the next one holds all that was done meanwhile; before it the worker dies."""
    firsts, seconds = one_each(cluster.people), [said(who, WITHDRAWAL, "surveys", 50) for who in cluster.people]
    await cluster.publisher.publish([*firsts, *seconds])
    await cluster.start_worker(FAULTS_CUT="before_outcome:1:slow,before_outcome:1", **env)
    await cluster.dies()
    await cluster.start_worker(**env)
    await ends(cluster, env)


async def commit_fails(cluster: Cluster, env: dict[str, str]) -> None:
    """While a call is under way for one person, a commit fails; and that person changes their mind."""
    first, *others = cluster.people
    slow = Fault(kind="latency", person=first.email, seconds=LATE_S, times=1)
    slowly = said(first, WITHDRAWAL, "surveys")
    await cluster.publisher.publish([slowly, *one_each(others)])
    async with ailing(cluster, slow), cluster.fault("commit fails", "w1"):
        worker = await cluster.start_worker(FAULTS_CUT="before_commit:1:fail", **env)
        await until(cluster, lambda: says(worker, "cut at") and is_over(cluster, slowly, "withdraw"))
        await cluster.publisher.publish([said(first, GRANT, "surveys", 50)])
        await cluster.wait(lambda: called(cluster, first) >= 3, LATE_S)  # late, again, and the change of mind
    await ends(cluster, env)


async def zombie(cluster: Cluster, env: dict[str, str]) -> None:
    """A worker is frozen before it commits what became of a parked delivery, and replaced; then it goes on."""
    refused = Fault(kind="status", status=409, person=cluster.people[0].email)
    await cluster.publisher.publish(one_each(cluster.people))
    async with ailing(cluster, refused):
        old = await cluster.start_worker("w1", FAULTS_CUT="before_tombstone:1:stop,join:1", **env)
        await all_but_one(cluster)
        await until(cluster, lambda: "parked" in cluster.progress.told(MAIL))
    await until(cluster, lambda: says(old, "cut at"))
    async with ailing(cluster, refused), cluster.fault("freeze", "w1"):
        await replaced(cluster, old, env)
    if "w2" not in cluster.workers:
        await cluster.start_worker("w2")
    await ends(cluster, env)


async def replaced(cluster: Cluster, old: WorkerProcess, env: dict[str, str]) -> None:
    """Another worker takes over from the frozen one, which then goes on until it would join the group again."""
    gate = cluster.run.path / "gate"
    new = await cluster.start_worker("w2", FAULTS_GATE=str(gate), **env)
    halfway, through = f"{GATE}: lane {MAIL}", f'"role": "lane {MAIL}", "partition": 0, "start"'
    await until(cluster, lambda: says(new, halfway) or says(new, through))
    if says(new, through):
        await cluster.kill("w2")  # what it has in memory must not help
    os.kill(old.pid, signal.SIGCONT)
    await cluster.dies("w1")
    gate.touch()


def is_over(cluster: Cluster, record: Record, action: str) -> bool:
    policy = load_policy(CONTROLLER)
    event_id = (record.event or {})["event_id"]
    mine = delivery_id(CONTROLLER, event_id, MAIL, action, policy.version)
    return bool(cluster.progress.judged) and mine not in cluster.progress.open


async def ends(cluster: Cluster, env: Mapping[str, str]) -> None:
    """Wait until all is settled; with a bug, until whatever will ever be settled is."""
    open_before = set(cluster.progress.open)
    await cluster.publisher.publish([said(cluster.people[-1], WITHDRAWAL, "surveys")])
    judged = cluster.publisher.acked
    await until(cluster, lambda: cluster.progress.judged >= judged and cluster.progress.open.keys() <= open_before)
    await cluster.settled(LOST_S if env else LIMIT_S)


def called(cluster: Cluster, who: Person) -> int:
    return sum(who.key in entry.people for entry in cluster.sandboxes[MAIL].world.ledger.entries)


def says(worker: WorkerProcess, words: str) -> bool:
    return words in worker.log_file.read_text("utf-8")
