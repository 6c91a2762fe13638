"""What the Faust app is made of; nothing of it needs a broker before it starts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from streams import topics
from streams.app import build_app, follow_withdrawals, wants_withdrawals
from streams.metrics.registry import Metrics
from streams.metrics.withdrawals import Withdrawals
from streams.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path


def settings(tmp_path: Path, **more: Any) -> Settings:
    return Settings(bootstrap_servers="127.0.0.1:1", cluster_prefix="t", data_dir=tmp_path, **more)


@pytest.mark.parametrize(
    ("given", "wanted"),
    [({}, True), ({"slo_metrics": "off"}, False), ({"web_port": 0}, False), ({"web_port": 7000}, True)],
)
def test_the_audit_is_followed_where_somebody_can_read_what_comes_of_it(
    tmp_path: Path, given: dict[str, Any], *, wanted: bool
) -> None:
    assert wants_withdrawals(settings(tmp_path, **given)) is wanted


def test_withdrawals_are_followed_by_an_agent_over_the_audit(tmp_path: Path) -> None:
    app = build_app(settings(tmp_path, web_host="0.0.0.0"), "w1")  # noqa: S104 - the operator's choice
    follow_withdrawals(app, Withdrawals(Metrics()))
    read = {name: agent.channel.get_topic_name() for name, agent in app.agents.items()}
    assert read == {"heartbeat": topics.WORKER, "withdrawals": topics.AUDIT}
    assert (app.conf.web_bind, app.conf.consumer_group_instance_id) == ("0.0.0.0", "w1")  # noqa: S104
    assert app.conf.id == "t.consent-relay-worker"
