"""Scheduled changes through knowledge time: planned, postponed, executed, cancelled; and branches."""

from __future__ import annotations

import pytest

from small_books import rate_of
from tradewar.errors import BookError
from tradewar.tariffs import TariffBook, branch, changes, steps

LINE = "73269086"


def _rise(book: TariffBook, known_on: str, on: str | None = None) -> list[tuple[str, str]]:
    found = [step for step in steps(book, known_on, on) if step.change_id == "US-301-L3-RISE"]
    return [(step.planned_from, step.status) for step in found]


def test_a_step_has_one_version_per_publication(book: TariffBook) -> None:
    assert _rise(book, "2018-12-01") == [("2019-01-01", "planned")]
    assert _rise(book, "2019-02-20") == [("2019-01-01", "superseded"), ("2019-03-02", "planned")]
    assert _rise(book, "2019-03-05")[-1] == ("", "postponed")
    assert _rise(book, "2019-05-09")[-1] == ("2019-05-10", "planned")
    assert _rise(book, "2019-05-10")[-1] == ("2019-05-10", "in_force")
    assert _rise(book, "2019-02-20", "2019-03-02")[-1] == ("2019-03-02", "in_force")
    assert steps(book, "2018-09-01") == ()


def test_a_step_says_what_replaced_it(book: TariffBook) -> None:
    first = next(step for step in steps(book, "2019-02-20") if step.change_id == "US-301-L3-RISE")
    assert (first.known_from, first.superseded_by) == ("2018-09-21", "2018-12-19")
    assert (first.new_rate, first.trigger, first.condition_text) == (0.25, "deal", "unless there is a deal")


def test_a_proposal_is_shown_and_never_applied(book: TariffBook) -> None:
    thirty = [step for step in steps(book, "2019-09-20") if step.change_id == "US-301-L3-THIRTY"]
    assert [step.status for step in thirty] == ["superseded", "proposed"]
    assert rate_of(book, "USA", "CHN", LINE, "2019-10-20", known_on="2019-09-20").rate == pytest.approx(0.279)


@pytest.mark.parametrize(("outcome", "rate"), [("yes", 0.129), ("no", 0.279)])
def test_a_branch_fixes_what_is_open(book: TariffBook, outcome: str, rate: float) -> None:
    fixed = branch(book, "2019-02-20", {"deal": outcome})
    answer = rate_of(book, "USA", "CHN", LINE, "2019-03-02", known_on="2019-02-20", branch=fixed)
    assert answer.rate == pytest.approx(rate)


def test_a_branch_does_not_undo_what_has_happened(book: TariffBook) -> None:
    fixed = branch(book, "2020-01-01", {"deal": "yes"})
    answer = rate_of(book, "USA", "CHN", LINE, "2020-01-01", known_on="2020-01-01", branch=fixed)
    assert answer.rate == pytest.approx(0.279)


def test_branches_are_named_and_hashed_and_leave_the_book_alone(book: TariffBook) -> None:
    before = book.digest
    yes, no, later = branch(book, "2019-02-20", {"deal": "yes"}), branch(book, "2019-02-20", {"deal": "no"}), None
    later = branch(book, "2019-02-21", {"deal": "no"})
    assert (yes.name, no.name) == ("deal=yes", "deal=no")
    assert len({yes.digest, no.digest, later.digest}) == 3
    assert branch(book, "2019-02-20", {"deal": "no"}) == no
    assert book.digest == before


@pytest.mark.parametrize(("outcomes", "message"), [({"war": "no"}, "hangs on 'war'"), ({"deal": "maybe"}, "maybe")])
def test_branches_that_mean_nothing(book: TariffBook, outcomes: dict[str, str], message: str) -> None:
    with pytest.raises(BookError, match=message):
        branch(book, "2019-02-20", outcomes)


def test_a_suspension_can_resume(book: TariffBook) -> None:
    car = "8703234110"
    resumed = rate_of(book, "CHN", "USA", car, "2019-12-20", known_on="2019-10-01")
    assert resumed.added == pytest.approx(0.25)
    assert rate_of(book, "CHN", "USA", car, "2019-12-20").added == 0.0
    assert rate_of(book, "CHN", "USA", car, "2019-04-15", known_on="2019-02-01").added == pytest.approx(0.25)
    deal = branch(book, "2019-02-01", {"deal": "yes"})
    held = rate_of(book, "CHN", "USA", car, "2019-04-15", known_on="2019-02-01", branch=deal)
    assert held.added == 0.0


def test_what_became_known_with_the_trade_it_bears_on(book: TariffBook) -> None:
    found = changes(book, "2019-05-01", "2019-05-13")
    assert [item.subject for item in found.items] == [
        "US-301-L3-RISE",
        "CN-RET-L3-05-10-RISE",
        "CN-RET-L3-10-20-RISE",
        "CN-RET-L3-10-25-RISE",
    ]
    rise = found.items[0]
    assert rise.what == "25% planned on 2019-05-10"
    # the equal split of headings gives 180.1 billion for list 3: approximate, as the specification says
    assert rise.value == pytest.approx(180.1e9, rel=1e-3)
    assert len(found.to_frame()) == 4
    assert changes(book, "2019-05-01", "2019-05-02").items == ()
    with pytest.raises(BookError, match="is before"):
        changes(book, "2019-05-13", "2019-05-01")
