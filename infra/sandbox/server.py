"""The sandbox as a server: one port, every vendor under its own prefix, the control API beside them."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from aiohttp import web

from infra.sandbox.client import SandboxClient
from infra.sandbox.control import Control
from infra.sandbox.credentials import obtain, publish_account
from infra.sandbox.engine import Engine
from infra.sandbox.faults import Fault, Faults
from infra.sandbox.ledger import Ledger
from infra.sandbox.lines import Lines
from infra.sandbox.vendor import Operation, Vendor, wanted
from infra.sandbox.vendors import load
from infra.sandbox.world import MailingList, Topic, World

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from infra.sandbox.clock import Clock
    from infra.sandbox.limits import Limit
    from infra.sandbox.people import Person

_HOST = "127.0.0.1"
_MAX_BODY = 64 * 1024 * 1024
"""Bytes; thousands of people are seeded in one call."""
_GRACE_S = 0.1
"""Seconds that a stop leaves to calls under way: no handler waits, so only injected delays are cut off."""
DOUBLE_OPT_IN: Mapping[str, bool] = {"marketing-campaigns": True, "surveys": False}
"""Purpose of a mailing list to whether it asks for confirmation."""
TOPICS: Mapping[str, str] = {"newsletter": "opt_out", "marketing-campaigns": "opt_out", "surveys": "opt_in"}
"""Purpose of a subscription to what it means at Intercom to be attached to it."""


@dataclass(frozen=True, slots=True)
class SandboxSettings:
    """What a relay must be told to work against this sandbox; `base_urls` by vendor, `list_keys` by purpose.

    secrets: of the vendors that have their own, by name, `<vendor>_<key>`. topic_numbers: by purpose.
    """

    base_urls: Mapping[str, str]
    zoho_client_id: str
    zoho_client_secret: str = field(repr=False)
    zoho_refresh_token: str = field(repr=False)
    google_service_account: str = field(repr=False)
    secrets: Mapping[str, str] = field(repr=False)
    ga_property_id: str
    list_keys: Mapping[str, str]
    topic_numbers: Mapping[str, int]
    secrets_dir: Path | None


class Sandbox:
    """Every vendor that the sandbox knows, on one port.

    ledger_path: where accepted calls are written as JSON lines; None keeps them in memory alone.
    requests_path: where a line is written for every request, accepted or not: its moment in µs, vendor and verb.
    secrets_dir: where the secrets lie, made at the first start (`zoho_client_id`, `zoho_client_secret`,
      `zoho_refresh_token`, `google_service_account`, others `<vendor>_<key>`, mode 0600) and accepted again by every
      later one; None makes them anew.
    limits_scale: multiplies the calls that the vendors allow; their windows and lock-outs stay as long as they are.
    limits: an operation's limits instead of the vendor's own, by verb; they are multiplied, too.
    access_token_life_s: of every access token; the vendors' own is an hour.
    double_opt_in: the mailing lists, by purpose, and which of them ask the person to confirm.
    topics: the purposes for which vendors have a subscription, and whether Intercom's are `opt_out` or `opt_in`.
    crm_search_lag_s: how long the CRMs' searches don't find a record after an edit.
    crm_job_s: how long a job of the CRM's mass deletion takes; None: it is done at once, without a job.
    clock: Unix time in seconds; decides limits, lock-outs and expiry. Injected latency passes in real time.
    """

    def __init__(
        self,
        ledger_path: Path | None = None,
        *,
        requests_path: Path | None = None,
        secrets_dir: Path | None = None,
        limits_scale: float = 1.0,
        limits: Mapping[str, Sequence[Limit]] | None = None,
        access_token_life_s: float = 3600.0,
        faults: Iterable[Fault] = (),
        fault_seed: int = 0,
        ga_property_id: str = "310987654",
        double_opt_in: Mapping[str, bool] = DOUBLE_OPT_IN,
        topics: Mapping[str, str] = TOPICS,
        crm_search_lag_s: float = 0.0,
        crm_job_s: float | None = None,
        clock: Clock = time.time,
    ) -> None:
        load()
        self.world = World(
            clock=clock,
            credentials=obtain(secrets_dir, wanted()),
            ledger=Ledger(ledger_path, clock),
            requests=Lines(requests_path),
            faults=Faults(fault_seed),
            limits_scale=limits_scale,
            limits=limits or {},
            access_token_life_s=access_token_life_s,
            ga_property_id=ga_property_id,
            mailing_lists={purpose: MailingList(_list_key(purpose), ask) for purpose, ask in double_opt_in.items()},
            topics={purpose: Topic(_topic_number(purpose), kind) for purpose, kind in topics.items()},
            crm_search_lag_s=crm_search_lag_s,
            crm_job_s=crm_job_s,
        )
        self.engines = {name: Engine(vendor(self.world)) for name, vendor in Vendor.registry.items()}
        for fault in faults:
            self.arm(fault)
        self._secrets_dir = secrets_dir
        self._runner: web.AppRunner | None = None

    async def start(self, port: int = 0) -> str:
        """Listen on the loopback interface (0: any free port) and return the base URL."""
        app = web.Application(client_max_size=_MAX_BODY)
        for name, engine in self.engines.items():
            for operation in engine.vendor.served():
                path = f"/{name}{operation.path}"
                app.router.add_route(operation.method, path, partial(engine.serve, operation))
            wrong_path = partial(engine.serve, _wrong_path(engine.vendor))
            app.router.add_route("*", f"/{name}/{{tail:.*}}", wrong_path)
        Control(self).add_routes(app.router)
        self._runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=_GRACE_S)
        await self._runner.setup()
        site = web.TCPSite(self._runner, _HOST, port)
        await site.start()
        self.world.base_url = f"http://{_HOST}:{self._runner.addresses[0][1]}"
        publish_account(self._secrets_dir, self.settings.google_service_account)
        return self.world.base_url

    async def stop(self) -> None:
        for engine in self.engines.values():
            engine.stop()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
        self.world.ledger.close()
        self.world.requests.close()

    @property
    def settings(self) -> SandboxSettings:
        """Valid once started: the URLs hold the port."""
        world, secrets = self.world, self.world.credentials
        urls = {name: f"{world.base_url}/{name}" for name in self.engines}
        return SandboxSettings(
            base_urls=urls,
            zoho_client_id=secrets.zoho_client_id,
            zoho_client_secret=secrets.zoho_client_secret,
            zoho_refresh_token=secrets.zoho_refresh_token,
            google_service_account=secrets.service_account(f"{urls['google_oauth']}/token"),
            secrets=secrets.named,
            ga_property_id=world.ga_property_id,
            list_keys={purpose: mailing_list.key for purpose, mailing_list in world.mailing_lists.items()},
            topic_numbers={purpose: topic.number for purpose, topic in world.topics.items()},
            secrets_dir=self._secrets_dir,
        )

    def seed(self, people: Iterable[Person], *vendors: str) -> None:
        """Make these vendors, or all, know these people; the control API's seeding is for all."""
        whom = [self.engines[name].vendor for name in vendors or self.engines]
        for person in people:
            self.world.people.add(person)
            for vendor in whom:
                vendor.seed(person)

    def arm(self, fault: Fault) -> int:
        """Arm a fault and return its id; ValueError for one that could never strike."""
        meant = [engine.vendor for name, engine in self.engines.items() if fault.vendor in ("*", name)]
        verbs = {operation.verb for vendor in meant for operation in vendor.served()}
        if not meant or fault.verb not in {None, *verbs}:
            message = f"nothing at {fault.vendor} to strike by verb {fault.verb}: there are {sorted(verbs)}"
            raise ValueError(message)
        return self.world.faults.arm(fault)

    def client(self) -> SandboxClient:
        """A client of the control API, to be used as an asynchronous context manager."""
        return SandboxClient(self.world.base_url)


def _list_key(purpose: str) -> str:
    """Not a secret, and the same after every restart."""
    return f"3z{hashlib.sha256(purpose.encode()).hexdigest()}"


def _topic_number(purpose: str) -> int:
    """The same after every restart, and never 0."""
    return 1 + int.from_bytes(hashlib.sha256(purpose.encode()).digest()[:3], "big")


def _wrong_path(vendor: Vendor) -> Operation:
    return Operation("wrong_path", "*", "", lambda _: vendor.error(404))
