"""`tradewar`: the one place where an exception becomes a message and an exit status.

| status | meaning |
|---|---|
| 0 | done |
| 1 | a defect of ours |
| 2 | the input is wrong, or the command line, or more is asked for than this machine has room for |
| 3 | no solution was found within the limits |
| 130 | interrupted |

`TRADEWAR_DEBUG=1` in the environment shows where it happened, whatever it was, and the warnings of libraries.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
from typing import NoReturn

# what takes long to import is imported where Ctrl+C is already attended to

DEBUG = "TRADEWAR_DEBUG"
DEFECT, WRONG, INTERRUPTED = 1, 2, 130
LONGEST = 400
"""Letters of a foreign error that are shown."""
LONGEST_ARGUMENT = 4096
"""Letters of an argument, as of the longest path."""
GARBAGE = (200_000, 50, 50)
"""When Python looks for cycles. Its own 700 objects let a brief spend a seventh of its time on looking through modules
and tables that stay; arrays are no part of cycles, so that memory does not grow."""

# Our matrices are small: threads inside the linear algebra wait for each other longer than they compute (a brief on
# two busy cores took four times as long). NumPy reads this when it is first imported, which no command module does.
for _variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")


def run() -> None:
    """Entry point of the `tradewar` command."""
    gc.set_threshold(*GARBAGE)
    interruption = Interruption()
    try:
        from tradewar.cli.streams import steady

        under = steady()
        _keep_warnings_off_the_screen()
        status = main(interruption)
        sys.stdout.flush()
        fault = under and under.fault
        if fault and not isinstance(fault, BrokenPipeError):
            _say(f"standard output: cannot be written ({fault.strerror}). Make room, or send it elsewhere.")
            status = status or WRONG
    except KeyboardInterrupt:
        status = INTERRUPTED
    if interruption.seen:  # also where a library went on
        interruption.leave()
    if status == INTERRUPTED:
        _say("Interrupted.")
    interruption.over()
    gc.freeze()  # the end of the process frees everything; Python need not look for cycles first
    sys.exit(status)


def main(interruption: Interruption | None = None) -> int:
    """Carry out the command line: say what went wrong, where something did, and return the exit status."""
    try:
        from tradewar.cli.app import app

        _check_length(sys.argv[1:])
        app()
    except SystemExit as stop:  # how Typer ends, also where the command line is wrong
        return stop.code if isinstance(stop.code, int) else 0
    except Exception as error:
        if interruption is not None and interruption.seen:  # and a library made something else of it
            raise KeyboardInterrupt from error
        status = _told(error)
        if os.environ.get(DEBUG):
            if status == DEFECT:
                raise
            import traceback

            traceback.print_exc()
        return status
    return 0


def _check_length(arguments: list[str]) -> None:
    """Typer quotes what it does not understand, however long it is."""
    from tradewar.errors import InputError, shown

    for given in arguments:
        if len(given) > LONGEST_ARGUMENT:
            raise InputError.at("command line", f"{shown(given, 40)!r} has {len(given):,} characters", "Shorten it")


def _told(error: Exception) -> int:
    """The exit status of an error, after its message."""
    from tradewar.errors import TradewarError, shown

    if isinstance(error, TradewarError):
        _say(str(error))
        return error.exit_status
    what = f"{type(error).__name__}: {shown(str(error), LONGEST)}"
    if isinstance(error, MemoryError):
        _say(f"There is not enough memory ({what}). Use a coarser world, fewer workers or a larger machine.")
        return WRONG
    if isinstance(error, RecursionError):
        _say(f"The input is nested more deeply than can be followed ({what}). Flatten it.")
        return WRONG
    _say(
        f"This is a defect of tradewar, not of your input: {what}\n"
        f"Please report it with the command you ran. {DEBUG}=1 in the environment shows where it happened."
    )
    return DEFECT


class Interruption:
    """Ctrl+C: what is being done is left by the way it came in, which clears up; the second time it is left at once."""

    def __init__(self) -> None:
        self.seen = False
        self._before = signal.signal(signal.SIGINT, self._once)
        # where an exception cannot be raised, such as in a finalizer, Python would print it and go on
        sys.unraisablehook = self._unraisable

    def over(self) -> None:
        """Leave Ctrl+C to whom it belonged before."""
        signal.signal(signal.SIGINT, self._before)
        sys.unraisablehook = sys.__unraisablehook__

    def _once(self, *_: object) -> None:
        if self.seen:
            self.leave()
        self.seen = True
        raise KeyboardInterrupt

    def _unraisable(self, told: sys.UnraisableHookArgs) -> None:
        if issubclass(told.exc_type, KeyboardInterrupt):
            self.leave()
        sys.__unraisablehook__(told)

    def leave(self) -> NoReturn:
        """End with all processes that were started, without waiting for threads."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        if (processes := sys.modules.get("multiprocessing")) is not None:
            for child in processes.active_children():
                child.kill()
        _say("Interrupted.")
        os._exit(INTERRUPTED)


def _keep_warnings_off_the_screen() -> None:
    """Warnings of libraries mean nothing to people; ours are told as what they say. Further processes keep silent."""
    import warnings

    from tradewar.errors import TradewarWarning

    if sys.warnoptions or os.environ.get(DEBUG):
        return
    os.environ["PYTHONWARNINGS"] = "ignore"

    def show(message: Warning | str, category: type[Warning], *_: object, **__: object) -> None:
        if issubclass(category, TradewarWarning):
            _say(str(message))

    warnings.showwarning = show


def _say(text: str) -> None:
    from tradewar.cli.output import say

    say(text)


def __getattr__(name: str) -> object:
    if name == "app":  # where it was before
        from tradewar.cli.app import app

        return app
    raise AttributeError(name)
