"""The layouts in which public trackers publish their tables, turned into canonical rows.

Texts (descriptions, responses) are read only to find coded facts and are dropped.

| layout | key columns | date means | note |
|---|---|---|---|
| canonical | event_id, dataset, date, date_meaning, sponsor_iso3 | as given | every other layout ends here |
| cfr | Title, Date, Victims, Sponsor, Type | public disclosure | some rows have fields shifted left: repaired |
| eurepoc | ID, start_date, initiator_country, receiver_country | start of the operation | cells hold nested lists |
| dcid | initiator, StateA, StateB, interactionstartdate, method | start of the operation | Correlates of War codes |
| csis | date, sponsor, victim | public disclosure | a table made by the user from the published list |
| cissm | event_date or evtDate, actor, actor_type, actor_country | event or report | only actor_type Nation-State |
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tradewar.errors import EvidenceError, Problem
from tradewar.io.nearest import nearest
from tradewar.monitoring.countries import code_of, codes_in
from tradewar.monitoring.datasets import DATASETS
from tradewar.monitoring.incidents import REQUIRED

Row = Mapping[str, str]
Converted = Row | Problem | None


@dataclass(frozen=True)
class Layout:
    """How to recognise and convert one published layout."""

    name: str
    required: tuple[str, ...]
    """Columns that must be there; alternatives are joined by a bar."""
    convert: Callable[[Row, str, int], Converted]
    """Canonical row of (row, place, number of the row), or what is wrong with it, or None where out of scope."""
    notes: tuple[str, ...] = ()


def find(header: Sequence[str], layout: str, name: str) -> Layout:
    """The layout asked for, or the first whose columns the header has.

    Raises:
        EvidenceError: an unknown layout, or columns that are missing; the message lists what each layout needs.
    """
    choices = LAYOUTS if layout == "auto" else {k: v for k, v in LAYOUTS.items() if k == layout}
    if not choices:
        what = f"{layout!r} is not known{nearest(layout, ['auto', 'stix', *LAYOUTS])}"
        raise EvidenceError(Problem("layout", what, f"Use auto, stix, {', '.join(LAYOUTS)}"))
    for item in choices.values():
        if not missing_columns(header, item):
            return item
    wanted = "; ".join(f"{item.name} needs {', '.join(missing_columns(header, item))}" for item in choices.values())
    how = "; ".join(f"{item.title}: {item.how_to_get}" for item in DATASETS.values())
    raise EvidenceError(Problem(f"{name}, line 1", f"the header fits no layout: {wanted}", f"Public data: {how}"))


def missing_columns(header: Sequence[str], layout: Layout) -> list[str]:
    """The required columns that a header lacks."""
    have = {column.casefold() for column in header}
    return [need for need in layout.required if not any(choice.casefold() in have for choice in need.split("|"))]


# ---------------------------------------------------------------- shared


def _get(row: Row, *names: str) -> str:
    folded = {key.casefold(): value for key, value in row.items()}
    for name in names:
        if name.casefold() in folded:
            return folded[name.casefold()].strip()
    return ""


_DATE_FORMATS = ("%Y-%m-%d", "%m/%d/%Y", "%m/%d/%y", "%d.%m.%Y", "%Y-%m-%d %H:%M:%S", "%B %Y", "%Y-%m", "%Y")


def iso_date(text: str) -> str | None:
    """ISO date, month or year of a date as a tracker writes it (month first); None where it is none of these."""
    text = text.strip()
    for form in _DATE_FORMATS:
        try:
            day = datetime.strptime(text, form)
        except ValueError:
            continue
        if form == "%Y":
            return f"{day:%Y}"
        return f"{day:%Y-%m}" if "%d" not in form else f"{day:%Y-%m-%d}"
    return None


def _date(row: Row, where: str, *names: str) -> str | Problem:
    text = _get(row, *names)
    found = iso_date(text) if text else ""
    if found is None:
        return Problem(where, f"date {text!r} is not a date", "Write YYYY-MM-DD")
    return found


def _codes(names: Sequence[str], where: str, what: str) -> str | Problem:
    """ISO3 codes of country names, joined; unknown ones are a problem, empty and unattributed ones are not."""
    codes: list[str] = []
    for name in names:
        if name.casefold() in _NOT_A_COUNTRY:
            continue
        code = code_of(name)
        if code is None:
            return Problem(where, f"{what} {name!r} is not a known country", "Write its ISO3 code or English name")
        codes.append(code)
    return ";".join(dict.fromkeys(codes))


_NOT_A_COUNTRY = {
    "",
    "unknown",
    "undetermined",
    "not available",
    "not attributed",
    "none",
    "global (region)",
    "n/a",
    "[]",
}


def _first_problem(*values: str | Problem) -> Problem | None:
    return next((value for value in values if isinstance(value, Problem)), None)


def _canonical(row: Row, where: str, number: int) -> Converted:
    del where, number
    return row


# ---------------------------------------------------------------- Council on Foreign Relations

_CFR_ORDER = ("Title", "Date", "Affiliations", "Description", "Response", "Victims", "Sponsor", "Type", "Category")
_CFR_TYPES = {
    "espionage": "espionage",
    "sabotage": "disruption",
    "denial of service": "disruption",
    "data destruction": "disruption",
    "defacement": "information-operation",
    "doxing": "information-operation",
    "financial theft": "financial",
}
_CFR_SECTORS = {"government": "government", "military": "defense", "civil society": "non-profit"}


def _cfr(row: Row, where: str, number: int) -> Converted:
    row = _unshifted(row)
    date = _date(row, where, "Date")
    sponsors = _codes(re.split(r"[;/]|,(?! (?:Islamic|Republic|Democratic))", _get(row, "Sponsor")), where, "sponsor")
    problem = _first_problem(date, sponsors)
    if problem or isinstance(date, Problem) or isinstance(sponsors, Problem):
        return problem
    kind = _get(row, "Type").casefold()
    category = _get(row, "Category").casefold()
    return {
        "event_id": f"cfr-{number:04d}",
        "dataset": "cfr",
        "date": date,
        "date_meaning": "public_disclosure",
        "sponsor_iso3": sponsors,
        "victim_countries": ";".join(codes_in(_get(row, "Victims"))),
        "victim_sectors": ";".join(word for name, word in _CFR_SECTORS.items() if name in category),
        "type": kind.replace(" ", "-"),
        "motive": _CFR_TYPES.get(kind, ""),
        "actor": "",
        "source_url": _get(row, "Sources_1"),
    }


def _unshifted(row: Row) -> Row:
    """A row whose fields stand one or two columns too far left (a type word under Sponsor or Victims), put right."""
    values = [_get(row, name) for name in _CFR_ORDER]
    for shift, column in ((1, "Sponsor"), (2, "Victims")):
        if values[_CFR_ORDER.index(column)].casefold() in _CFR_TYPES:
            first = _CFR_ORDER.index("Victims")
            moved = {_CFR_ORDER[k]: values[k - shift] for k in range(first, len(_CFR_ORDER))}
            return {**row, **moved}
    return row


# ---------------------------------------------------------------- European Repository of Cyber Incidents

_EUREPOC_SECTORS = {
    "state institutions / political system": "government",
    "government / ministries": "government",
    "military": "defense",
    "defence industry": "defense",
    "energy": "energy",
    "finance": "financial-services",
    "health": "healthcare",
    "telecommunications": "telecommunications",
    "transportation": "transportation",
    "chemicals": "chemical",
    "critical manufacturing": "manufacturing",
    "science": "education",
    "social groups": "non-profit",
}


def _eurepoc(row: Row, where: str, number: int) -> Converted:
    date = _date(row, where, "start_date")
    sponsors = _codes(_flat(_get(row, "initiator_country")), where, "initiator_country")
    victims = _codes(
        [name for name in _flat(_get(row, "receiver_country")) if "(region)" not in name], where, "receiver_country"
    )
    problem = _first_problem(date, sponsors, victims)
    if problem or isinstance(date, Problem) or isinstance(sponsors, Problem) or isinstance(victims, Problem):
        return problem
    hit = _flat(_get(row, "receiver_category")) + _flat(_get(row, "receiver_category_subcode"))
    sectors = [_EUREPOC_SECTORS[name.casefold()] for name in hit if name.casefold() in _EUREPOC_SECTORS]
    return {
        "event_id": f"eurepoc-{_get(row, 'ID') or number}",
        "dataset": "eurepoc",
        "date": date,
        "date_meaning": "operation_start",
        "sponsor_iso3": sponsors,
        "victim_countries": victims,
        "victim_sectors": ";".join(dict.fromkeys(sectors)),
        "type": ";".join(name.casefold().replace(" ", "-") for name in _flat(_get(row, "incident_type"))),
    }


def _flat(cell: str) -> list[str]:
    """Strings of a nested list written as text, or the parts of a plain cell."""
    if not cell.startswith("["):
        return [part.strip() for part in cell.split(";") if part.strip()]
    try:
        nested = ast.literal_eval(cell)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return [cell]
    return list(dict.fromkeys(_strings(nested)))


def _strings(value: Any) -> list[str]:
    if isinstance(value, list | tuple):
        return [text for item in value for text in _strings(item)]
    return [str(value)]


# ---------------------------------------------------------------- Dyadic Cyber Incident Dataset

_STATE_OF_CODE = {
    "2": "USA", "20": "CAN", "200": "GBR", "220": "FRA", "255": "DEU", "260": "DEU", "290": "POL", "365": "RUS",
    "366": "EST", "368": "LTU", "369": "UKR", "372": "GEO", "371": "ARM", "373": "AZE", "630": "IRN", "640": "TUR",
    "645": "IRQ", "652": "SYR", "660": "LBN", "666": "ISR", "670": "SAU", "694": "QAT", "696": "ARE", "710": "CHN",
    "713": "TWN", "731": "PRK", "732": "KOR", "740": "JPN", "750": "IND", "770": "PAK", "816": "VNM", "840": "PHL",
}  # fmt: skip
"""Correlates of War state numbers of the rivals in the data set."""
_DCID_METHODS = {
    "1": "defacement",
    "2": "denial-of-service",
    "3": "network-intrusion",
    "4": "malware",
    "4.1": "malware-logic-bomb",
    "4.2": "malware-virus",
    "4.3": "malware-worm",
    "4.4": "malware-keystroke-logging",
}


def _dcid(row: Row, where: str, number: int) -> Converted:
    date = _date(row, where, "interactionstartdate")
    states = [_state(_get(row, name), where) for name in ("initiator", "StateA", "StateB")]
    problem = _first_problem(date, *states)
    if problem or isinstance(date, Problem):
        return problem
    sponsor, first, second = (str(state) for state in states)
    method = _get(row, "method").removesuffix(".0")
    return {
        "event_id": f"dcid-{_get(row, 'Cyberincidentnum') or number}",
        "dataset": "dcid",
        "date": date,
        "date_meaning": "operation_start",
        "sponsor_iso3": sponsor,
        "victim_countries": second if sponsor == first else first,
        "type": _DCID_METHODS.get(method, ""),
    }


def _state(text: str, where: str) -> str | Problem:
    code = _STATE_OF_CODE.get(text.removesuffix(".0")) or code_of(text)
    if code is None:
        return Problem(where, f"state {text!r} is not known", "Write its Correlates of War number or ISO3 code")
    return code


# ---------------------------------------------------------------- tables made from lists


def _csis(row: Row, where: str, number: int) -> Converted:
    date = _date(row, where, "date")
    sponsors = _codes(re.split(r"[;,]", _get(row, "sponsor")), where, "sponsor")
    victims = _codes(re.split(r"[;,]", _get(row, "victim")), where, "victim")
    problem = _first_problem(date, sponsors, victims)
    if problem or isinstance(date, Problem) or isinstance(sponsors, Problem) or isinstance(victims, Problem):
        return problem
    return {
        "event_id": _get(row, "event_id") or f"csis-{number:04d}",
        "dataset": "csis",
        "date": date[:7],
        "date_meaning": "public_disclosure",
        "sponsor_iso3": sponsors,
        "victim_countries": victims,
    }


_CISSM_MOTIVES = {
    "political-espionage": "espionage",
    "industrial-espionage": "espionage",
    "financial": "financial",
    "protest": "disruption",
    "sabotage": "disruption",
    "reputation": "information-operation",
}


def _cissm(row: Row, where: str, number: int) -> Converted:
    if _get(row, "actor_type").casefold() != "nation-state":
        return None
    date = _date(row, where, "event_date", "evtDate")
    sponsors = _codes([_get(row, "actor_country")], where, "actor_country")
    victims = _codes([_get(row, "country")], where, "country")
    problem = _first_problem(date, sponsors, victims)
    if problem or isinstance(date, Problem) or isinstance(sponsors, Problem) or isinstance(victims, Problem):
        return problem
    return {
        "event_id": f"cissm-{_get(row, 'slug', 'id') or number}",
        "dataset": "cissm",
        "date": date,
        "date_meaning": "event_or_report",
        "sponsor_iso3": sponsors,
        "victim_countries": victims,
        "type": _get(row, "event_type").casefold().replace(" ", "-"),
        "motive": _CISSM_MOTIVES.get(_get(row, "motive").casefold(), ""),
        "actor": _get(row, "actor"),
    }


LAYOUTS: dict[str, Layout] = {
    item.name: item
    for item in (
        Layout("canonical", REQUIRED, _canonical),
        Layout("cfr", ("Title", "Date", "Victims", "Sponsor", "Type"), _cfr),
        Layout("eurepoc", ("start_date", "initiator_country", "receiver_country"), _eurepoc),
        Layout("dcid", ("initiator", "StateA", "StateB", "interactionstartdate"), _dcid),
        Layout("cissm", ("event_date|evtDate", "actor_type", "actor_country"), _cissm),
        Layout("csis", ("date", "sponsor", "victim"), _csis),
    )
}
"""By name, most specific first."""
