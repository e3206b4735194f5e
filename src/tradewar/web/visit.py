"""One visitor: what is on screen, at most one heavy job, and a folder that goes when the visit ends.

Events come from the page one at a time through a short line; each ends with one message to the page, so that a slider
that is dragged sends its next place only when the last one is drawn.

| event | from |
|---|---|
| `open` | the page, with its query string |
| `choose` | a list or a tab |
| `move`, `reset`, `swap` | sliders |
| `war`, `part`, `brief`, `cancel` | buttons |
| `upload` | a file that has arrived |

What all visitors of a server share: threads for sliders, places for heavy work, and built-in economies.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import os
import secrets
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from tradewar.disputes.parts import PARTS
from tradewar.equilibrium.outcome import Outcome
from tradewar.equilibrium.solve import solve_prepared
from tradewar.errors import InputError, PolicyError, TradewarError
from tradewar.io.scratch import Scratch, emptied
from tradewar.web import show, work
from tradewar.web.economies import Economy, of_world, tariff_file
from tradewar.web.jobs import Job, Pool, Work
from tradewar.web.screen import Screen, Slider, screen_of, sliders_of
from tradewar.web.state import EVERY, Level, Setting, State, checked_percent

Kind = TypeVar("Kind")
MAX_DISPUTES = 16
"""Days of disputes that are kept."""


class Shared:
    """One for each server."""

    def __init__(self) -> None:
        cores = os.cpu_count() or 2
        self.pool = Pool(places=max(2, cores - 1))
        # solving lets go of the interpreter while it runs
        self._threads = ThreadPoolExecutor(max_workers=max(2, cores), thread_name_prefix="slider")
        self._worlds: dict[str, Economy] = {}
        self._disputes: dict[tuple[str, dt.date | None], Economy] = {}

    async def in_thread(self, work: Callable[..., Kind], *arguments: Any) -> Kind:
        """Light work beside the event loop, which serves everybody."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, lambda: work(*arguments))

    async def world(self, name: str, read: Callable[[str], Economy]) -> Economy:
        """A built-in world, read once."""
        if name not in self._worlds:
            self._worlds[name] = await self.in_thread(read, name)
        return self._worlds[name]

    def dispute(self, name: str, day: dt.date | None) -> Economy | None:
        """A dispute that was read before."""
        return self._disputes.get((name, day))

    def keep_dispute(self, name: str, day: dt.date | None, economy: Economy) -> None:
        """Keep what a job has read, under the day asked and the day it is."""
        while len(self._disputes) >= MAX_DISPUTES:
            self._disputes.pop(next(iter(self._disputes)))
        self._disputes[name, day] = self._disputes[name, economy.day] = economy

    def close(self) -> None:
        """End every job."""
        self.pool.close()
        self._threads.shutdown(wait=False, cancel_futures=True)


Message = dict[str, object]
Send = Callable[[Message], Awaitable[None]]
Done = Callable[[Any], Message]
LINE = 32
"""Events of one visitor that may wait."""
_LOOK = 0.2
"""Seconds between looks at a job."""
TABS = ("deal", "hold", "kept")
"""Parts of the findings that have a tab, where the disputes have them."""


@dataclass(frozen=True, eq=False)
class Shown:
    """What was solved last."""

    outcome: Outcome
    screen: Screen
    sliders: tuple[Slider, ...]


class Visit:
    """A visitor. Everything but `offer` and `close` runs in the event loop, one event after another."""

    def __init__(self, shared: Shared, send: Send) -> None:
        self.token = secrets.token_urlsafe(24)
        self._scratch = Scratch("visit")
        self.folder = self._scratch.path
        self._shared, self._send = shared, send
        self._line: asyncio.Queue[Mapping[str, Any]] = asyncio.Queue(LINE)
        self._task = asyncio.create_task(self._serve())
        self._watch: asyncio.Task[None] | None = None
        self.job: Job | None = None
        self.state = State()
        self.economy: Economy | None = None
        self.shown: Shown | None = None
        self.brief: Path | None = None
        self._war: work.Fought | None = None
        self._told: dict[str, str] = {}
        self.links: Mapping[str, str] = {}
        """Addresses of what can be downloaded, by name."""

    def hear(self, event: object) -> None:
        """Take what the page sends. A file arrives by its own door: a page cannot name one."""
        if isinstance(event, Mapping) and event.get("kind") != "upload":
            self.offer(event)

    def offer(self, event: Mapping[str, Any]) -> bool:
        """Put an event in line; False if the line is full."""
        with contextlib.suppress(asyncio.QueueFull):
            self._line.put_nowait(event)
            return True
        return False

    @property
    def busy(self) -> bool:
        """Whether a job is not finished."""
        return self.job is not None and not self.job.finished

    def place(self, name: str) -> Path:
        """Where a file that arrives is put; one that arrived before goes."""
        return emptied(self.folder / "upload") / name

    def close(self) -> None:
        """End the job and remove every file of the visit."""
        for task in (self._task, self._watch):
            if task is not None:
                task.cancel()
        if self.job is not None:
            self.job.cancel()
        self._scratch.close()

    # ---------------------------------------------------------------- events

    async def _serve(self) -> None:
        while True:
            event = await self._line.get()
            try:
                answer = await self._answer(event)
            except TradewarError as error:
                answer = {"notice": show.notice(error)}
            except Exception as error:
                answer = {"notice": show.defect(error)}
            with contextlib.suppress(Exception):  # the page has gone; `close` follows
                await self._send({**answer, "seq": event.get("seq", 0)})

    async def _answer(self, event: Mapping[str, Any]) -> Message:
        kind = str(event.get("kind", ""))
        if kind == "open":
            return await self._go(State.parse(str(event.get("query", ""))), fresh=True)
        if kind == "cancel":
            if self.job is not None:
                self.job.cancel()
            return {}
        if self.economy is None and kind != "choose":
            return {}
        answers = {
            "choose": self._choose, "move": self._move, "reset": self._reset, "swap": self._swap, "war": self._fight,
            "part": self._tell, "brief": self._write, "upload": self._upload,
        }  # fmt: skip
        if kind not in answers:
            raise InputError.at("page", f"sent {kind[:40]!r}, which is unknown", "Reload the page")
        return await answers[kind](event)

    async def _choose(self, event: Mapping[str, Any]) -> Message:
        key, value = str(event.get("key", "")), str(event.get("value", ""))[:200]
        state = self.state
        if key == "economy":
            # only names of what is built in: a link has no path
            return await self._go(State.parse(value), fresh=True)
        if key == "day":
            return await self._go(State.parse(f"dispute={state.name}&day={value}"), fresh=True)
        if key == "tab":
            self.state = replace(state, tab=value if value in self.tabs() else "effects")
            return {**show.tabs(self), "query": self.state.to_query()}
        if key == "level":
            levels: dict[str, Level] = {"sector": "sector"}
            return await self._go(replace(state, level=levels.get(value, "group")), fresh=True)
        if key == "start":
            return await self._go(replace(state, start=value, settings=()), fresh=True)
        if key in ("closure", "importer", "exporter"):
            changed: dict[str, Any] = {key: value}
            if key != "closure" and value != EVERY and value in (state.importer, state.exporter):
                changed = {"importer": state.exporter, "exporter": state.importer}
            return await self._go(replace(state, **changed), fresh=True)
        raise InputError.at("page", f"chose {key[:40]!r}, which is unknown", "Reload the page")

    async def _move(self, event: Mapping[str, Any]) -> Message:
        scope = str(event.get("scope", ""))[:80]
        percent = checked_percent(event.get("percent"), scope)
        setting = Setting(self.state.importer, self.state.exporter, scope, percent)
        return await self._go(self.state.moved(setting))

    async def _reset(self, event: Mapping[str, Any]) -> Message:
        return await self._go(replace(self.state, settings=()))

    async def _swap(self, event: Mapping[str, Any]) -> Message:
        state = self.state
        return await self._go(replace(state, importer=state.exporter, exporter=state.importer), fresh=True)

    # ---------------------------------------------------------------- what is on screen

    async def _go(self, state: State, fresh: bool = False) -> Message:
        """Solve a state and show it; it becomes the state of the visit only if that succeeds."""
        economy = await self._economy_of(state)
        if economy is None:
            return {}
        state = economy.completed(state)
        if state.tab not in self.tabs(state):
            state = replace(state, tab="effects")
        shown = await self._shared.in_thread(solved, economy, state)
        changed_economy = economy is not self.economy
        self.state, self.economy, self.shown = state, economy, shown
        if changed_economy:
            self._war, self._told, self.brief = None, {}, None
        answer: Message = {**show.effects(self), "query": state.to_query(), "notice": ""}
        if fresh:
            answer |= {**show.controls(self), **show.tabs(self)}
        return answer

    async def _economy_of(self, state: State) -> Economy | None:
        """The economy of a state; None where a job was started that will show it."""
        now = self.economy
        if now is not None and (now.kind, now.name) == (state.kind, state.name) and state.day in (None, now.day):
            return now
        if state.kind == "upload":
            raise PolicyError.at("link", "was made with a world that was uploaded", "Upload that world again")
        if state.kind == "world":
            return await self._shared.world(state.name, of_world)
        known = self._shared.dispute(state.name, state.day)
        if known is None:
            self._start("Reading the dispute", self._open_dispute(state), work.read_dispute, state.name, state.day)
        return known

    def _open_dispute(self, state: State) -> Done:
        def done(economy: Economy) -> Message:
            self._shared.keep_dispute(state.name, state.day, economy)
            self.offer({"kind": "open", "query": state.to_query()})
            return {}

        return done

    def tabs(self, state: State | None = None) -> tuple[str, ...]:
        """Names of the tabs of a state."""
        kind = (state or self.state).kind
        parts = tuple(part.name for part in PARTS if part.name in TABS) if kind == "dispute" else ()
        return ("effects", "war", *parts)

    # ---------------------------------------------------------------- heavy work

    async def _fight(self, event: Mapping[str, Any]) -> Message:
        assert self.economy is not None
        assert self.shown is not None
        chosen = event.get("players")
        players = [str(code) for code in chosen] if isinstance(chosen, list | tuple) else []
        between = event.get("between") is True
        economy, policy = self.economy, self.shown.outcome.policy

        def done(found: work.Fought) -> Message:
            self._war = found
            return show.tabs(self)

        args = (economy.world, policy, self.state.closure, players, between)
        return self._start("Searching for the war", done, work.fight, *args)

    async def _tell(self, event: Mapping[str, Any]) -> Message:
        part, state = self.state.tab, self.state
        if state.kind != "dispute" or part not in self.tabs() or part in ("effects", "war"):
            return {}

        def done(told: work.Told) -> Message:
            self._told[told.name] = told.html
            return show.tabs(self)

        return self._start("Reading the dispute", done, work.tell, state.name, self._day(), part)

    async def _write(self, event: Mapping[str, Any]) -> Message:
        assert self.economy is not None
        state = self.state
        # a dispute has its own policies; what was moved comes as one more
        own = state.kind == "dispute" and not state.settings and state.start != "upload"
        pair = self.economy.pair if state.kind == "dispute" or EVERY in (state.importer, state.exporter) else None
        bare = replace(self.economy, ready={}, closure=state.closure, pair=pair or (state.importer, state.exporter))

        def done(path: Path) -> Message:
            self.brief = path
            return show.downloads(self)

        tariffs = None if own else self.tariffs()
        return self._start("Writing the brief", done, work.write_brief, bare, tariffs, self.folder)

    async def _upload(self, event: Mapping[str, Any]) -> Message:
        assert self.economy is not None
        path, economy = event["path"], self.economy
        if event["what"] == "world":

            def opened(found: Economy) -> Message:
                self.economy = found
                self.offer({"kind": "open", "query": State(kind="upload", name="").to_query()})
                return {}

            return self._start("Checking the world", opened, work.read_world_file, path)

        def started(found: Any) -> Message:
            self.economy = economy.with_start(found)
            again = replace(self.state, start=found.name, settings=())
            self.offer({"kind": "open", "query": again.to_query()})
            return {}

        bare = replace(economy, ready={})  # what is kept ready is not needed there
        return self._start("Checking the tariffs", started, work.read_tariff_file, bare, path)

    def _day(self) -> dt.date | None:
        return self.economy.day if self.economy else None

    def _start(self, title: str, done: Done, task: Work, *arguments: Any) -> Message:
        """Begin the one heavy job of this visit.

        Raises:
            InputError: if there is one already.
            BusyError: if too many of other visitors are waiting.
        """
        if self.busy:
            raise InputError.at("this page", "has a run that is not finished", "Wait for it, or cancel it")
        self.job = self._shared.pool.start(title, task, *arguments)
        self._watch = asyncio.create_task(self._follow(self.job, done))
        return {"job": show.job(self.job), "notice": ""}

    async def _follow(self, job: Job, done: Done) -> None:
        """Tell the page how a job goes, then show its result."""
        said = ""
        while not job.finished:
            if job.said != said:
                said = job.said
                await self._send({"job": show.job(job)})
            await asyncio.sleep(_LOOK)
        answer: Message = {"job": ""}
        if job.state == "done":
            answer |= done(job.result)
        elif job.state == "failed":
            answer["notice"] = show.notice(job.error)
        job.result = None
        await self._send(answer)

    # ---------------------------------------------------------------- for templates and downloads

    @property
    def war(self) -> work.Fought | None:
        """The last war, as long as its world is on screen."""
        return self._war

    @property
    def told(self) -> Mapping[str, str]:
        """Sections that were computed, by name."""
        return self._told

    def tariffs(self) -> str:
        """The tariffs on screen as a file for `tradewar solve`."""
        assert self.economy is not None
        return tariff_file(self.economy.world, self.economy.rates(self.state))

    def war_tariffs(self) -> str | None:
        """The tariffs of the last war, likewise."""
        if self._war is None or self.economy is None or self._war.policy.tariff_rate is None:
            return None
        return tariff_file(self.economy.world, self._war.policy.tariff_rate)


def solved(economy: Economy, state: State) -> Shown:
    """A completed state, solved, and what is shown of it."""
    outcome = solve_prepared(economy.prepared(state.closure), economy.policy(state))
    sliders = sliders_of(economy, state, outcome.average_tariff_rate)
    return Shown(outcome, screen_of(economy, state, outcome), sliders)
