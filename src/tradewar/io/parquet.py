"""Our own tables of results as Parquet; tables from people are read by `tradewar.io.tables`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tradewar.errors import Problem

if TYPE_CHECKING:
    import pandas as pd


def parquet_bytes(table: Any) -> bytes:
    """An Arrow table as the bytes of a Parquet file, the same for the same table."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd")
    return sink.getvalue().to_pybytes()


def rows_of(files: Iterable[Path], problems: list[Problem]) -> pd.DataFrame | None:
    """The rows of Parquet files of the same columns, one after another; None, and a problem, where one is damaged."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    parts: list[Any] = []
    for file in files:
        try:
            parts.append(pq.read_table(file))
        except (OSError, pa.ArrowException) as error:
            what = f"cannot be read ({str(error).splitlines()[0]})"
            problems.append(Problem(str(file), what, "Run the command that wrote it again: it is computed anew"))
    return None if problems else pa.concat_tables(parts).to_pandas()
