"""Where machine code is kept between runs, so that no later run waits for its compilation.

| folder | why |
|---|---|
| `NUMBA_CACHE_DIR`, where it is set | Numba's own way to name one; no other is then used |
| `__pycache__` beside the code | what an installation compiled, also where nobody may write any more |
| Numba's folder for this user | an installation that is shared |

Numba's own cache raises where none of them can be written to, and runs whatever a damaged file holds.
"""

from __future__ import annotations

import pickle
import sys
import warnings
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from inspect import getsource
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
from numba.core import config as numba_config
from numba.core.caching import NullCache
from numba.core.compiler import CompileResult
from numba.core.serialize import dumps
from numba.misc.appdirs import AppDirs

from tradewar.errors import TradewarWarning
from tradewar.io import kept

config, result = cast(Any, numba_config), cast(Any, CompileResult)

Function = TypeVar("Function", bound=Callable[..., Any])


def kept_function(function: Function, **options: Any) -> Function:
    """The function as machine code that is kept."""
    made = cast(Any, numba.njit(**options)(function))
    made._cache = _Kept(function)
    return cast(Function, made)


class _Kept(NullCache):
    """What Numba asks for machine code of one function before it compiles, and gives it afterwards."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """The machine code for a signature, None where there is none."""
        target_context.refresh()
        code = kept.read(_folders(), self._name(sig), self._maker(sig, target_context.codegen()))
        return None if code is None else result._rebuild(target_context, *pickle.loads(code))

    def save_overload(self, sig: Any, cres: Any) -> None:
        """Keep it, or say once that it cannot be kept."""
        maker = self._maker(sig, cres.codegen)
        if not kept.write(_folders(), self._name(sig), maker, dumps(cres._reduce())):
            _say_that_nothing_is_kept()

    def _name(self, sig: Any) -> str:
        kind = sha256(str(sig).encode()).hexdigest()[:12]
        return f"{self._function.__name__}-{kind}.{sys.implementation.cache_tag}.code"

    def _maker(self, sig: Any, generator: Any) -> bytes:
        numbers = {name: value for name, value in self._function.__globals__.items() if isinstance(value, int | float)}
        made_by = (numba.__version__, sys.version, sig, generator.magic_tuple(), numbers)
        return f"{made_by}\n{_source(self._function.__module__)}".encode()


@cache
def _folders() -> tuple[Path, ...]:
    if config.CACHE_DIR:
        return (Path(config.CACHE_DIR) / "tradewar",)
    return Path(__file__).parent / "__pycache__", Path(AppDirs("numba", appauthor=False).user_cache_dir) / "tradewar"


@cache
def _source(module: str) -> str:
    # one function calls another of its file, so that a change of any line may change the code of all
    try:
        return getsource(sys.modules[module])
    except OSError:  # installed without sources
        return version("tradewar")


@cache
def _say_that_nothing_is_kept() -> None:
    tried = " nor ".join(map(str, _folders()))
    warnings.warn(
        f"What was compiled cannot be kept in {tried}: every run compiles anew, for some seconds. "
        "Set NUMBA_CACHE_DIR to a folder that can be written to.",
        TradewarWarning,
        stacklevel=2,
    )
