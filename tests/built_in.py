"""The built-in dispute, run and written once for all tests that only look at it: a run takes seconds."""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, Self
from unittest import mock

import pytest

from tradewar.brief.page import Brief, applying, brief
from tradewar.brief.renderer import Drawn, Renderer
from tradewar.disputes.dossier import Dossier, load_dispute
from tradewar.disputes.findings import Findings, run
from tradewar.disputes.parts import PARTS
from tradewar.disputes.policies import Stated, dispute_book, dispute_world, state_policies
from tradewar.equilibrium import Outcome, solve
from tradewar.world import World

DISPUTE = "us-china-2019"
DAY = dt.date(2019, 2, 20)
SLOW_PARTS = ("answer", "deal", "hold")
_FOLDER = tempfile.TemporaryDirectory(prefix="tradewar-brief-")


@cache
def written(day: dt.date) -> Brief:
    """The brief as of a day, in a folder that nobody else writes to and that ends with the tests.

    It is whole on the day for which the dossier is written. Other days leave out the parts that take long to find.
    """
    out = Path(_FOLDER.name) / day.isoformat()
    if day == DAY:
        return brief(DISPUTE, out, day)
    with mock.patch("tradewar.brief.page.run", lambda *_, **__: findings(day)):
        return brief(DISPUTE, out, day)


@cache
def findings(day: dt.date) -> Findings:
    """The findings as of a day; whole on the day for which the dossier is written."""
    if day == DAY:
        return written(day).findings
    return run(load_dispute(DISPUTE), day, parts=[part for part in PARTS if part.name not in SLOW_PARTS])


@cache
def forms() -> dict[str, tuple[str, bytes]]:
    """SVG and PNG of each chart of the built-in brief, by its specification."""
    made = written(DAY)
    drawings = [drawing for section in applying(made.findings) for drawing in section.drawings(made.findings)]
    files = [made.folder / "charts" / drawing.name for drawing in drawings]
    return {
        json.dumps(drawing.specification): (
            file.with_suffix(".svg").read_text(encoding="utf-8"),
            file.with_suffix(".png").read_bytes(),
        )
        for drawing, file in zip(drawings, files, strict=True)
    }


class Redrawn(Renderer):
    """Charts that were drawn before for the built-in brief, in place of drawing them again."""

    def __enter__(self) -> Self:
        return self

    def draw(self, specification: dict[str, Any], codes: Mapping[str, str] | None = None) -> Drawn:
        """The chart as it was drawn before."""
        svg: Future[str] = Future()
        png: Future[bytes] = Future()
        vector, pixels = forms()[json.dumps(specification)]
        svg.set_result(vector)
        png.set_result(pixels)
        return Drawn(svg, png)

    def __exit__(self, *_: object) -> None:
        pass


def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let `brief` take findings and charts that were made before: for tests of what is written, not of what it says."""
    forms()  # made before anything is put in its place
    monkeypatch.setattr("tradewar.brief.page.run", lambda *_, **__: findings(DAY))
    monkeypatch.setattr("tradewar.brief.page.Renderer", Redrawn)


@cache
def world(day: dt.date = DAY) -> World:
    """The world of the dispute, with the base tariffs of its book."""
    dossier = load_dispute(DISPUTE).known_on(day)
    return dispute_world(dossier, dispute_book(dossier))


@cache
def stated(day: dt.date) -> Stated:
    """The policies as of a day, before they are solved."""
    dossier = load_dispute(DISPUTE).known_on(day)
    return state_policies(dossier, dispute_book(dossier), world(day))


def settings(**changes: str) -> Dossier:
    """The dispute with other settings of its book, or on another `world`."""
    dossier = load_dispute(DISPUTE)
    assert dossier.book is not None
    where = changes.pop("world", dossier.world)
    return replace(dossier, world=where, book=dossier.book.model_copy(update=changes), whole=None)


OF_THE_FIRST_VERSION = {"world": "world-2017", "base_rates": "world", "aggregation": "trade-weighted"}
"""With these the dispute gives the figures of the first version."""


def stated_on(dossier: Dossier) -> tuple[World, Stated]:
    """The world of a dossier and its policies, before they are solved."""
    book = dispute_book(dossier)
    there = dispute_world(dossier, book)
    return there, state_policies(dossier, book, there)


@cache
def solved(**changes: str) -> tuple[World, tuple[Outcome, ...]]:
    """Every policy of the dispute with other settings of its book, solved."""
    there, found = stated_on(settings(**changes))
    return there, tuple(solve(there, item.policy) for item in found.policies)


def real_income(**changes: str) -> list[list[float]]:
    """Percent, of the United States and of China, under today, the rise and the escalation."""
    there, outcomes = solved(**changes)
    places = [there.country_index(code) for code in ("USA", "CHN")]
    return [[float(100 * (outcome.real_income_hat[k] - 1)) for outcome in outcomes] for k in places]
