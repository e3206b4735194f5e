"""One way from a frozen result to plain data and to JSON text; `scripts/json_schemas.py` makes its JSON Schema.

A result that is more or less than its fields says in the line that opens its class what its document is:

    @dataclass(frozen=True)
    class Deal(Document, told="initiator unit=ladder.unit ... terms.*", without="prepared"):

| entry of `told` | puts there |
|---|---|
| `name` | the field or property of that name |
| `ladder.unit`, `unit=ladder.unit` | an attribute further down, under its own name or another |
| `terms.*` | all that `terms` tells (or holds, where it is a mapping), key by key |
| `...` | every field that no other entry names |

Every other dataclass is told field by field. Dates are ISO, enumerations their values, arrays lists; what is not
finite is null. pydantic's core converts: commands load it anyway, where msgspec would add 14 ms to a cold start and
cattrs 36; half a megabyte of findings is JSON text in 17 ms (by hand and with `json` it took 94); and only pydantic's
schemas tell alternatives of dataclasses apart.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from operator import attrgetter
from typing import Any, ClassVar, NamedTuple

ALL, REST = "*", "..."


@dataclass(frozen=True)
class Form:
    """What the document of a class is, as its class line says: names, separated by spaces."""

    told: str = REST
    without: str = ""
    """Keys that are left out."""
    optional: str = ""
    """Keys that are left out where there is nothing: None, or an empty tuple."""
    digits: Mapping[str, int] = field(default_factory=dict[str, int])
    """Decimals to which the numbers of a key are rounded."""


class Entry(NamedTuple):
    """One key of a document, and the path of attributes that leads to its value; `*` stands for all keys there."""

    key: str
    path: tuple[str, ...]


class Document:
    """A result with a document of its own. The keywords of a class line are those of `Form`."""

    __form__ = Form()
    __pydantic_serializer__: ClassVar[Any]

    def __init_subclass__(
        cls, *, told: str = REST, without: str = "", optional: str = "", digits: Mapping[str, int] | None = None
    ) -> None:
        super().__init_subclass__()
        cls.__form__ = Form(told, without, optional, digits or {})

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON: dictionaries, lists, texts and finite numbers; what is not finite is None."""
        return plain_data(self)


def plain_data(value: Any) -> Any:
    """Dictionaries, lists, texts and finite numbers. What is not finite becomes None (null)."""
    core = _library()
    try:
        return core.to_jsonable_python(value, fallback=_unusual, inf_nan_mode="null")
    except core.PydanticSerializationError as error:
        raise (error.__cause__ or error) from None  # what a property of the result raised


def json_text(value: Any, indent: int | None = 1) -> str:
    """One JSON document, with a line end."""
    core = _library()
    try:
        return core.to_json(value, fallback=_unusual, inf_nan_mode="null", indent=indent).decode() + "\n"
    except core.PydanticSerializationError:
        # a name that is no Unicode, as that of a file may be, can only be written in escapes
        return json.dumps(plain_data(value), indent=indent) + "\n"


def content(result: Any, without: str = "") -> dict[str, Any]:
    """The keys of a document with their values as they are, for what is told together with something else.

    Args:
        result: any dataclass.
        without: keys that are left out, and not computed.
    """
    form, left_out = form_of(type(result)), without.split()
    optional, digits = form.optional.split(), form.digits
    found: dict[str, Any] = {}
    for key, value_of in _getters(type(result)):
        if key in left_out:
            continue
        value = value_of(result)
        if key == ALL:
            found |= value if isinstance(value, Mapping) else content(value, f"{without} {form.without}")
        elif key not in optional or not (value is None or (isinstance(value, tuple) and not value)):
            found[key] = _rounded(value, digits[key]) if key in digits else value
    return found


def form_of(kind: type) -> Form:
    """What a class says about its document."""
    return getattr(kind, "__form__", Document.__form__)


@cache
def entries(kind: type) -> tuple[Entry, ...]:
    """The entries of the document of a class, in order."""
    form = form_of(kind)
    named = [_entry(text) for text in form.told.split()]
    taken = {name for entry in named for name in (entry.key, entry.path[0])}
    names: tuple[str, ...] = tuple(getattr(kind, "__dataclass_fields__", ()))
    rest = [Entry(name, (name,)) for name in names if name not in taken]
    every = [each for entry in named for each in (rest if entry.key == REST else [entry])]
    return tuple(entry for entry in every if entry.key not in form.without.split())


def _entry(text: str) -> Entry:
    if text == REST:
        return Entry(REST, (REST,))
    key, _, source = text.rpartition("=")
    *above, last = source.split(".")
    return Entry(ALL, tuple(above)) if last == ALL else Entry(key or last, (*above, last))


@cache
def _getters(kind: type) -> tuple[tuple[str, attrgetter[Any]], ...]:
    return tuple((entry.key, attrgetter(".".join(entry.path))) for entry in entries(kind))


def _rounded(value: Any, digits: int) -> Any:
    if isinstance(value, tuple):
        return [_rounded(item, digits) for item in value]
    return None if value is None else round(value, digits)


def _unusual(value: Any) -> Any:
    """What the library does not know: NumPy, and mappings that are no dictionaries."""
    if hasattr(value, "tolist"):
        return value.tolist()
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} has no form in JSON")


@cache
def _library() -> Any:
    """pydantic's core, told how a `Document` is converted. Imported late: `tradewar --help` converts nothing."""
    import pydantic_core
    from pydantic_core import core_schema

    as_content = core_schema.plain_serializer_function_ser_schema(content)
    Document.__pydantic_serializer__ = pydantic_core.SchemaSerializer(core_schema.any_schema(serialization=as_content))
    return pydantic_core
