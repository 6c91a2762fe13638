"""Avro's binary encoding of our records, written by functions whose source is written once per schema.

fastavro finds the branch of a union by validating the value against each; our contracts, full of optional fields,
spend most of an encoding there. Here None alone tells. A test holds every byte against the library's. The twin of
`schemas.avro_reader`. Source: Apache Avro 1.12 specification, "Binary Encoding".
"""

from __future__ import annotations

from functools import cache, lru_cache, partial
from itertools import count
from typing import TYPE_CHECKING, Any, NamedTuple

from schemas.drafts import Series

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from schemas.drafts import Draft

    Parts = Callable[[Mapping[str, Any]], tuple[bytes, ...]]
    PartsOf = Callable[[tuple[str, ...]], Parts]

_NULL_FIRST = 2
_EIGHT_FROM, _NINE_FROM = 1 << 49, 1 << 56
"""What takes eight bytes of seven bits each."""
_CACHED = 256
"""Words and numbers kept encoded: words stand in nearly all records, a moment in several of one event.

So few that they stay in the processor's cache: more of them made it slower.
"""
_WORD = 33
"""Texts as long as this or longer are ids and links: made anew for each event, so that keeping them costs more."""


class Writer(NamedTuple):
    """one: encodes a frozen record, an object with the schema's fields as attributes; each: all those of a series."""

    one: Callable[[Any], bytes]
    each: Callable[[Series[Any]], list[bytes]]


def compiled(schema: Mapping[str, Any], slotted: Collection[str] = ()) -> Writer:
    """Return the writer of a record type. slotted: names of those whose values stand in slots, not in a dict.

    schema: as JSON; records, arrays, maps, `["null", X]`, string, bytes, int, long, boolean; a record type that is
    defined once may be named later on. Values are not checked: a contract did that.

    Raises:
        TypeError: the schema holds anything else.

    """
    source = _Source(slotted)
    name = source.define(schema)
    return Writer(source.names[f"write_{name}"], source.names[f"each_{name}"])


class _Source:
    """Writes expressions that encode a value of some type, and a few functions for each record type."""

    def __init__(self, slotted: Collection[str]) -> None:
        self._slotted = slotted
        self.names: dict[str, Any] = {
            "Series": Series, "array": _array, "join": b"".join, "number": number, "octets": _bytes, "text": text,
            "truth": (b"\x00", b"\x01"), "word": word, "words": _words,
        }  # fmt: skip
        self._defined: set[str] = set()
        self._fresh = (f"t{number}" for number in count())

    def define(self, schema: Mapping[str, Any]) -> str:
        """Make the functions of a record type; its name.

        write_: encodes one; kept_: the same, and keeps the last one in last_, as what is made of one event shares its
        origin, its policy, its sealed identities; each_: encodes those of a series.
        """
        name = _last(schema["name"])
        types = {field["name"]: field["type"] for field in schema["fields"]}
        parts = cache(partial(self._parts, types))
        of, got = ("record", "v.{name}") if name in self._slotted else ("record.__dict__", "v[{name!r}]")
        source = f"""
def write_{name}(record):
    v = {of}
    return join(({self._values(types, got)}))

def kept_{name}(record):
    global last_{name}
    encoded = write_{name}(record)
    last_{name} = record, encoded
    return encoded
"""
        self._run(name, source)
        self.names |= {f"last_{name}": (None, b""), f"each_{name}": partial(_each, parts, tuple(types))}
        self._defined.add(name)
        return name

    def _parts(self, types: Mapping[str, Any], names: tuple[str, ...]) -> Parts:
        """What encodes these fields of a record type each by itself."""
        self._run("parts", f"def parts(v): return ({self._values({name: types[name] for name in names})})")
        parts: Parts = self.names.pop("parts")
        return parts

    def _run(self, what: str, source: str) -> None:
        exec(compile(source, f"<writer of {what}>", "exec"), self.names)  # noqa: S102 - of our own schemas alone

    def _values(self, types: Mapping[str, Any], got: str = "v[{name!r}]") -> str:
        """`got`: the expression of a field's value."""
        return "".join(f"{self._value(of_type, got.format(name=name))}, " for name, of_type in types.items())

    def _value(self, schema: Any, got: str) -> str:
        """`got`: the expression of a value of that type; evaluated once."""
        if isinstance(schema, list):
            return self._nullable(schema, got)
        if isinstance(schema, str):
            return self._named(schema, got)
        match schema["type"]:
            case "record":
                return self._named(self.define(schema), got)
            case "array":
                return self._array(schema["items"], got)
            case "map":
                return f"array([text(key) + {self._value(schema['values'], 'item')} for key, item in {got}.items()])"
            case inner:
                return self._value(inner, got)

    def _named(self, name: str, got: str) -> str:
        of, value = _last(name), next(self._fresh)
        if name in _PLAIN:
            return _PLAIN[name].format(got=got, value=value)
        if of not in self._defined:
            raise TypeError(f"{name} is not written here")
        kept = next(self._fresh)  # record and bytes, looked up both at once: another thread may be writing, too
        return f"({kept}[1] if ({kept} := last_{of})[0] is ({value} := {got}) else kept_{of}({value}))"

    def _nullable(self, branches: list[Any], got: str) -> str:
        if len(branches) != _NULL_FIRST or branches[0] != "null":
            raise TypeError(f"no union but ['null', X] is written here: {branches}")
        value = next(self._fresh)
        return rf"(b'\x00' if ({value} := {got}) is None else b'\x02' + {self._value(branches[1], value)})"

    def _array(self, items: Any, got: str) -> str:
        """Lists of words come again and again; lists of numbers, such as offsets, never do, nor do records."""
        if items == "string":
            return f"words({got})"
        if isinstance(items, dict) and items["type"] == "record":
            of, values = self.define(items), next(self._fresh)
            one_by_one = f"[write_{of}(item) for item in {values}]"
            return f"array(each_{of}({values}) if ({values} := {got}).__class__ is Series else {one_by_one})"
        return f"array([{self._value(items, 'item')} for item in {got}])"


_PLAIN = {
    "string": f"(word({{value}}) if len({{value}} := {{got}}) < {_WORD} else text({{value}}))",
    "bytes": "octets({got})",
    "int": "number({got})",
    "long": "number({got})",
    "boolean": "truth[{got}]",
}


def _each(parts: PartsOf, fields: Sequence[str], series: Series[Any]) -> list[bytes]:
    """What the drafts have is encoded already, and what several get in common is encoded once."""
    encoded: list[bytes] = []
    fill: Mapping[str, Any] | None = None
    own: tuple[bytes, ...] = ()
    for draft, delivery_id, given in zip(series.drafts, series.ids, series.fills, strict=True):
        template = draft.template
        if template is None:
            template = draft.template = b"".join(_template(parts, fields, draft))
        if not draft.own:
            encoded.append(template)
            continue
        if given is not fill:
            fill, own = given, parts(tuple(given))(given)
        encoded.append(template % (own if delivery_id is None else (text(delivery_id), *own)))
    return encoded


def _template(parts: PartsOf, fields: Sequence[str], draft: Draft[Any]) -> Iterator[bytes]:
    for name in fields:
        if name == "delivery_id" and name in draft.own:
            (empty,) = parts((name,))({name: ""})
            yield empty.removesuffix(text("")) + b"%b"  # its branch, where it may be null
        elif name in draft.own:
            yield b"%b"
        else:
            (encoded,) = parts((name,))(draft.values)
            yield encoded.replace(b"%", b"%%") if draft.own else encoded


def _last(name: str) -> str:
    return name.rpartition(".")[2]


def _array(encoded: list[bytes]) -> bytes:
    return number(len(encoded)) + b"".join(encoded) + b"\x00" if encoded else b"\x00"


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


def text(value: str) -> bytes:
    return _bytes(value.encode())


word = lru_cache(_CACHED)(text)


@lru_cache(_CACHED)
def _words(values: Sequence[str]) -> bytes:
    return _array([word(value) for value in values])


def _bytes(value: bytes) -> bytes:
    return number(len(value)) + value
