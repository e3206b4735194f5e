"""Country codes, names and regions, as incident data use them.

`countries.csv` is derived from the country cluster of the MISP galaxy (CC0): ISO 3166 codes and short names. Regions
are those of the activity tables. `EUU` stands for EU institutions, `NATO` for the alliance, `XKX` for Kosovo. Other
codes and names are those of the register (`io.registers.countries`).

In running text the longest name wins, a place that is no country (the South China Sea) or lies in another (New Mexico)
is not the country whose name it holds, and what is not understood is told.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tradewar.errors import EvidenceError, Problem
from tradewar.io.declare import Column, TableSpec
from tradewar.io.registers.countries import iso3_of, spellings
from tradewar.io.tables import read_path

_TABLE = TableSpec(
    "countries",
    "a country or organisation",
    tuple(Column(name, "text", required=True) for name in ("iso3", "iso2", "name", "region")),
    key=("iso3",),
)
_ALIASES = {
    "eu": "EUU",
    "eu (institutions)": "EUU",
    "eu institutions": "EUU",
    "european union": "EUU",
    "dprk": "PRK",
    "hong kong sar": "HKG",
    "republic of georgia": "GEO",
    "viet nam": "VNM",
}
"""Names that data sets write and neither the table nor the register holds."""
_ACRONYMS = {"US": "USA", "U.S.": "USA", "USA": "USA", "U.S.A.": "USA", "UK": "GBR", "U.K.": "GBR", "UAE": "ARE",
             "DPRK": "PRK", "PRC": "CHN", "EU": "EUU", "NATO": "NATO"}  # fmt: skip
"""Short forms, read in running text only as they stand: `us` is no country."""
_PLACES = {
    "USA": "new mexico|new jersey|new england|new york|china lake|state of georgia",
    "GBR": "northern ireland",
    "CAN": "british columbia",
    "CHN": "inner mongolia",
    "NGA": "niger delta",
    "": "south china sea|east china sea|sea of japan|gulf of mexico|gulf of guinea|gulf of oman|gulf of thailand"
    "|latin america|south america|central america|north america",
}
"""Names that hold the name of a country and lie in another, or in none."""
_AMBIGUOUS = {"georgia": ("GEO", "USA")}
"""Names of a country that are also a part of another: left out where that other is named as well."""
_READ = "\u0000"
"""Stands for a name that was read."""
_FIRMS = "bank of|air"
"""Words that make a firm of a country's name."""


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
    problems: list[Problem] = []
    table = read_path(_TABLE, Path(__file__).with_name("countries.csv"), problems)
    if table is None:
        raise EvidenceError(problems)
    rows = zip(*(table.texts(name) for name in ("iso3", "iso2", "name", "region")), strict=True)
    return {row[0]: Country(*row) for row in rows}


def _folded(name: str) -> str:
    """A name without case, accents and doubled blanks; `Iran (Islamic Republic of)` as `iran, islamic republic of`."""
    plain = unicodedata.normalize("NFKD", " ".join(name.split()))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter)).casefold()
    return plain.replace(" (", ", ").replace(")", "")


@cache
def _by_name() -> dict[str, str]:
    found = {_folded(name): code for name, code in spellings().items()}
    found |= {_folded(country.name): code for code, country in countries().items()}
    return found | {_folded(name): code for name, code in _ALIASES.items()}


def code_of(name: str) -> str | None:
    """ISO3 of a code or name as a data set writes it; None where it is not known."""
    text = name.strip()
    if text.upper() in countries():
        return text.upper()
    return _by_name().get(_folded(text).removeprefix("the ")) or iso3_of(text)


@dataclass(frozen=True)
class Prose:
    """The countries that a running text names, and what in it was not understood."""

    codes: tuple[str, ...]
    remarks: tuple[str, ...]


@cache
def _places() -> dict[str, str]:
    return {name: code for code, names in _PLACES.items() for name in names.split("|")}


@cache
def _name_pattern() -> re.Pattern[str]:
    known = {*_places(), *(name for name in _by_name() if len(name) > 3)}
    names = "|".join(map(re.escape, sorted(known, key=len, reverse=True)))
    acronyms = "|".join(map(re.escape, sorted(_ACRONYMS, key=len, reverse=True)))
    return re.compile(rf"(?<!\w)(?:(?P<firm>(?i:{_FIRMS}) )?(?P<name>(?i:{names}))|(?P<short>{acronyms}))(?!\w)")


def prose(text: str) -> Prose:
    """The countries named in a running text, in order, each once; longer names win (South Korea, not Korea)."""
    plain = unicodedata.normalize("NFKD", text)
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    codes: list[str] = []
    remarks: list[str] = []
    unclear: list[tuple[str, str, str]] = []
    rest = _name_pattern().sub(_READ, plain)
    for match in _name_pattern().finditer(plain):
        name = (match["name"] or "").casefold()
        if match["firm"]:
            remarks.append(f"{match[0]!r} is taken for a firm, not for a country")
        elif name in _AMBIGUOUS:
            codes.append(_AMBIGUOUS[name][0])
            unclear.append((match[0], *_AMBIGUOUS[name]))
        else:
            codes.append(_ACRONYMS[match[0]] if match["short"] else _places().get(name, _by_name().get(name, "")))
    for name, own, other in unclear:
        if other in codes:
            remarks.append(f"{name!r} could be {own} or a part of {other}: left out")
            codes = [code for code in codes if code != own]
    found = tuple(dict.fromkeys(filter(None, codes)))
    if text.strip() and not found and not remarks:
        remarks.append(f"{text.strip()[:80]!r} names no country that is known")
    return Prose(found, (*remarks, *_unread(rest)) if found else tuple(remarks))


def _unread(rest: str) -> list[str]:
    """The members of a list in which no name was read, where they look like names."""
    parts = [part.strip() for part in re.split(r"[,;]| and | & ", rest)]
    return [
        f"{part[:80]!r} is no country that is known" for part in parts[1:] if part[:1].isupper() and _READ not in part
    ]


def codes_in(text: str) -> tuple[str, ...]:
    """The countries that a running text names, in order, each once."""
    return prose(text).codes


def codes_of_list(names: Sequence[str]) -> tuple[list[str], list[str]]:
    """ISO3 of names, and the names that are not known. `China and Russia` is two names."""
    codes: list[str] = []
    unknown: list[str] = []
    for name in names:
        code = code_of(name)
        parts = [code] if code else [code_of(part) for part in name.split(" and ")]
        if None in parts:
            unknown.append(name)
        codes += [part for part in parts if part]
    return list(dict.fromkeys(codes)), unknown


def region_of(code: str) -> str:
    """Region of an ISO3 code; empty where the code is not known."""
    country = countries().get(code)
    return country.region if country else ""
