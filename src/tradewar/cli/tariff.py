"""`tradewar tariff check|rate|average|timeline`: the tariff book on the command line. Parses, calls, prints.

The facts of a question are options of every command that asks one: they are declared here once (`FACTS`).
"""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tradewar.cli.options import AsJson, within
from tradewar.cli.output import print_json, print_text

if TYPE_CHECKING:
    from tradewar.tariffs import RateQuestion, TariffBook
    from tradewar.tariffs.timelines import AverageTimeline

app = typer.Typer(help="The tariff book: what is taxed, since when, until when, and why.", no_args_is_help=True)

Book = Annotated[str, typer.Argument(help="built-in dispute, or a folder, zip or CSV of measures")]
Question = Any
"""A `RateQuestion`: its class is loaded when a question is asked."""
SIZE = within(0)


def _price(text: str | None) -> str | None:
    """A price is above 0; whether its money and unit are right, the book says."""
    number, _, _ = (text or "").partition(" ")
    with contextlib.suppress(ValueError):
        SIZE(float(number))
    return text


Weights = Annotated[str, typer.Option(help="weight set of the book, or simple")]
Programmes = Annotated[list[str] | None, typer.Option("--programme", help="count only this programme (repeatable)")]
FACTS: dict[str, tuple[Any, Any, Any]] = {
    "importer": (str, ..., typer.Option(help="ISO3 code of the importer")),
    "exporter": (str, ..., typer.Option(help="ISO3 code of the exporter, or an area of the book")),
    "known": (str | None, None, typer.Option(help="read the book as known on this day")),
    "exported": (str | None, None, typer.Option(help="day of export")),
    "transit_days": (int, 0, typer.Option(min=0, help="days under way, where no day of export is given")),
    "start_of_day": (bool, False, typer.Option("--start-of-day", help="a day stands for its start, not its end")),
    "unit_value": (
        str | None,
        None,
        typer.Option(callback=_price, help='customs value per unit of the duty, or "2 USD/litre"'),
    ),
    "quantity": (float | None, None, typer.Option(callback=SIZE, help="quantity entered so far in the quota period")),
    "share": (list[str] | None, None, typer.Option(help="fact about the goods, NAME=0.4 (repeatable)")),
    "firm": (str, "", typer.Option(help="firm that made the goods")),
    "branch": (list[str] | None, None, typer.Option(help="fix an open question, deal=no (repeatable)")),
    "reading": (str, "owed", typer.Option(help="of duties struck down: owed, paid or refunded")),
    "struck": (list[str] | None, None, typer.Option(help="set an authority or programme aside, NAME or NAME@DAY")),
    "rule_set": (str | None, None, typer.Option(help="rule set of stacking")),
}
"""Type, default and help of every fact of a question, by the name of its option."""


def _asking(command: Callable[..., None]) -> Callable[..., None]:
    """A command with the facts of a question as options: it is given `question`, and its own options."""
    own = inspect.signature(command, eval_str=True).parameters
    facts = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, option])
        for name, (kind, default, option) in FACTS.items()
    ]
    kept = [p.replace(kind=p.KEYWORD_ONLY) for name, p in own.items() if name != "question"]
    book, *others = kept

    def run(**given: Any) -> None:
        question = _question(**{name: given.pop(name) for name in FACTS})
        command(question=question, **given)

    parameters = [book, *(p.replace(default=p.default) for p in facts[:2]), *others, *facts[2:]]
    run.__name__, run.__doc__ = command.__name__, command.__doc__
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {p.name: p.annotation for p in parameters}
    return run


def _question(*, known: str | None, share: list[str] | None, branch: list[str] | None, **facts: Any) -> RateQuestion:
    from tradewar.errors import BookError
    from tradewar.tariffs import RateQuestion

    shares: dict[str, float] = {}
    for name, text in _pairs(share, "--share").items():
        try:
            shares[name] = float(text)
        except ValueError as fault:
            raise BookError.at("--share", f"{text!r} is not a number", "Write --share metal=0.4") from fault
    facts["struck"] = tuple(facts["struck"] or ())
    return RateQuestion(known_on=known, shares=shares, branch=_pairs(branch, "--branch") or None, **facts)


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


def _load(book: str) -> TariffBook:
    from tradewar.tariffs import TariffBook

    return TariffBook.load(book)


@app.command()
def check(book: Book, json_: AsJson = False) -> None:
    """Read a book, check every rule, and say what it holds and what it lacks."""
    from tradewar.tariffs.summary import summary

    found = summary(_load(book))
    if json_:
        print_json(found)
        return
    print_text(f"{found.title}: {found.measures} lines of measures, no faults.")
    print_text(*(f"  {table}: {rows} rows" for table, rows in found.tables.items()))
    print_text(f"  weight sets: {', '.join(found.weight_sets) or 'none'}")
    print_text(f"  unverified lines: {found.unverified}")
    if found.not_stated:
        print_text(f"  lines that do not say whether they were verified: {found.not_stated}")
    print_text(*(f"  missing: {gap}" for gap in found.gaps))


@app.command()
@_asking
def rate(
    book: Book,
    question: Question,
    product: Annotated[str, typer.Option(help="product code without dots")],
    on: Annotated[str, typer.Option(help="day of entry, or an instant such as 2020-02-14T13:01+08:00")],
    edition: Annotated[str, typer.Option(help="edition of the product code")] = "",
    value: Annotated[float | None, typer.Option(callback=SIZE, help="customs value: gives the duty in money")] = None,
    json_: AsJson = False,
) -> None:
    """The rate that applies to a product, and why."""
    from tradewar.tariffs import rate

    answer = rate(_load(book), question.at(product=product, on=on, edition=edition, customs_value=value))
    if json_:
        print_json(answer)
    else:
        print_text(*answer.explanation)


@app.command()
@_asking
def average(
    book: Book,
    question: Question,
    on: Annotated[list[str], typer.Option(help="day (repeatable)")],
    weights: Weights = "simple",
    level: Annotated[int | None, typer.Option(help="digits at which simple means count")] = None,
    programme: Programmes = None,
    lines_on: Annotated[str | None, typer.Option(help="take the lines of the edition of this day")] = None,
    json_: AsJson = False,
) -> None:
    """The average tariff on days, with its weight set, its ends and its coverage."""
    from tradewar.tariffs import average
    from tradewar.tariffs.timelines import AverageTimeline

    loaded = _load(book)
    options: dict[str, Any] = {"level": level, "programmes": programme, "lines_on": lines_on}
    points = tuple(average(loaded, question.at(on=day), weights, **options) for day in on)
    _averages(AverageTimeline(question.importer, question.exporter, weights, points), json_)


@app.command()
@_asking
def timeline(
    book: Book,
    question: Question,
    start: Annotated[str, typer.Option("--from", help="first day")],
    end: Annotated[str, typer.Option("--to", help="last day")],
    product: Annotated[str | None, typer.Option(help="a product; without one, the average")] = None,
    weights: Weights = "simple",
    programme: Programmes = None,
    json_: AsJson = False,
) -> None:
    """The rate of a product, or the average, at each day on which it changes."""
    from tradewar.tariffs import average_timeline
    from tradewar.tariffs import timeline as rate_timeline
    from tradewar.tariffs.answer import headline

    loaded = _load(book)
    if product is None:
        found = average_timeline(loaded, question, start, end, weights, programmes=programme)
        _averages(found, json_)
        return
    line = rate_timeline(loaded, question.at(product=product), start, end)
    if json_:
        print_json(line)
        return
    print_text(*(headline(point) for point in line.points))


def _averages(found: AverageTimeline, as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    print_text(f"{found.importer} on {found.exporter}, weights {found.weights}")
    for point in found.points:
        rate = "unknown" if point.rate is None else f"{100 * point.rate:.4f}%"
        if point.undecided_value > 0:
            top = "no upper limit" if point.high is None else f"{100 * point.high:.4f}%"
            rate += f" (between {100 * (point.low or 0.0):.4f}% and {top})"
        flag = "  LOW COVERAGE" if point.flagged else ""
        print_text(f"  {point.on}  {rate}  covers {100 * point.covered_share:.1f}% of {point.weight_unit}{flag}")
