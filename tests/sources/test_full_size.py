"""A table of the size that the OECD publishes: 81 economies x 50 industries, 18 million numbers."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from benchmarks.icio_table import INDUSTRIES, country_codes, icio_table, write_table

IMPORT = """
import json, resource, sys
from tradewar.sources import read
world = read("icio", sys.argv[1], trade_elasticity=4.0)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
print(json.dumps([world.n_countries, world.n_sectors, world.consistent, peak]))
"""


@pytest.mark.slow
def test_a_full_table_is_imported_within_four_gibibytes(tmp_path: Path) -> None:
    path = tmp_path / "2022_SML.csv"
    write_table(path, *icio_table(country_codes(81), INDUSTRIES.split()))
    assert path.stat().st_size > 80e6
    done = subprocess.run([sys.executable, "-c", IMPORT, str(path)], capture_output=True, text=True, check=True)
    countries, sectors, consistent, peak = json.loads(done.stdout)
    assert (countries, sectors, consistent) == (81, 50, True)
    assert peak < 4 * 1024**3
