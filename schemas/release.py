"""Freeze the schemas as they are: `python -m schemas.release v1 > tests/unit/released.sha256`.

A released schema is never changed: somewhere a record may lie that was written with it. To change a contract, edit
its schema (new fields with a default, so that every older record stays readable), then release it under the next
number and add the lines that this prints to `tests/unit/released.sha256`.
"""

from __future__ import annotations

import hashlib
import re
import sys
from pathlib import Path

from schemas.codec import CONTRACTS
from schemas.errors import SetupError

AVRO = Path(__file__).parent / "avro"


def release(version: str, avro: Path = AVRO) -> list[Path]:
    """Copy the schemas that differ from their last release to `released/<name>.<version>.avsc`; all files there.

    Raises:
        SetupError: no version like v2, or one of the schemas was released otherwise under it: nothing is written.

    """
    if not re.fullmatch(r"v[1-9]\d*", version):
        raise SetupError(f"{version!r} is no version", remedy="write it as v1, v2, ...")
    copies = {}
    for name in CONTRACTS.values():
        content = (avro / f"{name}.avsc").read_bytes()
        target = avro / "released" / f"{name}.{version}.avsc"
        if target.exists() and target.read_bytes() != content:
            raise SetupError(f"{target.name} is released and differs", remedy="release under the next version")
        if all(content != released.read_bytes() for released in target.parent.glob(f"{name}.v*.avsc")):
            copies[target] = content
    for target, content in copies.items():
        target.write_bytes(content)
    return sorted((avro / "released").glob("*.avsc"))


def main() -> None:
    for path in release(sys.argv[1] if len(sys.argv) > 1 else ""):
        sys.stdout.write(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n")


if __name__ == "__main__":
    main()
