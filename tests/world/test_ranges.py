"""`vary`, the one maker of ranges: quantiles with enough draws, extremes with the base, signs that are not decided."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tradewar.world.assumed import Swing
from tradewar.world.ranges import Range, enough, vary


def test_named_sets_reach_from_the_lowest_to_the_highest_with_the_base() -> None:
    found = vary(2.0, [0.5, 1.0, math.nan], over="sets")
    assert (found.low, found.high, found.base, found.coverage) == (0.5, 2.0, 2.0, None)
    assert found.holds_base and found.outside is None
    assert found.to_dict() == {"low": 0.5, "high": 2.0, "base": 2.0, "over": "sets"}


def test_draws_are_cut_at_both_ends_and_a_base_outside_has_a_reason() -> None:
    draws = np.linspace(0.0, 1.0, 201)
    inside = vary(0.5, draws, over="draws", coverage=0.9)
    assert (inside.low, inside.high) == (pytest.approx(0.05), pytest.approx(0.95))
    assert inside.holds_base and inside.outside is None
    for base, word in ((0.99, "above"), (0.01, "below")):
        found = vary(base, draws, over="draws", coverage=0.9)
        assert not found.holds_base
        assert found.outside is not None and word in found.outside
    assert vary(2.0, draws, over="draws", coverage=0.9, outside="an upper bound").outside == "an upper bound"


def test_a_tail_that_too_few_draws_describe_is_not_named() -> None:
    assert enough(200, 0.9) and enough(160, 0.9) and not enough(159, 0.9)
    with pytest.raises(ValueError, match="60 draws are too few for a range of 90 percent"):
        vary(0.0, np.linspace(0.0, 1.0, 60), over="draws", coverage=0.9)
    with pytest.raises(ValueError, match="is not between 0 and 1"):
        vary(0.0, [1.0], over="draws", coverage=90.0)


@pytest.mark.parametrize(("ends", "sign"), [((-0.01, 0.02), 0), ((-0.03, -0.01), -1), ((0.1, 0.2), 1), ((0.0, 1.0), 0)])
def test_a_sign_is_decided_only_if_all_of_the_range_has_it(ends: tuple[float, float], sign: int) -> None:
    assert Range(*ends, sum(ends) / 2, "sets").decided == sign


def test_nothing_known_is_no_contradiction() -> None:
    found = vary(math.nan, [math.nan], over="sets")
    assert math.isnan(found.low) and found.decided == 0
    assert math.isnan(vary(math.nan, [], over="draws", coverage=0.9).high)


def test_the_range_of_a_swing_holds_the_base_even_where_the_ends_do_not() -> None:
    bent = Swing("lag", 1.0, 4.0, 0.2, 0.9, 0.3)
    assert bent.range is not None
    assert (bent.range.low, bent.range.high, bent.width) == (0.2, 0.9, pytest.approx(0.7))
    assert Swing("lag", 1.0, 4.0, None, 0.9, 0.3).width == math.inf
    assert Swing("lag", 1.0, 4.0, None, None, None).range is None


def test_another_unit() -> None:
    assert vary(0.5, [0.2], over="sets").times(100.0) == Range(20.0, 50.0, 50.0, "sets")
