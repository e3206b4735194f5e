"""From the policies of a dossier to tariffs on its world, with the words filled in for the day asked.

Kind `book`: with Δ_s the change of the book's rate in sector s between its base day and the day of the policy, in the
duties that the policy counts, and t_s the world's own rate, the new rate is t_s + Δ_s. The book gives rates on real
lines while the world carries its own baseline, so that the change is what can be carried over. A sector for which the
book has no change is left as it is, and counted in the mapping. Within a sector the changes of the lines reach the
model so that buyers' prices and revenue are those of the lines (`tradewar.equilibrium.product_tariffs`); with
`aggregation = "trade-weighted"` their average does.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from tradewar.disputes import steps as stepping
from tradewar.disputes.dossier import DISPUTE_FILE, Dossier
from tradewar.disputes.schema import Book, BookPolicy, TariffFile
from tradewar.disputes.steps import OpenStep
from tradewar.equilibrium.policy import Policy
from tradewar.equilibrium.product_tariffs import ProductTariffs
from tradewar.errors import DossierError, InputError, Problem
from tradewar.io.serialize import Document
from tradewar.world.base_rates import with_base_rates
from tradewar.world.catalogue import load_world
from tradewar.world.identities import nearest
from tradewar.world.model import World

if TYPE_CHECKING:
    from tradewar.tariffs.book import TariffBook
    from tradewar.tariffs.policies import PolicyRates
    from tradewar.tariffs.sectors import MappingReport


@dataclass(frozen=True)
class PairMapping(
    Document,
    told=(
        "importer exporter weight_set weight_digest unit on known base_on programmes aggregation change_points "
        "report.total report.mapped report.absent report.incomplete report.unmapped report.without_rate "
        "largest_absent=report.ten_largest_absent sectors_unchanged"
    ),
):
    """How product rates of one pair became sector rates, and the value that found no sector."""

    importer: str
    exporter: str
    weight_set: str
    weight_digest: str
    unit: str
    """Money of the weight set."""
    on: str
    """The day of the rates."""
    known: str
    """The day of knowledge."""
    base_on: str
    programmes: tuple[str, ...]
    """Programmes of the book that are counted; empty means all."""
    aggregation: str
    """How rates that differ within a sector reach it: `consistent` or `trade-weighted`."""
    change_points: float
    """Average change over what is mapped, percentage points, weighted with the weight set."""
    report: MappingReport
    sectors_unchanged: tuple[str, ...]
    """Sectors that may carry a tariff and for which the book has no rate: left as in the world."""


@dataclass(frozen=True, eq=False)
class StatedPolicy:
    """A policy of a dossier on the day asked: words filled in, tariffs on the world."""

    source: BookPolicy | TariffFile
    policy: Policy
    title: str
    short_title: str
    what: str
    stands_for: str
    day: dt.date | None
    """The day of the rates; None for a tariff file."""
    figures_known_from: dt.date | None
    """From which day on the figures could be known; None for a tariff file."""
    steps: tuple[OpenStep, ...]
    """Steps carried out in it that were open on the day of knowledge."""
    mapping: tuple[PairMapping, ...]

    @property
    def in_force(self) -> bool:
        """Whether it is what applies on the day of the brief."""
        return isinstance(self.source, BookPolicy) and self.source.day == "as-of"

    def known_on(self, day: dt.date) -> bool:
        """Whether its figures could be known on a day; otherwise it is hindsight."""
        return self.figures_known_from is None or self.figures_known_from <= day


@dataclass(frozen=True, eq=False)
class Stated:
    """All policies of a dossier on a day, and what was left out."""

    policies: tuple[StatedPolicy, ...]
    left_out: tuple[str, ...]
    """A sentence for each policy that does not exist on the day."""
    steps: tuple[OpenStep, ...]
    """Every step that is open on the day."""

    @property
    def now(self) -> int | None:
        """The place of the policy in force on the day; None where there is none."""
        return next((k for k, item in enumerate(self.policies) if item.in_force), None)

    @property
    def in_force(self) -> StatedPolicy | None:
        """That policy."""
        return None if self.now is None else self.policies[self.now]


def dispute_world(dossier: Dossier, book: TariffBook | None) -> World:
    """The world of a dossier, with both parties in it, and the book's base tariffs between them where it has any.

    Raises:
        DossierError: if a party is not a country of the world, or the tariffs of the world are of a later day than the
            dossier asks about.
        WorldError: if the world cannot be read.
    """
    world = load_world(dossier.world)
    problems = [
        Problem(
            f"{DISPUTE_FILE}: parties[{k}].country",
            f"{party.country} is not a country of the world {dossier.world!r}{nearest(party.country, world.countries)}",
            f"Choose a world that keeps {party.country} apart, or one of {', '.join(world.countries)} as the party",
        )
        for k, party in enumerate(dossier.parties, start=1)
        if party.country not in world.countries
    ]
    problems += _day_problems(dossier, world)
    if problems:
        raise DossierError(problems)
    if book is None or dossier.book is None or dossier.book.base_rates == "world":
        return world
    found = _base_rates(dossier, dossier.book, book, world)
    on = " and ".join(map(str, sorted(set(base_days(dossier.book, world).values()))))
    return with_base_rates(world, found, f"the tariff book on {on}") if found else world


def base_days(settings: Book, world: World) -> dict[str, dt.date]:
    """By importer the day against which changes are taken: the dossier's, else that of the world's tariffs.

    Raises:
        DossierError: if neither says it.
    """
    found = {row.importer: settings.base_day or world.tariffs_as_of.get(row.importer) for row in settings.weights}
    problems = [
        Problem(
            f"{DISPUTE_FILE}: book.base_day",
            f"is missing, and the world does not say of which day the tariffs of {code} are",
            "Give the day against which changes of the book are taken",
        )
        for code, day in found.items()
        if day is None
    ]
    if problems:
        raise DossierError(problems)
    return {code: day for code, day in found.items() if day is not None}


def _day_problems(dossier: Dossier, world: World) -> list[Problem]:
    """Days on which the world's own tariffs were not yet what they are: what came between would be counted twice."""
    if dossier.book is None:
        return []
    days = [(f"{DISPUTE_FILE}: book.base_day", day) for day in [dossier.book.base_day] if day is not None]
    days += [
        (f"{DISPUTE_FILE}: policies[{k}].day", source.day)
        for k, source in enumerate(dossier.policies, start=1)
        if isinstance(source, BookPolicy) and isinstance(source.day, dt.date)
    ]
    held = {row.importer: world.tariffs_as_of.get(row.importer) for row in dossier.book.weights}
    return [
        Problem(
            place,
            f"{day} is before {since}: the tariffs of {importer} in {dossier.world} are those of that day and hold "
            "what was in force then",
            f"Give {since} or later, or a world with earlier tariffs",
        )
        for place, day in days
        for importer, since in held.items()
        if since is not None and day < since
    ]


def _base_rates(
    dossier: Dossier, settings: Book, book: TariffBook, world: World
) -> dict[tuple[str, str], Float[Array, " sector"]]:
    """What the book levies on the base day, by pair, for importers of whom it has the general rates."""
    from tradewar.tariffs import RateQuestion, special_programmes, vector

    found: dict[tuple[str, str], Float[Array, " sector"]] = {}
    days = base_days(settings, world)
    for row in settings.weights:
        having = {item.programme for item in book.measures_of(row.importer)}
        if having <= set(special_programmes(book, row.importer)):
            continue
        day = days[row.importer]
        question = RateQuestion(importer=row.importer, exporter=row.exporter, on=day, known_on=max(dossier.as_of, day))
        rate = vector(book, question, row.weight_set, **sectors_of(settings, world)).rate
        found[row.importer, row.exporter] = np.where(world.tradable, rate, np.nan)
    return found


def dispute_book(dossier: Dossier) -> TariffBook | None:
    """The tariff book of a dossier, None where it has none.

    Raises:
        BookError: if the book is wrong.
        DossierError: if a step of the dossier names lines that the book does not have.
    """
    if dossier.book is None:
        return None
    book = _read_book(dossier.folder / dossier.book.folder, dict(dossier.hashes)[dossier.book.folder])
    problems = [
        Problem(f"{DISPUTE_FILE}: steps[{k}]", f"the book has no {', '.join(lost)}", "Name lines of its tables")
        for k, step in enumerate(dossier.steps, start=1)
        if (lost := stepping.unknown_lines(book, step))
    ]
    if problems:
        raise DossierError(problems)
    return book


@lru_cache(maxsize=2)
def _read_book(folder: Path, digest: str) -> TariffBook:
    """A book is read once for all days of a session: the hash of its files is part of the key."""
    from tradewar.tariffs.book import TariffBook

    return TariffBook.load(folder)


def state_policies(dossier: Dossier, book: TariffBook | None, world: World) -> Stated:
    """Every policy of a dossier that exists on its day, with the faults of all of them together.

    Raises:
        DossierError: listing what is wrong with any of the policies.
    """
    steps = stepping.open_steps(book, dossier.steps, dossier.as_of) if book else ()
    stated: list[StatedPolicy] = []
    left_out = [f"“{title}” is left out: nothing of it was known on the day." for title in dossier.not_yet]
    problems: list[Problem] = []
    for source in dossier.policies:
        try:
            if isinstance(source, TariffFile):
                stated.append(_from_file(dossier, source, world))
            elif book is not None and dossier.book is not None:
                made = _from_book(dossier, dossier.book, book, source, steps, world)
                if made is None:
                    left_out.append(_no_step(source, steps))
                else:
                    stated.append(made)
        except InputError as error:
            problems.extend(error.problems)
    if problems:
        raise DossierError(problems)
    listed = [item for policy in stated for item in policy.policy.products]
    return Stated(tuple(_as_listed(item, listed, world) for item in stated), tuple(left_out), steps)


def _as_listed(item: StatedPolicy, listed: Sequence[ProductTariffs], world: World) -> StatedPolicy:
    """A tariff file with the products behind its rates, where they are averages of the book to the last digit.

    The live page writes such files: it shows the averages, and the sectors that were not touched keep their products.
    """
    rate = item.policy.tariff_rate
    if rate is None or not isinstance(item.source, TariffFile):
        return item

    def sectors(products: ProductTariffs) -> int:
        cell = world.country_index(products.importer), world.country_index(products.exporter)
        same = (rate[cell] == products.average_rate) & (rate[cell] != world.tariff_rate[cell])
        return int(same.sum())

    pairs = {(products.importer, products.exporter): products for products in sorted(listed, key=sectors)}
    found = tuple(products for products in pairs.values() if sectors(products))
    return replace(item, policy=replace(item.policy, products=found)) if found else item


def average_rate(world: World, rate: Float[Array, "importer exporter sector"], importer: str, exporter: str) -> float:
    """Average of rates over the baseline flows from exporter to importer, in sectors that may carry a tariff."""
    j, i = world.country_index(importer), world.country_index(exporter)
    flow = world.trade_value[j, i, world.tradable]
    return float((flow * rate[j, i, world.tradable]).sum() / flow.sum())


# ---------------------------------------------------------------- the two kinds


def _from_file(dossier: Dossier, source: TariffFile, world: World) -> StatedPolicy:
    policy = Policy.from_file(world, dossier.folder / source.file)
    return StatedPolicy(
        source=source,
        policy=Policy(policy.tariff_rate, policy.iceberg_hat, source.name),
        title=source.title,
        short_title=source.short_title,
        what=source.what,
        stands_for=source.stands_for,
        day=None,
        figures_known_from=None,
        steps=(),
        mapping=(),
    )


def _from_book(
    dossier: Dossier, settings: Book, book: TariffBook, source: BookPolicy, steps: tuple[OpenStep, ...], world: World
) -> StatedPolicy | None:
    """The policy on its day; None where the step that it carries out does not exist."""
    known_on = max(dossier.as_of, source.known_on or dossier.as_of)
    if known_on > dossier.as_of:
        steps = stepping.open_steps(book, dossier.steps, known_on)
    taken = _taken(source, steps, dossier.as_of)
    if taken is None:
        return None
    day = _day(source, taken, known_on)
    _refuse_partners_left_out(dossier, settings, book, taken, day, world)
    chosen = book
    if source.day == "every-step" or any(step.status == "proposed" for step in taken):
        chosen = stepping.carried_out(book, taken, day, known_on)
    rates = _rates(chosen, settings, source, day, known_on, world)
    words = _words(day, taken, dossier.as_of, known_on)
    return StatedPolicy(
        source=source,
        policy=_policy(world, rates, settings, source.name),
        title=source.title.format_map(words),
        short_title=source.short_title.format_map(words),
        what=source.what.format_map(words),
        stands_for=source.stands_for.format_map(words),
        day=day,
        figures_known_from=source.known_on,
        steps=taken,
        mapping=_mappings(rates, chosen, source, settings.aggregation, world),
    )


def _refuse_partners_left_out(
    dossier: Dossier, settings: Book, book: TariffBook, taken: tuple[OpenStep, ...], day: dt.date, world: World
) -> None:
    """A step that taxes a partner for whom there are no weights would be carried out on others alone.

    Raises:
        DossierError: naming the measures, the partner and the weights that are missing.
    """
    having = {(row.importer, row.exporter) for row in settings.weights}
    importers = {row.importer for row in settings.weights}
    named = {party.country for party in (*dossier.parties, *dossier.actors)} & set(world.countries)
    problems: list[Problem] = []
    for measure in stepping.measures_of(book, taken):
        hit = stepping.partners_hit(book, measure, named, world.countries, day)
        for partner in sorted(hit - {measure.importer}) if measure.importer in importers else ():
            if (measure.importer, partner) not in having:
                what = (
                    f"{measure.measure_id} taxes {partner}, and there are no weights of its trade: it would be left out"
                )
                fix = f"Add [[book.weights]] with importer = {measure.importer!r} and exporter = {partner!r}"
                problems.append(Problem(f"{DISPUTE_FILE}: book.weights", what, fix))
    if problems:
        raise DossierError(list(dict.fromkeys(problems)))


def _taken(source: BookPolicy, steps: tuple[OpenStep, ...], as_of: dt.date) -> tuple[OpenStep, ...] | None:
    """The open steps that a policy carries out; None where there are none and it is about steps."""
    if source.day == "as-of":
        return ()
    if source.day == "next-step":
        return stepping.next_steps(steps) or None
    if source.day == "every-step":
        return steps or None
    due = [step for step in steps if step.planned_from and step.planned_from <= source.day and step.status == "planned"]
    return tuple(step for step in due if not (step.trigger and source.branch.get(step.trigger) == "yes"))


def _day(source: BookPolicy, taken: tuple[OpenStep, ...], known_on: dt.date) -> dt.date:
    """The day of the rates: with every step, the first day on which all that have a day are due."""
    if isinstance(source.day, dt.date):
        return source.day
    return max([known_on, *(step.planned_from for step in taken if step.planned_from)])


def _no_step(source: BookPolicy, steps: tuple[OpenStep, ...]) -> str:
    if source.day == "every-step":
        return "Full escalation is left out: no further step was known on the day."
    undated = [step.title for step in steps if step.planned_from is None]
    known = f" Known, but without a day: {'; '.join(undated)}." if undated else ""
    return f"A next step is left out: none with a day was known on the day.{known}"


def _words(day: dt.date, taken: tuple[OpenStep, ...], as_of: dt.date, known_on: dt.date) -> Mapping[str, str]:
    steps, short_steps = stepping.words_of(taken) if taken else ("", "")
    short_day = f"{day.day} {day:%B}" if day.year == as_of.year else stepping.dated(day)
    days = {"day": stepping.dated(day), "short_day": short_day, "known": stepping.dated(known_on)}
    return days | {"steps": steps, "short_steps": short_steps}


def sectors_of(settings: Book, world: World) -> dict[str, Any]:
    """What the questions of a book are told, so that they answer by the sectors of the world."""
    fixed = [code for s, code in enumerate(world.sectors) if not world.tradable[s]]
    return {"sector_set": settings.sector_set, "sectors": world.sectors, "not_tradable": fixed}


def _rates(
    book: TariffBook, settings: Book, source: BookPolicy, day: dt.date, known_on: dt.date, world: World
) -> PolicyRates:
    from tradewar.tariffs import special_programmes

    pairs = {(row.importer, row.exporter): row.weight_set for row in settings.weights}
    programmes = None
    if source.counts == "additional":
        programmes = {importer: special_programmes(book, importer) for importer, _ in pairs}
    options: dict[str, Any] = {"branch": dict(source.branch)} if source.branch else {}
    return book.policy_on(
        day,
        known_on=known_on,
        base_day=base_days(settings, world),
        weight_sets=pairs,
        programmes=programmes,
        **sectors_of(settings, world),
        **options,
    )


def _policy(world: World, rates: PolicyRates, settings: Book, name: str) -> Policy:
    """The world's tariffs with what the book added to them, line by line unless averages are asked for."""
    rate = _laid_on(world, rates)
    if settings.aggregation == "trade-weighted":
        return Policy(tariff_rate=rate, name=name)
    products: list[ProductTariffs] = []
    for (importer, exporter), lines in zip(rates.pairs, rates.lines, strict=True):
        cell = world.country_index(importer), world.country_index(exporter)
        own = world.tariff_rate[cell][lines.sector]
        added = np.maximum(lines.added, np.minimum(own, 0.0) - own)
        products.append(ProductTariffs(importer, exporter, lines.value, added, lines.sector, rate[cell]))
    return Policy(tariff_rate=rate, name=name, products=products)


def _laid_on(world: World, rates: PolicyRates) -> Float[Array, "importer exporter sector"]:
    """The world's own rates plus the change in the book; where the book has no change, there is none."""
    rate = world.tariff_rate.copy()
    for pair, points in zip(rates.pairs, rates.change_points, strict=True):
        j, i = (world.country_index(code) for code in pair)
        changed = rate[j, i] + np.nan_to_num(points) / 100
        # a cut of a general rate that the world does not have cannot make a subsidy
        rate[j, i] = np.where(world.tradable, np.maximum(changed, np.minimum(rate[j, i], 0.0)), rate[j, i])
    return rate


def _mappings(
    rates: PolicyRates, book: TariffBook, source: BookPolicy, aggregation: str, world: World
) -> tuple[PairMapping, ...]:
    from tradewar.tariffs import special_programmes

    return tuple(
        PairMapping(
            importer=importer,
            exporter=exporter,
            weight_set=rates.weight_sets[p],
            weight_digest=rates.weight_digests[p],
            unit=book.weight_sets[rates.weight_sets[p]].unit,
            on=rates.on,
            known=rates.known,
            base_on=rates.base_on[p],
            programmes=special_programmes(book, importer) if source.counts == "additional" else (),
            aggregation=aggregation,
            change_points=float(rates.average_change_points[p]),
            report=report,
            sectors_unchanged=tuple(
                code
                for s, code in enumerate(world.sectors)
                if world.tradable[s] and np.isnan(rates.change_points[p, s])
            ),
        )
        for p, ((importer, exporter), report) in enumerate(zip(rates.pairs, rates.reports, strict=True))
    )
