"""Other base tariffs for some pairs of countries, the books kept in balance.

Index order: `[importer, exporter, sector]`.

Flows are f.o.b. and stay, as do output and materials, which hold no duties. Expenditure X = Σ (1 + t) F, revenue,
income and final use C = X − m Y of the importer follow from the new rates, and its consumption shares from final use.
Where lower rates leave less than is bought as material, material purchases move between suppliers as `balance` moves
them. A world that is not consistent keeps its consumption shares: it is solved at baseline tariffs before any shock.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from tradewar.errors import Problem, WorldError
from tradewar.world.balance import balance
from tradewar.world.identities import FINAL_USE_ROUNDING, MAX_LISTED

if TYPE_CHECKING:
    from tradewar.world.model import World

Rates = Mapping[tuple[str, str], Float[Array, " sector"]]
"""(importer, exporter) -> rate by sector as a fraction; NaN keeps the world's own."""


def with_base_rates(world: World, rates: Rates, whose: str) -> World:
    """The world with other base tariffs for some pairs, rebalanced, and a note that says from what to what.

    Args:
        whose: where the rates come from, as part of a sentence ("the tariff book on 2017-12-31").

    Raises:
        WorldError: naming every pair that is unknown or one country, and every rate that cannot be.
        NoSolutionError: if no purchases of materials fit the new expenditure.
    """
    problems = list(_faults(world, rates))
    if problems:
        raise WorldError(problems)
    new = world.tariff_rate.copy()
    for (importer, exporter), given in rates.items():
        cells = new[world.country_index(importer), world.country_index(exporter)]
        cells[...] = np.where(np.isnan(given), cells, given)
    if np.array_equal(new, world.tariff_rate):
        return world
    notes = (*world.notes, _note(world, rates, new, whose))
    if not world.consistent:
        return world.replace(tariff_rate=new, notes=notes)
    least = (world.final_use + ((new - world.tariff_rate) * world.trade_value).sum(axis=1)).min(axis=1)
    if (least >= -FINAL_USE_ROUNDING * world.income).all():
        return world.replace(tariff_rate=new, consumption_share=None, notes=notes)
    return balance(world.replace(tariff_rate=new, notes=notes), 0.0)[0]


def _faults(world: World, rates: Rates) -> list[Problem]:
    if not world.has_tariffs:
        what = "holds no tariffs: the rates of the other pairs are unknown"
        return [Problem(f"world {world.name!r}", what, "Import it with a file of tariffs")]
    problems: list[Problem] = []
    for (importer, exporter), given in rates.items():
        pair = f"base tariff of {importer} on {exporter}"
        strangers = [code for code in (importer, exporter) if code not in world.countries]
        if strangers or importer == exporter:
            what = f"{', '.join(strangers)} is not in the world" if strangers else "is a tariff on own sales"
            problems.append(Problem(pair, what, f"Name two of {', '.join(world.countries)}"))
            continue
        if given.shape != (world.n_sectors,):
            what = f"has shape {given.shape}, must be {(world.n_sectors,)}"
            problems.append(Problem(pair, what, "Give one rate per sector"))
            continue
        known = ~np.isnan(given)
        cases = (
            (known & ((given <= -1) | np.isinf(given)), "is not a finite rate above -1"),
            (known & ~world.tradable & (given != 0), "is a tariff where nothing is tradable"),
        )
        for wrong, what in cases:
            problems += [
                Problem(f"{pair}, {world.sectors[s]}", f"{given[s]:g} {what}", "Correct the rate or leave it out")
                for s in np.flatnonzero(wrong)
            ]
    return problems


def _note(world: World, rates: Rates, new: Float[Array, "importer exporter sector"], whose: str) -> str:
    def mean(pair: tuple[str, str], rate: Float[Array, "importer exporter sector"]) -> str:
        j, i = map(world.country_index, pair)
        goods = world.trade_value[j, i, world.tradable]
        total = goods.sum()
        return f"{100 * (goods * rate[j, i, world.tradable]).sum() / total:.2f}" if total > 0 else "unknown"

    moved = (new != world.tariff_rate).any(axis=2)
    changed = [
        f"{pair[0]} on {pair[1]} {mean(pair, world.tariff_rate)} to {mean(pair, new)}"
        for pair in rates
        if moved[world.country_index(pair[0]), world.country_index(pair[1])]
    ]
    more = f" and {len(changed) - MAX_LISTED} more pairs" if len(changed) > MAX_LISTED else ""
    listed = "; ".join(changed[:MAX_LISTED])
    return f"Base tariffs are those of {whose} (percent, weighted by trade): {listed}{more}."
