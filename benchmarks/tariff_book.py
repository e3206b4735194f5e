"""How long the built-in tariff book takes: reading, one rate with its explanation, both sides' averages 2018-2020."""

from __future__ import annotations

import json
from collections.abc import Callable

from benchmarks.result import Measure, Options, Result
from benchmarks.timing import seconds
from tradewar.tariffs import RateQuestion, TariffBook, average_timeline, rate

TITLE = "The built-in tariff book"
LIMITS = {"load": 2.0, "rate with explanation": 0.050, "timeline of both sides": 2.0, "policy by sector": 2.0}
QUESTION = RateQuestion(importer="USA", exporter="CHN", product="73269086", on="2019-05-20", exported="2019-05-05")
SIDES = (
    ("USA", "CHN", "us_imports_from_china_hs6_2017"),
    ("CHN", "USA", "us_exports_to_world_hs6_2017"),
)
METHOD = (
    "`us-china-2019`: reading the book from its shipped form; one applied rate with its explanation; the averages of "
    "both sides at every step of 2018 to 2020; the policy of 20 February 2019 by sector. Each after one run that is "
    "not counted (warm); 20 runs of the rate, the pairs chosen of the others."
)


def run(options: Options) -> Result:
    """Time the four queries."""
    book = TariffBook.load("us-china-2019")

    def both_sides() -> None:
        for importer, exporter, weights in SIDES:
            question = RateQuestion(importer=importer, exporter=exporter)
            average_timeline(book, question, "2018-01-01", "2020-12-31", weights)

    def one_rate() -> None:
        answer = rate(book, QUESTION)
        json.dumps(answer.to_dict())
        assert answer.explanation

    jobs: dict[str, Callable[[], object]] = {
        "load": lambda: TariffBook.load("us-china-2019"),
        "rate with explanation": one_rate,
        "timeline of both sides": both_sides,
        "policy by sector": lambda: book.policy_on("2019-02-20"),
    }
    measures: list[Measure] = []
    for name, job in jobs.items():
        job()
        count = 20 if job is one_rate else options.pairs
        measures.append(Measure.of(name, "s", [seconds(job) for _ in range(count)]))
    met = all(measure.median < LIMITS[measure.label] for measure in measures)
    goal = ", ".join(f"{name} under {limit:g} s" for name, limit in LIMITS.items())
    return Result("tariff_book", TITLE, METHOD, tuple(measures), goal, met)
