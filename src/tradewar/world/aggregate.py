"""Merging countries and sectors of a World so that its identities go on holding.

Index order: `[importer, exporter, sector]`; inputs `[country, supplying_sector, using_sector]`.

| what | how it is merged | what is preserved |
|---|---|---|
| flows F | added; flows inside a merged country become own sales | world output, exports and imports between groups |
| tariffs t | weighted by F (unweighted where nothing is traded) | tariff revenue between groups |
| value-added shares v | weighted by gross output | value added |
| input shares g | weighted by material purchases (1 − v) g Y | purchases of each good as material, final use |
| consumption α | spending α I added, less duties that vanish | income, final use |
| elasticities θ, every named set | weighted by foreign trade in the sector, by output without any | – |
| ψ | weighted by output | – |
| tradable | must agree among merged sectors unless `mix_tradable` says otherwise | – |

Tariffs on flows inside a merged country vanish: nobody taxes own sales. Income and final use of the group fall by
that revenue, sector by sector, and the amount is among the `notes`. A merged country is an aggregate; its members are
kept in `country_details["members"]`. The order of the groups is that in which the map first names them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from tradewar.errors import Problem
from tradewar.io.nearest import nearest, some
from tradewar.io.tables import read_path
from tradewar.world.formats import MAP
from tradewar.world.table import problems_or

if TYPE_CHECKING:
    from tradewar.world.model import World


def aggregate(
    world: World,
    countries: Mapping[str, str] | None = None,
    sectors: Mapping[str, str] | None = None,
    *,
    names: Mapping[str, str] | None = None,
    sector_names: Mapping[str, str] | None = None,
    mix_tradable: bool = False,
) -> World:
    """A World with merged countries and sectors.

    Args:
        countries: for every country code the code of its group; None keeps the countries.
        sectors: for every sector code the code of its group; None keeps the sectors.
        names: names of groups by code; without one, a group of one keeps its name and others are called by their code.
        sector_names: those of groups of sectors, where one code means both.
        mix_tradable: allow tradable sectors to be merged with others; the merged sector is tradable.

    Raises:
        WorldError: naming every label that is not mapped or not known, and every merger of tradable with other sectors.
    """
    country_map = dict(zip(world.countries, world.countries, strict=True)) if countries is None else countries
    sector_map = dict(zip(world.sectors, world.sectors, strict=True)) if sectors is None else sectors
    problems = [*_map_problems("country", world.countries, country_map)]
    problems += _map_problems("sector", world.sectors, sector_map)
    problems_or(problems)
    country_groups, by_country = _membership(world.countries, country_map)
    sector_groups, by_sector = _membership(world.sectors, sector_map)
    if not mix_tradable:
        problems_or(_mixed(world, sector_map, sector_groups))
    arrays, vanished = _merged_arrays(world, by_country, by_sector)
    notes = _notes(world, country_groups, sector_groups, vanished, arrays["income"])
    del arrays["income"]
    declared = _declared(world, country_map, country_groups, notes)
    kinds = {"country": dict(names or {}), "sector": dict(names or {}) | dict(sector_names or {})}
    labels = declared | _labels(world, country_groups, sector_groups, by_country, by_sector, kinds)
    return world.replace(**arrays, **labels, notes=(*world.notes, *notes))


def aggregate_by_file(world: World, path: Path | str, *, mix_tradable: bool = False) -> World:
    """A World merged as a map file says.

    The file is CSV with the columns `kind` (country or sector), `from`, `to` and optionally `name` (of the group). A
    kind without any row is kept as it is; otherwise every label of that kind has one row.

    Raises:
        WorldError: listing every fault of the file, and those of `aggregate`.
    """
    maps, names = _read_map(path)
    merged = (maps["country"] or None, maps["sector"] or None)
    return aggregate(world, *merged, names=names["country"], sector_names=names["sector"], mix_tradable=mix_tradable)


# ---------------------------------------------------------------- the map


def _read_map(path: Path | str) -> tuple[dict[str, dict[str, str]], dict[str, dict[str, str]]]:
    """By kind the group of each code, and the names of groups."""
    problems: list[Problem] = []
    table = read_path(MAP, path, problems, what="map (CSV)")
    if table is None:
        problems_or(problems)
    assert table is not None
    maps: dict[str, dict[str, str]] = {"country": {}, "sector": {}}
    names: dict[str, dict[str, str]] = {"country": {}, "sector": {}}
    lines: dict[tuple[str, str], int] = {}
    for row, (kind, old, new, name) in enumerate(zip(*map(table.texts, MAP.names), strict=True)):
        maps[kind][old] = new
        if name and names[kind].setdefault(new, name) != name:
            what = f"{new} is called {name!r}, but {names[kind][new]!r} in line {lines[kind, new]}"
            problems.append(Problem(table.where(row), what, "Give the group one name"))
        if name:
            lines.setdefault((kind, new), table.lines[row])
    problems_or(problems)
    return maps, names


def _map_problems(kind: str, labels: Sequence[str], groups: Mapping[str, str]) -> list[Problem]:
    problems = [
        Problem(f"map of {kind} codes", f"unknown {kind} {label!r}{nearest(label, labels)}", f"Use {some(labels)}")
        for label in groups
        if label not in labels
    ]
    missing = [label for label in labels if label not in groups]
    if missing:
        what = f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} not mapped"
        problems.append(Problem(f"map of {kind} codes", what, f"Map every {kind}, to itself if it stays"))
    return problems


def _mixed(world: World, groups: Mapping[str, str], codes: Sequence[str]) -> list[Problem]:
    tradable = dict(zip(world.sectors, world.tradable.tolist(), strict=True))
    problems: list[Problem] = []
    for code in codes:
        members = [sector for sector in world.sectors if groups[sector] == code]
        free = [sector for sector in members if not tradable[sector]]
        if free and len(free) < len(members):
            what = f"{code} merges tradable sectors with {', '.join(free)}, which carry no tariffs"
            problems.append(Problem("map of sector codes", what, "Keep them apart, or allow it with mix_tradable"))
    return problems


def _membership(
    labels: Sequence[str], groups: Mapping[str, str]
) -> tuple[tuple[str, ...], Float[Array, "group label"]]:
    """The groups in the order of the map, and which label belongs to which."""
    codes = tuple(dict.fromkeys(groups.values()))
    matrix = np.zeros((len(codes), len(labels)))
    for k, label in enumerate(labels):
        matrix[codes.index(groups[label]), k] = 1.0
    return codes, matrix


# ---------------------------------------------------------------- the numbers


def _merged_arrays(
    world: World, by_country: Float[Array, "group country"], by_sector: Float[Array, "kind sector"]
) -> tuple[dict[str, Any], Float[Array, "group kind"]]:
    """The arrays of the merged world (and its income), and the duties inside groups that vanish."""

    def border(values: Array) -> Array:
        return np.einsum("Jj,Ii,Ss,jis->JIS", by_country, by_country, by_sector, values, optimize=True)

    def local(values: Array) -> Array:
        return by_country @ values @ by_sector.T

    flows, duties = border(world.trade_value), border(world.tariff_rate * world.trade_value)
    plain = border(world.tariff_rate) / border(np.ones_like(world.trade_value))
    rates = np.divide(duties, flows, out=plain, where=flows > 0)
    own = np.arange(len(by_country))
    vanished = duties[own, own].copy()
    rates[own, own] = 0.0
    output = local(world.gross_output)
    materials = world.material_share * world.gross_output[:, None, :]
    materials = np.einsum("Jj,Ss,Rr,jsr->JSR", by_country, by_sector, by_sector, materials, optimize=True)
    bought = materials.sum(axis=1)
    spending = local(world.consumption_share * world.income[:, None]) - vanished
    arrays: dict[str, Any] = {
        "trade_value": flows,
        "tariff_rate": rates,
        # from the materials, so that a sector without any has a share of exactly 1
        "value_added_share": 1.0 - np.divide(bought, output, out=np.zeros_like(output), where=output > 0),
        "input_share": np.divide(
            materials, bought[:, None, :], out=np.zeros_like(materials), where=bought[:, None, :] > 0
        ),
        "consumption_share": spending.clip(min=0.0) / spending.clip(min=0.0).sum(axis=1, keepdims=True),
        "tradable": (by_sector @ world.tradable) > 0,
        "income": spending.sum(axis=1),
    }
    return arrays | _merged_elasticities(world, by_sector), vanished


def _merged_elasticities(world: World, by_sector: Float[Array, "kind sector"]) -> dict[str, Any]:
    output = world.trade_value.sum(axis=(0, 1))
    foreign = output - np.einsum("iis->s", world.trade_value)
    trade = np.where((by_sector.T @ (by_sector @ foreign)) > 0, foreign, output)
    merged: dict[str, Any] = {
        "trade_elasticity": _weighted(world.trade_elasticity, trade, by_sector),
        "elasticity_sets": {name: _weighted(theta, trade, by_sector) for name, theta in world.elasticity_sets.items()},
    }
    if world.scale_elasticity is not None:
        merged["scale_elasticity"] = _weighted(world.scale_elasticity, output, by_sector)
    return merged


def _weighted(
    values: Float[Array, " sector"], weights: Float[Array, " sector"], by_sector: Float[Array, "kind sector"]
) -> Float[Array, " kind"]:
    """Weighted means by group, as the first member plus mean differences: equal values merge without rounding."""
    first = values[by_sector.argmax(axis=1)]
    difference = values - by_sector.T @ first
    return first + (by_sector @ (weights * difference)) / (by_sector @ weights)


# ---------------------------------------------------------------- the words


def _labels(
    world: World,
    country_groups: tuple[str, ...],
    sector_groups: tuple[str, ...],
    by_country: Float[Array, "group country"],
    by_sector: Float[Array, "kind sector"],
    names: Mapping[str, Mapping[str, str]],
) -> dict[str, Any]:
    members = [np.flatnonzero(row) for row in by_country]
    aggregates = [
        code
        for code, inside in zip(country_groups, members, strict=True)
        if len(inside) > 1 or world.countries[inside[0]] in world.aggregates
    ]
    details = {
        column: tuple(_joined([texts[k] for k in inside], " " if column == "members" else "; ") for inside in members)
        for column, texts in world.country_details.items()
    }
    if "members" not in details and any(len(inside) > 1 for inside in members):
        details["members"] = tuple(" ".join(world.countries[k] for k in inside) for inside in members)
    return {
        "countries": country_groups,
        "country_names": _names(country_groups, by_country, world.country_names, names["country"]),
        "aggregates": tuple(aggregates),
        "sectors": sector_groups,
        "sector_names": _names(sector_groups, by_sector, world.sector_names, names["sector"]),
        "country_details": details,
    }


def _declared(
    world: World, groups: Mapping[str, str], codes: Sequence[str], notes: list[str]
) -> dict[str, Mapping[str, Any]]:
    """Days of tariffs and blocs, for the groups. What a group does not have as a whole is left out and noted."""
    inside = {code: [country for country in world.countries if groups[country] == code] for code in codes}
    days = {code: {world.tariffs_as_of.get(country) for country in members} for code, members in inside.items()}
    mixed = [code for code, found in days.items() if len(found) > 1]
    if mixed:
        what = "members whose tariffs are of different days, or of a day that is not stated"
        notes.append(f"{', '.join(mixed)}: {what}; the day of the group is not stated.")
    blocs: dict[str, tuple[str, ...]] = {}
    for bloc, members in world.blocs.items():
        merged = tuple(dict.fromkeys(groups[country] for country in members))
        if all(country in members for code in merged for country in inside[code]):
            if len(merged) > 1:  # a bloc that is one group is a single customs territory now
                blocs[bloc] = merged
        else:
            notes.append(f"Bloc {bloc} is left out: its members are merged with other countries.")
    known = {code: day for code, found in days.items() if len(found) == 1 for day in found if day is not None}
    return {"tariffs_as_of": known, "blocs": blocs}


def _joined(texts: Sequence[str], separator: str) -> str:
    return separator.join(dict.fromkeys(text for text in texts if text))


def _names(
    codes: Sequence[str], members: Float[Array, "group label"], old: Sequence[str], given: Mapping[str, str]
) -> tuple[str, ...]:
    def name(code: str, inside: Array) -> str:
        if code in given:
            return given[code]
        return old[int(inside.argmax())] if inside.sum() == 1 else code

    return tuple(name(code, inside) for code, inside in zip(codes, members, strict=True))


def _notes(
    world: World,
    countries: Sequence[str],
    sectors: Sequence[str],
    vanished: Float[Array, "group kind"],
    income: Float[Array, " group"],
) -> list[str]:
    before = f"{world.n_countries} countries x {world.n_sectors} sectors"
    notes = [f"Aggregated from {before} to {len(countries)} x {len(sectors)}."]
    lost = vanished.sum(axis=1)
    if (lost > 0).any():
        worst = int((lost / income).argmax())
        notes.append(
            f"Tariff revenue of {lost.sum():.6g} {world.money_unit} on flows inside aggregates vanishes, and income "
            f"with it: most in {countries[worst]}, {100 * lost[worst] / income[worst]:.3g} percent of its income."
        )
    return notes
