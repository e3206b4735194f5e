"""The tables of a tidy folder, and the map that merges one, as they are declared.

What rows there must be, and what their numbers must add up to, is said in `tradewar.world.tidy`.
"""

from __future__ import annotations

from tradewar.io.declare import Column, TableSpec
from tradewar.io.registers.rates import UNITS
from tradewar.world.identities import NEGATIVE_SHARE_LIMIT

_COUNTRY = "code of a country of countries.csv"
_SECTOR = "code of a sector of sectors.csv"

EXPORTER = Column("exporter", "label", _COUNTRY, required=True, blank=False, example="USA")
IMPORTER = Column("importer", "label", f"{_COUNTRY}; own sales where it is the exporter", required=True, blank=False)
SECTOR = Column("sector", "label", _SECTOR, required=True, blank=False, example="FOOD")
RATE_UNIT = Column(
    "rate_unit",
    "choice",
    "what `tariff` is in: fraction (0.25; says that rates above 1 are meant) or percent (25)",
    choices=tuple(unit for unit in UNITS if unit),
    default="fraction, and rates above 1 are refused",
)
TARIFF = Column("tariff", "rate", "tariff", unit="a fraction (0.25)", blank=False)

COUNTRIES = TableSpec(
    "countries",
    "one country, or a group of countries declared as an aggregate",
    (
        Column(
            "country", "label", "code in capitals, ISO3 where there is one", required=True, blank=False, example="USA"
        ),
        Column("name", "text", "name", default="the code"),
        Column("members", "text", "codes of the economies that an aggregate holds"),
        Column("io_source", "text", "where its input coefficients come from"),
        Column("*", "text", "anything else that is known of it; kept"),
    ),
    key=("country",),
)
SECTORS = TableSpec(
    "sectors",
    "one sector",
    (
        Column("sector", "label", "code", required=True, blank=False, example="FOOD"),
        Column("name", "text", "name", default="the code"),
        Column("tradable", "yes", "may it carry a tariff", default="yes"),
        Column("trade_elasticity", "number", "theta > 0", blank=False, example="4"),
        Column("substitution_elasticity", "number", "sigma = theta + 1, above 1", blank=False, example="5"),
        Column("scale_elasticity", "number", "psi; carried", blank=False, example="0.1"),
        Column("theta_*", "number", "a further set of theta, called by what follows", blank=False, example="5"),
        Column("sigma_*", "number", "a further set of sigma, called by its whole name", blank=False, example="6"),
    ),
    key=("sector",),
    one_of=(("trade_elasticity", "substitution_elasticity"),),
)
FLOWS = TableSpec(
    "flows",
    "what one country buys from another, or from itself, in one sector",
    (
        EXPORTER,
        IMPORTER,
        SECTOR,
        Column(
            "value", "number", "value f.o.b., duty excluded", "money of world.toml", required=True, blank=False, low=0
        ),
        TARIFF,
    ),
    key=("exporter", "importer", "sector"),
)
PRODUCTION = TableSpec(
    "production",
    "what one country makes in one sector",
    (
        Column("country", "label", _COUNTRY, required=True, blank=False),
        SECTOR,
        Column("gross_output", "number", "what is sold", "money of world.toml", required=True, blank=False),
        Column("value_added_share", "number", "share of value added in it", "(0, 1]", required=True, blank=False),
    ),
    key=("country", "sector"),
)
INPUTS = TableSpec(
    "inputs",
    "the share of one good in the materials of one sector",
    (
        Column("country", "label", _COUNTRY, required=True, blank=False),
        Column("supplying_sector", "label", _SECTOR, required=True, blank=False),
        Column("using_sector", "label", _SECTOR, required=True, blank=False),
        Column(
            "share",
            "number",
            "share; they sum to 1 over supplying_sector, and negatives down to the limit count as 0",
            required=True,
            blank=False,
            low=-NEGATIVE_SHARE_LIMIT,
            example="0.5",
        ),
    ),
    key=("country", "supplying_sector", "using_sector"),
)
CONSUMPTION = TableSpec(
    "consumption",
    "the share of one good in the final use of one country",
    (
        Column("country", "label", _COUNTRY, required=True, blank=False),
        SECTOR,
        Column("share", "number", "share; they sum to 1 over sector", required=True, blank=False, low=0, example="0.5"),
    ),
    key=("country", "sector"),
)
FOLDER = (COUNTRIES, SECTORS, FLOWS, PRODUCTION, INPUTS, CONSUMPTION)
"""The tables of a tidy folder."""

MAP = TableSpec(
    "map",
    "which group one country or sector goes to",
    (
        Column("kind", "choice", "what is mapped", required=True, blank=False, choices=("country", "sector")),
        Column("from", "label", "code in the world", required=True, blank=False, example="CAN"),
        Column("to", "label", "code of the group", required=True, blank=False, example="NAM"),
        Column("name", "text", "name of the group", default="the code, or the name of its only member"),
    ),
    key=("kind", "from"),
)
STANDARD_ERRORS = TableSpec(
    "standard_errors",
    "how well the elasticity of one sector is known",
    (
        SECTOR,
        Column("standard_error", "number", "standard deviation of theta", required=True, blank=False, low=0),
        Column("trade_elasticity", "number", "its mean, where it is not that of the world", blank=False, example="4"),
    ),
    key=("sector",),
)
TABLES = (*FOLDER, MAP, STANDARD_ERRORS)
"""Every table that this package reads."""
