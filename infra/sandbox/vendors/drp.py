"""A business that speaks Data Rights Protocol 1.0; `/drp` stands for its `api_base`.

- Key setup 2.05, agent information 2.06, exercise 2.01, status 2.02, revoke 2.04, errors 3.06, order of checks 3.07:
  [S] consumer-reports-innovation-lab/data-rights-protocol@ca1f837 `data-rights-protocol.md`.
- Each signed body is checked as 3.07 says it: signature, agent, business, from when until when.
- A request is `in_progress` until somebody asks for it, then `fulfilled`, or `denied` with `no_match` of whom it
  doesn't know; `hold` leaves it, until `complete`, `deny` or `verify`. An agent-request-id given twice is the same
  request [U]. An unknown request: 404 [U].
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import uuid4

from infra.sandbox.clock import timestamp
from infra.sandbox.people import fold
from infra.sandbox.signed_messages import opened
from infra.sandbox.vendor import Answer, Call, Operation, Vendor

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from infra.sandbox.people import Person
    from infra.sandbox.world import World

AGENT, BUSINESS = "ACME_RELAY", "EXAMPLE_BUSINESS"
_MONTH_S = 30 * 86_400
_EFFECTS = {"deletion": "delete", "sale:opt-out": "withdraw", "sale:opt-in": "grant"}
_REQUESTS = "/v1/data-rights-request"


class Drp(Vendor):
    name: ClassVar[str] = "drp"
    auth: ClassVar[str] = "data_rights"
    token_path: ClassVar[str] = f"/v1/agent/{AGENT}"

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._known: dict[str, str] = {}
        """Address → whether its data are sold: `sold`, `not_sold`."""
        self._held: set[str] = set()
        self.requests: dict[str, dict[str, Any]] = {}

    def operations(self) -> Iterable[Operation]:
        yield Operation("agent", "GET", self.token_path, lambda _: Answer(200, {}))
        yield Operation("exercise", "POST", _REQUESTS, self._exercise)
        yield Operation("status", "GET", f"{_REQUESTS}/{{id}}", self._status)
        yield Operation("revoke", "DELETE", f"{_REQUESTS}/{{id}}", self._revoke)

    def error(self, status: int) -> Answer:
        if status == 403:  # noqa: PLR2004 - section 2.05.1: no body
            return Answer(403)
        return Answer(status, {"code": str(status), "message": "error", "fatal": status == 400})  # noqa: PLR2004

    def identities(self, call: Call) -> Sequence[str]:
        said = self._opened(call) or self.requests.get(call.path.get("id", ""), {})
        return tuple(str(said[key]) for key in ("email", "phone_number") if key in said)

    def seed(self, person: Person) -> None:
        self._known[fold(person.email)] = "sold"

    def state(self, person: Person) -> dict[str, Any]:
        held = self._known.get(fold(person.email))
        return {"known": held is not None, "sold": held == "sold"}

    def happen(self, event: str, person: Person, args: Mapping[str, str]) -> None:
        """`deny`: for a `reason`; `verify`: the business wants the person to prove who they are."""
        email, ends = fold(person.email), {"deny": "denied", "revoke": "revoked", "verify": "in_progress"}
        if event == "hold":
            self._held.add(email)
            return
        if event not in {"complete", *ends}:
            super().happen(event, person, args)
        self._held.discard(email)
        for request in self.requests.values():
            if event in ends and fold(str(request.get("email"))) == email:
                reason = "need_user_verification" if event == "verify" else args.get("reason")
                request |= {"status": ends[event], "reason": reason, "decided": True}

    def clear(self) -> None:
        self._known.clear()
        self._held.clear()
        self.requests.clear()

    def _opened(self, call: Call) -> dict[str, Any] | None:
        """A signed message that is good by section 3.07; None: it isn't."""
        said = opened(call.raw, self.secret("signing_key"), self.world.clock())
        if said is None or (said.get("agent-id"), said.get("business-id")) != (AGENT, BUSINESS):
            return None
        return said

    def _grant(self, call: Call) -> Answer:
        return super()._grant(call) if self._opened(call) else self.token_refused("")

    def token_refused(self, word: str) -> Answer:
        del word
        return self.error(403)

    def token_given(self, token: str, life_s: float) -> Answer:
        del life_s
        return Answer(200, {"agent-id": AGENT, "token": token})

    def _exercise(self, call: Call) -> Answer:
        said = self._opened(call)
        if said is None:
            return self.error(403)
        if said.get("exercise") not in _EFFECTS or not self.identities(call):
            return self.error(400)
        own = said.get("agent-request-id")
        name = next((name for name, one in self.requests.items() if one.get("agent-request-id") == own), str(uuid4()))
        self.requests.setdefault(name, {**said, "status": "in_progress", "received": self.world.clock()})
        return self._shown(name)

    def _status(self, call: Call) -> Answer:
        request = self.requests.get(call.path["id"])
        if request is None:
            return self.error(404)
        email = fold(str(request.get("email")))
        if request["status"] == "in_progress" and not request.get("decided") and email not in self._held:
            self._work(call, request, email)
        return self._shown(call.path["id"])

    def _work(self, call: Call, request: dict[str, Any], email: str) -> None:
        if email not in self._known:
            request |= {"status": "denied", "reason": "no_match"}
            return
        request["status"], effect = "fulfilled", _EFFECTS[request["exercise"]]
        if effect == "delete":
            del self._known[email]
        else:
            self._known[email] = "sold" if effect == "grant" else "not_sold"
        self.record(call, effect, (email,), changed=True)

    def _revoke(self, call: Call) -> Answer:
        request = self.requests.get(call.path["id"])
        if request is None or not self._is_signed(call):
            return self.error(404 if request is None else 403)
        request["status"] = "revoked"
        return self._shown(call.path["id"])

    def _is_signed(self, call: Call) -> bool:
        """Section 2.04: its body says no more than a reason."""
        return opened(call.raw, self.secret("signing_key"), self.world.clock()) is not None

    def _shown(self, name: str) -> Answer:
        request = self.requests[name]
        due = timestamp(request["received"] + _MONTH_S)
        shown = {"request_id": name, "received_at": timestamp(request["received"]), "expected_by": due}
        shown |= {"agent_request_id": request["agent-request-id"]} if "agent-request-id" in request else {}
        shown |= {key: request[key] for key in ("status", "reason") if request.get(key)}
        return Answer(200, json.dumps(shown))
