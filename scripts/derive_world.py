"""Make the one-file form of a world that ships with the package, from a tidy folder.

    python scripts/derive_world.py FOLDER --out src/tradewar/world/library/world-2017.zip

The archive holds the tables of the folder as they are, less what can be recomputed: gross output is written anew from
the flows, and consumption shares are left out where those derived from the flows agree with the file. Tables of
tariff increases (`tariff_increases_*.csv`) are taken along. The same folder gives the same bytes.
"""

from __future__ import annotations

import argparse
import zipfile
from pathlib import Path

import numpy as np

from tradewar.world import World
from tradewar.world.table import Files, open_files
from tradewar.world.tidy import read_world

EPOCH = (1980, 1, 1, 0, 0, 0)


def members(folder: Path) -> dict[str, str]:
    """The files of the archive by name."""
    files = open_files(folder)
    world = read_world(folder)
    names = ["world.toml", "countries.csv", "sectors.csv", "flows.csv", "inputs.csv"]
    kept = {name: _text(files, name) for name in names if name in files.names}
    if "production.csv" in files.names:
        kept["production.csv"] = production(world)
    if "consumption.csv" in files.names and not derivable(world):
        kept["consumption.csv"] = _text(files, "consumption.csv")
    increases = [name for name in files.names if name.startswith("tariff_increases_") and name.endswith(".csv")]
    return kept | {name: _text(files, name) for name in increases}


def derivable(world: World) -> bool:
    """True if consumption shares derived from the flows are those of the file."""
    derived = world.replace(consumption_share=None)
    return bool(np.array_equal(derived.consumption_share, world.consumption_share))


def production(world: World) -> str:
    """`production.csv` with gross output recomputed from the flows."""
    lines = ["country,sector,gross_output,value_added_share"]
    for i, country in enumerate(world.countries):
        for s, sector in enumerate(world.sectors):
            output, share = world.gross_output[i, s], float(world.value_added_share[i, s])
            lines.append(f"{country},{sector},{output:.10g},{share!r}")
    return "\n".join(lines) + "\n"


def write_archive(contents: dict[str, str], out: Path) -> None:
    """A zip whose bytes depend on the contents only."""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, text in contents.items():
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, text.encode())


def _text(files: Files, name: str) -> str:
    return files.read(name).decode("utf-8-sig").replace("\r\n", "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="tidy folder of the source world")
    parser.add_argument("--out", type=Path, required=True, help="archive to write")
    options = parser.parse_args()
    write_archive(members(options.folder), options.out)
    print(f"{options.out}: {options.out.stat().st_size / 1024:.0f} KiB")


if __name__ == "__main__":
    main()
