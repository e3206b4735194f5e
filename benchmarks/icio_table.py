"""Tables in the official layout of the OECD, made up: consistent, sparse, of any size.

    python -m benchmarks.icio_table --countries 81 --industries 50 --out 2022_SML.csv

writes one of full size, for measuring time and memory of `tradewar world import icio`.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

FINAL_USES = ("HFCE", "NPISH", "GGFC", "GFCF", "INVNT", "DPABR")
ECONOMIES = (
    "AGO ARE ARG AUS AUT BEL BGD BGR BLR BRA BRN CAN CHE CHL CHN CIV CMR COD COL CRI CYP CZE DEU DNK EGY ESP EST "
    "FIN FRA GBR GRC HKG HRV HUN IDN IND IRL ISL ISR ITA JOR JPN KAZ KHM KOR LAO LTU LUX LVA MAR MEX MLT MMR MYS "
    "NGA NLD NOR NZL PAK PER PHL POL PRT ROU RUS SAU SEN SGP STP SVK SVN SWE THA TUN TUR TWN UKR USA VNM ZAF"
)
INDUSTRIES = (
    "A01 A02 A03 B05 B06 B07 B08 B09 C10T12 C13T15 C16 C17_18 C19 C20 C21 C22 C23 C24A C24B C25 C26 C27 C28 C29 C301 "
    "C302T309 C31T33 D E F G H49 H50 H51 H52 H53 I J58T60 J61 J62_63 K L M N O P Q R S T"
)


def icio_table(
    countries: Sequence[str], industries: Sequence[str], seed: int = 0, density: float = 0.55
) -> tuple[list[str], list[str], np.ndarray]:
    """Row labels, column labels and values: suppliers and then TLS, VA, OUT by uses and then OUT.

    Rows add up to OUT; columns of industries add up to OUT with TLS and VA. About half of the foreign cells are zero.
    Private households (T), if there, produce nothing in every third country. Changes of inventories may be negative.
    """
    random = np.random.default_rng(seed)
    n, s = len(countries), len(industries)
    m = n * s
    home = np.repeat(np.arange(n), s)
    size = np.repeat(random.lognormal(sigma=1.2, size=n), s)
    weight = random.lognormal(sigma=1.0, size=m) * size

    def purchases(columns: int, buyer: np.ndarray) -> np.ndarray:
        table = random.lognormal(sigma=1.5, size=(m, columns)) * weight[:, None] / weight.sum()
        table *= random.uniform(size=(m, columns)) < density
        own = home[:, None] == buyer[None, :]
        return np.where(own, 40 * table + weight[:, None] / weight.sum(), 0.05 * table)

    coefficients = purchases(m, home)
    idle = np.array([industry == "T" and country % 3 == 0 for country in range(n) for industry in industries])
    coefficients[idle] = 0.0
    coefficients[:, idle] = 0.0
    total = coefficients.sum(axis=0)
    coefficients *= np.divide(random.uniform(0.3, 0.7, size=m), total, out=np.zeros(m), where=total > 0)
    final = purchases(n * len(FINAL_USES), np.repeat(np.arange(n), len(FINAL_USES)))
    final *= np.repeat(random.lognormal(sigma=1.0, size=n), len(FINAL_USES)) * 1e6
    final[idle] = 0.0
    inventories = slice(FINAL_USES.index("INVNT"), None, len(FINAL_USES))
    final[:, inventories] *= random.uniform(-0.05, 0.1, size=(m, n))
    output = final.sum(axis=1)
    for _ in range(40):
        output = final.sum(axis=1) + coefficients @ output
    used = np.round(np.hstack([coefficients * output, final]), 4)
    output = used.sum(axis=1)
    taxes = np.round(random.uniform(-0.005, 0.02, size=m) * output, 4)
    added = output - used[:, :m].sum(axis=0) - taxes
    body = np.hstack([used, output[:, None]])
    blank = np.zeros(n * len(FINAL_USES) + 1)
    below = [np.append(row, blank) for row in (taxes, added, output)]
    rows = [f"{country}_{industry}" for country in countries for industry in industries]
    columns = [*rows, *(f"{country}_{use}" for country in countries for use in FINAL_USES), "OUT"]
    return [*rows, "TLS", "VA", "OUT"], columns, np.vstack([body, *below])


def write_table(path: Path, rows: Sequence[str], columns: Sequence[str], values: np.ndarray) -> None:
    """Write the table as the OECD does, first column header `V1`."""
    import pyarrow as pa
    import pyarrow.csv as arrow_csv

    arrays: list[Any] = [pa.array(list(rows)), *(pa.array(column) for column in values.T.copy())]
    options = arrow_csv.WriteOptions(quoting_style="none")
    arrow_csv.write_csv(pa.table(arrays, names=["V1", *columns]), path, options)


def country_codes(count: int) -> list[str]:
    """Codes of economies in the tables; the last is ROW."""
    return [*ECONOMIES.split()[: count - 1], "ROW"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--countries", type=int, default=81)
    parser.add_argument("--industries", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    industries = INDUSTRIES.split()[: options.industries]
    write_table(options.out, *icio_table(country_codes(options.countries), industries, options.seed))
    print(f"{options.out}: {options.out.stat().st_size / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
