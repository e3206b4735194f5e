"""A World as the stage of a game: closure, market structure and the policy in force.

Deficits and games do not mix: where deficits are constant in some money, a government gains by moving the value of
its transfer, and the numbers mean nothing (with Ossa's raw 2007 data real income changes of −93 percent for Japan and
+30 for the United States). The default closure `balanced` removes them first. `fixed:` closures are refused unless the
world has no deficits; `share-of-world` is allowed with a note.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from tradewar.equilibrium import monopolistic
from tradewar.equilibrium.closures import Closure
from tradewar.equilibrium.kernels import Economy
from tradewar.equilibrium.levers import Levers
from tradewar.equilibrium.monopolistic import FixedFirms
from tradewar.equilibrium.prepared import Prepared, prepare
from tradewar.errors import InputError, Problem
from tradewar.games.stage import Stage
from tradewar.world import World

if TYPE_CHECKING:
    from tradewar.equilibrium.policy import Policy

DEFICIT_LIMIT = 1e-9
"""Deficits below this share of world value added count as none."""


def stage(
    world: World,
    *,
    closure: Closure | str = "balanced",
    market: str | None = None,
    elasticities: str | None = None,
    policy: Policy | None = None,
) -> tuple[Stage, tuple[str, ...]]:
    """The stage of a game, and what to know about it, as sentences.

    `policy` is in force from the start: its tariffs stay in place wherever no player sets them.

    Raises:
        InputError: if the closure leaves deficits in a named money, or an option does not exist.
        NoSolutionError: if the baseline cannot be solved.
    """
    rule = Closure.parse(closure).checked(world)
    notes = _deficit_notes(world, rule)
    # a game solves hundreds of equilibria
    prepared = prepare(world, rule, market=market, elasticities=elasticities, compiled=True)
    baseline = prepared.baseline
    levers = Levers(baseline.tariff_rate) if policy is None else policy.levers(baseline)
    if baseline.notes != world.notes:
        notes = (*notes, *(note for note in baseline.notes if note not in world.notes))
    if not baseline.has_tariffs:
        notes = (*notes, "The world's source holds no tariffs: all start at zero because unknown.")
    return _stage(prepared, levers), notes


def _deficit_notes(world: World, rule: Closure) -> tuple[str, ...]:
    largest = np.abs(world.trade_deficit / world.value_added.sum())
    worst = int(largest.argmax())
    if rule.removes_deficits or largest[worst] <= DEFICIT_LIMIT:
        return ()
    where = f"{world.countries[worst]}: {100 * world.trade_deficit[worst] / world.income[worst]:.3g} percent of income"
    if rule.rule == "fixed":
        what = f"leaves deficits in, constant in a named money ({where}): a government then gains by moving that money"
        raise InputError(Problem(f"closure {rule}", what, "Use --closure balanced for games"))
    return (
        f"Deficits are left in (largest {where}): part of what governments gain is the value of their transfers. "
        "The closure balanced removes them first.",
    )


def _stage(prepared: Prepared, levers: Levers) -> Stage:
    world, economy = prepared.baseline, prepared.economy
    shape = (world.n_countries, world.n_sectors)
    if isinstance(economy, Economy) and economy.material_share is not None:
        return Stage(
            world, prepared.market, economy, levers, world.trade_elasticity,
            np.ascontiguousarray(economy.consumption_share.T), world.value_added_share, world.value_added_share,
            np.zeros(shape), economy.material_share, economy.value_added,
        )  # fmt: skip
    firms = economy if isinstance(economy, FixedFirms) else _labour_only(world, prepared.closure)
    labour = np.ascontiguousarray(np.broadcast_to(firms.labour_share, shape))
    return Stage(
        world, prepared.market, firms, levers, world.trade_elasticity, firms.consumption_share, np.ones(shape),
        labour, 1.0 - labour, None, firms.labour_income,
    )  # fmt: skip


def _labour_only(world: World, closure: Closure) -> FixedFirms:
    """Labour-only perfect competition as the monopolistic market with a labour share of 1."""
    firms = monopolistic.economy_of(world, closure)
    return replace(
        firms,
        labour_share=np.ones(world.n_sectors),
        labour_income=world.value_added,
        numeraire_weight=closure.numeraire_weight(world, world.value_added),
    )
