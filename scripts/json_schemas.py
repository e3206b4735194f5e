"""Write the JSON Schema of every document that users are promised to docs/schemas, or to the folder named.

`make schemas` runs it. pydantic makes the schemas from the types behind a document (`tradewar.io.serialize`);
descriptions are the docstrings there. Any number may be null, since what is not finite is told as null. Arrays are
lists, one level per axis. Keys may be added to a document at any time, so that none is forbidden; those that a schema
requires are always there.
"""

from __future__ import annotations

import ast
import inspect
import sys
import textwrap
from collections.abc import Mapping
from functools import cache, reduce
from itertools import pairwise
from operator import or_
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, ClassVar, NotRequired, Union, get_args, get_origin

from pydantic import Field, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema
from typing_extensions import TypedDict

from tradewar.brief.compare import Comparison
from tradewar.disputes.deal import Deal
from tradewar.disputes.findings import Findings
from tradewar.disputes.hold import Hold, NothingToHold
from tradewar.disputes.kept import Monitored
from tradewar.disputes.monthly import MonthlyFindings
from tradewar.disputes.parts import PARTS
from tradewar.equilibrium.outcome import Outcome
from tradewar.equilibrium.prepared import NoEquilibrium
from tradewar.games.result import War
from tradewar.io.serialize import ALL, Document, entries, form_of, json_text
from tradewar.monitoring.datasets import DataSet
from tradewar.monitoring.report import ActivityReport
from tradewar.sweep.result import SweepDocument
from tradewar.tariffs.answer import AppliedRate
from tradewar.tariffs.summary import BookSummary
from tradewar.tariffs.timelines import AverageTimeline, Timeline
from tradewar.world.summary import WorldCheck, WorldEntry, WorldSummary

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "schemas"
COMMANDS: dict[str, Any] = {
    "accord": Hold | NothingToHold,
    "incidents report": ActivityReport,
    "incidents sources": list[DataSet],
    "monitor": Monitored,
    "path": MonthlyFindings,
    "solve": Outcome | NoEquilibrium,
    "sweep": SweepDocument,
    "talks": Deal,
    "tariff average": AverageTimeline,
    "tariff check": BookSummary,
    "tariff rate": AppliedRate,
    "tariff timeline": Timeline | AverageTimeline,
    "war": War,
    "world check": WorldCheck,
    "world list": list[WorldEntry],
    "world show": WorldSummary,
}
"""What `--json` prints, by command."""


def schemas() -> dict[str, dict[str, Any]]:
    """Every schema by the name of its file."""
    found = {
        f"{name.replace(' ', '-')}.json": json_schema(kind, f"tradewar {name} --json")
        for name, kind in COMMANDS.items()
    }
    parts = {part.name: result_of(part.find) for part in PARTS}
    found["findings.json"] = json_schema(Findings, "findings.json of a brief", parts)
    found["compare.json"] = json_schema(Comparison, "compare.json of a brief")
    return found


NUMBER: dict[str, Any] = {"type": ["number", "null"]}
DTYPES: Mapping[str, dict[str, Any]] = {"bool": {"type": "boolean"}, "int": {"type": "integer"}, "float": NUMBER}


def json_schema(kind: Any, title: str, parts: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The schema of a document.

    Args:
        kind: a `Document`, another dataclass, or a list or union of such.
        title: what the document is.
        parts: further keys that it may have, with the type of each.
    """
    told = kind if parts is None else _mapping(kind, shape(kind).__annotations__ | _optional(parts))
    made = TypeAdapter(told).json_schema(mode="serialization", schema_generator=_Generator)
    head = {"$schema": _Generator.schema_dialect, "$comment": "A number is null where it is not defined."}
    return head | made | {"title": title}


@cache
def shape(kind: type) -> Any:
    """The keys of a `Document` with their types and descriptions, as a typed dictionary."""
    form, fields = form_of(kind), dict[str, Any]()
    for entry in entries(kind):
        hint, text = kind, ""
        for name in entry.path:
            hint, text = _attribute(hint, name)
        if entry.key != ALL:
            fields[entry.key] = Annotated[hint, Field(description=text or None)]
        elif get_origin(hint) is not Mapping:
            below = shape(hint).__annotations__
            fields |= {key: below[key] for key in below if key not in form.without.split()}
    named = form.optional.split()
    return _mapping(kind, fields | _optional({key: fields[key] for key in named if key in fields}))


def result_of(function: Any) -> Any:
    """What a function returns, None aside."""
    hint = _returned(function)
    return reduce(or_, [each for each in get_args(hint) if each is not NoneType] or [hint])


def _as_told(kind: type, source: Any, handler: Any) -> Any:
    return handler.generate_schema(shape(kind))


# wherever a `Document` stands in a type, pydantic takes what it tells
Document.__get_pydantic_core_schema__ = classmethod(_as_told)  # type: ignore[attr-defined]


def _optional(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {key: NotRequired[hint] for key, hint in fields.items()}


def _mapping(kind: type, fields: Mapping[str, Any]) -> Any:
    made: Any = TypedDict(kind.__name__, dict(fields))
    made.__doc__, made.__module__, made.__qualname__ = kind.__doc__, kind.__module__, kind.__qualname__
    made.__pydantic_config__ = {"arbitrary_types_allowed": True}
    return made


class _Generator(GenerateJsonSchema):
    """Numbers that may be null, arrays as lists, no titles of properties, and their docstrings as descriptions."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def field_is_required(self, field: Any, total: bool) -> bool:
        return field.get("required", total) if field["type"] == "typed-dict-field" else True

    def default_schema(self, schema: Any) -> Any:
        return self.generate_inner(schema["schema"])

    def float_schema(self, schema: Any) -> Any:
        return dict(NUMBER)

    def decimal_schema(self, schema: Any) -> Any:
        return {"type": "string"}

    def nullable_schema(self, schema: Any) -> Any:
        inner = self.generate_inner(schema["schema"])
        return inner if inner == NUMBER else super().nullable_schema(schema)

    def is_instance_schema(self, schema: Any) -> Any:
        array = schema["cls"]
        items = next(items for start, items in DTYPES.items() if array.dtypes[0].startswith(start))
        return reduce(lambda made, _: {"type": "array", "items": made}, array.dims, items)

    def dataclass_schema(self, schema: Any) -> Any:
        return _described(super().dataclass_schema(schema), schema["cls"])

    def typed_dict_schema(self, schema: Any) -> Any:
        return _described(super().typed_dict_schema(schema), schema["cls"])

    def model_schema(self, schema: Any) -> Any:
        return _described(super().model_schema(schema), schema["cls"])


def _described(made: Any, kind: type) -> Any:
    for base in kind.__mro__:
        for name, text in _docstrings(base).items():
            if name in made["properties"]:
                made["properties"][name].setdefault("description", text)
    if "description" in made:
        made["description"] = _sentence(made["description"])
    return made


def _attribute(kind: Any, name: str) -> tuple[Any, str]:
    """Type and description of an attribute of a class, or of each class of a union."""
    if get_origin(kind) in (Union, UnionType):
        found = [_attribute(each, name) for each in get_args(kind) if each is not NoneType]
        return reduce(or_, [hint for hint, _ in found]), found[0][1]
    for base in kind.__mro__:
        if name in inspect.get_annotations(base):
            return _evaluated(base.__annotations__[name], base.__module__), _docstrings(base).get(name, "")
        own = base.__dict__.get(name)
        function = getattr(own, "fget", None) or getattr(own, "func", None)
        if function is not None:
            return _returned(function), _sentence(function.__doc__)
    raise AttributeError(f"{kind.__name__} has no {name}")


def _returned(function: Any) -> Any:
    return _evaluated(function.__annotations__["return"], function.__module__)


def _evaluated(hint: Any, module: str) -> Any:
    found = eval(hint, _names(module)) if isinstance(hint, str) else hint
    return get_args(found)[0] if get_origin(found) is ClassVar else found


@cache
def _names(module: str) -> dict[str, Any]:
    """What a module knows, with what it imports for type checkers only."""
    names = dict(vars(sys.modules[module]))
    for node in ast.parse(inspect.getsource(sys.modules[module])).body:
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            exec(compile(ast.Module(node.body, []), module, "exec"), names)
    return names


@cache
def _docstrings(kind: type) -> dict[str, str]:
    """The docstrings that stand below the attributes of a class."""
    try:
        body = ast.parse(textwrap.dedent(inspect.getsource(kind))).body[0]
    except (OSError, TypeError):
        return {}
    pairs = pairwise(body.body) if isinstance(body, ast.ClassDef) else ()
    return {
        above.target.id: _sentence(below.value.value)
        for above, below in pairs
        if isinstance(above, ast.AnnAssign) and isinstance(above.target, ast.Name)
        if isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant)
    }


def _sentence(text: Any) -> str:
    """The first paragraph on one line."""
    return " ".join((text or "").split("\n\n")[0].split())


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for name, schema in schemas().items():
        (folder / name).write_text(json_text(schema), encoding="utf-8")
