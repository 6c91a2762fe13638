"""Who calls us, and about which job: Standard Webhooks, and what the workers are told."""

from __future__ import annotations

import hashlib

import pytest
from callback_support import KEY, SECRET, Calling, body_of, signed
from hypothesis import given
from hypothesis import strategies as st

from processors.vendors.callbacks import TOLERANCE_S, Heard, secret_bytes, standard_webhook
from processors.vendors.zoho.crm.adapter import ZohoCrm
from schemas.codec import encode
from schemas.errors import CallbackRefused, SetupError
from schemas.ids import answer_hash
from streams.callbacks import command_of

NOW = 1_700_000_000.0
BODY = body_of(job="j-1")
PEPPER = b"pepper" * 8
VECTOR_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
VECTOR = {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}


def test_the_vector_of_the_libraries_is_genuine() -> None:
    body = b'{"test": 2432232314}'
    assert standard_webhook(VECTOR_SECRET, VECTOR, body, 1614265330.0) == VECTOR["webhook-id"]
    with pytest.raises(CallbackRefused, match="signature is wrong"):
        standard_webhook(VECTOR_SECRET, VECTOR, body + b" ", 1614265330.0)


@given(st.binary(max_size=200), st.text(min_size=1, max_size=50).filter(lambda text: text.isascii()))
def test_what_is_signed_is_taken_and_any_other_body_id_or_key_is_not(body: bytes, message: str) -> None:
    headers = dict(signed(body, NOW, message))
    assert standard_webhook(SECRET, headers, body, NOW) == message
    wrong = (
        (headers, body + b"x"),
        ({**headers, "webhook-id": message + "x"}, body),
        ({**headers, "webhook-timestamp": str(int(NOW) + 1)}, body),
        (signed(body, NOW, message, KEY + b"x"), body),
    )
    for changed, sent in wrong:
        with pytest.raises(CallbackRefused):
            standard_webhook(SECRET, changed, sent, NOW)


def test_one_of_several_signatures_is_enough() -> None:
    headers = dict(signed(BODY, NOW))
    headers["webhook-signature"] = "v1,wrong v1a,other " + headers["webhook-signature"]
    assert standard_webhook(SECRET, headers, BODY, NOW) == "msg_1"


@pytest.mark.parametrize("off_s", [-TOLERANCE_S - 1, TOLERANCE_S + 1])
def test_an_old_call_and_one_from_the_future_are_refused(off_s: float) -> None:
    with pytest.raises(CallbackRefused, match="timestamp"):
        standard_webhook(SECRET, signed(BODY, NOW + off_s), BODY, NOW)


@pytest.mark.parametrize(
    "change",
    [
        {"webhook-id": ""},
        {"webhook-id": "x" * 300},
        {"webhook-timestamp": ""},
        {"webhook-timestamp": "nan"},
        {"webhook-timestamp": "1e9"},
        {"webhook-timestamp": "٣"},
        {"webhook-signature": ""},
        {"webhook-signature": "v1,\udcff"},
    ],
)
def test_odd_headers_are_refused(change: dict[str, str]) -> None:
    with pytest.raises(CallbackRefused):
        standard_webhook(SECRET, {**signed(BODY, NOW), **change}, BODY, NOW)


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_not base64", "ü"])
def test_what_is_no_secret_is_told_before_anybody_calls(secret: str) -> None:
    with pytest.raises(SetupError, match="no secret"):
        Calling(ZohoCrm.options_type()).check_secret(secret)
    assert secret_bytes(SECRET) == KEY


def test_the_same_message_is_the_same_command_and_another_connection_another() -> None:
    first = command_of("crm", "msg_1", Heard("j-1"), BODY, PEPPER)
    again = command_of("crm", "msg_1", Heard("j-1", is_done=True), BODY, PEPPER)
    others = [
        command_of("crm", "msg_2", Heard("j-1"), BODY, PEPPER),
        command_of("lists", "msg_1", Heard("j-1"), BODY, PEPPER),
    ]
    assert first.command_id == again.command_id
    assert len({first.command_id, *(one.command_id for one in others)}) == 3
    assert (first.name, first.lane, first.args["job"]) == ("vendor.callback", "crm", "j-1")
    assert ("done" in first.args, "done" in again.args) == (False, True)


def test_nothing_of_the_body_but_its_hash_goes_on() -> None:
    body = body_of(job="j-1", email="ana@example.com")
    command = command_of("crm", "msg_1", Heard("j-1"), body, PEPPER)
    assert b"ana" not in encode(command)
    bare = hashlib.sha256(body).hexdigest()
    assert command.args["body_sha256"] == answer_hash(PEPPER, bare) != bare
