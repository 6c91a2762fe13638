"""What an adapter says of one action: how it ends, and how many people share a call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from processors.vendors.later import Schedule


@dataclass(frozen=True, slots=True)
class Capability:
    """What an adapter does for one action. `kind`: how it ends when all goes well.

    closing: the rung that is final, because the vendor can't be asked further.
    idempotent: doing it twice is as good as once, with the same answer, which the contract suite tries on the
    sandbox; if not, the script notes before it acts.
    batch: most people in one call; the first of them waits at most batch_wait_s for the others, s.
    batch_bytes: most bytes of all their `Vendor.weight`s together, where the vendor limits these.
    batch_ids: most ids of all of them, where it limits those: the weight counts them then (id_lists.py).
    vendor_limit_s: the vendor's own time limit after `accepted`, s.
    polls: when to ask about its jobs, where it has any; None: it has none that can be asked about.
    read_back_s: so long after it is done the vendor is asked whether the person is gone indeed; None: it can't be.
    calls: False of a task that is all a person's: the vendor has no call for any part of it.
    """

    kind: Literal["api", "client_signal", "manual_task", "not_applicable"] = "api"
    closing: Literal["accepted", "executed", "verified"] = "executed"
    idempotent: bool = True
    batch: int = 1
    batch_wait_s: float = 0.2
    batch_bytes: int | None = None
    batch_ids: int | None = None
    vendor_limit_s: int | None = None
    polls: Schedule | None = None
    read_back_s: float | None = None
    calls: bool = True
    says: str = ""

    @property
    def batch_weight(self) -> int | None:
        return self.batch_bytes if self.batch_ids is None else self.batch_ids

    @property
    def asks_vendor(self) -> bool:
        """Whether it makes any call."""
        return self.calls and self.kind not in {"client_signal", "not_applicable"}

    def company_s(self, wanted: float | None) -> float:
        """How long people wait for company, s; `wanted`: what a connection says of it."""
        return self.batch_wait_s if wanted is None else wanted
