"""Faults on purpose: slow, refusing, breaking off, silent or lying, for a vendor, a verb or one person."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field

from infra.sandbox.people import fold

if TYPE_CHECKING:
    from collections.abc import Callable


class Fault(BaseModel):
    """One fault. It strikes calls to `vendor` (`*`: any) that match `verb` and `person` where these are given.

    kind: `latency` delays by `seconds` (more than one adds up) · `status` answers with `status` in the vendor's own
      error shape, with `retry_after_s` also a Retry-After header as seconds or as an HTTP date · `reset` closes the
      connection without an answer · `hang` never answers · `lie` answers 200 with an error in the body, in the
      vendor's own shape.
    stage: whether that happens `before` or `after` the change is applied; by default `after` for reset, `before`
      otherwise. After a latency `before` the change is applied even to a client that has given up.
    person: a key or any identity of a person, e.g. an e-mail address or a client id.
    times: strike only the first so many matching calls.
    share: strike this share of the matching calls, drawn from the sandbox's seed.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["latency", "status", "reset", "hang", "lie"]
    vendor: str = "*"
    verb: str | None = None
    person: str | None = None
    times: int | None = Field(None, ge=1)
    share: float = Field(1.0, gt=0, le=1)
    seconds: float = Field(0.0, ge=0)
    status: int = Field(503, ge=400, le=599)
    retry_after_s: int | None = Field(None, ge=0)
    retry_after_as: Literal["seconds", "date"] = "seconds"
    stage: Literal["before", "after"] | None = None

    @property
    def strikes_before(self) -> bool:
        return (self.stage or ("after" if self.kind == "reset" else "before")) == "before"


@dataclass(frozen=True, slots=True)
class Struck:
    """What one call has to suffer: delays before and after the change, and at most one end."""

    delay_s: float = 0.0
    answer_delay_s: float = 0.0
    end: Fault | None = None


UNHARMED = Struck()


@dataclass(slots=True)
class _Armed:
    fault: Fault
    struck: int = 0


class Faults:
    """The armed faults. `seed` makes the draws of `share` repeatable."""

    def __init__(self, seed: int = 0) -> None:
        self._armed: dict[int, _Armed] = {}
        self._next_id = 0
        self._rng = random.Random(seed)  # noqa: S311 - draws are to be the same again, not unguessable

    def arm(self, fault: Fault) -> int:
        self._next_id += 1
        self._armed[self._next_id] = _Armed(fault)
        return self._next_id

    def disarm(self, fault_id: int) -> None:
        self._armed.pop(fault_id, None)

    def clear(self) -> None:
        self._armed.clear()

    def armed(self) -> dict[int, tuple[Fault, int]]:
        """Fault and number of calls struck so far, by id."""
        return {fault_id: (armed.fault, armed.struck) for fault_id, armed in self._armed.items()}

    def strike(self, vendor: str, verb: str, names: Callable[[], set[str]]) -> Struck:
        """What this call suffers.

        `names` gives the folded names of its people; it is asked only if a fault wants to know them.
        """
        if not self._armed:
            return UNHARMED
        delay_s, answer_delay_s, end = 0.0, 0.0, None
        for armed in self._armed.values():
            fault = armed.fault
            if (end is not None and fault.kind != "latency") or not self._hits(armed, vendor, verb, names):
                continue
            armed.struck += 1
            if fault.kind == "latency" and fault.strikes_before:
                delay_s += fault.seconds
            elif fault.kind == "latency":
                answer_delay_s += fault.seconds
            else:
                end = fault
        return Struck(delay_s, answer_delay_s, end)

    def _hits(self, armed: _Armed, vendor: str, verb: str, names: Callable[[], set[str]]) -> bool:
        fault = armed.fault
        return (
            fault.vendor in ("*", vendor)
            and fault.verb in (None, verb)
            and (fault.times is None or armed.struck < fault.times)
            and (fault.person is None or fold(fault.person) in names())
            and (fault.share == 1.0 or self._rng.random() < fault.share)
        )
