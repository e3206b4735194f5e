"""`levers.toml`: what else is on the table, one policy file each. Unknown keys are refused.

| key of `[[levers]]` | what |
|---|---|
| `name`, `title`, `what` | in own words |
| `short` | the title in two or three words, for charts and columns; may be left out |
| `kind` | `offer`, `plan`, `ban`, `demand` or `accord` |
| `file` | a policy file (docs/howto-policy.md), relative to the dossier |
| `known_from` | from which day on the lever could be described; before it, it is not there |
| `size` | where its amounts come from; an illustration says so |
| `source` | who says so |
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from tradewar.disputes.dossier import LEVERS_FILE, Dossier
from tradewar.disputes.series import Name
from tradewar.equilibrium.policy import Policy
from tradewar.errors import DossierError, InputError, Problem
from tradewar.io import toml
from tradewar.io.strict import Day, Strict, Text
from tradewar.world.model import World


class LeverSource(Strict):
    """One lever on file."""

    name: Name
    kind: Literal["offer", "plan", "ban", "demand", "accord"]
    title: Text
    what: Text
    size: Text
    source: Text
    known_from: Day
    file: Text
    short: Text | None = None


class LeversFile(Strict):
    """The content of `levers.toml`."""

    levers: Annotated[tuple[LeverSource, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        names = [lever.name for lever in self.levers]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"lever {name!r} is there twice")
        return self


def read_levers(dossier: Dossier, as_of: dt.date | None = None) -> tuple[LeverSource, ...]:
    """The levers of a dossier that were known on a day, in the order of the file; none where it has no such file.

    Raises:
        DossierError: listing every fault.
    """
    path = dossier.folder / LEVERS_FILE
    if not path.is_file():
        return ()
    problems: list[Problem] = []
    content = toml.read(path, LeversFile, problems, LEVERS_FILE)
    if content is not None:
        problems += [
            Problem(f"{LEVERS_FILE}: levers[{k}].file", f"{lever.file!r} is not in {dossier.folder}", "Give the file")
            for k, lever in enumerate(content.levers, start=1)
            if not (dossier.folder / lever.file).is_file()
        ]
    if problems or content is None:
        raise DossierError(problems)
    day = as_of or dossier.as_of
    return tuple(lever for lever in content.levers if lever.known_from <= day)


def lever_policies(
    dossier: Dossier, levers: tuple[LeverSource, ...], world: World, base: Policy | None = None
) -> tuple[Policy, ...]:
    """The policy of every lever, on top of another policy where given.

    Raises:
        DossierError: listing the faults of all files together.
    """
    policies: list[Policy] = []
    problems: list[Problem] = []
    for lever in levers:
        try:
            policies.append(Policy.from_toml(world, dossier.folder / lever.file, base))
        except InputError as error:
            problems.extend(error.problems)
    if problems:
        raise DossierError(problems)
    return tuple(policies)
