"""Treaties of two, three and more: found, or a status that says why there is none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from commands import tradewar
from tradewar.errors import NoSolutionError
from tradewar.games import Cooperation, TreatyStatus, cooperate
from tradewar.games.objectives import log_payoffs
from tradewar.games.setup import Options, setup
from tradewar.games.stage import settle
from tradewar.world import World, load_world, write_world
from worlds import random_world

FLOWS = """exporter,importer,sector,value,tariff
AUR,AUR,FOOD,900,0
BOR,AUR,FOOD,100,0.04
ROW,AUR,FOOD,120,0.04
AUR,BOR,FOOD,150,0.06
BOR,BOR,FOOD,600,0
ROW,BOR,FOOD,90,0.06
AUR,ROW,FOOD,130,0.05
BOR,ROW,FOOD,60,0.05
ROW,ROW,FOOD,20000,0
AUR,AUR,GOODS,2500,0
BOR,AUR,GOODS,450,0.03
ROW,AUR,GOODS,700,0.03
AUR,BOR,GOODS,380,0.04
BOR,BOR,GOODS,1800,0
ROW,BOR,GOODS,500,0.04
AUR,ROW,GOODS,690,0.03
BOR,ROW,GOODS,560,0.03
ROW,ROW,GOODS,60000,0
AUR,AUR,SERV,6000,0
BOR,BOR,SERV,4000,0
ROW,ROW,SERV,150000,0
"""


@pytest.fixture
def three(tmp_path: Path) -> Path:
    """Two small countries and everyone else: where the search for a treaty of all three once stopped short."""
    folder = tmp_path / "world"
    folder.mkdir()
    (folder / "flows.csv").write_text(FLOWS)
    (folder / "countries.csv").write_text("country,name\nAUR,Aurelia\nBOR,Boreal\nROW,Rest of the world\n")
    (folder / "sectors.csv").write_text(
        "sector,name,tradable,trade_elasticity\nFOOD,Food,true,5\nGOODS,Goods,true,4\nSERV,Services,false,4\n"
    )
    (folder / "world.toml").write_text(
        'name = "Three"\nyear = 2024\nmoney_unit = "USD million"\nsource = "invented"\naggregates = ["ROW"]\n'
    )
    return folder


def test_a_bargain_of_three(three: Path, tmp_path: Path) -> None:
    players = ("--bargain", "AUR,BOR", "--bargain", "AUR,BOR,ROW")
    done = tradewar("sweep", three, *players, "--draws", "0", "--out", tmp_path / "out", "--json")
    assert done.status == 0, done.err
    assert done.json["statuses"]["solved"] == 2
    assert done.json["reasons"] == []
    mean = {
        (row["case"], row["country"]): row["mean"]
        for row in done.json["quantiles"]
        if row["measure"] == "real_income_pct"
    }
    for code, gain in (("AUR", 0.3127), ("BOR", 0.3127), ("ROW", -0.0584)):
        assert mean["AUR,BOR", code] == pytest.approx(gain, abs=5e-5)
        assert mean["AUR,BOR,ROW", code] == pytest.approx(0.0044, abs=5e-5)


def test_every_start_of_three_finds_the_treaty(three: Path) -> None:
    world = load_world(str(three))
    for start in ("factual", "nash"):
        found = cooperate(world, start=start)
        assert found.converged
        assert found.spread < 1e-8
        assert found.status is TreatyStatus.DEAL
        assert found.gain_pct > 0
        assert found.sentence == f"All gain {found.gain_pct:+.4g} percent."
    # from free trade among all there is nothing to gain
    assert cooperate(world, start="free").status is TreatyStatus.NO_DEAL


def test_free_trade_of_all_is_no_deal_and_says_so(three: Path, tmp_path: Path) -> None:
    free = [",".join([*row.split(",")[:4], "0"]) for row in FLOWS.splitlines()[1:]]
    (three / "flows.csv").write_text("\n".join([FLOWS.splitlines()[0], *free, ""]))
    done = tradewar("sweep", three, "--bargain", "AUR,BOR,ROW", "--draws", "0", "--out", tmp_path / "out")
    assert done.status == 0, done.err
    assert "1 items, 1 no_deal." in done.out
    told = "AUR,BOR,ROW: no_deal in 1 of 1 items. No treaty is better for all: the start is already efficient."
    assert told in " ".join(done.out.split())


def least_gain_nearby(world: World, found: Cooperation, size: float, seed: int) -> float:
    """The best that random tariffs around a treaty give the participant worst off, less what the treaty gives it."""
    ready = setup(world, found.participants, Options())
    game, own = ready.game, ready.game.instruments
    generator = np.random.default_rng(seed)
    level = own.read(np.log1p(found.tariff_rate))
    reference = log_payoffs(game.objective, game.stage, ready.factual)
    best = -np.inf
    for _ in range(25):
        moved = np.clip(level + size * generator.standard_normal(own.count), own.lower, own.upper)
        position = settle(game.stage, own.place(moved, game.stage.log_power), ready.factual)
        gains = (log_payoffs(game.objective, game.stage, position) - reference)[own.players]
        best = max(best, float(gains.min()))
    return best - float(np.log1p(found.gain_pct / 100.0))


@pytest.mark.parametrize(("seed", "countries"), [(1, 4), (2, 3), (8, 2)])
def test_no_other_tariffs_give_the_worst_off_more(seed: int, countries: int) -> None:
    world = random_world(seed, 4, 2, with_inputs=seed != 2)
    found = cooperate(world, world.countries[:countries])
    assert found.status is TreatyStatus.DEAL
    for size in (0.3, 0.03, 0.003):
        assert least_gain_nearby(world, found, size, seed) < 1e-9


def test_the_programme_finds_what_the_joint_map_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    world = random_world(1, 3, 2, with_inputs=False)
    quick = cooperate(world)
    monkeypatch.setattr("tradewar.games.planner.JOINT_STEPS", 1)
    slow = cooperate(world)
    assert slow.converged
    assert slow.gain_pct == pytest.approx(quick.gain_pct, abs=1e-6)
    assert slow.weights == pytest.approx(quick.weights, abs=1e-4)
    assert slow.tariff_rate == pytest.approx(quick.tariff_rate, abs=1e-4)


def test_who_cannot_be_held_back_gains_more() -> None:
    # at tariffs at or above zero nothing that helps one of these two takes from the other
    world = random_world(2, 4, 3)
    found = cooperate(world, world.countries[:2], between=True)
    assert found.status is TreatyStatus.DEAL
    assert found.weights.min() == 0.0
    assert found.spread > 1e-4
    assert "more at nobody's expense" in found.sentence
    more = world.countries[int(found.objective_hat[:2].argmax())]
    assert more in found.sentence


def test_no_deal_and_the_payment_that_would_make_one() -> None:
    world = random_world(4, 3, 2)
    found = cooperate(world, max_rate=0.1)
    assert found.status is TreatyStatus.NEEDS_SIDE_PAYMENT
    assert found.gap_pct < 0
    assert found.gain_pct == 0.0
    assert found.joint is not None
    assert found.joint.received.sum() == pytest.approx(0.0, abs=1e-12)
    factual = setup(world, None, Options(max_rate=0.1)).factual
    after = found.joint.gain_pct / 100.0 * factual.income + found.joint.received
    assert (after >= -1e-12).all()
    assert found.real_income_hat == pytest.approx(np.ones(3))
    assert found.to_dict()["status"] == "needs_side_payment"
    # what all would have to agree on instead: nothing gives the worst off as much as it has
    assert found.gap_pct == pytest.approx(100 * np.expm1(best_of_random(world)), abs=0.5)


def best_of_random(world: World) -> float:
    ready = setup(world, None, Options(max_rate=0.1))
    game, own = ready.game, ready.game.instruments
    reference = log_payoffs(game.objective, game.stage, ready.factual)
    generator, best = np.random.default_rng(5), -np.inf
    for _ in range(200):
        level = generator.uniform(own.lower, own.upper)
        position = settle(game.stage, own.place(level, game.stage.log_power), ready.factual)
        best = max(best, float((log_payoffs(game.objective, game.stage, position) - reference)[own.players].min()))
    assert best < 0
    return best


def test_all_countries_at_free_trade_are_efficient() -> None:
    found = cooperate(random_world(8, 3, 2), start="free")
    assert found.status is TreatyStatus.NO_DEAL
    assert found.joint is None
    assert found.sentence == "No treaty is better for all: the start is already efficient."
    assert (found.gain_pct, found.gap_pct) == pytest.approx((0.0, 0.0), abs=1e-5)
    assert found.tariff_rate[found.chosen] == pytest.approx(0.0)


def test_a_sweep_says_why_there_is_no_treaty(tmp_path: Path) -> None:
    write_world(random_world(4, 3, 2), tmp_path / "world")
    from tradewar.sweep import BargainGame, plan, run

    world = load_world(str(tmp_path / "world"))
    swept = run(plan(world, [BargainGame(world.countries, options={"max_rate": 0.1})]), tmp_path / "out")
    assert swept.statuses()["needs_side_payment"] == 1
    assert swept.answered == 1
    reasons = swept.reasons()
    assert list(reasons.columns) == ["case", "status", "message", "items"]
    assert "would lose at least" in reasons["message"][0]
    assert swept.to_frame()["real_income_pct"].isna().all()


def test_a_search_that_ends_nowhere_says_how_far_it_came(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tradewar.games.planner.JOINT_STEPS", 1)
    monkeypatch.setattr("tradewar.games.planner.LARGEST_PROGRAMME", 0)
    with pytest.raises(NoSolutionError, match=r"from 3 starting points: gains still differ by .* per unit of a log"):
        cooperate(random_world(1, 3, 2, with_inputs=False))
