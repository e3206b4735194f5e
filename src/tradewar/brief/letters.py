"""Letters that no font of this machine has, in the PNG of a chart: a box would stand for each.

The SVG and the page keep them, because a browser looks for letters further than one machine's fonts.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from functools import cache

from tradewar.errors import TradewarWarning

_RARE = re.compile(
    "[^\0-\u024f\u2010-\u2014\u2018\u2019\u201c\u201d\u2022\u2026\u2032\u2190\u2192\u2212\u2248\u2264\u2265]"
)
"""Letters beyond the Latin ones and the signs of our own charts, which the fonts that the library brings along have."""
_MISSING: set[str] = set()
"""Letters that were missed so far; what is said of them is said once."""
_NOWHERE = "\U0010fffd"
"""A letter that is in no font, being for private use."""


def legible(svg: str, codes: Mapping[str, str]) -> str:
    """The SVG with a code for each name that would be boxes, and with `?` for other such letters.

    Args:
        codes: country codes by the names that the chart may show.

    Warns:
        TradewarWarning: where letters are missing for the first time.
    """
    lacking = "".join(letter for letter in sorted(set(_RARE.findall(svg))) if _is_box(letter))
    if not lacking:
        return svg
    from html import unescape

    from markupsafe import escape

    _say_what_is_missing(lacking)
    known = {name: code for name, code in codes.items() if not set(name).isdisjoint(lacking)}
    run = re.compile(f"[{re.escape(lacking)}]+(?: [{re.escape(lacking)}]+)*")

    def replaced(text: re.Match[str]) -> str:
        told = unescape(text[0])
        for name in sorted(known, key=len, reverse=True):
            told = told.replace(name, known[name])
        return str(escape(run.sub(lambda word: _code(word[0]), told)))

    return re.sub("(?<=>)[^<>]+(?=<)", replaced, svg)


def _code(words: str) -> str:
    from tradewar.io.registers.countries import iso3_of_own_name

    return iso3_of_own_name(words) or "?"


@cache
def _is_box(letter: str) -> bool:
    return _drawn(letter) == _drawn(_NOWHERE)


def _drawn(letter: str) -> bytes:
    import vl_convert

    text = f'<text x="4" y="20" font-family="sans-serif" font-size="16">{letter}</text>'
    return vl_convert.svg_to_png(f'<svg xmlns="http://www.w3.org/2000/svg" width="30" height="30">{text}</svg>')


def _say_what_is_missing(letters: str) -> None:
    if not _MISSING:
        warnings.warn(
            f"No font on this machine has {letters[:40]}: in PNG charts a code or ? stands for what is written so. "
            "Install a font that has these letters.",
            TradewarWarning,
            stacklevel=2,
        )
    _MISSING.update(letters)
