"""Country codes, names and regions, as incident data use them.

`countries.csv` is derived from the country cluster of the MISP galaxy (CC0): ISO 3166 codes and short names. Regions
are those of the activity tables. `EUU` stands for EU institutions, `NATO` for the alliance, `XKX` for Kosovo.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

ALIASES = {
    "iran (islamic republic of)": "IRN",
    "islamic republic of iran": "IRN",
    "iran, islamic republic of": "IRN",
    "korea (democratic people's republic of)": "PRK",
    "democratic people's republic of korea": "PRK",
    "korea, democratic people's republic of": "PRK",
    "dprk": "PRK",
    "korea (republic of)": "KOR",
    "korea, republic of": "KOR",
    "republic of korea": "KOR",
    "russian federation": "RUS",
    "united states": "USA",
    "us": "USA",
    "u.s.": "USA",
    "uk": "GBR",
    "great britain": "GBR",
    "uae": "ARE",
    "viet nam": "VNM",
    "syrian arab republic": "SYR",
    "people's republic of china": "CHN",
    "eu (institutions)": "EUU",
    "european union": "EUU",
    "eu institutions": "EUU",
    "palestine": "PSE",
    "palestine, state of": "PSE",
    "czech republic": "CZE",
    "turkiye": "TUR",
    "türkiye": "TUR",
    "hong kong sar": "HKG",
}
"""Names that data sets write and the table does not hold, folded to lower case."""


@dataclass(frozen=True)
class Country:
    """One row of `countries.csv`."""

    iso3: str
    iso2: str
    """Empty for organisations."""
    name: str
    region: str


@cache
def countries() -> dict[str, Country]:
    """All countries by ISO3 code."""
    text = files("tradewar.monitoring").joinpath("countries.csv").read_text(encoding="utf-8")
    return {row["iso3"]: Country(**row) for row in csv.DictReader(text.splitlines())}


@cache
def _by_name() -> dict[str, str]:
    return {country.name.casefold(): code for code, country in countries().items()} | ALIASES


def code_of(name: str) -> str | None:
    """ISO3 of a code or name as a data set writes it; None where it is not known."""
    text = name.strip()
    if text.upper() in countries():
        return text.upper()
    return _by_name().get(text.casefold())


@cache
def _name_pattern() -> re.Pattern[str]:
    names = sorted((name for name in _by_name() if len(name) > 3), key=len, reverse=True)
    return re.compile(r"(?<!\w)(" + "|".join(map(re.escape, names)) + r")(?!\w)")


def codes_in(text: str) -> tuple[str, ...]:
    """The countries that a running text names, in order, each once. Longer names win (South Korea, not Korea)."""
    found = (_by_name()[match] for match in _name_pattern().findall(text.casefold()))
    return tuple(dict.fromkeys(found))


def region_of(code: str) -> str:
    """Region of an ISO3 code; empty where the code is not known."""
    country = countries().get(code)
    return country.region if country else ""
