"""A world made ready for many solves: consistent baseline, closure and kernel arrays, computed once.

    prepared = prepare(world, "balanced")
    solution = solve_levers(prepared, Levers(tariff_rate))            # arrays only, no certificate
    outcome = tradewar.equilibrium.solve.solve_prepared(prepared, policy)

A baseline that is not an equilibrium of the model (final use clipped at zero, consumption shares read from a file), or
whose deficits the closure removes, is solved once at baseline tariffs and rebased: flows, output, expenditure, income
and deficits are replaced by the solved values, and all hats refer to these. Removing deficits is itself a large shock
and is never mixed into the effect of a policy.

Source: Ossa (2014, American Economic Review 104(12)), section II.C; Dekle, Eaton and Kortum (2008), section 4.

Why there is no equilibrium, in words: who could not pay, and what the closure asks of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from jaxtyping import Bool
from numpy import ndarray as Array

from tradewar.equilibrium import competitive, monopolistic
from tradewar.equilibrium.certificate import Certificate, certify
from tradewar.equilibrium.closures import Closure
from tradewar.equilibrium.horizon import LONG_RUN, Horizon
from tradewar.equilibrium.kernels import Economy
from tradewar.equilibrium.levers import Levers, attraction_factor
from tradewar.equilibrium.monopolistic import FixedFirms
from tradewar.equilibrium.solution import Solution
from tradewar.errors import InadmissibleError, NoSolutionError, PolicyError, Problem
from tradewar.io.nearest import nearest
from tradewar.io.serialize import Document
from tradewar.world.identities import MAX_LISTED
from tradewar.world.model import Market, World

REBASE_GAIN, TIGHTEST_REBASE = 1e-2, 1e-14
"""A baseline is solved this much tighter than what is asked of the policies, but not below the second."""
BALANCED_LIMIT = 1e-12
"""Deficits below this share of world value added count as none."""
MARKETS: tuple[Market, ...] = ("competitive", "monopolistic")


@dataclass(frozen=True, eq=False)
class Prepared:
    """A world, closure and market structure with everything that no policy changes."""

    world: World
    """As given, with the elasticities chosen."""
    baseline: World
    """The world to which all hats refer; `world` itself where it needed no rebasing."""
    closure: Closure
    market: Market
    economy: Economy | FixedFirms
    horizon: Horizon = LONG_RUN
    """After which the elasticities of `world` and `baseline` are those."""

    @property
    def rebased(self) -> bool:
        """True if the baseline was solved first."""
        return self.baseline is not self.world

    @property
    def compiled(self) -> bool:
        """True if it is solved in machine code; see `prepare`."""
        return isinstance(self.economy, Economy) and self.economy.compiled


def prepare(
    world: World,
    closure: Closure | str = "share-of-world",
    *,
    market: Market | str | None = None,
    elasticities: str | None = None,
    horizon: Horizon = LONG_RUN,
    compiled: bool = False,
    tolerance: float = 1e-10,
) -> Prepared:
    """Make a world ready for solving.

    Args:
        world: the calibrated world.
        closure: the rule for trade deficits.
        market: `competitive` or `monopolistic`; None takes the world's own.
        elasticities: name of one of the world's elasticity sets; None keeps the world's own.
        horizon: how long after the change; it replaces θ by θ(y). A baseline is solved with the long-run ones.
        compiled: solve in machine code, several times faster and the same to 1e-9. Loading it takes half a second, so
            it is for many solves. The monopolistic market has no such version and is solved as before.
        tolerance: what will be asked of the policies; a baseline that has to be solved is solved to a hundredth of it.

    Raises:
        PolicyError: if the closure or the market does not exist, or they do not go together.
        WorldError: if the world has no such elasticities, or not what the market structure needs.
        NoSolutionError: if the baseline cannot be solved; InadmissibleError if only with a negative income.
    """
    chosen = world if elasticities is None else world.with_elasticities(elasticities)
    rule = Closure.parse(closure).checked(chosen)
    structure = _market(market, chosen)
    _refuse_combinations(structure, rule, horizon)
    if horizon.changes:
        chosen = chosen.with_trade_elasticity(horizon.level_of(chosen.trade_elasticity))
    if structure != chosen.market:
        chosen = replace(chosen, market=structure)
    chosen = _without_unsupplied(chosen)
    largest = float(np.abs(chosen.trade_deficit).max() / chosen.value_added.sum())
    unbalanced = rule.removes_deficits and largest > BALANCED_LIMIT
    baseline = chosen
    if unbalanced or not chosen.consistent:
        baseline = _rebased(chosen, rule, unbalanced, compiled, tolerance)
    if horizon.changes:
        # the years pass since the policy: what came before has worked itself out
        later = chosen.with_trade_elasticity(horizon.elasticities(chosen.trade_elasticity))
        baseline = later if baseline is chosen else baseline.with_trade_elasticity(later.trade_elasticity)
        chosen = later
    return Prepared(chosen, baseline, rule, structure, _economy(baseline, rule, compiled), horizon)


def _refuse_combinations(market: Market, closure: Closure, horizon: Horizon) -> None:
    if market != "monopolistic":
        return
    asked = ["closure own-gdp"] if closure.rule == "own-gdp" else []
    asked += [f"horizon: {horizon}, level {horizon.level}"] if horizon.changes else []
    fix = "Use market competitive, or leave it out"
    if asked:
        raise PolicyError(Problem(what, "is not defined for the monopolistic market", fix) for what in asked)


def solve_levers(
    prepared: Prepared, levers: Levers, start: Solution | None = None, tolerance: float = 1e-10
) -> Solution:
    """The equilibrium under any levers, as arrays.

    Args:
        prepared: the world.
        levers: every lever, as arrays of the baseline's shape.
        start: an earlier solution of the same prepared world, as the first point.
        tolerance: largest residual of the equations, relative.

    Returns:
        The solution; `converged` says whether an equilibrium was found. No certificate is computed.

    Raises:
        PolicyError: if the market structure does not have one of the levers, or if they leave somebody without any
            supplier of what is bought.
        InadmissibleError: if what solves the equations has a negative income, expenditure or output.
    """
    solution = nearest_solution(prepared, levers, start, tolerance)
    if not solution.admissible:
        certificate = certify(prepared, solution, tolerance=tolerance)
        raise refusal(prepared, solution, certificate, f"{prepared.world.name} under these levers")
    return solution


def nearest_solution(
    prepared: Prepared, levers: Levers, start: Solution | None = None, tolerance: float = 1e-10
) -> Solution:
    """As `solve_levers`, but where there is no equilibrium what came nearest, even if it is not admissible."""
    if levers.banned_share is not None:
        _refuse_bans_of_complements(prepared.baseline, levers.banned_share)
    if levers.iceberg_hat is not None or levers.banned_share is not None:
        _refuse_without_supplier(prepared.baseline, levers)
    if isinstance(prepared.economy, FixedFirms):
        return monopolistic.solve(prepared.economy, levers, start, tolerance)
    return competitive.solve(prepared.economy, levers, start, tolerance)


def _refuse_without_supplier(world: World, levers: Levers) -> None:
    """A price without any supplier is infinite; tariffs within their limits never lead there."""
    factor = attraction_factor(levers, world.tariff_rate, world.trade_elasticity)
    supplied = (world.expenditure_share * factor).sum(axis=1) > 0
    stranded = np.argwhere(~supplied & (world.expenditure > 0))
    if len(stranded):
        names = ", ".join(f"{world.countries[j]}/{world.sectors[s]}" for j, s in stranded[:MAX_LISTED])
        more = f" and {len(stranded) - MAX_LISTED} more" if len(stranded) > MAX_LISTED else ""
        what = f"leaves no supplier to {names}{more} (importer/sector)"
        raise PolicyError.at("policy", what, "Leave at least one supplier at a finite cost")


def _refuse_bans_of_complements(world: World, banned: Array) -> None:
    """Where σ < 1 fewer varieties would be cheaper: the formula of a ban means nothing."""
    hit = [world.sectors[s] for s in np.flatnonzero((world.trade_elasticity < 0) & (banned > 0).any(axis=(0, 1)))]
    if hit:
        what = f"bans varieties in {', '.join(hit[:MAX_LISTED])}, which are complements at this horizon"
        raise PolicyError.at("policy", what, "Choose a longer horizon, or level world")


def _market(market: str | None, world: World) -> Market:
    if market is None:
        return world.market
    for known in MARKETS:
        if market == known:
            return known
    what = f"there is no market structure {market!r}{nearest(market, MARKETS)}"
    raise PolicyError.at("market", what, f"Use one of {', '.join(MARKETS)}")


def _economy(world: World, closure: Closure, compiled: bool) -> Economy | FixedFirms:
    if world.market == "monopolistic":
        return monopolistic.economy_of(world, closure)
    return competitive.economy_of(world, closure, compiled)


def _without_unsupplied(world: World) -> World:
    """The world without demand for what nobody sells to a country; its other shares are scaled up and noted."""
    bought = world.expenditure > 0
    wanted = (world.consumption_share > 0) | (world.material_share.sum(axis=2) > 0)
    if not (wanted & ~bought).any():
        return world
    inputs = np.where(bought[:, :, None], world.input_share, 0.0)
    left = inputs.sum(axis=1, keepdims=True)
    inputs = np.divide(inputs, left, out=np.zeros_like(inputs), where=left > 0)
    consumption = np.where(bought, world.consumption_share, 0.0)
    names = [f"{world.countries[j]}/{world.sectors[s]}" for j, s in np.argwhere(wanted & ~bought)[:MAX_LISTED]]
    note = f"Demand for what nobody sells there was moved to other sectors: {', '.join(names)}."
    return world.replace(
        input_share=inputs,
        value_added_share=np.where(left[:, 0, :] > 0, world.value_added_share, 1.0),
        consumption_share=consumption / consumption.sum(axis=1, keepdims=True),
        notes=(*world.notes, note),
    )


def _rebased(world: World, closure: Closure, unbalanced: bool, compiled: bool, tolerance: float) -> World:
    draft = Prepared(world, world, closure, world.market, _economy(world, closure, compiled))
    tight = max(REBASE_GAIN * tolerance, TIGHTEST_REBASE)
    solved = nearest_solution(draft, Levers(world.tariff_rate), tolerance=tight)
    certificate = certify(draft, solved, tolerance=tight)
    if not certificate.holds:
        raise refusal(draft, solved, certificate, f"the baseline of {world.name}")
    why: list[str] = []
    if not world.consistent:
        why.append(f"final use differed from consumption shares by up to {world.inconsistency:.2g} of income")
    if unbalanced:
        worst = int(np.abs(world.trade_deficit / world.income).argmax())
        share = 100.0 * world.trade_deficit[worst] / world.income[worst]
        why.append(f"trade deficits were removed ({world.countries[worst]}: {share:.3g} percent of income)")
    income_change = 100.0 * np.abs(solved.income / world.income - 1.0).max()
    note = f"Solved at baseline tariffs before any change because {' and '.join(why)}: income moved by up to "
    return world.replace(
        # where no demand is left the solver leaves rounding errors of either sign
        trade_value=np.where(_demanded(world)[:, None, :], np.maximum(solved.trade_value, 0.0), 0.0),
        consumption_share=world.consumption_share,
        notes=(*world.notes, f"{note}{income_change:.3g} percent."),
    )


def _demanded(world: World) -> Bool[Array, "importer sector"]:
    """True where a country consumes a sector or uses it as a material."""
    used = (world.material_share * (world.gross_output > 0)[:, None, :]).any(axis=2)
    return (world.consumption_share > 0) | used


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
