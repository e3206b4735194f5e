"""The known word nearest to one that is not known."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

_LONGEST = 80
"""Texts longer than this are no misspelt names, and slow to compare."""


def nearest(text: str, known: Iterable[str]) -> str:
    """`; did you mean 'USA'?` where a known word is close to the text, else nothing."""
    if len(text) > _LONGEST:
        return ""
    words = list(known)
    folded = {word.casefold(): word for word in words}
    found = folded.get(text.strip().casefold())
    if found is None:
        near = difflib.get_close_matches(text.casefold(), list(folded), n=1)
        found = folded[near[0]] if near else None
    return f"; did you mean {found!r}?" if found is not None else ""


def some(words: Iterable[str], limit: int = 20) -> str:
    """The words, shortened, in a list that ends in how many more there are."""
    listed = [word[:_LONGEST] for word in words]
    return ", ".join(listed[:limit]) + (f" and {len(listed) - limit} more" if len(listed) > limit else "")
