"""The brief end to end: the files, the page, and that no figure on it is anything but a finding."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import json
import math
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

import built_in
from tradewar.brief.page import Brief, applying, brief
from tradewar.disputes.findings import Findings
from tradewar.disputes.taxed import Taxed
from tradewar.errors import InputError
from tradewar.io.places import MARKER
from tradewar.io.serialize import plain_data

CHARTS = (
    "averages", "chronicle", "clock", "counts", "diversion-CHN", "diversion-USA", "falls", "front", "levers",
    "levers-countries", "levers-diversion", "levers-purchases", "output-CHN", "output-USA", "path-us-exports-to-china",
    "path-us-imports-from-china", "reaction", "sectors", "tariffs", "war", "welfare", "win-win",
)  # fmt: skip
TABLES = (
    "accord-swings", "assumptions-accord", "assumptions-talks", "averages", "averages-by-weights", "certificates",
    "chronicle", "claims", "clock", "clock-swings", "countries", "coverage", "deal-cases", "deals", "enforcement",
    "falls", "frontier", "ladder", "lever-diversion", "lever-promises", "lever-suppliers", "levers", "mapping",
    "moves", "operations_by_sector", "path-steps", "paths", "products", "promises", "ranges", "reaction", "sectors",
    "steps", "suppliers", "tariffs", "truce", "truce_by_source", "unverified", "war",
)  # fmt: skip
VOID = {"meta", "link", "br", "img", "input", "hr", "source", "path", "rect", "line", "circle", "use"}


class Reader(HTMLParser):
    """What a test wants to know of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.data: list[tuple[float, str]] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self._value: float | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "data":
            self._value = float(dict(attrs)["value"] or "nan")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._value is not None:
            self.data.append((self._value, data))
            self._value = None


@pytest.fixture(scope="module")
def reader(page: str) -> Reader:
    made = Reader()
    made.feed(page)
    return made


def numbers(value: Any) -> set[float]:
    """Every number in plain data."""
    if isinstance(value, dict):
        return set().union(*map(numbers, value.values()), set())
    if isinstance(value, list):
        return set().union(*map(numbers, value), set())
    return {float(value)} if isinstance(value, int | float) and not isinstance(value, bool) else set()


def test_all_files_are_there(written: Brief) -> None:
    expected = {"brief.html", "findings.json", "manifest.json"}
    expected |= {f"tables/{name}.csv" for name in TABLES}
    expected |= {f"charts/{name}.{ending}" for name in CHARTS for ending in ("svg", "png")}
    found = {str(path.relative_to(written.folder)) for path in written.folder.rglob("*") if path.is_file()}
    assert found == expected | {MARKER}
    assert {path.relative_to(written.folder).as_posix() for path in written.files} == expected
    for name in CHARTS:
        assert (written.folder / f"charts/{name}.png").read_bytes().startswith(b"\x89PNG")


def test_nothing_is_loaded_from_elsewhere(page: str, reader: Reader) -> None:
    loading = {"src", "href", "srcset", "data", "poster", "action", "xlink:href", "background", "cite"}
    for tag, attributes in reader.tags:
        assert tag not in {"script", "link", "iframe", "object", "embed", "img", "base", "form"}
        for name in loading & set(attributes):
            assert (attributes[name] or "").startswith("#"), (tag, attributes)
    assert "@import" not in page
    assert re.findall(r"url\((?!#)", page) == []
    assert re.findall(r"https?://", page) == []


def test_the_page_is_well_formed(reader: Reader) -> None:
    assert reader.open == []
    names = [attributes["id"] for _, attributes in reader.tags if "id" in attributes]
    assert len(names) == len(set(names))
    for _, attributes in reader.tags:
        if "aria-labelledby" in attributes:
            assert attributes["aria-labelledby"] in names


def test_every_figure_is_a_finding(reader: Reader, written: Brief) -> None:
    found = numbers(json.loads((written.folder / "findings.json").read_text(encoding="utf-8")))
    assert len(reader.data) > 200
    for value, shown in reader.data:
        assert value in found
        number = float(shown.replace("−", "-").replace("\u202f", ""))
        decimals = len(shown.partition(".")[2])
        half = 0.5000001 * 10.0**-decimals
        # shown as it is, in percent (a rate), or in billions (of millions or of units); a word may stand for the sign
        readings = (value, 100 * value, value / 1000, value / 1e9)
        assert any(min(abs(number - r), abs(number - abs(r))) <= half for r in readings), (value, shown)


def test_sentences_hold_no_other_number(written: Brief, page: str) -> None:
    headline = re.search(r"<h1>(.*?)</h1>", page)
    assert headline
    without_data = re.sub(r"<data.*?</data>", "", headline[1])
    assert re.findall(r"\d", without_data) == []
    now = next(policy for policy in written.findings.policies if policy.in_force)
    assert f"China with {abs(now.country('CHN').real_income_pct):.2f} percent less real income" in written.headline


def test_every_chart_is_named_for_those_who_do_not_see_it(reader: Reader, findings: Findings) -> None:
    charts = [attributes for tag, attributes in reader.tags if tag == "svg"]
    assert len(charts) == len(CHARTS)
    for attributes in charts:
        assert attributes["role"] == "img"
        assert len(attributes["aria-label"] or "") > 100
    welfare = next(label for label in (a["aria-label"] or "" for a in charts) if label.startswith("Real income. "))
    for row in findings.policies[-1].countries:
        assert row.name in welfare


def test_page_has_every_part(page: str) -> None:
    for heading in (
        "What is taxed",
        "Who gains, who loses",
        "What is compared",
        "Who takes over the sales",
        "Which sectors grow, which shrink",
        "What else is on the table",
        "Month by month",
        "Is there a deal, and will it come",
        "Would the deal hold",
        "What happened and what was said",
        "Are the figures a solution of the model?",
        "Assumptions",
        "What the model leaves out",
        "Sources",
    ):
        assert heading in page


def test_certificate_table_explains_every_equation(page: str, findings: Findings) -> None:
    from tradewar.brief.sections.method import EQUATIONS

    for name in findings.policies[0].certificate.residuals:
        assert name in EQUATIONS, f"the equation {name!r} has no words"


def test_manifest_accounts_for_every_file(written: Brief) -> None:
    manifest = json.loads((written.folder / "manifest.json").read_text(encoding="utf-8"))
    assert set(manifest) == {"tradewar", "python", "platform", "libraries", "options", "inputs", "outputs", "seconds"}
    assert manifest["options"] == {"dispute": "us-china-2019", "as_of": "2019-02-20", "closure": "share-of-world"}
    assert [row["input"] for row in manifest["inputs"]] == [
        "dispute.toml", "chronicle.csv", "book", "evidence", "series", "levers.toml", "policies/offer-soybeans.toml",
        "policies/offer-energy.toml", "policies/plan-subsidy.toml", "policies/ban-telecom.toml",
        "policies/surplus-purchases.toml", "policies/surplus-tariff.toml", "policies/surplus-restraint.toml",
        "policies/phase-one-2020.toml", "world world-2017r",
    ]  # fmt: skip
    listed = {row["file"]: row["sha256"] for row in manifest["outputs"]}
    for path in written.files:
        name = path.relative_to(written.folder).as_posix()
        if name != "manifest.json":
            assert listed[name] == hashlib.sha256(path.read_bytes()).hexdigest()


def test_tables_hold_the_findings_exactly(written: Brief, findings: Findings) -> None:
    with (written.folder / "tables/countries.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 3 * 18
    for row in rows:
        policy = next(p for p in findings.policies if p.name == row["policy"])
        assert float(row["real_income_pct"]) == policy.country(row["country"]).real_income_pct
    with (written.folder / "tables/suppliers.csv").open(encoding="utf-8", newline="") as file:
        suppliers = list(csv.DictReader(file))
    own = [row for row in suppliers if row["role"] == "own"]
    assert {row["import_share_fraction"] for row in own} == {""}


def test_nothing_later_than_the_day_is_on_the_page(page: str) -> None:
    later = ["postponed until further notice", "2019-03-05", "2019-05-10", "2019-05-13", "2019-06-01"]
    for words in later:
        assert words not in page
    afterwards = built_in.written(dt.date(2019, 6, 1))
    text = afterwards.page.read_text(encoding="utf-8")
    for words in ("postponed until further notice", "2019-05-10", "2019-06-01"):
        assert words in text


def test_hindsight_is_said(page: str) -> None:
    assert "were not known on 20 February 2019" in page


def test_a_second_brief_replaces_the_first_and_leaves_others_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built_in.quick(monkeypatch)
    out = tmp_path / "out"
    brief("us-china-2019", out)
    (out / "mine.txt").write_text("mine")
    (out / "charts" / "mine.svg").write_text("mine")
    brief("us-china-2019", out, forms=("latex",))
    assert (out / "tables" / "countries.tex").exists()
    brief("us-china-2019", out)
    assert not (out / "tables" / "countries.tex").exists()
    for kept in (out / "mine.txt", out / "charts" / "mine.svg"):
        assert kept.read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("name", ["manifest.json", "findings.json", "tables/countries.csv"])
def test_a_file_of_somebody_else_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    built_in.quick(monkeypatch)
    (tmp_path / "out" / name).parent.mkdir(parents=True)
    (tmp_path / "out" / name).write_text("mine")
    with pytest.raises(InputError, match=f"holds {name}, which tradewar did not write. Name another folder"):
        brief("us-china-2019", tmp_path / "out")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [tmp_path / "out" / name]
    assert (tmp_path / "out" / name).read_text() == "mine"


def test_a_brief_that_fails_leaves_no_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built_in.quick(monkeypatch)

    def broken(*_: object) -> str:
        raise OSError("no space left")

    monkeypatch.setattr("tradewar.brief.page.render_page", broken)
    with pytest.raises(OSError, match="no space left"):
        brief("us-china-2019", tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    for out in (tmp_path / "taken", tmp_path / "taken" / "below"):
        with pytest.raises(InputError, match="is a file, not a folder"):
            brief("us-china-2019", out)


def test_a_brief_with_one_policy() -> None:
    """On 1 August 2018 no step with a day was known, nor any threat beyond: nothing to compare with."""
    made = built_in.written(dt.date(2018, 8, 1))
    assert [policy.name for policy in made.findings.policies] == ["today"]
    assert made.headline.startswith("As known on 1 August 2018. Tariffs in force leave the United States")
    text = made.page.read_text(encoding="utf-8")
    assert "real income changes by" not in text
    assert "“Full escalation” is left out: nothing of it was known on the day." in text
    assert "A next step is left out: none with a day was known on the day." in text
    assert "Open circle" not in text.split('<section id="answer"')[0]
    assert "Hindsight" not in text
    for later in ("list 2", "list 4", "2019-03", "2 March", "23 August", "24 September", "USD 267"):
        assert later not in re.sub(r"<svg.*?</svg>", "", text.split("<main>")[1], flags=re.DOTALL), later


def test_plain_data_knows_no_nan() -> None:
    assert plain_data({"a": (math.nan, 1.0, dt.date(2019, 2, 20))}) == {"a": [None, 1.0, "2019-02-20"]}


def test_what_is_taxed_is_on_the_page(page: str, findings: Findings) -> None:
    """Both averages with their weights and coverage, the deadline, ten products, and what was not checked."""
    taxed = findings.part(Taxed)
    assert taxed is not None
    part = page.split('<section id="taxed"')[1].split("</section>")[0]
    for pair in taxed.pairs:
        assert pair.weight_set in part
        assert f'value="{pair.rate!r}"' in part
        assert f'value="{pair.covered_share!r}"' in part
        assert f'value="{pair.covered_value!r}"' in part
    assert len(re.findall(r'<th scope="row">\d\d\.\d\d</th>', part)) == 10
    assert "deadline, 2 Mar" in part
    assert "planned 14.0%" in part
    assert "stroke-dasharray" in part
    assert "Unverified." in part
    assert "not verified" in part


def test_tables_of_the_tariffs_agree_with_the_findings(written: Brief, findings: Findings) -> None:
    taxed = findings.part(Taxed)
    assert taxed is not None
    tables = {name: rows(written, name) for name in ("averages", "products", "steps", "mapping", "coverage")}
    assert len(tables["averages"]) == sum(len(p.past) + max(0, len(p.planned) - 1) for p in taxed.pairs)
    assert {row["planned"] for row in tables["averages"]} == {"yes", "no"}
    assert [float(row["trade_at_stake"]) for row in tables["products"]] == [p.value for p in taxed.stake.products]
    assert [row["step"] for row in tables["steps"]] == ["us-list-3-rise", "china-autos-resume"]
    assert len(tables["mapping"]) == 6
    for row in tables["mapping"]:
        assert float(row["mapped"]) + float(row["unmapped"]) == pytest.approx(float(row["total"]), rel=1e-12)


def rows(written: Brief, name: str) -> list[dict[str, str]]:
    """A table of the brief."""
    with (written.folder / f"tables/{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_brief_without_a_tariff_book_has_no_section_on_it(findings: Findings) -> None:
    bare = replace(findings, parts={})
    assert [section.name for section in applying(bare)] == ["effects", "hindsight", "chronicle", "method"]
