"""Workers that share a vendor's limits, and the vendor's own count of the calls, on a clock moved by hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from processors.limits.account import Account, Turn
from processors.limits.reserve import Draft, Now, close, draft, restored
from schemas.codec import decode, encode
from schemas.quota import Quota

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schemas.windows import Window

LATE_S = 2.0
WALL = 1_700_000_000.0


def taken(account: Account, api: str, now: float) -> Turn:
    """A call's turn, which has come."""
    turn = account.take(api, now)
    assert turn
    return turn


@dataclass
class OnItsWay:
    owner: str
    turn: Turn


@dataclass
class Site:
    """Partitions, their owners and what is written of them. `seen`: when the vendor got calls, and of which API."""

    windows: Sequence[Window]
    total: int
    now: float = 0.0
    seen: list[tuple[float, str]] = field(default_factory=list)
    owners: dict[int, str] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    written: dict[int, bytes] = field(default_factory=dict)
    known: set[int] = field(default_factory=set)
    clean: set[int] = field(default_factory=set)
    under_way: list[OnItsWay] = field(default_factory=list)

    @property
    def moment(self) -> Now:
        return Now(self.now, WALL + self.now)

    def account(self, owner: str) -> Account:
        return self.accounts.setdefault(owner, Account(self.windows))

    def take_over(self, partition: int, owner: str) -> None:
        quota = decode(Quota, self.written[partition]) if partition in self.written else None
        new, clean = partition not in self.known, partition in self.clean
        self.known.add(partition)
        self.clean.discard(partition)
        share = restored(self.windows, quota, self.moment, late_s=LATE_S, new=new, clean=clean)
        self.account(owner).hold(partition, self.total, share)
        self.owners[partition] = owner

    def hand_over(self, partition: int, owner: str) -> None:
        """As a planned stop does: the last record says exactly what was used."""
        old = self.account(self.owners[partition])
        self.write(partition, close(old, partition, self.moment))
        old.release(partition)
        self.clean.add(partition)
        self.take_over(partition, owner)

    def crash(self, owner: str, heir: str) -> None:
        """Nothing is written, and what was on its way may reach the vendor a little later, or never."""
        self.accounts.pop(owner, None)
        for call in [call for call in self.under_way if call.owner == owner]:
            self.under_way.remove(call)
            self.seen.append((self.now + LATE_S, call.turn.api))
        for partition in [p for p, who in self.owners.items() if who == owner]:
            self.take_over(partition, heir)

    def reserve(self, partition: int) -> Draft | None:
        """The record is written; what it reserves may be used when `committed` is called."""
        made = draft(self.account(self.owners[partition]), partition, self.moment)
        if made:
            self.write(partition, made.quota)
        return made

    def write(self, partition: int, quota: Quota) -> None:
        self.written[partition] = encode(quota)

    def call(self, owner: str, api: str) -> bool:
        account = self.account(owner)
        turn = account.take(api, self.now)
        if turn:
            self.under_way.append(OnItsWay(owner, turn))
        return turn is not None

    def wait(self, seconds: float) -> None:
        """No call takes longer than its time limit; then the vendor has it at the last moment."""
        until = self.now + seconds
        for call in sorted(self.under_way, key=lambda call: call.turn.at):
            if call.turn.at + LATE_S <= until:
                self.now = max(self.now, call.turn.at + LATE_S)
                self.answer(self.under_way.index(call), 1.0)
        self.now = until

    def answer(self, number: int, seen_at: float) -> None:
        """`seen_at`: 0 when it was sent, 1 when it was answered."""
        call = self.under_way.pop(number)
        self.accounts[call.owner].done(call.turn, self.now)
        self.seen.append((call.turn.at + seen_at * (self.now - call.turn.at), call.turn.api))

    def check(self) -> None:
        """The vendor never saw more than `calls` in any `seconds`."""
        for window in self.windows:
            for name in {window.counter(api) for _, api in self.seen if window.covers(api)}:
                times = sorted(at for at, api in self.seen if window.covers(api) and window.counter(api) == name)
                for first, later in zip(times, times[window.calls :], strict=False):
                    assert later - first >= window.seconds - 1e-6, (window, name, first, later)
