"""Charts drawn by a second process, so that they cost no time while figures are computed.

The library that draws (vl-convert) holds the interpreter lock from the first line to the last pixel: threads would wait
for it. The process reads one specification per line (JSON) and answers each with one line of lengths, the SVG and the
PNG. Where no process can be started, or it ends early, the charts are drawn here: slower, and the same to the byte.
"""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from types import TracebackType
from typing import IO, Any, Self

PNG_SCALE = 2.0
"""Pixels of the PNG per pixel of the chart."""

Drawn = tuple[str, bytes]
"""SVG and PNG of one chart."""


class Renderer:
    """The process, from the start of the block to its end; charts are drawn in the order asked for."""

    def __enter__(self) -> Self:
        self._process = _started()
        self._thread = ThreadPoolExecutor(max_workers=1)
        return self

    def draw(self, specification: dict[str, Any]) -> Future[Drawn]:
        """Ask for a chart; the result is there when it is drawn.

        Raises (from the result):
            ValueError: if the specification cannot be drawn.
        """
        return self._thread.submit(self._drawn, json.dumps(specification).encode())

    def _drawn(self, specification: bytes) -> Drawn:
        if self._process is not None:
            try:
                return _asked(self._process, specification)
            except (OSError, EOFError):
                self._end()
        return render(specification)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
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


def render(specification: bytes) -> Drawn:
    """Draw a Vega-Lite specification (JSON) in this process.

    Raises:
        ValueError: if it cannot be drawn.
    """
    import vl_convert

    svg = vl_convert.vegalite_to_svg(json.loads(specification))
    return svg, vl_convert.svg_to_png(svg, scale=PNG_SCALE)


def _started() -> subprocess.Popen[bytes] | None:
    # -P: the folder from which a brief is made must not lend its files to the interpreter
    command = [sys.executable, "-P", "-m", "tradewar.brief.renderer"]
    try:
        return subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
        )
    except OSError:
        return None


def _asked(process: subprocess.Popen[bytes], specification: bytes) -> Drawn:
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write(specification + b"\n")
    process.stdin.flush()
    head = process.stdout.readline()
    if not head:
        raise EOFError
    answer = json.loads(head)
    if "fault" in answer:
        raise ValueError(answer["fault"])
    svg, png = (_exactly(process.stdout, answer[form]) for form in ("svg", "png"))
    return svg.decode(), png


def _exactly(stream: IO[bytes], size: int) -> bytes:
    content = stream.read(size)
    if len(content) != size:
        raise EOFError
    return content


def serve(incoming: IO[bytes], outgoing: IO[bytes]) -> None:
    """Answer every specification until there are no more."""
    render(b'{"data": {"values": []}, "mark": "point"}')  # the first drawing waits for the library to start
    for line in incoming:
        try:
            svg, png = render(line)
        except ValueError as fault:
            outgoing.write(json.dumps({"fault": str(fault)}).encode() + b"\n")
        else:
            image = svg.encode()
            outgoing.write(json.dumps({"svg": len(image), "png": len(png)}).encode() + b"\n" + image + png)
        outgoing.flush()


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
