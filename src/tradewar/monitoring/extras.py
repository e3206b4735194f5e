"""Optional packages, imported when first needed, with a message that says how to install them."""

from __future__ import annotations

import importlib
from typing import Any

from tradewar.errors import EvidenceError, Problem

INSTALL = 'Install the extra with: pip install "tradewar[monitor]"'


def load(module: str, purpose: str) -> Any:
    """Import an optional module.

    Raises:
        EvidenceError: where it is not installed; the message names the package, the purpose and the command.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as missing:
        package = module.split(".")[0]
        what = f"the package {package!r} is not installed, and {purpose} needs it"
        raise EvidenceError(Problem(package, what, INSTALL)) from missing
