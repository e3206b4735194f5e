"""The certificate catches results that are not equilibria, and says where they fail."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tradewar.equilibrium import Levers, Policy, certify, kernels, prepare, solve, solve_levers, solve_prepared
from tradewar.equilibrium.levers import attraction_factor
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


def test_an_error_in_the_formula_of_the_solver_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def doubled(*arguments: Any) -> np.ndarray:
        return attraction_factor(*arguments) ** 2

    monkeypatch.setattr(kernels, "attraction_factor", doubled)
    # were the certificate to use it too, both would agree
    monkeypatch.setattr("tradewar.equilibrium.certificate.attraction_factor", doubled, raising=False)
    prepared = prepare(toy_io())
    wrong = solve_levers(prepared, Levers(random_rates(toy_io(), 1)))
    assert wrong.converged
    certificate = certify(prepared, wrong, tolerance=1e-10)
    assert not certificate.converged
    assert certificate.residuals["prices"] > 1e-3


def all_levers() -> Levers:
    draw = np.random.default_rng(1)
    shape = toy_io().trade_value.shape
    return Levers(
        random_rates(toy_io(), 1),
        iceberg_hat=draw.uniform(1.0, 1.5, shape),
        banned_share=draw.uniform(0.0, 0.5, shape),
        output_subsidy=draw.uniform(0.0, 0.2, shape[1:]),
        export_tax=draw.uniform(0.0, 0.3, shape) * (1.0 - np.eye(shape[0]))[:, :, None],
    )


@pytest.mark.parametrize("lever", ["tariff_rate", "iceberg_hat", "banned_share", "output_subsidy", "export_tax"])
def test_every_lever_is_in_the_certificate(lever: str) -> None:
    prepared, levers = prepare(toy_io()), all_levers()
    solution = solve_levers(prepared, levers, tolerance=1e-12)
    assert certify(prepared, solution, tolerance=1e-12).converged
    array = getattr(levers, lever).copy()
    array[0] += 1e-6
    changed: dict[str, Any] = {lever: array}
    other = replace(solution, levers=replace(levers, **changed))
    assert certify(prepared, other, tolerance=1e-10).residuals["prices"] > 1e-9


@pytest.mark.parametrize(("constant", "value"), [("CELLS_AT_ONCE", 1), ("LARGEST_EXPONENT", -1.0)])
def test_one_importer_at_a_time_or_one_power_for_every_cell_is_the_same(
    monkeypatch: pytest.MonkeyPatch, constant: str, value: float
) -> None:
    prepared = prepare(toy_io())
    solution = solve_levers(prepared, all_levers())
    flows = solution.trade_value.copy()
    flows[2, 1, 0] *= 1 + 1e-4
    changed = replace(solution, trade_value=flows)
    usual = certify(prepared, changed, tolerance=1e-10)
    monkeypatch.setattr(f"tradewar.equilibrium.certificate.{constant}", value)
    other = certify(prepared, changed, tolerance=1e-10)
    assert other.residuals == pytest.approx(usual.residuals, abs=1e-14)
    assert other.worst_place == usual.worst_place
