"""What the embedded broker is told: one node that is broker and controller, on the loopback interface only.

All paths in here are relative to the data directory, which is the broker's working directory: Java reads properties
files as Latin-1 and splits lists of directories at commas, so no path of the user's may stand in them.
"""

from __future__ import annotations

from typing import NamedTuple

from infra.ports import HOST, unused_ports

LOG_DIR = "topics"
SESSION_S = 4.0

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


class Setup(NamedTuple):
    """What differs from broker to broker.

    session_s: so long its own controller waits for a word of it before it strikes it off; and after a crash, before
    it lets it in again.
    """

    tunnel: Tunnel | None = None
    session_s: float = SESSION_S


def free_ports(last: str | None = None, tunnel: Tunnel | None = None) -> Ports:
    """Two free ports; the broker's is that of `last`, its bootstrap servers of last time, if nobody took it since."""
    known = [int(last.rsplit(":", 1)[1])] if last else []
    free = (port for port in unused_ports(*known) if not (tunnel and port == tunnel.port))
    return Ports(broker=next(free), controller=next(free))


def server_properties(ports: Ports, setup: Setup) -> str:
    """The text of server.properties. Times in ms, sizes in bytes."""
    tunnel = setup.tunnel
    way_in = f",TUNNEL://{HOST}:{tunnel.port}" if tunnel else ""
    other_end = f",TUNNEL://{tunnel.advertised}" if tunnel else ""
    properties: dict[str, str | int] = {
        "process.roles": "broker,controller",
        "node.id": 1,
        "controller.quorum.voters": f"1@{HOST}:{ports.controller}",
        "controller.listener.names": "CONTROLLER",
        "inter.broker.listener.name": "PLAINTEXT",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,TUNNEL:PLAINTEXT",
        "listeners": f"PLAINTEXT://{HOST}:{ports.broker},CONTROLLER://{HOST}:{ports.controller}{way_in}",
        "advertised.listeners": f"PLAINTEXT://{HOST}:{ports.broker}{other_end}",
        "log.dirs": LOG_DIR,
        "auto.create.topics.enable": "false",
        "offsets.topic.num.partitions": 4,
        "offsets.topic.replication.factor": 1,
        "transaction.state.log.num.partitions": 4,
        "transaction.state.log.replication.factor": 1,
        "transaction.state.log.min.isr": 1,
        # A lone consumer need not wait for others, and tests may ask for short sessions.
        "group.initial.rebalance.delay.ms": 0,
        "group.min.session.timeout.ms": 1000,
        # After a crash the node is let in again only when its old session is over: 6 s to restart instead of 12.
        "broker.session.timeout.ms": round(setup.session_s * 1000),
        "broker.heartbeat.interval.ms": 1000,
        # There is nobody to hand partitions to, and while a lone node gives them away Kafka 4.3 takes one without a
        # leader for a deleted one: it calls a transaction committed and never writes its end there (KAFKA-20734).
        "controlled.shutdown.enable": "false",
        # The default takes 128 MiB of the heap at once.
        "log.cleaner.dedupe.buffer.size": 16 * 1024 * 1024,
    }
    return "".join(f"{name}={value}\n" for name, value in properties.items())
