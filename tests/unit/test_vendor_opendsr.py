"""OpenDSR: what is asked, what a status means, and who is believed."""

from __future__ import annotations

import base64
import json
import re
import ssl
import time
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from vendor_support import EMAIL, instruction, play, reply, vendor

from infra.sandbox.certificates import self_signed
from processors.engine.rehearse import rehearse
from processors.vendors.base import VENDORS, Call, Reply, Result
from processors.vendors.configured import adapter_of
from processors.vendors.later import Undone
from processors.vendors.opendsr.adapter import OpenDsr
from schemas.connections import Connection
from schemas.errors import CallbackRefused, MissingIdentity, SetupError, VendorUnavailable, VendorUnreachable

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes

DOMAIN = "opendsr.processor.example"
KEY = ec.generate_private_key(ec.SECP256R1())
RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
ID = "a7551968-d5d6-44b2-9831-815ac9017798"
REF = f"request:{ID}"
URL = "https://relay.example/callbacks/processor"
NOW = time.time()
ASKED = instruction("delete", refs=(REF,))


def options(**more: Any) -> dict[str, Any]:
    return {**VENDORS["opendsr"].example, **more}


def signing(key: CertificateIssuerPrivateKeyTypes = KEY, **more: Any) -> OpenDsr:
    own = vendor("opendsr", **options(certificate=self_signed(key, DOMAIN, NOW), callback_url=URL, **more))
    assert isinstance(own, OpenDsr)
    return own


def signed(body: bytes, key: Any = KEY, domain: str = DOMAIN, name: str = "opendsr") -> dict[str, str]:
    how = (padding.PKCS1v15(), SHA256()) if key is RSA_KEY else (ec.ECDSA(SHA256()),)
    signature = base64.b64encode(key.sign(body, *how)).decode()
    return {f"x-{name}-processor-domain": domain, f"x-{name}-signature": signature}


def told(**changes: Any) -> bytes:
    said = {"subject_request_id": ID, "request_status": "completed", "status_callback_url": URL, **changes}
    return json.dumps(said).encode()


def test_a_request_says_what_the_protocol_requires_and_its_id_is_noted_before_it_is_sent() -> None:
    own = vendor("opendsr", **options(identity_format="sha256", extension={"property": 7}))
    asked = instruction("delete", more=(("ga_client_id", "1.2"),))
    played = play(own.script(asked), lambda call: reply({"subject_request_id": call.json["subject_request_id"]}, 201))
    (note,), (call,) = played.notes, played.calls
    request = call.json
    assert re.fullmatch(r"request:[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", note.refs[0])
    assert note.refs == (f"request:{request['subject_request_id']}",)
    assert played.steps.index(note) < played.steps.index(call)
    assert (call.method, call.path, request["subject_request_type"]) == ("POST", "/requests", "erasure")
    assert (request["regulation"], request["submitted_time"][-1]) == ("gdpr", "Z")
    (identity,) = request["subject_identities"]
    assert (identity["identity_type"], identity["identity_format"]) == ("email", "sha256")
    assert EMAIL not in json.dumps(request)
    assert request["extensions"] == {DOMAIN: {"property": 7}}
    assert (played.result.outcome, played.result.later.refs) == ("accepted", note.refs)


@pytest.mark.parametrize(
    ("status", "came"),
    [
        (reply({"subject_request_id": ID, "request_status": "pending"}), "accepted"),
        (reply({"subject_request_id": ID, "request_status": "in_progress"}), "accepted"),
        (reply({"subject_request_id": ID, "request_status": "completed", "results_count": 0}), "executed"),
    ],
)
def test_a_second_try_asks_for_the_first_ones_request_and_sends_no_other(status: Reply, came: str) -> None:
    played = play(vendor("opendsr", **options()).script(ASKED), lambda _: status)
    assert [(call.method, call.path) for call in played.calls] == [("GET", f"/requests/{ID}")]
    assert played.result.outcome == came


def test_a_request_that_never_arrived_is_sent_with_its_id_and_a_cancelled_one_anew() -> None:
    def answer(call: Call) -> Reply:
        return first if call.method == "GET" else reply({"subject_request_id": call.json["subject_request_id"]}, 201)

    first = reply({}, 404)
    played = play(vendor("opendsr", **options()).script(ASKED), answer)
    assert (played.notes, played.calls[1].json["subject_request_id"]) == ([], ID)
    first = reply({"subject_request_id": ID, "request_status": "cancelled"})
    played = play(vendor("opendsr", **options()).script(ASKED), answer)
    assert played.notes[0].refs != (REF,)
    assert played.result.later.refs == played.notes[0].refs


@pytest.mark.parametrize(
    ("status", "reason"), [({"request_status": "cancelled"}, "cancelled_by_processor"), (None, "request_unknown")]
)
def test_a_request_that_comes_to_nothing_is_undone(status: dict[str, str] | None, reason: str) -> None:
    answer = reply({}, 404) if status is None else reply({"subject_request_id": ID, **status})
    said = play(vendor("opendsr", **options()).poll([ASKED]), lambda _: answer).result["d1"]
    assert isinstance(said, Undone)
    assert said.error.reason == reason


@pytest.mark.parametrize(
    "body", [{"request_status": "completed"}, {"subject_request_id": ID, "request_status": "ok"}]
)
def test_a_status_of_another_request_or_of_no_known_kind_says_nothing(body: dict[str, str]) -> None:
    played = play(vendor("opendsr", **options()).poll([ASKED]), lambda _: reply(body))
    assert (type(played.result), played.result.reason) == (VendorUnavailable, "answer_not_understood")


@pytest.mark.parametrize("key", [KEY, RSA_KEY])
def test_an_answer_counts_only_with_the_processors_signature(key: CertificateIssuerPrivateKeyTypes) -> None:
    body = told()
    assert _asked(key, Reply(200, signed(body, key), body))["d1"].outcome == "executed"
    wrong = ((), signed(body + b" ", key), signed(body, key, "x.y"))
    for headers in wrong:
        said = _asked(key, Reply(200, dict(headers), body))
        assert (type(said), said.reason) == (VendorUnreachable, "signature_is_wrong")


async def test_a_rehearsal_needs_no_signature() -> None:
    rehearsed = await rehearse(signing(), instruction("delete"))
    assert isinstance(rehearsed.outcome, Result)
    assert rehearsed.outcome.outcome == "accepted"


def test_nor_does_one_that_is_signed_with_an_expired_certificate() -> None:
    body, own = told(), OpenDsr(signing().options, lambda: NOW + 400 * 86_400)
    created = json.dumps({"subject_request_id": ID}).encode()
    for script, answer in (
        (own.poll([ASKED]), Reply(200, signed(body), body)),
        (own.script(ASKED), Reply(200, signed(body), body)),
        (own.script(instruction("delete")), Reply(201, signed(created), created)),
    ):
        came = play(script, partial(_always, answer)).result
        assert (type(came), came.reason) == (VendorUnreachable, "certificate_expired")


def _always(answer: Reply, _: Call) -> Reply:
    return answer


def _asked(key: CertificateIssuerPrivateKeyTypes, answer: Reply) -> Any:
    return play(signing(key).poll([ASKED]), lambda _: answer).result


@pytest.mark.parametrize("name", ["opendsr", "opengdpr"])
def test_a_genuine_callback_says_which_request_and_whether_it_is_done(name: str) -> None:
    own, body = signing(), told()
    first, again = (own.check("", signed(body, name=name), body, NOW) for _ in range(2))
    assert (
        first == again != own.check("", signed(told(request_status="pending")), told(request_status="pending"), NOW)
    )
    assert own.heard(body) == own.heard(told(subject_request_id=ID.upper()))
    assert (own.heard(body).job_id, own.heard(body).is_done) == (ID, True)
    assert not own.heard(told(request_status="in_progress")).is_done


def test_whoever_else_calls_is_refused() -> None:
    own, body = signing(), told()
    other = ec.generate_private_key(ec.SECP256R1())
    for headers, when in (
        ({}, NOW),
        (signed(body, other), NOW),
        (signed(body, domain="other.example"), NOW),
        (signed(body + b" "), NOW),
        ({**signed(body), "x-opendsr-signature": "not base64"}, NOW),
        (signed(body), NOW + 400 * 86_400),
    ):
        with pytest.raises(CallbackRefused):
            own.check("", headers, body, when)
    for wrong in (b"{}", b"[]", told(request_status="ok"), told(status_callback_url="https://else.example/cb")):
        with pytest.raises(CallbackRefused):
            own.heard(wrong)


def of_unknown_kind() -> str:
    """A certificate whose key is of a kind that nobody knows."""
    known, other = bytes.fromhex("2a8648ce3d0201"), bytes.fromhex("2a8648ce3d027f")
    der = ssl.PEM_cert_to_DER_cert(self_signed(KEY, DOMAIN, NOW))
    return ssl.DER_cert_to_PEM_cert(der.replace(known, other))


def test_callbacks_are_taken_only_with_a_certificate() -> None:
    assert signing().is_called({})
    bare = vendor("opendsr", **options())
    assert isinstance(bare, OpenDsr)
    assert not bare.is_called({"callback": "x"})


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"callback_url": URL}, "options.certificate: without it nobody could tell"),
        ({"certificate": "x"}, "options.certificate: "),
        ({"certificate": self_signed(KEY, "other.example", NOW)}, "options.certificate: is no certificate of"),
        ({"certificate": self_signed(KEY, DOMAIN, NOW, san=False)}, "options.certificate: is no certificate of"),
        ({"certificate": of_unknown_kind()}, "options.certificate: has no RSA or EC key"),
        ({"regulation": "hipaa"}, "options.regulation: "),
        ({"url": "https://user:pw@x.test/v2"}, "options.url: holds a name or password"),
    ],
)
def test_a_wrong_option_is_named(more: dict[str, Any], says: str) -> None:
    own = Connection(name="p", controller="c", adapter="opendsr", serves=("r",), mode="live", options=options(**more))
    with pytest.raises(SetupError) as caught:
        adapter_of(own)
    assert says in str(caught.value)


def test_a_choice_is_a_task_and_nobody_is_guessed() -> None:
    own = vendor("opendsr", **options())
    played = play(own.script(instruction("withdraw")), lambda _: reply({}))
    assert (played.result.outcome, played.result.reason, played.steps) == ("manual_task", "not_in_protocol", [])
    nobody = play(own.script(instruction("delete", emails=())), lambda _: reply({}))
    assert (type(nobody.result), nobody.steps) == (MissingIdentity, [])
