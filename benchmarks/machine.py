"""One line that says where the times were taken."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = ("tradewar", "numpy", "scipy", "pandas", "gegravity")
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")


def describe() -> dict[str, str]:
    """Processor, cores, operating system, versions and thread settings."""
    facts = {
        "processor": _processor(),
        "cores": str(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
    }
    facts |= {name: _version(name) for name in PACKAGES}
    return facts | {name: os.environ.get(name, "not set") for name in THREADS}


def line() -> str:
    """The facts in one line."""
    return ", ".join(f"{name} {value}" for name, value in describe().items())


def _processor() -> str:
    try:
        for row in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if row.startswith("model name"):
                return row.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or "unknown"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
