"""`relay.toml`: every mistake is told with its table and key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from schemas.connections import load_config, parse_config
from schemas.errors import SetupError

CRM: dict[str, Any] = {"controller": "oomnis", "adapter": "zoho_crm", "serves": ["zoho-one/crm"], "mode": "live"}
EXAMPLE = Path(__file__).parents[2] / "examples" / "relay.toml"


def config(**changes: Any) -> dict[str, Any]:
    table = {key: value for key, value in {**CRM, **changes}.items() if value is not ...}
    return {"controllers": {"oomnis": {"policy": "oomnis"}}, "connections": {"zoho-crm": table}}


def refused(data: dict[str, Any]) -> str:
    with pytest.raises(SetupError) as caught:
        parse_config(data, "relay.toml")
    return str(caught.value)


def test_the_example_is_valid_and_each_connection_has_its_tables_name() -> None:
    loaded = load_config(EXAMPLE)
    assert set(loaded.controllers) == {"oomnis"}
    assert {name: connection.name for name, connection in loaded.connections.items()} == {
        "zoho-crm": "zoho-crm",
        "zoho-campaigns": "zoho-campaigns",
        "google-analytics": "google-analytics",
    }


def test_what_is_left_out_has_a_safe_default() -> None:
    crm = parse_config(config(), "relay.toml").connections["zoho-crm"]
    assert (crm.regions, crm.base_url, crm.limits) == (None, None, None)
    assert (crm.limits_part, crm.unrecorded_use) == (1.0, "halt")
    assert crm.timeout_s == 4.0
    assert crm.surge == "on"


def test_an_empty_file_is_a_relay_without_work() -> None:
    assert parse_config({}, "relay.toml").connections == {}


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"mode": ...}, "connections.zoho-crm.mode: is missing"),
        ({"mode": "test"}, "connections.zoho-crm.mode: Input should be 'live' or 'dry-run'"),
        ({"serves": []}, "connections.zoho-crm.serves: Tuple should have at least 1 item"),
        ({"serves": "zoho-one/crm"}, "connections.zoho-crm.serves: Input should be a valid tuple"),
        ({"adapter": ...}, "connections.zoho-crm.adapter: is missing"),
        ({"regions": ["HK", "EAA"]}, "connections.zoho-crm.regions.1: is no place: write a code"),
        ({"regions": ["Germany"]}, "connections.zoho-crm.regions.0: is no place"),
        ({"timeout_s": 5}, "connections.zoho-crm.timeout_s: Input should be less than 5"),
        ({"concurrency": 0}, "connections.zoho-crm.concurrency: Input should be greater"),
        ({"limits": [{"calls": 0, "seconds": 1}]}, "connections.zoho-crm.limits.0.calls: Input should be greater"),
        ({"limits": [{"calls": 5}]}, "connections.zoho-crm.limits.0.seconds: is missing"),
        ({"limits": [{"calls": 5, "seconds": 1, "per": 1}]}, "connections.zoho-crm.limits.0.per: unknown field"),
        ({"limits": {"calls": 5, "seconds": 1}}, "connections.zoho-crm.limits: Input should be a valid tuple"),
        ({"limits_part": 1.5}, "connections.zoho-crm.limits_part: Input should be less than or equal to 1"),
        ({"limits_part": 0}, "connections.zoho-crm.limits_part: Input should be greater than 0"),
        ({"unrecorded_use": "some"}, "connections.zoho-crm.unrecorded_use: Input should be"),
        ({"rate": 1}, "connections.zoho-crm.rate: unknown field"),
        ({"surge": "maybe"}, "connections.zoho-crm.surge: Input should be"),
        ({"colour": "red"}, "connections.zoho-crm.colour: unknown field"),
        ({"secrets": {"token": 17}}, "connections.zoho-crm.secrets.token: Input should be a valid string"),
        ({"controller": "acme"}, "connections.zoho-crm.controller: no [controllers.acme] there"),
    ],
)
def test_a_wrong_key_is_named(changes: dict[str, Any], text: str) -> None:
    told = refused(config(**changes))
    assert told.startswith(f"relay.toml: {text}")
    assert "what to do" in told


def test_the_mode_is_never_assumed() -> None:
    assert 'state mode = "live" or "dry-run"; it is never assumed' in refused(config(mode=...))


def test_a_value_is_never_repeated() -> None:
    assert "s3cret" not in refused(config(secrets={"token": ["s3cret"]}, mode="s3cret"))


@pytest.mark.parametrize("name", ["Zoho", "zoho_crm", "1st", "", "a" * 65, "zoho\n"])
def test_a_connections_name_becomes_a_topics_name(name: str) -> None:
    assert "name: String should" in refused({**config(), "connections": {name: CRM}})


@pytest.mark.parametrize("connections", [[CRM], "zoho-crm", 5, {"zoho-crm": "live"}, {"zoho-crm": [CRM]}])
def test_what_is_no_table_is_told(connections: Any) -> None:
    assert refused({**config(), "connections": connections}).startswith("relay.toml: connections")


def test_an_unknown_table_is_told() -> None:
    assert refused({**config(), "lanes": {}}).startswith("relay.toml: lanes: unknown field")


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"[connections", "can't be read as TOML"),
        (b"\xff\xfe", "can't be read as TOML"),
        (None, "no configuration at"),
    ],
)
def test_a_file_that_can_not_be_read_is_told(tmp_path: Path, content: bytes | None, text: str) -> None:
    path = tmp_path / "relay.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SetupError, match=text):
        load_config(path)
    with pytest.raises(SetupError):
        load_config(tmp_path)


@pytest.mark.parametrize(
    ("stated", "seconds"), [("72h", 259_200.0), ("3d", 259_200.0), ("1.5 h", 5400.0), ("15min", 900.0), (30, 30.0)]
)
def test_a_cancel_window_is_stated_as_people_write_it(stated: object, seconds: float) -> None:
    made = parse_config({"controllers": {"oomnis": {"policy": "oomnis", "cancel_window": stated}}}, "relay.toml")
    assert made.controllers["oomnis"].cancel_window == seconds


@pytest.mark.parametrize("stated", ["", "soon", "3 weeks", "-1h", "0h", -5])
def test_a_window_that_is_none_is_refused(stated: object) -> None:
    told = refused({"controllers": {"oomnis": {"policy": "oomnis", "cancel_window": stated}}})
    assert "controllers.oomnis.cancel_window: " in told


@pytest.mark.parametrize("wrong", ["1 h", "h", "-1h", "1w", "on", ""])
def test_a_read_back_is_a_delay_or_off(wrong: str) -> None:
    assert "connections.zoho-crm.read_back" in refused(config(read_back=wrong))
