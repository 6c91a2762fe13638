"""What `audit verify --file` makes of a file: a proof, a receipt or a confirmation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from processors.reporting.signing import SIGNATURE, parsed, verified
from schemas.errors import NotProven, SetupError
from streams.commands.audit_proof import show_proof
from streams.commands.common import show_json

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path


def show_signed(file: Path, keys: Collection[bytes], *, as_json: bool) -> None:
    """Check whatever the relay has signed for somebody, and say what it is.

    Raises:
        SetupError: the file can't be read.
        NotProven: it doesn't hold.

    """
    text = _text(file)
    try:
        document = parsed(text)
        if not isinstance(document, dict) or SIGNATURE not in document:
            show_proof(text, keys, as_json=as_json)
            return
        by = verified(document, keys)
    except NotProven as error:
        raise NotProven(f"{file}: {error}") from None
    about = {name: document.get(name) for name in ("schema_version", "issued_time")}
    if as_json:
        show_json({"good": True, **about, "key": by})
    else:
        typer.echo(f"good: {about['schema_version']} of {about['issued_time']}, signed by the key {by}")


def _text(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise SetupError(
            f"{file} can't be read: {error.strerror}", remedy="name a proof, a receipt or a confirmation"
        ) from None
