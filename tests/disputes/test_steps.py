"""Steps of the tariff book on a day: what is due, since when it is known, and what carrying it out changes."""

from __future__ import annotations

import datetime as dt

import pytest

from small_books import rate_of
from tradewar.disputes.dossier import Dossier, load_dispute
from tradewar.disputes.policies import dispute_book
from tradewar.disputes.steps import OpenStep, carried_out, next_steps, open_steps
from tradewar.tariffs import TariffBook


@pytest.fixture(scope="module")
def dossier() -> Dossier:
    return load_dispute("us-china-2019")


@pytest.fixture(scope="module")
def book(dossier: Dossier) -> TariffBook:
    found = dispute_book(dossier)
    assert found is not None
    return found


def on(book: TariffBook, dossier: Dossier, day: str) -> dict[str, OpenStep]:
    """The open steps of a day by name."""
    return {step.name: step for step in open_steps(book, dossier.steps, dt.date.fromisoformat(day))}


@pytest.mark.parametrize(
    ("day", "status", "planned"),
    [
        ("2018-09-20", None, None),
        ("2018-09-21", "planned", "2019-01-01"),
        ("2018-12-18", "planned", "2019-01-01"),
        ("2018-12-19", "planned", "2019-03-02"),
        ("2019-03-01", "planned", "2019-03-02"),
        ("2019-03-04", None, None),  # as known on that day, the duty had risen two days before
        ("2019-03-05", "postponed", None),
        ("2019-05-08", "postponed", None),
        ("2019-05-09", "planned", "2019-05-10"),
        ("2019-05-10", None, None),
    ],
)
def test_the_rise_of_list_3(
    book: TariffBook, dossier: Dossier, day: str, status: str | None, planned: str | None
) -> None:
    step = on(book, dossier, day).get("us-list-3-rise")
    assert (step.status if step else None) == status
    assert (step.planned_from.isoformat() if step and step.planned_from else None) == planned


def test_a_step_names_its_question_and_both_branches(book: TariffBook, dossier: Dossier) -> None:
    step = on(book, dossier, "2019-02-20")["us-list-3-rise"]
    assert (step.trigger, step.condition) == ("deal", "unless there is a deal")
    assert [(branch.outcome, branch.what) for branch in step.branches] == [
        ("yes", "not carried out"),
        ("no", "carried out"),
    ]
    assert step.known_from == dt.date(2018, 12, 19)
    assert step.versions == 2
    assert not step.verified
    ordered = on(book, dossier, "2019-05-09")["us-list-3-rise"]
    assert (ordered.trigger, ordered.branches) == ("", ())


def test_measures_that_start_by_themselves_are_steps(book: TariffBook, dossier: Dossier) -> None:
    assert "us-list-2" not in on(book, dossier, "2018-08-15")
    assert on(book, dossier, "2018-08-16")["us-list-2"].planned_from == dt.date(2018, 8, 23)
    assert "us-list-2" not in on(book, dossier, "2018-08-23")


@pytest.mark.parametrize(
    ("known_from", "name"),
    [
        ("2018-06-16", "china-list-1"),
        ("2018-09-18", "china-list-3"),
        ("2019-05-13", "china-list-3-rise"),
        ("2019-08-20", "us-list-4b"),
        ("2019-09-03", "us-thirty"),
        ("2020-01-22", "us-list-4a-halved"),
        ("2020-02-06", "china-batch-1-halved"),
    ],
)
def test_a_step_is_seen_from_the_day_it_is_known(
    book: TariffBook, dossier: Dossier, known_from: str, name: str
) -> None:
    day = dt.date.fromisoformat(known_from)
    assert name not in on(book, dossier, (day - dt.timedelta(days=1)).isoformat())
    assert name in on(book, dossier, known_from)


def test_the_next_steps_are_those_of_the_first_day(book: TariffBook, dossier: Dossier) -> None:
    steps = tuple(on(book, dossier, "2018-06-25").values())
    assert {step.name for step in next_steps(steps)} == {"us-list-1", "china-list-1"}
    assert next_steps(tuple(on(book, dossier, "2019-06-15").values())) == ()


def test_deadlines_say_what_the_book_does(book: TariffBook, dossier: Dossier) -> None:
    """Each deadline is linked with a step, and the book has the same day on the day the deadline became known."""
    assert dossier.deadlines
    for row in dossier.deadlines:
        assert row.step is not None
        step = on(book, dossier, row.known_from.isoformat())[row.step]
        assert step.planned_from == row.date
        assert step.known_from == row.known_from


def test_carrying_out_leaves_the_book_alone(book: TariffBook, dossier: Dossier) -> None:
    day, known = dt.date(2019, 7, 1), dt.date(2019, 6, 15)
    steps = open_steps(book, dossier.steps, known)
    scenario = carried_out(book, steps, day, known)
    cars = ("CHN", "USA", "8703234110")
    assert rate_of(book, *cars, day, known_on=known).rate == pytest.approx(0.15)
    assert rate_of(scenario, *cars, day, known_on=known).rate == pytest.approx(0.40)
    assert rate_of(scenario, *cars, known, known_on=known).rate == pytest.approx(0.15)


def test_a_proposal_keeps_its_day(book: TariffBook, dossier: Dossier) -> None:
    known = dt.date(2019, 9, 15)
    steps = open_steps(book, dossier.steps, known)
    scenario = carried_out(book, steps, dt.date(2019, 12, 15), known)
    line = ("USA", "CHN", "73269086")
    rates = [rate_of(scenario, *line, day, known_on=known).rate for day in ("2019-10-14", "2019-10-15", "2019-12-15")]
    assert rates == pytest.approx([0.279, 0.329, 0.329])
    assert rate_of(book, *line, "2019-10-15", known_on=known).rate == pytest.approx(0.279)
