"""OpenDSR 2.0 (once OpenGDPR): erasure at any processor that speaks the protocol.

https://github.com/opengdpr/OpenDSR/blob/6c080e2/specification.md: request 7.1, answer 7.3, status 8, callback 8.6.

It knows access, portability and erasure; a choice about purposes has no call. Of `completed` the specification says
no more than "fulfilled"; there is no word for failed, nor for a person whom the processor doesn't know. We give each
request its id: it is noted before the request is sent, so that a second try asks for it first.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import uuid4

from processors.vendors.base import Call, Instruction, Note, Options, PollScript, Reply, Result, Script, Vendor
from processors.vendors.callbacks import CallsBack, Heard
from processors.vendors.capability import Capability
from processors.vendors.later import DAY_S, Schedule, Undone
from processors.vendors.opendsr_options import OpenDsrOptions
from processors.vendors.opendsr_said import DONE, REQUEST, Status, request_of, said, taken
from schemas.errors import CallbackRefused, VendorError, VendorUnavailable, VendorUnreachable
from schemas.windows import Window

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from schemas.records import Action

_CREATED = frozenset({201})
_BY_HAND = Capability(
    kind="manual_task", calls=False, says="no call: the protocol knows no consent and no opt-out; tell them by hand"
)


class OpenDsr(CallsBack, Vendor):
    name = "opendsr"
    title = "OpenDSR 2.0"
    docs = "https://github.com/opengdpr/OpenDSR/blob/6c080e2/specification.md"
    base_url = "{url}"
    channels = ("email", "sms", "phone", "push", "post", "ads", "web")
    per_purpose = True
    can: ClassVar[Mapping[Action, Capability]] = {
        "grant": _BY_HAND,
        "withdraw": _BY_HAND,
        "delete": Capability(
            idempotent=False,
            polls=Schedule(first_s=3600.0, ceiling_s=DAY_S, limit_s=30 * DAY_S),
            says="an erasure request; its status is asked for, or told by a signed callback",
        ),
    }
    identifies_by = ("email", "user_id")
    auth = "bearer"
    limits = (Window(calls=10, seconds=1),)
    signed_with = ""
    traps = (
        "10 calls a second is a default of ours: the protocol names no limit, set `limits`",
        "`completed` is the processor's word; a person whom it doesn't know is `completed` as well",
        "a request may be cancelled at the processor: it is then a failure here, to be started again by a person",
        "without `certificate` no answer's signature is checked and no callback is taken",
    )
    evidence = (
        ("S", "opengdpr/OpenDSR@6c080e2: specification.md 2.0, security_guidelines.md"),
        ("D", "https://docs.mparticle.com/developers/apis/dsr-api/v3/: SHA-256 with RSA, an id given twice is a 400"),
    )
    unverified = ("the padding of RSA signatures, of which the specification says nothing: PKCS #1 v1.5 is taken",)
    checked = "opengdpr/OpenDSR@6c080e2 specification.md 2.0: calls and the sandbox's answers, by reading"
    options_type: ClassVar[type[Options]] = OpenDsrOptions
    example: ClassVar[Mapping[str, Any]] = {
        "url": "https://opendsr.processor.example/v2",
        "auth": {"kind": "bearer"},
        "regulation": "gdpr",
        "domain": "opendsr.processor.example",
    }
    options: OpenDsrOptions

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        self._signer = self.options.signer
        given = self.options
        vars(self).update(identifies_by=tuple(given.identity_types), **given.auth.as_class_data())

    @property
    def token_url(self) -> str:
        return self.options.auth.token_url

    def grant(self, instruction: Instruction) -> Script:
        return self._by_hand(instruction)

    def withdraw(self, instruction: Instruction) -> Script:
        return self._by_hand(instruction)

    def _by_hand(self, _: Instruction) -> Script:
        yield from ()
        return Result("manual_task", "not_in_protocol")

    def delete(self, instruction: Instruction) -> Script:
        request = request_of(instruction, self.options)
        earlier = [ref for ref in instruction.refs if ref.startswith(REQUEST)]
        ref = earlier[-1] if earlier else ""
        if ref:
            reply = yield _status(ref)
            if reply.status == DONE:
                found = self._said(reply, ref)
                if not isinstance(found, Undone):
                    return found
                ref = ""  # cancelled there: it needs another id
        if not ref:
            ref = f"{REQUEST}{uuid4()}"
            yield Note(instruction.delivery_id, (ref,))
        reply = yield Call(
            "POST", "/requests", json={"subject_request_id": ref.removeprefix(REQUEST), **request}, expect=_CREATED
        )
        self._require_signed(reply)
        return taken(reply, ref)

    def polls(self, action: Action) -> Schedule | None:
        usual = super().polls(action)
        return usual and replace(usual, first_s=self.options.poll_s)

    def poll(self, instructions: Sequence[Instruction]) -> PollScript:
        answers: dict[str, Result | Undone | VendorError] = {}
        for one in instructions:
            (ref,) = one.refs
            reply = yield _status(ref)
            gone = VendorUnavailable("request_unknown", status=reply.status, response_sha256=reply.sha256)
            answers[one.delivery_id] = self._said(reply, ref) if reply.status == DONE else Undone(gone)
        return answers

    def probe(self) -> Call:
        return Call("GET", "/discovery")

    def rehearse(self, call: Call) -> Reply:
        if call.method == "GET":
            return Reply(404)
        return Reply(201, {}, json.dumps({"subject_request_id": call.json["subject_request_id"]}).encode())

    def is_called(self, secrets: Mapping[str, str]) -> bool:
        del secrets
        return self._signer is not None

    def check_secret(self, secret: str) -> None:
        """There is none: the certificate is public, and stands in the options."""

    def check(self, secret: str, headers: Mapping[str, str], body: bytes, now: float) -> str:
        """As `CallsBack.check`. A message has no id of its own: one that says the same again is the same."""
        del secret
        if self._signer is None or not self._signer.is_valid_at(now):
            raise CallbackRefused("the processor's certificate has expired: put its new one into the options")
        if not self._signer.has_signed(headers, body):
            raise CallbackRefused("X-OpenDSR-Signature is wrong, or of another processor")
        return hashlib.sha256(body).hexdigest()

    def heard(self, body: bytes) -> Heard:
        try:
            told = json.loads(body)
            status, job_id = Status(told["request_status"]), str(told["subject_request_id"]).lower()
            ours = told["status_callback_url"] == self.options.callback_url
        except (ValueError, KeyError, TypeError):
            raise CallbackRefused("is no status of a request") from None
        if not ours:
            raise CallbackRefused("was meant for another callback URL")
        return Heard(job_id, is_done=status is Status.COMPLETED)

    def _said(self, reply: Reply, ref: str) -> Result | Undone:
        self._require_signed(reply)
        return said(reply, ref)

    def _require_signed(self, reply: Reply) -> None:
        if self._signer is not None and not self._signer.has_signed(reply.headers, reply.body):
            raise VendorUnreachable("signature_is_wrong", status=reply.status, response_sha256=reply.sha256)


def _status(ref: str) -> Call:
    return Call("GET", f"/requests/{ref.removeprefix(REQUEST)}", expect=frozenset({DONE, 404}))
