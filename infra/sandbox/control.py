"""The sandbox's own API under `/_sandbox/`: seed, ask, break and reset; no vendor has anything of the kind."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from aiohttp import web
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from infra.sandbox.faults import Fault
from infra.sandbox.people import Person

if TYPE_CHECKING:
    from infra.sandbox.engine import Engine
    from infra.sandbox.server import Sandbox

_PEOPLE = TypeAdapter(list[Person])
_FAULTS = TypeAdapter(list[Fault])
T = TypeVar("T")


class Happening(BaseModel):
    """Something that the person does at the vendor, outside its API."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    vendor: str
    event: str
    person: str
    args: Mapping[str, str] = {}


class Grant(BaseModel):
    """What happens to the access that `issuer` gave.

    `expire` ends all access tokens, `revoke` the refresh token or key as well, `restore` makes the latter good again.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    issuer: str
    action: Literal["expire", "revoke", "restore"]


class Control:
    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._world = sandbox.world
        self._engines = sandbox.engines

    def add_routes(self, router: web.UrlDispatcher) -> None:
        router.add_post("/_sandbox/people", self.seed)
        router.add_get("/_sandbox/people", self.everybody)
        router.add_get("/_sandbox/person", self.person)
        router.add_post("/_sandbox/happenings", self.happen)
        router.add_get("/_sandbox/ledger", self.ledger)
        router.add_post("/_sandbox/faults", self.arm)
        router.add_get("/_sandbox/faults", self.armed)
        router.add_delete("/_sandbox/faults", self.disarm)
        router.add_post("/_sandbox/grants", self.grant)
        router.add_get("/_sandbox/served", self.served)
        router.add_post("/_sandbox/reset", self.reset)

    async def seed(self, request: web.Request) -> web.Response:
        people = _parse(_PEOPLE, await request.read())
        self._sandbox.seed(people)
        return web.json_response({"seeded": len(people)})

    async def everybody(self, request: web.Request) -> web.Response:
        engines = {name: self._engine(name) for name in request.query.getall("vendor", ())} or self._engines
        return web.json_response({one.key: _state(one, engines) for one in self._world.people.all()})

    async def person(self, request: web.Request) -> web.Response:
        return web.json_response(_state(self._find(request.query["name"]), self._engines))

    async def happen(self, request: web.Request) -> web.Response:
        happening = _parse(TypeAdapter(Happening), await request.read())
        vendor = self._engine(happening.vendor).vendor
        try:
            vendor.happen(happening.event, self._find(happening.person), happening.args)
        except ValueError as error:
            raise web.HTTPBadRequest(text=str(error)) from error
        return web.json_response({})

    async def ledger(self, request: web.Request) -> web.Response:
        after = int(request.query.get("after", "0"))
        entries = [asdict(entry) for entry in self._world.ledger.entries if entry.seq > after]
        return web.json_response({"entries": entries})

    async def arm(self, request: web.Request) -> web.Response:
        faults = _parse(_FAULTS, await request.read())
        try:
            return web.json_response({"ids": [self._sandbox.arm(fault) for fault in faults]})
        except ValueError as error:
            raise web.HTTPBadRequest(text=str(error)) from error

    async def armed(self, _: web.Request) -> web.Response:
        armed = self._world.faults.armed().items()
        faults = [{"id": key, "struck": struck, "fault": fault.model_dump()} for key, (fault, struck) in armed]
        return web.json_response({"faults": faults})

    async def disarm(self, request: web.Request) -> web.Response:
        if "id" in request.query:
            self._world.faults.disarm(int(request.query["id"]))
        else:
            self._world.faults.clear()
        return web.json_response({})

    async def grant(self, request: web.Request) -> web.Response:
        grant = _parse(TypeAdapter(Grant), await request.read())
        tokens = self._world.tokens_of(self._engine(grant.issuer).vendor.name)
        if grant.action != "restore":
            tokens.revoke_all()
        if grant.action != "expire":
            tokens.grant_revoked = grant.action == "revoke"
        return web.json_response({})

    async def served(self, _: web.Request) -> web.Response:
        counts = {
            name: [{"verb": verb, "status": status, "calls": n} for (verb, status), n in engine.served.items()]
            for name, engine in self._engines.items()
        }
        return web.json_response(counts)

    async def reset(self, _: web.Request) -> web.Response:
        """Forget people, faults, limits and counts; secrets, tokens and the ledger stay."""
        self._world.people.clear()
        self._world.faults.clear()
        for engine in self._engines.values():
            engine.vendor.clear()
            engine.limiter.clear()
            engine.served.clear()
        return web.json_response({})

    def _find(self, name: str) -> Person:
        """Somebody whom nobody seeded may have come to a vendor by a call: then the name is an e-mail address."""
        return self._world.people.find(name) or Person(key=name, email=name, ga_client_id=name, crm=())

    def _engine(self, vendor: str) -> Engine:
        if vendor not in self._engines:
            raise web.HTTPNotFound(text=f"no vendor {vendor}: there are {', '.join(sorted(self._engines))}")
        return self._engines[vendor]


def _state(person: Person, engines: Mapping[str, Engine]) -> dict[str, Any]:
    states = {name: engine.vendor.state(person) for name, engine in engines.items()}
    return {name: state for name, state in states.items() if state is not None}


def _parse(adapter: TypeAdapter[T], raw: bytes) -> T:
    try:
        return adapter.validate_json(raw)
    except ValidationError as error:
        raise web.HTTPBadRequest(text=json.dumps(error.errors(include_url=False), default=str)) from error
