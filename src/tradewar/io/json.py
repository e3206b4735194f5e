"""JSON from outside: bounded in depth and size, no key twice, as plain data."""

from __future__ import annotations

import json
from typing import Any, cast

from tradewar.errors import Problem
from tradewar.io.text import decode

MAX_DEPTH = 64
"""Objects and lists inside each other."""


class _RepeatedKeyError(ValueError):
    pass


def parse(file: str, data: bytes | str, problems: list[Problem]) -> Any:
    """The document as dictionaries, lists, texts and numbers; None, and a problem, where it cannot be read.

    NaN and infinities, which JSON does not know, are refused, as is a key that an object has twice.
    """
    text = data if isinstance(data, str) else decode(file, data, problems, "Save the file as UTF-8")
    if text is None:
        return None
    try:
        content = json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
    except RecursionError:
        problems.append(Problem(file, f"is nested more than {MAX_DEPTH} deep", "Write it again: it is damaged"))
        return None
    except json.JSONDecodeError as error:
        what = f"is not valid JSON: {error.msg} (column {error.colno})"
        problems.append(Problem(f"{file}, line {error.lineno}", what, "Correct the line"))
        return None
    except ValueError as error:
        problems.append(Problem(file, f"is not valid JSON: {error}", "Correct it"))
        return None
    if depth(content) > MAX_DEPTH:
        problems.append(Problem(file, f"is nested more than {MAX_DEPTH} deep", "Write it again: it is damaged"))
        return None
    return content


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise _RepeatedKeyError(f"the key {twice[:60]!r} is there twice in one object")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number of JSON")


def depth(content: Any) -> int:
    """How deep lists and dictionaries lie in each other, counted without recursion."""
    level, front = 0, [content]
    while front:
        inner: list[Any] = []
        for item in front:
            if isinstance(item, dict):
                inner.extend(cast("dict[str, Any]", item).values())
            elif isinstance(item, list):
                inner.extend(cast("list[Any]", item))
        front = inner
        level += bool(front)
    return level
