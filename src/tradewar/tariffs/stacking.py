"""How programmes bear on each other: dated rule sets, read as data.

| rule | effect |
|---|---|
| additive | none: names a rule set under which programmes add on full customs value |
| suppresses | where `programme` applies, `other` contributes nothing; in order, and a suppressed one suppresses none |
| leaves_remainder | `other` applies to the share of value that `programme` does not cover (1 - m) |

A trailing `*` in a programme stands for every programme that begins so; `exporter_area` limits a rule to exporters.
Where no rule set is in force, programmes add.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray as Array

from tradewar.tariffs.areas import reaches

if TYPE_CHECKING:
    from tradewar.tariffs.book import TariffBook
    from tradewar.tariffs.model import StackingRule
    from tradewar.tariffs.question import Question

ADDITIVE_ALL = "additive_all"
"""The rule set under which every programme adds, whatever the book says."""


@dataclass(frozen=True, eq=False)
class Coverage:
    """Where one programme applies, and to which share of the value. L lines."""

    present: Bool[Array, " line"]
    share: Float[Array, " line"]


@dataclass(frozen=True, eq=False)
class Stacked:
    """Factor on each programme, and the rule that set it below 1."""

    factor: Mapping[str, Float[Array, " line"]]
    because: Mapping[str, str]
    rule_set: str


def rules_in_force(book: TariffBook, question: Question, rule_set: str | None) -> tuple[StackingRule, ...]:
    """The rules of the set in force at the instant, or of the set named."""
    rules = [rule for rule in book.stacking if rule.importer == question.importer]
    if rule_set is not None:
        return tuple(rule for rule in rules if rule.rule_set == rule_set and rule.visible(question.known))
    return tuple(rule for rule in rules if rule.in_force(question.instant, question.known))


def stack(
    programmes: Mapping[str, Coverage], rules: tuple[StackingRule, ...], question: Question, book: TariffBook
) -> Stacked:
    """Factors on programmes after the rules in force."""
    lines = len(next(iter(programmes.values())).share) if programmes else 0
    factor = {name: np.ones(lines) for name in programmes}
    because: dict[str, str] = {}
    for rule in rules:
        if rule.rule == "additive" or not _reaches(rule, question, book):
            continue
        acting = [name for name in programmes if matches(rule.programme, name)]
        cover = sum((programmes[name].share * factor[name] for name in acting), np.zeros(lines))
        present = np.zeros(lines, dtype=bool)
        for name in acting:
            present |= programmes[name].present & (factor[name] > 0)
        for other in programmes:
            if other in acting or not matches(rule.other, other):
                continue
            kept = 1.0 - np.clip(cover, 0.0, 1.0) if rule.rule == "leaves_remainder" else np.where(present, 0.0, 1.0)
            if ((kept < 1) & (factor[other] > 0)).any():
                reason = f"{rule.rule_set} rule {rule.order}: {rule.programme} {rule.rule} {rule.other}"
                because[other] = f"{because[other]}; {reason}" if other in because else reason
            factor[other] = factor[other] * kept
    names = sorted({rule.rule_set for rule in rules})
    return Stacked(factor, because, ", ".join(names) or ADDITIVE_ALL)


def _reaches(rule: StackingRule, question: Question, book: TariffBook) -> bool:
    return reaches(rule.exporter_area, question.exporter, question.instant, question.known, book.areas)


def matches(pattern: str, programme: str) -> bool:
    """Whether a programme is meant by a name that may end in `*`."""
    return programme.startswith(pattern[:-1]) if pattern.endswith("*") else programme == pattern
