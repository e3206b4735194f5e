"""Payoffs, and the reader of political weights."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tradewar.equilibrium.objectives import Seeds
from tradewar.equilibrium.solution import Solution
from tradewar.errors import InputError
from tradewar.games import best_response, political, read_political_weights, war, weighted
from tradewar.games.objectives import log_payoffs, real_incomes
from tradewar.games.setup import game_stage
from tradewar.games.stage import settle
from tradewar.world import World
from worlds import random_world, toy_io


def written(folder: Path, world: World, change=None) -> Path:
    lines = [f"{c},{s},1.0" for c in world.countries for s in world.sectors]
    path = folder / "weights.csv"
    path.write_text("\n".join(["country,sector,weight", *(change(lines) if change else lines)]) + "\n")
    return path


@pytest.mark.parametrize("market", ["competitive", "monopolistic"])
def test_weights_of_one_are_real_income(market: str) -> None:
    world = random_world(3, with_inputs=False)
    stage, _ = game_stage(world, market=market)
    position = settle(stage, stage.log_power + 0.2 * stage.foreign)
    payoffs = log_payoffs(political(world, np.ones((4, 3))), stage, position)
    assert payoffs == pytest.approx(real_incomes(stage, position), abs=1e-12)


def test_weights_of_one_give_the_war_of_real_income(tmp_path: Path) -> None:
    options = {"starts": ["closed-form"], "corners": False}
    plain = war(toy_io(), **options)
    same = war(toy_io(), weights=written(tmp_path, toy_io()), **options)
    assert same.objective == "political"
    assert same.tariff_rate == pytest.approx(plain.tariff_rate, abs=1e-8)


def test_a_favoured_sector_is_protected() -> None:
    weights = np.ones((3, 3))
    weights[0] = [1.0, 1.5, 0.5]
    options = {"starts": ["closed-form"], "corners": False}
    found = best_response(toy_io(), "US", weights=weights, **options)
    plain = best_response(toy_io(), "US", **options)
    assert found.certified
    assert (found.tariff_rate[0, 1:, 1] > plain.tariff_rate[0, 1:, 1]).all()
    assert found.objective_hat[0] > 1.0
    assert found.real_income_hat[0] < plain.real_income_hat[0]


def test_an_objective_of_ones_own() -> None:
    def revenue(solution: Solution, country: int) -> tuple[float, Seeds]:
        total = float(solution.tariff_revenue[country])
        seed = np.zeros((1, len(solution.income)))
        seed[0, country] = 1.0 / total
        return float(np.log(total)), Seeds(tariff_revenue=seed)

    found = best_response(
        toy_io(), "US", objective=weighted("revenue", revenue), starts=["inverse-elasticity"], corners=False
    )
    assert found.objective == "revenue"
    assert found.certified
    # a Leviathan taxes more than a government that cares for income
    assert (found.tariff_rate[found.chosen] > best_response(toy_io(), "US").tariff_rate[found.chosen]).all()


def test_weights_are_read(tmp_path: Path) -> None:
    world = toy_io()
    assert (read_political_weights(world, written(tmp_path, world)) == 1.0).all()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda lines: lines[1:], "rows are missing (country/sector): US/soy"),
        (lambda lines: [*lines, lines[0]], "US/soy is there twice"),
        (lambda lines: ["UA,soy,1.0", *lines[1:]], "unknown country 'UA'"),
        (lambda lines: ["US,soy,-1.0", *lines[1:]], "weight = -1 is below 0"),
        (lambda lines: ["US,soy,much", *lines[1:]], "weight = 'much' is not a finite number"),
    ],
)
def test_faulty_weights_are_refused_by_line(tmp_path: Path, change, said: str) -> None:
    with pytest.raises(InputError) as caught:
        read_political_weights(toy_io(), written(tmp_path, toy_io(), change))
    assert said in str(caught.value)
    assert "weights.csv" in str(caught.value)


def test_weights_that_do_not_average_to_one_are_refused() -> None:
    weights = np.ones((3, 3))
    weights[1] = 2.0
    with pytest.raises(InputError, match=r"CN: mean over sectors is 2 \(must be 1"):
        political(toy_io(), weights)
    with pytest.raises(InputError, match="US/goods"):
        weights[0, 1] = -1.0
        political(toy_io(), weights)


def test_a_missing_file_of_weights_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.csv: there is no such file"):
        war(toy_io(), weights=tmp_path / "none.csv")
