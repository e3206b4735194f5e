"""The certificate catches results that are not equilibria, and says where they fail."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tradewar.equilibrium import Policy, certify, prepare, solve, solve_prepared
from worlds import random_rates, toy, toy_io, war_rates

ARRAYS = {
    "wage_hat": "unit costs",
    "unit_cost_hat": "unit costs",
    "price_hat": "prices",
    "trade_value": "border values",
    "expenditure": "expenditure shares",
    "gross_output": "producer revenue",
    "income": "income",
    "tariff_revenue": "tariff revenue",
    "trade_deficit": "trade deficits",
}


def test_every_residual_of_a_solution_is_within_the_limit() -> None:
    outcome = solve(toy_io(), Policy(war_rates(toy_io())))
    certificate = outcome.certificate
    assert certificate.converged
    assert len(certificate.residuals) == 12
    assert max(certificate.residuals.values()) == certificate.max_residual <= 1e-9
    assert certificate.to_dict()["converged"] is True


@pytest.mark.parametrize("market", ["competitive", "monopolistic"])
@pytest.mark.parametrize("name", ARRAYS)
def test_one_cell_off_by_a_millionth_fails(name: str, market: str) -> None:
    prepared = prepare(toy(), market=market)
    solution = solve_prepared(prepared, Policy(war_rates(toy()))).solution
    array = getattr(solution, name).copy()
    cell = np.unravel_index(int(np.abs(array).argmax()), array.shape)
    array[cell] *= 1 + 1e-6
    changed: dict[str, Any] = {name: array}
    certificate = certify(prepared, replace(solution, **changed), tolerance=1e-10)
    assert not certificate.converged
    assert certificate.residuals[ARRAYS[name]] > 1e-9


def test_a_false_certificate_names_the_cell() -> None:
    prepared = prepare(toy_io())
    solution = solve_prepared(prepared, Policy(war_rates(toy_io()))).solution
    price = solution.price_hat.copy()
    price[1, 2] *= 1 + 1e-6
    certificate = certify(prepared, replace(solution, price_hat=price), tolerance=1e-10)
    assert not certificate.converged
    assert "CN" in certificate.worst_place
    assert "fails" in certificate.explain()


def test_a_solution_that_is_not_a_number_fails() -> None:
    prepared = prepare(toy())
    solution = solve_prepared(prepared).solution
    income = solution.income.copy()
    income[0] = np.nan
    certificate = certify(prepared, replace(solution, income=income), tolerance=1e-10)
    assert not certificate.converged
    assert certificate.max_residual == np.inf


def test_the_solution_of_another_policy_fails() -> None:
    prepared = prepare(toy_io())
    one = solve_prepared(prepared, Policy(war_rates(toy_io()))).solution
    other = solve_prepared(prepared, Policy(random_rates(toy_io(), 1))).solution
    assert not certify(prepared, replace(one, levers=other.levers), tolerance=1e-10).converged


def test_the_solution_under_another_closure_fails() -> None:
    kept = solve_prepared(prepare(toy_io(), "fixed:US"), Policy(war_rates(toy_io()))).solution
    certificate = certify(prepare(toy_io()), kept, tolerance=1e-10)
    assert certificate.residuals["numeraire"] > 1e-4
    assert not certificate.converged
