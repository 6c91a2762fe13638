"""Where the broker is, and the settings that go with it: the data directory's embedded one, or the user's own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from infra.kafka import running_at
from schemas.errors import EmbeddedKafkaError, SetupError
from streams.settings import Settings, key_file, load_settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LOCAL = "local"
"""The cluster prefix of the embedded broker."""
_ADDRESS = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^\s:,\[\]]+)(:(?P<port>\d{1,5}))?")
_MOST = 65_535
_NEEDED = "keep it with the data; without it nothing there can be read again"
_KEYS = {
    "pepper": ("the pepper that turns subject ids into pids", _NEEDED),
    "relay_key": ("the key that seals identities", _NEEDED),
    "notary_key": (
        "the key that signs heads of the audit",
        "keep it secret; whoever has it can sign another history",
    ),
}


def kafka_dir(settings: Settings) -> Path:
    """The embedded broker's own directory."""
    return settings.data_dir / "kafka"


def keys_dir(settings: Settings) -> Path:
    """Where the keys of the embedded default lie, unless they are given."""
    return settings.data_dir / "keys"


def is_embedded(settings: Settings, running: Callable[[Path], str | None] = running_at) -> bool:
    """Whether these settings lead to the embedded broker of their data directory."""
    return settings.bootstrap_servers is not None and settings.bootstrap_servers == _address(settings, running)


def settings_for(
    *,
    bootstrap_servers: str | None = None,
    data_dir: Path | None = None,
    config: Path | None = None,
    say: Callable[[str], None] = lambda _: None,
    running: Callable[[Path], str | None] = running_at,
) -> Settings:
    """Settings that lead to a broker: that of `bootstrap_servers` or of the environment, else the embedded one.

    On the embedded broker the cluster prefix is `local`, and the keys that nobody gave are made once in the data
    directory; `say` is told of it. A cluster of one's own gets nothing made up: whoever needs the prefix or a key
    asks the settings for it, and is refused where it isn't set.

    Raises:
        SetupError: no embedded broker runs, or nobody lets us look for it, or a setting is wrong.

    """
    given = load_settings(bootstrap_servers=bootstrap_servers, data_dir=data_dir, config=config)
    address = _address(given, running)
    if given.bootstrap_servers not in {None, address}:
        return _own_cluster(given)
    if address is None:
        raise SetupError(
            f"no embedded Kafka runs in {kafka_dir(given)}",
            remedy="start it with `consent-relay broker start` (or everything with `consent-relay up`), "
            "or name your own cluster with --bootstrap-servers HOST:PORT",
        )
    here = {"bootstrap_servers": address, "security_protocol": "PLAINTEXT", "cluster_prefix": LOCAL}
    return given.model_copy(update={**here, **make_keys(given, say)})


def make_keys(settings: Settings, say: Callable[[str], None]) -> dict[str, Path]:
    """The files of the keys that nobody gave, made where they are missing: setting → file."""
    files = {}
    for name, (what, advice) in _KEYS.items():
        if getattr(settings, name) is None and getattr(settings, f"{name}_file") is None:
            path, made = key_file(keys_dir(settings), name)
            if made:
                say(f"made {what}: {path} ({advice})")
            files[f"{name}_file"] = path
    return files


def _address(settings: Settings, running: Callable[[Path], str | None]) -> str | None:
    """Of the embedded broker, if it runs. Who has a cluster need not be let in: the worker's is closed to others."""
    try:
        return running(kafka_dir(settings))
    except EmbeddedKafkaError:
        if settings.bootstrap_servers is None:
            raise
        return None


def _own_cluster(settings: Settings) -> Settings:
    found = [_ADDRESS.fullmatch(server.strip()) for server in settings.required("bootstrap_servers").split(",")]
    if not all(server and 0 < int(server["port"] or _MOST) <= _MOST for server in found):
        raise SetupError(
            f"{settings.bootstrap_servers!r} is no list of brokers",
            remedy="write --bootstrap-servers (CONSENT_RELAY_BOOTSTRAP_SERVERS) as host:port,host:port",
        )
    return settings
