"""What the embedded broker is told: one node that is broker and controller, on the loopback interface only.

All paths in here are relative to the data directory, which is the broker's working directory: Java reads properties
files as Latin-1 and splits lists of directories at commas, so no path of the user's may stand in them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from infra.ports import HOST, unused_ports

if TYPE_CHECKING:
    from collections.abc import Mapping

LOG_DIR = "topics"
SESSION_S = 60.0
"""So long a node may be silent before its own controller strikes it off: there is nobody to take its place, and Kafka
4.3 forgets then what it has confirmed (KAFKA-20734). Whoever starts it again doesn't wait for it: old_session.py."""

LOG4J2_PROPERTIES = """\
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{yyyy-MM-dd HH:mm:ss.SSS} %-5p %c{1} %m%n
rootLogger.level = info
rootLogger.appenderRef.console.ref = console
# some 300 lines of settings at each start
logger.config.name = org.apache.kafka.common.config.AbstractConfig
logger.config.level = warn
"""


class Ports(NamedTuple):
    broker: int
    controller: int

    @property
    def bootstrap(self) -> str:
        return f"{HOST}:{self.broker}"


class Tunnel(NamedTuple):
    """A second way in, for clients that can reach the broker only through a tunnel or a proxy on this machine.

    The tunnel leads to `port` of the loopback interface. A Kafka client goes where the broker tells it to: whoever
    comes by that port is told `advertised` (HOST:PORT), the tunnel's other end. `free_ports` has a port to take.
    """

    port: int
    advertised: str


def free_ports(last: str | None = None, tunnel: Tunnel | None = None) -> Ports:
    """Two free ports; the broker's is that of `last`, its bootstrap servers of last time, if nobody took it since."""
    known = [int(last.rsplit(":", 1)[1])] if last else []
    free = (port for port in unused_ports(*known) if not (tunnel and port == tunnel.port))
    return Ports(broker=next(free), controller=next(free))


def controller_properties(ports: Ports) -> str:
    """The text of controller.properties: the same node without a broker, which strikes off whoever is silent."""
    properties: dict[str, str | int] = {
        **_controller(ports),
        "process.roles": "controller",
        "listeners": f"CONTROLLER://{HOST}:{ports.controller}",
        "broker.session.timeout.ms": 200,
        "broker.heartbeat.interval.ms": 100,
        # What it has said in its log it has written: it is stopped right afterwards.
        "controller.quorum.append.linger.ms": 0,
    }
    return _text(properties)


def server_properties(ports: Ports, tunnel: Tunnel | None = None) -> str:
    """The text of server.properties. Times in ms, sizes in bytes."""
    way_in = f",TUNNEL://{HOST}:{tunnel.port}" if tunnel else ""
    other_end = f",TUNNEL://{tunnel.advertised}" if tunnel else ""
    properties: dict[str, str | int] = {
        **_controller(ports),
        "process.roles": "broker,controller",
        "inter.broker.listener.name": "PLAINTEXT",
        "listeners": f"PLAINTEXT://{HOST}:{ports.broker},CONTROLLER://{HOST}:{ports.controller}{way_in}",
        "advertised.listeners": f"PLAINTEXT://{HOST}:{ports.broker}{other_end}",
        "auto.create.topics.enable": "false",
        "offsets.topic.num.partitions": 4,
        "offsets.topic.replication.factor": 1,
        "transaction.state.log.num.partitions": 4,
        "transaction.state.log.replication.factor": 1,
        "transaction.state.log.min.isr": 1,
        # A lone consumer need not wait for others, and tests may ask for short sessions.
        "group.initial.rebalance.delay.ms": 0,
        "group.min.session.timeout.ms": 1000,
        "broker.session.timeout.ms": round(SESSION_S * 1000),
        "broker.heartbeat.interval.ms": 1000,
        # There is nobody to hand partitions to, and while a lone node gives them away Kafka 4.3 takes one without a
        # leader for a deleted one: it calls a transaction committed and never writes its end there (KAFKA-20734).
        "controlled.shutdown.enable": "false",
        # The default takes 128 MiB of the heap at once.
        "log.cleaner.dedupe.buffer.size": 16 * 1024 * 1024,
    }
    return _text(properties)


def _controller(ports: Ports) -> dict[str, str | int]:
    """What the node is told with a broker and without."""
    return {
        "node.id": 1,
        "controller.quorum.voters": f"1@{HOST}:{ports.controller}",
        "controller.listener.names": "CONTROLLER",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,TUNNEL:PLAINTEXT",
        "log.dirs": LOG_DIR,
    }


def _text(properties: Mapping[str, str | int]) -> str:
    return "".join(f"{name}={value}\n" for name, value in properties.items())
