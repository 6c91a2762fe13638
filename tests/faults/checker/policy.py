"""The policy's rows and relay.toml as data: who gets what, and who may say no to it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

POLICIES = Path(__file__).parents[3] / "schemas" / "policies"
PERSONAL = "pii"


@dataclass(frozen=True, slots=True)
class Connection:
    """An account at a vendor. chosen: purposes that reach it and that a person decides about; erases: on deletion."""

    name: str
    controller: str
    adapter: str
    regions: frozenset[str] | None
    chosen: frozenset[str]
    erases: bool

    def concerns(self, jurisdiction: str | None) -> bool:
        return self.regions is None or jurisdiction is None or jurisdiction in self.regions


class Policy:
    def __init__(self, rows: Mapping[str, Any]) -> None:
        gives_way = {basis["id"] for basis in rows["bases"] if basis["withdrawable"]}
        mine = [row for row in rows["purposes"] if row.get("domain", PERSONAL) == PERSONAL]
        self.id, self.version = rows["id"], rows["version"]
        self.purposes = frozenset(row["id"] for row in mine)
        self.chosen = frozenset(
            row["id"] for row in mine if not row.get("survives") and gives_way.intersection(row["bases"])
        )
        self._followers = [(row["follows"], row["id"]) for row in mine if row.get("follows")]
        self._flows = {name: {flow["to"] for flow in flows} for name, flows in rows["flows"].items()}
        usual = rows["deletion"]["meaning"]
        self._deletions = {row["id"]: row.get("deletion", {}).get("meaning", usual) for row in rows["recipients"]}

    @classmethod
    def of(cls, name: str) -> Policy:
        return cls(tomllib.loads((POLICIES / f"{name}.toml").read_text("utf-8")))

    def meant(self, purposes: list[str] | None) -> frozenset[str]:
        """The purposes that a choice is about; a choice about one may be a choice about another that follows it."""
        if purposes is None:
            return self.purposes
        return frozenset(purposes) | {follower for named, follower in self._followers if named in purposes}

    def connection(self, name: str, table: Mapping[str, Any]) -> Connection:
        serves = set(table["serves"])
        reaching = {purpose for purpose in self.purposes if serves & self._flows.get(purpose, set())}
        gets = {recipient for purpose in reaching for recipient in self._flows[purpose] & serves}
        return Connection(
            name=name,
            controller=table["controller"],
            adapter=table["adapter"],
            regions=frozenset(table["regions"]) if "regions" in table else None,
            chosen=frozenset(reaching) & self.chosen,
            erases=any(self._deletions[recipient] == "erase" for recipient in gets),
        )
