"""Use that outlives the process: reserved ahead in chunks, written before it is used, read back at a takeover.

Windows longer than `KEPT_FROM_S` are kept. A record says what was used and how many more calls may go before the next
record: whoever takes over takes these as made at that moment. So a restart never gives calls twice, and loses about
one chunk. Shorter windows stand in the record of a clean end only; without one they count as used up, which costs no
more than waiting for their end.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from operator import itemgetter
from typing import TYPE_CHECKING

from processors.limits.account import Share
from processors.limits.use import RESOLUTION, Part, Slot, Use
from schemas.quota import Quota, QuotaHold, QuotaSlot, QuotaUse, QuotaWindow

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from processors.limits.account import Account, Counter
    from schemas.windows import Window

KEPT_FROM_S = 10.0
ASSUMED_UP_TO_S = 3600.0
"""Without a record, a window up to this long counts as used up; of a longer one a person must say what was used."""
_US = 1_000_000


@dataclass(frozen=True, slots=True)
class Now:
    """One moment on two clocks. steady: s of the account's clock; wall: s since 1970, as records have it."""

    steady: float
    wall: float

    def micros(self, steady: float) -> int:
        return int((self.wall + steady - self.steady) * _US)

    def steadily(self, micros: int) -> float:
        return self.steady + micros / _US - self.wall


@dataclass(frozen=True, slots=True)
class Draft:
    """A record to write, and what may be used once it is committed."""

    quota: Quota
    grants: tuple[tuple[Use, int], ...]

    def committed(self) -> None:
        for use, calls in self.grants:
            use.ahead += calls


def is_kept(window: Window) -> bool:
    return window.seconds > KEPT_FROM_S


def draft(account: Account, partition: int, now: Now) -> Draft | None:
    """What to write next for this partition; None: there is nothing new to say."""
    share = account.shares[partition]
    extra: dict[Counter, int] = {}
    for counter, use in share.uses.items():
        part = account.part(partition, counter[0])
        if part and counter[0] in share.reserved and use.is_short(part):
            extra[counter] = min(max(1, part.calls // RESOLUTION), use.spare(part, now.steady))
    if not any(extra.values()) and not share.news:
        return None
    share.news = False
    grants = tuple((share.uses[counter], calls) for counter, calls in extra.items())
    return Draft(_record(account, partition, now, extra), grants)


def close(account: Account, partition: int, now: Now) -> Quota:
    """The last record of this partition: what was reserved and is not used is given back, and nothing may go."""
    share = account.shares[partition]
    share.reserved = frozenset(number for number in range(len(account.windows)) if account.part(partition, number))
    for use in share.uses.values():
        use.ahead = 0
    return _record(account, partition, now, {})


def restored(
    windows: Sequence[Window], quota: Quota | None, now: Now, *, late_s: float, new: bool = False, clean: bool = False
) -> Share:
    """A partition's share as its last owner left it.

    late_s: calls that were under way may still reach the vendor for so many s. new: nobody has ever called for it.
    clean: its last end was a clean one.
    """
    share = Share(reserved=frozenset(number for number, window in enumerate(windows) if is_kept(window)))
    for number, window in enumerate(windows):
        known = _recorded(window, quota) if clean or is_kept(window) else None
        if known is not None:
            share.uses |= {(number, use.api): _use(use, window, now, late_s) for use in known.uses}
            if known.spent is not None:
                share.spent[number] = min(now.steadily(known.spent), now.steady + late_s)
        elif not new:
            share.spent[number] = now.steady + late_s
    return share


def unrecorded(windows: Iterable[Window], quota: Quota | None) -> list[Window]:
    """Windows of which nobody knows what was used, and that are too long to take as used up."""
    return [window for window in windows if window.seconds > ASSUMED_UP_TO_S and _recorded(window, quota) is None]


def unused(windows: Iterable[Window], quota: Quota | None, now: Now) -> Quota:
    """The record, and that nothing was used of those of the windows that it doesn't know."""
    missing = tuple(
        QuotaWindow(window_ms=_ms(window), apis=window.apis, together=window.together, spent=None, uses=())
        for window in windows
        if is_kept(window) and _recorded(window, quota) is None
    )
    known = quota or Quota(windows=(), holds=(), at=now.micros(now.steady))
    return known.changed(windows=known.windows + missing)


def holds(quota: Quota | None, now: Now) -> Iterator[tuple[str, float]]:
    """(API, s for which the vendor wants no call of it yet)."""
    for hold in quota.holds if quota else ():
        if (left := now.steadily(hold.until) - now.steady) > 0:
            yield hold.api, left


def _record(account: Account, partition: int, now: Now, extra: Mapping[Counter, int]) -> Quota:
    share = account.shares[partition]
    windows = tuple(_window(account.windows[number], number, share, now, extra) for number in sorted(share.reserved))
    held = {api: brake.until for api, brake in account.brakes.items() if brake.until > now.steady}
    holds = tuple(QuotaHold(api=api, until=now.micros(until)) for api, until in sorted(held.items()))
    return Quota(windows=windows, holds=holds, at=now.micros(now.steady))


def _window(window: Window, number: int, share: Share, now: Now, extra: Mapping[Counter, int]) -> QuotaWindow:
    uses = tuple(
        _written(name, use, window, now, extra.get((at, name), 0))
        for (at, name), use in sorted(share.uses.items(), key=itemgetter(0))
        if at == number
    )
    spent = now.micros(share.spent[number]) if number in share.spent else None
    return QuotaWindow(window_ms=_ms(window), apis=window.apis, together=window.together, spent=spent, uses=uses)


def _written(name: str, use: Use, window: Window, now: Now, extra: int) -> QuotaUse:
    use.used(Part(0, window.seconds), now.steady)  # forgets what is over
    slots = tuple(
        QuotaSlot(first=now.micros(slot.first), last=now.micros(slot.last), calls=slot.calls) for slot in use.slots
    )
    return QuotaUse(api=name, slots=slots, ahead=use.open + int(use.ahead) + extra)


def _recorded(window: Window, quota: Quota | None) -> QuotaWindow | None:
    wanted = (_ms(window), window.apis, window.together)
    for known in quota.windows if quota else ():
        if (known.window_ms, known.apis, known.together) == wanted:
            return known
    return None


def _use(recorded: QuotaUse, window: Window, now: Now, late_s: float) -> Use:
    use, part = Use(ahead=0 if is_kept(window) else inf), Part(0, window.seconds)
    for slot in recorded.slots:
        # A clock that was set back since must not make them last longer than their window.
        first, last = (min(now.steadily(moment), now.steady + late_s) for moment in (slot.first, slot.last))
        use.add(Slot(first, last, slot.calls), part)
    if recorded.ahead:
        use.add(Slot(now.steady + late_s, now.steady + late_s, recorded.ahead), part)
    return use


def _ms(window: Window) -> int:
    return round(window.seconds * 1000)
