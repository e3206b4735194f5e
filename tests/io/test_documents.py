"""TOML, JSON, text and zips from outside: bounded, and every fault with its place."""

from __future__ import annotations

import io
import stat
import zipfile
from datetime import date
from typing import Annotated

import pytest
from pydantic import Field

from tradewar.errors import Problem
from tradewar.io import archives, json, toml
from tradewar.io.strict import Day, Strict
from tradewar.io.text import csv_text, decode, split


class Row(Strict):
    """A row."""

    day: Day
    rate: Annotated[float, Field(ge=0)]


class Document(Strict):
    """A document."""

    name: str
    rows: tuple[Row, ...]


GOOD = 'name = "x"\n\n[[rows]]\nday = 2019-02-20\nrate = 0.1\n\n[[rows]]\nday = 2019-03-02\nrate = 0.25\n'


def faults(text: str | bytes) -> str:
    """What is said of a document; nothing where it is right."""
    problems: list[Problem] = []
    found = toml.parse("d.toml", text if isinstance(text, bytes) else text.encode(), Document, problems)
    assert (found is None) == bool(problems)
    return "\n".join(map(str, problems))


def test_a_document_is_read_with_and_without_a_byte_order_mark() -> None:
    assert faults(GOOD) == ""
    assert faults(b"\xef\xbb\xbf" + GOOD.encode()) == ""


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("rate = 0.25", "rate = -1.0", "d.toml, line 9: rows[2].rate"),
        ("rate = 0.25", 'rate = "a"', "d.toml, line 9: rows[2].rate"),
        ("rate = 0.25\n", "rates = 0.25\n", "line 9: rows[2].rates: unknown key 'rates'; did you mean 'rate'?"),
        ("rate = 0.25\n", "rates = 0.25\n", "line 7: rows[2].rate: is missing"),
        ("2019-03-02", '"2019-03-02"', "without quotes"),
        ("2019-03-02", "2019-02-30", "d.toml"),
        ('name = "x"', "name = x", "d.toml, line 1: is not valid TOML"),
        ('name = "x"', 'name = "x"\nname = "y"', "d.toml, line 2: is not valid TOML"),
        ("0.25", "9" * 5000, "d.toml, line 9: holds a whole number of more than 4,300 digits"),
        ("0.25", "9" * 30, "beyond 64 bits"),
        ("0.25", "[" * 3000, "nested more than 16 deep"),
        ("0.25", "[" * 30 + "]" * 30, "nested more than 16 deep"),
        ('name = "x"', ".".join(["a"] * 900) + ' = 1\nname = "x"', "nested more than 16 deep"),
    ],
)
def test_every_fault_has_its_place(old: str, new: str, says: str) -> None:
    assert old in GOOD
    assert says in faults(GOOD.replace(old, new))


def test_text_that_is_not_utf8_is_no_toml() -> None:
    assert "UTF-16" in faults(GOOD.encode("utf-16"))
    assert "line 1: is not UTF-8" in faults(GOOD.replace("x", "é").encode("cp1252"))


def test_headers_without_a_model() -> None:
    keys = (toml.Key("name", str, "title", required=True), toml.Key("year", int, "year"), toml.Key("on", bool, "yes"))
    problems: list[Problem] = []
    assert toml.check_keys("h.toml", {"name": "a", "year": 2017}, keys, problems)
    assert not toml.check_keys("h.toml", {"year": True, "on": 1, "names": "a"}, keys, problems)
    text = "\n".join(map(str, problems))
    for says in ("unknown key 'names'; did you mean 'name'?", "year: True is not a whole number", "'name' is missing"):
        assert says in text


@pytest.mark.parametrize("text", ['a "quoted" word', "two\nlines", "tab\t, é, \x7f, \\"])
def test_quoted_text_reads_back(text: str) -> None:
    problems: list[Problem] = []
    assert toml.parse_plain("q.toml", f"a = {toml.quoted(text)}".encode(), problems) == {"a": text}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[" * 100_000, "nested"),
        ("[" * 100 + "]" * 100, "nested more than 64 deep"),
        ('{"a": 1, "a": 2}', "'a' is there twice"),
        ("[NaN]", "NaN"),
        ("[1,\n2", "j.json, line 2"),
        ("9" * 5000, "not valid JSON"),
        ("", "not valid JSON"),
    ],
)
def test_json_that_is_refused(text: str, says: str) -> None:
    problems: list[Problem] = []
    assert json.parse("j.json", text, problems) is None
    assert says in str(problems[0])


def test_json_that_is_read() -> None:
    problems: list[Problem] = []
    assert json.parse("j.json", b'\xef\xbb\xbf{"a": [1, null, "x"]}', problems) == {"a": [1, None, "x"]}
    assert problems == []


def test_lines_are_counted_through_quoted_cells_and_blank_lines() -> None:
    problems: list[Problem] = []
    found = split("t.csv", 'a,b\n\n"one\ntwo",2\n3,4\n', problems)
    assert found is not None
    assert found.rows == [["one\ntwo", "2"], ["3", "4"]]
    assert found.lines == [3, 5]
    assert split("t.csv", 'a,b\n1,2\n"x,3\n4,"5"\n', problems) is None
    assert "t.csv, line 3: a quote is never closed" in str(problems[0])


def test_cells_that_a_spreadsheet_would_run_are_made_text() -> None:
    rows = [["=1+1", "-3", "+x", "@sum", "plain", 5], ["-2.5e3", "", "\tx", "é", "'", None]]
    assert csv_text(list("abcdef"), rows, safe=True).splitlines()[1] == "'=1+1,-3,'+x,'@sum,plain,5"
    assert csv_text(["a"], [["=1"]]) == "a\n=1\n"


def test_decoding_says_where() -> None:
    problems: list[Problem] = []
    assert decode("t.csv", b"a\nb\0c", problems) is None
    assert "t.csv, line 2: holds a NUL byte" in str(problems[0])


# ---------------------------------------------------------------- zips


def zipped(members: dict[str, bytes], link: str = "") -> bytes:
    """A zip of some files; `link` names one that is a symbolic link."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = (stat.S_IFLNK if name == link else stat.S_IFREG) << 16
            archive.writestr(info, data)
    return out.getvalue()


def test_a_zip_of_one_folder_is_read() -> None:
    problems: list[Problem] = []
    data = zipped({"w/a.csv": b"1", "w/b.toml": b"2", "__MACOSX/w/._a.csv": b"", "w/.DS_Store": b"x"})
    assert archives.members("w.zip", data, problems) == {"a.csv": b"1", "b.toml": b"2"}
    assert problems == []


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (zipped({"a/x.csv": b"1", "b/y.csv": b"2"}), "holds 2 folders"),
        (zipped({"../x.csv": b"1"}), "leads outside"),
        (zipped({"/etc/x.csv": b"1"}), "leads outside"),
        (zipped({"x.csv": b"/etc/passwd"}, link="x.csv"), "a link"),
        (zipped({"x.csv": b"1", "X.csv": b"2"}), "two files of one name"),
        (zipped({f"{k}.csv": b"" for k in range(300)}), "holds 300 files"),
        (zipped({"x.csv": bytes(2_000)}), "2,000 bytes unpacked"),
        (zipped({"x.csv": bytes(800), "y.csv": bytes(800)}), "1,600 bytes unpacked"),
        (zipped({"x.exe": b"1"}), "not one of .csv"),
        (zipped({"x.csv": b"1" * 500})[:60], "damaged"),
        (b"not a zip", "damaged"),
    ],
)
def test_zips_that_are_refused(data: bytes, says: str) -> None:
    problems: list[Problem] = []
    limits = archives.Limits(members=256, member_bytes=1_000, total_bytes=1_500, endings=(".csv",))
    assert archives.members("w.zip", data, problems, limits) is None
    assert says in "\n".join(map(str, problems))


def test_a_member_that_is_damaged_inside() -> None:
    data = bytearray(zipped({"x.csv": bytes(range(256)) * 20}))
    data[60:70] = b"\xff" * 10
    problems: list[Problem] = []
    assert archives.members("w.zip", bytes(data), problems) is None
    assert "damaged" in str(problems[0])


KEYS = (
    toml.Key("name", str, "a name", required=True),
    toml.Key("kind", str, "a kind", choices=("small", "large")),
    toml.Key("days", dict, "days by code", of=date),
    toml.Key("groups", dict, "lists by code", of=list),
)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('nmae = "x"', "h.toml, line 1: nmae: unknown key 'nmae'; did you mean 'name'?"),
        ('kind = "small"', "h.toml: key 'name' is missing"),
        ('name = "x"\nkind = "tiny"', "h.toml, line 2: kind: 'tiny' is unknown"),
        ('name = "x"\ndays = 3', "h.toml, line 2: days: 3 is not a table"),
        ('name = "x"\n[days]\nA = 3', "h.toml, line 3: days.A: 3 is not a day"),
        ('name = "x"\n[days]\nA = "2019-02-20"', "h.toml, line 3: days.A: '2019-02-20' is a day in quotes"),
        ('name = "x"\n[days]\nA = "20/02/2019"', "Write 2019-02-20."),
        ('name = "x"\n[days]\nA = 2019-02-20T10:00:00', "is not a day"),
        ('name = "x"\n[groups]\nA = ["b", 3]', "h.toml, line 3: groups.A: ['b', 3] is not a list of texts"),
        (f"name = {'[' * 5000}", "h.toml, line 1: is nested more than"),
        (f'name = "x"\n{".".join("ab" * 20)} = 1', "h.toml, line 2: is nested more than"),
        (f'{"k" * 5000} = 1\nname = "x"', "h.toml, line 1: "),
    ],
)
def test_a_flat_header(text: str, says: str) -> None:
    problems: list[Problem] = []
    assert toml.read_keys("h.toml", text.encode(), KEYS, problems) is None
    message = "\n".join(map(str, problems))
    assert says in message
    assert len(message) < 1_000
    good = 'name = "x"\n[days]\nA = 2019-02-20\n[groups]\nA = ["b"]\n'
    found = toml.read_keys("h.toml", good.encode(), KEYS, [])
    assert found == {"name": "x", "days": {"A": date(2019, 2, 20)}, "groups": {"A": ["b"]}}


def test_the_place_of_a_key() -> None:
    place = toml.places("d.toml", GOOD.encode())
    assert place(("rows", 1, "rate")) == "d.toml, line 9: rows[2].rate"
    assert place(("rows", 1, "other")) == "d.toml, line 7: rows[2].other"
    assert place(("rows",)) == "d.toml, line 3: rows"
    assert place(("title",)) == "d.toml: title"
