"""Product codes: what a well-formed code is, which codes a book knows, and what lies under a code.

A code has 2, 4, 6, 8 or 10 digits and may end in one letter that names a variant of a ten-digit line (price-dependent
alternatives of the Chinese schedule: 8521101100A and 8521101100B). A shorter code stands for everything under it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from tradewar.errors import BookError, Problem

_CODE = re.compile(r"(?:\d{2}){1,5}|\d{10}[A-Z]", re.ASCII)
_DOTTED = re.compile(r"\d{4}(?:\.\d{2}){1,3}|\d{4}\.\d{2}\.\d{4}|\d{4}\.\d{4}", re.ASCII)
_FLOAT = re.compile(r"(\d+)\.0+|\d(?:\.\d+)?[eE]\+?\d+", re.ASCII)
_DATE = re.compile(r"\d{1,4}[-/]\d{1,2}(?:[-/]\d{1,4})?(?:[ T].*)?", re.ASCII)
LENGTHS = (2, 4, 6, 8, 10, 11)
"""Lengths of a code; 11 is a ten-digit line with the letter of its variant."""


def fault(code: str) -> tuple[str, str] | None:
    """What is wrong with a code written in a table, and the fix; None where nothing is."""
    if _CODE.fullmatch(code):
        return None
    if _DATE.fullmatch(code):
        fix = "A spreadsheet turned the code into a date: restore it from the source and keep the column as text"
        return f"date in hs column ({code!r})", fix
    if match := _FLOAT.fullmatch(code):
        meant = f": was {match[1].zfill(len(match[1]) + len(match[1]) % 2)} meant?" if match[1] else ""
        fix = "A spreadsheet turned the code into a number: restore it from the source and keep the column as text"
        return f"hs {code!r} is a number, not a code{meant}", fix
    if code.isdigit() and len(code) % 2:
        fix = "A leading zero was lost: read the column as text and restore the zeros from the source"
        return f"hs {code!r} has {len(code)} digits, which is odd", fix
    if "." in code and code.replace(".", "").isdigit():
        return f"hs {code!r} has a dot in it", "Write codes as text without dots, zeros kept"
    return f"hs {code!r} is not a product code", "Write 2, 4, 6, 8 or 10 digits, without dots"


def normal(product: str) -> str:
    """A code as asked, without the dots and blanks between its parts (7326.90.86).

    Raises:
        BookError: if it is not a code.
    """
    code = product.replace(" ", "").upper()
    code = code.replace(".", "") if _DOTTED.fullmatch(code) else code
    wrong = fault(code)
    if wrong:
        raise BookError(Problem("product", *wrong))
    return code


def prefixes(code: str) -> Iterator[str]:
    """The code and every shorter code above it, shortest first."""
    for length in LENGTHS:
        if length < len(code):
            yield code[:length]
    yield code


def under(code: str, known: Sequence[str]) -> Sequence[str]:
    """The codes of the sorted sequence that lie strictly under a code."""
    first = bisect_left(known, code)
    last = bisect_left(known, code + "~")
    return [finer for finer in known[first:last] if finer != code]


def nearest(code: str, known: Sequence[str], count: int = 3) -> list[str]:
    """The known codes nearest to one that is not: those that share its longest beginning, nearest in order first."""
    for length in range(len(code), 0, -1):
        start = code[:length]
        first, last = bisect_left(known, start), bisect_left(known, start + "~")
        if last > first:
            place = bisect_left(known, code)
            family = sorted(range(first, last), key=lambda position: (abs(position - place), position))
            return sorted(known[position] for position in family[:count])
    place = bisect_left(known, code)
    return list(known[max(0, place - count // 2 - 1) : place + count])[:count]
