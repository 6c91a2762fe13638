"""A run's directory, read into memory. Nothing in it is believed yet."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic_core import from_json

from checker.policy import Connection, Policy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Place(NamedTuple):
    """Where a record stands in consent.events."""

    partition: int
    offset: int

    def __str__(self) -> str:
        return f"record {self.partition}@{self.offset}"


@dataclass(frozen=True, slots=True)
class Entry:
    """A record of consent.events. at: when Kafka took it in, µs; first: where it came in, if it was forwarded.

    event: None if it can't be read.
    """

    here: Place
    at: int
    first: Place
    event: dict[str, Any] | None
    value: str | None


@dataclass(frozen=True)
class Run:
    path: Path

    @cached_property
    def config(self) -> dict[str, Any]:
        return tomllib.loads((self.path / "relay.toml").read_text("utf-8"))

    @cached_property
    def expect(self) -> dict[str, Any]:
        return dict(self._json("expect.json"))

    @cached_property
    def policy(self) -> Policy:
        return Policy.of(self.expect["policy"])

    @cached_property
    def connections(self) -> dict[str, Connection]:
        tables = self.config["connections"]
        return {name: self.policy.connection(name, table) for name, table in sorted(tables.items())}

    @cached_property
    def input(self) -> list[dict[str, Any]]:
        return self.lines("input.jsonl")

    @cached_property
    def acked(self) -> list[tuple[int, Place]]:
        return [(line["n"], Place(line["partition"], line["offset"])) for line in self.lines("acked.jsonl")]

    @cached_property
    def log(self) -> list[Entry]:
        """As it stands: each partition in its order."""
        return [_entry(line) for line in self.lines("events.jsonl")]

    @cached_property
    def faults(self) -> list[dict[str, Any]]:
        return self.lines("faults.jsonl")

    @cached_property
    def people(self) -> dict[str, dict[str, Any]]:
        """Whom the vendors know, by key."""
        return {person["key"]: person for person in self._json("people.json")}

    @cached_property
    def vendors(self) -> dict[str, dict[str, dict[str, Any]]]:
        return dict(self._json("vendors.json"))

    def ledger(self, connection: str) -> list[dict[str, Any]]:
        adapter = self.connections[connection].adapter
        return [entry for entry in self.lines(f"ledger/{connection}.jsonl") if entry["vendor"] == adapter]

    def pid(self, subject_id: str | None) -> str | None:
        found: str | None = self.expect["pids"].get(subject_id)
        return found

    def lines(self, name: str) -> list[dict[str, Any]]:
        return list(self.each(name))

    def each(self, name: str) -> Iterator[dict[str, Any]]:
        """A file of JSON lines, one after the other; what isn't there has none."""
        path = self.path / name
        if path.exists():
            with path.open("rb") as file:
                yield from (from_json(line) for line in file if line.strip())

    def _json(self, name: str) -> Any:
        return json.loads((self.path / name).read_text("utf-8"))


def _entry(line: dict[str, Any]) -> Entry:
    here = Place(line["partition"], line["offset"])
    first = Place(*line["first"]) if line.get("first") else here
    return Entry(here, line.get("first_at") or line["timestamp"] * 1000, first, line["event"], line["value"])
