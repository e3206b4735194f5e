"""One server and one browser for all tests of this folder; both end with them."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Debian's Chromium with a new, empty profile."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is not there: install the package chromium")
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(FLAGS))
        yield started
        started.close()


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """A live page on a free port of loopback."""
    pytest.importorskip("shiny", reason='the extra "web" is not installed')
    from tradewar.web.serve import server

    made = server(port=0)
    thread = threading.Thread(target=made.run, daemon=True)
    thread.start()
    until = time.monotonic() + 30
    while not made.started:
        assert time.monotonic() < until, "the server did not start"
        time.sleep(0.02)
    port = made.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}/"
    made.should_exit = True
    thread.join(10)
    assert not thread.is_alive()


@dataclass
class Watched:
    """A page, and whatever it complained about or asked of others."""

    page: Any
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


def watch(context: Any) -> Watched:
    """A new page that is listened to."""
    page = context.new_page()
    page.set_default_timeout(30_000)
    seen = Watched(page)
    page.on("console", lambda message: seen.complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: seen.complaints.append(str(error)))
    page.on("request", lambda request: seen.requests.append(request.url))
    return seen


@pytest.fixture
def opened(browser: Any) -> Iterator[Any]:
    """Opens pages, each a visitor of its own."""
    contexts: list[Any] = []

    def new() -> Watched:
        contexts.append(browser.new_context(accept_downloads=True))
        return watch(contexts[-1])

    yield new
    for context in contexts:
        context.close()
