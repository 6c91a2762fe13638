from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pytest
from typer.testing import CliRunner

from schemas.errors import SetupError
from streams.cli import app
from streams.embedded import is_embedded, keys_dir, settings_for
from streams.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

KEYS: tuple[Literal["pepper", "relay_key", "notary_key"], ...] = ("pepper", "relay_key", "notary_key")
RUNNING = "127.0.0.1:23456"


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    import os  # noqa: PLC0415 - only this fixture may touch it

    for name in [name for name in os.environ if name.startswith("CONSENT_RELAY_")]:
        monkeypatch.delenv(name)


def embedded(data_dir: Path, said: list[str] | None = None, at: str | None = RUNNING) -> Settings:
    said = [] if said is None else said
    return settings_for(data_dir=data_dir, say=said.append, running=lambda _: at)


def test_the_embedded_broker_of_the_data_directory_is_found(tmp_path: Path) -> None:
    asked = []

    def running(place: Path) -> str:
        asked.append(place)
        return RUNNING

    settings = settings_for(data_dir=tmp_path, running=running)
    assert asked == [tmp_path / "kafka"]
    assert (settings.bootstrap_servers, settings.cluster_prefix) == (RUNNING, "local")
    assert is_embedded(settings, running)


def test_without_any_broker_it_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SetupError) as error:
        embedded(tmp_path, at=None)
    for way in ("consent-relay broker start", "consent-relay up", "--bootstrap-servers"):
        assert way in str(error.value)
    assert not keys_dir(Settings(data_dir=tmp_path)).exists()


def test_keys_are_made_once_and_said_once(tmp_path: Path) -> None:
    said: list[str] = []
    first = embedded(tmp_path, said)
    assert len(said) == 3
    assert str(first.pepper_file) in said[0]
    second = embedded(tmp_path, said)
    assert len(said) == 3
    assert first.key("pepper") == second.key("pepper")
    assert first.key("pepper") != first.key("relay_key")
    assert first.pepper_file
    assert first.pepper_file.stat().st_mode & 0o077 == 0
    assert not any(first.key(name).hex() in text for name in KEYS for text in said)


def test_given_keys_are_used_and_none_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = tmp_path / "mine"
    mine.write_text("bb" * 32)
    monkeypatch.setenv("CONSENT_RELAY_PEPPER", "aa" * 32)
    monkeypatch.setenv("CONSENT_RELAY_RELAY_KEY_FILE", str(mine))
    monkeypatch.setenv("CONSENT_RELAY_NOTARY_KEY", "cc" * 32)
    said: list[str] = []
    settings = embedded(tmp_path / "data", said)
    assert (settings.key("pepper"), settings.key("relay_key")) == (b"\xaa" * 32, b"\xbb" * 32)
    assert said == []


def test_a_cluster_of_ones_own_gets_nothing_made_up(tmp_path: Path) -> None:
    settings = settings_for(bootstrap_servers="kafka-1:9092,kafka-2", data_dir=tmp_path, running=lambda _: RUNNING)
    assert settings.bootstrap_servers == "kafka-1:9092,kafka-2"
    assert not is_embedded(settings, lambda _: RUNNING)
    with pytest.raises(SetupError, match="CONSENT_RELAY_CLUSTER_PREFIX"):
        settings.required("cluster_prefix")
    for name in KEYS:
        with pytest.raises(SetupError, match=f"CONSENT_RELAY_{name.upper()}_FILE"):
            settings.key(name)
    assert list(tmp_path.iterdir()) == []


def test_the_environment_names_a_cluster_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONSENT_RELAY_BOOTSTRAP_SERVERS", "kafka-1:9092")
    assert embedded(tmp_path).bootstrap_servers == "kafka-1:9092"


def test_the_embedded_broker_named_by_its_address_is_still_the_embedded_one(tmp_path: Path) -> None:
    settings = settings_for(bootstrap_servers=RUNNING, data_dir=tmp_path, running=lambda _: RUNNING)
    assert settings.cluster_prefix == "local"
    assert settings.key("pepper")


def test_the_clusters_security_is_not_used_on_the_embedded_broker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONSENT_RELAY_SECURITY_PROTOCOL", "SASL_SSL")
    assert embedded(tmp_path).security_protocol == "PLAINTEXT"


@pytest.mark.parametrize("servers", ["", "host:abc", "host:99999", "host:0", "host:1:2", "a:9092,", "a b", "[::1"])
def test_addresses_that_are_none_are_refused_before_anybody_is_called(tmp_path: Path, servers: str) -> None:
    with pytest.raises(SetupError, match="no list of brokers"):
        settings_for(bootstrap_servers=servers, data_dir=tmp_path, running=lambda _: None)


@pytest.mark.parametrize("servers", ["kafka", "kafka:9092", "10.0.0.1:1,10.0.0.2:65535", "[::1]:9092", "a:1, b:2"])
def test_addresses_in_their_usual_forms_are_taken(tmp_path: Path, servers: str) -> None:
    settings = settings_for(bootstrap_servers=servers, data_dir=tmp_path, running=lambda _: None)
    assert settings.bootstrap_servers == servers


def test_a_cluster_of_ones_own_needs_no_data_directory_that_can_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "file"
    place.touch()
    settings = settings_for(bootstrap_servers="kafka-1:9092", data_dir=place)
    assert (settings.bootstrap_servers, is_embedded(settings)) == ("kafka-1:9092", False)
    monkeypatch.setenv("CONSENT_RELAY_BOOTSTRAP_SERVERS", "kafka-2:9092")
    assert settings_for(data_dir=place).bootstrap_servers == "kafka-2:9092"


@pytest.mark.parametrize(
    "command", [["audit", "tail"], ["worker"], ["up"], ["broker", "start"], ["broker", "status"]]
)
def test_without_a_cluster_a_data_directory_that_is_none_is_wrong_set_up(tmp_path: Path, command: list[str]) -> None:
    place = tmp_path / "file"
    place.touch()
    ended = CliRunner().invoke(app, [*command, "--data-dir", str(place)])
    assert (ended.exit_code, f"{place / 'kafka'} can't be used: Not a directory" in ended.stderr) == (2, True)
