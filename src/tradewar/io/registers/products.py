"""Product codes: what a well-formed code is, which codes a book knows, and what lies under a code.

A code has 2, 4, 6, 8 or 10 digits and may end in one letter that names a variant of a ten-digit line (price-dependent
alternatives of the Chinese schedule: 8521101100A and 8521101100B). A shorter code stands for everything under it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence

from tradewar.errors import BookError, Problem

_CODE = re.compile(r"(?:\d{2}){1,5}|\d{10}[A-Z]", re.ASCII)
_CODES = re.compile(rf"(?:(?:{_CODE.pattern})\n)*", re.ASCII)
_ZEROS = re.compile(r"^\d{4}0000\d*$", re.MULTILINE | re.ASCII)
_DOTTED = re.compile(r"\d{4}(?:\.\d{2}){1,3}|\d{4}\.\d{2}\.\d{4}|\d{4}\.\d{4}", re.ASCII)
_FLOAT = re.compile(r"(\d+)\.0+|\d(?:\.\d+)?[eE]\+?\d+", re.ASCII)
_DATE = re.compile(r"\d{1,4}[-/]\d{1,2}(?:[-/]\d{1,4})?(?:[ T].*)?", re.ASCII)
LENGTHS = (2, 4, 6, 8, 10, 11)
"""Lengths of a code; 11 is a ten-digit line with the letter of its variant."""
_UNDIVIDED = """
0205 0409 0410 0501 0504 0508 0510 0702 0707 0814 0903 1101 1109 1203 1204 1206 1213 1503 1505 1506 1510 1518 1520 1522
1601 1603 1801 1802 1804 1805 1903 2006 2105 2203 2206 2209 2304 2305 2307 2308 2501 2502 2503 2507 2509 2512 2514 2521
2528 2602 2603 2604 2605 2606 2607 2608 2609 2610 2611 2614 2618 2619 2703 2704 2705 2706 2709 2715 2716 2802 2803 2807
2808 2810 2817 2822 2823 2847 2848 2850 2853 2911 2913 2927 2928 2935 2940 2942 3101 3203 3205 3210 3211 3303 3406 3407
3503 3504 3601 3602 3603 3605 3704 3705 3803 3804 3807 3813 3814 3816 3817 3818 3819 3820 3821 3822 3826 3910 3914 4003
4004 4007 4017 4112 4201 4205 4206 4304 4405 4413 4414 4416 4417 4419 4502 4701 4702 4705 4801 4803 4807 4812 4903 4904
4906 4907 4909 4910 5001 5002 5003 5004 5005 5006 5104 5110 5113 5201 5203 5305 5311 5405 5406 5502 5507 5605 5606 5609
5705 5803 5805 5809 5811 5905 5907 5908 5909 5910 6113 6216 6308 6309 6501 6502 6504 6505 6507 6602 6701 6703 6801 6803
6808 6901 6906 6912 7001 7006 7008 7014 7020 7107 7109 7111 7221 7223 7303 7309 7311 7313 7316 7317 7401 7402 7404 7405
7413 7503 7504 7602 7609 7611 7613 7802 7806 7902 7904 7905 7907 8002 8003 8007 8106 8111 8113 8206 8209 8210 8213 8303
8304 8310 8444 8449 8503 8534 8548 8604 8605 8608 8609 8706 8710 8712 8715 8801 8804 8902 8904 8908 9016 9020 9023 9033
9104 9107 9206 9302 9304 9307 9406 9503 9602 9604 9605 9610 9611 9614 9617 9618 9619 9620 9702 9703 9704 9705 9706
"""
"""Headings that the Harmonized System of 2012, 2017 or 2022 does not divide: their codes go on with zeros."""


def all_right(codes: Iterable[str]) -> bool:
    """True if nothing is wrong with any of many codes; quick, for long tables."""
    text = "".join(f"{code}\n" for code in codes)
    return _CODES.fullmatch(text) is not None and not any(map(padded, _ZEROS.findall(text)))


def fault(code: str) -> tuple[str, str] | None:
    """What is wrong with a code written in a table, and the fix; None where nothing is."""
    if _CODE.fullmatch(code):
        whole = padded(code)
        return (f"hs {code!r} is {whole} padded with zeros", f"Write {whole}") if whole else None
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


def padded(code: str) -> str:
    """The heading or chapter that a code of eight or more digits stands for, padded with zeros; blank for a real line.

    British and European data write heading 7208 as 7208000000. Petroleum is 27090000: its heading is not divided.
    """
    if len(code) < 8 or code[4:].strip("0") or code >= "98" or code[:4] in _UNDIVIDED:
        return ""
    return code[:2] if code[2:4] == "00" else code[:4]


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
