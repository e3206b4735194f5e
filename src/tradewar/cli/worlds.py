"""`tradewar world`: list, show, check, import, aggregate and balance worlds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from tradewar.cli.options import AsJson, WorldName
from tradewar.cli.output import number, print_json, print_table, print_text, progress

app = typer.Typer(help="Worlds: built-in ones by name, and tidy folders.", no_args_is_help=True, rich_markup_mode=None)

Out = Annotated[Path, typer.Option("--out", help="Tidy folder to write.")]


@app.command("list")
def list_worlds(as_json: AsJson = False) -> None:
    """List the built-in worlds."""
    from tradewar.world.summary import built_in

    worlds = built_in()
    if as_json:
        print_json(worlds)
        return
    rows = [
        (
            row.world,
            f"{row.name}{f' (superseded by {row.superseded_by})' if row.superseded_by else ''}",
            str(row.year),
            f"{row.countries} x {row.sectors}",
            _days(row.tariffs_as_of),
        )
        for row in worlds
    ]
    columns = ("world", "name", "year", "countries x sectors", "tariffs as of")
    print_table("Built-in worlds", columns, rows, text_columns=2)


@app.command()
def show(world: WorldName, as_json: AsJson = False) -> None:
    """Show what a world holds: countries, sectors, money and elasticities."""
    from tradewar.world.summary import summarise

    facts = summarise(_load(world))
    if as_json:
        print_json(facts)
        return
    print_text(
        f"{facts.name} ({facts.year}), {facts.money_unit}, market {facts.market}.",
        f"Source: {facts.source}",
        f"Terms: {facts.terms}",
        f"Elasticity sets: {', '.join(facts.elasticity_sets) or 'none besides the default'}",
        _about_tariffs(facts),
        *(f"Bloc {bloc}: {' '.join(members)}" for bloc, members in facts.blocs.items()),
        *([f"Superseded by {facts.superseded_by}; kept to repeat earlier results."] if facts.superseded_by else []),
    )
    print_table(
        f"Countries, {facts.money_unit}",
        ("country", "name", "value added", "exports", "imports", "trade deficit", "tariff revenue"),
        [
            (
                row.country,
                f"{row.name}{' (aggregate)' if row.aggregate else ''}",
                number(row.value_added, 0),
                number(row.exports, 0),
                number(row.imports, 0),
                number(row.trade_deficit, 0),
                number(row.tariff_revenue, 0),
            )
            for row in facts.countries
        ],
        text_columns=2,
    )
    print_table(
        f"Sectors, {facts.money_unit}",
        ("sector", "name", "tradable", "trade elasticity", "output", "trade"),
        [
            (
                row.sector,
                row.name,
                "yes" if row.tradable else "no",
                number(row.trade_elasticity),
                number(row.gross_output, 0),
                number(row.trade, 0),
            )
            for row in facts.sectors
        ],
        text_columns=3,
    )
    _print_notes(facts.notes)


@app.command()
def check(world: WorldName, as_json: AsJson = False) -> None:
    """Check every identity of a world. Faults are listed, and the exit status is then 2."""
    from tradewar.world.summary import WorldCheck, summarise

    facts = summarise(_load(world))
    if as_json:
        print_json(WorldCheck(facts))
        return
    print_table(
        f"{facts.name}: accounting identities, largest relative error",
        ("identity", "error", "limit"),
        [(row.identity.replace("_", " "), f"{row.residual:.1e}", f"{row.limit:.0e}") for row in facts.checks],
    )
    print_text(
        "The baseline is an equilibrium of the model."
        if facts.consistent
        else f"The baseline is not an equilibrium (largest gap {facts.inconsistency:.1e} of income): it is solved once "
        "at baseline tariffs before any shock. `tradewar world balance` makes it one."
    )
    _print_notes(facts.notes)


@app.command("import")
def import_world(
    source: Annotated[str, typer.Argument(help="Layout of the source: tidy, icio (OECD) or wiod.")],
    path: Annotated[Path, typer.Argument(help="File or folder in that layout.")],
    out: Out,
    trade_elasticity: Annotated[
        str | None, typer.Option(help="Theta: a number for all sectors, or a CSV file (sector,trade_elasticity).")
    ] = None,
    tariffs: Annotated[
        Path | None, typer.Option(help="CSV (exporter,importer,sector,tariff) for a source that holds no tariffs.")
    ] = None,
    sparse_tariffs: Annotated[
        bool, typer.Option("--sparse-tariffs", help="Pairs without a row in the tariff file pay nothing.")
    ] = False,
    year: Annotated[int | None, typer.Option(help="Year of the table, where its name does not tell.")] = None,
    name: Annotated[str | None, typer.Option(help="Name of the world.")] = None,
) -> None:
    """Turn published data into a tidy folder."""
    from tradewar.sources import read
    from tradewar.world.tidy import check_folder, write_world

    check_folder(out)
    given: dict[str, Any] = {"trade_elasticity": trade_elasticity, "tariffs": tariffs, "year": year, "name": name}
    with progress() as say:
        say(f"Reading {path}")
        world = read(source, path, **given, sparse_tariffs=sparse_tariffs or None)
        say(f"Writing {out}")
        write_world(world, out)
    _print_written(world, out)


@app.command()
def aggregate(
    world: WorldName,
    out: Out,
    map_file: Annotated[Path, typer.Option("--map", help="CSV: kind (country or sector), from, to, [name].")],
    mix_tradable: Annotated[
        bool, typer.Option("--mix-tradable", help="Allow tradable sectors to be merged with others.")
    ] = False,
) -> None:
    """Merge countries and sectors, keeping every identity."""
    from tradewar.world.aggregate import aggregate_by_file
    from tradewar.world.tidy import check_folder, write_world

    check_folder(out)
    merged = aggregate_by_file(_load(world), map_file, mix_tradable=mix_tradable)
    write_world(merged, out)
    _print_written(merged, out)


@app.command()
def balance(
    world: WorldName,
    out: Out,
    least_final_use: Annotated[
        float, typer.Option(help="Share of absorption that is left for final use everywhere.")
    ] = 0.03,
) -> None:
    """Make final use positive everywhere, with a report of what moved."""
    from tradewar.world.balance import balance as balance_world
    from tradewar.world.catalogue import load_world
    from tradewar.world.tidy import check_folder, write_world

    check_folder(out)
    with progress() as say:
        say("Balancing")
        balanced, report = balance_world(load_world(world, rescale_shares=True), least_final_use)
    write_world(balanced, out)
    print_text(str(report))
    _print_written(balanced, out)


def _load(name_or_path: str) -> Any:
    from tradewar.world.catalogue import load_world

    with progress() as say:
        say(f"Reading {name_or_path}")
        return load_world(name_or_path)


def _about_tariffs(facts: Any) -> str:
    if not facts.has_tariffs:
        return "The source holds no tariffs: all rates are unknown and count as 0."
    days = {row.country: row.tariffs_as_of for row in facts.countries}
    known = {code: day for code, day in days.items() if day is not None}
    if not known:
        return "The day whose measures the tariffs contain is not stated."
    rest = (
        "" if len(known) == len(days) else f"; not stated for {', '.join(code for code in days if code not in known)}"
    )
    return f"Tariffs contain the measures in force on {_days(known)}{rest}."


def _days(by_importer: Mapping[str, date]) -> str:
    """The commonest day, and those of the importers that differ."""
    if not by_importer:
        return "not stated"
    ((usual, _),) = Counter(by_importer.values()).most_common(1)
    others = [f"{code} {day}" for code, day in by_importer.items() if day != usual]
    return f"{usual} ({', '.join(others)})" if others else str(usual)


def _print_written(world: Any, out: Path) -> None:
    _print_notes(world.notes)
    print_text(f"{world.name}: {world.n_countries} countries x {world.n_sectors} sectors written to {out}")


def _print_notes(notes: tuple[str, ...]) -> None:
    if notes:
        print_text("Notes:", *(f"  {note}" for note in notes))
