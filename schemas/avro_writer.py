"""Avro's binary encoding of our records, compiled once per schema into plain functions.

fastavro finds the branch of a union by validating the value against each; our contracts, full of optional fields,
spend most of an encoding there. Here None alone tells. Reading stays fastavro's, and a test holds every byte against
it. Source: Apache Avro 1.12 specification, "Binary Encoding".
"""

from __future__ import annotations

from functools import cache, lru_cache, partial
from operator import call, itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from schemas.drafts import Series

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from schemas.drafts import Draft

    Write = Callable[[Any], bytes]

_NULL_FIRST = 2
_EIGHT_FROM, _NINE_FROM = 1 << 49, 1 << 56
"""What takes eight bytes of seven bits each."""
_CACHED = 256
"""Texts and numbers kept encoded: ids and moments stand in several records of one event, words in nearly all.

So few that they stay in the processor's cache: more of them made it slower.
"""


class Writer(NamedTuple):
    """one: encodes a frozen record, an object with the schema's fields as attributes; each: all those of a series."""

    one: Write
    each: Callable[[Series[Any]], list[bytes]]


def compiled(schema: Mapping[str, Any]) -> Writer:
    """Return the writer of a record type.

    schema: as JSON; records, arrays, maps, `["null", X]`, string, bytes, int, long, boolean; a record type that is
    defined once may be named later on. Values are not checked: a contract did that.

    Raises:
        TypeError: the schema holds anything else.

    """
    return _record(schema["fields"], {})


def _writer(schema: Any, named: dict[str, Write]) -> Write:
    if isinstance(schema, list):
        return _nullable(schema, named)
    if isinstance(schema, str):
        known = _PLAIN.get(schema) or named.get(schema.rpartition(".")[2])
        if known is None:
            raise TypeError(f"{schema} is not written here")
        return known
    match schema["type"]:
        case "record":
            return named.setdefault(schema["name"].rpartition(".")[2], _shared(_record(schema["fields"], named).one))
        case "array" if isinstance(schema["items"], dict) and schema["items"]["type"] == "record":
            return _records(schema["items"], named)
        case "array":
            return _array(_writer(schema["items"], named))
        case "map":
            item = _writer(schema["values"], named)
            return _blocks(lambda pair: text(pair[0]) + item(pair[1]), lambda found: found.items())
        case inner:
            return _writer(inner, named)


def _record(fields: list[dict[str, Any]], named: dict[str, Write]) -> Writer:
    writers = {field["name"]: _writer(field["type"], named) for field in fields}
    return Writer(_one(writers), partial(_each, writers))


def _one(writers: Mapping[str, Write]) -> Write:
    if len(writers) == 1:
        ((name, only),) = writers.items()
        return lambda record: only(record.__dict__[name])
    get, of_each_field, join = itemgetter(*writers), list(writers.values()), b"".join
    return lambda record: join(map(call, of_each_field, get(record.__dict__)))


def _each(writers: Mapping[str, Write], series: Series[Any]) -> list[bytes]:
    """What the drafts have is encoded already, and what they get in common is encoded once."""
    common = tuple([writers[name](value) for name, value in series.common.items()])
    encoded = []
    for draft, delivery_id in zip(series.drafts, series.ids, strict=True):
        template = draft.template
        if template is None:
            template = draft.template = _template(writers, draft)
        if not draft.own:
            encoded.append(template)
        elif delivery_id is None:
            encoded.append(template % common)
        else:
            encoded.append(template % (writers["delivery_id"](delivery_id), *common))
    return encoded


def _template(writers: Mapping[str, Write], draft: Draft[Any]) -> bytes:
    if not draft.own:
        return b"".join([write(draft.values[name]) for name, write in writers.items()])
    return b"".join(
        [
            b"%b" if name in draft.own else write(draft.values[name]).replace(b"%", b"%%")
            for name, write in writers.items()
        ]
    )


def _records(schema: Any, named: dict[str, Write]) -> Write:
    """An array of records of a new type: no two of them are the same one."""
    one, each = _record(schema["fields"], named)
    named.setdefault(schema["name"].rpartition(".")[2], one)

    def blocks(values: Any) -> bytes:
        if not values:
            return b"\x00"
        encoded = each(values) if isinstance(values, Series) else [one(value) for value in values]
        return number(len(values)) + b"".join(encoded) + b"\x00"

    return blocks


def _shared(write: Write) -> Write:
    """Keep the last one: what is made of one event shares its origin, its policy, its sealed identities."""
    last: tuple[Any, bytes] = (None, b"")

    def shared(record: Any) -> bytes:
        nonlocal last
        kept, encoded = last  # both at once: another thread may be writing, too
        if kept is not record:
            encoded = write(record)
            last = (record, encoded)
        return encoded

    return shared


def _nullable(branches: list[Any], named: dict[str, Write]) -> Write:
    if len(branches) != _NULL_FIRST or branches[0] != "null":
        raise TypeError(f"no union but ['null', X] is written here: {branches}")
    return _optional(_writer(branches[1], named))


@cache
def _optional(write: Write) -> Write:
    return _kept(write, lambda value: b"\x00" if value is None else b"\x02" + write(value))


@cache
def _array(write: Write) -> Write:
    """Lists of words come again and again; lists of numbers, such as offsets, never do."""
    blocks = _blocks(write, iter)
    return _kept(write, blocks) if write is text else blocks


def _blocks(write: Write, items: Callable[[Any], Any]) -> Write:
    def blocks(values: Any) -> bytes:
        if not values:
            return b"\x00"
        return number(len(values)) + b"".join([write(value) for value in items(values)]) + b"\x00"

    return blocks


def _kept(inner: Write, write: Write) -> Write:
    """Keep what is made of kept parts. A record as a key would cost more than writing it."""
    return lru_cache(_CACHED)(write) if hasattr(inner, "cache_info") else write


@lru_cache(_CACHED)
def number(value: int) -> bytes:
    """An int or a long: zig-zag, then seven bits a byte, the lowest first."""
    rest = (value << 1) ^ (value >> 63)
    if _EIGHT_FROM <= rest < _NINE_FROM:  # as moments of our time have it: their bits are moved apart, half by half
        rest = (rest & 0x000000000FFFFFFF) | (rest & 0x00FFFFFFF0000000) << 4
        rest = (rest & 0x00003FFF00003FFF) | (rest & 0x0FFFC0000FFFC000) << 2
        rest = (rest & 0x007F007F007F007F) | (rest & 0x3F803F803F803F80) << 1
        return (rest | 0x0080808080808080).to_bytes(8, "little")
    out = bytearray()
    while rest > 0x7F:  # noqa: PLR2004 - seven bits a byte
        out.append(rest & 0x7F | 0x80)
        rest >>= 7
    out.append(rest)
    return bytes(out)


@lru_cache(_CACHED)
def text(value: str) -> bytes:
    encoded = value.encode()
    return number(len(encoded)) + encoded


def _bytes(value: bytes) -> bytes:
    return number(len(value)) + value


_boolean = {False: b"\x00", True: b"\x01"}.__getitem__
_PLAIN: dict[str, Write] = {"string": text, "bytes": _bytes, "int": number, "long": number, "boolean": _boolean}
