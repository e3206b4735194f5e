"""`tradewar tariff check|rate|average|timeline`: the tariff book on the command line. Parses, calls, prints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from tradewar.cli.options import AsJson, within
from tradewar.cli.output import print_json, print_text

if TYPE_CHECKING:
    from tradewar.tariffs.timeline import AverageTimeline

app = typer.Typer(help="The tariff book: what is taxed, since when, until when, and why.", no_args_is_help=True)

SIZE = within(0)

Book = Annotated[str, typer.Argument(help="built-in dispute, or a folder or CSV of measures")]
Importer = Annotated[str, typer.Option(help="ISO3 code of the importer")]
Exporter = Annotated[str, typer.Option(help="ISO3 code of the exporter")]
Product = Annotated[str, typer.Option(help="product code without dots")]
Known = Annotated[str | None, typer.Option(help="read the book as known on this day")]
Weights = Annotated[str, typer.Option(help="weight set of the book, or simple")]
Programmes = Annotated[list[str] | None, typer.Option("--programme", help="count only this programme (repeatable)")]
Shares = Annotated[list[str] | None, typer.Option("--share", help="fact about the goods, NAME=0.4 (repeatable)")]
Deal = Annotated[list[str] | None, typer.Option("--branch", help="fix an open question, deal=no (repeatable)")]


def _load(book: str) -> Any:
    from tradewar.tariffs import TariffBook

    return TariffBook.load(book)


def _pairs(values: list[str] | None, option: str) -> dict[str, str]:
    """NAME=VALUE options as a mapping."""
    from tradewar.errors import BookError

    found: dict[str, str] = {}
    for text in values or []:
        name, sign, value = text.partition("=")
        if not sign or not name:
            raise BookError.at(option, f"{text!r} has no name or no value", f"Write {option} NAME=VALUE")
        found[name] = value
    return found


def _numbers(values: list[str] | None) -> dict[str, float]:
    from tradewar.errors import BookError

    found: dict[str, float] = {}
    for name, text in _pairs(values, "--share").items():
        try:
            found[name] = float(text)
        except ValueError as fault:
            raise BookError.at("--share", f"{text!r} is not a number", "Write --share metal=0.4") from fault
    return found


@app.command()
def check(book: Book, json_: AsJson = False) -> None:
    """Read a book, check every rule, and say what it holds and what it lacks."""
    from tradewar.tariffs.summary import summary

    found = summary(_load(book))
    if json_:
        print_json(found)
        return
    print_text(f"{found.title}: {found.measures} lines of measures, no faults.")
    for table, rows in found.tables.items():
        print_text(f"  {table}: {rows} rows")
    print_text(f"  weight sets: {', '.join(found.weight_sets) or 'none'}")
    print_text(f"  unverified lines: {found.unverified}")
    for gap in found.gaps:
        print_text(f"  missing: {gap}")


@app.command()
def rate(
    book: Book,
    importer: Importer,
    exporter: Exporter,
    product: Product,
    on: Annotated[str, typer.Option(help="day of entry, or an instant such as 2020-02-14T13:01+08:00")],
    exported: Annotated[str | None, typer.Option(help="day of export")] = None,
    known: Known = None,
    unit_value: Annotated[float | None, typer.Option(callback=SIZE, help="customs value per unit of the duty")] = None,
    quantity: Annotated[
        float | None, typer.Option(callback=SIZE, help="quantity entered so far in the quota period")
    ] = None,
    value: Annotated[float | None, typer.Option(callback=SIZE, help="customs value: gives the duty in money")] = None,
    share: Shares = None,
    branch: Deal = None,
    start_of_day: Annotated[bool, typer.Option(help="a day stands for its start, not its end")] = False,
    json_: AsJson = False,
) -> None:
    """The rate that applies to a product, and why."""
    loaded = _load(book)
    outcomes = _pairs(branch, "--branch")
    answer = loaded.rate(
        importer,
        exporter,
        product,
        on,
        exported=exported,
        known_on=known,
        unit_value=unit_value,
        quantity=quantity,
        customs_value=value,
        shares=_numbers(share),
        branch=loaded.branch(known or on[:10], **outcomes) if outcomes else None,
        start_of_day=start_of_day,
    )
    if json_:
        print_json(answer)
    else:
        print_text(*answer.explanation)


@app.command()
def average(
    book: Book,
    importer: Importer,
    exporter: Exporter,
    on: Annotated[list[str], typer.Option(help="day (repeatable)")],
    weights: Weights = "simple",
    level: Annotated[int | None, typer.Option(help="digits at which simple means count")] = None,
    programme: Programmes = None,
    lines_on: Annotated[str | None, typer.Option(help="take the lines of the edition of this day")] = None,
    known: Known = None,
    json_: AsJson = False,
) -> None:
    """The average tariff on days, with its weight set and coverage."""
    from tradewar.tariffs.timeline import AverageTimeline

    loaded = _load(book)
    points = tuple(
        loaded.average(
            importer, exporter, day, weights, level=level, programmes=programme, lines_on=lines_on, known_on=known
        )
        for day in on
    )
    _averages(AverageTimeline(importer, exporter, weights, points), json_)


@app.command()
def timeline(
    book: Book,
    importer: Importer,
    exporter: Exporter,
    start: Annotated[str, typer.Option("--from", help="first day")],
    end: Annotated[str, typer.Option("--to", help="last day")],
    product: Annotated[str | None, typer.Option(help="a product; without one, the average")] = None,
    weights: Weights = "simple",
    programme: Programmes = None,
    known: Known = None,
    json_: AsJson = False,
) -> None:
    """The rate of a product, or the average, at each day on which it changes."""
    from tradewar.tariffs import average_timeline

    loaded = _load(book)
    if product is None:
        options: dict[str, Any] = {"programmes": programme, "known_on": known}
        found = average_timeline(loaded, importer, exporter, start, end, weights, **options)
        _averages(found, json_)
        return
    line = loaded.timeline(importer, exporter, product, start, end, known_on=known)
    if json_:
        print_json(line)
        return
    for point in line.points:
        print_text(point.explanation[0])


def _averages(found: AverageTimeline, as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    print_text(f"{found.importer} on {found.exporter}, weights {found.weights}")
    for point in found.points:
        rate = "unknown" if point.rate is None else f"{100 * point.rate:.4f}%"
        flag = "  LOW COVERAGE" if point.flagged else ""
        print_text(f"  {point.on}  {rate}  covers {100 * point.covered_share:.1f}% of {point.weight_unit}{flag}")
