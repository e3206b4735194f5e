"""Policies from the book: both sides' tariffs by sector on a day, as known on a day, on a branch of what is open.

The result is plain labelled arrays; a dossier turns them into the tariff array of a policy for the world it uses. The
level is what the book says; the change in points is against a base day, over the codes whose rate is known on both, so
that a code without a rate on one of the days changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray as Array

from tradewar.errors import BookError
from tradewar.tariffs import weights
from tradewar.tariffs.instants import day_of, write_day
from tradewar.tariffs.model import Book, Branch
from tradewar.tariffs.question import RateQuestion
from tradewar.tariffs.question import branch as named_branch
from tradewar.tariffs.sectors import MappingReport, SectorRates, code_rates, lay, vector

if TYPE_CHECKING:
    import pandas as pd

Pair = tuple[str, str]
"""Importer and exporter."""


@dataclass(frozen=True, eq=False)
class AddedRates:
    """What was added to the rate of each code of a pair since the base day, by the sectors it belongs to. L lines,
    which are the same for every day with the same weight set."""

    value: Float[Array, " line"]
    """Trade, money of the weight set; 0 where the rate is not known on both days."""
    added: Float[Array, " line"]
    """A fraction; 0 where the rate is not known on both days."""
    sector: Int[Array, " line"]
    """Position in `PolicyRates.sectors`."""


@dataclass(frozen=True, eq=False)
class PolicyRates:
    """Tariffs by sector of P pairs of importer and exporter. S sectors."""

    on: str
    known: str
    base_on: tuple[str, ...]
    """The day against which the change of each pair is taken."""
    branch: Branch | None
    sector_set: str
    pairs: tuple[Pair, ...]
    sectors: tuple[str, ...]
    rate: Float[Array, "pair sector"]
    """Level on the day, fraction; NaN where no value with a known rate is mapped."""
    low: Float[Array, "pair sector"]
    high: Float[Array, "pair sector"]
    """Ends between which the level lies whatever the goods under each code are."""
    change_points: Float[Array, "pair sector"]
    """Change since the base day in percentage points; NaN where the level is."""
    value: Float[Array, "pair sector"]
    """Trade mapped to each sector, money of the weight set."""
    average: Float[Array, " pair"]
    """Level over all sectors with a known rate, weighted by the value mapped to them."""
    average_change_points: Float[Array, " pair"]
    weight_sets: tuple[str, ...]
    """Weight set of each pair."""
    weight_digests: tuple[str, ...]
    reports: tuple[MappingReport, ...]
    """Mapping report of each pair."""
    lines: tuple[AddedRates, ...]
    """What each pair's `change_points` are made of."""

    def to_frame(self) -> pd.DataFrame:
        """One row per pair and sector."""
        import pandas as pd

        rows: list[dict[str, Any]] = []
        for p, (importer, exporter) in enumerate(self.pairs):
            for s, sector in enumerate(self.sectors):
                facts = {"importer": importer, "exporter": exporter, "sector": sector}
                numbers = {"rate": self.rate[p, s], "change_pp": self.change_points[p, s], "value": self.value[p, s]}
                rows.append(facts | numbers)
        return pd.DataFrame(rows)


def policy_on(
    book: Book,
    day: date | str,
    *,
    known_on: date | str | None = None,
    branch: Branch | Mapping[str, str] | None = None,
    base_day: date | str | Mapping[str, date] | None = None,
    weight_sets: Mapping[Pair, str] | None = None,
    sector_set: str | None = None,
    sectors: Sequence[str] | None = None,
    not_tradable: Sequence[str] = (),
    programmes: Mapping[str, Sequence[str]] | None = None,
    reading: str = "owed",
    struck: tuple[str, ...] = (),
) -> PolicyRates:
    """Tariffs of both sides by sector on a day.

    Args:
        known_on: day of knowledge (default: the day itself).
        branch: outcomes of open questions (`{"deal": "no"}`).
        base_day: day against which changes are taken, or one by importer (default: the first day of the book).
        weight_sets: one per pair (default: the bilateral imports that the book has).
        programmes: those that count, by importer (default: all).

    Raises:
        BookError: if a name or a day is not right, or a pair has no weight set.
    """
    on = write_day(day_of(day, "day"))
    known = on if known_on is None else write_day(day_of(known_on, "known_on"))
    chosen = dict(weight_sets) if weight_sets is not None else bilateral(book)
    if not chosen:
        raise BookError.at("weights", "the book has no bilateral weight set", "Name one per pair in `weight_sets`")
    bases = [_base(book, base_day[pair[0]] if isinstance(base_day, Mapping) else base_day) for pair in chosen]
    levels: list[SectorRates] = []
    changes: list[tuple[Any, float, AddedRates]] = []
    for ((importer, exporter), name), base in zip(chosen.items(), bases, strict=True):
        counted = None if programmes is None else programmes[importer]
        question = RateQuestion(
            importer=importer, exporter=exporter, on=on, known_on=known, branch=branch, reading=reading, struck=struck
        )
        named: dict[str, Any] = {"sector_set": sector_set, "sectors": sectors, "not_tradable": not_tradable}
        levels.append(vector(book, question, name, programmes=counted, **named))
        before = code_rates(book, question.at(on=base), name, programmes=counted)
        changes.append(_change(book, levels[-1], before.rate))
    return PolicyRates(
        on=on,
        known=known,
        base_on=tuple(bases),
        branch=question_branch(book, known, branch),
        sector_set=levels[0].sector_set,
        pairs=tuple(chosen),
        sectors=levels[0].sectors,
        rate=np.stack([level.rate for level in levels]),
        low=np.stack([level.low for level in levels]),
        high=np.stack([level.high for level in levels]),
        change_points=np.stack([by_sector for by_sector, _, _ in changes]),
        value=np.stack([level.value for level in levels]),
        average=np.array([_mean(level) for level in levels]),
        average_change_points=np.array([overall for _, overall, _ in changes]),
        weight_sets=tuple(level.weight_set for level in levels),
        weight_digests=tuple(level.weight_digest for level in levels),
        reports=tuple(level.report for level in levels),
        lines=tuple(lines for _, _, lines in changes),
    )


def question_branch(book: Book, known: str, outcomes: Branch | Mapping[str, str] | None) -> Branch | None:
    """The branch of a policy, named and hashed."""
    if outcomes is None or isinstance(outcomes, Branch):
        return outcomes
    return named_branch(book, known, outcomes)


def _base(book: Book, base_day: date | str | None) -> str:
    if base_day is not None:
        return write_day(day_of(base_day, "base_day"))
    if not book.first_day:
        fix = "Give the day against which changes are taken, or first_day in book.toml"
        raise BookError.at("base_day", f"the book {book.name} names no first day", fix)
    return write_day(book.first_day)


def bilateral(book: Book) -> dict[Pair, str]:
    """The weight set of each pair that the book has: imports of a country with measures, first by name."""
    found: dict[Pair, str] = {}
    for name, item in sorted(book.weight_sets.items()):
        if item.importer in book.importers and item.exporter not in ("", "*", "WLD") and item.flow == "imports":
            found.setdefault((item.importer, item.exporter), name)
    # the larger importer of the dossier first: order is that of the measures
    order = {importer: k for k, importer in enumerate(dict.fromkeys(item.importer for item in book.measures))}
    return dict(sorted(found.items(), key=lambda item: order[item[0][0]]))


def _mean(level: SectorRates) -> float:
    known = ~np.isnan(level.rate)
    value = float(level.value[known].sum())
    return float((level.rate[known] * level.value[known]).sum() / value) if value > 0 else float("nan")


def _change(
    book: Book, level: SectorRates, before: Float[Array, " code"]
) -> tuple[Float[Array, " sector"], float, AddedRates]:
    """Change in points by sector and overall, and line by line, over codes whose rate is known on both days."""
    difference = level.codes.rate - before
    laid = lay(book, weights.find(book.weight_sets, level.weight_set, level.exporter), level.sector_set)
    both = ~np.isnan(difference)[laid.code]
    place = np.array([level.sectors.index(name) for name in laid.sectors])[laid.sector]
    worth = np.where(both, laid.value, 0.0)
    gained = worth * np.nan_to_num(difference)[laid.code]
    size = len(level.sectors)
    weight = np.bincount(place, weights=worth, minlength=size)
    gain = np.bincount(place, weights=gained, minlength=size)
    points = 100 * np.divide(gain, weight, out=np.full(size, np.nan), where=weight > 0)
    fixed = np.isin(level.sectors, level.report.not_tradable)
    points[fixed] = 0.0
    free = ~fixed[place]
    lines = AddedRates(worth[free], np.where(both, difference[laid.code], 0.0)[free], place[free])
    overall = float(100 * gain.sum() / weight.sum()) if weight.sum() > 0 else float("nan")
    return points, overall, lines
