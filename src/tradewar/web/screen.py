"""An `Outcome` as what is on screen: bars, rows and sentences, without any markup. Nothing is computed here but shares
of a width.

Arrays are [importer, exporter, sector]; percent means 100 (ratio − 1); money is in the world's unit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy import ndarray as Array

from tradewar.brief.charts import OTHER_COLOUR, PARTY_COLOURS
from tradewar.brief.numbers import Money, money_of
from tradewar.equilibrium.outcome import Outcome
from tradewar.web.economies import Economy, Group
from tradewar.web.state import EVERY, State

SECTOR_BARS = 20
DIVERSION_BARS = 12


@dataclass(frozen=True)
class Bar:
    """One bar from zero."""

    label: str
    value: float
    colour: str
    strong: bool
    left: float
    """Where it begins, percent of the width."""
    width: float
    key: str
    """Code of the country or sector."""


@dataclass(frozen=True)
class Bars:
    """A chart of bars."""

    name: str
    title: str
    unit: str
    bars: tuple[Bar, ...]
    zero: float
    """Where zero stands, percent of the width."""
    decimals: int
    scale: float = 1.0
    """From values to what is written."""
    left_out: int = 0
    """Bars that are not shown."""


@dataclass(frozen=True)
class PairTrade:
    """Trade in one direction, border values."""

    importer: str
    exporter: str
    before: float
    after: float
    change_pct: float
    rate_before: float
    rate: float
    """Average tariff over baseline flows, fractions."""


@dataclass(frozen=True)
class CountryRow:
    """One line of the table."""

    name: str
    code: str
    real_income_pct: float
    real_wage_pct: float
    exports_pct: float
    imports_pct: float
    revenue_before: float
    revenue: float


@dataclass(frozen=True)
class Slider:
    """One slider: a group, and the average of its rates over baseline flows."""

    scope: str
    name: str
    percent: float
    before: float
    """In the world itself, percent."""
    highest: float


@dataclass(frozen=True)
class Screen:
    """All that is shown of an outcome."""

    title: str
    world: str
    year: int
    closure: str
    numeraire: str
    start: str
    names: tuple[str, str]
    """Of the importer and the exporter of the sliders."""
    money: Money
    pairs: tuple[PairTrade, ...]
    charts: tuple[Bars, ...]
    diversion: str
    """What share of the loss of the target others make up; NaN where it loses nothing, as words."""
    countries: tuple[CountryRow, ...]
    max_residual: float
    changed: int
    """Tariffs that differ from the world's own."""


def screen_of(economy: Economy, state: State, outcome: Outcome) -> Screen:
    """What is shown of an outcome under a completed state."""
    world = outcome.baseline
    label = dict(zip(world.countries, world.country_names, strict=True))
    pair = (state.importer, state.exporter)
    concrete = EVERY not in pair
    charts = [_welfare(economy, outcome, pair), _trade(economy, outcome, pair)]
    charts += [_sectors(economy, outcome, code) for code in pair if code != EVERY]
    diversion = ""
    if concrete:
        charts.append(_diversion(economy, outcome, pair))
        diversion = _made_up(outcome, pair)
    start = next(item.title for item in economy.starts if item.name == state.start)
    return Screen(
        title=economy.title,
        world=world.name,
        year=world.year,
        closure=str(outcome.closure),
        numeraire=outcome.numeraire,
        start=start,
        names=(label.get(pair[0], "every country"), label.get(pair[1], "every country")),
        money=money_of(world.money_unit),
        pairs=(_pair(outcome, *pair), _pair(outcome, pair[1], pair[0])) if concrete else (),
        charts=tuple(charts),
        diversion=diversion,
        countries=_countries(outcome),
        max_residual=outcome.certificate.max_residual,
        changed=int((outcome.average_tariff_rate != world.tariff_rate).sum()),
    )


def sliders_of(economy: Economy, state: State, rates: Array) -> tuple[Slider, ...]:
    """The sliders of the pair on screen, with the rates on screen."""
    world = economy.world
    places = [_positions(world.countries, code) for code in (state.importer, state.exporter)]

    def average(values: Array, group: Group) -> float:
        cells = np.ix_(*places, np.array(group.sectors))
        own = np.equal.outer(*places)[:, :, None]
        flow = np.where(own, 0.0, world.trade_value[cells])
        # where nothing is traded every line counts the same
        weight = flow if flow.sum() > 0 else np.where(own, 0.0, np.ones_like(flow))
        return 100.0 * float((weight * values[cells]).sum() / weight.sum())

    sliders: list[Slider] = []
    for group in economy.sliders(state):
        now, before = average(rates, group), average(world.tariff_rate, group)
        sliders.append(Slider(group.scope, group.name, now, before, max(100.0, 50.0 * np.ceil(now / 50.0))))
    return tuple(sliders)


def bars(
    name: str, title: str, unit: str, rows: Sequence[tuple[str, str, float, str, bool]], decimals: int, **more: float
) -> Bars:
    """A chart from rows of (key, label, value, colour, strong), in their order; what is not a number is left out."""
    known = [row for row in rows if np.isfinite(row[2])]
    low = min([0.0, *(row[2] for row in known)])
    high = max([0.0, *(row[2] for row in known)])
    span = (high - low) or 1.0
    made = tuple(
        Bar(
            label=label,
            value=value,
            colour=colour,
            strong=strong,
            left=100.0 * (min(value, 0.0) - low) / span,
            width=100.0 * abs(value) / span,
            key=key,
        )
        for key, label, value, colour, strong in known
    )
    return Bars(
        name, title, unit, made, 100.0 * -low / span, decimals, more.get("scale", 1.0), int(more.get("left", 0))
    )


# ---------------------------------------------------------------- the charts


def _welfare(economy: Economy, outcome: Outcome, pair: tuple[str, str]) -> Bars:
    values = 100.0 * (outcome.real_income_hat - 1.0)
    return bars("welfare", "Real income", "change, percent", _by_country(economy, values, pair), 3)


def _trade(economy: Economy, outcome: Outcome, pair: tuple[str, str]) -> Bars:
    values = 100.0 * (outcome.exports_hat - 1.0)
    return bars("trade", "Exports", "change of value, percent", _by_country(economy, values, pair), 2)


def _sectors(economy: Economy, outcome: Outcome, code: str) -> Bars:
    world = outcome.baseline
    k = world.country_index(code)
    values = 100.0 * (outcome.output_hat[k] - 1.0)
    colour = _colour(economy, code)
    order = np.argsort(-np.nan_to_num(np.abs(values)), kind="stable")[:SECTOR_BARS]
    rows = [
        (world.sectors[s], world.sector_names[s], float(values[s]), colour, False)
        for s in sorted(order, key=lambda s: -np.nan_to_num(values[s]))
    ]
    title = f"Output by sector, {world.country_names[k]}"
    return bars(f"sectors-{code}", title, "change of value, percent", rows, 2, left=world.n_sectors - len(rows))


def _diversion(economy: Economy, outcome: Outcome, pair: tuple[str, str]) -> Bars:
    """Change of each supplier's sales in the market of the importer."""
    world = outcome.baseline
    found = outcome.diversion(*pair)
    money = money_of(world.money_unit)
    order = np.argsort(-np.abs(found.change), kind="stable")[:DIVERSION_BARS]
    own = world.country_index(pair[0])
    rows = [
        (
            world.countries[k],
            "Own producers" if k == own else world.country_names[k],
            float(found.change[k]),
            _colour(economy, world.countries[k]),
            world.countries[k] in pair,
        )
        for k in sorted(order, key=lambda k: -found.change[k])
    ]
    title = f"Who sells more and less to {world.country_names[own]}"
    left = world.n_countries - len(rows)
    return bars("diversion", title, f"change, {money.unit}", rows, 1, scale=money.factor, left=left)


def _made_up(outcome: Outcome, pair: tuple[str, str]) -> str:
    share = outcome.diversion(*pair).substitution_share
    names = dict(zip(outcome.baseline.countries, outcome.baseline.country_names, strict=True))
    if not np.isfinite(share) or outcome.diversion(*pair).target_change >= 0:
        return f"{names[pair[1]]} loses no sales there."
    return f"Third countries make up {100.0 * share:.0f} percent of what {names[pair[1]]} loses there."


# ---------------------------------------------------------------- rows


def _by_country(economy: Economy, values: Array, pair: tuple[str, str]) -> list[tuple[str, str, float, str, bool]]:
    world = economy.world
    rows = [
        (code, world.country_names[k], float(values[k]), _colour(economy, code), code in pair)
        for k, code in enumerate(world.countries)
    ]
    return sorted(rows, key=lambda row: -np.nan_to_num(row[2]))


def _countries(outcome: Outcome) -> tuple[CountryRow, ...]:
    world = outcome.baseline
    before = (world.tariff_rate * world.trade_value).sum(axis=(1, 2))
    return tuple(
        CountryRow(
            name=world.country_names[k],
            code=code,
            real_income_pct=100.0 * (float(outcome.real_income_hat[k]) - 1.0),
            real_wage_pct=100.0 * (float(outcome.real_wage_hat[k]) - 1.0),
            exports_pct=100.0 * (float(outcome.exports_hat[k]) - 1.0),
            imports_pct=100.0 * (float(outcome.imports_hat[k]) - 1.0),
            revenue_before=float(before[k]),
            revenue=float(outcome.tariff_revenue[k]),
        )
        for k, code in enumerate(world.countries)
    )


def _pair(outcome: Outcome, importer: str, exporter: str) -> PairTrade:
    from tradewar.disputes.policies import average_rate

    world = outcome.baseline
    j, i = world.country_index(importer), world.country_index(exporter)
    before, after = float(world.trade_value[j, i].sum()), float(outcome.trade_value[j, i].sum())
    return PairTrade(
        importer=world.country_names[j],
        exporter=world.country_names[i],
        before=before,
        after=after,
        change_pct=100.0 * (after / before - 1.0) if before > 0 else float("nan"),
        rate_before=average_rate(world, world.tariff_rate, importer, exporter) if before > 0 else float("nan"),
        rate=average_rate(world, outcome.average_tariff_rate, importer, exporter) if before > 0 else float("nan"),
    )


def _colour(economy: Economy, code: str) -> str:
    return dict(zip(economy.pair, PARTY_COLOURS, strict=True)).get(code, OTHER_COLOUR)


def _positions(countries: Sequence[str], code: str) -> Array:
    return np.arange(len(countries)) if code == EVERY else np.array([countries.index(code)])
