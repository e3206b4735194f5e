"""What a section of the page is: the same few questions, put to every part of the findings.

A section is a module in `tradewar.brief.sections` with one `SECTION`, and a fragment of the page in
`templates/sections/`. The page lists the sections (`tradewar.brief.page.SECTIONS`); everything else follows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tradewar.brief.charts import Drawing
from tradewar.brief.tables import Table
from tradewar.disputes.findings import Findings

Words = Mapping[str, Any]
"""Sentences by name; a value may be a list of sentences or a mapping of them."""


def _always(findings: Findings) -> bool:
    return True


def _no_values(findings: Findings) -> Mapping[str, Any]:
    return {}


def _no_drawings(findings: Findings) -> Sequence[Drawing]:
    return ()


def _no_tables(findings: Findings) -> Sequence[Table]:
    return ()


@dataclass(frozen=True)
class Section:
    """One section of the page."""

    name: str
    """The identifier of the section on the page, and the name of its fragment: `templates/sections/NAME.html.j2`."""
    sentences: Callable[[Findings], Words]
    """What it says; the fragment has them as `s`."""
    drawings: Callable[[Findings], Sequence[Drawing]] = _no_drawings
    """Its charts, not yet drawn; the fragment places each with `chart(NAME)`."""
    tables: Callable[[Findings], Sequence[Table]] = _no_tables
    """What it adds to `tables/`."""
    values: Callable[[Findings], Mapping[str, Any]] = _no_values
    """What the fragment needs besides the findings `f`: rows in the order in which they are shown."""
    applies: Callable[[Findings], bool] = _always
    """Whether the findings have anything for it; a section that does not apply is not on the page."""
