"""From files to the fields of a checked `TariffBook`. All faults of a book are reported at once."""

from __future__ import annotations

import tomllib
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tradewar.errors import BookError, Problem
from tradewar.tariffs import parse, tables, validate
from tradewar.tariffs.instants import FOREVER, MINUTES, read_instant
from tradewar.tariffs.schedules import read_schedules
from tradewar.tariffs.weights import read_weight_sets

if TYPE_CHECKING:
    import pandas as pd

HEADER_KEYS = ("name", "title", "rate_unit", "first_day", "last_day", "source", "terms", "gaps", "zones")


def read(book: str | Path) -> dict[str, Any]:
    """The fields of a checked book by the name of a built-in dispute, or from a folder or a CSV of measures.

    Raises:
        BookError: listing every fault with its row, the rule it breaks and the fix.
    """
    place = locate(book)
    problems: list[Problem] = []
    header = read_header(place, problems)
    frames = read_tables(place, problems)
    if problems:
        raise BookError(problems)
    frames = validate.check_cells(frames, str(header.get("rate_unit", "")), problems)
    if problems:
        raise BookError(problems)
    parts = read_parts(frames, problems)
    validate.check_relations(frames, parts, problems)
    first = _day(header, "first_day", 0, problems)
    last = _day(header, "last_day", FOREVER, problems)
    if problems:
        raise BookError(problems)
    name = str(header.get("name") or place.stem)
    return dict(
        name=name,
        title=str(header.get("title", name)),
        tables=tables.Tables(frames),
        zones=dict(header.get("zones", {})),
        first_day=first,
        last_day=last,
        gaps=tuple(header.get("gaps", ())),
        source=str(header.get("source", "")),
        terms=str(header.get("terms", "")),
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
    raise BookError.at("book", f"there is no book {str(book)!r}", fix)


def _has_measures(folder: Path) -> bool:
    return any((folder / f"measures{suffix}").exists() for suffix in (".csv", ".parquet"))


def read_header(place: Path, problems: list[Problem]) -> dict[str, Any]:
    """The facts of `book.toml`; none are needed."""
    path = place / "book.toml"
    if not path.is_file():
        return {}
    try:
        header = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        problems.append(Problem("book.toml", f"cannot be read ({fault})", "Correct the line named"))
        return {}
    unknown = sorted(set(header) - set(HEADER_KEYS))
    if unknown:
        fix = f"The keys are {', '.join(HEADER_KEYS)}"
        problems.append(Problem("book.toml", f"has keys that no rule reads: {', '.join(unknown)}", fix))
    for key, kind in (("gaps", list), ("zones", dict)):
        if key in header and not isinstance(header[key], kind):
            problems.append(Problem(f"book.toml: {key}", "has the wrong form", f"Write a {kind.__name__}"))
    return header


def _day(header: dict[str, Any], key: str, blank: int, problems: list[Problem]) -> int:
    if key not in header:
        return blank
    instant = read_instant(str(header[key]))
    if instant is None:
        problems.append(Problem(f"book.toml: {key}", f"{header[key]!r} is not a day", "Write YYYY-MM-DD"))
        return blank
    return instant // MINUTES


def read_tables(place: Path, problems: list[Problem]) -> dict[str, pd.DataFrame]:
    """Every table of the book with its canonical columns; empty where there is no file."""
    import pandas as pd

    found: dict[str, pd.DataFrame] = {}
    for name in tables.COLUMNS:
        files = [place / f"{name}{suffix}" for suffix in (".csv", ".parquet")] if place.is_dir() else []
        if name == "measures" and place.is_file():
            files = [place]
        parts = [tables.shaped(name, tables.read_table(path), problems) for path in files if path.is_file()]
        if name == "measures" and not parts:
            raise BookError.at(str(place), "has no measures", "A book is a folder with measures.csv, or such a file")
        empty = pd.DataFrame(columns=[*tables.COLUMNS[name], "_file", "_row"])
        numbers = dict.fromkeys(tables.NUMBERS.get(name, ()), float)
        filled = [part for part in parts if len(part)]
        found[name] = (
            pd.concat(filled, ignore_index=True) if len(filled) > 1 else (filled or [empty.astype(numbers)])[0]
        )
    strangers = (
        sorted(path.name for path in place.glob("*.csv") if path.stem not in tables.COLUMNS) if place.is_dir() else []
    )
    if strangers:
        fix = f"The tables are {', '.join(tables.COLUMNS)}"
        problems.append(Problem(place.name, f"has files that no rule reads: {', '.join(strangers)}", fix))
    return found


def read_parts(frames: dict[str, pd.DataFrame], problems: list[Problem]) -> dict[str, Any]:
    """The nouns of a book from its tables."""
    return {
        "measures": parse.measures(frames["measures"], problems),
        "changes_planned": parse.changes(frames["changes"], problems),
        "suspensions": parse.suspensions(frames["suspensions"], problems),
        "exclusions": parse.exclusions(frames["exclusions"], problems),
        "quotas": parse.quotas(frames["quotas"], problems),
        "conditions": parse.conditions(frames["conditions"], problems),
        "areas": parse.areas(frames["areas"], problems),
        "stacking": parse.stacking(frames["stacking"], problems),
        "editions": parse.editions(frames["editions"], problems),
        "schedules": read_schedules(frames["schedules"]),
        "weight_sets": read_weight_sets(frames["weight_sets"], frames["weights"], problems),
    }
