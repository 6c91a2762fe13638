"""A processor that speaks OpenDSR 2.0; `/opendsr` stands for its URL with the major version.

- Discovery 6.3, request 7.1 and 201 with a signed body 7.3, errors 7.6, status 8.3, cancellation 9: [S]
  opengdpr/OpenDSR@6c080e2 `specification.md`.
- An id given twice is refused with 400: [D] mParticle's DSR API v3. An unknown id: 404 [U].
- A request is `pending` until somebody asks for it, then `completed`; `hold` leaves it `in_progress`, until
  `complete` or `cancel`. A person whom the processor doesn't know is `completed` with `results_count` 0.
"""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING, Any, ClassVar

import aiohttp
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from infra.sandbox.certificates import self_signed
from infra.sandbox.clock import timestamp
from infra.sandbox.people import fold
from infra.sandbox.vendor import Answer, Call, Operation, Vendor

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from infra.sandbox.people import Person
    from infra.sandbox.world import World

DOMAIN = "opendsr.processor.example"
_GUID_4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_REQUIRED = ("regulation", "subject_request_id", "subject_request_type", "subject_identities", "submitted_time")
_MONTH_S = 30 * 86_400


class OpenDsr(Vendor):
    name: ClassVar[str] = "opendsr"
    auth: ClassVar[str] = "bearer"

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.certificate = self_signed(self._key, DOMAIN, world.clock())
        self._known: set[str] = set()
        self._held: set[str] = set()
        self.requests: dict[str, dict[str, Any]] = {}
        """By id: the request, with its `status` and `count`."""

    def public(self) -> Mapping[str, str]:
        return {"certificate": self.certificate}

    def operations(self) -> Iterable[Operation]:
        yield Operation("discovery", "GET", "/discovery", self._discovery)
        yield Operation("request", "POST", "/requests", self._request)
        yield Operation("status", "GET", "/requests/{id}", self._status)
        yield Operation("cancel", "DELETE", "/requests/{id}", self._cancel)

    def error(self, status: int) -> Answer:
        return Answer(status, {"error": {"code": status, "message": "error", "errors": []}})

    def identities(self, call: Call) -> Sequence[str]:
        body = call.body if isinstance(call.body, dict) else self.requests.get(call.path.get("id", ""), {})
        return tuple(str(one.get("identity_value")) for one in body.get("subject_identities", ()))

    def seed(self, person: Person) -> None:
        self._known.add(fold(person.email))

    def state(self, person: Person) -> dict[str, Any]:
        return {"known": fold(person.email) in self._known}

    def happen(self, event: str, person: Person, args: Mapping[str, str]) -> None:
        if event == "hold":
            self._held.add(fold(person.email))
            return
        if event not in {"complete", "cancel"}:
            super().happen(event, person, args)
        self._held.discard(fold(person.email))
        for request in self.requests.values():
            if event == "cancel" and fold(person.email) in _folded(request):
                request["status"] = "cancelled"

    def clear(self) -> None:
        self._known.clear()
        self._held.clear()
        self.requests.clear()

    def callback(self, request_id: str) -> tuple[dict[str, str], bytes]:
        """Headers and body of the call that tells of a request's status."""
        request = self.requests[request_id]
        (url,) = request["status_callback_urls"]
        body = json.dumps(
            {**self._about(request_id), "status_callback_url": url, "request_status": request["status"]}
        )
        return self._signed(body), body.encode()

    async def call_back(self, request_id: str) -> int:
        """Tell whoever asked for it how the request stands, and say what they answered."""
        headers, body = self.callback(request_id)
        (url,) = self.requests[request_id]["status_callback_urls"]
        async with aiohttp.ClientSession() as session, session.post(url, data=body, headers=headers) as answer:
            return answer.status

    def _discovery(self, _: Call) -> Answer:
        types = [{"identity_type": "email", "identity_format": "raw"}]
        about = {"api_version": "2.0", "supported_identities": types}
        about["supported_subject_request_types"] = ["erasure"]
        return Answer(200, {**about, "processor_certificate": f"{self.world.base_url}/opendsr/certificate.pem"})

    def _request(self, call: Call) -> Answer:
        body = call.body if isinstance(call.body, dict) else {}
        request_id = str(body.get("subject_request_id"))
        good = all(body.get(key) for key in _REQUIRED) and body["subject_request_type"] == "erasure"
        if not good or not _GUID_4.fullmatch(request_id) or request_id in self.requests:
            return self.error(400)
        self.requests[request_id] = {**body, "status": "pending"}
        received = timestamp(self.world.clock())
        sent = base64.b64encode(json.dumps(body).encode()).decode()
        return self._answer(201, {**self._about(request_id), "received_time": received, "encoded_request": sent})

    def _status(self, call: Call) -> Answer:
        request_id = call.path["id"]
        request = self.requests.get(request_id)
        if request is None:
            return self.error(404)
        if request["status"] not in {"completed", "cancelled"}:
            self._work(call, request)
        more = {"results_count": request["count"]} if "count" in request else {}
        return self._answer(200, {**self._about(request_id), "request_status": request["status"], **more})

    def _work(self, call: Call, request: dict[str, Any]) -> None:
        names = _folded(request)
        if names & self._held:
            request["status"] = "in_progress"
            return
        found = names & self._known
        self._known -= found
        request |= {"status": "completed", "count": len(found)}
        if found:
            self.record(call, "delete", sorted(found), changed=True)

    def _cancel(self, call: Call) -> Answer:
        request = self.requests.get(call.path["id"])
        if request is None or request["status"] != "pending":
            return self.error(404 if request is None else 400)
        request["status"] = "cancelled"
        return self._answer(202, {**self._about(call.path["id"]), "received_time": timestamp(self.world.clock())})

    def _about(self, request_id: str) -> dict[str, str]:
        due = timestamp(self.world.clock() + _MONTH_S)
        return {"controller_id": "sandbox", "expected_completion_time": due, "subject_request_id": request_id}

    def _answer(self, status: int, body: Mapping[str, Any]) -> Answer:
        text = json.dumps(body)
        return Answer(status, text, headers=self._signed(text))

    def _signed(self, text: str) -> dict[str, str]:
        signature = base64.b64encode(self._key.sign(text.encode(), ec.ECDSA(SHA256()))).decode()
        return {"X-OpenDSR-Processor-Domain": DOMAIN, "X-OpenDSR-Signature": signature}


def _folded(request: Mapping[str, Any]) -> set[str]:
    return {fold(str(one.get("identity_value"))) for one in request["subject_identities"]}
