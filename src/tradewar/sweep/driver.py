"""Carrying out a plan: in this process, on processes of this machine, or on a Dask cluster.

Wherever a part is computed it is `solve_part(plan, number)`, a function of the plan alone. The driver only writes what
comes back, in whatever order, so that a killed worker costs its part a second try and a killed driver nothing that
was finished.

The folder of a sweep: a manifest, the draws, and one Parquet file per finished part.

    OUT/manifest.json               what was asked; a sweep with another manifest is refused
    OUT/draws.parquet               draw, sector, trade_elasticity
    OUT/parts/part-00007.parquet    rows of the items of part 7

The folder grows (`tradewar.io.writing.GrowingFolder`): whatever stops the sweep, a file with the name of a part is
whole, and only parts that are missing, or whose content is not what was written, are computed when it is run again.
"""

from __future__ import annotations

import json
import os
import pickle
import signal
import threading
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np

from tradewar.errors import InputError, Problem, SweepError
from tradewar.io import json as io_json
from tradewar.io.files import read_bytes
from tradewar.io.tables import parquet_bytes
from tradewar.io.writing import GrowingFolder
from tradewar.sweep.plan import Plan
from tradewar.sweep.tasks import Answer, answer, under

MANIFEST, DRAWS = "manifest.json", "draws.parquet"
QUANTILES, CONTRIBUTIONS = "quantiles.csv", "contributions.csv"
KIND = "sweep"


class Folder:
    """Where the results of one plan lie, open for more of them."""

    def __init__(self, path: Path | str, plan: Plan) -> None:
        """Open the folder of a plan, new or with parts of the same plan.

        Raises:
            SweepError: if it belongs to another plan (listing what differs), holds files of somebody else, or cannot
                be written.
        """
        self.path = Path(path)
        # as it will be read again
        wanted = json.loads(json.dumps(plan.manifest()))
        made = (MANIFEST, DRAWS, *(part_name(number) for number in range(plan.parts)))
        with self._telling():
            self._folder = GrowingFolder(path, kind=KIND, names=(*made, QUANTILES, CONTRIBUTIONS), mends=made)
        self.damaged = self._folder.damaged
        """Names of files whose content was not what was written."""
        known = manifest_of(self.path) if {MANIFEST} & {*self._folder.known, *self.damaged} else None
        if known is not None and known != wanted:
            raise SweepError(_differences(self.path, known, wanted))
        if MANIFEST not in self._folder.known:
            self.save(MANIFEST, json.dumps(wanted, indent=2) + "\n")
        if DRAWS not in self._folder.known:
            self.save(DRAWS, _draws(plan))

    def missing(self, plan: Plan) -> list[int]:
        """Parts that are not finished."""
        return [number for number in range(plan.parts) if part_name(number) not in self._folder.known]

    def save_part(self, number: int, content: bytes) -> None:
        """Write a finished part. Raises as `save`."""
        self.save(part_name(number), content)

    def save(self, name: str, content: bytes | str) -> None:
        """Write a file as a whole or not at all.

        Raises:
            SweepError: if it cannot be written, for example because the disk is full.
        """
        with self._telling():
            self._folder.save(name, content)

    def seal(self) -> None:
        """All parts are there. Raises as `save`."""
        with self._telling():
            self._folder.seal()

    @contextmanager
    def _telling(self) -> Generator[None]:
        try:
            yield
        except InputError as error:
            known = self._folder.known if hasattr(self, "_folder") else ()
            kept = sum(name.startswith("parts/") for name in known)
            more = f". Run the same command again then: {kept} finished parts are kept" if kept else ""
            raise SweepError(replace(fault, fix=f"{fault.fix}{more}") for fault in error.problems) from None


def add(path: Path, files: Mapping[str, bytes | str]) -> None:
    """Put tables and charts of a finished sweep beside its parts.

    Raises:
        InputError: if the folder holds files of somebody else under these names, or cannot be written.
    """
    folder = GrowingFolder(path, kind=KIND, names=files.keys())
    for name, content in files.items():
        folder.save(name, content)
    folder.seal()


def part_name(number: int) -> str:
    """The file of a part."""
    return f"parts/part-{number:05d}.parquet"


def manifest_of(path: Path) -> dict[str, Any]:
    """The manifest of the sweep in a folder.

    Raises:
        SweepError: if it cannot be read.
    """
    problems: list[Problem] = []
    place = path / MANIFEST
    data = read_bytes(place, problems)
    read = None if data is None else io_json.parse(str(place), data, problems)
    if not problems and not isinstance(read, dict):
        problems.append(Problem(str(place), "is not the manifest of a sweep", "Use another folder"))
    if problems:
        raise SweepError(problems)
    return cast("dict[str, Any]", read)


def _differences(path: Path, known: dict[str, Any], wanted: dict[str, Any]) -> list[Problem]:
    fix = "Name another folder, or ask for the same sweep to go on with it"
    return [
        Problem(f"--out {path}", f"holds a sweep with {key} {_short(known.get(key))}, not {_short(new)}", fix)
        for key, new in wanted.items()
        # these two follow from the others
        if key not in ("items", "parts") and known.get(key) != new
    ]


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _draws(plan: Plan) -> bytes:
    """The elasticities of every draw, so that the folder says all about itself."""
    import numpy as np
    import pyarrow as pa

    world = plan.world
    theta = [plan.elasticities(draw) for draw in range(plan.draws)]
    values = np.array([world.trade_elasticity if row is None else row for row in theta])
    table = pa.table(
        {
            "draw": np.repeat(np.arange(plan.draws), world.n_sectors),
            "sector": pa.array(list(world.sectors) * plan.draws, type=pa.string()),
            "trade_elasticity": values.ravel(),
        }
    )
    return parquet_bytes(table)


Progress = Callable[[int, int], None]
"""Told how many parts are finished, and of how many."""
WORKERS_PER_CORE = 8
"""More of them would only take memory from each other."""
TIMEOUT = "30 s"
"""For a scheduler to answer."""


def solve_part(plan: Plan, number: int) -> bytes:
    """The rows of a part, one per item and country, as a Parquet file."""
    import pyarrow as pa

    items = plan.part(number)
    answers: list[Answer] = []
    world, drawn = plan.world, -1
    for item in items:
        draw, case = divmod(item, len(plan.tasks))
        if draw != drawn:
            world, drawn = under(plan.world, plan.elasticities(draw)), draw
        answers.append(answer(plan.tasks[case], world))
    countries, first = plan.world.n_countries, plan.tasks[0]
    index = np.repeat(np.array(items), countries)
    columns: dict[str, Any] = {
        "item": index,
        "draw": index // len(plan.tasks),
        "case": pa.array([plan.tasks[item % len(plan.tasks)].name for item in items for _ in range(countries)]),
        "country": pa.array(list(plan.world.countries) * len(items)),
        "status": pa.array([str(one.status) for one in answers for _ in range(countries)]),
        "message": pa.array([one.message for one in answers for _ in range(countries)]),
    }
    for k, name in enumerate(first.checks):
        columns[name] = np.repeat(np.array([one.checks[k] for one in answers], dtype=float), countries)
    for k, name in enumerate(first.measures):
        columns[name] = np.concatenate([one.values[k] for one in answers])
    return parquet_bytes(pa.table(columns))


def carry_out(
    plan: Plan, out: Path | str, *, workers: int = 1, scheduler: str | None = None, progress: Progress | None = None
) -> Folder:
    """Compute the parts that are missing in a folder.

    Args:
        plan: what to do.
        out: the folder; one of the same plan is gone on with.
        workers: processes of this machine.
        scheduler: address of a Dask scheduler that does the work instead.
        progress: told after every part.

    Raises:
        SweepError: if the folder belongs to another plan or cannot be written, or the workers are lost.
    """
    most = WORKERS_PER_CORE * (os.cpu_count() or 1)
    if not 1 <= workers <= most:
        raise SweepError.at("workers", f"are {workers}", f"Give 1 to {most}, {WORKERS_PER_CORE} for each processor")
    folder = Folder(out, plan)
    missing = folder.missing(plan)
    done = plan.parts - len(missing)
    if progress is not None:
        progress(done, plan.parts)
    if not missing:
        folder.seal()
        return folder
    if scheduler is not None:
        results = _on_dask(plan, missing, scheduler)
    elif workers > 1 and len(missing) > 1:
        results = _on_processes(plan, missing, min(workers, len(missing)))
    else:
        results = ((number, solve_part(plan, number)) for number in missing)
    with closing(results):
        for number, content in results:
            folder.save_part(number, content)
            done += 1
            if progress is not None:
                progress(done, plan.parts)
    folder.seal()
    return folder


Results = Generator[tuple[int, bytes]]


def _on_processes(plan: Plan, parts: Sequence[int], workers: int) -> Results:
    from concurrent.futures import ProcessPoolExecutor, as_completed
    from concurrent.futures.process import BrokenProcessPool
    from multiprocessing import active_children, get_context

    # a fork would copy the locks of this process's threads, held or not
    pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_end_with_driver)
    others = set(active_children())
    try:
        with _deaf_children():
            # the plan goes with every part: sent to a process that starts, it would keep this one from hearing Ctrl-C
            numbers = {pool.submit(solve_part, plan, number): number for number in parts}
        for future in as_completed(numbers):
            yield numbers[future], future.result()
    except BrokenProcessPool:
        what = "a worker process was ended from outside, perhaps for want of memory"
        fix = "Run the same command again, with fewer workers if need be: finished parts are kept"
        raise SweepError.at("workers", what, fix) from None
    except BaseException:
        for worker in set(active_children()) - others:
            worker.kill()  # what it was doing is done again by whoever goes on
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _end_with_driver() -> None:
    """In a worker: it would else wait for ever for the next part of a driver that was killed."""
    from multiprocessing import parent_process

    driver = parent_process()
    assert driver is not None

    def follow() -> None:
        driver.join()
        os._exit(1)

    threading.Thread(target=follow, daemon=True).start()


@contextmanager
def _deaf_children() -> Generator[None]:
    """Processes started meanwhile do not hear Ctrl-C, which a terminal sends to all of them: this one ends them."""
    if not hasattr(signal, "pthread_sigmask"):  # not on Windows
        yield
        return
    from multiprocessing import resource_tracker

    resource_tracker.ensure_running()  # it would let the signal through again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _on_dask(plan: Plan, parts: Sequence[int], address: str) -> Results:
    try:
        from distributed import Client, as_completed
        from distributed.scheduler import KilledWorker
    except ImportError:
        fix = "Install tradewar[cluster], or leave --scheduler out to work on this machine"
        raise SweepError.at(f"--scheduler {address}", "needs dask.distributed", fix) from None
    try:
        client = Client(address, timeout=TIMEOUT, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        fix = "Give the address that `dask scheduler` prints, such as tcp://10.0.0.1:8786"
        raise SweepError.at(f"--scheduler {address}", f"does not answer ({error})", fix) from None
    with client:
        # as the result of a task, the plan is made anew where the worker that held it is lost
        shared = client.submit(pickle.loads, pickle.dumps(plan), pure=False)
        numbers = {client.submit(solve_part, shared, number, pure=False): number for number in parts}
        try:
            for future in as_completed(numbers, loop=client.loop):
                yield numbers[future], future.result()
                future.release()
        except KilledWorker as error:
            what = f"several workers were lost at the same part ({error})"
            fix = "Give workers more memory. Run the same command again: finished parts are kept"
            raise SweepError.at(f"--scheduler {address}", what, fix) from None
