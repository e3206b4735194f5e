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
from tradewar.io.registers import dates
from tradewar.io.text import readable
from tradewar.monitoring.countries import code_of, codes_of_list, prose
from tradewar.monitoring.datasets import DATASETS
from tradewar.monitoring.incidents import NOTE, REQUIRED
from tradewar.monitoring.states import STATES, gone

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
    fault = Problem(f"{name}, line 1", f"the header fits no layout: {wanted}", "Add them, or give public data")
    raise EvidenceError([fault, *(Problem(item.title, item.how_to_get) for item in DATASETS.values())])


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


_DATE_FORMATS = ("%m/%d/%Y", "%m/%d/%y", "%d.%m.%Y", "%Y-%m-%d %H:%M:%S", "%B %Y")


def iso_date(text: str) -> str | None:
    """ISO date, month or year of a date as a tracker writes it (month first); None where it is none of these."""
    text = text.strip()
    period = dates.parse_period(text)
    if period is not None and period.precision != "quarter":
        return text
    for form in _DATE_FORMATS if text.isascii() else ():
        try:
            day = datetime.strptime(text, form)
        except ValueError:
            continue
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
    given = [name.strip() for name in names]
    codes, unknown = codes_of_list([name for name in given if name.casefold() not in _NOT_A_COUNTRY])
    if unknown:
        return Problem(where, f"{what} {unknown[0]!r} is not a known country", "Write its ISO3 code or English name")
    return ";".join(codes)


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
    return {name.casefold(): readable(cell.strip()) for name, cell in row.items()}


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
    victims = prose(_get(row, "Victims"))
    return {
        "event_id": f"cfr-{number:04d}",
        "dataset": "cfr",
        "date": date,
        "date_meaning": "public_disclosure",
        "sponsor_iso3": sponsors,
        "victim_countries": ";".join(victims.codes),
        NOTE: "\n".join(f"victims: {remark}" for remark in victims.remarks),
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


_STATE, _SUGGESTED = "state", "state-affiliation suggested"


def _eurepoc(row: Row, where: str, number: int) -> Converted:
    date = _date(row, where, "start_date")
    initiators = _pairs(row)
    named = _codes([name for name, _ in initiators], where, "initiator_country")
    victims = _codes(
        [name for name in _flat(_get(row, "receiver_country")) if "(region)" not in name], where, "receiver_country"
    )
    problem = _first_problem(date, named, victims)
    if problem or isinstance(date, Problem) or isinstance(named, Problem) or isinstance(victims, Problem):
        return problem
    sponsors, attribution, remark = _state_behind(initiators)
    hit = _flat(_get(row, "receiver_category")) + _flat(_get(row, "receiver_category_subcode"))
    sectors = [_EUREPOC_SECTORS[name.casefold()] for name in hit if name.casefold() in _EUREPOC_SECTORS]
    year = _known_by_year(date, _get(row, "end_date"))
    return {
        "event_id": f"eurepoc-{_get(row, 'ID') or number}",
        "dataset": "eurepoc",
        "date": date[:4] if year else date,
        "date_precision": "year" if year else "",
        "date_meaning": "operation_start",
        "sponsor_iso3": sponsors,
        "attribution": attribution,
        "victim_countries": victims,
        "victim_sectors": ";".join(dict.fromkeys(sectors)),
        "type": ";".join(name.casefold().replace(" ", "-") for name in _flat(_get(row, "incident_type"))),
        NOTE: remark,
    }


def _pairs(row: Row) -> list[tuple[str, str]]:
    """Each initiator country with its category as the row gives it: `state` where the table has no categories.

    Where the lists differ in length and the categories too, which country is the state is not said: the category is
    empty.
    """
    names = _members(_get(row, "initiator_country"))
    if "initiator_category" not in {name.casefold() for name in row}:
        return [(name, _STATE) for name in names]
    kinds = [kind.casefold() for kind in _members(_get(row, "initiator_category"))]
    if len(names) == len(kinds):
        return list(zip(names, kinds, strict=True))
    return [(name, kinds[0] if len(set(kinds)) == 1 else "") for name in names]


def _state_behind(initiators: Sequence[tuple[str, str]]) -> tuple[str, str, str]:
    """The initiators that are sponsors, how they are named, and a remark.

    An initiator is a sponsor where its category says that it is a state, or suggests it.
    """
    kinds: dict[str, list[str]] = {}
    for name, kind in initiators:
        for code in codes_of_list([name])[0]:
            kinds.setdefault(code, []).append(kind)
    stated = [code for code, found in kinds.items() if _STATE in found]
    hinted = [code for code, found in kinds.items() if code not in stated and any(_SUGGESTED in kind for kind in found)]
    others = [code for code in kinds if code not in (*stated, *hinted)]
    remarks = [f"{', '.join(others)}: the source names no state behind it, so it is no sponsor"] if others else []
    remarks += [f"{', '.join(hinted)}: suggested by the source as sponsor, not stated"] if hinted else []
    sponsors = [code for code in kinds if code not in others]
    return ";".join(sponsors), "suggested" if hinted and not stated else "", "\n".join(remarks)


def _known_by_year(start: str, end: str) -> bool:
    """Whether a start on 1 January and an end on 1 January or 31 December say no more than the year."""
    last = dates.parse_day(iso_date(end) or "")
    return start[4:] == "-01-01" and last is not None and (last.month, last.day) in ((1, 1), (12, 31))


def _flat(cell: str) -> list[str]:
    """Strings of a nested list written as text, or the parts of a plain cell, each once."""
    return list(dict.fromkeys(_members(cell)))


def _members(cell: str) -> list[str]:
    """Strings of a nested list written as text, or the parts of a plain cell."""
    if not cell.startswith("["):
        return [part.strip() for part in cell.split(";") if part.strip()]
    try:
        nested = ast.literal_eval(cell)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return [cell]
    return _strings(nested)


def _strings(value: Any) -> list[str]:
    if isinstance(value, list | tuple):
        return [text for item in value for text in _strings(item)]
    return [str(value)]


# ---------------------------------------------------------------- Dyadic Cyber Incident Dataset

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
        "victim_countries": ";".join(state for state in (first, second) if state != sponsor),
        "type": _DCID_METHODS.get(method, ""),
    }


def _state(text: str, where: str) -> str | Problem:
    number = text.removesuffix(".0").lstrip("0")
    code = STATES.get(number) or (None if number.isdigit() else code_of(text))
    if code is None:
        what = f"state {text!r} is not known" if gone(number) is None else f"state {text!r} is gone ({gone(number)})"
        return Problem(where, what, "Write its Correlates of War number or ISO3 code")
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
        "date": date,
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
