"""What can be chosen on the page: a world, or a dispute with its policies as starting tariffs.

Arrays are [importer, exporter, sector]. An economy of a built-in name is made once for all visitors; one that somebody
uploaded lives as long as the visit.

Groups of sectors, so that a pair of countries needs a handful of sliders and not one per sector.

Sectors are grouped by the words of their names; those of no known kind are "other goods". A world of a few sectors
has one group for each.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from tradewar.disputes import dossier
from tradewar.disputes.policies import StatedPolicy, dispute_book, dispute_world, state_policies
from tradewar.equilibrium.policy import Policy
from tradewar.equilibrium.prepared import Prepared, prepare
from tradewar.equilibrium.product_tariffs import ProductTariffs
from tradewar.errors import InputError, PolicyError, Problem
from tradewar.io.text import csv_text
from tradewar.web.state import ALL_GOODS, EVERY, Kind, Setting, State
from tradewar.world import catalogue
from tradewar.world.identities import nearest
from tradewar.world.model import World

FEW = 6
"""A world with no more tradable sectors than this has a slider for each."""

KINDS: tuple[tuple[str, str, str], ...] = (
    ("agriculture", "Agriculture and food", r"agri|farm|crop|grain|soy|food|bever|tobacco|fish|forest|livestock|meat"),
    ("energy", "Mining and energy", r"mining|petrol|\boil|\bgas\b|\bcoal|fuel|energy"),
    ("textiles", "Textiles and apparel", r"textil|apparel|cloth|leather|footwear|garment"),
    ("machinery", "Machinery, electronics, vehicles",
     r"machin|electr|transport eq|vehicle|\bcars?\b|automo|aircraft"),
    ("materials", "Materials and chemicals",
     r"chem|pharma|plastic|rubber|metal|steel|iron|mineral|wood|paper|print|glass"),
)  # fmt: skip
"""(key, name, words): the first kind whose words a sector's name holds is its group."""
OTHER = ("other", "Other goods")


@dataclass(frozen=True)
class Group:
    """Sectors that one slider moves."""

    scope: str
    """As in a link: `@agriculture`, or the code of a sector."""
    name: str
    sectors: tuple[int, ...]
    """Positions in the world."""


def all_goods(world: World) -> Group:
    """Every sector that may carry a tariff."""
    return Group(ALL_GOODS, "All goods", _tradable(world))


def groups_of(world: World) -> tuple[Group, ...]:
    """The groups of a world, in the order of their first sector."""
    tradable = _tradable(world)
    if len(tradable) <= FEW:
        return by_sector(world)
    found: dict[tuple[str, str], list[int]] = {}
    for s in tradable:
        found.setdefault(_kind(world.sector_names[s]), []).append(s)
    return tuple(Group(f"@{key}", name, tuple(sectors)) for (key, name), sectors in found.items())


def by_sector(world: World) -> tuple[Group, ...]:
    """One group per sector that may carry a tariff."""
    return tuple(Group(world.sectors[s], world.sector_names[s], (s,)) for s in _tradable(world))


def _tradable(world: World) -> tuple[int, ...]:
    return tuple(s for s in range(world.n_sectors) if world.tradable[s])


def _kind(name: str) -> tuple[str, str]:
    text = name.casefold()
    return next(((key, title) for key, title, words in KINDS if re.search(words, text)), OTHER)


CLOSURES = ("share-of-world", "balanced", "fixed:world")
"""Those offered; a link may name any."""
MAX_READY = 8
"""Closures for which a world is kept ready."""
BASELINE = "baseline"


@dataclass(frozen=True, eq=False)
class Start:
    """Tariffs from which sliders start."""

    name: str
    title: str
    tariff_rate: Float[Array, "importer exporter sector"] | None
    """Rates after the change; None for those of the world."""
    products: Sequence[ProductTariffs] = ()
    """Where they are averages over products, those; a sector set by a slider has one rate on all."""


@dataclass(frozen=True, eq=False)
class Economy:
    """A world with what the page needs to offer it."""

    kind: Kind
    name: str
    title: str
    world: World
    closure: str
    pair: tuple[str, str]
    """Importer and exporter that are shown first, and that have colours of their own."""
    starts: tuple[Start, ...]
    day: dt.date | None = None
    """Of a dispute: the day of knowledge."""
    world_name: str = ""
    """As the command line calls its world; empty for an upload."""
    ready: dict[str, Prepared] = field(default_factory=dict[str, Prepared], repr=False)

    def prepared(self, closure: str) -> Prepared:
        """The world made ready under a closure, once.

        Raises:
            PolicyError: if there is no such closure.
            NoSolutionError: if the baseline cannot be solved.
        """
        if closure not in self.ready:
            made = prepare(self.world, closure, compiled=True)
            while len(self.ready) >= MAX_READY:
                self.ready.pop(next(iter(self.ready)))
            self.ready[closure] = made
        return self.ready[closure]

    def with_start(self, start: Start) -> Economy:
        """With further starting tariffs, in place of earlier ones of that name."""
        return replace(self, starts=(*(old for old in self.starts if old.name != start.name), start))

    def completed(self, state: State) -> State:
        """The state with what it leaves to the economy filled in.

        Raises:
            PolicyError: listing every name that the economy does not have.
        """
        full = replace(
            state,
            start=state.start or self.starts[0].name,
            closure=state.closure or self.closure,
            importer=state.importer or self.pair[0],
            exporter=state.exporter or next(code for code in self.pair if code != (state.importer or self.pair[0])),
        )
        problems = [
            Problem(key, f"unknown country {code!r}{nearest(code, self.world.countries)}", "Choose one of the list")
            for key, code in (("importer", full.importer), ("exporter", full.exporter))
            if code != EVERY and code not in self.world.countries
        ]
        if full.start not in [start.name for start in self.starts]:
            lost = " The file that was uploaded is not part of a link." if full.start == "upload" else ""
            what = f"there are no starting tariffs {full.start!r}.{lost}"
            problems.append(Problem("start", what, f"Use one of {', '.join(start.name for start in self.starts)}"))
        if full.importer == full.exporter != EVERY:
            problems.append(Problem("exporter", f"{full.exporter} is the importer too", "Choose two countries"))
        if problems:
            raise PolicyError(problems)
        return full

    def rates(self, state: State) -> Float[Array, "importer exporter sector"]:
        """Tariffs on screen: the starting ones with every setting of a completed state laid on, in order.

        Raises:
            PolicyError: listing every setting that fits nothing in the world.
        """
        start = next(start for start in self.starts if start.name == state.start)
        rates = (self.world.tariff_rate if start.tariff_rate is None else start.tariff_rate).copy()
        problems: list[Problem] = []
        for setting in state.settings:
            try:
                rates[self.cells(setting)] = setting.percent / 100.0
            except InputError as error:
                problems += error.problems
        if problems:
            raise PolicyError(problems)
        return rates

    def policy(self, state: State) -> Policy:
        """The tariffs on screen as a policy; those of `rates`."""
        start = next(start for start in self.starts if start.name == state.start)
        return Policy(tariff_rate=self.rates(state), name=self.name or "upload", products=start.products)

    def cells(self, setting: Setting) -> Array:
        """The tariffs that a setting sets, as a mask that never has own sales or sectors without tariffs.

        Raises:
            PolicyError: if the world has no such country, group or sector.
        """
        world = self.world
        scopes = self._scopes()
        problems = [
            Problem("link", f"set={setting.to_text()}: {world.name} has no {what} {code!r}", "Leave it out")
            for what, code, known in (
                ("country", setting.importer, (EVERY, *world.countries)),
                ("country", setting.exporter, (EVERY, *world.countries)),
                ("group or sector", setting.scope, tuple(scopes)),
            )
            if code not in known
        ]
        if problems:
            raise PolicyError(problems)
        chosen = np.zeros(world.n_sectors, dtype=bool)
        chosen[list(scopes[setting.scope].sectors)] = True
        own = np.eye(world.n_countries, dtype=bool)
        pairs = np.outer(_matched(world, setting.importer), _matched(world, setting.exporter)) & ~own
        return pairs[:, :, None] & chosen

    def scope_names(self) -> dict[str, str]:
        """What each scope of a setting is called."""
        return {scope: group.name for scope, group in self._scopes().items()}

    def _scopes(self) -> dict[str, Group]:
        world = self.world
        return {group.scope: group for group in (all_goods(world), *groups_of(world), *by_sector(world))}

    def sliders(self, state: State) -> tuple[Group, ...]:
        """The groups or sectors that have a slider; all goods first."""
        groups = groups_of(self.world) if state.level == "group" else by_sector(self.world)
        return (all_goods(self.world), *groups)


def of_world(name: str) -> Economy:
    """A built-in world.

    Raises:
        WorldError: if there is none of that name. Paths are refused: a link must not read files of the server.
    """
    if name not in catalogue.names():
        what = f"is no built-in world{nearest(name, catalogue.names())}"
        raise PolicyError.at(f"world {name!r}", what, f"Use one of {', '.join(catalogue.names())}")
    world = catalogue.load_world(name)
    return of(world, "world", name)


def of(world: World, kind: Kind, name: str) -> Economy:
    """A world by itself: its own tariffs, and the two largest trading partners first."""
    between = world.trade_value.sum(axis=2)
    between = np.where(np.eye(world.n_countries, dtype=bool), -1.0, between + between.T)
    # a rest of the world is nobody's partner where there is anybody else
    single = [k for k, code in enumerate(world.countries) if code not in world.aggregates]
    if len(single) >= 2:
        most = np.unravel_index(between[np.ix_(single, single)].argmax(), (len(single), len(single)))
        pair = tuple(world.countries[single[k]] for k in most)
    else:
        pair = world.countries[:2]
    starts = (Start(BASELINE, f"Tariffs of {world.year}", None),)
    return Economy(kind, name, world.name, world, CLOSURES[0], (pair[0], pair[1]), starts, world_name=name)


def of_dispute(name: str, day: dt.date | None) -> Economy:
    """A built-in dispute on a day, with its policies as starting tariffs.

    Raises:
        DossierError: if there is none of that name, or nothing was known on the day. Paths are refused.
    """
    if name not in dossier.names():
        what = f"is no built-in dispute{nearest(name, dossier.names())}"
        raise PolicyError.at(f"dispute {name!r}", what, f"Use one of {', '.join(dossier.names())}")
    written = dossier.load_dispute(name)
    known = written.known_on(day or written.as_of)
    book = dispute_book(known)
    world = dispute_world(known, book)
    stated = state_policies(known, book, world)
    starts = (*map(_start, stated.policies), Start(BASELINE, f"Tariffs of {world.year}, before the dispute", None))
    pair = (known.parties[0].country, known.parties[1].country)
    return Economy("dispute", name, known.title, world, known.closure, pair, starts, known.as_of, known.world)


def _start(stated: StatedPolicy) -> Start:
    return Start(stated.source.name, stated.title, stated.policy.tariff_rate, stated.policy.products)


def tariff_file(world: World, rates: Float[Array, "importer exporter sector"]) -> str:
    """Rates that differ from the world's as a file for `tradewar solve --tariffs`, every digit kept.

    Without any change it has one row that changes nothing, because a file without rows is refused.
    """
    changed = np.argwhere(rates != world.tariff_rate)
    if not len(changed):
        own = np.eye(world.n_countries, dtype=bool)[:, :, None]
        changed = np.argwhere(~own & world.tradable)[:1]
    rows = [
        (world.countries[i], world.countries[j], world.sectors[s], repr(float(rates[j, i, s]))) for j, i, s in changed
    ]
    return csv_text(("exporter", "importer", "sector", "tariff"), rows)


def _matched(world: World, code: str) -> Array:
    return np.array([code in (EVERY, label) for label in world.countries])
