"""The engine, connected over real HTTP to a sandbox of its own, and the people whom the sandbox knows."""

from __future__ import annotations

import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from engine_support import Lane
from vendor_support import instruction

from infra.sandbox import Person, Sandbox, SandboxClient
from infra.sandbox.credentials import obtain
from processors.engine.connect import connectors
from processors.engine.kinds import KINDS
from processors.engine.transport import http_transport
from processors.vendors.base import VENDORS
from schemas.connections import parse_config

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

    from schemas.records import Action

ANN = Person(
    key="s-ann",
    email="Ann.O'Neil+x(1)@example.test",
    ga_client_id="123456.987654",
    crm=("Contacts", "Leads"),
    lists={"marketing-campaigns": "active", "surveys": "active"},
)
BOB = Person(
    key="s-bob", email="bob@example.test", ga_client_id="5.6", crm=("Contacts",), lists={"surveys": "active"}
)
NEIGHBOUR = Person(key="s-near", email=f"x{ANN.email}", ga_client_id="1.1")


class Clock:
    """The real time, as Google checks it in a JWT, and what the test adds."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


class Relay:
    """The engine, connected to a sandbox; remembers what it noted, as a lane does."""

    def __init__(self, sandbox: Sandbox, control: SandboxClient, connected: dict[str, Any], clock: Clock) -> None:
        self.sandbox, self.control, self.clock = sandbox, control, clock
        self.connected = connected
        self._noted: dict[str, tuple[str, ...]] = {}

    async def do(self, vendor: str, action: Action, person: Person = ANN, **more: Any) -> Any:
        lane, name = Lane(), f"{vendor}-{action}-{person.key}"
        asked = instruction(
            action,
            delivery_id=name,
            emails=(person.email,),
            more=_further(person),
            refs=self._noted.get(name, ()),
            **{"purposes": ("surveys",), **more},
        )
        outcomes = await lane.carry_out(self.connected[vendor], [asked])
        self._noted |= {note.delivery_id: note.refs for note in lane.notes}
        return outcomes[name]

    def forget(self) -> None:
        """What was noted."""
        self._noted.clear()

    async def read_back(self, vendor: str, action: Action, person: Person = ANN, **more: Any) -> Any:
        named = {"emails": (person.email,), "more": _further(person), "purposes": ("surveys",)}
        asked = instruction(action, **{**named, **more})
        return (await self.connected[vendor].ask("person", [asked], permit=Lane().permit))[asked.delivery_id]

    async def poll(self, vendor: str, action: Action, taken: Any, person: Person = ANN) -> Any:
        """What the vendor says of the job that it has `taken` in."""
        asked = instruction(action, emails=(person.email,), more=_further(person), refs=taken.later.refs)
        return (await self.connected[vendor].ask("job", [asked], permit=Lane().permit))[asked.delivery_id]

    async def held(self, vendor: str, person: Person = ANN) -> dict[str, Any]:
        state: dict[str, Any] = (await self.control.person(person.key))[vendor]
        return state

    async def effects(self, vendor: str) -> list[str]:
        return [entry["effect"] for entry in await self.control.ledger() if entry["vendor"] == vendor]

    async def served(self, vendor: str, status: int) -> int:
        answers = (await self.control.served()).get(vendor, [])
        return sum(answer["calls"] for answer in answers if answer["status"] == status)


def _further(person: Person) -> tuple[tuple[str, str], ...]:
    """The identities of a person besides the e-mail address."""
    named = {"ga_client_id": person.ga_client_id, "phone": person.phone, "user_id": person.user_id}
    return tuple((kind, value) for kind, value in named.items() if value)


def tables(sandbox: Sandbox, own: Mapping[str, dict[str, Any]] | None = None) -> dict[str, Any]:
    """A connection to each vendor that the sandbox serves; `own`: options by adapter."""
    settings = sandbox.settings
    zoho = {key: key for key in ("client_id", "client_secret", "refresh_token")}
    accounts = {"accounts_url": settings.base_urls["zoho_accounts"]}
    base = {"controller": "c", "serves": ["r"], "mode": "live", "limits": []}
    own = own or {}
    options: dict[str, dict[str, Any]] = {
        "zoho_crm": accounts,
        "zoho_campaigns": {**accounts, "lists": dict(settings.list_keys)},
        "google_analytics": {"property_ids": [settings.ga_property_id], "user_provided_data": False},
        "hubspot": {"tracking": ["web-analytics"], "subscriptions": dict(settings.topic_numbers)},
        "intercom": {"subscriptions": {purpose: str(n) for purpose, n in settings.topic_numbers.items()}},
    }
    secrets = {"zoho_oauth": zoho, "google_service_account": {"service_account": "account"}}
    return {
        name.replace("_", "-"): {
            **base,
            "adapter": name,
            "base_url": settings.base_urls[name],
            "options": {**_options(sandbox, name), **options.get(name, {}), **own.get(name, {})},
            "secrets": secrets.get(kind.auth, {key: f"{name}_{key}" for key in KINDS[kind.auth].secrets}),
        }
        for name, kind in VENDORS.items()
        if name in settings.base_urls
    }


def _options(sandbox: Sandbox, name: str) -> dict[str, Any]:
    """Those of the adapter's example; tokens and mailing lists are had here, and one look is enough."""
    urls, kind = sandbox.settings.base_urls, VENDORS[name]
    token_url = f"{urls[name]}{sandbox.engines[name].vendor.token_path}"
    lists = dict(sandbox.settings.list_keys)
    here = {"token_url": token_url, "accounts_url": urls["zoho_accounts"], "lists": lists, "search_lag_s": 0}
    here |= sandbox.engines[name].vendor.public()
    return {**kind.example, **{key: here[key] for key in here if key in kind.options_type.model_fields}}


def secrets_of(sandbox: Sandbox) -> dict[str, str]:
    """By the names that `tables` gives them."""
    settings = sandbox.settings
    return {
        "client_id": settings.zoho_client_id,
        "client_secret": settings.zoho_client_secret,
        "refresh_token": settings.zoho_refresh_token,
        "account": settings.google_service_account,
        **settings.secrets,
    }


def another(key: str) -> str:
    """A secret of this kind that isn't the right one."""
    keys = {"private_key": lambda: obtain(None).google_private_key, "signing_key": lambda: "00" * 32}
    return keys.get(key, lambda: "wrong")()


@asynccontextmanager
async def relay(
    *,
    crm: dict[str, Any] | None = None,
    options: Mapping[str, dict[str, Any]] | None = None,
    spoil: dict[str, Callable[[str], str]] | None = None,
    secrets: Mapping[str, str] | None = None,
    **sandbox_options: Any,
) -> AsyncIterator[Relay]:
    """crm: options of Zoho CRM; options: of any adapter; secrets: adapter → an optional secret it has, too."""
    clock = Clock()
    sandbox = Sandbox(clock=clock, **sandbox_options)
    await sandbox.start()
    values = secrets_of(sandbox)
    values |= {key: change(values[key]) for key, change in (spoil or {}).items()}
    connections = tables(sandbox, {"zoho_crm": crm or {}, **(options or {})})
    for name, key in (secrets or {}).items():
        connections[name.replace("_", "-")]["secrets"][key] = f"{name}_{key}"
    config = {"controllers": {"c": {"policy": "p"}}, "connections": connections}
    try:
        async with http_transport() as transport, sandbox.client() as control:
            ready = connectors(parse_config(config, "test"), values.__getitem__, transport)
            for connector in ready.values():
                connector.limiter.hold(0, 1, new=True)
            connected = {name.replace("-", "_"): connector for name, connector in ready.items()}
            await control.seed([ANN, BOB, NEIGHBOUR])
            yield Relay(sandbox, control, connected, clock)
    finally:
        await sandbox.stop()
