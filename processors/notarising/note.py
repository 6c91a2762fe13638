"""Tree heads as checkpoints: c2sp.org/tlog-checkpoint in a signed note, c2sp.org/signed-note, by Ed25519 keys."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from binascii import Error as NoBase64
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from processors.notarising.tree import HASH_BYTES
from schemas.errors import NotProven

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

ED25519 = b"\x01"
"""The signed note's word for these signatures."""
KEY_ID_BYTES = 4
MOST_CHARACTERS = 64 * 1024
_NAME = re.compile(r"[^\s+]+")
_SIZE = re.compile(r"0|[1-9]\d{0,18}")
_DASH = "\u2014"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A tree's head. origin: which tree; it is the name of the key that signs it, too."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """What is signed."""
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"


def sign(checkpoint: Checkpoint, key: Ed25519PrivateKey) -> str:
    """The signed note."""
    signature = key.sign(checkpoint.text.encode())
    public = key.public_key().public_bytes_raw()
    signed = b64encode(key_id(checkpoint.origin, public) + signature).decode()
    return f"{checkpoint.text}\n{_DASH} {checkpoint.origin} {signed}\n"


def opened(note: str, keys: Collection[bytes], origin: str | None = None) -> Checkpoint:
    """The checkpoint in a note that one of these public keys has signed. origin: of whose tree it must be.

    Raises:
        NotProven: it is no checkpoint, of another tree, or none of the keys signed it.

    """
    checkpoint, text, signatures = _taken_apart(note)
    if origin is not None and checkpoint.origin != origin:
        raise NotProven(f"is a head of {checkpoint.origin!r}, not of {origin!r}")
    known = {key_id(checkpoint.origin, public): public for public in keys}
    signed = [(known[key], signature) for key, signature in signatures if key in known]
    if not signed:
        raise NotProven("is signed by no known key")
    for public, signature in signed:
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(signature, text.encode())
        except InvalidSignature:
            raise NotProven("has a signature that doesn't hold: it was altered") from None
    return checkpoint


def claimed(note: str) -> tuple[Checkpoint, tuple[str, ...]]:
    """What a note says: its checkpoint, and the ids of the keys that signed it, hex. No signature is checked.

    Raises:
        NotProven: it is no checkpoint in a signed note.

    """
    checkpoint, _, signatures = _taken_apart(note)
    return checkpoint, tuple(key.hex() for key, _ in signatures)


def _taken_apart(note: str) -> tuple[Checkpoint, str, list[tuple[bytes, bytes]]]:
    """The checkpoint, the text that is signed, and each key id with its signature."""
    text, gap, signatures = note.rpartition("\n\n")
    if not gap or len(note) > MOST_CHARACTERS:
        raise NotProven("is no signed note")
    text += "\n"
    checkpoint = _parsed(text)
    return checkpoint, text, list(_signatures(signatures, checkpoint))


def _parsed(text: str) -> Checkpoint:
    try:
        origin, size, root = text.split("\n")[:3]
        checkpoint = Checkpoint(origin, int(size), b64decode(root, validate=True))
    except (ValueError, NoBase64):
        raise NotProven("is no checkpoint") from None
    if not (_NAME.fullmatch(origin) and _SIZE.fullmatch(size) and len(checkpoint.root) == HASH_BYTES):
        raise NotProven("is no checkpoint")
    return checkpoint


def _signatures(lines: str, checkpoint: Checkpoint) -> Iterator[tuple[bytes, bytes]]:
    """Key id and signature of each line in the name of the tree itself; others are none of our business."""
    for line in lines.splitlines():
        dash, _, rest = line.partition(" ")
        name, _, encoded = rest.partition(" ")
        if dash != _DASH:
            raise NotProven("has a line among its signatures that is none")
        try:
            signature = b64decode(encoded, validate=True)
        except (ValueError, NoBase64):
            raise NotProven("has a signature that can't be read") from None
        if name == checkpoint.origin:
            yield signature[:KEY_ID_BYTES], signature[KEY_ID_BYTES:]


def key_id(name: str, public: bytes) -> bytes:
    """By which a signature line names its key. public: the 32 bytes of an Ed25519 public key."""
    return sha256(name.encode() + b"\n" + ED25519 + public).digest()[:KEY_ID_BYTES]


def verifier_key(name: str, public: bytes) -> str:
    """A public key as tools for signed notes take it: name, id and key with `+` between them."""
    return f"{name}+{key_id(name, public).hex()}+{b64encode(ED25519 + public).decode()}"


def public_key_of(text: str) -> bytes:
    """The 32 bytes in a verifier key, whatever it is named after.

    Raises:
        NotProven: it is none, or not of an Ed25519 key, or its id is of another key.

    """
    name, _, rest = text.strip().partition("+")
    named, _, encoded = rest.partition("+")
    try:
        data = b64decode(encoded, validate=True)
    except (ValueError, NoBase64):
        data = b""
    kind, public = data[:1], data[1:]
    if kind != ED25519 or len(public) != HASH_BYTES or key_id(name, public).hex() != named:
        raise NotProven("is no verifier key of an Ed25519 key (name+id+key, as `audit key` prints it)")
    return public
