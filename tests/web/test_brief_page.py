"""The brief in a browser: no complaint, nothing fetched, every chart drawn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import built_in


def test_the_brief_opens_whole(opened: Callable[[], Any]) -> None:
    brief = built_in.written(built_in.DAY)
    seen = opened()
    seen.page.goto(brief.page.resolve().as_uri())
    assert seen.complaints == []
    assert seen.requests == [brief.page.resolve().as_uri()]
    boxes = [figure.bounding_box() for figure in seen.page.locator("figure svg").all()]
    drawn = [path for path in brief.files if path.suffix == ".svg"]
    assert len(boxes) == len(drawn)
    assert all(box and box["width"] > 100 and box["height"] > 50 for box in boxes)
