"""Make the one-file forms of the worlds that ship with the package, from the tidy folders of the reference data.

    python scripts/derive_world.py FOLDER_OF_WORLDS --out src/tradewar/world/library [WORLD ...]

An archive is a zipped tidy folder. It holds the tables of the source as they are, less what can be recomputed: gross
output is written anew from the flows, and consumption shares are left out where those derived from the flows agree
with the file. To the header is added what the tables do not say by themselves (`DECLARED`): the day whose measures
the tariffs contain, blocs, and which world is superseded.

Tables of flows and inputs stay in the form of the source: CSV for 18 x 16 (95 KiB a world, read without Arrow),
Parquet with Zstandard for the larger ones, which is two thirds of zipped CSV. Numbers stay 64-bit: values and shares
carry eight significant digits and more, a 32-bit number seven, and it would save less than 5 percent of the flows.

The same folder gives the same bytes.
"""

from __future__ import annotations

import argparse
import zipfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from tradewar.world import World, read_world
from tradewar.world.header import FILE as HEADER
from tradewar.world.header import header_text

EPOCH = (1980, 1, 1, 0, 0, 0)
_OF_2017 = {"default": date(2017, 12, 31)}
_OF_2022 = {"default": date(2022, 12, 31), "USA": date(2024, 12, 31)}
_EUN = "AUT BEL BGR CZE DEU DNK ESP FIN FRA GRC HUN IRL ITA NLD POL PRT ROU SVK SWE XEU"

DECLARED: dict[str, dict[str, Any]] = {
    "world-2017": {"tariffs_as_of": _OF_2017, "superseded_by": "world-2017r"},
    "world-2017c": {"tariffs_as_of": _OF_2017},
    "world-2017r": {"tariffs_as_of": _OF_2017},
    "world-2022": {"tariffs_as_of": _OF_2022},
    "world-2022-62": {"tariffs_as_of": _OF_2022, "blocs": {"EUN": tuple(_EUN.split())}},
    "world-2023n": {"tariffs_as_of": _OF_2022},
}
"""By world: fields that its source folder does not state (days by importer, with a default)."""

_SEE = (". See theory/worlds.md for its measured errors", ". See theory/worlds.md")
"""References of the source folders to pages that do not ship: the page of built-in worlds says it."""


def members(folder: Path, declared: Mapping[str, Any]) -> dict[str, bytes]:
    """The files of an archive by name."""
    world = read_world(folder)
    kept: dict[str, bytes] = {HEADER: header_text(with_declared(world, declared)).encode()}
    for name in ("countries.csv", "sectors.csv"):
        kept[name] = _text(folder / name)
    for stem in ("flows", "inputs"):
        for path in folder.glob(f"{stem}.*"):
            kept[path.name] = path.read_bytes() if path.suffix == ".parquet" else _text(path)
    if (folder / "production.csv").exists():
        kept["production.csv"] = production(world).encode()
    if (folder / "consumption.csv").exists() and not derivable(world):
        kept["consumption.csv"] = _text(folder / "consumption.csv")
    return kept


def with_declared(world: World, declared: Mapping[str, Any]) -> World:
    """The world with what is declared about it."""
    given = dict(declared)
    days = dict(given.pop("tariffs_as_of"))
    source = world.source
    for words in _SEE:
        source = source.replace(words, "")
    tariffs_as_of = dict.fromkeys(world.countries, days.pop("default")) | days
    return world.replace(source=source, tariffs_as_of=tariffs_as_of, **given)


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


def write_archive(contents: Mapping[str, bytes], out: Path) -> None:
    """A zip whose bytes depend on the contents only."""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, data in contents.items():
            entry = zipfile.ZipInfo(name, EPOCH)
            # Parquet is compressed already
            entry.compress_type = zipfile.ZIP_STORED if name.endswith(".parquet") else zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, data)


def _text(path: Path) -> bytes:
    return path.read_bytes().removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="folder that holds the tidy folders of the source worlds")
    parser.add_argument("worlds", nargs="*", help=f"names, of {', '.join(DECLARED)}; without any: all")
    parser.add_argument("--out", type=Path, required=True, help="folder of the archives")
    options = parser.parse_args()
    for name in options.worlds or DECLARED:
        out = options.out / f"{name}.zip"
        write_archive(members(options.folder / name, DECLARED[name]), out)
        print(f"{out}: {out.stat().st_size / 1024:.0f} KiB")


if __name__ == "__main__":
    main()
