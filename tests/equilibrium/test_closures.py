"""Closures by name, and the faults of a name."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from tradewar.equilibrium import Closure, Policy, gradient, prepare, solve, solve_prepared
from tradewar.errors import PolicyError
from worlds import toy, toy_io, war_rates


@pytest.mark.parametrize("text", ["share-of-world", "balanced", "own-gdp", "fixed:world", "fixed:US"])
def test_a_closure_survives_its_text(text: str) -> None:
    assert str(Closure.parse(text)) == text
    assert Closure.parse(Closure.parse(text)) == Closure.parse(text)


@pytest.mark.parametrize("text", ["", "balance", "fixed", "fixed:", "balanced:US", "share-of-world:CN", "Balanced"])
def test_unknown_closures_are_refused(text: str) -> None:
    with pytest.raises(PolicyError, match="there is no closure"):
        Closure.parse(text)


def test_a_near_miss_is_named() -> None:
    with pytest.raises(PolicyError, match="did you mean 'balanced'"):
        Closure.parse("balance")


def test_an_unknown_numeraire_is_refused() -> None:
    with pytest.raises(PolicyError, match=r"has no country 'USA'.*world or one of US, CN, RW"):
        solve(toy(), closure="fixed:USA")


def test_a_wage_numeraire_is_constant() -> None:
    outcome = solve(toy(), Policy(war_rates(toy())), closure="fixed:CN")
    assert outcome.wage_hat[1] == pytest.approx(1, abs=1e-12)
    assert_allclose(outcome.trade_deficit, toy().trade_deficit)


def test_deficits_follow_the_closure() -> None:
    kept = solve(toy(), Policy(war_rates(toy())))
    share = kept.trade_deficit / (kept.wage_hat @ toy().value_added)
    assert_allclose(share, toy().trade_deficit / toy().value_added.sum())
    gone = solve(toy(), Policy(war_rates(toy())), closure="balanced")
    assert_allclose(gone.exports, gone.imports, rtol=1e-9)


def test_own_gdp_keeps_each_share_of_its_own_value_added_up_to_what_must_add_up() -> None:
    """Theory of labour and time, check L10."""
    outcome = solve(toy_io(), Policy(war_rates(toy_io())), closure="own-gdp")
    assert_allclose(100 * (outcome.real_income_hat - 1), [-0.137680, -0.792773, 0.022510], atol=2e-6)
    assert_allclose(outcome.trade_deficit, [372.5593, -483.2719, 110.7126], atol=1e-4)
    share = toy_io().trade_deficit / toy_io().value_added
    own = share * outcome.wage_hat * toy_io().value_added
    rest = (outcome.trade_deficit - own) / toy_io().value_added
    assert_allclose(rest, rest[0], rtol=1e-9)
    assert outcome.certificate.residuals["trade deficits"] <= 1e-12


@pytest.mark.parametrize("compiled", [False, True])
def test_gradients_under_own_gdp(compiled: bool) -> None:
    prepared = prepare(toy_io(), "own-gdp", compiled=compiled)
    outcome = solve_prepared(prepared, Policy(war_rates(toy_io())), tolerance=1e-13)
    found = gradient(outcome)[:, 0, 1, 1]

    def log_income(step: float) -> np.ndarray:
        rates = war_rates(toy_io())
        rates[0, 1, 1] = (1 + rates[0, 1, 1]) * np.exp(step) - 1
        return np.log(solve_prepared(prepared, Policy(rates), tolerance=1e-13).real_income_hat)

    assert_allclose(found, (log_income(1e-4) - log_income(-1e-4)) / 2e-4, rtol=1e-6)


def test_games_differentiate_deficits_that_follow_wages() -> None:
    from tradewar.games import best_response

    for world in (toy(), toy_io()):
        found = best_response(world, "US", closure="own-gdp", starts=["inverse-elasticity"], corners=False)
        assert found.certified
        assert found.certificate.first_order_residual < 1e-8
