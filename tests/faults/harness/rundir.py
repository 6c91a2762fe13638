"""The directory of a run: everything that is needed to judge it, and to understand it if it failed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class RunDir:
    """Its files. Each line of a `.jsonl` is written at once: what was killed meanwhile leaves whole lines."""

    path: Path

    def __post_init__(self) -> None:
        for name in ("ledger", "logs"):
            (self.path / name).mkdir(parents=True, exist_ok=True)

    def ledger(self, connection: str) -> Path:
        return self.path / "ledger" / f"{connection}.jsonl"

    def calls(self, connection: str) -> Path:
        return self.path / "calls" / f"{connection}.jsonl"

    def log(self, name: str) -> Path:
        return self.path / "logs" / f"{name}.log"

    def clock(self, name: str) -> Path:
        """How far that worker's wall clock is ahead, s, as text."""
        return self.path / f"{name}.clock"

    def write(self, name: str, what: Any) -> None:
        (self.path / name).write_text(json.dumps(what, indent=1), "utf-8")

    def note(self, name: str, *lines: Any) -> None:
        with (self.path / name).open("a", encoding="utf-8") as file:
            file.writelines(json.dumps(line) + "\n" for line in lines)

    def lines(self, name: str) -> list[Any]:
        """Of a `.jsonl`; none if there is no such file."""
        path = self.path / name
        return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []
