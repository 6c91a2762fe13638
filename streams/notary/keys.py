"""The notary's signing key, the public keys that are known, and what the trees are called."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from processors.notarising.note import public_key_of, verifier_key
from schemas.errors import NotProven, SetupError
from streams.settings import KEY_BYTES
from streams.storage import is_there, writing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from streams.settings import Settings


def origin_of(prefix: str, partition: int) -> str:
    """What the tree of an audit partition is called; its signatures are in the same name."""
    return f"{prefix}.consent-relay/audit/{partition}"


def signing_key(settings: Settings) -> Ed25519PrivateKey:
    """The key that signs from now on.

    Raises:
        SetupError: missing, no hex, or not of 32 bytes.

    """
    seed = settings.key("notary_key")
    if len(seed) != KEY_BYTES:
        raise SetupError(
            f"notary_key has {len(seed)} bytes, an Ed25519 key has {KEY_BYTES}", remedy="make another one"
        )
    return Ed25519PrivateKey.from_private_bytes(seed)


def public_key(settings: Settings) -> bytes:
    """Of the key that signs from now on. Raises SetupError."""
    return signing_key(settings).public_key().public_bytes_raw()


def verifier_keys(settings: Settings) -> list[str]:
    """The same as other tools take it, by partition: each tree has its own name, all have one key."""
    prefix, public = settings.required("cluster_prefix"), public_key(settings)
    return [verifier_key(origin_of(prefix, number), public) for number in range(settings.partitions)]


def keys_file(settings: Settings) -> Path:
    """Where the public keys are that ever signed here."""
    return settings.notary_public_keys or settings.data_dir / "keys" / "notary.pub"


def remember(settings: Settings) -> None:
    """Add our public key to those that are known: it stays there when another one signs.

    Raises:
        SetupError: the file can't be read or written.

    """
    path, ours = keys_file(settings), verifier_keys(settings)[0]
    with writing(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        known = path.read_text("utf-8") if path.exists() else ""
        if ours not in known.splitlines():
            apart = "\n" if known and not known.endswith("\n") else ""  # whoever put a key there by hand
            with path.open("a", encoding="utf-8") as file:
                file.write(f"{apart}{ours}\n")


def known_keys(settings: Settings) -> list[bytes]:
    """Public keys whose heads are believed: ours, if we have it, and those of the file.

    Raises:
        SetupError: there is none, or the file holds something else.

    """
    found = [public_key(settings)] if settings.notary_key or settings.notary_key_file else []
    path = keys_file(settings)
    if is_there(path):
        found += keys_in(path)
    if not found:
        raise SetupError("no public key of a notary is known", remedy=f"put one into {path}, or name it with --key")
    return found


def given_keys(given: Iterable[str]) -> list[bytes]:
    """What `--key` names: verifier keys, or files with one in each line. Raises SetupError."""
    found: list[bytes] = []
    for text in given:
        found += keys_in(Path(text)) if Path(text).is_file() else [_read(text, "--key")]
    return found


def keys_in(path: Path) -> list[bytes]:
    """Raises SetupError: it can't be read, or a line in it is no verifier key."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise SetupError(f"{path} can't be read", remedy="name a file of public keys, one in each line") from None
    return [_read(line, str(path)) for line in lines if line.strip() and not line.startswith("#")]


def _read(text: str, where: str) -> bytes:
    try:
        return public_key_of(text)
    except NotProven as error:
        raise SetupError(f"{where}: {error}", remedy="`consent-relay audit key` prints it") from None
