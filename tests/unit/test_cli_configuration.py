"""docs/configuration.md names every setting, every key and every option, and none that there isn't."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from processors.engine.kinds import KINDS
from processors.vendors.base import VENDORS
from schemas.connections import Connection, Controller
from schemas.windows import Window
from streams.settings import Settings

TEXT = (Path(__file__).parents[2] / "docs" / "configuration.md").read_text("utf-8")
SETTINGS, RELAY_TOML = TEXT.split("## Environment")[1].split("## relay.toml")
KEYS, REST = RELAY_TOML.split("### Limits")
LIMITS, ADAPTERS = REST.split("### Options")


def rows(part: str) -> dict[str, str]:
    """First cell to the rest of the row, without the table's head."""
    found = dict(re.findall(r"^\| (`.*?) \| (.*) \|$", part, re.MULTILINE))
    assert found
    return found


def test_every_setting_is_there_with_its_default() -> None:
    told = {name: rest for cell, rest in rows(SETTINGS).items() for name in re.findall(r"`(\w+)`", cell)}
    assert told.keys() == {name.upper() for name in Settings.model_fields}
    for name, field in Settings.model_fields.items():
        default = told[name.upper()].split(" | ")[0].strip("`")
        if field.default is not None:
            assert default == (f"{field.default:g}" if isinstance(field.default, float) else str(field.default)), name
        else:
            assert default == "–" or name == "worker_id", name


def test_every_key_of_relay_toml_is_there() -> None:
    told = {cell.strip("`") for cell in rows(KEYS)} - {"[controllers.<name>]", "[connections.<name>]"}
    assert told == {*Controller.model_fields, *Connection.model_fields} - {"name"}


def test_every_key_of_a_limit_is_there_and_the_example_is_one() -> None:
    told = {key for cell in rows(LIMITS) for key in re.findall(r"`(\w+)`", cell)}
    assert told == set(Window.model_fields)
    example = tomllib.loads(re.findall(r"```toml\n(.*?)```", LIMITS, re.DOTALL)[0])
    assert [Window.model_validate(limit).calls for limit in example["limits"]] == [400, 10_000]


@pytest.mark.parametrize("name", sorted(VENDORS))
def test_every_adapters_options_and_secrets_are_there(name: str) -> None:
    row = rows(ADAPTERS)[f"`{name}`"]
    options, secrets = row.split(" | ")
    for option in VENDORS[name].options_type.model_fields:
        assert f"`{option}`" in options, f"docs/configuration.md has a row for {name}: say there what `{option}` is"
    kind = KINDS[VENDORS[name].auth]
    assert secrets == "the same" or all(f"`{secret}`" in secrets for secret in (*kind.secrets, *kind.optional))
