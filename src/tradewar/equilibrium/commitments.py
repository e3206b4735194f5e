"""Promises with a target: purchases, and bilateral balances. Each adds one unknown wedge z >= 0 to a policy.

| promise | value v | must be | wedge on |
|---|---|---|---|
| purchases | Σ B over the basket | >= target | the importer's duty on the basket: (1+t') = (1+t) e^(−z) |
| balance | Σ_s B sold to the partner − Σ_s B bought from it | <= target | by instrument, below |
| `importer-wedge` | | | imports of the surplus country from its partner: (1+t') = (1+t) e^(−z) |
| `partner-tariff` | | | tariffs of the deficit country: (1+t') = (1+t) e^z |
| `export-restraint` | | | export taxes of the surplus country: (1+e') = (1+e) e^z |

Complementarity: 0 <= z ⊥ slack >= 0, with slack = v − target for purchases and target − v for balances. A promise that
is kept anyway has z = 0 and changes nothing. All values are border values, f.o.b.: a target in c.i.f. statistics must
be converted first. An implied tariff may be negative: state trading at a loss financed lump-sum is the same thing.

Index order `[importer, exporter, sector]`. Source of the wedge: exact hat algebra with a negative tariff (Dekle, Eaton
and Kortum 2008); the restraint with its rent at the exporter is the textbook voluntary export restraint.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray as Array

from tradewar.equilibrium.levers import Levers
from tradewar.errors import PolicyError, Problem
from tradewar.world.identities import nearest
from tradewar.world.model import World

CAP = 3.0
"""Default limit of z: a wedge by a factor of twenty."""

INSTRUMENTS = ("importer-wedge", "partner-tariff", "export-restraint")


@dataclass(frozen=True)
class PurchaseCommitment:
    """One country promises to buy at least a value of goods. Give `target` or `additional`."""

    kind: ClassVar[str] = "purchases"
    """`purchases` or `balance`."""
    instrument: ClassVar[str] = "importer-wedge"
    """On what the wedge acts."""
    importer: str
    exporters: tuple[str, ...]
    sectors: tuple[str, ...]
    target: float | None = None
    """Least border value of the basket, money of the world."""
    additional: float | None = None
    """Or: by how much the basket must exceed its baseline value."""
    name: str = ""
    cap: float = CAP

    @property
    def title(self) -> str:
        """The name, or who buys what from whom."""
        return self.name or f"{self.importer} buys {'+'.join(self.sectors)} from {'+'.join(self.exporters)}"


@dataclass(frozen=True)
class BalanceTarget:
    """The surplus of one country with another must not exceed a value. Give `target` or `reduction`."""

    kind: ClassVar[str] = "balance"
    exporter: str
    """The country whose surplus is meant."""
    importer: str
    """Its partner, with the deficit."""
    sectors: tuple[str, ...]
    """Where the instrument acts; the balance counts all sectors."""
    target: float | None = None
    """Largest surplus, money of the world."""
    reduction: float | None = None
    """Or: by how much the surplus must fall below its baseline."""
    instrument: str = "importer-wedge"
    """One of `INSTRUMENTS`; the table above says what each acts on."""
    name: str = ""
    cap: float = CAP

    @property
    def title(self) -> str:
        """The name, or whose surplus it is and what brings it down."""
        return self.name or f"surplus of {self.exporter} with {self.importer} by {self.instrument}"


Commitment = PurchaseCommitment | BalanceTarget


@dataclass(frozen=True, eq=False)
class Condition:
    """A commitment on the axes of a world: what its wedge acts on, and what is counted."""

    commitment: Commitment
    title: str
    basket: Bool[Array, "importer exporter sector"]
    """Cells on which the wedge acts."""
    on_export_tax: bool
    """True if the wedge is an export tax, False if it is a tariff."""
    sign: float
    """−1 where the wedge makes the basket cheaper, +1 where it makes it dearer."""
    counted: Float[Array, "importer exporter sector"]
    """Weights w of the value v = Σ w B."""
    at_least: bool
    """True if v >= target is promised, False if v <= target."""
    target: float
    cap: float
    scale: float
    """Money by which slack is divided while solving: the larger of target and baseline value."""
    value_added: float
    """Of the importer of the basket: what the certificate divides slack by, as all money equations."""

    def value(self, trade_value: Float[Array, "importer exporter sector"]) -> float:
        """v, money."""
        return float((self.counted * trade_value).sum())

    def slack(self, trade_value: Float[Array, "importer exporter sector"]) -> float:
        """By how much the promise is more than kept, money; negative where it is broken."""
        gap = self.value(trade_value) - self.target
        return gap if self.at_least else -gap


def resolve(commitments: Sequence[Commitment], world: World) -> tuple[Condition, ...]:
    """Commitments on the axes of a world.

    Raises:
        PolicyError: listing unknown codes, empty baskets, targets that are missing or not numbers, and promises that
            act on the same cells in the same way, between which no wedge can be told apart.
    """
    problems: list[Problem] = []
    found: list[Condition] = []
    for number, commitment in enumerate(commitments, start=1):
        where = f"commitment {number} ({commitment.title})"
        faults = list(_faults(commitment, world, where))
        if not faults:
            made = _condition(commitment, world)
            faults = list(_empty(made, world, where))
            twin = next((k for k, other in enumerate(found, start=1) if _same(made, other)), None)
            if twin is not None:
                what = f"acts on the same trade in the same way as {found[twin - 1].title}"
                faults.append(Problem(where, what, "Keep the stricter one"))
            found.append(made)
        problems.extend(faults)
    if problems:
        raise PolicyError(problems)
    return tuple(found)


def with_wedges(levers: Levers, conditions: Sequence[Condition], wedges: Float[Array, " condition"]) -> Levers:
    """The levers of a policy with the wedges z of its commitments; the same object where all are zero."""
    if not np.any(wedges):
        return levers
    log_tariff, log_tax = np.zeros(levers.tariff_rate.shape), np.zeros(levers.tariff_rate.shape)
    for condition, wedge in zip(conditions, wedges, strict=True):
        log_wedge = log_tax if condition.on_export_tax else log_tariff
        log_wedge += condition.sign * wedge * condition.basket
    rate = (1.0 + levers.tariff_rate) * np.exp(log_tariff) - 1.0
    changed = replace(levers, tariff_rate=np.where(log_tariff == 0.0, levers.tariff_rate, rate))
    if not log_tax.any():
        return changed
    tax = np.zeros_like(log_tax) if levers.export_tax is None else levers.export_tax
    return replace(changed, export_tax=(1.0 + tax) * np.exp(log_tax) - 1.0)


# ---------------------------------------------------------------- faults


def _faults(commitment: Commitment, world: World, where: str) -> Iterable[Problem]:
    if isinstance(commitment, PurchaseCommitment):
        importer, exporters = commitment.importer, commitment.exporters
        amounts = {"target": commitment.target, "additional": commitment.additional}
    else:
        importer, exporters = commitment.importer, (commitment.exporter,)
        amounts = {"target": commitment.target, "reduction": commitment.reduction}
        if commitment.instrument not in INSTRUMENTS:
            what = f"instrument {commitment.instrument!r} is unknown{nearest(commitment.instrument, INSTRUMENTS)}"
            yield Problem(where, what, f"Use one of {', '.join(INSTRUMENTS)}")
        untaxed = [s for s in commitment.sectors if s in world.sectors and not world.tradable[world.sectors.index(s)]]
        if untaxed:
            what = f"acts on {', '.join(untaxed)}, which is not tradable and carries no tariffs"
            yield Problem(where, what, "Leave it out: the balance counts all sectors anyway")
    for code in (importer, *exporters):
        if code not in world.countries:
            what = f"unknown country {code!r}{nearest(code, world.countries)}"
            yield Problem(where, what, f"Use one of {', '.join(world.countries)}")
    for code in commitment.sectors:
        if code not in world.sectors:
            what = f"unknown sector {code!r}{nearest(code, world.sectors)}"
            yield Problem(where, what, f"Use one of {', '.join(world.sectors)}")
    if not exporters or not commitment.sectors:
        yield Problem(where, "names no exporter or no sector", "Name at least one of each")
    if importer in exporters:
        yield Problem(where, f"{importer} is on both sides", "Name two countries")
    yield from _amount_faults(where, amounts, commitment.cap)


def _amount_faults(where: str, amounts: dict[str, float | None], cap: float) -> Iterable[Problem]:
    given = {name: value for name, value in amounts.items() if value is not None}
    names = " or ".join(amounts)
    if len(given) != 1:
        yield Problem(where, f"has {'both' if given else 'neither'} {names}", f"Give either {names}")
    for name, value in given.items():
        if not np.isfinite(value):
            yield Problem(where, f"{name} is {value}", "Give a number, in the money of the world")
        elif value < 0.0 and name != "target":
            yield Problem(where, f"{name} is {value:g}, below 0", "Give a positive amount")
    if not (np.isfinite(cap) and cap > 0.0):
        yield Problem(where, f"cap is {cap:g}", "Give a limit of the wedge above 0, such as 3")


def _empty(condition: Condition, world: World, where: str) -> Iterable[Problem]:
    if not world.trade_value[condition.basket].any():
        what = "there is no such trade in the baseline, and no wedge on prices can start it"
        yield Problem(where, what, "Choose suppliers and sectors with trade")


def _same(one: Condition, other: Condition) -> bool:
    alike = one.on_export_tax == other.on_export_tax
    return alike and bool(np.array_equal(one.basket, other.basket))


# ---------------------------------------------------------------- arrays


def _condition(commitment: Commitment, world: World) -> Condition:
    if isinstance(commitment, PurchaseCommitment):
        basket = _cells(world, commitment.importer, commitment.exporters, commitment.sectors)
        counted, at_least, sign, on_tax = basket.astype(float), True, -1.0, False
        change = commitment.additional
    else:
        seller, buyer = commitment.exporter, commitment.importer
        counted = _cells(world, buyer, (seller,), world.sectors).astype(float)
        counted -= _cells(world, seller, (buyer,), world.sectors)
        wedge_on_own_imports = commitment.instrument == "importer-wedge"
        sides = (seller, (buyer,)) if wedge_on_own_imports else (buyer, (seller,))
        basket = _cells(world, *sides, commitment.sectors)
        at_least, sign = False, -1.0 if wedge_on_own_imports else 1.0
        on_tax = commitment.instrument == "export-restraint"
        change = None if commitment.reduction is None else -commitment.reduction
    before = float((counted * world.trade_value).sum())
    target = before + change if change is not None else commitment.target
    assert target is not None
    scale = max(abs(target), float((np.abs(counted) * world.trade_value).sum()))
    value_added = float(world.value_added[np.flatnonzero(basket.any(axis=(1, 2)))[0]])
    return Condition(
        commitment,
        commitment.title,
        basket,
        on_tax,
        sign,
        counted,
        at_least,
        target,
        commitment.cap,
        scale,
        value_added,
    )


def _cells(
    world: World, importer: str, exporters: tuple[str, ...], sectors: tuple[str, ...]
) -> Bool[Array, "importer exporter sector"]:
    cells = np.zeros(world.trade_value.shape, dtype=bool)
    suppliers = [world.country_index(code) for code in exporters]
    places = [world.sector_index(code) for code in sectors]
    cells[np.ix_([world.country_index(importer)], suppliers, places)] = True
    return cells
