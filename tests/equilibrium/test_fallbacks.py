"""What happens where Anderson acceleration is not enough, and that nothing unconverged is ever returned."""

from __future__ import annotations

import pytest
from numpy.testing import assert_allclose

from tradewar.equilibrium import Policy, competitive, monopolistic, solve, wages
from tradewar.errors import NoSolutionError
from worlds import no_newton, random_rates, toy, toy_io, war_rates


def test_newton_on_wages_takes_over(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = solve(toy_io(), Policy(war_rates(toy_io())))
    monkeypatch.setattr(competitive, "PASS_LIMIT", 3)
    found = solve(toy_io(), Policy(war_rates(toy_io())))
    assert found.certificate.method == "newton"
    assert found.certificate.converged
    assert_allclose(found.real_income_hat, expected.real_income_hat, rtol=1e-9)


def test_continuation_takes_over(monkeypatch: pytest.MonkeyPatch) -> None:
    world = toy_io()
    expected = solve(world, Policy(random_rates(world, 3)))

    monkeypatch.setattr(wages, "newton", no_newton)
    # enough for a part of the shock, not for all of it at once
    monkeypatch.setattr(competitive, "PASS_LIMIT", expected.certificate.iterations - 2)
    found = solve(world, Policy(random_rates(world, 3)))
    assert found.certificate.method == "anderson after continuation"
    assert_allclose(found.real_income_hat, expected.real_income_hat, rtol=1e-9)


def test_continuation_of_newton_under_monopolistic_competition(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = solve(toy(), Policy(war_rates(toy())), market="monopolistic")
    monkeypatch.setattr(monopolistic, "NEWTON_LIMIT", expected.certificate.iterations - 1)
    found = solve(toy(), Policy(war_rates(toy())), market="monopolistic")
    assert found.certificate.method == "newton after continuation"
    assert_allclose(found.real_income_hat, expected.real_income_hat, rtol=1e-9)


@pytest.mark.parametrize("market", ["competitive", "monopolistic"])
def test_no_solution_names_the_worst_equation_and_its_residual(monkeypatch: pytest.MonkeyPatch, market: str) -> None:
    monkeypatch.setattr(competitive, "PASS_LIMIT", 1)
    monkeypatch.setattr(monopolistic, "NEWTON_LIMIT", 0)

    monkeypatch.setattr(wages, "newton", no_newton)
    with pytest.raises(
        NoSolutionError, match=r"fails worst at country (US|CN).*residual 0\.\d+, limit 1e-09"
    ) as caught:
        solve(toy(), Policy(war_rates(toy())), market=market)
    assert caught.value.exit_status == 3


def test_a_tolerance_below_rounding_is_refused_and_one_at_its_edge_is_certified() -> None:
    from tradewar.errors import PolicyError

    with pytest.raises(PolicyError, match="tolerance"):
        solve(toy(), tolerance=1e-20)
    assert solve(toy_io(), Policy(war_rates(toy_io())), tolerance=1e-13).certificate.max_residual < 1e-12
