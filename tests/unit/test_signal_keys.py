"""A visitor's key: what a site's backend makes with a library of its own, and what is refused."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from typing import Any

import pytest
from joserfc import jwe
from joserfc.jwk import OctKey

from processors.signals.key import LONGEST_LIFE_S, key_of, opened, sealed
from schemas.errors import KeyRefused, SetupError

KEY, NOW = bytes(range(32)), 1_800_000_000.0


def by_library(claims: Any, *, key: bytes = KEY, **header: Any) -> str:
    registry = jwe.JWERegistry(algorithms=["dir", "A256GCM", "A128KW", "DEF"])
    protected = {"alg": "dir", "enc": "A256GCM", **header}
    return jwe.encrypt_compact(protected, json.dumps(claims), OctKey.import_key(key), registry=registry)


def test_the_key_of_another_library_is_opened() -> None:
    assert opened(KEY, by_library({"sub": "visitor-1", "exp": NOW + 60}), NOW) == "visitor-1"


def test_a_library_opens_ours() -> None:
    told = jwe.decrypt_compact(sealed(KEY, "visitor-1", NOW + 60), OctKey.import_key(KEY))
    assert json.loads(told.plaintext or b"") == {"sub": "visitor-1", "exp": NOW + 60}


def test_two_keys_of_one_visitor_have_nothing_in_common_but_their_kind() -> None:
    one, other = (sealed(KEY, "visitor-1", NOW + 60).split(".") for _ in range(2))
    assert [a == b for a, b in zip(one, other, strict=True)] == [True, True, False, False, False]
    assert "visitor" not in "".join(one)


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        ({"sub": "v", "exp": NOW}, "expired"),
        ({"sub": "v", "exp": NOW + LONGEST_LIFE_S + 1}, "expired"),
        ({"sub": "v"}, "not_ours"),
        ({"exp": NOW + 60}, "not_ours"),
        ({"sub": 7, "exp": NOW + 60}, "claims"),
        ({"sub": "", "exp": NOW + 60}, "claims"),
        ({"sub": "v", "exp": "soon"}, "claims"),
        (["sub", "exp"], "not_ours"),
    ],
)
def test_claims_that_do_not_hold_are_refused(claims: Any, why: str) -> None:
    with pytest.raises(KeyRefused) as refused:
        opened(KEY, by_library(claims), NOW)
    assert str(refused.value) == why


def test_what_was_not_made_with_our_key_or_was_changed_is_refused() -> None:
    good = by_library({"sub": "v", "exp": NOW + 60})
    header, _, nonce, text, tag = good.split(".")
    wrong = [
        by_library({"sub": "v", "exp": NOW + 60}, key=bytes(32)),
        by_library({"sub": "v", "exp": NOW + 60}, zip="DEF"),
        by_library({"sub": "v", "exp": NOW + 60}, key=bytes(16), alg="A128KW"),
        f"{header}.x.{nonce}.{text}.{tag}",
        f"{header}..{nonce}.{text[:-2]}.{tag}",
        f"{header}..{nonce}.{text}.AAAA",
        f"{header}..{nonce}.{text}",
        "", "....", "a.b.c.d.e", "e30..AAAA.AAAA.AAAA", "W10..AAAA.AAAA.AAAA", "ü....",
    ]  # fmt: skip
    for token in wrong:
        with pytest.raises(KeyRefused):
            opened(KEY, token, NOW)


@pytest.mark.parametrize("text", ["", "00" * 31, "zz" * 32, "00" * 33])
def test_a_shared_secret_is_the_hex_of_32_bytes(text: str) -> None:
    with pytest.raises(SetupError):
        key_of(text)
    assert key_of("0F" * 32) == b"\x0f" * 32


def test_a_header_that_is_nested_without_end_is_refused_like_any_other() -> None:
    deep = urlsafe_b64encode(b"[" * 3000).decode()
    with pytest.raises(KeyRefused):
        opened(KEY, f"{deep}..n.t.t", NOW)
