"""docs/validation.md, made from the rows that the tests of the literature wrote (see tests/validation.py).

    python scripts/validation_page.py FOLDER [--out docs/validation.md]

`make validation` runs the tests and then this.
"""

from __future__ import annotations

import argparse
import json
import sys
from itertools import groupby
from pathlib import Path
from typing import Any

MARK = "†"
Row = dict[str, Any]
START = f"""# Validation

Every figure of the literature that the tests compare with ours: published, ours, and the difference (ours less
published). Made from the tests' own results by `make validation`; nobody types a number into this page.

The last column says how large a difference the test allows; figures are shown to six digits. Most published figures
are rounded themselves, and then half of their last digit is the least that can be asked. {MARK} marks a figure that we
do not claim to reproduce; the line below its table says why. Where a column is headed "independent" instead of
"published", the figure was not printed in a publication but computed by a separate solver.
"""


class NoRowsError(Exception):
    """The folder holds no rows: the tests did not run, or skipped because the reference data are not there."""


def read(folder: Path) -> list[Row]:
    """All rows of the folder, in an order that does not depend on which worker ran which test.

    Raises NoRowsError when there are none.
    """
    lines = [line for path in sorted(folder.glob("*.jsonl")) for line in path.read_text("utf-8").splitlines()]
    if not lines:
        raise NoRowsError(f"{folder}: no rows; run the tests with TRADEWAR_VALIDATION={folder} and the reference data")
    rows = [json.loads(line) for line in dict.fromkeys(lines)]  # a test that ran twice says the same twice
    return sorted(rows, key=lambda row: (row["module"], row["independent"], row["source"]))


def number(value: float) -> str:
    """Six significant digits at most, and no exponent for sizes that people read."""
    return f"{value:.6g}" if abs(value) >= 1e-4 or value == 0 else f"{value:.1e}"


def difference(row: Row) -> float:
    """Ours less published."""
    return row["ours"] - row["published"]


def marked(row: Row) -> bool:
    """No agreement is claimed, or it does not hold."""
    return row["tolerance"] is None or abs(difference(row)) > row["tolerance"]


def table(rows: list[Row]) -> list[str]:
    """The lines of one table, and the notes below it."""
    theirs = "independent" if rows[0]["independent"] else "published"
    lines = [f"| quantity | {theirs} | ours | difference | within |", "|---|---:|---:|---:|---:|"]
    for row in rows:
        within = MARK if marked(row) else number(row["tolerance"])
        cells = (row["quantity"], number(row["published"]), number(row["ours"]), number(difference(row)), within)
        lines.append(f"| {' | '.join(cells)} |")
    explained = {row["note"] for row in rows if marked(row)}
    notes = dict.fromkeys(row["note"] for row in rows if row["note"])
    return [*lines, "", *(line for note in notes for line in (f"{MARK if note in explained else 'Note:'} {note}", ""))]


def page(rows: list[Row]) -> str:
    """The whole page."""
    count, exceptions = len(rows), sum(map(marked, rows))
    lines = [START, f"{count} figures; {count - exceptions} agree, {exceptions} are marked.", ""]
    for (module, source), group in groupby(rows, key=lambda row: (row["module"], row["source"])):
        lines += [f"## {source}", "", f"From `tests/literature/{module}.py`.", "", *table(list(group))]
    return "\n".join(lines).rstrip("\n") + "\n"


def main(arguments: list[str]) -> int:
    """Write the page; 1 where there is nothing to write it from."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="the folder that TRADEWAR_VALIDATION named")
    parser.add_argument("--out", type=Path, default=Path("docs/validation.md"), help="where the page goes")
    given = parser.parse_args(arguments)
    try:
        text = page(read(given.folder))
    except NoRowsError as error:
        print(error, file=sys.stderr)
        return 1
    given.out.write_text(text, encoding="utf-8")
    print(given.out)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
