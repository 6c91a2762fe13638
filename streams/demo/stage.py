"""Kafka, vendor sandbox and workers, all on this machine: the demo plays on it, and so do the fault tests."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any, Self

from infra.sandbox import Sandbox
from schemas.errors import RelayError
from schemas.ids import pid
from schemas.times import SECOND
from streams import clients, topics
from streams.demo.accounts import all_lists, all_topics, policy_of
from streams.demo.broker import OwnBroker
from streams.demo.config import favourites, write_config
from streams.demo.judge import judge
from streams.demo.order import Outage
from streams.demo.process import STOP_LIMIT_S, WorkerProcess
from streams.demo.publisher import Publisher
from streams.demo.read import follow_audit, read_events
from streams.demo.stories import Teller
from streams.demo.tally import Tally
from streams.notary.keys import known_keys
from streams.notary.verify import Exam
from streams.notary.witness import witnessed
from streams.ownership.tenure import COMMIT_LIMIT_S, now_micros
from streams.settings import Settings, key_file
from streams.stopping import ended

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from pathlib import Path
    from random import Random
    from types import TracebackType

    from rich.console import Console

    from schemas.connections import RelayConfig
    from streams.demo.cast import Cast
    from streams.demo.events import Sent
    from streams.demo.judge import Judged
    from streams.notary.verify import Verdict

LIMITS_SCALE = 100.0
"""The vendors' true limits would stretch a demo over hours."""
CRM_JOB_S = 0.5
"""How long the CRM's mass deletions run."""
_UNREAD = 2 * SECOND
"""So long the last calls of a worker that is dead by now may lie unread at a busy vendor, µs."""
_POLL_S = 0.1


class Stage:
    """An asynchronous context manager: inside it broker, topics and sandbox are up; everything ends with it.

    casts: the people of each controller, of one as a rule. bootstrap: a broker that runs already, without topics of
    the relay; None: one is started in `directory`.
    limits_scale: factor on the vendors' limits, in sandbox and workers alike. more: other settings of the workers.
    """

    settings: Settings
    config: RelayConfig
    tally: Tally
    """The audit so far, while workers write it."""
    publisher: Publisher
    broker: OwnBroker
    """Only where it was started here."""
    outages: list[Outage]
    """When a worker was killed, and from when to when what the broker was asked for may have been lost."""

    def __init__(
        self,
        directory: Path,
        cast: Cast,
        *more_casts: Cast,
        bootstrap: str | None = None,
        limits_scale: float = LIMITS_SCALE,
        console: Console | None = None,
        **more: Any,
    ) -> None:
        self.directory = directory
        self.cast = cast
        self.casts = (cast, *more_casts)
        self._whose = {person.key: cast.controller for cast in self.casts for person in cast.people}
        self.workers: dict[str, WorkerProcess] = {}
        self.sandbox = Sandbox(
            directory / "ledger.jsonl",
            secrets_dir=directory / "secrets",
            limits_scale=limits_scale,
            crm_job_s=CRM_JOB_S,
            double_opt_in=all_lists(),
            topics=all_topics(),
            faults=[fault for each in self.casts for fault in each.faults],
        )
        self._bootstrap = bootstrap
        self._more = {**more, "limits_scale": limits_scale}
        self._console = console
        self.outages = []
        self._stack = AsyncExitStack()
        self._following: asyncio.Task[None] | None = None
        self._launches = 0

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            bootstrap = self._bootstrap or await self._start_broker(stack)
            stack.push_async_callback(self.sandbox.stop)
            await self._set_up(bootstrap)
            stack.push_async_callback(self.publisher.stop)
            self._following = asyncio.create_task(follow_audit(self.settings, self.tally))
            stack.push_async_callback(ended, self._following)
            stack.push_async_callback(self.stop_workers)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def start_worker(self, name: str = "worker-1") -> WorkerProcess:
        """Start a worker, or one of that name again; its `ready()` tells when it works."""
        self._launches += 1
        log_file = self.directory / f"{name}.{self._launches}.log"
        self.workers[name] = await WorkerProcess.launch(name, self.settings.given(), log_file)
        return self.workers[name]

    async def kill_worker(self, name: str = "worker-1") -> None:
        """SIGKILL; a worker of that name may be started again."""
        began = now_micros()
        await self.workers.pop(name).kill()
        self.outages.append(Outage(began, now_micros() + _UNREAD))

    async def stop_workers(self) -> None:
        """Let all workers hand over and end."""
        await asyncio.gather(*(worker.stop(STOP_LIMIT_S) for worker in self.workers.values()))
        self.workers.clear()

    async def interrupt_broker(self, end: Callable[[], Awaitable[None]], away_s: float) -> None:
        """Let the broker end, by its `kill` or `stop`, and start it again after so many s."""
        began = now_micros()
        await end()
        await asyncio.sleep(away_s)
        await self.broker.start_again()
        # So long may a transaction that began meanwhile take to fail, and what was called for it since is done again.
        self.outages.append(Outage(began, now_micros() + round(COMMIT_LIMIT_S * SECOND)))

    async def publish(self, events: Sequence[Sent], told: Callable[[int], None] = lambda _: None) -> None:
        """Publish at full speed, each partition in the order given; `told` hears how many the broker has."""
        await self.publisher.publish(events, told)

    async def in_log(self) -> int:
        """How many records came into `consent.events` from outside, those that got no acknowledgement among them."""
        return len({entry.first for entry in await read_events(self.settings)})

    async def wait_settled(
        self, published: int, within_s: float, told: Callable[[Tally], None] = lambda _: None
    ) -> bool:
        """Wait until so many records are judged and all that is due has an outcome or an open task; False: too late.

        Raises:
            RelayError: a worker ended by itself.

        """
        try:
            async with asyncio.timeout(within_s):
                while not self.tally.is_settled(published):
                    self.check_alive()
                    told(self.tally)
                    await asyncio.sleep(_POLL_S)
        except TimeoutError:
            return False
        told(self.tally)
        return True

    async def check(self) -> Judged:
        """What came of it all, against what the model expects."""
        return await judge(self)

    async def verify_audit(self) -> list[Verdict]:
        """Whether the audit is as the notary has signed it, by partition."""
        exam = Exam(self.settings, known_keys(self.settings), witnessed([self.settings.witness]))
        return await exam.all(range(self.settings.partitions))

    def teller(self, rng: Random, cast: Cast | None = None) -> Teller:
        """Who tells what a cast chooses; None: the first one."""
        cast = cast or self.cast
        policy = policy_of(cast.controller)
        return Teller(cast, policy, favourites(policy, self.config), rng)

    def pid_of(self, subject_id: str) -> str:
        """Of one of the people, or of the first controller's for everybody else."""
        whose = self._whose.get(subject_id, self.cast.controller)
        return pid(self.settings.key("pepper"), whose, subject_id)

    async def _set_up(self, bootstrap: str) -> None:
        for cast in self.casts:
            self.sandbox.seed(cast.people)
        await self.sandbox.start()
        path = self.directory / "relay.toml"
        self.config = write_config(path, self.sandbox.settings, [cast.controller for cast in self.casts])
        self.tally = Tally.of(self.config)
        self.settings = Settings(
            bootstrap_servers=bootstrap,
            cluster_prefix="local",
            data_dir=self.directory,
            config=path,
            secrets_dir=self.directory / "secrets",
            pepper_file=key_file(self.directory / "keys", "pepper")[0],
            relay_key_file=key_file(self.directory / "keys", "relay_key")[0],
            notary_key_file=key_file(self.directory / "keys", "notary_key")[0],
            **self._more,
        )
        self.publisher = Publisher(self.settings)
        admin = await clients.admin(self.settings)
        try:
            await topics.apply(admin, topics.topics(self.config.connections), self.settings.partitions, 1)
        finally:
            await admin.close()

    def check_alive(self) -> None:
        """Raises RelayError if a worker has ended by itself, or the audit can't be followed any more."""
        for worker in self.workers.values():
            worker.check()
        if self._following and self._following.done():
            raise RelayError("the audit can't be read any more") from self._following.exception()

    async def _start_broker(self, stack: AsyncExitStack) -> str:
        self.broker = OwnBroker(self.directory / "kafka", self._console)
        stack.push_async_callback(self.broker.stop)
        return await self.broker.start()
