"""What a policy file may hold. Unknown keys are refused; every fault names file, key path, value and fix.

| table | keys | one row says |
|---|---|---|
| top | `name`, `title`, `what`, `source`, `money_unit`, `rate_unit`, all optional | what the policy is (below) |
| `[[tariffs]]` | `importer`, `exporter`, `sector`, and `tariff` or `change_pp` | new rate, or percentage points added |
| `[[iceberg]]` | `importer`, `exporter`, `sector`, `ratio` | trade costs without revenue; 1.1 is ten percent more |
| `[[bans]]` | `importer`, `exporter`, `sector`, `share` | share of varieties or buyers shut out; 1 is an embargo |
| `[[subsidies]]` | `country`, `sector`, `rate` | on gross output, financed lump-sum by the country |
| `[[export_taxes]]` | `exporter`, `importer`, `sector`, `rate` | revenue, or the rent of a quota, to the exporter |
| `[[purchases]]` | `importer`, `exporter`, `sector`, `target` or `additional`; `name`, `cap` | buys at least |
| `[[balance]]` | `exporter`, `importer`, `sector`, `instrument`, `target` or `reduction`; `name`, `cap` | surplus |

`money_unit` must be that of the world. `rate_unit` says what `tariff` and `rate` are in: `percent` (25) or `fraction`
(0.25, the default); only where it is given may they be above 1, that is 100 percent.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self, TypeVar

from pydantic import BaseModel, BeforeValidator, Field, model_validator

from tradewar.equilibrium.commitments import CAP
from tradewar.io.strict import Strict, Text


def _listed(value: object) -> object:
    return (value,) if isinstance(value, str) else value


Labels = Annotated[tuple[Text, ...], BeforeValidator(_listed), Field(min_length=1)]
"""One code, a list of codes, or `*`."""
Number = Annotated[float, Field(strict=True)]
Row = TypeVar("Row", bound=BaseModel)
Cap = Annotated[float, Field(strict=True, gt=0, le=20)]


class _Border(Strict):
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


class SubsidyRow(Strict):
    """Output subsidy."""

    country: Labels
    sector: Labels
    rate: Number


class PurchaseRow(Strict):
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


class BalanceRow(Strict):
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


class PolicyFile(Strict):
    """The content of a policy file."""

    name: str = ""
    title: str = ""
    what: str = ""
    source: str = ""
    money_unit: str = ""
    rate_unit: Literal["", "fraction", "percent"] = ""
    tariffs: tuple[TariffRow, ...] = ()
    iceberg: tuple[IcebergRow, ...] = ()
    bans: tuple[BanRow, ...] = ()
    subsidies: tuple[SubsidyRow, ...] = ()
    export_taxes: tuple[ExportTaxRow, ...] = ()
    purchases: tuple[PurchaseRow, ...] = ()
    balance: tuple[BalanceRow, ...] = ()


TABLES = ("tariffs", "iceberg", "bans", "subsidies", "export_taxes", "purchases", "balance")


def one_of(row: Row, first: str, second: str) -> Row:
    """The row, if exactly one of the two keys is given."""
    given = [name for name in (first, second) if getattr(row, name) is not None]
    if len(given) != 1:
        raise ValueError(f"has {'both' if given else 'neither'} {first} {'and' if given else 'nor'} {second}")
    return row
