"""What stands behind the page, without a browser: links, groups, uploads, jobs, and what is let in."""

from __future__ import annotations

import asyncio
import time
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pytest

from commands import tradewar
from tradewar.errors import InputError, PolicyError, WorldError
from tradewar.web import economies
from tradewar.web import work as uploads
from tradewar.web.economies import all_goods, groups_of
from tradewar.web.guard import Guard
from tradewar.web.jobs import BusyError, Job, Pool
from tradewar.web.state import Setting, State
from tradewar.world.catalogue import load_world
from tradewar.world.tidy import world_files
from worlds import toy_io


def test_a_link_gives_back_its_state() -> None:
    odd = Setting("A:B&c", "*", "@all", 12.5)
    state = State(kind="dispute", name="us-china-2019", level="sector", tab="war", settings=(odd,))
    assert State.parse("?" + state.to_query()) == state
    assert State.parse("") == State()


@pytest.mark.parametrize("query", ["set=USA:CHN:@all", "set=USA:CHN:@all:nan", "day=2019-13-01", "level=x", "odd=1"])
def test_a_wrong_link_is_refused_with_the_reason(query: str) -> None:
    with pytest.raises(PolicyError, match="link: "):
        State.parse(query)


def test_a_later_setting_of_all_goods_replaces_those_of_groups() -> None:
    state = State().moved(Setting("USA", "CHN", "@energy", 5)).moved(Setting("USA", "CHN", "@all", 25))
    assert [setting.scope for setting in state.settings] == ["@all"]


def test_groups_cover_every_taxable_sector_once() -> None:
    world = load_world("world-2017")
    groups = groups_of(world)
    assert sorted(s for group in groups for s in group.sectors) == list(all_goods(world).sectors)
    assert [group.scope for group in groups] == [
        "@agriculture", "@energy", "@textiles", "@materials", "@machinery", "@other",
    ]  # fmt: skip


def test_settings_hold_in_order_and_never_touch_own_sales() -> None:
    economy = economies.of_world("world-2017")
    world = economy.world
    state = State().moved(Setting("USA", "*", "@all", 10)).moved(Setting("USA", "CHN", "ELE", 40))
    rates = economy.rates(economy.completed(state))
    usa, chn, ele = world.country_index("USA"), world.country_index("CHN"), world.sector_index("ELE")
    assert rates[usa, chn, ele] == 0.4
    assert (rates[usa, usa] == world.tariff_rate[usa, usa]).all()
    assert (np.delete(rates, usa, axis=0) == np.delete(world.tariff_rate, usa, axis=0)).all()


def archive(path: Path, files: dict[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return path


def test_a_world_that_is_sent_is_read(tmp_path: Path) -> None:
    world = toy_io()
    economy = uploads.read_uploaded_world(archive(tmp_path / "w.zip", dict(world_files(world))))
    assert np.array_equal(economy.world.trade_value, world.trade_value)


def test_a_fault_is_told_without_the_folder_of_the_server(tmp_path: Path) -> None:
    files = dict(world_files(toy_io()))
    del files["flows.csv"]
    with pytest.raises(WorldError, match=r"flows\.csv: is missing from w\.zip") as refused:
        uploads.read_uploaded_world(archive(tmp_path / "w.zip", dict(files)))
    assert str(tmp_path) not in str(refused.value)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"../countries.csv": "x"}, "a path that leads outside"),
        ({"/etc/flows.csv": "x"}, "a path that leads outside"),
        ({"a/../../x.csv": "x"}, "a path that leads outside"),
        ({"flows.parquet": "x"}, "not one of"),
        ({f"{k}.csv": "x" for k in range(uploads.LIMITS.members + 1)}, "files, more than"),
        ({"flows.csv": bytes(uploads.LIMITS.total_bytes + 1)}, "bytes unpacked, more than"),
    ],
)
def test_archives_that_are_no_tidy_folder_are_refused(tmp_path: Path, files: dict[str, Any], said: str) -> None:
    with pytest.raises(WorldError, match=said):
        uploads.read_uploaded_world(archive(tmp_path / "w.zip", files))


def test_what_is_no_zip_is_refused(tmp_path: Path) -> None:
    (tmp_path / "w.zip").write_bytes(b"nothing")
    with pytest.raises(WorldError, match="neither a folder nor a zip file that can be unpacked"):
        uploads.read_uploaded_world(tmp_path / "w.zip")


@pytest.mark.parametrize("name", ["../../etc/passwd", "C:\\x\\passwd", "/etc/passwd"])
def test_names_of_files_lose_their_folders(name: str) -> None:
    assert uploads.safe_name(name, "world.zip") == "passwd"
    assert uploads.safe_name("..", "world.zip") == "world.zip"


def ended(job: Job) -> Job:
    until = time.monotonic() + 60
    while not job.finished:
        assert time.monotonic() < until, f"{job.title} does not end"
        time.sleep(0.02)
    return job


def double(number: int, say: Callable[[str], None]) -> int:
    say(f"doubling {number}")
    return 2 * number


def refuse(say: Callable[[str], None]) -> None:
    raise InputError.at("here", "is wrong", "Do better")


def sleep(seconds: float, say: Callable[[str], None]) -> None:
    time.sleep(seconds)


def test_jobs_give_results_and_errors_and_can_be_ended() -> None:
    pool = Pool(1, waiting=1, seconds=60)
    assert ended(pool.start("double", double, 21)).result == 42
    assert ended(pool.start("refuse", refuse)).error == "here: is wrong. Do better."
    running, waiting = pool.start("sleep", sleep, 60), pool.start("wait", double, 1)
    with pytest.raises(BusyError, match="busy"):
        pool.start("too many", double, 1)
    running.cancel()
    assert ended(running).state == "cancelled"
    assert ended(waiting).result == 2


def test_a_job_that_takes_too_long_is_ended() -> None:
    job = ended(Pool(1, seconds=0.2).start("sleep", sleep, 60))
    assert (job.state, job.error) == ("failed", "It took longer than the server allows, and was ended.")


def asked(guard: Guard, path: str, *, kind: str = "http", method: str = "GET", **headers: str) -> int:
    """The status that a request gets; 101 for an open WebSocket."""
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b""}

    async def send(message: Any) -> None:
        sent.append(message)

    pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": kind, "method": method, "path": path, "headers": pairs}
    # in a thread of its own: the browser of other tests keeps a loop running in this one
    with ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: asyncio.run(guard(scope, receive, send))).result()
    return int(sent[0].get("status", 101 if sent[0]["type"] == "websocket.accept" else 403))


async def welcoming(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})


def test_only_this_page_is_let_in() -> None:
    guard = Guard(welcoming, "127.0.0.1")
    ours, evil = "http://127.0.0.1:8000", "http://evil.example"
    assert asked(guard, "/", host="127.0.0.1:8000") == 200
    assert asked(guard, "/", host="evil.example") == 403
    assert asked(guard, "/websocket/", kind="websocket", host="127.0.0.1:8000", origin=ours) == 101
    assert asked(guard, "/websocket/", kind="websocket", host="127.0.0.1:8000", origin=evil) == 403
    assert asked(guard, "/upload/t/world", method="POST", host="127.0.0.1:8000", origin=ours) == 200
    assert asked(guard, "/session/a/upload/b", method="POST", host="127.0.0.1:8000", origin=ours) == 403
    size = {"content-length": str(2**30)}
    assert asked(guard, "/upload/t/world", method="POST", host="127.0.0.1:8000", **size) == 403


def test_serve_says_what_is_missing_and_which_address_is_taken() -> None:
    with mock.patch("importlib.util.find_spec", return_value=None):
        done = tradewar("serve", "--port", "65000")
    assert done.status == 2
    assert 'pip install "tradewar[web]"' in done.err
    done = tradewar("serve", "--host", "192.0.2.1")
    assert done.status == 2
    assert "cannot be listened on" in done.err
