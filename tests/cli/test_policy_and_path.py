"""`solve --policy` and `path` on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from commands import tradewar
from faults import write_good_folder

SOY = '[[purchases]]\nname = "soy"\nimporter = "CHN"\nexporter = "USA"\nsector = "{sector}"\n'


@pytest.fixture
def toy(tmp_path: Path) -> Path:
    place = tmp_path / "toy"
    write_good_folder(place)
    return place


@pytest.fixture
def sector(toy: Path) -> str:
    """The first sector of the small world."""
    return (toy / "sectors.csv").read_text(encoding="utf-8").splitlines()[1].split(",")[0]


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "policy.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_solve_with_a_policy_file(toy: Path, sector: str, tmp_path: Path) -> None:
    path = write(tmp_path, SOY.format(sector=sector) + "target = 24\n")
    facts = tradewar("solve", toy, "--policy", path, "--json").json
    assert facts["policy"] == "policy"
    # theory of the equilibrium, check E15
    (promise,) = facts["commitments"]
    assert promise["wedge"] == pytest.approx(0.157533, abs=1e-6)
    real_income = [row["real_income_pct"] for row in facts["countries"]]
    assert real_income == pytest.approx([0.01533, -0.03070, -0.00199], abs=1.1e-5)
    assert facts["certificate"]["residuals"]["commitments"] < 1e-9
    shown = tradewar("solve", toy, "--policy", path).out
    assert "z = 0.157533" in shown
    assert "Displaced suppliers" in shown


def test_a_policy_file_refines_a_tariff_file(toy: Path, sector: str, tmp_path: Path) -> None:
    war = tmp_path / "war.csv"
    war.write_text("importer,exporter,sector,change_pp\nUSA,CHN,*,25\nCHN,USA,*,25\n", encoding="utf-8")
    undo = '[[tariffs]]\nimporter = ["USA", "CHN"]\nexporter = ["USA", "CHN"]\nsector = "*"\nchange_pp = 0\n'
    both = tradewar("solve", toy, "--tariffs", war, "--policy", write(tmp_path, undo), "--json").json
    assert [row["real_income_pct"] for row in both["countries"]] == pytest.approx([0, 0, 0], abs=1e-9)
    ban = '[[bans]]\nimporter = "USA"\nexporter = "CHN"\nsector = "*"\nshare = 0\n'
    kept = tradewar("solve", toy, "--tariffs", war, "--policy", write(tmp_path, ban), "--json").json
    # check E3: the tariffs of the tariff file stay
    assert kept["countries"][0]["real_income_pct"] == pytest.approx(-0.11545, abs=1e-5)


def test_a_target_beyond_reach_ends_with_status_3(toy: Path, sector: str, tmp_path: Path) -> None:
    path = write(tmp_path, SOY.format(sector=sector) + "target = 90000\n")
    done = tradewar("solve", toy, "--policy", path)
    assert done.status == 3
    assert done.out == ""
    assert "cannot be met; the largest attainable value is" in done.err


def test_a_promise_that_is_kept_anyway(toy: Path, sector: str, tmp_path: Path) -> None:
    path = write(tmp_path, SOY.format(sector=sector) + "target = 1\n")
    assert "kept without any wedge" in tradewar("solve", toy, "--policy", path).out


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[purchase]]\n", "policy.toml, line 1: purchase: unknown key 'purchase'; did you mean 'purchases'?"),
        ('[[bans]]\nimporter = "USA"\nexporter = "CHN"\nsector = "*"\nshare = 50\n', "bans[1].share: 50 is outside"),
    ],
)
def test_faults_of_a_policy_file(toy: Path, tmp_path: Path, text: str, said: str) -> None:
    done = tradewar("solve", toy, "--policy", write(tmp_path, text))
    assert done.status == 2
    assert said in done.err


def test_path_json() -> None:
    done = tradewar("path", "us-china-2019", "--as-of", "2019-02-20", "--json")
    assert (done.status, done.err) == (0, "")
    facts = done.json
    assert facts["as_of"] == "2019-02-20"
    exports = facts["flows"][0]
    assert exports["flow"]["name"] == "us-exports-to-china"
    assert len(exports["months"]) == 24
    parts = exports["falls"][0]["parts"]
    assert set(parts) == {"substitution", "directed", "stocks", "waiting", "residual"}


def test_path_for_people() -> None:
    done = tradewar("path", "--as-of", "2019-02-20")
    assert done.status == 0
    assert "China's imports of American goods in January 2019" in done.out
    assert "residual" in done.out
    assert "Not in the data at hand" in done.out


def test_path_of_nothing() -> None:
    assert tradewar("path", "no-such-dispute").status == 2
