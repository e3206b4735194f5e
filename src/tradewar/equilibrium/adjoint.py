"""Gradients of any government's objective with respect to every tariff, from one transposed solve.

    gradient(outcome)                                     # log real income of every country
    gradient(outcome, ["USA"])                            # of one, at the cost of about one equilibrium
    multipliers(prepared, solution, seeds)                # of any objective (`Seeds`), in the form of the games

Index order `[objective, importer, exporter, sector]`.
"""

from __future__ import annotations

from collections.abc import Sequence

from jaxtyping import Float
from numpy import ndarray as Array

from tradewar.equilibrium import competitive_adjoint, monopolistic_adjoint
from tradewar.equilibrium.monopolistic import FixedFirms
from tradewar.equilibrium.objectives import Multipliers, Seeds, real_income_seeds
from tradewar.equilibrium.outcome import Outcome
from tradewar.equilibrium.prepared import Prepared
from tradewar.equilibrium.solution import Solution


def multipliers(
    prepared: Prepared, solution: Solution, seeds: Seeds, tolerance: float = 1e-10, start: Multipliers | None = None
) -> Multipliers:
    """ψ and Φ of K objectives at a solution, in either market structure.

    Args:
        prepared: the world that the solution belongs to.
        solution: where to differentiate.
        seeds: derivatives of the objectives with respect to outcomes.
        tolerance: of the transposed iteration (perfect competition), relative.
        start: multipliers of the same objectives at a solution nearby, from which the iteration goes on.

    Raises:
        NoSolutionError: if the transposed system cannot be solved.
    """
    if isinstance(prepared.economy, FixedFirms):
        return monopolistic_adjoint.multipliers(prepared.economy, solution, seeds)
    return competitive_adjoint.multipliers(prepared.economy, solution, seeds, tolerance, start)


def gradient(
    outcome: Outcome, countries: Sequence[str] | None = None
) -> Float[Array, "country importer exporter sector"]:
    """∂ log V_k / ∂ log(1 + t_ijs) with V real income, `[k, importer, exporter, sector]`.

    Args:
        outcome: where to differentiate.
        countries: whose real income; None takes all, in the order of the world.

    Raises:
        WorldError: if the world does not have one of the countries.
        NoSolutionError: if the transposed system cannot be solved.
    """
    world = outcome.baseline
    chosen = world.countries if countries is None else countries
    places = [world.country_index(code) for code in chosen]
    seeds = real_income_seeds(outcome.prepared, outcome.solution, places)
    found = multipliers(outcome.prepared, outcome.solution, seeds)
    return found.tariff_gradient(outcome.prepared, outcome.solution)
