"""What may stand in each label of a metric."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

LABELS: Mapping[str, str] = {
    "action": "`grant`, `withdraw` or `delete`",
    "alarm": "the word that the log's alarm has",
    "answer": "see the metric",
    "asks": "`job` or `person`",
    "call": "`api`, or `token`: the request for an access token, under the first lane of those that share it",
    "kind": "the event's kind, as the contract lists them; `unknown` where it could not be read",
    "lane": "a connection's name in `relay.toml`; empty for the other roles",
    "outcome": "a word of the audit's outcomes: `executed`, `no_match`, `manual_task`, `failed` …",
    "protective": "`yes`: whatever protects a person, or a legal hold, or it may be one; else (a grant) `no`",
    "reason": "a word of the relay's own; a vendor's own codes are all `refused`",
    "result": "how it ended, see the metric",
    "role": "`router`, `lane`, `closer` or `notary`",
    "source": "`router` or `lane`",
    "state": "see the metric",
    "finding": "`missing`, `surplus`, `late` or `conflicting`",
    "http": "the status: `200`, `204`, `400`, `401`, `403`, `404`, `408`, `413`, `422`, `500`, `503`",
    "status": "as in the lane state: `parked`, `held`, `waiting`, `accepted`, `verifying`, `manual_task`, `failed` …",
    "why": "see the metric",
    "window": "the limit in words, as `vendors show` prints it: `500 in 5 min`",
}
