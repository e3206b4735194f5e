"""Policies as arrays: every value outside its limits is refused with its labels."""

from __future__ import annotations

import numpy as np
import pytest

from tradewar.equilibrium import Policy, solve
from tradewar.errors import PolicyError
from worlds import CN, GOODS, SERVICES, US, toy, toy_io


def with_rate(value: float, *cell: int) -> Policy:
    rates = toy().tariff_rate.copy()
    rates[cell] = value
    return Policy(rates)


@pytest.mark.parametrize(
    ("policy", "says"),
    [
        (with_rate(25.0, US, CN, GOODS), r"above 10 .* US/CN/goods = 25 .*was 0\.25 meant"),
        (with_rate(-1.0, US, CN, GOODS), "at or below -1 at US/CN/goods"),
        (with_rate(np.nan, US, CN, GOODS), "is not a number at US/CN/goods"),
        (with_rate(0.1, US, US, GOODS), "on own sales at US/US/goods"),
        (with_rate(0.1, US, CN, SERVICES), "not tradable at US/CN/services"),
        (Policy(np.zeros((3, 3))[:, :, None]), r"has shape \(3, 3, 1\), must be \(3, 3, 3\)"),
        (Policy(iceberg_hat=np.zeros((3, 3, 3))), "iceberg_hat: is not > 0 .* and 19 more"),
        (Policy(iceberg_hat=np.full((3, 3, 3), np.inf)), "is not a number"),
    ],
)
def test_faults_are_named(policy: Policy, says: str) -> None:
    with pytest.raises(PolicyError, match=says) as caught:
        solve(toy(), policy)
    assert caught.value.exit_status == 2


def test_all_faults_are_listed_at_once() -> None:
    rates = toy().tariff_rate.copy()
    rates[US, CN, GOODS], rates[CN, US, GOODS] = 25.0, -2.0
    with pytest.raises(PolicyError) as caught:
        solve(toy(), Policy(rates, iceberg_hat=np.zeros((3, 3, 3))))
    assert len(caught.value.problems) == 3


def test_a_policy_does_not_follow_later_changes_of_the_array_it_was_made_from() -> None:
    rates = toy_io().tariff_rate.copy()
    policy = Policy(rates)
    rates[US, CN, GOODS] = 3.0
    assert policy.tariff_rate is not None
    assert policy.tariff_rate[US, CN, GOODS] == 0.03
    with pytest.raises(ValueError, match="read-only"):
        policy.tariff_rate[US, CN, GOODS] = 3.0


def test_import_subsidies_are_allowed() -> None:
    outcome = solve(toy(), with_rate(-0.3, US, CN, GOODS))
    assert outcome.tariff_revenue[US] < 0
    assert outcome.certificate.converged
