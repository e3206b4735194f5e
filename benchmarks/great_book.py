"""A book the size of a whole tariff: 19,000 lines by 60 partners over 730 days, with the layers of 2025 and 2026."""

from __future__ import annotations

import datetime as dt
import tempfile
from itertools import pairwise
from pathlib import Path

import numpy as np

from benchmarks.result import Measure, Options, Result
from benchmarks.timing import seconds
from tradewar.io.registers.countries import ISO3
from tradewar.tariffs import RateQuestion, TariffBook, average_timeline, rate

TITLE = "Every average of a whole tariff through two years"
LINES, PARTNERS, DAYS = 19_000, 60, 730
FIRST = dt.date(2025, 1, 1)
LIMITS = {"all averages of 730 days": 5.0, "rate with explanation": 0.005}
METHOD = (
    f"A made-up book of {LINES:,} lines of ten digits and {PARTNERS} partners: a general duty line by line, a duty on "
    "all goods with rates of its own for forty partners that change through the two years, all-in rates, three "
    "programmes on lists with shares of metal by line, one of which changes for everybody forty times, a preference "
    "with its share, and rules of stacking. All averages: for every partner the average of its own trade on each of "
    f"{DAYS} days, evaluated wherever something changes. The first run is not counted."
)


def write_book(folder: Path, seed: int) -> list[str]:
    """The tables of the book; returns its partners."""
    random = np.random.default_rng(seed)
    chapters = [f"{number:02d}" for number in range(1, 98) if number != 77]
    stems = random.choice(10**8, LINES, replace=False)
    codes = sorted(f"{chapters[k % len(chapters)]}{stem:08d}" for k, stem in enumerate(stems.tolist()))
    partners: list[str] = [str(code) for code in sorted(ISO3 - {"USA"})[:PARTNERS]]
    day = (FIRST + dt.timedelta(days=k) for k in sorted(random.choice(DAYS, 400, replace=False).tolist()))
    days = [each.isoformat() for each in day]
    general = np.round(random.choice([0.0, 0.025, 0.05, 0.12], LINES), 4).tolist()
    schedule = [f"MFN,{code},ad_valorem,{duty},2025-01-01" for code, duty in zip(codes, general, strict=True)]
    rows = ["MFN,USA,*,mfn,add,MFN,,,schedule,,,2025-01-01,", "ALL,USA,*,recip,add,,*,0.10,,,,2025-04-05,"]
    rows += [f"FREE,USA,{';'.join(partners[:2])},mfn,exempt,,*,,,,claimed,2025-01-01,"]
    for k, partner in enumerate(partners[2:42]):
        bounds = ["2025-04-09", *days[k::40], ""]
        for start, end in pairwise(bounds):
            effect = "floor" if k < 6 else "add"
            duty = round(float(random.choice([0.1, 0.15, 0.2, 0.25, 0.4])), 2)
            if not end or start < end:
                rows.append(f"C{k},USA,{partner},recip,{effect},,*,{duty},,,,{start},{end}")
    rows += [
        f"{name},USA,*,s232_{name.lower()},add,{name},,0.5,,{base},,{start},"
        for name, start, base in (("PARTS", "2025-05-03", ""), ("DERIV", "2025-08-18", "metal"))
    ]
    for k, (start, end) in enumerate(pairwise([*days[5::10], ""])):
        rows.append(f"STEEL,USA,*,s232_steel,add,STEEL,,{0.2 + 0.005 * k:.3f},,,,{start},{end}")
    listed = random.permutation(codes)
    lists = [f"{name},{code}" for k, name in enumerate(("STEEL", "PARTS", "DERIV")) for code in listed[k::40][:450]]
    shares = [f"metal,USA,*,{code},{share:.3f}" for code, share in zip(listed[2::40], random.random(475), strict=False)]
    tables: dict[str, list[str]] = {
        "measures": [
            "measure_id,importer,exporter_area,programme,effect,list_id,hs,rate,rate_kind,value_base,condition,"
            "valid_from,valid_until",
            *rows,
        ],
        "schedules": ["schedule_id,hs,rate_kind,rate,valid_from", *schedule],
        "lists": ["list_id,hs", *lists],
        "shares": ["name,importer,exporter_area,hs,share", *shares, f"claimed,USA,{partners[0]},*,0.4"],
        "programmes": ["programme,importer,authority", "mfn,USA,MFN", "recip,USA,IEEPA"],
        "conditions": ["condition_id,kind", "claimed,certificate"],
        "stacking": [
            "rule_set,importer,valid_from,order,rule,programme,other",
            "r,USA,2025-03-04,1,leaves_remainder,s232_*,recip",
        ],
        "weight_sets": ["weight_set,importer,exporter,year,flow,unit", "trade,USA,,2024,imports,USD"],
        "weights": [
            "weight_set,exporter,hs,value",
            *(f"trade,{partner},{code},{value:.0f}" for partner in partners for code, value in _trade(random, codes)),
        ],
    }
    for name, lines in tables.items():
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n")
    (folder / "book.toml").write_text('rate_unit = "fraction"\nfirst_day = "2025-01-01"\n')
    return partners


def _trade(random: np.random.Generator, codes: list[str]) -> list[tuple[str, float]]:
    """Every line has some trade with every partner: the hardest case."""
    return list(zip(codes, (1e6 * random.lognormal(size=len(codes))).tolist(), strict=True))


def run(options: Options) -> Result:
    """Time the averages of all partners and one rate."""
    with tempfile.TemporaryDirectory() as name:
        partners = write_book(Path(name), options.seed)
        book = TariffBook.load(name)
    last = (FIRST + dt.timedelta(days=DAYS - 1)).isoformat()
    line = str(book.weight_sets["trade"].codes[LINES // 2])
    points: list[int] = []

    def every_average() -> None:
        points.clear()
        for partner in partners:
            question = RateQuestion(importer="USA", exporter=partner)
            points.append(len(average_timeline(book, question, FIRST, last, "trade").points))

    def one_rate() -> None:
        answer = rate(book, RateQuestion(importer="USA", exporter=partners[5], product=line, on="2026-03-01"))
        assert answer.explanation

    every_average()
    one_rate()
    measures = [
        Measure.of("all averages of 730 days", "s", [seconds(every_average) for _ in range(options.pairs)]),
        Measure.of("rate with explanation", "s", [seconds(one_rate) for _ in range(20)]),
        Measure.single("averages that differ from the day before", "", sum(points)),
    ]
    met = all(measure.median < LIMITS[measure.label] for measure in measures if measure.label in LIMITS)
    goal = ", ".join(f"{name} under {limit:g} s" for name, limit in LIMITS.items())
    return Result("great_book", TITLE, METHOD, tuple(measures), goal, met)
