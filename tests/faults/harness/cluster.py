"""Everything a fault run needs, all of it real and on this machine: broker, vendors' sandboxes, worker processes."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, suppress
from typing import TYPE_CHECKING, Any, Self

from harness import launch, network, steady
from harness.accounts import HEALTHY, write_config
from harness.blows import Blows
from harness.handing_in import hand_in
from harness.marks import requests_follow
from harness.progress import Progress
from harness.publisher import Publisher
from harness.rundir import RunDir
from sizes import KEEP_S, SETTLE_S

from infra.sandbox import Sandbox, make_people
from streams import clients, topics
from streams.demo.broker import OwnBroker
from streams.demo.process import WorkerProcess
from streams.demo.read import follow_audit
from streams.ownership.tenure import now_micros
from streams.settings import Settings, key_file
from streams.stopping import ended

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from pathlib import Path
    from types import TracebackType

    from harness.accounts import Account
    from harness.proxy import Proxy

LIMITS_SCALE = 1000.0
"""Where limits are not what is tested, they are out of the way."""
PARTITIONS = 4
_POLL_S = 0.1


class Cluster(Blows):
    """An asynchronous context manager: inside it broker, topics and sandboxes are up; everything ends with it.

    run: the directory of the run. bootstrap: another broker than one of its own, without topics of the relay.
    proxied: workers that reach its own broker through one of `proxies` alone, see network.py; with any, one stands
    before every vendor, too.
    clocks: whether the workers' wall clocks can jump, see RunDir.clock.
    more: other settings of the workers.
    """

    def __init__(
        self,
        run: Path,
        accounts: Sequence[Account] = HEALTHY,
        *,
        people: int = 300,
        seed: int = 0,
        bootstrap: str | None = None,
        limits_scale: float = LIMITS_SCALE,
        proxied: Collection[str] = (),
        clocks: bool = False,
        **more: Any,
    ) -> None:
        self.run = RunDir(run)
        self.accounts = {account.name: account for account in accounts}
        self.people = make_people(people, seed)
        self.sandboxes = {
            account.name: Sandbox(
                self.run.ledger(account.name),
                requests_path=self.run.calls(account.name),
                limits_scale=limits_scale,
                faults=account.faults,
                fault_seed=seed,
            )
            for account in accounts
        }
        self.workers: dict[str, WorkerProcess] = {}
        self.progress = Progress(self.accounts)
        self.proxies: dict[str, Proxy] = {}
        self._proxied = proxied
        self._clocks = clocks
        self._bootstrap = bootstrap
        self._more = {"cluster_prefix": "local", "partitions": PARTITIONS, "limits_scale": limits_scale, **more}
        self._stack = AsyncExitStack()
        self._launches = 0
        self._handed_in = False
        self.began = now_micros()

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            bootstrap = self._bootstrap or await self._start_broker(stack)
            for name, sandbox in self.sandboxes.items():
                sandbox.seed(self.people, self.accounts[name].adapter)
                await sandbox.start()
                stack.push_async_callback(sandbox.stop)
                if self._proxied:
                    self.proxies[name] = await network.before_vendor(sandbox, stack)
            self.settings = self._settings(bootstrap)
            await self._make_topics()
            self.publisher = Publisher(self.settings, self.run)
            stack.push_async_callback(self.publisher.stop)
            stack.enter_context(steady.hardly_collecting())
            self._following = asyncio.create_task(follow_audit(self.settings, self.progress))
            stack.push_async_callback(ended, self._following)
            stack.push_async_callback(ended, asyncio.create_task(steady.watch(self.run)))
            stack.push_async_callback(self.stop_workers)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if isinstance(error, Exception) and not self._handed_in:
                await self._keep()
        finally:
            await self._stack.aclose()

    async def start_worker(self, name: str = "w1", *options: str, **env: str) -> WorkerProcess:
        """Start a worker, or one of that name again. env: `FAULTS_PLANT="..."` and the like, see launch.py."""
        self._launches += 1
        log_file = self.run.log(f"{name}.{self._launches}")
        env |= network.through_proxy(self) if name in self._proxied else {}
        env |= {launch.CLOCK: str(self.run.clock(name))} if self._clocks else {}
        program = {"program": launch.PROGRAM} if launch.is_needed(env) else {}
        self.workers[name] = await WorkerProcess.launch(
            name, self.settings.given(), log_file, *options, env=env, **program
        )
        return self.workers[name]

    @property
    def env(self) -> dict[str, str]:
        """For other programs of ours."""
        return {f"CONSENT_RELAY_{name}": value for name, value in self.settings.given().items()}

    async def wait(self, until: Callable[[], bool], within_s: float) -> bool:
        """Wait until it holds; False: too late.

        Raises:
            RelayError: a worker ended by itself.

        """
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                while not until():
                    self.check_alive()
                    await asyncio.sleep(_POLL_S)
                return True
        return False

    async def struck(self, name: str) -> int:
        """How many calls the faults struck that are armed at that vendor."""
        async with self.sandboxes[name].client() as client:
            return sum(armed["struck"] for armed in await client.faults())

    async def settled(self, within_s: float) -> bool:
        """Wait until all that was published is judged, and all that is due is over."""
        progress = self.progress
        return await self.wait(lambda: not progress.open and self.publisher.acked <= progress.judged, within_s)

    def check_alive(self) -> None:
        """Raises RelayError if a worker ended by itself, or the audit can't be followed any more."""
        for worker in self.workers.values():
            worker.check()
        if self._following.done():
            self._following.result()

    async def finish(self, **expect: Any) -> Path:
        """Stop the workers in order and write down what the checker wants to know; the run's directory."""
        if self.workers:
            await requests_follow(self, SETTLE_S)
        self._handed_in = True
        await self.stop_workers()
        await hand_in(self, now_micros(), expect)
        return self.run.path

    async def _keep(self) -> None:
        """As `finish`, of a run that has failed: as much as can be had; what goes wrong here hides nothing."""
        try:
            await self.stop_workers()
            async with asyncio.timeout(KEEP_S):
                await hand_in(self, now_micros(), {})
        except Exception as error:  # noqa: BLE001 - of any kind
            print(f"{self.run.path} isn't complete: {error!r}")

    def _settings(self, bootstrap: str) -> Settings:
        directory = self.run.path
        config = directory / "relay.toml"
        self.config = write_config(config, tuple(self.accounts.values()), self.sandboxes)
        return Settings(
            bootstrap_servers=bootstrap,
            data_dir=directory,
            config=config,
            secrets_dir=directory / "secrets",
            pepper_file=key_file(directory / "keys", "pepper")[0],
            relay_key_file=key_file(directory / "keys", "relay_key")[0],
            notary_key_file=key_file(directory / "keys", "notary_key")[0],
            **self._more,
        )

    async def _make_topics(self) -> None:
        admin = await clients.admin(self.settings)
        try:
            await topics.apply(admin, topics.topics(self.config.connections), self.settings.partitions, 1)
        finally:
            await admin.close()

    async def _start_broker(self, stack: AsyncExitStack) -> str:
        tunnel = None
        if self._proxied:
            self.proxies[network.BROKER], tunnel = await network.before_broker(stack)
        self.broker = OwnBroker(self.run.path / "kafka", tunnel=tunnel)
        stack.push_async_callback(self.broker.stop)
        return await self.broker.start()
