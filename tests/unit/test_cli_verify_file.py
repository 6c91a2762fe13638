"""`audit verify --file`: what it says good of reads the same to everybody."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from test_notarising_checking import KEY as NOTARY
from test_notarising_checking import part, proof
from typer.testing import CliRunner

from processors.notarising.note import verifier_key
from processors.reporting.signing import SIGNATURE, signed, thumbprint
from streams.cli import app

if TYPE_CHECKING:
    from pathlib import Path

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
REAL = {
    "schema_version": "consent-relay.confirmation.1",
    "issued_time": "2026-11-26T13:01:34.642Z",
    "status": "in_progress",
    "legs": [{"done": False}],
}
Verify = Callable[[str], tuple[int, str]]


@pytest.fixture
def verify(tmp_path: Path) -> Verify:
    """Exit code and all that was said of a file with this text."""
    file, keys = tmp_path / "file.json", tmp_path / "notary.pub"
    public = [key.public_key().public_bytes_raw() for key in (KEY, NOTARY)]
    keys.write_text("\n".join(verifier_key("tests/audit/3", key) for key in public))

    def verified(text: str) -> tuple[int, str]:
        file.write_text(text)
        result: Any = CliRunner().invoke(app, ["audit", "verify", "--file", str(file), "--key", str(keys)])
        return result.exit_code, result.output

    return verified


def headed(head: str) -> str:
    """A confirmation that nobody signed, with this header."""
    coded = urlsafe_b64encode(head.encode()).rstrip(b"=").decode()
    return json.dumps({**REAL, SIGNATURE: {"protected": coded, "signature": "AA"}})


def test_what_was_signed_is_good_by_its_key(verify: Verify) -> None:
    code, said = verify(json.dumps(signed(REAL, KEY)))
    assert (code, said.startswith("good: consent-relay.confirmation.1 of 2026-11-26T13:01:34.642Z")) == (0, True)
    assert thumbprint(KEY.public_key().public_bytes_raw()) in said
    code, said = verify(proof(part()).model_dump_json())
    assert (code, "under heads of tests/audit/3\n" in said) == (0, True)


@pytest.mark.parametrize(
    ("text", "put_in", "name"),
    [
        (json.dumps(signed(REAL, KEY)), '{"status": "completed", ', "status"),
        (json.dumps(signed(REAL, KEY)), '{"legs": [{"done": true}], ', "legs"),
        (proof(part()).model_dump_json(), '{"controller": "osome", ', "controller"),
    ],
)
def test_what_says_something_twice_is_refused(verify: Verify, text: str, put_in: str, name: str) -> None:
    code, said = verify(text.replace("{", put_in, 1))
    assert (code, f"says '{name}' twice" in said) == (1, True)


def test_twice_is_seen_below_the_top_too(verify: Verify) -> None:
    code, said = verify(json.dumps(signed(REAL, KEY)).replace('{"done"', '{"done": true, "done"'))
    assert (code, "says 'done' twice" in said) == (1, True)


def test_the_key_that_a_file_names_is_repeated_only_if_it_could_be_one(verify: Verify) -> None:
    foreign = Ed25519PrivateKey.from_private_bytes(bytes(32))
    code, said = verify(json.dumps(signed(REAL, foreign)))
    named = thumbprint(foreign.public_key().public_bytes_raw())
    assert (code, f"it names {named}" in said) == (1, True)
    code, said = verify(headed(json.dumps({"kid": "x)\x1b[2K\rgood: all is done"})))
    assert (code, "names none that could be one" in said, "good" in said) == (1, True, False)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (headed('{"kid": ["x"]}'), "no signature that can be read"),
        (headed('{"kid": "x", "kid": "y"}'), "no signature that can be read"),
        (headed('"x"'), "no signature that can be read"),
        (json.dumps({**signed(REAL, KEY), "more": "\ud800"}), "no signature that can be read"),
        (json.dumps({**signed(REAL, KEY), "more": float("nan")}), "no signature that can be read"),
        ("[" * 100_000, "is no JSON"),
        ("good", "is no JSON"),
        ("[]", "is no proof"),
    ],
)
def test_what_nobody_can_read_is_refused_with_a_sentence(verify: Verify, text: str, why: str) -> None:
    code, said = verify(text)
    assert (code, why in said) == (1, True), said
