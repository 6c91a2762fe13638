"""docs/metrics.md, made from the definitions: `python -m streams.metrics > docs/metrics.md`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streams.metrics.definitions import SECTIONS
from streams.metrics.labels import LABELS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streams.metrics.definition import Definition

_HEAD = """\
# Metrics

<!-- Made by `python -m streams.metrics > docs/metrics.md`; edit streams/metrics/ and make it anew. -->

Every worker serves them in Prometheus' text format at `http://127.0.0.1:6066/metrics`; `CONSENT_RELAY_WEB_PORT` and
`CONSENT_RELAY_WEB_HOST` move them ([configuration](configuration.md)). Each worker speaks of its own partitions, so
numbers are summed over the workers, and ages are taken as the maximum.

```yaml
scrape_configs:
  - job_name: consent-relay
    static_configs: [{targets: ["127.0.0.1:6066"]}]
```

Counters count what is committed: work that is done again after a failure counts once. No label holds a person, an
event or a path.
"""
_WATCH = """\
## What to watch

A vendor is down on a Friday evening: its lane's breaker opens and its age grows, while its calls, a probe now and
then, end in `5xx` or `timeout`; the other lanes' figures don't move. Nothing fails because of it, and the lane goes on
by itself ([delivery](delivery.md)).

| question | expression |
|---|---|
| Is a worker gone? | `up{job="consent-relay"} == 0` |
| Is a vendor behind, and for how long? | `max by (role, lane) (consent_relay_lag_seconds) > 900` |
| What does it answer? | `sum by (lane, result) (rate(consent_relay_vendor_call_seconds_count[5m]))` |
| Is it down, or does it refuse us? | `max by (lane) (consent_relay_lane_breaker{state="closed"}) == 0` |
| Did it ask us to wait? | `max by (lane) (consent_relay_lane_wait_seconds) > 0` |
| Is a vendor's limit nearly used up? | `max by (lane, window) (consent_relay_limit_used_ratio) > 0.9` |
| Who needs a person's hand? | `sum by (lane, status) (consent_relay_lane_entries{status=~"failed\\|held\\|manual_task"}) > 0` |
| Does anything stand still, and why? | `sum by (role, lane, reason) (consent_relay_role_halted) > 0` |
| Is every partition worked on? | `sum by (role, lane) (consent_relay_role_partitions{state="working"})`: fewer than the topics have |
| Is there a lane that no worker serves? | `max by (lane) (consent_relay_lane_configured) unless on (lane) (sum by (lane) (consent_relay_role_partitions{role="lane",state="working"}) > 0)` |
| Was a connection removed that had work? | `max by (lane) (consent_relay_lane_removed_open) > 0` |
| Was a withdrawal or deletion refused? | `sum by (source, reason) (increase(consent_relay_dead_letters_total{protective="yes"}[10m])) > 0` |
| Did anything raise an alarm? | `sum by (alarm) (increase(consent_relay_alarms_total[10m])) > 0` |
| How fast are withdrawals confirmed? | `histogram_quantile(0.95, sum by (le) (rate(consent_relay_withdrawal_seconds_bucket{kind="consent.withdrawn",result="confirmed"}[1h])))` |
| And at one vendor? | `histogram_quantile(0.95, sum by (le, lane) (rate(consent_relay_delivery_seconds_bucket{action="withdraw"}[1h])))` |
| Is a person's request late, or about to be? | `max(consent_relay_requests_overdue) > 0`, `max(consent_relay_request_oldest_seconds) > 20 * 86400` |
| Are audit records not signed in time? | `max by (role) (consent_relay_lag_seconds{role="notary"}) > 300`, `increase(consent_relay_audit_heads_unwitnessed_total[10m]) > 0` |
| Do partitions keep changing hands? | `sum by (role, lane) (increase(consent_relay_ownership_lost_total[10m])) > 3` |
"""  # noqa: E501 - tables
_OWN = """\
Besides these each page has the Prometheus client's own: `process_resident_memory_bytes`, `process_cpu_seconds_total`,
`process_open_fds`, `python_info` and the like.
"""
_KINDS = {"Counter": "counter", "Gauge": "gauge", "Histogram": "histogram", "Info": "gauge"}


def page() -> str:
    """The whole page, in Markdown."""
    parts = [_HEAD, _WATCH]
    for title, definitions in SECTIONS.items():
        rows = "\n".join(_row(definition) for definition in definitions)
        parts.append(f"## {title}\n\n| metric | kind | labels | |\n|---|---|---|---|\n{rows}\n")
    labels = "\n".join(f"| `{label}` | {says} |" for label, says in LABELS.items())
    parts.append(_OWN)
    parts.append(f"## Labels\n\n| label | values |\n|---|---|\n{labels}\n")
    parts.append("## Buckets\n\nUpper bounds of the histograms.\n\n" + "\n".join(_buckets()) + "\n")
    return "\n".join(parts)


def _row(definition: Definition[Any]) -> str:
    labels = ", ".join(f"`{label}`" for label in definition.labels)
    return f"| `{definition.full_name}` | {_KINDS[definition.kind.__name__]} | {labels} | {definition.sentence} |"


def _buckets() -> Iterator[str]:
    for definitions in SECTIONS.values():
        for definition in definitions:
            if definition.buckets:
                yield f"- `{definition.full_name}`: {', '.join(f'{bound:.10g}' for bound in definition.buckets)}"
