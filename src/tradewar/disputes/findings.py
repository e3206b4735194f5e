"""A dossier run end to end: one solved equilibrium per policy, and everything a brief says about them.

What policies do is in `effects`; every further part of the findings is a module of its own, listed in `parts`.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from tradewar.disputes.chronicle import Event
from tradewar.disputes.dossier import Dossier
from tradewar.disputes.effects import PolicyFindings, policy_findings
from tradewar.disputes.material import Material, Progress, silent
from tradewar.disputes.parts import PARTS, Part
from tradewar.disputes.policies import Stated, dispute_book, dispute_world, state_policies
from tradewar.disputes.schema import Deadline, Party
from tradewar.disputes.steps import OpenStep
from tradewar.equilibrium.horizon import HorizonDocument
from tradewar.equilibrium.outcome import Outcome
from tradewar.equilibrium.solve import solve
from tradewar.io.serialize import Document
from tradewar.world.model import World

if TYPE_CHECKING:
    import pandas as pd

Kind = TypeVar("Kind")


class PartPendingError(LookupError):
    """Findings so far were asked for a part that may still be found."""


@dataclass(frozen=True)
class WorldFacts:
    """What a reader must know of the world behind the figures."""

    name: str
    year: int
    money_unit: str
    income: float
    """Of all countries together, in that unit."""
    source: str
    terms: str
    countries: int
    sectors: int
    aggregates: tuple[str, ...]
    trade_elasticity_lowest: float
    trade_elasticity_highest: float
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Findings(Document, told="... parts.*", without="inputs seconds pending"):
    """All that was computed from a dossier, with what was known on the day `as_of`."""

    dispute: str
    title: str
    as_of: dt.date
    written_for: dt.date
    parties: tuple[Party, Party]
    names: Mapping[str, str]
    """By code, of every country and actor that is named."""
    deadline: Deadline | None
    steps: tuple[OpenStep, ...]
    """Steps of the tariff book that are known and not taken on the day."""
    chronicle: tuple[Event, ...]
    world: WorldFacts
    closure: str
    market: str
    numeraire: str
    horizon: HorizonDocument
    """Of the effects of policies and of their ranges; other levers, games, talks and accords are of the long run."""
    policies: tuple[PolicyFindings, ...]
    left_out: tuple[str, ...]
    """A sentence for each policy of the dossier that does not exist on the day."""
    parts: Mapping[str, Document]
    """What else was found, by the names of `tradewar.disputes.parts.PARTS`."""
    inputs: tuple[tuple[str, str], ...]
    """(what was read, SHA-256)."""
    seconds: tuple[tuple[str, float], ...]
    """(step, wall-clock seconds). Not told, so that equal runs give equal files."""
    pending: tuple[str, ...] = ()
    """Parts that are still being found, where these are the findings so far."""

    def part(self, kind: type[Kind]) -> Kind | None:
        """The part of a class, None where the dossier has nothing for it.

        Raises:
            PartPendingError: if it may still be found.
        """
        found = next((part for part in self.parts.values() if isinstance(part, kind)), None)
        if found is None and self.pending:
            raise PartPendingError(kind.__name__)
        return found

    @property
    def known(self) -> tuple[PolicyFindings, ...]:
        """The policies whose figures were known on the day: what headlines and options may rest on."""
        return tuple(policy for policy in self.policies if policy.figures_known_from is None)

    @property
    def hindsight(self) -> tuple[PolicyFindings, ...]:
        """The others: scenarios from later knowledge, which stand apart and marked."""
        return tuple(policy for policy in self.policies if policy.figures_known_from is not None)

    @property
    def compared(self) -> tuple[PolicyFindings, ...]:
        """What the sections compare: the known policies; where there are none, all, each marked as hindsight."""
        return self.known or self.policies

    @property
    def due(self) -> OpenStep | None:
        """The step of the deadline, where it is still open."""
        named = self.deadline.step if self.deadline else None
        return next((step for step in self.steps if step.name == named), None)

    def to_frame(self) -> pd.DataFrame:
        """Effects on countries, long: one row per policy and country."""
        import pandas as pd

        return pd.DataFrame([{"policy": p.name} | asdict(row) for p in self.policies for row in p.countries])


class _Watch:
    """How long each step took."""

    def __init__(self) -> None:
        self.seconds: list[tuple[str, float]] = []

    @contextmanager
    def time(self, step: str) -> Generator[None]:
        started = time.perf_counter()
        yield
        self.seconds.append((step, time.perf_counter() - started))


def run(
    dossier: Dossier,
    as_of: dt.date | None = None,
    progress: Progress | None = None,
    *,
    parts: Sequence[Part] | None = None,
    ready: Callable[[Findings], None] | None = None,
) -> Findings:
    """Solve every policy of a dossier that exists on the day, each against the world's baseline, and find every part.

    Args:
        as_of: day of knowledge; by default the day for which the dossier was written.
        progress: told what is being done.
        parts: what to find besides the solved policies; by default everything.
        ready: given the findings so far after the policies and after each part, for those who need not wait for all.

    Raises:
        DossierError: if no policy was known on the day, or the world lacks a party.
        BookError: if the tariff book is wrong.
        NoSolutionError: if a policy could not be solved.
    """
    watch = _Watch()
    material = _gathered(dossier, as_of, progress or silent, watch)
    findings = _findings(material)
    pending = list(PARTS if parts is None else parts)
    while pending:
        findings = replace(findings, pending=tuple(part.name for part in pending))
        if ready is not None:
            ready(findings)
        part = pending.pop(0)
        material.say(part.what)
        with watch.time(part.name):
            found = part.find(material)
        if found is not None:
            findings = replace(findings, parts={**findings.parts, part.name: found})
    return replace(findings, pending=(), seconds=tuple(watch.seconds))


def gather(dossier: Dossier, as_of: dt.date | None = None, progress: Progress | None = None) -> Material:
    """What every part works on, for those who want one part alone: `parts.deal.find(gather(dossier))`.

    Arguments and errors are those of `run`.
    """
    return _gathered(dossier, as_of, progress or silent, _Watch())


def _gathered(dossier: Dossier, as_of: dt.date | None, say: Progress, watch: _Watch) -> Material:
    known = dossier.known_on(as_of or dossier.as_of)
    if known.book:
        say("Reading the tariff book")
    with watch.time("read the tariff book"):
        book = dispute_book(known)
    say(f"Reading the world {known.world}")
    with watch.time("read the world"):
        world = dispute_world(known, book)
    with watch.time("state the policies"):
        stated = state_policies(known, book, world)
    outcomes = _solved(known, world, stated, say, watch)
    return Material(known, world, book, stated, outcomes, say)


def _solved(dossier: Dossier, world: World, stated: Stated, say: Progress, watch: _Watch) -> tuple[Outcome, ...]:
    outcomes: list[Outcome] = []
    for item in stated.policies:
        say(f"Solving: {item.title}")
        with watch.time(f"solve {item.source.name}"):
            start = outcomes[-1] if outcomes else None
            outcomes.append(solve(world, item.policy, closure=dossier.closure, horizon=dossier.horizon, start=start))
    return tuple(outcomes)


def _findings(material: Material) -> Findings:
    known, world, outcomes = material.dossier, material.world, material.outcomes
    return Findings(
        dispute=known.name,
        title=known.title,
        as_of=known.as_of,
        written_for=known.written_for,
        parties=known.parties,
        names=_names(known, world),
        deadline=known.deadline,
        steps=material.stated.steps,
        chronicle=known.chronicle,
        world=_facts(world),
        closure=str(outcomes[0].closure),
        market=outcomes[0].market,
        numeraire=outcomes[0].numeraire,
        horizon=outcomes[0].horizon.document(outcomes[0].baseline),
        policies=tuple(
            policy_findings(known, stated, outcome, before)
            for stated, outcome, before in zip(material.stated.policies, outcomes, [None, *outcomes[:-1]], strict=True)
        ),
        left_out=material.stated.left_out,
        parts={},
        inputs=(*known.hashes, (f"world {known.world}", _content_hash(world))),
        seconds=(),
    )


def _facts(world: World) -> WorldFacts:
    return WorldFacts(
        name=world.name,
        year=world.year,
        money_unit=world.money_unit,
        income=float(world.income.sum()),
        source=world.source,
        terms=world.terms,
        countries=world.n_countries,
        sectors=world.n_sectors,
        aggregates=world.aggregates,
        trade_elasticity_lowest=float(world.trade_elasticity.min()),
        trade_elasticity_highest=float(world.trade_elasticity.max()),
        notes=world.notes,
    )


def _content_hash(world: World) -> str:
    """SHA-256 over labels and arrays: the same for a folder, a zip and a built-in world of the same content."""
    import hashlib

    digest = hashlib.sha256(repr((world.name, world.year, world.countries, world.sectors)).encode())
    arrays = (world.trade_value, world.tariff_rate, world.value_added_share, world.input_share)
    for array in (*arrays, world.consumption_share, world.trade_elasticity, world.tradable):
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def _names(dossier: Dossier, world: World) -> dict[str, str]:
    named = dict(zip(world.countries, world.country_names, strict=True))
    return named | {party.country: party.name for party in (*dossier.actors, *dossier.parties)}
