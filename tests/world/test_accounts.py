"""Accounting identities against plain loops, on rectangular arrays: a transposed index fails at once."""

from __future__ import annotations

import numpy as np
import pytest

from tradewar.world import accounts

IMPORTERS, EXPORTERS, SECTORS = 3, 4, 2


@pytest.fixture
def flows() -> np.ndarray:
    return np.random.default_rng(0).lognormal(size=(IMPORTERS, EXPORTERS, SECTORS))


@pytest.fixture
def rates() -> np.ndarray:
    return np.random.default_rng(1).uniform(0, 0.5, size=(IMPORTERS, EXPORTERS, SECTORS))


def test_expenditure_and_revenue_belong_to_importers(flows: np.ndarray, rates: np.ndarray) -> None:
    spent, revenue = np.zeros((IMPORTERS, SECTORS)), np.zeros(IMPORTERS)
    for j in range(IMPORTERS):
        for i in range(EXPORTERS):
            for s in range(SECTORS):
                spent[j, s] += (1 + rates[j, i, s]) * flows[j, i, s]
                revenue[j] += rates[j, i, s] * flows[j, i, s]
    assert np.allclose(accounts.expenditure(flows, rates), spent, rtol=1e-14)
    assert np.allclose(accounts.tariff_revenue(flows, rates), revenue, rtol=1e-14)
    share = accounts.expenditure_share(flows, rates)
    assert share[2, 3, 1] == pytest.approx((1 + rates[2, 3, 1]) * flows[2, 3, 1] / spent[2, 1], rel=1e-14)
    assert np.allclose(share.sum(axis=1), 1, rtol=1e-14)


def test_output_belongs_to_exporters(flows: np.ndarray) -> None:
    output = accounts.gross_output(flows)
    assert output.shape == (EXPORTERS, SECTORS)
    assert output[3, 0] == pytest.approx(sum(flows[j, 3, 0] for j in range(IMPORTERS)), rel=1e-14)


def test_a_good_that_nobody_buys_has_shares_of_zero(flows: np.ndarray, rates: np.ndarray) -> None:
    flows[1, :, 0] = 0
    assert (accounts.expenditure_share(flows, rates)[1, :, 0] == 0).all()


def test_deficits_are_imports_less_exports() -> None:
    flows = np.zeros((2, 2, 1))
    flows[0, 1, 0], flows[1, 0, 0], flows[0, 0, 0] = 7.0, 4.0, 100.0
    assert accounts.trade_deficit(flows).tolist() == [3.0, -3.0]


def test_final_use_is_what_is_not_bought_as_material() -> None:
    random = np.random.default_rng(2)
    n, s = 2, 3
    spent, output = random.uniform(5, 9, (n, s)), random.uniform(1, 2, (n, s))
    share, inputs = random.uniform(0.2, 0.9, (n, s)), random.uniform(0, 0.5, (n, s, s))
    materials = accounts.material_share(share, inputs)
    expected = spent.copy()
    for j in range(n):
        for supplying in range(s):
            for using in range(s):
                cost = (1 - share[j, using]) * inputs[j, supplying, using]
                assert materials[j, supplying, using] == pytest.approx(cost, rel=1e-14)
                expected[j, supplying] -= cost * output[j, using]
    assert np.allclose(accounts.final_use(spent, materials, output), expected, rtol=1e-13)
