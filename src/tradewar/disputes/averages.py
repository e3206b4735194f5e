"""Every average of a pair's tariffs on the day, side by side: one number for each question, with its weights.

An average is a question of weights and of what is counted. The rows go from the book to the treasury, and each changes
one thing:

| row | duties | weights |
|---|---|---|
| `book` | all in force, general rates included | trade of the pair by product |
| `policy` | as the model has them: general rates of the base day, and what was added since | the same, by sector |
| `model` | the same | flows of the world |
| `exports` | the same | what the exporter sells to the whole world |
| `collected` | what comes in, over what is still bought | trade after buyers have reacted |
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy import ndarray as Array

from tradewar.disputes.material import Material
from tradewar.equilibrium.product_tariffs import ProductTariffs
from tradewar.io.serialize import Document

By = Literal["book", "policy", "model", "exports", "collected"]


@dataclass(frozen=True)
class AverageRate:
    """One average of one pair."""

    importer: str
    exporter: str
    by: By
    rate: float
    """A fraction; not defined where there is nothing to weight with."""


@dataclass(frozen=True)
class Averages(Document):
    """All averages of the day, the first party's first."""

    on: dt.date
    rows: tuple[AverageRate, ...]

    def rate(self, importer: str, exporter: str, by: By) -> float:
        """One of them; NaN where it is not there."""
        key = importer, exporter, by
        return next((row.rate for row in self.rows if (row.importer, row.exporter, row.by) == key), float("nan"))


def find(material: Material) -> Averages | None:
    """The averages of the policy in force; None where the dossier has no book, or nothing of it is in force."""
    from tradewar.tariffs import RateQuestion, average

    book, settings = material.book, material.dossier.book
    now = material.stated.now
    if book is None or settings is None or now is None:
        return None
    world, outcome, day = material.world, material.outcomes[now], material.dossier.as_of
    policy = material.stated.policies[now].policy
    rates, goods = outcome.average_tariff_rate, world.tradable
    rows: list[AverageRate] = []
    for row in settings.weights:
        j, i = world.country_index(row.importer), world.country_index(row.exporter)
        pair, abroad = (row.importer, row.exporter), np.arange(world.n_countries) != i
        lines = policy.listed(*pair)
        question = RateQuestion(importer=row.importer, exporter=row.exporter, on=day, known_on=day)
        in_book = average(book, question, row.weight_set).rate
        found: dict[By, float] = {
            "book": float("nan") if in_book is None else in_book,
            "policy": float("nan") if lines is None else _mean(rates[j, i], _by_sector(lines, world.n_sectors)),
            "model": _mean(rates[j, i, goods], world.trade_value[j, i, goods]),
            "exports": _mean(rates[j, i, goods], world.trade_value[abroad, i][:, goods].sum(axis=0)),
            "collected": _mean(outcome.tariff_rate[j, i, goods], outcome.trade_value[j, i, goods]),
        }
        rows += [AverageRate(*pair, by, rate) for by, rate in found.items()]
    return Averages(day, tuple(rows))


def _by_sector(lines: ProductTariffs, sectors: int) -> Array:
    return np.bincount(lines.sector, weights=lines.value, minlength=sectors)


def _mean(rate: Array, weight: Array) -> float:
    total = float(weight.sum())
    return float((rate * weight).sum()) / total if total > 0 else float("nan")
