"""The run-time type checker of the tests: beartype, for every annotation that can be resolved where it stands.

Names that exist for type checkers only (`if TYPE_CHECKING:`), classes defined further down and `Self` cannot be
resolved when a function is defined; they are left to pyright. Array shapes, the reason for checking at run time, are
always resolved.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self, TypeVar

from beartype import BeartypeConf, beartype

_AS_PYRIGHT = BeartypeConf(is_pep484_tower=True)
"""An int is accepted where a float is declared, as PEP 484 and pyright have it."""
Function = TypeVar("Function", bound=Callable[..., Any])


def checked(function: Function) -> Function:
    """The function with its resolvable annotations checked at every call."""
    annotations = getattr(function, "__annotations__", {})
    function.__annotations__ = {
        name: _resolved(hint, getattr(function, "__globals__", {})) for name, hint in annotations.items()
    }
    return beartype(conf=_AS_PYRIGHT)(function)


def _resolved(hint: Any, names: dict[str, Any]) -> Any:
    if isinstance(hint, str):
        try:
            hint = eval(hint, names)  # the annotation, as the module wrote it
        except (NameError, AttributeError, TypeError):
            return Any
    return Any if hint is Self else hint
