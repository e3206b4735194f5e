"""The bridge from product rates to the sectors of a world, with a report of what did not cross it.

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
from tradewar.tariffs.instants import write_day
from tradewar.tariffs.question import ask
from tradewar.tariffs.validate import ROUNDING
from tradewar.tariffs.weights import WeightSet

if TYPE_CHECKING:
    import pandas as pd

    from tradewar.tariffs.book import TariffBook
    from tradewar.tariffs.load import Tables

CONCORDANCE_DIGITS = 6


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
    value: Float[Array, " sector"]
    """Mapped value."""
    weight_set: str
    weight_digest: str
    programmes: tuple[str, ...]
    report: MappingReport

    def to_frame(self) -> pd.DataFrame:
        """One row per sector."""
        import pandas as pd

        facts = {"importer": self.importer, "exporter": self.exporter, "on": self.on, "known": self.known}
        rows = {"sector": self.sectors, "rate": self.rate, "value": self.value}
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


def lay(book: TariffBook, chosen: WeightSet, sector_set: str) -> Bridge:
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


def vector(
    book: TariffBook,
    importer: str,
    exporter: str,
    on: date | str,
    weight_set: str | WeightSet,
    *,
    sector_set: str | None = None,
    sectors: Sequence[str] | None = None,
    not_tradable: Sequence[str] = (),
    programmes: Sequence[str] | None = None,
    lines_on: date | str | None = None,
    **options: Any,
) -> SectorRates:
    """Rates by sector on a day, with the mapping report.

    `sectors` gives the order of the axis (default: as in the concordance); those in `not_tradable` get 0 by definition.
    `programmes` and `lines_on` are as in `tradewar.tariffs.averages.average`, other options as in `question.ask`.

    Raises:
        BookError: if a name or an option is not right, or the concordance names sectors that `sectors` lacks.
    """
    question = ask(book, importer, exporter, on, **options)
    chosen = weights.find(book, weight_set, exporter)
    edition_day = None if lines_on is None else ask(book, importer, exporter, lines_on).instant
    rates = averages.code_rates(book, question, chosen.digits, programmes=programmes, lines_on=edition_day)
    named = sector_set or _only_set(book)
    bridge = lay(book, chosen, named)
    axis = tuple(sectors) if sectors is not None else bridge.sectors
    _check_axis(axis, bridge, not_tradable)
    rate, value, report = _weigh(chosen, rates, bridge, axis, tuple(not_tradable))
    return SectorRates(
        importer=importer,
        exporter=exporter,
        on=write_day(question.day),
        known=question.known_text,
        sector_set=named,
        sectors=axis,
        rate=rate,
        value=value,
        weight_set=chosen.name,
        weight_digest=chosen.digest,
        programmes=tuple(programmes or ()),
        report=report,
    )


def _only_set(book: TariffBook) -> str:
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


def _weigh(
    chosen: WeightSet, rates: CodeRates, bridge: Bridge, axis: tuple[str, ...], not_tradable: tuple[str, ...]
) -> tuple[Float[Array, " sector"], Float[Array, " sector"], MappingReport]:
    by_code = averages.matched(rates, chosen.codes)
    known = ~np.isnan(by_code)
    place = np.array([axis.index(name) for name in bridge.sectors])[bridge.sector]
    value = np.bincount(place, weights=bridge.value, minlength=len(axis))
    rated = np.where(known[bridge.code], bridge.value, 0.0)
    weight = np.bincount(place, weights=rated, minlength=len(axis))
    duty = np.bincount(place, weights=rated * np.nan_to_num(by_code)[bridge.code], minlength=len(axis))
    rate = np.divide(duty, weight, out=np.full(len(axis), np.nan), where=weight > 0)
    zero = np.isin(axis, not_tradable)
    rate[zero] = 0.0
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
    return rate, value, report
