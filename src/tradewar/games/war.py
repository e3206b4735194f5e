"""The public verbs of the games: `war` and `best_response`.

    setup → for each start: Nash search → certificate → (a player gains: put its answer in place and search again) → War

Sources: Ossa (2014, American Economic Review 104(12):4104–46) for the games; Lashkaripour (2021, Journal of
International Economics 131:103489) for the closed-form start.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from tradewar.equilibrium.closures import Closure
from tradewar.errors import InputError, NoSolutionError
from tradewar.games.certificate import GAIN_LIMIT, Certificate, answered, certify
from tradewar.games.instruments import DEFAULT_STARTS, MAX_RATE, STARTS, starting_level
from tradewar.games.nash import FirstOrderPoint, climb, examine, nash
from tradewar.games.objectives import Objective, real_incomes
from tradewar.games.result import Candidate, War
from tradewar.games.setup import Options, Setup, setup
from tradewar.games.stage import Position
from tradewar.world import World

if TYPE_CHECKING:
    from tradewar.equilibrium.policy import Policy

SAME = 1e-6
"""Points whose log tariffs differ by no more than this are one."""
REPAIRS = 5
"""How often the best answer of a player who gains is put in place before a start is given up."""


def war(
    world: World,
    players: Sequence[str] | None = None,
    *,
    goods: Sequence[str] | None = None,
    mfn: bool = False,
    regime: str = "bilateral",
    between: bool = False,
    exempt: Sequence[tuple[str, str]] = (),
    weights: Path | str | Float[Array, "country sector"] | None = None,
    objective: Objective | None = None,
    market: str | None = None,
    max_rate: float = MAX_RATE,
    min_rate: float = 0.0,
    closure: Closure | str = "balanced",
    elasticities: str | None = None,
    policy: Policy | None = None,
    starts: Sequence[str] = DEFAULT_STARTS,
    corners: bool = True,
    progress: Callable[[str], None] | None = None,
) -> War:
    """Optimal tariffs of one player, or the Nash war of several, with everyone else passive.

    Args:
        world: the calibrated world.
        players: country codes; None = every country.
        goods: sectors whose tariffs are chosen; None = all tradable ones.
        mfn: True = one rate per sector for all partners; short for `regime="mfn"`.
        regime: `bilateral`, `mfn`, `partner` (one rate per partner) or `overall` (one rate).
        between: True = the players choose tariffs on each other only.
        exempt: pairs (importer, exporter) whose tariffs stay, as under a trade agreement.
        weights: political weights by country and sector (Ossa 2014), array or CSV file; None = real income.
        objective: an objective of one's own, from `tradewar.games.weighted`.
        market: `competitive` or `monopolistic`; None takes the world's own.
        max_rate: upper bound of tariff rates.
        min_rate: lower bound of tariff rates.
        closure: `balanced`; others leave deficits in (see `tradewar.games.setup`).
        elasticities: name of one of the world's elasticity sets.
        policy: tariffs and trade costs in force from the start; all hats refer to the position under them.
        starts: where to search from, names from `tradewar.games.instruments.STARTS`.
        corners: whether certificates try every sector at its bounds; False saves time in large worlds and says so.
        progress: told what is being done.

    Returns:
        The war. `certified` is False where some player was still found to gain; the certificate says who and how much.

    Raises:
        InputError: listing what is wrong with the options.
        NoSolutionError: if no first-order point was reached from any start.
    """
    began = time.perf_counter()
    options = Options(
        goods, _regime(mfn, regime), between, exempt, weights, objective, market, min_rate, max_rate, closure,
        elasticities, policy, starts, corners,
    )  # fmt: skip
    unknown = [name for name in starts if name not in STARTS]
    if unknown or not starts:
        what = f"{', '.join(unknown)} is unknown" if unknown else "is empty"
        raise InputError.at("starts", what, f"Use some of {', '.join(STARTS)}")
    ready = setup(world, players, options)
    candidates = _candidates(ready, starts, corners, progress)
    # certified first, then by the gain left to anyone; Python's sort keeps the order of the starts
    candidates.sort(key=lambda item: (not item.certificate.certified, item.certificate.largest_gain_from_deviating_pct))
    stage, own = ready.game.stage, ready.game.instruments
    notes = (
        ready.notes if corners else (*ready.notes, "Certificates without corners: no sector was tried at its bounds.")
    )
    return War(
        baseline=stage.world,
        players=tuple(stage.world.countries[k] for k in own.players),
        objective=ready.game.objective.name,
        regime=ready.regime,
        closure=ready.closure,
        market=stage.market,
        chosen=ready.chosen,
        tariff_rate_in_force=stage.levers.average_rate,
        found=candidates[0],
        others=tuple(candidates[1:]),
        starts=tuple(starts),
        notes=notes,
        seconds=time.perf_counter() - began,
    )


def best_response(world: World, player: str, *, policy: Policy | None = None, **options: object) -> War:
    """The optimal tariffs of one player against tariffs in force: `war` with a single player.

    All other options are those of `war`. Hats refer to the position under `policy`.
    """
    return war(world, [player], policy=policy, **options)  # type: ignore[arg-type]


def candidate(ready: Setup, point: FirstOrderPoint, certificate: Certificate, found_from: tuple[str, ...]) -> Candidate:
    """A first-order point with its certificate, as hats and rates."""
    stage = ready.game.stage
    price = (stage.consumption_share * (point.position.log_price - ready.factual.log_price)).sum(axis=1)
    # cells that nobody chooses keep their rate to the last bit
    rate = np.where(ready.chosen, np.expm1(point.position.log_power), stage.levers.average_rate)
    return Candidate(
        tariff_rate=rate,
        certificate=certificate,
        found_from=found_from,
        objective_hat=np.exp(point.log_payoffs - ready.payoffs),
        real_income_hat=np.exp(real_incomes(stage, point.position) - real_incomes(stage, ready.factual)),
        real_wage_hat=point.position.wage_hat / ready.factual.wage_hat * np.exp(-price),
        trade_value=point.position.border_value,
        steps=point.steps,
        method=point.method,
    )


def _regime(mfn: bool, regime: str) -> str:
    if mfn and regime not in ("bilateral", "mfn"):
        raise InputError.at("mfn", f"cannot be combined with regime {regime!r}", "Give one of the two")
    return "mfn" if mfn else regime


def _candidates(
    ready: Setup, starts: Sequence[str], corners: bool, progress: Callable[[str], None] | None
) -> list[Candidate]:
    """Every different point reached, with its certificate."""
    points: list[FirstOrderPoint] = []
    found: list[Candidate] = []
    failures: list[str] = []
    for name in starts:
        if progress is not None:
            progress(f"Searching for optimal tariffs (start: {name})")
        try:
            level = starting_level(ready.game.stage, ready.game.instruments, name, ready.factual)
            point = _from(ready, level, ready.factual, rough=True)
            for _ in range(REPAIRS + 1):
                known = _known(points, point)
                if known is not None:
                    found[known] = replace(found[known], found_from=(*found[known].found_from, name))
                    break
                certificate, searches = certify(ready.game, point, corners=corners, say=progress)
                points.append(point)
                found.append(candidate(ready, point, certificate, (name,)))
                if certificate.certified or max(item.gain for item in searches) <= GAIN_LIMIT:
                    break
                point = _from(ready, answered(ready.game, point, searches), point.position, rough=False)
        except NoSolutionError as error:
            failures.append(f"from {name}: {error}")
    if not found:
        names = ", ".join(ready.game.stage.world.countries[k] for k in ready.game.instruments.players)
        hint = "" if ready.closure == "balanced" else " The closure balanced removes deficits first."
        raise NoSolutionError(f"No optimal tariffs of {names} were found; {' '.join(failures)}{hint}")
    return found


def _from(ready: Setup, level: Array, start: Position, rough: bool) -> FirstOrderPoint:
    """The first-order point reached from given tariffs; a single player climbs, which cannot end in a minimum."""
    game = ready.game
    if len(game.instruments.players) > 1:
        return nash(game, level, start, rough)
    answer = climb(game, game.stage.log_power, level, start)
    point, _ = examine(game, answer.point.level, answer.point.position)
    return replace(point, steps=answer.steps, method="climb")


def _known(points: Sequence[FirstOrderPoint], point: FirstOrderPoint) -> int | None:
    for k, other in enumerate(points):
        if np.abs(other.level - point.level).max() <= SAME:
            return k
    return None
