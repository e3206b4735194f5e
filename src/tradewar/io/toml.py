"""TOML that people write: bounded, read into a checked model, every fault with its key and line.

| limit | value |
|---|---|
| size | `MAX_BYTES` |
| tables and lists inside each other | `MAX_DEPTH` |
| whole numbers | 64 bits, as TOML has them |
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar, cast

from tradewar.errors import Problem
from tradewar.io.files import read_bytes
from tradewar.io.json import depth
from tradewar.io.nearest import nearest
from tradewar.io.registers import dates
from tradewar.io.text import decode

Model = TypeVar("Model")
"""A model of pydantic; the bound would load pydantic for headers that do not need it."""
Path_ = tuple[str | int, ...]

MAX_BYTES = 4 * 2**20
MAX_DEPTH = 16
_WHOLE = 2**63
_DIGITS = 4300
"""Python reads no longer whole numbers."""
_SHOWN = 60
_HEADER = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=""")


def read(
    path: Path, model: type[Model], problems: list[Problem], where: str = "", what: str = "TOML file"
) -> Model | None:
    """A file as a checked model; None, and problems, where it is not one. For `where` and `what` see `read_bytes`."""
    data = read_bytes(path, problems, MAX_BYTES, where, what)
    return None if data is None else parse(path.name, data, model, problems)


def parse(file: str, data: bytes, model: type[Model], problems: list[Problem]) -> Model | None:
    """The bytes of a file as a checked model; None, and every fault with its line, where they are not one."""
    from pydantic import ValidationError

    text = decode(file, data, problems, "Save the file as UTF-8")
    content = None if text is None else _content(file, text, problems)
    if text is None or content is None:
        return None
    try:
        return cast("Any", model).model_validate(content)
    except ValidationError as error:
        problems.extend(problems_of(error, file, cast("Any", model), text))
        return None


def parse_plain(file: str, data: bytes, problems: list[Problem]) -> dict[str, Any] | None:
    """The bytes of a file as plain dictionaries; None, and a problem, where they are no TOML."""
    text = decode(file, data, problems, "Save the file as UTF-8")
    return None if text is None else _content(file, text, problems)


def _content(file: str, text: str, problems: list[Problem]) -> dict[str, Any] | None:
    try:
        content = tomllib.loads(text)
    except RecursionError:
        problems.append(_too_deep(file, text))
        return None
    except tomllib.TOMLDecodeError as error:
        problems.append(_not_toml(file, str(error)))
        return None
    except (ValueError, OverflowError) as error:  # whole numbers beyond what Python reads, days that are none
        where = _with_line(file, text, lambda line: len(max(re.findall(r"\d+", line), key=len, default="")) > _DIGITS)
        what = f"holds a whole number of more than {_DIGITS:,} digits"
        if where == file:
            what = f"holds a value that cannot be read ({error})"
        problems.append(Problem(where, what, "Correct the value"))
        return None
    if depth(content) > MAX_DEPTH:
        problems.append(_too_deep(file, text))
        return None
    large = next((path for path, value in _leaves(content) if type(value) is int and abs(value) >= _WHOLE), None)
    if large is not None:
        where = _place(file, _lines(text), large)
        problems.append(Problem(where, "is a whole number beyond 64 bits", "Write a number of at most 18 digits"))
        return None
    return content


def _too_deep(file: str, text: str) -> Problem:
    """The fault of brackets or dotted keys inside each other, at the line that goes too deep."""
    level = 0

    def too_deep(line: str) -> bool:
        nonlocal level
        bare = re.sub(r""""[^"]*"|'[^']*'|#.*""", "", line)
        deepest = level
        for mark in bare:
            level += (mark in "[{") - (mark in "]}")
            deepest = max(deepest, level)
        return deepest > MAX_DEPTH or bare.partition("=")[0].count(".") >= MAX_DEPTH

    where = _with_line(file, text, too_deep)
    return Problem(where, f"is nested more than {MAX_DEPTH} deep", "Write it flatter")


def _with_line(file: str, text: str, wrong: Callable[[str], bool]) -> str:
    """The place of the first line for which something holds; the file where there is none."""
    line = next((number for number, line in enumerate(text.splitlines(), start=1) if wrong(line)), None)
    return f"{file}, line {line}" if line else file


def _not_toml(file: str, said: str) -> Problem:
    """The fault of the parser, its line moved to the place."""
    place = re.search(r" \(at line (\d+), column (\d+)\)$", said)
    where = f"{file}, line {place[1]}" if place else file
    return Problem(where, f"is not valid TOML: {said[: place.start()] if place else said}", "Correct the line")


def _leaves(content: Any, path: Path_ = ()) -> Sequence[tuple[Path_, Any]]:
    """(path, value) of everything that is neither table nor list. Called once the depth is known to be small."""
    if isinstance(content, dict):
        items = cast("dict[str, Any]", content).items()
    elif isinstance(content, list):
        items = enumerate(cast("list[Any]", content))
    else:
        return [(path, content)]
    return [leaf for key, item in items for leaf in _leaves(item, (*path, key))]


# ---------------------------------------------------------------- faults of a model


def problems_of(error: Any, file: str, model: Any, text: str = "") -> list[Problem]:
    """Each fault that pydantic found, as file, line, key path, value and fix.

    Args:
        text: the file, to find lines in; without it no line is named.
    """
    lines = _lines(text)
    return [_problem(fault, file, model, lines) for fault in error.errors()]


def _problem(fault: Mapping[str, Any], file: str, model: Any, lines: Mapping[Path_, int]) -> Problem:
    # the tag of a discriminated union is part of pydantic's path but not of the file's
    path = tuple(part for part in fault["loc"] if not _is_tag(part, fault["loc"], lines))
    where = _place(file, lines, path)
    key = str(path[-1]) if path else ""
    match fault["type"]:
        case "extra_forbidden":
            near = nearest(key, [name for name in _keys(model) if name != key])
            return Problem(where, f"unknown key {key[:_SHOWN]!r}{near}", "Remove or rename it")
        case "missing":
            return Problem(where, "is missing", f"Give {key}")
        case "union_tag_not_found":
            return Problem(f"{where}.kind", "is missing", f"Give kind as one of {fault['ctx'].get('discriminator')}")
        case "union_tag_invalid":
            tag, known = str(fault["ctx"]["tag"]), str(fault["ctx"]["expected_tags"]).replace("'", "").split(", ")
            return Problem(f"{where}.kind", f"{tag!r} is unknown{nearest(tag, known)}", f"Use {' or '.join(known)}")
        case "value_error":
            return Problem(where, str(fault["ctx"]["error"]), "Correct the entry")
        case "tuple_type" | "list_type" if isinstance(fault["input"], dict):
            return Problem(where, "is one table, where a list of tables belongs", f"Write [[{key}]] above each")
        case "tuple_type" | "list_type":
            return Problem(where, f"{shown(fault['input'])} is not a list", "Write [a, b]")
        case "model_type" | "dict_type":
            table = next(str(part) for part in reversed(path) if isinstance(part, str))
            return Problem(where, f"{shown(fault['input'])} is not a table", f"Write [{table}] or [[{table}]] above it")
        case "date_type":
            what = f"{shown(fault['input'])} is not a date"
            return Problem(where, what, "Write it without quotes, such as 2019-02-20")
        case _:
            said = str(fault["msg"])
            return Problem(where, f"{shown(fault['input'])}: {said[:1].lower()}{said[1:]}", "Correct the value")


def _is_tag(part: str | int, path: Path_, lines: Mapping[Path_, int]) -> bool:
    """A part that follows a position in a list and is no key of the file there."""
    k = path.index(part)
    if not (k > 0 and isinstance(part, str) and isinstance(path[k - 1], int) and k + 1 < len(path)):
        return False
    return path[: k + 1] not in lines


def _keys(model: Any, seen: set[type] | None = None) -> list[str]:
    """The keys of a model and of the models inside it."""
    from typing import get_args

    from pydantic import BaseModel

    seen = seen if seen is not None else set()
    if model in seen:
        return []
    seen.add(model)
    names: list[str] = []
    for name, info in model.model_fields.items():
        names.append(name)
        front: list[Any] = [info.annotation]
        while front:
            kind = front.pop()
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                names.extend(_keys(kind, seen))
            front.extend(get_args(kind))
    return sorted(set(names))


def places(file: str, data: bytes) -> Callable[[Path_], str]:
    """How messages name a key of a file that was read: file, line and key path (positions count from 0)."""
    lines = _lines(data.decode("utf-8-sig"))
    return lambda path: _place(file, lines, path)


def _place(file: str, lines: Mapping[Path_, int], path: Path_) -> str:
    """The line is that of the key (of the first, in a list of tables), or of the innermost table around it."""
    around = (part for end in range(len(path), 0, -1) for part in (path[:end], (*path[:end], 0)))
    line = next((lines[part] for part in around if part in lines), None)
    where = f"{file}, line {line}" if line else file
    return f"{where}: {key_path(path)}" if path else where


def _lines(text: str) -> dict[Path_, int]:
    """The line of each table and key by its path; keys inside braces or lists have the line of what holds them."""
    found: dict[Path_, int] = {}
    table: Path_ = ()
    counts: dict[tuple[str, ...], int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            names = _parts(header[2])
            if header[1] == "[[":
                counts[names] = counts.get(names, -1) + 1
            table = _placed(names, counts)
            found.setdefault(table, number)
        elif key := _KEY.match(line):
            found.setdefault((*table, *_parts(key[1])), number)
    return found


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in dotted.split("."))


def _placed(names: tuple[str, ...], counts: Mapping[tuple[str, ...], int]) -> Path_:
    """The path of a table, with the position of each list of tables on the way."""
    path: list[str | int] = []
    for end in range(1, len(names) + 1):
        path.append(names[end - 1])
        if names[:end] in counts:
            path.append(counts[names[:end]])
    return tuple(path)


def key_path(path: Sequence[object]) -> str:
    """`policies[2].day`: positions count from 1."""
    text = ""
    for part in path:
        name = str(part)[:_SHOWN]
        text += f"[{part + 1}]" if isinstance(part, int) else f".{name}" if text else name
    return text


def shown(value: object) -> str:
    """A value as it is written, shortened."""
    text = str(value) if isinstance(value, date) else repr(value)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3]}..."


# ---------------------------------------------------------------- headers without a model


@dataclass(frozen=True)
class Key:
    """One key of a flat header, such as `world.toml`."""

    name: str
    kind: type
    """str, int, float, bool, list (of texts), dict or date."""
    meaning: str
    required: bool = False
    choices: tuple[str, ...] = ()
    of: type = str
    """What a dict holds: any of the other kinds."""


_CALLED = {
    "str": "text in quotes",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "list": "a list of texts",
    "dict": "a table",
    "date": "a day without quotes, such as 2019-02-20",
}


def read_keys(file: str, data: bytes, keys: Sequence[Key], problems: list[Problem]) -> dict[str, Any] | None:
    """The bytes of a flat header as plain values; None, and every fault with its line, where they are not one.

    For headers that are read at every start: a model of pydantic would take longer to load than the world.
    """
    content = parse_plain(file, data, problems)
    if content is None or check_keys(file, content, keys, problems, data.decode("utf-8-sig")):
        return content
    return None


def check_keys(
    file: str, content: Mapping[str, Any], keys: Sequence[Key], problems: list[Problem], text: str = ""
) -> bool:
    """True if every key is known and of its kind and none is missing; otherwise each fault is a problem.

    Args:
        text: the file, to find lines in; without it no line is named.
    """
    before = len(problems)
    known = {key.name: key for key in keys}
    lines = _lines(text)

    def where(*path: str) -> str:
        return _place(file, lines, path)

    for name, value in content.items():
        key = known.get(name)
        if key is None:
            fix = f"Remove or rename it; the keys are {', '.join(known)}"
            problems.append(Problem(where(name), f"unknown key {name[:_SHOWN]!r}{nearest(name, known)}", fix))
        elif not _is(value, key.kind):
            problems.append(Problem(where(name), *_no(key.kind, value)))
        elif key.kind is dict:
            wrong = {inner: item for inner, item in value.items() if not _is(item, key.of)}
            problems += [Problem(where(name, inner), *_no(key.of, item)) for inner, item in wrong.items()]
        elif key.choices and value not in key.choices:
            what = f"{shown(value)} is unknown{nearest(str(value), key.choices)}"
            problems.append(Problem(where(name), what, f"Use {' or '.join(key.choices)}"))
    for key in keys:
        if key.required and key.name not in content:
            called = _CALLED[key.kind.__name__]
            problems.append(Problem(file, f"key {key.name!r} is missing", f"Give {key.name} as {called}"))
    return len(problems) == before


def _no(kind: type, value: Any) -> tuple[str, str]:
    """What is wrong with a value of another kind, and the fix."""
    if kind is date and isinstance(value, str):
        if dates.parse_day(value) is None:
            return dates.day_fault(value)
        return f"{shown(value)} is a day in quotes", f"Write {value}"
    if kind is date:
        return f"{shown(value)} is not a day", "Write it without quotes and time, such as 2019-02-20"
    called = _CALLED[kind.__name__]
    return f"{shown(value)} is not {called}", f"Give {called}"


def _is(value: Any, kind: type) -> bool:
    if kind is list:
        return isinstance(value, list) and all(isinstance(item, str) for item in cast("list[Any]", value))
    if kind is dict:
        return isinstance(value, dict)
    if kind is float:
        return type(value) in (int, float) and value == value and abs(value) != float("inf")
    # bool is a subclass of int, datetime of date: `year = true` is no year
    return type(value) is kind and (kind is not str or bool(str(value).strip()))


def quoted(text: str) -> str:
    """A TOML basic string. JSON escapes are TOML escapes; TOML refuses one more control character than JSON."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
