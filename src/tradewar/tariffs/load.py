"""From files to the fields of a checked `TariffBook`. All faults of a book are reported at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tradewar.errors import BookError, Problem
from tradewar.io import tables, toml
from tradewar.io.files import Files, open_place
from tradewar.io.nearest import nearest
from tradewar.io.registers.rates import UNITS
from tradewar.io.tables import Table
from tradewar.tariffs import formats, parse, validate
from tradewar.tariffs.content import Tables
from tradewar.tariffs.instants import FOREVER, MINUTES, local
from tradewar.tariffs.schedules import read_schedules
from tradewar.tariffs.weights import read_weight_sets

HEADER = "book.toml"
HEADER_KEYS = (
    toml.Key("name", str, "name of the book"),
    toml.Key("title", str, "title for people"),
    toml.Key("rate_unit", str, "fraction or percent", choices=UNITS[1:]),
    toml.Key("first_day", str, "first day on which the book answers"),
    toml.Key("last_day", str, "first day on which it answers no more"),
    toml.Key("source", str, "where it comes from"),
    toml.Key("terms", str, "terms of use"),
    toml.Key("gaps", list, "what is known to be missing, as sentences"),
    toml.Key("zones", dict, "IANA time zone of each importer"),
)


def read(book: str | Path) -> dict[str, Any]:
    """The fields of a checked book by the name of a built-in dispute, or from a folder, zip or CSV of measures.

    Raises:
        BookError: listing every fault with its line, the rule it breaks and the fix.
    """
    place = locate(book)
    problems: list[Problem] = []
    header, found = _content(place, problems)
    found = validate.check_cells(found, header.get("rate_unit", ""), problems)
    if problems:
        raise BookError(problems)
    zones: dict[str, str] = header.get("zones", {})
    problems += [Problem(f"{HEADER}: zones", *fault) for zone in zones.values() if (fault := _zone_fault(zone))]
    if problems:
        raise BookError(problems)
    parts = read_parts(found, zones, problems)
    validate.check_relations(found, parts, problems)
    first, last = _day(header, "first_day", 0, problems), _day(header, "last_day", FOREVER, problems)
    if problems:
        raise BookError(problems)
    name = header.get("name") or place.stem
    return dict(
        name=name,
        title=header.get("title", name),
        tables=Tables(found),
        zones=zones,
        first_day=first,
        last_day=last,
        gaps=tuple(header.get("gaps", ())),
        source=header.get("source", ""),
        terms=header.get("terms", ""),
        **parts,
    )


def locate(book: str | Path) -> Path:
    """The folder or file of a book.

    Raises:
        BookError: if there is neither; the message lists the built-in ones.
    """
    path = Path(book)
    if path.exists():
        nested = path / "book"
        return nested if path.is_dir() and not _has_measures(path) and _has_measures(nested) else path
    library = Path(str(resources.files("tradewar"))) / "disputes" / "library"
    built_in = sorted(folder.name for folder in library.glob("*") if (folder / "book").is_dir())
    if str(book) in built_in:
        return library / str(book) / "book"
    fix = f"Give a folder or a CSV of measures, or a built-in book: {', '.join(built_in)}"
    raise BookError.at("book", f"there is no book {str(book)!r}{nearest(str(book), built_in)}", fix)


def _has_measures(folder: Path) -> bool:
    return any((folder / f"measures{suffix}").exists() for suffix in (".csv", ".parquet"))


def _content(place: Path, problems: list[Problem]) -> tuple[dict[str, Any], dict[str, Table]]:
    """The header and every table of a book; empty tables where there is no file."""
    found: dict[str, Table | None] = {}
    header: dict[str, Any] = {}
    if place.suffix in (".csv", ".parquet") and not place.is_dir():
        found["measures"] = tables.read_path(formats.MEASURES, place, problems, "table of measures (CSV)")
    elif (files := open_place(place, problems, "folder of a tariff book")) is not None:
        header = _header(files, problems)
        found = {spec.name: tables.read(spec, files, problems, optional=True) for spec in formats.TABLES}
        _refuse_strangers(files, problems)
        if not any(f"measures{suffix}" in files for suffix in (".csv", ".parquet")):
            fix = "A book is a folder with measures.csv, or such a file"
            problems.append(Problem(files.place, "has no measures", fix))
    return header, {spec.name: found.get(spec.name) or tables.empty(spec) for spec in formats.TABLES}


def _header(files: Files, problems: list[Problem]) -> dict[str, Any]:
    """The facts of `book.toml`; none are needed."""
    data = files.read(HEADER, problems) if HEADER in files else None
    content = toml.parse_plain(HEADER, data, problems) if data is not None else None
    if content is None:
        return {}
    days = {key: value.isoformat() for key, value in content.items() if isinstance(value, date)}
    toml.check_keys(HEADER, content | days, HEADER_KEYS, problems)
    return content | days


def _refuse_strangers(files: Files, problems: list[Problem]) -> None:
    known = {f"{spec.name}{suffix}" for spec in formats.TABLES for suffix in (".csv", ".parquet")}
    for name in files.names:
        if name.endswith((".csv", ".parquet")) and name not in known:
            fix = f"Remove or rename it; the tables are {', '.join(spec.name for spec in formats.TABLES)}"
            problems.append(Problem(name, f"is a file that no rule reads{nearest(name, known)}", fix))


def _day(header: Mapping[str, Any], key: str, blank: int, problems: list[Problem]) -> int:
    if key not in header:
        return blank
    instant = local(header[key])
    if instant is None:
        problems.append(Problem(f"{HEADER}: {key}", f"{header[key]!r} is not a day", "Write YYYY-MM-DD"))
        return blank
    return instant // MINUTES


def _zone_fault(zone: str) -> tuple[str, str] | None:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return f"{zone!r} is not a time zone", "Use an IANA name, such as America/New_York"
    return None


def read_parts(found: Mapping[str, Table], zones: Mapping[str, str], problems: list[Problem]) -> dict[str, Any]:
    """The nouns of a book from its tables."""
    importers: dict[str, str] = {}
    for measure_id, importer in zip(*map(found["measures"].texts, ("measure_id", "importer")), strict=True):
        importers.setdefault(measure_id, importer)

    def zone_of(cells: Mapping[str, Any]) -> str:
        names = (cells.get(name, "") for name in ("measure_id", "in_measure", "over_measure"))
        importer = cells.get("importer") or next((importers[name] for name in names if name in importers), "")
        return zones.get(importer, "")

    measures = parse.dated(found["measures"], parse.measure, problems, zone_of)
    conditions = parse.read(found["conditions"], parse.condition, problems)
    changes = parse.read(found["changes"], parse.change, problems, zone_of)
    memberships = parse.dated(found["areas"], parse.membership, problems)
    rules = parse.dated(found["stacking"], parse.rule, problems, zone_of)
    return {
        "measures": measures,
        "changes_planned": tuple(sorted(changes, key=lambda change: (change.known_from, change.row))),
        "triggers": frozenset(change.trigger for change in changes if change.trigger),
        "suspensions": parse.dated(found["suspensions"], parse.suspension, problems, zone_of),
        "exclusions": parse.dated(found["exclusions"], parse.exclusion, problems, zone_of),
        "quotas": parse.dated(found["quotas"], parse.quota, problems, zone_of),
        "conditions": {c.condition_id: parse.priced(c, measures, found["conditions"], problems) for c in conditions},
        "shares": parse.dated(found["shares"], parse.share, problems, zone_of),
        "exchange": parse.dated(found["exchange"], parse.exchange, problems),
        "areas": {
            area: tuple(item for item in memberships if item.area == area)
            for area in dict.fromkeys(item.area for item in memberships)
        },
        "stacking": tuple(sorted(rules, key=lambda rule: (rule.rule_set, rule.order, rule.row))),
        "editions": {e.edition: e for e in parse.read(found["editions"], parse.edition, problems)},
        "schedules": read_schedules(found["schedules"], problems),
        "weight_sets": read_weight_sets(found["weight_sets"], found["weights"], problems),
    }
