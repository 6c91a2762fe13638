"""What stands for one person at one controller, as `consent.state` keeps it."""

from __future__ import annotations

from typing import Literal

from schemas.contract import Sealed
from schemas.kept import Kept
from schemas.times import Micros

MarkKind = Literal["optout_sale", "optout_targeted_ads", "optin", "restriction", "minor", "hold", "offer"]
SUPPRESSED = 32
"""So many hashes of what was erased are kept, the newest ones."""


class Choice(Kept, frozen=True):
    """The newest choice for a purpose and channel; `*` stands for all of them.

    own: False of a grant that is no consent of the person's: by an employer, say, or on another ground.
    """

    purpose: str
    channel: str
    status: Literal["granted", "withdrawn"]
    occurred_at: Micros
    event_id: str
    method: str = "other"
    own: bool = True


class Hold(Kept, frozen=True):
    """A legal hold; `lifted_at` once it is over. purposes: `*` stands for all personal data, as None did once."""

    event_id: str
    purposes: tuple[str, ...] | None
    placed_at: Micros
    review_at: Micros | None
    lifted_at: Micros | None = None


class Mark(Kept, frozen=True):
    """What stands beside the choices and counts with them: the newest of its kind for a purpose.

    on: False: lifted, as every mark of kind `hold` is. detail: of an opt-out the law of a later consent, of such a
    consent how it was confirmed, of a minor who must agree.
    """

    kind: MarkKind
    purpose: str
    on: bool
    occurred_at: Micros
    event_id: str
    until: Micros | None = None
    detail: str | None = None


class Retained(Kept, frozen=True):
    """A deletion that a hold keeps from being carried out at `recipients`, until it is lifted."""

    event_id: str
    data_domain: str
    jurisdiction: str | None
    occurred_at: Micros
    received_at: Micros
    policy_version: str
    recipients: tuple[str, ...]
    sealed: Sealed | None


class Known(Kept, frozen=True):
    """Identities that an event named; the same ones stand here once. `digest`: hex, keyed."""

    digest: str
    imported: bool
    occurred_at: Micros
    event_id: str
    sealed: Sealed


class Seen(Kept, frozen=True):
    """An event that was taken in already; `content_hash` is hex."""

    event_id: str
    content_hash: str


class SubjectState(Kept, frozen=True):
    """What stands for one person at one controller. `recent`: the last 32 events, oldest first.

    identities: what a later deletion has to reach; suppressed: keyed hashes, hex, of what was erased.
    """

    pid: str
    controller: str
    choices: tuple[Choice, ...] = ()
    erased_at: Micros | None = None
    holds: tuple[Hold, ...] = ()
    recent: tuple[Seen, ...] = ()
    marks: tuple[Mark, ...] = ()
    retained: tuple[Retained, ...] = ()
    identities: tuple[Known, ...] = ()
    suppressed: tuple[str, ...] = ()
