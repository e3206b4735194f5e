"""`tradewar war`: optimal tariffs of one player, or the Nash war of several, with its certificate."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from tradewar.cli.options import AsJson, Elasticities, Market, WorldName
from tradewar.cli.output import number, print_json, print_table, print_text, progress


def war(
    world: WorldName,
    players: Annotated[
        str | None, typer.Option(help="Countries that choose tariffs, separated by commas; by default all.")
    ] = None,
    goods: Annotated[
        str | None, typer.Option(help="Sectors whose tariffs are chosen, separated by commas; by default all.")
    ] = None,
    mfn: Annotated[bool, typer.Option("--mfn", help="One rate per sector for all partners.")] = False,
    between: Annotated[bool, typer.Option("--between", help="Only tariffs of the players on each other.")] = False,
    weights: Annotated[Path | None, typer.Option(help="Political weights, CSV: country, sector, weight.")] = None,
    market: Market = None,
    max_rate: Annotated[float, typer.Option(help="Highest tariff, as a rate: 0.5 is 50 percent.")] = 10.0,
    closure: Annotated[str, typer.Option(help="Trade deficits: balanced (removed first), or share-of-world.")] = (
        "balanced"
    ),
    elasticities: Elasticities = None,
    tariffs: Annotated[
        Path | None, typer.Option(help="CSV of tariffs in force from the start, as for `tradewar solve`.")
    ] = None,
    corners: Annotated[
        bool, typer.Option("--corners/--no-corners", help="Try every sector at its bounds in the certificate.")
    ] = True,
    as_json: AsJson = False,
) -> None:
    """Optimal tariffs of one player, or the Nash war of several, with its certificate."""
    from tradewar.equilibrium.policy import Policy
    from tradewar.games.war import war as play
    from tradewar.world.catalogue import load_world

    with progress() as say:
        say(f"Reading {world}")
        baseline = load_world(world)
        policy = None if tariffs is None else Policy.from_file(baseline, tariffs)
        found = play(
            baseline,
            _names(players),
            goods=_names(goods),
            mfn=mfn,
            between=between,
            weights=weights,
            market=market,
            max_rate=max_rate,
            closure=closure,
            elasticities=elasticities,
            policy=policy,
            corners=corners,
            progress=say,
        )
    if as_json:
        print_json(found)
    else:
        _show(found.to_dict(tariffs=False), one=len(found.players) == 1)
    if not found.certified:
        # shown as what it is, and not a success
        raise typer.Exit(3)


def _names(text: str | None) -> list[str] | None:
    return None if text is None else [name.strip() for name in text.split(",") if name.strip()]


def _show(facts: dict[str, Any], *, one: bool) -> None:
    what = f"optimal tariffs of {facts['players'][0]}" if one else f"Nash war of {', '.join(facts['players'])}"
    print_text(
        f"{facts['world']}: {what}; objective {facts['objective'].replace('_', ' ')}, {facts['regime']} tariffs, "
        f"market {facts['market']}, closure {facts['closure']}."
    )
    for note in facts["notes"]:
        print_text(note)
    print_table(
        "Against the tariffs in force, percent; tariffs of what may carry one, percent",
        ("country", "player", "objective", "real income", "real wage", "mean tariff", "median", "trade-weighted"),
        [
            (
                row["country"],
                "yes" if row["player"] else "",
                *(number(row[key], 4, sign=True) for key in ("objective_pct", "real_income_pct", "real_wage_pct")),
                *(_rate(row[key]) for key in ("mean_tariff", "median_tariff", "trade_weighted_tariff")),
            )
            for row in facts["countries"]
        ],
        text_columns=2,
    )
    certificate = facts["certificate"]
    print_text(
        f"Certificate: {certificate['label']}; first-order residual {certificate['first_order_residual']:.1e}, "
        f"largest gain from deviating {certificate['largest_gain_from_deviating_pct']:.1e} percent in "
        f"{certificate['deviations_tried']} deviations tried; equilibrium residual "
        f"{certificate['equilibrium_residual']:.1e}; {facts['uniqueness']}; {facts['seconds']:.1f} s."
    )


def _rate(rate: float | None) -> str:
    return "n/a" if rate is None else number(100.0 * rate)
