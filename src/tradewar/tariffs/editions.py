"""From the code asked to the lines that carry duties on a day.

| asked | answered with |
|---|---|
| a line of the schedule, or a code under one | itself |
| a shorter code | every line under it |
| a line of which only some finer codes are listed | these codes, and the rest of the line where they are not all |
| a line that another edition replaced | its successors (or predecessors), marked as mapped |
| a code that nothing in the book begins with, or is under | an error that names the three nearest |
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from tradewar.errors import BookError
from tradewar.io.registers import products as codes
from tradewar.tariffs.scopes import known_codes

if TYPE_CHECKING:
    from tradewar.tariffs.book import TariffBook
    from tradewar.tariffs.question import Question
    from tradewar.tariffs.schedules import Schedule


@dataclass(frozen=True)
class Leaves:
    """The lines that answer for a code."""

    codes: tuple[str, ...]
    mapped: tuple[str, ...] = ()
    """Codes of another edition that stand for the one asked; blank where none was needed."""


def leaves(book: TariffBook, question: Question, product: str, edition: str | None = None) -> Leaves:
    """The lines that answer for a code.

    Raises:
        BookError: if the code or the edition is not in the book; the message names the three nearest codes.
    """
    code = codes.normal(product)
    schedules = schedules_of(book, question.importer)
    if edition is not None and edition not in book.editions:
        fix = f"This book has {', '.join(sorted(book.editions)) or 'no editions'}"
        raise BookError.at("edition", f"there is no edition {edition!r}", fix)
    own = {item.family for item in book.editions.values() if item.owner == question.importer}
    own |= {item.parent for item in book.editions.values() if item.owner == question.importer}
    foreign = edition is not None and bool(own) and not {edition, book.editions[edition].family} & own
    if not foreign and _exists(schedules, code, question):
        return Leaves(tuple(_under(book, schedules, code, question)))
    mapped = _mapped(book, code, question, schedules, edition if foreign else None)
    if mapped:
        found = [leaf for other in mapped for leaf in _under(book, schedules, other, question)]
        return Leaves(tuple(found), tuple(mapped))
    known = known_codes(book, question.importer)
    covered = any(item.scope == "*" for item in book.measures_of(question.importer)) and not schedules
    if foreign or not (covered or _known(code, known)):
        close = ", ".join(codes.nearest(code, known)) or "none"
        fix = f"The nearest codes are {close}"
        raise BookError.at("product", f"unknown_code: {product} is in no edition of {question.importer}", fix)
    return Leaves(tuple(_under(book, schedules, code, question)))


def schedules_of(book: TariffBook, importer: str) -> tuple[Schedule, ...]:
    """Schedules that the importer's measures use."""
    names = {measure.scope for measure in book.measures_of(importer) if measure.rate_kind == "schedule"}
    return tuple(book.schedules[name] for name in sorted(names))


def _exists(schedules: tuple[Schedule, ...], code: str, question: Question) -> bool:
    """Whether the code is a line in force, is under one, or has one under it."""
    for schedule in schedules:
        for above in codes.prefixes(code):
            if schedule.row_in_force(above, question.instant, question.known) is not None:
                return True
        if _lines_under(schedule, code, question):
            return True
    return False


def _lines_under(schedule: Schedule, code: str, question: Question) -> list[str]:
    finer = dict.fromkeys(codes.under(code, _sorted_codes(schedule)))
    return [line for line in finer if schedule.row_in_force(line, question.instant, question.known) is not None]


@lru_cache(maxsize=32)
def _sorted_codes(schedule: Schedule) -> list[str]:
    return list(schedule.rows_of)


def _under(book: TariffBook, schedules: tuple[Schedule, ...], code: str, question: Question) -> list[str]:
    lines = [line for schedule in schedules for line in _lines_under(schedule, code, question)]
    if lines:
        return [leaf for line in lines for leaf in _finer(book, line, question)]
    return _finer(book, code, question)


def _finer(book: TariffBook, code: str, question: Question) -> list[str]:
    """The code, or the finer codes that lists and nomenclature name under it (and the rest, where they are not all)."""
    known = codes.under(code, known_codes(book, question.importer))
    if not known:
        return [code]
    complete = set(_complete(book, code))
    finest = [leaf for leaf in known if not codes.under(leaf, known)]
    return sorted(set(finest)) if complete >= set(finest) and complete else [*sorted(set(finest)), code]


def _complete(book: TariffBook, code: str) -> list[str]:
    return list(codes.under(code, _all_children(book)))


@lru_cache(maxsize=8)
def _all_children(book: TariffBook) -> list[str]:
    return sorted(book.tables["nomenclature"].texts("hs"))


def _mapped(
    book: TariffBook, code: str, question: Question, schedules: tuple[Schedule, ...], edition: str | None
) -> list[str]:
    """Successors or predecessors of a code that are in force."""
    found: set[str] = set()
    for row in book.tables["successors"].rows():
        before, after = row["code"], row["successor"]
        for stated, own, other in ((row["from_edition"], before, after), (row["to_edition"], after, before)):
            in_force = not schedules or _exists(schedules, other, question)
            if own == code and edition in (None, stated) and in_force:
                found.add(other)
    return sorted(found)


def _known(code: str, listed: Sequence[str]) -> bool:
    whole = set(listed)
    # a code of six digits or fewer is a heading, not a line: being under it proves nothing
    return (
        any(above in whole and (len(above) >= 8 or above == code) for above in codes.prefixes(code))
        or bool(codes.under(code, listed))
        or any(above in whole for above in codes.prefixes(code) if not codes.under(above, listed))
    )
