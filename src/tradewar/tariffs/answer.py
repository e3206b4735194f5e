"""The answer to a question about one product, and how it is told: text, JSON and HTML have one order and one number."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from html import escape
from typing import TYPE_CHECKING

from tradewar.io.serialize import Document
from tradewar.tariffs.model import BASE_AUTHORITY

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Component(Document, optional="amount", digits={"rate": 12, "before": 12, "after": 12}):
    """One duty that applies."""

    measure: str
    authority: str
    programme: str
    duty: str
    rate: float | None
    """On customs value; None is unknown."""
    valid_from: str
    known_from: str
    source: str
    instrument: str
    verified: bool | None
    """None: not stated."""
    why: str
    before: float | None
    """Sum of the components before this one."""
    after: float | None
    amount: Decimal | None = None
    """Duty in money, to the cent, where the customs value is given."""


@dataclass(frozen=True)
class NotApplied:
    """A measure that covers the product but does not apply."""

    measure: str
    authority: str
    why: str
    verified: bool | None


@dataclass(frozen=True)
class LineRate(Document, digits={"rate": 12}):
    """The rate of a finer line, or of a member of an area; None is unknown."""

    product: str
    rate: float | None


@dataclass(frozen=True)
class Part:
    """A part of the goods with one set of facts, and what it pays."""

    share: float | None
    """Usual share of the value; None where nothing is usual."""
    facts: tuple[str, ...]
    rate: float | None
    """None: unknown, or entry is refused."""


@dataclass(frozen=True)
class AppliedRate(
    Document,
    told=(
        "importer exporter product on known convention reading rate status rule_set interval default needs digits duty "
        "components not_applied parts lines=finer"
    ),
    optional="interval default needs digits duty parts lines",
    digits={"rate": 12, "interval": 12, "default": 12},
):
    """The answer to one question. `rate` is None where the question does not decide it.

    Told with twelve digits, which removes only what addition left.
    """

    importer: str
    exporter: str
    product: str
    on: str
    known: str
    convention: str
    reading: str
    rate: float | None
    interval: tuple[float | None, float | None] | None
    """Lowest and highest rate; None at the top is unbounded."""
    default: float | None
    """Rate under the usual convention (export on the day of entry, quota not filled) where facts are missing."""
    status: str
    """`applied`, `mapped`, `needs_...`, `refused`, `unknown`, `not_expressible` or `outside_book`."""
    needs: tuple[str, ...]
    digits: int | None
    """Digits at which the product code would decide the rate, where it does not."""
    components: tuple[Component, ...]
    not_applied: tuple[NotApplied, ...]
    lines: tuple[tuple[str, float | None], ...]
    """Rate of each finer line, or of each member of an area, where there are several."""
    parts: tuple[Part, ...]
    """What the goods are made of, where a share decides."""
    rule_set: str
    duty: Decimal | None = None
    """Sum of the duties in money, each rounded to the cent."""

    @property
    def added(self) -> float | None:
        """What is added to the base duty."""
        special = [part for part in self.components if part.authority != BASE_AUTHORITY]
        if self.status == "outside_book" or any(part.rate is None for part in special):
            return None
        return sum((part.rate or 0.0 for part in special), 0.0)

    @property
    def explanation(self) -> tuple[str, ...]:
        """What applies and what does not, in the order of the JSON, with the same numbers."""
        return sentences(self)

    @property
    def finer(self) -> tuple[LineRate, ...]:
        """Rate of each finer line, or of each member of an area, where there are several."""
        return tuple(LineRate(name, rate) for name, rate in self.lines)

    def to_frame(self) -> pd.DataFrame:
        """Components, one row each."""
        import pandas as pd

        return pd.DataFrame([part.to_dict() for part in self.components])

    def _repr_html_(self) -> str:
        return as_html(self)


def percent(value: float | None) -> str:
    """A rate in percent, exact as shown in JSON; `?` where unknown."""
    return "?" if value is None else f"{100 * value:.10g}%"


def headline(answer: AppliedRate) -> str:
    """The answer in one sentence."""
    of = f"{answer.importer} on {answer.product} of {answer.exporter}, {answer.on} ({answer.convention})"
    if answer.rate is not None:
        return f"{of}: {percent(answer.rate)}" + (" (mapped from another edition)" if answer.status == "mapped" else "")
    if answer.interval is not None:
        low, high = answer.interval
        text = f"between {percent(low)} and {'no upper limit' if high is None else percent(high)}"
        default = "" if answer.default is None else f", {percent(answer.default)} under the default convention"
        digits = f", {answer.digits} digits decide" if answer.digits is not None else ""
        return f"{of}: {text} ({answer.status}{digits}){default}"
    return f"{of}: {answer.status}"


def sentences(answer: AppliedRate) -> tuple[str, ...]:
    """The headline, one line per component with the rate before and after, and one per measure not applied."""
    found = [headline(answer)]
    for part in answer.components:
        unverified = {True: "", False: " [unverified]", None: " [not stated whether verified]"}[part.verified]
        found.append(
            f"{part.authority} {part.measure}: {part.duty} adds {percent(part.rate)} "
            f"({percent(part.before)} to {percent(part.after)}); {part.why}{unverified}"
        )
    found += [f"not applied: {item.authority} {item.measure}: {item.why}" for item in answer.not_applied]
    found += [
        f"part {', '.join(part.facts)}: {percent(part.share)} of value pays {percent(part.rate)}"
        for part in answer.parts
    ]
    found += [f"line {code}: {percent(rate)}" for code, rate in answer.lines]
    return tuple(found)


def as_html(answer: AppliedRate) -> str:
    """A table for notebooks."""
    rows = "".join(
        f"<tr><td>{escape(part.authority)}</td><td>{escape(part.measure)}</td><td>{escape(part.duty)}</td>"
        f"<td>{percent(part.rate)}</td><td>{escape(part.why)}</td></tr>"
        for part in answer.components
    )
    header = "<tr><th>authority</th><th>measure</th><th>duty</th><th>rate</th><th>why</th></tr>"
    return f"<p>{escape(headline(answer))}</p><table>{header}{rows}</table>"
