"""World and policy to outcome: the one public verb of this package.

    prepare (closure, rebasing) → levers → [commitments: outer solve →] solver chain → certificate → Outcome

A solution whose certificate does not hold is never returned.
"""

from __future__ import annotations

import math
import time
from dataclasses import replace

from tradewar.equilibrium.certificate import Certificate, certify
from tradewar.equilibrium.closures import Closure
from tradewar.equilibrium.commitments import resolve
from tradewar.equilibrium.horizon import Horizon
from tradewar.equilibrium.levers import Levers
from tradewar.equilibrium.outcome import Outcome
from tradewar.equilibrium.policy import Policy
from tradewar.equilibrium.prepared import Prepared, nearest_solution, prepare, refusal, warnings
from tradewar.equilibrium.solution import Solution
from tradewar.errors import PolicyError
from tradewar.world.model import Market, World

LOOSEST, TIGHTEST = 1e-3, 1e-14
"""Tolerances outside these are refused: looser ones mislead, tighter ones are below rounding."""


def solve(
    world: World,
    policy: Policy | None = None,
    *,
    closure: Closure | str = "share-of-world",
    market: Market | str | None = None,
    elasticities: str | None = None,
    horizon: float | Horizon | None = None,
    level: str = "world",
    tolerance: float = 1e-10,
    start: Outcome | None = None,
) -> Outcome:
    """The equilibrium of a world under a policy.

    Args:
        world: the calibrated world. If its baseline is not an equilibrium, or the closure removes its deficits, it is
            solved at baseline tariffs first and `Outcome.baseline` is the world so rebased.
        policy: what changes; None is the baseline.
        closure: rule for trade deficits, `share-of-world`, `balanced`, `own-gdp`, `fixed:world` or `fixed:` and a
            country code.
        market: `competitive` or `monopolistic`; None takes the world's own.
        elasticities: name of one of the world's elasticity sets.
        horizon: years after the change, at which trade has reacted in part; None is the long run. See `horizon`.
        level: whose long-run elasticities: `world`, or `blp` for those of Boehm, Levchenko and Pandalai-Nayar (2023).
        tolerance: largest residual of the solver's equations, relative; every certified one is within ten times it.
        start: an earlier outcome of the same world, as the first point.

    Returns:
        The outcome, with a certificate that holds.

    Raises:
        PolicyError: if the policy, closure, market or tolerance is wrong.
        WorldError: if the world lacks what the options ask for.
        NoSolutionError: if no equilibrium was found; the message names the worst equation and its residual.
        InadmissibleError: if the equations hold only where somebody's income, spending or trade is negative; the
            message names the country and what the closure asks of it.
        InfeasibleError: if a commitment has a target that cannot be met; the message gives the best attainable value.
    """
    when = Horizon.of(horizon, level)
    prepared = prepare(world, closure, market=market, elasticities=elasticities, horizon=when, tolerance=tolerance)
    return solve_prepared(prepared, policy, tolerance=tolerance, start=start)


def solve_prepared(
    prepared: Prepared, policy: Policy | None = None, *, tolerance: float = 1e-10, start: Outcome | None = None
) -> Outcome:
    """As `solve`, for a world that is already prepared: the way to solve many policies."""
    if not (math.isfinite(tolerance) and TIGHTEST <= tolerance <= LOOSEST):
        what = f"is {tolerance:g}, outside [{TIGHTEST:g}, {LOOSEST:g}]"
        raise PolicyError.at("tolerance", what, "The default of 1e-10 suits every world")
    chosen = Policy() if policy is None else policy
    levers = chosen.supported(prepared.market).levers(prepared.baseline)
    if chosen.commitments:
        return _solve_committed(prepared, chosen, levers, _first(prepared, start), tolerance)
    began = time.perf_counter()
    solution = nearest_solution(prepared, levers, _first(prepared, start), tolerance)
    certificate = certify(prepared, solution, tolerance=tolerance, seconds=time.perf_counter() - began)
    return Outcome(prepared, chosen, solution, _holding(prepared, chosen, solution, certificate))


def _solve_committed(
    prepared: Prepared, policy: Policy, levers: Levers, first: Solution | None, tolerance: float
) -> Outcome:
    from tradewar.equilibrium.commitments_result import commitment_residual, commitment_results
    from tradewar.equilibrium.commitments_solve import solve_committed

    world = prepared.baseline
    conditions = resolve(policy.commitments, world)
    began = time.perf_counter()
    found = solve_committed(prepared, levers, conditions, first, tolerance)
    seconds = time.perf_counter() - began
    further = commitment_residual(world, levers, conditions, found.wedges, found.solution)
    certificate = certify(prepared, found.solution, tolerance=tolerance, seconds=seconds, further=further)
    results = commitment_results(world, levers, conditions, found)
    return Outcome(prepared, policy, found.solution, _holding(prepared, policy, found.solution, certificate), results)


def _holding(prepared: Prepared, policy: Policy, solution: Solution, certificate: Certificate) -> Certificate:
    """The certificate, if it holds."""
    if not certificate.holds:
        name = f" {policy.name}" if policy.name else ""
        raise refusal(prepared, solution, certificate, f"{prepared.world.name} under policy{name}")
    return replace(certificate, warnings=warnings(prepared, solution, certificate.tolerance))


def _first(prepared: Prepared, start: Outcome | None) -> Solution | None:
    if start is None:
        return None
    before, now = start.baseline, prepared.baseline
    if before.countries != now.countries or before.sectors != now.sectors:
        what = f"is an outcome of {before.name}, which has other countries or sectors than {now.name}"
        raise PolicyError.at("start", what, "Give an outcome of the same world, or none")
    return start.solution
