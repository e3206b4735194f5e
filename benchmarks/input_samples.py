"""Small sound files of every kind that people hand in, and how the product reads each."""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.icio_table import icio_table, write_table
from benchmarks.worlds import random_world
from tradewar.io.declare import TableSpec

LIBRARY = Path(__file__).resolve().parent.parent / "src" / "tradewar" / "disputes" / "library" / "us-china-2019"
DAY = "2022-01-15"


@dataclass(frozen=True)
class Sample:
    """Files of one kind, and the result of reading them as text that tells all of it."""

    name: str
    files: Mapping[str, bytes]
    read: Callable[[Path], str]
    specs: Mapping[str, TableSpec] = field(default_factory=dict[str, TableSpec])
    ordered: tuple[str, ...] = ()
    """Tables in which the order of rows means something."""
    weight: float = 1.0
    by_row: bool = False
    """Rows that are wrong are refused one by one and listed in the result; the others are read."""


def samples() -> list[Sample]:
    """One sample of each kind; those that are quick to read weigh more."""
    return [
        *(world(), zipped_world(), tariff_file(), policy_file(), political_weights(), region_map()),
        *(book(), single_book(), dossier(), evidence(), incidents(), bundle(), icio(), elasticities()),
    ]


def told(value: Any) -> str:
    """Everything that a result holds, as text."""
    if isinstance(value, np.ndarray):
        return repr(value.tolist())
    if isinstance(value, Mapping):
        return repr({key: told(value[key]) for key in sorted(value)})  # the order of keys is no result
    if isinstance(value, tuple | list):
        return repr([told(item) for item in value])
    if hasattr(value, "__dataclass_fields__"):
        return repr({f.name: told(getattr(value, f.name)) for f in fields(value) if f.name not in ("hashes", "folder")})
    return repr(value)


def specs_of(package: str) -> dict[str, TableSpec]:
    """The declared tables of a package by the name of their CSV."""
    import importlib

    return {f"{spec.name}.csv": spec for spec in importlib.import_module(f"tradewar.{package}.formats").TABLES}


@cache
def small_world() -> Any:
    """Three countries, two goods and a service."""
    return random_world(3, 3, seed=5)


def files_of(folder: Path) -> dict[str, bytes]:
    """The files of a folder by their paths in it, hidden ones left out."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith(".")
    }


@cache
def world_files() -> dict[str, bytes]:
    """The tidy folder of the small world."""
    from tradewar.world import write_world

    with tempfile.TemporaryDirectory() as folder:
        write_world(small_world(), Path(folder) / "w")
        return files_of(Path(folder) / "w")


def world() -> Sample:
    """A tidy folder."""
    import tradewar as tw

    specs = {name: spec for name, spec in specs_of("world").items() if name in world_files()}
    # the axes of a world are in the order of these two
    ordered = ("countries.csv", "sectors.csv")
    return Sample("world", world_files(), lambda folder: told(tw.load_world(folder)), specs, ordered, weight=2)


def zipped_world() -> Sample:
    """A zip of a tidy folder."""
    import tradewar as tw

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in world_files().items():
            archive.writestr(f"w/{name}", data)
    return Sample("zip", {"w.zip": out.getvalue()}, lambda folder: told(tw.load_world(folder / "w.zip")))


def tariff_file() -> Sample:
    """New rates, one of them for every sector."""
    import tradewar as tw

    text = "exporter,importer,sector,tariff\nC000,C001,*,0.25\nC001,C000,S00,0.1\nC002,C001,S01,0.075\n"
    change = "exporter,importer,sector,change_pp\nC000,C001,S00,25\nC001,C002,*,10\n"
    spec = specs_of("equilibrium")["tariffs.csv"]

    def read(folder: Path) -> str:
        return told([tw.Policy.from_file(small_world(), folder / name) for name in ("tariffs.csv", "change.csv")])

    files = {"tariffs.csv": text.encode(), "change.csv": change.encode()}
    return Sample("tariffs", files, read, {"tariffs.csv": spec, "change.csv": spec}, ("tariffs.csv", "change.csv"), 3)


def policy_file() -> Sample:
    """Every lever once."""
    import tradewar as tw

    text = """name = "all"
title = "Every lever"
money_unit = "USD million"

[[tariffs]]
importer = "C001"
exporter = "C000"
sector = ["S00", "S01"]
tariff = 0.25

[[bans]]
importer = "C000"
exporter = "C002"
sector = "S01"
share = 0.5

[[iceberg]]
importer = "C002"
exporter = "*"
sector = "S00"
ratio = 1.1

[[subsidies]]
country = "C001"
sector = "S00"
rate = 0.05

[[export_taxes]]
importer = "*"
exporter = "C000"
sector = "S01"
rate = 0.1

[[purchases]]
name = "Goods"
importer = "C001"
exporter = "C000"
sector = ["S00"]
additional = 1.5
"""
    return Sample(
        "policy",
        {"policy.toml": text.encode()},
        lambda folder: told(tw.Policy.from_toml(small_world(), folder / "policy.toml")),
        weight=2,
    )


def political_weights() -> Sample:
    """Weights of a government on its sectors."""
    from tradewar.games.objectives import read_political_weights

    rows = [f"{c},{s},{1 + 0.1 * k:g}" for c in ("C000", "C001", "C002") for k, s in enumerate(("S00", "S01", "S02"))]
    text = "country,sector,weight\n" + "\n".join(rows) + "\n"
    name = "weights.csv"
    return Sample(
        "political", {name: text.encode()}, lambda folder: told(read_political_weights(small_world(), folder / name))
    )


def region_map() -> Sample:
    """A map of countries and sectors to groups."""
    from tradewar.world.aggregate import aggregate_by_file

    text = "kind,from,to\ncountry,C000,C000\ncountry,C001,REST\ncountry,C002,REST\nsector,S00,GOO\nsector,S01,GOO\n"
    text += "sector,S02,SER\n"
    return Sample(
        "map",
        {"map.csv": text.encode()},
        lambda folder: told(aggregate_by_file(small_world(), folder / "map.csv")),
        {"map.csv": specs_of("world")["map.csv"]},
        ("map.csv",),
    )


MEASURES = """measure_id,importer,exporter_area,programme,effect,list_id,hs,rate,valid_from,valid_until,known_from
BASE,USA,*,MFN,add,,*,0.02,2018-01-01,,2017-12-01
LIST,USA,CHN,301,add,one,,0.25,2018-07-06,,2018-06-15
STEEL,USA,*,232,add,,72,0.25,2018-03-23,2025-01-01,2018-03-08
"""
BOOK = {
    "book.toml": ('name = "small"', 'title = "A small book"', 'rate_unit = "fraction"', 'first_day = "2018-01-01"'),
    "measures.csv": tuple(MEASURES.splitlines()),
    "lists.csv": ("list_id,hs", "one,720851", "one,850110", "one,8517"),
    "programmes.csv": ("programme,importer,authority", "MFN,USA,MFN", "301,USA,301", "232,USA,232"),
    "exclusions.csv": ("exclusion_id,measure_id,hs,valid_from,known_from", "X1,LIST,850110,2018-12-28,2018-12-28"),
    "suspensions.csv": (
        "suspension_id,measure_id,hs,valid_from,valid_until,known_from",
        "S1,LIST,8517,2019-01-01,2019-02-01,2018-12-14",
    ),
    "changes.csv": (
        "change_id,kind,measure_id,new_rate,planned_from,status,known_from",
        "C1,rate,LIST,0.3,2019-10-01,planned,2019-08-23",
    ),
    "areas.csv": ("area,member", "NAM,CAN", "NAM,MEX"),
    "weight_sets.csv": ("weight_set,importer,exporter,year,valuation,unit", "w,USA,CHN,2017,customs,USD million"),
    "weights.csv": ("weight_set,hs,value", "w,720851,100", "w,850110,50", "w,851712,25.5"),
    "concordance.csv": ("sector_set,hs,sector,weight", "s,720851,MET,1", "s,850110,MAC,1", "s,851712,MAC,1"),
}


def book_told(place: Path) -> str:
    """All that a book holds, as the files that it would be written to."""
    from tradewar.tariffs import TariffBook

    loaded = TariffBook.load(place)
    with tempfile.TemporaryDirectory() as folder:
        loaded.save(Path(folder) / "b")
        return repr(files_of(Path(folder) / "b"))


def book() -> Sample:
    """A tariff book as a folder."""
    specs = {name: spec for name, spec in specs_of("tariffs").items() if name in BOOK}
    files = {name: "\n".join([*lines, ""]).encode() for name, lines in BOOK.items()}
    return Sample("book", files, book_told, specs, weight=1.5)


def single_book() -> Sample:
    """A tariff book that is one CSV of measures."""
    lines = [line for line in MEASURES.splitlines(keepends=True) if not line.startswith("LIST")]
    specs = {"measures.csv": specs_of("tariffs")["measures.csv"]}
    return Sample(
        "measures",
        {"measures.csv": "".join(lines).encode()},
        lambda folder: book_told(folder / "measures.csv"),
        specs,
        weight=1,
    )


def dossier() -> Sample:
    """The built-in dossier without its book: steps, chronicle, series, levers, paths."""
    import tradewar as tw
    from tradewar.disputes.lever_files import read_levers
    from tradewar.disputes.path_file import read_path_file
    from tradewar.disputes.series import load_series

    text = (LIBRARY / "dispute.toml").read_text(encoding="utf-8")
    names = ["chronicle.csv", "levers.toml", "series/path.toml", "series/series.toml"]
    files = {name: (LIBRARY / name).read_bytes() for name in names}
    monthly = (LIBRARY / "series" / "monthly.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    files |= {"dispute.toml": text.encode(), "series/monthly.csv": "".join(monthly).encode()}
    chronicle = files["chronicle.csv"].decode().splitlines(keepends=True)
    files["chronicle.csv"] = "".join(chronicle[:12]).encode()
    book = {f"book/{name}": (LIBRARY / "book" / name).read_bytes() for name in ("book.toml", "measures.csv")}
    policies = {path.relative_to(LIBRARY).as_posix(): path.read_bytes() for path in LIBRARY.glob("policies/*")}

    def read(folder: Path) -> str:
        for name, data in (book | policies).items():
            if not (folder / name).exists():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_bytes(data)
        found = tw.load_dispute(folder)
        return told([found, load_series(folder), read_levers(found), read_path_file(folder)])

    specs = {"chronicle.csv": specs_of("disputes")["chronicle.csv"]}
    specs["series/monthly.csv"] = specs_of("disputes")["monthly.csv"]
    return Sample("dossier", files, read, specs)


def evidence() -> Sample:
    """The evidence of the built-in dossier, cut to a few years."""
    from tradewar.monitoring.tables import (
        read_activity,
        read_commitments,
        read_deliveries,
        read_incident_series,
        read_published_figures,
        read_yearly,
    )

    folder = LIBRARY / "evidence"
    files = {path.name: path.read_bytes() for path in sorted(folder.glob("*.csv"))}
    files["commitments.toml"] = (folder / "commitments.toml").read_bytes()

    def read(place: Path) -> str:
        sources = (read_commitments, read_deliveries, read_published_figures, read_activity)
        found = [source(place, DAY) for source in sources]
        return told([*found, read_incident_series(place, "CHN", DAY), read_yearly(place, "CHN", DAY)])

    specs = {name: spec for name, spec in specs_of("monitoring").items() if name in files}
    return Sample("evidence", files, read, specs, ordered=("quoted_counts.csv",), weight=0.6)


def incidents() -> Sample:
    """Incidents in the canonical layout."""
    from tradewar.monitoring import read_incidents

    head = [
        *("event_id", "dataset", "date", "date_precision", "date_meaning", "sponsor_iso3", "victim_countries"),
        *("victim_sectors", "type", "motive", "actor", "source_url"),
    ]
    known = "public_disclosure"
    rows = [
        f"a1,own,2015-06-04,day,{known},CHN,USA,government,espionage,political,Deep Panda,https://example.org/1",
        f"a2,own,2016-03,month,{known},RUS,USA;DEU,energy,espionage,political,,https://example.org/2",
        f"a3,own,2017,year,{known},,GBR,,disruption,,,https://example.org/3",
    ]
    return Sample(
        "incidents",
        {"incidents.csv": "\n".join([",".join(head), *rows, ""]).encode()},
        lambda folder: told(read_incidents(folder / "incidents.csv")),
        weight=3,
        ordered=("incidents.csv",),
        by_row=True,
    )


def bundle() -> Sample:
    """The same as a STIX bundle."""
    from tradewar.monitoring import read_incidents
    from tradewar.monitoring.stix import to_stix

    sample = incidents()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "incidents.csv"
        path.write_bytes(sample.files["incidents.csv"])
        text = to_stix(read_incidents(path).incidents)
    data = text.encode() if isinstance(text, str) else text
    return Sample("stix", {"b.json": data}, lambda folder: told(read_incidents(folder / "b.json")), weight=2)


def icio() -> Sample:
    """An inter-country table in the layout of the OECD."""
    from tradewar.sources.icio import read_icio

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "2022_SML.csv"
        write_table(path, *icio_table(("USA", "CHN", "ROW"), ("A01", "C10T12", "H49"), seed=1))
        data = path.read_bytes()
    name = "2022_SML.csv"
    read = lambda folder: told(read_icio(folder / name, trade_elasticity=4.0))  # noqa: E731
    return Sample("icio", {name: data}, read, ordered=(name,))


def elasticities() -> Sample:
    """Elasticities by sector beside an inter-country table."""
    from tradewar.sources.elasticity import read_elasticity

    text = "sector,trade_elasticity\nA01,8.11\nC10T12,2.55\nH49,5\n"
    name = "elasticity.csv"
    return Sample(
        "elasticity",
        {name: text.encode()},
        lambda folder: told(read_elasticity(folder / name, ("A01", "C10T12", "H49"))),
    )
