"""How long the built-in tariff book takes: reading, one rate with its explanation, both sides' averages 2018-2020.

    python benchmarks/tariff_book.py

Prints the median of 20 warm runs (5 for the slow ones) beside the limit that the book is held to.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable

from tradewar.tariffs import TariffBook, average_timeline

LIMITS = {"load": 2.0, "rate with explanation": 0.050, "timeline of both sides": 2.0, "policy by sector": 2.0}


def median_seconds(job: Callable[[], object], runs: int) -> float:
    """Median wall time of a job that was run once before."""
    job()
    times: list[float] = []
    for _ in range(runs):
        start = time.perf_counter()
        job()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def main() -> None:
    book = TariffBook.load("us-china-2019")

    def both_sides() -> None:
        average_timeline(book, "USA", "CHN", "2018-01-01", "2020-12-31", "us_imports_from_china_hs6_2017")
        average_timeline(book, "CHN", "USA", "2018-01-01", "2020-12-31", "us_exports_to_world_hs6_2017")

    def one_rate() -> None:
        answer = book.rate("USA", "CHN", "73269086", "2019-05-20", exported="2019-05-05")
        json.dumps(answer.to_dict())
        assert answer.explanation

    found = {
        "load": median_seconds(lambda: TariffBook.load("us-china-2019"), 5),
        "rate with explanation": median_seconds(one_rate, 20),
        "timeline of both sides": median_seconds(both_sides, 5),
        "policy by sector": median_seconds(lambda: book.policy_on("2019-02-20"), 5),
    }
    for name, seconds in found.items():
        print(f"{name:<24} {1000 * seconds:10.1f} ms   limit {1000 * LIMITS[name]:8.0f} ms")


if __name__ == "__main__":
    main()
