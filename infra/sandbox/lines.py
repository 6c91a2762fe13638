"""A file of JSON lines that grows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class Lines:
    """Each line is flushed, so that a test can read along. path: None writes nowhere. count: of lines in it."""

    def __init__(self, path: Path | None) -> None:
        self.count = 0
        self._file: TextIO | None = None
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("a+", encoding="utf-8")
            self._file.seek(0)
            self.count = sum(1 for _ in self._file)

    def write(self, line: Mapping[str, Any]) -> None:
        self.count += 1
        if self._file is not None:
            self._file.write(json.dumps(line) + "\n")
            self._file.flush()

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
