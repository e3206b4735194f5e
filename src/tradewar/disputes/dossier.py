"""A dispute on file, and what of it was known on a day.

A dossier is a folder with `dispute.toml` (see `tradewar.disputes.schema`), `chronicle.csv` (see
`tradewar.disputes.chronicle`) and, where a policy asks for it, a tariff book (see `tradewar.tariffs`), which keeps its
own days of knowledge. `Dossier.known_on(day)` is the only door through which a run looks at a dossier: rows
whose `known_from` is later than the day are gone, not hidden.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from pathlib import Path

from tradewar.disputes.chronicle import Event, read_chronicle
from tradewar.disputes.deal_schema import AccordTable, TalksTable
from tradewar.disputes.schema import Book, BookPolicy, Deadline, DisputeFile, Party, Step, TariffFile
from tradewar.disputes.series import SERIES_FOLDER
from tradewar.equilibrium.horizon import Horizon
from tradewar.errors import DossierError, Problem
from tradewar.io import toml
from tradewar.io.files import digest, read_bytes
from tradewar.io.nearest import nearest

LIBRARY = Path(__file__).parent / "library"
DISPUTE_FILE = "dispute.toml"
CHRONICLE_FILE = "chronicle.csv"
EVIDENCE_FOLDER = "evidence"
"""Where it is there: what was promised, and the series it is measured on (`tradewar.monitoring.tables`)."""
COMMITMENTS_FILE = "commitments.toml"
LEVERS_FILE = "levers.toml"
"""Where it is there: what else is on the table (`tradewar.disputes.lever_files`)."""


@dataclass(frozen=True)
class Dossier:
    """A dispute between two parties, as known on the day `as_of`."""

    name: str
    title: str
    parties: tuple[Party, Party]
    actors: tuple[Party, ...]
    """Others that the chronicle names."""
    as_of: dt.date
    """The day of knowledge: nothing that became known later is in the other fields."""
    written_for: dt.date
    """The day for which the dossier was written; its policies are described from there."""
    world: str
    """A built-in world, or the path of a tidy folder."""
    closure: str
    horizon: Horizon
    """How long after a change its effects are told, and whose long-run trade elasticities."""
    deadlines: tuple[Deadline, ...]
    policies: tuple[BookPolicy | TariffFile, ...]
    """In rising order: each is compared with the one before it."""
    not_yet: tuple[str, ...]
    """Titles of policies of which nothing is known yet on the day."""
    book: Book | None
    steps: tuple[Step, ...]
    """Steps of the book in words. Their state on the day is the book's: see `tradewar.disputes.steps`."""
    chronicle: tuple[Event, ...]
    talks: TalksTable | None
    """What is assumed about the talks."""
    accord: AccordTable | None
    """What is assumed about keeping a deal."""
    folder: Path
    hashes: tuple[tuple[str, str], ...]
    """(file, SHA-256) of each file of the dossier that was read."""
    whole: Dossier | None = field(default=None, repr=False, compare=False)
    """All of the file, from which other days are taken; None where this is all of it."""

    def known_on(self, day: dt.date) -> Dossier:
        """The dossier as it was known on a day: without whatever became known later, whatever day this one is of.

        Raises:
            DossierError: if no policy of the dossier was known on the day.
        """
        if self.whole is not None:
            return self.whole.known_on(day)
        policies = tuple(policy for policy in self.policies if policy.known_from <= day)
        if not policies:
            first = min(policy.known_from for policy in self.policies)
            what = f"no policy of {self.name!r} was known on {day}"
            raise DossierError.at("--as-of", what, f"Use a day from {first} on")
        talks = self.talks if self.talks and self.talks.covers(day) else None
        return replace(
            self,
            as_of=day,
            talks=talks.known_on(day) if talks else None,
            accord=self.accord.known_on(day) if talks and self.accord else None,
            deadlines=tuple(row for row in self.deadlines if row.known_from <= day),
            policies=policies,
            not_yet=tuple(policy.short_title for policy in self.policies if policy.known_from > day),
            chronicle=tuple(event for event in self.chronicle if event.known_from <= day),
            whole=self,
        )

    def at_horizon(self, years: float | None = None, level: str | None = None) -> Dossier:
        """The dossier with effects at another horizon; None keeps what it says.

        Raises:
            PolicyError: if the years are negative or not a number, or there is no such level.
        """
        horizon = Horizon.of(self.horizon.years if years is None else years, level or self.horizon.level)
        whole = self.whole and self.whole.at_horizon(years, level)
        return replace(self, horizon=horizon, whole=whole)

    @property
    def deadline(self) -> Deadline | None:
        """The plan as it is known: the deadline that became known last."""
        return max(self.deadlines, key=lambda row: row.known_from, default=None)


def names() -> tuple[str, ...]:
    """Names of the built-in disputes."""
    return tuple(sorted(path.parent.name for path in LIBRARY.glob(f"*/{DISPUTE_FILE}")))


def load_dispute(name_or_folder: str | Path, as_of: dt.date | None = None) -> Dossier:
    """A built-in dispute by name, or a dossier folder. Built-in names win; write `./NAME` for a folder.

    Args:
        as_of: the day of knowledge; the day for which the dossier was written where left out, never the end of time.

    Raises:
        DossierError: listing every fault with file, key or line, value and fix.
    """
    whole = _read(name_or_folder)
    return whole.known_on(as_of or whole.written_for)


def _read(name_or_folder: str | Path) -> Dossier:
    """All of a dossier, whenever it became known."""
    folder = _folder(name_or_folder)
    problems: list[Problem] = []
    content = toml.read(folder / DISPUTE_FILE, DisputeFile, problems, DISPUTE_FILE)
    chronicle = read_bytes(folder / CHRONICLE_FILE, problems, where=CHRONICLE_FILE)
    events = () if chronicle is None else read_chronicle(CHRONICLE_FILE, chronicle, problems)
    if content is not None:
        problems.extend(_policy_problems(content, folder))
    if problems or content is None:
        raise DossierError(problems)
    return Dossier(
        name=content.name,
        title=content.title,
        parties=(content.parties[0], content.parties[1]),
        actors=content.actors,
        as_of=dt.date.max,
        written_for=content.as_of,
        world=_world(content.world, folder),
        closure=content.closure,
        horizon=Horizon.of(content.horizon, content.level),
        deadlines=content.deadlines,
        policies=content.policies,
        not_yet=(),
        book=content.book,
        steps=content.steps,
        chronicle=events,
        talks=content.talks,
        accord=content.accord,
        folder=folder,
        hashes=tuple((name, digest(folder / name)) for name in _read_with(content, folder)),
    )


def _folder(name_or_folder: str | Path) -> Path:
    if isinstance(name_or_folder, str) and name_or_folder in names():
        return LIBRARY / name_or_folder
    folder = Path(name_or_folder)
    if folder.is_dir():
        return folder
    what = f"is neither a built-in dispute nor a folder{nearest(str(name_or_folder), names())}"
    fix = f"Use {', '.join(names())} or the path of a folder with {DISPUTE_FILE}"
    raise DossierError.at(str(name_or_folder), what, fix)


def _policy_problems(content: DisputeFile, folder: Path) -> list[Problem]:
    """What can be wrong between the tables of the file."""
    problems: list[Problem] = []
    for k, policy in enumerate(content.policies, start=1):
        where = f"{DISPUTE_FILE}: policies[{k}]"
        if isinstance(policy, TariffFile) and not (folder / policy.file).is_file():
            problems.append(Problem(f"{where}.file", f"{policy.file!r} is not in {folder}", "Give the file"))
        if isinstance(policy, BookPolicy) and content.book is None:
            problems.append(Problem(where, "asks for the tariff book, but there is none", "Add a [book] table"))
    if content.book and not (folder / content.book.folder).exists():
        problems.append(
            Problem(f"{DISPUTE_FILE}: book.folder", f"{content.book.folder!r} is not in {folder}", "Give it")
        )
    return problems + _pair_problems(content) + _step_problems(content) + _deal_problems(content)


def _pair_problems(content: DisputeFile) -> list[Problem]:
    parties = {party.country for party in content.parties}
    problems: list[Problem] = []
    seen: set[tuple[str, str]] = set()
    for m, row in enumerate(content.book.weights if content.book else (), start=1):
        where, pair = f"{DISPUTE_FILE}: book.weights[{m}]", (row.importer, row.exporter)
        if set(pair) != parties:
            what = f"{row.importer} on {row.exporter} is not between the parties {' and '.join(sorted(parties))}"
            problems.append(Problem(where, what, "Use kind = 'tariff-file' for third countries"))
        if pair in seen:
            problems.append(Problem(where, f"{pair[0]} on {pair[1]} is there twice", "Keep one"))
        seen.add(pair)
    return problems


def _step_problems(content: DisputeFile) -> list[Problem]:
    named = [step.name for step in content.steps]
    return [
        Problem(
            f"{DISPUTE_FILE}: deadlines[{k}].step", f"{row.step!r} is no step{nearest(row.step, named)}", "Name a step"
        )
        for k, row in enumerate(content.deadlines, start=1)
        if row.step is not None and row.step not in named
    ]


def _deal_problems(content: DisputeFile) -> list[Problem]:
    parties, named = {party.country for party in content.parties}, [step.name for step in content.steps]
    problems: list[Problem] = []
    if content.talks and {row.country for row in content.talks.rungs} != parties:
        what = f"belong to {' and '.join(row.country for row in content.talks.rungs)}"
        problems.append(Problem(f"{DISPUTE_FILE}: talks.rungs", what, f"Give one for {' and '.join(sorted(parties))}"))
    if content.talks and content.talks.step not in named:
        what = f"{content.talks.step!r} is no step{nearest(content.talks.step, named)}"
        problems.append(Problem(f"{DISPUTE_FILE}: talks.step", what, "Name a step"))
    if content.talks and content.book is None and any(row.pattern for row in content.talks.rungs):
        problems.append(Problem(f"{DISPUTE_FILE}: talks.rungs", "have patterns, but there is no book", "Add [book]"))
    if content.accord and content.talks is None:
        problems.append(Problem(f"{DISPUTE_FILE}: accord", "has no talks that lead to it", "Add a [talks] table"))
    for k, row in enumerate(content.accord.commitments if content.accord else (), start=1):
        if row.country not in parties:
            where = f"{DISPUTE_FILE}: accord.commitments[{k}].country"
            problems.append(Problem(where, f"{row.country} is no party", f"Use {' or '.join(sorted(parties))}"))
    return problems


def _read_with(content: DisputeFile, folder: Path) -> list[str]:
    """The files and folders that a run of the dossier reads."""
    names = [DISPUTE_FILE, CHRONICLE_FILE]
    names += [policy.file for policy in content.policies if isinstance(policy, TariffFile)]
    names += [content.book.folder] if content.book else []
    names += [EVIDENCE_FOLDER] if (folder / EVIDENCE_FOLDER / COMMITMENTS_FILE).is_file() else []
    names += [SERIES_FOLDER] if (folder / SERIES_FOLDER).is_dir() else []
    names += [LEVERS_FILE, *_lever_files(folder)] if (folder / LEVERS_FILE).is_file() else []
    return names


def _lever_files(folder: Path) -> list[str]:
    """The policy files that the list of levers names; what is wrong with them is told where they are read."""
    ignored: list[Problem] = []
    data = read_bytes(folder / LEVERS_FILE, ignored)
    content = toml.parse_plain(LEVERS_FILE, data, ignored) if data is not None else None
    rows = content.get("levers") if content else None
    files = [str(row.get("file")) for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    return [file for file in files if (folder / file).is_file()]


def _world(world: str, folder: Path) -> str:
    """A folder beside `dispute.toml` goes before a built-in name."""
    beside = folder / world
    return str(beside) if beside.is_dir() else world
