"""Which tariffs a player chooses, how they are tied together, and between which bounds.

Index order: `[importer, exporter, sector]`. An instrument is one number, log(1 + t), that applies to one or more
cells. Cells never include own sales, sectors that are not tradable, or cells without trade.

| regime | one instrument per |
|---|---|
| `bilateral` (default) | importer, exporter and sector |
| `mfn` | importer and sector: the same rate for all partners (most favoured nation) |
| `partner` | importer and exporter |
| `overall` | importer |

Where a war may be started from.

The closed form of Lashkaripour (2021, Journal of International Economics 131:103489, equation 14) gives one uniform
tariff per country,

    t_j = 1 / Σ_{n≠j, s} χ_jns (σ_s − 1)(1 − π_jns),

χ_jns the share of market n and sector s in j's exports (f.o.b.) and π_jns j's share of that market. Iterated with the
equilibrium it is exact for two countries and one sector (Gros 1987); otherwise it is a start.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray as Array

from tradewar.errors import InputError, Problem
from tradewar.games.stage import Position, Stage, settle
from tradewar.world import World

Regime = Literal["bilateral", "mfn", "partner", "overall"]

MAX_RATE = 10.0
"""Default upper bound of a tariff: 1,000 percent."""
LOWEST_RATE = -0.95
"""No lower bound may be below this: a subsidy of nearly the whole price."""


@dataclass(frozen=True, eq=False)
class Instruments:
    """The tariffs of one or several players: M instruments over C cells. Players are rows in the order of `players`."""

    players: Int[Array, " player"]
    """Positions on the country axis, ascending."""
    importer: Int[Array, " cell"]
    exporter: Int[Array, " cell"]
    sector: Int[Array, " cell"]
    instrument: Int[Array, " cell"]
    """The instrument that rules each cell."""
    owner: Int[Array, " instrument"]
    """Row in `players` of the government that sets each instrument."""
    block: Int[Array, " instrument"]
    """What is flipped together when corners are tried: the sector, or the partner where one rate covers all sectors."""
    lower: Float[Array, " instrument"]
    """Least log(1 + t)."""
    upper: Float[Array, " instrument"]
    """Greatest log(1 + t)."""
    tied: bool
    """True if some instrument rules several cells."""
    by_sector: bool
    """True if `block` is a sector, False if it is a country."""

    @property
    def count(self) -> int:
        """M."""
        return len(self.owner)

    def total(self, by_cell: Float[Array, " cell"]) -> Float[Array, " instrument"]:
        """Sums over the cells of each instrument."""
        return np.bincount(self.instrument, by_cell, self.count) if self.tied else by_cell

    def place(self, level: Float[Array, " instrument"], log_power: Float[Array, "importer exporter sector"]) -> Array:
        """A copy of all log powers with the instruments put in; every other cell stays bit for bit."""
        placed = log_power.copy()
        placed[self.importer, self.exporter, self.sector] = level[self.instrument]
        return placed

    def read(self, log_power: Float[Array, "importer exporter sector"]) -> Float[Array, " instrument"]:
        """The instruments as they stand, within bounds; where cells of one instrument differ, their mean."""
        cells = log_power[self.importer, self.exporter, self.sector]
        level = np.bincount(self.instrument, cells, self.count) / np.bincount(self.instrument, minlength=self.count)
        return np.clip(level, self.lower, self.upper)

    def of(self, row: int) -> tuple[Instruments, Bool[Array, " instrument"]]:
        """The instruments of one player alone, and where they stand among all."""
        mine = self.owner == row
        cells = mine[self.instrument]
        renumbered = np.cumsum(mine) - 1
        alone = Instruments(
            self.players[row : row + 1],
            self.importer[cells],
            self.exporter[cells],
            self.sector[cells],
            renumbered[self.instrument[cells]],
            np.zeros(int(mine.sum()), dtype=np.intp),
            self.block[mine],
            self.lower[mine],
            self.upper[mine],
            self.tied,
            self.by_sector,
        )
        return alone, mine


def instruments(
    stage: Stage,
    players: Array,
    mask: Bool[Array, "importer exporter sector"],
    regime: Regime = "bilateral",
    bounds: tuple[float, float] = (0.0, MAX_RATE),
) -> Instruments:
    """The instruments of the players (positions) in the cells that the mask allows and that hold trade."""
    players = np.sort(np.asarray(players, dtype=np.intp))
    allowed = mask & stage.foreign
    chosen = np.zeros_like(allowed)
    chosen[players] = allowed[players]
    importer, exporter, sector = np.nonzero(chosen)
    row = np.searchsorted(players, importer)
    count, sectors = allowed.shape[0], allowed.shape[2]
    keys = {
        "bilateral": (row * count + exporter) * sectors + sector,
        "mfn": row * sectors + sector,
        "partner": row * count + exporter,
        "overall": row,
    }
    _, first, instrument = np.unique(keys[regime], return_index=True, return_inverse=True)
    blocks = {"bilateral": sector, "mfn": sector, "partner": exporter, "overall": players[row]}
    lower, upper = np.full(len(first), np.log1p(bounds[0])), np.full(len(first), np.log1p(bounds[1]))
    return Instruments(
        players, importer, exporter, sector, instrument, row[first], blocks[regime][first], lower, upper,
        len(first) < len(importer), regime in ("bilateral", "mfn"),
    )  # fmt: skip


def chosen_players(world: World, players: Sequence[str]) -> Int[Array, " player"]:
    """Positions of the players.

    Raises:
        InputError: if there is none, one is not in the world, or one is named twice.
    """
    if not players:
        raise InputError.at("players", "is empty", f"Name at least one of {', '.join(world.countries)}")
    repeated = sorted({code for code in players if list(players).count(code) > 1})
    problems = [Problem("players", f"has {code} more than once", "Name every player once") for code in repeated]
    positions = [_position(world.countries, code, "players", problems) for code in players]
    if problems:
        raise InputError(problems)
    return np.sort(np.array(positions, dtype=np.intp))


def allowed_cells(
    stage: Stage, players: Array, goods: Sequence[str] | None, exempt: Sequence[tuple[str, str]] = ()
) -> tuple[Bool[Array, "importer exporter sector"], tuple[str, ...]]:
    """The cells that the players may tax, and what was left out, as sentences.

    `goods` are sectors, None = all tradable ones; `exempt` are pairs (importer, exporter) whose tariffs stay as they
    are, as under a trade agreement.

    Raises:
        InputError: if a sector or a country is unknown, a chosen sector cannot carry a tariff or is imported by no
            player, or nothing is left to choose.
    """
    world, problems = stage.world, list[Problem]()
    sectors = np.zeros(world.n_sectors, dtype=bool)
    for code in world.sectors if goods is None else goods:
        sectors[_position(world.sectors, code, "goods", problems)] = True
    mask = np.zeros(stage.foreign.shape, dtype=bool)
    mask[players] = sectors
    for importer, exporter in exempt:
        mask[_position(world.countries, importer, "exempt", problems)][
            _position(world.countries, exporter, "exempt", problems)
        ] = False
    imported = (stage.foreign & mask).any(axis=(0, 1))
    if goods is not None and not problems:
        for s in np.flatnonzero(sectors & ~imported):
            problems.append(_untaxable(world, int(s)))
    if not problems:
        idle = [world.countries[k] for k in players if not (stage.foreign & mask)[k].any()]
        fix = "Name other goods, other players or fewer exemptions"
        problems.extend(Problem(f"player {code}", "has no tariff to choose", fix) for code in idle)
    if problems:
        raise InputError(problems)
    return mask, _left_out(stage, mask & world.tradable)


def checked_bounds(lowest: float, highest: float) -> tuple[float, float]:
    """The bounds of tariff rates.

    Raises:
        InputError: if they leave nothing to choose, or are below -0.95, or look like percentages.
    """
    problems: list[Problem] = []
    if not np.isfinite([lowest, highest]).all():
        problems.append(Problem("max rate", f"bounds are {lowest:g} and {highest:g}", "Give finite rates"))
    elif highest <= lowest:
        what = f"{highest:g} with a least rate of {lowest:g} leaves no tariff to choose"
        problems.append(Problem("max rate", what, "Give a max rate above the least rate, such as 0.5 for 50 percent"))
    if lowest < LOWEST_RATE:
        fix = "A subsidy cannot be nearly the whole price"
        problems.append(Problem("least rate", f"{lowest:g} is below {LOWEST_RATE:g}", fix))
    if highest > MAX_RATE:
        what = f"{highest:g} is above {MAX_RATE:g} (1,000 percent)"
        problems.append(Problem("max rate", what, "Tariffs are rates: write 0.5, not 50, for 50 percent"))
    if problems:
        raise InputError(problems)
    return lowest, highest


def checked_regime(regime: str) -> Regime:
    """The regime named.

    Raises:
        InputError: if there is none of that name.
    """
    for known in get_args(Regime):
        if regime == known:
            return known
    raise InputError.at("regime", f"{regime!r} is unknown", f"Use one of {', '.join(get_args(Regime))}")


def _position(axis: tuple[str, ...], code: str, where: str, problems: list[Problem]) -> int:
    """Position of a label; an unknown one is a problem and gives 0."""
    from tradewar.world.identities import nearest

    if code in axis:
        return axis.index(code)
    problems.append(Problem(where, f"{code!r} is unknown{nearest(code, axis)}", f"Use one of {', '.join(axis)}"))
    return 0


def _untaxable(world: World, sector: int) -> Problem:
    if not world.tradable[sector]:
        what = "cannot carry a tariff (it is not tradable)"
    else:
        what = "is imported by no player: there is nothing to tax"
    return Problem(f"goods: {world.sectors[sector]}", what, "Leave it out")


def _left_out(stage: Stage, wanted: Array) -> tuple[str, ...]:
    crosses = ~np.eye(stage.world.n_countries, dtype=bool)[:, :, None]
    empty = int((wanted & crosses & ~stage.foreign).sum())
    return (f"{empty} cells without trade were left out: a tariff there changes nothing.",) if empty else ()


START_ROUNDS = 3
STARTS = ("closed-form", "inverse-elasticity", "factual", "zero", "one")
"""Names of starting points: the closed form; t = 1/(σ − 1); the tariffs in force; t = 0; t = 1."""
DEFAULT_STARTS = ("closed-form", "inverse-elasticity", "factual")


def starting_level(stage: Stage, game: Instruments, name: str, factual: Position) -> Float[Array, " instrument"]:
    """log(1 + t) of all instruments at a named start, within bounds."""
    if name == "closed-form":
        level, _ = closed_form(stage, game, factual, START_ROUNDS)
    elif name == "inverse-elasticity":
        level = inverse_elasticity(stage, game)
    elif name == "factual":
        level = game.read(stage.log_power)
    else:
        level = np.full(game.count, np.log1p({"zero": 0.0, "one": 1.0}[name]))
    return np.clip(level, game.lower, game.upper)


def inverse_elasticity(stage: Stage, game: Instruments) -> Float[Array, " instrument"]:
    """1 + t = σ/(σ − 1); where an instrument rules several sectors, the mean of their logs."""
    cells = np.log1p(1.0 / stage.trade_elasticity)[game.sector]
    return np.bincount(game.instrument, cells, game.count) / np.bincount(game.instrument, minlength=game.count)


def closed_form_rates(
    border_value: Float[Array, "importer exporter sector"],
    share: Float[Array, "importer exporter sector"],
    trade_elasticity: Float[Array, " sector"],
) -> Float[Array, " country"]:
    """The uniform rate of every country by the closed form at given flows and shares."""
    exports = border_value.copy()
    each = np.arange(len(exports))
    exports[each, each] = 0.0
    weighted = (exports * trade_elasticity * (1.0 - share)).sum(axis=(0, 2))
    return exports.sum(axis=(0, 2)) / weighted


def closed_form(
    stage: Stage, game: Instruments, factual: Position, rounds: int = 30, tolerance: float = 1e-12
) -> tuple[Float[Array, " instrument"], Position]:
    """The closed form iterated with the equilibrium: log(1 + t) of all instruments, and the last equilibrium."""
    position = factual
    level = game.read(stage.log_power)
    for _ in range(rounds):
        rates = closed_form_rates(position.border_value, position.share, stage.trade_elasticity)
        new = np.clip(np.log1p(rates)[game.players][game.owner], game.lower, game.upper)
        moved = float(np.abs(new - level).max())
        level = new
        position = settle(stage, game.place(level, stage.log_power), position)
        if moved <= tolerance:
            break
    return level, position
