"""What is asked of a book: one form for a rate, an average, a timeline and the rates of a policy.

    RateQuestion(importer="USA", exporter="CHN", product="73269086", on="2019-05-20", exported="2019-05-05")

A question that does not decide a rate is answered with an interval and what it needs; nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from tradewar.errors import BookError, Problem
from tradewar.io.nearest import nearest, some
from tradewar.io.registers import countries, units
from tradewar.tariffs.instants import EVERYTHING, MINUTES, day_of, moment, write_day
from tradewar.tariffs.law import READINGS, Law, law_of
from tradewar.tariffs.model import Book, Branch

NEEDS_DIGITS = "needs_digits"
NEEDS_MEMBER = "needs_member"
NEEDS_UNIT_VALUE = "needs_unit_value"
NEEDS_EXPORT_DATE = "needs_export_date"
NEEDS_QUANTITY = "needs_quantity"
NEEDS_CONDITION = "needs_condition"
NEEDS_FIRM = "needs_firm"
NEEDS: tuple[str, ...] = (
    *(NEEDS_DIGITS, NEEDS_MEMBER, NEEDS_UNIT_VALUE, NEEDS_EXPORT_DATE, NEEDS_QUANTITY, NEEDS_CONDITION, NEEDS_FIRM),
)
"""What a question can lack, the most telling first."""
Day = date | datetime | str


@dataclass(frozen=True, kw_only=True)
class RateQuestion:
    """Who imports what from whom, when, as known on which day, and what else is known about the goods."""

    importer: str
    exporter: str
    """A country, or an area of the book: then its members are asked for."""
    product: str = ""
    """Product code; blank where many products are meant."""
    on: Day = ""
    """Day of entry (its end), or an instant such as 2020-02-14T13:01+08:00."""
    known_on: Day | None = None
    """Read the book as known on this day; None: everything known."""
    exported: Day | None = None
    """Day of export; None: entry less `transit_days` is usual."""
    transit_days: int = 0
    start_of_day: bool = False
    """A day stands for its start, not its end."""
    unit_value: float | str | None = None
    """Customs value per unit of the duty, or in its own money and unit ("2 USD/litre")."""
    quantity: float | None = None
    """Quantity entered so far in the quota period, this entry included."""
    customs_value: float | None = None
    """Gives the duty in money."""
    shares: Mapping[str, float] = field(default_factory=dict[str, float])
    """Facts about the goods by name of condition, value base, exclusion or firm: `{"metal": 0.4, "usmca": 0}`."""
    firm: str = ""
    branch: Branch | Mapping[str, str] | None = None
    """Outcomes of open questions: `{"deal": "no"}`."""
    reading: str = "owed"
    """Of duties that were struck down: owed, paid or refunded."""
    struck: tuple[str, ...] = ()
    """Authorities or programmes set aside, each from a day on where one is given (`IEEPA@2026-02-20`)."""
    rule_set: str | None = None
    """Rule set of stacking; None: the one in force."""
    edition: str = ""
    """Edition of the product code; blank: the importer's."""
    compound_lower_bound: bool = False
    """Take the ad valorem part of compound duties where no unit value is given."""

    def at(self, **changed: Any) -> RateQuestion:
        """The same question with some facts changed."""
        return replace(self, **changed)


@dataclass(frozen=True, eq=False)
class Asked:
    """A question checked against a book, times as numbers."""

    book: Book
    question: RateQuestion
    importer: str
    exporter: str
    instant: int
    """Entry, local time at the importer."""
    known: int
    exported: int | None
    unit_value: tuple[float, str, str] | None
    """Price, currency and unit; blank: those of the duty."""
    outcomes: Mapping[str, str]
    convention: str

    @property
    def day(self) -> int:
        """Day of entry."""
        return self.instant // MINUTES

    @property
    def known_text(self) -> str:
        """The day of knowledge, or `everything`."""
        return "everything" if self.known >= EVERYTHING else write_day(self.known)

    @property
    def law(self) -> Law:
        """The law of the importer as known on the day."""
        return law_of(self.book, self.importer, self.known, self.outcomes, self.question.reading, self.question.struck)

    def of(self, exporter: str) -> Asked:
        """The same of another exporter."""
        return replace(self, exporter=exporter)

    def on(self, instant: int, known: int | None = None) -> Asked:
        """The same at another time."""
        return replace(self, instant=instant, known=self.known if known is None else known)


def ask(book: Book, question: RateQuestion) -> Asked:
    """A question checked against a book.

    Raises:
        BookError: listing what is wrong: a day that is none, export after entry, a share outside [0, 1], a negative
            number, a name that the book cannot know.
    """
    problems: list[Problem] = []
    book.measures_of(question.importer)
    zone = book.zones.get(question.importer, "")
    instant = moment(question.on, zone, start_of_day=question.start_of_day)
    left = None if question.exported is None else moment(question.exported, zone, "exported", start_of_day=True)
    if left is not None and left // MINUTES > instant // MINUTES:
        what = f"export on {write_day(left // MINUTES)} is after entry on {write_day(instant // MINUTES)}"
        problems.append(Problem("exported", what, "Goods leave before they enter: correct one of the two days"))
    if fault := partner_fault(book, question.importer, question.exporter):
        problems.append(Problem("exporter", *fault))
    _check_names(book, question, problems)
    for name in ("quantity", "customs_value", "transit_days"):
        number = getattr(question, name)
        if number is not None and not number >= 0:
            problems.append(Problem(name, f"{number:g} is negative", "Give a number that is not negative"))
    unit_value = _unit_value(question.unit_value, problems)
    if problems:
        raise BookError(problems)
    return Asked(
        book=book,
        question=question,
        importer=question.importer,
        exporter=question.exporter,
        instant=instant,
        known=EVERYTHING if question.known_on is None else day_of(question.known_on, "known_on"),
        exported=left,
        unit_value=unit_value,
        outcomes=_outcomes(book, question.branch),
        convention=_convention(question),
    )


def _convention(question: RateQuestion) -> str:
    on = question.on
    timed = isinstance(on, datetime) or (isinstance(on, str) and len(on.strip()) > 10)
    return "instant" if timed else "start of day" if question.start_of_day else "end of day"


def _check_names(book: Book, question: RateQuestion, problems: list[Problem]) -> None:
    """A fact, reading or rule set under a name that the book does not have would be passed over."""
    facts = fact_names(book)
    for name, share in question.shares.items():
        if name not in facts:
            what = f"no condition, value base, exclusion or firm is called {name!r}{nearest(name, facts)}"
            problems.append(Problem("share", what, f"This book has {some(sorted(facts)) or 'none'}"))
        elif not 0 <= share <= 1:
            problems.append(Problem(f"share {name}", f"{share:g} is outside [0, 1]", "Write 0.4 for 40 percent"))
    firms = {measure.firm for measure in book.measures} - {""}
    named = (
        ("firm", question.firm, firms),
        ("reading", question.reading, READINGS),
        ("edition", question.edition, set(book.editions)),
        ("rule_set", question.rule_set or "", {*(rule.rule_set for rule in book.stacking), "additive_all"}),
    )
    for where, name, known in named:
        if name and name not in known:
            what = f"{name!r} is unknown{nearest(name, known)}"
            problems.append(Problem(where, what, f"Use one of {some(sorted(known)) or 'none'}"))


@lru_cache(maxsize=8)
def fact_names(book: Book) -> frozenset[str]:
    """Names of the facts about goods on which a duty of the book can hang."""
    bases = {measure.value_base for measure in book.measures} | {measure.firm for measure in book.measures}
    return frozenset(bases | set(book.conditions) | {item.exclusion_id for item in book.exclusions}) - {""}


def partner_fault(book: Book, importer: str, exporter: str) -> tuple[str, str] | None:
    """What is wrong with a partner, and the fix: it is an ISO3 code or a code of the book.

    A book of countries that do not exist may leave some of them unnamed.
    """
    if exporter == importer:
        return f"{exporter} cannot import from itself", "Name two countries"
    if exporter == "WLD":
        return "WLD is an aggregate, not a country", "Ask for a country; rates differ between them"
    named = named_partners(book)
    if exporter in named:
        return None
    if not countries.is_iso3(importer):
        return countries.misspelt_country(exporter)
    fault = countries.unknown_country(exporter, countries.ISO3 | named)
    return (fault[0], f"Write an ISO3 code, or one that the book names: {some(sorted(named), 8)}") if fault else None


@lru_cache(maxsize=8)
def named_partners(book: Book) -> frozenset[str]:
    """Codes of countries and areas that the book names."""
    named = {name.strip().removeprefix("-").strip() for m in book.measures for name in m.exporter_area.split(";")}
    named |= {item.member for members in book.areas.values() for item in members} | set(book.areas)
    for weights in book.weight_sets.values():
        named |= {weights.importer, weights.exporter, *weights.by_exporter}
    return frozenset(named | set(book.importers)) - {"", "*", "WLD"}


def _unit_value(given: float | str | None, problems: list[Problem]) -> tuple[float, str, str] | None:
    """A price, bare (`2`) or in its own money and unit (`2 USD/litre`)."""
    if given is None:
        return None
    number, _, rest = str(given).strip().partition(" ")
    currency, _, unit = rest.partition("/")
    try:
        price = float(number)
    except ValueError:
        problems.append(Problem("unit_value", f"{given!r} is no price", 'Write 2, or "2 USD/litre"'))
        return None
    fault = (units.currency_fault(currency) or units.unit_fault(unit)) if rest else None
    if not 0 < price < float("inf"):
        fault = f"{price:g} is not a number above 0", "Give the customs value per unit"
    if fault:
        problems.append(Problem("unit_value", *fault))
    return price, currency, unit


def _outcomes(book: Book, given: Branch | Mapping[str, str] | None) -> dict[str, str]:
    if given is None:
        return {}
    outcomes = dict(given.outcomes) if isinstance(given, Branch) else dict(given)
    for trigger, outcome in outcomes.items():
        if trigger not in book.triggers:
            what = f"no scheduled change hangs on {trigger!r}{nearest(trigger, book.triggers)}"
            fix = f"Open questions of this book: {', '.join(sorted(book.triggers)) or 'none'}"
            raise BookError.at("branch", what, fix)
        if outcome not in ("yes", "no"):
            raise BookError.at("branch", f"{trigger} = {outcome!r}", "An outcome is one of yes, no")
    return outcomes


def branch(book: Book, known_on: date | str, outcomes: Mapping[str, str]) -> Branch:
    """Outcomes fixed for open questions, named and hashed: `yes` cancels what hangs on one, `no` carries it out.

    Raises:
        BookError: if no scheduled change hangs on a question, or an outcome is neither yes nor no.
    """
    fixed = tuple(sorted(_outcomes(book, outcomes).items()))
    name = ", ".join(f"{question}={outcome}" for question, outcome in fixed) or "as planned"
    return Branch(name, fixed, write_day(day_of(known_on, "known_on")), book.digest)
