"""The live page under load: visitors who all drag a slider at once, each in a page of one browser on loopback."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.result import Measure, Options, Result

TITLE = "The live page: one visitor, then twenty at once"
VISITORS = 20
MOVES = 10
GOAL = 0.3
"""Seconds from the move of a slider to what it does being drawn, for one visitor."""
LIMIT = 20_000
"""Milliseconds after which a move counts as an error."""
CHROMIUM = Path("/usr/bin/chromium")
METHOD = (
    f"`tradewar serve` in a process of its own, pages of one headless Chromium on the same machine. A move sets a slider "
    f"on world-2017 and waits until the new figures stand in the page: solving, sending and drawing. First one visitor "
    f"moves {MOVES} times, then {VISITORS} visitors move {MOVES} times each, all at once and without a pause. The browser "
    f"draws all pages and shares the processors with the server."
)
_MOVE = """async ([moves, limit]) => {
  const slider = document.querySelector('input[data-scope="@all"]'), times = [];
  for (let k = 0; k < moves; k++) {
    times.push(await new Promise((done) => {
      const start = performance.now();
      const watch = new MutationObserver(() => { watch.disconnect(); done(performance.now() - start); });
      watch.observe(document.getElementById("effects"), { childList: true });
      setTimeout(() => { watch.disconnect(); done(-1); }, limit);
      slider.value = 5 + (7 * k) % 60;
      slider.dispatchEvent(new Event("input", { bubbles: true }));
    }));
  }
  return times;
}"""


def run(options: Options) -> Result:
    """Measure one visitor, then all of them."""
    try:
        import shiny  # noqa: F401  # pyright: ignore[reportUnusedImport]
        from playwright.async_api import async_playwright  # noqa: F401  # pyright: ignore[reportUnusedImport]
    except ImportError as error:
        return Result.skip("live", TITLE, f"{error.name} is not installed")
    if not CHROMIUM.exists():
        return Result.skip("live", TITLE, f"{CHROMIUM} is not there")
    import asyncio

    port = _free_port()
    code = f"from tradewar.web.serve import server; server(port={port}).run()"
    environment = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    process = subprocess.Popen([sys.executable, "-c", code], env=environment)
    try:
        _wait_for(port)
        alone, together, errors = asyncio.run(_visit(port))
    finally:
        process.terminate()
        process.wait(20)
    measures = (
        Measure.of("one visitor, a move", "s", alone),
        Measure.of(f"{VISITORS} visitors at once, a move", "s", together),
        Measure.single("errors", "", errors),
    )
    goal = f"one visitor sees what a move does within {GOAL:g} s; {VISITORS} at once without an error"
    return Result("live", TITLE, METHOD, measures, goal, measures[0].median < GOAL and errors == 0)


async def _visit(port: int) -> tuple[list[float], list[float], int]:
    """Seconds of every move of one visitor and of all together, and the number of errors."""
    import asyncio

    from playwright.async_api import async_playwright

    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
    flags += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    complaints: list[str] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=str(CHROMIUM), args=flags)

        async def open_page() -> Any:
            page = await (await browser.new_context()).new_page()
            page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
            page.on("pageerror", lambda error: complaints.append(str(error)))
            await page.goto(f"http://127.0.0.1:{port}/?world=world-2017&importer=USA&exporter=CHN")
            await page.wait_for_selector("#chart-welfare")
            return page

        pages = [await open_page()]
        await pages[0].evaluate(_MOVE, [2, LIMIT])
        alone = await pages[0].evaluate(_MOVE, [MOVES, LIMIT])
        pages += [await open_page() for _ in range(VISITORS - 1)]
        times = await asyncio.gather(*(page.evaluate(_MOVE, [MOVES, LIMIT]) for page in pages))
        await browser.close()
    every = [time for page in times for time in page]
    lost = sum(time < 0 for time in (*alone, *every))
    return _seconds(alone), _seconds(every), lost + len(complaints)


def _seconds(milliseconds: list[float]) -> list[float]:
    return [time / 1000 for time in milliseconds if time >= 0]


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int) -> None:
    """Wait until something listens.

    Raises:
        RuntimeError: if nothing does within a minute.
    """
    import socket

    until = time.monotonic() + 60
    while time.monotonic() < until:
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError("the live page did not start within a minute")
