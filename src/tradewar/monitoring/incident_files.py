"""Read incidents from files: the canonical CSV, the published layouts of public trackers, STIX bundles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tradewar.errors import EvidenceError, Problem
from tradewar.io.files import read_bytes
from tradewar.io.nearest import some
from tradewar.io.text import Lines, csv_text, decode, split
from tradewar.monitoring import layouts
from tradewar.monitoring.formats import INCIDENTS
from tradewar.monitoring.incidents import MAX_BYTES, MAX_ROWS, Incident, IncidentFile, accept

_STATE_LINKED = "state_linked"
COLUMNS = tuple(name for name in INCIDENTS.names if name != _STATE_LINKED)
"""What `incidents_csv` writes: an incident that no state is behind has no sponsor."""


def read_incidents(
    path: str | Path, layout: str = "auto", max_rows: int = MAX_ROWS, max_bytes: int = MAX_BYTES
) -> IncidentFile:
    """Incidents of a file, with every refused row and its reason.

    Args:
        path: a CSV file in UTF-8, or a STIX 2.1 bundle (`.json`).
        layout: `auto` (by the header), `canonical`, `stix`, or one of `layouts.LAYOUTS`.
        max_rows: rows beyond this number are refused.
        max_bytes: a larger file is not read.

    Raises:
        EvidenceError: a file that is missing, empty, too large, not text in UTF-8, or of an unknown layout; the
            message says how to get the public data sets.
    """
    file, problems = Path(path), list[Problem]()
    data = read_bytes(file, problems, max_bytes, what="CSV file of incidents, or STIX bundle")
    if data is not None and (layout == "stix" or (layout == "auto" and file.suffix.lower() == ".json")):
        from tradewar.monitoring.stix_import import incidents_of_bundle

        return incidents_of_bundle(data, file.name, max_rows)
    text = None if data is None else decode(file.name, data, problems)
    found = None if text is None else split(file.name, text, problems, comments=True, rest=True)
    if found is None:
        raise EvidenceError(problems)
    _refuse_twins(found, file.name)
    reader = layouts.find(found.header, layout, file.name)
    unread = [column[:60] for column in found.header if column and column.casefold() not in INCIDENTS.names]
    notes = (
        [f"{file.name}: columns that are not read: {some(unread)}."] if unread and reader.name == "canonical" else []
    )
    rows = (
        (line, raw, problem or reader.convert(raw, f"{file.name}, line {line}", number))
        for number, (line, raw, problem) in enumerate(_rows(found, file.name), start=1)
    )
    return accept(rows, file.name, reader.name, (*reader.notes, *notes), max_rows)


def _refuse_twins(found: Lines, name: str) -> None:
    folded = [column.casefold() for column in found.header]
    twice = sorted({column[:60] for column in found.header if column and folded.count(column.casefold()) > 1})
    if twice:
        what = f"the header has {some(twice)} more than once"
        raise EvidenceError(Problem(f"{name}, line {found.header_line}", what, "Give every column once"))


def _rows(found: Lines, name: str) -> Iterator[tuple[int, dict[str, str], Problem | None]]:
    """Line, cells and fault of every row, in the order of the file."""
    width, damaged = len(found.header), list(found.faults)
    for line, cells in zip(found.lines, found.rows, strict=True):
        while damaged and damaged[0][0] < line:
            yield damaged[0][0], {}, damaged.pop(0)[1]
        row, problem = dict(zip(found.header, cells, strict=False)), None
        if len(cells) != width:
            row |= {f"(field {k + 1})": cells[k] for k in range(width, len(cells))}
            what = f"has {len(cells)} fields, the header has {width}"
            problem = Problem(f"{name}, line {line}", what, "Quote cells that contain commas")
        yield line, row, problem
    for line, problem in damaged:
        yield line, {}, problem


def incidents_csv(incidents: Sequence[Incident]) -> str:
    """The canonical CSV. A cell that a spreadsheet would run as a formula has an apostrophe in front."""
    rows = [
        (
            item.event_id,
            item.dataset,
            item.date,
            item.date_precision,
            item.date_meaning,
            *(";".join(part) for part in (item.sponsors, item.victims, item.sectors)),
            item.type,
            *(";".join(part) for part in (item.motives, item.actors)),
            item.source_url,
            int(item.actor_profile),
            "suggested" if item.suggested else "",
        )
        for item in incidents
    ]
    return csv_text(COLUMNS, rows, safe=True)


def refused_csv(file: IncidentFile) -> str:
    """The refused rows as they were read, with line and reason in front; formulas as in `incidents_csv`."""
    columns = list(dict.fromkeys(column for refusal in file.refused for column in refusal.row))
    rows = [(refusal.line, str(refusal.problem), *_cells(refusal.row, columns)) for refusal in file.refused]
    return csv_text(["line", "reason", *columns], rows, safe=True)


def _cells(row: Mapping[str, str], columns: Sequence[str]) -> list[str]:
    return [row.get(column, "") for column in columns]
