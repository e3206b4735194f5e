"""Incidents as coded facts, checked row by row.

The canonical layout is a CSV with the columns of `COLUMNS`; lists are separated by semicolons. A row that breaks a
rule is refused with its line, its reason and its whole content; every other row is kept. Nothing is lost: the rows
read are the incidents accepted and the rows refused, and both are counted.

| rule | what happens to the row |
|---|---|
| `event_id` present, unique within its data set | refused; the message names the first line |
| `date` is YYYY-MM-DD, YYYY-MM or YYYY, of a day that exists, not before 1980, not after the day of reading | refused |
| `date` empty | kept, excluded from every count, its number printed |
| `date_meaning` is known | refused |
| one `date_meaning` per data set: that of most of its rows | the others are refused |
| sponsors and victims are ISO3 codes (or EUU, NATO, XKX) | refused |
| as many fields as the header | refused |
| no more than `MAX_ROWS` rows | the rows beyond are refused; a file above `MAX_BYTES` is not read at all |
"""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date as Day

from tradewar.errors import Problem
from tradewar.monitoring.countries import code_of, countries
from tradewar.monitoring.series import COLLECTION

COLUMNS = (
    "event_id",
    "dataset",
    "date",
    "date_precision",
    "date_meaning",
    "sponsor_iso3",
    "victim_countries",
    "victim_sectors",
    "type",
    "motive",
    "actor",
    "source_url",
)
REQUIRED = ("event_id", "dataset", "date", "date_meaning", "sponsor_iso3")
OPTIONAL = ("actor_profile", "victim_sectors_wide", "victim_regions")
FIRST_YEAR = 1980
MAX_ROWS = 200_000
MAX_BYTES = 64 * 1024 * 1024
PRECISION = {4: "year", 7: "month", 10: "day"}
_ISO_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")


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

    @property
    def year(self) -> int | None:
        """Calendar year of the date."""
        return int(self.date[:4]) if self.date else None

    @property
    def month(self) -> str:
        """YYYY-MM, empty where the date is no finer than a year."""
        return self.date[:7] if len(self.date) >= 7 and self.date_precision != "year" else ""


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
        """One line of totals, then one line per refused row."""
        total = (
            f"{self.name} ({self.layout}): {self.rows_read} rows, {len(self.incidents)} accepted "
            f"({self.undated} undated), {len(self.refused)} refused, {self.left_out} outside the scope"
        )
        return "\n".join([total, *self.notes, *(str(refusal.problem) for refusal in self.refused)])


def canonical_problem(row: Mapping[str, str], where: str) -> Problem | None:
    """The first rule of the module's table that a canonical row breaks, or None. Identifiers are checked elsewhere."""
    for name in ("event_id", "dataset"):
        if not row.get(name, "").strip():
            return Problem(where, f"{name} is empty", "Give every row an identifier and a data set")
    problem = date_problem(row.get("date", "").strip(), where)
    if problem:
        return problem
    meaning = row.get("date_meaning", "").strip()
    if meaning not in COLLECTION:
        return Problem(where, f"date_meaning {meaning!r} is not known", f"Use one of {', '.join(COLLECTION)}")
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
    if not _ISO_DATE.fullmatch(text):
        return Problem(where, f"date {text!r} is not in ISO form", fix)
    try:
        day = Day.fromisoformat(text + "-01-01"[len(text) - 10 :] if len(text) < 10 else text)
    except ValueError:
        return Problem(where, f"date {text!r} does not exist", fix)
    if day.year < FIRST_YEAR:
        return Problem(where, f"date {text!r} is before {FIRST_YEAR}", "Check the century")
    if day > Day.today():
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
    return Incident(
        event_id=row["event_id"].strip(),
        dataset=row["dataset"].strip(),
        date=date,
        date_precision=row.get("date_precision", "").strip() or PRECISION.get(len(date), ""),
        date_meaning=row["date_meaning"].strip(),
        sponsors=listed(row.get("sponsor_iso3", "")),
        victims=listed(row.get("victim_countries", "")),
        sectors=listed(row.get("victim_sectors", "")),
        type=row.get("type", "").strip(),
        motives=listed(row.get("motive", "")),
        actors=listed(row.get("actor", "")),
        source_url=row.get("source_url", "").strip(),
        actor_profile=row.get("actor_profile", "").strip() in ("1", "true", "True"),
    )


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
    candidates: list[tuple[int, Mapping[str, str], Incident]] = []
    refused: list[Refusal] = []
    first_line: dict[tuple[str, str], int] = {}
    left_out = 0
    for number, (line, raw, row) in enumerate(rows, start=1):
        where = f"{name}, line {line}"
        if row is None:
            left_out += 1
            continue
        problem = row if isinstance(row, Problem) else canonical_problem(row, where)
        if number > max_rows:
            problem = Problem(where, f"is row {number}, beyond the limit of {max_rows:,}", "Split the file")
        if problem is None and not isinstance(row, Problem):
            incident = incident_of(row)
            key = (incident.dataset, incident.event_id)
            earlier = first_line.setdefault(key, line)
            if earlier == line:
                candidates.append((line, raw, incident))
                continue
            what = f"event_id {incident.event_id!r} of {incident.dataset!r} is already on line {earlier}"
            problem = Problem(where, what, "Give every incident its own identifier; one row per incident")
        assert problem is not None
        refused.append(Refusal(line, problem, dict(raw)))
    incidents, mixed = _one_meaning(candidates, name)
    ordered = tuple(sorted([*refused, *mixed], key=lambda refusal: refusal.line))
    return IncidentFile(name, layout, tuple(incidents), ordered, left_out, notes)


def _one_meaning(
    candidates: list[tuple[int, Mapping[str, str], Incident]], name: str
) -> tuple[list[Incident], list[Refusal]]:
    """Keep, per data set, the rows whose date means what most dates of the data set mean."""
    counts: dict[str, Counter[str]] = {}
    for _, _, incident in candidates:
        counts.setdefault(incident.dataset, Counter())[incident.date_meaning] += 1
    kept: list[Incident] = []
    refused: list[Refusal] = []
    for line, raw, incident in candidates:
        usual = counts[incident.dataset].most_common(1)[0][0]
        if incident.date_meaning == usual:
            kept.append(incident)
            continue
        what = f"date_meaning {incident.date_meaning!r} differs from {usual!r} of most rows of {incident.dataset!r}"
        fix = "Dates of different meaning are different series: give these rows another dataset name"
        refused.append(Refusal(line, Problem(f"{name}, line {line}", what, fix), dict(raw)))
    return kept, refused
