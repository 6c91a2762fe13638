"""Avro's binary encoding read by functions whose source is written once per schema, as `dataclasses` does it.

A reader that walks the schema for each record spends most of its time on the walk. What this one can't read, or what
isn't what it seems, the library decides about: see `schemas.codec`. A test holds every value against the library's.
Source: Apache Avro 1.12 specification, "Binary Encoding".
"""

from __future__ import annotations

from itertools import count, groupby
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    Read = Callable[[bytes, int], tuple[Any, int]]
    Make = Callable[..., Any]

_BITS = 64
_HIGH = 0x8080808080808080
_EIGHT_BYTES = 0x0080808080808080
"""Of the highest bits in eight bytes: all but the last say that another byte follows."""
_NULL_FIRST = 2
_NOTHING: Mapping[str, Collection[str]] = {}
_MOST_KEPT, _MOST_ALIKE = 1024, 16
_TOLD_BY = 20
"""So many bytes tell what may come behind them, up to so many things that begin alike."""


def compiled(
    schema: Mapping[str, Any], makers: Mapping[str, Make] | None = None, own: Mapping[str, Collection[str]] = _NOTHING
) -> Read:
    """Return the function (bytes, place) → (record, place behind it).

    schema: as JSON; records, arrays, `["null", X]`, string, bytes, int, long, boolean. A record is a dict, an array a
    tuple. makers: record's name → what makes something else of the values, given by their names. own: record's name →
    its fields with another value in each record; the values between them are kept by their bytes, as they come again
    and again.
    Beyond the end of the bytes it may read texts too short: whoever calls checks that the place behind the record is
    within.

    Raises:
        TypeError: the schema holds anything else. The function itself: IndexError or ValueError, whatever is wrong.

    """
    source = _Source(makers or {}, own)
    lines = [*source.value({**schema, "type": "record"}, "record"), "return record, at"]
    head = [f"global {', '.join(source.kept)}"] if source.kept else []
    code = "\n".join(["def read(data, at):", *(f"    {line}" for line in [*head, *lines])])
    exec(compile(code, f"<reader of {schema['name']}>", "exec"), source.names)  # noqa: S102 - of our own schemas alone
    read: Read = source.names["read"]
    return read


class _Source:
    """Writes the lines that read a value of some type into a variable."""

    def __init__(self, makers: Mapping[str, Make], own: Mapping[str, Collection[str]]) -> None:
        self.names: dict[str, Any] = {
            "number": number, "length": _length, "fail": _fail, "keep": _keep, "of_hash": b"\x80\x01"
        }  # fmt: skip
        self._makers = makers
        self._own = own
        self._types: dict[str, Any] = {}
        self._fresh = (f"v{number}" for number in count())
        self.kept: list[str] = []

    def value(self, schema: Any, into: str) -> Iterator[str]:
        if isinstance(schema, list):
            return self._nullable(schema, into)
        if isinstance(schema, str):
            return self._plain(schema, into)
        match schema["type"]:
            case "record":
                return self._record(schema, into)
            case "array":
                return self._array(schema["items"], into)
            case "map":
                raise TypeError("maps are not read here")
            case inner:
                return self.value(inner, into)

    def _plain(self, name: str, into: str) -> Iterator[str]:
        if name in _PLAIN:
            return (line.format(into=into) for line in _PLAIN[name])
        known = self._types.get(_last(name))
        if known is None:
            raise TypeError(f"{name} is not read here")
        return self._record(known, into)

    def _record(self, schema: Any, into: str) -> Iterator[str]:
        name = _last(schema["name"])
        self._types[name] = schema
        lines = self._made(schema, name, into)
        of_texts = all(field["type"] == "string" for field in schema["fields"])
        return self._mostly_the_same(lines, into) if name in self._makers and of_texts else lines

    def _made(self, schema: Any, name: str, into: str) -> Iterator[str]:
        fields = {field["name"]: next(self._fresh) for field in schema["fields"]}
        own = self._own.get(name, fields)
        for varies, run in groupby(schema["fields"], lambda field: field["name"] in own):
            several = list(run)
            lines = (line for field in several for line in self.value(field["type"], fields[field["name"]]))
            yield from lines if varies else self._come_again(lines, [fields[field["name"]] for field in several])
        if name in self._makers:
            self.names[f"make_{name}"] = self._makers[name]
            yield f"{into} = make_{name}({', '.join(f'{key}={variable}' for key, variable in fields.items())})"
        else:
            yield f"{into} = {{{', '.join(f'{key!r}: {variable}' for key, variable in fields.items())}}}"

    def _nullable(self, branches: list[Any], into: str) -> Iterator[str]:
        if len(branches) != _NULL_FIRST or branches[0] != "null":
            raise TypeError(f"no union but ['null', X] is read here: {branches}")
        yield "branch = data[at]"
        yield "at += 1"
        yield "if branch == 2:"
        yield from _indented(self.value(branches[1], into))
        yield "elif branch: fail()"
        yield f"else: {into} = None"

    def _array(self, items: Any, into: str) -> Iterator[str]:
        lines = self._items(items, into)
        return self._mostly_the_same(lines, into) if items == "string" else lines

    def _mostly_the_same(self, lines: Iterator[str], into: str) -> Iterator[str]:
        """Keep the last one and its bytes: purposes, channels, a policy stand in record after record."""
        kept, began, known = f"kept{len(self.kept)}", next(self._fresh), next(self._fresh)
        self.kept.append(kept)
        self.names[kept] = ((), None)  # no bytes begin with none of nothing
        yield f"{known}, {into} = {kept}"  # both at once: another thread may be reading, too
        yield f"if data.startswith({known}, at): at += len({known})"
        yield "else:"
        yield f"    {began} = at"
        yield from _indented(lines)
        yield f"    if at <= len(data): {kept} = data[{began}:at], {into}"

    def _come_again(self, lines: Iterator[str], into: list[str]) -> Iterator[str]:
        """Keep their values by the bytes that they begin with."""
        known, began, part = (next(self._fresh) for _ in range(3))
        self.names[known] = {}
        values = ", ".join(into)
        yield f"for {part}, {values} in {known}.get(data[at : at + {_TOLD_BY}], ()):"
        yield f"    if data.startswith({part}, at):"
        yield f"        at += len({part})"
        yield "        break"
        yield "else:"
        yield f"    {began} = at"
        yield from _indented(lines)
        told_by = f"data[{began} : {began} + {_TOLD_BY}]"
        yield f"    if at <= len(data): keep({known}, {told_by}, data[{began}:at], {values})"

    def _items(self, items: Any, into: str) -> Iterator[str]:
        size, item = next(self._fresh), next(self._fresh)
        how_many = [line.replace("size", size) for line in _SHORT]
        yield f"{into} = []"
        yield from how_many
        yield f"while {size}:"
        yield f"    for _ in range({size}):"
        yield from _indented(_indented(self.value(items, item)))
        yield f"        {into}.append({item})"
        yield from _indented(iter(how_many))
        yield f"{into} = tuple({into})"


_SHORT = [
    "size = data[at]",
    "if size & 129: size, at = (64, at + 2) if data.startswith(of_hash, at) else length(data, at)",
    "else:",
    "    size >>= 1",
    "    at += 1",
]
"""How long, or how many: mostly one byte, or that of a hash in hex. An odd one would be below zero: so an array's
block tells its size, too."""
_LONG = [
    "{into} = data[at]",
    "if {into} > 127: {into}, at = number(data, at)",
    "else:",
    "    {into} = ({into} >> 1) ^ -({into} & 1)",
    "    at += 1",
]
_PLAIN = {
    "string": [*_SHORT, "{into} = data[at : at + size].decode()", "at += size"],
    "bytes": [*_SHORT, "{into} = data[at : at + size]", "at += size"],
    "int": _LONG,
    "long": _LONG,
    "boolean": ["{into} = data[at] == 1", "if data[at] > 1: fail()", "at += 1"],
}


def _indented(lines: Iterator[str]) -> Iterator[str]:
    return (f"    {line}" for line in lines)


def _last(name: str) -> str:
    return name.rpartition(".")[2]


def _keep(known: dict[bytes, tuple[tuple[Any, ...], ...]], told_by: bytes, *part_and_values: Any) -> None:
    if len(known) >= _MOST_KEPT:
        known.clear()
    alike = known.get(told_by, ())
    known[told_by] = (part_and_values, *alike[: _MOST_ALIKE - 1])


def _fail() -> None:
    raise ValueError("neither 0 nor 1, or no branch of the union")


def number(data: bytes, at: int) -> tuple[int, int]:
    """An int or a long and the place behind it: zig-zag, seven bits a byte, the lowest first.

    Raises:
        IndexError: no byte follows, also behind one that needs none.
        ValueError: it has more than 64 bits.

    """
    if data[at + 1] <= 0x7F and data[at] > 0x7F:  # noqa: PLR2004 - of two bytes, as most lengths and offsets are
        two = data[at] & 0x7F | data[at + 1] << 7
        return (two >> 1) ^ -(two & 1), at + 2
    eight = int.from_bytes(data[at : at + 8], "little")
    if eight & _HIGH == _EIGHT_BYTES:  # as moments of our time have: their bits are pushed together, pair by pair
        eight ^= _EIGHT_BYTES
        eight = (eight & 0x007F007F007F007F) | (eight & 0x7F007F007F007F00) >> 1
        eight = (eight & 0x00003FFF00003FFF) | (eight & 0x3FFF00003FFF0000) >> 2
        eight = (eight & 0x000000000FFFFFFF) | (eight & 0x0FFFFFFF00000000) >> 4
        return (eight >> 1) ^ -(eight & 1), at + 8
    byte = data[at]
    at += 1
    value = byte & 0x7F
    bits = 7
    while byte > 0x7F:  # noqa: PLR2004 - seven bits a byte
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << bits
        bits += 7
        if value >> _BITS:
            raise ValueError("longer than 64 bits")
    return (value >> 1) ^ -(value & 1), at


def _length(data: bytes, at: int) -> tuple[int, int]:
    size, at = number(data, at)
    if size < 0:
        raise ValueError("a length below zero")
    return size, at
