"""The exception tree. Everything this package raises on purpose derives from `TradewarError`.

    TradewarError
    ├── InputError            the user's input is wrong                        exit status 2
    │   ├── WorldError        a World, or a file it is read from
    │   ├── PolicyError       a policy or a tariff file
    │   ├── BookError         a tariff book
    │   ├── DossierError      a dispute on file
    │   ├── EvidenceError     incident or delivery data
    │   ├── PathError         the assumptions of a month-by-month path
    │   ├── TalksError        a ladder, a bargain or the talks clock
    │   ├── AccordError       commitments, enforcement or linkage
    │   └── SweepError        draws, the folder of a sweep or its scheduler
    └── NoSolutionError       no solution within the limits                    exit status 3
        ├── InadmissibleError the equations hold only where somebody's income, spending or trade is negative
        └── InfeasibleError   a target that cannot be met; holds the best attainable

An `InputError` is a list of `Problem`s, so that a user sees all that is wrong with a file at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with an input: what, where, how much and what to do."""

    where: str
    """The place: a file and line, a cell such as `inputs.csv: MEX/C24`, or an option."""
    what: str
    """What is wrong there, with the value and the limit it breaks."""
    fix: str = ""
    """What to do about it, as an instruction."""

    def __str__(self) -> str:
        text = f"{self.where}: {_sentence(self.what)}"
        return f"{text} {_sentence(self.fix)}" if self.fix else text


def _sentence(text: str) -> str:
    return text if text.endswith((".", "?")) else f"{text}."


class TradewarError(Exception):
    """Root of the tree."""

    exit_status = 1


class InputError(TradewarError):
    """The input is wrong. `problems` lists every fault found, never only the first."""

    exit_status = 2

    def __init__(self, problems: Problem | Iterable[Problem]):
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))

    @classmethod
    def at(cls, where: str, what: str, fix: str = "") -> Self:
        """The common case of a single problem."""
        return cls(Problem(where, what, fix))


class WorldError(InputError):
    """A World, or a file it is read from, is wrong."""


class PolicyError(InputError):
    """A policy or a tariff file is wrong."""


class BookError(InputError):
    """A tariff book is wrong."""


class DossierError(InputError):
    """A dispute on file is wrong."""


class EvidenceError(InputError):
    """Incident or delivery data are wrong."""


class PathError(InputError):
    """The assumptions of a month-by-month path are wrong."""


class TalksError(InputError):
    """The terms of a ladder, a bargain or the talks clock are wrong."""


class AccordError(InputError):
    """The terms of an accord, its enforcement or its linkage are wrong."""


class SweepError(InputError):
    """Draws are wrong, the folder of a sweep cannot be used, or its scheduler cannot."""


class NoSolutionError(TradewarError):
    """No solution was found within the limits. The message names the worst equation and its residual."""

    exit_status = 3

    def __init__(self, message: str, certificate: Mapping[str, object] | None = None):
        super().__init__(message)
        self.certificate = certificate
        """Of the equilibrium that was sought, as in the JSON of `solve`; None where something else was."""

    def __reduce__(self) -> tuple[object, ...]:
        # an exception crosses to another process by its arguments
        return type(self), (str(self), self.certificate)


class InadmissibleError(NoSolutionError):
    """No equilibrium in which every income, expenditure and flow is positive. The message names who would have none."""


class InfeasibleError(NoSolutionError):
    """A target that cannot be met. The message gives the best attainable value, `attainable` holds it by name."""

    def __init__(self, message: str, attainable: Mapping[str, float] | None = None):
        super().__init__(message)
        self.attainable: Mapping[str, float] = dict(attainable or {})

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (str(self), self.attainable)
