"""Sealed is sealed: under another key, elsewhere, or changed by a bit, it doesn't open."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor

import pytest
from contract_support import a_few
from hypothesis import given
from hypothesis import strategies as st

from schemas.contract import Sealed
from schemas.errors import InvalidRecord, SetupError
from schemas.events import Identity
from schemas.origin import Origin
from schemas.sealing import NONCE_BYTES, NONCES, Sealer, Seals

KEY = bytes(range(32))
SEALS = Seals(KEY)
EMAIL = Identity(type="email", value="jane.roe@example.org")
ORIGIN = Origin(topic="consent.events", partition=1, offset=5)


@given(st.binary(max_size=200), st.text(max_size=20))
@a_few
def test_what_was_sealed_opens_again(plain: bytes, about: str) -> None:
    sealed = SEALS.people.seal(plain, about)
    assert SEALS.people.open(sealed, about) == plain
    assert len(sealed.bytes) == NONCE_BYTES + len(plain) + 16


def test_nothing_of_it_can_be_read_and_no_two_are_alike() -> None:
    one, other = (SEALS.seal_identities([EMAIL], "p1.x", "e-1") for _ in range(2))
    assert one is not None
    assert other is not None
    assert b"jane" not in one.bytes
    assert one.bytes[:NONCE_BYTES] != other.bytes[:NONCE_BYTES]
    assert one.bytes != other.bytes


def nonces(number: int) -> list[bytes]:
    return [SEALS.people.seal(b"", "").bytes[:NONCE_BYTES] for _ in range(number)]


def test_no_two_have_the_same_nonce_in_whatever_thread() -> None:
    with ThreadPoolExecutor(4) as pool:
        drawn = [nonce for part in pool.map(nonces, [NONCES] * 8) for nonce in part]
    assert len(set(drawn)) == 8 * NONCES
    assert {len(nonce) for nonce in drawn} == {NONCE_BYTES}


def test_nor_in_another_process_that_began_as_a_copy_of_this_one() -> None:
    nonces(1)  # so that some are left
    receiving, sending = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.write(sending, b"".join(nonces(NONCES)))
        finally:
            os._exit(0)
    os.close(sending)
    os.waitpid(child, 0)
    theirs = os.read(receiving, NONCES * NONCE_BYTES)
    os.close(receiving)
    assert len(theirs) == NONCES * NONCE_BYTES
    assert not {theirs[at : at + NONCE_BYTES] for at in range(0, len(theirs), NONCE_BYTES)} & set(nonces(NONCES))


def test_another_key_is_named_before_anything_is_tried() -> None:
    other = Seals(KEY[::-1])
    sealed = SEALS.people.seal(b"plain", "about")
    with pytest.raises(SetupError, match=f"sealed under key {SEALS.people.key_id}") as caught:
        other.people.open(sealed, "about")
    assert other.people.key_id in str(caught.value)
    assert "CONSENT_RELAY_RELAY_KEY" in str(caught.value)


def test_people_and_dead_letters_have_keys_of_their_own() -> None:
    assert SEALS.people.key_id != SEALS.dead_letters.key_id
    renamed = Sealed(key_id=SEALS.dead_letters.key_id, bytes=SEALS.people.seal(b"plain", "about").bytes)
    with pytest.raises(InvalidRecord, match="was changed, or belongs to another record"):
        SEALS.dead_letters.open(renamed, "about")


def test_a_key_id_tells_the_key_apart_and_nothing_else() -> None:
    assert Seals(KEY).people.key_id == SEALS.people.key_id
    assert KEY.hex()[:16] not in SEALS.people.key_id


@pytest.mark.parametrize(("pid", "event_id"), [("p1.y", "e-1"), ("p1.x", "e-2"), ("p1.x|e-1", "")])
def test_identities_can_not_be_moved_to_another_person_or_event(pid: str, event_id: str) -> None:
    sealed = SEALS.seal_identities([EMAIL], "p1.x", "e-1")
    with pytest.raises(InvalidRecord, match="was changed, or belongs to another record"):
        SEALS.open_identities(sealed, pid, event_id)


@given(st.data())
@a_few
def test_a_changed_bit_anywhere_is_seen(data: st.DataObject) -> None:
    sealed = SEALS.people.seal(b"plain", "about")
    place, bit = data.draw(st.integers(0, len(sealed.bytes) - 1)), data.draw(st.integers(0, 7))
    changed = bytearray(sealed.bytes)
    changed[place] ^= 1 << bit
    with pytest.raises(InvalidRecord, match="was changed, or belongs to another record"):
        SEALS.people.open(Sealed(key_id=sealed.key_id, bytes=bytes(changed)), "about")


@pytest.mark.parametrize("length", [0, 1, 7, 8, 12, 27])
def test_bytes_cut_short_are_refused_like_changed_ones(length: int) -> None:
    sealed = SEALS.people.seal(b"plain", "about")
    with pytest.raises(InvalidRecord, match="was changed, or belongs to another record"):
        SEALS.people.open(Sealed(key_id=sealed.key_id, bytes=sealed.bytes[:length]), "about")


def test_identities_come_back_as_they_were() -> None:
    both = (EMAIL, Identity(type="phone", format="sha256", value="ab" * 32))
    assert SEALS.open_identities(SEALS.seal_identities(both, "p1.x", "e-1"), "p1.x", "e-1") == both


def test_no_identities_are_nothing_to_seal() -> None:
    assert SEALS.seal_identities([], "p1.x", "e-1") is None
    assert SEALS.open_identities(None, "p1.x", "e-1") == ()


@pytest.mark.parametrize(
    "plain", [b"", b"jane.roe@example.org", b"5", b"{}", b'["jane"]', json.dumps([{"type": "email"}]).encode()]
)
def test_what_a_publisher_sealed_may_be_no_identities_at_all(plain: bytes) -> None:
    sealed = SEALS.people.seal(plain, "p1.x|e-1")
    with pytest.raises(InvalidRecord) as caught:
        SEALS.open_identities(sealed, "p1.x", "e-1")
    assert str(caught.value) == "sealed: is no list of identities"
    assert caught.value.__suppress_context__


def test_dead_letters_keep_bytes_and_tell_none_from_empty() -> None:
    for data in (b"", b"\x00\xff", None):
        assert SEALS.open_dead(SEALS.seal_dead(data, ORIGIN), ORIGIN) == data
    with pytest.raises(InvalidRecord):
        SEALS.open_dead(SEALS.seal_dead(b"x", ORIGIN), ORIGIN.changed(offset=6))


def test_a_short_key_is_refused() -> None:
    with pytest.raises(SetupError, match="at least 32 bytes"):
        Sealer(KEY[:31], purpose="people")
