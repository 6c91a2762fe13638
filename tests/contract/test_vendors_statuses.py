"""Every adapter through the answers that any vendor may give, over a transport that is a function."""

from __future__ import annotations

import json
import logging
from importlib import import_module
from typing import TYPE_CHECKING

import pytest
from answers_support import (
    API_CASES,
    CALLS,
    CASES,
    NAMES,
    PERSON,
    SUCCESS,
    adapter,
    answered,
    auth,
    instruction,
    outcome,
    passes,
)
from engine_support import Lane, connector

from processors.engine.kinds import KINDS
from processors.engine.rehearse import rehearse
from processors.vendors.base import VENDORS, Call, Instruction, Reply, Result, Vendor
from processors.vendors.evidence import MARKS
from schemas.errors import (
    MissingIdentity,
    VendorAuthRejected,
    VendorError,
    VendorRefused,
    VendorUnavailable,
    VendorUnreachable,
)
from schemas.events import CHANNELS

if TYPE_CHECKING:
    from processors.engine.transport import Request
    from schemas.records import Action

EMPTY_OBJECT = {
    ("iterable", "withdraw"): "no_match",
    ("customer_io", "grant"): "accepted",
    ("customer_io", "withdraw"): "accepted",
    ("customer_io", "delete"): "accepted",
}
"""What `{}` means where the vendor's own document says so; everywhere else it is an odd body."""
EMPTY_LIST = {("netlify", "delete"): "no_match"}
"""The same of `[]`."""
STATUSES = [
    (202, {}, VendorRefused),
    (301, {}, VendorUnreachable),
    (308, {}, VendorUnreachable),
    (400, {}, VendorRefused),
    (401, {}, VendorAuthRejected),
    (402, {}, VendorAuthRejected),
    (403, {}, VendorAuthRejected),
    (404, {}, VendorRefused),
    (408, {}, VendorUnavailable),
    (409, {}, VendorUnavailable),
    (410, {}, VendorRefused),
    (423, {}, VendorUnavailable),
    (429, {"retry-after": "7"}, VendorUnavailable),
    (429, {"retry-after": "Fri, 01 Jan 2100 00:00:00 GMT"}, VendorUnavailable),
    (429, {}, VendorUnavailable),
    (477, {"retry-after": "7"}, VendorUnavailable),
    (500, {}, VendorUnavailable),
    (503, {"retry-after": "7"}, VendorUnavailable),
]


@pytest.mark.parametrize(("name", "action"), API_CASES)
@pytest.mark.parametrize(("status", "headers", "kind"), STATUSES)
async def test_a_status_that_is_no_success_never_becomes_one(
    name: str, action: Action, status: int, headers: dict[str, str], kind: type[VendorError]
) -> None:
    for body in (b"", b"{}", b"<html>", f'{{"message": {json.dumps(PERSON["email"])}}}'.encode()):
        came = await outcome(name, action, answered(status, headers, body))
        assert not [person for person in NAMES if person in f"{came!r} {came} {came.reason}"]
        if status in CALLS[name, action][0].expect:
            assert passes(name, action, status, came)
            continue
        is_page = (kind, body) == (VendorRefused, b"<html>") and status >= 400
        assert type(came) is (VendorUnavailable if is_page else kind), (status, body)
        assert came.status == status
        if headers:
            assert isinstance(came, VendorUnavailable)
            assert came.retry_after in (7.0, 86_400.0)


@pytest.mark.parametrize(("name", "action"), API_CASES)
@pytest.mark.parametrize("reason", ["timeout", "connection_reset", "answer_too_long"])
async def test_no_answer_is_transient(name: str, action: Action, reason: str) -> None:
    async def send(_: Request) -> Reply:
        raise VendorUnavailable(reason)

    came = await outcome(name, action, send)
    assert (type(came), came.reason) == (VendorUnavailable, reason)


@pytest.mark.parametrize(("name", "action"), API_CASES)
@pytest.mark.parametrize("body", [b"", b"<html>", b"{", b"[]", b"{}", b"null", b'{"data": 7}', b'{"code": null}'])
async def test_a_200_with_an_odd_body_is_no_success(
    name: str, action: Action, body: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        came = await outcome(name, action, answered(200, {}, body))
    told = {b"{}": EMPTY_OBJECT, b"[]": EMPTY_LIST}.get(body, {}).get((name, action))
    assert came.outcome == told if told else isinstance(came, VendorUnavailable | VendorRefused)
    assert not [person for person in NAMES if person in caplog.text + repr(came)]


@pytest.mark.parametrize(("name", "action"), CASES)
@pytest.mark.parametrize("all_purposes", [False, True])
async def test_when_all_goes_well_the_outcome_is_the_one_that_is_declared(
    name: str,
    action: Action,
    all_purposes: bool,  # noqa: FBT001
) -> None:
    vendor = adapter(name)
    played = await rehearse(vendor, instruction(action, all_purposes=all_purposes))
    declared, result = vendor.can[action], played.outcome
    assert isinstance(result, Result)
    assert {step.api for step in played.steps if isinstance(step, Call)} <= set(vendor.apis)
    closing = "accepted" if result.later and declared.polls else declared.closing
    assert result.outcome == (closing if declared.kind == "api" else declared.kind)
    assert bool(played.steps) is declared.asks_vendor
    assert not [person for person in NAMES if person in repr(played)]
    if result.outcome in SUCCESS:
        assert result.evidence is not None
        assert result.evidence.response_sha256
        assert result.evidence.vendor_limit_s == declared.vendor_limit_s


@pytest.mark.parametrize("name", sorted(VENDORS))
def test_the_class_data_are_whole(name: str) -> None:
    kind = VENDORS[name]
    vendor = adapter(name)
    assert kind.name == name == name.lower()
    assert kind.__module__.startswith("processors.vendors.")
    assert kind.title
    assert kind.docs.startswith("https://")
    assert kind.evidence, 'say where the facts are from: evidence = (("D", "https://..."),); marks in evidence.py'
    assert all(mark in MARKS and mark != "U" and source for mark, source in kind.evidence)
    assert not [line for line in (*kind.traps, *kind.unverified) if line.endswith(".")]
    assert "https://" in (import_module(kind.__module__.rpartition(".")[0]).__doc__ or ""), "the vendor's pages"
    assert set(kind.channels) <= set(CHANNELS)
    assert set(kind.can) == {"grant", "withdraw", "delete"}, "what can't be done is said by class, not left out"
    assert all(can.says for can in kind.can.values())
    asks = any(can.asks_vendor for can in kind.can.values())
    assert kind.identifies_by or not asks
    assert kind.auth in KINDS
    limited = bool(kind.limits or kind.concurrency)
    assert limited is asks, "a vendor without any limit is one whose limits nobody looked up"
    assert len({window.scope() for window in kind.limits}) == len(kind.limits)
    assert {api for window in kind.limits for api in window.apis} <= set(vendor.apis)
    assert vendor.url.startswith("https://") or not asks


@pytest.mark.parametrize(("name", "action"), API_CASES)
async def test_nobody_is_guessed_without_an_identity(name: str, action: Action) -> None:
    kind = VENDORS[name]
    nobody = Instruction("d1", action, frozenset({("newsletter", "email")}), True, ())  # noqa: FBT003
    calls: list[Request] = []

    async def send(request: Request) -> Reply:
        calls.append(request)
        return Reply(200, {}, b"{}")

    came = (await Lane().carry_out(connector(send, vendor=adapter(name), auth=auth()), [nobody]))["d1"]
    assert isinstance(came, MissingIdentity)
    assert calls == []
    assert set(came.needed) == set(kind.identifies_by)


@pytest.mark.parametrize("name", sorted(VENDORS))
def test_who_can_be_asked_later_says_how_and_closes_above_accepted(name: str) -> None:
    kind = VENDORS[name]
    for can in kind.can.values():
        assert not can.polls or (can.closing != "accepted" and kind.poll is not Vendor.poll)
        assert can.read_back_s is None or kind.read_back is not Vendor.read_back
