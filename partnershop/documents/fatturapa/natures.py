"""Natura: why no VAT is charged, in the codes of the SdI, one per VAT category and shop; the stamp duty it brings."""

from collections.abc import Iterable, Mapping
from typing import Protocol

# By VAT category (UNTDID 5305). Z has none: Italy has no rate of zero.
ALLOWED: Mapping[str, tuple[str, ...]] = {
    "G": ("N3.1",),
    "K": ("N3.2",),
    "E": ("N4",),
    "O": ("N2.2", "N1"),
    "AE": ("N2.1", "N6.1", "N6.2", "N6.3", "N6.4", "N6.5", "N6.6", "N6.7", "N6.8", "N6.9"),
}
# Where the category leaves a choice that depends on what is sold (AE), there is no default.
DEFAULTS: Mapping[str, str] = {"G": "N3.1", "K": "N3.2", "E": "N4", "O": "N2.2"}
TOO_GENERAL = frozenset({"N2", "N3", "N6"})
# The law behind each, for papers whose own words do not say it.
LAW: Mapping[str, str] = {
    "N1": "Escluso ex art. 15 DPR 633/72",
    "N2.1": "Non soggetto ad IVA ai sensi degli artt. da 7 a 7-septies DPR 633/72",
    "N2.2": "Operazione non soggetta ad IVA",
    "N3.1": "Non imponibile art. 8 DPR 633/72",
    "N3.2": "Non imponibile art. 41 DL 331/93",
    "N4": "Esente art. 10 DPR 633/72",
    **dict.fromkeys((f"N6.{part}" for part in range(1, 10)), "Inversione contabile art. 17 DPR 633/72"),
}

# DPR 642/72, tariff, art. 13: EUR 2.00 above EUR 77.47 without VAT. Exports, supplies within the European Union and
# reverse charge are exempt (tab. B, artt. 6 and 15). Amounts in cents.
STAMP_DUTY = 200
STAMP_DUTY_ABOVE = 7747
_STAMPED = frozenset({"N1", "N2.1", "N2.2", "N3.5", "N3.6", "N4"})


class Taxed(Protocol):
    """A row of a VAT breakdown, as papers and documents have it."""

    @property
    def category(self) -> str:
        """The VAT category (UNTDID 5305)."""

    @property
    def base(self) -> int:
        """The taxable amount in minor units."""


def stamp_duty_of(taxes: Iterable[Taxed], natures: Mapping[str, str], currency: str, enabled: bool) -> int:
    """The stamp duty (imposta di bollo) of a paper with these taxes, in cents; 0 where the shop has it not enabled."""
    if not enabled or currency != "EUR":
        return 0
    without_vat = sum(row.base for row in taxes if natures.get(row.category) in _STAMPED)
    return STAMP_DUTY if without_vat > STAMP_DUTY_ABOVE else 0
