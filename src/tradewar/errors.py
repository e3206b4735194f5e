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

An `InputError` is a list of `Problem`s, so that a user sees all that is wrong with a file at once: as many as fit on a
screen are written out, the rest is counted. What an input says is quoted cut to a readable length, and no letter of it
can steer a terminal.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

WRITTEN_OUT = 10
"""Problems of an input that its message tells; all of them are in `InputError.problems`."""
LINES, WIDTH = 22, 80
"""Of a screen: problems beyond it are counted like those beyond the tenth."""
LONGEST = {"where": 200, "what": 400, "fix": 300}
"""Letters of each field of a problem that are shown; the middle of a longer text is left out."""


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
        where, what, fix = (shown(str(getattr(self, name)), most) for name, most in LONGEST.items())
        text = f"{where}: {_sentence(what)}"
        return f"{text} {_sentence(fix)}" if fix else text


def _sentence(text: str) -> str:
    return text if text.endswith((".", "?")) else f"{text}."


def shown(text: str, most: int) -> str:
    """A text as a message quotes it: at most so many letters, and what cannot be seen written as Python writes it."""
    if not text.isprintable():
        text = "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text)
    kept = most // 2
    if len(text) <= most:
        return text
    return f"{text[:kept]} [{len(text) - 2 * kept:,} characters left out] {text[-kept:]}"


class TradewarWarning(UserWarning):
    """What a user should know, though nothing is wrong. The command line says it in one line."""


class TradewarError(Exception):
    """Root of the tree."""

    exit_status = 1


class InputError(TradewarError):
    """The input is wrong. `problems` lists every fault found once, never only the first."""

    exit_status = 2

    def __init__(self, problems: Problem | Iterable[Problem]):
        listed = (problems,) if isinstance(problems, Problem) else tuple(dict.fromkeys(problems))
        self.problems: tuple[Problem, ...] = listed
        super().__init__("\n".join(_told(listed)))

    def __reduce__(self) -> tuple[Any, ...]:
        # as it comes back from another process
        return type(self), (self.problems,)

    @classmethod
    def at(cls, where: str, what: str, fix: str = "") -> Self:
        """The common case of a single problem."""
        return cls(Problem(where, what, fix))


def _told(problems: tuple[Problem, ...]) -> list[str]:
    """The first problems, as many as a screen has room for, and how many there are besides."""
    lines: list[str] = []
    taken = 0
    for problem in problems[:WRITTEN_OUT]:
        line = str(problem)
        taken += -(-len(line) // WIDTH)
        if lines and taken > LINES:
            break
        lines.append(line)
    rest = len(problems) - len(lines)
    return [*lines, f"and {rest:,} more {'fault' if rest == 1 else 'faults'}."] if rest else lines


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
