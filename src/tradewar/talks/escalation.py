"""The ladder without agreement: which rung does each side drift to?

Moves alternate. In state (mover, a, b) the mover picks its new rung, the period payoffs u(a, b) follow, the other side
moves next, and the future is discounted by δ per move. Choices are logit with values Σ q v. V = T(V) is solved along
falling noise, following the branch that starts at large noise: by Anderson acceleration from the solution before, and
where that does not arrive, by V ← V + ½ (T(V) − V).

This tells who escalates next without an agreement and nothing else. It must not be used to judge an accord:
cooperation needs history, which this state does not hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray as Array

from tradewar.equilibrium.anderson import accelerate
from tradewar.errors import NoSolutionError, Problem, TalksError
from tradewar.talks.clock_solution import logit_probabilities

NOISE_PATH = (0.1, 0.05, 0.03, 0.02, 0.01, 0.005)
TOLERANCE = 1e-12
"""Largest change of a value, relative to the range of payoffs, at which a step of the path has converged."""
PASS_LIMIT = 300
"""Passes after which the acceleration has not arrived."""
MAX_ITERATIONS = 20_000
DOUBLINGS = 40
"""The chain is run for 2^40 moves, by squaring."""


@dataclass(frozen=True, eq=False)
class EscalationLadder:
    """The drift of a ladder without agreement."""

    long_run: Float[Array, "rung_1 rung_2"]
    """Share of time spent on each pair of rungs; sums to 1."""
    policy_1: Float[Array, "rung_1 rung_2 new_1"]
    """Probability with which side 1 moves from (a, b) to each of its rungs."""
    policy_2: Float[Array, "rung_1 rung_2 new_2"]
    expected_rates: Float[Array, "move 2"]
    """Mean tariff of each side after every move, from the starting rungs."""
    residual: float
    """Largest violation of V = T(V), in units of payoff."""
    noise: float
    sentence: str


def escalation_ladder(
    payoff: Float[Array, "2 rung_1 rung_2"],
    rates_1: Sequence[float],
    rates_2: Sequence[float],
    *,
    discount: float,
    start: tuple[int, int] = (0, 0),
    first_mover: int = 1,
    step: int | None = None,
    noise_path: Sequence[float] = NOISE_PATH,
    moves: int = 24,
) -> EscalationLadder:
    """Solve the alternating-move game on a ladder.

    Args:
        payoff: u of sides 1 and 2 per period on every pair of rungs, in one unit.
        rates_1: tariff rate of each rung of side 1, rising.
        rates_2: the same for side 2.
        discount: δ per move, in [0, 1).
        start: rungs on which the sides stand today.
        first_mover: 1 or 2.
        step: largest number of rungs moved at once; None = any.
        noise_path: σ, in units of payoff, falling; the last is the noise of the result.
        moves: how many moves of the expected path to return.

    Raises:
        TalksError: for shapes that do not agree, or values outside their limits.
        NoSolutionError: if the values do not settle.
    """
    _check(payoff, rates_1, rates_2, discount, start, first_mover, step, noise_path)
    allowed = (_reachable(len(rates_1), step), _reachable(len(rates_2), step))
    spread = float(np.ptp(payoff)) or 1.0
    # value[mover, a, b, side]: before the mover moves
    value = np.zeros((2, *payoff.shape[1:], 2))
    for noise in noise_path:
        value = _settled(value, payoff, discount, allowed, noise, TOLERANCE * spread)
    policies, updated = _choices(value, payoff, discount, allowed, noise_path[-1])
    chain = _chain(policies)
    shape = payoff.shape[1:]
    mass = np.zeros((2, *shape))
    mass[first_mover - 1, start[0], start[1]] = 1.0
    rates = _expected_rates(mass.ravel(), chain, np.asarray(rates_1), np.asarray(rates_2), moves)
    long_run = _long_run(mass.ravel(), chain).reshape(2, *shape).sum(axis=0)
    top = divmod(int(long_run.argmax()), shape[1])
    sentence = (
        f"Without an agreement the sides drift to {rates_1[top[0]]:.1%} and {rates_2[top[1]]:.1%}, where they spend "
        f"{long_run[top]:.0%} of the time."
    )
    residual = float(np.abs(updated - value).max())
    return EscalationLadder(long_run, policies[0], policies[1], rates, residual, noise_path[-1], sentence)


def _settled(
    value: Float[Array, "2 rung_1 rung_2 2"],
    payoff: Float[Array, "2 rung_1 rung_2"],
    discount: float,
    allowed: tuple[Bool[Array, "from_1 to_1"], Bool[Array, "from_2 to_2"]],
    noise: float,
    tolerance: float,
) -> Float[Array, "2 rung_1 rung_2 2"]:
    def step(values: Array) -> tuple[Array, Array]:
        _, updated = _choices(values.reshape(value.shape), payoff, discount, allowed, noise)
        image = updated.reshape(values.shape)
        return image, np.abs(image - values).max(axis=1)

    point = value.reshape(1, -1)
    found = accelerate(step, point, tolerance=tolerance, limit=PASS_LIMIT)
    if found.converged:
        return found.point.reshape(value.shape)
    gap = np.inf
    for _ in range(MAX_ITERATIONS):
        image, gaps = step(point)
        point, gap = point + 0.5 * (image - point), float(gaps[0])
        if gap <= tolerance:
            return point.reshape(value.shape)
    raise NoSolutionError(
        f"The escalation ladder did not settle at noise {noise:g}: values still change by {gap:.2g} after "
        f"{MAX_ITERATIONS} steps. Use a smaller discount factor, or a noise path that falls more slowly."
    )


def _choices(
    value: Float[Array, "2 rung_1 rung_2 2"],
    payoff: Float[Array, "2 rung_1 rung_2"],
    discount: float,
    allowed: tuple[Bool[Array, "from_1 to_1"], Bool[Array, "from_2 to_2"]],
    noise: float,
) -> tuple[
    tuple[Float[Array, "rung_1 rung_2 new_1"], Float[Array, "rung_1 rung_2 new_2"]], Float[Array, "2 rung_1 rung_2 2"]
]:
    """(policies of both sides, T(V))."""
    flows = np.moveaxis(payoff, 0, -1)
    # after a move of side 1 to a', the pair is (a', b) and side 2 is the mover; here by [b, a', side], so that what is
    # chosen stands last and products of matrices sum over it
    after_1 = (flows + discount * value[1]).transpose(1, 0, 2)
    after_2 = flows + discount * value[0]
    own_1 = np.where(allowed[0][None, :, :], after_1[:, None, :, 0], -np.inf)
    own_2 = np.where(allowed[1][None, :, :], after_2[:, None, :, 1], -np.inf)
    policy_1, policy_2 = logit_probabilities(own_1, noise), logit_probabilities(own_2, noise)
    updated = np.stack([(policy_1 @ after_1).transpose(1, 0, 2), policy_2 @ after_2])
    return (policy_1.transpose(1, 0, 2), policy_2), updated


def _chain(
    policies: tuple[Float[Array, "rung_1 rung_2 new_1"], Float[Array, "rung_1 rung_2 new_2"]],
) -> Float[Array, "state state"]:
    """Transition probabilities between states (mover, a, b)."""
    n_1, n_2 = policies[0].shape[:2]
    chain = np.zeros((2, n_1, n_2, 2, n_1, n_2))
    for a in range(n_1):
        for b in range(n_2):
            chain[0, a, b, 1, :, b] = policies[0][a, b]
            chain[1, a, b, 0, a, :] = policies[1][a, b]
    return chain.reshape(2 * n_1 * n_2, -1)


def _long_run(mass: Float[Array, " state"], chain: Float[Array, "state state"]) -> Float[Array, " state"]:
    """Mean of two successive distributions after very many moves; depends on the start where the chain falls apart."""
    power = chain
    for _ in range(DOUBLINGS):
        power = power @ power
        power = power / power.sum(axis=1, keepdims=True)
    late = mass @ power
    return 0.5 * (late + late @ chain)


def _expected_rates(
    mass: Float[Array, " state"],
    chain: Float[Array, "state state"],
    rates_1: Float[Array, " rung_1"],
    rates_2: Float[Array, " rung_2"],
    moves: int,
) -> Float[Array, "move 2"]:
    rates = np.empty((moves, 2))
    for move in range(moves):
        mass = mass @ chain
        pairs = mass.reshape(2, len(rates_1), len(rates_2)).sum(axis=0)
        rates[move] = pairs.sum(axis=1) @ rates_1, pairs.sum(axis=0) @ rates_2
    return rates


def _reachable(rungs: int, step: int | None) -> Bool[Array, "from to"]:
    distance = np.abs(np.subtract.outer(np.arange(rungs), np.arange(rungs)))
    return distance <= (rungs if step is None else step)


def _check(
    payoff: Array,
    rates_1: Sequence[float],
    rates_2: Sequence[float],
    discount: float,
    start: tuple[int, int],
    first_mover: int,
    step: int | None,
    noise_path: Sequence[float],
) -> None:
    problems: list[Problem] = []
    shape = (2, len(rates_1), len(rates_2))
    if payoff.shape != shape:
        problems.append(Problem("payoff", f"has shape {payoff.shape}, must be {shape}", "Give [side, rung_1, rung_2]"))
    elif not np.isfinite(payoff).all():
        count = int((~np.isfinite(payoff)).sum())
        problems.append(Problem("payoff", f"{count} cells are not solved", "Solve every pair of rungs first"))
    if not 0.0 <= discount < 1.0:
        problems.append(Problem("discount", f"is {discount:g}, must lie in [0, 1)", "Give a factor per move"))
    if not (0 <= start[0] < shape[1] and 0 <= start[1] < shape[2]):
        problems.append(Problem("start", f"is {start}", f"Give rungs below {shape[1:]}, counted from 0"))
    if first_mover not in (1, 2):
        problems.append(Problem("first_mover", f"is {first_mover}", "Give 1 or 2"))
    if step is not None and step < 1:
        problems.append(Problem("step", f"is {step}, must be >= 1", "Give None for any number of rungs"))
    if not noise_path or not all(noise > 0.0 for noise in noise_path):
        problems.append(
            Problem("noise_path", "is empty or holds a value that is not > 0", "Give falling positive noise")
        )
    if problems:
        raise TalksError(problems)


def concession_hazard(
    other_discount_rate: float, other_if_conceded_to: float, other_if_conceding: float, other_now: float
) -> float:
    """λ = r (B − d)/(A − B) per year: the hazard of one side of a war of attrition that keeps the *other* indifferent.

    Flows per year to the other side: A if it is conceded to, B if it concedes, d meanwhile; A > B > d. Hendricks, Weiss
    and Wilson (1988, International Economic Review).
    """
    return other_discount_rate * (other_if_conceding - other_now) / (other_if_conceded_to - other_if_conceding)
