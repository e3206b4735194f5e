"""The documents that users are promised, held against the schemas committed in docs/schemas.

The committed schemas forbid no key, since keys may be added; here a key without a description of its type is a fault.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

SCHEMAS = Path(__file__).resolve().parents[1] / "docs" / "schemas"


@cache
def validator(name: str) -> Draft202012Validator:
    """Of the schema `docs/schemas/NAME.json`, closed."""
    schema = json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(_closed(schema))


def faults(name: str, document: Any) -> list[str]:
    """What in a document is not as its schema says."""
    return [f"{fault.json_path}: {fault.message[:200]}" for fault in validator(name).iter_errors(document)]


def of_command(arguments: tuple[str, ...]) -> str:
    """The schema of what a command prints."""
    both = "-".join(arguments[:2])
    return both if (SCHEMAS / f"{both}.json").is_file() else arguments[0]


def _closed(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    named = schema.get("type") == "object" and isinstance(schema.get("properties"), dict)
    return {key: _closed(item) for key, item in schema.items()} | ({"additionalProperties": False} if named else {})
