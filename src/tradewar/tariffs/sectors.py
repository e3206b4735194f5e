"""From product rates to the sectors of a world, with a report of what found no sector.

Sector rate = sum(w_hs v_hs t_hs) / sum(w_hs v_hs) over codes whose rate is known, with trade v and concordance weights
w (at most 1 per code). Value that finds no sector is reported, never spread: total = mapped + absent + incomplete.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from tradewar.errors import BookError
from tradewar.io.serialize import Document
from tradewar.tariffs import averages, weights
from tradewar.tariffs.averages import CodeRates
from tradewar.tariffs.content import Tables
from tradewar.tariffs.instants import write_day
from tradewar.tariffs.model import Book
from tradewar.tariffs.question import RateQuestion, ask
from tradewar.tariffs.weights import WeightSet

if TYPE_CHECKING:
    import pandas as pd

CONCORDANCE_DIGITS = 6
ROUNDING = 1e-3
"""Shares are published with four digits: sums a hair above 1 are brought back to it."""


@dataclass(frozen=True)
class MappingReport(Document, told="total mapped absent incomplete unmapped ...", without="not_tradable"):
    """Where the value of a weight set went. Money of the weight set."""

    total: float
    mapped: float
    absent: float
    """Value of codes that the concordance does not have."""
    incomplete: float
    """Value lost where the weights of a code sum to less than 1."""
    without_rate: float
    """Part of the mapped value whose rate is unknown: it takes no part in the sector's rate."""
    codes: int
    codes_absent: int
    codes_without_rate: int
    ten_largest_absent: tuple[tuple[str, float], ...]
    ten_largest_without_rate: tuple[tuple[str, float], ...]
    sectors_without_value: tuple[str, ...]
    """Sectors asked for to which no value with a known rate is mapped: their rate is unknown (NaN)."""
    not_tradable: tuple[str, ...]
    """Sectors that carry no tariff by definition: their rate is 0."""

    @property
    def unmapped(self) -> float:
        """Value that found no sector."""
        return self.absent + self.incomplete


@dataclass(frozen=True, eq=False)
class SectorRates:
    """Rates by sector of one importer on one exporter. S sectors."""

    importer: str
    exporter: str
    on: str
    known: str
    sector_set: str
    sectors: tuple[str, ...]
    rate: Float[Array, " sector"]
    """Fraction; NaN where no value with a known rate is mapped."""
    low: Float[Array, " sector"]
    high: Float[Array, " sector"]
    """Ends between which the rate lies whatever the goods under each code are."""
    value: Float[Array, " sector"]
    """Mapped value."""
    codes: CodeRates
    """The rates of the codes of the weight set, from which those of the sectors come."""
    weight_set: str
    weight_digest: str
    programmes: tuple[str, ...]
    report: MappingReport

    def to_frame(self) -> pd.DataFrame:
        """One row per sector."""
        import pandas as pd

        facts = {"importer": self.importer, "exporter": self.exporter, "on": self.on, "known": self.known}
        rows = {"sector": self.sectors, "rate": self.rate, "low": self.low, "high": self.high, "value": self.value}
        return pd.DataFrame(rows).assign(**facts, weights=self.weight_set)


@dataclass(frozen=True, eq=False)
class Bridge:
    """A concordance laid on a weight set: P pairs of code and sector."""

    sectors: tuple[str, ...]
    code: Any
    """(P,) positions in the weight set."""
    sector: Any
    """(P,) positions in `sectors`."""
    value: Float[Array, " pair"]
    """Mapped value of each pair."""
    covered: Float[Array, " code"]
    """Sum of the weights of each code, at most 1."""


def lay(book: Book, chosen: WeightSet, sector_set: str) -> Bridge:
    """Match the codes of a weight set with a concordance; a code gives each of its sectors its share.

    Raises:
        BookError: if the book has no such concordance, or the weight set is coarser than it.
    """
    return _laid(book.tables, chosen, sector_set)


@lru_cache(maxsize=32)
def _laid(tables: Tables, chosen: WeightSet, sector_set: str) -> Bridge:
    """Once for all copies of a book, which share its tables, and for every day; hence not to be written to."""
    table = tables["concordance"]
    sets = np.array(table.texts("sector_set"), dtype=str)
    mine = sets == sector_set
    if not mine.any():
        fix = f"This book has {', '.join(sorted(set(sets.tolist()))) or 'none: add a concordance'}"
        raise BookError.at("sectors", f"there is no concordance to {sector_set!r}", fix)
    if chosen.digits < CONCORDANCE_DIGITS:
        what = f"{chosen.name} has {chosen.digits} digits, the concordance {CONCORDANCE_DIGITS}"
        raise BookError.at("weights", what, "Use a weight set that is at least as fine")
    headings = chosen.codes.astype(f"<U{CONCORDANCE_DIGITS}")
    order = np.argsort(headings, kind="stable")
    names, weight = np.array(table.texts("hs"))[mine], table.numbers("weight")[mine]
    place = np.unique(names, return_inverse=True)[1]
    sums = np.bincount(place, weights=weight)
    # published weights are rounded: sums a hair above 1 are brought back, so that no value is mapped twice
    weight = weight / np.where(sums > 1, sums, 1.0)[place]
    assert sums.max() <= 1 + 2 * ROUNDING
    first = np.searchsorted(headings[order], names, side="left")
    last = np.searchsorted(headings[order], names, side="right")
    code = np.concatenate([order[a:b] for a, b in zip(first, last, strict=True)]) if len(names) else np.array([], int)
    pair = np.repeat(np.arange(len(names)), last - first)
    named = np.array(table.texts("sector"))[mine].tolist()
    sectors = tuple(dict.fromkeys(named))
    position = {name: k for k, name in enumerate(sectors)}
    sector = np.array([position[name] for name in named])[pair]
    value = weight[pair] * chosen.value[code]
    covered = np.bincount(code, weights=weight[pair], minlength=len(chosen.codes))
    for array in (code, sector, value, covered):
        array.flags.writeable = False
    return Bridge(sectors, code, sector, value, covered)


def code_rates(
    book: Book,
    question: RateQuestion,
    weight_set: str | WeightSet,
    *,
    programmes: Sequence[str] | None = None,
    lines_on: date | str | None = None,
) -> CodeRates:
    """The rate of each product of a weight set on a day: what averages, sectors and product models rest on.

    Raises:
        BookError: if the weight set, a programme or a fact of the question is not right.
    """
    asked = ask(book, question)
    averages.check_programmes(book, question.importer, programmes)
    chosen = weights.find(book.weight_sets, weight_set, question.exporter)
    day = None if lines_on is None else ask(book, question.at(on=lines_on)).instant
    return averages.line_rates(asked, chosen.codes, programmes=programmes, lines_on=day).by_code(chosen.codes)


def vector(
    book: Book,
    question: RateQuestion,
    weight_set: str | WeightSet,
    *,
    sector_set: str | None = None,
    sectors: Sequence[str] | None = None,
    not_tradable: Sequence[str] = (),
    programmes: Sequence[str] | None = None,
    lines_on: date | str | None = None,
) -> SectorRates:
    """Rates by sector on a day, with the mapping report.

    Args:
        sectors: order of the axis (default: as in the concordance).
        not_tradable: sectors that get 0 by definition.
        programmes: as `lines_on`, see `tradewar.tariffs.averages.average`.

    Raises:
        BookError: if a name or a fact is not right, or the concordance names sectors that `sectors` lacks.
    """
    rates = code_rates(book, question, weight_set, programmes=programmes, lines_on=lines_on)
    chosen = weights.find(book.weight_sets, weight_set, question.exporter)
    named = sector_set or _only_set(book)
    bridge = lay(book, chosen, named)
    axis = tuple(sectors) if sectors is not None else bridge.sectors
    _check_axis(axis, bridge, not_tradable)
    asked = ask(book, question)
    by_sector = {end: _mean(bridge, getattr(rates, end), axis, not_tradable) for end in ("rate", "low", "high")}
    place = np.array([axis.index(name) for name in bridge.sectors], dtype=np.int64)[bridge.sector]
    return SectorRates(
        importer=question.importer,
        exporter=question.exporter,
        on=write_day(asked.day),
        known=asked.known_text,
        sector_set=named,
        sectors=axis,
        **by_sector,
        value=np.bincount(place, weights=bridge.value, minlength=len(axis)),
        codes=rates,
        weight_set=chosen.name,
        weight_digest=chosen.digest,
        programmes=tuple(programmes or ()),
        report=_report(chosen, rates, bridge, axis, by_sector["rate"], tuple(not_tradable)),
    )


def _only_set(book: Book) -> str:
    names = sorted(set(book.tables["concordance"].texts("sector_set")))
    if len(names) != 1:
        fix = f"Name one of {', '.join(names)}" if names else "Add a concordance to the book"
        raise BookError.at("sectors", f"the book has {len(names)} concordances", fix)
    return names[0]


def _check_axis(axis: tuple[str, ...], bridge: Bridge, not_tradable: Sequence[str]) -> None:
    missing = sorted(set(bridge.sectors) - set(axis))
    if missing:
        fix = "Give every sector of the concordance, so that no value is lost"
        raise BookError.at("sectors", f"the concordance maps to {', '.join(missing)}, which the axis lacks", fix)
    strange = sorted(set(not_tradable) - set(axis))
    if strange:
        raise BookError.at("not_tradable", f"{', '.join(strange)} is no sector of the axis", "Name sectors of the axis")


def _mean(
    bridge: Bridge, by_code: Float[Array, " code"], axis: tuple[str, ...], not_tradable: Sequence[str]
) -> Float[Array, " sector"]:
    """Value-weighted means over the codes of each sector whose rate is known; 0 by definition where nothing trades."""
    place = np.array([axis.index(name) for name in bridge.sectors], dtype=np.int64)[bridge.sector]
    known = ~np.isnan(by_code)[bridge.code]
    weight = np.bincount(place, weights=np.where(known, bridge.value, 0.0), minlength=len(axis))
    duty = np.where(known, bridge.value * np.where(known, by_code[bridge.code], 0.0), 0.0)
    total = np.bincount(place, weights=duty, minlength=len(axis))
    rate = np.divide(total, weight, out=np.full(len(axis), np.nan), where=weight > 0)
    rate[np.isin(axis, not_tradable)] = 0.0
    return rate


def _report(
    chosen: WeightSet,
    rates: CodeRates,
    bridge: Bridge,
    axis: tuple[str, ...],
    rate: Float[Array, " sector"],
    not_tradable: tuple[str, ...],
) -> MappingReport:
    known = ~np.isnan(rates.rate)
    absent = bridge.covered == 0
    left = chosen.value * np.where(absent, 0.0, 1.0 - bridge.covered)
    unknown = chosen.value * bridge.covered * ~known
    report = MappingReport(
        total=chosen.total,
        mapped=float(bridge.value.sum()),
        absent=float(chosen.value[absent].sum()),
        incomplete=float(left.sum()),
        without_rate=float(unknown.sum()),
        codes=len(chosen.codes),
        codes_absent=int(absent.sum()),
        codes_without_rate=int((~known & ~absent).sum()),
        ten_largest_absent=averages.largest(chosen.codes, chosen.value, absent),
        ten_largest_without_rate=averages.largest(chosen.codes, unknown, ~known & ~absent),
        sectors_without_value=tuple(axis[k] for k in np.flatnonzero(np.isnan(rate))),
        not_tradable=not_tradable,
    )
    # nothing is lost and nothing is counted twice
    assert abs(report.mapped + report.unmapped - report.total) <= 1e-9 * max(report.total, 1.0)
    return report
