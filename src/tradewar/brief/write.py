"""What a brief says about itself."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from tradewar.io.serialize import json_text

MANIFEST = "manifest.json"
_LIBRARIES = ("numpy", "scipy", "pydantic", "vl-convert-python", "jinja2")


def manifest(
    inputs: tuple[tuple[str, str], ...],
    options: Mapping[str, Any],
    timings: Mapping[str, float],
    outputs: Mapping[str, str],
) -> str:
    """`manifest.json`: versions, inputs and outputs with hashes, options, timings."""
    facts = {
        "tradewar": version("tradewar"),
        "python": platform.python_version(),
        "platform": platform.platform(),
        "libraries": {name: version(name) for name in _LIBRARIES},
        "options": dict(options),
        "inputs": [{"input": name, "sha256": digest} for name, digest in inputs],
        "outputs": [{"file": name, "sha256": digest} for name, digest in sorted(outputs.items())],
        "seconds": {name: round(seconds, 4) for name, seconds in timings.items()},
    }
    return json_text(facts)
