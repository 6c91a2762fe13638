"""OpenDSR 2.0: the calls of each action."""

from __future__ import annotations

import hashlib
import json
import time
from typing import TYPE_CHECKING
from uuid import uuid4

from processors.vendors.base import Call, Instruction, Note, Options, PollScript, Reply, Result, Script
from processors.vendors.callbacks import Heard
from processors.vendors.later import Undone
from processors.vendors.opendsr.facts import OpenDsrFacts, Played
from processors.vendors.opendsr.said import DONE, REQUEST, Status, request_of, said, taken
from processors.vendors.opendsr.signed import EXPIRED, WRONG
from schemas.errors import CallbackRefused, VendorError, VendorUnavailable, VendorUnreachable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


_CREATED = frozenset({201})
_FLAWS = {
    EXPIRED: "the processor's certificate has expired: put its new one into the options",
    WRONG: "X-OpenDSR-Signature is wrong, or of another processor",
}


class OpenDsr(OpenDsrFacts):
    name = "opendsr"

    def __init__(self, options: Options, clock: Callable[[], float] = time.time) -> None:
        """clock: s since 1970, for the certificate's own time."""
        super().__init__(options)
        self._signer, self._clock = self.options.signer, clock
        given = self.options
        vars(self).update(identifies_by=tuple(given.identity_types), **given.auth.as_class_data())

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

    def poll(self, instructions: Sequence[Instruction]) -> PollScript:
        answers: dict[str, Result | Undone | VendorError] = {}
        for one in instructions:
            (ref,) = one.refs
            reply = yield _status(ref)
            gone = VendorUnavailable("request_unknown", status=reply.status, response_sha256=reply.sha256)
            answers[one.delivery_id] = self._said(reply, ref) if reply.status == DONE else Undone(gone)
        return answers

    def is_called(self, secrets: Mapping[str, str]) -> bool:
        del secrets
        return self._signer is not None

    def check_secret(self, secret: str) -> None:
        """There is none: the certificate is public, and stands in the options."""

    def check(self, secret: str, headers: Mapping[str, str], body: bytes, now: float) -> str:
        """As `CallsBack.check`. A message has no id of its own: one that says the same again is the same."""
        del secret
        flaw = EXPIRED if self._signer is None else self._signer.flaw(headers, body, now)
        if flaw is not None:
            raise CallbackRefused(_FLAWS[flaw])
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
        if self._signer is None or isinstance(reply, Played):
            return
        flaw = self._signer.flaw(reply.headers, reply.body, self._clock())
        if flaw is not None:
            raise VendorUnreachable(flaw, status=reply.status, response_sha256=reply.sha256)


def _status(ref: str) -> Call:
    return Call("GET", f"/requests/{ref.removeprefix(REQUEST)}", expect=frozenset({DONE, 404}))
