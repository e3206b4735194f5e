"""Faults that people put into tidy folders, as functions that break a copy of a good one.

`FAULTS` maps a name to a function of the folder. Each broken folder must be refused with an `InputError` (exit status
2) whose message holds the words in `SAYS[name]`. The good folder is `write_good_folder(folder)`: three countries, two
goods and one service, with material inputs.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from tradewar.world import World, write_world

Fault = Callable[[Path], None]


def good_world() -> World:
    """USA, CHN and ROW; soy, goods and services; made so that the books balance."""
    flows = np.array(
        [
            [[30, 1500, 17000], [0.5, 500, 10], [2, 900, 250]],
            [[12, 120, 50], [20, 3500, 8500], [24, 600, 150]],
            [[6, 700, 400], [1, 900, 40], [60, 9000, 42000]],
        ]
    )
    tariffs = np.zeros_like(flows)
    tariffs[1, [0, 2], 0] = 0.10
    tariffs[1, 0, 1], tariffs[1, 2, 1], tariffs[0, 1, 1] = 0.08, 0.06, 0.03
    tariffs[0, 2, 1], tariffs[2, 1, 1], tariffs[2, 0, 1] = 0.02, 0.05, 0.04
    inputs = np.array([[0.2, 0.007, 0.0003], [0.4, 0.55, 0.12], [0.4, 0.443, 0.8797]])
    return World.build(
        name="Toy",
        year=2018,
        money_unit="USD billion",
        source="invented",
        terms="none",
        countries=("USA", "CHN", "ROW"),
        country_names=("United States", "China", "Rest of world"),
        aggregates=("ROW",),
        sectors=("SOY", "GDS", "SER"),
        sector_names=("Soy", "Other goods", "Services"),
        tradable=np.array([True, True, False]),
        trade_value=flows,
        tariff_rate=tariffs,
        value_added_share=np.array([[0.45, 0.4, 0.6], [0.5, 0.3, 0.5], [0.5, 0.38, 0.58]]),
        input_share=np.repeat(inputs[None], 3, axis=0),
        consumption_share=None,
        trade_elasticity=np.array([5.0, 4.0, 4.0]),
        elasticity_sets={"low": np.array([2.5, 2.0, 2.0])},
    )


def write_good_folder(folder: Path) -> None:
    """A tidy folder without any fault."""
    write_world(good_world(), folder)


# ---------------------------------------------------------------- tools


def edit(file: str, old: str, new: str, count: int = 1) -> Fault:
    """Replace text in a file; the text must be there."""

    def apply(folder: Path) -> None:
        text = (folder / file).read_text(encoding="utf-8")
        assert old in text, f"{file} does not hold {old!r}"
        (folder / file).write_text(text.replace(old, new, count), encoding="utf-8")

    return apply


def cell(file: str, keys: tuple[str, ...], column: str, value: str) -> Fault:
    """Write a value into the cell of the row with these leading labels."""

    def apply(folder: Path) -> None:
        lines = (folder / file).read_text(encoding="utf-8").splitlines()
        place = lines[0].split(",").index(column)
        (row,) = [k for k, line in enumerate(lines) if line.split(",")[: len(keys)] == list(keys)]
        fields = lines[row].split(",")
        fields[place] = value
        lines[row] = ",".join(fields)
        (folder / file).write_text("\n".join(lines) + "\n", encoding="utf-8")

    return apply


def rows(file: str, change: Callable[[list[str]], list[str]]) -> Fault:
    """Change the lines of a file, header included."""

    def apply(folder: Path) -> None:
        lines = (folder / file).read_text(encoding="utf-8").splitlines()
        (folder / file).write_text("\n".join(change(lines)) + "\n", encoding="utf-8")

    return apply


def recode(file: str, change: Callable[[str], bytes]) -> Fault:
    """Write a file in another encoding."""

    def apply(folder: Path) -> None:
        (folder / file).write_bytes(change((folder / file).read_text(encoding="utf-8")))

    return apply


def drop_column(file: str, column: str) -> Fault:
    """Remove a column."""

    def change(lines: list[str]) -> list[str]:
        place = lines[0].split(",").index(column)
        return [",".join(field for k, field in enumerate(line.split(",")) if k != place) for line in lines]

    return rows(file, change)


def remove(file: str) -> Fault:
    """Delete a file."""
    return lambda folder: (folder / file).unlink()


def append(file: str, text: str) -> Fault:
    """Add lines at the end of a file."""

    def apply(folder: Path) -> None:
        with (folder / file).open("a", encoding="utf-8") as stream:
            stream.write(text)

    return apply


def no_output(folder: Path) -> None:
    """Chinese soy is produced no more according to production.csv, yet sold according to flows.csv."""
    cell("production.csv", ("CHN", "SOY"), "gross_output", "0")(folder)


def sold_nowhere(folder: Path) -> None:
    """All flows of one sector are zero."""
    path = folder / "flows.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    changed = [",".join((*line.split(",")[:3], "0", "0")) if ",SOY," in line else line for line in lines]
    path.write_text("\n".join(changed) + "\n", encoding="utf-8")
    for country in ("USA", "CHN", "ROW"):
        cell("production.csv", (country, "SOY"), "gross_output", "0")(folder)


def decimal_commas(folder: Path) -> None:
    """The layout of a spreadsheet in a country that writes 0,25."""
    text = (folder / "flows.csv").read_text(encoding="utf-8")
    (folder / "flows.csv").write_text(text.replace(",", ";").replace(".", ","), encoding="utf-8")


def _percent(line: str) -> str:
    """The tariff of a row of flows in percent."""
    *cells, tariff = line.split(",")
    return ",".join([*cells, f"{100 * float(tariff):g}"])


USA_CHN_SOY = ("USA", "CHN", "SOY")

FAULTS: dict[str, Fault] = {
    "wrong case": cell("flows.csv", USA_CHN_SOY, "importer", "chn"),
    "wrong case on the axis": edit("countries.csv", "USA", "usa"),
    "unknown code": cell("flows.csv", USA_CHN_SOY, "exporter", "UAS"),
    "unknown sector": cell("inputs.csv", ("USA", "SOY", "GDS"), "using_sector", "GOODS"),
    "missing row": rows("flows.csv", lambda lines: [line for line in lines if not line.startswith("USA,CHN,SOY")]),
    "missing input row": rows("inputs.csv", lambda lines: lines[:-1]),
    "missing production row": rows("production.csv", lambda lines: lines[:-1]),
    "missing consumption row": rows("consumption.csv", lambda lines: lines[:-1]),
    "duplicate row": rows("flows.csv", lambda lines: [*lines, lines[5]]),
    "contradicting rows": rows("flows.csv", lambda lines: [*lines, "USA,CHN,SOY,13,0.1"]),
    "country twice but for case": rows("countries.csv", lambda lines: [*lines, lines[1].replace("USA", "Usa")]),
    "duplicate country": rows("countries.csv", lambda lines: [*lines, lines[1]]),
    "duplicate sector": rows("sectors.csv", lambda lines: [*lines, lines[1]]),
    "NaN": cell("flows.csv", USA_CHN_SOY, "value", "NaN"),
    "infinite": cell("flows.csv", USA_CHN_SOY, "value", "inf"),
    "empty cell": cell("flows.csv", USA_CHN_SOY, "value", ""),
    "negative flow": cell("flows.csv", USA_CHN_SOY, "value", "-12"),
    "share sum off": cell("inputs.csv", ("CHN", "SOY", "GDS"), "share", "0.2"),
    "consumption sum off": cell("consumption.csv", ("CHN", "SER"), "share", "0.2"),
    "negative share": cell("inputs.csv", ("CHN", "SOY", "GDS"), "share", "-0.2"),
    "percent for rate": cell("flows.csv", USA_CHN_SOY, "tariff", "25"),
    "percent sign": cell("flows.csv", USA_CHN_SOY, "tariff", "25%"),
    "rate below -1": cell("flows.csv", USA_CHN_SOY, "tariff", "-1"),
    "tariff on own sales": cell("flows.csv", ("USA", "USA", "SOY"), "tariff", "0.1"),
    "services tariff": cell("flows.csv", ("USA", "CHN", "SER"), "tariff", "0.18"),
    "text in a number": cell("flows.csv", USA_CHN_SOY, "value", "twelve"),
    "underscore in a number": cell("flows.csv", USA_CHN_SOY, "value", "1_2"),
    "decimal comma in quotes": cell("flows.csv", USA_CHN_SOY, "value", '"12,5"'),
    "semicolons": rows("flows.csv", lambda lines: [line.replace(",", ";") for line in lines]),
    "tabs": rows("flows.csv", lambda lines: [line.replace(",", "\t") for line in lines]),
    "decimal commas": decimal_commas,
    "decimal comma without quotes": cell("flows.csv", USA_CHN_SOY, "value", "12,5"),
    "empty file": lambda folder: (folder / "flows.csv").write_bytes(b""),
    "header only": rows("flows.csv", lambda lines: lines[:1]),
    "missing file": remove("flows.csv"),
    "missing countries": remove("countries.csv"),
    "missing world.toml": remove("world.toml"),
    "inputs without production": remove("production.csv"),
    "production without inputs": remove("inputs.csv"),
    "misspelt optional file": lambda folder: (folder / "consumption.csv").rename(folder / "consumptoin.csv"),
    "UTF-16": recode("flows.csv", lambda text: text.encode("utf-16")),
    "Latin-1": recode("countries.csv", lambda text: text.replace("China", "Chinè").encode("latin-1")),
    "unknown column": rows("flows.csv", lambda lines: [lines[0] + ",weight", *(line + ",1" for line in lines[1:])]),
    "column twice": rows("flows.csv", lambda lines: [lines[0] + ",value", *(line + ",1" for line in lines[1:])]),
    "missing column": drop_column("flows.csv", "tariff"),
    "missing share column": drop_column("inputs.csv", "share"),
    "no elasticities": drop_column("sectors.csv", "trade_elasticity"),
    "short row": rows("flows.csv", lambda lines: [*lines[:4], "USA,CHN", *lines[5:]]),
    "zero output": no_output,
    "sector sold nowhere": sold_nowhere,
    "value added share above 1": cell("production.csv", ("CHN", "SOY"), "value_added_share", "1.5"),
    "value added share zero": cell("production.csv", ("CHN", "SOY"), "value_added_share", "0"),
    "negative elasticity": cell("sectors.csv", ("SOY",), "trade_elasticity", "-5"),
    "zero elasticity": cell("sectors.csv", ("SOY",), "trade_elasticity", "0"),
    "zero in an elasticity set": cell("sectors.csv", ("SOY",), "theta_low", "0"),
    "elasticity set twice": rows(
        "sectors.csv",
        lambda lines: [lines[0] + ",theta_sigma_a,sigma_a", *(line + ",3,3" for line in lines[1:])],
    ),
    "unclosed quote": cell("flows.csv", USA_CHN_SOY, "value", '"12'),
    "NUL byte": recode("flows.csv", lambda text: text.replace("ROW,ROW,GDS", "ROW,ROW\0,GDS").encode()),
    "tradable is neither": cell("sectors.csv", ("SOY",), "tradable", "perhaps"),
    "unknown key": edit("world.toml", "money_unit", 'moneyunit = "USD"\nmoney_unit'),
    "missing key": edit("world.toml", 'name = "Toy"\n', ""),
    "malformed TOML": edit("world.toml", '"Toy"', "Toy"),
    "year as text": edit("world.toml", "2018", '"2018"'),
    "unknown market": edit("world.toml", "year", 'market = "monopoly"\nyear'),
    "undeclared aggregate member": edit("world.toml", '"ROW"', '"RWO"'),
    "tariffs although none declared": edit("world.toml", "year", "has_tariffs = false\nyear"),
    "day of an unknown importer": append("world.toml", "[tariffs_as_of]\ndefault = 2018-12-31\nUAS = 2019-12-31\n"),
    "day in another order": append("world.toml", '[tariffs_as_of]\ndefault = "31/12/2018"\n'),
    "day with a time": append("world.toml", "[tariffs_as_of]\nUSA = 2018-12-31T12:00:00Z\n"),
    "days are no table": edit("world.toml", "year", "tariffs_as_of = 2018-12-31\nyear"),
    "bloc with an unknown member": append("world.toml", '[blocs]\nPAC = ["USA", "CHI"]\n'),
    "bloc that is a country": append("world.toml", '[blocs]\nUSA = ["CHN", "ROW"]\n'),
    "bloc without members": append("world.toml", "[blocs]\nPAC = []\n"),
    "bloc with a member twice": append("world.toml", '[blocs]\nPAC = ["USA", "CHN", "USA"]\n'),
    "day in quotes": append("world.toml", '[tariffs_as_of]\nUSA = "2018-12-31"\n'),
    "deep header": append("world.toml", "x = " + "[" * 5000 + "\n"),
    "long number": edit("world.toml", "2018", "9" * 5000),
    "large number": edit("world.toml", "2018", "9" * 30),
    "year that is none": edit("world.toml", "2018", "20181"),
    "another code of a country": cell("flows.csv", USA_CHN_SOY, "importer", "CN"),
    "name of a country": cell("flows.csv", USA_CHN_SOY, "importer", "China"),
    "endless code": edit("countries.csv", "USA", "U" * 300),
    "column of no name": rows("countries.csv", lambda lines: [line + "," for line in lines]),
    "misspelt column of countries": edit("countries.csv", "country,name", "country,nmae"),
    "tariffs in percent": rows("flows.csv", lambda lines: [lines[0], *map(_percent, lines[1:])]),
    "unknown unit of rates": edit("world.toml", "year", 'rate_unit = "per cent"\nyear'),
    "bloc as text": append("world.toml", '[blocs]\nPAC = "USA CHN"\n'),
}

SAYS: dict[str, tuple[str, ...]] = {
    "wrong case": ("flows.csv, line", "'chn'", "Write CHN"),
    "wrong case on the axis": ("countries.csv, line 2", "'usa'", "'USA'"),
    "unknown code": ("flows.csv, line", "'UAS'", "did you mean 'USA'"),
    "unknown sector": ("inputs.csv, line", "'GOODS'", "SOY, GDS, SER"),
    "missing row": ("flows.csv", "1 of 27 rows", "CHN/USA/SOY"),
    "missing input row": ("inputs.csv", "1 of 27 rows", "ROW/SER/SER"),
    "missing production row": ("production.csv", "ROW/SER"),
    "missing consumption row": ("consumption.csv", "ROW/SER"),
    "duplicate row": ("flows.csv, line 29", "line 6", "Remove one"),
    "contradicting rows": ("flows.csv, line 29", "contradicts line", "13", "12"),
    "country twice but for case": ("countries.csv, line 5", "contradicts line 2", "Usa"),
    "duplicate country": ("countries.csv, line 5", "USA is there twice", "line 2"),
    "duplicate sector": ("sectors.csv, line 5", "SOY is there twice", "line 2"),
    "NaN": ("flows.csv, line", "'NaN'"),
    "infinite": ("flows.csv, line", "'inf'"),
    "empty cell": ("flows.csv, line", "value is blank", "never a zero"),
    "negative flow": ("flows.csv, line", "-12", "at least 0"),
    "share sum off": ("inputs.csv", "CHN/GDS", "1.193", "1e-6"),
    "consumption sum off": ("consumption.csv", "CHN", "1e-6"),
    "negative share": ("inputs.csv, line", "-0.2", "-0.01"),
    "percent for rate": ("flows.csv, line", "25", "0.25"),
    "percent sign": ("flows.csv, line", "'25%'", "0.25"),
    "rate below -1": ("flows.csv, line", "-1"),
    "tariff on own sales": ("flows.csv, line 2", "own sales of USA", "0.1"),
    "services tariff": ("flows.csv, line", "SER", "0.18", "not tradable"),
    "text in a number": ("flows.csv, line", "'twelve'"),
    "underscore in a number": ("flows.csv, line", "'1_2'"),
    "decimal comma in quotes": ("flows.csv, line", "12.5"),
    "semicolons": ("flows.csv, line 1", "semicolons"),
    "tabs": ("flows.csv, line 1", "tabs"),
    "decimal commas": ("flows.csv, line 1", "semicolons"),
    "decimal comma without quotes": ("flows.csv, line", "6 cells", "5", "decimal"),
    "empty file": ("flows.csv", "empty"),
    "header only": ("flows.csv", "no rows"),
    "missing file": ("flows.csv", "missing"),
    "missing countries": ("countries.csv", "missing"),
    "missing world.toml": ("world.toml", "missing"),
    "inputs without production": ("production.csv", "missing"),
    "production without inputs": ("inputs.csv", "missing"),
    "misspelt optional file": ("consumption.csv", "consumptoin"),
    "UTF-16": ("flows.csv", "UTF-16", "UTF-8"),
    "Latin-1": ("countries.csv, line 3", "0xe8", "UTF-8"),
    "unknown column": ("flows.csv, line 1", "'weight'"),
    "column twice": ("flows.csv, line 1", "'value' is there twice"),
    "missing column": ("flows.csv, line 1", "'tariff'"),
    "missing share column": ("inputs.csv, line 1", "'share'"),
    "no elasticities": ("sectors.csv", "trade_elasticity"),
    "short row": ("flows.csv, line 5", "2 cells"),
    "zero output": ("production.csv, line", "gross_output = 0", "21.5"),
    "sector sold nowhere": ("SOY", "0"),
    "value added share above 1": ("production.csv, line", "1.5", "(0, 1]"),
    "value added share zero": ("production.csv, line", "0", "(0, 1]"),
    "negative elasticity": ("sectors.csv, line 2", "-5", "> 0"),
    "zero elasticity": ("sectors.csv, line 2", "> 0"),
    "zero in an elasticity set": ("sectors.csv, line 2", "theta_low"),
    "elasticity set twice": ("sectors.csv, line 1", "'sigma_a'", "taken"),
    "unclosed quote": ("flows.csv",),
    "NUL byte": ("flows.csv",),
    "tradable is neither": ("sectors.csv, line 2", "'perhaps'"),
    "unknown key": ("world.toml", "'moneyunit'", "money_unit"),
    "missing key": ("world.toml", "'name'"),
    "malformed TOML": ("world.toml", "TOML", "line 1"),
    "year as text": ("world.toml", "year", "whole number"),
    "unknown market": ("world.toml", "'monopoly'", "'monopolistic'"),
    "undeclared aggregate member": ("world.toml", "'RWO'", "'ROW'"),
    "tariffs although none declared": ("flows.csv, line", "has_tariffs"),
    "day of an unknown importer": ("world.toml: tariffs_as_of", "'UAS'", "did you mean 'USA'"),
    "day in another order": ("world.toml, line 8: tariffs_as_of.default", "31/12/2018", "2018-12-31"),
    "day with a time": ("world.toml, line 8: tariffs_as_of.USA", "not a day"),
    "days are no table": ("world.toml", "tariffs_as_of", "table"),
    "bloc with an unknown member": ("world.toml: blocs.PAC", "'CHI'", "did you mean 'CHN'"),
    "bloc that is a country": ("world.toml: blocs.USA", "itself a country"),
    "bloc without members": ("world.toml: blocs.PAC", "no members"),
    "bloc with a member twice": ("world.toml: blocs.PAC", "'USA' 2 times"),
    "day in quotes": ("world.toml, line 8: tariffs_as_of.USA", "quotes"),
    "deep header": ("world.toml, line 7", "nested more than"),
    "long number": ("world.toml, line 2", "more than 4,300 digits"),
    "large number": ("world.toml, line 2: year", "64 bits"),
    "year that is none": ("world.toml: year", "20181"),
    "another code of a country": ("flows.csv, line", "'CN': CHN is meant"),
    "name of a country": ("flows.csv, line", "'China': CHN is meant"),
    "endless code": ("countries.csv, line 2", "300 characters"),
    "column of no name": ("countries.csv, line 1", "no name"),
    "misspelt column of countries": ("countries.csv, line 1", "'nmae'; did you mean 'name'"),
    "tariffs in percent": ("flows.csv", "USA, CHN, ROW are above 1", "percent", "rate_unit"),
    "unknown unit of rates": ("world.toml, line 2: rate_unit", "'per cent'", "'percent'"),
    "bloc as text": ("world.toml, line 8: blocs.PAC", "list of texts"),
}
