"""Kernels with three importers and four exporters against triple loops: a transposed index fails at once."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from tradewar.equilibrium import kernels, levers, monopolistic, objectives, welfare
from tradewar.equilibrium.kernels import Wedges

# importers, exporters, sectors
J, N, S = 3, 4, 2


@pytest.fixture
def draw() -> np.random.Generator:
    return np.random.default_rng(20190220)


def test_attraction_factor(draw: np.random.Generator) -> None:
    rate, base, tax = draw.uniform(0, 1, (3, J, N, S))
    iceberg, banned = draw.uniform(1, 2, (J, N, S)), draw.uniform(0, 1, (J, N, S))
    subsidy, theta = draw.uniform(0, 0.5, (N, S)), np.array([4.0, 7.0])
    found = levers.attraction_factor(levers.Levers(rate, iceberg, banned, subsidy, tax), base, theta)
    for j in range(J):
        for i in range(N):
            for s in range(S):
                price = (1 + rate[j, i, s]) / (1 + base[j, i, s]) * (1 + tax[j, i, s]) * iceberg[j, i, s]
                price /= 1 + subsidy[i, s]
                assert found[j, i, s] == pytest.approx((1 - banned[j, i, s]) * price ** -theta[s], rel=1e-13)


def test_prices_and_borders(draw: np.random.Generator) -> None:
    attraction, theta = draw.uniform(0, 1, (S, J, N)), np.array([4.0, 7.0])
    cost, spent = draw.uniform(0.5, 2, (S, N)), draw.uniform(1, 2, (S, J))
    power, tax = draw.uniform(1, 2, (S, J, N)), draw.uniform(1, 2, (S, J, N))
    log_price, pull, total = kernels.price_index(attraction, np.log(cost), theta)
    policy = Wedges(attraction, attraction / power, attraction / power / tax)
    trade = kernels.borders(policy, pull, spent / total)
    values = kernels.trade_values(policy, pull, spent / total)
    imports, sales, net = np.zeros((S, J)), np.zeros((S, N)), np.zeros((S, N))
    for s in range(S):
        for j in range(J):
            weights = [attraction[s, j, i] * cost[s, i] ** -theta[s] for i in range(N)]
            assert np.exp(log_price[s, j]) == pytest.approx(sum(weights) ** (-1 / theta[s]), rel=1e-13)
            for i in range(N):
                value = weights[i] / sum(weights) * spent[s, j] / power[s, j, i]
                assert values[j, i, s] == pytest.approx(value, rel=1e-13)
                imports[s, j] += value
                sales[s, i] += value
                net[s, i] += value / tax[s, j, i]
    assert_allclose(trade.imports, imports)
    assert_allclose(trade.sales, sales)
    assert_allclose(trade.sales_net_of_tax, net)


def test_large_elasticities_neither_overflow_nor_underflow() -> None:
    log_price, _, _ = kernels.price_index(np.full((1, J, N), 0.25), np.full((1, N), 20.0), np.array([64.85]))
    assert_allclose(log_price, 20.0)


def test_inactive_exporters_and_absent_importers_are_left_out() -> None:
    attraction = np.full((1, J, N), 0.5)
    attraction[:, :, 0] = 0.0
    attraction[:, 1] = 0.0
    inactive, absent = np.zeros((1, N), dtype=bool), np.zeros((1, J), dtype=bool)
    inactive[0, 0] = absent[0, 1] = True
    cost = np.array([[-40.0, 0.0, 0.0, 0.0]])
    log_price, pull, total = kernels.price_index(attraction, cost, np.array([64.85]), inactive, absent)
    assert log_price[0, 1] == 0.0
    assert total[0, 1] == 1.0
    assert pull[0, 0] == 0.0
    assert_allclose(log_price[0, [0, 2]], -np.log(1.5) / 64.85)


def test_trade_of_fixed_firms(draw: np.random.Generator) -> None:
    weight, power = draw.uniform(0, 1, (J, N, S)), draw.uniform(1, 2, (J, N, S))
    sigma, budget = np.array([3.0, 9.0]), draw.dirichlet(np.ones(S), J)
    wage, spent = draw.uniform(0.5, 2, N), draw.uniform(1, 2, J)
    trade = monopolistic.trade_at(weight, power, budget, sigma, np.log(wage), np.log(spent))
    for j in range(J):
        for s in range(S):
            pull = [weight[j, i, s] * wage[i] ** (1 - sigma[s]) for i in range(N)]
            assert np.exp(trade.log_price[j, s]) == pytest.approx(sum(pull) ** (1 / (1 - sigma[s])), rel=1e-13)
            for i in range(N):
                assert trade.share[j, i, s] == pytest.approx(pull[i] / sum(pull), rel=1e-13)
                value = pull[i] / sum(pull) * budget[j, s] * spent[j] / power[j, i, s]
                assert trade.value[j, i, s] == pytest.approx(value, rel=1e-13)


def test_border_gradient(draw: np.random.Generator) -> None:
    sigma, phi = np.array([3.0, 9.0]), draw.normal(size=(2, J, S))
    psi, value, share = draw.normal(size=(2, J, N, S)), *draw.normal(size=(2, J, N, S))
    found = objectives.border_gradient(sigma, psi, value, phi, share)
    for k in range(2):
        for j in range(J):
            for i in range(N):
                for s in range(S):
                    expected = sigma[s] * psi[k, j, i, s] * value[j, i, s] - phi[k, j, s] * share[j, i, s]
                    assert found[k, j, i, s] == pytest.approx(expected, rel=1e-13)


def test_first_order_formula(draw: np.random.Generator) -> None:
    n = 3
    value, after, rate = draw.uniform(1, 2, (3, n, n, S))
    income, cost = draw.uniform(5, 9, n), draw.uniform(0.8, 1.2, (n, S))
    found = welfare.first_order(value, rate, income, cost, after)
    for j in range(n):
        terms = volume = 0.0
        for i in range(n):
            for s in range(S):
                terms += value[i, j, s] * (cost[j, s] - 1) - value[j, i, s] * (cost[i, s] - 1)
                growth = after[j, i, s] / value[j, i, s] - cost[i, s]
                volume += rate[j, i, s] * value[j, i, s] * growth
        assert found.terms_of_trade[j] == pytest.approx(terms / income[j], rel=1e-12)
        assert found.volume_of_trade[j] == pytest.approx(volume / income[j], rel=1e-12)


def test_few_changed_tariffs_give_the_same_matrices_as_all_of_them(draw: np.random.Generator) -> None:
    from tradewar.equilibrium import Levers, prepare
    from worlds import random_rates, random_world

    world = random_world(5, 6, 4)
    economy = prepare(world).economy
    assert isinstance(economy, kernels.Economy)
    rates = world.tariff_rate.copy()
    rates[2, 3] = random_rates(world, 1)[2, 3]
    few = kernels.wedges(economy, Levers(rates))
    everything = kernels.wedges(economy, Levers(rates, iceberg_hat=np.ones_like(rates)))
    assert_allclose(few.attraction, everything.attraction, rtol=1e-13)
    assert_allclose(few.before_duty, everything.before_duty, rtol=1e-13)
