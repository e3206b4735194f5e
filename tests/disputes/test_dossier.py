"""The dossier on disk: what is read, what is refused, and what was known on a day."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest

from tradewar.disputes.dossier import LIBRARY, Dossier, load_dispute, names
from tradewar.errors import DossierError

DAY = dt.date(2019, 2, 20)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the built-in dossier that a test may break."""
    place = tmp_path / "dossier"
    shutil.copytree(LIBRARY / "us-china-2019", place)
    return place


def edit(folder: Path, file: str, old: str, new: str) -> None:
    """Replace text in a file of the dossier; the text must be there."""
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_built_in_dispute() -> None:
    dossier = load_dispute("us-china-2019")
    assert names() == ("us-china-2019",)
    assert [party.country for party in dossier.parties] == ["USA", "CHN"]
    assert [policy.name for policy in dossier.policies] == ["today", "rise", "escalation"]
    assert dossier.written_for == DAY


def test_the_plan_of_the_day() -> None:
    dossier = load_dispute("us-china-2019")
    plans = {
        dt.date(2018, 12, 18): dt.date(2019, 1, 1),
        dt.date(2018, 12, 19): dt.date(2019, 3, 2),
        dt.date(2019, 3, 4): dt.date(2019, 3, 2),
        dt.date(2019, 3, 5): None,
        dt.date(2019, 5, 9): dt.date(2019, 5, 10),
    }
    for day, planned in plans.items():
        deadline = dossier.known_on(day).deadline
        assert deadline is not None
        assert deadline.date == planned


@pytest.mark.parametrize("day", [dt.date(2018, 12, 20), DAY, dt.date(2019, 3, 10), dt.date(2020, 1, 1)])
def test_nothing_later_leaks(day: dt.date) -> None:
    known = load_dispute("us-china-2019").known_on(day)
    rows = (*known.deadlines, *known.policies, *known.chronicle)
    assert rows
    assert max(row.known_from for row in rows) <= day


def test_without_a_day_a_dispute_is_as_of_its_own_day() -> None:
    dossier = load_dispute("us-china-2019")
    assert dossier.as_of == DAY
    assert dossier == dossier.known_on(DAY) == load_dispute("us-china-2019", DAY)
    later = dossier.known_on(dt.date(2020, 1, 1))
    assert later == load_dispute("us-china-2019", dt.date(2020, 1, 1))
    assert len(later.chronicle) > len(dossier.chronicle)
    assert later.known_on(DAY) == dossier


def test_later_rows_exist_so_that_they_could_leak() -> None:
    dossier = load_dispute("us-china-2019", dt.date(2020, 3, 1))
    assert any(event.known_from > DAY for event in dossier.chronicle)
    assert any(row.known_from > DAY for row in dossier.deadlines)
    assert len(dossier.known_on(DAY).chronicle) < len(dossier.chronicle)


def test_a_day_before_every_policy_is_refused() -> None:
    with pytest.raises(DossierError, match="2018-03-23"):
        load_dispute("us-china-2019").known_on(dt.date(2018, 1, 1))


def test_a_copy_reads_the_same(folder: Path) -> None:
    built_in, copy = load_dispute("us-china-2019"), load_dispute(folder)
    assert copy.chronicle == built_in.chronicle
    assert copy.policies == built_in.policies
    assert copy.hashes == built_in.hashes


def test_a_byte_order_mark_is_accepted(folder: Path) -> None:
    for file in ("dispute.toml", "chronicle.csv"):
        (folder / file).write_bytes(b"\xef\xbb\xbf" + (folder / file).read_bytes())
    assert isinstance(load_dispute(folder), Dossier)


FAULTS = {
    "unknown key": ("dispute.toml", "title =", 'titel = "x"\ntitle =', ["titel", "did you mean 'title'"]),
    "missing key": (
        "dispute.toml",
        'closure = "share-of-world"\n\n[[parties]]\ncountry = "USA"',
        "[[parties]]",
        ["country", "missing"],
    ),
    "date in quotes": ("dispute.toml", "as_of = 2019-02-20", 'as_of = "2019-02-20"', ["as_of", "without quotes"]),
    "not toml": ("dispute.toml", "as_of = 2019-02-20", "as_of : 2019-02-20", ["dispute.toml", "not valid TOML"]),
    "three parties": (
        "dispute.toml",
        "[[actors]]",
        '[[parties]]\ncountry = "MEX"\nname = "Mexico"\n[[actors]]',
        ["parties"],
    ),
    "same party twice": (
        "dispute.toml",
        'country = "CHN"\nname = "China"',
        'country = "USA"\nname = "China"',
        ["both parties"],
    ),
    "unknown kind": (
        "dispute.toml",
        'kind = "book"',
        'kind = "books"',
        ["policies[1].kind", "did you mean 'book'"],
    ),
    "no kind": ("dispute.toml", 'kind = "book"\n', "", ["policies[1].kind", "missing"]),
    "same name twice": ("dispute.toml", 'name = "rise"', 'name = "today"', ["more than once"]),
    "a rule that is none": (
        "dispute.toml",
        'day = "next-step"',
        'day = "next step"',
        ["policies[2].day", "next step", "every-step"],
    ),
    "a date in quotes for a rule": (
        "dispute.toml",
        'day = "as-of"',
        'day = "2019-02-20"',
        ["policies[1].day", "quotes"],
    ),
    "unknown placeholder": (
        "dispute.toml",
        'title = "Tariffs as of {day}"',
        'title = "Tariffs as of {date}"',
        ["policies[1].title", "{date}", "{day}"],
    ),
    "unknown outcome": ("dispute.toml", '{ deal = "no" }', '{ deal = "never" }', ["policies[2].branch.deal", "never"]),
    "a deadline of no step": (
        "dispute.toml",
        'step = "us-list-3-rise"',
        'step = "us-list-3-raise"',
        ["deadlines[1].step", "did you mean 'us-list-3-rise'"],
    ),
    "a step without lines": (
        "dispute.toml",
        'measures = ["US-301-L1"]\n',
        "",
        ["steps[1]", "changes or the measures"],
    ),
    "no such book": ("dispute.toml", 'folder = "book"', 'folder = "books"', ["book.folder", "'books' is not in"]),
    "a book without weights": ("dispute.toml", "[[book.weights]]", "[[book.weight]]", ["book", "weight"]),
    "unknown key of the book": (
        "dispute.toml",
        "base_day =",
        "bass_day =",
        ["book.bass_day", "did you mean 'base_day'"],
    ),
    "third country": (
        "dispute.toml",
        'importer = "CHN"\nexporter = "USA"',
        'importer = "CHN"\nexporter = "MEX"',
        ["MEX", "not between the parties"],
    ),
    "pair twice": (
        "dispute.toml",
        'importer = "CHN"\nexporter = "USA"',
        'importer = "USA"\nexporter = "CHN"',
        ["there twice"],
    ),
    "no such tariff file": (
        "dispute.toml",
        'kind = "book"\nday = "as-of"',
        'kind = "tariff-file"\nfile = "x.csv"',
        ["policies[1].file", "x.csv"],
    ),
    "unknown column": ("chronicle.csv", "date,date_precision", "date,precision", ["precision"]),
    "bad date": ("chronicle.csv", "2018-07-06,day", "6.7.2018,day", ["line", "6.7.2018"]),
    "wrong precision": ("chronicle.csv", "2018-07-06,day", "2018-07-06,month", ["precision of a month"]),
    "unknown precision": ("chronicle.csv", "2018-07-06,day", "2018-07-06,days", ["days"]),
    "figure without unit": ("chronicle.csv", ",25,percent,", ",25,,", ["no unit"]),
    "long for the timeline": ("chronicle.csv", ",10% on list 3,", f",{33 * 'x'},", ["33 characters, at most 32"]),
    "unit without figure": ("chronicle.csv", ",25,percent,", ",,percent,", ["no figure"]),
    "text for a figure": ("chronicle.csv", ",25,percent,", ",many,percent,", ["many"]),
    "semicolons": (
        "chronicle.csv",
        "date,date_precision,known_from,actor,kind,what,short,figure,unit,source,verified",
        "date;date_precision;known_from",
        ["semicolons"],
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_faults_are_named(folder: Path, fault: str) -> None:
    file, old, new, says = FAULTS[fault]
    edit(folder, file, old, new)
    with pytest.raises(DossierError) as caught:
        load_dispute(folder)
    assert file in str(caught.value)
    for words in says:
        assert words in str(caught.value)


def test_all_faults_at_once(folder: Path) -> None:
    edit(folder, "dispute.toml", "as_of = 2019-02-20", 'as_of = "soon"')
    edit(folder, "dispute.toml", 'country = "EUN"', 'country = "European Union"')
    edit(folder, "chronicle.csv", "2018-07-06,day", "nowhen,day")
    with pytest.raises(DossierError) as caught:
        load_dispute(folder)
    assert len(caught.value.problems) == 3


def test_missing_files_and_folders(folder: Path) -> None:
    (folder / "chronicle.csv").unlink()
    with pytest.raises(DossierError, match=r"chronicle\.csv: is missing"):
        load_dispute(folder)
    with pytest.raises(DossierError, match="did you mean 'us-china-2019'"):
        load_dispute("us-china-2018")


def test_latin_1_is_refused(folder: Path) -> None:
    text = (folder / "chronicle.csv").read_text(encoding="utf-8").replace("Beijing", "Pékin")
    (folder / "chronicle.csv").write_bytes(text.encode("latin-1"))
    with pytest.raises(DossierError, match="not UTF-8"):
        load_dispute(folder)
