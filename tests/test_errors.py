"""Messages: every fault kept, as many told as fit on a screen, and nothing of an input that could steer a terminal."""

from __future__ import annotations

import pickle

import pytest

from tradewar import errors
from tradewar.errors import InfeasibleError, InputError, Problem, WorldError


def faults(count: int, length: int = 30) -> list[Problem]:
    return [Problem(f"t.csv: line {k}", f"{'x' * length} is not a number", "Correct it") for k in range(count)]


def test_ten_faults_are_told_and_the_rest_is_counted() -> None:
    assert str(InputError(faults(10))).count("\n") == 9
    error = InputError(faults(1234))
    told = str(error).split("\n")
    assert len(error.problems) == 1234
    assert told[:10] == [str(problem) for problem in error.problems[:10]]
    assert told[10:] == ["and 1,224 more faults."]
    assert str(InputError(faults(11))).endswith("\nand 1 more fault.")


@pytest.mark.parametrize("length", [30, 300, 200_000])
def test_a_message_fits_on_a_screen(length: int) -> None:
    told = str(InputError(faults(5000, length))).split("\n")
    assert sum(-(-len(line) // 80) for line in told) <= 24
    assert told[-1].startswith("and ")


def test_a_fault_found_twice_is_one() -> None:
    error = InputError([*faults(2), *faults(3)])
    assert error.problems == tuple(faults(3))


def test_a_long_value_is_cut_in_its_middle() -> None:
    told = str(InputError.at("t.csv: line 3", f"{'A' * 200_000!r} is not a number", "Write 0.25"))
    assert len(told) < 500
    assert told.startswith("t.csv: line 3: 'AAAA")
    assert told.endswith("AAA' is not a number. Write 0.25.")
    assert "199,618 characters left out" in told


@pytest.mark.parametrize(
    ("letter", "written"),
    [
        ("\x1b", "\\x1b"),
        ("\n", "\\n"),
        ("\0", "\\x00"),
        ("\x9b", "\\x9b"),
        ("\u202e", "\\u202e"),
        ("\udcff", "\\udcff"),
    ],
)
def test_what_cannot_be_seen_is_written_out(letter: str, written: str) -> None:
    told = str(InputError.at(f"a{letter}.csv", f"b{letter}b", f"c{letter}"))
    assert told == f"a{written}.csv: b{written}b. c{written}."
    assert told.isprintable()


def test_letters_of_other_languages_stay() -> None:
    assert str(InputError.at("中国.csv", "Türkiye ≥ −0.05")) == "中国.csv: Türkiye ≥ −0.05."


@pytest.mark.parametrize(
    "kind", [cls for cls in vars(errors).values() if isinstance(cls, type) and issubclass(cls, InputError)]
)
def test_an_error_comes_back_whole_from_another_process(kind: type[InputError]) -> None:
    error = kind(faults(12))
    back = pickle.loads(pickle.dumps(error))
    assert type(back) is kind
    assert back.problems == error.problems
    assert str(back) == str(error)
    assert back.exit_status == 2


def test_a_target_that_cannot_be_met_comes_back_with_what_can() -> None:
    back = pickle.loads(pickle.dumps(InfeasibleError("too much", {"value": 3.0})))
    assert (str(back), dict(back.attainable), back.exit_status) == ("too much", {"value": 3.0}, 3)


def test_one_fault_may_be_given_by_itself() -> None:
    assert WorldError(Problem("w", "is wrong")).problems == (Problem("w", "is wrong"),)
