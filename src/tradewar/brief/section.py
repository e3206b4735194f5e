"""What a section of the page is: the same few questions, put to every part of the findings.

A section is a module in `tradewar.brief.sections` with one `SECTION`, and a fragment of the page in
`templates/sections/`. The page lists the sections (`tradewar.brief.page.SECTIONS`); everything else follows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from tradewar.brief.charts import Drawing
from tradewar.brief.tables import Table
from tradewar.disputes.findings import Findings

Words = Mapping[str, Any]
"""Sentences by name; a value may be a list of sentences or a mapping of them."""


def _always(findings: Findings) -> bool:
    return True


def _nothing(findings: Findings) -> Markup:
    return Markup("")


@dataclass(frozen=True)
class Limits:
    """What a reader must know before quoting a section, each in one or two sentences."""

    moves: Sequence[str | Markup] = ()
    """What moves its figures."""
    leaves_out: Sequence[str | Markup] = ()
    """What they do not contain."""


def _no_limits(findings: Findings) -> Limits:
    return Limits()


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
    question: str = ""
    """What it answers, for the first screen; a section without one is not listed there."""
    opening: Callable[[Findings], Markup] = _nothing
    """The answer in one sentence with its figure and how sure it is: on the first screen, and where the section opens;
    the fragment has it as `opening`."""
    limits: Callable[[Findings], Limits] = _no_limits
    """Where the section ends; the fragment has them, as HTML, as `limits`."""
    """Whether the findings have anything for it; a section that does not apply is not on the page."""
