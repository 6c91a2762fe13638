"""The policy's rows and relay.toml as data: who gets what, and who may say no to it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from checker.kinds import Kind

POLICIES = Path(__file__).parents[3] / "schemas" / "policies"
PERSONAL = "pii"
_FORGOTTEN = {"never", "deactivate_and_delete"}
"""What a policy says of minors who are to be forgotten."""
_EEA = frozenset(
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK".split()  # noqa: SIM905
)


@dataclass(frozen=True, slots=True)
class Connection:
    """An account at a vendor. reaching: the purposes for which it gets data; chosen: those of them that a person's
    choice stops; carries: all purposes, of any kind of data; erases: on deletion."""

    name: str
    controller: str
    adapter: str
    regions: frozenset[str] | None
    reaching: frozenset[str]
    chosen: frozenset[str]
    carries: frozenset[str]
    erases: bool

    def concerns(self, jurisdiction: str | None) -> bool:
        if self.regions is None or jurisdiction is None:
            return True
        here = jurisdiction.strip().upper()
        return any(here in _around(there) or there in _around(here) for there in self.regions)


def _around(place: str) -> frozenset[str]:
    """Itself, its country, and what its country belongs to."""
    country = place.split("-", maxsplit=1)[0]
    return frozenset({place, country, "EEA" if country in _EEA else country})


class Policy:
    def __init__(self, rows: Mapping[str, Any]) -> None:
        gives_way = {basis["id"] for basis in rows["bases"] if basis["withdrawable"]}
        mine = [row for row in rows["purposes"] if row.get("domain", PERSONAL) == PERSONAL]
        self.id, self.version = rows["id"], rows["version"]
        self.nobody_under = max((row["under"] for row in rows["minors"] if row["action"] in _FORGOTTEN), default=0)
        self.nothing_under = max((row["under"] for row in rows["minors"] if row["action"] == "never"), default=None)
        self.purposes = frozenset(row["id"] for row in mine)
        self._bases = {row["id"]: frozenset(row["bases"]) for row in mine if not row.get("survives")}
        self._traits = {row["id"]: frozenset(row.get("traits", ())) for row in mine}
        self.chosen = self._resting_on(gives_way)
        self._followers = [(row["follows"], row["id"]) for row in mine if row.get("follows")]
        self._flows = {name: {flow["to"] for flow in flows} for name, flows in rows["flows"].items()}
        usual = rows["deletion"]["meaning"]
        self._deletions = {row["id"]: row.get("deletion", {}).get("meaning", usual) for row in rows["recipients"]}

    @classmethod
    def of(cls, name: str) -> Policy:
        return cls(tomllib.loads((POLICIES / f"{name}.toml").read_text("utf-8")))

    def reached(self, kind: Kind, *, named: bool) -> frozenset[str]:
        """The purposes that this kind of event can stop or start."""
        if not kind.picks:
            return self.chosen
        traits = {purpose for purpose, its in self._traits.items() if its & kind.traits}
        return self._resting_on(kind.bases) | traits | (self.chosen if named and kind.withdraws else set())

    def _resting_on(self, bases: Collection[str]) -> frozenset[str]:
        return frozenset(purpose for purpose, its in self._bases.items() if its.intersection(bases))

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
            reaching=frozenset(reaching),
            chosen=frozenset(reaching) & self.chosen,
            carries=frozenset(purpose for purpose, reached in self._flows.items() if serves & reached),
            erases=any(self._deletions[recipient] == "erase" for recipient in gets),
        )
