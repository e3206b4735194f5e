"""Why there is no equilibrium, in words: who could not pay, and what the closure asks of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy import ndarray as Array

from tradewar.equilibrium.certificate import Certificate, certify
from tradewar.equilibrium.levers import Levers, attraction_factor
from tradewar.equilibrium.solution import Solution
from tradewar.errors import InadmissibleError, NoSolutionError
from tradewar.io.serialize import Document

if TYPE_CHECKING:
    from tradewar.equilibrium.prepared import Prepared

NOTHING_KEPT = 0.1
"""A path of equilibria on which somebody keeps less of what it earns than this ends because nothing would be left."""


@dataclass(frozen=True)
class NoEquilibrium(Document, told="world closure certificate"):
    """What is told in place of an outcome: no figure of what is no equilibrium."""

    world: str
    """Its name."""
    closure: str
    certificate: Mapping[str, Any]
    """Of what came nearest to an equilibrium; see the certificate of an outcome."""


def refusal(prepared: Prepared, solution: Solution, certificate: Certificate, what: str) -> NoSolutionError:
    """The error to raise where a certificate does not hold.

    Args:
        prepared: the world.
        solution: what came nearest to an equilibrium.
        certificate: of that.
        what: of what there is no equilibrium, such as `the baseline of toy`.
    """
    title, facts = f"No equilibrium of {what}, closure {prepared.closure}", certificate.to_dict()
    stuck = _cannot_pay(prepared, solution.levers)
    if stuck:
        return InadmissibleError(f"{title}: {stuck}.", facts | {"admissible": False})
    if certificate.converged:
        k = int((solution.income / _earned(prepared, solution)).argmin())
        said = f"{_demands(prepared, solution, k)}. The only root found has a negative {certificate.wrong_sign}"
    elif solution.kept is not None and solution.kept.min() < NOTHING_KEPT:
        k = int(solution.kept.argmin())
        said = _all_earned(prepared, solution, k)
    else:
        return NoSolutionError(f"{title}: {certificate.explain()}.", facts)
    return InadmissibleError(f"{title}: {said}. {_reach(prepared, solution, k)}", facts | {"admissible": False})


def warnings(prepared: Prepared, solution: Solution, tolerance: float) -> tuple[str, ...]:
    """What to know about an equilibrium that need not be the only one."""
    if not solution.doubtful:
        return ()
    world = prepared.baseline
    kept = solution.income / _earned(prepared, solution)
    poorest = int(kept.argmin())
    why = f"{world.countries[poorest]} keeps only {100.0 * kept[poorest]:.3g} percent of what it earns"
    if (world.trade_elasticity < 0).any():
        why = "goods are complements at these elasticities (substitution below 1)"
    said = [f"The equilibrium need not be the only one, because {why}; shown is the one reached from the baseline."]
    for other in solution.others:
        if not certify(prepared, other, tolerance=tolerance).holds:
            continue
        change = 100.0 * (other.income / solution.income - 1.0)
        most = int(np.abs(change).argmax())
        said.append(
            f"Another equilibrium was found from other starts, in which the income of {world.countries[most]} is "
            f"{change[most]:+.3g} percent away from the one shown."
        )
    return tuple(said)


def _earned(prepared: Prepared, solution: Solution) -> Array:
    """What every country's producers pay out, money."""
    return (prepared.baseline.value_added_share * solution.gross_output).sum(axis=1)


def _demands(prepared: Prepared, solution: Solution, k: int) -> str:
    """What country k would have to hand over, and out of what."""
    world, levers = prepared.baseline, solution.levers
    subsidies = export_tax = 0.0
    if levers.output_subsidy is not None:
        subsidies = float((levers.output_subsidy / (1.0 + levers.output_subsidy) * solution.gross_output)[k].sum())
    if levers.export_tax is not None:
        export_tax = float((levers.export_tax / (1.0 + levers.export_tax) * solution.trade_value)[:, k].sum())
    flows = {
        "lend {} abroad": -float(solution.trade_deficit[k]),
        "spend {} on import subsidies": -float(solution.tariff_revenue[k]),
        "spend {} on export subsidies": -export_tax,
        "spend {} on subsidies to its producers": subsidies,
    }
    income = float(_earned(prepared, solution)[k]) - sum(min(flow, 0.0) for flow in flows.values())
    owed = " and ".join(text.format(_money(flow)) for text, flow in flows.items() if flow > 0.0)
    asked = f"would have to {owed} out of" if owed else "would be left without income, having earned"
    return f"{world.countries[k]} {asked} {_money(income)} {world.money_unit}"


def _all_earned(prepared: Prepared, solution: Solution, k: int) -> str:
    """What country k is left with nothing for on the way to the policy."""
    code, lent = prepared.baseline.countries[k], -float(solution.trade_deficit[k])
    why = f"lend {_money(lent)} {prepared.baseline.money_unit} abroad" if lent > 0.0 else "pay for its subsidies"
    return f"{code} would have to {why}, which on the way there becomes all that it earns"


def _money(amount: float) -> str:
    """Four figures, in full."""
    return f"{float(f'{amount:.4g}'):,.10g}"


def _reach(prepared: Prepared, solution: Solution, k: int) -> str:
    """How far towards the policy there is one, and what to do."""
    world, levers = prepared.baseline, solution.levers
    said = ""
    if solution.reached > 0.0:
        before, after = np.log1p(world.tariff_rate), np.log1p(levers.tariff_rate)
        farthest = np.unravel_index(int(np.abs(after - before).argmax()), after.shape)
        there = np.expm1(before[farthest] + solution.reached * (after[farthest] - before[farthest]))
        said = f"There is one up to {100.0 * solution.reached:.0f} percent of the change in logs"
        if after[farthest] != before[farthest]:
            target = 100.0 * levers.tariff_rate[farthest]
            said += f" (a tariff of {100.0 * there:.3g} percent where the policy has {target:.3g})"
        said += ". "
    lends = solution.trade_deficit[k] < 0.0 and prepared.closure.rule in ("share-of-world", "fixed")
    return f"{said}{'Use closure own-gdp or balanced, or a' if lends else 'A'}sk for less of the change."


def _cannot_pay(prepared: Prepared, levers: Levers) -> str:
    """Who neither sells abroad nor is lent anything, but buys there; or the other way round. Empty where nobody."""
    world, economy = prepared.baseline, prepared.economy
    if economy.deficits.own is not None:
        return ""
    flows = np.asarray(world.trade_value * attraction_factor(levers, world.tariff_rate, world.trade_elasticity)) > 0
    flows[np.arange(world.n_countries), np.arange(world.n_countries)] = False
    buys, sells = np.asarray(flows.any(axis=(1, 2))), np.asarray(flows.any(axis=(0, 2)))
    owed = economy.deficits.fixed
    for k, code in enumerate(world.countries):
        if not sells[k] and (owed[k] < 0 or (owed[k] == 0 and buys[k])):
            return f"{code} sells nothing abroad, so that what it buys or lends there cannot be paid for"
        if not buys[k] and (owed[k] > 0 or (owed[k] == 0 and sells[k])):
            return f"{code} buys nothing abroad, so that what it is paid there cannot be spent"
    return ""
