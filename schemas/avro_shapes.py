"""Records of one shape, read by a function of its own: where the values stand that differ, all else is compared.

Most audit records are alike: of one lane, with one outcome, ids and hashes of one length. Two of one shape differ in
the values of a few fields alone, and these stand at the same places. So one call takes such a record apart, and what
is the same in all of them is made once. Whatever isn't of a known shape `schemas.avro_reader` reads.
Source: Apache Avro 1.12 specification, "Binary Encoding".
"""

from __future__ import annotations

from collections import Counter
from itertools import count
from struct import Struct
from typing import TYPE_CHECKING, Any, NamedTuple

from schemas.avro_reader import number

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from schemas.avro_reader import Make, Read

    OfShape = Callable[[bytes], Any]

SIGHTINGS = 200
"""A shape is learned when so many unknown records had its length: that takes as long as reading a hundred."""
LARGEST, MOST_BYTES = 8 * 1024, 1024 * 1024
"""Of a record, and of all that were learned of, in bytes: what is made of one takes about thirty times its room."""
MOST_OF_A_LENGTH, MOST_LENGTHS = 8, 4096
"""So many shapes of one length at most, as each is tried; and so many lengths are counted at a time."""
_HEADER = 10
_CODES = {1: "B", 2: "H", 4: "I", 8: "Q"}
"""Of `struct`: numbers of so many bytes. All other values are taken as bytes."""
_LONGEST = 8
"""A number of more bytes is compared, not read."""
_PUSHED_TOGETHER = (
    (0x007F007F007F007F, 0x7F007F007F007F00, 1),
    (0x00003FFF00003FFF, 0x3FFF00003FFF0000, 2),
    (0x000000000FFFFFFF, 0x0FFFFFFF00000000, 4),
)
"""Seven bits of each byte, pair by pair: those that stay, those that move, and by how many."""


class Shapes:
    """What was learned of records of one schema.

    schema: as JSON, such that `avro_reader.compiled` reads it, and no type in it is referred to by its name. makers:
    record's name → what makes one of its values, given by their names. own: record's name → its fields with another
    value in each record; of a record that isn't named it is all fields, or none if they are texts. otherwise: reads
    whatever is of no known shape.
    """

    def __init__(
        self, schema: Any, makers: Mapping[str, Make], own: Mapping[str, Collection[str]], otherwise: Read
    ) -> None:
        self._of = schema, makers, own
        self._otherwise = otherwise
        self._known: dict[int, tuple[OfShape, ...]] = {}
        self._unknown: Counter[int] = Counter()
        self._bytes = 0

    def read(self, data: bytes, at: int) -> tuple[Any, int]:
        """As what `avro_reader.compiled` returns does, of bytes that begin with a header; at: behind that."""
        if (record := self.by_shape(data)) is not None:
            return record, len(data)
        record, end = self._otherwise(data, at)
        if end == len(data):
            self.missed(data, record)
        return record, end

    def by_shape(self, data: bytes) -> Any:
        """The record; None if it is of no known shape, or a text in it is no UTF-8."""
        try:
            for read in self._known.get(len(data), ()):
                if (record := read(data)) is not None:
                    return record
        except UnicodeDecodeError:
            pass
        return None

    def missed(self, data: bytes, record: Any) -> None:
        """Told of each record that was of no known shape, as it was read otherwise, with its header of 10 bytes."""
        size = len(data)
        if size > LARGEST or len(self._known.get(size, ())) >= MOST_OF_A_LENGTH:
            return
        self._unknown[size] += 1
        if self._unknown[size] >= SIGHTINGS:
            self._unknown.pop(size, None)  # another thread may have done so, too
            self._learn(data, record)
        elif len(self._unknown) > MOST_LENGTHS:
            self._unknown.clear()

    def _learn(self, data: bytes, record: Any) -> None:
        size = len(data)
        if self._bytes + size > MOST_BYTES:  # those that still come are soon learned again
            self._known.clear()
            self._bytes = 0
        self._known[size] = (_Shape(data, *self._of).reader(record), *self._known.get(size, ()))
        self._bytes += size


class _Part(NamedTuple):
    """A value's source, and whether it is the same in all records of the shape."""

    source: str
    same: bool


class _Piece(NamedTuple):
    """Bytes of the record with a name of their own; code: as `struct` takes them."""

    name: str
    begin: int
    end: int
    code: str


class _Shape:
    """Walks over the bytes of one record, beside its values, and writes what reads all others like it."""

    def __init__(
        self, data: bytes, schema: Any, makers: Mapping[str, Make], own: Mapping[str, Collection[str]]
    ) -> None:
        self.names: dict[str, Any] = {}
        self._data, self._at = data + b"\0", _HEADER  # a number at the end is read with the byte behind it
        self._schema, self._makers, self._own = schema, makers, own
        self._fresh = (f"v{turn}" for turn in count())
        self._pieces: list[_Piece] = []
        self._numbers: list[_Piece] = []

    def reader(self, record: Any) -> OfShape:
        """The function bytes → record, or None for bytes of another shape."""
        whole = self._value({**self._schema, "type": "record"}, record, own=True)
        same = list(self._between())
        pieces = sorted([*self._pieces, *same], key=lambda piece: piece.begin)
        self.names |= {f"same_{piece.name}": self._data[piece.begin : piece.end] for piece in same}
        self.names["apart"] = Struct(f"<{''.join(piece.code for piece in pieces)}").unpack
        lines = [
            f"{', '.join(piece.name for piece in pieces)}, = apart(data)",
            f"if {' or '.join(f'{piece.name} != same_{piece.name}' for piece in same)}: return None",
            *(line for piece in self._numbers for line in _decoded(piece)),
            f"return {whole.source}",
        ]
        code = "\n".join(["def read(data):", *(f"    {line}" for line in lines)])
        exec(compile(code, f"<a shape of {self._schema['name']}>", "exec"), self.names)  # noqa: S102 - our own schemas
        read: OfShape = self.names["read"]
        return read

    def _between(self) -> Iterator[_Piece]:
        at = 0
        for begin, end in [*((piece.begin, piece.end) for piece in self._pieces), (self._at, self._at)]:
            if begin > at:
                yield _Piece(next(self._fresh), at, begin, f"{begin - at}s")
            at = end

    def _value(self, schema: Any, value: Any, *, own: bool) -> _Part:
        match schema:
            case ["null", inner]:
                self._at += 1
                return _Part("None", same=True) if value is None else self._value(inner, value, own=own)
            case {"type": "record"}:
                return self._record(schema, value)
            case {"type": "array", "items": items}:
                return self._array(items, value)
            case {"type": inner}:
                return self._value(inner, value, own=own)
            case "boolean":
                self._at += 1
                return self._same(value)
            case "int" | "long":
                return self._number(value, own=own)
            case "string" | "bytes":
                return self._text(schema, value, own=own)
        raise TypeError(f"{schema} is not read here")

    def _number(self, value: int, *, own: bool) -> _Part:
        begin = self._at
        _, self._at = number(self._data, begin)
        size = self._at - begin
        if not own or size > _LONGEST:
            return self._same(value)
        self._numbers.append(self._piece(begin, _CODES.get(size, f"{size}s")))
        return _Part(self._numbers[-1].name, same=False)

    def _text(self, kind: str, value: Any, *, own: bool) -> _Part:
        size, begin = number(self._data, self._at)
        self._at = begin + size
        if not own or not size:
            return self._same(value)
        name = self._piece(begin, f"{size}s").name
        return _Part(f"{name}.decode()" if kind == "string" else name, same=False)

    def _piece(self, begin: int, code: str) -> _Piece:
        self._pieces.append(_Piece(next(self._fresh), begin, self._at, code))
        return self._pieces[-1]

    def _same(self, value: Any) -> _Part:
        name = next(self._fresh)
        self.names[name] = value
        return _Part(name, same=True)

    def _record(self, schema: Any, value: Any) -> _Part:
        name = schema["name"].rpartition(".")[2]
        fields = schema["fields"]
        of_texts = all(field["type"] == "string" for field in fields)  # as a policy's reference is
        own = self._own.get(name, () if of_texts else {field["name"] for field in fields})
        parts = [
            (one["name"], self._value(one["type"], getattr(value, one["name"]), own=one["name"] in own))
            for one in fields
        ]
        if all(part.same for _, part in parts):
            return self._same(value)
        self.names[f"make_{name}"] = self._makers[name]
        values = ", ".join(f"{field}={part.source}" for field, part in parts)
        return _Part(f"make_{name}({values})", same=False)

    def _array(self, items: Any, value: Sequence[Any]) -> _Part:
        """Texts in it are mostly words of the policy: they are compared, not read."""
        parts, each = [], iter(value)
        while True:
            size, self._at = number(self._data, self._at)
            if not size:
                break
            parts += [self._value(items, next(each), own=False) for _ in range(size)]
        return self._same(value) if all(part.same for part in parts) else _Part(_tuple(parts), same=False)


def _tuple(parts: Sequence[_Part]) -> str:
    return f"({''.join(f'{part.source}, ' for part in parts)})"


def _decoded(piece: _Piece) -> Iterator[str]:
    """The lines that make an int or a long of its bytes: seven bits a byte, the lowest first, zig-zag."""
    name, size = piece.name, piece.end - piece.begin
    if piece.code not in _CODES.values():
        yield f"{name} = int.from_bytes({name}, 'little')"
    follows = int.from_bytes(b"\x80" * (size - 1), "little")
    yield f"if {name} & {0x80 << 8 * (size - 1) | follows:#x} != {follows:#x}: return None"
    for stay, move, by in _PUSHED_TOGETHER:
        if size > by:
            yield f"{name} = {name} & {stay:#x} | ({name} & {move:#x}) >> {by}"
    yield f"{name} = ({name} >> 1) ^ -({name} & 1)"
