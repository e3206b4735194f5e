"""What a figure owes to what is assumed: one term at a time, and which terms move a figure that is shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tradewar.io.serialize import Document
from tradewar.world.ranges import Range, vary

Value = float | str
Figures = Mapping[str, float | str | None]
"""What is shown, by name; None where it is not defined."""


@dataclass(frozen=True)
class Swing(Document, told="... width"):
    """What one term does to one result when it goes from low to high, others unchanged. None or NaN: not defined."""

    term: str
    low: Value
    high: Value
    at_low: float | None
    at_base: float | None
    at_high: float | None

    @property
    def range(self) -> Range | None:
        """From the lowest to the highest of what is defined; None where the base is not."""
        if self.at_base is None or _unknown(self.at_base):
            return None
        ends = (value for value in (self.at_low, self.at_high) if value is not None)
        return vary(self.at_base, ends, over=f"{self.term} from {self.low} to {self.high}")

    @property
    def width(self) -> float:
        """Largest less smallest of what is defined; infinite where the result is lost at an end."""
        known = [value for value in (self.at_low, self.at_base, self.at_high) if not _unknown(value)]
        if 0 < len(known) < 3:
            return float("inf")
        return 0.0 if self.range is None else self.range.width


@dataclass(frozen=True)
class Assumption:
    """A term that is assumed and moves something that is shown."""

    name: str
    value: Value
    moves: tuple[str, ...]
    """The figures that another value of it changes, as they are shown."""


def moving(
    terms: Mapping[str, Value],
    others: Mapping[str, Sequence[Value]],
    figures: Callable[[str, Value], Figures],
    base: Figures,
    shown: Mapping[str, float],
) -> tuple[Assumption, ...]:
    """The terms that move a figure, with the figures that they move.

    Args:
        terms: what is assumed, by name.
        others: other values of each term to be tried.
        figures: (term, value) -> all figures, the other terms as they are.
        base: the figures as shown.
        shown: change of a figure, by its name, below which it is shown as it was.
    """
    found: list[Assumption] = []
    for name, value in terms.items():
        tried = [figures(name, other) for other in others.get(name, ())]
        moves = tuple(key for key in base if any(_differs(base[key], row[key], shown.get(key, 0.0)) for row in tried))
        if moves:
            found.append(Assumption(name, value, moves))
    return tuple(found)


def _differs(one: float | str | None, other: float | str | None, limit: float) -> bool:
    if isinstance(one, str) or isinstance(other, str):
        return one != other
    if one is None or other is None or _unknown(one) or _unknown(other):
        return _unknown(one) != _unknown(other)
    return one != other and not abs(one - other) <= limit


def _unknown(value: float | None) -> bool:
    return value is None or value != value
