"""What a sweep holds: every item with its status, quantiles and contributions that follow from the rows."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.stats import spearmanr

import tradewar as tw
from sweeps import Reference, contents, small_plan
from tradewar.equilibrium import Policy, solve
from tradewar.errors import InputError, SweepError
from tradewar.sweep import BargainGame, Counterfactual, Sweep, Uncertainty, WarGame, plan, relative, run
from tradewar.sweep.driver import add
from tradewar.world.uncertainty import Distribution
from worlds import random_rates, random_world, toy_io, war_rates


def found(reference: Reference) -> Sweep:
    return Sweep(reference.folder, reference.plan.tasks[0].measures)


def test_rows_are_the_single_solves(reference: Reference) -> None:
    frame = found(reference).to_frame()
    made = reference.plan
    assert_array_equal(frame["item"].to_numpy(), np.repeat(np.arange(24), 4))
    assert set(frame["status"]) == {"solved"}
    for item in (0, 5, 23):
        draw, case = divmod(item, 2)
        world = replace(made.world, trade_elasticity=made.elasticities(draw))
        alone = solve(world, Policy(random_rates(made.world, case, 0.5)), closure="balanced")
        rows = frame[frame["item"] == item]
        assert list(rows["case"]) == [f"policy {case}"] * 4
        assert_allclose(rows["real_income_pct"], 100 * (alone.real_income_hat - 1), rtol=0, atol=1e-7)
        assert (rows["max_residual"] <= 1e-9).all()


def test_the_folder_says_all_about_itself(reference: Reference) -> None:
    manifest = json.loads(reference.files["manifest.json"])
    assert (manifest["kind"], manifest["draws"], manifest["seed"], manifest["parts"]) == ("counterfactual", 12, 7, 6)
    assert manifest["tasks"] == ["policy 0", "policy 1"]
    theta = found(reference).draws()
    for draw in (0, 11):
        assert_array_equal(theta.loc[draw].to_numpy(), reference.plan.elasticities(draw))


def test_quantiles_are_those_of_the_rows(reference: Reference) -> None:
    sweep = found(reference)
    table, frame = sweep.quantiles(), sweep.to_frame()
    row = table[(table["case"] == "policy 1") & (table["country"] == "C02") & (table["measure"] == "exports_pct")]
    values = frame[(frame["case"] == "policy 1") & (frame["country"] == "C02")]["exports_pct"]
    assert int(row["solved"].iloc[0]) == 12 and int(row["failed"].iloc[0]) == 0
    assert_allclose(row["q5"], values.quantile(0.05))
    assert_allclose(row["q50"], values.median())
    assert_allclose(row["standard_deviation"], values.std())
    assert "24 solved" in repr(sweep) and "C02" in sweep._repr_html_()


def test_contributions_find_the_elasticity_that_matters(tmp_path: Path) -> None:
    world = toy_io()
    only_goods = Uncertainty(Distribution.UNIFORM, world.trade_elasticity, np.array([0.02, 0.8, 0.0]), "test")
    made = plan(world, [Counterfactual(Policy(war_rates(world)))], uncertainty=only_goods, draws=20)
    sweep = run(made, tmp_path / "out")
    table = sweep.contributions().set_index(["country", "sector"])
    goods, soy = table.loc[("US", "goods")], table.loc[("US", "soy")]
    theta, frame = sweep.draws(), sweep.to_frame()
    income = frame[frame["country"] == "US"]["real_income_pct"]
    assert goods["rank_correlation"] == pytest.approx(spearmanr(theta["goods"], income).statistic)
    assert abs(goods["rank_correlation"]) > 0.95
    assert abs(goods["high"] - goods["low"]) > 20 * abs(soy["high"] - soy["low"])
    # one elasticity moves nearly everything, so its bar spans nearly all there is
    assert abs(goods["high"] - goods["low"]) == pytest.approx(income.quantile(0.95) - income.quantile(0.05), rel=0.2)
    assert np.isnan(table.loc[("US", "services")]["rank_correlation"])
    with pytest.raises(SweepError, match="there is no 'income'"):
        sweep.contributions("income")


def test_too_few_draws_tell_no_sectors_apart(tmp_path: Path) -> None:
    made = small_plan(draws=4)
    table = run(made, tmp_path / "out").contributions()
    assert table["low"].isna().all() and table["rank_correlation"].notna().all()


def test_what_fails_is_kept_with_its_status(tmp_path: Path) -> None:
    world = toy_io()
    shut = np.zeros((3, 3, 3))
    shut[0, 1:, 0] = 1.0
    good, bad = Counterfactual(Policy(war_rates(world)), "good"), Counterfactual(Policy(np.zeros((2, 2, 2))), "bad")
    sweep = run(plan(world, [good, bad], uncertainty=relative(world, 0.1), draws=2), tmp_path / "out")
    frame = sweep.to_frame()
    assert len(frame) == 2 * 2 * 3
    failed = frame[frame["case"] == "bad"]
    assert set(failed["status"]) == {"refused"} and failed["real_income_pct"].isna().all()
    assert failed["message"].str.contains("has shape").all()
    assert sweep.statuses() == {"solved": 2, "no solution": 0, "inadmissible": 0, "refused": 2}
    table = sweep.quantiles()
    assert set(table[table["case"] == "bad"]["failed"]) == {2} and table[table["case"] == "bad"]["mean"].isna().all()


@pytest.mark.slow
def test_wars_and_bargains_sweep_too(tmp_path: Path) -> None:
    world = toy_io()
    wars = plan(world, [WarGame(("US", "CN")), WarGame(("US",), "US alone")], uncertainty=relative(world, 0.1), draws=2)
    frame = run(wars, tmp_path / "wars").to_frame()
    assert set(frame["status"]) == {"solved"}
    assert (frame["first_order_residual"] <= 1e-9).all() and (frame["equilibrium_residual"] <= 1e-10).all()
    from tradewar.games import war

    alone = war(replace(world, trade_elasticity=wars.elasticities(1)), ["US", "CN"])
    rows = frame[(frame["draw"] == 1) & (frame["case"] == "war")]
    assert_allclose(rows["real_income_pct"], 100 * (alone.real_income_hat - 1), rtol=1e-7, atol=1e-9)

    bargain = run(plan(world, [BargainGame(("US", "CN"), options={"between": True})]), tmp_path / "bargain").to_frame()
    gains = bargain.set_index("country")["objective_pct"]
    assert gains["US"] == pytest.approx(gains["CN"], abs=1e-4) and gains["US"] > 0


def test_the_public_verb(tmp_path: Path) -> None:
    world = toy_io()
    sweep = tw.sweep(world, [Counterfactual(Policy(war_rates(world)))], out=tmp_path / "out")
    assert sweep.statuses()["solved"] == 1
    assert_allclose(sweep.draws().to_numpy(), [world.trade_elasticity])


def test_a_folder_of_another_sweep_is_refused(reference: Reference, tmp_path: Path) -> None:
    with pytest.raises(SweepError, match=r"holds a sweep with draws 12, not 13\. Name another folder") as error:
        run(small_plan(draws=13), reference.folder)
    assert len(error.value.problems) == 1
    other = random_world(5, 4, 3)
    with pytest.raises(SweepError, match="world_sha256"):
        run(replace(reference.plan, world=other), reference.folder)
    changed = Counterfactual(Policy(random_rates(reference.plan.world, 0, 0.4)), "policy 0", "balanced")
    with pytest.raises(SweepError, match="tasks_sha256"):
        run(replace(reference.plan, tasks=(changed, reference.plan.tasks[1])), reference.folder)
    assert contents(reference.folder) == reference.files


def test_folders_that_are_none_of_ours(reference: Reference, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("something")
    with pytest.raises(SweepError, match="is a file"):
        run(reference.plan, file)
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "manifest.json").write_text("{")
    with pytest.raises(SweepError, match=r"holds manifest\.json, which tradewar did not write"):
        run(reference.plan, tmp_path / "broken")
    (tmp_path / "orphans" / "parts").mkdir(parents=True)
    (tmp_path / "orphans" / "parts" / "part-00000.parquet").write_bytes(b"")
    with pytest.raises(SweepError, match=r"holds parts/part-00000\.parquet, which tradewar did not write"):
        run(reference.plan, tmp_path / "orphans")
    assert {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")} == {
        "file", "broken", "broken/manifest.json", "orphans", "orphans/parts", "orphans/parts/part-00000.parquet"
    }  # fmt: skip


def test_a_table_that_was_changed_is_refused_before_the_work(reference: Reference, tmp_path: Path) -> None:
    out = tmp_path / "out"
    shutil.copytree(reference.folder, out)
    add(out, {"quantiles.csv": "ours"})
    (out / "quantiles.csv").write_text("mine")
    (out / "parts" / "part-00000.parquet").unlink()
    with pytest.raises(SweepError, match=r"holds quantiles\.csv, which was changed since tradewar wrote it"):
        run(reference.plan, out)
    (out / "quantiles.csv").rename(out / "mine.csv")
    run(reference.plan, out)
    assert (out / "mine.csv").read_text() == "mine"
    with pytest.raises(InputError, match=r"holds mine\.csv, which tradewar did not write"):
        add(out, {"mine.csv": "ours"})


def test_only_the_parts_of_the_plan_are_read(reference: Reference, tmp_path: Path) -> None:
    out = tmp_path / "out"
    shutil.copytree(reference.folder, out)
    shutil.copy(out / "parts" / "part-00000.parquet", out / "parts" / "part-00099.parquet")
    assert len(run(reference.plan, out).to_frame()) == len(found(reference).to_frame())
    (out / "parts" / "part-00001.parquet").write_bytes(b"PAR1")
    with pytest.raises(SweepError, match=r"part-00001\.parquet: cannot be read"):
        Sweep(out, reference.plan.tasks[0].measures).to_frame()


def test_more_draws_than_memory_holds_are_refused() -> None:
    world = toy_io()
    with pytest.raises(
        SweepError, match=r"draws: are 1,000,000,000,000: .* the limit is 5,000,000\. Give at most 1,666,666"
    ):
        plan(world, [Counterfactual(Policy())], uncertainty=relative(world, 0.1), draws=10**12)


def test_every_fault_of_a_plan_at_once() -> None:
    world = toy_io()
    task = Counterfactual(Policy())
    with pytest.raises(SweepError) as error:
        plan(world, [task, task, WarGame(("US",))], draws=3, seed=-1, items_per_part=0)
    assert [problem.where for problem in error.value.problems] == ["tasks", "tasks", "draws", "seed", "items per part"]
    with pytest.raises(SweepError, match="Give at least one policy"):
        plan(world, [])
    with pytest.raises(SweepError, match="is for 3 sectors"):
        plan(random_world(1, 3, 4), [task], uncertainty=relative(world, 0.1))


def test_a_task_that_no_hash_identifies_is_refused(tmp_path: Path) -> None:
    task = WarGame(("US",), options={"progress": print})
    with pytest.raises(InputError, match="cannot be identified"):
        run(plan(toy_io(), [task]), tmp_path / "out")
