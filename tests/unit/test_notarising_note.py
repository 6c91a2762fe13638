"""Checkpoints as signed notes, and what of a record a leaf covers."""

from __future__ import annotations

from base64 import b64decode, b64encode
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from processors.notarising.leaf import leaf_of
from processors.notarising.note import Checkpoint, key_id, opened, public_key_of, sign, verifier_key
from schemas.errors import NotProven

KEY, OTHER = (Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32) for number in (1, 2))
PUBLIC, OTHER_PUBLIC = (key.public_key().public_bytes_raw() for key in (KEY, OTHER))
HEAD = Checkpoint("tests.consent-relay/audit/0", 7, bytes(range(32)))
# The example of golang.org/x/mod/sumdb/note: a note by its key PeterNeumann.
FOREIGN_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
FOREIGN_TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
FOREIGN_SIGNATURE = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
RECORD: dict[str, Any] = {"timestamp": 1, "key": b"k", "value": b"v", "headers": (("h", b"1"),)}


def test_a_checkpoint_is_text_that_anyone_can_read() -> None:
    note = sign(HEAD, KEY)
    *body, signature = note.splitlines()
    assert body == [HEAD.origin, "7", b64encode(HEAD.root).decode(), ""]
    assert signature.startswith(f"\u2014 {HEAD.origin} ")
    assert b64decode(signature.split(" ")[2])[:4] == key_id(HEAD.origin, PUBLIC)
    assert opened(note, [OTHER_PUBLIC, PUBLIC], HEAD.origin) == HEAD


def test_keys_and_signatures_are_those_of_the_signed_note() -> None:
    public = public_key_of(FOREIGN_KEY)
    assert verifier_key("PeterNeumann", public) == FOREIGN_KEY
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415

    signed = b64decode(FOREIGN_SIGNATURE)
    assert signed[:4] == key_id("PeterNeumann", public)
    Ed25519PublicKey.from_public_bytes(public).verify(signed[4:], FOREIGN_TEXT.encode())


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda note: note.replace("\n7\n", "\n8\n"), "was altered"),
        (lambda note: note.replace("audit/0\n", "audit/1\n", 1), "not of"),
        (lambda note: note.replace("\n7\n", "\n07\n"), "no checkpoint"),
        (lambda note: note.replace("\n\n", "\n"), "no signed note"),
        (lambda note: note[:-8] + "\n", "can't be read"),
        (lambda note: note + "- somebody else\n", "none"),
        (lambda _: sign(HEAD, OTHER), "no known key"),
        (lambda _: "", "no signed note"),
    ],
)
def test_a_note_that_was_changed_is_refused(change: Any, says: str) -> None:
    with pytest.raises(NotProven, match=says):
        opened(change(sign(HEAD, KEY)), [PUBLIC], HEAD.origin)


def test_a_signature_of_somebody_else_beside_it_does_no_harm() -> None:
    note = sign(HEAD, KEY) + f"\u2014 witness.example {b64encode(b'1234' + b'x' * 64).decode()}\n"
    assert opened(note, [PUBLIC]) == HEAD


@pytest.mark.parametrize("text", ["", "name", "a+b+c", FOREIGN_KEY.replace("c74f", "c74e"), FOREIGN_KEY[:-4]])
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(NotProven, match="no verifier key"):
        public_key_of(text)


@pytest.mark.parametrize(
    "change",
    [
        {"timestamp": 2},
        {"key": b"l"},
        {"key": None},
        {"value": b"w"},
        {"value": None},
        {"value": b""},
        {"headers": ()},
        {"headers": (("h", None),)},
        {"headers": (("h", b"2"),)},
        {"headers": (("g", b"1"),)},
        {"headers": (("h", b"1"), ("h", b"1"))},
        {"key": b"kv", "value": b""},
        {"key": b"", "value": b"kv"},
    ],
)
def test_a_leaf_changes_with_everything_that_is_in_the_record(change: dict[str, Any]) -> None:
    assert leaf_of(**{**RECORD, **change}) != leaf_of(**RECORD)


def test_a_leaf_is_what_the_page_says() -> None:
    """docs/audit.md: whoever wants to check it with other tools must get the same."""
    assert leaf_of(**RECORD).hex() == "0b99b3d0e587f74d539b86cc47fae4f6d9afbec8a4f36317a1a63516dd7a52a1"
