"""What became of each row: told as soon as it is known, the bad ones kept byte for byte."""

from __future__ import annotations

import os
from collections import Counter
from typing import TYPE_CHECKING, Any

from schemas.errors import SetupError
from streams.commands.common import complain, show_json

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType
    from typing import BinaryIO, Self

    from schemas.errors import DataError
    from streams.importing.rows import Header, Row

PUBLISHED, VALID, REPEATED, REFUSED, UNSURE = "published", "valid", "repeated", "refused", "unsure"


class Report:
    """A context manager. kept: where bad rows go, with the header, so that they can be mended and imported again."""

    def __init__(self, source: str, header: Header, kept: Path | None, *, as_json: bool) -> None:
        self.counts: Counter[str] = Counter()
        self._source = source
        self._header = header
        self._as_json = as_json
        self._path = kept
        self._file: BinaryIO | None = None
        if kept is not None and kept.exists():
            raise SetupError(
                f"{kept} is there already, with rows of an earlier import",
                remedy="move it away, or name another file with --rejected",
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()

    def tell(self, row: Row, result: str, **facts: Any) -> None:
        self.counts[result] += 1
        if self._as_json:
            show_json({"source": self._source, "line": row.number, "result": result, **facts})

    def refuse(self, row: Row, error: DataError) -> None:
        """A bad row: named with its field, never its value."""
        complain(f"{self._source}:{row.number}: {error}")
        self.tell(row, REFUSED, error={"reason": error.reason, "field": error.field, "message": error.message})
        if self._path is not None:
            self._keep(self._path, row.raw)

    def _keep(self, path: Path, raw: bytes) -> None:
        if self._file is None:  # it names people: for nobody but who runs this
            self._file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
            self._file.write(_ended(self._header.raw))
        self._file.write(_ended(raw))


def _ended(raw: bytes) -> bytes:
    return raw if raw.endswith(b"\n") else raw + b"\n"
