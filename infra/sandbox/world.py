"""What all vendors of one sandbox share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from infra.sandbox.people import People
from infra.sandbox.tokens import Tokens

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from infra.sandbox.clock import Clock
    from infra.sandbox.credentials import Credentials
    from infra.sandbox.faults import Faults
    from infra.sandbox.ledger import Ledger
    from infra.sandbox.limits import Limit
    from infra.sandbox.lines import Lines


@dataclass(frozen=True, slots=True)
class MailingList:
    """A Zoho Campaigns list; `signup_form` makes it double opt-in."""

    key: str
    signup_form: bool


@dataclass(frozen=True, slots=True)
class Topic:
    """The subscription that stands for a purpose, where vendors have such numbers; `kind`: `opt_out` or `opt_in`."""

    number: int
    kind: str


@dataclass(slots=True)
class World:
    """Time, secrets, people, ledger, faults and tokens of one sandbox. `base_url` is known once the port is.

    requests: a line for every one, whatever its answer. topics: by purpose.
    """

    clock: Clock
    credentials: Credentials
    ledger: Ledger
    requests: Lines
    faults: Faults
    limits_scale: float
    access_token_life_s: float
    ga_property_id: str
    mailing_lists: Mapping[str, MailingList]
    crm_search_lag_s: float
    topics: Mapping[str, Topic] = field(default_factory=dict)
    crm_job_s: float | None = None
    limits: Mapping[str, Sequence[Limit]] = field(default_factory=dict)
    people: People = field(default_factory=People)
    base_url: str = ""
    _tokens: dict[str, Tokens] = field(default_factory=dict)

    def tokens_of(self, issuer: str) -> Tokens:
        return self._tokens.setdefault(issuer, Tokens(self.clock, self.access_token_life_s))

    def topic_of(self, number: object) -> str | None:
        """The purpose of a subscription, named by its number; None: there is no such."""
        return next((purpose for purpose, topic in self.topics.items() if str(topic.number) == str(number)), None)
