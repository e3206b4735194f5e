"""Closures by name, and the faults of a name."""

from __future__ import annotations

import pytest
from numpy.testing import assert_allclose

from tradewar.equilibrium import Closure, Policy, solve
from tradewar.errors import PolicyError
from worlds import toy, war_rates


@pytest.mark.parametrize("text", ["share-of-world", "balanced", "fixed:world", "fixed:US"])
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
