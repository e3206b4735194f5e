"""Draws of elasticities: the moments they promise, one seed each, and clear refusals."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from tradewar.errors import SweepError, WorldError
from tradewar.sweep import Distribution, Uncertainty, from_file, from_sets, relative
from worlds import toy

CENTRE, ERROR = np.array([5.0, 4.0, 2.0]), np.array([1.0, 0.5, 0.0])


@pytest.mark.parametrize("name", list(Distribution))
def test_draws_have_the_mean_and_the_standard_error(name: Distribution) -> None:
    drawn = np.array([Uncertainty(name, CENTRE, ERROR, "test").draw(3, k) for k in range(4000)])
    assert_allclose(drawn.mean(axis=0), CENTRE, rtol=0.02)
    assert_allclose(drawn.std(axis=0)[:2], ERROR[:2], rtol=0.05)
    assert_array_equal(drawn[:, 2], np.full(4000, 2.0))
    assert (drawn > 0).all()


@pytest.mark.parametrize("common", [0.0, 0.5, 1.0])
def test_sectors_have_the_share_in_common_that_is_asked_for(common: float) -> None:
    drawn = np.array(
        [Uncertainty(Distribution.LOGNORMAL, CENTRE, ERROR, "test", common).draw(3, k) for k in range(4000)]
    )
    logs = np.log(drawn[:, :2])
    assert np.corrcoef(logs.T)[0, 1] == pytest.approx(common, abs=0.04)
    assert_allclose(drawn.mean(axis=0), CENTRE, rtol=0.02)
    assert_allclose(drawn.std(axis=0)[:2], ERROR[:2], rtol=0.06)


def test_a_share_in_common_is_a_share() -> None:
    with pytest.raises(SweepError, match=r"common share: is 1.5"):
        Uncertainty(Distribution.LOGNORMAL, CENTRE, ERROR, "test", 1.5)


def test_a_draw_depends_on_its_seed_and_number_alone() -> None:
    one = Uncertainty(Distribution.LOGNORMAL, CENTRE, ERROR, "test")
    assert_array_equal(one.draw(3, 17), one.draw(3, 17))
    assert (one.draw(3, 17) != one.draw(3, 18))[:2].all()
    assert (one.draw(3, 17) != one.draw(4, 17))[:2].all()


def test_a_wide_normal_stays_positive_about_its_centre() -> None:
    wide = Uncertainty(Distribution.NORMAL, np.array([4.0]), np.array([10.0]), "test")
    drawn = np.array([wide.draw(0, k)[0] for k in range(500)])
    assert drawn.min() >= 0.4 and drawn.max() <= 7.6
    assert drawn.mean() == pytest.approx(4.0, abs=0.3)
    assert_allclose(wide.at(np.array([0.5])), [4.0])


def test_quantiles_of_each_distribution() -> None:
    assert_allclose(Uncertainty(Distribution.UNIFORM, CENTRE, ERROR, "").at(np.ones(3)), CENTRE + np.sqrt(3) * ERROR)
    median = Uncertainty(Distribution.LOGNORMAL, CENTRE, ERROR, "").at(np.full(3, 0.5))
    assert_allclose(median, CENTRE / np.sqrt(1 + (ERROR / CENTRE) ** 2))


def test_the_spread_of_published_sets() -> None:
    sets = {"a": np.array([4.0, 3.0, 5.0]), "b": np.array([6.0, 3.0, 7.0]), "c": np.array([8.0, 3.0, 3.0])}
    world = replace(toy(), elasticity_sets=sets)
    found = from_sets(world)
    assert_allclose(found.centre, [6.0, 3.0, 5.0])
    assert_allclose(found.standard_error, [2.0, 0.0, 2.0])
    assert_array_equal(from_sets(world, "b").centre, sets["b"])
    with pytest.raises(SweepError, match="carries 0 published sets"):
        from_sets(toy())
    with pytest.raises(WorldError, match="no elasticity set"):
        from_sets(world, "d")


def test_a_share_of_each_elasticity() -> None:
    assert_allclose(relative(toy(), 0.2).standard_error, 0.2 * toy().trade_elasticity)
    with pytest.raises(SweepError, match=r"is -0.2 of the elasticity"):
        relative(toy(), -0.2)
    with pytest.raises(SweepError, match="there is no 'gamma'"):
        relative(toy(), 0.2, distribution="gamma")


def test_standard_errors_of_a_file(tmp_path: Path) -> None:
    file = tmp_path / "errors.csv"
    file.write_text("sector,trade_elasticity,standard_error\nsoy,5,1\nservices,4,0\ngoods,3.5,0.7\n")
    found = from_file(toy(), file)
    assert_array_equal(found.centre, [5.0, 3.5, 4.0])
    assert_array_equal(found.standard_error, [1.0, 0.7, 0.0])
    file.write_text("sector,standard_error\nsoy,1\nservices,0\ngoods,0.7\n")
    assert_array_equal(from_file(toy(), file).centre, toy().trade_elasticity)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sector,standard_error\nsoy,1\ngoods,x\nservices,0\n", "errors.csv, line 3"),
        ("sector,standard_error\nsoy,1\ngoods,1\n", "services"),
        ("sector,error\nsoy,1\n", "column 'standard_error' is missing"),
        ("sector,standard_error\nsoy,1\ngoods,-1\nservices,0\n", "standard_error = -1 is below 0"),
    ],
)
def test_faults_of_a_file_are_named(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "errors.csv"
    file.write_text(text)
    with pytest.raises(SweepError, match=message):
        from_file(toy(), file)


def test_what_no_distribution_can_have_is_refused() -> None:
    with pytest.raises(SweepError, match="uniform from"):
        Uncertainty(Distribution.UNIFORM, np.array([1.0]), np.array([1.0]), "")
    with pytest.raises(SweepError, match="there is no such file"):
        from_file(toy(), "nowhere.csv")
