"""`gegravity` (PyPI, MIT) on its own 30-country sample against our one-sector equilibrium of the same experiment.

The experiment is the one of gegravity's documentation: a trade agreement between Canada and Japan, σ = 5, the
coefficients of its example. Expenditure is set equal to output in every country, because the two treat deficits
differently; times do not depend on it.

    economy      gegravity's modelled baseline flows; one sector, no inputs, no tariffs, θ = σ − 1
    shock        iceberg_hat = (t'/t)^(1/(1−σ)), where gegravity's trade cost is t^(1−σ)
    outcome      terms of trade p_i / P_i, which no normalisation of prices changes; ours is real_income_hat

`OneSectorGE.simulate` of version 0.3 solves the multilateral resistances at *baseline* output and expenditure shares
(`_full_ge` reads `baseline_output_share`) and then moves outputs with factory prices, so its flows do not add up to
its own expenditures. An equilibrium of the endowment economy is a fixed point of `simulate`: given the shares of its
own result it returns that result. Agreement is shown so: `simulate`, given the output shares of our equilibrium,
returns our terms of trade. A single `simulate` differs, by the amount that is reported.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy import ndarray as Array

from benchmarks.result import Measure, Options, Result
from benchmarks.timing import ratios, seconds
from benchmarks.worlds import missing, reference_data
from tradewar.equilibrium import Policy, solve
from tradewar.world import World

TITLE = "One-sector gravity: gegravity's simulate against ours, 30 countries"
GOAL = 100.0
SIGMA = 5.0
PARTIES = ("CAN", "JPN")
COEFFICIENTS = {
    "lndist": -0.3764,
    "contiguity": 0.8850,
    "pta": 0.4823,
    "common_language": 0.0392,
    "international": -3.4224,
}
"""The cost coefficients of gegravity's documented example."""


@dataclass(frozen=True)
class Prepared:
    """A gegravity model ready to simulate, and the same experiment as a World and a Policy."""

    model: Any
    world: World
    policy: Policy


def run(options: Options) -> Result:
    """Compare times after showing that the results agree."""
    place = reference_data()
    sample = place / "layouts" / "gegravity_sample.csv" if place else None
    if sample is None or not sample.is_file():
        return Result.skip("gravity", TITLE, missing("gegravity_sample.csv"))
    if not _installed():
        return Result.skip("gravity", TITLE, "gegravity is not installed; it is in the extra `dev`")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        prepared = prepare(sample)
        ours = solve(prepared.world, prepared.policy)
        hats = ours.real_income_hat
        once = simulated(prepared.model)
        given_ours = simulated(with_output_shares(_model(sample), prepared.world, ours.gross_output[:, 0]))
        theirs, times = _interleaved(sample, prepared, options.pairs)
        pairs = ratios(theirs, times)
    measures = (
        Measure.of("gegravity OneSectorGE.simulate", "s", theirs),
        Measure.of("tradewar solve, to 1e-10, with certificate", "s", times),
        Measure.of("ratio, pair by pair", "x", pairs),
        Measure.single(
            "largest difference of terms of trade, simulate given our output shares", "", gap(hats, given_ours)
        ),
        Measure.single("largest difference of terms of trade, simulate as it is", "", gap(hats, once)),
        Measure.single("largest effect on terms of trade", "", float(np.abs(hats - 1).max())),
    )
    middle = measures[2].median
    return Result("gravity", TITLE, METHOD, measures, f"at least {GOAL:g} times", middle >= GOAL)


METHOD = (
    "Trade agreement between Canada and Japan on gegravity's sample (manufacturing, 2006), expenditure set equal to "
    "output. gegravity's time is `simulate` alone, its baseline being built outside; ours is `solve` alone. `simulate` "
    "keeps output shares at their baseline values; given those of our equilibrium it returns our terms of trade, so "
    "that ours is the equilibrium it approximates. Normalisation: terms of trade p/P, free of the price level."
)


def gap(first: Array, second: Array) -> float:
    """Largest relative difference."""
    return float(np.abs(first / second - 1).max())


def prepare(sample: Path) -> Prepared:
    """gegravity's model of the sample with baseline built and experiment defined, and our twin of it."""
    model = _model(sample)
    countries = tuple(sorted(model.baseline_data["exporter"].unique()))
    before = _matrix(model.baseline_trade_costs, countries)
    after = _matrix(model.experiment_trade_costs, countries)
    iceberg = (after / before) ** (1.0 / (1.0 - SIGMA))
    world = _world(countries, _baseline_flows(model, before, countries))
    policy = Policy(iceberg_hat=iceberg[:, :, None], name="trade agreement of Canada and Japan")
    return Prepared(model, world, policy)


def simulated(model: Any) -> Array:
    """Terms-of-trade hats of one `simulate`, countries in alphabetical order."""
    model.simulate()
    changes = model.country_results["terms of trade change (percent)"].sort_index()
    return 1.0 + changes.to_numpy(dtype=float) / 100.0


def with_output_shares(model: Any, world: World, output: Array) -> Any:
    """The model with its output and expenditure shares replaced by those of given outputs, for the next `simulate`."""
    share = dict(zip(world.countries, output / output.sum(), strict=True))
    for country in model.country_set.values():
        country.baseline_output_share = country.baseline_expenditure_share = share[_code(country)]
    return model


def _interleaved(sample: Path, prepared: Prepared, pairs: int) -> tuple[list[float], list[float]]:
    """Seconds of `simulate` and of `solve` in turn. A model can simulate once: it is built outside the time."""
    theirs: list[float] = []
    ours: list[float] = []
    for _ in range(pairs):
        theirs.append(seconds(_model(sample).simulate))
        ours.append(seconds(lambda: solve(prepared.world, prepared.policy), repetitions=50))
    return theirs, ours


def _installed() -> bool:
    from importlib.util import find_spec

    return find_spec("gegravity") is not None


def _model(sample: Path) -> Any:
    import gegravity
    import pandas as pd

    table = pd.read_csv(sample)
    table["E"] = table["importer"].map(table.groupby("exporter")["Y"].first())
    baseline = gegravity.BaselineData(
        table,
        imp_var_name="importer",
        exp_var_name="exporter",
        year_var_name="year",
        trade_var_name="trade",
        expend_var_name="E",
        output_var_name="Y",
    )
    estimates = pd.DataFrame({"var": COEFFICIENTS.keys(), "coeff": COEFFICIENTS.values(), "ste": 0.1})
    costs = gegravity.CostCoeffs(estimates=estimates, identifier_col="var", coeff_col="coeff", stderr_col="ste")
    model = gegravity.OneSectorGE(
        baseline,
        year="2006",
        reference_importer="DEU",
        sigma=SIGMA,
        cost_variables=list(COEFFICIENTS),
        cost_coeff_values=costs,
        quiet=True,
    )
    model.build_baseline(omr_rescale=100)
    experiment = model.baseline_data.copy()
    between = experiment["importer"].isin(PARTIES) & experiment["exporter"].isin(PARTIES)
    experiment.loc[between & (experiment["importer"] != experiment["exporter"]), "pta"] = 1
    model.define_experiment(experiment)
    return model


def _code(country: Any) -> str:
    # gegravity renames the reference country ZZZ_DEU while it solves
    return str(country.identifier).removeprefix("ZZZ_")


def _matrix(costs: Any, countries: tuple[str, ...]) -> Array:
    """A long gegravity table of trade costs as [importer, exporter]."""
    reference = {f"ZZZ_{code}": code for code in countries}
    named = costs.replace({"importer": reference, "exporter": reference}).set_index(["importer", "exporter"])
    cost = named["trade_cost"].to_dict()
    return np.array([[cost[importer, exporter] for exporter in countries] for importer in countries])


def _baseline_flows(model: Any, cost: Array, countries: tuple[str, ...]) -> Array:
    """gegravity's modelled baseline flows E_j Y_i / Y · t^(1−σ) / (Π_i P_j)^(1−σ), [importer, exporter]."""
    by_code = {_code(country): country for country in model.country_set.values()}
    output = np.array([by_code[code].baseline_output for code in countries], dtype=float)
    resistance = model.baseline_mr.loc[list(countries)] ** (1.0 - SIGMA)
    inward, outward = (resistance[f"baseline {side}"].to_numpy(dtype=float) for side in ("imr", "omr"))
    return cost * (output / inward)[:, None] * (output / outward)[None, :] / output.sum()


def _world(countries: tuple[str, ...], flows: Array) -> World:
    n = len(countries)
    return World.build(
        name="gegravity sample, expenditure equal to output",
        year=2006,
        money_unit="USD million",
        source="gegravity_sample.csv (public repository peter-herman/gegravity)",
        terms="MIT",
        countries=countries,
        country_names=countries,
        aggregates=(),
        sectors=("MAN",),
        sector_names=("Manufacturing",),
        tradable=np.ones(1, dtype=bool),
        trade_value=flows[:, :, None],
        tariff_rate=np.zeros((n, n, 1)),
        value_added_share=np.ones((n, 1)),
        input_share=np.zeros((n, 1, 1)),
        consumption_share=None,
        trade_elasticity=np.array([SIGMA - 1.0]),
    )
