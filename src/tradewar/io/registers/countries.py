"""Country codes: the codes that a world or a book declares rule there; otherwise ISO 3166-1 alpha-3.

Other common codes and names (CN, 156, EL, UK, ROM, "China") are never taken for a partner that no list knows: they are
refused with the code meant. Names come from pycountry (Debian's iso-codes), loaded only when a code is in no list.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache

from tradewar.io.nearest import nearest, some

_CODES = """
ABW AFG AGO AIA ALA ALB AND ARE ARG ARM ASM ATA ATF ATG AUS AUT AZE BDI BEL BEN BES BFA BGD BGR BHR BHS BIH BLM
BLR BLZ BMU BOL BRA BRB BRN BTN BVT BWA CAF CAN CCK CHE CHL CHN CIV CMR COD COG COK COL COM CPV CRI CUB CUW CXR
CYM CYP CZE DEU DJI DMA DNK DOM DZA ECU EGY ERI ESH ESP EST ETH FIN FJI FLK FRA FRO FSM GAB GBR GEO GGY GHA GIB
GIN GLP GMB GNB GNQ GRC GRD GRL GTM GUF GUM GUY HKG HMD HND HRV HTI HUN IDN IMN IND IOT IRL IRN IRQ ISL ISR ITA
JAM JEY JOR JPN KAZ KEN KGZ KHM KIR KNA KOR KWT LAO LBN LBR LBY LCA LIE LKA LSO LTU LUX LVA MAC MAF MAR MCO MDA
MDG MDV MEX MHL MKD MLI MLT MMR MNE MNG MNP MOZ MRT MSR MTQ MUS MWI MYS MYT NAM NCL NER NFK NGA NIC NIU NLD NOR
NPL NRU NZL OMN PAK PAN PCN PER PHL PLW PNG POL PRI PRK PRT PRY PSE PYF QAT REU ROU RUS RWA SAU SDN SEN SGP SGS
SHN SJM SLB SLE SLV SMR SOM SPM SRB SSD STP SUR SVK SVN SWE SWZ SXM SYC SYR TCA TCD TGO THA TJK TKL TKM TLS TON
TTO TUN TUR TUV TWN TZA UGA UKR UMI URY USA UZB VAT VCT VEN VGB VIR VNM VUT WLF WSM YEM ZAF ZMB ZWE
"""
ISO3 = frozenset(_CODES.split())
_IN_USE = frozenset({"XKX"})
"""Not assigned by ISO, but used for one economy by statistical offices: Kosovo."""
_OTHER = {
    "EL": "GRC", "UK": "GBR", "XK": "XKX", "ROM": "ROU", "ZAR": "COD", "TMP": "TLS", "BUR": "MMR", "ADO": "AND",
    "IMY": "IMN", "KSV": "XKX", "WBG": "PSE", "GER": "DEU", "SUI": "CHE", "NED": "NLD", "U.S.": "USA", "U.K.": "GBR",
    "US": "USA", "CN": "CHN", "UAE": "ARE", "BRITAIN": "GBR", "GREAT BRITAIN": "GBR", "ENGLAND": "GBR",
    "AMERICA": "USA", "UNITED STATES OF AMERICA": "USA", "UNITED STATES": "USA", "PRC": "CHN", "MAINLAND CHINA": "CHN",
    "SOUTH KOREA": "KOR", "KOREA": "KOR", "REPUBLIC OF KOREA": "KOR", "NORTH KOREA": "PRK", "RUSSIA": "RUS",
    "IRAN": "IRN", "SYRIA": "SYR", "TAIWAN": "TWN", "CHINESE TAIPEI": "TWN", "VIETNAM": "VNM", "LAOS": "LAO",
    "BURMA": "MMR", "MACEDONIA": "MKD", "NORTH MACEDONIA": "MKD", "IVORY COAST": "CIV", "CAPE VERDE": "CPV",
    "SWAZILAND": "SWZ", "CZECH REPUBLIC": "CZE", "TURKEY": "TUR", "PALESTINE": "PSE", "KOSOVO": "XKX",
    "HOLLAND": "NLD", "THE NETHERLANDS": "NLD", "HONG KONG": "HKG", "MACAU": "MAC", "BRUNEI": "BRN",
    "VATICAN": "VAT", "BOLIVIA": "BOL", "VENEZUELA": "VEN", "TANZANIA": "TZA", "MOLDOVA": "MDA",
    "EAST TIMOR": "TLS", "THE GAMBIA": "GMB", "THE BAHAMAS": "BHS",
}  # fmt: skip
"""Codes of other registers (Eurostat, World Bank, old ISO, sports) and names that ISO does not give."""
_OWN_LETTERS = "zh_CN zh_TW ja ko hi am ar bn fa gu he hy ka km kn lo ml mr my ne or pa si ta te th"
"""Languages in which pycountry has names that no Latin, Greek or Cyrillic font can show."""
_PLAIN = re.compile(r"[A-Z0-9_]{2,12}")


def is_iso3(code: str) -> bool:
    """True for the code of one economy."""
    return code in ISO3 or code in _IN_USE


def iso3_of(text: str) -> str | None:
    """The ISO3 code that another code or a name stands for; None where it stands for none, or for several.

    Read: ISO3 in any case, ISO2, UN numbers (with or without leading zeros), English names (common, official and the
    usual short forms), the codes of Eurostat and the World Bank.
    """
    word = " ".join(text.split()).upper()
    if is_iso3(word):
        return word
    return _OTHER.get(word) or _names().get(word.zfill(3) if word.isdigit() else word)


def spellings() -> dict[str, str]:
    """Every name of a country that `iso3_of` reads, in capitals, without codes and short forms -> ISO3."""
    return {name: code for name, code in {**_names(), **_OTHER}.items() if len(name) > 3 and not name.isdigit()}


@cache
def _names() -> dict[str, str]:
    """ISO2, UN numbers and names in capitals -> ISO3."""
    import pycountry

    found: dict[str, str] = {}
    for country in pycountry.countries:
        words = [country.alpha_2, country.numeric, country.name]
        words += [getattr(country, key) for key in ("common_name", "official_name") if hasattr(country, key)]
        found |= {word.upper(): country.alpha_3 for word in words}
    return found


def iso3_of_own_name(name: str) -> str | None:
    """The ISO3 code of a country by its name in letters other than Latin, Greek or Cyrillic ones: CHN for 中国."""
    return _own_names().get(name)


@cache
def _own_names() -> dict[str, str]:
    from gettext import NullTranslations, translation

    import pycountry

    found: dict[str, str] = {}
    for language in _OWN_LETTERS.split():
        told = translation("iso3166-1", pycountry.LOCALES_DIR, [language], fallback=True)
        if type(told) is NullTranslations:
            continue
        for country in pycountry.countries:
            for word in (country.name, getattr(country, "common_name", country.name)):
                found.setdefault(told.gettext(word), country.alpha_3)
    return found


def unknown_country(text: str, known: Collection[str]) -> tuple[str, str] | None:
    """What is wrong with a code that must be one of the known ones, and the fix; None where it is known."""
    if text in known:
        return None
    meant = iso3_of(text) if text else None
    if meant in known:
        return f"unknown country {text[:60]!r}: {meant} is meant", f"Write {meant}"
    what = f"unknown country {text[:60]!r}{nearest(text, known)}"
    return what, f"Use one of {some(sorted(known))}"


def misspelt_country(text: str) -> tuple[str, str] | None:
    """What is wrong with a code where none are declared, and the fix; None where it is ISO3 or a plain code.

    A plain code (capitals, digits) that is no other spelling of a country, such as EUN or ROW, may be a group or an
    economy that the file declares by naming it.
    """
    if is_iso3(text):
        return None
    plain = _PLAIN.fullmatch(text) is not None
    # words of three and more capitals are no spelling that pycountry knows but for a few names
    meant = _OTHER.get(text) if plain and len(text) > 2 and not text.isdigit() else iso3_of(text)
    if meant is not None and meant != text:
        return f"{text[:60]!r} is not the ISO3 code of {meant}", f"Write {meant}"
    if plain:
        return None
    return f"{text[:60]!r} is not a country code", "Write the three capitals of ISO 3166-1, such as DEU"
