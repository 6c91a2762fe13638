from __future__ import annotations

import socket

from infra.kafka.config import Ports, Tunnel, controller_properties, free_ports, server_properties
from infra.ports import HOST

PORTS = Ports(broker=21001, controller=21002)


def read(text: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in text.splitlines())


def properties(tunnel: Tunnel | None = None) -> dict[str, str]:
    return read(server_properties(PORTS, tunnel))


def test_nothing_listens_beyond_the_loopback_interface() -> None:
    assert properties()["listeners"] == "PLAINTEXT://127.0.0.1:21001,CONTROLLER://127.0.0.1:21002"
    assert properties()["advertised.listeners"] == f"PLAINTEXT://{PORTS.bootstrap}"


def test_clients_from_a_tunnel_are_told_its_other_end_and_nobody_else_is() -> None:
    told = properties(Tunnel(21003, "broker.test:9092"))
    assert told["listeners"].endswith(",TUNNEL://127.0.0.1:21003")
    assert told["advertised.listeners"] == f"PLAINTEXT://{PORTS.bootstrap},TUNNEL://broker.test:9092"


def test_a_tunnels_port_is_left_to_it() -> None:
    first = free_ports()
    assert first.broker not in free_ports(first.bootstrap, Tunnel(first.broker, "broker.test:9092"))


def test_one_node_is_enough_for_every_internal_topic() -> None:
    copies = {name: value for name, value in properties().items() if name.endswith(("replication.factor", "min.isr"))}
    assert copies == {
        "offsets.topic.replication.factor": "1",
        "transaction.state.log.replication.factor": "1",
        "transaction.state.log.min.isr": "1",
    }


def test_a_misspelt_topic_is_an_error_and_not_a_new_topic() -> None:
    assert properties()["auto.create.topics.enable"] == "false"


def test_a_lone_node_does_not_give_its_partitions_away_while_transactions_still_end() -> None:
    assert properties()["controlled.shutdown.enable"] == "false"


def test_who_strikes_the_node_off_is_the_same_node_without_a_broker() -> None:
    alone, whole = read(controller_properties(PORTS)), properties()
    differ = {name for name in alone if alone[name] != whole.get(name)}
    timing = {"broker.session.timeout.ms", "broker.heartbeat.interval.ms", "controller.quorum.append.linger.ms"}
    assert differ == {"process.roles", "listeners", *timing}
    assert alone["listeners"] == "CONTROLLER://127.0.0.1:21002"


def test_a_lone_node_is_not_struck_off_while_it_is_frozen() -> None:
    longest_freeze_ms = 35_000  # in the fault tests at full size
    assert int(properties()["broker.session.timeout.ms"]) > longest_freeze_ms


def test_no_path_depends_on_where_the_data_directory_is() -> None:
    assert properties()["log.dirs"] == "topics"


def test_ports_are_apart_and_below_those_of_outgoing_connections() -> None:
    ports = free_ports()
    assert ports.broker != ports.controller
    assert max(ports) < 32768


def test_the_port_of_last_time_is_taken_again() -> None:
    last = free_ports().bootstrap
    assert free_ports(last).bootstrap == last


def test_a_port_that_somebody_took_is_replaced() -> None:
    with socket.socket() as other:
        other.bind((HOST, 0))
        other.listen()
        taken = other.getsockname()[1]
        assert taken not in free_ports(f"{HOST}:{taken}")
