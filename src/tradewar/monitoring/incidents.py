"""Incidents as coded facts, checked row by row.

The canonical layout is the table `formats.INCIDENTS`; lists are separated by semicolons. A row that breaks a rule is
refused with its line, its reason and its whole content; every other row is kept. Nothing is lost: the rows read are the
incidents accepted and the rows refused, and both are counted.

| rule | what happens to the row |
|---|---|
| `event_id` present, unique within its data set, also but for case | refused; the message names the first line |
| `date` is YYYY-MM-DD, YYYY-MM or YYYY, of a day that exists, not before 1980, not after the day of reading | refused |
| `date_precision` is known; no finer than the date | refused; made coarser |
| `date` empty | kept, excluded from every count, its number printed |
| `date_meaning` is known | refused |
| one `date_meaning` per data set: that of most of its rows | the others are refused |
| sponsors and victims are ISO3 codes (or EUU, NATO, XKX) | refused |
| `state_linked` is no | kept without sponsor, and a note says so |
| agrees with an earlier row in every coded fact but identifier and alias of the group | kept, counted once, noted |
| agrees with one in date, sponsor, victim and page, or group | kept, counted, noted |
| as many fields as the header | refused |
| no more than `MAX_ROWS` rows | the rows beyond are refused; a file above `MAX_BYTES` is not read at all |
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date as Day

from tradewar.errors import EvidenceError, Problem
from tradewar.io.cells import YES
from tradewar.io.registers import dates
from tradewar.monitoring.countries import code_of, countries
from tradewar.monitoring.formats import ATTRIBUTIONS, INCIDENTS, PRECISIONS
from tradewar.monitoring.series import COLLECTION

COLUMNS = INCIDENTS.names[:12]
"""The core columns of the canonical layout."""
REQUIRED = tuple(column.name for column in INCIDENTS.columns if column.required)
FIRST_YEAR = 1980
MAX_ROWS = 200_000
MAX_BYTES = 64 * 1024 * 1024
MAX_NOTES = 10
NOTE = "(note)"
"""The cell in which a layout tells what it read in a row and could not use, one remark per line."""


@dataclass(frozen=True)
class Incident:
    """One reported operation: coded facts only."""

    event_id: str
    dataset: str
    date: str
    """YYYY-MM-DD, YYYY-MM or YYYY; empty where undated."""
    date_precision: str
    date_meaning: str
    sponsors: tuple[str, ...]
    """ISO3 of the suspected sponsors; the incident counts once for each."""
    victims: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()
    type: str = ""
    motives: tuple[str, ...] = ()
    actors: tuple[str, ...] = ()
    source_url: str = ""
    actor_profile: bool = False
    """Whether the entry describes a group rather than an event."""
    suggested: bool = False
    """Whether the source suggests that a state is behind it, and does not state it."""
    same_as: str = ""
    """Identifier of the earlier incident that it repeats under another name of the group; it is in no count."""

    @property
    def year(self) -> int | None:
        """Calendar year of the date."""
        return int(self.date[:4]) if self.date else None

    @property
    def month(self) -> str:
        """YYYY-MM, empty where the date is no finer than a year."""
        return self.date[:7] if len(self.date) >= 7 and self.date_precision != "year" else ""

    @property
    def first_day(self) -> Day | None:
        """The first day of its date."""
        period = dates.parse_period(self.date)
        return None if period is None else period.first


@dataclass(frozen=True)
class Refusal:
    """A row that was not accepted."""

    line: int
    """Line of the file on which the row ends."""
    problem: Problem
    row: Mapping[str, str]
    """The row as read."""


@dataclass(frozen=True)
class IncidentFile:
    """What a file held: `rows_read` = accepted + refused + left out."""

    name: str
    layout: str
    incidents: tuple[Incident, ...]
    refused: tuple[Refusal, ...]
    left_out: int = 0
    """Rows outside the scope of the layout (for example criminal actors), by its own coding."""
    notes: tuple[str, ...] = field(default=())

    @property
    def rows_read(self) -> int:
        """All rows of the file, header excluded."""
        return len(self.incidents) + len(self.refused) + self.left_out

    @property
    def undated(self) -> int:
        """Incidents without a date, which no count includes."""
        return sum(not incident.date for incident in self.incidents)

    def report(self) -> str:
        """One line of totals, then the notes (at most `MAX_NOTES`) and one line per refused row."""
        total = (
            f"{self.name} ({self.layout}): {self.rows_read} rows, {len(self.incidents)} accepted "
            f"({self.undated} undated), {len(self.refused)} refused, {self.left_out} outside the scope"
        )
        more = [f"{len(self.notes) - MAX_NOTES} more notes"] if len(self.notes) > MAX_NOTES else []
        refused = [str(refusal.problem) for refusal in self.refused]
        return "\n".join([total, *self.notes[:MAX_NOTES], *more, *refused])


def canonical_problem(row: Mapping[str, str], where: str) -> Problem | None:
    """The first rule of the module's table that a canonical row breaks, or None. Identifiers are checked elsewhere."""
    for name in ("event_id", "dataset"):
        if not row.get(name, "").strip():
            return Problem(where, f"{name} is empty", "Give every row an identifier and a data set")
    problem = date_problem(row.get("date", "").strip(), where)
    if problem:
        return problem
    precision = row.get("date_precision", "").strip()
    if precision and precision not in PRECISIONS:
        return Problem(where, f"date_precision {precision!r} is not known", f"Use one of {', '.join(PRECISIONS)}")
    meaning = row.get("date_meaning", "").strip()
    if meaning not in COLLECTION:
        return Problem(where, f"date_meaning {meaning!r} is not known", f"Use one of {', '.join(COLLECTION)}")
    for name in ("state_linked", "actor_profile"):
        said = row.get(name, "").strip()
        if said and said.lower() not in YES:
            return Problem(where, f"{name} {said!r} is neither yes nor no", "Write yes or no")
    attribution = row.get("attribution", "").strip()
    if attribution and attribution not in ATTRIBUTIONS:
        return Problem(where, f"attribution {attribution!r} is not known", f"Use one of {', '.join(ATTRIBUTIONS)}")
    for name in ("sponsor_iso3", "victim_countries"):
        for code in listed(row.get(name, "")):
            if code not in countries():
                return Problem(where, f"{name} {code!r} is not an ISO3 code{_suggestion(code)}", "Use ISO3 codes")
    return None


def date_problem(text: str, where: str) -> Problem | None:
    """What is wrong with a date of the canonical layout, or None (empty is allowed)."""
    if not text:
        return None
    fix = "Write YYYY-MM-DD, YYYY-MM or YYYY"
    period = dates.parse_period(text)
    if period is None or period.precision == "quarter":
        parts = text.split("-")
        shape = [len(part) if part.isascii() and part.isdigit() else 0 for part in parts]
        iso = shape in ([4, 2, 2], [4, 2])
        _, meant = dates.day_fault(text)
        what = "does not exist" if iso else "is not in ISO form"
        return Problem(where, f"date {text!r} {what}", meant if not iso and "whichever" in meant else fix)
    if period.first.year < FIRST_YEAR:
        return Problem(where, f"date {text!r} is before {FIRST_YEAR}", "Check the century")
    if period.first > Day.today():
        return Problem(where, f"date {text!r} lies in the future", "Check the year")
    return None


def _suggestion(code: str) -> str:
    known = code_of(code)
    if known:
        return f"; did you mean {known!r}?"
    near = difflib.get_close_matches(code.upper(), list(countries()), n=1, cutoff=0.6)
    return f"; did you mean {near[0]!r}?" if near else ""


def listed(text: str) -> tuple[str, ...]:
    """Members of a semicolon-separated list, each once."""
    return tuple(dict.fromkeys(member.strip() for member in text.split(";") if member.strip()))


def incident_of(row: Mapping[str, str]) -> Incident:
    """The incident of a canonical row without problems."""
    date = row.get("date", "").strip()
    stateless = row.get("state_linked", "").strip() and not YES[row["state_linked"].strip().lower()]
    return Incident(
        event_id=row["event_id"].strip(),
        dataset=row["dataset"].strip(),
        date=date,
        date_precision=_precision(date, row.get("date_precision", "").strip()),
        date_meaning=row["date_meaning"].strip(),
        sponsors=() if stateless else listed(row.get("sponsor_iso3", "")),
        victims=listed(row.get("victim_countries", "")),
        sectors=listed(row.get("victim_sectors", "")),
        type=row.get("type", "").strip(),
        motives=listed(row.get("motive", "")),
        actors=listed(row.get("actor", "")),
        source_url=row.get("source_url", "").strip(),
        actor_profile=YES.get(row.get("actor_profile", "").strip().lower(), False),
        suggested=row.get("attribution", "").strip() == "suggested",
    )


def _precision(date: str, given: str) -> str:
    """The coarser of the precision given and that which the date holds."""
    period = dates.parse_period(date)
    if period is None:
        return ""
    held = "day" if period.precision == "quarter" else period.precision
    return max(given or held, held, key=PRECISIONS.index)


def accept(
    rows: Iterable[tuple[int, Mapping[str, str], Mapping[str, str] | Problem | None]],
    name: str,
    layout: str,
    notes: tuple[str, ...] = (),
    max_rows: int = MAX_ROWS,
) -> IncidentFile:
    """Check canonical rows one by one.

    Args:
        rows: line, row as read, and its canonical row, or why it has none, or None where it is out of scope.
        name, layout: of the file.
        notes: carried into the result.
        max_rows: rows beyond this number are refused.
    """
    candidates: list[_Candidate] = []
    refused: list[Refusal] = []
    first: dict[tuple[str, str], tuple[int, str]] = {}
    told: list[str] = []
    unit = "object" if layout == "stix" else "line"
    left_out = 0
    for number, (line, raw, row) in enumerate(rows, start=1):
        where = f"{name}, {unit} {line}"
        if row is None:
            left_out += 1
            continue
        problem = row if isinstance(row, Problem) else canonical_problem(row, where)
        if number > max_rows:
            problem = Problem(where, f"is row {number}, beyond the limit of {max_rows:,}", "Split the file")
        if problem is None and not isinstance(row, Problem):
            incident = incident_of(row)
            earlier, known = first.setdefault(_named(incident), (line, incident.event_id))
            if earlier == line:
                candidates.append((line, raw, incident))
                told += [f"{where}: {remark}." for remark in _remarks(row, incident)]
                continue
            twin = "" if known == incident.event_id else f" as {known!r}"
            what = f"event_id {incident.event_id!r} of {incident.dataset!r} is already on {unit} {earlier}{twin}"
            problem = Problem(where, what, "Give every incident its own identifier; one row per incident")
        assert problem is not None
        refused.append(Refusal(line, problem, dict(raw)))
    kept, mixed = _one_meaning(candidates, f"{name}, {unit}")
    incidents, repeated = _told_once(kept, f"{name}, {unit}")
    ordered = tuple(sorted([*refused, *mixed], key=lambda refusal: refusal.line))
    return IncidentFile(name, layout, tuple(incidents), ordered, left_out, (*notes, *told, *repeated))


_Candidate = tuple[int, Mapping[str, str], Incident]


def _remarks(row: Mapping[str, str], incident: Incident) -> list[str]:
    """What was read in a row and not used."""
    found = [remark for remark in row.get(NOTE, "").split("\n") if remark]
    named = row.get("sponsor_iso3", "").strip()
    if named and not incident.sponsors:
        found.append(f"the source names {named} and says that no state is behind it: it has no sponsor")
    return found


def _one_meaning(candidates: Sequence[_Candidate], place: str) -> tuple[list[_Candidate], list[Refusal]]:
    """Keep, per data set, the rows whose date means what most dates of the data set mean."""
    counts: dict[str, Counter[str]] = {}
    for _, _, incident in candidates:
        counts.setdefault(incident.dataset, Counter())[incident.date_meaning] += 1
    # of two that are equally common the alphabet decides, not the order of rows
    usual = {dataset: max(sorted(found), key=found.__getitem__) for dataset, found in counts.items()}
    kept: list[_Candidate] = []
    refused: list[Refusal] = []
    for line, raw, incident in candidates:
        most = usual[incident.dataset]
        if incident.date_meaning == most:
            kept.append((line, raw, incident))
            continue
        what = f"date_meaning {incident.date_meaning!r} differs from {most!r} of most rows of {incident.dataset!r}"
        fix = "Dates of different meaning are different series: give these rows another dataset name"
        refused.append(Refusal(line, Problem(f"{place} {line}", what, fix), dict(raw)))
    return kept, refused


def _told_once(candidates: Sequence[_Candidate], place: str) -> tuple[list[Incident], list[str]]:
    """Incidents that repeat an earlier one under another alias of its group, marked so, and a note on each.

    Those that may be one event, but differ in something or name no group, get a note and are counted.
    """
    first: dict[tuple[str, ...], list[tuple[int, Incident]]] = {}
    found: list[Incident] = []
    notes: list[str] = []
    for line, _, incident in candidates:
        seen = _when_and_who(incident)
        alike = first.setdefault(seen, []) if all(seen) else []
        pairs = [(_likeness(incident, known), number, known) for number, known in alike]
        how, number, other = max(pairs, key=lambda pair: _LIKENESS.index(pair[0]), default=("", 0, incident))
        alike.append((line, incident))
        if how:
            on = f"{place} {line}: {incident.event_id!r} agrees with {other.event_id!r} on {place.split()[-1]} {number}"
            notes.append(f"{on} in {how}.")
        if how == _ONE:
            incident = replace(incident, same_as=other.event_id)
        found.append(incident)
    return found, notes


def once_across(files: Sequence[IncidentFile]) -> tuple[IncidentFile, ...]:
    """The files with what an earlier one holds of the same data set marked as `same_as`, and a note on each.

    An incident is held by an earlier file under its identifier, or under another and in all that `accept` compares.
    """
    by_name: dict[tuple[str, str], str] = {}
    by_facts: dict[tuple[str, ...], list[tuple[str, Incident]]] = {}
    done: list[IncidentFile] = []
    for file in files:
        kept: list[Incident] = []
        notes: list[str] = []
        for incident in file.incidents:
            where, same = by_name.get(_named(incident), ""), incident.event_id
            if where:
                notes.append(f"{file.name}: {same!r} of {incident.dataset!r} is in {where} as well: counted once.")
            else:
                alike = by_facts.get(_when_and_who(incident), ())
                where, same = next(((w, o.event_id) for w, o in alike if _likeness(incident, o) == _ONE), ("", ""))
                notes += (
                    [f"{file.name}: {incident.event_id!r} agrees with {same!r} of {where} in {_ONE}."] if where else []
                )
            kept.append(replace(incident, same_as=same) if where else incident)
        for incident in kept:
            by_name.setdefault(_named(incident), file.name)
            by_facts.setdefault(_when_and_who(incident), []).append((file.name, incident))
        by_facts = {seen: alike for seen, alike in by_facts.items() if all(seen)}
        done.append(replace(file, incidents=tuple(kept), notes=(*file.notes, *notes)))
    return tuple(done)


def _named(incident: Incident) -> tuple[str, str]:
    return incident.dataset.casefold(), incident.event_id.casefold()


def _when_and_who(incident: Incident) -> tuple[str, ...]:
    """Data set, date, sponsors and victims; incidents that differ in one of them, or lack one, are not compared."""
    lists = (";".join(sorted(names)) for names in (incident.sponsors, incident.victims))
    return (incident.dataset.casefold(), incident.date, *lists)


_ONE = "date, sponsor, victim and address, and the groups are one: counted once"
_SAME_PAGE = "date, sponsor, victim and address: both counted; if they are one event, leave one out"
_SAME_GROUP = "date, sponsor, victim and group: both counted; if they are one event, leave one out"


_LIKENESS = ("", _SAME_GROUP, _SAME_PAGE, _ONE)


def _likeness(one: Incident, two: Incident) -> str:
    """In what two incidents of one date, sponsor and victim agree, one of `_LIKENESS`; nothing where they differ."""
    pages = [_page(item.source_url) for item in (one, two)]
    named = bool(one.actors and two.actors)
    same = named and _one_group(one.actors, two.actors)
    if pages[0] == pages[1] and all(pages):
        if same and _facts(one) == _facts(two):
            return _ONE
        return _SAME_PAGE if same or not named else ""
    # a month or a year has room for two operations of one group
    return _SAME_GROUP if same and not all(pages) and one.date_precision.startswith("day") else ""


def _page(address: str) -> str:
    """An address without what does not make it another page."""
    host, slash, path = address.partition("://")[2].partition("/") if "://" in address else address.partition("/")
    return (host.casefold().removeprefix("www.") + slash + path.partition("#")[0]).rstrip("/")


def _facts(incident: Incident) -> Incident:
    """The incident without its identifier, group and address, its lists in order."""
    lists = {key: tuple(sorted(getattr(incident, key))) for key in ("sponsors", "victims", "sectors", "motives")}
    return replace(incident, event_id="", actors=(), source_url="", **lists)


def _one_group(actors: Sequence[str], others: Sequence[str]) -> bool:
    """True if both name the same groups, by their aliases where the list of them is installed."""
    from tradewar.monitoring.actors import canonical_name

    try:
        return {canonical_name(name) for name in actors} == {canonical_name(name) for name in others}
    except EvidenceError:
        return set(actors) == set(others)
