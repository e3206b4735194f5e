"""The tidy folder: a World as files that people read and write, without loss.

| file | columns | rule |
|---|---|---|
| `world.toml` | see `tradewar.world.header` | |
| `countries.csv` | country, [name], [members], [io_source] | upper case; ISO3, or declared as an aggregate |
| `sectors.csv` | sector, [name], [tradable], θ or σ, [theta_*], [sigma_*], [scale_elasticity] | θ > 0 |
| `flows.csv` | exporter, importer, sector, value, tariff | f.o.b., duty excluded; tariff is a rate (0.25) |
| `production.csv` | country, sector, gross_output, value_added_share | output is checked against the flows |
| `inputs.csv` | country, supplying_sector, using_sector, share | every row; sums to 1 over supplying_sector |
| `consumption.csv` | country, sector, share | may be left out: shares are then derived from the flows |

The elasticity is column `trade_elasticity` (θ) or `substitution_elasticity` (σ = θ + 1); sectors are tradable unless
said otherwise. A country code that is neither ISO3 nor declared is noted. Without material inputs (Ossa 2014)
both `production.csv` and `inputs.csv` are left out: v = 1 everywhere.
An elasticity set in column `theta_NAME` is called NAME; one in column `sigma_NAME` is called `sigma_NAME` and holds
θ = σ − 1. Other files in the folder are ignored, unless their name is nearly that of a table that is missing.

Rows of `flows.csv`: an absent cell is never a zero. Every exporter x importer pair has a row in every tradable
sector. A sector that is not tradable has a row for every pair, or for own sales only (then it is not traded).
`sparse_flows = true` in `world.toml` is the declaration that what has no row is zero.

What `World.build` repairs in data from other sources is refused here where a person can correct it: a tariff on own
sales or on a sector that is not tradable. Input shares that sum to 1 within 1e-3 are renormalised and noted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray as Array

from tradewar.errors import Problem
from tradewar.io.files import Files, open_place
from tradewar.io.registers.countries import is_iso3
from tradewar.io.tables import MAX_LISTED, Table, list_rows, read
from tradewar.io.text import csv_text
from tradewar.io.writing import check_place, place_folder
from tradewar.world import formats
from tradewar.world.header import FILE as HEADER_FILE
from tradewar.world.header import Header, header_text, read_header
from tradewar.world.identities import SHARE_LIMIT, declaration_problems
from tradewar.world.table import cell_label, fill, flat_cells, fractions, problems_or, refuse_missing, refuse_scale

if TYPE_CHECKING:
    from tradewar.io.archives import Limits
    from tradewar.world.model import World


TABLES = ("countries", "sectors", "flows", "production", "inputs", "consumption")
"""Stems of the tables of a tidy folder."""
KIND = "world"
_NAMES = (HEADER_FILE, *(f"{stem}{ending}" for stem in TABLES for ending in (".csv", ".parquet")))
"""All that is read as part of a world."""


def write_world(world: World, folder: Path | str) -> None:
    """Write a World as a tidy folder; `read_world` gives back the same World, to the last bit.

    It takes the place of a world that was written there before as a whole (`tradewar.io.writing`).

    Raises:
        InputError: if the folder cannot be written, or holds a table of somebody else.
    """
    place_folder(folder, world_files(world), kind=KIND, reserved=_NAMES)


def check_folder(folder: Path | str) -> None:
    """Refuse a folder to which no world could be written, before the work starts; raises as `write_world`."""
    check_place(folder, KIND, _NAMES)


def world_files(world: World) -> dict[str, str]:
    """The files of a tidy folder by name, numbers in the shortest form that reads back exactly."""
    countries, sectors = world.countries, world.sectors
    pairs = [(country, sector) for country in countries for sector in sectors]
    files = {HEADER_FILE: header_text(world), "countries.csv": _countries_text(world)}
    files |= {"sectors.csv": _sectors_text(world), "flows.csv": _flows_text(world)}
    has_inputs = bool((world.value_added_share != 1.0).any() or (world.input_share != 0.0).any())
    if has_inputs:
        columns = (_texts(world.gross_output), _texts(world.value_added_share))
        rows = ((*pair, output, share) for pair, output, share in zip(pairs, *columns, strict=True))
        files["production.csv"] = csv_text(("country", "sector", "gross_output", "value_added_share"), rows)
        triples = ((c, supplying, using) for c in countries for supplying in sectors for using in sectors)
        rows = ((*triple, share) for triple, share in zip(triples, _texts(world.input_share), strict=True))
        files["inputs.csv"] = csv_text(("country", "supplying_sector", "using_sector", "share"), rows)
    rows = ((*pair, share) for pair, share in zip(pairs, _texts(world.consumption_share), strict=True))
    files["consumption.csv"] = csv_text(("country", "sector", "share"), rows)
    return files


def _countries_text(world: World) -> str:
    details = world.country_details
    rows = zip(world.countries, world.country_names, *details.values(), strict=True)
    return csv_text(("country", "name", *details), rows)


def _sectors_text(world: World) -> str:
    columns: dict[str, Sequence[str]] = {
        "sector": world.sectors,
        "name": world.sector_names,
        "tradable": ["1" if tradable else "0" for tradable in world.tradable],
    }
    sigma = world.trade_elasticity + 1.0
    # sigma is written only where theta comes back exactly
    if world.market == "monopolistic" and np.array_equal(sigma - 1.0, world.trade_elasticity):
        columns["substitution_elasticity"] = _texts(sigma)
    else:
        columns["trade_elasticity"] = _texts(world.trade_elasticity)
    columns |= {f"theta_{name}": _texts(theta) for name, theta in world.elasticity_sets.items()}
    if world.scale_elasticity is not None:
        columns["scale_elasticity"] = _texts(world.scale_elasticity)
    return csv_text(tuple(columns), zip(*columns.values(), strict=True))


def _flows_text(world: World) -> str:
    keys = ((e, i, s) for i in world.countries for e in world.countries for s in world.sectors)
    columns = [_texts(world.trade_value)]
    if world.has_tariffs:
        columns.append(_texts(world.tariff_rate))
    header = ("exporter", "importer", "sector", "value", "tariff")[: 3 + len(columns)]
    return csv_text(header, ((*key, *values) for key, *values in zip(keys, *columns, strict=True)))


def _texts(values: Float[Array, ...]) -> list[str]:
    return [repr(value) if value else "0" for value in values.ravel().tolist()]


__all__ = ["read_world", "write_world"]

OUTPUT_NOTE = 1e-5
"""Gross output of production.csv that differs from the flows by more than this, relative, is noted."""
OUTPUT_LIMIT = 1e-2
"""Gross output that differs by more than this contradicts the flows and is refused."""


def read_world(path: Path | str, *, rescale_shares: bool = False, limits: Limits | None = None) -> World:
    """Read a World from a tidy folder, or from a zip of one.

    Args:
        rescale_shares: divide input and consumption shares by their sums, however far these are from 1, and note it,
            in place of refusing them: for a folder that is about to be balanced.
        limits: what a zip may hold; those of `tradewar.io.archives` where left out.

    Raises:
        WorldError: listing every fault with file and line, value, limit and fix.
    """
    from tradewar.world.model import World

    problems: list[Problem] = []
    files = open_place(path, problems, "tidy folder, or zip of one", limits)
    if files is None:
        problems_or(problems)
    assert files is not None
    header = read_header(files, problems)
    tables = _read_tables(files, problems)
    parts: dict[str, Any] = {}
    if (table := tables.get("countries")) is not None:
        parts |= _countries(table, header.aggregates if header else (), problems)
    if (table := tables.get("sectors")) is not None:
        parts |= _sectors(table, problems)
    if header is None or "country_names" not in parts or "trade_elasticity" not in parts:
        problems_or(problems)
    assert header is not None
    parts |= _header_parts(header, parts["countries"])
    problems_or(replace(fault, where=f"{HEADER_FILE}: {fault.where}") for fault in declaration_problems(parts))
    parts |= _economy(tables, parts, header, problems, rescale_shares)
    problems_or(problems)
    return World.build(**parts)


def _header_parts(header: Header, countries: Sequence[str]) -> dict[str, Any]:
    odd = [code for code in countries if code not in header.aggregates and not is_iso3(code)]
    note = f"{', '.join(odd)}: neither an ISO3 code nor declared as an aggregate; taken for a single economy."
    names = ("name", "year", "money_unit", "source", "terms", "aggregates", "market", "has_tariffs")
    parts = {name: getattr(header, name) for name in (*names, "superseded_by", "blocs")}
    notes = (*header.notes, *([note] if odd else []))
    return parts | {"notes": notes, "tariffs_as_of": header.days(countries)}


def _read_tables(files: Files, problems: list[Problem]) -> dict[str, Table | None]:
    """The tables that are there; optional ones that are not are left out, nearly named ones are refused."""
    stems = {Path(name).stem for name in files.names if name.endswith((".csv", ".parquet"))}
    optional = {"consumption"} if stems & {"production", "inputs"} else {"consumption", "production", "inputs"}
    tables: dict[str, Table | None] = {}
    for spec in formats.FOLDER:
        # labels that are wrong would make every other row wrong; other cells hide nothing
        partial = spec not in (formats.COUNTRIES, formats.SECTORS)
        tables[spec.name] = read(
            spec, files, problems, optional=spec.name in optional, beside=formats.FOLDER, partial=partial
        )
    return tables


# ---------------------------------------------------------------- axes


def _countries(table: Table, aggregates: Sequence[str], problems: list[Problem]) -> dict[str, Any]:
    before = len(problems)
    codes = tuple(table.texts("country"))
    lower = np.array([code != code.upper() and code not in aggregates for code in codes])

    def describe(row: int) -> tuple[str, str]:
        return f"country {codes[row]!r} is not upper case", f"Write {codes[row].upper()!r}, in every file"

    list_rows(table, lower, describe, problems)
    if len(problems) > before:  # every other table would repeat the fault
        return {}
    details = {name: tuple(table.texts(name)) for name in table.given if name not in ("country", "name")}
    return {"countries": codes, "country_names": _names(table, codes), "country_details": details}


def _names(table: Table, codes: Sequence[str]) -> tuple[str, ...]:
    return tuple(name or code for name, code in zip(table.texts("name"), codes, strict=True))


def _sectors(table: Table, problems: list[Problem]) -> dict[str, Any]:
    sectors = tuple(table.texts("sector"))
    sets: dict[str, Array] = {}
    for column in (name for name in table.given if name.startswith(("theta_", "sigma_"))):
        name = column.removeprefix("theta_")
        if name in sets or name in ("", "default"):
            what = f"column {column!r} names an elasticity set {name!r}, which is taken"
            problems.append(Problem(f"{table.file}, line 1", what, "Call it otherwise"))
        sets[name] = _theta(table, column, problems)
    given = "trade_elasticity" if table.has("trade_elasticity") else "substitution_elasticity"
    return {
        "sectors": sectors,
        "sector_names": _names(table, sectors),
        "tradable": table.yes("tradable", True),
        "trade_elasticity": _theta(table, given, problems),
        "elasticity_sets": sets,
        "scale_elasticity": table.numbers("scale_elasticity") if table.has("scale_elasticity") else None,
    }


def _theta(table: Table, column: str, problems: list[Problem]) -> Float[Array, " sector"]:
    values = table.numbers(column)
    is_sigma = column.startswith(("sigma_", "substitution_"))
    least = 1.0 if is_sigma else 0.0

    def describe(row: int) -> tuple[str, str]:
        symbol = "sigma, more than 1" if is_sigma else "theta, not minus theta"
        return f"{column} = {values[row]:.10g} is not > {least:g}", f"Give a positive elasticity ({symbol})"

    list_rows(table, values <= least, describe, problems)
    return values - least


# ---------------------------------------------------------------- the tables over the axes


def _economy(
    tables: Mapping[str, Table | None], axes: Mapping[str, Any], header: Header, problems: list[Problem], rescale: bool
) -> dict[str, Any]:
    """The arrays over countries and sectors, every fault among the problems."""
    n, s = len(axes["countries"]), len(axes["sectors"])
    flows, tariffs = np.zeros((n, n, s)), np.zeros((n, n, s))
    if (table := tables.get("flows")) is not None:
        flows, tariffs = _flows(table, axes, header, problems)
    output = flows.sum(axis=0)
    notes: list[str] = []
    share, inputs, consumption = np.ones((n, s)), np.zeros((n, s, s)), None
    if (table := tables.get("production")) is not None:
        share = _production(table, axes, output, notes, problems)
    sums = notes if rescale else None
    if (table := tables.get("inputs")) is not None:
        inputs = _inputs(table, axes, (share == 1.0) | (output == 0.0), sums, problems)
    if (table := tables.get("consumption")) is not None:
        consumption = _consumption(table, axes, sums, problems)
    found = {"trade_value": flows, "tariff_rate": tariffs, "value_added_share": share, "input_share": inputs}
    declared = tuple(axes.get("notes", ()))
    return found | {"consumption_share": consumption, "notes": tuple(dict.fromkeys((*declared, *notes)))}


def _flows(
    table: Table, axes: Mapping[str, Any], header: Header, problems: list[Problem]
) -> tuple[Float[Array, "importer exporter sector"], Float[Array, "importer exporter sector"]]:
    order = {"importer": axes["countries"], "exporter": axes["countries"], "sector": axes["sectors"]}
    shape = (len(axes["countries"]), len(axes["countries"]), len(axes["sectors"]))
    if header.has_tariffs and not table.has("tariff"):
        fix = f"Give it, or say has_tariffs = false in {HEADER_FILE}"
        problems.append(Problem(f"{table.file}, line 1", "column 'tariff' is missing", fix))
    flat = flat_cells(table, order, problems)
    if not header.sparse_flows:
        refuse_missing(table, flat, _needed_flows(flat, shape, axes["tradable"]), order, problems)
    flows = fill(shape, flat, table.numbers("value"))
    if not table.has("tariff"):
        return flows, np.zeros(shape)
    before = len(problems)
    rates = fractions(table, "tariff", problems, header.rate_unit)
    _refuse_impossible_tariffs(table, flat, rates, axes, problems)
    tariffs = fill(shape, flat, rates)
    if not header.has_tariffs and (rates != 0).any():
        first = int(np.flatnonzero(rates != 0)[0])
        what = f"tariff = {rates[first]:.10g} although {HEADER_FILE} says has_tariffs = false"
        problems.append(Problem(table.where(first), what, "Remove the column or the declaration"))
    if len(problems) == before and not header.rate_unit:
        refuse_scale(table.file, axes["countries"], tariffs, problems)
    return flows, tariffs


def _needed_flows(
    flat: Int[Array, " row"], shape: tuple[int, ...], tradable: Bool[Array, " sector"]
) -> Bool[Array, "importer exporter sector"]:
    """The rows that must be there: all, less the foreign ones of sectors that are not traded at all."""
    given = fill(shape, flat, np.ones(len(flat))) > 0
    foreign = ~np.eye(shape[0], dtype=bool)
    traded = tradable | given[foreign].any(axis=0)
    return ~foreign[:, :, None] | traded


def _refuse_impossible_tariffs(
    table: Table,
    flat: Int[Array, " row"],
    rates: Float[Array, " row"],
    axes: Mapping[str, Any],
    problems: list[Problem],
) -> None:
    own = np.array([e == i for e, i in zip(table.texts("exporter"), table.texts("importer"), strict=True)])
    sector = np.where(flat >= 0, flat % len(axes["sectors"]), 0)
    services = ~axes["tradable"][sector] & (flat >= 0)
    taxed = np.nan_to_num(rates) != 0

    def on_own(row: int) -> tuple[str, str]:
        country = table.texts("importer")[row]
        return f"tariff = {rates[row]:.10g} on own sales of {country} (must be 0)", "Nobody taxes own sales: write 0"

    def on_services(row: int) -> tuple[str, str]:
        name = table.texts("sector")[row]
        what = f"tariff = {rates[row]:.10g} on {name}, which is not tradable (must be 0)"
        return what, "Write 0, or set tradable = 1 in sectors.csv"

    list_rows(table, own & taxed, on_own, problems)
    list_rows(table, services & ~own & taxed, on_services, problems)


def _production(
    table: Table,
    axes: Mapping[str, Any],
    output: Float[Array, "country sector"],
    notes: list[str],
    problems: list[Problem],
) -> Float[Array, "country sector"]:
    order = {"country": axes["countries"], "sector": axes["sectors"]}
    flat = flat_cells(table, order, problems)
    share = table.numbers("value_added_share")
    stated = table.numbers("gross_output")
    refuse_missing(table, flat, np.ones(output.shape, dtype=bool), order, problems)
    sold = np.where(flat >= 0, output.flat[flat], np.nan)
    gap = np.abs(stated - sold) / np.maximum(np.maximum(np.abs(stated), np.abs(sold)), np.finfo(float).tiny)

    def outside(row: int) -> tuple[str, str]:
        what = f"value_added_share = {share[row]:.10g} is outside (0, 1]"
        return what, "Give the share of value added in gross output"

    def contradiction(row: int) -> tuple[str, str]:
        what = f"gross_output = {stated[row]:.10g} but the flows add up to {sold[row]:.10g} (limit {OUTPUT_LIMIT:.0%})"
        return what, "Output is what is sold: correct it or the flows"

    list_rows(table, ((share <= 0) | (share > 1)) & (sold > 0), outside, problems)
    if not problems:  # after faults in the flows, their sums mean nothing
        list_rows(table, gap > OUTPUT_LIMIT, contradiction, problems)
        off = gap > OUTPUT_NOTE
        if off.any():
            what = f"{int(off.sum())} figures of gross output differ from the flows by up to {np.nanmax(gap):.2g}"
            notes.append(f"{what}, relative; the flows are used.")
    return fill(output.shape, flat, share, 1.0)


def _inputs(
    table: Table,
    axes: Mapping[str, Any],
    may_be_zero: Bool[Array, "country using"],
    rescaled: list[str] | None,
    problems: list[Problem],
) -> Float[Array, "country supplying using"]:
    n, s = len(axes["countries"]), len(axes["sectors"])
    order = {"country": axes["countries"], "supplying_sector": axes["sectors"], "using_sector": axes["sectors"]}
    before = len(problems)
    flat = flat_cells(table, order, problems)
    share = table.numbers("share")
    refuse_missing(table, flat, np.ones((n, s, s), dtype=bool), order, problems)
    inputs = fill((n, s, s), flat, share)
    if len(problems) == before:
        if rescaled is not None:
            return _rescaled(inputs.clip(min=0.0), table.file, rescaled)
        sums = inputs.clip(min=0.0).sum(axis=1)
        _refuse_sums(table.file, sums, may_be_zero, (axes["countries"], axes["sectors"]), problems)
    return inputs


def _consumption(
    table: Table, axes: Mapping[str, Any], rescaled: list[str] | None, problems: list[Problem]
) -> Float[Array, "country sector"]:
    n, s = len(axes["countries"]), len(axes["sectors"])
    order = {"country": axes["countries"], "sector": axes["sectors"]}
    before = len(problems)
    flat = flat_cells(table, order, problems)
    share = table.numbers("share")
    refuse_missing(table, flat, np.ones((n, s), dtype=bool), order, problems)

    consumption = fill((n, s), flat, share)
    if len(problems) == before:
        if rescaled is not None:
            return _rescaled(consumption, table.file, rescaled)
        _refuse_sums(table.file, consumption.sum(axis=1), np.zeros(n, dtype=bool), (axes["countries"],), problems)
    return consumption


def _rescaled(share: Float[Array, ...], file: str, notes: list[str]) -> Float[Array, ...]:
    sums = share.sum(axis=1, keepdims=True)
    off = (np.abs(sums - 1.0) > SHARE_LIMIT) & (sums > 0)
    if off.any():
        furthest = sums[off][np.abs(sums[off] - 1.0).argmax()]
        notes.append(f"{file}: {int(off.sum())} sums of shares were rescaled to 1 (furthest {furthest:.6g}).")
    return np.divide(share, sums, out=share.copy(), where=off)


def _refuse_sums(
    file: str,
    sums: Float[Array, ...],
    may_be_zero: Bool[Array, ...],
    axes: tuple[Sequence[str], ...],
    problems: list[Problem],
) -> None:
    off = (np.abs(sums - 1.0) > SHARE_LIMIT) & ~(may_be_zero & (np.abs(sums) <= SHARE_LIMIT))
    cells = np.argwhere(off)
    for cell in cells[:MAX_LISTED]:
        labels = cell_label(axes, cell)
        what = (
            f"shares of {labels} sum to {sums[tuple(cell)]:.7g} (must be 1 within 1e-6; above {SHARE_LIMIT:g} refused)"
        )
        problems.append(Problem(file, what, "Give the missing share, or rescale with `tradewar world balance`"))
    if len(cells) > MAX_LISTED:
        problems.append(Problem(file, f"{len(cells) - MAX_LISTED} more sums of shares are off", "Rescale them"))
