"""What a policy file may hold. Unknown keys are refused; every fault names file, key path, value and fix.

| table | keys | one row says |
|---|---|---|
| top | `name`, `title`, `what`, `source`, `money_unit`, all optional | what the policy is; `money_unit` is checked |
| `[[tariffs]]` | `importer`, `exporter`, `sector`, and `tariff` or `change_pp` | new rate, or percentage points added |
| `[[iceberg]]` | `importer`, `exporter`, `sector`, `ratio` | trade costs without revenue; 1.1 is ten percent more |
| `[[bans]]` | `importer`, `exporter`, `sector`, `share` | share of varieties or buyers shut out; 1 is an embargo |
| `[[subsidies]]` | `country`, `sector`, `rate` | on gross output, financed lump-sum by the country |
| `[[export_taxes]]` | `exporter`, `importer`, `sector`, `rate` | revenue, or the rent of a quota, to the exporter |
| `[[purchases]]` | `importer`, `exporter`, `sector`, `target` or `additional`; `name`, `cap` | buys at least |
| `[[balance]]` | `exporter`, `importer`, `sector`, `instrument`, `target` or `reduction`; `name`, `cap` | surplus |
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Self, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from tradewar.equilibrium.commitments import CAP
from tradewar.errors import Problem
from tradewar.world.identities import nearest


def _listed(value: object) -> object:
    return (value,) if isinstance(value, str) else value


Text = Annotated[str, Field(min_length=1, strict=True)]
Labels = Annotated[tuple[Text, ...], BeforeValidator(_listed), Field(min_length=1)]
"""One code, a list of codes, or `*`."""
Number = Annotated[float, Field(strict=True)]
Row = TypeVar("Row", bound=BaseModel)
Cap = Annotated[float, Field(strict=True, gt=0, le=20)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class _Border(_Strict):
    importer: Labels
    exporter: Labels
    sector: Labels


class TariffRow(_Border):
    """A new rate as a fraction, or percentage points on top of the baseline rate."""

    tariff: Number | None = None
    change_pp: Number | None = None

    @model_validator(mode="after")
    def _one_amount(self) -> Self:
        return one_of(self, "tariff", "change_pp")


class IcebergRow(_Border):
    """Ratio of trade costs."""

    ratio: Number


class BanRow(_Border):
    """Share shut out."""

    share: Number


class ExportTaxRow(_Border):
    """Export tax or quota rent."""

    rate: Number


class SubsidyRow(_Strict):
    """Output subsidy."""

    country: Labels
    sector: Labels
    rate: Number


class PurchaseRow(_Strict):
    """A promise to buy."""

    importer: Text
    exporter: Labels
    sector: Labels
    target: Number | None = None
    additional: Number | None = None
    name: str = ""
    cap: Cap = CAP

    @model_validator(mode="after")
    def _one_amount(self) -> Self:
        return one_of(self, "target", "additional")


class BalanceRow(_Strict):
    """A promise about a bilateral surplus."""

    exporter: Text
    importer: Text
    sector: Labels
    target: Number | None = None
    reduction: Number | None = None
    instrument: Text
    name: str = ""
    cap: Cap = CAP

    @model_validator(mode="after")
    def _one_amount(self) -> Self:
        return one_of(self, "target", "reduction")


class PolicyFile(_Strict):
    """The content of a policy file."""

    name: str = ""
    title: str = ""
    what: str = ""
    source: str = ""
    money_unit: str = ""
    tariffs: tuple[TariffRow, ...] = ()
    iceberg: tuple[IcebergRow, ...] = ()
    bans: tuple[BanRow, ...] = ()
    subsidies: tuple[SubsidyRow, ...] = ()
    export_taxes: tuple[ExportTaxRow, ...] = ()
    purchases: tuple[PurchaseRow, ...] = ()
    balance: tuple[BalanceRow, ...] = ()


TABLES = ("tariffs", "iceberg", "bans", "subsidies", "export_taxes", "purchases", "balance")
_MODELS: dict[str, type[BaseModel]] = {
    "tariffs": TariffRow,
    "iceberg": IcebergRow,
    "bans": BanRow,
    "subsidies": SubsidyRow,
    "export_taxes": ExportTaxRow,
    "purchases": PurchaseRow,
    "balance": BalanceRow,
}


def one_of(row: Row, first: str, second: str) -> Row:
    """The row, if exactly one of the two keys is given."""
    given = [name for name in (first, second) if getattr(row, name) is not None]
    if len(given) != 1:
        raise ValueError(f"has {'both' if given else 'neither'} {first} {'and' if given else 'nor'} {second}")
    return row


def problems_of(error: ValidationError, file: str) -> list[Problem]:
    """Each fault that pydantic found, as file, key path, value and fix."""
    return [_problem(fault, file) for fault in error.errors()]


def _problem(fault: Mapping[str, Any], file: str) -> Problem:
    path: Sequence[Any] = fault["loc"]
    where = f"{file}: {_key_path(path)}" if path else file
    key = str(path[-1]) if path else ""
    match fault["type"]:
        case "extra_forbidden":
            model = _MODELS.get(str(path[0]), PolicyFile) if len(path) > 1 else PolicyFile
            known = list(model.model_fields)
            return Problem(where, f"unknown key {key!r}{nearest(key, known)}", f"Use {', '.join(known)}")
        case "missing":
            return Problem(where, "is missing", f"Give {key}")
        case "value_error":
            return Problem(where, str(fault["ctx"]["error"]), "Give exactly one of them")
        case "tuple_type" if len(path) == 1:
            return Problem(where, "is not a list of tables", f"Write [[{key}]] above each row")
        case "model_type":
            return Problem(where, f"{_shown(fault['input'])} is not a table", f"Write [[{path[0]}]] above each row")
        case _:
            said = str(fault["msg"])
            return Problem(where, f"{_shown(fault['input'])}: {said[:1].lower()}{said[1:]}", "Correct the value")


def _key_path(path: Sequence[object]) -> str:
    text = ""
    for part in path:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
