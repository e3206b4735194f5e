"""Our words in the vocabularies of STIX 2.1 and MISP.

STIX has no word for espionage: the motive keeps its own label beside the vocabulary's (`attack-motivation-ov`). A
sector that `industry-sector-ov` lacks is mapped to the nearest word and keeps its own label too.

Source: OASIS, STIX Version 2.1, sections 10.1 and 10.10; MISP galaxy, cluster `sector`.
"""

from __future__ import annotations

STIX_MOTIVATION = {
    "espionage": "organizational-gain",
    "financial": "organizational-gain",
    "disruption": "dominance",
    "information-operation": "ideology",
}
"""For actors of a state; a private actor's financial motive would be personal-gain."""

STIX_SECTORS = frozenset(
    {
        "agriculture",
        "aerospace",
        "automotive",
        "chemical",
        "commercial",
        "communications",
        "construction",
        "defense",
        "education",
        "energy",
        "entertainment",
        "financial-services",
        "government",
        "government-emergency-services",
        "government-local",
        "government-national",
        "government-public-services",
        "government-regional",
        "healthcare",
        "hospitality-leisure",
        "infrastructure",
        "infrastructure-dams",
        "infrastructure-nuclear",
        "infrastructure-water",
        "insurance",
        "manufacturing",
        "mining",
        "non-profit",
        "pharmaceuticals",
        "retail",
        "technology",
        "telecommunications",
        "transportation",
        "utilities",
    }
)
"""The 34 words of `industry-sector-ov`."""
STIX_NEAREST = {
    "media": "entertainment",
    "think-tank": "non-profit",
    "nuclear": "infrastructure-nuclear",
    "water": "infrastructure-water",
    "dams": "infrastructure-dams",
}

MISP_SECTOR = {
    "technology": "Technology",
    "manufacturing": "Manufacturing",
    "telecommunications": "Telecoms",
    "communications": "Telecoms",
    "financial-services": "Finance",
    "hospitality-leisure": "Hospitality",
    "healthcare": "Health",
    "energy": "Energy",
    "defense": "Defense",
    "aerospace": "Aerospace",
    "education": "Education",
    "chemical": "Chemical",
    "transportation": "Transport",
    "construction": "Construction",
    "non-profit": "NGO",
    "media": "News - Media",
    "think-tank": "Think Tanks",
    "agriculture": "Agriculture",
    "automotive": "Automotive",
    "entertainment": "Entertainment",
    "insurance": "Insurance",
    "mining": "Mining",
    "pharmaceuticals": "Pharmacy",
    "retail": "Retail",
    "water": "Water",
    "government": "Government, Administration",
}


def stix_sector(sector: str) -> str | None:
    """The word of `industry-sector-ov` for a sector; None where none is near."""
    return sector if sector in STIX_SECTORS else STIX_NEAREST.get(sector)
