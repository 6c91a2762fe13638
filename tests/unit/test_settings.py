"""Settings come from the environment, secrets from there or from files, and neither is repeated in an error."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import pytest

from schemas.errors import SetupError
from streams.settings import KEY_BYTES, Settings, key_file, load_settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KEY = "ab" * KEY_BYTES


@pytest.fixture(autouse=True)
def environment() -> Iterator[None]:
    """None of our variables, and afterwards all of them as before."""
    before = dict(os.environ)
    for name in [name for name in os.environ if name.startswith("CONSENT_RELAY_")]:
        del os.environ[name]
    yield
    os.environ.clear()
    os.environ.update(before)


def given(**variables: str) -> None:
    os.environ.update({f"CONSENT_RELAY_{name.upper()}": value for name, value in variables.items()})


def told(settings: Settings, *, pepper: bool = True) -> str:
    with pytest.raises(SetupError) as caught:
        settings.key("pepper" if pepper else "relay_key")
    return str(caught.value)


def test_defaults_are_those_of_the_embedded_broker() -> None:
    settings = load_settings()
    assert settings.partitions == 4
    assert settings.session_timeout == 10.0
    assert settings.commit_interval == 0.1
    assert settings.security_protocol == "PLAINTEXT"
    assert settings.bootstrap_servers is None


def test_the_environment_is_read_and_the_command_line_wins() -> None:
    given(bootstrap_servers="kafka:9092", partitions="12")
    assert load_settings().partitions == 12
    settings = load_settings(partitions=6, bootstrap_servers=None)
    assert (settings.partitions, settings.bootstrap_servers) == (6, "kafka:9092")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("web_port", "http"),
        ("partitions", "0"),
        ("session_timeout", "0.5"),
        ("log_level", "loud"),
        ("security_protocol", "TLS"),
        ("limits_scale", "0"),
    ],
)
def test_a_wrong_variable_is_named_without_its_value(name: str, value: str) -> None:
    given(**{name: value})
    with pytest.raises(SetupError, match=f"^CONSENT_RELAY_{name.upper()}: ") as caught:
        load_settings()
    assert f"'{value}'" not in str(caught.value)


def test_what_has_no_default_is_asked_for() -> None:
    with pytest.raises(SetupError, match=r"cluster_prefix is not set[\s\S]*CONSENT_RELAY_CLUSTER_PREFIX"):
        load_settings().required("cluster_prefix")
    assert load_settings(cluster_prefix="local").required("cluster_prefix") == "local"


def test_a_key_comes_from_the_environment_or_a_file(tmp_path: Path) -> None:
    file = tmp_path / "pepper"
    file.write_text(f"{KEY}\n")
    assert load_settings(pepper=KEY).key("pepper") == bytes.fromhex(KEY)
    assert load_settings(pepper_file=file).key("pepper") == bytes.fromhex(KEY)
    assert load_settings(pepper=f"{KEY}\n").key("pepper") == bytes.fromhex(KEY)
    assert load_settings(relay_key="cd" * 40, pepper=KEY).key("relay_key") == b"\xcd" * 40


def test_a_missing_short_or_garbled_key_says_how_to_make_one(tmp_path: Path) -> None:
    for settings, text in [
        (load_settings(), "pepper is missing or shorter than 32 bytes"),
        (load_settings(pepper=""), "pepper is missing or shorter than 32 bytes"),
        (load_settings(pepper="ab" * 31), "pepper is missing or shorter than 32 bytes"),
        (load_settings(pepper="no hex at all"), "pepper can't be read as hex"),
        (load_settings(pepper_file=tmp_path / "missing"), "pepper can't be read as hex"),
        (load_settings(pepper_file=tmp_path), "pepper can't be read as hex"),
    ]:
        assert told(settings).startswith(text)
        assert "openssl rand -hex 32" in told(settings)
        assert "no hex at all" not in told(settings)
    assert "CONSENT_RELAY_RELAY_KEY_FILE" in told(load_settings(), pepper=False)


def test_a_secret_is_in_no_repr() -> None:
    settings = load_settings(pepper=KEY, relay_key=KEY, sasl_password="hunter2")
    assert KEY not in repr(settings)
    assert "hunter2" not in f"{settings} {settings.model_dump()}"


def test_a_vendors_secret_comes_from_the_environment_first(tmp_path: Path) -> None:
    (tmp_path / "zoho_client_id").write_text("from the file\n")
    settings = load_settings(secrets_dir=tmp_path)
    assert settings.secret("zoho_client_id") == "from the file"
    given(secret_zoho_client_id="from the environment")
    assert settings.secret("zoho_client_id") == "from the environment"


def test_a_vendors_secret_that_is_nowhere_is_named(tmp_path: Path) -> None:
    (tmp_path / "garbled").write_bytes(b"\xff\xfe")
    settings = load_settings(secrets_dir=tmp_path)
    for name in ("zoho_client_id", "garbled"):
        with pytest.raises(SetupError, match=f"there is no secret '{name}'") as caught:
            settings.secret(name)
        assert str(tmp_path / name) in str(caught.value)
    with pytest.raises(SetupError, match=r"set CONSENT_RELAY_SECRET_ZOHO_CLIENT_ID$"):
        load_settings().secret("zoho_client_id")


def test_a_key_file_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    path, new = key_file(tmp_path / "keys", "pepper")
    assert new
    assert len(bytes.fromhex(path.read_text())) == KEY_BYTES
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    made = path.read_text()
    assert key_file(tmp_path / "keys", "pepper") == (path, False)
    assert path.read_text() == made
    assert load_settings(pepper_file=path).key("pepper") == bytes.fromhex(made)
