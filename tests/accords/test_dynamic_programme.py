"""Margins, least patience, suspensions and truces with lags and noise, against sums and programmes written out here.

The programme: in the accord a country keeps or cheats; an alarm comes with probability α or π at the end of the period;
L periods after that period there is war for T periods, and then the accord again. In between nothing more can be lost.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from accords.linear_model import critical_discount
from accords.simulated_play import simulate_play
from tradewar.accords import AccordTerms, check_accord
from tradewar.accords.check import least_patience
from tradewar.accords.imperfect_monitoring import critical_hazard, suspension, truce
from tradewar.accords.incentives import incentive
from tradewar.accords.retaliation import deterrence_factor
from tradewar.accords.terms import AccordStatus
from tradewar.errors import AccordError

modest = settings(deadline=None, derandomize=True, max_examples=60)
amounts = st.floats(0.01, 1.0)
factors = st.floats(0.05, 0.98)
chances = st.floats(0.0, 1.0)
lags = st.integers(1, 4)


def explicit_margin(gain: float, stake: float, discount: float, lag: int) -> float:
    """Σ_{t>=L} δ^t l − Σ_{t<L} δ^t g, term by term until the rest is below rounding."""
    horizon = int(np.ceil(np.log(1e-17) / np.log(discount))) + lag
    periods = np.arange(horizon)
    return float((discount**periods * np.where(periods >= lag, stake, -gain)).sum())


class Programme:
    """The country's problem as a Markov decision process: accord, waiting for the answer, war."""

    def __init__(
        self, gain: float, stake: float, discount: float, lag: int, alarm: float, detection: float, periods: float
    ) -> None:
        self.gain, self.stake, self.discount = gain, stake, discount
        self.chance = (alarm, detection)
        self.endless = bool(np.isinf(periods))
        self.wait, self.war = lag - 1, 1 if self.endless else int(periods)
        self.count = 1 + self.wait + self.war

    def step(self, action: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
        """(transition matrix, flow) if in state s action[s] is taken: 0 keep, 1 cheat."""
        moves, flow = np.zeros((self.count, self.count)), np.zeros(self.count)
        first_war = 1 + self.wait
        accused = 1 if self.wait else (first_war if self.war else 0)
        seen = self.chance[action[0]]
        flow[0] = self.stake + self.gain * action[0]
        moves[0, accused] += seen
        moves[0, 0] += 1.0 - seen
        for state in range(1, first_war):
            flow[state] = self.stake + self.gain * action[state]
            moves[state, state + 1 if self.war or state + 1 < first_war else 0] = 1.0
        for state in range(first_war, self.count):
            moves[state, state if self.endless else (state + 1) % self.count] = 1.0
        return moves, flow

    def value(self, action: tuple[int, ...]) -> np.ndarray:
        """Present value of every state under fixed actions."""
        moves, flow = self.step(action)
        return np.linalg.solve(np.eye(self.count) - self.discount * moves, flow)

    def best(self) -> tuple[tuple[int, ...], np.ndarray]:
        """The best actions and their value, by policy iteration; keeping where it is as good."""
        action = (0,) * self.count
        while True:
            value = self.value(action)
            options = []
            for choice in (0, 1):
                moves, flow = self.step((choice,) * self.count)
                options.append(flow + self.discount * moves @ value)
            better = tuple(int(cheat > keep + 1e-12) for keep, cheat in zip(*options, strict=True))
            if better == action:
                return action, value
            action = better


@modest
@given(amounts, st.floats(-1.0, 1.0), factors, lags)
def test_the_margin_is_the_explicit_sum(gain: float, stake: float, discount: float, lag: int) -> None:
    kept = incentive("A", gain, stake, discount=discount, war="w", lag=lag)
    assert kept.margin == pytest.approx(explicit_margin(gain, stake, discount, lag), rel=1e-9, abs=1e-9)


@modest
@given(amounts, amounts, factors, lags, chances, chances)
def test_the_margin_is_that_of_the_programme(
    gain: float, stake: float, discount: float, lag: int, alarm: float, detection: float
) -> None:
    kept = incentive("A", gain, stake, discount=discount, war="w", lag=lag, false_alarm=alarm, detection=detection)
    programme = Programme(gain, stake, discount, lag, alarm, detection, np.inf)
    honest = (0,) + (1,) * (programme.count - 1)
    value = programme.value(honest)
    moves, flow = programme.step((1,) * programme.count)
    cheating = (flow + discount * moves @ value)[0]
    assert kept.margin == pytest.approx(value[0] - cheating, rel=1e-8, abs=1e-9)
    assume(abs(kept.margin) > 1e-9)
    assert (kept.status is AccordStatus.SUSTAINABLE) == (programme.best()[0][0] == 0)


@modest
@given(amounts, amounts, factors, lags, st.floats(0.0, 0.4), chances)
def test_the_suspension_is_the_shortest_that_the_programme_obeys(
    gain: float, stake: float, discount: float, lag: int, alarm: float, detection: float
) -> None:
    found = suspension(gain, stake, discount=discount, false_alarm=alarm, detection=detection, lag=lag)
    kept = incentive("A", gain, stake, discount=discount, war="w", lag=lag, false_alarm=alarm, detection=detection)
    assert found.status is kept.status
    if found.periods is None:
        assert (
            Programme(gain, stake, discount, lag, alarm, detection, np.inf).best()[0][0] == 1 or abs(kept.margin) < 1e-9
        )
        return
    assume(np.isinf(found.periods) or found.periods < 200)
    action, value = Programme(gain, stake, discount, lag, alarm, detection, found.periods).best()
    share = found.punishment_share or 0.0
    exact = np.log1p(-share) / np.log(discount) if share < 1.0 else np.inf
    assume(np.isinf(exact) or abs(exact - round(exact)) > 1e-6)
    assert action[0] == 0
    assert found.value == pytest.approx((1.0 - discount) * value[0], rel=1e-8)
    assert found.path_cost == pytest.approx(stake - (1.0 - discount) * value[0], rel=1e-6, abs=1e-10)
    assert 0.0 <= (found.path_cost_share or 0.0) < 1.0
    if 1 < found.periods < np.inf:
        assert Programme(gain, stake, discount, lag, alarm, detection, found.periods - 1).best()[0][0] == 1


@modest
@given(amounts, amounts, lags, st.floats(0.0, 0.3), st.floats(0.3, 1.0))
def test_least_patience_is_where_the_programme_is_indifferent(
    gain: float, stake: float, lag: int, alarm: float, detection: float
) -> None:
    watch = {"lag": lag, "false_alarm": alarm, "detection": detection}
    critical = incentive("A", gain, stake, discount=0.5, war="w", **watch).critical_discount  # type: ignore[arg-type]
    if critical is None:
        # then not even a country that counts the future almost in full keeps the deal
        assert incentive("A", gain, stake, discount=1 - 1e-9, war="w", **watch).margin < 0  # type: ignore[arg-type]
        return
    assert 0.0 < critical < 1.0
    assert incentive("A", gain, stake, discount=critical, war="w", **watch).margin == pytest.approx(0.0, abs=1e-8)  # type: ignore[arg-type]
    for shift in (-0.01, 0.01):
        if not 0.0 < critical + shift < 1.0:
            continue
        best = Programme(gain, stake, critical + shift, lag, alarm, detection, np.inf).best()[0][0]
        assert best == (1 if shift < 0 else 0)


@modest
@given(amounts, st.floats(-1.0, 1.0), factors, lags, st.floats(0.0, 0.4), st.floats(0.5, 1.0))
def test_the_side_payment_is_just_enough_under_noise_and_lags(
    gain: float, stake: float, discount: float, lag: int, alarm: float, detection: float
) -> None:
    watch = {"discount": discount, "lag": lag, "false_alarm": alarm, "detection": detection}
    kept = incentive("A", gain, stake, war="w", **watch)  # type: ignore[arg-type]
    if kept.side_payment is None:
        assert kept.status is AccordStatus.SUSTAINABLE
        return
    assert kept.side_payment > 0
    paid = incentive("A", gain, stake + kept.side_payment, war="w", **watch)  # type: ignore[arg-type]
    assert paid.margin == pytest.approx(0.0, abs=1e-8 * max(1.0, kept.side_payment / (1.0 - discount)))


def test_noise_and_lags_only_ever_make_a_deal_harder_to_keep() -> None:
    base = {"discount": 0.9, "war": "w"}

    def patience(**watch: float) -> float:
        return incentive("A", 0.05, 0.1, **(base | watch)).critical_discount or 1.0  # type: ignore[arg-type]

    for name, values in (("lag", (1, 2, 3)), ("false_alarm", (0.0, 0.05, 0.2)), ("detection", (1.0, 0.8, 0.4))):
        found = [patience(**{name: value}) for value in values]
        assert found == sorted(found) and found[0] < found[-1]


# ---------------------------------------------------------------- the table


NOISY = AccordTerms(
    "the deal",
    {"A": 0.1, "B": 0.05},
    {"A": 0.16, "B": 0.08},
    {"Nash war": {"A": 0.02, "B": -0.1}},
    0.95,
    periods_per_year=4.0,
    lag=2,
    false_alarm=0.05,
    detection=0.8,
)


@pytest.mark.parametrize("country", ["A", "B"])
def test_the_table_counts_with_one_lag_and_one_watch(country: str) -> None:
    row = check_accord(NOISY).row(country, "Nash war")
    discount = 0.95**0.25
    programme = Programme(row.gain, row.stake, discount, 2, 0.05, 0.8, np.inf)
    keeps = programme.best()[0][0] == 0
    assert (row.status is AccordStatus.SUSTAINABLE) == keeps == (row.margin >= 0)
    assert (row.critical_discount is not None and row.critical_discount <= discount) == keeps
    assert (row.suspension_periods is not None) == keeps
    patience = least_patience(NOISY, country, "Nash war")
    assert patience == pytest.approx((row.critical_discount or 0.0) ** 4)
    blind = AccordTerms(**{**NOISY.__dict__, "false_alarm": 0.0, "detection": 1.0})
    assert (least_patience(blind, country, "Nash war") or 1.0) < (patience or 1.0)


def test_every_wrong_term_is_listed_at_once() -> None:
    wrong = {"false_alarm": 1.2, "detection": -0.1, "hazard": 2.0, "lag": 0, "discount_per_year": 1.0}
    with pytest.raises(AccordError) as caught:
        check_accord(AccordTerms(**{**NOISY.__dict__, **wrong, "theft_gain": {"A": -1.0}}))
    assert len(caught.value.problems) == 6


# ---------------------------------------------------------------- the same rule elsewhere


@pytest.mark.parametrize(("lag", "alarm", "detection"), [(1, 0.05, 0.8), (3, 0.05, 0.8), (2, 0.0, 1.0)])
def test_play_has_the_value_and_the_verdict_of_the_programme(lag: int, alarm: float, detection: float) -> None:
    gain, stake, discount = 0.03, 0.0525, 0.9
    found = suspension(gain, stake, discount=discount, false_alarm=alarm, detection=detection, lag=lag)
    assert found.periods is not None and found.value is not None
    noise = {"false_alarm": alarm, "detection": detection, "lag": lag, "discount": discount, "runs": 40_000}
    played = simulate_play(gain, stake, suspension_periods=found.periods, **noise)  # type: ignore[arg-type]
    assert played.value_keeping == pytest.approx(found.value, abs=4 * played.value_keeping_error + 1e-9)
    assert played.profit <= 3 * played.profit_error + 1e-12
    short = simulate_play(gain, stake, suspension_periods=found.periods - 1, **noise)  # type: ignore[arg-type]
    assert short.profit + 3 * short.profit_error > 0


@pytest.mark.parametrize("lag", [1, 2, 3])
def test_the_shortest_war_with_a_lag_by_brute_force(lag: int) -> None:
    gain, stake, discount = 0.05, 0.0525, 0.9
    periods = suspension(gain, stake, discount=discount, false_alarm=0.0, detection=1.0, lag=lag).periods
    cost = gain * (discount ** np.arange(lag)).sum()
    sums = stake * np.cumsum(discount ** np.arange(lag, lag + 200))
    assert periods == int(np.argmax(sums >= cost)) + 1
    assert critical_discount(gain, stake, lag) == pytest.approx((gain / (gain + stake)) ** (1 / lag))


@modest
@given(amounts, factors, st.floats(0.0, 0.6), st.floats(0.2, 1.0), st.floats(0.0, 0.15), st.floats(0.0, 0.3), lags)
def test_the_truce_breaks_even_in_its_programme(
    stake: float, discount: float, hazard: float, detection: float, alarm: float, gain: float, lag: int
) -> None:
    terms = {"discount": discount, "detection": detection, "false_alarm": alarm, "tariff_gain": gain, "lag": lag}
    limit = truce(stake, hazard=hazard, **terms).break_even_theft  # type: ignore[arg-type]
    assert limit >= 0.0
    assume(limit > 1e-6)

    def profit(extra: float, seen: float) -> float:
        """Of stealing once (and cheating for `extra` on top): present value over keeping the truce."""
        war, taken = limit / (1 - discount), limit + extra
        waiting = war
        for _ in range(lag - 1):
            waiting = stake + taken + discount * (hazard * war + (1 - hazard) * waiting)
        stays = discount * (1 - hazard)
        kept = (stake + discount * hazard * war + stays * alarm * waiting) / (1 - stays * (1 - alarm))
        broken = stake + taken + discount * hazard * war + stays * (seen * waiting + (1 - seen) * kept)
        return broken - kept

    # one of the two ways to break it is just not worth while, the other is no better
    assert max(profit(0.0, detection), profit(gain, 1.0)) == pytest.approx(0.0, abs=1e-8)
    found = critical_hazard(limit, stake, **terms).hazard  # type: ignore[arg-type]
    assert (found if found is not None else 0.0) == pytest.approx(hazard, abs=1e-7)


@pytest.mark.parametrize(("detection", "lag"), [(0.5, 1), (0.5, 3), (1.0, 2)])
def test_the_deterrence_of_a_lasting_breach_by_its_sum(detection: float, lag: int) -> None:
    # a breach for ever, seen with a hazard; from L periods after it was seen the answer stands for ever
    discount, horizon = 0.9, 600
    periods = np.arange(horizon)
    answered = np.where(periods >= lag, 1.0 - (1.0 - detection) ** np.maximum(periods - lag + 1, 0), 0.0)
    felt = (discount**periods * answered).sum() / (discount**periods).sum()
    factor = deterrence_factor(detection=detection, discount=discount, lag=lag, breach="lasting")
    assert factor == pytest.approx(felt, rel=1e-9)


def test_a_truce_that_fails_holds_back_nothing_rather_than_less_than_nothing() -> None:
    assert truce(0.3, discount=0.5, tariff_gain=5.0).break_even_theft == 0.0
    assert truce(0.3, discount=0.9, detection=0.05, false_alarm=0.4).break_even_theft == 0.0
