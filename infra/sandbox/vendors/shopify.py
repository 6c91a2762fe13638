"""Shopify's GraphQL Admin API, https://<shop>.myshopify.com/admin/api/2026-10/graphql.json: customers of one shop.

- Fields, inputs and enums: [S] npm @shopify/dev-mcp@1.16.0 data/admin_2026-10.json. An address and a number are
  one customer's: [D].
- `errors` with a code in a 200; THROTTLED with `cost`: [D] rate-limits, [T] community.shopify.com/t/.../8456. A bad
  token: 401 with a text: [T]. A shop or version that isn't there: 404 with a text: [C].
- A mutation costs 10 points, a query 1 [U]; a bucket of `limits` calls here.
- An erasure is only requested: it is carried out when a test says so (`redact`). A repeated request is taken [U].

Only what the relay asks is understood: the query's words aren't, but the variables and which mutation it is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from infra.sandbox.limits import Limit
from infra.sandbox.people import fold
from infra.sandbox.vendor import Answer, Call, Operation, Vendor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from infra.sandbox.people import Person
    from infra.sandbox.world import World

_SETTABLE = ("SUBSCRIBED", "UNSUBSCRIBED", "PENDING")
_CODES = {403: "ACCESS_DENIED", 429: "THROTTLED"}
_LIMIT = Limit(calls=10, window_s=1)
_PLACES = {"email": ("defaultEmailAddress", "emailAddress"), "sms": ("defaultPhoneNumber", "phoneNumber")}


@dataclass(slots=True)
class _Customer:
    """`names`: channel → address or number; states: channel → its marketing state; whatsapp: the number's there."""

    id: str
    names: dict[str, str]
    states: dict[str, str] = field(default_factory=dict)
    erasing: bool = False
    whatsapp: str = "NEVER_SUBSCRIBED"

    def shown(self) -> dict[str, Any]:
        shown: dict[str, Any] = {"id": self.id}
        for channel, (place, name) in _PLACES.items():
            value = self.names.get(channel)
            shown[place] = {name: value, "marketingState": self.states[channel]} if value else None
        if shown["defaultPhoneNumber"]:
            shown["defaultPhoneNumber"]["whatsAppMarketingConsent"] = {"state": self.whatsapp}
        return shown


class Shopify(Vendor):
    name: ClassVar[str] = "shopify"
    auth: ClassVar[str] = "api_key"
    key_header: ClassVar[tuple[str, str]] = ("X-Shopify-Access-Token", "{}")
    forms: ClassVar[Mapping[str, str]] = {"api_key": "shpat_{}"}

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._customers: dict[str, _Customer] = {}

    def operations(self) -> Iterable[Operation]:
        yield Operation("graphql", "POST", "/admin/api/2026-10/graphql.json", self._graphql, limits=(_LIMIT,))

    def error(self, status: int) -> Answer:
        if status == 401:  # noqa: PLR2004 - HTTP's own
            return Answer(401, {"errors": "[API] Invalid API key or access token"})
        if status == 404:  # noqa: PLR2004 - the same
            return Answer(404, {"errors": "Not Found"})
        code = _CODES.get(status, "INTERNAL_SERVER_ERROR")
        body: dict[str, Any] = {"errors": [{"message": code.capitalize(), "extensions": {"code": code}}]}
        if status == 429:  # noqa: PLR2004 - HTTP's own
            bucket = {"maximumAvailable": 2000.0, "currentlyAvailable": 0, "restoreRate": 100.0}
            body["extensions"] = {"cost": {"requestedQueryCost": 10, "throttleStatus": bucket}}
        return Answer(status, body)

    def throttled(self, limit: Limit | None) -> Answer:
        del limit
        return Answer(200, self.error(429).body)

    def identities(self, call: Call) -> Sequence[str]:
        variables = _variables(call)
        customer = self._customers.get(
            str(variables.get("customerId") or variables.get("input", {}).get("customerId"))
        )
        return tuple(customer.names.values()) if customer else tuple(variables.get("identifier", {}).values())

    def seed(self, person: Person) -> None:
        if person.crm:
            customer = f"gid://shopify/Customer/{7_000_000_000 + len(self._customers)}"
            names = {"email": person.email, **({"sms": person.phone} if person.phone else {})}
            self._customers[customer] = _Customer(customer, names, dict.fromkeys(names, "SUBSCRIBED"))

    def state(self, person: Person) -> dict[str, Any]:
        mine = self._of("email", person.email)
        asked = mine is not None and mine.whatsapp != "NEVER_SUBSCRIBED"
        return {
            "known": mine is not None,
            "states": {**mine.states, **({"whatsapp": mine.whatsapp} if asked else {})} if mine else {},
            "erasing": bool(mine and mine.erasing),
        }

    def happen(self, event: str, person: Person, args: Mapping[str, str]) -> None:
        """`redact`: what was requested is carried out; `subscribe`, `whatsapp`: the person does so (again)."""
        customer = self._of("email", person.email)
        if customer is None or event not in {"redact", "subscribe", "whatsapp"}:
            super().happen(event, person, args)
        elif event == "redact" and customer.erasing:
            del self._customers[customer.id]
        elif event == "subscribe":
            customer.states["email"] = "SUBSCRIBED"
        elif event == "whatsapp":
            customer.whatsapp = "SUBSCRIBED"

    def clear(self) -> None:
        self._customers.clear()

    def _of(self, channel: str, name: str) -> _Customer | None:
        found = (one for one in self._customers.values() if fold(one.names.get(channel, "")) == fold(name))
        return next(found, None)

    def _graphql(self, call: Call) -> Answer:
        query = str(call.body.get("query")) if isinstance(call.body, dict) else ""
        handlers: dict[str, Callable[[Call], Any]] = {
            "customerByIdentifier(": self._find,
            "customerEmailMarketingConsentUpdate(": lambda one: self._consent(one, "email"),
            "customerSmsMarketingConsentUpdate(": lambda one: self._consent(one, "sms"),
            "customerWhatsAppMarketingConsentUpdate(": self._whatsapp,
            "customerRequestDataErasure(": self._erase,
            "shop {": lambda _: {"id": "gid://shopify/Shop/1"},
        }
        handle = next((handle for name, handle in handlers.items() if name in query), None)
        if handle is None:
            return Answer(200, {"errors": [{"message": "Parse error", "extensions": {"code": "undefinedField"}}]})
        return Answer(200, {"data": {"it": handle(call)}, "extensions": {"cost": {"requestedQueryCost": 10}}})

    def _find(self, call: Call) -> dict[str, Any] | None:
        wanted = _variables(call)["identifier"]
        channel = "email" if "emailAddress" in wanted else "sms"
        found = self._of(channel, next(iter(wanted.values())))
        return found.shown() if found else None

    def _consent(self, call: Call, channel: str) -> dict[str, Any]:
        asked = _variables(call)["input"]
        customer = self._customers.get(asked["customerId"])
        state = asked[f"{channel}MarketingConsent"]["marketingState"]
        if customer is None or channel not in customer.names or state not in _SETTABLE:
            return {"customer": None, "userErrors": [_error("INVALID")]}
        changed = customer.states[channel] != state
        customer.states[channel] = state
        effect = "withdraw" if state == "UNSUBSCRIBED" else "grant"
        self._record(call, customer, effect, changed=changed, channel=channel)
        return {"customer": customer.shown(), "userErrors": []}

    def _whatsapp(self, call: Call) -> dict[str, Any]:
        asked = _variables(call)["input"]
        customer, state = self._customers.get(asked["customerId"]), asked["whatsAppMarketingConsent"]["state"]
        if customer is None or "sms" not in customer.names or state not in _SETTABLE:
            return {"customerPhoneNumber": None, "userErrors": [_error("INVALID")]}
        changed, customer.whatsapp = customer.whatsapp != state, state
        effect = "withdraw" if state == "UNSUBSCRIBED" else "grant"
        self._record(call, customer, effect, changed=changed, channel="whatsapp")
        return {"customerPhoneNumber": customer.shown()["defaultPhoneNumber"], "userErrors": []}

    def _erase(self, call: Call) -> dict[str, Any]:
        customer = self._customers.get(_variables(call)["customerId"])
        if customer is None:
            return {"customerId": None, "userErrors": [_error("DOES_NOT_EXIST")]}
        changed, customer.erasing = not customer.erasing, True
        self._record(call, customer, "erase", changed=changed)
        return {"customerId": customer.id, "userErrors": []}

    def _record(self, call: Call, customer: _Customer, effect: str, *, changed: bool, **detail: Any) -> None:
        self.record(call, effect, (customer.names["email"],), given=(customer.id,), changed=changed, **detail)


def _variables(call: Call) -> dict[str, Any]:
    found = call.body.get("variables") if isinstance(call.body, dict) else None
    return found if isinstance(found, dict) else {}


def _error(code: str) -> dict[str, Any]:
    return {"field": ["customerId"], "message": code.capitalize(), "code": code}
