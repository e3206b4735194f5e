"""`tradewar sweep`: how much a result depends on elasticities that nobody knows exactly."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tradewar.cli.options import AsJson, Market, WorldName
from tradewar.cli.output import number, print_json, print_table, print_text

if TYPE_CHECKING:
    import pandas as pd

    from tradewar.sweep import Sweep, Task, Uncertainty
    from tradewar.world import World

MEASURE = "real_income_pct"
MOST_REASONS = 10
MOST_CHARTS = 3
"""Countries with a chart where none is named: those that gain or lose most."""


def _whole(given: str | int) -> int:
    """A whole number, also as people write large ones (1e6); a default is one already."""
    value = float(given)
    if not value.is_integer():
        raise ValueError(given)
    return int(value)


def sweep(
    world: WorldName,
    out: Annotated[Path, typer.Option(help="Folder for the results; a sweep that was stopped goes on in it.")],
    tariffs: Annotated[
        list[Path] | None, typer.Option(help="Tariff file, as for `tradewar solve`; several make a grid.")
    ] = None,
    policy: Annotated[
        list[Path] | None, typer.Option(help="Policy file, as for `tradewar solve`; several make a grid.")
    ] = None,
    war: Annotated[
        list[str] | None, typer.Option(help="Nash war of these players, separated by commas; several make a grid.")
    ] = None,
    bargain: Annotated[
        list[str] | None, typer.Option(help="Best treaty with equal gains of these players; several make a grid.")
    ] = None,
    draws: Annotated[
        int, typer.Option(parser=_whole, help="Draws of the elasticities; 0 uses those of the world, once.")
    ] = 100,
    seed: Annotated[int, typer.Option(help="Seed of the draws.")] = 0,
    errors: Annotated[
        str,
        typer.Option(help="Standard errors: `sets` (spread of published sets), a share (0.2), or a CSV file."),
    ] = "sets",
    distribution: Annotated[str, typer.Option(help="lognormal, normal or uniform.")] = "lognormal",
    common: Annotated[float, typer.Option(help="Share of the variance that all sectors have in common, 0 to 1.")] = 0.5,
    elasticities: Annotated[str | None, typer.Option(help="A named set of trade elasticities as centre.")] = None,
    closure: Annotated[
        str | None, typer.Option(help="Trade deficits; share-of-world for policies, balanced for games by default.")
    ] = None,
    market: Market = None,
    workers: Annotated[int, typer.Option(help="Processes of this machine.")] = 1,
    scheduler: Annotated[str | None, typer.Option(help="Address of a Dask scheduler that does the work.")] = None,
    countries: Annotated[str | None, typer.Option(help="Countries with a tornado chart, separated by commas.")] = None,
    as_json: AsJson = False,
) -> None:
    """Solve policies, wars or bargains under draws of the elasticities; intervals, and which sector matters."""
    from tradewar import sweep as package
    from tradewar.sweep.result import SweepDocument
    from tradewar.world.catalogue import load_world

    baseline = load_world(world)
    if elasticities is not None and not draws:
        baseline = baseline.with_elasticities(elasticities)
    tasks = _tasks(baseline, tariffs or [], policy or [], war or [], bargain or [], closure, market)
    shown = None if countries is None else _checked(baseline, countries)
    uncertainty = _uncertainty(baseline, errors, elasticities, distribution) if draws else None
    uncertainty = uncertainty and replace(uncertainty, common=common)
    plan = package.plan(baseline, tasks, uncertainty=uncertainty, draws=draws or 1, seed=seed)
    with _bar() as tell:
        done = package.run(plan, out, workers=workers, scheduler=scheduler, progress=tell)
    quantiles, contributions = done.quantiles(), done.contributions(MEASURE)
    charts = _write(done, quantiles, contributions, baseline, shown)
    if as_json:
        rows: list[Any] = [frame.to_dict("records") for frame in (done.reasons(), quantiles, contributions)]
        facts = (str(done.folder), done.manifest(), done.statuses())
        print_json(SweepDocument(*facts, rows[0], rows[1], rows[2], charts, list(done.damaged)))
    else:
        _show(done, quantiles, charts)
    if not done.answered:
        raise typer.Exit(3)


def _tasks(
    world: World,
    tariffs: list[Path],
    policies: list[Path],
    wars: list[str],
    bargains: list[str],
    closure: str | None,
    market: str | None,
) -> list[Task]:
    from tradewar.equilibrium.policy import Policy
    from tradewar.sweep import BargainGame, Counterfactual, WarGame

    read = [(path, Policy.from_file(world, path)) for path in tariffs]
    read += [(path, Policy.from_toml(world, path)) for path in policies]
    tasks: list[Task] = [
        Counterfactual(policy, path.stem, closure or "share-of-world", market) for path, policy in read
    ]
    for kind, players in [(WarGame, text) for text in wars] + [(BargainGame, text) for text in bargains]:
        names = _checked(world, players)
        tasks.append(kind(names, ",".join(names), closure or "balanced", market))
    return tasks


def _checked(world: World, text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    for name in names:
        world.country_index(name)
    return names


def _uncertainty(world: World, errors: str, elasticities: str | None, distribution: str) -> Uncertainty:
    from tradewar.sweep import from_file, from_sets, relative

    if errors == "sets":
        return from_sets(world, elasticities, distribution)
    try:
        share = float(errors)
    except ValueError:
        return from_file(world, errors, elasticities, distribution)
    return relative(world, share, elasticities, distribution)


@contextmanager
def _bar() -> Generator[Callable[[int, int], None]]:
    """A progress bar on standard error, where that is a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    screen = Console(stderr=True)
    columns = (TextColumn("parts"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=screen, disable=not screen.is_terminal, transient=True) as progress:
        task = progress.add_task("parts")
        yield lambda done, total: progress.update(task, completed=done, total=total)


def _write(
    done: Sweep, quantiles: pd.DataFrame, contributions: pd.DataFrame, world: World, shown: tuple[str, ...] | None
) -> list[str]:
    """The tables and charts; returns the names of the charts."""
    from tradewar.brief.renderer import render
    from tradewar.brief.tornado import Bar, tornado_drawing
    from tradewar.io.text import frame_csv
    from tradewar.sweep.driver import CONTRIBUTIONS, QUANTILES, add

    content: dict[str, bytes | str] = {
        QUANTILES: frame_csv(quantiles),
        CONTRIBUTIONS: frame_csv(contributions),
    }
    names = dict(zip(world.sectors, world.sector_names, strict=True))
    files: list[str] = []
    for case, country in _charted(quantiles, shown):
        rows = contributions[(contributions["case"] == case) & (contributions["country"] == country)].dropna()
        if rows.empty:
            continue
        sectors, low, high = (rows[name].tolist() for name in ("sector", "low", "high"))
        bars = [Bar(names[s], a, b) for s, a, b in zip(sectors, low, high, strict=True)]
        title = f"Real income of {country}, {case}: which elasticity matters"
        unit = "Change in percentage points, each elasticity from its 5 to its 95 percent quantile"
        file = f"tornado-{_plain_name(case)}-{country}"
        svg, png = render(tornado_drawing(file, title, unit, bars, 4).specification)
        content |= {f"{file}.svg": svg, f"{file}.png": png}
        files.append(f"{file}.svg")
    add(done.folder, content)
    return files


def _charted(quantiles: pd.DataFrame, shown: tuple[str, ...] | None) -> list[tuple[str, str]]:
    income = quantiles[quantiles["measure"] == MEASURE]
    pairs: list[tuple[str, str]] = []
    for case, rows in income.groupby("case", sort=False):
        size = rows.assign(size=rows["q50"].abs()).nlargest(MOST_CHARTS, "size")
        pairs += [(str(case), code) for code in (size["country"] if shown is None else shown)]
    return pairs


def _plain_name(text: str) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in text)


def _show(done: Sweep, quantiles: pd.DataFrame, charts: list[str]) -> None:
    manifest, statuses = done.manifest(), done.statuses()
    counts = ", ".join(f"{count} {status}" for status, count in statuses.items() if count)
    print_text(f"{manifest['world']}: {manifest['items']} items, {counts}.")
    if done.damaged:
        print_text(f"Damaged, and made again: {', '.join(done.damaged)}.")
    if manifest["standard_errors"] is None:
        print_text("Elasticities of the world, not drawn.")
    else:
        share = manifest["common_share"]
        assert isinstance(share, float)
        common = f"{100 * share:g} percent in common"
        drawn = f"{manifest['draws']} draws, {manifest['distribution']}, {common}, seed {manifest['seed']}"
        print_text(f"{drawn}; standard errors: {manifest['standard_errors']}.")
    income = quantiles[quantiles["measure"] == MEASURE]
    for case, rows in income.groupby("case", sort=False):
        columns = [rows[name].tolist() for name in ("country", "solved", "mean", "q5", "q50", "q95")]
        print_table(
            f"{case}: real income, percent, over solved draws",
            ("country", "solved", "mean", "5 %", "median", "95 %"),
            [
                (code, str(solved), *(number(value, 4, sign=True) for value in values))
                for code, solved, *values in zip(*columns, strict=True)
            ],
        )
    reasons = done.reasons()
    for case, status, message, items in reasons.head(MOST_REASONS).itertuples(index=False):
        print_text(f"{case}: {status} in {items} of {manifest['items']} items. {message}")
    if len(reasons) > MOST_REASONS:
        print_text(f"{len(reasons) - MOST_REASONS} further reasons are in the column `message` of the parts.")
    files = ", ".join(("parts", "draws.parquet", "quantiles.csv", "contributions.csv", *charts))
    print_text(f"Written to {done.folder}: {files}.")
