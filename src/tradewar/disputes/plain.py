"""Facts as plain data for JSON, which knows neither NaN nor infinity, nor dates, nor NumPy."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Mapping
from typing import Any, cast


def plain_data(value: Any) -> Any:
    """Dictionaries, lists, texts and finite numbers. What is not finite becomes None (null)."""
    if isinstance(value, Mapping):
        return {str(key): plain_data(item) for key, item in cast("Mapping[Any, Any]", value).items()}
    if isinstance(value, list | tuple):
        return [plain_data(item) for item in cast("list[Any]", value)]
    if isinstance(value, dt.date):
        return value.isoformat()
    if hasattr(value, "tolist"):  # NumPy arrays and scalars
        return plain_data(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def json_text(value: Any, indent: int | None = 1) -> str:
    """One JSON document, with a line end."""
    return json.dumps(plain_data(value), indent=indent, ensure_ascii=False, allow_nan=False) + "\n"
