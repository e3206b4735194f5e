"""Charts drawn by two further processes, so that they cost no time while figures are computed.

The library that draws (vl-convert) holds the interpreter lock from the first line to the last pixel: threads would wait
for it. One process makes the SVG of each chart, the other the PNG of each SVG, so that what is left to draw when the
figures are found is shared by two cores. A process reads one task per line (JSON) and answers each with one line that
gives the length of what follows, or a fault. Where no process can be started, or one ends early, its share is drawn
here: slower, and the same to the byte.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import IO, Any, Self

from tradewar.brief.letters import legible

PNG_SCALE = 2.0
"""Pixels of the PNG per pixel of the chart."""
NICENESS = 5
"""The figures come first: what is still to be found waits for nobody who draws."""


@dataclass(frozen=True)
class Drawn:
    """The two forms of a chart, each there as soon as it is drawn.

    Where the specification cannot be drawn, the result of either raises `ValueError`.
    """

    svg: Future[str]
    png: Future[bytes]


class Renderer:
    """The processes, from the start of the block to its end; charts are drawn in the order asked for."""

    def __enter__(self) -> Self:
        self._vector, self._pixels = _Channel("svg"), _Channel("png")
        return self

    def draw(self, specification: dict[str, Any], codes: Mapping[str, str] | None = None) -> Drawn:
        """Ask for a chart by its Vega-Lite specification; `codes`: of countries, for names that no font can show."""
        text = json.dumps(specification)
        svg = self._vector.ask(lambda: text, bytes.decode)
        return Drawn(svg, self._pixels.ask(lambda: legible(svg.result(), codes or {}), bytes))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for channel in (self._vector, self._pixels):
            channel.close()


class _Channel:
    """A process that makes one form, and the thread that waits for it."""

    def __init__(self, form: str) -> None:
        self._form = form
        self._process = _started(form)
        self._thread = ThreadPoolExecutor(max_workers=1)

    def ask(self, task: Callable[[], str], read: Callable[[bytes], Any]) -> Future[Any]:
        """What is made of a task, as `read` gives it; the task may itself have to be waited for."""
        return self._thread.submit(lambda: read(self._made(task())))

    def _made(self, task: str) -> bytes:
        if self._process is not None:
            try:
                return _asked(self._process, task)
            except (OSError, EOFError):
                self._end()
        return MAKERS[self._form](task)

    def close(self) -> None:
        self._thread.shutdown(cancel_futures=True)
        self._end()

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        for stream in (process.stdin, process.stdout):
            with suppress(OSError):  # what is still to be written to a process that died is lost
                if stream is not None:
                    stream.close()
        process.wait()


def render(specification: dict[str, Any]) -> tuple[str, bytes]:
    """SVG and PNG of a Vega-Lite specification, drawn in this process.

    Raises:
        ValueError: if it cannot be drawn.
    """
    svg = svg_of(specification)
    return svg, _to_png(legible(svg, {}))


def svg_of(specification: dict[str, Any]) -> str:
    """The SVG of a Vega-Lite specification, drawn in this process.

    Raises:
        ValueError: if it cannot be drawn.
    """
    return _to_svg(json.dumps(specification)).decode()


def _to_svg(specification: str) -> bytes:
    import vl_convert

    # read here: the library's own reader is off in the last digit of some numbers
    return vl_convert.vegalite_to_svg(json.loads(specification)).encode()


def _to_png(svg: str) -> bytes:
    import vl_convert

    return vl_convert.svg_to_png(svg, scale=PNG_SCALE)


MAKERS: dict[str, Callable[[str], bytes]] = {"svg": _to_svg, "png": _to_png}
"""What each process makes of a task, by form."""
FIRST = {"svg": '{"data": {"values": []}, "mark": "point"}', "png": '<svg xmlns="http://www.w3.org/2000/svg"/>'}
"""A task that starts the library, so that the first chart need not wait for it."""


def _started(form: str) -> subprocess.Popen[bytes] | None:
    # -P: the folder from which a brief is made must not lend its files to the interpreter
    command = [sys.executable, "-P", "-m", "tradewar.brief.renderer", form]
    try:
        return subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
        )
    except OSError:
        return None


def _asked(process: subprocess.Popen[bytes], task: str) -> bytes:
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write(json.dumps(task).encode() + b"\n")
    process.stdin.flush()
    head = process.stdout.readline()
    if not head:
        raise EOFError
    answer = json.loads(head)
    if "fault" in answer:
        raise ValueError(answer["fault"])
    content = process.stdout.read(answer["size"])
    if len(content) != answer["size"]:
        raise EOFError
    return content


def serve(form: str, incoming: IO[bytes], outgoing: IO[bytes]) -> None:
    """Answer every task until there are no more."""
    make = MAKERS[form]
    make(FIRST[form])
    for line in incoming:
        try:
            made = make(json.loads(line))
        except ValueError as fault:
            outgoing.write(json.dumps({"fault": str(fault)}).encode() + b"\n")
        else:
            outgoing.write(json.dumps({"size": len(made)}).encode() + b"\n" + made)
        outgoing.flush()


if __name__ == "__main__":
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    serve(sys.argv[1], sys.stdin.buffer, sys.stdout.buffer)
