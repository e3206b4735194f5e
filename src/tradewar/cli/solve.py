"""`tradewar solve`: one counterfactual."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tradewar.cli.options import AsJson, Elasticities, HorizonYears, Level, Market, WorldName
from tradewar.cli.output import number, print_json, print_table, print_text, progress
from tradewar.errors import InputError
from tradewar.io.writing import check_file, write_file

if TYPE_CHECKING:
    from tradewar.equilibrium.outcome import Outcome


def solve(
    world: WorldName,
    tariffs: Annotated[
        Path | None, typer.Option(help="CSV: exporter, importer, sector and tariff (new rate) or change_pp.")
    ] = None,
    policy_file: Annotated[
        Path | None, typer.Option("--policy", help="TOML with every lever; refines --tariffs where both are given.")
    ] = None,
    closure: Annotated[
        str, typer.Option(help="Trade deficits: share-of-world, balanced, own-gdp, or fixed:NUMERAIRE.")
    ] = "share-of-world",
    market: Market = None,
    elasticities: Elasticities = None,
    horizon: HorizonYears = None,
    level: Level = None,
    flows: Annotated[bool, typer.Option("--flows", help="With the change of every flow.")] = False,
    out: Annotated[Path | None, typer.Option(help="Also write the result to this file (.json or .csv).")] = None,
    as_json: AsJson = False,
) -> None:
    """Solve one counterfactual: what tariffs and other levers do to every country."""
    from tradewar.equilibrium.policy import Policy
    from tradewar.equilibrium.solve import solve as solve_world
    from tradewar.errors import NoSolutionError
    from tradewar.world.catalogue import load_world

    if out is not None:
        if out.suffix not in (".json", ".csv") and str(out) != "/dev/stdout":
            raise InputError.at(f"--out {out}", f"{out.suffix or 'no ending'} is not known", "Use .json or .csv")
        check_file(out, inputs=(tariffs, policy_file))
    with progress() as say:
        say(f"Reading {world}")
        baseline = load_world(world)
        policy = Policy() if tariffs is None else Policy.from_file(baseline, tariffs)
        if policy_file is not None:
            policy = Policy.from_toml(baseline, policy_file, policy)
        say("Solving")
        try:
            outcome = solve_world(
                baseline, policy, closure=closure, market=market, elasticities=elasticities, horizon=horizon,
                level=level or "world",
            )  # fmt: skip
        except NoSolutionError as error:
            from tradewar.equilibrium.prepared import NoEquilibrium

            # no figure of what is no equilibrium; the message follows on standard error
            if as_json and error.certificate is not None:
                print_json(NoEquilibrium(baseline.name, closure, error.certificate))
            raise
    if out is not None:
        _write(out, outcome, flows)
    if as_json:
        print_json(outcome.document(flows))
    else:
        _show(outcome.to_dict(flows=flows), outcome.baseline.money_unit)


def _write(out: Path, outcome: Outcome, flows: bool) -> None:
    from tradewar.io.serialize import json_text
    from tradewar.io.text import frame_csv

    is_table = out.suffix == ".csv"
    write_file(out, frame_csv(outcome.to_frame()) if is_table else json_text(outcome.document(flows)))


def _show(facts: dict[str, Any], money_unit: str) -> None:
    certificate = facts["certificate"]
    print_text(
        f"{facts['world']}: closure {facts['closure']}, market {facts['market']}, "
        f"unit of account {facts['numeraire']}.",
        facts["horizon"]["sentence"],
    )
    print_table(
        f"Against the baseline, percent; money in {money_unit}",
        ("country", "real income", "real wage", "exports", "imports", "tariff revenue", "before"),
        [
            (
                row["country"],
                number(row["real_income_pct"], 4, sign=True),
                number(row["real_wage_pct"], 4, sign=True),
                number(row["exports_pct"], sign=True),
                number(row["imports_pct"], sign=True),
                number(row["tariff_revenue"], 1),
                number(row["tariff_revenue_baseline"], 1),
            )
            for row in facts["countries"]
        ],
    )
    for promise in facts["commitments"]:
        _show_commitment(promise, money_unit)
    if "flows" in facts:
        _show_flows(facts["flows"], money_unit)
    print_text(
        *(f"Warning: {sentence}" for sentence in certificate["warnings"]),
        f"Certificate: largest relative error of any equation {certificate['max_residual']:.1e} "
        f"after {certificate['iterations']} iterations, {certificate['seconds']:.2f} s; every income, price and flow "
        "has the right sign.",
    )


def _show_commitment(promise: dict[str, Any], money_unit: str) -> None:
    """One commitment: what it takes, and who sells less because of it."""
    if not promise["binding"]:
        kept = f"{number(promise['value'])} against a target of {number(promise['target'])} {money_unit}"
        print_text(f"{promise['title']}: kept without any wedge ({kept}).")
        return
    cost = promise["fiscal_cost"]
    budget = "costs" if cost >= 0 else "brings"
    print_text(
        f"{promise['title']}: {number(promise['before'])} becomes {number(promise['value'])} {money_unit} at an "
        f"implied rate of {number(100 * promise['implied_rate'], sign=True)} percent (z = {promise['wedge']:.6f}); "
        f"it {budget} the budget of {promise['payer']} {number(abs(cost))}."
    )
    if promise["kind"] == "purchases":
        shift = promise["bilateral"]
        together = shift["extra_purchases"] + shift["other_commitments_change"]
        print_text(
            f"  {number(shift['extra_purchases'])} more is bought ({number(together)} with other commitments), and the "
            f"surplus of {promise['payer']} with the sellers falls by {number(shift['surplus_fall'])}: its other "
            f"purchases from them change by {number(shift['other_purchases_change'], sign=True)}, its sales to them by "
            f"{number(shift['own_sales_change'], sign=True)}."
        )
    losers = sorted((row for row in promise["suppliers"] if row["change"] < 0), key=lambda row: row["change"])
    rows = [
        (row["supplier"], number(row["sales_before"]), number(row["sales"]), number(row["change"])) for row in losers
    ]
    print_table(f"Displaced suppliers, {money_unit}", ("supplier", "before", "after", "change"), rows[:8])


def _show_flows(flows: list[dict[str, Any]], money_unit: str) -> None:
    print_table(
        f"Flows, f.o.b., {money_unit}",
        ("exporter", "importer", "sector", "before", "after", "percent"),
        [
            (
                row["exporter"],
                row["importer"],
                row["sector"],
                number(row["baseline"], 1),
                number(row["counterfactual"], 1),
                "n/a" if row["change_pct"] is None else number(row["change_pct"], sign=True),
            )
            for row in flows
        ],
        text_columns=3,
        keys=3,
    )
