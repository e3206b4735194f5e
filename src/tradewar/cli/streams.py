"""Standard output and error that stop no command, whatever becomes of what is printed.

A letter that the encoding lacks is written in others; a reader that has left misses the rest; a disk that is full is
told at the end. So a command does all that it was asked to, and its status says how that went.
"""

from __future__ import annotations

import codecs
import io
import os
import sys
from typing import Any

READABLE, ESCAPED = "tradewar.readable", "tradewar.escaped"
"""Names of the ways to write what an encoding lacks: for people, and inside JSON."""
PLAIN = {
    "→": "->", "←": "<-", "−": "-", "–": "-", "—": "-", "─": "-", "≥": ">=", "≤": "<=", "≠": "/=", "≈": "~", "×": "x",
    "·": ".", "•": "*", "’": "'", "‘": "'", "“": '"', "”": '"', "€": "EUR", "£": "GBP", "¥": "JPY", "ß": "ss",
    "æ": "ae", "œ": "oe", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "ı": "i",
}  # fmt: skip


def readable(letter: str, encoding: str) -> str:
    """The nearest that the encoding has: a plain form, the letter without its marks, a Greek one's name, or `?`."""
    import unicodedata

    bare = "".join(part for part in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(part))
    name = unicodedata.name(letter, "")
    greek = name.split()[-1].lower() if name.startswith("GREEK SMALL LETTER") and " WITH " not in name else ""
    for form in (PLAIN.get(letter, ""), bare, greek):
        try:
            if form and form.encode(encoding):
                return form
        except UnicodeEncodeError:
            continue
    return "?"


def for_people(fault: UnicodeError) -> tuple[str, int]:
    """Handler of `READABLE`."""
    assert isinstance(fault, UnicodeEncodeError)
    lacking = fault.object[fault.start : fault.end]
    return "".join(readable(letter, fault.encoding) for letter in lacking), fault.end


def for_json(fault: UnicodeError) -> tuple[str, int]:
    """Handler of `ESCAPED`: letters that JSON allows inside texts only, as JSON escapes them."""
    assert isinstance(fault, UnicodeEncodeError)
    units = fault.object[fault.start : fault.end].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[k : k + 2].hex()}" for k in range(0, len(units), 2)), fault.end


codecs.register_error(READABLE, for_people)
codecs.register_error(ESCAPED, for_json)


class Steady(io.RawIOBase):
    """What lies under a stream: takes everything, and keeps the first fault of writing it."""

    def __init__(self, under: Any) -> None:
        self._under = under
        self.fault: OSError | None = None

    def write(self, data: Any, /) -> int:
        """As the stream beneath, for as long as that takes anything."""
        while self.fault is None:
            try:
                written = self._under.write(data)
            except OSError as fault:
                self.fault = fault
            else:
                if written is not None:
                    return written
                _wait_for(self._under)
        return memoryview(data).nbytes

    def writable(self) -> bool:
        """As every output."""
        return True

    def isatty(self) -> bool:
        """As the stream beneath."""
        return self._under.isatty()

    def fileno(self) -> int:
        """As the stream beneath."""
        return self._under.fileno()


def _wait_for(stream: Any) -> None:
    """Until it takes more: another program may have told a terminal or a pipe that both share not to wait."""
    import select

    select.select([], [stream], [])


def steady() -> Steady | None:
    """Put steady streams in place of standard output and error; what lies under the output, if that is a file."""
    # a closed stream leaves its number to the next file opened, which would then be written to by whoever prints
    while (spare := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(spare)
    sys.stdout, under = _steadied(sys.stdout)
    sys.stderr, _ = _steadied(sys.stderr)
    return under


def _steadied(stream: Any) -> tuple[Any, Steady | None]:
    if isinstance(stream, io.StringIO):
        return stream, None
    if stream is None:
        under = Steady(io.FileIO(os.devnull, "w"))
        return io.TextIOWrapper(io.BufferedWriter(under), "utf-8", READABLE), under
    under = Steady(getattr(stream.buffer, "raw", stream.buffer))
    by_line = stream.line_buffering or stream.write_through
    return io.TextIOWrapper(io.BufferedWriter(under), stream.encoding, READABLE, line_buffering=by_line), under
