"""The rebuilt lines as Parquet: one column a field, its type from the contract, whatever the rows hold."""

from __future__ import annotations

import json
import types
from importlib.util import find_spec
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin

from processors.replaying.rows import FILES, LEG_NOT_TOLD, SEALED
from schemas.contract import Record
from schemas.errors import SetupError
from schemas.kept import fields_of
from schemas.request import Request, RequestLeg
from schemas.state import SubjectState

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    import pyarrow as pa

ROWS_AT_ONCE = 10_000


def required() -> None:
    """Refuse before anything is read.

    Raises:
        SetupError: pyarrow isn't installed.

    """
    if find_spec("pyarrow") is None:
        raise SetupError(
            "--parquet takes pyarrow, which isn't installed",
            remedy="in the checkout of consent-relay: `make setup`, or pip install '.[parquet]'",
        )


def write(out: Path) -> None:
    """Each `.jsonl` of a rebuild as `.parquet` beside it. The same lines give the same bytes, by one pyarrow."""
    from pyarrow import RecordBatch  # noqa: PLC0415 - an extra
    from pyarrow.parquet import ParquetWriter  # noqa: PLC0415 - an extra

    for name in FILES:
        schema = columns(name)
        half = out / f".{name}.parquet"
        with ParquetWriter(half, schema, compression="zstd") as writer:
            for rows in _batches(out / f"{name}.jsonl"):
                writer.write_batch(RecordBatch.from_pylist(rows, schema=schema))
        half.replace(out / f"{name}.parquet")


def _batches(path: Path) -> Iterator[list[dict[str, Any]]]:
    with path.open("rb") as lines:
        while rows := [json.loads(line) for line in islice(lines, ROWS_AT_ONCE)]:
            yield rows


def columns(name: str) -> pa.Schema:
    """The columns of one file."""
    import pyarrow as pa  # noqa: PLC0415 - an extra

    if name == "people":
        return pa.schema(_fields(SubjectState, SEALED))
    if name == "requests":
        return pa.schema(_fields(Request))
    whose = ("pid", "controller", "event_id", "delivery_id", "kind")
    return pa.schema([*((name, pa.string()) for name in whose), *_fields(RequestLeg, LEG_NOT_TOLD)])


def _fields(contract: type[Record], but: Collection[str] = ()) -> list[tuple[str, pa.DataType]]:
    return [(name, _type(said, but)) for name, said in fields_of(contract).items() if name not in but]


def _type(said: Any, but: Collection[str]) -> pa.DataType:
    import pyarrow as pa  # noqa: PLC0415 - an extra

    plain = {str: pa.string(), int: pa.int64(), bool: pa.bool_()}
    if said in plain:
        return plain[said]
    if isinstance(said, type) and issubclass(said, Record):
        return pa.struct(_fields(said, but))
    kind, inner = get_origin(said), get_args(said)
    if kind is Literal:
        return pa.string()
    if kind is Annotated:
        return _type(inner[0], but)
    if kind in {Union, types.UnionType}:
        return _type(next(one for one in inner if one is not types.NoneType), but)
    if kind is tuple:
        return pa.list_(_type(inner[0], but))
    raise TypeError(f"no column for {said}")
