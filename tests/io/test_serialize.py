"""One way from results to plain data: what a document holds, and what becomes of every kind of value."""

from __future__ import annotations

import datetime as dt
import enum
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tradewar
from tradewar.io.serialize import Document, content, json_text, plain_data


class Colour(enum.StrEnum):
    RED = "red"


@dataclass(frozen=True)
class Point:
    x: float
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Whole(
    Document,
    told="double name=label.text at.x extra.* ... at.*",
    without="secret",
    optional="note many",
    digits={"rounded": 2, "pair": 1},
):
    label: Label
    at: Point
    extra: Mapping[str, Any]
    secret: str
    rounded: float
    pair: tuple[float | None, ...]
    note: str | None = None
    many: tuple[int, ...] = ()

    @property
    def double(self) -> float:
        return 2.0 * self.at.x


@dataclass(frozen=True)
class Label:
    text: str


@dataclass(frozen=True)
class Some(Document, told="whole.*", without="double"):
    whole: Whole


WHOLE = Whole(Label("a"), Point(math.nan, ("t",)), {"k": 1, "x": 5.0}, "hidden", 1.23456, (1.25, None))


def test_a_class_says_what_its_document_is() -> None:
    told = WHOLE.to_dict()
    assert told == {"double": None, "name": "a", "x": None, "k": 1, "rounded": 1.23, "pair": [1.2, None], "tags": ["t"]}
    assert list(told) == ["double", "name", "x", "k", "rounded", "pair", "tags"]
    full = Whole(Label("a"), Point(1.0), {}, "", 0.0, (), "said", (1,)).to_dict()
    assert (full["note"], full["many"]) == ("said", [1])


def test_documents_are_told_wherever_they_stand() -> None:
    assert plain_data({"rows": (WHOLE, [WHOLE])}) == {"rows": [WHOLE.to_dict(), [WHOLE.to_dict()]]}
    assert json.loads(json_text(Some(WHOLE))) == {k: v for k, v in WHOLE.to_dict().items() if k != "double"}


def test_what_is_left_out_is_not_computed() -> None:
    @dataclass(frozen=True)
    class Costly(Document, told="... figure"):
        name: str

        @property
        def figure(self) -> float:
            raise ArithmeticError(self.name)

    assert content(Costly("a"), without="figure") == {"name": "a"}
    for convert in (plain_data, json_text):
        with pytest.raises(ArithmeticError, match=r"^a$"):
            convert([Costly("a")])


def test_a_name_that_does_not_exist_is_a_defect_that_shows() -> None:
    @dataclass(frozen=True)
    class Wrong(Document, told="nme"):
        name: str

    with pytest.raises(AttributeError, match="nme"):
        Wrong("a").to_dict()


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (math.inf, None),
        (-math.inf, None),
        (np.float64(math.nan), None),
        (np.float32(0.5), 0.5),
        (np.int64(3), 3),
        (np.bool_(True), True),
        (np.array([[1.0, math.nan], [2.0, 3.0]]), [[1.0, None], [2.0, 3.0]]),
        (np.array(["a", "b"]), ["a", "b"]),
        (np.array([], dtype=float), []),
        (dt.date(2019, 2, 20), "2019-02-20"),
        (Colour.RED, "red"),
        (Decimal("1.10"), "1.10"),
        (Path("a") / "b", "a/b"),
        (MappingProxyType({"a": (1,)}), {"a": [1]}),
        ({2017: math.nan, Colour.RED: "ü"}, {"2017": None, "red": "ü"}),
        (Point(1e22, ("—",)), {"x": 1e22, "tags": ["—"]}),
        (None, None),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_values(value: Any, plain: Any) -> None:
    assert plain_data(value) == plain
    assert json.loads(json_text(value)) == plain


def test_what_has_no_form_is_refused() -> None:
    for convert in (plain_data, json_text):
        with pytest.raises((TypeError, ValueError), match="object has no form in JSON"):
            convert({"a": object()})


def test_text_is_one_document_with_a_line_end() -> None:
    assert json_text({"ü": [1]}, indent=None) == '{"ü":[1]}\n'
    assert json_text({"a": [1]}) == '{\n "a": [\n  1\n ]\n}\n'


def test_a_file_name_that_is_no_unicode_is_told() -> None:
    assert json.loads(json_text({"policy": "tariffs-\udcff", "rate": math.nan})) == {
        "policy": "tariffs-\udcff",
        "rate": None,
    }


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats() | st.text() | st.dates(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(st.text(), inner, max_size=4)
        | st.builds(Point, st.floats(), st.lists(st.text(), max_size=3).map(tuple))
        | st.lists(st.floats(), max_size=4).map(np.array)
    ),
    max_leaves=12,
)


def as_json_has_it(value: Any) -> Any:
    """What a value is in JSON, one kind after another."""
    if isinstance(value, Point):
        return {"x": as_json_has_it(value.x), "tags": list(value.tags)}
    if isinstance(value, dict):
        return {key: as_json_has_it(item) for key, item in value.items()}
    if isinstance(value, list | tuple | np.ndarray):
        return [as_json_has_it(item) for item in value]
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    return value.isoformat() if isinstance(value, dt.date) else value


@given(VALUES)
def test_text_and_plain_data_say_the_same(value: Any) -> None:
    expected = as_json_has_it(value)
    assert plain_data(value) == expected
    assert json.loads(json_text(value), parse_constant=pytest.fail) == expected


def test_no_result_writes_its_dictionary_by_hand() -> None:
    """A document is declared. Three methods have an option, or are the one that all others inherit."""
    allowed = {"io/serialize.py", "equilibrium/outcome.py", "games/result.py"}
    root = Path(tradewar.__file__).parent
    found = {
        path.relative_to(root).as_posix()
        for path in root.rglob("*.py")
        if re.search(r"def \w*(_dict|as_json|to_json)\(", path.read_text(encoding="utf-8"))
    }
    assert found == allowed
