"""How often a vendor may be called: class data of its adapter, and `limits` of a connection in `relay.toml`."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

TOGETHER = "*"
_LONGEST_S = 366 * 86_400.0


class Window(BaseModel):
    """At most `calls` calls in any `seconds`, wherever these begin.

    lock_s: who exceeds it is locked out by the vendor for so many s. apis: for these APIs of the vendor (`Call.api`);
    empty: for all. together: the APIs count as one; if not, each has the window for itself.

    Sliding, whatever the vendor's own window is: that keeps a fixed one (a clock hour, a calendar month of at most
    the same length) too, wherever the vendor lets it begin.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    calls: int = Field(ge=1)
    seconds: float = Field(gt=0, le=_LONGEST_S, allow_inf_nan=False)
    lock_s: float = Field(default=0.0, ge=0, le=_LONGEST_S, allow_inf_nan=False)
    apis: tuple[str, ...] = ()
    together: bool = False

    def covers(self, api: str) -> bool:
        return not self.apis or api in self.apis

    def counter(self, api: str) -> str:
        """The name under which a call of this API is counted."""
        return TOGETHER if self.together else api

    def scope(self) -> tuple[float, tuple[str, ...], bool]:
        """Its length and what it is for: a connection has one window of each."""
        return self.seconds, tuple(sorted(self.apis)), self.together

    def scaled(self, factor: float) -> Window:
        """The same window with so many times the calls, at least one."""
        return self.model_copy(update={"calls": max(1, int(self.calls * factor))})

    def __str__(self) -> str:
        locked = f", then locked for {length(self.lock_s)}" if self.lock_s else ""
        where = f" ({', '.join(self.apis)})" if self.apis else ""
        return f"{self.calls} in {length(self.seconds)}{locked}{', all APIs together' * self.together}{where}"


def length(seconds: float) -> str:
    for unit, size in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= size and seconds % size == 0:
            return f"{seconds / size:g} {unit}"
    return f"{seconds:g} s"
