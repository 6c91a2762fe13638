"""The pydantic models and the Avro schemas say the same, and what was released stays readable."""

from __future__ import annotations

import hashlib
import json
import shutil
from io import BytesIO
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import pytest
from contract_support import NOTHING, a_few, bare, default_of, hints, optional, records
from fastavro import parse_schema, schemaless_reader, schemaless_writer
from fastavro.utils import generate_one
from hypothesis import given
from hypothesis import strategies as st

from schemas import release
from schemas.codec import CONTRACTS, crc, current, decode, decode_raw, encode, plain
from schemas.contract import Record
from schemas.errors import SetupError
from schemas.kept import fields_of
from schemas.times import Micros, StatedMicros

AVRO = release.AVRO
RELEASED = sorted((AVRO / "released").iterdir())
HASHES = Path(__file__).with_name("released.sha256")
MICROS = {"type": "long", "logicalType": "timestamp-micros"}
every_contract = pytest.mark.parametrize("contract", CONTRACTS)


def _schema(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((AVRO / f"{name}.avsc").read_text("utf-8"))
    return found


def _is_moment(hint: Any) -> bool:
    return hint in (Micros, StatedMicros)


def _same(hint: Any, avro: Any, named: dict[str, Any], place: str) -> None:
    """Fail unless the model's type and the schema's are the same."""
    inner, nullable = optional(bare(hint))
    if nullable:
        assert isinstance(avro, list), f"{place}: may be None, so the schema needs a union with null"
        assert avro[0] == "null", f"{place}: null comes first, as its default is null"
        assert len(avro) == 2, place
        _same(inner, avro[1], named, place)
        return
    kind = bare(hint)
    if _is_moment(hint):
        assert avro == MICROS, place
    elif get_origin(kind) is tuple:
        assert avro["type"] == "array", place
        _same(get_args(kind)[0], avro["items"], named, f"{place}[]")
    elif get_origin(kind) is dict:
        assert avro == {"type": "map", "values": "string"}, place
    elif isinstance(kind, type) and issubclass(kind, Record):
        _same_record(kind, avro, named, place)
    else:
        kind = str if get_origin(kind) is Literal else kind
        allowed = {str: ("string",), int: ("int", "long"), bool: ("boolean",), bytes: ("bytes",)}
        assert avro in allowed[kind], place


def _same_record(contract: type[Record], avro: Any, named: dict[str, Any], place: str) -> None:
    record = named[avro] if isinstance(avro, str) else avro
    assert record["type"] == "record", place
    assert record["name"] == contract.__name__, place
    assert record.get("namespace", "consent.v1") == "consent.v1", place
    named[record["name"]] = record
    assert [field["name"] for field in record["fields"]] == list(fields_of(contract)), place
    for field, hint in zip(record["fields"], hints(contract).values(), strict=True):
        where = f"{place}.{field['name']}"
        _same(hint, field["type"], named, where)
        if isinstance(field["type"], list):
            assert "default" in field, f"{where}: without a default no older record could lack it"
            assert field["default"] is None, where
        default = default_of(contract, field["name"])
        if "default" in field and default is not NOTHING:
            stated = field["default"]
            assert (tuple(stated) if isinstance(stated, list) else stated) == default, where


@every_contract
def test_model_and_schema_are_equal_field_for_field(contract: type[Record]) -> None:
    _same_record(contract, _schema(CONTRACTS[contract]), {}, contract.__name__)


def test_every_schema_belongs_to_a_contract() -> None:
    assert {path.stem for path in AVRO.glob("*.avsc")} == set(CONTRACTS.values())


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("bookmark", lambda fields: fields.reverse()),
        ("bookmark", lambda fields: fields.pop()),
        ("bookmark", lambda fields: fields[0].update(type="string")),
        ("bookmark", lambda fields: fields[2].update(type="long")),
        ("command", lambda fields: fields[2].update(type="string")),
        ("dead_letter", lambda fields: fields[0]["type"]["fields"].pop()),
    ],
)
def test_the_comparison_sees_what_differs(name: str, change: Any) -> None:
    contract = next(c for c, known in CONTRACTS.items() if known == name)
    schema = _schema(name)
    change(schema["fields"])
    with pytest.raises(AssertionError):
        _same_record(contract, schema, {}, name)


@given(st.data())
@a_few
def test_every_record_survives_encoding(data: st.DataObject) -> None:
    contract = data.draw(st.sampled_from(list(CONTRACTS)))
    record = data.draw(records(contract))
    assert decode(contract, encode(record)) == record


@every_contract
def test_the_present_schema_is_released(contract: type[Record]) -> None:
    name = CONTRACTS[contract]
    released = {path.read_bytes() for path in RELEASED if path.name.startswith(f"{name}.v")}
    assert (AVRO / f"{name}.avsc").read_bytes() in released, "python -m schemas.release says how"


def test_released_schemas_never_change() -> None:
    stated = {line.split()[1]: line.split()[0] for line in HASHES.read_text("ascii").splitlines()}
    assert {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in RELEASED} == stated


def test_two_released_schemas_never_share_a_fingerprint() -> None:
    prints = {crc(json.loads(path.read_text("utf-8"))) for path in RELEASED}
    assert len(prints) == len(RELEASED)


@pytest.mark.parametrize("path", RELEASED, ids=lambda path: path.name)
def test_every_reader_accepts_every_release(path: Path) -> None:
    """Backward-transitive: what was written with any release is read with the present schema."""
    contract = next(c for c, name in CONTRACTS.items() if path.name.startswith(f"{name}.v"))
    released = json.loads(path.read_text("utf-8"))
    body = BytesIO()
    writer = parse_schema(plain(released))
    schemaless_writer(body, writer, generate_one(writer))
    raw = decode_raw(contract, b"\xc3\x01" + crc(released) + body.getvalue())
    assert list(raw) == list(fields_of(contract))


def _evolve(schema: dict[str, Any], *, default: bool) -> dict[str, Any]:
    field = {"name": "added", "type": ["null", "string"], **({"default": None} if default else {})}
    return {**schema, "fields": [*schema["fields"], field]}


@pytest.mark.parametrize(("default", "reads"), [(True, True), (False, False)])
def test_a_new_field_needs_a_default_to_read_older_records(default: bool, reads: bool) -> None:  # noqa: FBT001
    """Shows that the reading of releases can fail at all, in the way a careless change would make it fail."""
    old = parse_schema(plain(_schema("bookmark")))
    new = parse_schema(plain(_evolve(_schema("bookmark"), default=default)))
    body = BytesIO()
    schemaless_writer(body, old, {"offset": 1, "settled": [], "at": 2})
    body.seek(0)
    if reads:
        assert schemaless_reader(body, old, new) == {"offset": 1, "settled": [], "at": 2, "added": None}
    else:
        with pytest.raises(Exception, match="No default value"):
            schemaless_reader(body, old, new)


@pytest.fixture
def avro(tmp_path: Path) -> Path:
    (tmp_path / "released").mkdir()
    for path in AVRO.glob("*.avsc"):
        shutil.copy(path, tmp_path)
    return tmp_path


def test_a_release_freezes_every_schema_once(avro: Path) -> None:
    names = [f"{name}.v1.avsc" for name in sorted(CONTRACTS.values())]
    assert [path.name for path in release.release("v1", avro)] == names
    assert [path.name for path in release.release("v1", avro)] == names
    (avro / "bookmark.avsc").write_text("{}")
    assert [path.name for path in release.release("v2", avro)] == sorted([*names, "bookmark.v2.avsc"])
    assert (avro / "released" / "bookmark.v2.avsc").read_text() == "{}"


def test_a_released_schema_is_never_overwritten(avro: Path) -> None:
    release.release("v1", avro)
    before = (avro / "released" / "bookmark.v1.avsc").read_bytes()
    (avro / "bookmark.avsc").write_text("{}")
    with pytest.raises(SetupError, match=r"bookmark\.v1\.avsc is released and differs"):
        release.release("v1", avro)
    assert (avro / "released" / "bookmark.v1.avsc").read_bytes() == before


@pytest.mark.parametrize("version", ["", "1", "v0", "v1.2", "v1/../x"])
def test_a_version_is_a_number(avro: Path, version: str) -> None:
    with pytest.raises(SetupError, match="is no version"):
        release.release(version, avro)


def test_records_are_written_with_the_present_schema() -> None:
    for contract in CONTRACTS:
        header, _ = current(contract)
        assert header == b"\xc3\x01" + crc(_schema(CONTRACTS[contract]))
