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

ORDER = ("published", "independent", "another setting")
Row = dict[str, Any]
START = """# Validation

Every figure of the literature that the tests compare with ours: published, ours, the difference (ours less the
other), and why the two differ. Made from the tests' own results by `make validation`; nobody types a number of ours
into this page.

"Band" is the largest difference that the test calls agreement. It is never wider than 1 percent of the figure, or half
of its last printed digit where that is more; a test of the project fails if one is. A row without a band **does not
agree**, and says why. Figures are shown to six digits. The heading of the second column tells what ours stand beside:
"published", printed in a publication; "independent", not printed but computed by a separate solver; "another setting",
ours with another choice, where no agreement is to be had and the row shows what the choice moves. "Unverified" marks a
published figure that is quoted from memory or at second hand: nobody looked it up for this page. Of the papers on 2018
and 2019 the abstracts, introductions and press texts were read, not the tables.
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
    return sorted(rows, key=lambda row: (row["module"], ORDER.index(row["beside"]), row["source"]))


def number(value: float) -> str:
    """Six significant digits at most, and no exponent for sizes that people read."""
    return f"{value:.6g}" if abs(value) >= 1e-4 or value == 0 else f"{value:.1e}"


def difference(row: Row) -> float:
    """Ours less the other."""
    return row["ours"] - row["theirs"]


def verdict(row: Row) -> str:
    """What the row says, in words."""
    if row["beside"] == "another setting":
        return "compared"
    agrees = row["band"] is not None and abs(difference(row)) <= row["band"]
    return ("agrees" if agrees else "**does not agree**") + (", unverified" if row["unverified"] else "")


def table(rows: list[Row]) -> list[str]:
    """The lines of one table, and the reasons below it, numbered."""
    reasons = list(dict.fromkeys(row["reason"] for row in rows))
    lines = [
        f"| quantity | {rows[0]['beside']} | ours | difference | band | | why |",
        "|---|---:|---:|---:|---:|---|---|",
    ]
    for row in rows:
        band = "" if row["band"] is None else number(row["band"])
        figures = (number(row["theirs"]), number(row["ours"]), number(difference(row)), band)
        cells = (row["quantity"], *figures, verdict(row), str(reasons.index(row["reason"]) + 1))
        lines.append(f"| {' | '.join(cells)} |")
    return [*lines, "", *(f"{k}. {reason}" for k, reason in enumerate(reasons, start=1)), ""]


def page(rows: list[Row]) -> str:
    """The whole page."""
    verdicts = [verdict(row) for row in rows]
    agree, apart = (sum(word in said for said in verdicts) for word in ("agrees", "does not agree"))
    compared, unverified = verdicts.count("compared"), sum(row["unverified"] for row in rows)
    counts = f"{len(rows)} figures: {agree} agree, {apart} do not agree, {compared} compare settings."
    lines = [START, f"{counts} {unverified} published ones are unverified.", ""]
    for (module, source, _), group in groupby(rows, key=lambda row: (row["module"], row["source"], row["beside"])):
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
