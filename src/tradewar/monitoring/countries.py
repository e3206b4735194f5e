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
from tradewar.io.registers.countries import iso3_of, iso3_of_own_name, spellings
from tradewar.io.tables import read_path

_TABLE = TableSpec(
    "countries",
    "a country or organisation",
    tuple(Column(name, "text", required=True) for name in ("iso3", "iso2", "name", "region")),
    key=("iso3",),
)
_ALIASES = {
    "eu": "EUU",
    "eu, institutions": "EUU",
    "eu institutions": "EUU",
    "european union": "EUU",
    "dprk": "PRK",
    "korea, north": "PRK",
    "korea, south": "KOR",
    "drc": "COD",
    "dr congo": "COD",
    "democratic republic of congo": "COD",
    "congo, kinshasa": "COD",
    "congo-kinshasa": "COD",
    "congo, brazzaville": "COG",
    "congo-brazzaville": "COG",
    "republic of china": "TWN",
    "hong kong sar": "HKG",
    "republic of georgia": "GEO",
    "us virgin islands": "VIR",
    "viet nam": "VNM",
}
"""Names that data sets write and neither the table nor the register holds."""
_ACRONYMS = {"US": "USA", "U.S": "USA", "U.S.": "USA", "USA": "USA", "U.S.A.": "USA", "UK": "GBR", "U.K": "GBR",
             "U.K.": "GBR", "UAE": "ARE", "U.A.E.": "ARE", "DPRK": "PRK", "D.P.R.K.": "PRK", "ROK": "KOR",
             "DRC": "COD", "PRC": "CHN", "P.R.C.": "CHN", "EU": "EUU", "NATO": "NATO"}  # fmt: skip
"""Short forms, read in running text only as they stand: `us` is no country."""
_PLACES = {
    "USA": "new mexico|new jersey|jersey city|new england|new york|china lake|state of georgia|georgia tech|atlanta, "
    "georgia|alabama|alaska|arizona|arkansas|california|colorado|connecticut|delaware|florida|hawaii|idaho|illinois"
    "|indiana|iowa|kansas|kentucky|louisiana|maine|maryland|massachusetts|michigan|minnesota|mississippi|missouri"
    "|montana|nebraska|nevada|new hampshire|north carolina|south carolina|north dakota|south dakota|ohio|oklahoma"
    "|oregon|pennsylvania|rhode island|tennessee|texas|utah|vermont|virginia|west virginia|washington state|wisconsin"
    "|wyoming",
    "GBR": "northern ireland|scotland|wales",
    "CAN": "british columbia",
    "CHN": "inner mongolia",
    "AUS": "new south wales",
    "MEX": "baja california",
    "PNG": "new britain|new ireland",
    "NGA": "niger delta|niger state",
    "": "south china sea|east china sea|sea of japan|east sea of korea|korean peninsula|new guinea|latin america"
    "|south america|central america|north america",
}
"""Names that hold the name of a country and lie in another, or in none, and parts of a country."""
_AMBIGUOUS = {"georgia": ("GEO", "USA")}
"""Names of a country that are also a part of another: left out where that other is named as well."""
_READ = "\u0000"
"""Stands for a name that was read."""
_BANK_OF_STATE = ("central", "national", "reserve", "people's")
"""A bank that is named so belongs to the state."""
_BEFORE = rf"(?:(?:{'|'.join(_BANK_OF_STATE)}) )?bank of(?: the)?|air|(?:gulf|sea|bay|straits?|canal) of|lake|river"
_AFTER = "sea|straits?|canal|channel|river|valley|basin|telecom|mobile|unicom|airlines?|airways"
"""Words that make a firm, or a water, of a country's name."""
_FIRMS = ("bank", "air", "telecom", "mobile", "unicom")


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


_SIGNS = str.maketrans("\u2019\u02bc`", "'''")


def _folded(name: str) -> str:
    """A name without case, accents and doubled blanks; `Iran (Islamic Republic of)` as `iran, islamic republic of`."""
    return _plain(" ".join(name.split())).casefold()


def _plain(text: str) -> str:
    """A text without accents, with one sign for each apostrophe and `and`, and commas in place of parentheses."""
    letters = unicodedata.normalize("NFKD", text.translate(_SIGNS))
    letters = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return letters.replace(" & ", " and ").replace(" (", ", ").replace(")", "")


@cache
def _by_name() -> dict[str, str]:
    found = {_folded(name): code for name, code in spellings().items()}
    found |= {_folded(country.name): code for code, country in countries().items()}
    return found | {_folded(name): code for name, code in _ALIASES.items()}


def code_of(name: str) -> str | None:
    """ISO3 of a code or name as a data set writes it, in any script; None where it is not known."""
    text = name.strip()
    if text.upper() in countries():
        return text.upper()
    folded = _folded(text).removeprefix("the ")
    return (
        _by_name().get(folded)
        or _ACRONYMS.get(text.upper())
        or iso3_of(text)
        or _places().get(folded)
        or iso3_of_own_name(text)
    )


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
    named = rf"(?:(?P<before>(?i:{_BEFORE})) )?(?P<name>(?i:{names}))(?: (?P<after>(?i:{_AFTER})))?"
    return re.compile(rf"(?<!\w)(?:{named}|(?P<short>{acronyms}))(?!\w)")


def prose(text: str) -> Prose:
    """The countries named in a running text, in order, each once; longer names win (South Korea, not Korea)."""
    plain = _plain(text)
    codes: list[str] = []
    remarks: list[str] = []
    unclear: list[tuple[str, str, str]] = []
    for match in _name_pattern().finditer(plain):
        name, other = (match["name"] or "").casefold(), _other_than_a_country(match)
        if other:
            remarks.append(f"{match[0]!r} is taken for {other}, not for a country")
        elif name in _AMBIGUOUS:
            codes.append(_AMBIGUOUS[name][0])
            unclear.append((match["name"], *_AMBIGUOUS[name]))
        else:
            codes.append(_ACRONYMS[match[0]] if match["short"] else _places().get(name, _by_name().get(name, "")))
    for name, own, other in unclear:
        if other in codes:
            remarks.append(f"{name!r} could be {own} or a part of {other}: left out")
            codes = [code for code in codes if code != own]
    found = tuple(dict.fromkeys(filter(None, codes)))
    if text.strip() and not found and not remarks:
        remarks.append(f"{text.strip()[:80]!r} names no country that is known")
    unread = _unread(_name_pattern().sub(_READ, plain)) if found else []
    return Prose(found, (*remarks, *unread))


def _other_than_a_country(match: re.Match[str]) -> str:
    """What a word beside a country's name makes of it: a firm or a place; nothing where it stays a country."""
    before, after = (match["before"] or "").casefold(), (match["after"] or "").casefold()
    if not (before or after) or before.startswith(_BANK_OF_STATE):
        return ""
    return "a firm" if before.startswith(_FIRMS) or after.startswith(_FIRMS) else "a place"


def _unread(rest: str) -> list[str]:
    """The members of a list in which no name was read, where they look like names."""
    first, *others = (part.strip() for part in re.split(r"[,;]| and ", rest))
    # a sentence begins with a capital whatever it names
    members = [first, *others] if others and all(part == _READ for part in others) else others
    return [
        f"{part[:80]!r} is no country that is known" for part in members if part[:1].isupper() and _READ not in part
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
