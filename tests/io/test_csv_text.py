"""CSV split in two ways: what needs no parser is read column by column, and must be what the parser would say."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tradewar.errors import Problem
from tradewar.io.text import MAX_CELL, plain_columns, split

CELLS = st.text(alphabet="a1 .;'\t\xa0#é", max_size=4)
ROWS = st.lists(st.lists(CELLS, min_size=2, max_size=4), min_size=1, max_size=6)


@given(
    ROWS, st.sampled_from(["\n", "\r\n"]), st.sampled_from(["", "\n", "\n\n"]), st.sampled_from(["", "# one\n# two\n"])
)
@settings(derandomize=True, deadline=None, max_examples=300)
def test_columns_are_those_of_the_parser(rows: list[list[str]], end: str, last: str, comments: str) -> None:
    text = comments + "\n".join(",".join(row) for row in rows).replace("\n", end) + last
    plain = plain_columns(text)
    problems: list[Problem] = []
    found = split("x.csv", text, problems, comments=True)
    if plain is None:
        return
    assert found is not None
    assert not problems
    assert plain.header == found.header
    assert plain.columns == [list(map(str.strip, column)) for column in zip(*found.rows, strict=True)]
    assert (plain.lines, plain.header_line) == (found.lines, found.header_line)


def test_what_needs_the_parser() -> None:
    assert plain_columns("a,b\n1,2\n") is not None
    for text in (
        'a,b\n"1",2\n',
        "a,b\n1\n",
        "a,b\n1,2,3\n1\n",
        "a;b\n1;2\n",
        "a\n1\n",
        "a,b\r1,2\r",
        "",
        "\n",
        "a,b\n",
    ):
        assert plain_columns(text) is None
    assert plain_columns(f"a,b\n{'x' * MAX_CELL},2\n") is None
