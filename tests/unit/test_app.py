"""What the Faust app is made of; nothing of it needs a broker before it starts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from schemas.errors import SetupError
from streams import topics
from streams.app import build_app, follow_withdrawals, wants_withdrawals
from streams.clients import connection
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


SASL = {"security_protocol": "SASL_PLAINTEXT", "sasl_username": "relay", "sasl_password": "s3cret"}


@pytest.mark.parametrize("missing", ["sasl_username", "sasl_password"])
def test_a_cluster_that_wants_a_login_wants_both_halves_of_it(tmp_path: Path, missing: str) -> None:
    given = settings(tmp_path, **{name: value for name, value in SASL.items() if name != missing})
    for make in (connection, lambda given: build_app(given, "w1")):
        with pytest.raises(SetupError, match=f"{missing} is not set\n.*CONSENT_RELAY_{missing.upper()}"):
            make(given)


def test_an_empty_password_is_none(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="sasl_password is not set"):
        connection(settings(tmp_path, **SASL | {"sasl_password": ""}))


@pytest.mark.parametrize("protocol", ["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"])
def test_the_app_reaches_the_cluster_as_the_other_clients_do(tmp_path: Path, protocol: str) -> None:
    given = settings(tmp_path, **SASL | {"security_protocol": protocol, "sasl_mechanism": "SCRAM-SHA-512"})
    others = connection(given)
    made: Any = build_app(given, "w1").conf.broker_credentials
    assert (made.protocol.value if made else "PLAINTEXT") == others["security_protocol"] == protocol
    assert ("ssl_context" in others) is ("SSL" in protocol)
    if "SASL" in protocol:
        login = (others["sasl_mechanism"], others["sasl_plain_username"], others["sasl_plain_password"])
        assert login == (made.mechanism.value, made.username, made.password) == ("SCRAM-SHA-512", "relay", "s3cret")
