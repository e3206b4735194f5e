"""From an inter-country input-output table to a World, whatever the layout of its file.

Index order of a table: `use[using country, use, supplying country, industry]`; uses are the industries and then the
final uses. Values are basic prices, duty excluded, in one money unit.

With Z_jris the purchases by industry r of country j of the goods s of country i, and C_jis those for final use:

- flows F_jis = Σ_r Z_jris + C_jis. Inventories count as final use; where their fall exceeds all other purchases the
  flow would be negative: it is set to 0 and noted;
- materials, duty included, M_jsr = Σ_i (1 + t_jis) Z_jris, hence input shares g = M / Σ_s M and the value-added share
  v = 1 − Σ_s M / Y with Y = Σ_j F_jis. The row of taxes less subsidies on products is thereby divided: duties on
  materials are part of their cost, and what remains of it is counted to value added, with the row VA. Without tariffs
  v = (VA + TLS) / Y;
- taxes on final use (TLS of the final-use columns) are left out: values stay at basic prices;
- consumption shares are derived. Where inventories make final use of a good negative in a country it is set to 0
  (noted by `World.build`); `tradewar world balance` repairs it properly.

An industry without any output in the world is dropped and noted. In a country without output of an industry v = 1.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from tradewar.errors import Problem, WorldError
from tradewar.io.matrices import LabelledMatrix, read_labelled
from tradewar.io.nearest import some
from tradewar.io.registers.countries import is_iso3
from tradewar.sources.elasticity import Elasticity, read_elasticity, read_tariffs
from tradewar.world.identities import MAX_LISTED
from tradewar.world.table import problems_or

if TYPE_CHECKING:
    from tradewar.world.model import World

LEAST_VALUE_ADDED = 1e-3
"""Value-added shares below this, which subsidies can cause, are raised to it and noted."""
OUTPUT_NOTE = 1e-5
"""Row sums that differ from the stated output by more than this, relative, are noted."""
NEGLIGIBLE = 1e-6
"""Differences below this share of a country's output are noted, never refused."""


@dataclass(frozen=True)
class Layout:
    """How a publisher writes its table down."""

    name: str
    final_uses: Mapping[str, str]
    """Code of each final-use column, and what it is."""
    totals: Mapping[str, frozenset[str]]
    """`value added`, `taxes` and `output`: the labels under which their rows and columns go."""
    may_be_negative: frozenset[str]
    """Final uses that may be negative: changes of inventories."""
    fold: Mapping[str, str]
    """Codes of parts of a country, and the country to which they are added."""
    is_tradable: Callable[[str], bool]
    """Of an industry code: may it carry a tariff."""
    industry_names: Mapping[str, str]
    aggregates: Collection[str] = ("ROW",)
    output_limit: float = 1e-2
    """Row sums that differ from the stated output by more than this, relative, are refused."""


@dataclass(frozen=True)
class UseTable:
    """An inter-country table with its axes in order."""

    countries: tuple[str, ...]
    industries: tuple[str, ...]
    purchases: Float[Array, "country using country industry"]
    """Z, money."""
    final_use: Float[Array, "country country industry"]
    """C, money, all final uses together."""
    output: Float[Array, "country industry"] | None
    """Output as the table states it; None where it does not."""


@dataclass(frozen=True)
class About:
    """What the user says of a table that the table does not say itself."""

    name: str
    year: int
    money_unit: str
    source: str
    terms: str


def to_world(
    table: UseTable,
    layout: Layout,
    about: About,
    trade_elasticity: Elasticity,
    tariffs: Path | str | None = None,
    sparse_tariffs: bool = False,
) -> World:
    """The World of a table.

    Args:
        trade_elasticity: θ, one number for all sectors or a CSV file; tables hold none, and none is assumed.
        tariffs: CSV file `exporter,importer,sector,tariff` with rates (0.25); None makes a world without tariffs.
        sparse_tariffs: declares that pairs without a row in that file pay nothing.

    Raises:
        WorldError: listing every fault of the table and of the two files.
    """
    from tradewar.world.model import World

    notes: list[str] = []
    table = _without_idle_industries(table, notes)
    tradable = np.array([layout.is_tradable(code) for code in table.industries])
    flows = table.purchases.sum(axis=1) + table.final_use
    problems_or(_output_problems(table, flows.sum(axis=0), layout.output_limit, notes))
    _clip_flows(flows, about.money_unit, notes)
    rates = np.zeros_like(flows)
    if tariffs is not None:
        rates = read_tariffs(tariffs, table.countries, table.industries, tradable, flows, sparse_tariffs)
    else:
        notes.append("The source holds no tariffs: all rates are 0 because they are unknown.")
    materials = _materials(table, rates)
    bought = materials.sum(axis=1, keepdims=True)
    share = _value_added_share(table, bought[:, 0], flows.sum(axis=0), notes)
    _note_odd_codes(table.countries, layout, notes)
    return World.build(
        **asdict(about),
        **_labels_of_world(table, layout),
        tradable=tradable,
        trade_value=flows,
        tariff_rate=rates,
        value_added_share=share,
        input_share=np.divide(materials, bought, out=np.zeros_like(materials), where=bought > 0),
        consumption_share=None,
        trade_elasticity=read_elasticity(trade_elasticity, table.industries),
        has_tariffs=tariffs is not None,
        notes=tuple(notes),
    )


def _labels_of_world(table: UseTable, layout: Layout) -> dict[str, tuple[str, ...]]:
    return {
        "countries": table.countries,
        "country_names": table.countries,
        "aggregates": tuple(code for code in table.countries if code in layout.aggregates),
        "sectors": table.industries,
        "sector_names": tuple(layout.industry_names.get(code, code) for code in table.industries),
    }


def _note_odd_codes(countries: Sequence[str], layout: Layout, notes: list[str]) -> None:
    odd = [code for code in countries if not is_iso3(code) and code not in layout.aggregates]
    if odd:
        notes.append(f"{', '.join(odd)}: neither an ISO3 code nor a known aggregate; taken for a single economy.")


# ---------------------------------------------------------------- from a file to axes


def year_of(path: Path, given: int | None, edition_first: str = "") -> int:
    """The year of a table: what the user says, or the one year in the name of its file.

    Args:
        edition_first: what stands in front of EDITION_YEAR in names that hold both.

    Raises:
        WorldError: if the name holds no year, or several and none is known to be that of the table.
    """
    if given is not None:
        return given
    published = re.search(r"(?<!\d)(\d{4})_SML", path.name)
    edition = re.search(rf"{edition_first}\w*?(\d{{4}})_(\d{{4}})(?!\d)", path.name) if edition_first else None
    years = list(dict.fromkeys(re.findall(r"(?<!\d)((?:19|20)\d\d)(?!\d)", path.name)))
    if path.suffix != ".zip" and published:
        return int(published[1])
    if path.suffix != ".zip" and edition:
        return int(edition[2])
    if path.suffix != ".zip" and len(years) == 1:
        return int(years[0])
    held = f": it holds {' and '.join(years)}" if len(years) > 1 else ""
    raise WorldError.at(path.name, f"the name does not tell the year of the table{held}", "Give the year (--year)")


def read_table(path: Path | str, layout: Layout, elasticity: Elasticity, member: str | None = None) -> UseTable:
    """The table of a file.

    Raises:
        WorldError: listing every fault; if no elasticity is given, before the large table is read.
    """
    if elasticity is None:
        read_elasticity(None, ())
    problems: list[Problem] = []
    matrix = read_labelled(path, problems, member)
    if matrix is None:
        problems_or(problems)
    assert matrix is not None
    return use_table(matrix, layout)


def use_table(matrix: LabelledMatrix, layout: Layout) -> UseTable:
    """The axes of a labelled table, parts of countries folded, every label accounted for.

    Raises:
        WorldError: naming labels that are unknown or missing, and negative values where there can be none.
    """
    rows, columns = _labels(matrix, layout)
    countries = tuple(dict.fromkeys(country for country, _ in (*rows.values(), *columns.values())))
    industries = tuple(dict.fromkeys(industry for _, industry in rows.values()))
    uses = (*industries, *(code for code in layout.final_uses if code in {use for _, use in columns.values()}))
    problems = [*_absent(matrix.file, "row", rows.values(), countries, industries)]
    problems += _absent(matrix.file, "column", columns.values(), countries, uses)
    problems_or(problems)
    problems_or(_negative_problems(matrix, rows, columns, layout))
    use = _folded(matrix, rows, columns, (countries, uses, industries))
    n, s = len(countries), len(industries)
    return UseTable(
        countries,
        industries,
        use[:, :s],
        use[:, s:].sum(axis=1),
        _stated_output(matrix, rows, countries, industries, layout).reshape(n, s)
        if _has_output(matrix, layout)
        else None,
    )


def _labels(matrix: LabelledMatrix, layout: Layout) -> tuple[dict[int, tuple[str, str]], dict[int, tuple[str, str]]]:
    """Position -> (country, industry or use) of the rows and columns that are not totals."""
    totals = frozenset().union(*layout.totals.values())
    problems: list[Problem] = []

    def parsed(labels: Sequence[str], axis: str) -> dict[int, tuple[str, str]]:
        found: dict[int, tuple[str, str]] = {}
        for k, label in enumerate(labels):
            country, separator, code = label.partition("_")
            if label in totals or code in totals:
                continue
            if not separator or not code:
                fix = f"Labels of {layout.name} are COUNTRY_CODE or one of {', '.join(sorted(totals))}"
                problems.append(Problem(f"{matrix.file}, {axis} {k + 1}", f"label {label!r} is unknown", fix))
                continue
            found[k] = (layout.fold.get(country, country), code)
        return found

    rows, columns = parsed(matrix.rows, "row"), parsed(matrix.columns, "column")
    industries = {code for _, code in rows.values()}
    known = {*industries, *layout.final_uses}
    strange = sorted({code for _, code in columns.values()} - known)
    if strange:
        what = f"columns end in {some(strange, MAX_LISTED)}, which is neither an industry nor a final use"
        problems.append(Problem(matrix.file, what, f"Final uses are {', '.join(layout.final_uses)}"))
    mixed = sorted(industries & set(layout.final_uses))
    if mixed:
        problems.append(Problem(matrix.file, f"rows end in {', '.join(mixed)}, which is a final use", "Transpose it"))
    if not rows:
        problems.append(Problem(matrix.file, f"has no row labelled as in {layout.name}", "Check the layout"))
    problems_or(problems[:MAX_LISTED])
    return rows, columns


def _absent(
    file: str, axis: str, given: Collection[tuple[str, str]], countries: Sequence[str], codes: Sequence[str]
) -> list[Problem]:
    present = set(given)
    absent = [f"{c}_{code}" for c in countries for code in codes if (c, code) not in present]
    if not absent:
        return []
    return [
        Problem(
            file,
            f"{axis}s are missing: {some(absent, MAX_LISTED)}",
            "An absent cell is never a zero: take the whole table",
        )
    ]


def _negative_problems(
    matrix: LabelledMatrix, rows: Mapping[int, tuple[str, str]], columns: Mapping[int, tuple[str, str]], layout: Layout
) -> list[Problem]:
    kept = np.array(list(rows))
    problems: list[Problem] = []
    for column, (_, use) in columns.items():
        if use in layout.may_be_negative:
            continue
        values = matrix.by_column[column, kept]
        if values.min() < 0:
            row = int(kept[values.argmin()])
            what = f"{matrix.rows[row]} x {matrix.columns[column]} = {matrix.by_column[column, row]:.6g} is negative"
            allowed = ", ".join(sorted(layout.may_be_negative))
            problems.append(Problem(matrix.file, what, f"Only {allowed} may be negative: check the file"))
    if len(problems) > MAX_LISTED:
        more = Problem(matrix.file, f"{len(problems) - MAX_LISTED} more columns hold negative values", "Check the file")
        problems = [*problems[:MAX_LISTED], more]
    return problems


def _folded(
    matrix: LabelledMatrix,
    rows: Mapping[int, tuple[str, str]],
    columns: Mapping[int, tuple[str, str]],
    axes: tuple[Sequence[str], Sequence[str], Sequence[str]],
) -> Float[Array, "country use country industry"]:
    """The table in the order of the axes, parts of a country added up."""
    countries, uses, industries = axes
    n, u, s = len(countries), len(uses), len(industries)
    position = {(c, code): i * s + k for i, c in enumerate(countries) for k, code in enumerate(industries)}
    targets = np.array([position[label] for label in rows.values()])
    kept = np.array(list(rows))
    # one supplier per target unless parts are folded: plain indexing is then much faster than adding
    one_to_one = len(np.unique(targets)) == len(targets)
    source = kept[np.argsort(targets)] if one_to_one else kept
    use = np.zeros((n, u, n * s))
    index = {code: k for k, code in enumerate(uses)}
    place = {code: k for k, code in enumerate(countries)}
    for column, (country, code) in columns.items():
        cell = use[place[country], index[code]]
        if one_to_one:
            cell += matrix.by_column[column, source]
        else:
            np.add.at(cell, targets, matrix.by_column[column, kept])
    return use.reshape(n, u, n, s)


def _has_output(matrix: LabelledMatrix, layout: Layout) -> bool:
    return any(label in layout.totals["output"] for label in matrix.columns)


def _stated_output(
    matrix: LabelledMatrix,
    rows: Mapping[int, tuple[str, str]],
    countries: Sequence[str],
    industries: Sequence[str],
    layout: Layout,
) -> Float[Array, " cell"]:
    column = next(k for k, label in enumerate(matrix.columns) if label in layout.totals["output"])
    output = np.zeros(len(countries) * len(industries))
    for row, (country, industry) in rows.items():
        place = countries.index(country) * len(industries) + industries.index(industry)
        output[place] += matrix.by_column[column, row]
    return output


# ---------------------------------------------------------------- economics


def _without_idle_industries(table: UseTable, notes: list[str]) -> UseTable:
    sold = table.purchases.sum(axis=(0, 1, 2)) + table.final_use.sum(axis=(0, 1))
    active = sold > 0
    if active.all():
        return table
    idle = [code for code, is_active in zip(table.industries, active, strict=True) if not is_active]
    notes.append(f"Industries without any output were left out: {', '.join(idle)}.")
    return UseTable(
        table.countries,
        tuple(code for code, is_active in zip(table.industries, active, strict=True) if is_active),
        table.purchases[:, active][..., active],
        table.final_use[..., active],
        None if table.output is None else table.output[:, active],
    )


def _clip_flows(flows: Float[Array, "importer exporter sector"], money_unit: str, notes: list[str]) -> None:
    """Set to 0, in place, the flows that a fall of inventories makes negative."""
    negative = flows < 0
    if negative.any():
        total, world_output = -flows[negative].sum(), flows.sum()
        notes.append(
            f"{int(negative.sum())} flows were negative, because inventories fell by more than was bought, and were "
            f"set to 0: {total:.6g} {money_unit} in all, {total / world_output:.2g} of world output."
        )
        flows[negative] = 0.0


def _output_problems(
    table: UseTable, output: Float[Array, "country industry"], limit: float, notes: list[str]
) -> list[Problem]:
    if table.output is None:
        return []
    scale = np.maximum(np.abs(table.output), np.abs(output))
    gap = np.divide(np.abs(table.output - output), scale, out=np.zeros_like(scale), where=scale > 0)
    # rounding can be large beside a tiny output: what counts is measured against the country's output
    significant = np.abs(table.output - output) > NEGLIGIBLE * table.output.sum(axis=1, keepdims=True)
    wrong = np.argwhere((gap > limit) & significant)
    if len(wrong):
        listed = ", ".join(
            f"{table.countries[i]}_{table.industries[s]} sells {output[i, s]:.6g}, states {table.output[i, s]:.6g}"
            for i, s in wrong[:MAX_LISTED]
        )
        more = f" and {len(wrong) - MAX_LISTED} more" if len(wrong) > MAX_LISTED else ""
        fix = "Rows must add up to output: take the table as it was published"
        return [Problem("column of output", f"{listed}{more} (limit {limit:.0%})", fix)]
    if (gap > OUTPUT_NOTE).any():
        count = int((gap > OUTPUT_NOTE).sum())
        notes.append(f"{count} figures of output differ from sales by up to {gap.max():.2g}; sales are used.")
    return []


def _materials(
    table: UseTable, rates: Float[Array, "importer exporter sector"]
) -> Float[Array, "country supplying using"]:
    """M_jsr = Σ_i (1 + t_jis) Z_jris, duty included."""
    n, s = len(table.countries), len(table.industries)
    materials = np.empty((n, s, s))
    for country in range(n):
        materials[country] = np.einsum("ris,is->sr", table.purchases[country], 1.0 + rates[country], optimize=True)
    return materials


def _value_added_share(
    table: UseTable, bought: Float[Array, "country using"], output: Float[Array, "country using"], notes: list[str]
) -> Float[Array, "country using"]:
    share = 1.0 - np.divide(bought, output, out=np.zeros_like(output), where=output > 0)
    low = (share < LEAST_VALUE_ADDED) & (output > 0)
    if low.any():
        i, s = np.unravel_index(np.where(low, share, np.inf).argmin(), share.shape)
        notes.append(
            f"{int(low.sum())} value-added shares below {LEAST_VALUE_ADDED:g} were raised to it (lowest "
            f"{share[i, s]:.3g} in {table.countries[i]}_{table.industries[s]})."
        )
    return np.where(low, LEAST_VALUE_ADDED, share)


def about_table(name: str | None, year: int, default: Mapping[str, Any]) -> About:
    """The description of a world: what the user says, and the defaults of the layout with the year filled in."""
    filled = {key: str(text).format(year=year) for key, text in default.items()}
    return About(name or filled["name"], year, filled["money_unit"], filled["source"], filled["terms"])
