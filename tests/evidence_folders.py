"""Evidence folders as a person would write them: a purchase of soybeans, and a truce."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

PURCHASE = """[[purchase]]
name = "Soybeans 2021"
group = "Soybeans"
reporter = "USA"
addition = 2.0
base_year = 2017
year = 2021
base_years = [2016, 2017]
known_from = "2020-12-15"
source = "letter of intent"
"""
TRUCE = """[[truce]]
name = "Probe truce"
sponsor = "CHN"
baseline = ["2013-01", "2014-12"]
reviews = [["2015-01", "2016-12"], ["2017-01", "2018-12"]]
allowed_ratio = 0.5
known_from = "2014-12-20"
source = "probe"
"""
Row = Sequence[object]


def soybeans(years: Iterable[int] = (2016, 2017, 2021), reporter: str = "USA") -> list[Row]:
    """Deliveries by month: 0.5 until August, 2.0 in autumn, 2 percent more in 2017; 2021 until June."""
    return [
        ("Soybeans", reporter, f"{year}-{month:02d}", round((2.0 if month >= 9 else 0.5) * (1 + (year - 2016) / 50), 6),
         f"{year}-12-31")
        for year in years
        for month in range(1, 7 if year == 2021 else 13)
    ]  # fmt: skip


def between(first: int, last: int) -> list[Row]:
    """Deliveries of the years between, 0.8 a month."""
    return [
        ("Soybeans", "USA", f"{year}-{month:02d}", 0.8, f"{year}-12-31")
        for year in range(first, last + 1)
        for month in range(1, 13)
    ]


def months(first: int, last: int) -> list[str]:
    """Every month of some years."""
    return [f"{year}-{month:02d}" for year in range(first, last + 1) for month in range(1, 13)]


def table(header: str, rows: Iterable[Row]) -> str:
    """A CSV."""
    return "\n".join([header, *(",".join(map(str, row)) for row in rows)]) + "\n"


def write(folder: Path, promises: str, **tables: str | bytes) -> Path:
    """A folder with promises and tables."""
    folder.mkdir(exist_ok=True)
    (folder / "commitments.toml").write_text(promises, encoding="utf-8")
    for name, content in tables.items():
        data = content if isinstance(content, bytes) else content.encode()
        (folder / f"{name}.csv").write_bytes(data)
    return folder


def deliveries(rows: Iterable[Row]) -> str:
    """The table of deliveries."""
    return table("group,reporter,month,usd_bn,known_from", rows)


def counts(rows: Iterable[Row], sponsors: str = "CHN,RUS") -> str:
    """The table of incident counts."""
    return table(f"dataset,vintage,entries,month,{sponsors}", rows)
