"""Read incidents from files: the canonical CSV, the published layouts of public trackers, STIX bundles."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from tradewar.errors import EvidenceError, Problem
from tradewar.io.writing import write_file
from tradewar.monitoring import layouts
from tradewar.monitoring.incidents import COLUMNS, MAX_BYTES, MAX_ROWS, Incident, IncidentFile, accept

_SPREADSHEETS = {".xlsx", ".xls", ".ods"}
_MAX_CELL = 1_000_000


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
    file = Path(path)
    text = _text(file, max_bytes)
    if layout == "stix" or (layout == "auto" and file.suffix == ".json"):
        from tradewar.monitoring.stix import incidents_of_bundle

        return incidents_of_bundle(text, file.name, max_rows)
    header, rows = _rows(text, file.name)
    reader = layouts.find(header, layout, file.name)
    lines: Iterable[tuple[int, Mapping[str, str], Mapping[str, str] | Problem | None]] = (
        (line, raw, problem or reader.convert(raw, f"{file.name}, line {line}", number))
        for number, (line, raw, problem) in enumerate(rows, start=1)
    )
    return accept(lines, file.name, reader.name, reader.notes, max_rows)


def _text(file: Path, max_bytes: int) -> str:
    if not file.is_file():
        what = "is a folder" if file.is_dir() else "does not exist"
        raise EvidenceError(Problem(str(file), what, "Give a CSV file or a STIX bundle"))
    if file.suffix.lower() in _SPREADSHEETS:
        raise EvidenceError(Problem(file.name, "is a spreadsheet", "Save the sheet as CSV (UTF-8) and read that"))
    size = file.stat().st_size
    if size > max_bytes:
        what = f"has {size:,} bytes, above the limit of {max_bytes:,}; nothing was read"
        raise EvidenceError(Problem(file.name, what, "Split the file, or raise max_bytes"))
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        what = f"is not UTF-8 at byte {fault.start} (0x{fault.object[fault.start]:02x})"
        raise EvidenceError(Problem(file.name, what, "Save it as CSV UTF-8")) from None
    if not text.strip():
        raise EvidenceError(Problem(file.name, "is empty", f"Give a header such as {','.join(COLUMNS[:6])},..."))
    return text


def _rows(text: str, name: str) -> tuple[list[str], Iterator[tuple[int, dict[str, str], Problem | None]]]:
    reader = csv.reader(io.StringIO(text, newline=""))
    header = [column.strip() for column in next(reader)]
    twice = sorted({column for column in header if column and header.count(column) > 1})
    if twice:
        what = f"the header has {', '.join(twice)} more than once"
        raise EvidenceError(Problem(f"{name}, line 1", what, "Give every column once"))
    return header, _checked_rows(reader, header, name)


def _checked_rows(
    reader: Iterator[list[str]], header: Sequence[str], name: str
) -> Iterator[tuple[int, dict[str, str], Problem | None]]:
    limit = csv.field_size_limit(_MAX_CELL)
    try:
        while True:
            try:
                fields = next(reader)
            except StopIteration:
                return
            except csv.Error as fault:
                line = reader.line_num  # type: ignore[attr-defined]
                yield line, {}, Problem(f"{name}, line {line}", f"cannot be read as CSV ({fault})", "Check quotes")
                continue
            line = reader.line_num  # type: ignore[attr-defined]
            if not any(cell.strip() for cell in fields):
                continue
            row = dict(zip(header, fields, strict=False))
            problem = None
            if len(fields) != len(header):
                row |= {f"(field {k + 1})": fields[k] for k in range(len(header), len(fields))}
                what = f"has {len(fields)} fields, the header has {len(header)}"
                problem = Problem(f"{name}, line {line}", what, "Quote cells that contain commas")
            yield line, row, problem
    finally:
        csv.field_size_limit(limit)


def incidents_csv(incidents: Sequence[Incident]) -> str:
    """The canonical CSV. Reading it back gives the same incidents."""
    rows: list[Sequence[object]] = [[*COLUMNS, "actor_profile"]]
    for item in incidents:
        lists = [";".join(part) for part in (item.sponsors, item.victims, item.sectors)]
        rest = [item.type, ";".join(item.motives), ";".join(item.actors), item.source_url]
        head = [item.event_id, item.dataset, item.date, item.date_precision, item.date_meaning]
        rows.append([*head, *lists, *rest, int(item.actor_profile)])
    return _csv(rows)


def refused_csv(file: IncidentFile) -> str:
    """The refused rows as they were read, with line and reason in front."""
    columns = list(dict.fromkeys(column for refusal in file.refused for column in refusal.row))
    rows: list[Sequence[object]] = [["line", "reason", *columns]]
    rows += [
        [refusal.line, str(refusal.problem), *(refusal.row.get(c, "") for c in columns)] for refusal in file.refused
    ]
    return _csv(rows)


def write_incidents(incidents: Sequence[Incident], path: str | Path) -> None:
    """Write `incidents_csv` to a file."""
    write_file(path, incidents_csv(incidents), option="path")


def write_refused(file: IncidentFile, path: str | Path) -> None:
    """Write `refused_csv` to a file."""
    write_file(path, refused_csv(file), option="path")


def _csv(rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
