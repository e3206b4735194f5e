"""The ground of every TOML table that people write: unknown keys are refused, values are not changed once read."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Text = Annotated[str, Field(min_length=1, strict=True)]
Country = Annotated[str, Field(min_length=2, max_length=12, pattern=r"^[A-Z0-9_]+$")]
Day = Annotated[dt.date, Field(strict=True)]


class Strict(BaseModel):
    """A table without room for anything that is not in it."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
