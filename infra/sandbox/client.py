"""The control API from a test's or a demo's side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Self

import aiohttp

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from types import TracebackType

    from infra.sandbox.faults import Fault
    from infra.sandbox.people import Person

    _Params = Mapping[str, str] | Sequence[tuple[str, str]]


class SandboxClient:
    """Asks and tells a sandbox, as an asynchronous context manager; a refusal raises aiohttp.ClientResponseError."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def seed(self, people: Iterable[Person]) -> int:
        """Make the vendors know these people, all in one call; how many they were."""
        answer = await self._call("POST", "people", json=[person.model_dump(mode="json") for person in people])
        return int(answer["seeded"])

    async def person(self, name: str) -> dict[str, Any]:
        """What each vendor holds of the person with this key, e-mail address or client id."""
        state: dict[str, Any] = await self._call("GET", "person", params={"name": name})
        return state

    async def everybody(self, *vendors: str) -> dict[str, dict[str, Any]]:
        """What each of these vendors, or of all, holds of each seeded person, by key."""
        asked = [("vendor", name) for name in vendors]
        states: dict[str, dict[str, Any]] = await self._call("GET", "people", params=asked)
        return states

    async def happen(self, vendor: str, event: str, person: str, **args: str) -> None:
        """Let the person do something at the vendor outside its API."""
        await self._call(
            "POST", "happenings", json={"vendor": vendor, "event": event, "person": person, "args": args}
        )

    async def ledger(self, after: int = 0) -> list[dict[str, Any]]:
        """The accepted calls with a sequence number above `after`."""
        entries: list[dict[str, Any]] = (await self._call("GET", "ledger", params={"after": str(after)}))["entries"]
        return entries

    async def set_fault(self, *faults: Fault) -> list[int]:
        """Arm faults; their ids."""
        ids: list[int] = (await self._call("POST", "faults", json=[fault.model_dump() for fault in faults]))["ids"]
        return ids

    async def faults(self) -> list[dict[str, Any]]:
        """The armed faults, each with its id and the number of calls that it struck."""
        faults: list[dict[str, Any]] = (await self._call("GET", "faults"))["faults"]
        return faults

    async def clear_faults(self, fault_id: int | None = None) -> None:
        """Disarm one fault, or all."""
        await self._call("DELETE", "faults", params={} if fault_id is None else {"id": str(fault_id)})

    async def grant(self, issuer: str, action: Literal["expire", "revoke", "restore"]) -> None:
        """End all access tokens of the issuer; with `revoke` its refresh token or key as well, until `restore`."""
        await self._call("POST", "grants", json={"issuer": issuer, "action": action})

    async def served(self) -> dict[str, list[dict[str, Any]]]:
        """Answers by vendor, verb and status; the status 0 stands for a connection that got none."""
        counts: dict[str, list[dict[str, Any]]] = await self._call("GET", "served")
        return counts

    async def reset(self) -> None:
        """Forget people, faults, limits and counts; secrets, tokens and the ledger stay."""
        await self._call("POST", "reset")

    async def _call(self, method: str, path: str, *, json: Any = None, params: _Params = ()) -> Any:
        if self._session is None:
            message = "use the client as an asynchronous context manager"
            raise RuntimeError(message)
        url = f"{self._base_url}/_sandbox/{path}"
        async with self._session.request(method, url, json=json, params=params) as response:
            if not response.ok:
                raise aiohttp.ClientResponseError(
                    response.request_info, response.history, status=response.status, message=await response.text()
                )
            return await response.json()
